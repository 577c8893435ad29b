// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "container/container.h"
#include "container/metadata.h"
#include "container/mounts.h"
#include "container/ref.h"
#include "container/table.h"

/*
 * A runtime's files may appear just after the first events of a container, and an event is not
 * held back. The first few look again each time, then there are pauses that double up to a second.
 */
#define TRIES_AT_ONCE 4
#define TRIES_DOUBLED 10
#define TRIES_MAX     20
#define PAUSE_MIN     (1000ull * 1000)
#define PAUSE_MAX     (1000ull * 1000 * 1000)

struct container_cache {
	struct metadata *metadata;
	struct table *table;
	uint64_t generation;
	struct container no_memory; /* given when nothing better can be */
};

static bool tries_due(struct tries *t, uint64_t now_ns)
{
	uint64_t pause = PAUSE_MAX;

	if (t->n >= TRIES_MAX || now_ns < t->next)
		return false;
	if (t->n < TRIES_AT_ONCE)
		pause = 0;
	else if (t->n < TRIES_AT_ONCE + TRIES_DOUBLED)
		pause = PAUSE_MIN << (t->n - TRIES_AT_ONCE);
	t->next = now_ns + pause;
	t->n++;
	return true;
}

static void set_unknown(struct container *c)
{
	memset(c, 0, sizeof(*c));
	c->ref.type = CONTAINER_UNKNOWN;
	memcpy(c->short_id, "unknown", sizeof("unknown"));
}

int container_cache_new(struct container_cache **cache, const char *root, size_t max)
{
	struct container_cache *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return -ENOMEM;
	err = metadata_new(&new->metadata, root);
	if (!err)
		err = table_new(&new->table, max);
	if (err) {
		container_cache_free(new);
		return err;
	}
	set_unknown(&new->no_memory);
	*cache = new;
	return 0;
}

void container_cache_free(struct container_cache *cache)
{
	if (!cache)
		return;
	table_free(cache->table);
	metadata_free(cache->metadata);
	free(cache);
}

bool container_cache_knows(const struct container_cache *cache, uint64_t cgroup, uint32_t hier)
{
	return table_cgroup(cache->table, cgroup, hier) != NULL;
}

int container_cache_add_cgroup(struct container_cache *cache, uint64_t cgroup, uint32_t hier,
			       const char *path, size_t len)
{
	struct known_cgroup *g = table_cgroup(cache->table, cgroup, hier);

	len = strnlen(path, len);
	/* The end of the chain is what names the container: a path too long loses its head. */
	if (len >= PATH_MAX) {
		const char *cut = memchr(path + len - (PATH_MAX - 1), '/', PATH_MAX - 1);

		if (!cut)
			return -ENAMETOOLONG;
		len -= (size_t)(cut - path);
		path = cut;
	}
	if (g && strlen(g->path) == len && memcmp(g->path, path, len) == 0)
		return 0;
	g = table_add_cgroup(cache->table, cgroup, hier, path, len);
	if (!g)
		return -ENOMEM;
	container_ref_locate(&g->ref, &g->end, g->path);
	return 0;
}

static void set_path(struct container *c, const char *path, size_t len)
{
	size_t n = len < sizeof(c->cgroup_path) ? len : sizeof(c->cgroup_path) - 1;

	memset(c->cgroup_path, 0, sizeof(c->cgroup_path));
	memcpy(c->cgroup_path, path, n);
}

/* Begins a container's life in the cache: all that is known is what its cgroup's path says. */
static void container_begin(struct container_cache *cache, struct known_container *k,
			    const struct known_cgroup *g)
{
	struct container *c = &k->c;

	free(c->mounts);
	memset(k, 0, sizeof(*k));
	c->ref = g->ref;
	memcpy(c->short_id, g->ref.id, strnlen(g->ref.id, sizeof(c->short_id) - 1));
	set_path(c, g->path, g->end);
	c->generation = ++cache->generation;
}

