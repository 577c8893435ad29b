// SPDX-License-Identifier: Apache-2.0
/*
 * Which container a cgroup belongs to, from its path alone. The names are those that the runtimes
 * give; tests/data/cgroup-paths.txt has a line for each layout.
 *
 * The innermost container wins. A container that may make cgroups of its own can therefore name
 * one below it as it likes: the path above still says where it really lives.
 */
#include "container/ref.h"

#include <string.h>

#define HEX_ID_LEN	64
#define BUILDKIT_ID_LEN 25 /* base 36 of 128 bits */
#define TASK_ID_LEN	32

/* Where the walk through a path stands. */
struct walk {
	struct str prev2, prev; /* the components above */
	struct str next;	/* the one below, len 0 at the end */
	bool kubepods, ecs;	/* seen above */
	char pod_uid[CONTAINER_POD_UID_LEN + 1];
};

static struct str str_cut(struct str s, size_t from, size_t to)
{
	return (struct str){s.p + from, (uint32_t)(to - from), (uint32_t)(to - from)};
}

static bool strip_prefix(struct str *s, const char *prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	*s = str_cut(*s, strlen(prefix), s->len);
	return true;
}

static bool strip_suffix(struct str *s, const char *suffix)
{
	if (!str_ends(*s, suffix))
		return false;
	*s = str_cut(*s, 0, s->len - strlen(suffix));
	return true;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_hex(struct str s, size_t len)
{
	if (s.len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!is_hex(s.p[i]))
			return false;
	return true;
}

bool container_ref_is_hex64(struct str s)
{
	return all_hex(s, HEX_ID_LEN);
}

bool container_ref_valid_id(struct str s)
{
	if (s.len == 0 || s.len > CONTAINER_ID_MAX || s.p[0] == '.')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !is_digit(c) &&
		    c != '_' && c != '.' && c != '-')
			return false;
	}
	return true;
}

/* Groups of hex digits with one of seps between; groups ends with 0. */
static bool hex_groups(struct str s, const uint8_t *groups, const char *seps)
{
	size_t at = 0;

	for (size_t g = 0; groups[g]; g++) {
		if (g > 0) {
			if (at >= s.len || !s.p[at] || !strchr(seps, s.p[at]))
				return false;
			at++;
		}
		if (s.len - at < groups[g] || !all_hex(str_cut(s, at, at + groups[g]), groups[g]))
			return false;
		at += groups[g];
	}
	return at == s.len;
}

static const uint8_t uuid_groups[] = {8, 4, 4, 4, 12, 0};
static const uint8_t garden_groups[] = {8, 4, 4, 4, 4, 0};

bool container_ref_pod_uid(char out[static CONTAINER_POD_UID_LEN + 1], struct str s)
{
	if (!all_hex(s, 32) && !hex_groups(s, uuid_groups, "-_"))
		return false;
	for (size_t i = 0; i < s.len; i++)
		out[i] = s.p[i] == '_' ? '-' : s.p[i];
	out[s.len] = '\0';
	return true;
}

static bool buildkit_id(struct str s)
{
	if (s.len != BUILDKIT_ID_LEN)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (!is_digit(s.p[i]) && !(s.p[i] >= 'a' && s.p[i] <= 'z'))
			return false;
	return true;
}

static bool give(struct container_ref *ref, enum container_type type, struct str id)
{
	ref->type = type;
	memset(ref->id, 0, sizeof(ref->id));
	memcpy(ref->id, id.p, id.len);
	return true;
}

/* "<prefix><64 hex>.scope" of the systemd driver; some also without ".scope". */
static bool match_scope(struct container_ref *ref, struct str part)
{
	static const struct {
		const char *prefix;
		enum container_type type;
		bool bare; /* also without ".scope" */
	} layouts[] = {
		{"docker-", CONTAINER_DOCKER, false},
		{"cri-containerd-", CONTAINER_CONTAINERD, false},
		{"containerd-", CONTAINER_CONTAINERD, false},
		{"nerdctl-", CONTAINER_CONTAINERD, false},
		{"crio-", CONTAINER_CRIO, true},
		{"libpod-", CONTAINER_PODMAN, true},
		{"libpod-payload-", CONTAINER_PODMAN, true}, /* --cgroups=split */
	};
	bool scope = strip_suffix(&part, ".scope");

	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		struct str id = part;

		if (strip_prefix(&id, layouts[i].prefix) && container_ref_is_hex64(id) &&
		    (scope || layouts[i].bare))
			return give(ref, layouts[i].type, id);
	}
	return false;
}

