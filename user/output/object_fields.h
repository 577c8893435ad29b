/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_OUTPUT_OBJECT_FIELDS_H
#define ROOTWATCH_OUTPUT_OBJECT_FIELDS_H

#include "event/event.h"
#include "output/line.h"

/*
 * The members about what was acted on: the program that was started, the file that was opened, the
 * socket that was connected to; of another call what was asked for; of an exit, how it ended. e
 * must be of that kind.
 */
void object_fields_write_exec(struct line *l, const struct event *e);
void object_fields_write_open(struct line *l, const struct event *e);
void object_fields_write_connect(struct line *l, const struct event *e);
void object_fields_write_net(struct line *l, const struct event *e);
void object_fields_write_syscall(struct line *l, const struct event *e);
void object_fields_write_exit(struct line *l, const struct event *e);

#endif /* ROOTWATCH_OUTPUT_OBJECT_FIELDS_H */
