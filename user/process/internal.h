/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this module share, and the tests' way in. */
#ifndef ROOTWATCH_PROCESS_INTERNAL_H
#define ROOTWATCH_PROCESS_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

#include "base/helpers.h"
#include "process/process.h"

#define PROCESS_STRING_MAX 4096

/* The strings of a process in one allocation; children that did not exec yet share it. */
struct image {
	uint32_t refs;
	uint32_t size; /* of the allocation */
	char bytes[];
};

/*
 * Copies all strings of p, wherever they point, and points p at the copies. NULL when there is
 * no memory: p's strings are empty then.
 */
struct image *image_new(struct process *p);
struct image *image_get(struct image *image); /* one reference more; NULL stays NULL */

/* One reference less; gives how many bytes that freed. */
size_t image_put(struct image *image);

/*
 * argv as one line: NULs become blanks, but for a trailing one. full: bytes there were, more than
 * head.len when cut; then head, " ... " and tail. Writes to buf (PROCESS_STRING_MAX bytes).
 */
struct str process_cmdline(char *buf, struct str head, struct str tail, uint32_t full);
uint32_t process_argv0_len(struct str head);

/* /proc/<pid>/cmdline, as it is read: see proc.c. */
struct cmdline_file {
	int dir;
	char text[PROCESS_STRING_MAX + 1];
};

struct proc_buffer {
	char stat[1024];
	char exe[PROCESS_STRING_MAX];
	char cwd[PROCESS_STRING_MAX];
	struct cmdline_file file;
	char cmdline[PROCESS_STRING_MAX];
	char tty[16];
};

/*
 * Describes a running process from root/<pid>, if it started at start (CLOCK_BOOTTIME ns). p's
 * strings point into buf. Gives 0; -ESRCH when there is no such process (any more), p is
 * untouched then. Reads stat and cmdline and the text of the links exe and cwd; follows none.
 * whose: of cmdline, which helpers wait for; "" where it does not come in time.
 */
int proc_read(struct process *p, const char *root, uint32_t pid, uint64_t start,
	      struct helpers *helpers, uint32_t whose, struct proc_buffer *buf);

/* For tests: a folder instead of /proc (must outlive the table); how many reads there were. */
void process_table_set_proc(struct process_table *t, const char *root);
uint64_t process_table_reads(const struct process_table *t);
size_t process_table_count(const struct process_table *t);
size_t process_table_bytes(const struct process_table *t); /* of strings */

#endif /* ROOTWATCH_PROCESS_INTERNAL_H */
