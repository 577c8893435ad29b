/* SPDX-License-Identifier: Apache-2.0 */
/* Opens a file for writing in ways that hide the system call or who is root. */
#include "truth.h"

#include <sched.h>

static const char usage[] = "act_evade number|userns|fsuid PATH\n"
			    "number: the call's number has junk in its upper half\n"
			    "userns: from a user namespace that maps nobody\n"
			    "fsuid: only the file system uid is 0";

static long open_numbered(const char *path, int flags)
{
#ifdef __x86_64__
	long ret;

	/* The kernel takes the low half of rax (do_syscall_64). */
	__asm__ volatile("mov %4, %%r10d\n\tsyscall"
			 : "=a"(ret)
			 : "0"(1L << 32 | SYS_openat), "D"((long)AT_FDCWD), "S"(path), "r"(0600),
			   "d"((long)flags)
			 : "rcx", "r11", "r10", "memory");
	if (ret < 0) {
		errno = (int)-ret;
		return -1;
	}
	return ret;
#else
	return syscall(SYS_openat, AT_FDCWD, path, flags, 0600);
#endif
}

int main(int argc, char **argv)
{
	int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
	struct stat st;
	long fd;

	if (argc != 3)
		truth_usage(usage);
	if (!strcmp(argv[1], "userns") && unshare(CLONE_NEWUSER))
		truth_die("unshare");
	if (!strcmp(argv[1], "fsuid")) {
		if (syscall(SYS_setresuid, 1000, 1000, 0))
			truth_die("setresuid");
		setfsuid(0);
	}
	if (!strcmp(argv[1], "number"))
		fd = open_numbered(argv[2], flags);
	else
		fd = syscall(SYS_openat, AT_FDCWD, argv[2], flags, 0600);
	truth_begin("open");
	truth_result("fd", fd, errno);
	if (fd >= 0 && fstat((int)fd, &st) == 0)
		truth_stat(&st);
	truth_end();
	return 0;
}
