// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "process/internal.h"

static char buf[PROCESS_STRING_MAX];

#define ARGV(s) ((struct str){(s), sizeof(s), sizeof(s)})

static void cmdline_joins(void **state)
{
	struct str line;

	(void)state;
	line = process_cmdline(buf, ARGV("sh\0-c\0a b"), STR_LIT(""), 10);
	assert_true(str_is(line, "sh -c a b"));
	assert_int_equal(line.full, line.len);
	/* An empty argument, and one that ends in nothing. */
	line = process_cmdline(buf, ARGV("a\0\0b"), STR_LIT(""), 5);
	assert_true(str_is(line, "a  b"));
	line = process_cmdline(buf, STR_LIT("a\0b"), STR_LIT(""), 3);
	assert_true(str_is(line, "a b"));
	line = process_cmdline(buf, STR_LIT(""), STR_LIT(""), 0);
	assert_int_equal(line.len, 0);
	/* Other bytes stay as they came. */
	line = process_cmdline(buf, ARGV("\x1b[2J\0\xff\n"), STR_LIT(""), 8);
	assert_true(str_is(line, "\x1b[2J \xff\n"));
}

static void cmdline_cut(void **state)
{
	static char big[PROCESS_STRING_MAX];
	struct str half = {big, PROCESS_STRING_MAX / 2, PROCESS_STRING_MAX / 2};
	struct str all = {big, PROCESS_STRING_MAX, PROCESS_STRING_MAX};
	struct str line;

	(void)state;
	line = process_cmdline(buf, STR_LIT("cat\0x"), ARGV("y\0last"), 9000);
	assert_true(str_is(line, "cat x ... y last"));
	assert_int_equal(line.full, 9000);

	memset(big, 'x', sizeof(big));
	line = process_cmdline(buf, half, half, PROCESS_STRING_MAX + 1);
	assert_int_equal(line.len, PROCESS_STRING_MAX);
	assert_true(line.full > line.len);
	assert_true(str_ends(line, "xxx"));
	assert_non_null(memmem(line.p, line.len, "x ... x", 7));

	line = process_cmdline(buf, all, all, 3 * PROCESS_STRING_MAX);
	assert_int_equal(line.len, PROCESS_STRING_MAX);

	/* Whatever the length says: what is marked as cut is longer than what is there. */
	line = process_cmdline(buf, STR_LIT("a"), STR_LIT("b"), 2);
	assert_true(str_is(line, "a ... b"));
	assert_true(line.full > line.len);
}

static void image_keeps_copies(void **state)
{
	char path[] = "/bin/sh";
	struct process p = {
		.comm = STR_LIT("sh"),
		.exepath = str_from(path),
		.sbpath = str_from(path),
		.filename = {path, 3, 9},
		.cmdline = STR_LIT("sh -c x"),
	};
	struct image *image = image_new(&p);
	size_t size;

	(void)state;
	assert_non_null(image);
	size = image->size;
	memset(path, 'z', sizeof(path));
	assert_string_equal(p.comm.p, "sh");
	assert_string_equal(p.exepath.p, "/bin/sh");
	assert_string_equal(p.filename.p, "/bi");
	assert_int_equal(p.filename.full, 9);
	assert_string_equal(p.cwd.p, "");
	/* What is the same is there once. */
	assert_ptr_equal(p.sbpath.p, p.exepath.p);
	assert_ptr_equal(image_get(image), image);
	assert_int_equal(image_put(image), 0);
	assert_int_equal(image_put(image), size);
	assert_int_equal(image_put(NULL), 0);
	assert_null(image_get(NULL));
}

/* A path may be twice as long as what is kept; and be there several times. */
static void image_bounds_strings(void **state)
{
	static char big[3 * PROCESS_STRING_MAX];
	struct str s = {big, sizeof(big), sizeof(big)};
	struct process p = {.exepath = s, .sbpath = s, .cwd = s, .filename = s};
	struct image *image;

	(void)state;
	memset(big, 'x', sizeof(big));
	p.cwd.len -= 1;
	image = image_new(&p);
	assert_non_null(image);
	assert_int_equal(p.exepath.len, PROCESS_STRING_MAX);
	assert_int_equal(p.exepath.full, sizeof(big));
	assert_int_equal(strlen(p.exepath.p), PROCESS_STRING_MAX);
	assert_int_equal(strlen(p.cwd.p), PROCESS_STRING_MAX);
	assert_in_range(image->size, PROCESS_STRING_MAX, PROCESS_STRING_MAX + 64);
	image_put(image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cmdline_joins),
		cmocka_unit_test(cmdline_cut),
		cmocka_unit_test(image_keeps_copies),
		cmocka_unit_test(image_bounds_strings),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
