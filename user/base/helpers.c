// SPDX-License-Identifier: Apache-2.0
#include "base/helpers.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/queued.h"
#include "base/waits.h"

/* Nobody asks again: what it may cost, once, when the work hangs. */
#define DEADLINE_MS 20
#define KEPT_MS	    10 /* of it: the rest can have been the way there */

/* So often that long for a thread that waits for a processor: who keeps all of them busy must not
 * hide by that what is asked for. */
#define STARVED_MAX 10

/* Of so many the work may hang at a time before the others are not answered either. */
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
	atomic_int works;     /* its thread id, while it works; else 0 */
	int times;	      /* of the thread: see queued.h */
	struct queued queued; /* since it began */
	bool given_up;	      /* nobody waits for it */
	uint32_t whose;
	const struct helpers_work *work;
	int result;
	_Alignas(max_align_t) char room[HELPERS_ROOM];
};

struct helpers {
	struct waits waits;
	struct helper *helpers[HELPERS];
};

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
		atomic_store(&h->works, gettid());
		h->result = h->work->run(h->room);
		atomic_store(&h->works, 0);
		now = now_ns(); /* before its times: a wait between the two is not the work's */
		queued_read(h->times, &times);
		pthread_mutex_lock(&h->lock);
		queued_look(&h->queued, now, &times, false);
		h->state = STATE_DONE;
		if (h->given_up) {
			if (h->work->drop)
				h->work->drop(h->result);
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
 * Does it wait for a processor, and for nothing else? The state of a thread is the third
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
 * Does the work keep it? Not when it is ready, nor when it has just got there for want of a
 * processor. h's lock is held.
 */
static bool is_kept(struct helper *h)
{
	int tid = atomic_load(&h->works);
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

/* held_up: gives how long the work took, ns. */
static int helper_ask(struct helper *h, uint32_t whose, const struct helpers_work *work, void *room,
		      size_t in, size_t out, uint64_t *held_up)
{
	struct timespec until = deadline();
	int result = work->take(room), starved = 0;

	if (result)
		return result;
	result = -ETIMEDOUT;
	pthread_mutex_lock(&h->lock);
	h->whose = whose;
	h->work = work;
	h->queued = (struct queued){};
	memcpy(h->room, room, in);
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
		memcpy(room, h->room, out);
		h->state = STATE_IDLE;
	}
	*held_up = queued_not(&h->queued);
	pthread_mutex_unlock(&h->lock);
	return result;
}

/* Gives whose work it still hangs in, or false. */
static bool hangs(struct helper *h, uint32_t *whose)
{
	bool busy;

	pthread_mutex_lock(&h->lock);
	busy = h->state == STATE_ASKED;
	*whose = h->whose;
	pthread_mutex_unlock(&h->lock);
	return busy;
}

static struct helper *find_helper(struct helpers *hs, uint32_t whose)
{
	struct helper **free_one = NULL;
	uint32_t other;

	for (size_t i = 0; i < HELPERS; i++) {
		if (hs->helpers[i] && hangs(hs->helpers[i], &other)) {
			if (other == whose)
				return NULL;
		} else if (!free_one || (!*free_one && hs->helpers[i])) {
			free_one = &hs->helpers[i];
		}
	}
	if (free_one && !*free_one)
		*free_one = helper_new();
	return free_one ? *free_one : NULL;
}

bool helpers_may(struct helpers *h, uint32_t whose)
{
	return waits_may(&h->waits, whose, now_ns());
}

void helpers_took(struct helpers *h, uint32_t whose, uint64_t ns)
{
	waits_spend(&h->waits, whose, now_ns(), ns);
}

int helpers_do(struct helpers *h, uint32_t whose, const struct helpers_work *work, void *room,
	       size_t in, size_t out)
{
	struct helper *one = helpers_may(h, whose) ? find_helper(h, whose) : NULL;
	uint64_t held_up = 0;
	int result;

	if (!one)
		return -EBUSY;
	result = helper_ask(one, whose, work, room, in, out, &held_up);
	helpers_took(h, whose, held_up);
	return result;
}

int helpers_new(struct helpers **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void helpers_free(struct helpers *hs)
{
	uint32_t whose;

	if (!hs)
		return;
	for (size_t i = 0; i < HELPERS; i++) {
		struct helper *h = hs->helpers[i];

		if (!h)
			continue;
		if (hangs(h, &whose)) {
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
	free(hs);
}
