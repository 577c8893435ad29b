/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML file as a tree, within bounds: hostile files end in a message, not in all the memory. */
#ifndef ROOTWATCH_RULES_LANG_YAML_H
#define ROOTWATCH_RULES_LANG_YAML_H

#include "base/arena.h"
#include "rules/lang/rule_file.h"
#include "rules/lang/text.h"

#define YAML_DEPTH_MAX 32
#define YAML_NODES_MAX 250000 /* with every alias counted as what it stands for */
#define YAML_KEYS_MAX  256    /* of one mapping */

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml {
	enum yaml_kind kind;
	struct rule_pos pos;
	/* SCALAR */
	struct text text;
	bool quoted;
	/* LIST: kids; MAP: key, value, key, value */
	struct yaml **kids;
	size_t n;
	size_t size;	 /* nodes in it, itself too */
	unsigned height; /* 1: it has no kids */
	bool open;	 /* still being read */
};

struct yaml_document {
	struct yaml *root; /* NULL: empty */
	struct yaml_document *next;
};

/* All documents of the text. 0; -EINVAL: the log says why; -ENOMEM. */
int yaml_load(struct yaml_document **out, struct arena *a, const struct rule_text *text,
	      struct rule_log *log);

/* The value of a mapping's key, NULL when there is none; key_pos (may be NULL): where it stands. */
const struct yaml *yaml_get(const struct yaml *map, const char *key, struct rule_pos *key_pos);

/* A scalar that says nothing: `key:`, `~`, `null`. */
bool yaml_is_null(const struct yaml *y);

/* "a list", "a mapping", "nothing", "a single value" */
const char *yaml_kind_name(const struct yaml *y);

#endif /* ROOTWATCH_RULES_LANG_YAML_H */
