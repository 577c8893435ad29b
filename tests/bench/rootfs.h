/* SPDX-License-Identifier: Apache-2.0 */
/* What lies in the bench's container (box.h), and on the host beside it. */
#ifndef BENCH_ROOTFS_H
#define BENCH_ROOTFS_H

/*
 * Makes it below scratch, and the same below host, with the programs of guests, and mounts the
 * container's root at scratch/mnt/root. 0 or -errno, said.
 */
int rootfs_make(const char *scratch, const char *host, const char *guests);

/* Both also of what was made in part. */
void rootfs_unmount(const char *scratch);
void rootfs_remove(const char *scratch);

#endif
