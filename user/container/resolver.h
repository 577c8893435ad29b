/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the paths of a system call led: links followed, mounts named, as they are soon after the
 * call. What the process did itself since, or another one, changes the answer; the path as it was
 * asked for stays beside it.
 */
#ifndef ROOTWATCH_CONTAINER_RESOLVER_H
#define ROOTWATCH_CONTAINER_RESOLVER_H

#include "event/event.h"

struct helpers;
struct host_mounts;
struct resolver;

/*
 * proc: the host's /proc. host: the caller's, NULL: where files lie on the host is not said.
 * helpers: the caller's. Gives 0 or -ENOMEM.
 */
int resolver_new(struct resolver **out, const char *proc, struct host_mounts *host,
		 struct helpers *helpers);
void resolver_free(struct resolver *r);

/* Such a task exists: it can speak for its mount namespace when another one is gone. */
void resolver_seen(struct resolver *r, const struct event_task *t);

/*
 * Resolves the paths of an EVENT_SYSCALL, where anybody who sees the same mounts still lives;
 * untouched otherwise. The strings are valid until the next call. Waits for hanging file systems a
 * moment at most (base/helpers.h).
 */
void resolver_call(struct resolver *r, struct event *e);

/*
 * When the regular file at this absolute path was made or changed last, as the task of an event
 * sees it: CLOCK_REALTIME ns; 0 where nobody can tell.
 */
int64_t resolver_changed(struct resolver *r, const struct event *e, struct str path);

/* After so many ms nothing is looked up any more: paths stay as they were asked for. */
void resolver_stop(struct resolver *r, unsigned int after_ms);

#endif /* ROOTWATCH_CONTAINER_RESOLVER_H */
