// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/print.h"
#include "cmd/rules.h"
#include "rules/rule_source.h"
#include "rules/test/run.h"

enum { OPT_ALONE = 256 };

struct test {
	struct rule_options rules;
	char **files; /* of argv */
	size_t n_files;
};

static const struct argp_option options[] = {
	{"alone", OPT_ALONE, NULL, 0, "Without the shipped rules: those of -r only", 0},
	{0},
};

/* NOLINTNEXTLINE(readability-non-const-parameter): as argp wants it */
static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct test *t = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &t->rules;
		return 0;
	case OPT_ALONE:
		t->rules.o.shipped = false;
		return 0;
	case ARGP_KEY_ARGS:
		t->files = state->argv + state->next;
		t->n_files = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which files of cases?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&rule_options_argp, 0, "Which rules:", 1}, {0}};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "FILE|DIR...",
	.doc = "Run cases against the shipped rules and those of -r: events, given by their "
	       "fields, and the rules that must match (`fires') and must not (`silent'). The "
	       "manual page describes the format. What fails is said on stderr.\v"
	       "Exit status: 0 all passed, 1 a case failed, 2 a file of cases, or of rules, is "
	       "not as it should be.",
};

struct totals {
	struct run_result result;
	struct run_count *counts; /* by rule */
};

/* Each file has a log of its own, so that one cannot fill that of the others. */
static int run_file(struct totals *t, const struct rule_text *text, const struct ruleset *set)
{
	static struct rule_log log; /* large */
	int err;

	memset(&log, 0, sizeof(log));
	err = run_cases(&t->result, t->counts, text, set->engine, set->list->rules, set->list->n,
			&log);
	rule_options_log(stderr, &log);
	return err;
}

static int read_files(struct rule_texts *texts, const struct test *t)
{
	static struct rule_log log;
	int err = 0;

	memset(&log, 0, sizeof(log));
	for (size_t i = 0; i < t->n_files && err != -ENOMEM; i++) {
		int one = rule_texts_add(texts, t->files[i], false, &log);

		err = one ? one : err;
	}
	for (size_t i = 0; i < t->n_files && !err; i++)
		rule_texts_warn(texts, t->files[i], &log);
	rule_options_log(stderr, &log);
	return err;
}

static void print_totals(const struct totals *t, const struct ruleset *set)
{
	size_t covered = 0;

	for (size_t i = 0; i < set->list->n; i++)
		covered += t->counts[i].fires > 0;
	(void)printf("%zu case%s: %zu passed, %zu failed; %zu of %zu active rules have one that "
		     "they must match\n",
		     t->result.cases, PRINT_S(t->result.cases), t->result.cases - t->result.failed,
		     t->result.failed, covered, set->enabled);
}

static int run_all(struct rule_texts *texts, const struct test *t, const struct ruleset *set)
{
	struct totals totals = {.counts = calloc(set->list->n + 1, sizeof(*totals.counts))};
	int err = totals.counts ? read_files(texts, t) : -ENOMEM;
	bool malformed = err == -EINVAL;

	for (size_t i = 0; i < texts->n && err != -ENOMEM; i++) {
		err = run_file(&totals, &texts->texts[i], set);
		malformed |= err == -EINVAL;
	}
	if (err == -ENOMEM)
		(void)fprintf(stderr, "rootwatch: rules: %s\n", strerror(ENOMEM));
	else
		print_totals(&totals, set);
	free(totals.counts);
	if (err == -ENOMEM)
		return EXIT_CODE_ERROR;
	if (malformed)
		return EXIT_CODE_USAGE;
	if (totals.result.cases == 0) {
		(void)fprintf(stderr, "rootwatch: there is no case in what was given\n");
		return EXIT_CODE_USAGE;
	}
	return totals.result.failed ? EXIT_CODE_ERROR : EXIT_CODE_OK;
}

int rules_test(int argc, char **argv)
{
	struct test t = {.rules = RULE_OPTIONS_INIT};
	struct rule_texts *texts;
	struct ruleset *set;
	int code;

	t.rules.o.standard_dir = false; /* cases give the same everywhere */
	options_parse("rootwatch rules test", &argp, argc, argv, &t);
	code = rules_load(&set, &t.rules, false);
	if (code == EXIT_CODE_OK) {
		texts = calloc(1, sizeof(*texts));
		code = texts ? run_all(texts, &t, set) : EXIT_CODE_ERROR;
		if (texts)
			rule_texts_free(texts);
		free(texts);
		ruleset_free(set);
	}
	rule_options_free(&t.rules);
	return code;
}
