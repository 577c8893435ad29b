// SPDX-License-Identifier: Apache-2.0
/* Records in, lines out: what becomes a line, and what it says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cmd/piped.h"
#include "rules/shipped.h"

static void test_lines(void **state)
{
	struct pipeline_stats st;

	(void)state;
	piped_start(&(struct pipeline_options){0});
	piped_two_containers();
	piped_dpkg();
	piped_feed();
	piped_write_to("/etc/cron.d/x");
	piped_feed();
	piped_write_to("/etc/cron.d/x")->t.cgroup = CGROUP_B;
	piped_feed();
	assert_int_equal(piped_read_lines(), 3);
	piped_expect_text(0, "rootwatch.rule.id", "package-manager");
	piped_expect_text(0, "container.full_id", ID_A);
	piped_expect_text(0, "container.id", "2373c664e91d");
	piped_expect_text(0, "container.type", "docker");
	piped_expect_text(0, "proc.cmdline", "dpkg -i x.deb");
	piped_expect_number(0, "evt.num", 1);
	piped_expect_text(1, "fd.name", "/etc/cron.d/x");
	piped_expect_text(1, "container.full_id", ID_A);
	/* Explained by what came before: the exec of the process. */
	piped_expect_text(1, "proc.exepath", "/usr/bin/dpkg");
	piped_expect_number(1, "evt.num", 2);
	piped_expect_text(2, "container.full_id", ID_B);
	piped_expect_number(2, "evt.num", 3);
	assert_string_equal(json_string_value(json_object_get(piped.lines[0], "hostname")),
			    "node-1");
	st = piped_stats();
	assert_int_equal(st.events, 3);
	assert_int_equal(st.alerts, 3);
	assert_int_equal(st.lines, 3);
	assert_int_equal(st.context, 2);
	assert_int_equal(st.malformed + st.not_container + st.filtered + st.lost_seen, 0);
}

/* The same act again and again, others between: each line says its own time and number. */
static void test_same_act(void **state)
{
	(void)state;
	piped_start(&(struct pipeline_options){0});
	piped_two_containers();
	piped_dpkg();
	piped_feed();
	for (int i = 0; i < 12; i++) {
		struct wire_open *w = piped_write_to(i % 3 == 2 ? "/etc/shadow" : "/etc/cron.d/x");

		w->h.time = 1000 + 10000000ull * (uint64_t)i; /* the end of a second, too */
		if (i % 4 == 3)
			w->t.cgroup = CGROUP_B;
		piped_feed();
	}
	piped_exec_of("/bin/other", (const char *const[]){"other", NULL});
	piped_feed();
	piped_write_to("/etc/cron.d/x")->h.time = 2000;
	piped_feed();
	assert_int_equal(piped_read_lines(), 14);
	for (size_t i = 1; i < 14; i++) {
		json_int_t from = json_integer_value(piped_field(1, "evt.time"));

		piped_expect_number(i, "evt.num", i < 13 ? (json_int_t)i + 1 : 15);
		piped_expect_number(i, "evt.time",
				    i < 13 ? from + 10000000 * ((json_int_t)i - 1) : from + 1000);
		piped_expect_text(i, "fd.name", i % 3 == 0 ? "/etc/shadow" : "/etc/cron.d/x");
		piped_expect_text(i, "container.full_id", i < 13 && i % 4 == 0 ? ID_B : ID_A);
		piped_expect_text(i, "proc.exepath", i < 13 ? "/usr/bin/dpkg" : "/bin/other");
	}
}

static void test_context(void **state)
{
	struct pipeline_stats st;

	(void)state;
	piped_start(&(struct pipeline_options){.all = true});
	piped_two_containers();
	piped_dpkg()->h.flags = WIRE_F_CONTEXT; /* another user's */
	piped_feed();
	record_fork(&piped.r, &piped.decoded, PID, 5000, PID_OF_LINE, 6000);
	piped_feed();
	assert_int_equal(piped_read_lines(), 0);
	st = piped_stats();
	assert_int_equal(st.context, 4);
	assert_int_equal(st.events + st.lines + st.alerts, 0);
	/* But it explains: the child is of the program that its parent ran. */
	record_task(&piped_write_to("/etc/cron.d/x")->t, PID_OF_LINE, 6000, "dpkg");
	piped_feed();
	assert_int_equal(piped_read_lines(), 1);
	piped_expect_text(0, "proc.exepath", "/usr/bin/dpkg");
	piped_expect_number(0, "evt.num", 1);
}

