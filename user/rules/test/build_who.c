// SPDX-License-Identifier: Apache-2.0
/* Who: credentials before and after, and the container. */
#include <stdio.h>
#include <stdlib.h>

#include "base/names.h"
#include "rules/test/parts.h"

/* ---- credentials ------------------------------------------------------------------------------ */

static struct wire_creds all(uint32_t host, uint32_t inside)
{
	return (struct wire_creds){
		.uid = host,
		.euid = host,
		.suid = host,
		.fsuid = host,
		.gid = host,
		.egid = host,
		.sgid = host,
		.fsgid = host,
		.ns_uid = inside,
		.ns_euid = inside,
		.ns_gid = inside,
		.ns_egid = inside,
	};
}

static uint64_t build_hex(struct input *in, enum field_id id, uint64_t otherwise)
{
	struct str s = input_str(in, id, STR_LIT(""));
	uint64_t n;

	if (!input_given(in, id))
		return otherwise;
	if (!input_hexadecimal(s, &n)) {
		input_fail(in, id, "%s is a hexadecimal number of up to 16 digits", field_name(id));
		return otherwise;
	}
	return n;
}

uint64_t build_capabilities(struct input *in, enum field_id id)
{
	const char *names[65] = {NULL};
	size_t n;

	for (n = 0; n < 41; n++) {
		struct str name = names_capabilities(1ull << n);

		names[n] = input_copy(in, name.p, name.len).p;
	}
	return input_words(in, id, names, ' ', 0);
}

/* Of a user namespace the same shift is taken for all ids: of 100000 for root there. */
static void build_prev(struct build *b, uint32_t shift, bool named)
{
	struct event *e = &b->event;
	struct input *in = &b->in;
	struct wire_creds *p = &e->prev;
	uint32_t uid = input_id(in, F_FROM_UID, e->creds.uid);

	e->prev_known = !input_null(in, F_FROM_UID);
	if (!e->prev_known)
		return;
	*p = named ? all(uid, uid - shift) : e->creds;
	p->uid = uid;
	p->euid = input_id(in, F_FROM_EUID, named ? uid : p->euid);
	p->suid = input_id(in, F_FROM_SUID, named ? uid : p->suid);
	p->fsuid = input_id(in, F_FROM_FSUID, named ? uid : p->fsuid);
	p->gid = input_id(in, F_FROM_GID, p->gid);
	p->egid = input_id(in, F_FROM_EGID, p->egid);
	p->sgid = input_id(in, F_FROM_SGID, p->sgid);
	p->fsgid = input_id(in, F_FROM_FSGID, p->fsgid);
	p->ns_uid = p->uid - shift;
	p->ns_euid = p->euid - shift;
	p->root = WIRE_ROOT_NONE;
	if (p->ns_euid == 0)
		p->root = shift ? WIRE_ROOT_USERNS : WIRE_ROOT_HOST;
}

static void build_setid(struct build *b, uint32_t shift)
{
	struct wire_creds *c = &b->event.creds;
	struct input *in = &b->in;

	c->uid = input_id(in, F_TO_UID, c->uid);
	c->suid = input_id(in, F_TO_SUID, c->suid);
	c->fsuid = input_id(in, F_TO_FSUID, c->fsuid);
	c->ns_uid = c->uid - shift;
	c->gid = input_id(in, F_TO_GID, c->gid);
	c->egid = input_id(in, F_TO_EGID, c->egid);
	c->sgid = input_id(in, F_TO_SGID, c->sgid);
	c->fsgid = input_id(in, F_TO_FSGID, c->fsgid);
	c->ns_gid = c->gid - shift;
	c->ns_egid = c->egid - shift;
}

/* "0,27"; the kernel side tells whether root's group was gained. */
static void build_groups(struct build *b)
{
	static const char *const gains[] = {"", "group", NULL};
	struct event_setid *s = &b->event.setid;
	struct str list = input_str(&b->in, F_TO_GROUPS, STR_LIT(""));

	s->group = input_word(&b->in, F_SETID_GAIN, gains, 0);
	while (list.len > 0) {
		const char *end = memchr(list.p, ',', list.len);
		uint32_t len = end ? (uint32_t)(end - list.p) : list.len;
		uint64_t group;

		if (s->groups_n == WIRE_SETID_GROUPS ||
		    !input_decimal((struct str){list.p, len, len}, UINT32_MAX - 1, &group) ||
		    (end && len + 1 == list.len)) {
			input_fail(
				&b->in, F_TO_GROUPS,
				"rootwatch.to.groups is up to %u group ids with commas, such as 0,27",
				WIRE_SETID_GROUPS);
			return;
		}
		s->groups[s->groups_n++] = (uint32_t)group;
		len += end ? 1 : 0;
		list = (struct str){list.p + len, list.len - len, 0};
	}
}

