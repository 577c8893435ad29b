/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdicts on the last acts, and their lines, for the next one that differs in nothing but its
 * time: a program that opens a file in a loop. (Judging and writing take most of what an event
 * costs.)
 */
#ifndef ROOTWATCH_CMD_MEMO_H
#define ROOTWATCH_CMD_MEMO_H

#include "event/event.h"
#include "output/output.h"
#include "rules/engine/engine.h"

/* Longer records are judged each time. */
#define MEMO_RECORD_MAX 1024
#define MEMO_PATH_MAX	512

/* Acts that are remembered, each at a place of its own: two that fall together take turns. */
#define MEMO_ACTS 16

struct memo_act {
	uint32_t life; /* of the memo; of another one: nothing is kept */
	struct verdict v;
	struct output_kept line; /* the caller's; without a line at first */
	size_t size;
	uint64_t container, process, parent; /* their versions */
	const void *container_of, *process_of, *parent_of;
	size_t hostpath_len;
	char hostpath[MEMO_PATH_MAX];
	unsigned char record[MEMO_RECORD_MAX];
};

struct memo {
	uint32_t life; /* begins with memo_forget() */
	struct memo_act acts[MEMO_ACTS];
};

/* Only opens and connects: what other events do changes what is known of processes. */
bool memo_may(const struct event *e, size_t size);

/* What is kept of the act e, decoded from the record; NULL: nothing. */
struct memo_act *memo_recall(struct memo *m, const struct event *e, const void *record,
			     size_t size);

void memo_keep(struct memo *m, const struct event *e, const void *record, size_t size,
	       const struct verdict *v);

/* Any event that memo_may() does not allow, and new rules. Needed once before all else. */
void memo_forget(struct memo *m);

#endif /* ROOTWATCH_CMD_MEMO_H */
