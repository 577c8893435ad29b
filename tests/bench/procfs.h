/* SPDX-License-Identifier: Apache-2.0 */
/* What a process costs, from /proc. */
#ifndef BENCH_PROCFS_H
#define BENCH_PROCFS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs_memory {
	uint64_t rss_kb, peak_kb; /* VmRSS, VmHWM; 0: not to be had */
};

struct procfs_cpu {
	uint64_t at;	   /* CLOCK_MONOTONIC ns */
	uint64_t ticks_ms; /* utime + stime: coarse, by the clock tick */
	uint64_t run_ns;   /* on a CPU, all threads, by the scheduler */
	uint64_t switches; /* context switches, all threads */
};

/* The number behind key at the start of line, over blanks; false: no such line. */
bool procfs_field(const char *line, const char *key, uint64_t *out);

void procfs_memory(pid_t pid, struct procfs_memory *out);
void procfs_cpu(pid_t pid, struct procfs_cpu *out);

#endif
