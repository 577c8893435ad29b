/* SPDX-License-Identifier: Apache-2.0 */
/* Where on the host the files of an event lie. */
#ifndef ROOTWATCH_CONTAINER_HOST_PATHS_H
#define ROOTWATCH_CONTAINER_HOST_PATHS_H

#include "container/host_mounts.h"
#include "event/event.h"
#include "wire.h"

/* Room for them: the event's strings lie in here, until the next one's. */
struct host_paths {
	char path[WIRE_SYSCALL_PATHS][HOST_PATH_MAX];
};

/*
 * Fills in hostpath of the event's files that a mount brought in, or that a task of the host's
 * mounts saw. m: the host's mounts; NULL: not known.
 */
void host_paths_find(struct host_paths *room, struct host_mounts *m, struct event *e);

#endif /* ROOTWATCH_CONTAINER_HOST_PATHS_H */
