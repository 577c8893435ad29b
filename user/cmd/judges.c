/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/judges.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/rules.h"

static void say_left_out(const struct ruleset *s)
{
	for (size_t i = 0; i < s->list->n; i++) {
		const struct rule *r = &s->list->rules[i];

		if (r->enabled && r->left_out)
			rules_say(stderr, "rootwatch: left out", r, r->left_out);
	}
	if (s->enabled == 0)
		fputs("rootwatch: no rule is active: nothing can match\n", stderr);
	else if (s->left_out > 0)
		fprintf(stderr, "rootwatch: %zu of %zu rules are active\n", s->enabled,
			s->enabled + s->left_out);
}

static int load(struct ruleset **out, const struct rule_options *options)
{
	struct rule_log *log = calloc(1, sizeof(*log));
	int err = -ENOMEM;

	if (log)
		err = ruleset_load(out, &options->o, log);
	if (log)
		rule_options_log(stderr, log);
	free(log);
	if (!err) {
		err = rule_options_check(options, *out);
		if (err) {
			ruleset_free(*out);
			*out = NULL;
		} else {
			say_left_out(*out);
		}
	}
	return err;
}

int judges_load(struct judges *j, const struct rule_options *options)
{
	j->options = options;
	return load(&j->first, options);
}

const struct filter *judges_filter(const struct judges *j)
{
	return j->first->filter;
}

void judges_begin(struct judges *j, const struct source *s, struct pipeline *p)
{
	uint32_t number = source_filter_number(s);

	j->sets[number] = j->first;
	j->active = j->first->enabled;
	j->first = NULL;
	pipeline_rules(p, number, j->sets[number]->engine);
}

int judges_reload(struct judges *j, struct source *s, struct pipeline *p)
{
	struct ruleset *fresh = NULL;
	uint32_t number;
	int err = load(&fresh, j->options);

	if (err) {
		j->refused++;
		fprintf(stderr, "rootwatch: the rules stay as they were%s%s\n",
			err == -EINVAL ? "" : ": ", err == -EINVAL ? "" : strerror(-err));
		return 0;
	}
	/* The set that the new one pushes out has judged its last record when this returns. */
	err = source_filter(s, fresh->filter, &number, pipeline_record, p);
	if (err) {
		j->refused++;
		fprintf(stderr, "rootwatch: the rules stay as they were: %s\n", strerror(-err));
		ruleset_free(fresh);
		return err == -EPIPE || err == -ECANCELED ? err : 0;
	}
	pipeline_rules(p, number, fresh->engine);
	ruleset_free(j->sets[number]);
	j->sets[number] = fresh;
	j->active = fresh->enabled;
	j->reloads++;
	fprintf(stderr, "rootwatch: the rules are loaded again: %zu active\n", fresh->enabled);
	return 0;
}

void judges_free(struct judges *j)
{
	ruleset_free(j->first);
	ruleset_free(j->sets[0]);
	ruleset_free(j->sets[1]);
	memset(j, 0, sizeof(*j));
}
