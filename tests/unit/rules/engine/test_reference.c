// SPDX-License-Identifier: Apache-2.0
/*
 * The compiled rules and a naive evaluator that walks the tree agree, over random conditions and
 * random events.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "container/container.h"
#include "process/process.h"
#include "rules/engine/chance.h"
#include "rules/engine/engine.h"
#include "rules/engine/naive.h"
#include "rules/engine/tree.h"

#define ROUNDS 400
#define RULES  12
#define EVENTS 40

static size_t compare(struct engine *g, const struct rule *rules)
{
	static struct container c;
	struct process p = {.pid = 2};
	struct verdict want, got;
	struct event e;
	size_t hits = 0;

	for (size_t i = 0; i < EVENTS; i++) {
		chance_event(&e, &c, &p);
		naive_judge(rules, RULES, &e, &want);
		engine_judge(g, &e, &got);
		if (want.n != got.n)
			fail_msg("%zu rules match, not %zu", got.n, want.n);
		for (size_t j = 0; j < want.n; j++)
			assert_ptr_equal(want.hits[j], got.hits[j]);
		hits += want.n;
	}
	return hits;
}

static void compiled_rules_are_the_tree(void **state)
{
	struct rule rules[RULES];
	char why[ENGINE_WHY_MAX];
	struct engine *g;
	size_t hits = 0;

	(void)state;
	for (size_t round = 0; round < ROUNDS; round++) {
		tree_reset();
		for (size_t i = 0; i < RULES; i++) {
			rules[i] = tree_rule("r", (enum priority)chance_below(PRIORITY_END),
					     chance_tree(1 + (unsigned)chance_below(4)));
			rules[i].enabled = chance_below(10) > 0;
			rules[i].left_out = chance_below(10) ? NULL : "left out";
		}
		if (engine_new(&g, rules, RULES, why))
			fail_msg("%s", why);
		hits += compare(g, rules);
		engine_free(g);
	}
	tree_reset();
	/* It says nothing when almost everything, or almost nothing, matches. */
	assert_in_range(hits, ROUNDS * EVENTS, ROUNDS * EVENTS * 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled_rules_are_the_tree),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
