/* SPDX-License-Identifier: Apache-2.0 */
/* Does the running kernel take the processor from a task in the middle of a BPF program? */
#ifndef ROOTWATCH_SOURCE_PREEMPT_H
#define ROOTWATCH_SOURCE_PREEMPT_H

#include <stdbool.h>

/* What the kernel may stop in the middle. */
struct preempt {
	bool trampolines; /* fentry and fexit programs */
	bool tracepoints;
};

/*
 * Pure: from what uname(2) says of release and version, sched/preempt of debugfs and the kernel's
 * command line (NULL: not to be read). What cannot be told is taken to be preemptible.
 */
struct preempt preempt_of(const char *release, const char *version, const char *sched,
			  const char *cmdline);

/* The same of the running kernel. */
struct preempt preempt_here(void);

#endif /* ROOTWATCH_SOURCE_PREEMPT_H */
