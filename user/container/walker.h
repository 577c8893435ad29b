/* SPDX-License-Identifier: Apache-2.0 */
/* Follows a path from a foreign root, and does not wait for ever where a file system does not
 * answer. */
#ifndef ROOTWATCH_CONTAINER_WALKER_H
#define ROOTWATCH_CONTAINER_WALKER_H

#include <stdint.h>

struct helpers;

/*
 * What path leads to from the directory root, above which it does not get, as a descriptor of
 * O_PATH; nothing is opened by that. more: O_DIRECTORY and O_NOFOLLOW, or 0. Links of /proc that
 * are no paths are not followed (RESOLVE_NO_MAGICLINKS of openat2(2), Linux 5.6). mnt_ns: whose
 * directories these are; of one that has kept us waiting nothing more is followed until it has
 * answered. Gives the descriptor or -errno: -ETIMEDOUT or -EBUSY when the file system does not
 * answer, or too many such waits were there of late (helpers_do()).
 */
int walker_open(struct helpers *helpers, uint32_t mnt_ns, int root, const char *path,
		uint32_t more);

#endif /* ROOTWATCH_CONTAINER_WALKER_H */
