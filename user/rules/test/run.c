// SPDX-License-Identifier: Apache-2.0
#include "rules/test/run.h"

#include <errno.h>
#include <stdio.h>

#include "rules/lang/log.h"
#include "rules/lang/yaml.h"
#include "rules/test/build.h"

#define ARENA_MAX (64u << 20)

struct run {
	struct arena arena; /* of the file */
	struct arena event; /* of one case */
	struct run_result *result;
	struct run_count *counts;
	struct engine *engine;
	const struct rule *rules;
	size_t n;
	struct rule_log *log;
	bool malformed;
};

static void malformed(struct run *r, struct rule_pos pos, const char *what)
{
	r->malformed = true;
	log_error(r->log, pos, "%s", what);
}

/* ---- the event -------------------------------------------------------------------------------- */

static int give(struct run *r, struct build *b, const struct yaml *key, const struct yaml *value)
{
	size_t n = value->kind == YAML_LIST ? value->n : yaml_is_null(value) ? 0 : 1;
	struct rule_value *values = arena_new(&r->event, n + 1, sizeof(*values));
	const char *why;
	int err;

	if (!values)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct yaml *y = value->kind == YAML_LIST ? value->kids[i] : value;

		if (y->kind != YAML_SCALAR) {
			malformed(r, y->pos, "a field's value is a single value or a list of them");
			return -EINVAL;
		}
		values[i] = (struct rule_value){y->text.p, y->text.len};
	}
	err = build_set(b, key->text.p, key->text.len, values, n, value->kind == YAML_LIST, &why);
	if (err == -EINVAL) {
		r->malformed = true;
		log_error(r->log, key->pos, "%s: %s", SHOW(key->text.p, key->text.len), why);
	}
	return err;
}

static int make_event(struct run *r, const struct yaml *fields, const struct event **e)
{
	struct build *b = build_new(&r->event);
	const char *field = NULL, *why;
	struct rule_pos pos = fields->pos;
	int err = b ? 0 : -ENOMEM;

	for (size_t i = 0; i + 1 < fields->n && !err; i += 2)
		err = give(r, b, fields->kids[i], fields->kids[i + 1]);
	if (err)
		return err;
	err = build_event(b, e, &field, &why);
	if (err == -EINVAL) {
		if (field)
			yaml_get(fields, field, &pos);
		malformed(r, pos, why);
	}
	return err;
}

/* ---- what was expected ------------------------------------------------------------------------ */

/* The index of a rule by its id; n when there is none. */
static size_t rule_index(struct run *r, const struct yaml *id)
{
	size_t i = 0;

	while (i < r->n && strcmp(r->rules[i].id, id->text.p) != 0)
		i++;
	if (i < r->n && r->rules[i].enabled && !r->rules[i].left_out)
		return i;
	r->malformed = true;
	if (i == r->n)
		log_error(r->log, id->pos, "no rule has the id %s", SHOW(id->text.p, id->text.len));
	else
		log_error(r->log, id->pos, "the rule %s is not active: %s", r->rules[i].id,
			  r->rules[i].left_out ? r->rules[i].left_out : "it is not enabled");
	return r->n;
}

static bool hit(const struct verdict *v, const struct rule *rule)
{
	for (size_t i = 0; i < v->n; i++) {
		if (v->hits[i] == rule)
			return true;
	}
	return false;
}

/* "raised a, b" */
static const char *raised(const struct verdict *v, char text[static 200])
{
	size_t len = (size_t)snprintf(text, 200, v->n ? "raised" : "raised nothing");

	for (size_t i = 0; i < v->n && len < 200; i++)
		len += (size_t)snprintf(text + len, 200 - len, "%s %s", i ? "," : "",
					v->hits[i]->id);
	return text;
}

static bool listed(const struct yaml *ids, const struct rule *rule)
{
	for (size_t i = 0; ids && i < ids->n; i++) {
		if (strcmp(ids->kids[i]->text.p, rule->id) == 0)
			return true;
	}
	return false;
}

struct expected {
	const struct yaml *name, *fires, *silent;
	bool only;
};

/* False when one of the ids is as it should not be. */
static bool check_ids(struct run *r, const struct expected *x, const struct yaml *ids, bool wanted,
		      const struct verdict *v)
{
	char text[200];
	bool ok = true;

	for (size_t i = 0; ids && i < ids->n; i++) {
		size_t at;

		if (ids->kids[i]->kind != YAML_SCALAR) {
			malformed(r, ids->kids[i]->pos, "expected the id of a rule");
			return false;
		}
		at = rule_index(r, ids->kids[i]);
		if (at == r->n) {
			ok = false;
			continue;
		}
		if (r->counts && wanted)
			r->counts[at].fires++;
		else if (r->counts)
			r->counts[at].silent++;
		if (hit(v, &r->rules[at]) == wanted)
			continue;
		ok = false;
		log_error(r->log, x->name->pos, "%s: %s %s: it %s",
			  SHOW(x->name->text.p, x->name->text.len), r->rules[at].id,
			  wanted ? "has to match and does not" : "must not match and does",
			  raised(v, text));
	}
	return ok;
}

