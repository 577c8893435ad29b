// SPDX-License-Identifier: Apache-2.0
/* A text line: what it says, and that nothing in it can command a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "output/sample.h"

static char text[OUTPUT_LINE_MAX];

static size_t print(const struct sample *s)
{
	size_t len = output_text(text, &s->e, &s->v, &s->o);

	assert_in_range(len, 2, OUTPUT_LINE_MAX - 1);
	assert_int_equal(text[len - 1], '\n');
	text[len - 1] = '\0';
	return len - 1;
}

static void expect(const struct sample *s, const char *want)
{
	(void)print(s);
	assert_string_equal(text, want);
}

static void says(const struct sample *s, const char *want)
{
	(void)print(s);
	if (!strstr(text, want))
		fail_msg("\"%s\" is not in: %s", want, text);
}

static void sentences(void **state)
{
	struct sample s;

	(void)state;
	sample_rich(&s, EVENT_OPEN);
	expect(&s, "01:02:03.123 Error         Cron job changed by root: sh (pid 4242, uid 0, host "
		   "uid 100000) created /etc/cron.d/x for writing in web (4f1c2d3e5a6b) \u2014 "
		   "Mount /etc read-only.");
	s.e.open.created = false;
	s.v.n = 0;
	s.c.name[0] = '\0';
	s.e.creds.euid = 0;
	expect(&s, "01:02:03.123 Debug         Root activity: sh (pid 4242, uid 0) opened "
		   "/etc/cron.d/x for writing in container 4f1c2d3e5a6b");
	s.e.blocked = true;
	s.e.ret = -EACCES;
	expect(&s, "01:02:03.123 Debug         Root activity: sh (pid 4242, uid 0) was denied to "
		   "open /etc/cron.d/x for writing: EACCES in container 4f1c2d3e5a6b [blocked]");

	sample_rich(&s, EVENT_EXEC);
	says(&s, ": sh -c echo a b (pid 4242, uid 0, host uid 100000) was started by bash, uid "
		 "before: 12 in web");
	s.e.exec.argv = STR_LIT("");
	s.e.exec.flags = 0;
	s.e.exec.exe.flags = WIRE_FILE_MEMFD;
	says(&s, ": /entry.sh (pid 4242, uid 0, host uid 100000) was started by bash from memory "
		 "in web");

	sample_rich(&s, EVENT_EXIT);
	says(&s, " ended with exit code 3, reported by package-manager in web");
	s.e.exit.code = 11;
	s.p.alert_rule = NULL;
	says(&s, " was killed by signal 11 in web");

	sample_rich(&s, EVENT_SETID);
	says(&s, " called setresuid: euid 1000 -> 0 in web");
	s.e.prev = s.e.creds;
	s.e.prev.uid = 5;
	says(&s, " called setresuid: real uid 5 -> 100001 in web");
	s.e.prev = s.e.creds;
	s.e.prev.suid = 5;
	says(&s, " called setresuid: saved uid 5 -> 100002 in web");
	s.e.prev = s.e.creds;
	s.e.prev.fsuid = 5;
	says(&s, " called setresuid: file system uid 5 -> 100003 in web");
	s.e.prev = s.e.creds;
	s.e.prev.ns_euid = UINT32_MAX; /* not mapped: what the host sees */
	s.e.prev.euid = 7;
	says(&s, " called setresuid: euid 7 -> 100000 in web");
	s.e.prev_known = false;
	says(&s, " called setresuid in web");

	sample_rich(&s, EVENT_CONNECT);
	says(&s, " connected to /run/docker.sock of dockerd (pid 812) in web");
	s.e.connect.flags = WIRE_CONNECT_ABSTRACT;
	s.e.connect.peer_comm = STR_LIT("");
	s.e.ret = -ECONNREFUSED;
	says(&s, " failed to connect to @/run/docker.sock: ECONNREFUSED in web");

	sample_poor(&s, EVENT_CONNECT);
	s.e.container = NULL;
	expect(&s, "00:00:00.000 Debug         Root activity: (unknown) (pid 0) connected to "
		   "(unknown)");
}

