// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mountinfo.h"
#include "sandbox/cgroup.h"

#define PARENT	      "rootwatch"
#define RANDOM_BYTES  20
#define RANDOM_DIGITS (2 * RANDOM_BYTES)
#define PID_DIGITS    8

/* A cgroup can be busy for a moment after its last process was reaped. */
#define REMOVE_TRIES	400
#define REMOVE_PAUSE_NS 5000000L

static bool has_option(const char *options, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = options; (p = strstr(p, name)); p += len) {
		if ((p == options || p[-1] == ',') && (p[len] == ',' || p[len] == '\0'))
			return true;
	}
	return false;
}

static int add_hierarchy(const struct mountinfo *m, void *arg)
{
	struct sandbox_cgroups *c = arg;
	bool v2 = strcmp(m->fstype, "cgroup2") == 0;

	if (!v2 && (strcmp(m->fstype, "cgroup") != 0 || has_option(m->options, "cpuset")))
		return 0;
	if (c->n == SANDBOX_HIERARCHIES_MAX)
		return 0;
	c->mount[c->n] = strdup(m->point);
	if (!c->mount[c->n])
		return -ENOMEM;
	c->n++;
	return 0;
}

int sandbox_cgroups_find(struct sandbox_cgroups *c, FILE *mountinfo)
{
	struct sandbox_cgroups found = {0};
	int err = mountinfo_each(mountinfo, add_hierarchy, &found);

	if (err) {
		sandbox_cgroups_free(&found);
		return err;
	}
	*c = found;
	return 0;
}

void sandbox_cgroups_free(struct sandbox_cgroups *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->mount[i]);
	c->n = 0;
}

void sandbox_id_make(char id[static SANDBOX_ID_LEN + 1], const uint8_t random[static 20],
		     uint32_t pid, uint64_t start)
{
	for (size_t i = 0; i < RANDOM_BYTES; i++)
		(void)snprintf(id + 2 * i, 3, "%02x", random[i]);
	(void)snprintf(id + RANDOM_DIGITS, SANDBOX_ID_LEN + 1 - RANDOM_DIGITS,
		       "%08" PRIx32 "%016" PRIx64, pid, start);
}

bool sandbox_id_parse(const char *name, uint32_t *pid, uint64_t *start)
{
	char digits[PID_DIGITS + 1];

	if (strlen(name) != SANDBOX_ID_LEN || strspn(name, "0123456789abcdef") != SANDBOX_ID_LEN)
		return false;
	memcpy(digits, name + RANDOM_DIGITS, PID_DIGITS);
	digits[PID_DIGITS] = '\0';
	*pid = (uint32_t)strtoul(digits, NULL, 16);
	*start = strtoull(name + RANDOM_DIGITS + PID_DIGITS, NULL, 16);
	return true;
}

/* Field 22 of /proc/PID/stat: clock ticks since boot. 0: no such process. */
static uint64_t start_time(uint32_t pid)
{
	char path[64], stat[1024];
	uint64_t start = 0;
	ssize_t len = -1;
	char *p;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%" PRIu32 "/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	len = read(fd, stat, sizeof(stat) - 1);
	close(fd);
	if (len <= 0)
		return 0;
	stat[len] = '\0';
	/* The name, field 2, may hold anything: fields are counted from its closing bracket. */
	p = strrchr(stat, ')');
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p)
		start = strtoull(p + 1, NULL, 10);
	return start;
}

void sandbox_mark(char mark[static SANDBOX_MARK_LEN + 1])
{
	const uint8_t random[RANDOM_BYTES] = {0};
	uint32_t pid = (uint32_t)getpid();
	char id[SANDBOX_ID_LEN + 1];

	sandbox_id_make(id, random, pid, start_time(pid));
	memcpy(mark, id + RANDOM_DIGITS, SANDBOX_MARK_LEN + 1);
}

