/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps a file by a descriptor that it was given, or that it opens itself, and says what it was.
 * Nothing is ever written to it.
 */
#include "truth.h"

#include <sys/mman.h>

static const char usage[] =
	"act_map [--uid N] HOW FD|PATH\n"
	"HOW: letters of s(hared) v(alidated) p(rivate) r(ead) w(rite) l(ater: mprotect) o(ld call of i386)";

#define LENGTH 1

#ifdef SYS_mmap2
#define MMAP SYS_mmap2
#else
#define MMAP SYS_mmap
#endif

static long by_old(int prot, int flags, int fd)
{
#ifdef __i386__
	unsigned long args[] = {
		0, LENGTH, (unsigned long)prot, (unsigned long)flags, (unsigned long)fd, 0};

	return syscall(SYS_mmap, args);
#else
	(void)prot;
	(void)flags;
	(void)fd;
	truth_no_call();
#endif
}

int main(int argc, char **argv)
{
	int i = 1, prot = 0, flags = 0, fd;
	const char *how;
	struct stat st;
	long at;

	if (argc == 5 && !strcmp(argv[1], "--uid")) {
		uid_t uid = (uid_t)strtoul(argv[2], NULL, 10);

		if (setresuid(uid, uid, uid))
			truth_die("setresuid");
		i = 3;
	}
	if (argc - i != 2)
		truth_usage(usage);
	how = argv[i];
	prot |= strchr(how, 'r') ? PROT_READ : 0;
	prot |= strchr(how, 'w') ? PROT_WRITE : 0;
	flags = strchr(how, 's') ? MAP_SHARED :
		strchr(how, 'v') ? MAP_SHARED_VALIDATE :
				   MAP_PRIVATE;
	if (argv[i + 1][0] == '/')
		fd = (int)syscall(SYS_openat, AT_FDCWD, argv[i + 1], O_RDWR | O_CREAT, 0644);
	else
		fd = atoi(argv[i + 1]);
	if (fd < 0 || fstat(fd, &st))
		truth_die(argv[i + 1]);
	at = strchr(how, 'o') ? by_old(prot, flags, fd) :
				syscall(MMAP, NULL, LENGTH, prot, flags, fd, 0);
	truth_begin("map");
	truth_int("fd", fd);
	/* An address of i386 can look like a negative number. */
	truth_result("mapped", at == -1 ? -1 : 0, errno);
	if (at != -1 && strchr(how, 'l'))
		truth_int("changed", mprotect((void *)at, LENGTH, PROT_READ | PROT_WRITE));
	truth_stat(&st);
	truth_end();
	return at == -1;
}
