/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the compiler share: what was defined, and what became of it. */
#ifndef ROOTWATCH_RULES_LANG_LANG_H
#define ROOTWATCH_RULES_LANG_LANG_H

#include "base/arena.h"
#include "rules/lang/syntax.h"
#include "rules/lang/yaml.h"

/* Of one rule and of all, when macros are expanded. */
#define EXPANDED_NODES_MAX  20000
#define EXPANDED_TOTAL_MAX  400000
#define EXPANDED_DEPTH_MAX  256
#define MACRO_DEPTH_MAX	    64
#define LIST_DEPTH_MAX	    32
#define LIST_VALUES_MAX	    1000000 /* of all lists together, with lists inside them */
#define EXCEPTIONS_MAX	    1000    /* of one rule */
#define CONDITION_TEXT_MAX  (1u << 20)
#define TEMPORARY_BYTES_MAX ((size_t)256 << 20)
#define RESULT_BYTES_MAX    ((size_t)256 << 20)
#define NEAREST_BUDGET	    1000 /* searches for the nearest word */

/* Sequences that were appended to each other. */
struct yaml_part {
	const struct yaml *list;
	struct yaml_part *next;
};
struct yaml_parts {
	struct yaml_part *first, *last;
};
struct text_parts {
	struct text_part *first, *last;
};

enum state { STATE_NEW, STATE_BUSY, STATE_DONE, STATE_BAD };

/*
 * A name stands for what was defined before: index is the time of the first definition, seen that
 * of the last change. A macro or a list sees those whose index is below its own `seen`; rules see
 * all.
 */
struct list_def {
	struct word name;
	unsigned index, seen;
	struct yaml_parts items;
	enum state state;
	struct rule_value *values;
	size_t n;
	struct list_def *next;
};

struct macro_def {
	struct word name;
	unsigned index, seen;
	struct text_parts condition;
	enum state parsed;
	struct syntax *syntax;
	bool expanding;
	struct macro_def *next;
};

struct exception_def {
	struct word name;
	bool single; /* `fields` is one field, not a list */
	size_t n;
	struct syntax_field *fields;
	enum operator_kind *comps;
	struct yaml_parts values;
	struct exception_def *next;
};

struct rule_def {
	struct word name;
	struct text_parts condition, output, desc;
	struct yaml_parts tags;
	enum priority priority;
	bool enabled, skip_unknown;
	const char *source; /* NULL: system calls */
	struct word id;	    /* p NULL: none */
	const char *advice;
	bool report_exit;
	struct exception_def *exceptions;
	size_t n_exceptions;
	bool bad; /* it was not read whole: said already */
	struct rule_def *next;
};

struct lang {
	struct arena tmp;  /* freed when the parsing ends */
	struct arena *out; /* the rule_list's */
	struct rule_log *log;
	struct dict lists, macros, rules;
	struct list_def *first_list, **next_list;
	struct macro_def *first_macro, **next_macro;
	struct rule_def *first_rule, **next_rule;
	size_t n_rules;
	unsigned time;
	size_t values, nodes;
	bool incomplete;  /* something could not be read, so not every unknown name is a mistake */
	unsigned nearest; /* of NEAREST_BUDGET, what is left */
};

/* Why something cannot be used. Kinds but VERDICT_OK carry the reason. */
enum verdict_kind {
	VERDICT_OK,
	VERDICT_BAD,	 /* an error, logged */
	VERDICT_UNKNOWN, /* an error, unless the rule has skip-if-unknown-filter */
	VERDICT_MISSING, /* right, but not here: the rule is left out */
};
struct verdict {
	enum verdict_kind kind;
	const char *why;
	struct rule_pos pos;
};

/* items.c: the definitions of one file. 0, -ENOMEM; errors are logged. */
int lang_read(struct lang *g, const struct rule_text *text);

/* rule_item.c: one item `rule`. 0 or -ENOMEM. */
int lang_read_rule(struct lang *g, const struct yaml *item);

/* exceptions.c */
int lang_read_exceptions(struct lang *g, struct rule_def *rule, const struct yaml *list,
			 bool append);
/* What has to be added to the condition, by `and not`; NULL in *out: nothing. */
int lang_exceptions(struct lang *g, const struct rule_def *rule, struct syntax **out);

/* lists.c: its values, lists inside it resolved. 0; -EINVAL: logged before; -ENOMEM. */
int lang_list(struct lang *g, struct list_def *list);

/* field_use.c: 0 with the verdict, or -ENOMEM. */
int lang_field(struct lang *g, const struct syntax_field *from, struct field_use *to,
	       struct verdict *verdict);

/*
 * expand.c: 0 with the verdict; *out is whole only when that is VERDICT_OK. With skip_unknown,
 * what would be an unknown field or event leaves the rule out. -ENOMEM.
 */
int lang_expand(struct lang *g, const struct syntax *condition, bool skip_unknown,
		struct node **out, struct verdict *verdict);
/* The syntax of a macro; its errors are logged once. 0, -EINVAL, -ENOMEM. */
int lang_macro(struct lang *g, struct macro_def *macro);

/*
 * print.c: the condition as one line of printable ASCII, which parses to the same tree. -ENOMEM;
 * -E2BIG: it would be longer than CONDITION_TEXT_MAX.
 */
int lang_print(struct lang *g, const struct node *node, const char **out);

struct output_options {
	bool skip_unknown; /* an unknown field leaves the rule out */
	bool warn;	   /* of fields that exist, only not here */
};

/* output.c: 0 with the verdict, or -ENOMEM. A field that rootwatch does not have prints <NA>. */
int lang_output(struct lang *g, const struct text *text, const struct output_options *o,
		struct rule *rule, struct verdict *verdict);

/* A sentence in the result. NULL: no memory. */
const char *lang_say(struct lang *g, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What the search finds nearest to the name; NULL: none, or too much was asked for. */
const char *lang_nearest(struct lang *g, const char *(*search)(const char *),
			 const struct word *name);

#endif /* ROOTWATCH_RULES_LANG_LANG_H */
