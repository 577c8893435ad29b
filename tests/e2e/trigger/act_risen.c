/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every legal way to other credentials, each followed by an act of root's kind (a file created, and
 * at the end a program executed): none of them is a rise that nothing explains.
 */
#include <linux/capability.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "truth.h"

static const char usage[] = "act_risen thread|takeover|child|userns|clone-userns|capset|saved|kept";

static void act(void)
{
	int fd = openat(AT_FDCWD, "/etc/risen-legal", O_WRONLY | O_CREAT, 0644);

	if (fd >= 0)
		close(fd);
}

static _Noreturn void act_and_exec(void)
{
	act();
	execl("/bin/true", "true", (char *)NULL);
	_exit(0);
}

/* The calls themselves, which change one thread only. */
static long drop(void)
{
	return syscall(SYS_setresuid, 1000, 1000, 1000);
}

static void *drop_and_act(void *unused)
{
	(void)unused;
	if (drop())
		truth_die("setresuid");
	act();
	return NULL;
}

static atomic_bool dropped;

static void *exec_as_root(void *unused)
{
	(void)unused;
	while (!atomic_load(&dropped))
		usleep(1000);
	act_and_exec();
}

/* A thread that stays root while the leader drops, and takes over its pid by an exec. */
static void takeover(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, exec_as_root, NULL) || drop())
		truth_die("takeover");
	act();
	atomic_store(&dropped, true);
	pause();
}

static void in_thread(void *(*run)(void *))
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, NULL))
		truth_die("pthread_create");
	pthread_join(thread, NULL);
}

static void in_child(void (*run)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		run();
		act_and_exec();
	}
	waitpid(pid, NULL, 0);
}

static void drop_or_die(void)
{
	if (drop())
		truth_die("setresuid");
}

static void new_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER))
		truth_die("unshare");
	act();
}

static int cloned(void *unused)
{
	(void)unused;
	act_and_exec();
}

static void clone_user_namespace(void)
{
	static char stack[65536];
	pid_t pid = clone(cloned, stack + sizeof(stack), CLONE_NEWUSER | SIGCHLD, NULL);

	if (pid < 0)
		truth_die("clone");
	waitpid(pid, NULL, 0);
}

/* Down, and up again as far as is permitted. */
static void capabilities(void)
{
	struct __user_cap_header_struct h = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct had[2], none[2];

	if (syscall(SYS_capget, &h, had))
		truth_die("capget");
	memcpy(none, had, sizeof(none));
	none[0].effective = none[1].effective = 0;
	if (syscall(SYS_capset, &h, none))
		truth_die("capset");
	act();
	if (syscall(SYS_capset, &h, had))
		truth_die("capset");
	act();
}

static void saved(void)
{
	for (int i = 0; i < 3; i++) {
		if (syscall(SYS_setresuid, 1000, 1000, 0) || syscall(SYS_setresuid, 0, 0, 0))
			truth_die("setresuid");
		act();
	}
}

/* Kept over the change, the capabilities let it become root again. */
static void kept(void)
{
	if (prctl(PR_SET_KEEPCAPS, 1) || drop())
		truth_die("setresuid");
	capabilities();
	syscall(SYS_setresuid, 0, 0, 0);
	act();
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	truth_begin("risen");
	truth_str("way", way);
	truth_end();
	if (!strcmp(way, "thread"))
		in_thread(drop_and_act);
	else if (!strcmp(way, "takeover"))
		takeover();
	else if (!strcmp(way, "child"))
		in_child(drop_or_die);
	else if (!strcmp(way, "userns"))
		in_child(new_user_namespace);
	else if (!strcmp(way, "clone-userns"))
		clone_user_namespace();
	else if (!strcmp(way, "capset"))
		capabilities();
	else if (!strcmp(way, "saved"))
		saved();
	else if (!strcmp(way, "kept"))
		kept();
	else
		truth_usage(usage);
	act_and_exec();
}