int sandbox_id_new(char id[static SANDBOX_ID_LEN + 1])
{
	uint32_t pid = (uint32_t)getpid();
	uint8_t random[RANDOM_BYTES];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return -EIO;
	sandbox_id_make(id, random, pid, start_time(pid));
	return 0;
}

/* mount/rootwatch[/id[/file]]; false when that is too long. */
static bool cgroup_path(char path[static PATH_MAX], const char *mount, const char *id,
			const char *file)
{
	int len = snprintf(path, PATH_MAX, "%s/" PARENT "%s%s%s%s", mount, id ? "/" : "",
			   id ? id : "", file ? "/" : "", file ? file : "");

	return len > 0 && len < PATH_MAX;
}

static int make_one(const char *mount, const char *id)
{
	char path[PATH_MAX];
	int fd;

	/* Twice: another sandbox that goes may remove the parent in between. */
	for (int i = 0; i < 2; i++) {
		if (!cgroup_path(path, mount, NULL, NULL))
			return -ENAMETOOLONG;
		if (mkdir(path, 0755) && errno != EEXIST)
			return -errno;
		if (!cgroup_path(path, mount, id, NULL))
			return -ENAMETOOLONG;
		if (mkdir(path, 0755) == 0)
			break;
		if (errno != ENOENT)
			return -errno;
	}
	if (!cgroup_path(path, mount, id, "cgroup.procs"))
		return -ENAMETOOLONG;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int sandbox_cgroups_make(const struct sandbox_cgroups *c, const char *id,
			 int files[static SANDBOX_HIERARCHIES_MAX])
{
	int n = 0, err = -ENOENT;

	for (size_t i = 0; i < SANDBOX_HIERARCHIES_MAX; i++)
		files[i] = -1;
	for (size_t i = 0; i < c->n; i++) {
		int fd = make_one(c->mount[i], id);

		if (fd < 0) {
			err = fd;
			continue;
		}
		files[i] = fd;
		n++;
	}
	return n ? n : err;
}

int sandbox_cgroups_join(const int files[static SANDBOX_HIERARCHIES_MAX])
{
	int n = 0, err = -ENOENT;

	for (size_t i = 0; i < SANDBOX_HIERARCHIES_MAX; i++) {
		if (files[i] < 0)
			continue;
		if (write(files[i], "0", 1) == 1)
			n++;
		else
			err = -errno;
	}
	return n ? 0 : err;
}

/* The parent goes with its last child; who comes later makes it anew. */
static void remove_parent(const char *mount)
{
	char path[PATH_MAX];

	if (cgroup_path(path, mount, NULL, NULL))
		(void)rmdir(path);
}

void sandbox_cgroups_remove(const struct sandbox_cgroups *c, const char *id)
{
	const struct timespec pause = {.tv_nsec = REMOVE_PAUSE_NS};
	char path[PATH_MAX];
	int tries = 0;

	for (size_t i = 0; i < c->n; i++) {
		if (!cgroup_path(path, c->mount[i], id, NULL))
			continue;
		while (rmdir(path) && errno == EBUSY && tries++ < REMOVE_TRIES)
			(void)nanosleep(&pause, NULL);
		remove_parent(c->mount[i]);
	}
}

static void sweep_one(const char *mount)
{
	char path[PATH_MAX];
	struct dirent *e;
	uint64_t start;
	uint32_t pid;
	DIR *dir;

	if (!cgroup_path(path, mount, NULL, NULL))
		return;
	dir = opendir(path);
	if (!dir)
		return;
	while ((e = readdir(dir))) {
		if (sandbox_id_parse(e->d_name, &pid, &start) && start_time(pid) != start)
			(void)unlinkat(dirfd(dir), e->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
	remove_parent(mount);
}

void sandbox_cgroups_sweep(const struct sandbox_cgroups *c)
{
	for (size_t i = 0; i < c->n; i++)
		sweep_one(c->mount[i]);
}
