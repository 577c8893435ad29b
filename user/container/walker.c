// SPDX-License-Identifier: Apache-2.0
#include "container/walker.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "container/queued.h"
#include "container/waits.h"

#ifndef RESOLVE_CACHED /* since Linux 5.12: what would have to wait fails with EAGAIN */
#define RESOLVE_CACHED 0x20
#endif

/* Nobody asks for the path again: what it may cost, once, when a file system hangs. */
#define DEADLINE_MS 20
#define KEPT_MS	    10 /* of it: the rest can have been the way there */

/* So often that long for a thread that waits for a processor: who keeps all of them busy must not
 * hide by that where paths lead. Before Linux 5.12 (see above) every path is followed by a thread. */
#define STARVED_MAX 10

/* So many mount namespaces may hang at a time before the others are not answered either. */
#define HELPERS 4

enum state {
	STATE_IDLE,
	STATE_ASKED,
	STATE_DONE,
	STATE_QUIT,
};

/* One thread, and what it was asked last. Its own from STATE_ASKED to STATE_DONE. */
struct helper {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t asked, done;
	enum state state;
	atomic_int walks;     /* its thread id, while it is in the file system; else 0 */
	int times;	      /* of the thread: see queued.h */
	struct queued queued; /* since it went there */
	bool given_up;	      /* nobody waits for it */
	uint32_t mnt_ns;
	int root, result;
	uint64_t flags;
	char path[PATH_MAX];
};

struct walker {
	struct waits waits;
	struct helper *helpers[HELPERS];
};

static int walk(int root, const char *path, uint64_t flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};
	int fd = (int)syscall(SYS_openat2, root, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static uint64_t now_ns(void)
{
	return (uint64_t)clock_ns(CLOCK_MONOTONIC);
}

static void *help(void *arg)
{
	struct helper *h = arg;
	struct queued_times times;
	uint64_t now;

	pthread_mutex_lock(&h->lock);
	h->times = queued_open();
	while (h->state != STATE_QUIT) {
		if (h->state != STATE_ASKED) {
			pthread_cond_wait(&h->asked, &h->lock);
			continue;
		}
		queued_read(h->times, &times);
		queued_begin(&h->queued, now_ns(), &times);
		pthread_mutex_unlock(&h->lock);
		atomic_store(&h->walks, gettid());
		h->result = walk(h->root, h->path, h->flags, 0);
		atomic_store(&h->walks, 0);
		now = now_ns(); /* before its times: a wait between the two is not the file system's
				 */
		queued_read(h->times, &times);
		close(h->root);
		pthread_mutex_lock(&h->lock);
		queued_look(&h->queued, now, &times, false);
		h->state = STATE_DONE;
		if (h->given_up) {
			if (h->result >= 0)
				close(h->result);
			h->given_up = false;
			h->state = STATE_IDLE;
		}
		pthread_cond_signal(&h->done);
	}
	pthread_mutex_unlock(&h->lock);
	if (h->times >= 0)
		close(h->times);
	return NULL;
}

/* Signals are for the main thread. */
static int start_thread(struct helper *h)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&h->thread, NULL, help, h);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -err;
}

static struct helper *helper_new(void)
{
	struct helper *h = calloc(1, sizeof(*h));
	pthread_condattr_t attr;

	if (!h)
		return NULL;
	h->times = -1;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->asked, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->done, &attr);
	pthread_condattr_destroy(&attr);
	if (start_thread(h)) {
		free(h);
		return NULL;
	}
	return h;
}

/*
 * Does it wait for a processor, and not for the file system? The state of a thread is the third
 * field of its stat (proc(5)): R is running or about to.
 */
static bool is_ready(int tid)
{
	char path[64], text[256];
	const char *end;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	end = strrchr(text, ')');
	return end && strncmp(end, ") R", 3) == 0;
}

/*
 * Does the file system keep it? Not when it is ready, nor when it has just got there for want of a
 * processor. h's lock is held.
 */
static bool is_kept(struct helper *h)
{
	int tid = atomic_load(&h->walks);
	struct queued_times times;
	uint64_t now;

	if (tid == 0)
		return false; /* on its way there, or back */
	now = now_ns();
	queued_read(h->times, &times);
	queued_look(&h->queued, now, &times, is_ready(tid));
	return !h->queued.was_ready && queued_not(&h->queued) >= KEPT_MS * 1000000u;
}

