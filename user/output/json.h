/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON values into a line of the JSON flavour. Inline: some sixty of them make one line.
 */
#ifndef ROOTWATCH_OUTPUT_JSON_H
#define ROOTWATCH_OUTPUT_JSON_H

#include "output/line.h"

/* A member's name as it stands in the line, with the comma before it: ,"name": */
#define JSON_KEY_MAX 39

struct json_key {
	char text[JSON_KEY_MAX];
	uint8_t len;
};

/* For initializers; name is a literal that needs no escapes. */
#define JSON_KEY(name)                                         \
	{                                                      \
		",\"" name "\":", sizeof(",\"" name "\":") - 1 \
	}

static inline void json_put_key(struct line *l, const struct json_key *k)
{
	/* A copy of known size is three moves; what lies behind len is overwritten next. */
	if ((size_t)(l->end - l->p) >= sizeof(k->text)) {
		memcpy(l->p, k->text, sizeof(k->text));
		l->p += k->len;
	} else {
		line_raw(l, k->text, k->len);
	}
}

static inline void json_put_null(struct line *l)
{
	line_literal(l, "null");
}

static inline void json_put_bool(struct line *l, bool v)
{
	if (v)
		line_literal(l, "true");
	else
		line_literal(l, "false");
}

/* A string of ours that needs no escapes. */
static inline void json_put_raw(struct line *l, const char *s, size_t n)
{
	line_literal(l, "\"");
	line_raw(l, s, n);
	line_literal(l, "\"");
}

/* A string as put writes it, in quotes, or null when it is empty. */
static inline void json_put_by(struct line *l, struct str s,
			       void (*put)(struct line *l, struct str s))
{
	if (s.len == 0) {
		json_put_null(l);
		return;
	}
	line_literal(l, "\"");
	put(l, s);
	line_literal(l, "\"");
}

/* A foreign string, or null when it is empty. */
static inline void json_put_string(struct line *l, struct str s)
{
	json_put_by(l, s, line_string);
}

/* A string that is a part of another one in the line, where it is cut last; "" becomes null. */
static inline void json_put_copy(struct line *l, struct str s)
{
	json_put_by(l, s, line_copy);
}

#endif /* ROOTWATCH_OUTPUT_JSON_H */
