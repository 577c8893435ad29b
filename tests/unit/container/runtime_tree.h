/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A runtime's files for the tests of user/container: those in tests/data, and trees made on the
 * spot. A failure here fails the test.
 */
#ifndef ROOTWATCH_TESTS_RUNTIME_TREE_H
#define ROOTWATCH_TESTS_RUNTIME_TREE_H

#include <stddef.h>

#include "container/container.h"

/* $ROOTWATCH_TEST_DATA, or tests/data. */
const char *tree_data_dir(void);

/* A cmocka setup and teardown: *state is a fresh, empty root directory (char *). */
int tree_setup(void **state);
int tree_teardown(void **state);

/* Writes a file below root, with the directories that lead to it. */
void tree_file(const char *root, const char *path, const void *data, size_t size);
void tree_text(const char *root, const char *path, const char *text);

/* Makes a link below root, with the directories that lead to it. */
void tree_link(const char *root, const char *path, const char *target);

/* Makes the directories that lead to root + path, and writes that name to out. */
void tree_path(char *out, size_t size, const char *root, const char *path);

/* What a fresh cache for root says of a container in the cgroup path; copied to *c. */
void tree_find(struct container *c, const char *root, const char *cgroup_path);

#endif /* ROOTWATCH_TESTS_RUNTIME_TREE_H */
