/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the JSON of the runtimes to the fields of struct container. Each picks the members it
 * knows; environment variables are not among them.
 */
#ifndef ROOTWATCH_CONTAINER_DETAILS_H
#define ROOTWATCH_CONTAINER_DETAILS_H

#include <jansson.h>

#include "container/container.h"

/* Sets a field to s, cut to its size at a UTF-8 boundary; NULL leaves it as it is. */
void details_set(char field[static CONTAINER_NAME_MAX], const char *s);

/* "repository:tag@digest" into its three fields. */
void details_image(struct container *c, const char *image);

/* Docker's config.v2.json and hostconfig.json (which may be NULL). */
void details_docker(struct container *c, const json_t *config, const json_t *hostconfig);

/* An OCI config.json with the annotations of containerd's CRI, CRI-O, nerdctl, podman. */
void details_oci(struct container *c, const json_t *config);

/* runc's state.json: the bundle's annotations, and the mounts. */
void details_runc(struct container *c, const json_t *state);

/* The containers.json of containers/storage: names and image of the container. */
bool details_storage(struct container *c, const json_t *containers);

#endif /* ROOTWATCH_CONTAINER_DETAILS_H */
