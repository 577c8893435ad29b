/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Says who it is. Under another name it stands for a program of that name (a package manager, an
 * interpreter): a last argument "exit=N" is its exit code, "wait" waits for the end of stdin.
 */
#include "truth.h"

int main(int argc, char **argv)
{
	const char *last = argv[argc - 1];
	size_t bytes = 0;
	struct stat st;

	for (int i = 0; i < argc; i++)
		bytes += strlen(argv[i]) + 1;
	truth_begin("id");
	truth_str("argv0", argv[0]);
	truth_int("argc", argc);
	truth_int("argv_bytes", (long long)bytes);
	truth_ids("");
	truth_int("egid", getegid());
	truth_int("ppid", getppid());
	truth_link("exe", "/proc/self/exe");
	truth_link("cwd", "/proc/self/cwd");
	if (!stat("/proc/self/exe", &st))
		truth_stat(&st);
	truth_end();
	if (!strcmp(last, "wait"))
		while (getchar() != EOF)
			;
	return !strncmp(last, "exit=", 5) ? atoi(last + 5) : 0;
}
