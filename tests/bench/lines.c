// SPDX-License-Identifier: Apache-2.0
#include "lines.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "say.h"

#define READ_SIZE 65536

/* Takes every complete line out of l; those with needle get the time now. */
static void take(struct lines *l, const char *needle, uint64_t now, uint64_t *seen, size_t want,
		 size_t *got)
{
	size_t at = 0;
	char *end;

	while ((end = memchr(l->text + at, '\n', l->n - at))) {
		size_t len = (size_t)(end - l->text) - at;

		if (*got < want && memmem(l->text + at, len, needle, strlen(needle)))
			seen[(*got)++] = now;
		at += len + 1;
	}
	memmove(l->text, l->text + at, l->n - at);
	l->n -= at;
}

int lines_until(struct lines *l, int fd, const char *needle, uint64_t *seen, size_t want,
		unsigned int timeout_ms, size_t *got)
{
	uint64_t end = bench_now(CLOCK_MONOTONIC) + (uint64_t)timeout_ms * 1000000;

	*got = 0;
	while (*got < want && bench_now(CLOCK_MONOTONIC) < end) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (bench_stop)
			return -EINTR;
		if (poll(&p, 1, 100) <= 0)
			continue;
		if (l->cap - l->n < READ_SIZE) {
			char *text = realloc(l->text, l->cap + 2 * READ_SIZE);

			if (!text)
				return -ENOMEM;
			l->text = text;
			l->cap += 2 * READ_SIZE;
		}
		n = read(fd, l->text + l->n, l->cap - l->n);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			break;
		l->n += (size_t)n;
		take(l, needle, bench_now(CLOCK_REALTIME), seen, want, got);
	}
	return 0;
}

void lines_free(struct lines *l)
{
	free(l->text);
	memset(l, 0, sizeof(*l));
}

uint64_t lines_count(const char *path, const char *needle, uint64_t *bytes)
{
	uint64_t count = 0;
	char *line = NULL;
	size_t cap = 0;
	FILE *f = fopen(path, "re");

	*bytes = 0;
	for (ssize_t n; f && (n = getline(&line, &cap, f)) > 0;) {
		if (strstr(line, needle)) {
			count++;
			*bytes += (uint64_t)n;
		}
	}
	free(line);
	if (f)
		fclose(f);
	return count;
}
