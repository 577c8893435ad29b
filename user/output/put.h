/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One documented field with its value. Inline: some sixty of them make one line.
 */
#ifndef ROOTWATCH_OUTPUT_PUT_H
#define ROOTWATCH_OUTPUT_PUT_H

#include "output/fields.h"
#include "output/json.h"

/* Rules' own words are short; longer than that they are not ours. */
#define PUT_ID_CAP     80
#define PUT_ADVICE_CAP 300

static inline void put_null(struct line *l, enum field_id id)
{
	json_put_key(l, &field_keys[id]);
	json_put_null(l);
}

static inline void put_str(struct line *l, enum field_id id, struct str s)
{
	json_put_key(l, &field_keys[id]);
	json_put_string(l, s);
}

/* What another field of the line holds as well. */
static inline void put_copy(struct line *l, enum field_id id, struct str s)
{
	json_put_key(l, &field_keys[id]);
	json_put_copy(l, s);
}

/* A string that the limit of the line never cuts; "" becomes null. */
static inline void put_whole(struct line *l, enum field_id id, struct str s, size_t cap)
{
	json_put_key(l, &field_keys[id]);
	if (s.len == 0) {
		json_put_null(l);
		return;
	}
	line_literal(l, "\"");
	line_capped(l, s, cap);
	line_literal(l, "\"");
}

/* A string of ours that needs no escapes; "" becomes null. */
static inline void put_own(struct line *l, enum field_id id, struct str s)
{
	json_put_key(l, &field_keys[id]);
	if (s.len == 0)
		json_put_null(l);
	else
		json_put_raw(l, s.p, s.len);
}

static inline void put_num(struct line *l, enum field_id id, int64_t v)
{
	json_put_key(l, &field_keys[id]);
	line_i64(l, v);
}

static inline void put_num_if(struct line *l, enum field_id id, bool known, int64_t v)
{
	json_put_key(l, &field_keys[id]);
	if (known)
		line_i64(l, v);
	else
		json_put_null(l);
}

static inline void put_bool(struct line *l, enum field_id id, bool v)
{
	json_put_key(l, &field_keys[id]);
	json_put_bool(l, v);
}

static inline void put_bool_if(struct line *l, enum field_id id, bool known, bool v)
{
	json_put_key(l, &field_keys[id]);
	if (known)
		json_put_bool(l, v);
	else
		json_put_null(l);
}

/* A uid or gid; (u32)-1 is none. */
static inline void put_id(struct line *l, enum field_id id, uint32_t v)
{
	put_num_if(l, id, v != UINT32_MAX, v);
}

static inline void put_hex(struct line *l, enum field_id id, uint64_t v)
{
	json_put_key(l, &field_keys[id]);
	line_literal(l, "\"");
	line_hex64(l, v);
	line_literal(l, "\"");
}

#endif /* ROOTWATCH_OUTPUT_PUT_H */
