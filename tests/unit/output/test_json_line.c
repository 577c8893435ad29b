// SPDX-License-Identifier: Apache-2.0
/* A JSON line: what it says, and that the field table says the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "output/fields.h"
#include "output/printed.h"

static void table_and_output_agree(void **state)
{
	struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		sample_rich(&s, sample_kinds[k]);
		json_decref(printed_checked(&s));
		s.e.blocked = true;
		s.e.ret = -EACCES;
		json_decref(printed_checked(&s));
		s.e.process = s.e.parent = NULL;
		json_decref(printed_checked(&s));
		sample_poor(&s, sample_kinds[k]);
		json_decref(printed_checked(&s));
		s.e.container = NULL;
		json_decref(printed_checked(&s));
	}
}

/* With all that can be known no field is null, except where null is the answer. */
static void rich_events_have_no_nulls(void **state)
{
	struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		const char *name;
		json_t *line, *v;

		sample_rich(&s, sample_kinds[k]);
		line = printed_checked(&s);
		json_object_foreach(json_object_get(line, "output_fields"), name, v) {
			if (s.e.kind == EVENT_SYSCALL && (strcmp(name, "evt.arg.flags") == 0 ||
							  strcmp(name, "rootwatch.call.from") == 0))
				continue; /* mknodat has none */
			if (s.e.kind == EVENT_NET && strncmp(name, "evt.arg.", 8) == 0)
				continue; /* of socket only */
			if (json_is_null(v) && strcmp(name, "rootwatch.exit.signal") != 0)
				fail_msg("kind %d: %s is null", (int)s.e.kind, name);
		}
		json_decref(line);
	}
}

/* The table itself: names are unique, lower case and flat, examples are of the field's type. */
static void the_table_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < F_END; i++) {
		const struct field *f = &field_table[i];
		json_error_t err;
		json_t *example = json_loads(f->example, JSON_DECODE_ANY, &err);

		if (!example)
			fail_msg("%s: example %s: %s", f->name, f->example, err.text);
		printed_check_type(f, example);
		json_decref(example);
		assert_true(strlen(f->meaning) > 0 && f->kinds != 0);
		assert_int_equal(strspn(f->name, "abcdefghijklmnopqrstuvwxyz0123456789._"),
				 strlen(f->name));
		assert_int_equal(field_keys[i].len, strlen(f->name) + 4);
		assert_memory_equal(field_keys[i].text + 2, f->name, strlen(f->name));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(f->name, field_table[k].name);
	}
}

struct want {
	enum event_kind kind; /* EVENT_NONE: all */
	const char *name;
	const char *json;
};

