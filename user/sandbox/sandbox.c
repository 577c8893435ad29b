// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/handle.h"
#include "sandbox/rootfs.h"
#include "sandbox/why.h"

/* What pid 1 tells the keeper, and the keeper the opener. Below PIPE_BUF: written at once. */
struct report {
	int err;
	pid_t init;
	char why[SANDBOX_WHY_MAX];
};

static int pipe_read(int fd, struct report *r)
{
	ssize_t n;

	do {
		n = read(fd, r, sizeof(*r));
	} while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*r) ? 0 : -EPIPE;
}

static void pipe_write(int fd, const struct report *r)
{
	/* If nobody reads any more, nobody wants to know. */
	ssize_t n = write(fd, r, sizeof(*r));

	(void)n;
}

static void close_files(int files[static SANDBOX_HIERARCHIES_MAX])
{
	for (size_t i = 0; i < SANDBOX_HIERARCHIES_MAX; i++) {
		if (files[i] >= 0)
			close(files[i]);
		files[i] = -1;
	}
}

/*
 * As process 1 of a pid namespace (a container's first process) we get the orphans, and the
 * sandbox's own pid 1 does not end before those are reaped that ran in there (a command that took
 * too long).
 */
static void reap(pid_t pid)
{
	bool orphans = getpid() == 1;
	pid_t got;

	do
		got = waitpid(orphans ? -1 : pid, NULL, 0);
	while (got != pid && (got > 0 || errno == EINTR));
}

/* ---- pid 1 ------------------------------------------------------------------------------- */

static int loopback_up(char why[static SANDBOX_WHY_MAX])
{
	struct ifreq ifr = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return sandbox_why(why, -errno, "cannot make a socket");
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		err = sandbox_why(why, -errno, "cannot bring the loopback device up");
	close(fd);
	return err;
}

/* Only the standard streams are kept, and they lead nowhere. */
static int drop_files(int keep1, int keep2, char why[static SANDBOX_WHY_MAX])
{
	unsigned low = (unsigned)(keep1 < keep2 ? keep1 : keep2);
	unsigned high = (unsigned)(keep1 < keep2 ? keep2 : keep1);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		return sandbox_why(why, -errno, "cannot open /dev/null");
	if ((low > 3 && syscall(SYS_close_range, 3, low - 1, 0)) ||
	    (high > low + 1 && syscall(SYS_close_range, low + 1, high - 1, 0)) ||
	    syscall(SYS_close_range, high + 1, ~0U, 0))
		return sandbox_why(why, -errno, "cannot close the host's files");
	return 0;
}

static int init_set_up(const struct sandbox *sb, const struct sandbox_options *o, int report,
		       int lifeline, char why[static SANDBOX_WHY_MAX])
{
	int err;

	/* The cgroup first, so that it is the root of the cgroup namespace. */
	if (!o->no_cgroup) {
		err = sandbox_cgroups_join(sb->cgroup_files);
		if (err)
			return sandbox_why(why, err, "cannot move into a cgroup of its own");
	}
	if (unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP))
		return sandbox_why(why, -errno, "cannot make namespaces (needs CAP_SYS_ADMIN)");
	if (sethostname(o->name, strlen(o->name)))
		return sandbox_why(why, -errno, "cannot set the host name");
	err = loopback_up(why);
	if (!err)
		err = rootfs_enter(o, why);
	if (!err)
		err = drop_files(report, lifeline, why);
	if (err)
		return err;
	err = sandbox_become(o->uid);
	if (err)
		return sandbox_why(why, err, "cannot become uid %u", (unsigned)o->uid);
	return 0;
}

__attribute__((noreturn)) static void init_run(const struct sandbox *sb,
					       const struct sandbox_options *o, int report,
					       int lifeline)
{
	struct report r = {0};
	sigset_t all;
	char byte;

	(void)prctl(PR_SET_NAME, "sandbox-init");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	r.err = init_set_up(sb, o, report, lifeline, r.why);
	/* A change of credentials has taken it away. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	/* Orphans end without a trace. */
	(void)signal(SIGCHLD, SIG_IGN);
	pipe_write(report, &r);
	close(report);
	/* Ends when the keeper does; a keeper that died before the prctl above is seen here. */
	if (r.err == 0 && read(lifeline, &byte, 1) < 0)
		_exit(1);
	_exit(r.err != 0);
}

/* ---- keeper ------------------------------------------------------------------------------ */

static pid_t keeper_start_init(const struct sandbox *sb, const struct sandbox_options *o,
			       struct report *r)
{
	int report[2] = {-1, -1}, lifeline[2] = {-1, -1};
	pid_t init = -1;

	if (pipe2(report, O_CLOEXEC) || pipe2(lifeline, O_CLOEXEC) || unshare(CLONE_NEWPID)) {
		r->err = sandbox_why(r->why, -errno,
				     "cannot make a pid namespace (needs CAP_SYS_ADMIN)");
		goto out;
	}
	init = fork();
	if (init == 0) {
		close(lifeline[1]);
		init_run(sb, o, report[1], lifeline[0]);
	}
	close(report[1]);
	report[1] = -1;
	if (init < 0)
		r->err = sandbox_why(r->why, -errno, "cannot fork");
	else if (pipe_read(report[0], r))
		r->err = sandbox_why(r->why, -EPIPE, "pid 1 ended during its set-up");
	r->init = init;
out:
	/* lifeline[1] stays open for as long as the keeper lives. */
	if (report[0] >= 0)
		close(report[0]);
	if (report[1] >= 0)
		close(report[1]);
	if (lifeline[0] >= 0)
		close(lifeline[0]);
	return init;
}

