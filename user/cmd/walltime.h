/* SPDX-License-Identifier: Apache-2.0 */
/* From the time of a record, which counts from the boot, to the wall clock's. */
#ifndef ROOTWATCH_CMD_WALLTIME_H
#define ROOTWATCH_CMD_WALLTIME_H

#include <stddef.h>
#include <stdint.h>

/* Zero at first. */
struct walltime {
	int64_t offset; /* CLOCK_REALTIME - CLOCK_BOOTTIME, ns */
	uint64_t at;	/* when it was looked up: CLOCK_BOOTTIME ns, of a record; 0: never */
};

/* The offset for a record (of any size), in ns. The clocks are asked now and then only. */
int64_t walltime_offset(struct walltime *w, const void *record, size_t size);

#endif /* ROOTWATCH_CMD_WALLTIME_H */
