// SPDX-License-Identifier: Apache-2.0
#include "container/host_mounts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mountinfo.h"

/*
 * A container that may mount into the host (shared propagation) must not make us keep any number
 * of mounts. Beyond these bounds those listed last are left out; the host's own come first.
 */
#define MOUNTS_MAX 65536
#define TEXT_MAX   (16u << 20)

/* The kernel is asked no more often than that whether the mounts have changed. */
#define ASK_EVERY_MS 100

/*
 * root and point are offsets into the listing's text. Neither has a slash at its end: "/" is the
 * empty string, so that point and what follows root can be joined as they are.
 */
struct mount {
	uint32_t dev;
	uint32_t root, point;
	uint16_t root_len, point_len;
	uint32_t order; /* in the file */
};

/* Sorted by device, root, and of the same ones the mount to prefer first. */
struct listing {
	struct mount *mounts;
	size_t n, room;
	char *text;
	size_t text_len, text_room;
};

struct host_mounts {
	struct listing listing;
	int fd;
	uint64_t asked; /* when the kernel was, ms */
	bool stale;	/* the mounts have changed since they were read */
};

/* Their files are made by the kernel, or they are only a way to something else. */
static bool holds_files(const char *fstype)
{
	static const char *const others[] = {
		"autofs",   "binfmt_misc", "bpf",	"cgroup",   "cgroup2",
		"configfs", "debugfs",	   "devpts",	"devtmpfs", "efivarfs",
		"fusectl",  "hugetlbfs",   "mqueue",	"nsfs",	    "proc",
		"pstore",   "securityfs",  "selinuxfs", "sysfs",    "tracefs",
	};

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(fstype, others[i]) == 0)
			return false;
	}
	return true;
}

static struct str without_slash(struct str path)
{
	while (path.len > 0 && path.p[path.len - 1] == '/')
		path.len--;
	path.full = path.len;
	return path;
}

/* Makes room for one mount and its text. Gives 0 or -ENOMEM. */
static int listing_grow(struct listing *l, size_t text)
{
	if (l->n == l->room) {
		size_t room = l->room ? l->room * 2 : 64;
		struct mount *mounts = reallocarray(l->mounts, room, sizeof(*mounts));

		if (!mounts)
			return -ENOMEM;
		l->mounts = mounts;
		l->room = room;
	}
	if (!l->text || text > l->text_room - l->text_len) {
		size_t room = l->text_room * 2 + 2 * HOST_PATH_MAX;
		char *bytes = realloc(l->text, room);

		if (!bytes)
			return -ENOMEM;
		l->text = bytes;
		l->text_room = room;
	}
	return 0;
}

static uint32_t add_text(struct listing *l, struct str s)
{
	uint32_t at = (uint32_t)l->text_len;

	if (s.len > 0)
		memcpy(l->text + at, s.p, s.len);
	l->text_len += s.len;
	return at;
}

/* Gives 0, 1 when the listing is full, or -ENOMEM. */
static int add_mount(const struct mountinfo *info, void *arg)
{
	struct listing *l = arg;
	struct str root = str_from(info->root), point = str_from(info->point);
	struct mount *m;

	/* A root may be no path (that of a namespace), or one that no longer leads anywhere. */
	if (!holds_files(info->fstype) || !str_starts(root, "/") || str_ends(root, "//deleted") ||
	    !str_starts(point, "/"))
		return 0;
	root = without_slash(root);
	point = without_slash(point);
	if (root.len > HOST_PATH_MAX || point.len > HOST_PATH_MAX)
		return 0;
	if (l->n >= MOUNTS_MAX || l->text_len + root.len + point.len > TEXT_MAX)
		return 1;
	if (listing_grow(l, root.len + point.len) < 0)
		return -ENOMEM;
	m = &l->mounts[l->n];
	m->dev = info->dev;
	m->root = add_text(l, root);
	m->root_len = (uint16_t)root.len;
	m->point = add_text(l, point);
	m->point_len = (uint16_t)point.len;
	m->order = (uint32_t)l->n++;
	return 0;
}

