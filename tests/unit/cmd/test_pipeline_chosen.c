// SPDX-License-Identifier: Apache-2.0
/* Whose events become lines: a chosen container's, none of the host's, none of a detector's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cmd/piped.h"
#include "rules/shipped.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

static void test_selected(void **state)
{
	static const char *const selections[] = {ID_A, "2373c664e91d", "2373c6"};
	struct pipeline_stats st;
	size_t i;

	for (i = 0; i < LEN(selections); i++) {
		piped_start(&(struct pipeline_options){.container = selections[i]});
		piped_two_containers();
		piped_dpkg();
		piped_feed();
		piped_dpkg()->t.cgroup = CGROUP_B;
		piped_feed();
		piped_write_to("/etc/cron.d/x")->t.cgroup = CGROUP_B;
		piped_feed();
		assert_int_equal(piped_read_lines(), 1);
		piped_expect_text(0, "container.full_id", ID_A);
		st = piped_stats();
		assert_int_equal(st.filtered, 2);
		assert_int_equal(st.events, 1);
		assert_int_equal(piped_teardown(state), 0);
		assert_int_equal(piped_setup(state), 0);
	}
	piped_start(&(struct pipeline_options){.container = "aa4701707", .all = true});
	piped_two_containers();
	piped_dpkg();
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 0);
	piped_feed();
	assert_int_equal(piped_read_lines(), 0);
	assert_int_equal(piped_stats().filtered, 2);
	/* Losses may have been anybody's. */
	piped.seq[0] += 1;
	piped_dpkg();
	piped_feed();
	assert_int_equal(piped_read_lines(), 1);
	piped_expect_rule(0, "Events lost");
}

static void test_not_container(void **state)
{
	struct wire_exec *w;
	struct pipeline_stats st;

	(void)state;
	piped_start(&(struct pipeline_options){.all = true});
	piped_cgroup(80, "/user.slice/user-0.slice/session-1.scope");
	piped_feed();
	w = piped_dpkg();
	w->t.cgroup = 80;
	w->t.flags = 0;
	piped_feed();
	/* nor one whose cgroup nobody knows */
	w = piped_dpkg();
	w->t.cgroup = 81;
	w->t.flags = 0;
	piped_feed();
	assert_int_equal(piped_read_lines(), 0);
	st = piped_stats();
	assert_int_equal(st.not_container, 2);
	assert_int_equal(st.events, 0);
	/* With namespaces of its own it is one, whatever its cgroup is called. */
	w = piped_dpkg();
	w->t.cgroup = 80;
	w->t.flags = WIRE_TASK_FOREIGN_NS;
	piped_feed();
	assert_int_equal(piped_read_lines(), 1);
	piped_expect_text(0, "container.id", "unknown");
	piped_expect_number(0, "evt.num", 1);
}

static void test_hidden(void **state)
{
	uint32_t hidden = 4026539999u;

	(void)state;
	piped_start(&(struct pipeline_options){.all = true, .hidden_pid_ns = &hidden});
	piped_two_containers();
	piped_dpkg()->t.pid_ns = hidden;
	piped_feed();
	assert_int_equal(piped_read_lines(), 0);
	assert_int_equal(piped_stats().events, 0);
	/* Its records have numbers all the same: what is missing among them was lost. */
	piped.seq[0] += 1;
	piped_dpkg()->t.pid_ns = hidden;
	piped_feed();
	assert_int_equal(piped_read_lines(), 1);
	piped_expect_rule(0, "Events lost");
	piped_dpkg();
	piped_feed();
	/* The number is looked at each time: once it hides nothing, it may be a container's. */
	hidden = 0;
	piped_dpkg()->t.pid_ns = 4026539999u;
	piped_feed();
	assert_int_equal(piped_read_lines(), 3);
	piped_expect_number(2, "evt.num", 2);
}

/* Another rootwatch on the host: the same program, in a container that no runtime made. */
static void test_other_canary(void **state)
{
	struct stat self;
	struct wire_exec *w;
	int i;

	(void)state;
	assert_int_equal(stat("/proc/self/exe", &self), 0);
	piped_start(&(struct pipeline_options){.all = true});
	piped_two_containers();
	for (i = 0; i < 4; i++) {
		w = piped_dpkg();
		w->exe.ino = self.st_ino + (i == 1);
		w->exe.dev = (uint32_t)(major(self.st_dev) << 20 | minor(self.st_dev)) + (i == 2);
		if (i < 3)
			w->t.cgroup = 80;
		piped_feed();
	}
	/* Another file, the same number on another file system, a real container. */
	assert_int_equal(piped_read_lines(), 3);
	piped_expect_text(0, "container.id", "unknown");
	piped_expect_text(2, "container.full_id", ID_A);
	assert_int_equal(piped_stats().filtered, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIPED(test_selected),
		PIPED(test_not_container),
		PIPED(test_hidden),
		PIPED(test_other_canary),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
