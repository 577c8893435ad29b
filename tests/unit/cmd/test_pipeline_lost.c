// SPDX-License-Identifier: Apache-2.0
/* What was lost on the way, what is no record, and a sink that takes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "cmd/piped.h"
#include "rules/shipped.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void test_lost(void **state)
{
	struct pipeline_stats st;

	(void)state;
	piped_start(&(struct pipeline_options){0});
	piped_two_containers();
	/* Each CPU has numbers of its own: the first record there is no gap. */
	piped_harmless();
	assert_int_equal(piped_feed_on(1), 0);
	assert_int_equal(piped_read_lines(), 0);
	piped.seq[0] += 5;
	piped_dpkg();
	piped_feed();
	assert_int_equal(piped_read_lines(), 2);
	piped_expect_rule(0, "Events lost");
	piped_expect_number(0, "rootwatch.lost", 5);
	piped_expect_number(0, "rootwatch.lost_total", 5);
	piped_expect_text(1, "rootwatch.rule.id", "package-manager");
	/* Told once; also where the record itself gives no line, and at the start of a CPU. */
	piped_harmless();
	piped_feed();
	assert_int_equal(piped_read_lines(), 2);
	piped.seq[2] = 3;
	piped_harmless();
	assert_int_equal(piped_feed_on(2), 0);
	piped.seq[1] += 1;
	piped_cgroup(79, "/");
	assert_int_equal(piped_feed_on(1), 0);
	assert_int_equal(piped_read_lines(), 4);
	piped_expect_number(2, "rootwatch.lost", 3);
	piped_expect_number(2, "rootwatch.lost_total", 8);
	piped_expect_number(3, "rootwatch.lost", 1);
	piped_expect_number(3, "rootwatch.lost_total", 9);
	st = piped_stats();
	assert_int_equal(st.lost_seen, 9);
	assert_int_equal(st.lines, 4);
	assert_int_equal(st.alerts, 1);
}

static void test_settle(void **state)
{
	(void)state;
	piped_start(&(struct pipeline_options){0});
	assert_int_equal(pipeline_settle(piped.pipeline, 0), 0);
	assert_int_equal(piped_read_lines(), 0);
	piped_two_containers();
	piped.seq[0] += 2;
	piped_harmless();
	piped_feed();
	assert_int_equal(pipeline_settle(piped.pipeline, 2), 0);
	assert_int_equal(piped_read_lines(), 1);
	assert_int_equal(pipeline_settle(piped.pipeline, 7), 0);
	assert_int_equal(pipeline_settle(piped.pipeline, 7), 0);
	assert_int_equal(piped_read_lines(), 2);
	piped_expect_number(1, "rootwatch.lost", 5);
	piped_expect_number(1, "rootwatch.lost_total", 7);
	assert_int_equal(piped_stats().lost_seen, 7);
	assert_int_equal(piped_stats().lines, 2);
}

static bool counted(void *arg, uint64_t *lost)
{
	*lost = *(const uint64_t *)arg;
	return true;
}

static void feed_number(uint64_t seq)
{
	piped.seq[0] = seq - 1;
	piped_harmless();
	piped_feed();
}

/* What only comes later than what was numbered behind it was not lost. */
static void test_late(void **state)
{
	uint64_t lost = 0;

	(void)state;
	piped_start(&(struct pipeline_options){.lost = counted, .loss_arg = &lost});
	feed_number(1);
	feed_number(3);
	feed_number(5);
	feed_number(2);
	assert_int_equal(piped_read_lines(), 0);
	/* Of two that are missing one was lost; the other one is late. */
	lost = 1;
	feed_number(7);
	assert_int_equal(piped_read_lines(), 1);
	piped_expect_rule(0, "Events lost");
	piped_expect_number(0, "rootwatch.lost", 1);
	feed_number(4);
	feed_number(8);
	assert_int_equal(piped_read_lines(), 1);
	/* What was lost elsewhere meanwhile is said with it, once. */
	lost = 4;
	feed_number(10);
	assert_int_equal(piped_read_lines(), 2);
	piped_expect_number(1, "rootwatch.lost", 3);
	piped_expect_number(1, "rootwatch.lost_total", 4);
	feed_number(13);
	assert_int_equal(pipeline_settle(piped.pipeline, 4), 0);
	assert_int_equal(piped_read_lines(), 2);
	assert_int_equal(piped_stats().lost_seen, 4);
}

