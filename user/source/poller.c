/* SPDX-License-Identifier: Apache-2.0 */
#include "source/poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "wire.h"

/* How long records may wait in the ring before they are looked at: half of what a reader may
 * notice (50 ms), and 50 wake-ups a second at most. */
#define BATCH_MS 20

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

int poller_poll(struct poller *p, int timeout_ms, ring_fn fn, void *arg)
{
	struct epoll_event ev[2];
	int n, wait = timeout_ms;

	n = ring_consume(p->ring, CONSUME_MAX, fn, arg);
	if (n != 0) {
		p->quiet = 0;
		return n;
	}
	/*
	 * Idle only after two quiet rounds: a record that was submitted without a wake-up while
	 * this was running lies in the ring by then, and is found by the second look.
	 */
	if (p->quiet < 2 && (wait < 0 || wait > BATCH_MS))
		wait = BATCH_MS;
	set_state(p, p->quiet == 0 ? WIRE_READER_BATCH : WIRE_READER_IDLE);
	n = epoll_wait(p->epoll, ev, 2, wait);
	set_state(p, WIRE_READER_RUNNING);
	if (n < 0 && errno != EINTR)
		return -errno;
	n = ring_consume(p->ring, CONSUME_MAX, fn, arg);
	p->quiet = n ? 0 : p->quiet + 1;
	return n;
}
