// SPDX-License-Identifier: Apache-2.0
#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/major.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/clock.h"

/* Some hundred lines for each write: its fixed cost disappears, and the lines are still warm. */
#define SINK_BUFFER (128u * 1024u)

struct sink {
	int fd;
	bool owned;  /* close it at the end */
	bool polled; /* a write may block: only after poll(), and little at once */
	int error;   /* the first one, -errno */
	int wake_fd;
	int (*patience)(void *arg);
	void *arg;
	size_t start; /* what lies before was written */
	size_t len;
	char buf[SINK_BUFFER];
};

/*
 * A disk that was full, or a SIGKILL, may have left half a line at the end of the file: what is
 * added begins behind it, so that only that one is no line. What does not work here is told by the
 * next write.
 */
static void end_line(int fd, const struct stat *st)
{
	char name[32], last = '\n';
	int in;

	if (!S_ISREG(st->st_mode) || st->st_size == 0)
		return;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	in = open(name, O_RDONLY | O_CLOEXEC);
	if (in < 0)
		return;
	if (pread(in, &last, 1, st->st_size - 1) == 1 && last != '\n')
		(void)!write(fd, "\n", 1);
	(void)close(in);
}

/*
 * Only a plain file, a FIFO or a character device (/dev/null), never through a symbolic link as
 * last component: we are root, and somebody else may have put it there. A FIFO without a reader
 * gives -ENXIO and holds nothing up; a block device, whose data lines would overwrite, -EOPNOTSUPP.
 */
static int open_file(const char *path)
{
	struct stat st;
	int fd =
		open(path,
		     O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC | O_NONBLOCK,
		     0600);

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return fd;
	if (S_ISBLK(st.st_mode)) {
		(void)close(fd);
		return -EOPNOTSUPP;
	}
	end_line(fd, &st);
	return fd;
}

/*
 * A write is never to block where a reader may stop: then nothing but the reader could end it.
 * O_NONBLOCK of stdout is also that of whoever else has it, so the same pipe is opened once more.
 * Where that does not work (a socket, no /proc), a write of PIPE_BUF after poll() does not block.
 */
static void avoid_blocking(struct sink *s)
{
	char name[32];
	struct stat st;
	int fd;

	s->polled = false;
	if (fstat(s->fd, &st) || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(s->fd)))
		return;
	if (s->owned) {
		s->polled = fcntl(s->fd, F_SETFL, O_APPEND | O_NONBLOCK) != 0;
		return;
	}
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", s->fd);
	/* To open the master of a pseudo terminal makes another one. */
	fd = S_ISCHR(st.st_mode) && st.st_rdev == makedev(TTYAUX_MAJOR, 2) ?
		     -1 :
		     open(name, O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	s->polled = fd < 0;
	if (fd < 0)
		return;
	s->fd = fd;
	s->owned = true;
}

const char *sink_error(int err)
{
	if (err == -ELOOP)
		return "a symbolic link, which is not followed: name the file itself ('-' is stdout)";
	if (err == -EOPNOTSUPP)
		return "a block device";
	return strerror(-err);
}

int sink_open(struct sink **sp, const char *path)
{
	struct sink *s;
	int fd = path ? open_file(path) : STDOUT_FILENO;

	if (fd < 0)
		return fd;
	s = malloc(sizeof(*s));
	if (!s) {
		if (path)
			close(fd);
		return -ENOMEM;
	}
	s->fd = fd;
	s->owned = path;
	s->error = 0;
	s->wake_fd = -1;
	s->patience = NULL;
	s->start = s->len = 0;
	avoid_blocking(s);
	*sp = s;
	return 0;
}

static int failed(struct sink *s, int err)
{
	if (!s->error)
		s->error = err;
	return err;
}

void sink_patience(struct sink *s, int wake_fd, int (*patience)(void *arg), void *arg)
{
	s->wake_fd = wake_fd;
	s->patience = patience;
	s->arg = arg;
}

/* Until something can be written, or the patience ends. */
static int wait_for_reader(const struct sink *s)
{
	struct pollfd fds[] = {{.fd = s->fd, .events = POLLOUT},
			       {.fd = s->wake_fd, .events = POLLIN}};
	int64_t end = 0;

	for (;;) {
		int ms = s->patience ? s->patience(s->arg) : -1;

		if (ms >= 0) {
			int64_t now = clock_ms();

			end = end ? end : now + ms;
			if (ms == 0 || now >= end)
				return -ECANCELED;
			ms = (int)(end - now);
		}
		if (poll(fds, 2, ms) < 0 && errno != EINTR)
			return -errno;
		if (fds[0].revents)
			return 0;
	}
}

int sink_flush(struct sink *s)
{
	ssize_t n;
	int err;

	while (s->start < s->len) {
		size_t size = s->len - s->start;

		if (s->error == -ECANCELED)
			return s->error;
		if (s->polled) {
			err = wait_for_reader(s);
			if (err)
				return failed(s, err);
			size = size < PIPE_BUF ? size : PIPE_BUF;
		}
		n = write(s->fd, s->buf + s->start, size);
		if (n > 0) {
			s->start += (size_t)n;
			continue;
		}
		if (n == 0)
			return failed(s, -EIO);
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return failed(s, -errno);
		err = wait_for_reader(s);
		if (err)
			return failed(s, err);
	}
	s->start = s->len = 0;
	return 0;
}

int sink_reopen(struct sink *s, const char *path)
{
	int err = sink_flush(s), fd;

	if (err)
		return err;
	fd = open_file(path);
	if (fd < 0)
		return fd;
	(void)close(s->fd);
	s->fd = fd;
	avoid_blocking(s);
	return 0;
}

bool sink_begins(const struct sink *s)
{
	struct stat st;

	return s->len == 0 && fstat(s->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

size_t sink_pending(const struct sink *s)
{
	const char *at = s->buf + s->start, *end = s->buf + s->len;
	size_t n = 0;

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		n++;
		at++;
	}
	return n;
}

int sink_write(struct sink *s, const char *line, size_t len)
{
	int err;

	if (len > SINK_BUFFER)
		return failed(s, -EMSGSIZE);
	if (len > SINK_BUFFER - s->len) {
		err = sink_flush(s);
		if (err)
			return err;
	}
	memcpy(s->buf + s->len, line, len);
	s->len += len;
	return 0;
}

char *sink_room(struct sink *s, int *err)
{
	*err = OUTPUT_LINE_MAX > SINK_BUFFER - s->len ? sink_flush(s) : 0;
	return *err ? NULL : s->buf + s->len;
}

void sink_add(struct sink *s, size_t len)
{
	s->len += len;
}

int sink_close(struct sink *s)
{
	int err;

	(void)sink_flush(s);
	if (s->owned && close(s->fd) < 0 && errno != EINTR)
		(void)failed(s, -errno);
	err = s->error;
	free(s);
	return err;
}
