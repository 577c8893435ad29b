// SPDX-License-Identifier: Apache-2.0
/* What the operators are made of: globs, sets, sets of paths, regular expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/engine/glob.h"
#include "rules/engine/regex.h"
#include "rules/engine/set.h"

static void globs(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool is, folded;
	} examples[] = {{"", "", true, true},
			{"*", "", true, true},
			{"*", "/a/.b", true, true},
			{"?", "", false, false},
			{"?", "/", true, true},
			{"a*b*c", "aXbYbZc", true, true},
			{"a*b*c", "aXbYbZ", false, false},
			{"/etc/*.conf", "/etc/a/b.conf", true, true},
			{"A[b-d]", "ac", false, true},
			{"[!a]", "b", true, true},
			{"[^a]", "a", false, false},
			{"[]]", "]", true, true},
			{"[a-]", "-", true, true},
			{"[[:digit:]x]", "7", true, true},
			{"[[:upper:]]", "a", false, true},
			{"\\*", "*", true, true},
			{"\\*", "a", false, false},
			{"[\\]]", "]", true, true},
			{"a[", "a[", true, true},
			{"a\\", "a\\", true, true},
			{"abc", "ABC", false, true},
			{"\xc3?", "\xc3\x84", true, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		struct str p = str_from(examples[i].pattern), t = str_from(examples[i].text);

		if (glob_match(p, t, false) != examples[i].is ||
		    glob_match(p, t, true) != examples[i].folded)
			fail_msg("%s against %s", examples[i].pattern, examples[i].text);
	}
}

/* The library's own is the reference, for patterns on whose meaning the libraries agree. */
static void globs_are_fnmatch(void **state)
{
	static const char *const parts[] = {"a",    "b",    "*",     "?",   "/",	  ".",
					    "[ab]", "[!a]", "[a-c]", "\\*", "[[:alpha:]]"};
	static const char letters[] = "abcAB/.*";
	unsigned seed = 20260101;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char pattern[128] = "", text[16] = "";
		size_t n = (size_t)rand_r(&seed) % 7, len = (size_t)rand_r(&seed) % 8, used = 0;

		for (size_t i = 0; i < n; i++)
			used += (size_t)snprintf(
				pattern + used, sizeof(pattern) - used, "%s",
				parts[(size_t)rand_r(&seed) % (sizeof(parts) / sizeof(parts[0]))]);
		for (size_t i = 0; i < len; i++)
			text[i] = letters[(size_t)rand_r(&seed) % (sizeof(letters) - 1)];
		for (int fold = 0; fold < 2; fold++) {
			bool is = fnmatch(pattern, text, fold ? FNM_CASEFOLD : 0) == 0;

			/* Folded, glibc takes [!a] for what neither case is in. */
			if (glob_match(str_from(pattern), str_from(text), fold) != is)
				fail_msg("round %d: %s against %s is %s", round, pattern, text,
					 is ? "no match" : "a match");
		}
	}
}

