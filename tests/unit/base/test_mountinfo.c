// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mountinfo.h"

static int parse(struct mountinfo *m, char *buffer, size_t size, const char *line)
{
	(void)snprintf(buffer, size, "%s", line);
	return mountinfo_parse(m, buffer);
}

static void test_fields(void **state)
{
	static const struct {
		const char *line, *point, *fstype, *options;
	} cases[] = {
		{"36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue\n",
		 "/mnt2", "ext3", "rw,errors=continue"},
		{"41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
		 "/sys/fs/cgroup/unified", "cgroup2", "rw"},
		{"1 2 0:3 / /a shared:1 master:2 propagate_from:3 unbindable - tmpfs x rw", "/a",
		 "tmpfs", "rw"},
		/* Escapes, an incomplete one, and a hyphen that is a name. */
		{"1 2 0:3 / /a\\040b\\011c\\134\\04 rw - tmpfs none rw", "/a b\tc\\\\04", "tmpfs",
		 "rw"},
		{"1 2 0:3 / - rw - tmpfs - rw", "-", "tmpfs", "rw"},
		/* mount -t tmpfs "" /a */
		{"1 2 0:3 / /a rw - tmpfs  rw", "/a", "tmpfs", "rw"},
	};
	char buffer[512];
	struct mountinfo m;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(&m, buffer, sizeof(buffer), cases[i].line), 0);
		assert_string_equal(m.point, cases[i].point);
		assert_string_equal(m.fstype, cases[i].fstype);
		assert_string_equal(m.options, cases[i].options);
	}
}

static void test_device_and_root(void **state)
{
	char buffer[512];
	struct mountinfo m;

	(void)state;
	assert_int_equal(parse(&m, buffer, sizeof(buffer), "1 2 254:7 /a\\040b /c rw - ext4 d rw"),
			 0);
	assert_int_equal(m.dev, 254u << 20 | 7);
	assert_string_equal(m.root, "/a b");
	assert_int_equal(parse(&m, buffer, sizeof(buffer), "1 2 4095:1048575 / / rw - ext4 d rw"),
			 0);
	assert_int_equal(m.dev, UINT32_MAX);
}

static void test_malformed(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"36 35 98:0 /mnt1",
		"36 35 98:0 /mnt1 /mnt2 rw master:1 ext3 /dev/root rw",
		"36 35 98:0 /mnt1 /mnt2 rw -",
		"36 35 98:0 /mnt1 /mnt2 rw - ext3 /dev/root",
		"36 35 98:0  /mnt2 rw - ext3 /dev/root rw",
		"36 35 98 /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 98: /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 :0 /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 98:0x /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 98:-1 /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 4096:0 /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 0:1048576 /mnt1 /mnt2 rw - ext3 /dev/root rw",
		"36 35 0:4294967297 /mnt1 /mnt2 rw - ext3 /dev/root rw",
	};
	char buffer[512];
	struct mountinfo m = {.point = NULL};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(parse(&m, buffer, sizeof(buffer), lines[i]), -EINVAL);
		assert_null(m.point);
	}
}

static int count_until_b(const struct mountinfo *m, void *arg)
{
	int *n = arg;

	(*n)++;
	return strcmp(m->point, "/b") == 0 ? 7 : 0;
}

static void test_each(void **state)
{
	char text[] = "1 2 0:3 / /a rw - tmpfs none rw\n"
		      "nonsense\n"
		      "1 2 0:3 / /b rw - tmpfs none rw\n"
		      "1 2 0:3 / /c rw - tmpfs none rw\n";
	FILE *f = fmemopen(text, sizeof(text) - 1, "r");
	int n = 0;

	(void)state;
	assert_non_null(f);
	assert_int_equal(mountinfo_each(f, count_until_b, &n), 7);
	assert_int_equal(n, 2);
	(void)fclose(f);
}

static int see_options(const struct mountinfo *m, void *arg)
{
	size_t *len = arg;

	*len = strlen(m->options);
	return 0;
}

/* Of an overlong line the options are cut; one that is cut before them is passed over. */
static void test_overlong(void **state)
{
	static const char head[] = "1 2 0:3 / /a rw - overlay o ";
	static char text[2 * MOUNTINFO_LINE_MAX];
	size_t options = 0;
	FILE *f;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	f = fmemopen(text, sizeof(text), "r");
	assert_non_null(f);
	assert_int_equal(mountinfo_each(f, see_options, &options), 0);
	assert_int_equal(options, MOUNTINFO_LINE_MAX - 1 - (sizeof(head) - 1));
	(void)fclose(f);

	options = 0;
	memcpy(text + sizeof(text) - 5, " o rw", 5);
	text[sizeof(head) - 2] = 'x'; /* the space before the options */
	f = fmemopen(text, sizeof(text), "r");
	assert_non_null(f);
	assert_int_equal(mountinfo_each(f, see_options, &options), 0);
	assert_int_equal(options, 0);
	(void)fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),	  cmocka_unit_test(test_device_and_root),
		cmocka_unit_test(test_malformed), cmocka_unit_test(test_each),
		cmocka_unit_test(test_overlong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
