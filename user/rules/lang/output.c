// SPDX-License-Identifier: Apache-2.0
/* The output of a rule: text with %field in it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/lang.h"
#include "rules/lang/names.h"

struct pieces {
	struct output_piece *p;
	size_t n, room;
};

/* What stands before the next field. */
struct plain {
	char *p;
	size_t n;
};

static int add(struct lang *g, struct pieces *out, struct plain *plain,
	       const struct field_use *field)
{
	struct output_piece *piece = arena_room(g->out, out->p, out->n, &out->room, sizeof(*piece));

	if (!piece)
		return -ENOMEM;
	out->p = piece;
	piece = &out->p[out->n++];
	piece->text = arena_copy(g->out, plain->p, plain->n);
	piece->len = plain->n;
	plain->n = 0;
	if (field) {
		piece->has_field = true;
		piece->field = *field;
	}
	return piece->text ? 0 : -ENOMEM;
}

/* %container.info: what it stands for in rules that other programs add nothing to. */
static int add_container(struct lang *g, struct pieces *out, struct plain *plain)
{
	static const struct {
		const char *text;
		enum field_id id;
	} parts[] = {{"container_id=", F_CONTAINER_ID}, {" container_name=", F_CONTAINER_NAME}};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct field_use use = {.id = parts[i].id};
		size_t n = strlen(parts[i].text);
		int err;

		/* There is room: plain->p is three times as long as the text. */
		memcpy(plain->p + plain->n, parts[i].text, n);
		plain->n += n;
		err = add(g, out, plain, &use);
		if (err)
			return err;
	}
	return 0;
}

/* "%user.name." and "%proc.name.sh": a name ends where a known field does. */
static void cut_name(struct syntax_field *f, size_t *offset)
{
	size_t len = f->name.len;

	if (f->has_arg || f->n_transforms || names_other_field(f->name.p, len))
		return;
	while (len && field_lookup(f->name.p, len) == F_RULE_END) {
		const char *dot = memrchr(f->name.p, '.', len);

		len = dot ? (size_t)(dot - f->name.p) : 0;
	}
	if (len && len < f->name.len) {
		*offset -= f->name.len - len;
		f->name.len = len;
	}
}

static void take_verdict(struct lang *g, struct verdict *total, const struct verdict *v,
			 bool skip_unknown)
{
	struct verdict now = *v;

	if (v->kind == VERDICT_OK)
		return;
	if (v->kind == VERDICT_UNKNOWN) {
		now.kind = skip_unknown ? VERDICT_MISSING : VERDICT_BAD;
		if (!skip_unknown)
			log_error(g->log, v->pos, "in the output: %s", v->why);
	}
	if (total->kind == VERDICT_OK || now.kind == VERDICT_BAD)
		*total = now;
}

/* A field that exists, only not here: as if its value were missing. */
static int print_na(struct lang *g, const struct word *name, bool warn, struct plain *plain)
{
	static const char na[] = "<NA>";

	/* There is room, as for container.info: no such name is shorter. */
	memcpy(plain->p + plain->n, na, sizeof(na) - 1);
	plain->n += sizeof(na) - 1;
	if (warn)
		log_warning(g->log, name->pos,
			    "the output prints <NA> for %s, which rootwatch does not have",
			    SHOW(name->p, name->len));
	return 0;
}

static int take_field(struct lang *g, const struct text *text, size_t *at, struct pieces *out,
		      struct plain *plain, const struct output_options *o, struct verdict *total)
{
	static const char info[] = "container.info";
	struct syntax_field name = {0};
	struct field_use use;
	struct verdict verdict;
	char *copy;
	int err;

	if (strncmp(text->p + *at, info, sizeof(info) - 1) == 0) {
		*at += sizeof(info) - 1;
		return add_container(g, out, plain);
	}
	err = syntax_take_field(&name, &g->tmp, text, at, g->log);
	if (err == -EINVAL) {
		total->kind = VERDICT_BAD;
		*at = text->len; /* what follows cannot be told apart */
	}
	if (err)
		return err == -EINVAL ? 0 : err;
	cut_name(&name, at);
	copy = arena_copy(&g->tmp, name.name.p, name.name.len);
	if (!copy)
		return -ENOMEM;
	name.name.p = copy;
	err = lang_field(g, &name, &use, &verdict);
	if (err)
		return err;
	if (verdict.kind == VERDICT_MISSING)
		return print_na(g, &name.name, o->warn, plain);
	take_verdict(g, total, &verdict, o->skip_unknown);
	return verdict.kind == VERDICT_OK ? add(g, out, plain, &use) : 0;
}

int lang_output(struct lang *g, const struct text *text, const struct output_options *o,
		struct rule *rule, struct verdict *verdict)
{
	struct pieces out = {0};
	struct plain plain = {arena_new(&g->tmp, text->len * 3 + 1, 1), 0};
	size_t at = text->p[0] == '*';
	int err = 0;

	if (!plain.p)
		return -ENOMEM;
	*verdict = (struct verdict){0};
	while (!err && at < text->len) {
		char c = text->p[at++];

		if (c != '%') {
			plain.p[plain.n++] = c;
			continue;
		}
		if (text->p[at] == '%') { /* a percent sign itself */
			plain.p[plain.n++] = '%';
			at++;
			continue;
		}
		if (text->p[at] >= '0' && text->p[at] <= '9')
			log_warning(g->log, text_pos(text, at), "the width of a field is ignored");
		while (text->p[at] >= '0' && text->p[at] <= '9')
			at++;
		err = take_field(g, text, &at, &out, &plain, o, verdict);
	}
	if (!err && plain.n)
		err = add(g, &out, &plain, NULL);
	if (err)
		return err;
	rule->output = out.p;
	rule->n_output = out.n;
	return 0;
}
