/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/stream.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/tier.h"
#include "cmd/pipeline.h"
#include "cmd/stats.h"
#include "output/output.h"
#include "source/source.h"

/* After the first signal to end: how long a reader may take nothing. */
#define READER_MS 5000
/* After it, for how long what paths led to is still looked up: that is most of the work. */
#define HURRY_MS 1000
/* Between two looks whether somebody reads the FIFO. */
#define FIFO_MS 100
/* The names of all hooks that there are, of which half are in use at once. */
#define HOOKS_TEXT_MAX 2048

void stream_stats(const struct stream *s)
{
	struct stats st;

	if (!stats_take(&st, s->source, s->pipeline, &s->judges, s->began))
		stats_print(&st);
}

/* The counters into the stream, where that is one of JSON. */
static int write_stats(struct stream *s)
{
	struct stats st;
	int err;

	if (stats_take(&st, s->source, s->pipeline, &s->judges, s->began))
		return 0;
	err = pipeline_tell_stats(s->pipeline, st.list, st.n);
	return err ? err : sink_flush(s->sink);
}

/* By themselves: to where an agent reads them, or else a person. */
static int tell_stats(struct stream *s)
{
	if (s->text && stream_may_talk())
		stream_stats(s);
	return write_stats(s);
}

static void read_signals(struct stream *s)
{
	struct signalfd_siginfo si;

	while (read(s->signals, &si, sizeof(si)) == sizeof(si)) {
		if (si.ssi_signo == SIGUSR1 && s->pipeline) {
			stream_stats(s);
			s->asked = true; /* the sink may be in the middle of a write */
		} else if (si.ssi_signo == SIGHUP)
			s->reload = true;
		else if (si.ssi_signo != SIGUSR1)
			s->stops++;
	}
}

/* While the reader takes nothing: the first signal ends the waiting soon, the second at once. */
static int patience(void *stream)
{
	struct stream *s = stream;

	read_signals(s);
	if (s->stops == 0)
		return -1;
	return s->stops == 1 ? READER_MS : 0;
}

int stream_signals(struct stream *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGUSR1);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	/* A reader that has gone, a limit on the size of files: said by the write that fails. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signals < 0 ? -errno : 0;
}

static bool is_fifo(const char *path)
{
	struct stat st;

	return path && lstat(path, &st) == 0 && S_ISFIFO(st.st_mode);
}

/* Signals, and that nobody reads the standard output any more: what cannot be watched is not. */
static int watch(struct stream *s)
{
	struct epoll_event in = {.events = EPOLLIN}, gone = {.events = 0};

	s->wake = epoll_create1(EPOLL_CLOEXEC);
	if (s->wake < 0 || epoll_ctl(s->wake, EPOLL_CTL_ADD, s->signals, &in))
		return -errno;
	if (!s->output)
		(void)epoll_ctl(s->wake, EPOLL_CTL_ADD, STDOUT_FILENO, &gone);
	return 0;
}

/*
 * The pipe or the terminal is closed. A FIFO of --output may be opened by another reader before the
 * next line.
 */
static bool reader_gone(const struct stream *s)
{
	struct pollfd pfd = {.fd = STDOUT_FILENO};

	return !s->output && poll(&pfd, 1, 0) == 1 && (pfd.revents & (POLLERR | POLLHUP));
}

int stream_open(struct stream *s)
{
	struct pollfd pfd = {.fd = s->signals, .events = POLLIN};
	int err = sink_open(&s->sink, s->output);

	if (err == -ENXIO && is_fifo(s->output))
		fprintf(stderr, "rootwatch: waiting for a reader of %s\n", s->output);
	while (err == -ENXIO && is_fifo(s->output)) {
		(void)poll(&pfd, 1, FIFO_MS);
		read_signals(s);
		if (s->stops > 0)
			return 0;
		err = sink_open(&s->sink, s->output);
	}
	if (!err)
		sink_patience(s->sink, s->signals, patience, s);
	return err ? err : watch(s);
}

int stream_announce(struct stream *s)
{
	char hooks[HOOKS_TEXT_MAX] = "";
	const struct source_hook *list;
	size_t n, used = 0;
	int err;

	list = source_hooks(s->source, &n);
	for (size_t i = 0; i < n; i++) {
		int len = list[i].error ? 0 :
					  snprintf(hooks + used, sizeof(hooks) - used, "%s%s",
						   used ? "," : "", list[i].hook);

		if (len > 0 && used + (size_t)len < sizeof(hooks))
			used += (size_t)len;
		hooks[used] = '\0'; /* no part of a name */
	}
	err = pipeline_start(s->pipeline, tier_name(source_tier(s->source)), hooks);
	return err ? err : sink_flush(s->sink);
}