static void test_all(void **state)
{
	struct pipeline_stats st;

	(void)state;
	piped_start(&(struct pipeline_options){.all = true});
	piped_two_containers();
	piped_harmless();
	piped_feed();
	piped_write_to("/tmp/x");
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 0);
	piped_feed();
	assert_int_equal(piped_read_lines(), 3);
	piped_expect_text(0, "evt.type", "execve");
	piped_expect_text(1, "fd.name", "/tmp/x");
	piped_expect_text(2, "evt.type", "procexit");
	st = piped_stats();
	assert_int_equal(st.events, 3);
	assert_int_equal(st.lines, 3);
	assert_int_equal(st.alerts, 0);
}

static void test_only_alerts(void **state)
{
	struct pipeline_stats st;

	(void)state;
	piped_start(&(struct pipeline_options){0});
	piped_two_containers();
	piped_harmless();
	piped_feed();
	piped_write_to("/tmp/x");
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 0);
	piped_feed();
	assert_int_equal(piped_read_lines(), 0);
	st = piped_stats();
	assert_int_equal(st.events, 3);
	assert_int_equal(st.lines, 0);
}

static void test_exit_of_alert(void **state)
{
	(void)state;
	piped_start(&(struct pipeline_options){0});
	piped_two_containers();
	piped_dpkg();
	piped_feed();
	/* of a process with the same number that started at another time: no line */
	record_exit(&piped.r, &piped.decoded, PID, 4999, 0);
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 2 << 8);
	((struct wire_header *)piped.r.data)->time += 1500000000;
	piped_feed();
	assert_int_equal(piped_read_lines(), 2);
	piped_expect_text(1, "evt.type", "procexit");
	piped_expect_number(1, "rootwatch.exit.code", 2);
	assert_true(json_is_null(piped_field(1, "rootwatch.exit.signal")));
	piped_expect_text(1, "rootwatch.exit.rule", "package-manager");
	piped_expect_number(1, "rootwatch.exit.evt_num", 1);
	piped_expect_number(1, "rootwatch.exit.duration_ms", 1500);
	piped_expect_text(1, "proc.cmdline", "dpkg -i x.deb");
	piped_expect_text(1, "container.full_id", ID_A);
	assert_int_equal(piped_stats().alerts, 1);
	/* It has ended: its number may be used again. */
	record_exit(&piped.r, &piped.decoded, PID, 5000, 2 << 8);
	piped_feed();
	assert_int_equal(piped_read_lines(), 2);

	/* Killed. */
	piped_dpkg();
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 9);
	piped_feed();
	assert_int_equal(piped_read_lines(), 4);
	assert_true(json_is_null(piped_field(3, "rootwatch.exit.code")));
	piped_expect_number(3, "rootwatch.exit.signal", 9);

	/* The end of what is no task with an outcome says nothing. */
	piped_exec_of("/tmp/x", (const char *const[]){"x", NULL});
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 0);
	piped_feed();
	assert_int_equal(piped_read_lines(), 5);
	piped_expect_text(4, "rootwatch.rule.id", "exec-tmp");

	/* What it became by another exec did not raise the alert. */
	piped_dpkg();
	piped_feed();
	piped_harmless();
	piped_feed();
	record_exit(&piped.r, &piped.decoded, PID, 5000, 0);
	piped_feed();
	assert_int_equal(piped_read_lines(), 6);
}

static void test_text(void **state)
{
	char text[2 * OUTPUT_LINE_MAX] = "";
	struct pipeline_options o = {.hostname = "node-1"};
	ssize_t n;
	int fd;

	(void)state;
	assert_int_equal(sink_open(&piped.sink, piped.path), 0);
	assert_int_equal(pipeline_new(&piped.pipeline, &o, NULL, piped.sink), 0);
	pipeline_rules(piped.pipeline, 0, shipped_engine());
	piped_two_containers();
	piped.seq[0] += 4;
	piped_dpkg();
	piped_feed();
	assert_int_equal(sink_flush(piped.sink), 0);
	fd = open(piped.path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	assert_non_null(strstr(text, "4 events were lost"));
	assert_non_null(strstr(text, "dpkg -i x.deb"));
	assert_non_null(strstr(text, "2373c664e91d"));
	assert_null(strchr(text, '{'));
	assert_null(strchr(text, '\x1b'));
	assert_int_equal(piped_stats().lines, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIPED(test_lines), PIPED(test_same_act),    PIPED(test_context),
		PIPED(test_all),   PIPED(test_only_alerts), PIPED(test_exit_of_alert),
		PIPED(test_text),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
