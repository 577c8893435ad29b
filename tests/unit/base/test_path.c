// SPDX-License-Identifier: Apache-2.0
#include "base/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

static const struct {
	const char *base, *asked, *want;
} cases[] = {
	{"/", "/etc/passwd", "/etc/passwd"},
	{"/srv", "/etc//./passwd/", "/etc/passwd"},
	{"/srv", "x", "/srv/x"},
	{"/srv/", "./x", "/srv/x"},
	{"/srv", "../etc/passwd", "/etc/passwd"},
	{"/srv", "../../../../etc", "/etc"},
	{"/srv", "..", "/"},
	{"/srv", "/..", "/"},
	{"/srv", "/../..//", "/"},
	{"/", "..", "/"},
	{"/srv", "", "/srv"},
	{"/srv", ".", "/srv"},
	{"/a/b", "../c/../d/.", "/a/d"},
	{"/a", "...", "/a/..."},
	{"/a", "..b/.c", "/a/..b/.c"},
	/* A base with ".." of its own is no more trusted than the rest. */
	{"/a/../../b", "c", "/b/c"},
	/* Nothing to start from: it stays relative, and ".." says so. */
	{"", "x/y", "x/y"},
	{"", "x/../y", "y"},
	{"", "../../x", "../../x"},
	{"", "../x/../../y", "../../y"},
	{"", "x/..", "."},
	{"", "", "."},
	{"", "/x", "/x"},
};

static void resolves(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char got[64];
		size_t n = path_resolve(got, sizeof(got) - 1, str_from(cases[i].base),
					str_from(cases[i].asked));

		got[n] = '\0';
		if (strcmp(got, cases[i].want) != 0)
			fail_msg("\"%s\" + \"%s\": got \"%s\", want \"%s\"", cases[i].base,
				 cases[i].asked, got, cases[i].want);
	}
}

static void base_without_head(void **state)
{
	struct str base = {"/deep/down", 10, 5000};
	char got[64] = "";
	size_t n;

	(void)state;
	n = path_resolve(got, sizeof(got) - 1, base, STR_LIT("x"));
	got[n] = '\0';
	assert_string_equal(got, PATH_CUT "/deep/down/x");

	memset(got, 0, sizeof(got));
	n = path_resolve(got, sizeof(got) - 1, base, STR_LIT("../../../../etc/passwd"));
	got[n] = '\0';
	assert_string_equal(got, PATH_CUT "/etc/passwd");
}

/* Whatever the room, nothing is written behind it; the room is malloc'ed so that ASan sees. */
static void stays_inside(void **state)
{
	(void)state;
	for (size_t cap = 0; cap < 24; cap++) {
		char *room = malloc(cap ? cap : 1);

		assert_non_null(room);
		assert_true(path_resolve(room, cap, STR_LIT("/one/two"),
					 STR_LIT("../three/four")) <= cap);
		assert_true(path_resolve(room, cap, STR_LIT(""), STR_LIT("../../..")) <= cap);
		assert_true(path_resolve(room, cap, (struct str){"/x", 2, 9}, STR_LIT("y")) <= cap);
		free(room);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolves),
		cmocka_unit_test(base_without_head),
		cmocka_unit_test(stays_inside),
	};

	return cmocka_run_group_tests_name("path", tests, NULL, NULL);
}
