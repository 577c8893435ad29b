/* SPDX-License-Identifier: Apache-2.0 */
/* The bench's cgroup, /rootwatch-bench/<id>, in every mounted hierarchy (v1, hybrid, v2). */
#ifndef BENCH_CGROUPS_H
#define BENCH_CGROUPS_H

/* Makes it. A hierarchy that cannot be written is left out; none at all is an error. */
int cgroups_make(const char *id);

/* Moves the calling process in. Quiet, for it runs between fork and exec; 0 or -errno. */
int cgroups_join(const char *id);

/* Removes it, and waits a moment for its last processes to be gone. */
void cgroups_remove(const char *id);

#endif
