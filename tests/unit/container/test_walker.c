// SPDX-License-Identifier: Apache-2.0
/* Paths into file systems that never answer, or late, and on a machine that is busy otherwise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fuse.h"
#include "base/helpers.h"
#include "container/walker.h"

enum { HUNG_NS = 1, OTHER_NS = 2 };

#define MS 1000000ull

/* A file system of FUSE, a path in it, the root that it is looked up from, and who helps. */
struct here {
	char top[32], path[64];
	int fuse, root;
	struct helpers *helpers;
};

/* Skips the test, and says so, where FUSE cannot be mounted. */
static void here_open(struct here *h, const char *below)
{
	snprintf(h->top, sizeof(h->top), "/tmp/walker-XXXXXX");
	assert_non_null(mkdtemp(h->top));
	h->fuse = fuse_mount(h->top);
	if (h->fuse < 0) {
		rmdir(h->top);
		print_message("skip: FUSE cannot be mounted here\n");
		skip();
	}
	snprintf(h->path, sizeof(h->path), "%s%s", h->top, below);
	h->root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(helpers_new(&h->helpers), 0);
}

static void here_close(struct here *h)
{
	helpers_free(h->helpers);
	close(h->root);
	umount2(h->top, MNT_DETACH);
	rmdir(h->top);
}

/* On a busy machine all that was waited before may have been too much: then not at once (waits.h). */
static int open_in_time(const struct here *h, uint32_t ns, const char *path)
{
	int err = -EBUSY;

	for (int i = 0; i < 600 && err == -EBUSY; i++) {
		if (i > 0)
			usleep(100000);
		err = walker_open(h->helpers, ns, h->root, path, O_DIRECTORY);
	}
	return err;
}

static void hanging_file_system(void **state)
{
	int fd, err = -EBUSY;
	struct here h = {0};

	(void)state;
	here_open(&h, "/a/b");
	assert_int_equal(walker_open(h.helpers, HUNG_NS, h.root, h.path, O_DIRECTORY), -ETIMEDOUT);
	assert_int_equal(walker_open(h.helpers, HUNG_NS, h.root, h.path, O_DIRECTORY), -EBUSY);
	/* Others are not held up, and can hang for themselves. */
	fd = open_in_time(&h, OTHER_NS, "/tmp");
	assert_true(fd >= 0);
	close(fd);
	for (uint32_t ns = OTHER_NS; ns < OTHER_NS + 3; ns++)
		assert_int_equal(open_in_time(&h, ns, h.path), -ETIMEDOUT);
	/* Only so many threads: then what would have to wait is given up at once. */
	assert_int_equal(walker_open(h.helpers, OTHER_NS + 9, h.root, h.path, O_DIRECTORY), -EBUSY);
	/* Once the daemon is gone the threads come back. */
	close(h.fuse);
	for (int i = 0; i < 6000 && (err == -EBUSY || err == -ETIMEDOUT); i++) {
		usleep(10000);
		err = walker_open(h.helpers, HUNG_NS, h.root, h.path, O_DIRECTORY);
	}
	assert_int_equal(err, -ENOTCONN);
	here_close(&h);
}

static uint64_t now_ns(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

/* Each answer is a short wait; together they are too many. */
static void slow_answers_add_up(void **state)
{
	int err = -ENOENT, n = 0;
	struct here h = {0};

	(void)state;
	here_open(&h, "/a");
	fuse_answer(h.fuse, 5000);
	/* (-ETIMEDOUT: the daemon did not get a processor either.) */
	for (; n < 2000 && (err == -ENOENT || err == -ETIMEDOUT); n++)
		err = walker_open(h.helpers, HUNG_NS, h.root, h.path, 0);
	assert_int_equal(err, -EBUSY);
	here_close(&h);
}

/*
 * Takes this processor for 30 ms of each 33, from whatever has no real-time priority. Gives its
 * pid, or -1 where it may not.
 */
static pid_t start_hog(void)
{
	const struct sched_param first = {.sched_priority = 1};
	int ready[2];
	char word = 0;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		word = sched_setscheduler(0, SCHED_FIFO, &first) == 0;
		if (write(ready[1], &word, 1) != 1 || !word)
			_exit(0);
		alarm(120);
		for (;;) {
			uint64_t until = now_ns() + 30 * MS;

			while (now_ns() < until)
				;
			usleep(3000);
		}
	}
	close(ready[1]);
	if (read(ready[0], &word, 1) != 1)
		word = 0;
	close(ready[0]);
	if (word)
		return pid;
	waitpid(pid, NULL, 0);
	return -1;
}

/* Whoever keeps the processors busy does not hide by that where paths lead. */
static void want_of_a_processor_is_no_wait(void **state)
{
	cpu_set_t before, one;
	uint64_t starved = 0;
	int err = -ENOENT;
	struct here h = {0};
	pid_t hog;

	(void)state;
	here_open(&h, "/a");
	fuse_answer(h.fuse, 0);
	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	hog = start_hog();
	/* As much of it as would be too much three times over, were it the file system's. */
	while (hog > 0 && starved < 3000 * MS && (err == -ENOENT || err == -ETIMEDOUT)) {
		uint64_t at = now_ns(), took;

		err = walker_open(h.helpers, OTHER_NS, h.root, h.path, 0);
		took = now_ns() - at;
		starved += took > 5 * MS ? took : 0;
	}
	if (hog > 0) {
		kill(hog, SIGKILL);
		waitpid(hog, NULL, 0);
	}
	sched_setaffinity(0, sizeof(before), &before);
	here_close(&h);
	if (hog < 0) {
		print_message("skip: no real-time priority here\n");
		skip();
	}
	assert_int_not_equal(err, -EBUSY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hanging_file_system),
		cmocka_unit_test(slow_answers_add_up),
		cmocka_unit_test(want_of_a_processor_is_no_wait),
	};

	return cmocka_run_group_tests_name("walker", tests, NULL, NULL);
}
