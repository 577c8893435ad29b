// SPDX-License-Identifier: Apache-2.0
/* The items of a file: lists, macros, what it requires; rules are in rule_item.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lang/item.h"

/* The version of Falco's engine whose language is read here. */
#define ENGINE_MAJOR 0
#define ENGINE_MINOR 63
#define ENGINE_PATCH 0

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* As the condition's words: what has another name could never be used. */
static int check_name(struct lang *g, const struct word *name, bool macro)
{
	bool good = !macro || letter(name->p[0]);

	for (size_t i = 0; i < name->len && good; i++) {
		char c = name->p[i];

		if (macro)
			good = letter(c) || (c >= '0' && c <= '9') || c == '_';
		else
			good = !strchr("()\"'=, \t\r\n", c);
	}
	if (good)
		return 0;
	log_error(
		g->log, name->pos,
		macro ? "%s cannot be the name of a macro: letters, digits and _, a letter first" :
			"%s cannot be the name of a list: no blanks, none of ()\"'=,",
		SHOW(name->p, name->len));
	return -EINVAL;
}

static int no_previous(struct lang *g, const struct yaml *item, const char *what,
		       const struct word *name)
{
	struct rule_pos pos =
		item_pos(item, yaml_get(item, "override", NULL) ? "override" : "append");

	log_error(g->log, pos, "there is no %s %s before this that could be changed", what,
		  SHOW(name->p, name->len));
	return -EINVAL;
}

/* ---- lists and macros ------------------------------------------------------------------------ */

static int read_list(struct lang *g, const struct yaml *item)
{
	static const char *const known[] = {"list", "items", "append", "override", NULL};
	static const struct override_key key = {"items", true, true};
	const struct yaml *name, *items;
	enum change change;
	struct list_def *list;
	struct word word;
	bool any;

	item_check_keys(g, item, "a list", known);
	if (item_scalar(g, item, "list", true, &name) || item_list(g, item, "items", &items) ||
	    item_changes(g, item, &key, 1, &change, &any))
		return -EINVAL;
	word = item_word(name);
	if (check_name(g, &word, false))
		return -EINVAL;
	if (!items) {
		log_error(g->log, item->pos, "items is missing here");
		return -EINVAL;
	}
	list = dict_get(&g->lists, word.p, word.len);
	if (any && !list)
		return no_previous(g, item, "list", &word);
	if (!list) {
		list = ARENA_NEW(&g->tmp, struct list_def);
		if (!list || !dict_put(&g->lists, &g->tmp, word.p, word.len, list))
			return -ENOMEM;
		list->index = g->time;
		*g->next_list = list;
		g->next_list = &list->next;
	}
	list->name = word;
	list->seen = g->time;
	if (change != CHANGE_APPEND)
		list->items = (struct yaml_parts){0};
	return item_add_list(g, &list->items, items) ? 0 : -ENOMEM;
}

static int read_macro(struct lang *g, const struct yaml *item)
{
	static const char *const known[] = {"macro", "condition", "append", "override", NULL};
	static const struct override_key key = {"condition", true, true};
	const struct yaml *name, *condition;
	enum change change;
	struct macro_def *macro;
	struct word word;
	bool any;

	item_check_keys(g, item, "a macro", known);
	if (item_scalar(g, item, "macro", true, &name) ||
	    item_scalar(g, item, "condition", true, &condition) ||
	    item_changes(g, item, &key, 1, &change, &any))
		return -EINVAL;
	word = item_word(name);
	if (check_name(g, &word, true))
		return -EINVAL;
	macro = dict_get(&g->macros, word.p, word.len);
	if (any && !macro)
		return no_previous(g, item, "macro", &word);
	if (!macro) {
		macro = ARENA_NEW(&g->tmp, struct macro_def);
		if (!macro || !dict_put(&g->macros, &g->tmp, word.p, word.len, macro))
			return -ENOMEM;
		macro->index = g->time;
		*g->next_macro = macro;
		g->next_macro = &macro->next;
	}
	macro->name = word;
	macro->seen = g->time;
	if (change != CHANGE_APPEND)
		macro->condition = (struct text_parts){0};
	return item_add_text(g, &macro->condition, condition) ? 0 : -ENOMEM;
}

/* ---- what a file requires -------------------------------------------------------------------- */

static bool take_number(const char **p, unsigned *out)
{
	unsigned n = 0;
	const char *s = *p;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		n = n * 10 + (unsigned)(*s - '0');
		if (n > 1000000)
			return false;
	}
	*p = s;
	*out = n;
	return true;
}

/* "0.31.0" or, as it once was, one number that is the middle one. */
static bool take_version(const char *p, unsigned v[static 3])
{
	unsigned n;

	if (!take_number(&p, &n))
		return false;
	v[0] = v[1] = v[2] = 0;
	if (*p == '\0') {
		v[1] = n;
		return true;
	}
	v[0] = n;
	if (*p++ != '.' || !take_number(&p, &v[1]) || *p++ != '.' || !take_number(&p, &v[2]))
		return false;
	return *p == '\0' || *p == '-' || *p == '+';
}