static int compare_numbers(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/* Where m lies from the mounts of dev with that root. */
static int compare_root(const struct listing *l, const struct mount *m, uint32_t dev,
			const char *root, uint32_t len)
{
	if (m->dev != dev)
		return compare_numbers(m->dev, dev);
	if (m->root_len != len)
		return compare_numbers(m->root_len, len);
	return len > 0 ? memcmp(l->text + m->root, root, len) : 0;
}

static int compare_mounts(const void *one, const void *other, void *arg)
{
	const struct listing *l = arg;
	const struct mount *a = one, *b = other;
	int order = compare_root(l, a, b->dev, l->text + b->root, b->root_len);

	if (order == 0)
		order = compare_numbers(a->point_len, b->point_len);
	return order ? order : compare_numbers(a->order, b->order);
}

static void listing_free(struct listing *l)
{
	free(l->mounts);
	free(l->text);
}

/* Reads all mounts; what was known stays when that fails. Gives 0 or -errno. */
static int read_again(struct host_mounts *m)
{
	struct listing l = {.mounts = NULL};
	int fd = fcntl(m->fd, F_DUPFD_CLOEXEC, 0);
	FILE *f;
	int err;

	if (fd < 0)
		return -errno;
	/* A stream for this once: one that stays could give what it still has in its buffer. */
	f = fdopen(fd, "r");
	if (!f) {
		err = -errno;
		(void)close(fd);
		return err;
	}
	err = lseek(fd, 0, SEEK_SET) < 0 ? -errno : mountinfo_each(f, add_mount, &l);
	(void)fclose(f);
	if (err < 0) {
		listing_free(&l);
		return err;
	}
	if (l.n > 0)
		qsort_r(l.mounts, l.n, sizeof(*l.mounts), compare_mounts, &l);
	listing_free(&m->listing);
	m->listing = l;
	return 0;
}

static uint64_t now_ms(void)
{
	return (uint64_t)clock_ns(CLOCK_MONOTONIC_COARSE) / 1000000;
}

/* The kernel says once for each open file that the mounts have changed: proc_pid_mounts(5). */
static void refresh_now(struct host_mounts *m)
{
	struct pollfd p = {.fd = m->fd, .events = POLLPRI};

	if (poll(&p, 1, 0) > 0 && (p.revents & (POLLPRI | POLLERR)))
		m->stale = true;
	if (m->stale && read_again(m) == 0)
		m->stale = false;
}

static void refresh(struct host_mounts *m)
{
	uint64_t now = now_ms();

	if (now - m->asked < ASK_EVERY_MS)
		return;
	m->asked = now;
	refresh_now(m);
}

int host_mounts_new(struct host_mounts **mounts, const char *path)
{
	struct host_mounts *m = calloc(1, sizeof(*m));
	int err;

	if (!m)
		return -ENOMEM;
	m->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (m->fd < 0) {
		err = -errno;
		free(m);
		return err;
	}
	m->asked = now_ms();
	err = read_again(m);
	if (err < 0) {
		host_mounts_free(m);
		return err;
	}
	*mounts = m;
	return 0;
}

void host_mounts_free(struct host_mounts *m)
{
	if (!m)
		return;
	(void)close(m->fd);
	listing_free(&m->listing);
	free(m);
}

/* The first mount that is not before those of dev with that root. */
static size_t lower_bound(const struct listing *l, uint32_t dev, const char *root, uint32_t len)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (compare_root(l, &l->mounts[middle], dev, root, len) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/*
 * The mount of dev whose root is the longest head of path that ends where a name does.
 *
 * mountinfo has the superblock's device and the root's path from the superblock's root, as the
 * events do; on btrfs too, where stat(2) gives each subvolume a device of its own instead.
 */
static const struct mount *find(const struct listing *l, uint32_t dev, struct str path)
{
	uint32_t len = path.len;
	size_t i = lower_bound(l, dev, "", 0);

	if (i == l->n || l->mounts[i].dev != dev)
		return NULL;
	for (;;) {
		i = lower_bound(l, dev, path.p, len);
		if (i < l->n && compare_root(l, &l->mounts[i], dev, path.p, len) == 0)
			return &l->mounts[i];
		if (len == 0)
			return NULL;
		do
			len--;
		while (path.p[len] != '/');
	}
}

struct str host_mounts_path(struct host_mounts *m, uint32_t dev, struct str sbpath,
			    char out[static HOST_PATH_MAX])
{
	const struct str none = {.p = NULL};
	const struct listing *l = &m->listing;
	const struct mount *mount;
	struct str rest;
	uint32_t len;

	/* Whatever a cut path would give, it would be another file's. */
	if (!str_starts(sbpath, "/") || sbpath.full > sbpath.len)
		return none;
	refresh(m);
	sbpath = without_slash(sbpath);
	mount = find(l, dev, sbpath);
	if (!mount)
		return none;
	rest.p = sbpath.p + mount->root_len;
	rest.len = sbpath.len - mount->root_len;
	if ((size_t)rest.len + mount->point_len > HOST_PATH_MAX)
		return none;
	len = mount->point_len;
	if (len > 0)
		memcpy(out, l->text + mount->point, len);
	memcpy(out + len, rest.p, rest.len);
	len += rest.len;
	if (len == 0)
		out[len++] = '/';
	return (struct str){out, len, len};
}

bool host_mounts_has(struct host_mounts *m, uint32_t dev)
{
	const struct listing *l = &m->listing;
	size_t i;

	refresh_now(m);
	i = lower_bound(l, dev, "", 0);
	return i < l->n && l->mounts[i].dev == dev;
}

size_t host_mounts_devices(struct host_mounts *m, uint32_t *devs, size_t n)
{
	const struct listing *l = &m->listing;
	size_t found = 0;

	refresh(m);
	for (size_t i = 0; i < l->n && found < n; i++) {
		if (i == 0 || l->mounts[i].dev != l->mounts[i - 1].dev)
			devs[found++] = l->mounts[i].dev;
	}
	return found;
}
