// SPDX-License-Identifier: Apache-2.0
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/print.h"
#include "cmd/rules.h"
#include "rules/filter/filter.h"

#define ID_WIDTH_MAX 32

struct list {
	struct rule_options rules;
	bool json;
};

static const struct argp_option options[] = {
	{"format", 'o', "FORMAT", 0, "json: one object a line; text: a table, the default", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct list *l = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &l->rules;
		return 0;
	case 'o':
		l->json = rules_json(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "list takes no argument '%s'", arg);
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
	.doc = "Every rule, with the kernel's filter for it: paths (the kernel compares paths and "
	       "names, and sends what fits), ports (it compares the server's ports and addresses), "
	       "kind (it sends the kinds of event that the rule needs, "
	       "which are few), none (it has to send every open or connect that the rule could "
	       "want; `rootwatch rules explain' says why).",
};

static const char *filter_kind(const struct rule *r, unsigned *kinds, struct wire_calls *calls)
{
	struct filter *f = rules_filter(r);
	const char *kind = f ? rules_filter_kind(f) : NULL;

	*kinds = f ? f->kinds : 0;
	*calls = f ? f->calls : (struct wire_calls){{0}};
	filter_free(f);
	return kind;
}

/* ---- text ------------------------------------------------------------------------------------ */

static void print_tags(const struct rule *r)
{
	(void)fputs(" [", stdout);
	for (const char *const *t = r->tags; t && *t; t++) {
		(void)fputs(t == r->tags ? "" : ", ", stdout);
		(void)print_text(stdout, *t);
	}
	(void)fputc(']', stdout);
}

static void print_table(const struct ruleset *set, const struct ruleset_options *o)
{
	size_t width = 2;

	for (size_t i = 0; i < set->list->n; i++) {
		size_t len = strlen(set->list->rules[i].id);

		if (len > width && len <= ID_WIDTH_MAX)
			width = len;
	}
	print_column(stdout, "PRIORITY", 13);
	print_column(stdout, "ID", width);
	(void)printf("STATE    FILTER NAME [TAGS]\n");
	for (size_t i = 0; i < set->list->n; i++) {
		const struct rule *r = &set->list->rules[i];
		const char *reason, *kind;
		unsigned kinds;
		struct wire_calls calls;

		kind = filter_kind(r, &kinds, &calls);
		print_column(stdout, priority_name(r->priority), 13);
		print_column(stdout, r->id, width);
		print_column(stdout, rules_state(r, o, &reason), 8);
		print_column(stdout, kind ? kind : "-", 6);
		(void)print_text(stdout, r->name);
		print_tags(r);
		if (reason) {
			(void)fputs(": ", stdout);
			(void)print_text(stdout, reason);
		}
		(void)fputc('\n', stdout);
	}
	(void)printf("%zu rule%s: %zu active, %zu off, %zu left out\n", set->list->n,
		     PRINT_S(set->list->n), set->enabled,
		     set->list->n - set->enabled - set->left_out, set->left_out);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *strings(const char *const *list)
{
	json_t *a = json_array();

	for (; list && *list; list++)
		(void)json_array_append_new(a, json_string(*list));
	return a;
}

static int print_json(const struct ruleset *set, const struct ruleset_options *o)
{
	for (size_t i = 0; i < set->list->n; i++) {
		const struct rule *r = &set->list->rules[i];
		const char *reason, *kind, *state = rules_state(r, o, &reason);
		unsigned kinds;
		struct wire_calls calls;
		json_t *j;

		kind = filter_kind(r, &kinds, &calls);
		j = json_pack("{ss ss ss so ss ss? ss? so ss ss? ss? ss? ss si}", "id", r->id,
			      "name", r->name, "priority", priority_name(r->priority), "tags",
			      strings(r->tags), "state", state, "reason", reason, "filter", kind,
			      "events", strings(rules_events(kinds, &calls)), "desc",
			      r->desc ? r->desc : "", "advice", r->advice, "condition",
			      r->condition_text, "output", r->output_text, "file", r->pos.file,
			      "line", (int)r->pos.line);
		if (!j || json_dumpf(j, stdout, JSON_COMPACT)) {
			json_decref(j);
			return EXIT_CODE_ERROR;
		}
		json_decref(j);
		(void)fputc('\n', stdout);
	}
	return EXIT_CODE_OK;
}

int rules_list(int argc, char **argv)
{
	struct list l = {.rules = RULE_OPTIONS_INIT};
	struct ruleset *set;
	int code;

	options_parse("rootwatch rules list", &argp, argc, argv, &l);
	code = rules_load(&set, &l.rules, false);
	if (code == EXIT_CODE_OK) {
		if (l.json)
			code = print_json(set, &l.rules.o);
		else
			print_table(set, &l.rules.o);
		ruleset_free(set);
	}
	rule_options_free(&l.rules);
	return code;
}
