/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's own mounts: where on the host a file lies that a container reached by a mount.
 */
#ifndef ROOTWATCH_CONTAINER_HOST_MOUNTS_H
#define ROOTWATCH_CONTAINER_HOST_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct host_mounts;

/* path: a mountinfo file (proc(5)) of the host's mount namespace. 0 or -errno. */
int host_mounts_new(struct host_mounts **m, const char *path);
void host_mounts_free(struct host_mounts *m);

/*
 * The host's path of the file sbpath on device dev (major << 20 | minor), written to out: by the
 * mount that shows it with the longest root. Reads the mounts again when they have changed (the
 * kernel says so by poll). Gives the string in out, or one whose p is NULL when no mount of the
 * host shows the file or the path does not fit.
 */
#define HOST_PATH_MAX 4096
struct str host_mounts_path(struct host_mounts *m, uint32_t dev, struct str sbpath,
			    char out[static HOST_PATH_MAX]);

/* Does the host mount anything of dev? Asks the kernel first whether the mounts have changed. */
bool host_mounts_has(struct host_mounts *m, uint32_t dev);

/* The devices of file systems that hold files (no proc, sysfs, cgroup, ...): at most n; how many. */
size_t host_mounts_devices(struct host_mounts *m, uint32_t *devs, size_t n);

#endif /* ROOTWATCH_CONTAINER_HOST_MOUNTS_H */
