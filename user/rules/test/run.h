/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cases for rules: a YAML list of
 *
 *   - test: apt-get installs               what it is about, in a few words
 *     event: {evt.type: execve, proc.exepath: /usr/bin/apt-get, proc.args: install -y curl}
 *     fires: [package-manager]             ids of rules that have to match
 *     silent: [exec-upper-layer]           and of rules that must not
 *     only: true                           nothing but `fires` matches (default: false)
 *
 * An event is made of the fields of its line (build.h says what stands for those that are left
 * out); proc.args can be a list, where an argument has blanks in it. A case needs `fires`, `silent`
 * or `only`.
 */
#ifndef ROOTWATCH_RULES_TEST_RUN_H
#define ROOTWATCH_RULES_TEST_RUN_H

#include "rules/engine/engine.h"
#include "rules/lang/rule_file.h"

/* How often a rule stands in `fires` and in `silent`. */
struct run_count {
	unsigned fires, silent;
};

struct run_result {
	size_t cases, failed;
};

/*
 * Runs the cases of one file; g is made of the n rules. What fails, and what is wrong with the
 * file, is said in the log, each at its place. Adds to *r, and to counts, which has n elements or
 * is NULL. 0; -EINVAL when the file is not as it should be (what can be run of it is); -ENOMEM.
 */
int run_cases(struct run_result *r, struct run_count *counts, const struct rule_text *text,
	      struct engine *g, const struct rule *rules, size_t n, struct rule_log *log);

#endif /* ROOTWATCH_RULES_TEST_RUN_H */