/* "runc-<id>.scope", "crun-<id>.scope": what these two name a bundle's unit by themselves. */
static bool match_bundle_scope(struct container_ref *ref, struct str part, const struct walk *w)
{
	return str_ends(w->prev, ".slice") && strip_suffix(&part, ".scope") &&
	       (strip_prefix(&part, "runc-") || strip_prefix(&part, "crun-")) &&
	       container_ref_valid_id(part) && give(ref, CONTAINER_RUNC, part);
}

/* "buildah-buildah<number>": a step of an image's build, the name of its bundle for runc or crun. */
static bool match_build(struct container_ref *ref, struct str part)
{
	struct str number = part;

	if (!strip_prefix(&number, "buildah-buildah") || number.len == 0)
		return false;
	for (size_t i = 0; i < number.len; i++)
		if (!is_digit(number.p[i]))
			return false;
	return container_ref_valid_id(part) && give(ref, CONTAINER_RUNC, part);
}

/* "...-pod<uid>.slice" */
static bool pod_of_slice(struct walk *w, struct str slice)
{
	if (!strip_suffix(&slice, ".slice"))
		return false;
	for (size_t at = slice.len; at-- > 0;) {
		struct str uid = str_cut(slice, at, slice.len);

		if (strip_prefix(&uid, "-pod"))
			return container_ref_pod_uid(w->pod_uid, uid);
	}
	return false;
}

/* "<slice>:<prefix>:<id>": a path for the systemd driver that the cgroupfs driver took literally. */
static bool match_colons(struct container_ref *ref, struct str part, struct walk *w)
{
	static const struct {
		const char *prefix;
		enum container_type type;
	} layouts[] = {
		{"docker", CONTAINER_DOCKER},
		{"cri-containerd", CONTAINER_CONTAINERD},
		{"containerd", CONTAINER_CONTAINERD},
		{"nerdctl", CONTAINER_CONTAINERD},
		{"crio", CONTAINER_CRIO},
		{"libpod", CONTAINER_PODMAN},
		{"runc", CONTAINER_RUNC},
		{"crun", CONTAINER_RUNC},
	};
	const char *first = memchr(part.p, ':', part.len);
	struct str slice, prefix, id;
	const char *second;

	if (!first)
		return false;
	slice = str_cut(part, 0, (size_t)(first - part.p));
	second = memchr(first + 1, ':', part.len - slice.len - 1);
	if (!second)
		return false;
	prefix = str_cut(part, slice.len + 1, (size_t)(second - part.p));
	id = str_cut(part, (size_t)(second - part.p) + 1, part.len);
	if (slice.len && !str_ends(slice, ".slice"))
		return false;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		enum container_type type = layouts[i].type;

		if (!str_is(prefix, layouts[i].prefix))
			continue;
		if (!container_ref_is_hex64(id) && !(type == CONTAINER_DOCKER && buildkit_id(id)) &&
		    !(type == CONTAINER_RUNC && container_ref_valid_id(id)))
			return false;
		pod_of_slice(w, slice);
		return give(ref, type, id);
	}
	return false;
}

/* An id that is the whole name, as the cgroupfs driver has it: what is above tells the runtime. */
static bool match_bare(struct container_ref *ref, struct str part, const struct walk *w)
{
	if (container_ref_is_hex64(part)) {
		enum container_type type = CONTAINER_OTHER;

		if (str_is(w->prev, "docker") || str_is(w->prev, "moby") || w->ecs)
			type = CONTAINER_DOCKER;
		else if (str_is(w->prev, "libpod_parent")) {
			if (str_is(w->next, "conmon"))
				return false; /* the monitor of a pod's containers, beside them */
			type = CONTAINER_PODMAN;
		} else if (str_is(w->prev, "default") || str_is(w->prev, "k8s.io"))
			type = CONTAINER_CONTAINERD; /* its namespaces: nerdctl, CRI */
		return give(ref, type, part);
	}
	if (str_is(w->prev, "buildkit") && buildkit_id(part))
		return give(ref, str_is(w->prev2, "docker") ? CONTAINER_DOCKER : CONTAINER_OTHER,
			    part);
	if ((str_is(w->prev, "garden") &&
	     (hex_groups(part, garden_groups, "-") || hex_groups(part, uuid_groups, "-"))) ||
	    (str_is(w->prev, "mesos") && hex_groups(part, uuid_groups, "-")))
		return give(ref, CONTAINER_OTHER, part);
	if (w->ecs && part.len > TASK_ID_LEN + 1 && part.len <= TASK_ID_LEN + 11 &&
	    all_hex(str_cut(part, 0, TASK_ID_LEN), TASK_ID_LEN) && part.p[TASK_ID_LEN] == '-') {
		for (size_t i = TASK_ID_LEN + 1; i < part.len; i++)
			if (!is_digit(part.p[i]))
				return false;
		return give(ref, CONTAINER_OTHER, part); /* Fargate: <task>-<number> */
	}
	return false;
}