static struct timespec deadline(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += DEADLINE_MS * 1000000l;
	if (at.tv_nsec >= 1000000000l) {
		at.tv_nsec -= 1000000000l;
		at.tv_sec++;
	}
	return at;
}

/* held_up: gives how long the file system took, ns. */
static int helper_ask(struct helper *h, uint32_t mnt_ns, int root, const char *path, uint64_t flags,
		      uint64_t *held_up)
{
	struct timespec until = deadline();
	int result = -ETIMEDOUT, starved = 0;

	/* Its own: when nobody waits any more, root is closed. */
	root = fcntl(root, F_DUPFD_CLOEXEC, 0);
	if (root < 0)
		return -errno;
	pthread_mutex_lock(&h->lock);
	h->mnt_ns = mnt_ns;
	h->root = root;
	h->flags = flags;
	h->queued = (struct queued){};
	memcpy(h->path, path, strlen(path) + 1);
	h->state = STATE_ASKED;
	pthread_cond_signal(&h->asked);
	while (h->state == STATE_ASKED && !h->given_up) {
		if (pthread_cond_timedwait(&h->done, &h->lock, &until) != ETIMEDOUT ||
		    h->state != STATE_ASKED)
			continue;
		h->given_up = is_kept(h) || ++starved > STARVED_MAX;
		until = deadline();
	}
	if (h->state == STATE_DONE) {
		result = h->result;
		h->state = STATE_IDLE;
	}
	*held_up = queued_not(&h->queued);
	pthread_mutex_unlock(&h->lock);
	return result;
}

/* Gives the mount namespace it still hangs in, or false. */
static bool hangs(struct helper *h, uint32_t *mnt_ns)
{
	bool busy;

	pthread_mutex_lock(&h->lock);
	busy = h->state == STATE_ASKED;
	*mnt_ns = h->mnt_ns;
	pthread_mutex_unlock(&h->lock);
	return busy;
}

static struct helper *find_helper(struct walker *w, uint32_t mnt_ns)
{
	struct helper **free_one = NULL;
	uint32_t other;

	for (size_t i = 0; i < HELPERS; i++) {
		if (w->helpers[i] && hangs(w->helpers[i], &other)) {
			if (other == mnt_ns)
				return NULL;
		} else if (!free_one || (!*free_one && w->helpers[i])) {
			free_one = &w->helpers[i];
		}
	}
	if (free_one && !*free_one)
		*free_one = helper_new();
	return free_one ? *free_one : NULL;
}

int walker_open(struct walker *w, uint32_t mnt_ns, int root, const char *path, uint32_t more)
{
	uint64_t flags = O_PATH | O_CLOEXEC | more;
	uint64_t held_up = 0;
	struct helper *h;
	int fd;

	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	fd = walk(root, path, flags, RESOLVE_CACHED);
	/* EINVAL: a kernel that does not know the flag. */
	if (fd != -EAGAIN && fd != -EINVAL)
		return fd;
	h = waits_may(&w->waits, mnt_ns, now_ns()) ? find_helper(w, mnt_ns) : NULL;
	if (!h)
		return -EBUSY;
	fd = helper_ask(h, mnt_ns, root, path, flags, &held_up);
	waits_spend(&w->waits, mnt_ns, now_ns(), held_up);
	return fd;
}

int walker_new(struct walker **out)
{
	struct walker *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	*out = w;
	return 0;
}

void walker_free(struct walker *w)
{
	uint32_t mnt_ns;

	if (!w)
		return;
	for (size_t i = 0; i < HELPERS; i++) {
		struct helper *h = w->helpers[i];

		if (!h)
			continue;
		if (hangs(h, &mnt_ns)) {
			pthread_detach(h->thread);
			continue;
		}
		pthread_mutex_lock(&h->lock);
		h->state = STATE_QUIT;
		pthread_cond_signal(&h->asked);
		pthread_mutex_unlock(&h->lock);
		pthread_join(h->thread, NULL);
		pthread_cond_destroy(&h->asked);
		pthread_cond_destroy(&h->done);
		pthread_mutex_destroy(&h->lock);
		free(h);
	}
	free(w);
}
