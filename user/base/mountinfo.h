/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_BASE_MOUNTINFO_H
#define ROOTWATCH_BASE_MOUNTINFO_H

#include <stdint.h>
#include <stdio.h>

/* One line of /proc/PID/mountinfo; see proc_pid_mountinfo(5). */
struct mountinfo {
	uint32_t id;  /* of the mount */
	uint32_t dev; /* of the superblock: major << 20 | minor */
	char *root;   /* which path of the file system is shown, unescaped */
	char *point;  /* where it is mounted, unescaped */
	char *fstype;
	char *options; /* of the superblock, comma-separated */
};

/* Of a longer line, which only options make, the rest is not read. */
#define MOUNTINFO_LINE_MAX 65536

/*
 * Splits a line in place; m's strings point into it. Gives 0, or -EINVAL for anything that is
 * not such a line.
 */
int mountinfo_parse(struct mountinfo *m, char *line);

/*
 * Calls fn for every line of f, in order, until it gives non-zero. Malformed lines are passed
 * over. Gives fn's last result, or -errno.
 */
int mountinfo_each(FILE *f, int (*fn)(const struct mountinfo *m, void *arg), void *arg);

#endif /* ROOTWATCH_BASE_MOUNTINFO_H */