static const struct want wants[] = {
	{EVENT_NONE, "rootwatch.schema", "1"},
	{EVENT_NONE, "evt.time", "1795309323123456789"},
	{EVENT_NONE, "evt.num", "42"},
	{EVENT_NONE, "evt.dir", "\"<\""},
	{EVENT_NONE, "proc.name", "\"sh\""},
	{EVENT_NONE, "proc.pname", "\"bash\""},
	{EVENT_NONE, "proc.cwd", "\"/root\""},
	{EVENT_NONE, "proc.pid", "4242"},
	{EVENT_NONE, "proc.vpid", "7"},
	{EVENT_NONE, "proc.ppid", "4200"},
	{EVENT_NONE, "proc.sid", "4100"},
	{EVENT_NONE, "proc.cmdline", "\"sh -c echo a b\""},
	{EVENT_NONE, "thread.tid", "4243"},
	{EVENT_NONE, "thread.vtid", "8"},
	{EVENT_NONE, "user.loginuid", "1000"},
	{EVENT_NONE, "rootwatch.uid.host", "100000"},
	{EVENT_NONE, "rootwatch.pid_ns", "4026532301"},
	{EVENT_NONE, "container.id", "\"4f1c2d3e5a6b\""},
	{EVENT_NONE, "container.name", "\"web\""},
	{EVENT_NONE, "container.type", "\"docker\""},
	{EVENT_NONE, "container.image.repository", "\"docker.io/library/nginx\""},
	{EVENT_NONE, "container.image.tag", "\"1.25\""},
	{EVENT_NONE, "container.privileged", "true"},
	{EVENT_NONE, "k8s.ns.name", "\"default\""},
	{EVENT_NONE, "k8s.pod.name", "\"web-0\""},
	{EVENT_NONE, "k8s.pod.uid", "\"0c5a7a9e-0000-4000-8000-000000000001\""},
	{EVENT_NONE, "rootwatch.rule.id", "\"cron-write\""},
	{EVENT_NONE, "rootwatch.rules", "\"cron-write,etc-write\""},
	{EVENT_NONE, "rootwatch.advice", "\"Mount /etc read-only.\""},
	{EVENT_NONE, "rootwatch.truncated", "false"},
	{EVENT_EXEC, "evt.type", "\"execve\""},
	{EVENT_EXEC, "evt.res", "\"SUCCESS\""},
	{EVENT_EXEC, "evt.rawres", "0"},
	{EVENT_EXEC, "proc.exepath", "\"/etc/cron.d/x\""},
	{EVENT_EXEC, "proc.exe", "\"sh\""},
	{EVENT_EXEC, "proc.args", "\"-c echo a b\""},
	{EVENT_EXEC, "proc.pexepath", "\"/usr/bin/bash\""},
	{EVENT_EXEC, "proc.tty", "\"pts0\""},
	{EVENT_EXEC, "proc.is_exe_upper_layer", "true"},
	{EVENT_EXEC, "proc.is_exe_lower_layer", "false"},
	{EVENT_EXEC, "proc.is_exe_from_memfd", "false"},
	{EVENT_EXEC, "proc.exe_ino", "131332"},
	{EVENT_EXEC, "thread.cap_effective", "\"CAP_CHOWN CAP_KILL\""},
	{EVENT_EXEC, "rootwatch.cap_permitted", "\"00000000a80425fb\""},
	{EVENT_EXEC, "rootwatch.cap_inheritable", "\"0000000000000010\""},
	{EVENT_EXEC, "user.uid", "0"},
	{EVENT_EXEC, "group.gid", "5"},
	{EVENT_EXEC, "rootwatch.root", "\"userns\""},
	{EVENT_EXEC, "rootwatch.uid.container", "0"},
	{EVENT_EXEC, "rootwatch.ruid.host", "100001"},
	{EVENT_EXEC, "rootwatch.ruid.container", "1"},
	{EVENT_EXEC, "rootwatch.from.uid", "11"},
	{EVENT_EXEC, "rootwatch.from.euid", "12"},
	{EVENT_EXEC, "rootwatch.from.suid", "13"},
	{EVENT_EXEC, "rootwatch.from.fsuid", "14"},
	{EVENT_EXEC, "rootwatch.file.sbpath", "\"/upper/etc/cron.d/x\""},
	{EVENT_EXEC, "rootwatch.exec.filename", "\"/entry.sh\""},
	{EVENT_EXEC, "rootwatch.exec.script", "true"},
	{EVENT_EXEC, "rootwatch.exec.interp", "\"/bin/sh\""},
	{EVENT_EXEC, "rootwatch.exec.argv_len", "15"},
	{EVENT_EXEC, "rootwatch.exec.truncated", "false"},
	{EVENT_EXEC, "rootwatch.exec.gain", "\"suid,fcaps\""},
	{EVENT_EXEC, "container.image", "\"docker.io/library/nginx:1.25\""},
	{EVENT_EXEC, "container.image.digest", "\"sha256:9ee2\""},
	{EVENT_EXIT, "evt.type", "\"procexit\""},
	{EVENT_EXIT, "proc.exepath", "\"/usr/bin/dash\""},
	{EVENT_EXIT, "proc.tty", "\"pts1\""},
	{EVENT_EXIT, "rootwatch.exit.code", "3"},
	{EVENT_EXIT, "rootwatch.exit.signal", "null"},
	{EVENT_EXIT, "rootwatch.exit.duration_ms", "1123"},
	{EVENT_EXIT, "rootwatch.exit.rule", "\"package-manager\""},
	{EVENT_EXIT, "rootwatch.exit.evt_num", "17"},
	{EVENT_SETID, "evt.type", "\"setresuid\""},
	{EVENT_SETID, "rootwatch.from.euid", "12"},
	{EVENT_SETID, "rootwatch.to.uid", "100001"},
	{EVENT_SETID, "rootwatch.to.euid", "100000"},
	{EVENT_SETID, "rootwatch.to.suid", "100002"},
	{EVENT_SETID, "rootwatch.to.fsuid", "100003"},
	{EVENT_OPEN, "evt.type", "\"openat\""},
	{EVENT_OPEN, "evt.rawres", "3"},
	{EVENT_OPEN, "evt.is_open_write", "true"},
	{EVENT_OPEN, "evt.is_open_read", "false"},
	{EVENT_OPEN, "evt.arg.flags", "\"O_WRONLY|O_CREAT\""},
	{EVENT_OPEN, "proc.is_exe_upper_layer", "false"},
	{EVENT_OPEN, "fd.name", "\"/etc/cron.d/x\""},
	{EVENT_OPEN, "fd.directory", "\"/etc/cron.d\""},
	{EVENT_OPEN, "fd.filename", "\"x\""},
	{EVENT_OPEN, "fd.dev", "2049"},
	{EVENT_OPEN, "fd.ino", "131332"},
	{EVENT_OPEN, "fd.typechar", "\"f\""},
	{EVENT_OPEN, "rootwatch.file.dev", "\"8:1\""},
	{EVENT_OPEN, "rootwatch.file.fstype", "\"overlay\""},
	{EVENT_OPEN, "rootwatch.file.rootfs", "true"},
	{EVENT_OPEN, "rootwatch.file.layer", "\"upper\""},
	{EVENT_OPEN, "rootwatch.file.bind", "false"},
	{EVENT_OPEN, "rootwatch.file.deleted", "false"},
	{EVENT_OPEN, "rootwatch.file.created", "true"},
	{EVENT_OPEN, "rootwatch.blocked", "false"},
	{EVENT_OPEN, "rootwatch.compat", "false"},
	{EVENT_CONNECT, "evt.type", "\"connect\""},
	{EVENT_CONNECT, "fd.name", "\"/run/docker.sock\""},
	{EVENT_CONNECT, "fd.typechar", "\"u\""},
	{EVENT_CONNECT, "fd.ino", "77"},
	{EVENT_CONNECT, "rootwatch.fd.asked", "\"../d.sock\""},
	{EVENT_CONNECT, "rootwatch.fd.abstract", "false"},
	{EVENT_CONNECT, "rootwatch.fd.unconnected", "false"},
	{EVENT_CONNECT, "rootwatch.peer.pid", "812"},
	{EVENT_CONNECT, "rootwatch.peer.comm", "\"dockerd\""},
	{EVENT_CONNECT, "rootwatch.peer.path", "\"/var/run/docker.sock\""},
	{EVENT_CONNECT, "rootwatch.peer.container", "false"},
	{EVENT_CONNECT, "rootwatch.peer.same_container", "false"},
	{EVENT_NET, "evt.type", "\"connect\""},
	{EVENT_NET, "fd.name", "\"10.0.0.2:40000->10.0.0.1:2375\""},
	{EVENT_NET, "fd.typechar", "\"4\""},
	{EVENT_NET, "fd.l4proto", "\"tcp\""},
	{EVENT_NET, "fd.cip", "\"10.0.0.2\""},
	{EVENT_NET, "fd.cport", "40000"},
	{EVENT_NET, "fd.sip", "\"10.0.0.1\""},
	{EVENT_NET, "fd.sport", "2375"},
	{EVENT_NET, "fd.connected", "true"},
	{EVENT_NET, "rootwatch.net.asked", "false"},
	{EVENT_NET, "rootwatch.net.host", "false"},
	{EVENT_NET, "evt.arg.domain", "null"},
	{EVENT_SYSCALL, "evt.type", "\"mknodat\""},
	{EVENT_SYSCALL, "fd.name", "\"/etc/cron.d/x\""},
	{EVENT_SYSCALL, "evt.arg.flags", "null"},
	{EVENT_SYSCALL, "evt.arg.mode",
	 "\"S_IFCHR|S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR|S_IRGRP|S_IXGRP|S_IROTH|S_IXOTH\""},
	{EVENT_SYSCALL, "rootwatch.call.args", "\"ffffff9c 0 29ed 0 0\""},
	{EVENT_SYSCALL, "rootwatch.call.from", "null"},
	{EVENT_SYSCALL, "rootwatch.call.unresolved", "true"},
};

