// SPDX-License-Identifier: Apache-2.0
/* Records in, lines out: the stages as the command wires them, with a file as their sink. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "cmd/pipeline.h"
#include "event/record.h"
#include "rules/shipped.h"

#define LEN(a)	  (sizeof(a) / sizeof((a)[0]))
#define ID_A	  "2373c664e91d41a19a1afe3d0166596efe4f2683dc8a8312b59df513ef817fa7"
#define ID_B	  "aa470170773aae4a69e6e0a509eb8c1f304140b1fea1a2d55ec93a07a78e497c"
#define CGROUP_A  77 /* what record_task gives */
#define CGROUP_B  78
#define LINES_MAX 64
/* Above every pid that there can be (PID_MAX_LIMIT): nothing is found in /proc. */
#define PID	    2000000001u
#define PID_OF_LINE 2000000002u

static struct record r;
static struct event decoded;
static char dir[] = "/tmp/rootwatch-pipeline-XXXXXX";
static char path[64];
static struct sink *sink;
static struct pipeline *pipeline;
static uint64_t seq[4];
static json_t *lines[LINES_MAX];
static size_t n_lines;

static void forget_lines(void)
{
	while (n_lines > 0)
		json_decref(lines[--n_lines]);
}

static void start_with(const struct pipeline_options *o, const char *to)
{
	struct pipeline_options with = *o;

	with.json = true;
	with.hostname = "node-1";
	assert_int_equal(sink_open(&sink, to), 0);
	assert_int_equal(pipeline_new(&pipeline, &with, NULL, sink), 0);
	pipeline_rules(pipeline, 0, shipped_engine());
}

static void start(const struct pipeline_options *o)
{
	start_with(o, path);
}

static int setup(void **state)
{
	(void)state;
	memset(dir + sizeof(dir) - 7, 'X', 6);
	memset(seq, 0, sizeof(seq));
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/out", dir);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	pipeline_free(pipeline);
	pipeline = NULL;
	if (sink)
		(void)sink_close(sink);
	sink = NULL;
	forget_lines();
	(void)unlink(path);
	return rmdir(dir);
}

/* Gives the record its place on a CPU, and to the pipeline. */
static int feed_on(uint32_t cpu)
{
	struct wire_header *h = (struct wire_header *)r.data;

	h->cpu = cpu;
	h->seq = ++seq[cpu];
	return pipeline_record(pipeline, r.data, r.size);
}

static void feed(void)
{
	assert_int_equal(feed_on(0), 0);
}

/* All lines written so far. */
static size_t read_lines(void)
{
	char line[OUTPUT_LINE_MAX + 1];
	json_error_t error;
	FILE *f;

	assert_int_equal(sink_flush(sink), 0);
	forget_lines();
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_true(n_lines < LINES_MAX);
		lines[n_lines] = json_loads(line, JSON_REJECT_DUPLICATES, &error);
		if (!lines[n_lines])
			fail_msg("%s: %s", error.text, line);
		n_lines++;
	}
	(void)fclose(f);
	return n_lines;
}

static const json_t *field(size_t line, const char *name)
{
	const json_t *v;

	assert_true(line < n_lines);
	v = json_object_get(json_object_get(lines[line], "output_fields"), name);
	if (!v)
		fail_msg("line %zu has no %s", line, name);
	return v;
}

static void expect_text(size_t line, const char *name, const char *value)
{
	const json_t *v = field(line, name);

	assert_true(json_is_string(v));
	assert_string_equal(json_string_value(v), value);
}

static void expect_number(size_t line, const char *name, json_int_t value)
{
	const json_t *v = field(line, name);

	assert_true(json_is_integer(v));
	assert_int_equal(json_integer_value(v), value);
}

static void expect_rule(size_t line, const char *title)
{
	assert_true(line < n_lines);
	assert_string_equal(json_string_value(json_object_get(lines[line], "rule")), title);
}

static struct pipeline_stats stats(void)
{
	struct pipeline_stats st;

	pipeline_stats(pipeline, &st);
	return st;
}

/* Records. */

static void cgroup(uint64_t id, const char *cgroup_path)
{
	struct wire_cgroup *w = record_begin(&r, WIRE_CGROUP);

	w->h.flags = WIRE_F_CONTEXT;
	w->cgroup = id;
	w->path = record_str(&r, cgroup_path);
}

