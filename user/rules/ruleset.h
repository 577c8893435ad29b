/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A whole set of rules, ready to judge: the shipped ones, then files and directories, selected,
 * compiled, with the filter that the kernel needs for them.
 */
#ifndef ROOTWATCH_RULES_RULESET_H
#define ROOTWATCH_RULES_RULESET_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/lang/ast.h"
#include "rules/lang/rule_file.h"

struct engine; /* rules/engine/engine.h */
struct filter; /* rules/filter/filter.h */

/* Where an administrator's own rules lie: *.yaml and *.yml, in the order of their names. */
#define RULESET_DIR "/etc/rootwatch/rules.d"

struct ruleset_options {
	bool shipped;		  /* begin with the built-in rules */
	bool standard_dir;	  /* then RULESET_DIR, if it is there */
	const char *const *paths; /* then these files and directories, as given */
	size_t n_paths;
	const char *const *tags; /* only rules with one of these; none: all */
	size_t n_tags;
	const char *const *disabled; /* not these: names, or ids; with '*' and '?' a glob */
	size_t n_disabled;
	enum priority priority; /* only rules at least as severe; PRIORITY_DEBUG: all */
};

struct ruleset {
	struct rule_list *list; /* all of them, also those left out or not enabled */
	struct engine *engine;
	struct filter *filter;
	size_t enabled;	 /* enabled and not left out: active */
	size_t left_out; /* would be enabled, but cannot be judged here */
	void *texts;	 /* owns the bytes of the files */
};

/*
 * Loads, checks, selects, compiles. 0; -EINVAL: there are errors in the rules, or a file cannot be
 * read or trusted (the log says where and what to do); -ENOMEM. Nothing is changed on failure.
 * Files must be regular, at most RULE_TEXT_MAX bytes, owned by root or by who runs this, and
 * writable by their owner alone; so must directories.
 */
int ruleset_load(struct ruleset **out, const struct ruleset_options *o, struct rule_log *log);
void ruleset_free(struct ruleset *s);

/* The option by which the rule is not wanted: "-D", "-T" or "-M"; NULL: it is. */
const char *ruleset_refuses(const struct ruleset_options *o, const struct rule *r);

/* The built-in rules' text. */
struct rule_text ruleset_shipped(void);

#endif /* ROOTWATCH_RULES_RULESET_H */
