/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the runtimes' own files on disk say about a container: its name, image, pod.
 */
#ifndef ROOTWATCH_CONTAINER_METADATA_H
#define ROOTWATCH_CONTAINER_METADATA_H

#include <stddef.h>
#include <stdint.h>

#include "container/container.h"

/* Where the runtimes keep their files on this machine, as far as it was found out. */
struct metadata;

/* root: as for container_cache_new. Gives 0 or -ENOMEM. */
int metadata_new(struct metadata **md, const char *root);
void metadata_free(struct metadata *md);

/*
 * Fills what c->ref's runtime says into c: name to privileged_known, and ref.type when that was
 * CONTAINER_OTHER. Gives true when nothing more is to be expected; false when something is not
 * there (yet), with what was found in c. What is not found stays as it was.
 */
bool metadata_read(struct metadata *md, struct container *c, uint64_t now_ns);

/*
 * A cgroup whose name has no container id in it but is that of a container of runc, crun or
 * containerd all the same, because the runtime's state says so. Gives 1 and sets *ref and *end
 * (see container_ref_locate), or 0.
 */
int metadata_identify(struct metadata *md, struct container_ref *ref, size_t *end,
		      const char *path);

#endif /* ROOTWATCH_CONTAINER_METADATA_H */
