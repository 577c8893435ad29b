// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/rules.h"
#include "event/fields.h"

static const char *const type_names[] = {[FIELD_STRING] = "string",
					 [FIELD_NUMBER] = "number",
					 [FIELD_BOOL] = "bool",
					 [FIELD_STRINGS] = "strings",
					 [FIELD_ADDRESS] = "address"};

static const char *const when_names[] = {
	[FIELD_ALWAYS] = "",
	[FIELD_ALERT] = " (alerts)",
	[FIELD_BLOCKED] = " (when blocked)",
	[FIELD_CUT] = " (when truncated)",
	[FIELD_STACKED] = " (of such a file)",
};

/* As it is written behind the name. */
static const char *const argument_names[] = {[FIELD_ARG_NONE] = "",
					     [FIELD_ARG_INDEX] = "[N]",
					     [FIELD_ARG_INDEX_OPTIONAL] = "[N]",
					     [FIELD_ARG_KEY] = "[KEY]",
					     [FIELD_ARG_VERB] = "[DONE|DO]"};

static const char *const argument_words[] = {[FIELD_ARG_NONE] = NULL,
					     [FIELD_ARG_INDEX] = "index",
					     [FIELD_ARG_INDEX_OPTIONAL] = "optional index",
					     [FIELD_ARG_KEY] = "key",
					     [FIELD_ARG_VERB] = "verb"};

#define LETTERS_N 10

/* One letter for each kind of line. */
static void kinds_letters(unsigned kinds, char out[static LETTERS_N + 1])
{
	static const struct {
		unsigned bit;
		char letter;
	} letters[LETTERS_N] = {{FIELD_EXEC, 'e'},    {FIELD_SETID, 's'}, {FIELD_OPEN, 'o'},
				{FIELD_CONNECT, 'c'}, {FIELD_NET, 'n'},	  {FIELD_SYSCALL, 'k'},
				{FIELD_EXIT, 'x'},    {FIELD_LOST, 'l'},  {FIELD_START, 'w'},
				{FIELD_STATS, 't'}};

	for (size_t i = 0; i < LETTERS_N; i++)
		out[i] = kinds & letters[i].bit ? letters[i].letter : '-';
	out[LETTERS_N] = '\0';
}

static void print_head(FILE *f, const char *text)
{
	(void)fprintf(f, "%s\n\n%-31s %-14s %-10s  %s\n", text, "Field", "Type", "In",
		      "Meaning, example");
}

int rules_fields_print(FILE *f)
{
	char kinds[LETTERS_N + 1];

	print_head(
		f,
		"Fields of output_fields and of rules. In a line a field that does not apply "
		"to the event is absent;\none that applies but is not known is null; for a "
		"rule both are missing, and each comparison is false.\n"
		"In: e exec, s setuid family, o open, c connect to a Unix socket, n other sockets (connect, "
		"bind,\nlisten, ...) and dup, k any other call, x exit, l events lost, w the first line,\nt the counters.");
	for (size_t i = 0; i < F_END; i++) {
		const struct field *d = &field_table[i];

		kinds_letters(d->kinds, kinds);
		(void)fprintf(f, "%-31s %s%-*s %-10s  %s%s, %s\n", d->name, type_names[d->type],
			      (int)(14 - strlen(type_names[d->type])), d->null ? "|null" : "",
			      kinds, d->meaning, when_names[d->when], d->example);
	}
	print_head(f,
		   "\nFields of rules and their outputs only; each may be missing. [N]: 0 is the "
		   "process itself, 1 its parent, ...");
	for (size_t i = 0; i < F_RULE_END - F_END; i++) {
		const struct rule_field *d = &field_rule_table[i];

		kinds_letters(d->kinds, kinds);
		(void)fprintf(f, "%s%-*s %-14s %-10s  %s, %s\n", d->name,
			      (int)(31 - strlen(d->name)), argument_names[d->argument],
			      type_names[d->type], kinds, d->meaning, d->example);
	}
	return fflush(f) || ferror(f) ? -EIO : 0;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *events(unsigned kinds)
{
	json_t *a = json_array();
	struct wire_calls all;

	memset(&all, 0xff, sizeof(all));
	for (const char *const *name = rules_events(kinds, &all); *name; name++)
		(void)json_array_append_new(a, json_string(*name));
	if (kinds & FIELD_START)
		(void)json_array_append_new(a, json_string("start"));
	if (kinds & FIELD_LOST)
		(void)json_array_append_new(a, json_string("lost"));
	if (kinds & FIELD_STATS)
		(void)json_array_append_new(a, json_string("statistics"));
	return a;
}

/* Takes j. */
static int put(json_t *j)
{
	int err = !j || json_dumpf(j, stdout, JSON_COMPACT) || putchar('\n') < 0;

	json_decref(j);
	return err ? EXIT_CODE_ERROR : EXIT_CODE_OK;
}

static int print_json(void)
{
	static const char *const when[] = {
		[FIELD_ALWAYS] = "always", [FIELD_ALERT] = "alert",	[FIELD_BLOCKED] = "blocked",
		[FIELD_CUT] = "truncated", [FIELD_STACKED] = "stacked",
	};
	int code = EXIT_CODE_OK;

	for (size_t i = 0; i < F_END && code == EXIT_CODE_OK; i++) {
		const struct field *d = &field_table[i];

		code = put(json_pack("{ss ss so so sb sb ss ss so}", "name", d->name, "type",
				     type_names[d->type], "argument", json_null(), "events",
				     events(d->kinds), "printed", 1, "null", d->null, "when",
				     when[d->when], "meaning", d->meaning, "example",
				     json_loads(d->example, JSON_DECODE_ANY, NULL)));
	}
	for (size_t i = 0; i < F_RULE_END - F_END && code == EXIT_CODE_OK; i++) {
		const struct rule_field *d = &field_rule_table[i];

		code = put(json_pack("{ss ss ss? so sb sb ss ss so}", "name", d->name, "type",
				     type_names[d->type], "argument", argument_words[d->argument],
				     "events", events(d->kinds), "printed", 0, "null", 1, "when",
				     when[FIELD_ALWAYS], "meaning", d->meaning, "example",
				     json_loads(d->example, JSON_DECODE_ANY, NULL)));
	}
	return code;
}

static const struct argp_option options[] = {
	{"format", 'o', "FORMAT", 0, "json: one object a line; text: a table, the default", 0},
	{0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	bool *json = state->input;

	switch (key) {
	case 'o':
		*json = rules_json(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "fields takes no argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Every field: its type, the events that have it, its meaning, an example.",
};

int rules_fields(int argc, char **argv)
{
	bool json = false;
	int code = EXIT_CODE_OK;

	options_parse("rootwatch rules fields", &argp, argc, argv, &json);
	if (json)
		code = print_json();
	else
		(void)rules_fields_print(stdout);
	return code;
}