static void values(void **state)
{
	struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		json_t *line;

		sample_rich(&s, sample_kinds[k]);
		line = printed_checked(&s);
		for (size_t i = 0; i < sizeof(wants) / sizeof(wants[0]); i++)
			if (wants[i].kind == EVENT_NONE || wants[i].kind == sample_kinds[k])
				printed_expect(line, wants[i].name, wants[i].json);
		json_decref(line);
	}
}

static void top_level(void **state)
{
	struct sample s;
	json_t *line;
	char *tags;

	(void)state;
	sample_rich(&s, EVENT_OPEN);
	line = printed_checked(&s);
	printed_expect_top(line, "time", "2026-11-22T01:02:03.123456789Z");
	printed_expect_top(line, "rule", "Cron job changed by root");
	printed_expect_top(line, "priority", "Error");
	printed_expect_top(line, "hostname", "node1");
	printed_expect_top(
		line, "output",
		"01:02:03.123456789: Error Cron job changed by root: sh (pid 4242, uid 0, host "
		"uid 100000) created /etc/cron.d/x for writing in web (4f1c2d3e5a6b)");
	tags = json_dumps(json_object_get(line, "tags"), JSON_COMPACT);
	assert_string_equal(tags, "[\"container\",\"T1098\",\"T1543\",\"T1053.003\"]");
	free(tags);
	json_decref(line);

	sample_poor(&s, EVENT_OPEN);
	line = printed_checked(&s);
	printed_expect_top(line, "rule", "Root activity");
	printed_expect_top(line, "priority", "Debug");
	tags = json_dumps(json_object_get(line, "tags"), JSON_COMPACT);
	assert_string_equal(tags, "[\"container\"]");
	free(tags);
	json_decref(line);

	s.e.blocked = true;
	s.e.ret = -EPERM;
	line = printed_checked(&s);
	printed_expect_top(line, "rule", "Attempt denied");
	printed_expect(line, "evt.res", "\"EPERM\"");
	json_decref(line);

	sample_rich(&s, EVENT_EXIT);
	s.v.n = 0;
	line = printed_checked(&s);
	printed_expect_top(line, "rule", "Reported process ended");
	printed_expect_top(line, "priority", "Informational");
	json_decref(line);
}

/* The time is the calendar's for any second: against glibc's own. */
static void times(void **state)
{
	static const uint64_t seconds[] = {0,	       951782399,  951782400,  1709164800,
					   4102444799, 4107542400, 1795309323, 1795309324};
	struct sample s;

	(void)state;
	sample_rich(&s, EVENT_SETID);
	for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		char want[64];
		time_t t = (time_t)seconds[i];
		struct tm tm;
		json_t *line;

		s.e.time = seconds[i] * 1000000000u + i;
		assert_non_null(gmtime_r(&t, &tm));
		(void)strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.00000000", &tm);
		line = printed_checked(&s);
		assert_memory_equal(json_string_value(json_object_get(line, "time")), want,
				    strlen(want));
		json_decref(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_and_output_agree),
		cmocka_unit_test(rich_events_have_no_nulls),
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(values),
		cmocka_unit_test(top_level),
		cmocka_unit_test(times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
