// SPDX-License-Identifier: Apache-2.0
/* Who it was: users, groups, capabilities, and how they changed. */
#include <stdio.h>

#include "base/names.h"
#include "rules/value/internal.h"
#include "rules/value/privilege.h"

static struct str root_name(const struct wire_creds *c)
{
	switch (c->root) {
	case WIRE_ROOT_HOST:
		return STR_LIT("host");
	case WIRE_ROOT_USERNS:
		return STR_LIT("userns");
	default:
		return STR_LIT("none");
	}
}

/* As /proc/<pid>/status has it. */
static bool set_mask(struct value *v, uint64_t mask, struct value_scratch *scratch)
{
	char hex[17];

	snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)mask);
	return set_str(v, scratch_copy(scratch, hex, 16));
}

/* A copy: the names of the next mask take the place of these. */
static bool set_capabilities(struct value *v, uint64_t mask, struct value_scratch *scratch)
{
	struct str names = names_capabilities(mask);

	return set_str(v, names.len > 0 ? scratch_copy(scratch, names.p, names.len) : names);
}

static bool set_before(struct value *v, const struct event *e, uint32_t id)
{
	return set_num_if(v, e->prev_known, id);
}

static struct str name_of(uint32_t id)
{
	return id == 0 ? STR_LIT("root") : STR_LIT("");
}

static bool set_groups(struct value *v, const struct event_setid *s, struct value_scratch *scratch)
{
	char buf[EVENT_GROUPS_TEXT];
	struct str text = event_groups(s, buf);

	return set_str(v, text.len > 0 ? scratch_copy(scratch, text.p, text.len) : text);
}

static struct str setid_gain(const struct event *e)
{
	if (e->setid.risen)
		return STR_LIT("risen");
	if (e->setid.group)
		return STR_LIT("group");
	switch (privilege_of_setid(e)) {
	case PRIVILEGE_RAISED:
		return STR_LIT("raised");
	case PRIVILEGE_REGAINED:
		return STR_LIT("regained");
	default:
		return STR_LIT("");
	}
}

/* Of an exec and a setid: what was, what is. */
static bool changes(struct value *v, const struct event *e, enum field_id id,
		    struct value_scratch *scratch)
{
	const struct wire_creds *c = &e->creds;

	switch (id) {
	case F_CAP_PERMITTED:
		return set_mask(v, c->cap_permitted, scratch);
	case F_CAP_INHERITABLE:
		return set_mask(v, c->cap_inheritable, scratch);
	case F_RUID_HOST:
	case F_TO_UID:
		return set_id(v, c->uid);
	case F_RUID_CONTAINER:
		return set_id(v, c->ns_uid);
	case F_FROM_UID:
		return set_before(v, e, e->prev.uid);
	case F_FROM_EUID:
		return set_before(v, e, e->prev.euid);
	case F_FROM_SUID:
		return set_before(v, e, e->prev.suid);
	case F_FROM_FSUID:
		return set_before(v, e, e->prev.fsuid);
	case F_TO_EUID:
		return set_id(v, c->euid);
	case F_TO_SUID:
		return set_id(v, c->suid);
	case F_TO_FSUID:
		return set_id(v, c->fsuid);
	case F_FROM_GID:
		return set_before(v, e, e->prev.gid);
	case F_FROM_EGID:
		return set_before(v, e, e->prev.egid);
	case F_FROM_SGID:
		return set_before(v, e, e->prev.sgid);
	case F_FROM_FSGID:
		return set_before(v, e, e->prev.fsgid);
	case F_TO_GID:
		return set_id(v, c->gid);
	case F_TO_EGID:
		return set_id(v, c->egid);
	case F_TO_SGID:
		return set_id(v, c->sgid);
	case F_TO_FSGID:
		return set_id(v, c->fsgid);
	case F_TO_GROUPS:
		return set_groups(v, &e->setid, scratch);
	case F_FROM_CAP_PERMITTED:
		return set_capabilities(v, e->prev_known ? e->prev.cap_permitted : 0, scratch);
	case F_CAP_GAINED:
		return set_capabilities(
			v, e->prev_known ? c->cap_permitted & ~e->prev.cap_permitted : 0, scratch);
	case F_SETID_GAIN:
		return e->kind == EVENT_SETID ? set_str(v, setid_gain(e)) : set_missing(v);
	default:
		return false;
	}
}

bool value_of_creds(struct value *v, const struct event *e, const struct field_use *use,
		    struct value_scratch *scratch)
{
	enum field_id id = use->id;
	const struct wire_creds *c = &e->creds;

	switch (id) {
	case F_USER_UID:
	case F_UID_CONTAINER:
		return set_id(v, c->ns_euid);
	case F_USER_NAME:
		return set_str(v, name_of(c->ns_euid));
	case F_GROUP_GID:
		return set_id(v, c->ns_egid);
	case F_GROUP_NAME:
		return set_str(v, name_of(c->ns_egid));
	case F_UID_HOST:
		return set_id(v, c->euid);
	case F_USER_LOGINUID:
		return set_num(v, e->task.loginuid == UINT32_MAX ? -1 : (int64_t)e->task.loginuid);
	case F_ROOT:
		return set_str(v, root_name(c));
	case F_CAP_EFFECTIVE:
		return set_capabilities(v, c->cap_effective, scratch);
	case F_THREAD_CAP_PERMITTED:
		return set_capabilities(v, c->cap_permitted, scratch);
	case F_THREAD_CAP_INHERITABLE:
		return set_capabilities(v, c->cap_inheritable, scratch);
	case F_USER_LOGINNAME: /* 4294967295, unset, has no name */
		return set_str(v, name_of(e->task.loginuid));
	default:
		return changes(v, e, id, scratch);
	}
}
