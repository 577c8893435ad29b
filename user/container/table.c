// SPDX-License-Identifier: Apache-2.0
#include "container/table.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* An entry that could not be added has hh.tbl NULL. */
#define HASH_NONFATAL_OOM	      1
#define HASH_FUNCTION(key, len, hash) (hash) = key_hash(key, len)

/*
 * Cheap, not keyed. Events look up cgroup ids, which nobody chooses; a path, which a container can
 * choose below its own, is looked up once for each cgroup, and the table has a bound.
 */
static unsigned int key_hash(const void *key, size_t len);

#include <uthash.h>
#include <utlist.h>

/* How many cgroups are remembered for each container that is. */
#define CGROUPS_PER_CONTAINER 8

struct cgroup_key {
	uint64_t cgroup;
	uint64_t hier;
};

struct cgroup_entry {
	struct known_cgroup g;
	struct cgroup_key key;
	struct cgroup_entry *same_prev, *same_next; /* others that lead to g.container */
	struct cgroup_entry *prev, *next;	    /* most recently used first */
	UT_hash_handle hh;
	char path[];
};

struct container_entry {
	struct known_container k;
	struct cgroup_entry *cgroups; /* that lead here */
	struct container_entry *prev, *next;
	UT_hash_handle hh;
	char key[];
};

struct table {
	size_t max;
	struct container_entry *containers, *containers_used;
	struct cgroup_entry *cgroups, *cgroups_used;
};

static unsigned int key_hash(const void *key, size_t len)
{
	uint64_t hash = len;

	for (size_t i = 0; i < len; i += sizeof(hash)) {
		size_t left = len - i;
		uint64_t word = 0;

		memcpy(&word, (const char *)key + i, left < sizeof(word) ? left : sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 32;
	}
	return (unsigned int)hash;
}

static struct cgroup_entry *entry_of_cgroup(struct known_cgroup *g)
{
	return (struct cgroup_entry *)((char *)g - offsetof(struct cgroup_entry, g));
}

static struct container_entry *entry_of_container(struct known_container *k)
{
	return (struct container_entry *)((char *)k - offsetof(struct container_entry, k));
}

int table_new(struct table **table, size_t max)
{
	struct table *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	t->max = max ? max : 1;
	*table = t;
	return 0;
}

static void cgroup_detach(struct cgroup_entry *e)
{
	if (!e->g.container)
		return;
	DL_DELETE2(entry_of_container(e->g.container)->cgroups, e, same_prev, same_next);
	e->g.container = NULL;
}

static void cgroup_drop(struct table *table, struct cgroup_entry *e)
{
	cgroup_detach(e);
	if (table->cgroups) /* it is: e is in it, but clang's analyzer cannot know */
		HASH_DEL(table->cgroups, e);
	DL_DELETE(table->cgroups_used, e);
	free(e);
}

static void container_drop(struct table *table, struct container_entry *e)
{
	while (e->cgroups)
		cgroup_detach(e->cgroups);
	HASH_DEL(table->containers, e);
	DL_DELETE(table->containers_used, e);
	free(e->k.c.mounts);
	free(e);
}

void table_free(struct table *table)
{
	if (!table)
		return;
	while (table->cgroups_used)
		cgroup_drop(table, table->cgroups_used);
	while (table->containers_used)
		container_drop(table, table->containers_used);
	free(table);
}

struct known_cgroup *table_cgroup(const struct table *table, uint64_t cgroup, uint32_t hier)
{
	struct cgroup_key key = {cgroup, hier};
	struct cgroup_entry *e;

	HASH_FIND(hh, table->cgroups, &key, sizeof(key), e);
	return e ? &e->g : NULL;
}

static struct cgroup_entry *cgroup_new(uint64_t cgroup, uint32_t hier, const char *path, size_t len)
{
	struct cgroup_entry *e = calloc(1, sizeof(*e) + len + 1);

	if (!e)
		return NULL;
	e->key = (struct cgroup_key){cgroup, hier};
	memcpy(e->path, path, len);
	e->g.cgroup = cgroup;
	e->g.hier = hier;
	e->g.path = e->path;
	return e;
}

struct known_cgroup *table_add_cgroup(struct table *table, uint64_t cgroup, uint32_t hier,
				      const char *path, size_t len)
{
	struct known_cgroup *old = table_cgroup(table, cgroup, hier);
	struct cgroup_entry *e = cgroup_new(cgroup, hier, path, len);

	if (!e)
		return NULL;
	if (old)
		cgroup_drop(table, entry_of_cgroup(old));
	if (table->cgroups_used && HASH_COUNT(table->cgroups) >= table->max * CGROUPS_PER_CONTAINER)
		cgroup_drop(table, table->cgroups_used->prev);
	HASH_ADD(hh, table->cgroups, key, sizeof(e->key), e);
	if (!e->hh.tbl) {
		free(e);
		return NULL;
	}
	DL_PREPEND(table->cgroups_used, e);
	return &e->g;
}

struct known_container *table_container(struct table *table, const char *key, size_t len)
{
	struct container_entry *e;

	HASH_FIND(hh, table->containers, key, len, e);
	if (e)
		return &e->k;
	e = calloc(1, sizeof(*e) + len + 1);
	if (!e)
		return NULL;
	memcpy(e->key, key, len);
	if (table->containers_used && HASH_COUNT(table->containers) >= table->max)
		container_drop(table, table->containers_used->prev);
	HASH_ADD_KEYPTR(hh, table->containers, e->key, len, e);
	if (!e->hh.tbl) {
		free(e);
		return NULL;
	}
	DL_PREPEND(table->containers_used, e);
	return &e->k;
}

void table_attach(struct known_cgroup *g, struct known_container *k)
{
	struct cgroup_entry *e = entry_of_cgroup(g);

	cgroup_detach(e);
	DL_APPEND2(entry_of_container(k)->cgroups, e, same_prev, same_next);
	g->container = k;
}

void table_touch(struct table *table, struct known_cgroup *g, struct known_container *k)
{
	struct container_entry *e = entry_of_container(k);

	if (g && table->cgroups_used != entry_of_cgroup(g)) {
		DL_DELETE(table->cgroups_used, entry_of_cgroup(g));
		DL_PREPEND(table->cgroups_used, entry_of_cgroup(g));
	}
	if (table->containers_used != e) {
		DL_DELETE(table->containers_used, e);
		DL_PREPEND(table->containers_used, e);
	}
}
