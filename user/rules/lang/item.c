// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/item.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"

struct rule_pos item_pos(const struct yaml *item, const char *key)
{
	struct rule_pos pos = item->pos;

	(void)yaml_get(item, key, &pos);
	return pos;
}

struct word item_word(const struct yaml *scalar)
{
	return (struct word){scalar->text.p, scalar->text.len, text_pos(&scalar->text, 0), false};
}

void item_check_keys(struct lang *g, const struct yaml *item, const char *what,
		     const char *const *keys)
{
	for (size_t i = 0; i + 1 < item->n; i += 2) {
		const struct yaml *key = item->kids[i];
		const char *near = NULL;
		size_t k = 0;

		while (keys[k] && strcmp(keys[k], key->text.p) != 0)
			k++;
		if (keys[k])
			continue;
		if (key->text.len <= NEAREST_WORD_MAX)
			near = nearest_of(key->text.p, keys);
		log_warning(g->log, key->pos, "%s has no key %s, it is ignored%s%s%s", what,
			    SHOW(key->text.p, key->text.len), near ? "; did you mean " : "",
			    near ? near : "", near ? "?" : "");
	}
}

static int wrong(struct lang *g, const struct yaml *item, const char *key, const struct yaml *have,
		 const char *want)
{
	bool nothing = yaml_is_null(have) || have->kind == YAML_SCALAR;
	bool empty = have->kind == YAML_SCALAR && have->text.len == 0;

	log_error(g->log, nothing ? item_pos(item, key) : have->pos, "%s has to be %s, this is %s",
		  key, want,
		  yaml_is_null(have) ? "nothing" :
		  empty		     ? "an empty one" :
				       yaml_kind_name(have));
	return -EINVAL;
}

int item_scalar(struct lang *g, const struct yaml *item, const char *key, bool required,
		const struct yaml **out)
{
	const struct yaml *y = yaml_get(item, key, NULL);

	*out = NULL;
	if (!y && !required)
		return 0;
	if (!y) {
		log_error(g->log, item->pos, "%s is missing here", key);
		return -EINVAL;
	}
	if (y->kind != YAML_SCALAR || yaml_is_null(y) || y->text.len == 0)
		return wrong(g, item, key, y, "a single value, and not empty");
	*out = y;
	return 0;
}

int item_bool(struct lang *g, const struct yaml *item, const char *key, bool *out)
{
	static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
	const struct yaml *y;
	int err = item_scalar(g, item, key, false, &y);

	if (err || !y)
		return err;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(y->text.p, words[i]) == 0) {
			*out = i % 2;
			return 0;
		}
	log_error(g->log, text_pos(&y->text, 0), "%s is true or false, not %s", key,
		  SHOW(y->text.p, y->text.len));
	return -EINVAL;
}

int item_list(struct lang *g, const struct yaml *item, const char *key, const struct yaml **out)
{
	const struct yaml *y = yaml_get(item, key, NULL);

	*out = NULL;
	if (!y)
		return 0;
	if (y->kind != YAML_LIST)
		return wrong(g, item, key, y, "a list");
	for (size_t i = 0; i < y->n; i++)
		if (y->kids[i]->kind != YAML_SCALAR || yaml_is_null(y->kids[i])) {
			log_error(g->log, y->kids[i]->pos, "%s holds single values, this is %s",
				  key, yaml_kind_name(y->kids[i]));
			return -EINVAL;
		}
	*out = y;
	return 0;
}

bool item_add_text(struct lang *g, struct text_parts *parts, const struct yaml *scalar)
{
	struct text_part *part = ARENA_NEW(&g->tmp, struct text_part);

	if (!part)
		return false;
	part->text = scalar->text;
	if (parts->last)
		parts->last->next = part;
	else
		parts->first = part;
	parts->last = part;
	return true;
}

bool item_add_list(struct lang *g, struct yaml_parts *parts, const struct yaml *list)
{
	struct yaml_part *part = ARENA_NEW(&g->tmp, struct yaml_part);

	if (!part)
		return false;
	part->list = list;
	if (parts->last)
		parts->last->next = part;
	else
		parts->first = part;
	parts->last = part;
	return true;
}

/* ---- append and override --------------------------------------------------------------------- */

static int take_override(struct lang *g, const struct yaml *key, const struct yaml *how,
			 const struct override_key *keys, size_t n, enum change *changes)
{
	bool append = how->kind == YAML_SCALAR && strcmp(how->text.p, "append") == 0;
	bool replace = how->kind == YAML_SCALAR && strcmp(how->text.p, "replace") == 0;
	size_t i = 0;

	while (i < n && strcmp(keys[i].key, key->text.p) != 0)
		i++;
	if (i == n) {
		const char *names[16] = {NULL};
		const char *near = NULL;

		for (size_t k = 0; k < n && k < 15; k++)
			names[k] = keys[k].key;
		if (key->text.len <= NEAREST_WORD_MAX)
			near = nearest_of(key->text.p, names);
		log_error(g->log, key->pos, "%s cannot be overridden here%s%s%s",
			  SHOW(key->text.p, key->text.len), near ? "; did you mean " : "",
			  near ? near : "", near ? "?" : "");
		return -EINVAL;
	}
	if ((append && keys[i].append) || (replace && keys[i].replace)) {
		changes[i] = append ? CHANGE_APPEND : CHANGE_REPLACE;
		return 0;
	}
	log_error(g->log, how->pos, "the override of %s has to say %s", keys[i].key,
		  keys[i].append ? "append or replace" : "replace");
	return -EINVAL;
}

static int check_named(struct lang *g, const struct yaml *item, const struct override_key *key,
		       enum change change)
{
	bool there = yaml_get(item, key->key, NULL) != NULL;

	if (change != CHANGE_NONE && !there) {
		log_error(g->log, item_pos(item, "override"),
			  "the override names %s, but there is no such key beside it", key->key);
		return -EINVAL;
	}
	if (change == CHANGE_NONE && there) {
		log_error(g->log, item_pos(item, key->key),
			  "the override does not name %s: add it there, with append or replace",
			  key->key);
		return -EINVAL;
	}
	return 0;
}

int item_changes(struct lang *g, const struct yaml *item, const struct override_key *keys, size_t n,
		 enum change *changes, bool *any)
{
	struct rule_pos pos = item->pos;
	const struct yaml *override = yaml_get(item, "override", &pos);
	bool append = false;
	int err = item_bool(g, item, "append", &append);

	memset(changes, 0, n * sizeof(*changes));
	*any = append;
	if (err)
		return err;
	for (size_t i = 0; append && i < n; i++)
		if (keys[i].append && yaml_get(item, keys[i].key, NULL))
			changes[i] = CHANGE_APPEND;
	if (!override || (override->kind == YAML_MAP && override->n == 0))
		return 0;
	if (append) {
		log_error(g->log, pos, "override and append stand together: use override alone");
		return -EINVAL;
	}
	if (override->kind != YAML_MAP) {
		log_error(g->log, pos, "override has to be a mapping such as {condition: append}");
		return -EINVAL;
	}
	*any = true;
	for (size_t i = 0; i + 1 < override->n; i += 2)
		if (take_override(g, override->kids[i], override->kids[i + 1], keys, n, changes))
			err = -EINVAL;
	for (size_t i = 0; !err && i < n; i++)
		err = check_named(g, item, &keys[i], changes[i]);
	return err;
}
