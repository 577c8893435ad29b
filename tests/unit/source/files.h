/* SPDX-License-Identifier: Apache-2.0 */
/* Files for the kernel side's code, by their paths or at random. */
#ifndef ROOTWATCH_TESTS_UNIT_SOURCE_FILES_H
#define ROOTWATCH_TESTS_UNIT_SOURCE_FILES_H

#include "source/kernel.h"

#define FILES_OVERLAY 0x794c7630u
#define FILES_EXT4    0xef53u
#define FILES_TMPFS   0x01021994u
#define FILES_PROC    0x9fa0u
#define FILES_SYSFS   0x62656572u
#define FILES_CGROUP  0x27e0ebu
#define FILES_CGROUP2 0x63677270u
#define FILES_BINFMT  0x42494e4du

/* Names that files_* make live until what was made since the mark is forgotten; 0: all. */
size_t files_mark(void);
void files_forget(size_t mark);

/* A regular file on the container's own root. */
struct kernel_file files_on_root(const char *path);
/* A regular file of another file system whose root is mounted at place. */
struct kernel_file files_mounted(uint32_t magic, const char *place, const char *sbpath);
/* One on a host disk: the directory that it lies in is bound to place. */
struct kernel_file files_bound(const char *place, const char *sbpath);

/* The same number series on every machine: a test's seed. */
void files_seed(uint64_t seed);
uint32_t files_random(uint32_t below);

/* One of words, as it is or with a change: longer, shorter, another letter. */
const char *files_random_name(const char *const *words, size_t n);
/* Copies words from the components of path, n at most; gives how many. */
size_t files_split(const char *path, const char **words, size_t n);

/*
 * A file of any kind, reached in any way. Of names (whole paths) it takes one for the path in the
 * superblock, and one for the place, now and then; the rest is made of words.
 */
struct kernel_file files_random_file(const char *const *paths, size_t n_paths,
				     const char *const *words, size_t n_words);

/* For a message about a file that failed. */
void files_print(const struct kernel_file *f, uint32_t access);

#endif /* ROOTWATCH_TESTS_UNIT_SOURCE_FILES_H */
