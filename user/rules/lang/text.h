/* SPDX-License-Identifier: Apache-2.0 */
/* Text taken from a YAML scalar, which knows where in the file each of its bytes stands. */
#ifndef ROOTWATCH_RULES_LANG_TEXT_H
#define ROOTWATCH_RULES_LANG_TEXT_H

#include "base/arena.h"
#include "rules/lang/ast.h"

/* From this byte on (until the next mark), columns count up from here. */
struct text_mark {
	size_t offset;
	struct rule_pos pos;
};

struct text {
	const char *p; /* NUL-terminated; no NUL inside */
	size_t len;
	const struct text_mark *marks; /* the first has offset 0 */
	size_t n_marks;
};

/* Where the byte at this offset stands. */
struct rule_pos text_pos(const struct text *t, size_t offset);

/* What is appended stands behind what was there, with a blank between. */
struct text_part {
	struct text text;
	struct text_part *next;
};

/* All parts as one text; p is NULL when there is no memory. */
struct text text_join(struct arena *a, const struct text_part *parts);

/*
 * The value of a scalar aligned with the bytes [from, end) of the file that it was made of; line
 * and column are those of from. Style: '"' double-quoted, '\'' single-quoted, '|' block (from is
 * behind the header), ' ' plain.
 */
struct text_raw {
	const char *from, *end;
	struct rule_pos pos;
	char style;
};
struct text text_align(struct arena *a, const char *value, size_t len, struct text_raw raw);

#endif /* ROOTWATCH_RULES_LANG_TEXT_H */