/* Ends on SIGTERM from sandbox_close, on the opener's death, and when pid 1 is gone. */
__attribute__((noreturn)) static void keeper_run(const struct sandbox *sb,
						 const struct sandbox_options *o, pid_t opener,
						 int report)
{
	struct report r = {0};
	sigset_t waited;
	pid_t init;
	int sig;

	/* Away from the terminal: Ctrl-C is the opener's business. */
	(void)setsid();
	(void)prctl(PR_SET_NAME, "sandbox-keeper");
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&waited);
	(void)sigaddset(&waited, SIGTERM);
	(void)sigaddset(&waited, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &waited, NULL);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	init = keeper_start_init(sb, o, &r);
	if (r.err == 0 && getppid() == opener) {
		pipe_write(report, &r);
		close(report);
		(void)sigwait(&waited, &sig);
	}
	if (init > 0) {
		(void)kill(init, SIGKILL);
		reap(init);
	}
	if (sb->id[0])
		sandbox_cgroups_remove(&sb->cgroups, sb->id);
	/* A failure is told last: when the opener reads it, nothing is left. */
	if (r.err)
		pipe_write(report, &r);
	_exit(r.err != 0);
}

/* ---- opener ------------------------------------------------------------------------------ */

static int make_cgroups(struct sandbox *sb, char why[static SANDBOX_WHY_MAX])
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	int err;

	if (!f)
		return sandbox_why(why, -errno, "cannot read /proc/self/mountinfo");
	err = sandbox_cgroups_find(&sb->cgroups, f);
	(void)fclose(f);
	if (err)
		return sandbox_why(why, err, "cannot read /proc/self/mountinfo");
	if (sb->cgroups.n == 0)
		return sandbox_why(why, -ENOENT,
				   "no cgroup hierarchy is mounted (try: mount -t cgroup2 none "
				   "/sys/fs/cgroup)");
	sandbox_cgroups_sweep(&sb->cgroups);
	err = sandbox_id_new(sb->id);
	if (err)
		return sandbox_why(why, err, "cannot make an id");
	err = sandbox_cgroups_make(&sb->cgroups, sb->id, sb->cgroup_files);
	if (err < 0)
		return sandbox_why(why, err, "cannot make a cgroup below %s", sb->cgroups.mount[0]);
	return 0;
}

static int start_keeper(struct sandbox *sb, const struct sandbox_options *o,
			char why[static SANDBOX_WHY_MAX])
{
	struct report r = {0};
	pid_t opener = getpid();
	int fds[2], err;

	if (pipe2(fds, O_CLOEXEC))
		return sandbox_why(why, -errno, "cannot make a pipe");
	sb->keeper = fork();
	if (sb->keeper == 0) {
		close(fds[0]);
		keeper_run(sb, o, opener, fds[1]);
	}
	err = sb->keeper < 0 ? sandbox_why(why, -errno, "cannot fork") : 0;
	close(fds[1]);
	if (!err && pipe_read(fds[0], &r))
		err = sandbox_why(why, -EPIPE, "the sandbox's keeper ended during its set-up");
	close(fds[0]);
	if (!err && r.err) {
		(void)snprintf(why, SANDBOX_WHY_MAX, "%.*s", (int)sizeof(r.why) - 1, r.why);
		err = r.err;
	}
	if (err)
		return err;
	sb->init = r.init;
	/* By number: the keeper does not reap pid 1 before it is told to, unless that one died. */
	sb->pidfd = (int)syscall(SYS_pidfd_open, r.init, 0);
	return sb->pidfd < 0 ? sandbox_why(why, -errno, "pid 1 of the sandbox is gone") : 0;
}

int sandbox_open(struct sandbox **sb, const struct sandbox_options *o,
		 char why[static SANDBOX_WHY_MAX])
{
	struct sandbox *s = calloc(1, sizeof(*s));
	int err = 0;

	if (!s)
		return sandbox_why(why, -ENOMEM, "cannot make a sandbox");
	s->uid = o->uid;
	s->keeper = -1;
	s->pidfd = -1;
	memset(s->cgroup_files, -1, sizeof(s->cgroup_files));
	if (!o->no_cgroup)
		err = make_cgroups(s, why);
	if (!err)
		err = start_keeper(s, o, why);
	if (err) {
		sandbox_close(s);
		return err;
	}
	*sb = s;
	return 0;
}

void sandbox_close(struct sandbox *sb)
{
	if (!sb)
		return;
	if (sb->keeper > 0) {
		(void)kill(sb->keeper, SIGTERM);
		reap(sb->keeper);
	}
	if (sb->pidfd >= 0)
		close(sb->pidfd);
	close_files(sb->cgroup_files);
	/* For the case that there was no keeper, or that somebody killed it. */
	if (sb->id[0])
		sandbox_cgroups_remove(&sb->cgroups, sb->id);
	sandbox_cgroups_free(&sb->cgroups);
	free(sb);
}

const char *sandbox_id(const struct sandbox *sb)
{
	return sb->id;
}

pid_t sandbox_pid(const struct sandbox *sb)
{
	char path[40], line[64];
	pid_t pid = 0;
	FILE *f;

	/* "Pid:" there is as that procfs counts (pidfd_show_fdinfo() in the kernel's fs/pidfs.c). */
	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", sb->pidfd);
	f = fopen(path, "re");
	while (f && pid == 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, "Pid:", 4) == 0)
			pid = (pid_t)strtol(line + 4, NULL, 10);
	if (f)
		(void)fclose(f);
	return pid > 0 ? pid : 0;
}

const char *sandbox_scratch(void)
{
	const char *dir = rootfs_cover();

	if (!dir) {
		errno = ENOENT;
		return NULL;
	}
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", dir, "tmpfs", MS_NODEV | MS_NOSUID, "mode=700,size=64m"))
		return NULL;
	return dir;
}
