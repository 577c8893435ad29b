// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "sandbox/handle.h"

#define BIT(cap) (1ull << (cap))

/* moby's oci/caps/defaults.go */
#define DOCKER_CAPS                                                                              \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FSETID) | BIT(CAP_FOWNER) |            \
	 BIT(CAP_MKNOD) | BIT(CAP_NET_RAW) | BIT(CAP_SETGID) | BIT(CAP_SETUID) |                 \
	 BIT(CAP_SETFCAP) | BIT(CAP_SETPCAP) | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SYS_CHROOT) | \
	 BIT(CAP_KILL) | BIT(CAP_AUDIT_WRITE))

static const char *const environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/",
	"LC_ALL=C",
	"TERM=dumb",
	"DEBIAN_FRONTEND=noninteractive",
	NULL,
};

int sandbox_become(uid_t uid)
{
	/* CAP_SETPCAP is among those that stay, or the order would matter. */
	for (unsigned cap = 0; cap < 64; cap++) {
		if ((DOCKER_CAPS & BIT(cap)) || prctl(PR_CAPBSET_READ, cap, 0, 0, 0) <= 0)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return -errno;
	}
	if (setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid))
		return -errno;
	return 0;
}

/* ---- in the child ------------------------------------------------------------------------ */

__attribute__((noreturn)) static void refuse(const char *what, int err)
{
	(void)dprintf(STDERR_FILENO, "cannot %s: %s\n", what, strerrordesc_np(-err));
	_exit(SANDBOX_EXIT_EXEC);
}

__attribute__((noreturn)) static void command_exec(const struct sandbox *sb,
						   const struct sandbox_command *c, int output)
{
	const struct rlimit no_core = {0, 0};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;
	int err;

	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (output < 0)
		output = null;
	if (null < 0 || dup2(null, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0)
		_exit(SANDBOX_EXIT_EXEC);
	if (setsid() < 0 || chdir("/"))
		refuse("start a session", -errno);
	(void)umask(022);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (sb->id[0]) {
		err = sandbox_cgroups_join(sb->cgroup_files);
		if (err)
			refuse("enter the cgroup", err);
	}
	err = sandbox_become(c->as_uid ? c->uid : sb->uid);
	if (err)
		refuse("change the user", err);
	/* What the caller holds open and did not mark is not for the sandbox. */
	if (syscall(SYS_close_range, 3, ~0U, 0))
		refuse("close the host's files", -errno);
	if (c->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		refuse("set no_new_privs", -errno);
	/* After the change of credentials, which resets it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)execvpe(c->argv[0], (char *const *)c->argv, (char *const *)environment);
	err = -errno;
	refuse(c->argv[0], err);
}

static int wait_code(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return SANDBOX_EXIT_EXEC;
	}
	return WIFSIGNALED(status) ? SANDBOX_EXIT_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Between the caller and the command: only children of who calls setns are in the pid namespace. */
__attribute__((noreturn)) static void helper_run(const struct sandbox *sb,
						 const struct sandbox_command *c, int output)
{
	pid_t pid;

	/*
	 * It does not die with the caller, only with its child, which pid 1 of the sandbox takes
	 * along: the child of a dead helper would be the host's pid 1's to reap, and pid 1 of the
	 * sandbox could not end before that has happened.
	 */
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	if (setns(sb->pidfd, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC |
				     CLONE_NEWUTS | CLONE_NEWCGROUP)) {
		(void)dprintf(output, "cannot enter the sandbox: %s\n", strerrordesc_np(errno));
		_exit(SANDBOX_EXIT_EXEC);
	}
	pid = fork();
	if (pid == 0)
		command_exec(sb, c, output);
	if (output >= 0)
		close(output);
	_exit(pid < 0 ? SANDBOX_EXIT_EXEC : wait_code(pid));
}

/* ---- in the caller ----------------------------------------------------------------------- */

/*
 * Starts a command; output (a descriptor) gets its stdout and stderr. *pid is a child of the caller
 * that lives as long as the command and exits with its code (or SANDBOX_EXIT_*); killing it kills
 * the command. Gives 0 or -errno.
 */
static int spawn(const struct sandbox *sb, const struct sandbox_command *c, int output, pid_t *pid)
{
	pid_t child = fork();

	if (child < 0)
		return -errno;
	if (child == 0)
		helper_run(sb, c, output);
	*pid = child;
	return 0;
}

/* Takes what is there; false at the end of the file. What does not fit is read and dropped. */
static bool drain(int fd, char *out, size_t size, size_t *used)
{
	char rest[4096] = {0};

	for (;;) {
		bool fits = *used + 1 < size;
		ssize_t n =
			read(fd, fits ? out + *used : rest, fits ? size - 1 - *used : sizeof(rest));

		if (n == 0)
			return false;
		if (n < 0)
			return true;
		if (fits)
			*used += (size_t)n;
	}
}

static int wait_and_read(int pidfd, int output, int timeout_ms, char *out, size_t size)
{
	struct pollfd p[2] = {{.fd = pidfd, .events = POLLIN}, {.fd = output, .events = POLLIN}};
	int64_t deadline = clock_ms() + timeout_ms;
	size_t used = 0;
	int err = 0;

	while (!(p[0].revents & POLLIN)) {
		int64_t left = deadline - clock_ms();
		int n = left > 0 ? poll(p, 2, (int)left) : 0;

		if (n <= 0) {
			err = n < 0 ? -errno : -ETIMEDOUT;
			break;
		}
		if (p[1].revents && !drain(output, out, size, &used))
			p[1].fd = -1;
	}
	/* Daemons that it left behind may hold the pipe open: no waiting for its end. */
	(void)drain(output, out, size, &used);
	out[used] = '\0';
	return err;
}

int sandbox_run(const struct sandbox *sb, const struct sandbox_command *c, int timeout_ms,
		char *out, size_t out_size, int *code)
{
	int fds[2], pidfd, err;
	pid_t pid = -1;

	if (out_size == 0)
		return -EINVAL;
	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	(void)fcntl(fds[0], F_SETFL, O_NONBLOCK);
	err = spawn(sb, c, fds[1], &pid);
	close(fds[1]);
	if (err)
		goto out;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	err = pidfd < 0 ? -errno : wait_and_read(pidfd, fds[0], timeout_ms, out, out_size);
	if (err)
		(void)kill(pid, SIGKILL);
	if (pidfd >= 0)
		close(pidfd);
	*code = wait_code(pid);
out:
	close(fds[0]);
	return err;
}
