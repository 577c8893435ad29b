// SPDX-License-Identifier: Apache-2.0
/* One item `rule`: a definition, or a change of one. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "rules/lang/item.h"

/* What a rule can hold; the first ones can be overridden. */
enum key {
	KEY_CONDITION,
	KEY_OUTPUT,
	KEY_DESC,
	KEY_PRIORITY,
	KEY_TAGS,
	KEY_EXCEPTIONS,
	KEY_ENABLED,
	KEY_WARN_EVTTYPES,
	KEY_SKIP_UNKNOWN,
	KEY_CAPTURE,
	KEY_CAPTURE_DURATION,
	KEY_OWN,
	KEY_END
};

static const struct override_key keys[KEY_END] = {
	[KEY_CONDITION] = {"condition", true, true},
	[KEY_OUTPUT] = {"output", true, true},
	[KEY_DESC] = {"desc", true, true},
	[KEY_PRIORITY] = {"priority", false, true},
	[KEY_TAGS] = {"tags", true, true},
	[KEY_EXCEPTIONS] = {"exceptions", true, true},
	[KEY_ENABLED] = {"enabled", false, true},
	[KEY_WARN_EVTTYPES] = {"warn_evttypes", false, true},
	[KEY_SKIP_UNKNOWN] = {"skip-if-unknown-filter", false, true},
	[KEY_CAPTURE] = {"capture", false, true},
	[KEY_CAPTURE_DURATION] = {"capture_duration", false, true},
	[KEY_OWN] = {"x-rootwatch", false, true},
};

static const char *const known[] = {"rule",
				    "condition",
				    "output",
				    "desc",
				    "priority",
				    "tags",
				    "exceptions",
				    "enabled",
				    "warn_evttypes",
				    "skip-if-unknown-filter",
				    "capture",
				    "capture_duration",
				    "x-rootwatch",
				    "source",
				    "append",
				    "override",
				    NULL};

static const char *const priorities[] = {
	[PRIORITY_EMERGENCY] = "emergency",
	[PRIORITY_ALERT] = "alert",
	[PRIORITY_CRITICAL] = "critical",
	[PRIORITY_ERROR] = "error",
	[PRIORITY_WARNING] = "warning",
	[PRIORITY_NOTICE] = "notice",
	[PRIORITY_INFORMATIONAL] = "informational",
	[PRIORITY_DEBUG] = "debug",
	[PRIORITY_END] = NULL,
};

/* ---- keys ------------------------------------------------------------------------------------ */

static int take_text(struct lang *g, struct text_parts *parts, const struct yaml *item,
		     const char *key, enum change change)
{
	const struct yaml *y;

	if (item_scalar(g, item, key, true, &y))
		return -EINVAL;
	if (change != CHANGE_APPEND)
		*parts = (struct text_parts){0};
	return item_add_text(g, parts, y) ? 0 : -ENOMEM;
}

static int take_priority(struct lang *g, struct rule_def *rule, const struct yaml *item)
{
	const struct yaml *y;
	const char *near = NULL;

	if (item_scalar(g, item, "priority", true, &y))
		return -EINVAL;
	if (strcasecmp(y->text.p, "info") == 0) {
		rule->priority = PRIORITY_INFORMATIONAL;
		return 0;
	}
	for (unsigned i = 0; i < PRIORITY_END; i++)
		if (strcasecmp(y->text.p, priorities[i]) == 0) {
			rule->priority = (enum priority)i;
			return 0;
		}
	if (y->text.len <= NEAREST_WORD_MAX)
		near = nearest_of(y->text.p, priorities);
	log_error(g->log, text_pos(&y->text, 0), "there is no priority %s%s%s%s",
		  SHOW(y->text.p, y->text.len), near ? "; did you mean " : "", near ? near : "",
		  near ? "?" : "");
	return -EINVAL;
}

static int take_tags(struct lang *g, struct rule_def *rule, const struct yaml *item,
		     enum change change)
{
	const struct yaml *y;

