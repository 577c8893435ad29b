// SPDX-License-Identifier: Apache-2.0
/* Pairs of bytes: what a value contains they never deny, and most of the rest they do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "process/process.h"
#include "rules/build.h"
#include "rules/engine/engine.h"
#include "rules/engine/grams.h"
#include "rules/engine/tree.h"

static uint32_t x = 2463534242u;

static uint32_t below(uint32_t n)
{
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x % n;
}

static bool may(struct str value, struct str part)
{
	struct grams g;
	struct grams_of_part p;

	grams_fill(&g, value);
	grams_ask(&p, part);
	return grams_may(&g, &p);
}

static void what_is_there_is_never_denied(void **state)
{
	char value[64] = "", part[64];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		uint32_t len = below(sizeof(value) + 1), at = below(len + 1),
			 n = below(len - at + 1);

		for (uint32_t i = 0; i < len; i++)
			value[i] = (char)(below(4) ? 'A' + (int)below(60) : (int)below(256));
		for (uint32_t i = 0; i < n; i++) {
			char c = value[at + i];

			/* In the other case, as icontains would have it. */
			if (below(2) && c >= 'a' && c <= 'z')
				c = (char)(c - ('a' - 'A'));
			else if (below(2) && c >= 'A' && c <= 'Z')
				c = (char)(c + ('a' - 'A'));
			part[i] = c;
		}
		assert_true(may((struct str){value, len, len}, (struct str){part, n, n}));
	}
}

static void most_else_is(void **state)
{
	static const char line[] = "/usr/bin/python3 -m http.server --bind 127.0.0.1 8080";
	static const char *const parts[] = {"stratum", "xmrig",		  "/dev/tcp",	  "base64",
					    "nsenter", "authorized_keys", "--privileged", "curl"};
	size_t denied = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		denied += !may(str_from(line), str_from(parts[i]));
	assert_true(denied >= 7);
	assert_true(may(str_from(line), STR_LIT("")));
	assert_true(may(str_from(line), STR_LIT("!")));
	assert_false(may(STR_LIT(""), STR_LIT("ab")));
	assert_true(may(STR_LIT(""), STR_LIT("a"))); /* says nothing about single bytes */
}

/* As many rules that search as it takes to use them: the answers are the same. */
static void rules_that_search(void **state)
{
	enum { N = 30 };
	static struct rule rules[N];
	static char text[N][16];
	struct process p = {.cmdline = STR_LIT("x part3 PART29")};
	struct event e = judge_open(judge_file("/a"), 0);
	char why[ENGINE_WHY_MAX];
	struct engine *g;
	struct verdict v;

	(void)state;
	for (int i = 0; i < N; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "Part%d", i);
		text[i][0] = i % 2 ? 'p' : 'P';
		rules[i] = tree_rule("r", PRIORITY_ERROR,
				     tree_test(F_PROC_CMDLINE, i % 3 ? OP_ICONTAINS : OP_CONTAINS,
					       text[i]));
	}
	if (engine_new(&g, rules, N, why))
		fail_msg("%s", why);
	e.process = &p;
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 3); /* icontains part2, too */
	assert_ptr_equal(v.hits[0], &rules[2]);
	assert_ptr_equal(v.hits[1], &rules[3]);
	assert_ptr_equal(v.hits[2], &rules[29]);
	p.cmdline = STR_LIT("nothing of that");
	engine_judge(g, &e, &v);
	assert_int_equal(v.n, 0);
	engine_free(g);
	tree_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_there_is_never_denied),
		cmocka_unit_test(most_else_is),
		cmocka_unit_test(rules_that_search),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