static void two_containers(void)
{
	cgroup(CGROUP_A, "/system.slice/docker-" ID_A ".scope");
	feed();
	cgroup(CGROUP_B, "/kubepods/besteffort/pod1/" ID_B);
	feed();
}

static struct wire_exec *exec_of(const char *exe, const char *const *argv)
{
	record_exec(&r, &decoded, PID, 5000, exe, argv);
	return (struct wire_exec *)r.data;
}

static struct wire_exec *dpkg(void)
{
	return exec_of("/usr/bin/dpkg", (const char *const[]){"dpkg", "-i", "x.deb", NULL});
}

static struct wire_exec *harmless(void)
{
	return exec_of("/bin/ls", (const char *const[]){"ls", NULL});
}

static struct wire_open *write_to(const char *file)
{
	struct wire_open *w = record_begin(&r, WIRE_OPEN);

	record_task(&w->t, PID, 5000, "sh");
	w->c.root = WIRE_ROOT_HOST;
	record_file(&r, &w->f, file);
	w->call = WIRE_CALL_OPENAT;
	w->oflags = O_WRONLY;
	w->ret = 3;
	return w;
}

static void test_lines(void **state)
{
	struct pipeline_stats st;

	(void)state;
	start(&(struct pipeline_options){0});
	two_containers();
	dpkg();
	feed();
	write_to("/etc/cron.d/x");
	feed();
	write_to("/etc/cron.d/x")->t.cgroup = CGROUP_B;
	feed();
	assert_int_equal(read_lines(), 3);
	expect_text(0, "rootwatch.rule.id", "package-manager");
	expect_text(0, "container.full_id", ID_A);
	expect_text(0, "container.id", "2373c664e91d");
	expect_text(0, "container.type", "docker");
	expect_text(0, "proc.cmdline", "dpkg -i x.deb");
	expect_number(0, "evt.num", 1);
	expect_text(1, "fd.name", "/etc/cron.d/x");
	expect_text(1, "container.full_id", ID_A);
	/* Explained by what came before: the exec of the process. */
	expect_text(1, "proc.exepath", "/usr/bin/dpkg");
	expect_number(1, "evt.num", 2);
	expect_text(2, "container.full_id", ID_B);
	expect_number(2, "evt.num", 3);
	assert_string_equal(json_string_value(json_object_get(lines[0], "hostname")), "node-1");
	st = stats();
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
	start(&(struct pipeline_options){0});
	two_containers();
	dpkg();
	feed();
	for (int i = 0; i < 12; i++) {
		struct wire_open *w = write_to(i % 3 == 2 ? "/etc/shadow" : "/etc/cron.d/x");

		w->h.time = 1000 + 10000000ull * (uint64_t)i; /* the end of a second, too */
		if (i % 4 == 3)
			w->t.cgroup = CGROUP_B;
		feed();
	}
	exec_of("/bin/other", (const char *const[]){"other", NULL});
	feed();
	write_to("/etc/cron.d/x")->h.time = 2000;
	feed();
	assert_int_equal(read_lines(), 14);
	for (size_t i = 1; i < 14; i++) {
		json_int_t from = json_integer_value(field(1, "evt.time"));

		expect_number(i, "evt.num", i < 13 ? (json_int_t)i + 1 : 15);
		expect_number(i, "evt.time",
			      i < 13 ? from + 10000000 * ((json_int_t)i - 1) : from + 1000);
		expect_text(i, "fd.name", i % 3 == 0 ? "/etc/shadow" : "/etc/cron.d/x");
		expect_text(i, "container.full_id", i < 13 && i % 4 == 0 ? ID_B : ID_A);
		expect_text(i, "proc.exepath", i < 13 ? "/usr/bin/dpkg" : "/bin/other");
	}
}

static void test_context(void **state)
{
	struct pipeline_stats st;

	(void)state;
	start(&(struct pipeline_options){.all = true});
	two_containers();
	dpkg()->h.flags = WIRE_F_CONTEXT; /* another user's */
	feed();
	record_fork(&r, &decoded, PID, 5000, PID_OF_LINE, 6000);
	feed();
	assert_int_equal(read_lines(), 0);
	st = stats();
	assert_int_equal(st.context, 4);
	assert_int_equal(st.events + st.lines + st.alerts, 0);
	/* But it explains: the child is of the program that its parent ran. */
	record_task(&write_to("/etc/cron.d/x")->t, PID_OF_LINE, 6000, "dpkg");
	feed();
	assert_int_equal(read_lines(), 1);
	expect_text(0, "proc.exepath", "/usr/bin/dpkg");
	expect_number(0, "evt.num", 1);
}

