/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom the reader lets pay for a wake-up: a ring in an ordinary file, and the waiting itself made
 * up. What happens while it waits is told by a list, one step a wait; no time passes.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "source/poller.h"
#include "wire.h"

#define SIZE 4096u /* of the ring's data */
#define FD   77	   /* the ring's, as far as waiting goes */

/* What comes while the reader waits. */
enum step {
	NOTHING,
	RECORD, /* as the kernel side submits one that is urgent */
	SIGNAL, /* the other descriptor is readable */
	LATE,	/* as one who has looked at the state before the reader slept */
};

static struct {
	struct poller p;
	uint32_t state, before; /* of the reader; between the last two polls */
	unsigned long *producer;
	char *memory, *data;
	size_t page;
	enum step steps[64];
	size_t n_steps, at;
	int wakeups, naps, taken;
	uint32_t slept[64]; /* the state in each epoll_wait */
	int waits[64], n_slept;
} t;

static void produce(void)
{
	uint32_t word = 8;

	memcpy(t.data + *t.producer % SIZE, &word, sizeof(word));
	*t.producer += BPF_RINGBUF_HDR_SZ + 8;
}

/* One step; true: somebody would be woken. */
static bool step(void)
{
	enum step what = t.at < t.n_steps ? t.steps[t.at++] : NOTHING;

	if (what == RECORD || what == LATE) {
		uint32_t seen = what == LATE ? t.before : t.state;
		bool wake = seen != WIRE_READER_RUNNING; /* emit_wakeup() */

		produce();
		t.wakeups += wake;
		return wake;
	}
	return what == SIGNAL;
}

int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)
{
	enum step what = t.at < t.n_steps ? t.steps[t.at] : NOTHING;

	assert_int_equal(epfd, t.p.epoll);
	assert_true(maxevents >= 1 && t.n_slept < 64);
	t.waits[t.n_slept] = timeout;
	t.slept[t.n_slept++] = t.state;
	if (!step()) {
		/* Without a time a sleep that nobody ends has no end: here lies a record. */
		assert_false(timeout < 0 && what == LATE);
		return 0;
	}
	events[0] = (struct epoll_event){.events = EPOLLIN,
					 .data.fd = what == SIGNAL ? t.p.wake_fd : FD};
	return 1;
}

int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *timeout, const sigset_t *ss)
{
	assert_true(fds && nfds == 1 && !ss);
	assert_true(timeout && timeout->tv_sec == 0 && timeout->tv_nsec > 0);
	assert_int_equal(t.state, WIRE_READER_RUNNING);
	t.naps++;
	return step();
}

static int take(void *arg, const void *data, size_t size)
{
	(void)arg;
	assert_non_null(data);
	assert_int_equal(size, 8);
	t.taken++;
	return 0;
}

