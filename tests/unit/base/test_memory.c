/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define SIZE (256 << 10)

/* In the program's file, read only; and what has been written since the program was mapped. */
static const unsigned char constant[SIZE] = {1, 2, 3};
static unsigned char written[] = "before";
static const char *const relocated[] = {"one", "two"};

/* Bytes of files that are mapped and in use. */
static long file_bytes(void)
{
	long size, resident, shared = -1;
	FILE *f = fopen("/proc/self/statm", "re");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld %ld", &size, &resident, &shared), 3);
	assert_int_equal(fclose(f), 0);
	return shared * sysconf(_SC_PAGESIZE);
}

static unsigned int touch(void)
{
	const volatile unsigned char *p = constant;
	unsigned int sum = 0;

	for (size_t i = 0; i < sizeof(constant); i++)
		sum += p[i];
	return sum;
}

static void pages_of_files_are_given_back(void **state)
{
	long before;

	(void)state;
	assert_int_equal(touch(), 6);
	before = file_bytes();
	memory_trim();
	assert_true(file_bytes() <= before - SIZE / 2);
}

static void nothing_changes(void **state)
{
	(void)state;
	memcpy(written, "behind", sizeof(written));
	memory_trim();
	assert_int_equal(touch(), 6);
	assert_string_equal((char *)written, "behind");
	assert_string_equal(relocated[1], "two");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_files_are_given_back),
		cmocka_unit_test(nothing_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
