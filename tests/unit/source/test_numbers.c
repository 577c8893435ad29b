// SPDX-License-Identifier: Apache-2.0
/* Which calls stand behind a system call's number. */
#include "source/numbers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

static uint16_t at[WIRE_CALL_NUMBERS];

static void fill(const uint32_t *calls, size_t n)
{
	struct wire_calls set = {{0}};

	for (size_t i = 0; i < n; i++)
		wire_calls_add(&set, calls[i]);
	memset(at, 0xee, sizeof(at));
	numbers_fill(at, &set);
}

static void fill_all(void)
{
	struct wire_calls set;

	memset(&set, 0xff, sizeof(set));
	numbers_fill(at, &set);
}

static void nothing_is_wanted(void **state)
{
	(void)state;
	fill(NULL, 0);
	for (size_t nr = 0; nr < WIRE_CALL_NUMBERS; nr++)
		assert_int_equal(at[nr], 0);
}

static void only_what_is_wanted(void **state)
{
	static const uint32_t calls[] = {WIRE_CALL_OPENAT2, WIRE_CALL_SETUID};

	(void)state;
	fill(calls, 2);
	/* One number in both ABIs. */
	assert_int_equal(at[SYS_openat2], WIRE_CALL_OPENAT2 | WIRE_CALL_OPENAT2 << 8);
	assert_int_equal(at[SYS_setuid] & 255, WIRE_CALL_SETUID);
	/* Two of the 32-bit ABI, for uids of 16 and of 32 bits. */
	assert_int_equal(at[23] >> 8, WIRE_CALL_SETUID);
	assert_int_equal(at[213] >> 8, WIRE_CALL_SETUID);
	assert_int_equal(at[SYS_openat], 0);
	assert_int_equal(at[SYS_getppid], 0);
}

/* The same number can be another call in the other ABI. */
static void each_abi_by_itself(void **state)
{
	static const uint32_t one[] = {WIRE_CALL_OPENAT}, other[] = {WIRE_CALL_IO_URING_SETUP};
	uint32_t native, compat;

	(void)state;
	fill(one, 1);
	native = at[SYS_openat];
	assert_int_equal(native & 255, WIRE_CALL_OPENAT);
	fill(other, 1);
	compat = at[SYS_openat];
	assert_int_equal(compat, 0);
	fill_all();
	assert_int_equal(at[SYS_openat] & 255, WIRE_CALL_OPENAT);
}

static void every_call_has_a_number(void **state)
{
	(void)state;
	for (uint32_t call = WIRE_CALL_NONE + 1; call < WIRE_CALL_END; call++) {
		size_t found = 0;

		if (call == WIRE_CALL_BIND_FILE) /* seen by the call that WIRE_CALL_BIND is */
			continue;

		fill(&call, 1);
		for (size_t nr = 0; nr < WIRE_CALL_NUMBERS; nr++) {
			assert_true((at[nr] & 255) == 0 || (at[nr] & 255) == call);
			assert_true(at[nr] >> 8 == 0 || at[nr] >> 8 == (int)call);
			found += at[nr] != 0;
		}
		assert_in_range(found, 1, 5);
	}
}

/* No two calls share a number: of both of them the bits would stand there. */
static void no_number_is_of_two(void **state)
{
	static uint16_t all[WIRE_CALL_NUMBERS], sum[WIRE_CALL_NUMBERS];

	(void)state;
	fill_all();
	memcpy(all, at, sizeof(all));
	for (uint32_t call = WIRE_CALL_NONE + 1; call < WIRE_CALL_END; call++) {
		fill(&call, 1);
		for (size_t nr = 0; nr < WIRE_CALL_NUMBERS; nr++) {
			assert_false((sum[nr] & 255) && (at[nr] & 255));
			assert_false(sum[nr] >> 8 && at[nr] >> 8);
			sum[nr] |= at[nr];
		}
	}
	assert_memory_equal(all, sum, sizeof(all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wanted),   cmocka_unit_test(only_what_is_wanted),
		cmocka_unit_test(each_abi_by_itself),  cmocka_unit_test(every_call_has_a_number),
		cmocka_unit_test(no_number_is_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