/* Two containers' records that the ring had no room for, and one of nobody that is known. */
static uint64_t losses[] = {4, 2, 1};

static bool whose(void *arg, uint64_t max, struct source_loss *loss)
{
	static const uint64_t cgroups[LEN(losses)] = {CGROUP_A, CGROUP_B, 4711};

	assert_ptr_equal(arg, losses);
	for (size_t i = 0; i < LEN(losses); i++) {
		if (losses[i] == 0)
			continue;
		*loss = (struct source_loss){losses[i] < max ? losses[i] : max, cgroups[i], 0};
		losses[i] -= loss->lost;
		return true;
	}
	return false;
}

static void test_whose(void **state)
{
	(void)state;
	piped_start(&(struct pipeline_options){.loss = whose, .loss_arg = losses});
	piped_two_containers();
	piped.seq[0] += 3;
	piped_harmless();
	piped_feed();
	assert_int_equal(piped_read_lines(), 1);
	piped_expect_number(0, "rootwatch.lost", 3);
	piped_expect_text(0, "container.full_id", ID_A);
	assert_int_equal(pipeline_settle(piped.pipeline, 9), 0);
	assert_int_equal(piped_read_lines(), 5);
	piped_expect_number(1, "rootwatch.lost", 1);
	piped_expect_text(1, "container.full_id", ID_A);
	piped_expect_number(2, "rootwatch.lost", 2);
	piped_expect_text(2, "container.full_id", ID_B);
	piped_expect_number(3, "rootwatch.lost", 1);
	piped_expect_number(4, "rootwatch.lost", 2);
	piped_expect_number(4, "rootwatch.lost_total", 9);
	assert_int_equal(piped_stats().lost_seen, 9);
}

static void test_malformed(void **state)
{
	struct wire_header *h = (struct wire_header *)piped.r.data;

	(void)state;
	piped_start(&(struct pipeline_options){.all = true});
	piped_two_containers();
	piped_dpkg();
	assert_int_equal(pipeline_record(piped.pipeline, piped.r.data, piped.r.size - 1), 0);
	assert_int_equal(pipeline_record(piped.pipeline, piped.r.data, 0), 0);
	piped_dpkg()->argv.len = UINT16_MAX;
	assert_int_equal(pipeline_record(piped.pipeline, piped.r.data, piped.r.size), 0);
	piped_dpkg();
	h->kind = WIRE_KIND_END;
	assert_int_equal(pipeline_record(piped.pipeline, piped.r.data, piped.r.size), 0);
	assert_int_equal(piped_read_lines(), 0);
	assert_int_equal(piped_stats().malformed, 4);
	assert_int_equal(piped_stats().events, 0);
	piped_dpkg();
	piped_feed();
	assert_int_equal(piped_read_lines(), 1);
}

/* A CPU's number is a record's like any other: it is no index before it was looked at. */
static void test_any_cpu(void **state)
{
	static const uint32_t cpus[] = {1023, 1024, UINT32_MAX};
	struct wire_header *h = (struct wire_header *)piped.r.data;
	size_t i;

	(void)state;
	piped_start(&(struct pipeline_options){0});
	piped_two_containers();
	for (i = 0; i < LEN(cpus); i++) {
		piped_dpkg();
		h->cpu = cpus[i];
		assert_int_equal(pipeline_record(piped.pipeline, piped.r.data, piped.r.size), 0);
	}
	assert_int_equal(piped_read_lines(), LEN(cpus));
}

static void test_sink_fails(void **state)
{
	int err = 0, i;

	(void)state;
	piped_start_with(&(struct pipeline_options){0}, "/dev/full");
	piped_two_containers();
	for (i = 0; i < 1000 && !err; i++) {
		piped_dpkg();
		err = piped_feed_on(0);
	}
	assert_int_equal(err, -ENOSPC);
	/* As well of the line about losses. */
	piped.seq[0] += 1;
	piped_harmless();
	for (i = 0; i < 1000 && piped_feed_on(0) == 0; i++)
		piped.seq[0] += 1;
	assert_true(i < 1000);
	assert_int_equal(pipeline_settle(piped.pipeline, UINT64_MAX), -ENOSPC);
	assert_int_equal(sink_close(piped.sink), -ENOSPC);
	piped.sink = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIPED(test_lost),    PIPED(test_settle),     PIPED(test_malformed),
		PIPED(test_any_cpu), PIPED(test_sink_fails), PIPED(test_whose),
		PIPED(test_late),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
