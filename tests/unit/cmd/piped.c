// SPDX-License-Identifier: Apache-2.0
#include "cmd/piped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rules/shipped.h"

struct piped piped;
static char dir[] = "/tmp/rootwatch-pipeline-XXXXXX";

static void forget_lines(void)
{
	while (piped.n_lines > 0)
		json_decref(piped.lines[--piped.n_lines]);
}

void piped_start_with(const struct pipeline_options *o, const char *to)
{
	struct pipeline_options with = *o;

	with.json = true;
	with.hostname = "node-1";
	assert_int_equal(sink_open(&piped.sink, to), 0);
	assert_int_equal(pipeline_new(&piped.pipeline, &with, NULL, piped.sink), 0);
	pipeline_rules(piped.pipeline, 0, shipped_engine());
}

void piped_start(const struct pipeline_options *o)
{
	piped_start_with(o, piped.path);
}

int piped_setup(void **state)
{
	(void)state;
	memset(dir + sizeof(dir) - 7, 'X', 6);
	memset(piped.seq, 0, sizeof(piped.seq));
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(piped.path, sizeof(piped.path), "%s/out", dir);
	return 0;
}

int piped_teardown(void **state)
{
	(void)state;
	pipeline_free(piped.pipeline);
	piped.pipeline = NULL;
	if (piped.sink)
		(void)sink_close(piped.sink);
	piped.sink = NULL;
	forget_lines();
	(void)unlink(piped.path);
	return rmdir(dir);
}

int piped_feed_on(uint32_t cpu)
{
	struct wire_header *h = (struct wire_header *)piped.r.data;

	h->cpu = cpu;
	h->seq = ++piped.seq[cpu];
	return pipeline_record(piped.pipeline, piped.r.data, piped.r.size);
}

void piped_feed(void)
{
	assert_int_equal(piped_feed_on(0), 0);
}

size_t piped_read_lines(void)
{
	char line[OUTPUT_LINE_MAX + 1];
	json_error_t error;
	FILE *f;

	assert_int_equal(sink_flush(piped.sink), 0);
	forget_lines();
	f = fopen(piped.path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		assert_true(piped.n_lines < LINES_MAX);
		piped.lines[piped.n_lines] = json_loads(line, JSON_REJECT_DUPLICATES, &error);
		if (!piped.lines[piped.n_lines])
			fail_msg("%s: %s", error.text, line);
		piped.n_lines++;
	}
	(void)fclose(f);
	return piped.n_lines;
}

const json_t *piped_field(size_t line, const char *name)
{
	const json_t *v;

	assert_true(line < piped.n_lines);
	v = json_object_get(json_object_get(piped.lines[line], "output_fields"), name);
	if (!v)
		fail_msg("line %zu has no %s", line, name);
	return v;
}

void piped_expect_text(size_t line, const char *name, const char *value)
{
	const json_t *v = piped_field(line, name);

	assert_true(json_is_string(v));
	assert_string_equal(json_string_value(v), value);
}

void piped_expect_number(size_t line, const char *name, json_int_t value)
{
	const json_t *v = piped_field(line, name);

	assert_true(json_is_integer(v));
	assert_int_equal(json_integer_value(v), value);
}

void piped_expect_rule(size_t line, const char *title)
{
	assert_true(line < piped.n_lines);
	assert_string_equal(json_string_value(json_object_get(piped.lines[line], "rule")), title);
}

struct pipeline_stats piped_stats(void)
{
	struct pipeline_stats st;

	pipeline_stats(piped.pipeline, &st);
	return st;
}

void piped_cgroup(uint64_t id, const char *cgroup_path)
{
	struct wire_cgroup *w = record_begin(&piped.r, WIRE_CGROUP);

	w->h.flags = WIRE_F_CONTEXT;
	w->cgroup = id;
	w->path = record_str(&piped.r, cgroup_path);
}

void piped_two_containers(void)
{
	piped_cgroup(CGROUP_A, "/system.slice/docker-" ID_A ".scope");
	piped_feed();
	piped_cgroup(CGROUP_B, "/kubepods/besteffort/pod1/" ID_B);
	piped_feed();
}

struct wire_exec *piped_exec_of(const char *exe, const char *const *argv)
{
	record_exec(&piped.r, &piped.decoded, PID, 5000, exe, argv);
	return (struct wire_exec *)piped.r.data;
}

struct wire_exec *piped_dpkg(void)
{
	return piped_exec_of("/usr/bin/dpkg", (const char *const[]){"dpkg", "-i", "x.deb", NULL});
}

struct wire_exec *piped_harmless(void)
{
	return piped_exec_of("/bin/ls", (const char *const[]){"ls", NULL});
}

struct wire_open *piped_write_to(const char *file)
{
	struct wire_open *w = record_begin(&piped.r, WIRE_OPEN);

	record_task(&w->t, PID, 5000, "sh");
	w->c.root = WIRE_ROOT_HOST;
	record_file(&piped.r, &w->f, file);
	w->call = WIRE_CALL_OPENAT;
	w->oflags = O_WRONLY;
	w->ret = 3;
	return w;
}
