// SPDX-License-Identifier: Apache-2.0
#include "demo/detector.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/cmd.h"

/* Loading and proving the hooks takes a fraction of a second; a small machine may be busy. */
#define READY_MS 240000 /* an emulated machine that others use, too; its end is seen at once */
#define STOP_MS	 20000
/* So often *stop is looked at even if the signal came just before poll(). */
#define SLICE_MS 200
/* The demo makes some hundred. */
#define SEEN_MAX 20000
/* Several lines of at most 4 KiB. */
#define BUFFER_SIZE 65536

struct detector {
	pid_t pid; /* 0: has ended and was waited for */
	int status;
	int lines;	/* its stdout */
	int complaints; /* a memfd: its stderr */
	bool ended;	/* end of its stdout */
	const volatile sig_atomic_t *stop;
	const char *mark;
	struct sighting *seen;
	size_t n, room;
	size_t used;
	char buffer[BUFFER_SIZE];
};

/* Waits for something to read. Gives 0, -ETIMEDOUT or -EINTR. */
static int wait_readable(int fd, int64_t deadline, const volatile sig_atomic_t *stop)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	for (;;) {
		int64_t left = deadline - clock_ms();
		int n;

		if (*stop)
			return -EINTR;
		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(&p, 1, left < SLICE_MS ? (int)left : SLICE_MS);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

/* ---- what it saw ------------------------------------------------------------------------- */

static int remember(struct detector *d, const char *line, size_t len)
{
	struct sighting s;

	if (!memmem(line, len, d->mark, strlen(d->mark)))
		return 0;
	if (sighting_parse(&s, line, len) || d->n == SEEN_MAX)
		return 0;
	if (d->n == d->room) {
		size_t room = d->room ? 2 * d->room : 64;
		struct sighting *more = reallocarray(d->seen, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		d->seen = more;
		d->room = room;
	}
	d->seen[d->n++] = s;
	return 0;
}

/* Takes in one read's worth of lines. Gives 0, -EPIPE at the end, or another -errno. */
static int take_lines(struct detector *d)
{
	ssize_t n = read(d->lines, d->buffer + d->used, sizeof(d->buffer) - d->used);
	char *line = d->buffer, *end;
	int err = 0;

	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? 0 : -errno;
	if (n == 0) {
		d->ended = true;
		return -EPIPE;
	}
	d->used += (size_t)n;
	while (!err && (end = memchr(line, '\n', d->used - (size_t)(line - d->buffer)))) {
		err = remember(d, line, (size_t)(end - line));
		line = end + 1;
	}
	d->used -= (size_t)(line - d->buffer);
	memmove(d->buffer, line, d->used);
	/* A line that fills the whole buffer is none of ours. */
	if (d->used == sizeof(d->buffer))
		d->used = 0;
	return err;
}

static const struct sighting *find(const struct detector *d, const struct wanted *w)
{
	for (size_t i = 0; i < d->n; i++) {
		if (sighting_matches(&d->seen[i], w))
			return &d->seen[i];
	}
	return NULL;
}

int detector_wait(struct detector *d, const struct wanted *w, int timeout_ms, struct sighting *s)
{
	int64_t deadline = clock_ms() + timeout_ms;

	for (;;) {
		const struct sighting *found = find(d, w);
		int err;

		if (found) {
			*s = *found;
			return 0;
		}
		if (d->ended)
			return -EPIPE;
		err = wait_readable(d->lines, deadline, d->stop);
		if (!err)
			err = take_lines(d);
		if (err && err != -EPIPE)
			return err;
	}
}

const struct sighting *detector_seen(const struct detector *d, size_t *n)
{
	*n = d->n;
	return d->seen;
}

/* ---- start and end ----------------------------------------------------------------------- */

__attribute__((noreturn)) static void child_run(int out, int complaints, int ready,
						const char *tier, pid_t parent)
{
	char number[16];
	char *argv[] = {(char *)"rootwatch",
			(char *)"run",
			(char *)"-o",
			(char *)"json",
			(char *)"--blocked",
			(char *)"--ready-fd",
			number,
			NULL,
			NULL,
			NULL};
	sigset_t none;

	if (tier) {
		argv[7] = (char *)"--tier";
		argv[8] = (char *)tier;
	}
	/* Ctrl-C goes to the demo, which ends the detector when it has seen all. */
	(void)setpgid(0, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)snprintf(number, sizeof(number), "%d", ready);
	if (getppid() == parent && dup2(out, STDOUT_FILENO) >= 0 &&
	    dup2(complaints, STDERR_FILENO) >= 0 && fcntl(ready, F_SETFD, 0) == 0)
		(void)execv("/proc/self/exe", argv);
	_exit(EXIT_CODE_ERROR);
}

static int start_child(struct detector *d, int out[2], int ready[2], const char *tier)
{
	pid_t parent = getpid();

	if (pipe2(out, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		return -errno;
	d->complaints = memfd_create("rootwatch-run-stderr", MFD_CLOEXEC);
	if (d->complaints < 0)
		return -errno;
	d->pid = fork();
	if (d->pid < 0) {
		d->pid = 0;
		return -errno;
	}
	if (d->pid == 0)
		child_run(out[1], d->complaints, ready[1], tier, parent);
	return 0;
}

static int wait_ready(const struct detector *d, int fd)
{
	int err = wait_readable(fd, clock_ms() + READY_MS, d->stop);
	char byte;

	if (err)
		return err;
	return read(fd, &byte, 1) == 1 ? 0 : -EPIPE;
}

static void close_pair(int fds[2])
{
	for (int i = 0; i < 2; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
		fds[i] = -1;
	}
}

int detector_start(struct detector **d, const char *mark, const char *tier,
		   const volatile sig_atomic_t *stop, int *code)
{
	int out[2] = {-1, -1}, ready[2] = {-1, -1};
	struct detector *n = calloc(1, sizeof(*n));
	int err;

	*code = EXIT_CODE_ERROR;
	if (!n)
		return -ENOMEM;
	n->lines = n->complaints = -1;
	n->stop = stop;
	n->mark = mark;
	err = start_child(n, out, ready, tier);
	if (!err) {
		n->lines = out[0];
		out[0] = -1;
		close(ready[1]);
		ready[1] = -1;
		err = wait_ready(n, ready[0]);
	}
	close_pair(out);
	close_pair(ready);
	if (err) {
		(void)detector_stop(n);
		if (WIFEXITED(n->status) && WEXITSTATUS(n->status) > EXIT_CODE_OK)
			*code = WEXITSTATUS(n->status);
		if (err != -EINTR)
			detector_complaints(n);
		detector_free(n);
		return err;
	}
	*d = n;
	return 0;
}

int detector_stop(struct detector *d)
{
	static const volatile sig_atomic_t never = 0;
	int64_t deadline = clock_ms() + STOP_MS;
	int err = 0;

	if (d->pid == 0)
		return 0;
	(void)kill(d->pid, SIGTERM);
	while (!err && !d->ended && d->lines >= 0) {
		err = wait_readable(d->lines, deadline, &never);
		if (!err)
			err = take_lines(d);
	}
	if (err == -ETIMEDOUT)
		(void)kill(d->pid, SIGKILL);
	while (waitpid(d->pid, &d->status, 0) < 0) {
		if (errno != EINTR)
			break;
	}
	d->pid = 0;
	return WIFEXITED(d->status) && WEXITSTATUS(d->status) == EXIT_CODE_OK ? 0 : -EIO;
}

void detector_complaints(const struct detector *d)
{
	char text[4096];
	off_t at = 0;
	ssize_t n;

	while ((n = pread(d->complaints, text, sizeof(text), at)) > 0) {
		(void)fwrite(text, 1, (size_t)n, stderr);
		at += n;
	}
}

void detector_free(struct detector *d)
{
	if (!d)
		return;
	(void)detector_stop(d);
	if (d->lines >= 0)
		close(d->lines);
	if (d->complaints >= 0)
		close(d->complaints);
	free(d->seen);
	free(d);
}