static void test_all(void **state)
{
	struct pipeline_stats st;

	(void)state;
	start(&(struct pipeline_options){.all = true});
	two_containers();
	harmless();
	feed();
	write_to("/tmp/x");
	feed();
	record_exit(&r, &decoded, PID, 5000, 0);
	feed();
	assert_int_equal(read_lines(), 3);
	expect_text(0, "evt.type", "execve");
	expect_text(1, "fd.name", "/tmp/x");
	expect_text(2, "evt.type", "procexit");
	st = stats();
	assert_int_equal(st.events, 3);
	assert_int_equal(st.lines, 3);
	assert_int_equal(st.alerts, 0);
}

static void test_only_alerts(void **state)
{
	struct pipeline_stats st;

	(void)state;
	start(&(struct pipeline_options){0});
	two_containers();
	harmless();
	feed();
	write_to("/tmp/x");
	feed();
	record_exit(&r, &decoded, PID, 5000, 0);
	feed();
	assert_int_equal(read_lines(), 0);
	st = stats();
	assert_int_equal(st.events, 3);
	assert_int_equal(st.lines, 0);
}

static void test_exit_of_alert(void **state)
{
	(void)state;
	start(&(struct pipeline_options){0});
	two_containers();
	dpkg();
	feed();
	/* of a process with the same number that started at another time: no line */
	record_exit(&r, &decoded, PID, 4999, 0);
	feed();
	record_exit(&r, &decoded, PID, 5000, 2 << 8);
	((struct wire_header *)r.data)->time += 1500000000;
	feed();
	assert_int_equal(read_lines(), 2);
	expect_text(1, "evt.type", "procexit");
	expect_number(1, "rootwatch.exit.code", 2);
	assert_true(json_is_null(field(1, "rootwatch.exit.signal")));
	expect_text(1, "rootwatch.exit.rule", "package-manager");
	expect_number(1, "rootwatch.exit.evt_num", 1);
	expect_number(1, "rootwatch.exit.duration_ms", 1500);
	expect_text(1, "proc.cmdline", "dpkg -i x.deb");
	expect_text(1, "container.full_id", ID_A);
	assert_int_equal(stats().alerts, 1);
	/* It has ended: its number may be used again. */
	record_exit(&r, &decoded, PID, 5000, 2 << 8);
	feed();
	assert_int_equal(read_lines(), 2);

	/* Killed. */
	dpkg();
	feed();
	record_exit(&r, &decoded, PID, 5000, 9);
	feed();
	assert_int_equal(read_lines(), 4);
	assert_true(json_is_null(field(3, "rootwatch.exit.code")));
	expect_number(3, "rootwatch.exit.signal", 9);

	/* The end of what is no task with an outcome says nothing. */
	exec_of("/tmp/x", (const char *const[]){"x", NULL});
	feed();
	record_exit(&r, &decoded, PID, 5000, 0);
	feed();
	assert_int_equal(read_lines(), 5);
	expect_text(4, "rootwatch.rule.id", "exec-tmp");

	/* What it became by another exec did not raise the alert. */
	dpkg();
	feed();
	harmless();
	feed();
	record_exit(&r, &decoded, PID, 5000, 0);
	feed();
	assert_int_equal(read_lines(), 6);
}

static void test_lost(void **state)
{
	struct pipeline_stats st;

	(void)state;
	start(&(struct pipeline_options){0});
	two_containers();
	/* Each CPU has numbers of its own: the first record there is no gap. */
	harmless();
	assert_int_equal(feed_on(1), 0);
	assert_int_equal(read_lines(), 0);
	seq[0] += 5;
	dpkg();
	feed();
	assert_int_equal(read_lines(), 2);
	expect_rule(0, "Events lost");
	expect_number(0, "rootwatch.lost", 5);
	expect_number(0, "rootwatch.lost_total", 5);
	expect_text(1, "rootwatch.rule.id", "package-manager");
	/* Told once; also where the record itself gives no line, and at the start of a CPU. */
	harmless();
	feed();
	assert_int_equal(read_lines(), 2);
	seq[2] = 3;
	harmless();
	assert_int_equal(feed_on(2), 0);
	seq[1] += 1;
	cgroup(79, "/");
	assert_int_equal(feed_on(1), 0);
	assert_int_equal(read_lines(), 4);
	expect_number(2, "rootwatch.lost", 3);
	expect_number(2, "rootwatch.lost_total", 8);
	expect_number(3, "rootwatch.lost", 1);
	expect_number(3, "rootwatch.lost_total", 9);
	st = stats();
	assert_int_equal(st.lost_seen, 9);
	assert_int_equal(st.lines, 4);
	assert_int_equal(st.alerts, 1);
}

