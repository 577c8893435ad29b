// SPDX-License-Identifier: Apache-2.0
/* The table of system calls: numbers used once, arguments that exist, and what is said of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "event/event.h"

/* No number stands for two calls of the same ABI. */
static void numbers_are_unique(void **state)
{
	static const uint16_t numbers[][4] = {
#define ROW(id, name, x86, i386, arm64, arm, ...) {x86, i386, arm64, arm},
		WIRE_CALLS(ROW)
#undef ROW
	};
	const size_t n = sizeof(numbers) / sizeof(numbers[0]);

	(void)state;
	for (size_t abi = 0; abi < 4; abi++) {
		for (size_t a = 0; a < n; a++) {
			assert_in_range(numbers[a][abi], 1, WIRE_CALL_NO_NR);
			for (size_t b = 0; b < a; b++)
				if (numbers[a][abi] != WIRE_CALL_NO_NR)
					assert_int_not_equal(numbers[a][abi], numbers[b][abi]);
		}
	}
}

static void arguments_exist(void **state)
{
	(void)state;
	assert_null(event_call(WIRE_CALL_OPEN));
	assert_null(event_call(WIRE_CALL_END));
	for (uint32_t call = WIRE_CALL_FIRST; call < WIRE_CALL_END; call++) {
		const struct event_call *row = event_call(call);

		assert_non_null(row);
		assert_string_equal(row->name, event_call_name(call));
		for (size_t i = 0; i < WIRE_SYSCALL_PATHS; i++) {
			assert_in_range(row->path[i], 0, WIRE_SYSCALL_ARGS);
			/* the directory is the argument before its path */
			if (row->dir[i] && row->dir[i] != WIRE_CALL_A_NAME)
				assert_int_equal(row->dir[i], row->path[i] - 1);
			if (row->path_name[i][0])
				assert_true(row->path[i]);
		}
		assert_true(!row->fd || !row->path[0]);
		assert_in_range(row->mode, 0, WIRE_SYSCALL_ALL);
		assert_in_range(row->flags, 0, WIRE_SYSCALL_ALL);
		if (row->fd != WIRE_CALL_RESULT)
			assert_in_range(row->fd, 0, WIRE_SYSCALL_ALL);
	}
}

static void said(struct str got, const char *want)
{
	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.p, want, got.len);
}

static void words(void **state)
{
	struct event_syscall s = {.call = WIRE_CALL_MOUNT, .args = {0, 0, 0, 0x1001, 0}};
	char buf[EVENT_CALL_TEXT];

	(void)state;
	said(event_call_flags(&s, buf), "MS_RDONLY|MS_BIND");
	said(event_call_mode(&s, buf), "");
	said(event_call_request(&s, buf), "");
	said(event_call_args(&s, buf), "0 0 0 1001 0");
	s.args[3] = 0;
	said(event_call_flags(&s, buf), "0");
	s.args[3] = 0xc0ed0000; /* MS_MGC_VAL: it would be MS_PRIVATE and more */
	said(event_call_flags(&s, buf), "0");
	s.args[3] = 0xc0ed1000;
	said(event_call_flags(&s, buf), "MS_BIND");
	s.args[3] = UINT64_MAX;
	assert_in_range(event_call_flags(&s, buf).len, 100, sizeof(buf) - 1);
	s = (struct event_syscall){.call = WIRE_CALL_UNSHARE, .args = {0x10020000}};
	said(event_call_flags(&s, buf), "CLONE_NEWNS|CLONE_NEWUSER");
	s = (struct event_syscall){.call = WIRE_CALL_FCHMOD, .args = {3, 04711}};
	said(event_call_mode(&s, buf), "S_ISUID|S_IRUSR|S_IWUSR|S_IXUSR|S_IXGRP|S_IXOTH");
	s = (struct event_syscall){.call = WIRE_CALL_MKNOD, .args = {0, 060000, 0x801}};
	said(event_call_mode(&s, buf), "S_IFBLK|0");
	s = (struct event_syscall){.call = WIRE_CALL_SETXATTRAT, .args = {0, 0644}};
	said(event_call_mode(&s, buf), "");
	s.args[5] = 0604;
	said(event_call_mode(&s, buf), "S_IRUSR|S_IWUSR|S_IROTH");
	s = (struct event_syscall){.call = WIRE_CALL_PTRACE, .args = {16}};
	said(event_call_request(&s, buf), "PTRACE_ATTACH");
	s.args[0] = UINT64_MAX;
	said(event_call_request(&s, buf), "0xffffffff");
	s = (struct event_syscall){.call = WIRE_CALL_CLONE3, .args = {0, 88, 0, 0, 0, 0x210000000}};
	said(event_call_flags(&s, buf), "CLONE_NEWUSER|CLONE_INTO_CGROUP");
	s = (struct event_syscall){.call = WIRE_CALL_MOUNT_SETATTR, .args = {0, 0, 0, 0, 32}};
	said(event_call_flags(&s, buf), "0");
	s.args[5] = 2;
	s.args[6] = 1;
	said(event_call_flags(&s, buf), "MOUNT_ATTR_NOSUID|-MOUNT_ATTR_RDONLY");
	s.args[5] = s.args[6] = UINT64_MAX;
	assert_in_range(event_call_flags(&s, buf).len, 100, sizeof(buf) - 1);
	s = (struct event_syscall){.call = WIRE_CALL_IOCTL, .args = {3, 0x40086602, 0, 0, 0, 0x30}};
	said(event_call_request(&s, buf), "FS_IOC_SETFLAGS");
	said(event_call_flags(&s, buf), "FS_IMMUTABLE_FL|FS_APPEND_FL");
	s.args[5] = UINT64_MAX;
	assert_in_range(event_call_flags(&s, buf).len, 100, sizeof(buf) - 1);
	s.args[1] = 0x401c5820;
	s.args[5] = 8;
	said(event_call_flags(&s, buf), "FS_XFLAG_IMMUTABLE");
	s.args[1] = 0x5412;
	said(event_call_request(&s, buf), "TIOCSTI");
	said(event_call_flags(&s, buf), "");
	s.args[1] = 0x5401;
	said(event_call_request(&s, buf), "0x5401");
	s = (struct event_syscall){.call = WIRE_CALL_ADJTIMEX, .args = {0, 0, 0, 0, 0, 0x8001}};
	said(event_call_flags(&s, buf), "ADJ_OFFSET_SINGLESHOT");
	s.call = UINT32_MAX;
	said(event_call_flags(&s, buf), "");
	said(event_call_mode(&s, buf), "");
}

