/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts of a container, from what its runtime wrote down: binds and volumes, not the file systems
 * that the kernel makes (proc, tmpfs).
 */
#ifndef ROOTWATCH_CONTAINER_MOUNTS_H
#define ROOTWATCH_CONTAINER_MOUNTS_H

#include <jansson.h>

#include "container/container.h"

/*
 * From Docker's config.v2.json, an OCI config.json, and runc's state.json; for free(). NULL: it
 * does not say, or no memory.
 */
struct container_mounts *container_mounts_docker(const json_t *config);
struct container_mounts *container_mounts_oci(const json_t *config);
struct container_mounts *container_mounts_runc(const json_t *state);

bool container_mounts_same(const struct container_mounts *a, const struct container_mounts *b);

#endif /* ROOTWATCH_CONTAINER_MOUNTS_H */
