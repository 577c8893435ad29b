// SPDX-License-Identifier: Apache-2.0
/* Which system call a function of the kernel is. */
#include "source/callee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "event/event.h"
#include "wire.h"

static void known(void **state)
{
	static const struct {
		const char *function;
		uint32_t call;
	} cases[] = {
		{"__x64_sys_setuid", WIRE_CALL_SETUID},
		{"__ia32_sys_setuid", WIRE_CALL_SETUID},
		{"__ia32_sys_setuid16", WIRE_CALL_SETUID},
		{"__arm64_sys_setresuid", WIRE_CALL_SETRESUID},
		{"__ia32_sys_setfsuid16", WIRE_CALL_SETFSUID},
		{"__x64_sys_connect", WIRE_CALL_CONNECT},
		{"__ia32_compat_sys_socketcall", WIRE_CALL_CONNECT},
		{"__x64_sys_umount", WIRE_CALL_UMOUNT2},
		{"__ia32_sys_oldumount", WIRE_CALL_UMOUNT},
		{"__ia32_compat_sys_ptrace", WIRE_CALL_PTRACE},
		{"__ia32_compat_sys_ia32_truncate64", WIRE_CALL_TRUNCATE},
		{"__ia32_compat_sys_ia32_clone", WIRE_CALL_CLONE},
		{"__ia32_compat_sys_ia32_ftruncate64", WIRE_CALL_FTRUNCATE},
		{"__arm64_compat_sys_aarch32_ftruncate64", WIRE_CALL_FTRUNCATE},
		{"__ia32_sys_clock_settime32", WIRE_CALL_CLOCK_SETTIME},
		{"__ia32_sys_stime32", WIRE_CALL_STIME},
		{"__ia32_sys_adjtimex_time32", WIRE_CALL_ADJTIMEX},
		{"__ia32_sys_clock_adjtime32", WIRE_CALL_CLOCK_ADJTIME},
		{"__arm64_compat_sys_aarch32_truncate64", WIRE_CALL_TRUNCATE},
		{"__ia32_sys_lchown16", WIRE_CALL_LCHOWN},
		{"__x64_sys_io_uring_setup", WIRE_CALL_IO_URING_SETUP},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(callee_call(cases[i].function), cases[i].call);
}

static void unknown(void **state)
{
	static const char *const functions[] = {
		"",
		"_",
		"__x64_sys_",
		"__x64_sys_setuid_",
		"__x64_sys_setui",
		"x__x64_sys_setuid",
		"__se_sys_setuid",
		"__do_sys_setuid",
		"__sys_setuid",
		"setuid",
		"__x64_sys_getppid",
		/* Opens are seen elsewhere. */
		"__x64_sys_open",
		"__x64_sys_openat",
		"__ia32_compat_sys_openat",
		"__x64_sys_name_to_handle",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		assert_int_equal(callee_call(functions[i]), WIRE_CALL_NONE);
}

static void each_call_has_a_function(void **state)
{
	(void)state;
	for (uint32_t call = WIRE_CALL_SETUID; call < WIRE_CALL_END; call++) {
		char name[64];

		if (call == WIRE_CALL_UMOUNT || call == WIRE_CALL_UMOUNT2)
			continue; /* called otherwise */
		if (call == WIRE_CALL_BIND_FILE)
			continue; /* by the call that WIRE_CALL_BIND is */
		(void)snprintf(name, sizeof(name), "__arm64_sys_%s", event_call_name(call));
		assert_int_equal(callee_call(name), call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(unknown),
		cmocka_unit_test(each_call_has_a_function),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
