/* SPDX-License-Identifier: Apache-2.0 */
/* What the files that find out values share. */
#ifndef ROOTWATCH_RULES_VALUE_INTERNAL_H
#define ROOTWATCH_RULES_VALUE_INTERNAL_H

#include "rules/value.h"

/* Each sets *v for its own fields of some kinds of event, and gives false for others (rows of
 * value.c). v->type is VALUE_MISSING before. What it sets lives as long as the event and scratch. */
bool value_of_net(struct value *v, const struct event *e, const struct field_use *use,
		  struct value_scratch *scratch);
bool value_of_syscall(struct value *v, const struct event *e, const struct field_use *use,
		      struct value_scratch *scratch);
bool value_of_args(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch);
bool value_of_event(struct value *v, const struct event *e, const struct field_use *use,
		    struct value_scratch *scratch);
bool value_of_object(struct value *v, const struct event *e, const struct field_use *use,
		     struct value_scratch *scratch);
bool value_of_file(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch);
bool value_of_process(struct value *v, const struct event *e, const struct field_use *use,
		      struct value_scratch *scratch);
bool value_of_exec(struct value *v, const struct event *e, const struct field_use *use,
		   struct value_scratch *scratch);
bool value_of_creds(struct value *v, const struct event *e, const struct field_use *use,
		    struct value_scratch *scratch);
bool value_of_container(struct value *v, const struct event *e, const struct field_use *use,
			struct value_scratch *scratch);

/* n bytes; NULL when they are not there. */
static inline char *scratch_take(struct value_scratch *scratch, size_t n)
{
	char *p = scratch->bytes + scratch->used;

	if (n > sizeof(scratch->bytes) - scratch->used)
		return NULL;
	scratch->used += n;
	return p;
}

/* A copy of n bytes, or as many as there is room for. */
static inline struct str scratch_copy(struct value_scratch *scratch, const char *p, size_t n)
{
	size_t room = sizeof(scratch->bytes) - scratch->used;
	size_t len = n < room ? n : room;
	char *to = scratch->bytes + scratch->used;

	memcpy(to, p, len);
	scratch->used += len;
	return (struct str){to, (uint32_t)len, (uint32_t)n};
}

static inline bool set_str(struct value *v, struct str s)
{
	v->type = s.len > 0 ? VALUE_STRING : VALUE_MISSING;
	v->s = s;
	return true;
}

static inline bool set_num(struct value *v, int64_t n)
{
	v->type = VALUE_NUMBER;
	v->n = n;
	return true;
}

static inline bool set_num_if(struct value *v, bool known, int64_t n)
{
	v->type = known ? VALUE_NUMBER : VALUE_MISSING;
	v->n = n;
	return true;
}

/* A uid or gid; (u32)-1 is none. */
static inline bool set_id(struct value *v, uint32_t id)
{
	return set_num_if(v, id != UINT32_MAX, id);
}

static inline bool set_bool(struct value *v, bool b)
{
	v->type = VALUE_BOOL;
	v->n = b;
	return true;
}

static inline bool set_bool_if(struct value *v, bool known, bool b)
{
	v->type = known ? VALUE_BOOL : VALUE_MISSING;
	v->n = b;
	return true;
}

static inline bool set_missing(struct value *v)
{
	v->type = VALUE_MISSING;
	return true;
}

/* Room for a list; NULL when there is none. */
static inline struct str *scratch_list(struct value_scratch *scratch)
{
	size_t align = _Alignof(struct str), used = (scratch->used + align - 1) & ~(align - 1);
	size_t n = VALUE_LIST_MAX * sizeof(struct str);

	if (used > sizeof(scratch->bytes) || n > sizeof(scratch->bytes) - used)
		return NULL;
	scratch->used = used + n;
	return (struct str *)(void *)(scratch->bytes + used);
}

/* Adds to a list, unless it is empty or there already; the first one makes it a list. */
static inline void add_str(struct value *v, struct str s, struct value_scratch *scratch)
{
	if (v->type != VALUE_LIST)
		v->n_list = 0;
	if (!s.p || s.len == 0 || v->n_list == VALUE_LIST_MAX)
		return;
	if (v->type != VALUE_LIST || !v->list) {
		v->list = scratch_list(scratch);
		if (!v->list)
			return;
		v->type = VALUE_LIST;
	}
	for (size_t i = 0; i < v->n_list; i++) {
		if (str_eq(v->list[i], s))
			return;
	}
	v->list[v->n_list++] = s;
}

#endif /* ROOTWATCH_RULES_VALUE_INTERNAL_H */
