// SPDX-License-Identifier: Apache-2.0
#include "container/container.h"

#include <string.h>

#include "base/procfs.h"

#define NS_TEXT_MAX 32
#define HOST_ROOT   "/proc/1/root"

static const char *const type_names[] = {
	[CONTAINER_UNKNOWN] = "unknown",       [CONTAINER_DOCKER] = "docker",
	[CONTAINER_CONTAINERD] = "containerd", [CONTAINER_CRIO] = "cri-o",
	[CONTAINER_PODMAN] = "podman",	       [CONTAINER_LXC] = "lxc",
	[CONTAINER_NSPAWN] = "nspawn",	       [CONTAINER_RUNC] = "runc",
	[CONTAINER_OTHER] = "other",
};

_Static_assert(sizeof(type_names) / sizeof(type_names[0]) == CONTAINER_TYPE_END,
	       "every container type has a name");

const char *container_type_name(enum container_type type)
{
	return type < CONTAINER_TYPE_END ? type_names[type] : type_names[CONTAINER_UNKNOWN];
}

bool container_matches(const struct container *c, const char *sel)
{
	size_t len = strlen(sel);

	if (len == 0)
		return false;
	return strcmp(sel, c->name) == 0 || strcmp(sel, c->ref.id) == 0 ||
	       strcmp(sel, c->short_id) == 0 ||
	       (len >= CONTAINER_PREFIX_MIN && strncmp(sel, c->ref.id, len) == 0);
}

bool container_prefix_short(const char *sel)
{
	size_t len = strlen(sel);

	return len > 0 && len < CONTAINER_PREFIX_MIN && strspn(sel, "0123456789abcdef") == len;
}

const char *container_host_root(const char *proc)
{
	char own[NS_TEXT_MAX], host[NS_TEXT_MAX];

	procfs_link(own, sizeof(own), proc, "self/ns/mnt");
	procfs_link(host, sizeof(host), proc, "1/ns/mnt");
	return procfs_view(proc) == PROCFS_HOST && *host && strcmp(host, own) != 0 ? HOST_ROOT :
										     "/";
}
