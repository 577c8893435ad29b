/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/canary.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/canary_acts.h"
#include "cmd/canary_uring.h"
#include "event/event.h"
#include "sandbox/sandbox.h"

struct watcher {
	struct canary_proof *proof;
	source_fn fn;
	void *arg;
	bool receives, maps, refuses, sends; /* there is a hook that can prove it */
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
		if (e->connect.flags & WIRE_CONNECT_UNCONNECTED)
			p->datagram = true;
		else if (e->io_uring)
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
	       (p->refused || !w->refuses) && (p->datagram || !w->sends) &&
	       ((p->uring && p->uring_connect) || !p->uring_tried) && p->exec && p->rename &&
	       p->fork && p->exit && p->open && p->denied && p->setid && p->connect;
}

static int act(const struct sandbox *sb, bool urings, bool acts, int timeout_ms,
	       char why[static CANARY_WHY_MAX])
{
	char self[PATH_MAX], out[CANARY_WHY_MAX / 2];
	const char *const argv[] = {self, "canary",
				    acts   ? CANARY_PATHS :
				    urings ? CANARY_URING :
					     NULL,
				    acts && urings ? CANARY_URING : NULL, NULL};
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
	static const char *const covered[] = {CANARY_PLACE, NULL};
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
	w.receives = has_hook(s, SOURCE_PROOF_RECEIVED) || has_hook(s, SOURCE_PROOF_ALL_CALLS);
	p->uring_tried = has_hook(s, SOURCE_PROOF_URING) &&
			 has_hook(s, SOURCE_PROOF_URING_CONNECT) && canary_uring_works();
	w.maps = has_hook(s, SOURCE_PROOF_MAPPED);
	w.refuses = has_hook(s, SOURCE_PROOF_REFUSED);
	w.sends = has_hook(s, SOURCE_PROOF_DATAGRAM);
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
	case SOURCE_PROOF_DATAGRAM:
		return p->datagram;
	case SOURCE_PROOF_REFUSED:
		return p->refused;
	case SOURCE_PROOF_ACT:
		return p->acts & hook->act;
	case SOURCE_PROOF_CALLS:
		return calls;
	case SOURCE_PROOF_ALL_CALLS:
		break;
	}
	return calls && p->open && p->denied && p->received;
}
