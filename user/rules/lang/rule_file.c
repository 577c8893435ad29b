// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/rule_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/lang.h"

#define ID_MAX 80

/* ---- ids ------------------------------------------------------------------------------------- */

/* "Write below /etc" -> "write-below-etc" */
static void slug(char out[static ID_MAX + 1], const char *name)
{
	size_t n = 0;

	for (const char *p = name; *p && n < ID_MAX; p++) {
		char c = *p;

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && out[n - 1] == '-')
		n--;
	if (n == 0) {
		memcpy(out, "rule", 4);
		n = 4;
	}
	out[n] = '\0';
}

static int put_id(struct lang *g, struct dict *ids, struct rule *rule, const char *id)
{
	size_t len = strlen(id);

	rule->id = arena_copy(g->out, id, len);
	if (!rule->id || !dict_put(ids, &g->tmp, rule->id, len, rule))
		return -ENOMEM;
	return 0;
}

/* Made of the name; of several rules with the same the later ones have a number behind it. */
static int make_id(struct lang *g, struct dict *ids, struct rule *rule)
{
	char base[ID_MAX + 1], id[ID_MAX + 16];
	unsigned n = 1;

	slug(base, rule->name);
	(void)snprintf(id, sizeof(id), "%s", base);
	while (dict_get(ids, id, strlen(id)))
		(void)snprintf(id, sizeof(id), "%s-%u", base, ++n);
	return put_id(g, ids, rule, id);
}