	if (item_list(g, item, "tags", &y))
		return -EINVAL;
	if (change != CHANGE_APPEND)
		rule->tags = (struct yaml_parts){0};
	return item_add_list(g, &rule->tags, y) ? 0 : -ENOMEM;
}

static bool kebab(const char *p)
{
	for (size_t i = 0; p[i]; i++) {
		bool in = (p[i] >= 'a' && p[i] <= 'z') || (p[i] >= '0' && p[i] <= '9');

		if (!in && (p[i] != '-' || i == 0 || p[i - 1] == '-' || p[i + 1] == '\0'))
			return false;
	}
	return true;
}

/* x-rootwatch: {id, advice, report_exit} */
static int take_own(struct lang *g, struct rule_def *rule, const struct yaml *item)
{
	static const char *const own[] = {"id", "advice", "report_exit", NULL};
	const struct yaml *map = yaml_get(item, "x-rootwatch", NULL), *id, *advice;

	if (map->kind != YAML_MAP) {
		log_error(g->log, item_pos(item, "x-rootwatch"),
			  "x-rootwatch has to be a mapping with id, advice, report_exit");
		return -EINVAL;
	}
	item_check_keys(g, map, "x-rootwatch", own);
	if (item_scalar(g, map, "id", false, &id) ||
	    item_scalar(g, map, "advice", false, &advice) ||
	    item_bool(g, map, "report_exit", &rule->report_exit))
		return -EINVAL;
	if (id && !kebab(id->text.p)) {
		log_error(g->log, text_pos(&id->text, 0),
			  "%s cannot be an id: small letters, digits and single - between them",
			  SHOW(id->text.p, id->text.len));
		return -EINVAL;
	}
	if (id)
		rule->id = item_word(id);
	if (advice)
		rule->advice = advice->text.p;
	return 0;
}

static int take_key(struct lang *g, struct rule_def *rule, const struct yaml *item, enum key key,
		    enum change change)
{
	const char *name = keys[key].key;
	const struct yaml *list;
	bool ignored = false;
	int err;

	switch (key) {
	case KEY_CONDITION:
		return take_text(g, &rule->condition, item, name, change);
	case KEY_OUTPUT:
		return take_text(g, &rule->output, item, name, change);
	case KEY_DESC:
		return take_text(g, &rule->desc, item, name, change);
	case KEY_PRIORITY:
		return take_priority(g, rule, item);
	case KEY_TAGS:
		return take_tags(g, rule, item, change);
	case KEY_EXCEPTIONS:
		list = yaml_get(item, name, NULL);
		if (change == CHANGE_REPLACE) {
			rule->exceptions = NULL;
			rule->n_exceptions = 0;
		}
		return lang_read_exceptions(g, rule, list, change == CHANGE_APPEND);
	case KEY_ENABLED:
		return item_bool(g, item, name, &rule->enabled);
	case KEY_SKIP_UNKNOWN:
		return item_bool(g, item, name, &rule->skip_unknown);
	case KEY_CAPTURE:
		err = item_bool(g, item, name, &ignored);
		if (!err && ignored)
			log_warning(g->log, item_pos(item, name),
				    "rootwatch records no captures: capture is ignored");
		return err;
	case KEY_OWN:
		return take_own(g, rule, item);
	case KEY_WARN_EVTTYPES:
		return item_bool(g, item, name, &ignored);
	default:
		return 0;
	}
}

/* ---- definitions and changes ----------------------------------------------------------------- */

static struct rule_def *find(struct lang *g, const struct word *name)
{
	return dict_get(&g->rules, name->p, name->len);
}

