/* SPDX-License-Identifier: Apache-2.0 */
#include "source/poller.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

/* How long records may wait in the ring before they are looked at: half of what a reader may
 * notice (50 ms), and 50 wake-ups a second at most. */
#define BATCH_MS 20

/*
 * A wake-up costs the process that makes it some 17 us on a virtual machine, as it interrupts two
 * processors: 5 % of a fork and exec. After one, the reader looks by itself so many times, at such
 * distances, before the next may be made: a burst pays for one in 8 ms. What is urgent waits for
 * half a millisecond then.
 */
#define NAPS	16
#define NAP_NS	500000
#define NAPS_MS ((int)(NAPS * (NAP_NS / 1000) / 1000))

/* So many records at a time: a flood must not keep the caller from its signals. */
#define CONSUME_MAX 4096

static int add_fd(int epoll, int fd)
{
	struct epoll_event ev = {.events = EPOLLIN, .data.fd = fd};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) ? -errno : 0;
}

int poller_open(struct poller *p, int map_fd, uint32_t bytes, int wake_fd, uint32_t *state)
{
	int err = ring_open(&p->ring, map_fd, bytes);

	if (err)
		return err;
	p->state = state;
	p->map_fd = map_fd;
	p->wake_fd = wake_fd;
	p->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (p->epoll < 0)
		return -errno;
	err = add_fd(p->epoll, map_fd);
	if (!err && wake_fd >= 0)
		err = add_fd(p->epoll, wake_fd);
	return err;
}

void poller_close(struct poller *p)
{
	ring_close(p->ring);
	if (p->epoll >= 0)
		close(p->epoll);
	*p = (struct poller)POLLER_INIT;
}

static void set_state(struct poller *p, uint32_t state)
{
	__atomic_store_n(p->state, state, __ATOMIC_SEQ_CST);
}

/* Looks again from time to time. Gives what came, or 0 after the last look, or when woken. */
static int nap(struct poller *p, ring_fn fn, void *arg)
{
	const struct timespec ts = {.tv_nsec = NAP_NS};
	int n = 0;

	while (n == 0 && p->naps > 0) {
		struct pollfd pfd = {.fd = p->wake_fd, .events = POLLIN};

		p->naps--;
		if (ppoll(&pfd, 1, &ts, NULL) != 0)
			return 0;
		n = ring_consume(p->ring, CONSUME_MAX, fn, arg);
	}
	return n;
}

/* There is something to do: nobody needs to wake this for more. */
static void awake(struct poller *p)
{
	p->quiet = 0;
	set_state(p, WIRE_READER_RUNNING);
}

/*
 * Sleeps. 0, or -errno. When nothing came, the state stays as it is: the kernel side reads it
 * before it submits, and a record of somebody who has read that this was running would wake nobody
 * out of a sleep that was begun meanwhile.
 */
static int rest(struct poller *p, int wait)
{
	struct epoll_event ev[2];
	int n;

	set_state(p, p->quiet == 0 ? WIRE_READER_BATCH : WIRE_READER_IDLE);
	n = epoll_wait(p->epoll, ev, 2, wait);
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	if (n > 0)
		awake(p);
	for (int i = 0; i < n; i++)
		if (ev[i].data.fd == p->map_fd)
			p->naps = NAPS;
	return 0;
}

int poller_poll(struct poller *p, int timeout_ms, ring_fn fn, void *arg)
{
	int n, err, wait = timeout_ms;

	n = ring_consume(p->ring, CONSUME_MAX, fn, arg);
	if (n == 0 && (wait < 0 || wait > NAPS_MS))
		n = nap(p, fn, arg);
	if (n != 0) {
		awake(p);
		return n;
	}
	/*
	 * For ever only after two quiet rounds, in the second of which any record wakes: what was
	 * submitted without a wake-up before lies in the ring by then, and is found.
	 */
	if (p->quiet < 2 && (wait < 0 || wait > BATCH_MS))
		wait = BATCH_MS;
	err = rest(p, wait);
	if (err)
		return err;
	n = ring_consume(p->ring, CONSUME_MAX, fn, arg);
	if (n != 0)
		awake(p);
	else
		p->quiet++;
	return n;
}
