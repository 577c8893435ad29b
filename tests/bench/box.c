// SPDX-License-Identifier: Apache-2.0
#include "box.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cgroups.h"
#include "rootfs.h"
#include "say.h"

#define BOX_NAMESPACES (CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS)
#define BOX_UID	       1000
#define ARGS_MAX       8

/* ---- its first process ---------------------------------------------------------------------- */

static int enter_root(const struct box *box)
{
	char at[300], root[400];

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	snprintf(root, sizeof(root), "%s/mnt/root", box->scratch);
	if (chdir(root))
		return -errno;
	snprintf(at, sizeof(at), "%s/volume", box->scratch);
	if (mount(at, "data", NULL, MS_BIND, NULL))
		return -errno;
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return -errno;
	if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/"))
		return -errno;
	return 0;
}

/* Tells its error through fd; the exec closes it. */
static void __attribute__((noreturn)) init_main(const struct box *box, int fd)
{
	int err;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	err = cgroups_join(box->id);
	if (!err && unshare(CLONE_NEWCGROUP))
		err = -errno;
	if (!err)
		err = enter_root(box);
	if (!err) {
		char *argv[] = {(char *)"load", (char *)"hold", NULL}, *envp[] = {NULL};

		execve("/bin/load", argv, envp);
		err = -errno;
	}
	if (write(fd, &err, sizeof(err)) != sizeof(err))
		_exit(3);
	_exit(2);
}

static int init_start(struct box *box)
{
	struct clone_args args = {.flags = BOX_NAMESPACES | CLONE_PIDFD,
				  .exit_signal = SIGCHLD,
				  .pidfd = (uint64_t)(uintptr_t)&box->pidfd};
	int fds[2], err = 0;
	long pid;

	if (pipe2(fds, O_CLOEXEC))
		return bench_fail(errno, "pipe");
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		init_main(box, fds[1]);
	close(fds[1]);
	if (pid < 0) {
		close(fds[0]);
		return bench_fail(errno, "the container's first process (namespaces)");
	}
	box->init = (pid_t)pid;
	if (read(fds[0], &err, sizeof(err)) == sizeof(err))
		bench_fail(-err, "setting up the container");
	close(fds[0]);
	return err;
}

static void make_id(char id[65])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[32];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		memset(bytes, 0x5a, sizeof(bytes));
	for (int i = 0; i < 32; i++) {
		id[2 * i] = hex[bytes[i] >> 4];
		id[2 * i + 1] = hex[bytes[i] & 15];
	}
	id[64] = '\0';
}

int box_open(struct box *box, const char *scratch, const char *guests, int cpu)
{
	int err;

	memset(box, 0, sizeof(*box));
	box->pidfd = -1;
	box->cpu = cpu;
	snprintf(box->scratch, sizeof(box->scratch), "%s", scratch);
	snprintf(box->guests, sizeof(box->guests), "%s", guests);
	snprintf(box->host, sizeof(box->host), "%s/host", scratch);
	make_id(box->id);
	err = rootfs_make(scratch, box->host, guests);
	if (!err)
		err = cgroups_make(box->id);
	if (!err)
		err = init_start(box);
	if (err)
		box_close(box);
	return err;
}

void box_close(struct box *box)
{
	if (box->init > 0) {
		kill(box->init, SIGKILL);
		waitpid(box->init, NULL, 0);
	}
	if (box->pidfd >= 0)
		close(box->pidfd);
	if (box->id[0]) {
		cgroups_remove(box->id);
		rootfs_unmount(box->scratch);
	}
	rootfs_remove(box->scratch);
	memset(box, 0, sizeof(*box));
	box->pidfd = -1;
}

/* ---- programs in it ------------------------------------------------------------------------- */

static void __attribute__((noreturn)) run_guest(const char *program, char *const argv[])
{
	char *envp[] = {NULL};

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execve(program, argv, envp);
	fprintf(stderr, "bench: %s: %s\n", program, strerror(errno));
	_exit(127);
}

/* Joins the container as `docker exec` does: cgroup and namespaces, then a child within. */
static void __attribute__((noreturn))
run_inside(const struct box *box, uid_t uid, char *const argv[])
{
	int status;
	pid_t pid;

	if (cgroups_join(box->id) || setns(box->pidfd, BOX_NAMESPACES | CLONE_NEWCGROUP))
		_exit(126);
	pid = fork();
	if (pid < 0)
		_exit(126);
	if (pid == 0) {
		if (chdir("/") || (uid && (setgroups(0, NULL) || setresgid(uid, uid, uid) ||
					   setresuid(uid, uid, uid))))
			_exit(126);
		run_guest("/bin/load", argv);
	}
	close(STDOUT_FILENO);
	if (waitpid(pid, &status, 0) != pid)
		_exit(126);
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 125);
}

/* What else runs on this CPU shall not cut into the slices. Being nice is not enough: other
 * sessions and cgroups have shares of their own. */
static void be_first(void)
{
	struct sched_param lowest = {.sched_priority = 1};

	if (sched_setscheduler(0, SCHED_FIFO, &lowest))
		setpriority(PRIO_PROCESS, 0, -20);
}

int box_start(const struct box *box, enum place place, const char *const args[], pid_t *pid,
	      int *out)
{
	char *argv[ARGS_MAX + 2] = {(char *)"load"};
	char program[400];
	int fds[2];
	cpu_set_t cpus;

	for (int i = 0; i < ARGS_MAX && args[i]; i++)
		argv[i + 1] = (char *)args[i];
	snprintf(program, sizeof(program), "%s/bin/load", box->host);
	if (pipe2(fds, O_CLOEXEC))
		return bench_fail(errno, "pipe");
	*pid = fork();
	if (*pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return bench_fail(errno, "fork");
	}
	if (*pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		CPU_ZERO(&cpus);
		CPU_SET(box->cpu, &cpus);
		be_first();
		if (sched_setaffinity(0, sizeof(cpus), &cpus) || dup2(fds[1], STDOUT_FILENO) < 0)
			_exit(126);
		close(fds[0]);
		close(fds[1]);
		if (place == PLACE_HOST)
			run_guest(program, argv);
		run_inside(box, place == PLACE_USER ? BOX_UID : 0, argv);
	}
	close(fds[1]);
	*out = fds[0];
	return 0;
}

int box_wait(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) != pid) {
		if (errno != EINTR)
			return -errno;
		if (bench_stop)
			kill(pid, SIGKILL);
	}
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

int box_run(const struct box *box, enum place place, const char *const args[], void *buf,
	    size_t cap, size_t *len)
{
	size_t got = 0;
	pid_t pid = -1;
	int fd = -1, err = box_start(box, place, args, &pid, &fd);

	if (err)
		return err;
	while (got < cap) {
		ssize_t n = read(fd, (char *)buf + got, cap - got);

		if (n < 0 && errno == EINTR && !bench_stop)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd);
	if (bench_stop)
		kill(pid, SIGKILL);
	err = box_wait(pid);
	if (bench_stop)
		return -EINTR;
	if (err)
		return bench_fail(-err, "load %s %s", args[0], args[1] ? args[1] : "");
	*len = got;
	return 0;
}
