// SPDX-License-Identifier: Apache-2.0
/* rootwatch rules: what can be asked about rules without running them. */
#include "cmd/rules.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/options.h"
#include "cmd/print.h"
#include "event/event.h"
#include "rules/filter/filter.h"

struct subcommand {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
};

static const struct subcommand subcommands[] = {
	{"check", rules_check, "say what is wrong with rules files, and what is left out of them"},
	{"list", rules_list, "every rule: active or why not, and what the kernel filters for it"},
	{"explain", rules_explain, "one rule: expanded, and what of it runs in the kernel"},
	{"test", rules_test, "run cases: events, and the rules that must and must not match"},
	{"fields", rules_fields, "every field that a rule and a JSON line can name"},
};
#define N_SUBCOMMANDS (sizeof(subcommands) / sizeof(subcommands[0]))

static void print_help(FILE *out)
{
	(void)fputs("Usage: rootwatch rules COMMAND [OPTION...]\n"
		    "Rules in Falco's language: those that are shipped, those of " RULESET_DIR
		    ",\nand your own.\n\n",
		    out);
	for (size_t i = 0; i < N_SUBCOMMANDS; i++)
		(void)fprintf(out, "  %-15s %s\n", subcommands[i].name, subcommands[i].what);
	(void)fputs("\n`rootwatch rules COMMAND --help' shows the options of each.\n"
		    "Exit status: 0 ok, 1 error, or a case failed, 2 usage, or errors in the "
		    "rules.\n",
		    out);
}

static int unknown(const char *word)
{
	const char *names[N_SUBCOMMANDS + 2] = {"--help"};
	const char *near;

	for (size_t i = 0; i < N_SUBCOMMANDS; i++)
		names[i + 1] = subcommands[i].name;
	near = options_nearest(word, names);
	(void)fprintf(stderr, "rootwatch: there is no command rules %s", word);
	if (near)
		(void)fprintf(stderr, "; did you mean %s?", near);
	(void)fputs("\nTry `rootwatch rules --help'.\n", stderr);
	return EXIT_CODE_USAGE;
}

int cmd_rules(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_CODE_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "-?") == 0) {
		print_help(stdout);
		return EXIT_CODE_OK;
	}
	for (size_t i = 0; i < N_SUBCOMMANDS; i++)
		if (strcmp(argv[1], subcommands[i].name) == 0)
			return subcommands[i].run(argc - 1, argv + 1);
	return unknown(argv[1]);
}

/* ---- shared ------------------------------------------------------------------------------ */

int rules_load(struct ruleset **out, const struct rule_options *o, bool warnings)
{
	static struct rule_log log; /* large */
	int err;

	memset(&log, 0, sizeof(log));
	err = ruleset_load(out, &o->o, &log);
	if (err == -EINVAL || warnings)
		rule_options_log(stderr, &log);
	if (err == -EINVAL)
		return EXIT_CODE_USAGE;
	if (err) {
		(void)fprintf(stderr, "rootwatch: rules: %s\n", strerror(-err));
		return EXIT_CODE_ERROR;
	}
	if (rule_options_check(o, *out)) {
		ruleset_free(*out);
		*out = NULL;
		return EXIT_CODE_USAGE;
	}
	return EXIT_CODE_OK;
}

const char *rules_state(const struct rule *r, const struct ruleset_options *o, const char **reason)
{
	if (!r->enabled) {
		const char *option = ruleset_refuses(o, r);

		if (!option)
			*reason = "enabled: false";
		else if (strcmp(option, "-D") == 0)
			*reason = "by -D";
		else
			*reason = strcmp(option, "-T") == 0 ? "has no tag of -T" :
							      "less severe than -M";
		return "off";
	}
	*reason = r->left_out;
	return r->left_out ? "left out" : "active";
}

void rules_say(FILE *f, const char *state, const struct rule *r, const char *reason)
{
	(void)fprintf(f, "%s: ", state);
	(void)print_text(f, r->name);
	(void)fputs(": ", f);
	(void)print_text(f, reason);
	(void)fputs(" (", f);
	(void)print_text(f, r->pos.file);
	(void)fprintf(f, ":%" PRIu32 ":%" PRIu32 ")\n", r->pos.line, r->pos.column);
}

struct filter *rules_filter(const struct rule *r)
{
	struct rule alone = *r;
	struct filter *f;

	alone.enabled = true;
	if (r->left_out || filter_derive(&f, &alone, 1))
		return NULL;
	return f;
}

static bool has_ends(const struct filter *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->entries[i].access & (FILTER_OUT | FILTER_IN | FILTER_SEND))
			return true;
	return false;
}

const char *rules_filter_kind(const struct filter *f)
{
	if (f->any)
		return "none";
	return f->kinds & (1u << EVENT_OPEN | 1u << EVENT_CONNECT) ? "paths" :
	       has_ends(f)					   ? "ports" :
								     "kind";
}

static bool is_needed(uint32_t call, unsigned kinds, const struct wire_calls *calls)
{
	/* The file that a bind makes goes by the name of the call on a socket. */
	if (call == WIRE_CALL_BIND_FILE && is_needed(WIRE_CALL_BIND, kinds, calls))
		return false;
	kinds &= event_call_kinds(call);
	if (!kinds)
		return false;
	/* (Of connects those to Unix sockets are always sent, others as the rules ask.) */
	return wire_calls_has(calls, call) || (wire_call_always(call) && kinds != 1u << EVENT_NET);
}

const char *const *rules_events(unsigned kinds, const struct wire_calls *calls)
{
	/* What is no call: execve and execveat, procexit, credrise. */
	static const char *names[WIRE_CALL_END + 5];
	const char **to = names;

	if (kinds & 1u << EVENT_EXEC) {
		*to++ = "execve";
		*to++ = "execveat";
	}
	for (uint32_t call = WIRE_CALL_NONE + 1; call < WIRE_CALL_END; call++)
		if (is_needed(call, kinds, calls))
			*to++ = event_call_name(call);
	if (kinds & 1u << EVENT_SETID)
		*to++ = "credrise";
	if (kinds & 1u << EVENT_EXIT)
		*to++ = "procexit";
	*to = NULL;
	return names;
}

bool rules_json(const char *arg, struct argp_state *state)
{
	if (strcmp(arg, "json") != 0 && strcmp(arg, "text") != 0)
		argp_error(state, "the format is json or text, not '%s'", arg);
	return strcmp(arg, "json") == 0;
}
