/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where Docker engines keep their containers: the usual directories, what /etc/docker/daemon.json
 * says, and the --data-root of the dockerd processes that run on this host.
 */
#ifndef ROOTWATCH_CONTAINER_DOCKER_H
#define ROOTWATCH_CONTAINER_DOCKER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "container/container.h"

#define DOCKER_ROOTS_MAX 8

/* What was found out beyond the usual directories. All zero at first. */
struct docker_roots {
	char path[DOCKER_ROOTS_MAX][PATH_MAX];
	size_t n;
	uint64_t searched; /* when, ns */
	bool known;
};

/* Fills c from the files of the engine that has it. False: none has (yet). */
bool docker_read(struct docker_roots *roots, const char *root, struct container *c,
		 uint64_t now_ns);

struct place;

/* The same, of one engine's data directory. */
bool docker_read_at(const struct place *data, struct container *c);

#endif /* ROOTWATCH_CONTAINER_DOCKER_H */
