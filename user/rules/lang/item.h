/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the keys of one item of a rules file. -EINVAL: logged. */
#ifndef ROOTWATCH_RULES_LANG_ITEM_H
#define ROOTWATCH_RULES_LANG_ITEM_H

#include "rules/lang/lang.h"

/* The place of the key, or that of the item when it has no such key. */
struct rule_pos item_pos(const struct yaml *item, const char *key);

/* Warns of keys that are none of these (NULL-ended), and names the nearest. */
void item_check_keys(struct lang *g, const struct yaml *item, const char *what,
		     const char *const *keys);

/* A single value that is not empty; *out stays NULL when the key is not there and need not be. */
int item_scalar(struct lang *g, const struct yaml *item, const char *key, bool required,
		const struct yaml **out);
/* *out untouched when the key is not there. */
int item_bool(struct lang *g, const struct yaml *item, const char *key, bool *out);
/* A list of single values, none of them nothing; NULL when the key is not there. */
int item_list(struct lang *g, const struct yaml *item, const char *key, const struct yaml **out);

/* A name as item_scalar gives it. */
struct word item_word(const struct yaml *scalar);

/* What `override` says of a key. */
enum change { CHANGE_NONE, CHANGE_APPEND, CHANGE_REPLACE };
struct override_key {
	const char *key;
	bool append, replace; /* can that be asked for? */
};
/*
 * changes[i] for each keys[i]; *any: there is an override, or `append: true` (which appends all
 * that can be appended to). Every key it names has to be there, and every key that could be
 * overridden and is there has to be named.
 */
int item_changes(struct lang *g, const struct yaml *item, const struct override_key *keys, size_t n,
		 enum change *changes, bool *any);

bool item_add_text(struct lang *g, struct text_parts *parts, const struct yaml *scalar);
bool item_add_list(struct lang *g, struct yaml_parts *parts, const struct yaml *list);

#endif /* ROOTWATCH_RULES_LANG_ITEM_H */
