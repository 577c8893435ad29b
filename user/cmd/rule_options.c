// SPDX-License-Identifier: Apache-2.0
#include "cmd/rule_options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cmd/cmd.h"
#include "cmd/print.h"

static const struct argp_option options[] = {
	{"rules", 'r', "FILE|DIR", 0,
	 "Rules after the shipped ones and those of " RULESET_DIR
	 "; of a directory all *.yaml and *.yml. Can be given more than once, as can -T and -D",
	 0},
	{"tag", 'T', "TAG", 0, "Only rules that have TAG", 0},
	{"disable", 'D', "RULE", 0, "Not the rules of this id or name; * and ? as in file names",
	 0},
	{"priority", 'M', "PRIORITY", 0,
	 "Only rules at least as severe: emergency, alert, critical, error, warning, notice, "
	 "informational or debug",
	 0},
	{0},
};

/* No option can be given more often than there are words. */
static void make_room(struct argp_state *state, struct rule_options *r)
{
	size_t n = (size_t)state->argc + 1;

	r->paths = calloc(n, sizeof(*r->paths));
	r->tags = calloc(n, sizeof(*r->tags));
	r->disabled = calloc(n, sizeof(*r->disabled));
	if (!r->paths || !r->tags || !r->disabled)
		argp_failure(state, EXIT_CODE_ERROR, ENOMEM, "options");
	r->o.paths = r->paths;
	r->o.tags = r->tags;
	r->o.disabled = r->disabled;
}

static void take_priority(struct argp_state *state, struct rule_options *r, const char *name)
{
	enum priority p = priority_lookup(name);
	const char *near;

	if (p == PRIORITY_END) {
		near = priority_nearest(name);
		argp_error(state, "there is no priority '%s'%s%s%s", name,
			   near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
		return; /* it does not */
	}
	r->o.priority = p;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct rule_options *r = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		make_room(state, r);
		return 0;
	case 'r':
		if (!*arg)
			argp_error(state, "--rules needs a file or a directory");
		r->paths[r->o.n_paths++] = arg;
		return 0;
	case 'T':
		r->tags[r->o.n_tags++] = arg;
		return 0;
	case 'D':
		r->disabled[r->o.n_disabled++] = arg;
		return 0;
	case 'M':
		take_priority(state, r, arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp rule_options_argp = {.options = options, .parser = parse};

void rule_options_free(struct rule_options *r)
{
	free(r->paths);
	free(r->tags);
	free(r->disabled);
}

/* What -T or -D names, looked for among all rules by the very code that selects. */
static bool fits(const struct ruleset_options *o, const struct ruleset *set, bool refused)
{
	for (size_t i = 0; i < set->list->n; i++)
		if (!ruleset_refuses(o, &set->list->rules[i]) != refused)
			return true;
	return false;
}

static void complain(const char *what, const char *word, const struct nearest *near)
{
	(void)fprintf(stderr, "rootwatch: no rule has the %s ", what);
	(void)print_text(stderr, word);
	if (near->word) {
		(void)fputs("; did you mean ", stderr);
		(void)print_text(stderr, near->word);
		(void)fputc('?', stderr);
	}
	(void)fputc('\n', stderr);
}

static int check_tag(const struct ruleset *set, const char *tag)
{
	const struct ruleset_options o = {.tags = &tag, .n_tags = 1, .priority = PRIORITY_DEBUG};
	struct nearest near = {0};

	if (fits(&o, set, false))
		return 0;
	for (size_t i = 0; i < set->list->n; i++)
		for (const char *const *t = set->list->rules[i].tags; t && *t; t++)
			nearest_try(&near, tag, *t);
	complain("tag", tag, &near);
	return -EINVAL;
}

static int check_name(const struct ruleset *set, const char *name)
{
	const struct ruleset_options o = {
		.disabled = &name, .n_disabled = 1, .priority = PRIORITY_DEBUG};
	struct nearest near = {0};

	if (fits(&o, set, true))
		return 0;
	for (size_t i = 0; i < set->list->n; i++) {
		nearest_try(&near, name, set->list->rules[i].id);
		nearest_try(&near, name, set->list->rules[i].name);
	}
	complain("id or name", name, &near);
	return -EINVAL;
}

int rule_options_check(const struct rule_options *r, const struct ruleset *set)
{
	int err = 0;

	for (size_t i = 0; i < r->o.n_tags; i++)
		if (check_tag(set, r->o.tags[i]))
			err = -EINVAL;
	for (size_t i = 0; i < r->o.n_disabled; i++)
		if (check_name(set, r->o.disabled[i]))
			err = -EINVAL;
	return err;
}

void rule_options_log(FILE *f, const struct rule_log *log)
{
	for (size_t i = 0; i < log->n; i++) {
		const struct rule_message *m = &log->messages[i];

		(void)print_text(f, m->pos.file ? m->pos.file : "rules");
		(void)fprintf(f, ":%u:%u: %s: ", m->pos.line, m->pos.column,
			      m->severity == RULE_ERROR ? "error" : "warning");
		(void)print_text(f, m->text);
		(void)fputc('\n', f);
	}
	if (log->more)
		(void)fprintf(f, "... and %zu more\n", log->more);
}
