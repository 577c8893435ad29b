/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/ruleset.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine/engine.h"
#include "rules/engine/regex.h"
#include "rules/filter/filter.h"
#include "rules/lang/log.h"
#include "rules/rule_source.h"

static bool has_tag(const struct rule *r, const char *const *tags, size_t n)
{
	for (const char *const *t = r->tags; t && *t; t++)
		for (size_t i = 0; i < n; i++)
			if (strcmp(*t, tags[i]) == 0)
				return true;
	return false;
}

static bool is_disabled(const struct rule *r, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fnmatch(names[i], r->name, 0) == 0 || fnmatch(names[i], r->id, 0) == 0)
			return true;
	return false;
}

const char *ruleset_refuses(const struct ruleset_options *o, const struct rule *r)
{
	if (is_disabled(r, o->disabled, o->n_disabled))
		return "-D";
	if (o->n_tags > 0 && !has_tag(r, o->tags, o->n_tags))
		return "-T";
	return r->priority > o->priority ? "-M" : NULL;
}

static void select_rules(struct ruleset *s, const struct ruleset_options *o)
{
	for (size_t i = 0; i < s->list->n; i++) {
		struct rule *r = &s->list->rules[i];

		if (ruleset_refuses(o, r))
			r->enabled = false;
		if (r->enabled && r->left_out)
			s->left_out++;
		else if (r->enabled)
			s->enabled++;
	}
}

/* The names of the files go with the texts: what is said about them keeps its own. */
static void keep_names(struct rule_log *log)
{
	for (size_t i = 0; i < log->n; i++) {
		struct rule_message *m = &log->messages[i];
		size_t len = m->pos.file ? strlen(m->pos.file) : 0;

		if (len == 0 || m->pos.file == m->file)
			continue;
		if (len > sizeof(m->file) - 1)
			len = sizeof(m->file) - 1;
		memcpy(m->file, m->pos.file, len);
		m->file[len] = '\0';
		m->pos.file = m->file;
	}
}

static int read_texts(struct rule_texts *t, const struct ruleset_options *o, struct rule_log *log)
{
	int err = 0;

	if (o->shipped)
		t->texts[t->n++] = ruleset_shipped();
	if (o->standard_dir)
		err = rule_texts_add(t, RULESET_DIR, true, log);
	for (size_t i = 0; i < o->n_paths && err != -ENOMEM; i++) {
		int one = rule_texts_add(t, o->paths[i], false, log);

		err = one ? one : err;
	}
	return err;
}

/* The first regular expression of a condition that does not compile; NULL: none. */
static const struct node *bad_regex(const struct node *node)
{
	const struct node *found = NULL;
	char why[ENGINE_WHY_MAX];
	struct regex *r;
	int err;

	for (size_t i = 0; node->kind != NODE_TEST && i < node->n_kids && !found; i++)
		found = bad_regex(node->kids[i]);
	if (found || node->kind != NODE_TEST || node->op != OP_REGEX || node->n_values != 1)
		return found;
	err = regex_new(&r,
			(struct str){node->values[0].text, (uint32_t)node->values[0].len,
				     (uint32_t)node->values[0].len},
			why, sizeof(why), NULL);
	if (!err)
		regex_free(r);
	return err == -EINVAL ? node : NULL;
}

/* Only the engine tries regular expressions out: where the one stands that it refused. */
static void log_refused(const struct rule_list *list, const char *why, struct rule_log *log)
{
	const struct node *bad = NULL;

	for (size_t i = 0; i < list->n && !bad; i++) {
		const struct rule *r = &list->rules[i];

		if (r->enabled && !r->left_out && r->condition)
			bad = bad_regex(r->condition);
	}
	if (bad)
		log_error(log, bad->pos, "%s", why);
	else
		rule_log_file(log, "rules", "%s", why);
}

int ruleset_load(struct ruleset **out, const struct ruleset_options *o, struct rule_log *log)
{
	struct ruleset *s = calloc(1, sizeof(*s));
	struct rule_texts *t = calloc(1, sizeof(*t));
	char why[ENGINE_WHY_MAX];
	int err = -ENOMEM;

	if (!s || !t) {
		free(s);
		free(t);
		return -ENOMEM;
	}
	s->texts = t;
	err = read_texts(t, o, log);
	if (!err)
		err = rule_list_parse(&s->list, t->texts, t->n, log);
	if (!err) {
		select_rules(s, o);
		err = engine_new(&s->engine, s->list->rules, s->list->n, why);
		if (err == -EINVAL)
			log_refused(s->list, why, log);
	}
	if (!err)
		err = filter_derive(&s->filter, s->list->rules, s->list->n);
	keep_names(log);
	for (size_t i = 0; i < o->n_paths && !err; i++)
		rule_texts_warn(t, o->paths[i], log);
	if (err) {
		ruleset_free(s);
		return err;
	}
	*out = s;
	return 0;
}

void ruleset_free(struct ruleset *s)
{
	if (!s)
		return;
	filter_free(s->filter);
	engine_free(s->engine);
	if (s->list)
		rule_list_free(s->list);
	rule_texts_free(s->texts);
	free(s->texts);
	free(s);
}
