// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include "cmd/options.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void test_seconds(void **state)
{
	static const struct {
		const char *text;
		unsigned int seconds;
	} good[] = {
		{"1", 1},
		{"90", 90},
		{"90s", 90},
		{"1s", 1},
		{"15m", 900},
		{"2h", 7200},
		{"007", 7},
		{"24h", 86400},
		{"2147483", 2147483},
		{"2147483s", 2147483},
		{"35791m", 2147460},
		{"596h", 2145600},
	};
	static const char *const bad[] = {
		"",
		"0",
		"0s",
		"0m",
		"0h",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1d",
		"s",
		"m",
		"1sm",
		"1ss",
		"1m30",
		"1.5",
		"0x10",
		"1e3",
		"1S",
		"ten",
		"1\n",
		"2147484",
		"2147484s",
		"35792m",
		"597h",
		"4294967297",
		"18446744073709551617",
		"5124095576030431h",
		"307445734561825861m",
		"99999999999999999999999999",
	};
	unsigned int seconds;
	size_t i;

	(void)state;
	for (i = 0; i < LEN(good); i++) {
		seconds = 4711;
		if (options_seconds(good[i].text, &seconds) != 0 || seconds != good[i].seconds)
			fail_msg("%s gives %u", good[i].text, seconds);
		/* a reader's poll() and its sums of milliseconds stay ints */
		assert_true(seconds <= INT_MAX / 1000);
	}
	for (i = 0; i < LEN(bad); i++) {
		seconds = 4711;
		if (options_seconds(bad[i], &seconds) != -EINVAL)
			fail_msg("\"%s\" gives %u", bad[i], seconds);
		assert_int_equal(seconds, 4711);
	}
}

static void test_nearest(void **state)
{
	static const char *const options[] = {"format", "output",  "container", "duration",
					      "all",	"blocked", "stats",	NULL};
	static const char *const none[] = {NULL};
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{"format", "format"},
		{"fromat", "format"},
		{"formats", "format"},
		{"outptu", "output"},
		{"contianer", "container"},
		{"contaner", "container"},
		{"duratoin", "duration"},
		{"al", "all"},
		{"alll", "all"},
		{"block", "blocked"},
		{"status", "stats"},
		{"stat", "stats"},
		{"quite-another-thing", NULL},
		{"zzzz", NULL},
		{"", NULL},
		{"x", NULL},
	};
	char longest[66];
	size_t i;

	(void)state;
	for (i = 0; i < LEN(cases); i++) {
		const char *got = options_nearest(cases[i].word, options);

		if (!got != !cases[i].nearest || (got && strcmp(got, cases[i].nearest) != 0))
			fail_msg("\"%s\" is nearest to %s", cases[i].word, got ? got : "nothing");
	}
	assert_null(options_nearest("format", none));
	/* Longer than what is compared: nothing is near, and nothing is written behind a buffer. */
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(options_nearest(longest, (const char *const[]){longest, "a", NULL}));
	longest[64] = '\0';
	assert_string_equal(options_nearest(longest, (const char *const[]){"a", longest, NULL}),
			    longest);
	/* Of two that are as near the first one. */
	assert_string_equal(options_nearest("stop", (const char *const[]){"step", "shop", NULL}),
			    "step");
}

/* options_parse: what getopt would take must not be refused before it is asked. */

struct parsed {
	char *out;
	bool all;
};

static error_t parse(int key, char *arg, struct argp_state *argp)
{
	struct parsed *p = argp->input;

	switch (key) {
	case 'w':
		p->out = arg;
		return 0;
	case 'a':
		p->all = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static void test_parse(void **state)
{
	static const struct argp_option options[] = {
		{"output", 'w', "FILE", 0, "where to", 0}, {"all", 'a', NULL, 0, "all", 0}, {0}};
	static const struct argp argp = {.options = options, .parser = parse};
	char name[] = "rootwatch", out[] = "--outp=--alll", all[] = "--al", sep[] = "--";
	char *argv[] = {name, out, all, sep, NULL};
	struct parsed p = {0};

	(void)state;
	assert_int_equal(options_parse("rootwatch run", &argp, 4, argv, &p), 0);
	assert_string_equal(p.out, "--alll");
	assert_true(p.all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
