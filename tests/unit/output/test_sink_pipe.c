// SPDX-License-Identifier: Apache-2.0
/* The sink, to a standard output that others read: slowly, not at all, or no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "output/lines.h"
#include "output/output.h"

/* Standard output is replaced by a pipe while the sink is in use. */
struct reader {
	int fd;
	char *data;
	size_t size;
	pthread_t thread;
};

static void *reader_main(void *arg)
{
	struct reader *r = arg;
	/* Odd sizes and pauses: the pipe is full again and again. */
	for (unsigned i = 0;; i++) {
		ssize_t n = read(r->fd, r->data + r->size, 1 + i * 7919 % 5000);

		if (n <= 0)
			return NULL;
		r->size += (size_t)n;
		if (i % 16 == 0)
			(void)usleep(1000);
	}
}

static int swap_stdout(int with)
{
	int old;

	(void)fflush(stdout);
	old = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(old >= 0);
	assert_true(dup2(with, STDOUT_FILENO) >= 0);
	return old;
}

static void restore_stdout(int old)
{
	(void)dup2(old, STDOUT_FILENO);
	(void)close(old);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void through_a_pipe(bool nonblocking, bool interrupted)
{
	const struct itimerval often = {{0, 500}, {0, 500}}, never = {{0, 0}, {0, 0}};
	struct sigaction alarm = {.sa_handler = on_alarm}, before;
	struct reader r = {.data = malloc(4 << 20)};
	struct sink *s;
	sigset_t mask;
	int fds[2], old, failed = 0;

	assert_non_null(r.data);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	if (nonblocking)
		assert_int_equal(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
	r.fd = fds[0];
	/* The reader must not take the signals. */
	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGALRM);
	(void)pthread_sigmask(SIG_BLOCK, &mask, NULL);
	assert_int_equal(pthread_create(&r.thread, NULL, reader_main, &r), 0);
	(void)pthread_sigmask(SIG_UNBLOCK, &mask, NULL);
	if (interrupted) {
		(void)sigaction(SIGALRM, &alarm, &before);
		(void)setitimer(ITIMER_REAL, &often, NULL);
	}
	old = swap_stdout(fds[1]);
	(void)close(fds[1]);
	if (sink_open(&s, NULL) != 0) {
		failed = 1;
	} else {
		char line[LINE_SIZE];

		for (unsigned i = 0; i < LINES_MANY; i++)
			failed |= sink_write(s, line, lines_make(line, i)) != 0;
		failed |= sink_close(s) != 0;
	}
	restore_stdout(old);
	if (interrupted) {
		(void)setitimer(ITIMER_REAL, &never, NULL);
		(void)sigaction(SIGALRM, &before, NULL);
	}
	(void)pthread_join(r.thread, NULL);
	(void)close(fds[0]);
	assert_int_equal(failed, 0);
	lines_check(r.data, r.size, LINES_MANY);
	free(r.data);
}

static void a_slow_reader(void **state)
{
	(void)state;
	through_a_pipe(false, false);
}

static void a_non_blocking_stdout(void **state)
{
	(void)state;
	through_a_pipe(true, false);
}

static void interrupted_writes(void **state)
{
	(void)state;
	through_a_pipe(false, true);
	through_a_pipe(true, true);
}

static void a_reader_that_has_gone(void **state)
{
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);
	struct sink *s;
	int fds[2], old, err, close_err;

	(void)state;
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	(void)close(fds[0]);
	old = swap_stdout(fds[1]);
	(void)close(fds[1]);
	err = sink_open(&s, NULL);
	err = err ? err : sink_write(s, "x\n", 2);
	err = err ? err : sink_flush(s);
	close_err = sink_close(s);
	restore_stdout(old);
	(void)signal(SIGPIPE, before);
	assert_int_equal(err, -EPIPE);
	assert_int_equal(close_err, -EPIPE);
	/* stdout itself was not closed. */
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
}

/* Stdout is a pipe that nobody reads; what patience is asked is counted. */
struct stuck {
	struct sink *s;
	int fds[2], old;
	int wake[2];
	int answer, asked;
};