void build_creds(struct build *b)
{
	static const char *const roots[] = {"none", "userns", "host", NULL};
	struct event *e = &b->event;
	struct input *in = &b->in;
	bool more = e->kind == EVENT_EXEC || e->kind == EVENT_SETID;
	uint32_t inside, host, shift, gid, root;

	if (e->kind == EVENT_EXIT)
		return;
	inside = input_id(in, F_USER_UID, 0);
	inside = input_id(in, F_UID_CONTAINER, inside);
	root = input_word(in, F_ROOT, roots, inside == 0 ? WIRE_ROOT_HOST : WIRE_ROOT_NONE);
	host = inside + (root == WIRE_ROOT_USERNS ? 100000 : 0);
	if (e->kind == EVENT_SETID)
		host = input_id(in, F_TO_EUID, host);
	host = input_id(in, F_UID_HOST, host);
	if (!input_given(in, F_USER_UID) && !input_given(in, F_UID_CONTAINER) &&
	    input_given(in, F_TO_EUID)) {
		inside = root == WIRE_ROOT_USERNS ? host - 100000 : host;
		root = input_word(in, F_ROOT, roots, inside == 0 ? WIRE_ROOT_HOST : WIRE_ROOT_NONE);
	}
	shift = host - inside;
	e->creds = all(host, inside);
	e->creds.root = (uint32_t)root;
	gid = input_id(in, F_GROUP_GID, inside);
	e->creds.gid = e->creds.egid = e->creds.sgid = e->creds.fsgid = gid + shift;
	e->creds.ns_gid = e->creds.ns_egid = gid;
	e->creds.cap_effective = build_capabilities(in, F_CAP_EFFECTIVE);
	if (!more)
		return;
	e->creds.uid = input_id(in, F_RUID_HOST, e->creds.uid);
	e->creds.ns_uid = input_id(in, F_RUID_CONTAINER, e->creds.uid - shift);
	if (!input_given(in, F_RUID_HOST))
		e->creds.uid = e->creds.ns_uid + shift;
	e->creds.cap_permitted = build_hex(in, F_CAP_PERMITTED, e->creds.cap_effective);
	e->creds.cap_inheritable = build_hex(in, F_CAP_INHERITABLE, 0);
	if (e->kind == EVENT_SETID) {
		build_setid(b, shift);
		build_groups(b);
	}
	build_prev(b, shift, input_given(in, F_FROM_UID));
}

/* ---- the container ---------------------------------------------------------------------------- */

#define ID "4f1c2d3e5a6b7c8d9e0f4f1c2d3e5a6b7c8d9e0f4f1c2d3e5a6b7c8d9e0f4f1c"

static void build_image(struct build *b)
{
	struct container *c = &b->container;
	struct input *in = &b->in;
	struct str image = input_str(in, F_CONTAINER_IMAGE, STR_LIT(""));
	const char *colon = image.len > 0 ? memrchr(image.p, ':', image.len) : NULL;

	if (colon && !memchr(colon, '/', image.len - (size_t)(colon - image.p))) {
		(void)snprintf(c->image, sizeof(c->image), "%.*s", (int)(colon - image.p), image.p);
		(void)snprintf(c->image_tag, sizeof(c->image_tag), "%s", colon + 1);
	} else if (image.len > 0) {
		(void)snprintf(c->image, sizeof(c->image), "%s", image.p);
	} else {
		input_chars(in, F_CONTAINER_REPOSITORY, c->image, sizeof(c->image),
			    "docker.io/library/debian");
		input_chars(in, F_CONTAINER_TAG, c->image_tag, sizeof(c->image_tag), "12");
	}
	input_chars(in, F_CONTAINER_DIGEST, c->image_digest, sizeof(c->image_digest), "");
}

static void build_mounts(struct build *b)
{
	struct input *in = &b->in;
	struct str text = input_str(in, F_MOUNTS, STR_LIT(""));
	struct container_mounts *m;

	if (!input_given(in, F_MOUNTS))
		return;
	m = container_mounts_parse(text.p);
	if (!m)
		input_fail(
			in, F_MOUNTS,
			"container.mounts is source:dest:mode:rdwr:propagation, with commas; rdwr "
			"is true or false");
	else
		b->container.mounts = arena_new(in->arena, 1, container_mounts_size(m));
	if (m && b->container.mounts)
		memcpy(b->container.mounts, m, container_mounts_size(m));
	free(m);
}

void build_container(struct build *b)
{
	struct container *c = &b->container;
	struct input *in = &b->in;
	const char *types[CONTAINER_TYPE_END + 1] = {NULL};

	for (unsigned i = 0; i < CONTAINER_TYPE_END; i++)
		types[i] = container_type_name(i);
	c->ref.type = input_word(in, F_CONTAINER_TYPE, types, CONTAINER_DOCKER);
	input_chars(in, F_CONTAINER_FULL_ID, c->ref.id, sizeof(c->ref.id), ID);
	input_chars(in, F_K8S_POD_UID, c->ref.pod_uid, sizeof(c->ref.pod_uid), "");
	(void)snprintf(c->short_id, sizeof(c->short_id), "%.12s", c->ref.id);
	if (input_given(in, F_CONTAINER_ID))
		input_chars(in, F_CONTAINER_ID, c->short_id, sizeof(c->short_id), "");
	input_chars(in, F_CONTAINER_NAME, c->name, sizeof(c->name), "web");
	build_image(b);
	input_chars(in, F_K8S_NS, c->k8s_ns, sizeof(c->k8s_ns), "");
	input_chars(in, F_K8S_POD, c->k8s_pod, sizeof(c->k8s_pod), "");
	c->privileged_known = !input_null(in, F_CONTAINER_PRIVILEGED);
	c->privileged = input_bool(in, F_CONTAINER_PRIVILEGED, false);
	input_chars(in, F_CGROUP, c->cgroup_path, sizeof(c->cgroup_path), "/docker/" ID);
	build_mounts(b);
	c->generation = 1;
	b->event.container = c;
}
