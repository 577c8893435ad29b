/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Magic links of other processes in a path (/proc/7/fd/3/x, /proc/1/cwd/x): they are read, and not
 * followed, as long as that process lives.
 */
#ifndef ROOTWATCH_CONTAINER_MAGIC_LINK_H
#define ROOTWATCH_CONTAINER_MAGIC_LINK_H

#include <limits.h>
#include <stdbool.h>

#include "container/witness.h"

struct helpers;

/*
 * Puts where the magic link that text begins with leads to in its place, as w's root sees it. text:
 * an absolute path in a buffer of PATH_MAX bytes, which is untouched where there is no such link,
 * its process has ended or has other mounts than w, or what it leads to has no place there: false
 * then.
 */
bool magic_link_read(struct helpers *helpers, const struct witness *w, char text[static PATH_MAX]);

#endif /* ROOTWATCH_CONTAINER_MAGIC_LINK_H */