static int patience(void *arg)
{
	struct stuck *t = arg;
	unsigned char byte;

	if (read(t->wake[0], &byte, 1) == 1)
		t->answer = byte;
	t->asked++;
	return t->answer;
}

/* flags: of the pipe's end that stdout is. */
static int stuck_flush(struct stuck *t, int answer, size_t *pending, int flags)
{
	char line[LINE_SIZE];
	int err = 0;

	*t = (struct stuck){.answer = answer};
	assert_int_equal(pipe2(t->fds, O_CLOEXEC), 0);
	assert_int_equal(fcntl(t->fds[1], F_SETFL, flags), 0);
	assert_int_equal(pipe2(t->wake, O_CLOEXEC | O_NONBLOCK), 0);
	t->old = swap_stdout(t->fds[1]);
	err = sink_open(&t->s, NULL);
	if (!err) {
		sink_patience(t->s, t->wake[0], patience, t);
		if (answer < 0) /* for ever, until it is woken */
			err = write(t->wake[1], "\0", 1) == 1 ? 0 : -EIO;
		for (unsigned i = 0; !err && i < LINES_MANY; i++) {
			*pending = i;
			err = sink_write(t->s, line, lines_make(line, i));
		}
	}
	restore_stdout(t->old);
	return err;
}

static size_t lines_in(int fd, size_t *size)
{
	char buf[4096];
	size_t lines = 0;
	ssize_t n;

	*size = 0;
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		*size += (size_t)n;
		for (ssize_t i = 0; i < n; i++)
			lines += buf[i] == '\n';
	}
	return lines;
}

static void check_stuck(int answer, int flags)
{
	struct stuck t;
	size_t given = 0, size;
	int err = stuck_flush(&t, answer, &given, flags);
	int asked = t.asked;

	assert_int_equal(err, -ECANCELED);
	assert_true(asked > 0);
	/* Nobody else's descriptor became non-blocking or stopped being so. */
	assert_int_equal(fcntl(t.fds[1], F_GETFL) & O_NONBLOCK, flags);
	/* It is over: not asked again. */
	assert_int_equal(sink_flush(t.s), -ECANCELED);
	assert_int_equal(t.asked, asked);
	given -= sink_pending(t.s);
	assert_int_equal(sink_close(t.s), -ECANCELED);
	(void)close(t.fds[1]);
	/* What was not said to be pending is in the pipe. */
	assert_int_equal(lines_in(t.fds[0], &size), given);
	assert_true(size > 0);
	(void)close(t.fds[0]);
	(void)close(t.wake[0]);
	(void)close(t.wake[1]);
}

static void a_reader_that_stopped(void **state)
{
	(void)state;
	for (int flags = 0; flags <= O_NONBLOCK; flags += O_NONBLOCK) {
		check_stuck(0, flags);	/* at once */
		check_stuck(20, flags); /* after a time */
		check_stuck(-1, flags); /* when it is woken */
	}
}

/* A socket cannot be opened anew: still no write blocks. */
static void a_socket_that_nobody_reads(void **state)
{
	struct stuck t = {.answer = 20};
	char line[LINE_SIZE];
	int err;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, t.fds), 0);
	t.wake[0] = -1;
	t.old = swap_stdout(t.fds[1]);
	err = sink_open(&t.s, NULL);
	if (!err)
		sink_patience(t.s, -1, patience, &t);
	for (unsigned i = 0; !err && i < LINES_MANY; i++)
		err = sink_write(t.s, line, lines_make(line, i));
	restore_stdout(t.old);
	assert_int_equal(err, -ECANCELED);
	assert_true(sink_pending(t.s) > 0);
	assert_int_equal(sink_close(t.s), -ECANCELED);
	(void)close(t.fds[0]);
	(void)close(t.fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slow_reader),
		cmocka_unit_test(a_non_blocking_stdout),
		cmocka_unit_test(interrupted_writes),
		cmocka_unit_test(a_reader_that_has_gone),
		cmocka_unit_test(a_reader_that_stopped),
		cmocka_unit_test(a_socket_that_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
