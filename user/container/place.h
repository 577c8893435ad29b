/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory whose owner we trust to say where it is, but not what lies in it: below it no link
 * is followed, nothing but regular files of the owner or of root is read, and never much of it.
 */
#ifndef ROOTWATCH_CONTAINER_PLACE_H
#define ROOTWATCH_CONTAINER_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <jansson.h>

/* Of a file about one container; an engine's list of all of them can be larger. */
#define PLACE_JSON_MAX (1024 * 1024)

struct place {
	int fd; /* O_PATH */
	uid_t owner;
	bool user; /* may belong to an ordinary user: mounts below it are not entered */
};

/*
 * Opens root (or "", for "/") followed by dir; links on the way are the administrator's and are
 * followed, from root on as if it were "/": it can be another mount namespace's. Gives 0 or -errno;
 * close with place_close.
 */
int place_open(struct place *place, const char *root, const char *dir);

/* Opens the directory path below in. user: what is below may belong to an ordinary user. */
int place_open_below(struct place *place, const struct place *in, const char *path, bool user);

void place_close(struct place *place);

/* Reads up to size bytes of a file. Gives how many, -EFBIG when there are more, or -errno. */
ssize_t place_read(const struct place *place, const char *path, char *buf, size_t size);

/* Parses the JSON file path below place: bounded_json(). NULL as well: not there, not readable. */
json_t *place_load(const struct place *place, const char *path, size_t max);

/* Reads a link's text without following it. Gives its length or -errno; buf is terminated. */
ssize_t place_link(const struct place *place, const char *path, char *buf, size_t size);

/*
 * Calls each with the names of directories right below place, at most max of them, until it gives
 * something else than 0, which is then given; else 0.
 */
int place_each(const struct place *place, size_t max,
	       int (*each)(const struct place *place, const char *name, void *arg), void *arg);

#endif /* ROOTWATCH_CONTAINER_PLACE_H */
