/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two tables behind the cache: cgroups, which the kernel names to us once each, and the
 * containers that they lead to. The cgroups that a container makes inside share its entry. Both
 * are bounded, least recently used go first; a container that went can be found again from the
 * paths of its cgroups, so these are kept for longer.
 */
#ifndef ROOTWATCH_CONTAINER_TABLE_H
#define ROOTWATCH_CONTAINER_TABLE_H

#include "container/container.h"

/* Attempts to read files that may appear later. */
struct tries {
	unsigned int n;
	uint64_t next; /* not before, ns */
};

struct known_container {
	struct container c;
	struct tries tries;  /* for metadata */
	bool done;	     /* nothing more to be found */
	uint64_t own_cgroup; /* the id of its topmost cgroup, 0: not seen */
	uint32_t own_hier;
};

struct known_cgroup {
	uint64_t cgroup;
	uint32_t hier;
	struct container_ref ref;	   /* valid when end > 0 */
	size_t end;			   /* bytes of path that are the container's own */
	struct tries tries;		   /* for state files, when the grammar gave nothing */
	struct known_container *container; /* set by table_attach only; NULL: not looked for yet */
	const char *path;		   /* NUL-terminated */
};

struct table;

/* 0 or -ENOMEM. max: containers. */
int table_new(struct table **table, size_t max);
void table_free(struct table *table);

/* NULL when there is none. */
struct known_cgroup *table_cgroup(const struct table *table, uint64_t cgroup, uint32_t hier);

/* A new entry, zero but for its key and path (len bytes, copied); one of that key is replaced.
 * NULL: no memory. May drop the cgroup not used for longest. */
struct known_cgroup *table_add_cgroup(struct table *table, uint64_t cgroup, uint32_t hier,
				      const char *path, size_t len);

/* The container of that key, new ones all zero. NULL: no memory. May drop the container not used
 * for longest, which the cgroups that led there forget. */
struct known_container *table_container(struct table *table, const char *key, size_t len);

/* From now on g leads to k. */
void table_attach(struct known_cgroup *g, struct known_container *k);

/* These were used just now. g may be NULL. */
void table_touch(struct table *table, struct known_cgroup *g, struct known_container *k);

#endif /* ROOTWATCH_CONTAINER_TABLE_H */
