/* SPDX-License-Identifier: Apache-2.0 */
/* A condition as it is written: names of macros, lists and fields are not looked up yet. */
#ifndef ROOTWATCH_RULES_LANG_SYNTAX_H
#define ROOTWATCH_RULES_LANG_SYNTAX_H

#include "rules/lang/log.h"
#include "rules/lang/text.h"

/* Of parentheses; see EXPANDED_DEPTH_MAX too. */
#define SYNTAX_DEPTH_MAX 256

struct word {
	const char *p; /* NUL-terminated */
	size_t len;
	struct rule_pos pos;
	bool quoted; /* then p is what the quotes hold */
};

struct syntax_field {
	struct word name;
	bool has_arg;
	struct word arg;
	size_t n_transforms;
	enum transform transforms[FIELD_TRANSFORMS_MAX]; /* the innermost first */
};

struct template;

struct syntax_test {
	struct rule_pos pos, op_pos;
	struct syntax_field left;
	enum operator_kind op;
	const struct word *words; /* of OP_IN and its like any number; none: OP_EXISTS */
	size_t n_words;
	bool list_name;			  /* words is one bare word: it has to be a list */
	const struct syntax_field *right; /* val(field) */
	struct template *template;	  /* made of it, when that was done: see test.h */
};

enum syntax_kind { SYNTAX_AND, SYNTAX_OR, SYNTAX_NOT, SYNTAX_TEST, SYNTAX_MACRO };

struct syntax {
	enum syntax_kind kind;
	struct rule_pos pos;
	struct syntax *kids; /* AND, OR: two or more; NOT: one; linked by next */
	struct syntax *next;
	struct syntax_test *test;
	struct word macro;
};

/* 0; -EINVAL: the log says why; -ENOMEM. */
int syntax_parse(struct syntax **out, struct arena *a, const struct text *text,
		 struct rule_log *log);

/* The words of "(a, b, 'c d')", which has to be all of the text. */
int syntax_parse_list(const struct word **out, size_t *n, struct arena *a, const struct text *text,
		      struct rule_log *log);

/* A field alone, as exceptions name it: proc.aname[2], basename(fd.name). */
int syntax_parse_field(struct syntax_field *out, struct arena *a, const struct text *text,
		       struct rule_log *log);

/* The field that begins at *offset, as outputs name it: up to where it ends. */
int syntax_take_field(struct syntax_field *out, struct arena *a, const struct text *text,
		      size_t *offset, struct rule_log *log);

/*
 * An item of a YAML list as a value: what its own quotes hold when it has some, else as it is.
 */
int syntax_item(struct word *out, struct arena *a, const struct text *text, struct rule_log *log);

/* OP_END: there is none of that name. */
enum operator_kind operator_lookup(const char *name, size_t len);
bool operator_takes_list(enum operator_kind op);

#endif /* ROOTWATCH_RULES_LANG_SYNTAX_H */
