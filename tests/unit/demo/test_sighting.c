// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "demo/sighting.h"

#define ID "9b0102030405060708090a0b0c0d0e0f101112ff004000000000123456789abc"

/* As `rootwatch run -o json --blocked` printed them, with fields left out. */
static const char line_alert[] =
	"{\"time\":\"2026-11-22T02:17:01.115534080Z\",\"rule\":\"Account database written\","
	"\"priority\":\"Error\",\"source\":\"syscall\",\"hostname\":\"vm\",\"output\":\"x\","
	"\"tags\":[\"container\",\"T1136\"],\"output_fields\":{\"rootwatch.schema\":1,"
	"\"evt.time\":1795313818115534080,\"evt.type\":\"openat\",\"evt.res\":\"SUCCESS\","
	"\"proc.exepath\":\"/usr/bin/dash\",\"fd.name\":\"/etc/passwd\","
	"\"container.id\":\"9b0102030405\",\"container.full_id\":\"" ID "\","
	"\"rootwatch.blocked\":false,\"rootwatch.rule.id\":\"passwd-written\","
	"\"rootwatch.rules\":\"passwd-written,etc-written\"}}";

static const char line_socket[] =
	"{\"rule\":\"Container runtime socket connected\",\"priority\":\"Critical\","
	"\"output_fields\":{\"evt.time\":5,\"evt.res\":\"EACCES\",\"fd.name\":null,"
	"\"rootwatch.fd.asked\":\"/var/run/docker.sock\",\"container.full_id\":\"" ID "\","
	"\"rootwatch.blocked\":true,\"rootwatch.rules\":\"runtime-socket\"}}";

static struct sighting parse(const char *line)
{
	struct sighting s;

	assert_int_equal(sighting_parse(&s, line, strlen(line)), 0);
	return s;
}

static void test_alert(void **state)
{
	struct sighting s = parse(line_alert);

	(void)state;
	assert_true(s.time == 1795313818115534080);
	assert_false(s.blocked);
	assert_string_equal(s.container, ID);
	assert_string_equal(s.priority, "Error");
	assert_string_equal(s.result, "SUCCESS");
	assert_string_equal(s.object, "/etc/passwd");
	assert_true(sighting_has_rule(&s, "passwd-written"));
	assert_true(sighting_has_rule(&s, "etc-written"));
	assert_false(sighting_has_rule(&s, "etc-writte"));
	assert_false(sighting_has_rule(&s, "written"));
	assert_false(sighting_has_rule(&s, ""));
}

static void test_objects(void **state)
{
	struct sighting s = parse(line_socket);

	(void)state;
	assert_true(s.blocked);
	assert_string_equal(s.object, "/var/run/docker.sock");
	s = parse("{\"output_fields\":{\"proc.exepath\":\"/usr/bin/dpkg\"}}");
	assert_string_equal(s.object, "/usr/bin/dpkg");
	assert_string_equal(s.container, "");
	s = parse("{\"output_fields\":{}}");
	assert_string_equal(s.object, "");
	assert_false(sighting_has_rule(&s, "etc-written"));
}

static void test_malformed(void **state)
{
	static const char *const lines[] = {"",
					    "{",
					    "[]",
					    "7",
					    "{\"output_fields\":[]}",
					    "{\"rule\":\"x\"}",
					    "rootwatch: watching"};
	struct sighting s = {.time = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(sighting_parse(&s, lines[i], strlen(lines[i])), -EPROTO);
		assert_true(s.time == 7);
	}
	/* Half a line. */
	assert_int_equal(sighting_parse(&s, line_alert, sizeof(line_alert) / 2), -EPROTO);
}

static void test_matches(void **state)
{
	const struct wanted good = {.container = ID,
				    .from = 1795313818115534080,
				    .to = 1795313818115534080,
				    .rule = "etc-written",
				    .object = "/etc/"};
	struct sighting s = parse(line_alert);
	struct wanted w = good;

	(void)state;
	assert_true(sighting_matches(&s, &w));
	w.rule = w.object = NULL;
	assert_true(sighting_matches(&s, &w));
	w = good;
	w.from++;
	assert_false(sighting_matches(&s, &w));
	w = good;
	w.to--;
	assert_false(sighting_matches(&s, &w));
	w = good;
	w.blocked = true;
	assert_false(sighting_matches(&s, &w));
	w = good;
	w.rule = "cron-written";
	assert_false(sighting_matches(&s, &w));
	w = good;
	w.object = "/etc/passwd2";
	assert_false(sighting_matches(&s, &w));
	w = good;
	w.container = "9b0102030405";
	assert_false(sighting_matches(&s, &w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_alert),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_matches),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
