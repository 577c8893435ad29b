/* SPDX-License-Identifier: Apache-2.0 */
/* What the proc file system can tell rootwatch: see proc(5), pid_namespaces(7). */
#ifndef ROOTWATCH_BASE_PROCFS_H
#define ROOTWATCH_BASE_PROCFS_H

#include <stddef.h>

enum procfs_view {
	PROCFS_NONE,   /* not mounted, or one in which this process does not show */
	PROCFS_NESTED, /* this process is in a pid namespace of its own */
	PROCFS_HOST    /* in the host's: the kernel's pids are the names there */
};

/* proc: "/proc", in tests a fixture's. */
enum procfs_view procfs_view(const char *proc);

/*
 * Copies what the link proc/name says, with a NUL, or "" when it cannot be read or is longer than
 * size - 1.
 */
void procfs_link(char *text, size_t size, const char *proc, const char *name);

#endif /* ROOTWATCH_BASE_PROCFS_H */
