/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/canary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/canary_uring.h"
#include "cmd/cmd.h"
#include "event/event.h"
#include "sandbox/sandbox.h"

/* A directory that every system with BTF has; in the sandbox an empty tmpfs covers it. */
#define PLACE "/sys"
/* Names that pass whatever the rules are. */
#define WATCHED PLACE "/" SOURCE_PROOF_FILE
#define DENIED	"/proc/sys/kernel/ostype"
#define SOCKET	PLACE "/" SOURCE_PROOF_SOCKET
/* Ask the canary to act through io_uring as well, and on paths. */
#define WORD_URING "uring"
#define WORD_ACTS  "acts"

static int connect_one(const struct sockaddr_un *addr, bool ring)
{
	int client = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = -1;

	if (client < 0)
		return -1;
	err = ring ? canary_uring_connect(client, (const struct sockaddr *)addr, sizeof(*addr)) :
		     connect(client, (const struct sockaddr *)addr, sizeof(*addr));
	close(client);
	return err;
}

/* From now on this process may not connect. */
static int refuse_connects(void)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_connect, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = {sizeof(steps) / sizeof(steps[0]), steps};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
			       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ?
		       -1 :
		       0;
}

/* A child is refused a connect; where there are no such filters, it only ends. */
static int act_refused(const struct sockaddr_un *addr)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (refuse_connects() == 0)
			(void)connect_one(addr, false);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : -1;
}

static int act_connect(bool ring)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = -1;

	if (listener < 0)
		return -1;
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) == 0 && listen(listener, 2) == 0)
		err = connect_one(&addr, false);
	if (!err && ring)
		err = connect_one(&addr, true);
	if (!err && ring)
		canary_uring_sockets(listener);
	if (!err)
		err = act_refused(&addr);
	close(listener);
	return err;
}

/* Hands itself an open file. */
static int act_receive(int fd)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} c = {.head = {CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
	char byte = 0;
	struct iovec io = {&byte, 1};
	struct msghdr m = {
		.msg_iov = &io, .msg_iovlen = 1, .msg_control = &c, .msg_controllen = sizeof(c)};
	int pair[2], got = -1, err = -1;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	memcpy(CMSG_DATA(&c.head), &fd, sizeof(fd));
	if (sendmsg(pair[0], &m, 0) == 1 && recvmsg(pair[1], &m, MSG_CMSG_CLOEXEC) == 1) {
		memcpy(&got, CMSG_DATA(&c.head), sizeof(got));
		err = m.msg_controllen == sizeof(c) ? close(got) : -1;
	}
	close(pair[0]);
	close(pair[1]);
	return err;
}

static int act_fork(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : -1;
}

/*
 * Comes to where the kernel has looked up what is mounted, moved, taken away or made the root, in
 * a user namespace of a child's own, as it may do so nowhere else; whether it is done is nothing.
 */
static int act_on_mounts(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) {
			(void)mount("none", PLACE, "tmpfs", 0, NULL);
			(void)syscall(SYS_move_mount, AT_FDCWD, PLACE, AT_FDCWD, PLACE, 0);
			(void)umount2(PLACE, 0);
			(void)syscall(SYS_pivot_root, PLACE, PLACE);
		}
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid ? 0 : -1;
}

/* Each of the acts whose objects are noted before they are done. */
static int act_on_paths(void)
{
	static const char one[] = PLACE "/one", two[] = PLACE "/two", three[] = PLACE "/three";

	if (mknod(one, S_IFREG | 0600, 0) || chmod(one, 0600) || chown(one, 0, 0) ||
	    truncate(one, 0) || rename(one, two) || link(two, one) || symlink(one, three) ||
	    unlink(one) || unlink(two) || unlink(three) || mkdir(one, 0700) || rmdir(one))
		return -1;
	return act_on_mounts() || chroot("/") ? -1 : 0;
}