static int change_rule(struct lang *g, const struct yaml *item, const struct word *name,
		       const enum change *changes)
{
	struct rule_def *rule = find(g, name);
	bool some = false;
	int err = 0;

	if (!rule) {
		struct nearest near = {0};

		if (g->nearest && name->len <= NEAREST_WORD_MAX)
			for (const struct rule_def *r = g->first_rule; r; r = r->next)
				nearest_try(&near, name->p, r->name.p);
		if (g->nearest)
			g->nearest--;
		log_error(g->log, name->pos,
			  "there is no rule %s before this that could be changed%s%s%s",
			  SHOW(name->p, name->len), near.word ? "; did you mean " : "",
			  near.word ? SHOW_STR(near.word) : "", near.word ? "?" : "");
		return -EINVAL;
	}
	for (unsigned i = 0; i < KEY_END; i++) {
		int e = 0;

		if (changes[i] != CHANGE_NONE)
			e = take_key(g, rule, item, (enum key)i, changes[i]);
		some = some || changes[i] != CHANGE_NONE;
		if (e == -ENOMEM)
			return e;
		err = e ? e : err;
	}
	if (!some) {
		log_error(g->log, item->pos,
			  "there is nothing here to append: a condition, "
			  "exceptions, an output, a desc or tags");
		return -EINVAL;
	}
	return err;
}

static int set_enabled(struct lang *g, const struct yaml *item, const struct word *name)
{
	static const enum change changes[KEY_END] = {[KEY_ENABLED] = CHANGE_REPLACE};

	if (!yaml_get(item, "enabled", NULL)) {
		log_error(g->log, item->pos,
			  "condition, output, desc and priority are missing here");
		return -EINVAL;
	}
	return change_rule(g, item, name, changes);
}

static int same_source(struct lang *g, const struct rule_def *rule, const char *source,
		       struct rule_pos pos)
{
	const char *a = rule->source ? rule->source : "syscall", *b = source ? source : "syscall";

	if (strcmp(a, b) == 0)
		return 0;
	log_error(g->log, pos, "this rule was for the source %s before and is for %s now",
		  SHOW_STR(a), SHOW_STR(b));
	return -EINVAL;
}

/* A new one, or the old one emptied. */
static struct rule_def *place_for(struct lang *g, const struct word *name)
{
	struct rule_def *rule = find(g, name), *next;

	if (rule) {
		next = rule->next;
		memset(rule, 0, sizeof(*rule));
		rule->next = next;
		return rule;
	}
	rule = ARENA_NEW(&g->tmp, struct rule_def);
	if (!rule || !dict_put(&g->rules, &g->tmp, name->p, name->len, rule))
		return NULL;
	*g->next_rule = rule;
	g->next_rule = &rule->next;
	g->n_rules++;
	return rule;
}

static int define(struct lang *g, const struct yaml *item, const struct word *name)
{
	const struct yaml *source;
	const struct rule_def *old = find(g, name);
	struct rule_def *rule;
	const char *from;
	int err = 0;

	if (item_scalar(g, item, "source", false, &source))
		return -EINVAL;
	from = source && strcmp(source->text.p, "syscall") != 0 ? source->text.p : NULL;
	if (old && same_source(g, old, from, source ? text_pos(&source->text, 0) : item->pos))
		return -EINVAL;
	rule = place_for(g, name);
	if (!rule)
		return -ENOMEM;
	rule->name = *name;
	rule->source = from;
	rule->enabled = true;
	rule->priority = PRIORITY_DEBUG;
	for (unsigned i = 0; i < KEY_END; i++) {
		int e = 0;

		if (i <= KEY_PRIORITY || yaml_get(item, keys[i].key, NULL))
			e = take_key(g, rule, item, (enum key)i, CHANGE_NONE);
		if (e == -ENOMEM)
			return e;
		err = e ? e : err;
	}
	rule->bad = err != 0;
	return err;
}

int lang_read_rule(struct lang *g, const struct yaml *item)
{
	enum change changes[KEY_END];
	const struct yaml *y;
	struct word name;
	bool any, whole = false;

	item_check_keys(g, item, "a rule", known);
	if (item_scalar(g, item, "rule", true, &y) ||
	    item_changes(g, item, keys, KEY_END, changes, &any))
		return -EINVAL;
	name = item_word(y);
	if (any)
		return change_rule(g, item, &name, changes);
	for (unsigned i = 0; i <= KEY_PRIORITY; i++)
		whole = whole || yaml_get(item, keys[i].key, NULL);
	return whole ? define(g, item, &name) : set_enabled(g, item, &name);
}
