// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/nearest.h"
#include "base/utf8.h"

static void test_arena(void **state)
{
	struct arena a;
	char *small, *large;

	(void)state;
	arena_init(&a, (size_t)1 << 20);
	small = arena_copy(&a, "abc", 3);
	large = arena_new(&a, 300000, 1);
	assert_string_equal(small, "abc");
	assert_non_null(large);
	assert_int_equal((uintptr_t)small % _Alignof(max_align_t), 0);
	assert_int_equal((uintptr_t)large % _Alignof(max_align_t), 0);
	for (size_t i = 0; i < 300000; i++)
		assert_int_equal(large[i], 0);
	assert_non_null(arena_new(&a, 0, 1));
	assert_null(arena_new(&a, (size_t)1 << 20, 1));
	assert_true(a.full);
	assert_null(arena_new(&a, SIZE_MAX, 2));
	assert_null(arena_new(&a, SIZE_MAX, 1));
	assert_string_equal(arena_copy(&a, "still", 5), "still");
	arena_free(&a);
	assert_false(a.full);
	assert_string_equal(arena_copy(&a, "again", 5), "again");
	arena_free(&a);
}

static void test_room(void **state)
{
	size_t room = 0, n = 0;
	int *all = NULL, *more;
	struct arena a;

	(void)state;
	arena_init(&a, (size_t)1 << 20);
	while ((more = arena_room(&a, all, n, &room, sizeof(*all)))) {
		assert_true(room > n);
		all = more;
		all[n] = (int)n;
		n++;
	}
	/* Without memory what there was is as it was. */
	assert_true(a.full && n == room && n > 1000);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(all[i], i);
	arena_free(&a);
}

static void test_dict(void **state)
{
	static char names[1000][8];
	static int things[1000];
	struct dict d = {0};
	struct arena a;

	(void)state;
	arena_init(&a, (size_t)1 << 20);
	assert_null(dict_get(&d, "x", 1));
	for (size_t i = 0; i < 1000; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "n%zu", i);
		assert_true(dict_put(&d, &a, names[i], strlen(names[i]), &things[i]));
	}
	for (size_t i = 0; i < 1000; i++)
		assert_ptr_equal(dict_get(&d, names[i], strlen(names[i])), &things[i]);
	assert_null(dict_get(&d, "n1000", 5));
	assert_null(dict_get(&d, "n", 1));
	assert_int_equal(d.n, 1000);
	assert_true(dict_put(&d, &a, "n5", 2, &things[6]));
	assert_ptr_equal(dict_get(&d, "n5", 2), &things[6]);
	assert_int_equal(d.n, 1000);
	arena_free(&a);
	arena_init(&a, 0);
	memset(&d, 0, sizeof(d));
	assert_false(dict_put(&d, &a, "x", 1, &d));
	assert_null(dict_get(&d, "x", 1));
}

static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		size_t valid;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 9},
		{"\xf4\x8f\xbf\xbf", 4},
		{"a\x80", 1},
		{"a\xc3", 1},
		{"a\xc3(", 1},
		{"\xc0\x80", 0},	 /* overlong */
		{"\xe0\x80\x80", 0},	 /* overlong */
		{"\xf0\x80\x80\x80", 0}, /* overlong */
		{"\xed\xa0\x80", 0},	 /* a surrogate */
		{"\xed\x9f\xbf", 3},
		{"\xf4\x90\x80\x80", 0}, /* beyond the last */
		{"\xf5\x80\x80\x80", 0},
		{"\xff", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(utf8_valid(cases[i].bytes, strlen(cases[i].bytes)),
				 cases[i].valid);
}

/* The first of those that are equally near; none that is far. */
static void test_nearest(void **state)
{
	struct nearest n = {0};

	(void)state;
	nearest_try(&n, "proc.nmae", "proc.pid");
	nearest_try(&n, "proc.nmae", "proc.name");
	nearest_try(&n, "proc.nmae", "proc.exe");
	assert_string_equal(n.word, "proc.name");
	assert_null(nearest_of("abc", (const char *const[]){"wxyz", "longer words", NULL}));
	assert_string_equal(nearest_of("abc", (const char *const[]){"abd", "abe", NULL}), "abd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arena),	cmocka_unit_test(test_room),
		cmocka_unit_test(test_dict),	cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
