// SPDX-License-Identifier: Apache-2.0
#include "base/queued.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int queued_open(void)
{
	int fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return fd;
}

void queued_read(int fd, struct queued_times *t)
{
	unsigned long long ran, waited;
	char text[128];
	ssize_t n;

	memset(t, 0, sizeof(*t));
	if (fd < 0)
		return;
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%llu %llu", &ran, &waited) != 2)
		return;
	t->ran = ran;
	t->waited = waited;
}

void queued_begin(struct queued *q, uint64_t now_ns, const struct queued_times *t)
{
	memset(q, 0, sizeof(*q));
	q->at = now_ns;
	q->first = *t;
	q->last = *t;
	q->last_at = now_ns;
}

void queued_look(struct queued *q, uint64_t now_ns, const struct queued_times *t, bool ready)
{
	/*
	 * The wait that lasts is not in its times yet. Ready at both looks, without having had a
	 * processor in between: it was in the queue all the while, as to be blocked it would have
	 * had to run.
	 */
	bool stays = ready && q->was_ready && t->ran == q->last.ran && t->waited == q->last.waited;

	if (!stays)
		q->since = now_ns;
	q->was_ready = ready;
	q->last = *t;
	q->last_at = now_ns;
}

uint64_t queued_not(const struct queued *q)
{
	uint64_t passed = q->last_at - q->at;
	uint64_t queued = q->last.waited - q->first.waited;

	if (q->was_ready)
		queued += q->last_at - q->since;
	return passed > queued ? passed - queued : 0;
}
