// SPDX-License-Identifier: Apache-2.0
#include "cgroups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

#define BASE	   "rootwatch-bench"
#define MOUNTS_MAX 20

static char mounts[MOUNTS_MAX][256];
static int mounts_n;

static void mounts_read(void)
{
	char line[4096];
	FILE *f = fopen("/proc/self/mountinfo", "re");

	mounts_n = 0;
	while (f && mounts_n < MOUNTS_MAX && fgets(line, sizeof(line), f)) {
		char point[256];
		const char *type = strstr(line, " - ");

		if (!type ||
		    (strncmp(type, " - cgroup ", 10) != 0 && strncmp(type, " - cgroup2 ", 11) != 0))
			continue;
		if (sscanf(line, "%*s %*s %*s %*s %255s", point) == 1)
			memcpy(mounts[mounts_n++], point, sizeof(point));
	}
	if (f)
		fclose(f);
}

static int copy_line(const char *from, const char *to)
{
	char text[256];
	ssize_t n = -1;
	int err = 0, fd = open(from, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		close(fd);
	}
	if (n <= 0)
		return -EIO;
	fd = open(to, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) != n)
		err = -errno;
	close(fd);
	return err;
}

/* A new v1 cpuset takes nobody before it has processors and memory nodes. */
static void cpuset_fill(const char *mount, const char *sub)
{
	static const char *const names[] = {"cpuset.cpus", "cpuset.mems"};
	char from[600], to[600];

	for (int i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%.255s/%s", mount, names[i]);
		snprintf(to, sizeof(to), "%.255s/%s/%s", mount, sub, names[i]);
		if (!access(to, W_OK))
			copy_line(from, to);
	}
}

int cgroups_make(const char *id)
{
	char path[600], sub[128];
	int made = 0;

	mounts_read();
	for (int i = 0; i < mounts_n; i++) {
		snprintf(path, sizeof(path), "%.255s/" BASE, mounts[i]);
		if (mkdir(path, 0755) && errno != EEXIST)
			continue;
		cpuset_fill(mounts[i], BASE);
		snprintf(sub, sizeof(sub), BASE "/%s", id);
		snprintf(path, sizeof(path), "%.255s/%s", mounts[i], sub);
		if (mkdir(path, 0755))
			continue;
		cpuset_fill(mounts[i], sub);
		made++;
	}
	if (!made)
		return bench_fail(EROFS, "no cgroup hierarchy in which to make " BASE);
	return 0;
}

int cgroups_join(const char *id)
{
	int joined = 0;

	for (int i = 0; i < mounts_n; i++) {
		char path[600];
		int fd;

		snprintf(path, sizeof(path), "%.255s/" BASE "/%s/cgroup.procs", mounts[i], id);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0)
			continue;
		if (write(fd, "0", 1) == 1)
			joined++;
		close(fd);
	}
	return joined ? 0 : -ENOENT;
}

void cgroups_remove(const char *id)
{
	struct timespec moment = {.tv_nsec = 10000000};
	char path[600];

	for (int i = 0; i < mounts_n; i++) {
		snprintf(path, sizeof(path), "%.255s/" BASE "/%s", mounts[i], id);
		for (int tries = 0; rmdir(path) && errno == EBUSY && tries < 200; tries++)
			nanosleep(&moment, NULL);
		if (!access(path, F_OK))
			bench_say("left behind: %s (still in use)", path);
		/* Another bench may be running: its cgroup keeps the folder. */
		snprintf(path, sizeof(path), "%.255s/" BASE, mounts[i]);
		rmdir(path);
	}
}
