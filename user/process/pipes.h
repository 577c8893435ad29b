/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enrich: which programs are tied together by pipes, as they were when they were executed:
 * `curl ... | base64 -d | sh` is three programs, of which none names the others.
 */
#ifndef ROOTWATCH_PROCESS_PIPES_H
#define ROOTWATCH_PROCESS_PIPES_H

#include "event/event.h"

struct pipes;

/*
 * 0 or -ENOMEM. The last 128 different programs with a pipe of a container (and of those that share
 * its place) are remembered, also when they ended.
 */
int pipes_new(struct pipes **p);
void pipes_free(struct pipes *p); /* NULL: nothing is done */

/*
 * Takes an EVENT_EXEC in, of the container with that id ("": it has none), whose program is called
 * name, and sets its exec.from and exec.to, which are valid until the next call. Which of two
 * programs comes first does not matter: the later one is told of the earlier one.
 */
void pipes_apply(struct pipes *p, struct event *e, struct str container, struct str name);

#endif /* ROOTWATCH_PROCESS_PIPES_H */