/* Those that were given first, so that they stay what they are. */
static int set_ids(struct lang *g, struct rule *rules)
{
	struct dict ids = {0};
	size_t i = 0;
	int err = 0;

	for (const struct rule_def *d = g->first_rule; d && !err; d = d->next, i++) {
		const struct rule *other;

		if (!d->id.p)
			continue;
		other = dict_get(&ids, d->id.p, d->id.len);
		if (other)
			log_error(g->log, d->id.pos, "the rule in line %u of %s has the id %s too",
				  other->pos.line, other->pos.file, SHOW(d->id.p, d->id.len));
		else
			err = put_id(g, &ids, &rules[i], d->id.p);
	}
	i = 0;
	for (const struct rule_def *d = g->first_rule; d && !err; d = d->next, i++)
		if (!d->id.p)
			err = make_id(g, &ids, &rules[i]);
	return err;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static int set_tags(struct lang *g, struct rule *rule, const struct rule_def *d)
{
	const char **tags;
	size_t n = 0, room = 1;

	for (const struct yaml_part *p = d->tags.first; p; p = p->next)
		room += p->list->n;
	tags = ARENA_ARRAY(g->out, const char *, room);
	if (!tags)
		return -ENOMEM;
	rule->tags = tags;
	for (const struct yaml_part *p = d->tags.first; p; p = p->next)
		for (size_t i = 0; i < p->list->n; i++) {
			const struct text *tag = &p->list->kids[i]->text;

			tags[n] = arena_copy(g->out, tag->p, tag->len);
			if (!tags[n++])
				return -ENOMEM;
		}
	return 0;
}

/* Copied into the result, without blanks at its ends. */
static const char *joined(struct lang *g, const struct text_parts *parts)
{
	struct text t = text_join(&g->tmp, parts->first);
	size_t len = t.len, from = 0;

	if (!t.p)
		return NULL;
	while (len && strchr(" \t\r\n", t.p[len - 1]))
		len--;
	while (from < len && strchr(" \t\r\n", t.p[from]))
		from++;
	return arena_copy(g->out, t.p + from, len - from);
}

static int parse_condition(struct lang *g, const struct rule_def *d, struct syntax **out)
{
	struct text *text = ARENA_NEW(&g->tmp, struct text);
	struct syntax *and, *exceptions = NULL;
	int err, err2;

	if (!text)
		return -ENOMEM;
	*text = text_join(&g->tmp, d->condition.first);
	if (!text->p)
		return -ENOMEM;
	err = syntax_parse(out, &g->tmp, text, g->log);
	err2 = err == -ENOMEM ? 0 : lang_exceptions(g, d, &exceptions);
	if (err || err2 || !exceptions)
		return err2 == -ENOMEM || !err ? err2 : err;
	and = ARENA_NEW(&g->tmp, struct syntax);
	if (!and)
		return -ENOMEM;
	*and = (struct syntax){.kind = SYNTAX_AND, .pos = (*out)->pos, .kids = *out};
	(*out)->next = exceptions;
	*out = and;
	return 0;
}

static int leave_out(struct lang *g, struct rule *rule, const char *why)
{
	(void)g;
	rule->left_out = why;
	rule->condition = NULL;
	rule->condition_text = NULL;
	rule->output = NULL;
	rule->n_output = 0;
	return why ? 0 : -ENOMEM;
}

static int print_condition(struct lang *g, struct rule *rule)
{
	int err = lang_print(g, rule->condition, &rule->condition_text);

	if (err != -E2BIG)
		return err;
	log_error(g->log, rule->pos,
		  "with its macros and lists expanded the condition is longer than %u bytes: split "
		  "the rule",
		  CONDITION_TEXT_MAX);
	return 0;
}

static int compile(struct lang *g, struct rule *rule, const struct rule_def *d)
{
	struct output_options options = {.skip_unknown = d->skip_unknown};
	struct verdict condition = {0}, output = {0};
	struct syntax *syntax = NULL;
	struct node *node = NULL;
	struct text *text;
	int err;

	if (d->source)
		return leave_out(g, rule,
				 lang_say(g,
					  "is for events of the source %s; rootwatch has system "
					  "calls only, and no plugins",
					  SHOW_STR(d->source)));
	err = parse_condition(g, d, &syntax);
	if (err == -EINVAL)
		condition.kind = VERDICT_BAD;
	else if (err)
		return err;
	if (!err)
		err = lang_expand(g, syntax, d->skip_unknown, &node, &condition);
	else
		err = 0;
	text = ARENA_NEW(&g->tmp, struct text);
	if (err || !text)
		return err ? err : -ENOMEM;
	*text = text_join(&g->tmp, d->output.first);
	if (!text->p)
		return -ENOMEM;
	/* What a rule that is left out would print does not matter. */
	options.warn = condition.kind == VERDICT_OK;
	err = lang_output(g, text, &options, rule, &output);
	if (err)
		return err;
	if (condition.kind == VERDICT_MISSING || output.kind == VERDICT_MISSING)
		return leave_out(g, rule,
				 condition.kind == VERDICT_MISSING ? condition.why : output.why);
	if (condition.kind != VERDICT_OK || output.kind != VERDICT_OK)
		return 0;
	rule->condition = node;
	return print_condition(g, rule);
}

static int make_rule(struct lang *g, struct rule *rule, const struct rule_def *d)
{
	int err = set_tags(g, rule, d);

	rule->name = arena_copy(g->out, d->name.p, d->name.len);
	rule->desc = joined(g, &d->desc);
	rule->output_text = joined(g, &d->output);
	rule->advice = d->advice ? arena_copy(g->out, d->advice, strlen(d->advice)) : NULL;
	rule->report_exit = d->report_exit;
	rule->priority = d->priority;
	rule->enabled = d->enabled;
	rule->pos = d->name.pos;
	if (err || !rule->name || !rule->desc || !rule->output_text || (d->advice && !rule->advice))
		return -ENOMEM;
	return compile(g, rule, d);
}

static int build(struct lang *g, struct rule_list *list)
{
	size_t i = 0;
	int err = 0;

	for (struct macro_def *m = g->first_macro; m; m = m->next)
		if (lang_macro(g, m) == -ENOMEM)
			return -ENOMEM;
	for (struct list_def *l = g->first_list; l; l = l->next)
		if (lang_list(g, l) == -ENOMEM)
			return -ENOMEM;
	list->rules = ARENA_ARRAY(g->out, struct rule, g->n_rules);
	if (!list->rules)
		return -ENOMEM;
	list->n = g->n_rules;
	for (const struct rule_def *d = g->first_rule; d && !err; d = d->next, i++)
		err = d->bad ? 0 : make_rule(g, &list->rules[i], d);
	return err || g->incomplete ? err : set_ids(g, list->rules);
}

/* Memory that the bounds refused is the files' fault, and said. */
static int out_of(struct lang *g, const struct rule_text *texts, size_t n)
{
	struct rule_pos pos = {n ? texts[0].name : "", 1, 1};

	if (!g->tmp.full && !g->out->full)
		return -ENOMEM;
	log_error(g->log, pos,
		  "these rules need more than %zu MB when their macros and lists are "
		  "expanded: use fewer of them",
		  RESULT_BYTES_MAX >> 20);
	return -EINVAL;
}

int rule_list_parse(struct rule_list **out, const struct rule_text *texts, size_t n,
		    struct rule_log *log)
{
	struct rule_list *list = calloc(1, sizeof(*list));
	struct arena *arena = calloc(1, sizeof(*arena));
	struct lang g = {.log = log, .out = arena, .nearest = NEAREST_BUDGET};
	int err = 0;

	if (!list || !arena) {
		free(list);
		free(arena);
		return -ENOMEM;
	}
	memset(log, 0, sizeof(*log));
	list->arena = arena;
	arena_init(arena, RESULT_BYTES_MAX);
	arena_init(&g.tmp, TEMPORARY_BYTES_MAX);
	g.next_list = &g.first_list;
	g.next_macro = &g.first_macro;
	g.next_rule = &g.first_rule;
	for (size_t i = 0; i < n && !err; i++)
		err = lang_read(&g, &texts[i]);
	g.incomplete = log->errors > 0;
	if (!err)
		err = build(&g, list);
	if (err == -ENOMEM)
		err = out_of(&g, texts, n);
	arena_free(&g.tmp);
	log_sort(log, texts, n);
	if (!err && log->errors)
		err = -EINVAL;
	if (err) {
		rule_list_free(list);
		return err;
	}
	*out = list;
	return 0;
}

void rule_list_free(struct rule_list *list)
{
	if (!list)
		return;
	arena_free(list->arena);
	free(list->arena);
	free(list);
}
