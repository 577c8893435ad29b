// SPDX-License-Identifier: Apache-2.0
#include "container/docker.h"

#include <stdio.h>
#include <string.h>

#include "container/details.h"
#include "container/place.h"
#include "container/ref.h"

#define PROCESSES_MAX	8192
#define CMDLINE_MAX	4096
#define REMAPPED_MAX	16
#define SEARCH_INTERVAL (2ull * 1000 * 1000 * 1000)

/* One engine's data directory, or one user mapping's below it. */
static bool read_containers(const struct place *data, struct container *c)
{
	char path[CONTAINER_ID_MAX + 64];
	json_t *config, *hostconfig;

	snprintf(path, sizeof(path), "containers/%s/config.v2.json", c->ref.id);
	config = place_load(data, path, PLACE_JSON_MAX);
	if (!config)
		return false;
	snprintf(path, sizeof(path), "containers/%s/hostconfig.json", c->ref.id);
	hostconfig = place_load(data, path, PLACE_JSON_MAX);
	details_docker(c, config, hostconfig);
	json_decref(config);
	json_decref(hostconfig);
	return true;
}

/* With userns-remap everything lies in a directory "<uid>.<gid>". */
static int read_remapped(const struct place *data, const char *name, void *arg)
{
	size_t digits = strspn(name, "0123456789");
	struct place below;
	bool found;

	if (digits == 0 || name[digits] != '.' || name[digits + 1] == '\0' ||
	    name[digits + 1 + strspn(name + digits + 1, "0123456789")] != '\0')
		return 0;
	if (place_open_below(&below, data, name, false) != 0)
		return 0;
	found = read_containers(&below, arg);
	place_close(&below);
	return found;
}

bool docker_read_at(const struct place *data, struct container *c)
{
	return read_containers(data, c) || place_each(data, REMAPPED_MAX, read_remapped, c) == 1;
}

static bool read_root(const char *root, const char *dir, struct container *c)
{
	struct place data;
	bool found;

	if (place_open(&data, root, dir) != 0)
		return false;
	found = docker_read_at(&data, c);
	place_close(&data);
	return found;
}

static void roots_add(struct docker_roots *roots, const char *path)
{
	size_t len = path ? strnlen(path, PATH_MAX) : 0;

	if (len == 0 || len == PATH_MAX || path[0] != '/' || roots->n == DOCKER_ROOTS_MAX)
		return;
	for (size_t i = 0; i < roots->n; i++)
		if (strcmp(roots->path[i], path) == 0)
			return;
	memcpy(roots->path[roots->n++], path, len + 1);
}

static void roots_of_config(struct docker_roots *roots, const char *root)
{
	struct place etc;
	json_t *json;

	if (place_open(&etc, root, "/etc/docker") != 0)
		return;
	json = place_load(&etc, "daemon.json", PLACE_JSON_MAX);
	place_close(&etc);
	roots_add(roots, json_string_value(json_object_get(json, "data-root")));
	roots_add(roots, json_string_value(json_object_get(json, "graph"))); /* before 17.05 */
	json_decref(json);
}

/* The arguments, each with its NUL. */
static void roots_of_cmdline(struct docker_roots *roots, const char *args, size_t len)
{
	static const char *const options[] = {"--data-root", "--graph", "-g"};
	const char *end = args + len;

	for (const char *arg = args; arg < end; arg += strlen(arg) + 1) {
		for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
			size_t n = strlen(options[i]);

			if (strncmp(arg, options[i], n) != 0)
				continue;
			if (arg[n] == '=')
				roots_add(roots, arg + n + 1);
			else if (arg[n] == '\0' && arg + n + 1 < end)
				roots_add(roots, arg + n + 1);
		}
	}
}

struct search {
	struct docker_roots *roots;
	char pid_ns[64], mnt_ns[64]; /* of the host, or ours */
};

static bool same_ns(const struct place *proc, const char *pid, const char *ns, const char *ours)
{
	char path[64], theirs[64];

	snprintf(path, sizeof(path), "%.20s/ns/%s", pid, ns);
	return place_link(proc, path, theirs, sizeof(theirs)) > 0 && strcmp(theirs, ours) == 0;
}

static int search_process(const struct place *proc, const char *pid, void *arg)
{
	char path[64], comm[32], args[CMDLINE_MAX];
	struct search *s = arg;
	ssize_t n;

	if (pid[strspn(pid, "0123456789")] != '\0')
		return 0;
	snprintf(path, sizeof(path), "%.20s/comm", pid);
	n = place_read(proc, path, comm, sizeof(comm));
	if (n != 8 || memcmp(comm, "dockerd\n", 8) != 0)
		return 0;
	/* A container may run a program of that name too: only the host's namespaces count. */
	if (!same_ns(proc, pid, "pid", s->pid_ns) || !same_ns(proc, pid, "mnt", s->mnt_ns))
		return 0;
	snprintf(path, sizeof(path), "%.20s/cmdline", pid);
	n = place_read(proc, path, args, sizeof(args) - 1);
	if (n > 0) {
		args[n] = '\0';
		roots_of_cmdline(s->roots, args, (size_t)n);
	}
	return 0;
}

static void roots_of_processes(struct docker_roots *roots, const char *root)
{
	struct search s = {.roots = roots};
	struct place proc;

	if (place_open(&proc, root, "/proc") != 0)
		return;
	if (place_link(&proc, "self/ns/pid", s.pid_ns, sizeof(s.pid_ns)) > 0 &&
	    (place_link(&proc, "1/ns/mnt", s.mnt_ns, sizeof(s.mnt_ns)) > 0 ||
	     place_link(&proc, "self/ns/mnt", s.mnt_ns, sizeof(s.mnt_ns)) > 0))
		place_each(&proc, PROCESSES_MAX, search_process, &s);
	place_close(&proc);
}

static bool read_found(const struct docker_roots *roots, const char *root, struct container *c)
{
	for (size_t i = 0; i < roots->n; i++)
		if (read_root(root, roots->path[i], c))
			return true;
	return false;
}

bool docker_read(struct docker_roots *roots, const char *root, struct container *c, uint64_t now_ns)
{
	if (read_root(root, "/var/lib/docker", c) ||
	    read_root(root, "/var/snap/docker/common/var-lib-docker", c) ||
	    read_found(roots, root, c))
		return true;
	if (roots->known && now_ns - roots->searched < SEARCH_INTERVAL)
		return false;
	roots->n = 0;
	roots->searched = now_ns;
	roots->known = true;
	roots_of_config(roots, root);
	roots_of_processes(roots, root);
	return read_found(roots, root, c);
}