static int deliver(struct stream *s, int timeout_ms)
{
	int n = source_poll(s->source, timeout_ms, pipeline_record, s->pipeline);

	if (n > 0) {
		int err = sink_flush(s->sink);

		if (err)
			return err;
	}
	return n;
}

bool stream_may_talk(void)
{
	struct pollfd pfd = {.fd = STDERR_FILENO, .events = POLLOUT};

	return poll(&pfd, 1, 0) == 1;
}

/*
 * Once: what a skipped program would have seen nobody knows, and mostly it is an act of nobody's
 * interest. The number is in the statistics.
 */
static void tell_skips(struct stream *s, const struct source_stats *st)
{
	if (st->lost_recursion == 0 || s->skips_told || !stream_may_talk())
		return;
	s->skips_told = true;
	fprintf(stderr,
		"rootwatch: this kernel stops programs in the middle and then skips them for "
		"other tasks of the processor: acts can go unseen (--stats: lost_recursion)\n");
}

/* Losses behind the last record that came leave no gap yet: tell them from the counters. */
static int settle(struct stream *s)
{
	struct source_stats st;
	int err;

	if (source_stats(s->source, &st))
		return 0;
	tell_skips(s, &st);
	err = pipeline_settle(s->pipeline, source_lost(&st));
	return err ? err : sink_flush(s->sink);
}

/* SIGHUP: the rules may have changed, and the file may have been renamed. */
static int begin_anew(struct stream *s)
{
	int err = sink_flush(s->sink);

	if (err)
		return err;
	if (s->output) {
		err = sink_reopen(s->sink, s->output);
		if (err)
			fprintf(stderr,
				"rootwatch: %s cannot be opened again, the old file stays in use: %s\n",
				s->output, sink_error(err));
		else if (sink_begins(s->sink) && (err = stream_announce(s)))
			return err;
	}
	return judges_reload(&s->judges, s->source, s->pipeline);
}

/* Until the first of them (0: never), in ms; -1: neither. */
static int time_left(int64_t a, int64_t b)
{
	int64_t first = a && (!b || a < b) ? a : b, left = first - clock_ms();

	if (!first)
		return -1;
	return left > 0 ? (int)left : 0;
}

/* What was asked for, by a signal or by the time. */
static int serve(struct stream *s, int64_t *next)
{
	int err = 0;

	if (s->reload)
		err = begin_anew(s);
	s->reload = false;
	if (!err && s->asked)
		err = write_stats(s);
	s->asked = false;
	if (!err && *next && clock_ms() >= *next) {
		err = tell_stats(s);
		*next = clock_ms() + s->stats_every * 1000ll;
	}
	return err;
}

int stream_run(struct stream *s, unsigned int duration)
{
	int64_t end = duration ? clock_ms() + duration * 1000ll : 0;
	int64_t next = s->stats_every ? clock_ms() + s->stats_every * 1000ll : 0;
	bool settled = true;
	int n = 0;

	while (s->stops == 0 && n >= 0) {
		if (end && clock_ms() >= end)
			break;
		n = deliver(s, time_left(end, next));
		if (n == 0 && !settled) /* quiet for the first time since */
			n = settle(s);
		settled = n == 0;
		read_signals(s);
		if (n >= 0 && reader_gone(s))
			n = -EPIPE;
		if (n >= 0) {
			int err = serve(s, &next);

			n = err ? err : n;
		}
	}
	/* No more of them, then all that there are. */
	source_stop(s->source);
	pipeline_hurry(s->pipeline, HURRY_MS);
	while (n >= 0) {
		n = deliver(s, 0);
		if (n == 0)
			break;
	}
	if (n == 0)
		n = settle(s);
	if (n == 0 && (s->stats || s->asked))
		n = write_stats(s);
	return n < 0 ? n : 0;
}

void stream_close(struct stream *s)
{
	if (s->wake >= 0)
		close(s->wake);
	if (s->signals >= 0)
		close(s->signals);
	s->wake = s->signals = -1;
}