int cmd_canary(int argc, char **argv)
{
	bool ring = false, acts = false;
	int watched, fd;
	void *map;

	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], WORD_URING) == 0)
			ring = true;
		else if (strcmp(argv[i], WORD_ACTS) == 0)
			acts = true;
		else
			return EXIT_CODE_USAGE;
	}
	watched = open(WATCHED, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (watched < 0 || act_receive(watched))
		return EXIT_CODE_ERROR;
	/* Denied to anybody: sysctl files ask for no capability (fs/proc/proc_sysctl.c). */
	fd = open(DENIED, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	if (acts && (ftruncate(watched, 0) || act_on_paths()))
		return EXIT_CODE_ERROR;
	if (act_connect(ring) || act_fork() || (ring && canary_uring_unlink(WATCHED)))
		return EXIT_CODE_ERROR;
	/* Down and up again: the second one is a raise of privilege. */
	if (setresuid((uid_t)-1, 1, (uid_t)-1) || setresuid((uid_t)-1, 0, (uid_t)-1))
		return EXIT_CODE_ERROR;
	/* It has other credentials now than those by which the file was opened. */
	map = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, watched, 0);
	if (map == MAP_FAILED || munmap(map, 1))
		return EXIT_CODE_ERROR;
	return EXIT_CODE_OK;
}

struct watcher {
	struct canary_proof *proof;
	source_fn fn;
	void *arg;
	bool receives, maps, refuses; /* there is a hook that can prove it */
	char scratch[EVENT_SCRATCH];
};

static void note(struct canary_proof *p, const struct event *e)
{
	switch (e->kind) {
	case EVENT_EXEC:
		p->exec = true;
		p->rename = p->rename || e->prev_known;
		break;
	case EVENT_EXIT:
		p->exit = true;
		break;
	case EVENT_OPEN:
		if (e->open.call == WIRE_CALL_RECVMSG) {
			p->received = true;
		} else if (e->open.call == WIRE_CALL_MMAP) {
			p->mapped = true;
		} else if (e->blocked) {
			p->denied = true;
		} else {
			p->open = true;
			p->open_tier = e->tier;
		}
		break;
	case EVENT_SETID:
		/* The child's credentials are those that its parent's exec left: fork works. */
		p->setid = true;
		break;
	case EVENT_CONNECT:
		if (e->io_uring)
			p->uring_connect = true;
		else if (e->blocked)
			p->refused = true;
		else
			p->connect = true;
		break;
	case EVENT_SYSCALL:
		p->uring = p->uring || e->io_uring;
		break;
	default:
		break;
	}
}

static int watch(void *arg, const void *data, size_t size)
{
	struct watcher *w = arg;
	struct event e;

	if (event_decode(&e, data, size, 0, w->scratch) == 0) {
		if (e.kind == EVENT_FORK)
			w->proof->fork = true;
		else if (e.kind != EVENT_CGROUP && e.task.pid_ns == w->proof->pid_ns)
			note(w->proof, &e);
	}
	return w->fn ? w->fn(w->arg, data, size) : 0;
}

/* The kernel gives the lowest free number to the next namespace: it must not become free. */
static void hold_pid_ns(struct canary_proof *p, pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	p->pid_ns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (p->pid_ns_fd >= 0 && fstat(p->pid_ns_fd, &st) == 0)
		p->pid_ns = (uint32_t)st.st_ino;
}

void canary_release(struct canary_proof *p)
{
	if (p->pid_ns_fd >= 0)
		close(p->pid_ns_fd);
	p->pid_ns_fd = -1;
	p->pid_ns = 0;
}

static bool has_hook(const struct source *s, enum source_proof proof)
{
	size_t n;
	const struct source_hook *hooks = source_hooks(s, &n);

	for (size_t i = 0; i < n; i++)
		if (hooks[i].proof == proof && !hooks[i].error)
			return true;
	return false;
}

static bool complete(const struct watcher *w)
{
	const struct canary_proof *p = w->proof;

	return (p->received || !w->receives) && (p->mapped || !w->maps) &&
	       (p->refused || !w->refuses) && ((p->uring && p->uring_connect) || !p->uring_tried) &&
	       p->exec && p->rename && p->fork && p->exit && p->open && p->denied && p->setid &&
	       p->connect;
}

