/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stream of `rootwatch run` while it goes on: records in, lines out, signals, and what is done
 * when nobody takes the lines. What it goes by is opened, and freed, by run.c.
 */
#ifndef ROOTWATCH_CMD_STREAM_H
#define ROOTWATCH_CMD_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/judges.h"

struct pipeline;
struct sink;
struct source;

struct stream {
	struct source *source;
	struct pipeline *pipeline;
	struct sink *sink; /* stream_open() */
	struct judges judges;
	const char *output; /* a file; NULL: stdout */
	int signals;	    /* signalfd, by stream_signals(); -1: none */
	int wake;	    /* readable: a signal, or nobody reads stdout; by stream_open(); -1 */
	unsigned int stops; /* signals to end that came */
	bool reload;	    /* SIGHUP came */
	bool asked;	    /* SIGUSR1 came: the stream is to have the counters, too */
	bool text;	    /* the stream has no place for counters: stderr */
	bool stats;	    /* the counters at the end */
	unsigned int stats_every; /* and after so many seconds each; 0: not */
	int64_t began;		  /* clock_ms() */
	bool skips_told;	  /* that the kernel skips programs */
};

/* From now on SIGINT, SIGTERM, SIGHUP and SIGUSR1 come by s->signals. 0 or -errno. */
int stream_signals(struct stream *s);

/*
 * Opens the sink. Of a FIFO a reader is waited for, or a signal to end: then the sink stays NULL.
 * 0 or -errno. stream_close() after it in any case.
 */
int stream_open(struct stream *s);

/* The first line of a file or pipe: through what is watched. 0 or -errno of the sink. */
int stream_announce(struct stream *s);

/*
 * Until a signal ends it, for so many seconds (0: no end), or until the sink fails; then everything
 * in the buffer. Gives 0, -EPIPE when nobody reads stdout any more, -ECANCELED when a reader takes
 * nothing, or another -errno of the sink.
 */
int stream_run(struct stream *s, unsigned int duration);

/* Closes the descriptors of signals and wake. */
void stream_close(struct stream *s);

/* Does stderr take a line? It may be the same full pipe. */
bool stream_may_talk(void);

/* Prints the counters to stderr. */
void stream_stats(const struct stream *s);

#endif /* ROOTWATCH_CMD_STREAM_H */
