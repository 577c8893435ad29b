// SPDX-License-Identifier: Apache-2.0
#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Some hundred lines for each write: its fixed cost disappears, and the lines are still warm. */
#define SINK_BUFFER (128u * 1024u)

struct sink {
	int fd;
	bool owned;   /* close it at the end */
	int error;    /* the first one, -errno */
	size_t start; /* what lies before was written */
	size_t len;
	char buf[SINK_BUFFER];
};

/*
 * Only a plain file, a FIFO or a character device (/dev/null), never through a symbolic link as
 * last component: we are root, and somebody else may have put it there.
 */
static int open_file(const char *path)
{
	int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	return fd;
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
	s->start = s->len = 0;
	*sp = s;
	return 0;
}

static int failed(struct sink *s, int err)
{
	if (!s->error)
		s->error = err;
	return err;
}

int sink_flush(struct sink *s)
{
	struct pollfd pfd = {.fd = s->fd, .events = POLLOUT};
	ssize_t n;

	while (s->start < s->len) {
		n = write(s->fd, s->buf + s->start, s->len - s->start);
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
		/* Somebody made stdout non-blocking. */
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
			return failed(s, -errno);
	}
	s->start = s->len = 0;
	return 0;
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
