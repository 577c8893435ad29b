// SPDX-License-Identifier: Apache-2.0
/* The transformers: tolower, toupper, basename, len, b64. */
#include "rules/value/internal.h"

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static char upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

static struct str mapped(struct str s, char (*map)(char), struct value_scratch *scratch)
{
	char *to = scratch_take(scratch, s.len);

	if (!to)
		return STR_LIT("");
	for (uint32_t i = 0; i < s.len; i++)
		to[i] = map(s.p[i]);
	s.p = to;
	return s;
}

static int sextet(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* Decodes; "" when it is none. */
static struct str decoded(struct str s, struct value_scratch *scratch)
{
	char *to = scratch_take(scratch, s.len / 4u * 3u + 3u);
	uint32_t bits = 0, n = 0, len = s.len;
	unsigned have = 0;

	if (!to)
		return STR_LIT("");
	while (len > 0 && s.len - len < 2 && s.p[len - 1] == '=')
		len--;
	if (len % 4 == 1)
		return STR_LIT("");
	for (uint32_t i = 0; i < len; i++) {
		int six = sextet(s.p[i]);

		if (six < 0)
			return STR_LIT("");
		bits = bits << 6 | (uint32_t)six;
		have += 6;
		if (have >= 8) {
			have -= 8;
			to[n++] = (char)(bits >> have & 0xff);
		}
	}
	return (struct str){to, n, n};
}

static struct str transformed(struct str s, enum transform how, struct value_scratch *scratch)
{
	switch (how) {
	case TRANSFORM_TOLOWER:
		return mapped(s, lower, scratch);
	case TRANSFORM_TOUPPER:
		return mapped(s, upper, scratch);
	case TRANSFORM_BASENAME:
		return str_basename(s);
	case TRANSFORM_B64:
		return decoded(s, scratch);
	default:
		return STR_LIT("");
	}
}

static void transform_list(struct value *v, enum transform how, struct value_scratch *scratch)
{
	struct str *list;
	size_t n = 0;

	if (how == TRANSFORM_LEN) {
		set_num(v, (int64_t)v->n_list);
		return;
	}
	list = scratch_list(scratch);
	if (!list) {
		set_missing(v);
		return;
	}
	for (size_t i = 0; i < v->n_list; i++) {
		struct str s = transformed(v->list[i], how, scratch);

		if (s.len > 0)
			list[n++] = s;
	}
	v->list = list;
	v->n_list = n;
	if (n == 0)
		set_missing(v);
}

void value_transform(struct value *v, const struct field_use *use, struct value_scratch *scratch)
{
	for (size_t i = 0; i < use->n_transforms; i++) {
		enum transform how = use->transforms[i];

		if (v->type == VALUE_LIST)
			transform_list(v, how, scratch);
		else if (v->type != VALUE_STRING)
			set_missing(v);
		else if (how == TRANSFORM_LEN)
			set_num(v, v->s.len);
		else
			set_str(v, transformed(v->s, how, scratch));
	}
}
