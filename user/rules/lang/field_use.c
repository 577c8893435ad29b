// SPDX-License-Identifier: Apache-2.0
/* The name of a field, its argument and its transformers -> struct field_use. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "rules/lang/lang.h"
#include "rules/lang/names.h"

#define INDEX_MAX 99

static bool same_arg(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool field_use_same(const struct field_use *a, const struct field_use *b)
{
	if (a->id != b->id || a->has_index != b->has_index ||
	    (a->has_index && a->index != b->index) || !same_arg(a->arg, b->arg) ||
	    a->n_transforms != b->n_transforms)
		return false;
	for (size_t i = 0; i < a->n_transforms; i++)
		if (a->transforms[i] != b->transforms[i])
			return false;
	return true;
}

const char *lang_say(struct lang *g, const char *format, ...)
{
	char text[300];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return arena_copy(g->out, text, n < 0 ? 0 : strlen(text));
}

const char *lang_nearest(struct lang *g, const char *(*search)(const char *),
			 const struct word *name)
{
	if (g->nearest == 0 || name->len > NEAREST_WORD_MAX)
		return NULL;
	g->nearest--;
	return search(name->p);
}

static int verdict_say(struct verdict *v, enum verdict_kind kind, struct rule_pos pos,
		       const char *why)
{
	*v = (struct verdict){kind, why, pos};
	return why ? 0 : -ENOMEM;
}

static int unknown(struct lang *g, const struct word *name, struct verdict *v)
{
	const char *near;

	if (strcmp(name->p, "proc.env") == 0 || strcmp(name->p, "proc.penv") == 0 ||
	    strcmp(name->p, "proc.aenv") == 0)
		return verdict_say(v, VERDICT_MISSING, name->pos,
				   lang_say(g,
					    "needs the field %s, and rootwatch never reads "
					    "environment variables",
					    SHOW(name->p, name->len)));
	if (names_other_field(name->p, name->len))
		return verdict_say(v, VERDICT_MISSING, name->pos,
				   lang_say(g, "needs the field %s, which rootwatch does not have",
					    SHOW(name->p, name->len)));
	near = lang_nearest(g, names_nearest_field, name);
	return verdict_say(v, VERDICT_UNKNOWN, name->pos,
			   lang_say(g, "there is no field %s%s%s%s", SHOW(name->p, name->len),
				    near ? "; did you mean " : "", near ? near : "",
				    near ? "?" : ""));
}

static int bad(struct verdict *v, struct rule_pos pos)
{
	*v = (struct verdict){VERDICT_BAD, NULL, pos};
	return 0;
}

/* evt.arg[flags] is evt.arg.flags. */
static int spell_out(struct lang *g, struct syntax_field *f)
{
	size_t len = f->name.len + 1 + f->arg.len;
	char *p;

	if (!f->has_arg || strcmp(f->name.p, "evt.arg") != 0 ||
	    strspn(f->arg.p, "0123456789") == f->arg.len)
		return 0;
	p = arena_new(&g->tmp, len + 1, 1);
	if (!p)
		return -ENOMEM;
	(void)snprintf(p, len + 1, "%s.%s", f->name.p, f->arg.p);
	f->name.p = p;
	f->name.len = len;
	f->has_arg = false;
	return 0;
}

static bool take_index(const struct word *arg, uint32_t *index)
{
	uint32_t n = 0;

	if (arg->len == 0)
		return false;
	for (size_t i = 0; i < arg->len; i++) {
		if (arg->p[i] < '0' || arg->p[i] > '9')
			return false;
		n = n * 10 + (uint32_t)(arg->p[i] - '0');
		if (n > INDEX_MAX)
			return false;
	}
	*index = n;
	return true;
}

/* "opened|open" */
static bool two_forms(const struct word *arg)
{
	const char *bar = memchr(arg->p, '|', arg->len);

	return bar && bar != arg->p && bar[1] && !strchr(bar + 1, '|');
}

static int take_argument(struct lang *g, const struct syntax_field *f, struct field_use *to,
			 struct verdict *v)
{
	enum field_argument want = field_argument(to->id);
	const char *name = field_name(to->id);

	static const char *const needed[] = {[FIELD_ARG_INDEX] = "1",
					     [FIELD_ARG_INDEX_OPTIONAL] = NULL,
					     [FIELD_ARG_KEY] = "key",
					     [FIELD_ARG_VERB] = "opened|open"};

	if (!f->has_arg && needed[want]) {
		log_error(g->log, f->name.pos, "%s needs an argument: %s[%s]", name, name,
			  needed[want]);
		return bad(v, f->name.pos);
	}
	if (!f->has_arg)
		return 0;
	switch (want) {
	case FIELD_ARG_NONE:
		log_error(g->log, f->arg.pos, "%s takes no argument", name);
		return bad(v, f->arg.pos);
	case FIELD_ARG_VERB:
		if (!two_forms(&f->arg)) {
			log_error(g->log, f->arg.pos,
				  "%s takes two forms of a verb, as in %s[%s], not %s", name, name,
				  needed[want], SHOW(f->arg.p, f->arg.len));
			return bad(v, f->arg.pos);
		}
		to->arg = arena_copy(g->out, f->arg.p, f->arg.len);
		return to->arg ? 0 : -ENOMEM;
	case FIELD_ARG_KEY:
		to->arg = arena_copy(g->out, f->arg.p, f->arg.len);
		return to->arg ? 0 : -ENOMEM;
	default:
		to->has_index = true;
		if (take_index(&f->arg, &to->index))
			return 0;
		log_error(g->log, f->arg.pos, "%s takes a number from 0 to %d, not %s", name,
			  INDEX_MAX, SHOW(f->arg.p, f->arg.len));
		return bad(v, f->arg.pos);
	}
}

static int take_transforms(struct lang *g, const struct syntax_field *f, struct field_use *to,
			   struct verdict *v)
{
	enum field_type type = field_type(to->id);

	for (size_t i = 0; i < f->n_transforms; i++) {
		if (type != FIELD_STRING && type != FIELD_STRINGS) {
			log_error(g->log, f->name.pos, "%s() takes a string, which %s%s is not",
				  transform_name(f->transforms[i]), i ? "what stands around " : "",
				  field_name(to->id));
			return bad(v, f->name.pos);
		}
		if (f->transforms[i] == TRANSFORM_LEN)
			type = FIELD_NUMBER;
		to->transforms[i] = f->transforms[i];
	}
	to->n_transforms = f->n_transforms;
	return 0;
}

/* It says what rules made of an event, or tells of the stream: no rule could ever match by it. */
static bool of_no_event(enum field_id id)
{
	return id < F_END &&
	       (field_table[id].when == FIELD_ALERT || !(field_table[id].kinds & FIELD_EVENT));
}

int lang_field(struct lang *g, const struct syntax_field *from, struct field_use *to,
	       struct verdict *verdict)
{
	struct syntax_field f = *from;
	int err = spell_out(g, &f);

	if (err)
		return err;
	memset(to, 0, sizeof(*to));
	*verdict = (struct verdict){0};
	to->id = field_lookup(f.name.p, f.name.len);
	if (to->id == F_RULE_END)
		return unknown(g, &f.name, verdict);
	if (of_no_event(to->id))
		return verdict_say(
			verdict, VERDICT_MISSING, f.name.pos,
			lang_say(g, "needs the field %s, which no event has when rules are asked",
				 SHOW(f.name.p, f.name.len)));
	err = take_argument(g, &f, to, verdict);
	if (!err && verdict->kind == VERDICT_OK)
		err = take_transforms(g, &f, to, verdict);
	return err;
}