static int setup(void **state)
{
	int fd = memfd_create("ring", MFD_CLOEXEC);

	(void)state;
	memset(&t, 0, sizeof(t));
	t.page = (size_t)sysconf(_SC_PAGESIZE);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)(2 * t.page + SIZE)), 0);
	t.memory = mmap(NULL, 2 * t.page + SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(t.memory != MAP_FAILED);
	t.producer = (unsigned long *)(void *)(t.memory + t.page);
	t.data = t.memory + 2 * t.page;
	t.p = (struct poller){.epoll = 55, .map_fd = FD, .wake_fd = 66, .state = &t.state};
	t.state = WIRE_READER_IDLE;
	assert_int_equal(ring_open(&t.p.ring, fd, SIZE), 0);
	close(fd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ring_close(t.p.ring);
	munmap(t.memory, 2 * t.page + SIZE);
	return 0;
}

static void play(const enum step *steps, size_t n)
{
	assert_true(n <= 64);
	memcpy(t.steps, steps, n * sizeof(*steps));
	t.n_steps = n;
}

static int poll_once(void)
{
	t.before = t.state;
	return poller_poll(&t.p, -1, take, NULL);
}

/* Nobody writes: two short rounds, then as long as the caller has time. */
static void test_idle(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(poll_once(), 0);
	assert_int_equal(t.naps, 0);
	assert_int_equal(t.slept[0], WIRE_READER_BATCH);
	assert_int_equal(t.waits[0], 20);
	assert_int_equal(t.slept[1], WIRE_READER_IDLE);
	assert_int_equal(t.slept[3], WIRE_READER_IDLE);
	assert_int_equal(t.waits[3], -1);
}

/*
 * Who looked at the state while the reader was awake submits when it sleeps already: however it
 * came to sleep, the record is found, as nobody else may ever write one.
 */
static void test_none_is_slept_over(void **state)
{
	static const enum step ways[][6] = {
		{LATE},
		{NOTHING, LATE},
		{NOTHING, NOTHING, LATE},
		{NOTHING, NOTHING, NOTHING, LATE},
		{NOTHING, NOTHING, NOTHING, SIGNAL, LATE},
		{NOTHING, NOTHING, NOTHING, SIGNAL, NOTHING, LATE},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		teardown(state);
		setup(state);
		play(ways[i], 6);
		while (t.at < 6 && t.taken == 0)
			assert_true(poll_once() >= 0);
		assert_int_equal(t.taken, 1);
	}
}

/* The first of a burst wakes the reader; the others find it looking by itself. */
static void test_burst_pays_once(void **state)
{
	static const enum step steps[] = {RECORD,  RECORD, NOTHING, RECORD,  NOTHING,
					  NOTHING, RECORD, RECORD,  NOTHING, RECORD};

	(void)state;
	play(steps, sizeof(steps) / sizeof(steps[0]));
	while (t.taken < 6)
		assert_int_equal(poll_once(), 1);
	assert_int_equal(t.wakeups, 1);
	assert_int_equal(t.n_slept, 1);
	assert_int_equal(t.naps, 9);
}

/* However long the burst is, it does not keep the reader from sleeping: looks are counted. */
static void test_naps_end(void **state)
{
	enum step steps[64];

	(void)state;
	for (int i = 0; i < 64; i++)
		steps[i] = RECORD;
	play(steps, 64);
	while (t.taken < 40)
		assert_int_equal(poll_once(), 1);
	assert_in_range(t.n_slept, 2, 4);
	assert_int_equal(t.wakeups, t.n_slept);
	assert_int_equal(t.slept[1], WIRE_READER_BATCH);
}

/* When nothing follows, it sleeps as before. */
static void test_sleeps_again(void **state)
{
	static const enum step steps[] = {RECORD};
	int naps;

	(void)state;
	play(steps, 1);
	assert_int_equal(poll_once(), 1);
	assert_int_equal(poll_once(), 0);
	naps = t.naps;
	assert_true(naps > 0);
	assert_int_equal(t.slept[1], WIRE_READER_BATCH);
	for (int i = 0; i < 3; i++)
		assert_int_equal(poll_once(), 0);
	assert_int_equal(t.naps, naps);
	assert_int_equal(t.slept[t.n_slept - 1], WIRE_READER_IDLE);
}

/* A signal ends the waiting also between two looks; it alone makes the reader look no oftener. */
static void test_other_descriptor(void **state)
{
	static const enum step steps[] = {RECORD, NOTHING, SIGNAL, SIGNAL, NOTHING};
	int naps;

	(void)state;
	play(steps, sizeof(steps) / sizeof(steps[0]));
	assert_int_equal(poll_once(), 1);
	assert_int_equal(poll_once(), 0);
	assert_int_equal(t.naps, 2);
	assert_int_equal(t.n_slept, 2);
	t.p.naps = 0;
	naps = t.naps;
	t.steps[t.n_steps++] = SIGNAL;
	assert_int_equal(poll_once(), 0);
	assert_int_equal(poll_once(), 0);
	assert_int_equal(poll_once(), 0);
	assert_int_equal(t.naps, naps);
}

/* Who has no time for that does without, and is not kept longer than he said. */
static void test_little_time(void **state)
{
	static const enum step steps[] = {RECORD};

	(void)state;
	play(steps, 1);
	assert_int_equal(poll_once(), 1);
	assert_int_equal(poller_poll(&t.p, 5, take, NULL), 0);
	assert_int_equal(t.naps, 0);
	assert_int_equal(t.waits[1], 5);
	assert_int_equal(poller_poll(&t.p, 0, take, NULL), 0);
	assert_int_equal(t.waits[2], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_idle, setup, teardown),
		cmocka_unit_test_setup_teardown(test_none_is_slept_over, setup, teardown),
		cmocka_unit_test_setup_teardown(test_burst_pays_once, setup, teardown),
		cmocka_unit_test_setup_teardown(test_naps_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sleeps_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_descriptor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_little_time, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
