/* SPDX-License-Identifier: Apache-2.0 */
/* BPF programs as the kernel counts them: whose they are, how often they ran, for how long. */
#ifndef BENCH_PROGS_H
#define BENCH_PROGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PROGS_MAX 32

struct prog {
	uint32_t id;
	char name[16]; /* BPF_OBJ_NAME_LEN */
	uint64_t ns, runs;
};

struct progs {
	struct prog v[PROGS_MAX];
	size_t n;
};

/* The programs that process pid holds a descriptor or a link of. */
int progs_of(pid_t pid, struct progs *out);

/* Reads ns and runs anew. They only count while somebody holds progs_count's descriptor. */
int progs_read(struct progs *progs);

/* A descriptor: while it is open the kernel keeps run statistics. -errno below Linux 5.8. */
int progs_count(void);

/* The tracing programs that are loaded and in neither list (NULL: no list): others' ones. */
void progs_foreign(const struct progs *mine, const struct progs *known, struct progs *out);

/* Those of list that are still loaded. */
void progs_keep_loaded(struct progs *list);

#endif
