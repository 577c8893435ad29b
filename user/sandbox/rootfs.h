/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox sees as its files. For the process that becomes its pid 1. */
#ifndef ROOTWATCH_SANDBOX_ROOTFS_H
#define ROOTWATCH_SANDBOX_ROOTFS_H

#include "sandbox/sandbox.h"

/* A directory, and not a link to one. */
bool rootfs_is_dir(const char *path);

/* Makes the directories on the way to path, which is changed and restored. 0 or -errno. */
int rootfs_make_parents(char *path);

/* A directory that every system has and that the demo can cover; NULL: there is none. */
const char *rootfs_cover(void);

/*
 * Builds the root in the calling process's mount namespace, which must be its own, and moves
 * into it. The process must already be in the sandbox's pid and network namespaces, for /proc
 * and /sys. Gives 0, or -errno with the reason in why.
 */
int rootfs_enter(const struct sandbox_options *o, char why[static SANDBOX_WHY_MAX]);

#endif /* ROOTWATCH_SANDBOX_ROOTFS_H */
