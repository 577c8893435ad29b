/* SPDX-License-Identifier: Apache-2.0 */
#include "source/moves.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* "0" into a cgroup.procs: this process. False: not there, not writable. */
static bool move_to(const char *top, const char *cgroup)
{
	char path[PATH_MAX];
	bool done;
	int fd;

	if (snprintf(path, sizeof(path), "%s%s/cgroup.procs", top, cgroup) >= (int)sizeof(path))
		return false;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	done = write(fd, "0", 1) == 1;
	close(fd);
	return done;
}

void moves_make(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];
	bool done = false;

	/* "0::/path" is v2's, "4:memory:/path" of v1. */
	while (f && !done && fgets(line, sizeof(line), f)) {
		char *kind = strchr(line, ':'), *path = kind ? strchr(kind + 1, ':') : NULL;
		char top[PATH_MAX];

		if (!path)
			continue;
		*path++ = '\0';
		path[strcspn(path, "\n")] = '\0';
		snprintf(top, sizeof(top), "/sys/fs/cgroup%s%s", kind[1] ? "/" : "", kind + 1);
		done = move_to(top, path) || (!kind[1] && move_to("/sys/fs/cgroup/unified", path));
	}
	if (f)
		fclose(f);
}
