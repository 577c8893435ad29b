/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules as the language gives them: macros, lists and exceptions are gone, fields are known,
 * operators fit their fields. Made by lang/, read by engine/ and filter/.
 */
#ifndef ROOTWATCH_RULES_LANG_AST_H
#define ROOTWATCH_RULES_LANG_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/fields.h"

struct rule_pos {
	const char *file;      /* as the user named it; "built-in rules" for the shipped ones */
	uint32_t line, column; /* from 1 */
};

enum transform {
	TRANSFORM_TOLOWER,
	TRANSFORM_TOUPPER,
	TRANSFORM_BASENAME,
	TRANSFORM_LEN,
	TRANSFORM_B64
};
#define FIELD_TRANSFORMS_MAX 4

/* A field as it is used: basename(proc.aname[2]). */
struct field_use {
	enum field_id id;
	bool has_index;
	uint32_t index;	 /* proc.aname[2] */
	const char *arg; /* container.mount.dest[/x], evt.arg.flags: "/x"; NULL: none */
	size_t n_transforms;
	enum transform transforms[FIELD_TRANSFORMS_MAX]; /* the innermost first */
};

/* The same field, argument and transformers. */
bool field_use_same(const struct field_use *a, const struct field_use *b);

enum operator_kind {
	OP_EQ,
	OP_NE,
	OP_LT,
	OP_LE,
	OP_GT,
	OP_GE,
	OP_CONTAINS,
	OP_ICONTAINS,
	OP_BCONTAINS,
	OP_STARTSWITH,
	OP_BSTARTSWITH,
	OP_ENDSWITH,
	OP_GLOB,
	OP_IGLOB,
	OP_REGEX,
	OP_IN,
	OP_INTERSECTS,
	OP_PMATCH,
	OP_EXISTS,
	OP_END
};

/* A value of the right side; b* operators' hex is bytes already. NUL-terminated besides. */
struct rule_value {
	const char *text;
	size_t len;
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_TEST };

struct node {
	enum node_kind kind;
	struct rule_pos pos;
	struct node **kids; /* AND, OR: two or more; NOT: one */
	size_t n_kids;
	/* NODE_TEST */
	struct field_use left;
	enum operator_kind op;
	const struct rule_value
		*values; /* one but for OP_IN, OP_INTERSECTS, OP_PMATCH; OP_EXISTS: none */
	size_t n_values;
	const struct field_use *right; /* val(field) instead of values; else NULL */
};

/* A piece of an output: text, then a field (absent in the last piece: has_field false). */
struct output_piece {
	const char *text;
	size_t len;
	bool has_field;
	struct field_use field;
};

/* Falco's priorities, most severe first. */
enum priority {
	PRIORITY_EMERGENCY,
	PRIORITY_ALERT,
	PRIORITY_CRITICAL,
	PRIORITY_ERROR,
	PRIORITY_WARNING,
	PRIORITY_NOTICE,
	PRIORITY_INFORMATIONAL,
	PRIORITY_DEBUG,
	PRIORITY_END
};

/* As the language spells them: "startswith" (of OP_END NULL), "tolower". */
const char *operator_name(enum operator_kind op);
const char *transform_name(enum transform t);

/* "Emergency" ... "Debug", as Falco prints them. */
const char *priority_name(enum priority p);
/* By its name, in any case, or "info"; PRIORITY_END: there is none of that name. */
enum priority priority_lookup(const char *name);
/* The nearest name, in small letters; NULL: none is near. */
const char *priority_nearest(const char *name);

struct rule {
	const char *name;
	const char *id; /* stable kebab-case: `x-rootwatch: {id: ...}`, else made from the name */
	const char *desc;
	const char *advice; /* `x-rootwatch: {advice: ...}`; NULL: none */
	bool report_exit;   /* `x-rootwatch: {report_exit: true}`: say at its exit whether it
			       succeeded */
	enum priority priority;
	const char *const *tags; /* NULL-terminated */
	struct rule_pos pos;
	bool enabled;		      /* `enabled`, -T, -D, -M */
	const char *left_out;	      /* why it cannot be judged here; NULL: it can */
	const struct node *condition; /* NULL when left out */
	const char *condition_text; /* expanded, one line, for `rules explain`; NULL when left out */
	const struct output_piece *output; /* NULL when left out */
	size_t n_output;
	const char *output_text; /* as written */
};

#endif /* ROOTWATCH_RULES_LANG_AST_H */
