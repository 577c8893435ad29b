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

#define JSON_MAX    (1024 * 1024)
#define STORAGE_MAX (8 * 1024 * 1024) /* lists all containers of a host, 1 to 4 KiB each */

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
	config = place_load(tasks, path, JSON_MAX);
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

/* ---- containers/storage: podman and CRI-O ------------------------------------------------------ */

static const char *const storage_drivers[] = {"overlay-containers", "vfs-containers",
					      "btrfs-containers", "zfs-containers"};

static bool read_userdata(const struct place *storage, const char *dir, struct container *c)
{
	char path[CONTAINER_ID_MAX + 64];
	const char *manager;
	json_t *config;

	snprintf(path, sizeof(path), "%s/%s/userdata/config.json", dir, c->ref.id);
	config = place_load(storage, path, JSON_MAX);
	if (!config)
		return false;
	details_oci(c, config);
	manager = json_string_value(
		json_object_get(json_object_get(config, "annotations"), "io.container.manager"));
	if (c->ref.type == CONTAINER_OTHER && manager)
		c->ref.type = strcmp(manager, "cri-o") == 0 ? CONTAINER_CRIO : CONTAINER_PODMAN;
	json_decref(config);
	return true;
}

static void read_names(const struct place *storage, const char *dir, struct container *c)
{
	static const char *const lists[] = {"containers.json", "volatile-containers.json"};
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(lists) / sizeof(lists[0]); i++) {
		char path[64];
		json_t *list;

		snprintf(path, sizeof(path), "%s/%s", dir, lists[i]);
		list = place_load(storage, path, STORAGE_MAX);
		found = details_storage(c, list);
		json_decref(list);
	}
}

/* One storage: its graph root or its run root. */
static bool read_storage(const struct place *base, const char *below, struct container *c)
{
	struct place storage;
	bool found = false;

	if (place_open_below(&storage, base, below, base->user) != 0)
		return false;
	for (size_t i = 0; i < sizeof(storage_drivers) / sizeof(storage_drivers[0]); i++) {
		if (!read_userdata(&storage, storage_drivers[i], c))
			continue;
		found = true;
		if (!c->name[0] || !c->image[0])
			read_names(&storage, storage_drivers[i], c);
		break;
	}
	place_close(&storage);
	return found && c->name[0];
}

static bool read_rootless_storage(struct metadata *md, struct container *c)
{
	struct place base;
	bool found = false;

	if (dirs_open_home(&base, md->root, c->cgroup_path) == 0) {
		found = read_storage(&base, ".local/share/containers/storage", c);
		place_close(&base);
	}
	if (!found && dirs_open_user_run(&base, md->root, c->cgroup_path) == 0) {
		found = read_storage(&base, "containers", c);
		place_close(&base);
	}
	return found;
}

static bool read_storages(struct metadata *md, struct container *c)
{
	static const char *const dirs[] = {"/var/lib/containers/storage",
					   "/run/containers/storage"};
	bool found = read_rootless_storage(md, c);

	for (size_t i = 0; !found && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct place storage;

		if (place_open(&storage, md->root, dirs[i]) != 0)
			continue;
		found = read_storage(&storage, ".", c);
		place_close(&storage);
	}
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
	state = place_load(&states, path, JSON_MAX);
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
		return read_storages(md, c);
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
		if (read_storages(md, c))
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
