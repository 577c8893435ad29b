// SPDX-License-Identifier: Apache-2.0
/*
 * One process that changes what can be told of it, and opens /etc/now-STEP for writing after each
 * step. Its parent ends on the way. Says who it is after each step.
 */
#include "truth.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

static void need(int result, const char *what)
{
	if (result < 0)
		truth_die(what);
}

static void step(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/etc/now-%s", name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		truth_die(path);
	close(fd);
	truth_begin(name);
	truth_str("path", path);
	truth_int("ppid", getppid());
	truth_link("cwd", "/proc/self/cwd");
	truth_end();
}

static void lose_parent(pid_t parent)
{
	const struct timespec ms = {.tv_nsec = 1000000};

	kill(parent, SIGTERM);
	while (getppid() == parent)
		nanosleep(&ms, NULL);
}

/* Forks; the child goes on, the parent stays until it is killed. */
static pid_t leave_parent(void)
{
	pid_t parent = getpid(), child = fork();

	need(child, "fork");
	if (child > 0) {
		while (true)
			pause();
	}
	return parent;
}

static void change(void)
{
	pid_t parent = leave_parent();

	step("first");
	need(prctl(PR_SET_NAME, "an-other-name"), "PR_SET_NAME");
	step("comm");
	need(mkdir("/now-a", 0700), "mkdir");
	need(chdir("/now-a"), "chdir");
	step("cwd");
	need(rename("/now-a", "/now-b"), "rename");
	step("renamed");
	need(setresgid(7, 8, 9), "setresgid");
	need(setresuid(4, 0, 5), "setresuid");
	step("ids");
	need(setsid(), "setsid");
	step("session");
	lose_parent(parent);
	step("orphan");
}

/* Ends when the child's child does, which holds the pipe. */
int main(void)
{
	int ends[2];
	char byte;

	need(pipe(ends), "pipe");
	if (fork() == 0) {
		close(ends[0]);
		change();
		return 0;
	}
	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	return 0;
}
