/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who sees a mount namespace: the task itself, or when it has ended another process of the same
 * one. Nothing is kept open, since that would keep the container's file systems mounted.
 */
#ifndef ROOTWATCH_CONTAINER_WITNESS_H
#define ROOTWATCH_CONTAINER_WITNESS_H

#include <limits.h>
#include <stdint.h>
#include <stdio.h>

#include "event/event.h"

struct witnesses;

struct witness {
	uint32_t mnt_ns;
	int dir;		  /* its directory in /proc */
	int root;		  /* its root directory, O_PATH */
	char root_path[PATH_MAX]; /* where that lies in its mount namespace: "/", unless chrooted */
};

/* proc: the host's /proc. 0 or -ENOMEM. */
int witnesses_new(struct witnesses **out, const char *proc);
void witnesses_free(struct witnesses *w);

/* A process of that mount namespace; vpid: in its own pid namespace, where 1 lives longest. */
void witnesses_add(struct witnesses *w, uint32_t mnt_ns, uint32_t pid, uint32_t vpid);

/*
 * Somebody who lives and sees what the task of e sees, to be given back by witness_close(). It is
 * not asked whether a pid is still the same process, only whether its mount namespace is the same:
 * that is what counts. Only the task itself may have a root of its own. Gives 0 or -ESRCH.
 */
int witnesses_find(struct witnesses *w, const struct event *e, struct witness *out);
void witness_close(struct witness *w);

/* Its /proc/PID/mountinfo; NULL when it cannot be read. */
FILE *witness_mountinfo(const struct witness *w);

#endif /* ROOTWATCH_CONTAINER_WITNESS_H */
