/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers whose cgroup has a name that could be anybody's: "/mybox" of `runc run mybox`,
 * "/default/redis" of `ctr run`. The state files of runc, crun and containerd tell.
 */
#ifndef ROOTWATCH_CONTAINER_STATE_H
#define ROOTWATCH_CONTAINER_STATE_H

#include <stddef.h>

#include "container/container.h"

/*
 * Gives 1 and sets *ref and *end (as container_ref_locate does) when a runtime has a container
 * that is named like a component of path and says that this is its cgroup; else 0, both untouched.
 * Only the usual state directories are looked at, below root.
 */
int state_identify(struct container_ref *ref, size_t *end, const char *root, const char *path);

#endif /* ROOTWATCH_CONTAINER_STATE_H */
