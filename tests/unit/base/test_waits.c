// SPDX-License-Identifier: Apache-2.0
/* How long may be waited for slow file systems. The clock is ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "base/waits.h"

#define MS 1000000ull

static struct waits w;
static uint64_t now;

static int begin(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	now = 1000000 * MS;
	return 0;
}

/* Waits of 10 ms each until no more are allowed; gives their sum in ms. */
static uint64_t wait_out(uint32_t mnt_ns)
{
	uint64_t sum = 0;

	while (waits_may(&w, mnt_ns, now) && sum < 100000) {
		now += 10 * MS;
		waits_spend(&w, mnt_ns, now, 10 * MS);
		sum += 10;
	}
	return sum;
}

static void one_does_not_hold_up_others(void **state)
{
	(void)state;
	assert_in_range(wait_out(1), 500, 600);
	assert_false(waits_may(&w, 1, now));
	assert_true(waits_may(&w, 2, now));
	/* After a time it may again, by far not as long as that. */
	now += 1000 * MS;
	assert_in_range(wait_out(1), 40, 70);
	now += 3600 * 1000 * MS;
	assert_in_range(wait_out(1), 500, 600);
}

static void nor_do_many(void **state)
{
	uint64_t sum = 0;

	(void)state;
	for (uint32_t ns = 0; ns < 100; ns++)
		sum += wait_out(ns);
	assert_in_range(sum, 1500, 2000);
	assert_false(waits_may(&w, 200, now));
	now += 20000 * MS;
	assert_true(waits_may(&w, 200, now));
}

/* What is answered at once is never given up, however much of it there is. */
static void moments(void **state)
{
	(void)state;
	for (int i = 0; i < 1000000; i++) {
		now += MS / 2;
		waits_spend(&w, 1, now, MS / 2);
	}
	assert_true(waits_may(&w, 1, now));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_does_not_hold_up_others, begin),
		cmocka_unit_test_setup(nor_do_many, begin),
		cmocka_unit_test_setup(moments, begin),
	};

	return cmocka_run_group_tests_name("waits", tests, NULL, NULL);
}