static void test_settle(void **state)
{
	(void)state;
	start(&(struct pipeline_options){0});
	assert_int_equal(pipeline_settle(pipeline, 0), 0);
	assert_int_equal(read_lines(), 0);
	two_containers();
	seq[0] += 2;
	harmless();
	feed();
	assert_int_equal(pipeline_settle(pipeline, 2), 0);
	assert_int_equal(read_lines(), 1);
	assert_int_equal(pipeline_settle(pipeline, 7), 0);
	assert_int_equal(pipeline_settle(pipeline, 7), 0);
	assert_int_equal(read_lines(), 2);
	expect_number(1, "rootwatch.lost", 5);
	expect_number(1, "rootwatch.lost_total", 7);
	assert_int_equal(stats().lost_seen, 7);
	assert_int_equal(stats().lines, 2);
}

static void test_selected(void **state)
{
	static const char *const selections[] = {ID_A, "2373c664e91d", "2373c6"};
	struct pipeline_stats st;
	size_t i;

	for (i = 0; i < LEN(selections); i++) {
		start(&(struct pipeline_options){.container = selections[i]});
		two_containers();
		dpkg();
		feed();
		dpkg()->t.cgroup = CGROUP_B;
		feed();
		write_to("/etc/cron.d/x")->t.cgroup = CGROUP_B;
		feed();
		assert_int_equal(read_lines(), 1);
		expect_text(0, "container.full_id", ID_A);
		st = stats();
		assert_int_equal(st.filtered, 2);
		assert_int_equal(st.events, 1);
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
	}
	start(&(struct pipeline_options){.container = "aa4701707", .all = true});
	two_containers();
	dpkg();
	feed();
	record_exit(&r, &decoded, PID, 5000, 0);
	feed();
	assert_int_equal(read_lines(), 0);
	assert_int_equal(stats().filtered, 2);
	/* Losses may have been anybody's. */
	seq[0] += 1;
	dpkg();
	feed();
	assert_int_equal(read_lines(), 1);
	expect_rule(0, "Events lost");
}

static void test_not_container(void **state)
{
	struct wire_exec *w;
	struct pipeline_stats st;

	(void)state;
	start(&(struct pipeline_options){.all = true});
	cgroup(80, "/user.slice/user-0.slice/session-1.scope");
	feed();
	w = dpkg();
	w->t.cgroup = 80;
	w->t.flags = 0;
	feed();
	/* nor one whose cgroup nobody knows */
	w = dpkg();
	w->t.cgroup = 81;
	w->t.flags = 0;
	feed();
	assert_int_equal(read_lines(), 0);
	st = stats();
	assert_int_equal(st.not_container, 2);
	assert_int_equal(st.events, 0);
	/* With namespaces of its own it is one, whatever its cgroup is called. */
	w = dpkg();
	w->t.cgroup = 80;
	w->t.flags = WIRE_TASK_FOREIGN_NS;
	feed();
	assert_int_equal(read_lines(), 1);
	expect_text(0, "container.id", "unknown");
	expect_number(0, "evt.num", 1);
}

static void test_hidden(void **state)
{
	uint32_t hidden = 4026539999u;

	(void)state;
	start(&(struct pipeline_options){.all = true, .hidden_pid_ns = &hidden});
	two_containers();
	dpkg()->t.pid_ns = hidden;
	feed();
	assert_int_equal(read_lines(), 0);
	assert_int_equal(stats().events, 0);
	/* Its records have numbers all the same: what is missing among them was lost. */
	seq[0] += 1;
	dpkg()->t.pid_ns = hidden;
	feed();
	assert_int_equal(read_lines(), 1);
	expect_rule(0, "Events lost");
	dpkg();
	feed();
	/* The number is looked at each time: once it hides nothing, it may be a container's. */
	hidden = 0;
	dpkg()->t.pid_ns = 4026539999u;
	feed();
	assert_int_equal(read_lines(), 3);
	expect_number(2, "evt.num", 2);
}

