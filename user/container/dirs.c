// SPDX-License-Identifier: Apache-2.0
#include "container/dirs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOMES_MAX 1024

const char *const dirs_containerd[DIRS_CONTAINERD] = {
	"/run/containerd/io.containerd.runtime.v2.task",
	"/run/k3s/containerd/io.containerd.runtime.v2.task", /* RKE2 too */
	"/run/k0s/containerd/io.containerd.runtime.v2.task",
	"/var/snap/microk8s/common/run/containerd/io.containerd.runtime.v2.task",
	"/run/containerd/io.containerd.runtime.v1.linux", /* before 1.4 */
};

/* "/user.slice/user-<uid>.slice/..." */
static bool user_of_path(uid_t *uid, const char *path)
{
	static const char slice[] = "/user.slice/user-";
	const char *at = strstr(path, slice);
	unsigned long n;
	char *end;

	if (!at)
		return false;
	at += sizeof(slice) - 1;
	if (*at < '0' || *at > '9')
		return false;
	errno = 0;
	n = strtoul(at, &end, 10);
	if (errno || n >= (uid_t)-1 || strncmp(end, ".slice", 6) != 0)
		return false;
	*uid = (uid_t)n;
	return true;
}

struct home_search {
	uid_t uid;
	struct place *home;
};

static int search_home(const struct place *homes, const char *name, void *arg)
{
	const struct home_search *s = arg;
	struct place home;

	if (place_open_below(&home, homes, name, true) != 0)
		return 0;
	if (home.owner != s->uid) {
		place_close(&home);
		return 0;
	}
	*s->home = home;
	return 1;
}

int dirs_open_home(struct place *home, const char *root, const char *cgroup_path)
{
	struct home_search s = {.home = home};
	struct place homes;
	int found, err;

	if (!user_of_path(&s.uid, cgroup_path))
		return -ENOENT;
	err = place_open(&homes, root, "/home");
	if (err)
		return err;
	found = place_each(&homes, HOMES_MAX, search_home, &s);
	place_close(&homes);
	return found ? 0 : -ENOENT;
}

int dirs_open_user_run(struct place *run, const char *root, const char *cgroup_path)
{
	struct place runs;
	char name[24];
	uid_t uid;
	int err;

	if (!user_of_path(&uid, cgroup_path))
		return -ENOENT;
	err = place_open(&runs, root, "/run/user");
	if (err)
		return err;
	snprintf(name, sizeof(name), "%u", uid);
	err = place_open_below(run, &runs, name, true);
	place_close(&runs);
	return err;
}
