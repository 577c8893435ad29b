// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/closed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/names.h"

static const struct closed {
	enum field_id id;
	const char *have[8]; /* NULL-ended */
	const char *lacks;   /* %s: the value */
} closed[] = {
	{F_DIR, {"<"}, "asks for evt.dir = %s: rootwatch sees calls only when they return"},
	{F_CATEGORY,
	 {"file", "process", "net", "user"},
	 "needs events of the category %s, which rootwatch does not have"},
	{F_FD_TYPECHAR,
	 {"f", "d", "p", "u", "4", "6"},
	 "needs descriptors of the type %s (fd.typechar), which rootwatch does not see"},
	{F_FD_TYPE,
	 {"file", "directory", "pipe", "unix", "ipv4", "ipv6"},
	 "needs descriptors of the type %s (fd.type), which rootwatch does not see"},
};

static int missing(struct template *t, bool odd, struct rule_pos pos, const char *why)
{
	if (t->used[odd].kind == VERDICT_OK)
		t->used[odd] = (struct verdict){VERDICT_MISSING, why, pos};
	return why ? 0 : -ENOMEM;
}

struct asked {
	enum operator_kind op;
	const struct rule_value *value;
};

/* Would an event of that name pass the test? */
static bool passes(const char *name, const void *data)
{
	const struct asked *a = data;
	size_t n = strlen(name);

	switch (a->op) {
	case OP_STARTSWITH:
		return strncmp(name, a->value->text, a->value->len) == 0;
	case OP_ENDSWITH:
		return n >= a->value->len && strcmp(name + n - a->value->len, a->value->text) == 0;
	case OP_CONTAINS:
		return strstr(name, a->value->text) != NULL;
	case OP_ICONTAINS:
		return strcasestr(name, a->value->text) != NULL;
	default:
		return true; /* patterns and bytes: it may */
	}
}

/* evt.type startswith ch, glob *chmod: the names that would fit and do not come here. */
static int check_pattern(struct lang *g, struct template *t, enum operator_kind op,
			 const struct rule_value *value, struct rule_pos pos)
{
	struct asked asked = {op, value};
	const char *name = names_other_event_where(passes, &asked);

	if (!name)
		return 0;
	return missing(t, false, pos,
		       lang_say(g,
				"compares evt.type by %s, which may ask for events that "
				"rootwatch does not have",
				operator_name(op)));
}

bool closed_starts(enum operator_kind op, const struct rule_value *value)
{
	return (op == OP_EQ || op == OP_IN) && strcmp(value->text, "container") == 0;
}

static int check_event(struct lang *g, struct template *t, enum operator_kind op,
		       const struct rule_value *value, struct rule_pos pos)
{
	const char *near;

	if (op != OP_EQ && op != OP_NE && !operator_takes_list(op))
		return check_pattern(g, t, op, value, pos);
	if (names_event(value->text, value->len))
		return 0;
	if (closed_starts(op, value))
		return 0;
	if (names_other_event(value->text, value->len))
		return missing(t, op == OP_NE, pos,
			       lang_say(g, "needs the event %s, which rootwatch does not have",
					SHOW(value->text, value->len)));
	near = lang_nearest(g, names_nearest_event,
			    &(struct word){value->text, value->len, pos, false});
	t->verdict.kind = VERDICT_UNKNOWN;
	t->verdict.pos = pos;
	t->verdict.why = lang_say(g, "there is no event %s%s%s%s", SHOW(value->text, value->len),
				  near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
	return t->verdict.why ? 0 : -ENOMEM;
}

static int check_closed(struct lang *g, struct template *t, const struct closed *c,
			enum operator_kind op, const struct rule_value *value, struct rule_pos pos)
{
	if (op != OP_EQ && op != OP_NE && op != OP_IN && op != OP_INTERSECTS)
		return 0;
	for (size_t i = 0; c->have[i]; i++)
		if (strcmp(c->have[i], value->text) == 0)
			return 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	return missing(t, op == OP_NE, pos, lang_say(g, c->lacks, SHOW(value->text, value->len)));
#pragma GCC diagnostic pop
}

bool closed_rewrites(const struct syntax_test *test, const struct template *t)
{
	if (t->node.left.id != F_PROC_TTY || t->node.left.n_transforms || test->n_words != 1)
		return false;
	return (test->op == OP_EQ || test->op == OP_NE || test->op == OP_GT) &&
	       strcmp(test->words[0].p, "0") == 0;
}

/* proc.tty = 34816 would never be true of a name. */
static int check_tty(struct lang *g, struct template *t, const struct syntax_test *test,
		     const struct rule_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (values[i].len && strspn(values[i].text, "0123456789") == values[i].len) {
			t->verdict.kind = VERDICT_MISSING;
			t->verdict.pos = test->pos;
			t->verdict.why = lang_say(g,
						  "compares proc.tty with the number %s; here it "
						  "is a name such as pts0, and 0 stands for none "
						  "with = and != only",
						  SHOW(values[i].text, values[i].len));
			return t->verdict.why ? 0 : -ENOMEM;
		}
	return 0;
}

/* Falco's evt.arg.uid is a name wherever there is one; that of 0 is known. */
static void name_root(struct rule_value *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(values[i].text, "0") == 0)
			values[i] = (struct rule_value){"root", 4};
}

static struct rule_pos pos_of(const struct syntax_test *test, size_t i, size_t n)
{
	return test->n_words == n ? test->words[i].pos : test->words[0].pos;
}

int closed_check(struct lang *g, const struct syntax_test *test, struct template *t,
		 struct rule_value *values, size_t n)
{
	enum field_id id = t->node.left.id;
	const struct closed *c = NULL;
	int err = 0;

	if (closed_rewrites(test, t)) {
		t->node.op = OP_EXISTS;
		t->negated = test->op == OP_EQ;
		t->settled = true;
		return 0;
	}
	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if (closed[i].id == id)
			c = &closed[i];
	if (t->node.left.n_transforms)
		return 0;
	if (id == F_ARG_UID && (test->op == OP_EQ || test->op == OP_NE || test->op == OP_IN))
		name_root(values, n);
	if (id == F_PROC_TTY)
		return check_tty(g, t, test, values, n);
	for (size_t i = 0; !err && t->verdict.kind == VERDICT_OK && i < n; i++) {
		struct rule_pos pos = pos_of(test, i, n);

		if (id == F_TYPE)
			err = check_event(g, t, test->op, &values[i], pos);
		else if (c)
			err = check_closed(g, t, c, test->op, &values[i], pos);
	}
	return err;
}
