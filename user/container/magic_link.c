// SPDX-License-Identifier: Apache-2.0
#include "container/magic_link.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "container/walker.h"
#include "event/event.h"

/* Reads the link at that path, which must be procfs's, not a text that somebody wrote. */
static ssize_t read_link(struct helpers *helpers, const struct witness *w, const char *path,
			 char to[static PATH_MAX])
{
	int fd = walker_open(helpers, w->mnt_ns, w->root, path, O_NOFOLLOW);
	struct statfs fs;
	ssize_t n = -1;

	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs) == 0 && fs.f_type == PROC_SUPER_MAGIC)
		n = readlinkat(fd, "", to, PATH_MAX - 1);
	close(fd);
	if (n >= 0)
		to[n] = '\0';
	return n;
}

/* Does that process (its number ends at `pid` of the text) see the mounts that w sees? */
static bool same_mounts(struct helpers *helpers, const struct witness *w, const char *text,
			size_t pid)
{
	char path[PATH_MAX], link[PATH_MAX], want[32];

	snprintf(path, sizeof(path), "%.*s/ns/mnt", (int)pid, text);
	snprintf(want, sizeof(want), "mnt:[%u]", w->mnt_ns);
	return read_link(helpers, w, path, link) > 0 && strcmp(link, want) == 0;
}

bool magic_link_read(struct helpers *helpers, const struct witness *w, char text[static PATH_MAX])
{
	uint32_t pid, end = event_magic_link(str_from(text), &pid);
	size_t rest = strlen(text) - end, root = strlen(w->root_path);
	char link[PATH_MAX], path[PATH_MAX];
	ssize_t n;

	if (!end || !same_mounts(helpers, w, text, pid))
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)end, text);
	n = read_link(helpers, w, path, link);
	if (n <= 0 || link[0] != '/' || str_ends(str_from(link), " (deleted)"))
		return false;
	if (root == 1) /* "/" holds all */
		root = 0;
	if ((size_t)n < root || memcmp(link, w->root_path, root) != 0 ||
	    (link[root] && link[root] != '/') || (size_t)n - root + rest >= PATH_MAX)
		return false;
	n -= (ssize_t)root;
	memmove(text + n, text + end, rest + 1);
	memcpy(text, link + root, (size_t)n);
	return true;
}
