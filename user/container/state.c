// SPDX-License-Identifier: Apache-2.0
#include "container/state.h"

#include <stdio.h>
#include <string.h>

#include "container/dirs.h"
#include "container/place.h"
#include "container/ref.h"

#define DEPTH_MAX    6 /* components that are tried as the name of a container */
#define CGROUP_MOUNT "/sys/fs/cgroup"

struct candidate {
	const char *id;
	struct str path; /* of the cgroup that it would be */
	enum container_type type;
};

/* One of a runc state's cgroup_paths: with v1 one per controller, with v2 one without. */
static bool state_names_cgroup(const char *controller, const char *full, struct str path)
{
	struct str rest = str_from(full);

	if (!str_starts(rest, CGROUP_MOUNT))
		return false;
	rest = str_from(full + strlen(CGROUP_MOUNT));
	if (*controller) {
		const char *slash = rest.len > 1 ? strchr(rest.p + 1, '/') : NULL;

		return slash && str_eq(str_from(slash), path);
	}
	if (str_starts(rest, "/unified/")) /* hybrid */
		rest = str_from(rest.p + strlen("/unified"));
	return str_eq(rest, path);
}

static bool runc_state_fits(const struct place *states, const struct candidate *cand)
{
	char path[CONTAINER_ID_MAX + 64];
	const char *controller;
	bool fits = false;
	json_t *state, *v;

	snprintf(path, sizeof(path), "%s/state.json", cand->id);
	state = place_load(states, path, PLACE_JSON_MAX);
	json_object_foreach(json_object_get(state, "cgroup_paths"), controller, v)
		if (json_is_string(v))
			fits |= state_names_cgroup(controller, json_string_value(v), cand->path);
	json_decref(state);
	return fits;
}

static bool crun_status_fits(const struct place *states, const struct candidate *cand)
{
	char path[CONTAINER_ID_MAX + 64];
	const char *cgroup;
	json_t *status;
	bool fits;

	snprintf(path, sizeof(path), "%s/status", cand->id);
	status = place_load(states, path, PLACE_JSON_MAX);
	cgroup = json_string_value(json_object_get(status, "cgroup-path"));
	fits = cgroup && str_is(cand->path, cgroup);
	json_decref(status);
	return fits;
}

static int runc_namespace_fits(const struct place *in, const char *name, void *arg)
{
	const struct candidate *cand = arg;
	struct place states;
	bool fits;

	if (place_open_below(&states, in, name, false) != 0)
		return 0;
	fits = runc_state_fits(&states, cand);
	place_close(&states);
	return fits;
}

static int bundle_fits(const struct place *tasks, const char *ns, void *arg)
{
	const struct candidate *cand = arg;
	char path[CONTAINER_ID_MAX + 320];
	const char *cgroup;
	json_t *config;
	int fits;

	snprintf(path, sizeof(path), "%.255s/%s/config.json", ns, cand->id);
	config = place_load(tasks, path, PLACE_JSON_MAX);
	cgroup =
		json_string_value(json_object_get(json_object_get(config, "linux"), "cgroupsPath"));
	fits = cgroup && str_is(cand->path, cgroup);
	json_decref(config);
	return fits;
}

/* Whether some runtime's state in dir is that of the candidate. */
static bool state_dir_fits(const char *root, const char *dir, struct candidate *cand,
			   bool (*fits)(const struct place *, const struct candidate *),
			   int (*each)(const struct place *, const char *, void *))
{
	struct place place;
	bool found;

	if (place_open(&place, root, dir) != 0)
		return false;
	found = fits ? fits(&place, cand) :
		       place_each(&place, DIRS_NAMESPACES_MAX, each, cand) == 1;
	place_close(&place);
	return found;
}

static bool user_state_fits(const char *root, struct candidate *cand, const char *whole)
{
	struct place run, states;
	bool found = false;

	if (dirs_open_user_run(&run, root, whole) != 0)
		return false;
	if (place_open_below(&states, &run, "runc", true) == 0) {
		found = runc_state_fits(&states, cand);
		place_close(&states);
	}
	if (!found && place_open_below(&states, &run, "crun", true) == 0) {
		found = crun_status_fits(&states, cand);
		place_close(&states);
	}
	place_close(&run);
	return found;
}

static bool identify_candidate(const char *root, struct candidate *cand, const char *whole)
{
	cand->type = CONTAINER_CONTAINERD;
	for (size_t i = 0; i < DIRS_CONTAINERD; i++)
		if (state_dir_fits(root, dirs_containerd[i], cand, NULL, bundle_fits))
			return true;
	cand->type = CONTAINER_RUNC;
	return state_dir_fits(root, "/run/runc", cand, runc_state_fits, NULL) ||
	       state_dir_fits(root, "/run/crun", cand, crun_status_fits, NULL) ||
	       state_dir_fits(root, "/run/containerd/runc", cand, NULL, runc_namespace_fits) ||
	       state_dir_fits(root, "/run/docker/runtime-runc", cand, NULL, runc_namespace_fits) ||
	       user_state_fits(root, cand, whole);
}

int state_identify(struct container_ref *ref, size_t *end, const char *root, const char *path)
{
	size_t to = strlen(path);

	for (int depth = 0; depth < DEPTH_MAX && to > 0; depth++) {
		struct candidate cand = {.path = {path, (uint32_t)to, (uint32_t)to}};
		struct str name = str_basename(cand.path);
		struct container_ref found = {0};

		if (container_ref_valid_id(name)) {
			memcpy(found.id, name.p, name.len);
			cand.id = found.id;
			if (identify_candidate(root, &cand, path)) {
				found.type = cand.type;
				*ref = found;
				*end = to;
				return 1;
			}
		}
		to -= name.len;
		while (to > 0 && path[to - 1] == '/')
			to--;
	}
	return 0;
}
