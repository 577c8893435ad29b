// SPDX-License-Identifier: Apache-2.0
#include "container/metadata.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/dirs.h"
#include "container/docker.h"
#include "container/details.h"
#include "container/place.h"
#include "container/ref.h"
#include "container/state.h"
#include "container/storage.h"

struct metadata {
	char *root;
	struct docker_roots docker;
};

int metadata_new(struct metadata **md, const char *root)
{
	struct metadata *m = calloc(1, sizeof(*m));

	if (!m)
		return -ENOMEM;
	/* "/" and "/var" make "//var": the same file, but "" reads better in a message. */
	m->root = strdup(strcmp(root, "/") == 0 ? "" : root);
	if (!m->root) {
		free(m);
		return -ENOMEM;
	}
	*md = m;
	return 0;
}

void metadata_free(struct metadata *md)
{
	if (!md)
		return;
	free(md->root);
	free(md);
}

/* ---- Docker -------------------------------------------------------------------------------- */

static bool read_rootless_docker(struct metadata *md, struct container *c)
{
	struct place home, data;
	bool found = false;

	if (dirs_open_home(&home, md->root, c->cgroup_path) != 0)
		return false;
	if (place_open_below(&data, &home, ".local/share/docker", true) == 0) {
		found = docker_read_at(&data, c);
		place_close(&data);
	}
	place_close(&home);
	return found;
}

static bool read_docker(struct metadata *md, struct container *c, uint64_t now_ns)
{
	return read_rootless_docker(md, c) || docker_read(&md->docker, md->root, c, now_ns);
}

/* ---- containerd ---------------------------------------------------------------------------- */

static int read_bundle(const struct place *tasks, const char *ns, void *arg)
{
	struct container *c = arg;
	char path[CONTAINER_ID_MAX + 320];
	json_t *config;

	snprintf(path, sizeof(path), "%.255s/%s/config.json", ns, c->ref.id);
	config = place_load(tasks, path, PLACE_JSON_MAX);
	if (!config)
		return 0;
	details_oci(c, config);
	json_decref(config);
	return 1;
}

static bool read_containerd(struct metadata *md, struct container *c)
{
	bool found = false;

	for (size_t i = 0; !found && i < DIRS_CONTAINERD; i++) {
		struct place tasks;

		if (place_open(&tasks, md->root, dirs_containerd[i]) != 0)
			continue;
		found = place_each(&tasks, DIRS_NAMESPACES_MAX, read_bundle, c) == 1;
		place_close(&tasks);
	}
	/* `ctr run` knows no other name than the id, which its user chose. */
	if (found && !c->name[0] && !container_ref_is_hex64(str_from(c->ref.id)))
		details_set(c->name, c->ref.id);
	return found;
}

/* ---- runc by itself ------------------------------------------------------------------------ */

/* Its own directory only: who started it with another one is not known here. */
static void read_runc(const struct metadata *md, struct container *c)
{
	char path[CONTAINER_ID_MAX + 16];
	struct place states;
	json_t *state;

	if (place_open(&states, md->root, "/run/runc") != 0)
		return;
	snprintf(path, sizeof(path), "%s/state.json", c->ref.id);
	state = place_load(&states, path, PLACE_JSON_MAX);
	details_runc(c, state);
	json_decref(state);
	place_close(&states);
}

/* ---- all of them --------------------------------------------------------------------------- */

bool metadata_read(struct metadata *md, struct container *c, uint64_t now_ns)
{
	switch (c->ref.type) {
	case CONTAINER_DOCKER:
		return read_docker(md, c, now_ns);
	case CONTAINER_CONTAINERD:
		return read_containerd(md, c);
	case CONTAINER_CRIO:
	case CONTAINER_PODMAN:
		return storage_read(md->root, c);
	case CONTAINER_RUNC:
		read_runc(md, c);
		if (!c->name[0])
			details_set(c->name, c->ref.id);
		return true;
	case CONTAINER_LXC:
	case CONTAINER_NSPAWN:
		details_set(c->name, c->ref.id);
		return true;
	case CONTAINER_OTHER:
		if (read_containerd(md, c)) {
			c->ref.type = CONTAINER_CONTAINERD;
			return true;
		}
		if (storage_read(md->root, c))
			return true;
		if (read_docker(md, c, now_ns)) {
			c->ref.type = CONTAINER_DOCKER;
			return true;
		}
		read_runc(md, c);
		return c->name[0] != '\0';
	case CONTAINER_UNKNOWN:
	case CONTAINER_TYPE_END:
		break;
	}
	return true;
}

int metadata_identify(struct metadata *md, struct container_ref *ref, size_t *end, const char *path)
{
	return state_identify(ref, end, md->root, path);
}
