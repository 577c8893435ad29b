/* SPDX-License-Identifier: Apache-2.0 */
/* A host's mounts by a file made here, and what lies where by them. */
#ifndef ROOTWATCH_TEST_CONTAINER_HOSTED_H
#define ROOTWATCH_TEST_CONTAINER_HOSTED_H

#include <stddef.h>
#include <stdint.h>

#include "container/host_mounts.h"

#define DEV(major, minor) ((uint32_t)(major) << 20 | (minor))

/* A file with that text: its descriptor and its name, which is good while it is open. */
struct hosted {
	int fd;
	char name[64];
	struct host_mounts *m;
};

void hosted_open(struct hosted *f, const char *text, size_t len);
void hosted_write(const struct hosted *f, const char *text, size_t len);
void hosted_close(struct hosted *f);

/* Checks that sbpath of dev lies at want; NULL: nowhere. */
void hosted_check(struct host_mounts *m, uint32_t dev, const char *sbpath, const char *want);

#endif /* ROOTWATCH_TEST_CONTAINER_HOSTED_H */
