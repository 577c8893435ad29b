/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict on the last act, for the next one that differs in nothing but its time: a program
 * that opens a file in a loop. (Judging takes most of what an event costs.)
 */
#ifndef ROOTWATCH_CMD_MEMO_H
#define ROOTWATCH_CMD_MEMO_H

#include "event/event.h"
#include "rules/engine/engine.h"

/* Longer records are judged each time. */
#define MEMO_RECORD_MAX 1024
#define MEMO_PATH_MAX	512

struct memo {
	bool valid;
	struct verdict v;
	size_t size;
	uint64_t container, process, parent; /* their versions */
	const void *container_of, *process_of, *parent_of;
	size_t hostpath_len;
	char hostpath[MEMO_PATH_MAX];
	unsigned char record[MEMO_RECORD_MAX];
};

/* Only opens and connects: what other events do changes what is known of processes. */
bool memo_may(const struct event *e, size_t size);

/* True when e, decoded from the record, is the act that the memo is of; *v is its verdict then. */
bool memo_recall(const struct memo *m, const struct event *e, const void *record, size_t size,
		 struct verdict *v);

void memo_keep(struct memo *m, const struct event *e, const void *record, size_t size,
	       const struct verdict *v);

/* Any event that memo_may() does not allow, and new rules. */
void memo_forget(struct memo *m);

#endif /* ROOTWATCH_CMD_MEMO_H */
