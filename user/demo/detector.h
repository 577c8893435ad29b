/* SPDX-License-Identifier: Apache-2.0 */
/* `rootwatch run` as a child, and what it has seen. */
#ifndef ROOTWATCH_DEMO_DETECTOR_H
#define ROOTWATCH_DEMO_DETECTOR_H

#include <signal.h>

#include "demo/sighting.h"

struct detector;

/*
 * Starts it and waits until it watches. Of what it sees only lines that hold the text mark are
 * kept: other containers may be busy. *stop: set by a signal handler to give up. Both must live
 * as long as the detector. tier: as of --tier; NULL: none is forced. Gives 0, or -errno and in
 * *code the exit code that says why (the detector has said the rest on stderr).
 */
int detector_start(struct detector **d, const char *mark, const char *tier,
		   const volatile sig_atomic_t *stop, int *code);

/*
 * Waits until something that is wanted has been seen, now or before. Gives it in *s and 0, or
 * -ETIMEDOUT, -EINTR when *stop was set, -EPIPE when the detector has ended.
 */
int detector_wait(struct detector *d, const struct wanted *w, int timeout_ms, struct sighting *s);

/* Ends it, takes in what was under way, and gives 0, or -EIO when it did not end well. */
int detector_stop(struct detector *d);

/* What was seen, in order; valid until the next call. */
const struct sighting *detector_seen(const struct detector *d, size_t *n);

/* Copies what the detector said on stderr to ours. */
void detector_complaints(const struct detector *d);

/* Ends it if that has not happened. NULL is fine. */
void detector_free(struct detector *d);

#endif /* ROOTWATCH_DEMO_DETECTOR_H */