/* The container that g's path names, g->end > 0. */
static struct known_container *container_of_path(struct container_cache *cache,
						 struct known_cgroup *g)
{
	struct known_container *k = table_container(cache->table, g->path, g->end);
	bool topmost = g->path[g->end] == '\0';

	if (!k)
		return NULL;
	/*
	 * Another cgroup at the same path is another life of the container: it was started again,
	 * or somebody else has its name now.
	 */
	if (!k->c.generation ||
	    (topmost && k->own_cgroup && (k->own_cgroup != g->cgroup || k->own_hier != g->hier)))
		container_begin(cache, k, g);
	if (topmost) {
		k->own_cgroup = g->cgroup;
		k->own_hier = g->hier;
	}
	table_attach(g, k);
	return k;
}

/* One for all tasks of a pid namespace whose cgroup says nothing. */
static struct known_container *container_of_pid_ns(struct container_cache *cache, uint32_t pid_ns,
						   const struct known_cgroup *g)
{
	char key[] = "pid_ns:........";
	struct known_container *k;

	for (int i = 0; i < 8; i++)
		key[7 + i] = "0123456789abcdef"[pid_ns >> (28 - 4 * i) & 15];
	k = table_container(cache->table, key, sizeof(key) - 1);
	if (!k)
		return NULL;
	if (!k->c.generation) {
		set_unknown(&k->c);
		k->c.generation = ++cache->generation;
		k->done = true;
	}
	if (g && !k->c.cgroup_path[0]) {
		set_path(&k->c, g->path, strlen(g->path));
		k->c.generation = ++cache->generation;
	}
	return k;
}

static bool same_facts(const struct container *a, const struct container *b)
{
	return a->ref.type == b->ref.type && strcmp(a->ref.pod_uid, b->ref.pod_uid) == 0 &&
	       strcmp(a->name, b->name) == 0 && strcmp(a->image, b->image) == 0 &&
	       strcmp(a->image_tag, b->image_tag) == 0 &&
	       strcmp(a->image_digest, b->image_digest) == 0 && strcmp(a->k8s_ns, b->k8s_ns) == 0 &&
	       strcmp(a->k8s_pod, b->k8s_pod) == 0 &&
	       strcmp(a->k8s_container, b->k8s_container) == 0 && a->privileged == b->privileged &&
	       a->privileged_known == b->privileged_known &&
	       container_mounts_same(a->mounts, b->mounts);
}

static void container_load(struct container_cache *cache, struct known_container *k,
			   uint64_t now_ns)
{
	struct container read;

	if (!tries_due(&k->tries, now_ns))
		return;
	read = k->c;
	read.mounts = NULL;
	k->done = metadata_read(cache->metadata, &read, now_ns) || k->tries.n >= TRIES_MAX;
	if (read.mounts == NULL) /* what was there once still holds */
		read.mounts = k->c.mounts;
	if (same_facts(&read, &k->c)) {
		if (read.mounts != k->c.mounts)
			free(read.mounts);
		return;
	}
	if (read.mounts != k->c.mounts)
		free(k->c.mounts);
	k->c = read;
	k->c.generation = ++cache->generation;
}

const struct container *container_cache_find(struct container_cache *cache, uint64_t cgroup,
					     uint32_t hier, bool foreign_ns, uint32_t pid_ns,
					     uint64_t now_ns)
{
	struct known_cgroup *g = table_cgroup(cache->table, cgroup, hier);
	struct known_container *k = g ? g->container : NULL;

	if (!k && g && g->end == 0 && foreign_ns && tries_due(&g->tries, now_ns))
		metadata_identify(cache->metadata, &g->ref, &g->end, g->path);
	if (!k && g && g->end > 0)
		k = container_of_path(cache, g);
	else if (!k && foreign_ns)
		k = container_of_pid_ns(cache, pid_ns, g);
	else if (!k)
		return NULL;
	if (!k)
		return &cache->no_memory;
	table_touch(cache->table, g, k);
	if (!k->done)
		container_load(cache, k, now_ns);
	return &k->c;
}