static int act(const struct sandbox *sb, bool urings, bool acts, int timeout_ms,
	       char why[static CANARY_WHY_MAX])
{
	char self[PATH_MAX], out[CANARY_WHY_MAX / 2];
	const char *const argv[] = {self, "canary",
				    acts   ? WORD_ACTS :
				    urings ? WORD_URING :
					     NULL,
				    acts && urings ? WORD_URING : NULL, NULL};
	struct sandbox_command c = {.argv = argv};
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	int code, err;

	if (n < 0)
		return -errno;
	self[n] = '\0';
	err = sandbox_run(sb, &c, timeout_ms, out, sizeof(out), &code);
	if (!err && code != 0) {
		snprintf(why, CANARY_WHY_MAX, "the acts failed inside (exit code %d): %s", code,
			 out);
		return -EIO;
	}
	return err;
}

int canary_prove(struct source *s, int timeout_ms, source_fn fn, void *arg, struct canary_proof *p,
		 char why[static CANARY_WHY_MAX])
{
	static const char *const covered[] = {PLACE, NULL};
	const struct sandbox_options o = {
		.name = "rootwatch-canary",
		.root = SANDBOX_ROOT_HOST,
		.no_cgroup = true,
		.tmpfs = covered,
	};
	struct watcher w = {.proof = p, .fn = fn, .arg = arg};
	int64_t end = clock_ms() + timeout_ms;
	struct sandbox *sb;
	int err;

	memset(p, 0, sizeof(*p));
	p->pid_ns_fd = -1;
	w.receives = has_hook(s, SOURCE_PROOF_RECEIVED);
	p->uring_tried = has_hook(s, SOURCE_PROOF_URING) &&
			 has_hook(s, SOURCE_PROOF_URING_CONNECT) && canary_uring_works();
	w.maps = has_hook(s, SOURCE_PROOF_MAPPED);
	w.refuses = has_hook(s, SOURCE_PROOF_REFUSED);
	why[0] = '\0';
	err = sandbox_open(&sb, &o, why);
	if (err)
		return err;
	hold_pid_ns(p, sandbox_pid(sb));
	(void)source_prove_urings(s, p->uring_tried);
	(void)source_prove_acts(s, true);
	err = act(sb, p->uring_tried, source_acts(s), timeout_ms, why);
	while (!err && !complete(&w) && clock_ms() < end) {
		int n = source_poll(s, (int)(end - clock_ms()), watch, &w);

		if (n < 0)
			err = n;
	}
	p->uring_sockets = source_prove_urings(s, false);
	p->acts = source_prove_acts(s, false);
	sandbox_close(sb);
	p->moved = source_prove_moves(s);
	if (err && !why[0])
		snprintf(why, CANARY_WHY_MAX, "%s", strerror(-err));
	return err;
}

bool canary_tries(const struct canary_proof *p, const struct source_hook *hook)
{
	return p->uring_tried ||
	       (hook->proof != SOURCE_PROOF_URING && hook->proof != SOURCE_PROOF_URING_CONNECT &&
		hook->proof != SOURCE_PROOF_URING_NET);
}

bool canary_proves(const struct canary_proof *p, const struct source_hook *hook)
{
	bool calls = p->setid && p->connect;

	switch (hook->proof) {
	case SOURCE_PROOF_RENAME:
		return p->rename;
	case SOURCE_PROOF_EXEC:
		return p->exec;
	case SOURCE_PROOF_FORK:
		return p->fork;
	case SOURCE_PROOF_EXIT:
		return p->exit;
	case SOURCE_PROOF_MOVED:
		return p->moved;
	case SOURCE_PROOF_OPEN:
		return p->open && p->open_tier == hook->tier;
	case SOURCE_PROOF_DENIED:
		return p->denied;
	case SOURCE_PROOF_OPENS:
		return p->open && p->open_tier == hook->tier && p->denied;
	case SOURCE_PROOF_RECEIVED:
		return p->received;
	case SOURCE_PROOF_URING:
		return p->uring;
	case SOURCE_PROOF_URING_CONNECT:
		return p->uring_connect;
	case SOURCE_PROOF_URING_NET:
		return p->uring_sockets & hook->act;
	case SOURCE_PROOF_MAPPED:
		return p->mapped;
	case SOURCE_PROOF_REFUSED:
		return p->refused;
	case SOURCE_PROOF_ACT:
		return p->acts & hook->act;
	case SOURCE_PROOF_CALLS:
		return calls;
	case SOURCE_PROOF_ALL_CALLS:
		break;
	}
	return calls && p->open && p->denied;
}