/* Many stars do not multiply: this would not end in a lifetime. */
static void a_hostile_glob_ends(void **state)
{
	char pattern[201], text[4001];

	(void)state;
	for (size_t i = 0; i < 200; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[199] = 'b';
	pattern[200] = '\0';
	memset(text, 'a', 4000);
	text[4000] = '\0';
	assert_false(glob_match(str_from(pattern), str_from(text), false));
}

static void sets(void **state)
{
	struct rule_value values[3000];
	static char texts[3000][24];
	struct set *set;

	(void)state;
	for (size_t i = 0; i < 3000; i++) {
		int n = snprintf(texts[i], sizeof(texts[i]), "%s%zu", i % 3 ? "" : "a-longer-name-",
				 i / 2);

		values[i] = (struct rule_value){texts[i], (size_t)n};
	}
	assert_int_equal(set_new(&set, values, 3000), 0);
	for (size_t i = 0; i < 3000; i++) {
		struct str s = str_from(texts[i]), other;
		char longer[32];

		assert_true(set_has(set, s, set_hash(s)));
		snprintf(longer, sizeof(longer), "%s.", texts[i]);
		other = str_from(longer);
		assert_false(set_has(set, other, set_hash(other)));
	}
	assert_false(set_has(set, STR_LIT(""), set_hash(STR_LIT(""))));
	set_free(set);
	values[0] = (struct rule_value){"", 0};
	assert_int_equal(set_new(&set, values, 1), 0);
	assert_true(set_has(set, STR_LIT(""), set_hash(STR_LIT(""))));
	set_free(set);
	assert_int_equal(set_new(&set, NULL, 0), 0);
	assert_false(set_has(set, STR_LIT(""), set_hash(STR_LIT(""))));
	set_free(set);
}

static void check_paths(const char *patterns, const char *path, bool is)
{
	struct rule_value values[8];
	struct path_set *set;
	size_t n = 0;

	while (patterns && *patterns) {
		size_t len = strcspn(patterns, " ");

		values[n++] = (struct rule_value){patterns, len};
		patterns += len + (patterns[len] == ' ');
	}
	assert_int_equal(path_set_new(&set, values, n), 0);
	if (path_set_has(set, str_from(path)) != is)
		fail_msg("%s below %s", path, patterns);
	path_set_free(set);
}

static void sets_of_paths(void **state)
{
	(void)state;
	check_paths("/tmp/hello", "/tmp/hello", true);
	check_paths("/tmp/hello", "/tmp/hello/world", true);
	check_paths("/tmp/hello", "/tmp/hello_world", false);
	check_paths("/tmp/hello", "/tmp", false);
	check_paths("/tmp/hello", "/tmp/hell", false);
	check_paths("/tmp/hello/", "/tmp/hello", true);
	check_paths("//tmp//hello", "/tmp/hello/a", true);
	check_paths("/tmp/hello", "/tmp//hello", true);
	check_paths("/tmp/hello", "/tmp/hello/", true);
	check_paths("/a /b/c /d/e/f", "/d/e/f/g", true);
	check_paths("/a /b/c /d/e/f", "/b/d", false);
	check_paths("/usr /usr/lib", "/usr/share", true);
	check_paths("/", "/x", true);
	check_paths("/", "/", true);
	check_paths("/a", "/", false);
	check_paths("/a", "", false);
	check_paths("a/b", "/a/b/c", true);
	check_paths("/a", ".../a", false);
	check_paths("/home/*/.ssh", "/home/eve/.ssh/id", true);
	check_paths("/home/*/.ssh", "/home/eve/x/.ssh", false);
	check_paths("/home/*/.ssh /etc", "/etc/x", true);
	check_paths("/proc/[0-9]*", "/proc/12/mem", true);
	check_paths("/proc/[0-9]*", "/proc/self/mem", false);
	check_paths("", "/a", false);
}

/* A long list answers as a short one does. */
static void a_large_set_of_paths(void **state)
{
	struct rule_value *values = calloc(5000, sizeof(*values));
	char(*texts)[32] = calloc(5000, sizeof(*texts));
	struct path_set *set;

	(void)state;
	assert_non_null(values);
	assert_non_null(texts);
	for (size_t i = 0; i < 5000; i++)
		values[i] =
			(struct rule_value){texts[i], (size_t)snprintf(texts[i], sizeof(texts[i]),
								       "/d%zu/e%zu", i % 70, i)};
	assert_int_equal(path_set_new(&set, values, 5000), 0);
	for (size_t i = 0; i < 5000; i++) {
		char path[48];

		snprintf(path, sizeof(path), "%s/x", texts[i]);
		assert_true(path_set_has(set, str_from(path)));
		snprintf(path, sizeof(path), "/d%zu/e%zu", (i + 1) % 70, i);
		assert_false(path_set_has(set, str_from(path)));
	}
	path_set_free(set);
	free(values);
	free(texts);
}

static int regex_of(const char *pattern, struct str text)
{
	struct regex *r;
	char why[100];
	int is;

	if (regex_new(&r, str_from(pattern), why, sizeof(why), NULL))
		fail_msg("%s: %s", pattern, why);
	is = regex_match(r, text);
	regex_free(r);
	return is;
}

static void regular_expressions(void **state)
{
	char why[100] = "", text[8000];
	size_t where = 0;
	struct regex *r = NULL;

	(void)state;
	assert_int_equal(regex_of("a.c", STR_LIT("abc")), 1);
	assert_int_equal(regex_of("a.c", STR_LIT("xabc")), 0);
	assert_int_equal(regex_of("a.c", STR_LIT("abcx")), 0);
	assert_int_equal(regex_of("^a.c$", STR_LIT("abc")), 1);
	assert_int_equal(regex_of("^abc$", STR_LIT("abc\n")), 0);
	assert_int_equal(regex_of(".*evil", STR_LIT("a\nevil")), 1);
	assert_int_equal(regex_of(".*evil", STR_LIT("\xff\xc3(evil")), 1);
	assert_int_equal(regex_of("a|ab", STR_LIT("ab")), 1);
	assert_int_equal(regex_of("", STR_LIT("")), 1);
	assert_int_equal(regex_of("x?", (struct str){NULL, 0, 0}), 1);
	assert_int_equal(regex_of("[[:alpha:]]+(?i:X)", STR_LIT("abx")), 1);
	assert_int_equal(regex_of("(a*)*(a*)*(a*)*b", STR_LIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaac")),
			 0); /* no b at all: that is soon found out */
	/* No way back from a back reference; Falco has none, either. */
	assert_int_equal(regex_new(&r, STR_LIT("(?<n>a|aa|a?)+\\k<n>b"), why, sizeof(why), NULL),
			 -22);
	assert_non_null(strstr(why, "back references"));
	/* More ways at once than there is room for. */
	memset(text, 'a', sizeof(text));
	assert_int_equal(regex_of(".*a.{600}.*a.{600}[xy]", (struct str){text, 4000, 4000}), -1);
	/* The way with a way back runs out of memory, and not of patience. */
	assert_int_equal(regex_of("(a|b)*[cd]", (struct str){text, 8000, 8000}), 0);
	assert_int_equal(regex_of("(a|b)*", (struct str){text, 8000, 8000}), 1);
	assert_int_equal(regex_new(&r, STR_LIT("ab[c"), why, sizeof(why), &where), -22);
	assert_int_equal(where, 4);
	assert_true(why[0] != '\0');
	assert_int_equal(regex_new(&r, STR_LIT("(*UTF)a"), why, sizeof(why), NULL), -22);
	assert_int_equal(regex_new(&r, STR_LIT("a\\Cb"), why, sizeof(why), NULL), -22);
	assert_null(r);
}

/* What looks for one thing behind the other takes ways without number through a long text. */
static void regular_expressions_on_long_texts(void **state)
{
	static const char pattern[] = ".*(ab|a.b).*(ac|a.c).*(ad|a[^x]d).*";
	static char text[4000];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "abac  "[i % 6];
	assert_int_equal(regex_of(pattern, (struct str){text, sizeof(text), sizeof(text)}), 0);
	assert_int_equal(regex_of("(a|aa|a?)+b", STR_LIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb")),
			 0);
	text[sizeof(text) - 3] = 'a';
	text[sizeof(text) - 1] = 'd';
	assert_int_equal(regex_of(pattern, (struct str){text, sizeof(text), sizeof(text)}), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(globs_are_fnmatch),
		cmocka_unit_test(a_hostile_glob_ends),
		cmocka_unit_test(sets),
		cmocka_unit_test(sets_of_paths),
		cmocka_unit_test(a_large_set_of_paths),
		cmocka_unit_test(regular_expressions),
		cmocka_unit_test(regular_expressions_on_long_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