static int read_engine(struct lang *g, const struct yaml *item)
{
	static const char *const known[] = {"required_engine_version", NULL};
	const struct yaml *y;
	struct rule_pos pos;
	unsigned v[3];

	item_check_keys(g, item, "required_engine_version", known);
	if (item_scalar(g, item, known[0], true, &y))
		return -EINVAL;
	pos = text_pos(&y->text, 0);
	if (!take_version(y->text.p, v)) {
		log_error(g->log, pos, "%s is no version: write it as 0.31.0, or as one number",
			  SHOW(y->text.p, y->text.len));
		return -EINVAL;
	}
	if (v[0] == ENGINE_MAJOR &&
	    (v[1] < ENGINE_MINOR || (v[1] == ENGINE_MINOR && v[2] <= ENGINE_PATCH)))
		return 0;
	log_error(g->log, pos,
		  "these rules are for version %u.%u.%u of Falco's engine; rootwatch reads the "
		  "language of %d.%d.%d: use an older release of them",
		  v[0], v[1], v[2], ENGINE_MAJOR, ENGINE_MINOR, ENGINE_PATCH);
	return -EINVAL;
}

static bool built_in(const struct yaml *plugin)
{
	const struct yaml *name = yaml_get(plugin, "name", NULL);

	/* container.* and k8s.* are fields of rootwatch's own. */
	return name && name->kind == YAML_SCALAR && strcmp(name->text.p, "container") == 0;
}

static int read_plugin(struct lang *g, const struct yaml *plugin)
{
	const struct yaml *alternatives, *name;
	bool have;

	if (plugin->kind != YAML_MAP) {
		log_error(g->log, plugin->pos, "a plugin is a mapping with name and version");
		return -EINVAL;
	}
	if (item_scalar(g, plugin, "name", true, &name))
		return -EINVAL;
	have = built_in(plugin);
	alternatives = yaml_get(plugin, "alternatives", NULL);
	for (size_t i = 0; alternatives && alternatives->kind == YAML_LIST && i < alternatives->n;
	     i++)
		have = have || built_in(alternatives->kids[i]);
	if (!have)
		log_warning(g->log, plugin->pos,
			    "the plugin %s is required: rootwatch has no plugins, rules that need "
			    "it are left out",
			    SHOW(name->text.p, name->text.len));
	return 0;
}

static int read_plugins(struct lang *g, const struct yaml *item)
{
	static const char *const known[] = {"required_plugin_versions", NULL};
	const struct yaml *list = yaml_get(item, known[0], NULL);
	int err = 0;

	item_check_keys(g, item, "required_plugin_versions", known);
	if (list->kind != YAML_LIST) {
		log_error(g->log, item_pos(item, known[0]), "%s has to be a list", known[0]);
		return -EINVAL;
	}
	for (size_t i = 0; i < list->n; i++)
		err = read_plugin(g, list->kids[i]) ? -EINVAL : err;
	return err;
}

/* ---- items ----------------------------------------------------------------------------------- */

static const struct {
	const char *key;
	int (*read)(struct lang *g, const struct yaml *item);
} kinds[] = {
	{"required_engine_version", read_engine},
	{"required_plugin_versions", read_plugins},
	{"list", read_list},
	{"macro", read_macro},
	{"rule", lang_read_rule},
};

static int read_item(struct lang *g, const struct yaml *item)
{
	if (yaml_is_null(item))
		return 0;
	if (item->kind != YAML_MAP) {
		log_error(
			g->log, item->pos,
			"an item has to be a mapping such as {rule: ..., condition: ...}, this is %s",
			yaml_kind_name(item));
		return -EINVAL;
	}
	g->time++;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (yaml_get(item, kinds[i].key, NULL))
			return kinds[i].read(g, item);
	log_warning(g->log, item->pos,
		    "an item without rule, macro, list or required_engine_version is ignored");
	return 0;
}

int lang_read(struct lang *g, const struct rule_text *text)
{
	struct yaml_document *documents = NULL;
	int err = yaml_load(&documents, &g->tmp, text, g->log);

	if (err)
		return err == -ENOMEM ? err : 0;
	for (const struct yaml_document *d = documents; d; d = d->next) {
		if (!d->root || yaml_is_null(d->root))
			continue;
		if (d->root->kind != YAML_LIST) {
			log_error(
				g->log, d->root->pos,
				"a rules file is a list of items, each beginning with \"- rule:\", "
				"\"- macro:\" or \"- list:\"; this is %s",
				yaml_kind_name(d->root));
			continue;
		}
		for (size_t i = 0; i < d->root->n; i++)
			if (read_item(g, d->root->kids[i]) == -ENOMEM)
				return -ENOMEM;
	}
	return 0;
}
