/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime mounted into a container from the host, as its files say: binds and volumes, not
 * the file systems that the kernel makes (proc, tmpfs).
 */
#ifndef ROOTWATCH_CONTAINER_MOUNTS_H
#define ROOTWATCH_CONTAINER_MOUNTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Of more, and of more text, the first ones are kept. */
#define CONTAINER_MOUNTS_MAX  64
#define CONTAINER_MOUNTS_TEXT 16384

/* Strings are "" where the runtime does not say. */
struct container_mount {
	const char *source, *dest, *mode, *propagation;
	bool rdwr;
};

struct container_mounts;

/*
 * From Docker's config.v2.json, an OCI config.json, and runc's state.json; for free(). NULL: it
 * does not say, or no memory.
 */
struct container_mounts *container_mounts_docker(const json_t *config);
struct container_mounts *container_mounts_oci(const json_t *config);
struct container_mounts *container_mounts_runc(const json_t *state);

/* From "source:dest:mode:true:propagation,..."; NULL: it is not of that form, or no memory. */
struct container_mounts *container_mounts_parse(const char *text);

/* Bytes that it takes: for a copy. */
size_t container_mounts_size(const struct container_mounts *m);

bool container_mounts_same(const struct container_mounts *a, const struct container_mounts *b);

/* Number i, from 0. False: there are not so many; m may be NULL. */
bool container_mount_at(const struct container_mounts *m, size_t i, struct container_mount *out);

#endif /* ROOTWATCH_CONTAINER_MOUNTS_H */