static bool check(struct run *r, const struct expected *x, const struct verdict *v)
{
	bool ok = check_ids(r, x, x->fires, true, v);
	char text[200];

	ok = check_ids(r, x, x->silent, false, v) && ok;
	for (size_t i = 0; x->only && ok && i < v->n; i++) {
		if (listed(x->fires, v->hits[i]))
			continue;
		ok = false;
		log_error(r->log, x->name->pos, "%s: nothing else must match: it %s",
			  SHOW(x->name->text.p, x->name->text.len), raised(v, text));
	}
	return ok;
}

/* ---- a case ----------------------------------------------------------------------------------- */

static bool read_ids(struct run *r, const struct yaml *one, const char *key,
		     const struct yaml **ids)
{
	*ids = yaml_get(one, key, NULL);
	if (*ids && (*ids)->kind != YAML_LIST) {
		malformed(r, (*ids)->pos, "expected a list of rules' ids, such as [etc-written]");
		return false;
	}
	return true;
}

static bool read_expected(struct run *r, const struct yaml *one, struct expected *x)
{
	const struct yaml *only = yaml_get(one, "only", NULL);

	x->name = yaml_get(one, "test", NULL);
	if (!x->name || x->name->kind != YAML_SCALAR) {
		malformed(r, one->pos, "a case needs `test`, a few words on what it is about");
		return false;
	}
	if (!read_ids(r, one, "fires", &x->fires) || !read_ids(r, one, "silent", &x->silent))
		return false;
	if (only && strcmp(only->kind == YAML_SCALAR ? only->text.p : "", "true") != 0 &&
	    strcmp(only->kind == YAML_SCALAR ? only->text.p : "", "false") != 0) {
		malformed(r, only->pos, "`only` is true or false");
		return false;
	}
	x->only = only && strcmp(only->text.p, "true") == 0;
	if (!x->fires && !x->silent && !x->only) {
		malformed(r, one->pos, "a case needs `fires`, `silent` or `only`");
		return false;
	}
	return true;
}

static bool known_keys(struct run *r, const struct yaml *one)
{
	static const char *const keys[] = {"test", "event", "fires", "silent", "only"};
	bool ok = true;

	for (size_t i = 0; i + 1 < one->n; i += 2) {
		size_t k = 0;

		while (k < sizeof(keys) / sizeof(keys[0]) &&
		       strcmp(one->kids[i]->text.p, keys[k]) != 0)
			k++;
		if (k < sizeof(keys) / sizeof(keys[0]))
			continue;
		malformed(r, one->kids[i]->pos,
			  "a case has the keys test, event, fires, silent and only");
		ok = false;
	}
	return ok;
}

static int run_case(struct run *r, const struct yaml *one)
{
	const struct yaml *fields;
	const struct event *e;
	struct expected x;
	struct verdict v;
	int err;

	r->result->cases++;
	if (one->kind != YAML_MAP) {
		malformed(r, one->pos, "a case is a mapping: test, event, fires, silent, only");
		return -EINVAL;
	}
	if (!known_keys(r, one) || !read_expected(r, one, &x))
		return -EINVAL;
	fields = yaml_get(one, "event", NULL);
	if (!fields || fields->kind != YAML_MAP) {
		malformed(r, one->pos, "a case needs `event`, a mapping of fields");
		return -EINVAL;
	}
	err = make_event(r, fields, &e);
	if (err)
		return err;
	engine_judge(r->engine, e, &v);
	return check(r, &x, &v) ? 0 : -EINVAL;
}

static int run_document(struct run *r, const struct yaml *root)
{
	if (!root)
		return 0;
	if (root->kind != YAML_LIST) {
		malformed(r, root->pos, "expected a list of cases");
		return 0;
	}
	for (size_t i = 0; i < root->n; i++) {
		int err = run_case(r, root->kids[i]);

		arena_free(&r->event);
		if (err == -ENOMEM)
			return err;
		r->result->failed += err != 0;
	}
	return 0;
}

int run_cases(struct run_result *result, struct run_count *counts, const struct rule_text *text,
	      struct engine *g, const struct rule *rules, size_t n, struct rule_log *log)
{
	struct run r = {
		.result = result, .counts = counts, .engine = g, .rules = rules, .n = n, .log = log};
	struct yaml_document *documents = NULL;
	int err;

	arena_init(&r.arena, ARENA_MAX);
	arena_init(&r.event, ARENA_MAX);
	err = yaml_load(&documents, &r.arena, text, log);
	for (const struct yaml_document *d = documents; d && !err; d = d->next)
		err = run_document(&r, d->root);
	arena_free(&r.arena);
	return err ? err : r.malformed ? -EINVAL : 0;
}