/* Another rootwatch on the host: the same program, in a container that no runtime made. */
static void test_other_canary(void **state)
{
	struct stat self;
	struct wire_exec *w;
	int i;

	(void)state;
	assert_int_equal(stat("/proc/self/exe", &self), 0);
	start(&(struct pipeline_options){.all = true});
	two_containers();
	for (i = 0; i < 4; i++) {
		w = dpkg();
		w->exe.ino = self.st_ino + (i == 1);
		w->exe.dev = (uint32_t)(major(self.st_dev) << 20 | minor(self.st_dev)) + (i == 2);
		if (i < 3)
			w->t.cgroup = 80;
		feed();
	}
	/* Another file, the same number on another file system, a real container. */
	assert_int_equal(read_lines(), 3);
	expect_text(0, "container.id", "unknown");
	expect_text(2, "container.full_id", ID_A);
	assert_int_equal(stats().filtered, 1);
}

static void test_malformed(void **state)
{
	struct wire_header *h = (struct wire_header *)r.data;

	(void)state;
	start(&(struct pipeline_options){.all = true});
	two_containers();
	dpkg();
	assert_int_equal(pipeline_record(pipeline, r.data, r.size - 1), 0);
	assert_int_equal(pipeline_record(pipeline, r.data, 0), 0);
	dpkg()->argv.len = UINT16_MAX;
	assert_int_equal(pipeline_record(pipeline, r.data, r.size), 0);
	dpkg();
	h->kind = WIRE_KIND_END;
	assert_int_equal(pipeline_record(pipeline, r.data, r.size), 0);
	assert_int_equal(read_lines(), 0);
	assert_int_equal(stats().malformed, 4);
	assert_int_equal(stats().events, 0);
	dpkg();
	feed();
	assert_int_equal(read_lines(), 1);
}

/* A CPU's number is a record's like any other: it is no index before it was looked at. */
static void test_any_cpu(void **state)
{
	static const uint32_t cpus[] = {1023, 1024, UINT32_MAX};
	struct wire_header *h = (struct wire_header *)r.data;
	size_t i;

	(void)state;
	start(&(struct pipeline_options){0});
	two_containers();
	for (i = 0; i < LEN(cpus); i++) {
		dpkg();
		h->cpu = cpus[i];
		assert_int_equal(pipeline_record(pipeline, r.data, r.size), 0);
	}
	assert_int_equal(read_lines(), LEN(cpus));
}

static void test_sink_fails(void **state)
{
	int err = 0, i;

	(void)state;
	start_with(&(struct pipeline_options){0}, "/dev/full");
	two_containers();
	for (i = 0; i < 1000 && !err; i++) {
		dpkg();
		err = feed_on(0);
	}
	assert_int_equal(err, -ENOSPC);
	/* As well of the line about losses. */
	seq[0] += 1;
	harmless();
	for (i = 0; i < 1000 && feed_on(0) == 0; i++)
		seq[0] += 1;
	assert_true(i < 1000);
	assert_int_equal(pipeline_settle(pipeline, UINT64_MAX), -ENOSPC);
	assert_int_equal(sink_close(sink), -ENOSPC);
	sink = NULL;
}

static void test_text(void **state)
{
	char text[2 * OUTPUT_LINE_MAX] = "";
	struct pipeline_options o = {.hostname = "node-1"};
	ssize_t n;
	int fd;

	(void)state;
	assert_int_equal(sink_open(&sink, path), 0);
	assert_int_equal(pipeline_new(&pipeline, &o, NULL, sink), 0);
	pipeline_rules(pipeline, 0, shipped_engine());
	two_containers();
	seq[0] += 4;
	dpkg();
	feed();
	assert_int_equal(sink_flush(sink), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	assert_true(n > 0);
	assert_non_null(strstr(text, "4 events were lost"));
	assert_non_null(strstr(text, "dpkg -i x.deb"));
	assert_non_null(strstr(text, "2373c664e91d"));
	assert_null(strchr(text, '{'));
	assert_null(strchr(text, '\x1b'));
	assert_int_equal(stats().lines, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_lines),	  TEST(test_same_act),	  TEST(test_context),
		TEST(test_all),		  TEST(test_only_alerts), TEST(test_exit_of_alert),
		TEST(test_lost),	  TEST(test_settle),	  TEST(test_selected),
		TEST(test_not_container), TEST(test_hidden),	  TEST(test_other_canary),
		TEST(test_malformed),	  TEST(test_any_cpu),	  TEST(test_sink_fails),
		TEST(test_text),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
