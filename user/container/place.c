// SPDX-License-Identifier: Apache-2.0
#include "container/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "container/bounded_json.h"

/* openat2(2): since Linux 5.6, below the floor of this program. */
static int open_below(const struct place *in, const char *path, int flags, bool user)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_CLOEXEC | O_NOFOLLOW),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* A user's own FUSE mount could let us wait for ever. */
	if (user)
		how.resolve |= RESOLVE_NO_XDEV;
	fd = syscall(SYS_openat2, in->fd, path, &how, sizeof(how));
	return fd < 0 ? -errno : (int)fd;
}

static int place_fill(struct place *place, int fd, bool user)
{
	struct stat st;

	if (fstat(fd, &st) != 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	*place = (struct place){.fd = fd, .owner = st.st_uid, .user = user};
	return 0;
}

int place_open(struct place *place, const char *root, const char *dir)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int top = open(*root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	long fd;

	if (top < 0)
		return -errno;
	fd = syscall(SYS_openat2, top, dir, &how, sizeof(how));
	if (fd < 0)
		fd = -errno;
	close(top);
	return fd < 0 ? (int)fd : place_fill(place, (int)fd, false);
}

int place_open_below(struct place *place, const struct place *in, const char *path, bool user)
{
	int fd = open_below(in, path, O_PATH | O_DIRECTORY, in->user);

	if (fd < 0)
		return fd;
	return place_fill(place, fd, user || in->user);
}

void place_close(struct place *place)
{
	close(place->fd);
	place->fd = -1;
}

/* A regular file of root's or of the owner of the place; size 0 is allowed (procfs says so). */
static int open_file(const struct place *place, const char *path, struct stat *st)
{
	int fd = open_below(place, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, place->user);

	if (fd < 0)
		return fd;
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode) ||
	    (st->st_uid != 0 && st->st_uid != place->owner)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

/* Reads until the end or until size bytes are there. */
static ssize_t read_all(int fd, char *buf, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t n = read(fd, buf + have, size - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

ssize_t place_read(const struct place *place, const char *path, char *buf, size_t size)
{
	struct stat st;
	ssize_t n;
	char more;
	int fd = open_file(place, path, &st);

	if (fd < 0)
		return fd;
	n = read_all(fd, buf, size);
	if (n >= 0 && (size_t)n == size && read_all(fd, &more, 1) != 0)
		n = -EFBIG;
	close(fd);
	return n;
}

json_t *place_load(const struct place *place, const char *path, size_t max)
{
	json_t *json = NULL;
	struct stat st;
	ssize_t n = -1;
	char *buf;
	int fd = open_file(place, path, &st);

	if (fd < 0)
		return NULL;
	if (st.st_size <= 0 || (size_t)st.st_size > max) {
		close(fd);
		return NULL;
	}
	buf = malloc((size_t)st.st_size);
	if (buf)
		n = read_all(fd, buf, (size_t)st.st_size);
	close(fd);
	if (n > 0)
		json = bounded_json(buf, (size_t)n, max);
	free(buf);
	return json;
}

ssize_t place_link(const struct place *place, const char *path, char *buf, size_t size)
{
	ssize_t n = readlinkat(place->fd, path, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

int place_each(const struct place *place, size_t max,
	       int (*each)(const struct place *place, const char *name, void *arg), void *arg)
{
	int fd = openat(place->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent *e;
	int ret = 0;
	DIR *dir;

	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return 0;
	}
	while (ret == 0 && max > 0 && (e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.' || (e->d_type != DT_DIR && e->d_type != DT_UNKNOWN))
			continue;
		max--;
		ret = each(place, e->d_name, arg);
	}
	closedir(dir);
	return ret;
}
