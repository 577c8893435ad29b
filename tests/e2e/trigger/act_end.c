/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything ends while it is in use: a process by exec or exit with its threads in the middle of
 * calls, its namespaces with it, a mount by umount -l below who works in it, a directory by rmdir.
 * What hooks look at then is about to be freed.
 */
#include "truth.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

static const char usage[] = "act_end ROUNDS FOLDER";

#define DEPTH	60
#define THREADS 3

static const char *folder;
static uint64_t seed;

static unsigned next(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % n);
}

/* A chain of directories in which this thread then works; as deep as there are. */
static void go_down(void)
{
	for (int i = 0; i < DEPTH; i++) {
		mkdir("etc", 0755);
		if (chdir("etc"))
			return;
	}
}

static void touch(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	if (ftruncate(fd, 4096) == 0) {
		void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (p != MAP_FAILED)
			munmap(p, 4096);
	}
	fchmod(fd, 0600);
	close(fd);
}

static void call_somebody(void)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "/run/nobody.sock"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	(void)!connect(fd, (struct sockaddr *)&to, sizeof(to)); /* nobody listens */
	close(fd);
}

/* times: so often, NULL: until it is ended. */
static void *work(void *times)
{
	const int *left = times;

	if (unshare(CLONE_FS) == 0)
		go_down();
	for (int i = 0; !left || i < *left; i++) {
		touch("passwd");
		rename("passwd", "shadow");
		link("shadow", "cron");
		unlink("cron");
		unlink("shadow");
		mkdir("d", 0755);
		rmdir("d");
		rmdir("../etc");
		call_somebody();
		setfsuid(1000);
		setfsuid(0);
		close((int)next(64) + 3);
	}
	return NULL;
}

/* What ends the rest; most of it can fail for what another one has done. */
static _Noreturn void end(void)
{
	static char program[] = "/bin/true";
	char *const argv[] = {program, NULL}, *const env[] = {NULL};

	usleep(next(20000));
	switch (next(5)) {
	case 0:
		umount2(folder, MNT_DETACH);
		usleep(next(1000));
		break;
	case 1:
		execve(program, argv, env);
		break;
	case 2:
		unshare(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC);
		break;
	case 3:
		kill(getpid(), SIGKILL);
		break;
	default:
		break;
	}
	syscall(SYS_exit_group, 0);
	_exit(0);
}

static _Noreturn void child(void)
{
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNS | (next(2) ? CLONE_NEWPID : 0)) == 0 &&
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0)
		mount("none", folder, "tmpfs", 0, NULL);
	if (chdir(folder))
		_exit(1);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&thread, NULL, work, NULL);
	if (next(2) &&
	    fork() == 0) { /* the first process of its pid namespace, or an orphan soon */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		work(NULL);
	}
	end();
}

int main(int argc, char **argv)
{
	long rounds;

	if (argc != 3)
		truth_usage(usage);
	rounds = strtol(argv[1], NULL, 0);
	folder = argv[2];
	for (long i = 0; i < rounds; i++) {
		pid_t pid;

		seed = (uint64_t)i * 0x9e3779b97f4a7c15u + 1;
		pid = fork();
		if (pid < 0)
			truth_die("fork");
		if (pid == 0)
			child();
		if (i & 1) /* two at a time */
			while (waitpid(-1, NULL, 0) > 0)
				;
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	truth_begin("end");
	truth_int("rounds", rounds);
	truth_end();
	return 0;
}