/* The bytes of a line hold no control but the colours that we put there ourselves. */
static void assert_inert(const char *line, size_t len, bool color)
{
	json_t *utf8 = json_stringn(line, len);

	assert_non_null(utf8);
	json_decref(utf8);
	for (size_t i = 0; i < len; i++) {
		const unsigned char *c = (const unsigned char *)line + i;

		if (c[0] == 0x1b && color) {
			size_t n = strspn(line + i + 1, "[0123456789;");

			assert_true(line[i + 1] == '[' && line[i + 1 + n] == 'm');
			assert_true(n <= 8);
			continue;
		}
		assert_true(c[0] >= 0x20 && c[0] != 0x7f);
		assert_false(c[0] == 0xc2 && c[1] < 0xa0);
		assert_false(c[0] == 0xe2 && c[1] == 0x80 && c[2] >= 0xa8 && c[2] <= 0xae);
		assert_false(c[0] == 0xe2 && c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9);
	}
}

static size_t count(const char *line, char c)
{
	size_t n = 0;

	for (; *line; line++)
		n += *line == c;
	return n;
}

static void hostile_strings_are_inert(void **state)
{
	static const struct str units[] = {
		STR_LIT("\x1b[2J"),
		STR_LIT("\x1b]0;x\x07"),
		STR_LIT("\xc2\x9b"
			"31m"),
		STR_LIT("\x9b"),
		STR_LIT("\n"),
		STR_LIT("\r"),
		STR_LIT("\0"),
		STR_LIT("\x7f"),
		STR_LIT("\b"),
		STR_LIT("\xe2\x80\xae\xe2\x80\xac"),
		STR_LIT("\xe2\x81\xa6\xe2\x81\xa9"),
		STR_LIT("\xe2\x80\xa8"),
		STR_LIT("\xe2\x80\xa9"),
		STR_LIT("\xff"),
		STR_LIT("\xe2\x80"),
		STR_LIT("\\"),
		STR_LIT("%s%n"),
		STR_LIT("\xd8\x9c"),
	};
	struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
			size_t escapes, len;

			sample_hostile(&s, sample_kinds[k], units[u]);
			len = print(&s);
			assert_inert(text, len, false);
			assert_int_equal(count(text, 0x1b), 0);
			s.o.color = true;
			len = print(&s);
			assert_inert(text, len, true);
			escapes = count(text, 0x1b);
			sample_hostile(&s, sample_kinds[k], STR_LIT("a"));
			s.o.color = true;
			(void)print(&s);
			/* As many as with harmless strings: none of them is the container's. */
			assert_int_equal(count(text, 0x1b), escapes);
		}
	}
}

/* The line is what it is without colours, and ends without one. */
static void colours_only_add(void **state)
{
	struct sample s;
	char plain[OUTPUT_LINE_MAX], stripped[OUTPUT_LINE_MAX];
	size_t n = 0, len;

	(void)state;
	sample_rich(&s, EVENT_OPEN);
	s.e.blocked = true;
	s.e.ret = -EPERM;
	(void)print(&s);
	memcpy(plain, text, sizeof(plain));
	s.o.color = true;
	len = print(&s);
	assert_true(len > strlen(plain));
	for (const char *p = text; *p; p++) {
		if (*p == 0x1b)
			p = strchr(p, 'm');
		else
			stripped[n++] = *p;
	}
	stripped[n] = '\0';
	assert_string_equal(stripped, plain);
	assert_string_equal(text + len - 4, "\033[0m");
}

static void lost_events(void **state)
{
	const struct output_options o = {.hostname = "node1"};
	size_t len = output_lost_text(text, 12, 34, 1795309323123456789u, NULL, &o);

	(void)state;
	text[len] = '\0';
	assert_string_equal(text, "01:02:03.123 Critical      Events lost: 12 events were lost (34 "
				  "since the start)\n");
}

static void counters(void **state)
{
	static const struct output_counter list[] = {{F_ST_PRODUCED, 1041},
						     {F_ST_LOST_RING, UINT32_MAX + 1ull}};
	size_t len = output_stats_text(text, list, 2);

	(void)state;
	text[len] = '\0';
	assert_string_equal(text, "stats: produced=1041 lost_ring=4294967296\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences),	    cmocka_unit_test(hostile_strings_are_inert),
		cmocka_unit_test(colours_only_add), cmocka_unit_test(lost_events),
		cmocka_unit_test(counters),
	};

	/* The local time is printed. */
	(void)setenv("TZ", "UTC", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
