/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container-id grammar, as the other files of this module need it.
 */
#ifndef ROOTWATCH_CONTAINER_REF_H
#define ROOTWATCH_CONTAINER_REF_H

#include "base/str.h"
#include "container/container.h"

/*
 * Pure. path: NUL-terminated cgroup path from the hierarchy's root; hostile input. Gives 1 and
 * fills *ref when the path names a container (the innermost one, when nested), and in *end how many
 * bytes of path lead to the container's own cgroup (what follows are cgroups that the container
 * made inside); 0, with both untouched, when it tells nothing.
 */
int container_ref_locate(struct container_ref *ref, size_t *end, const char *path);

/* True when s may be an id or a name that becomes part of a file name: [A-Za-z0-9_.-], no '.'
 * first. */
bool container_ref_valid_id(struct str s);

/* True for 64 lower-case hex digits. */
bool container_ref_is_hex64(struct str s);

/*
 * A pod's uid as it is written in cgroup names and labels, with '-' or '_': a UUID, or the 32 hex
 * digits of a static pod. Gives true and writes it with '-', terminated.
 */
bool container_ref_pod_uid(char out[static CONTAINER_POD_UID_LEN + 1], struct str s);

#endif /* ROOTWATCH_CONTAINER_REF_H */
