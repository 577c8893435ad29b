/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories in which more than one reader looks.
 */
#ifndef ROOTWATCH_CONTAINER_DIRS_H
#define ROOTWATCH_CONTAINER_DIRS_H

#include "container/place.h"

/* containerd's bundles: each has a directory per namespace, and in it one per container. */
#define DIRS_CONTAINERD 5
extern const char *const dirs_containerd[DIRS_CONTAINERD];

/* A host with more namespaces than that is not searched to the end. */
#define DIRS_NAMESPACES_MAX 64

/*
 * The home directory and /run/user/<uid> of the user in whose slice a cgroup lies: only there a
 * rootless runtime makes its containers. Give 0, -ENOENT when there is no such user or directory,
 * or -errno. Close with place_close.
 */
int dirs_open_home(struct place *home, const char *root, const char *cgroup_path);
int dirs_open_user_run(struct place *run, const char *root, const char *cgroup_path);

#endif /* ROOTWATCH_CONTAINER_DIRS_H */
