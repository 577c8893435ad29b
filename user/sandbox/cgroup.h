/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroups of a sandbox: "rootwatch/<id>" in every hierarchy that is mounted here. */
#ifndef ROOTWATCH_SANDBOX_CGROUP_H
#define ROOTWATCH_SANDBOX_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "sandbox/sandbox.h"

/* More v1 hierarchies than there are controllers cannot be mounted. */
#define SANDBOX_HIERARCHIES_MAX 16

struct sandbox_cgroups {
	size_t n;
	char *mount[SANDBOX_HIERARCHIES_MAX]; /* where the hierarchies are mounted */
};

/*
 * The hierarchies to use, from a mountinfo file: cgroup v2, and of v1 all but cpuset (a new
 * cpuset takes no process before it is given CPUs). Gives 0 or -errno; free with
 * sandbox_cgroups_free.
 */
int sandbox_cgroups_find(struct sandbox_cgroups *c, FILE *mountinfo);
void sandbox_cgroups_free(struct sandbox_cgroups *c);

/*
 * An id says whose it is: its last 24 digits are the opener's pid and its start time (field 22
 * of /proc/PID/stat), the others are random, so that the short form of an id looks like any.
 */
void sandbox_id_make(char id[static SANDBOX_ID_LEN + 1], const uint8_t random[static 20],
		     uint32_t pid, uint64_t start);
/* True, and the opener, when name is such an id. */
bool sandbox_id_parse(const char *name, uint32_t *pid, uint64_t *start);
/* An id for the calling process. 0 or -errno. */
int sandbox_id_new(char id[static SANDBOX_ID_LEN + 1]);

/*
 * Makes the cgroups and, in files, opens their cgroup.procs (-1 where that was not possible, and
 * for the rest). Gives how many there are, or -errno of the last one when there are none.
 */
int sandbox_cgroups_make(const struct sandbox_cgroups *c, const char *id,
			 int files[static SANDBOX_HIERARCHIES_MAX]);

/* Moves the calling process into those that take it; 0, or -errno when none does. */
int sandbox_cgroups_join(const int files[static SANDBOX_HIERARCHIES_MAX]);

/* Removes the cgroups of id; they must be empty, or be so within two seconds. */
void sandbox_cgroups_remove(const struct sandbox_cgroups *c, const char *id);

/* Removes the empty cgroups of sandboxes whose opener is gone. */
void sandbox_cgroups_sweep(const struct sandbox_cgroups *c);

#endif /* ROOTWATCH_SANDBOX_CGROUP_H */
