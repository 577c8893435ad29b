// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/print.h"
#include "cmd/rules.h"

enum { OPT_ALONE = 256 };

static const struct argp_option options[] = {
	{"alone", OPT_ALONE, NULL, 0, "Without the shipped rules, their macros and lists", 0},
	{0},
};

/* NOLINTNEXTLINE(readability-non-const-parameter): as argp wants it */
static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct rule_options *r = state->input;

	(void)arg;
	switch (key) {
	case OPT_ALONE:
		r->o.shipped = false;
		return 0;
	case ARGP_KEY_ARGS:
		r->o.paths = (const char *const *)state->argv + state->next;
		r->o.n_paths = (size_t)(state->argc - state->next);
		r->o.standard_dir = false;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[FILE|DIR]...",
	.doc = "Say what is wrong with rules files: FILE:LINE:COLUMN, on stderr; on stdout how "
	       "many rules are active, and why others are not. They are checked after the shipped "
	       "rules. Without FILE: the shipped rules and those of " RULESET_DIR ".\v"
	       "Exit status: 0 ok, 2 there are errors.",
};

static void print_summary(const struct ruleset *set, const struct ruleset_options *o)
{
	const char *reason;

	(void)printf("%zu rule%s: %zu active, %zu off, %zu left out\n", set->list->n,
		     PRINT_S(set->list->n), set->enabled,
		     set->list->n - set->enabled - set->left_out, set->left_out);
	for (size_t i = 0; i < set->list->n; i++) {
		const struct rule *r = &set->list->rules[i];
		const char *state = rules_state(r, o, &reason);

		if (reason)
			rules_say(stdout, state, r, reason);
	}
}

int rules_check(int argc, char **argv)
{
	struct rule_options r = RULE_OPTIONS_INIT;
	struct ruleset *set;
	int code;

	options_parse("rootwatch rules check", &argp, argc, argv, &r);
	code = rules_load(&set, &r, true);
	if (code != EXIT_CODE_OK)
		return code;
	print_summary(set, &r.o);
	ruleset_free(set);
	return EXIT_CODE_OK;
}
