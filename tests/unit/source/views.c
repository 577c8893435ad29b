// SPDX-License-Identifier: Apache-2.0
#include "source/views.h"

#include <string.h>

int views_leads_to(const char *pattern, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; *pattern == '/'; i++) {
		size_t len = strcspn(++pattern, "/");

		if (i == n || strlen(names[i]) != len || strncmp(names[i], pattern, len) != 0)
			return -1;
		pattern += len;
	}
	return (int)i;
}

static bool leads_to(const char *pattern, const char *const *names, size_t n)
{
	return views_leads_to(pattern, names, n) >= 0;
}

static bool has_folder(const char *name, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; i + 1 < n; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Is it so of a path by which the container can see the file? */
static bool seen(const struct kernel_file *k, const char *what,
		 bool (*is)(const char *what, const char *const *names, size_t n))
{
	const char *path[2 * KERNEL_DEPTH_MAX];
	size_t n = k->n_place, m = k->n_names - k->mnt_root;

	if (k->on_root && is(what, k->names + k->ctr_root, k->n_names - k->ctr_root))
		return true;
	if (!k->on_root && k->magic == FILES_OVERLAY && is(what, k->names, k->n_names))
		return true;
	if (k->root_mount)
		return false;
	memcpy(path, k->place, n * sizeof(path[0]));
	memcpy(path + n, k->names + k->mnt_root, m * sizeof(path[0]));
	return is(what, path, n + m);
}

bool views_path(const struct kernel_file *k, const char *pattern)
{
	return seen(k, pattern, leads_to);
}

bool views_folder(const struct kernel_file *k, const char *name)
{
	return seen(k, name, has_folder);
}

enum filter_scope views_scope(uint32_t magic)
{
	switch (magic) {
	case FILES_PROC:
		return FILTER_PROC;
	case FILES_SYSFS:
		return FILTER_SYSFS;
	case FILES_CGROUP:
	case FILES_CGROUP2:
		return FILTER_CGROUP;
	case FILES_OVERLAY:
	case FILES_EXT4:
	case FILES_TMPFS:
		return FILTER_SCOPE_END;
	default:
		return FILTER_KERNFS;
	}
}
