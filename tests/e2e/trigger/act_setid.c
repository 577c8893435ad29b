/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls of the setuid family, one after the other, with the ids before and after each. The system
 * calls are made directly: the C library's own would do it in every thread.
 */
#include "truth.h"

#include <linux/securebits.h>
#include <sys/prctl.h>

static const char usage[] =
	"act_setid CALL:ID[:ID[:ID]]...\n"
	"CALL: setuid setreuid setresuid setfsuid setgid setregid setresgid setfsgid, setgroups (up to three),\n"
	"keep (the capabilities, whatever the uids become);\n"
	"an empty ID is -1 (leave it)";

/* On i386 the plain numbers are those of the old 16-bit calls. */
#ifdef SYS_setuid32
#define CALL(name) SYS_##name##32
#else
#define CALL(name) SYS_##name
#endif

static long set_groups(const long id[3])
{
	gid_t groups[3] = {(gid_t)id[0], (gid_t)id[1], (gid_t)id[2]};
	size_t n = 0;

	while (n < 3 && id[n] != -1)
		n++;
	return syscall(CALL(setgroups), n, groups);
}

int main(int argc, char **argv)
{
	int failed = 0;

	if (argc < 2)
		truth_usage(usage);
	for (int i = 1; i < argc; i++) {
		long id[3] = {-1, -1, -1};
		char *rest = argv[i];
		const char *call = strsep(&rest, ":");
		long ret;

		for (int k = 0; k < 3 && rest; k++) {
			const char *word = strsep(&rest, ":");

			if (*word)
				id[k] = strtol(word, NULL, 10);
		}
		truth_begin("setid");
		truth_str("call", call);
		truth_ids("from_");
		truth_gids("from_");
		if (!strcmp(call, "setuid"))
			ret = syscall(CALL(setuid), id[0]);
		else if (!strcmp(call, "setreuid"))
			ret = syscall(CALL(setreuid), id[0], id[1]);
		else if (!strcmp(call, "setresuid"))
			ret = syscall(CALL(setresuid), id[0], id[1], id[2]);
		else if (!strcmp(call, "setfsuid"))
			ret = syscall(CALL(setfsuid), id[0]);
		else if (!strcmp(call, "setgid"))
			ret = syscall(CALL(setgid), id[0]);
		else if (!strcmp(call, "setregid"))
			ret = syscall(CALL(setregid), id[0], id[1]);
		else if (!strcmp(call, "setresgid"))
			ret = syscall(CALL(setresgid), id[0], id[1], id[2]);
		else if (!strcmp(call, "setfsgid"))
			ret = syscall(CALL(setfsgid), id[0]);
		else if (!strcmp(call, "setgroups"))
			ret = set_groups(id);
		else if (!strcmp(call, "keep"))
			ret = prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP);
		else
			truth_usage(usage);
		truth_result("ret", ret, errno);
		truth_ids("to_");
		truth_gids("to_");
		truth_end();
		failed |= ret < 0;
	}
	return failed;
}
