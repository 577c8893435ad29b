/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_SANDBOX_HANDLE_H
#define ROOTWATCH_SANDBOX_HANDLE_H

#include "sandbox/cgroup.h"
#include "sandbox/sandbox.h"

/* The opener's side of a sandbox. */
struct sandbox {
	char id[SANDBOX_ID_LEN + 1];
	uid_t uid;
	pid_t keeper; /* a child of the opener */
	pid_t init;   /* a child of the keeper: pid 1 inside */
	int pidfd;    /* of init */
	int cgroup_files[SANDBOX_HIERARCHIES_MAX];
	struct sandbox_cgroups cgroups;
};

/*
 * Becomes uid (and gid) with Docker's default capabilities as the bounding set; for root that
 * is what the next execve gives. Gives 0 or -errno.
 */
int sandbox_become(uid_t uid);

#endif /* ROOTWATCH_SANDBOX_HANDLE_H */
