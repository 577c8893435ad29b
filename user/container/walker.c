// SPDX-License-Identifier: Apache-2.0
#include "container/walker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/helpers.h"

#ifndef RESOLVE_CACHED /* since Linux 5.12: what would have to wait fails with EAGAIN */
#define RESOLVE_CACHED 0x20
#endif

struct walk {
	uint64_t flags;
	int root;
	char path[PATH_MAX];
};
_Static_assert(sizeof(struct walk) <= HELPERS_ROOM, "a path fits");

static int walk(int root, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* Its own root: when nobody waits any more, the caller's is closed. */
static int walk_take(void *room)
{
	struct walk *w = room;

	w->root = fcntl(w->root, F_DUPFD_CLOEXEC, 0);
	return w->root < 0 ? -errno : 0;
}

static int walk_run(void *room)
{
	const struct walk *w = room;
	int fd = walk(w->root, w->path, w->flags, 0);

	close(w->root);
	return fd;
}

static void walk_drop(int fd)
{
	if (fd >= 0)
		close(fd);
}

int walker_open(struct helpers *helpers, uint32_t mnt_ns, int root, const char *path, uint32_t more)
{
	static const struct helpers_work work = {walk_take, walk_run, walk_drop};
	struct walk w = {.flags = O_PATH | O_CLOEXEC | more, .root = root};
	size_t size = strlen(path) + 1;
	int fd;

	if (size > sizeof(w.path))
		return -ENAMETOOLONG;
	fd = walk(root, path, w.flags, RESOLVE_CACHED);
	/* EINVAL: a kernel that does not know the flag; there every path is followed by a thread. */
	if (fd != -EAGAIN && fd != -EINVAL)
		return fd;
	memcpy(w.path, path, size);
	return helpers_do(helpers, mnt_ns, &work, &w, offsetof(struct walk, path) + size, 0);
}