static void changed_and_from(uint32_t call, const char *changed, const char *from, int leads)
{
	struct event_syscall s = {
		.call = call,
		.paths = {{.asked = STR_LIT("a"), .path = STR_LIT("first")},
			  {.asked = STR_LIT("b"), .path = STR_LIT("second")}},
	};

	said(event_call_changed(&s), changed);
	said(event_call_from(&s), from);
	assert_int_equal(event_call_leads(&s, 0) | event_call_leads(&s, 1) << 1, leads);
}

static void which_path_is_which(void **state)
{
	(void)state;
	changed_and_from(WIRE_CALL_RENAME, "second", "first", 3);
	changed_and_from(WIRE_CALL_SYMLINK, "second", "first", 2);
	changed_and_from(WIRE_CALL_MOUNT, "second", "first", 2);
	changed_and_from(WIRE_CALL_UNLINK, "first", "", 1);
	changed_and_from(WIRE_CALL_FSOPEN, "", "first", 0);
	changed_and_from(WIRE_CALL_FCHMOD, "first", "", 0);
	changed_and_from(WIRE_CALL_SETXATTR, "second", "first", 2);
	changed_and_from(WIRE_CALL_FSETXATTR, "first", "second", 0);
	changed_and_from(WIRE_CALL_SETXATTRAT, "second", "first", 2);
	changed_and_from(WIRE_CALL_FREMOVEXATTR, "first", "second", 0);
	changed_and_from(WIRE_CALL_FSCONFIG, "", "first", 0);
	changed_and_from(WIRE_CALL_PIDFD_GETFD, "first", "", 0);
	changed_and_from(WIRE_CALL_ACCT, "first", "", 1);
	changed_and_from(WIRE_CALL_CHROOT, "first", "", 0);
	changed_and_from(WIRE_CALL_SETNS, "first", "", 0);
	changed_and_from(WIRE_CALL_END, "", "", 0);
}

/* By its text, when nobody looked. */
static void what_is_uncertain(void **state)
{
	struct event_syscall s = {.call = WIRE_CALL_FCHOWNAT, .args = {5, 0x1000}};

	(void)state;
	assert_true(event_call_unresolved(&s)); /* its text was gone */
	s.paths[0].path = STR_LIT("/etc/passwd");
	assert_false(event_call_unresolved(&s)); /* AT_EMPTY_PATH */
	s.paths[0].asked = STR_LIT("passwd");
	assert_true(event_call_unresolved(&s));
	s.paths[0].resolved = true;
	assert_false(event_call_unresolved(&s));

	s = (struct event_syscall){.call = WIRE_CALL_ACCT, .args = {0x1000}};
	assert_true(event_call_unresolved(&s));
	s.args[0] = 0;
	assert_false(event_call_unresolved(&s));

	s = (struct event_syscall){.call = WIRE_CALL_RENAME, .args = {0x1000, 0x2000}};
	s.paths[0].resolved = true;
	assert_true(event_call_unresolved(&s));
	s.paths[1].resolved = true;
	assert_false(event_call_unresolved(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_unique),
		cmocka_unit_test(arguments_exist),
		cmocka_unit_test(words),
		cmocka_unit_test(which_path_is_which),
		cmocka_unit_test(what_is_uncertain),
	};

	return cmocka_run_group_tests_name("calls", tests, NULL, NULL);
}
