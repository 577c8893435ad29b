// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "rules/build.h"
#include "rules/value.h"

static struct value_scratch scratch;

static int reset(void **state)
{
	(void)state;
	judge_reset();
	scratch.used = 0;
	return 0;
}

static struct value get_use(const struct event *e, struct field_use use)
{
	struct value v = {.type = VALUE_LIST};

	value_of(&v, e, &use, &scratch);
	return v;
}

static void transformed(const char *text, size_t n, const enum transform *how, const char *want)
{
	struct field_use use = {.id = F_PROC_NAME, .n_transforms = n};
	struct event e = {.kind = EVENT_OPEN};
	struct value v;

	e.task.comm = str_from(text);
	memcpy(use.transforms, how, n * sizeof(how[0]));
	v = get_use(&e, use);
	value_transform(&v, &use, &scratch);
	if (!want) {
		assert_int_equal(v.type, VALUE_MISSING);
	} else if (v.type == VALUE_NUMBER) {
		char number[24];

		snprintf(number, sizeof(number), "%lld", (long long)v.n);
		assert_string_equal(number, want);
	} else {
		assert_int_equal(v.type, VALUE_STRING);
		if (!str_is(v.s, want))
			fail_msg("%s is \"%.*s\", not \"%s\"", text, (int)v.s.len, v.s.p, want);
	}
}

#define TRANSFORMED(text, want, ...)                                                        \
	transformed(text, sizeof((enum transform[]){__VA_ARGS__}) / sizeof(enum transform), \
		    (enum transform[]){__VA_ARGS__}, want)

static void transformers(void **state)
{
	(void)state;
	TRANSFORMED("Ab[Z\xc3\x84@", "ab[z\xc3\x84@", TRANSFORM_TOLOWER);
	TRANSFORMED("aB{z\xc3\xa4`", "AB{Z\xc3\xa4`", TRANSFORM_TOUPPER);
	TRANSFORMED("/a/b", "b", TRANSFORM_BASENAME);
	TRANSFORMED("b", "b", TRANSFORM_BASENAME);
	TRANSFORMED("/a/", NULL, TRANSFORM_BASENAME);
	TRANSFORMED("/a/bcd", "6", TRANSFORM_LEN);
	TRANSFORMED("/a/BCD", "3", TRANSFORM_BASENAME, TRANSFORM_LEN);
	TRANSFORMED("/a/BCD", "bcd", TRANSFORM_TOLOWER, TRANSFORM_BASENAME);
	TRANSFORMED("aGVsbG8=", "hello", TRANSFORM_B64);
	TRANSFORMED("aGVsbG8", "hello", TRANSFORM_B64);
	TRANSFORMED("aGVsbA==", "HELL", TRANSFORM_B64, TRANSFORM_TOUPPER);
	TRANSFORMED("a", NULL, TRANSFORM_B64);
	TRANSFORMED("a=b=", NULL, TRANSFORM_B64);
	TRANSFORMED("aG*s", NULL, TRANSFORM_B64);
	TRANSFORMED("abc", NULL, TRANSFORM_LEN, TRANSFORM_TOLOWER);
	TRANSFORMED("", NULL, TRANSFORM_LEN);
}

static void transformers_of_lists(void **state)
{
	struct event e = judge_open(judge_file("/ETC/Passwd"), O_RDONLY);
	struct field_use use = {.id = F_FILE_PATHS,
				.n_transforms = 2,
				.transforms = {TRANSFORM_BASENAME, TRANSFORM_TOLOWER}};
	struct value v;

	(void)state;
	e.open.file.path = STR_LIT("/mnt/P");
	v = get_use(&e, use);
	value_transform(&v, &use, &scratch);
	assert_int_equal(v.type, VALUE_LIST);
	assert_int_equal(v.n_list, 2);
	assert_true(str_is(v.list[0], "p") && str_is(v.list[1], "passwd"));
	use.transforms[1] = TRANSFORM_LEN;
	v = get_use(&e, use);
	value_transform(&v, &use, &scratch);
	assert_int_equal(v.type, VALUE_NUMBER);
	assert_int_equal(v.n, 2);
}

/* Without room a string is missing, not half. */
static void no_room(void **state)
{
	struct field_use use = {
		.id = F_PROC_NAME, .n_transforms = 1, .transforms = {TRANSFORM_TOLOWER}};
	struct event e = {.kind = EVENT_OPEN};
	struct value v;

	(void)state;
	e.task.comm = STR_LIT("abc");
	scratch.used = sizeof(scratch.bytes) - 2;
	v = get_use(&e, use);
	value_transform(&v, &use, &scratch);
	assert_int_equal(v.type, VALUE_MISSING);
	scratch.used = sizeof(scratch.bytes) - 3;
	v = get_use(&e, use);
	value_transform(&v, &use, &scratch);
	assert_true(v.type == VALUE_STRING && str_is(v.s, "abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(transformers, reset),
		cmocka_unit_test_setup(transformers_of_lists, reset),
		cmocka_unit_test_setup(no_room, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
