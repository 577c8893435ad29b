// SPDX-License-Identifier: Apache-2.0
#include "lines.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

size_t lines_make(char line[static LINE_SIZE], unsigned i)
{
	size_t n = (size_t)snprintf(line, LINE_SIZE, "%u ", i);
	size_t len = n + i * 37 % 900;

	memset(line + n, 'a' + (int)(i % 26), len - n);
	line[len++] = '\n';
	return len;
}

void lines_check(const char *data, size_t size, unsigned n)
{
	char line[LINE_SIZE];

	for (unsigned i = 0; i < n; i++) {
		size_t len = lines_make(line, i);

		assert_true(size >= len);
		assert_memory_equal(data, line, len);
		data += len;
		size -= len;
	}
	assert_int_equal(size, 0);
}
