/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lies in a record: blobs, texts and files. Nothing of it is believed: what does not fit marks
 * the record as malformed, and is empty.
 */
#ifndef ROOTWATCH_EVENT_READER_H
#define ROOTWATCH_EVENT_READER_H

#include "event/event.h"

struct reader {
	const char *data;
	const void *head; /* the fixed part, aligned */
	size_t size;
	size_t fixed; /* blobs begin behind this */
	char *scratch;
	size_t used;
	bool bad; /* sticky: the record is malformed */
	bool cut; /* sticky: some blob was longer */
};

/* A blob of at most max bytes; lives as long as the record. */
struct str reader_take(struct reader *r, struct wire_blob b, uint32_t max);

/* A char array of the record at off: ends at its NUL, or fills its cap bytes. */
struct str reader_text(const struct reader *r, size_t off, size_t cap);

/* A path that is empty is "/". (One that did not fit at all is longer than what is there of it.) */
struct str reader_or_root(struct str s);

/*
 * A file, its paths put together in the scratch; of one that is all zero nothing is known. off:
 * where w lies in the record.
 */
void reader_file(struct reader *r, struct event_file *f, const struct wire_file *w, size_t off);

#endif /* ROOTWATCH_EVENT_READER_H */
