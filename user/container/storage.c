// SPDX-License-Identifier: Apache-2.0
#include "container/storage.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "container/details.h"
#include "container/dirs.h"
#include "container/place.h"

#define STORAGE_MAX (8 * 1024 * 1024) /* lists all containers of a host, 1 to 4 KiB each */
#define CONF_MAX    (64 * 1024)

static const char *const storage_drivers[] = {"overlay-containers", "vfs-containers",
					      "btrfs-containers", "zfs-containers"};

static bool read_userdata(const struct place *storage, const char *dir, struct container *c)
{
	char path[CONTAINER_ID_MAX + 64];
	const char *manager;
	json_t *config;

	snprintf(path, sizeof(path), "%s/%s/userdata/config.json", dir, c->ref.id);
	config = place_load(storage, path, PLACE_JSON_MAX);
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

static bool read_users_storage(const char *root, struct container *c)
{
	struct place base;
	bool found = false;

	if (dirs_open_home(&base, root, c->cgroup_path) == 0) {
		found = read_storage(&base, ".local/share/containers/storage", c);
		place_close(&base);
	}
	if (!found && dirs_open_user_run(&base, root, c->cgroup_path) == 0) {
		found = read_storage(&base, "containers", c);
		place_close(&base);
	}
	return found;
}

static bool read_storage_at(const char *root, const char *dir, struct container *c)
{
	struct place storage;
	bool found;

	if (place_open(&storage, root, dir) != 0)
		return false;
	found = read_storage(&storage, ".", c);
	place_close(&storage);
	return found;
}

/* The absolute path of a line like `graphroot = "/mnt/big"`; false: it is none. */
static bool conf_path(char path[static PATH_MAX], const char *line, const char *key)
{
	const char *end;
	char quote;

	line += strspn(line, " \t");
	if (strncmp(line, key, strlen(key)) != 0)
		return false;
	line += strlen(key);
	line += strspn(line, " \t");
	if (*line++ != '=')
		return false;
	line += strspn(line, " \t");
	quote = *line++;
	if ((quote != '"' && quote != '\'') || *line != '/')
		return false;
	end = strchr(line, quote);
	if (!end || end - line >= PATH_MAX)
		return false;
	memcpy(path, line, (size_t)(end - line));
	path[end - line] = '\0';
	return true;
}

/* By where the administrator has them; of two files the first that is there counts. */
static bool read_configured(const char *root, struct container *c)
{
	static const char *const dirs[] = {"/etc/containers", "/usr/share/containers"};
	char text[CONF_MAX], path[PATH_MAX], *next;
	ssize_t n = -1;
	bool found = false;

	for (size_t i = 0; n < 0 && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct place dir;

		if (place_open(&dir, root, dirs[i]) != 0)
			continue;
		n = place_read(&dir, "storage.conf", text, sizeof(text) - 1);
		place_close(&dir);
	}
	if (n < 0)
		return false;
	text[n] = '\0';
	for (char *line = text; line && !found; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (conf_path(path, line, "graphroot") || conf_path(path, line, "runroot"))
			found = read_storage_at(root, path, c);
	}
	return found;
}

bool storage_read(const char *root, struct container *c)
{
	return read_users_storage(root, c) ||
	       read_storage_at(root, "/var/lib/containers/storage", c) ||
	       read_storage_at(root, "/run/containers/storage", c) || read_configured(root, c);
}
