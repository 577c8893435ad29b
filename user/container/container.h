/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identify: which container, by cgroup, and what the runtime's own files on disk say about it.
 */
#ifndef ROOTWATCH_CONTAINER_CONTAINER_H
#define ROOTWATCH_CONTAINER_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum container_type {
	CONTAINER_UNKNOWN, /* foreign namespaces, but its cgroup tells nothing */
	CONTAINER_DOCKER,
	CONTAINER_CONTAINERD, /* CRI, plain ctr, nerdctl */
	CONTAINER_CRIO,
	CONTAINER_PODMAN,
	CONTAINER_LXC,
	CONTAINER_NSPAWN,
	CONTAINER_RUNC,	 /* a bundle run by runc or crun itself */
	CONTAINER_OTHER, /* a 64-hex id, runtime not known (e.g. cgroupfs "/kubepods/.../<id>") */
	CONTAINER_TYPE_END
};

#define CONTAINER_ID_MAX      128
#define CONTAINER_NAME_MAX    256
#define CONTAINER_POD_UID_LEN 36

/* What a cgroup path alone tells. */
struct container_ref {
	enum container_type type;
	char id[CONTAINER_ID_MAX + 1];		 /* "" for unknown; [A-Za-z0-9_.-] only */
	char pod_uid[CONTAINER_POD_UID_LEN + 1]; /* "" when not in a Kubernetes pod */
};

/* "docker", "containerd", ...; Falco's container.type values where one exists. */
const char *container_type_name(enum container_type type);

struct container_mounts;

struct container {
	struct container_ref ref;
	char short_id[13]; /* Falco's container.id: first 12 characters of the id; "unknown" */
	char name[CONTAINER_NAME_MAX];	/* "" while unknown */
	char image[CONTAINER_NAME_MAX]; /* repository, e.g. "docker.io/library/nginx" */
	char image_tag[CONTAINER_NAME_MAX];
	char image_digest[CONTAINER_NAME_MAX];
	char k8s_ns[CONTAINER_NAME_MAX]; /* "" : null in JSON */
	char k8s_pod[CONTAINER_NAME_MAX];
	char k8s_container[CONTAINER_NAME_MAX];
	bool privileged; /* as far as the runtime's files say */
	bool privileged_known;
	char cgroup_path[512];
	struct container_mounts *mounts; /* the cache's; NULL: not known */
	uint64_t generation; /* changes whenever a field above changes: caches key on it */
};

/* What was mounted into it from the host. Of more, and of more text, the first ones are kept. */
#define CONTAINER_MOUNTS_MAX  64
#define CONTAINER_MOUNTS_TEXT 16384

/* Strings are "" where the runtime does not say. */
struct container_mount {
	const char *source, *dest, *mode, *propagation;
	bool rdwr;
};

/* Number i, from 0. False: there are not so many; m may be NULL. */
bool container_mount_at(const struct container_mounts *m, size_t i, struct container_mount *out);

/*
 * From "source:dest:mode:rdwr:propagation,...", rdwr true or false; for free(). NULL: it is not of
 * that form, or no memory. Then the bytes that it takes, for a copy.
 */
struct container_mounts *container_mounts_parse(const char *text);
size_t container_mounts_size(const struct container_mounts *m);

/*
 * Where the host's files are: "/proc/1/root" when process 1 is the host's and sees other mounts
 * than we do, as from a container that shares the host's pid namespace; else, or when that is out
 * of reach, "/". proc: "/proc", in tests a fixture's.
 */
const char *container_host_root(const char *proc);

/* Cache of containers by cgroup. root: container_host_root(), in tests a fixture's directory. */
struct container_cache;

/* 0 or -ENOMEM. max: how many containers are kept, least recently used go first. */
int container_cache_new(struct container_cache **cache, const char *root, size_t max);
void container_cache_free(struct container_cache *cache);

/*
 * The name chain of a cgroup, as the kernel read it. path need not be NUL-terminated. 0, -ENOMEM or
 * -ENAMETOOLONG (a single name of PATH_MAX bytes).
 */
int container_cache_add_cgroup(struct container_cache *cache, uint64_t cgroup, uint32_t hier,
			       const char *path, size_t len);

/*
 * The container of a task in the cgroup. foreign_ns: its pid and mount namespaces are not the
 * host's; pid_ns tells containers apart whose cgroup says nothing. Reads the runtime's files (never
 * the container's) when a container is first seen, and some 20 times more, ever less often, while
 * its name is not there yet; never blocks on sockets. now_ns: any clock that does not go back.
 * Gives NULL when this is not a container. The pointer is valid until the next call.
 */
const struct container *container_cache_find(struct container_cache *cache, uint64_t cgroup,
					     uint32_t hier, bool foreign_ns, uint32_t pid_ns,
					     uint64_t now_ns);

/* True when the cgroup's path is known (add_cgroup was called for it). */
bool container_cache_knows(const struct container_cache *cache, uint64_t cgroup, uint32_t hier);

/*
 * --container: true when sel is the name, the full id, a prefix of it of at least
 * CONTAINER_PREFIX_MIN, or "unknown" as the id is printed where there is none.
 */
#define CONTAINER_PREFIX_MIN 6
bool container_matches(const struct container *c, const char *sel);

/* Does sel look like the beginning of an id, but of too few digits to be taken for one? */
bool container_prefix_short(const char *sel);

#endif /* ROOTWATCH_CONTAINER_CONTAINER_H */
