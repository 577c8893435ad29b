// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "base/names.h"

static void expect(struct str got, const char *want)
{
	if (!str_is(got, want))
		fail_msg("%.*s, not %s", (int)got.len, got.p, want);
}

static void errors(void **state)
{
	(void)state;
	expect(names_errno(EACCES), "EACCES");
	expect(names_errno(EROFS), "EROFS");
	expect(names_errno(EPERM), "EPERM");
	expect(names_errno(EAGAIN), "EAGAIN");
	expect(names_errno(ECONNREFUSED), "ECONNREFUSED");
	/* The kernel's own: no name in user space. */
	expect(names_errno(512), "E512");
	expect(names_errno(INT32_MAX), "E2147483647");
}

/* Each capability against libcap's names, which come from another list. */
static void capabilities(void **state)
{
	unsigned known = 0;

	(void)state;
	expect(names_capabilities(0), "");
	for (cap_value_t i = 0; i <= CAP_LAST_CAP; i++) {
		char *name = cap_to_name(i);

		assert_non_null(name);
		for (char *c = name; *c; c++)
			*c = (char)toupper((unsigned char)*c);
		/* libcap gives a number for what it does not know. */
		if (!isdigit((unsigned char)name[0])) {
			expect(names_capabilities(1ull << i), name);
			known++;
		}
		cap_free(name);
	}
	assert_true(known >= 38);
	expect(names_capabilities(0), "");
	expect(names_capabilities(1u << CAP_CHOWN | 1u << CAP_SYS_ADMIN | 1u << CAP_SETFCAP),
	       "CAP_CHOWN CAP_SYS_ADMIN CAP_SETFCAP");
	expect(names_capabilities(1ull << 63 | 1), "CAP_CHOWN CAP_63");
	expect(names_capabilities(1ull << 63 | 1), "CAP_CHOWN CAP_63");
}

static void all_capabilities_fit(void **state)
{
	struct str s = names_capabilities(UINT64_MAX);
	unsigned blanks = 0;

	(void)state;
	for (uint32_t i = 0; i < s.len; i++)
		blanks += s.p[i] == ' ';
	assert_int_equal(blanks, 63);
	assert_true(str_ends(s, " CAP_63"));
}

static void open_flags(void **state)
{
	(void)state;
	expect(names_open_flags(O_RDONLY), "O_RDONLY");
	expect(names_open_flags(O_RDONLY), "O_RDONLY");
	expect(names_open_flags(O_WRONLY | O_CREAT | O_TRUNC), "O_WRONLY|O_CREAT|O_TRUNC");
	expect(names_open_flags(O_RDWR | O_APPEND | O_CLOEXEC), "O_RDWR|O_APPEND|O_CLOEXEC");
	/* Flags that contain others are not said twice. */
	expect(names_open_flags(O_RDWR | O_SYNC), "O_RDWR|O_SYNC");
	expect(names_open_flags(O_RDWR | O_DSYNC), "O_RDWR|O_DSYNC");
	expect(names_open_flags(O_RDWR | O_TMPFILE), "O_RDWR|O_TMPFILE");
	expect(names_open_flags(O_RDONLY | O_DIRECTORY), "O_RDONLY|O_DIRECTORY");
	expect(names_open_flags(O_ACCMODE), "O_ACCMODE");
	assert_true(str_starts(names_open_flags(UINT32_MAX), "O_ACCMODE|O_CREAT|O_EXCL|"));
	assert_true(str_ends(names_open_flags(UINT32_MAX), "|O_CLOEXEC|O_PATH"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(errors),
		cmocka_unit_test(capabilities),
		cmocka_unit_test(all_capabilities_fit),
		cmocka_unit_test(open_flags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