static bool match_lxc(struct container_ref *ref, struct str part, const struct walk *w)
{
	struct str name = part;

	if (strip_prefix(&name, "lxc.payload.")) {
		if (str_ends(w->prev, ".slice"))
			strip_suffix(&name, ".scope");
	} else if (str_is(w->prev, "lxc.payload") || str_is(w->prev, "lxc")) {
		if (str_starts(name, "lxc."))
			return false; /* lxc.monitor and its like */
	} else if (!strip_suffix(&name, ".libvirt-lxc")) {
		return false;
	}
	return container_ref_valid_id(name) && give(ref, CONTAINER_LXC, name);
}

static int hex_value(char c)
{
	return is_digit(c) ? c - '0' : is_hex(c) ? c - 'a' + 10 : -1;
}

/* Undoes systemd's \xNN. Gives the length, or 0 when the result is no name of ours. */
static size_t unit_unescape(char out[static CONTAINER_ID_MAX], struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++, n++) {
		char c = s.p[i];

		if (n == CONTAINER_ID_MAX)
			return 0;
		if (c == '\\') {
			if (s.len - i < 4 || s.p[i + 1] != 'x' || hex_value(s.p[i + 2]) < 0 ||
			    hex_value(s.p[i + 3]) < 0)
				return 0;
			c = (char)(hex_value(s.p[i + 2]) << 4 | hex_value(s.p[i + 3]));
			i += 3;
		}
		out[n] = c;
	}
	return container_ref_valid_id((struct str){out, (uint32_t)n, (uint32_t)n}) ? n : 0;
}

/* Units of systemd-nspawn and of machines that libvirt registered. */
static bool match_machine(struct container_ref *ref, struct str part, const struct walk *w)
{
	enum container_type type = CONTAINER_NSPAWN;
	char name[CONTAINER_ID_MAX];
	size_t len;

	/* Beside "payload" lies the cgroup of nspawn itself: a program of the host. */
	if (str_is(w->next, "supervisor"))
		return false;
	if (strip_suffix(&part, ".scope")) {
		if (!str_ends(w->prev, ".slice") || !strip_prefix(&part, "machine-"))
			return false;
		if (str_starts(part, "qemu\\x2d"))
			return false; /* a virtual machine */
		if (str_starts(part, "lxc\\x2d"))
			type = CONTAINER_LXC; /* libvirt's driver for containers */
	} else if (strip_suffix(&part, ".service")) {
		/* NixOS calls its units container@, which others may do as well. */
		if (!strip_prefix(&part, "systemd-nspawn@") &&
		    !(strip_prefix(&part, "container@") && str_is(w->next, "payload")))
			return false;
	} else {
		return false;
	}
	len = unit_unescape(name, part);
	return len && give(ref, type, (struct str){name, (uint32_t)len, (uint32_t)len});
}

/* What a component says about what lies below it. */
static void walk_learn(struct walk *w, struct str part)
{
	if (str_is(part, "ecs")) {
		w->ecs = true;
	} else if (strip_prefix(&part, "pod")) {
		if (w->kubepods)
			container_ref_pod_uid(w->pod_uid, part);
	} else if (part.len >= strlen("kubepods") &&
		   memmem(part.p, part.len, "kubepods", strlen("kubepods"))) {
		w->kubepods = true;
		pod_of_slice(w, part);
	}
}

static struct str next_part(const char *path, size_t *at)
{
	size_t from;

	while (path[*at] == '/')
		++*at;
	from = *at;
	while (path[*at] && path[*at] != '/')
		++*at;
	return (struct str){path + from, (uint32_t)(*at - from), (uint32_t)(*at - from)};
}

int container_ref_locate(struct container_ref *ref, size_t *end, const char *path)
{
	struct walk w = {.prev = STR_LIT(""), .prev2 = STR_LIT("")};
	struct container_ref found = {0};
	size_t at = 0, found_end = 0;
	struct str part = next_part(path, &at);

	while (part.len) {
		size_t part_end = at;

		w.next = next_part(path, &at);
		if (match_scope(&found, part) || match_bundle_scope(&found, part, &w) ||
		    match_build(&found, part) || match_colons(&found, part, &w) ||
		    match_bare(&found, part, &w) || match_lxc(&found, part, &w) ||
		    match_machine(&found, part, &w)) {
			memcpy(found.pod_uid, w.pod_uid, sizeof(found.pod_uid));
			found_end = part_end;
			w.ecs = false;
		} else {
			walk_learn(&w, part);
		}
		w.prev2 = w.prev;
		w.prev = part;
		part = w.next;
	}
	if (!found_end)
		return 0;
	*ref = found;
	*end = found_end;
	return 1;
}
