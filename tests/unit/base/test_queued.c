// SPDX-License-Identifier: Apache-2.0
/* What a thread waited for a processor, taken from the time that passed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "base/queued.h"

#define MS 1000000ull

static struct queued q;

static void begin(uint64_t now, uint64_t ran, uint64_t waited)
{
	queued_begin(&q, now, &(struct queued_times){ran, waited});
}

static void look(uint64_t now, uint64_t ran, uint64_t waited, bool ready)
{
	queued_look(&q, now, &(struct queued_times){ran, waited}, ready);
}

static void not_looked_at_is_nothing(void **state)
{
	(void)state;
	begin(5000 * MS, 3 * MS, 7 * MS);
	assert_int_equal(queued_not(&q), 0);
}

static void what_it_got_a_processor_after_is_taken(void **state)
{
	(void)state;
	begin(1000 * MS, 10 * MS, 500 * MS);
	look(1100 * MS, 15 * MS, 530 * MS, false);
	assert_int_equal(queued_not(&q), 70 * MS);
	/* The clock and the counts are not read at the same moment. */
	look(1100 * MS, 15 * MS, 601 * MS, false);
	assert_int_equal(queued_not(&q), 0);
}

/* Blocked, or on the processor: what one cannot see from outside counts. */
static void all_counts_where_nothing_is_counted(void **state)
{
	(void)state;
	begin(1000 * MS, 0, 0);
	look(1020 * MS, 0, 0, false);
	assert_int_equal(queued_not(&q), 20 * MS);
}

static void wait_that_lasts_is_taken(void **state)
{
	(void)state;
	begin(1000 * MS, 1 * MS, 2 * MS);
	/* At the first look it is ready; it may have been blocked until then. */
	look(1020 * MS, 1 * MS, 2 * MS, true);
	assert_int_equal(queued_not(&q), 20 * MS);
	look(1040 * MS, 1 * MS, 2 * MS, true);
	look(1060 * MS, 1 * MS, 2 * MS, true);
	assert_int_equal(queued_not(&q), 20 * MS);
	/* It has got its processor: now its own count has that wait, of which nothing is taken
	 * twice. */
	look(1080 * MS, 5 * MS, 62 * MS, true);
	assert_int_equal(queued_not(&q), 20 * MS);
	/* And was blocked again since, though it is ready at each look. */
	look(1100 * MS, 6 * MS, 62 * MS, true);
	assert_int_equal(queued_not(&q), 40 * MS);
	look(1120 * MS, 6 * MS, 62 * MS, false);
	assert_int_equal(queued_not(&q), 60 * MS);
}

/* The kernel's counts are in this order, and those of this thread. */
static void kernel_counts(void **state)
{
	struct queued_times before, after;
	volatile uint64_t n = 0;
	int fd = queued_open();

	(void)state;
	if (fd < 0) {
		print_message("skip: no /proc/thread-self/schedstat here\n");
		skip();
	}
	queued_read(fd, &before);
	do {
		for (int i = 0; i < 1000000; i++)
			n = n + 1;
		queued_read(fd, &after);
	} while (after.ran - before.ran < 20 * MS && n < 10000000000ull);
	assert_true(after.ran - before.ran >= 20 * MS);
	assert_true(after.waited >= before.waited);
	close(fd);
	queued_read(-1, &after);
	assert_int_equal(after.ran, 0);
	assert_int_equal(after.waited, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_looked_at_is_nothing),
		cmocka_unit_test(what_it_got_a_processor_after_is_taken),
		cmocka_unit_test(all_counts_where_nothing_is_counted),
		cmocka_unit_test(wait_that_lasts_is_taken),
		cmocka_unit_test(kernel_counts),
	};

	return cmocka_run_group_tests_name("queued", tests, NULL, NULL);
}
