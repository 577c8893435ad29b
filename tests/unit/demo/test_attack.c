// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "demo/attack.h"
#include "rules/shipped.h"
#include "sandbox/sandbox.h"

static void test_said(void **state)
{
	static const struct {
		const char *output;
		bool failed;
		const char *said;
	} cases[] = {
		{"", true, ""},
		{"\n\n", false, ""},
		{"first\nlast\n\n", false, "last"},
		{"/bin/sh: 1: cannot create /etc/passwd: Permission denied\n", true,
		 "Permission denied"},
		{"eve: uid 7\n", false, "eve: uid 7"},
		{"useradd: cannot lock /etc/passwd; try again later.\n", true,
		 "cannot lock /etc/passwd"},
		{"ends with: ", true, "ends with: "},
		{"a\033[31mb\xc3\xa4\tc", false, "a?[31mb???c"},
		{"cr\r\n", false, "cr"},
	};
	char said[ATTACK_TEXT_MAX], longer[4 * ATTACK_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		attack_said(said, cases[i].output, cases[i].failed);
		assert_string_equal(said, cases[i].said);
	}
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	attack_said(said, longer, true);
	assert_int_equal(strlen(said), ATTACK_TEXT_MAX - 1);
}

static const struct attack_expect done = {.rules = {"passwd-written", "etc-written"}};
static const struct attack_expect denied = {.denied = true, .blocked = "/etc/passwd"};
static const struct attack_expect silent = {.denied = true};

static void expect_amiss(const struct attack_expect *e, const struct attack_result *r,
			 const char *text)
{
	char amiss[ATTACK_TEXT_MAX];

	assert_int_equal(attack_check(e, r, amiss), !*text);
	assert_string_equal(amiss, text);
}

static void test_check_done(void **state)
{
	struct attack_result r = {.seen = {true, true}};

	(void)state;
	expect_amiss(&done, &r, "");
	r.seen[1] = false;
	expect_amiss(&done, &r, "no alert: etc-written");
	r.seen[0] = false;
	expect_amiss(&done, &r, "no alert: passwd-written");
	r = (struct attack_result){.code = 2, .said = "no such thing", .seen = {true, true}};
	expect_amiss(&done, &r, "failed: no such thing");
	r = (struct attack_result){.code = SANDBOX_EXIT_EXEC, .said = "nothing there"};
	expect_amiss(&done, &r, "could not be run: nothing there");
	expect_amiss(&denied, &r, "could not be run: nothing there");
	r = (struct attack_result){.err = -ETIMEDOUT};
	expect_amiss(&done, &r, "could not be run: Connection timed out");
}

static void test_check_denied(void **state)
{
	struct attack_result r = {.code = 2, .said = "Permission denied", .blocked_seen = true};

	(void)state;
	expect_amiss(&denied, &r, "");
	r.blocked_seen = false;
	expect_amiss(&denied, &r, "no event: blocked attempt");
	expect_amiss(&silent, &r, "");
	(void)snprintf(r.said, sizeof(r.said), "Operation not permitted");
	expect_amiss(&silent, &r, "");
	/* A failure for another reason shows nothing. */
	(void)snprintf(r.said, sizeof(r.said), "not found");
	expect_amiss(&silent, &r, "failed otherwise: not found");
	r = (struct attack_result){.blocked_seen = true};
	expect_amiss(&denied, &r, "was not denied");
}

/* What the demo waits for has to exist. */
static void test_rules_exist(void **state)
{
	const struct attack *attacks;
	size_t n, m;
	const struct rule *rules = shipped_rules(&m);

	(void)state;
	attacks = attack_table(&n);
	assert_true(n >= 8);
	for (size_t i = 0; i < n; i++) {
		for (int side = 0; side < SIDES; side++) {
			const struct attack_expect *e = &attacks[i].expect[side];

			/* Something is expected of every side. */
			assert_true(e->denied || e->rules[0]);
			for (size_t k = 0; k < ATTACK_RULES && e->rules[k]; k++) {
				bool found = false;

				for (size_t j = 0; j < m; j++)
					found |= strcmp(rules[j].id, e->rules[k]) == 0;
				assert_true(found);
			}
		}
	}
}

static void test_choose(void **state)
{
	const struct attack a = {.variants = {{.needs = "sh rootwatch-no-such-tool", .shown = "a"},
					      {.needs = "sh", .shown = "b"},
					      {.needs = "sh", .shown = "c"}}};
	const struct attack none = {.variants = {{.needs = "rootwatch-no-such-tool"}}};
	char path[64];

	(void)state;
	assert_string_equal(attack_choose(&a)->shown, "b");
	assert_null(attack_choose(&none));
	assert_true(attack_tool("sh", path, sizeof(path)));
	assert_int_equal(path[0], '/');
	assert_false(attack_tool("rootwatch-no-such-tool", path, sizeof(path)));
	assert_false(attack_tool("sh", path, 4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_said),	     cmocka_unit_test(test_check_done),
		cmocka_unit_test(test_check_denied), cmocka_unit_test(test_rules_exist),
		cmocka_unit_test(test_choose),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
