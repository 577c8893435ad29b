// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/print.h"
#include "cmd/rules.h"
#include "rules/filter/filter.h"

#define INDENT 12

struct explain {
	struct rule_options rules;
	char *name; /* of argv */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct explain *e = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &e->rules;
		return 0;
	case ARGP_KEY_ARG:
		if (e->name)
			argp_error(state, "explain takes one rule: put quotes around a name with "
					  "blanks");
		e->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "which rule? `rootwatch rules list' shows them");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {{&rule_options_argp, 0, "Which rules:", 1}, {0}};

static const struct argp argp = {
	.parser = parse,
	.children = children,
	.args_doc = "ID|NAME",
	.doc = "Show one rule: its condition with macros, lists and exceptions expanded, the "
	       "events that it needs, what of it the kernel filters and what is left for user "
	       "space, and, when the kernel cannot filter, which part of the condition is at "
	       "fault.",
};

static const struct rule *find(const struct rule_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->rules[i].id, name) == 0 || strcmp(list->rules[i].name, name) == 0)
			return &list->rules[i];
	for (size_t i = 0; i < list->n; i++)
		if (strcasecmp(list->rules[i].name, name) == 0)
			return &list->rules[i];
	return NULL;
}

static void complain(const struct rule_list *list, const char *name)
{
	struct nearest near = {0};

	for (size_t i = 0; i < list->n; i++) {
		nearest_try(&near, name, list->rules[i].id);
		nearest_try(&near, name, list->rules[i].name);
	}
	(void)fputs("rootwatch: there is no rule ", stderr);
	(void)print_text(stderr, name);
	if (near.word) {
		(void)fputs("; did you mean ", stderr);
		(void)print_text(stderr, near.word);
		(void)fputc('?', stderr);
	}
	(void)fputc('\n', stderr);
}

static void row(const char *label, const char *text)
{
	if (!text)
		return;
	print_column(stdout, label, INDENT - 1);
	print_wrapped(stdout, text, INDENT);
}

static void row_list(const char *label, const char *const *list)
{
	size_t size = 0;
	char *text = NULL;
	FILE *f = list && *list ? open_memstream(&text, &size) : NULL;

	if (!f)
		return;
	for (const char *const *t = list; *t; t++)
		(void)fprintf(f, "%s%s", t == list ? "" : ", ", *t);
	if (fclose(f) == 0)
		row(label, text);
	free(text);
}

static int print(const struct rule *r, const struct ruleset_options *o)
{
	const char *reason, *state = rules_state(r, o, &reason);
	struct filter *f = rules_filter(r);

	row("rule", r->name);
	row("id", r->id);
	row("priority", priority_name(r->priority));
	row_list("tags", r->tags);
	print_column(stdout, "from", INDENT - 1);
	(void)print_text(stdout, r->pos.file);
	(void)printf(":%u\n", r->pos.line);
	print_column(stdout, "state", INDENT - 1);
	(void)fputs(state, stdout);
	if (reason) {
		(void)fputs(": ", stdout);
		print_wrapped(stdout, reason, INDENT);
	} else {
		(void)fputc('\n', stdout);
	}
	row("desc", r->desc);
	row("advice", r->advice);
	row("output", r->output_text);
	row("condition", r->condition_text);
	if (f)
		row_list("events", rules_events(f->kinds, &f->calls));
	filter_free(f);
	if (r->left_out)
		return EXIT_CODE_OK;
	(void)fputc('\n', stdout);
	return filter_explain(stdout, r) ? EXIT_CODE_ERROR : EXIT_CODE_OK;
}

int rules_explain(int argc, char **argv)
{
	struct explain e = {.rules = RULE_OPTIONS_INIT};
	const struct rule *r;
	struct ruleset *set;
	int code;

	options_parse("rootwatch rules explain", &argp, argc, argv, &e);
	code = rules_load(&set, &e.rules, false);
	if (code == EXIT_CODE_OK) {
		r = find(set->list, e.name);
		if (r) {
			code = print(r, &e.rules.o);
		} else {
			complain(set->list, e.name);
			code = EXIT_CODE_USAGE;
		}
		ruleset_free(set);
	}
	rule_options_free(&e.rules);
	return code;
}
