// SPDX-License-Identifier: Apache-2.0
/* A line that is kept and written again is byte for byte the one that would have been written anew.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "output/sample.h"

static struct sample s;
static struct output_kept kept;
static char again[OUTPUT_LINE_MAX], anew[OUTPUT_LINE_MAX];

static void keep(void)
{
	size_t len = output_json_keep(again, &s.e, &s.v, &s.o, &kept);

	assert_int_equal(len, output_json(anew, &s.e, &s.v, &s.o));
	assert_memory_equal(again, anew, len);
}

static void test_same_but_for_the_time(void **state)
{
	static const uint64_t times[] = {1795309323123456789, 1795309323999999999,
					 1795309324000000000, 1795395723000000001,
					 1000000000000000000, 9000000000000000000};
	static const uint64_t nums[] = {1, 9, 10, 99, 1000000, UINT32_MAX, 7};

	(void)state;
	for (size_t kind = 0; kind < SAMPLE_KINDS * 2; kind++) {
		if (kind < SAMPLE_KINDS)
			sample_rich(&s, sample_kinds[kind]);
		else
			sample_poor(&s, sample_kinds[kind - SAMPLE_KINDS]);
		s.e.time = 1795309323123456789;
		if (s.e.kind == EVENT_EXIT) /* with how long it took: depends on the time */
			continue;
		keep();
		assert_true(kept.len > 0);
		for (size_t i = 0; i < 42; i++) {
			size_t len;

			s.e.time = times[i % 6];
			s.e.num = nums[i % 7];
			len = output_json_again(again, &kept, &s.e);
			assert_int_equal(len, output_json(anew, &s.e, &s.v, &s.o));
			assert_memory_equal(again, anew, len);
		}
	}
}

static void test_times_of_another_length(void **state)
{
	(void)state;
	sample_rich(&s, EVENT_OPEN);
	s.e.time = 999999999999999999;
	keep();
	assert_int_equal(kept.len, 0);
	assert_int_equal(output_json_again(again, &kept, &s.e), 0);
	s.e.time = 1795309323123456789;
	keep();
	assert_true(kept.len > 0);
	s.e.time = 999999999999999999;
	assert_int_equal(output_json_again(again, &kept, &s.e), 0);
}

static void test_what_was_cut(void **state)
{
	(void)state;
	sample_hostile(&s, EVENT_OPEN, STR_LIT("x"));
	s.e.time = 1795309323123456789;
	keep();
	assert_int_equal(kept.len, 0);
}

/* As long as a line can be, with a number of one digit: the longest number needs more room. */
static void test_no_room_for_the_number(void **state)
{
	static char path[OUTPUT_LINE_MAX];
	size_t len, n = 1;

	(void)state;
	memset(path, 'p', sizeof(path));
	do {
		sample_poor(&s, EVENT_OPEN);
		s.e.time = 1795309323123456789;
		s.e.num = 1;
		s.e.open.file.path = (struct str){path, (uint32_t)n, (uint32_t)n};
		keep();
		n++;
	} while (kept.len > 0 && kept.len < OUTPUT_LINE_MAX - 1 && n < sizeof(path));
	sample_poor(&s, EVENT_OPEN);
	s.e.time = 1795309323123456789;
	s.e.open.file.path = (struct str){path, (uint32_t)n - 4, (uint32_t)n - 4};
	s.e.num = 1;
	keep();
	assert_true(kept.len > OUTPUT_LINE_MAX - 32);
	s.e.num = INT64_MAX;
	len = output_json_again(again, &kept, &s.e);
	assert_int_equal(len, 0);
}

static void test_outputs_with_the_time(void **state)
{
	static const enum field_id timed[] = {F_TIME, F_NUM, F_PROC_DURATION};
	struct output_piece piece = {.has_field = true};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		sample_rich(&s, EVENT_OPEN);
		s.e.time = 1795309323123456789;
		piece.field.id = i < 3 ? timed[i] : F_PROC_NAME;
		s.d[0].output = &piece;
		s.d[0].n_output = 1;
		keep();
		assert_int_equal(kept.len > 0, i == 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_but_for_the_time),
		cmocka_unit_test(test_times_of_another_length),
		cmocka_unit_test(test_what_was_cut),
		cmocka_unit_test(test_no_room_for_the_number),
		cmocka_unit_test(test_outputs_with_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
