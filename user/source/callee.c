/* SPDX-License-Identifier: Apache-2.0 */
#include "source/callee.h"

#include <stddef.h>
#include <string.h>

#include "wire.h"

/* Of both ABIs: arch/x86/include/asm/syscall_wrapper.h, arch/arm64/include/asm/syscall_wrapper.h. */
static const char *const prefixes[] = {
	"__x64_sys_",	      "__x64_compat_sys_", "__ia32_sys_",
	"__ia32_compat_sys_", "__arm64_sys_",	   "__arm64_compat_sys_",
};

struct callee {
	const char *name;
	uint32_t call;
};

#define ROW(id, name, ...) {#name, WIRE_CALL_##id},
static const struct callee callees[] = {
	/* Whose function is called otherwise than the call, or that the 32-bit ABI has twice. */
	{"umount", WIRE_CALL_UMOUNT2}, /* before the call of that name */
	{"oldumount", WIRE_CALL_UMOUNT},
	{"chown16", WIRE_CALL_CHOWN},
	{"lchown16", WIRE_CALL_LCHOWN},
	{"fchown16", WIRE_CALL_FCHOWN},
	{"truncate64", WIRE_CALL_TRUNCATE},
	{"ia32_truncate64", WIRE_CALL_TRUNCATE},
	{"aarch32_truncate64", WIRE_CALL_TRUNCATE},
	{"ftruncate64", WIRE_CALL_FTRUNCATE},
	{"ia32_ftruncate64", WIRE_CALL_FTRUNCATE},
	{"aarch32_ftruncate64", WIRE_CALL_FTRUNCATE},
	{"ia32_clone", WIRE_CALL_CLONE},
	{"clock_settime32", WIRE_CALL_CLOCK_SETTIME},
	{"clock_adjtime32", WIRE_CALL_CLOCK_ADJTIME},
	{"adjtimex_time32", WIRE_CALL_ADJTIMEX},
	{"stime32", WIRE_CALL_STIME},
	{"open_by_handle_at", WIRE_CALL_OPEN_BY_HANDLE_AT}, /* denied: before it comes to an open */
	{"setuid", WIRE_CALL_SETUID},
	{"setuid16", WIRE_CALL_SETUID},
	{"setreuid", WIRE_CALL_SETREUID},
	{"setreuid16", WIRE_CALL_SETREUID},
	{"setresuid", WIRE_CALL_SETRESUID},
	{"setresuid16", WIRE_CALL_SETRESUID},
	{"setfsuid", WIRE_CALL_SETFSUID},
	{"setfsuid16", WIRE_CALL_SETFSUID},
	{"setgid", WIRE_CALL_SETGID},
	{"setgid16", WIRE_CALL_SETGID},
	{"setregid", WIRE_CALL_SETREGID},
	{"setregid16", WIRE_CALL_SETREGID},
	{"setresgid", WIRE_CALL_SETRESGID},
	{"setresgid16", WIRE_CALL_SETRESGID},
	{"setfsgid", WIRE_CALL_SETFSGID},
	{"setfsgid16", WIRE_CALL_SETFSGID},
	{"setgroups", WIRE_CALL_SETGROUPS},
	{"setgroups16", WIRE_CALL_SETGROUPS},
	{"connect", WIRE_CALL_CONNECT},
	{"socketcall", WIRE_CALL_CONNECT}, /* and all below; connect is always wanted */
	{"bind", WIRE_CALL_BIND},
	{"listen", WIRE_CALL_LISTEN},
	{"accept", WIRE_CALL_ACCEPT},
	{"accept4", WIRE_CALL_ACCEPT4},
	{"sendto", WIRE_CALL_SENDTO},
	{"sendmsg", WIRE_CALL_SENDMSG},
	{"sendmmsg", WIRE_CALL_SENDMMSG},
	{"socket", WIRE_CALL_SOCKET},
	{"dup", WIRE_CALL_DUP},
	{"dup2", WIRE_CALL_DUP2},
	{"dup3", WIRE_CALL_DUP3},
	WIRE_CALLS(ROW)};
#undef ROW

uint32_t callee_call(const char *function)
{
	if (function[0] != '_' || function[1] != '_')
		return WIRE_CALL_NONE; /* nearly all */
	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
		size_t len = strlen(prefixes[p]);

		if (strncmp(function, prefixes[p], len) != 0)
			continue;
		for (size_t i = 0; i < sizeof(callees) / sizeof(callees[0]); i++)
			if (strcmp(function + len, callees[i].name) == 0)
				return callees[i].call;
	}
	return WIRE_CALL_NONE;
}
