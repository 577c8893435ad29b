/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wire records built by hand. Use:
 *
 *	static struct record r;
 *	struct wire_open *w = record_begin(&r, WIRE_OPEN);
 *
 *	record_task(&w->t, 100, 1000, "sh");
 *	w->f.sbpath = record_str(&r, "/etc/passwd");
 *	assert_int_equal(record_decode(&r, &e), 0);
 */
#ifndef ROOTWATCH_TESTS_UNIT_EVENT_RECORD_H
#define ROOTWATCH_TESTS_UNIT_EVENT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "wire.h"

struct record {
	_Alignas(8) char data[WIRE_RECORD_MAX];
	size_t size;
	char scratch[EVENT_SCRATCH];
};

/* Added to a record's CLOCK_BOOTTIME by record_decode. */
#define RECORD_REALTIME INT64_C(1700000000000000000)

/* A record of zeros with its header filled (time 1000); gives its fixed part. */
void *record_begin(struct record *r, uint32_t kind);

/* Adds bytes behind what is there and names them. */
struct wire_blob record_blob(struct record *r, const void *p, size_t len);
struct wire_blob record_str(struct record *r, const char *s);

/* A host-root process of the given thread group; vpid is pid % 1000. */
void record_task(struct wire_task *t, uint32_t pid, uint64_t start, const char *comm);

/* A regular file on the container's own root filesystem, reached through the root mount. */
void record_file(struct record *r, struct wire_file *f, const char *path);

/* Decodes with the record's own scratch: the event is valid as long as the record. */
int record_decode(struct record *r, struct event *e);

/* The same, which has to work; the event holds no bytes of before. */
void record_must_decode(struct record *r, struct event *e);

/* An openat of sbpath, as record_file has it; one of asked, from base (NULL: not known), that was
 * denied. */
struct wire_open *record_open(struct record *r, const char *sbpath);
struct wire_open *record_blocked(struct record *r, const char *base, const char *asked);

/* Fails with the line unless got is want. */
void record_expect(struct str got, const char *want, int line);
#define EXPECT(got, want) record_expect((got), (want), __LINE__)

/* Whole exec, fork and exit records, decoded; asserts that decoding worked. argv: NULL-ended. */
void record_exec(struct record *r, struct event *e, uint32_t pid, uint64_t start, const char *path,
		 const char *const *argv);
void record_fork(struct record *r, struct event *e, uint32_t parent, uint64_t parent_start,
		 uint32_t child, uint64_t child_start);
void record_exit(struct record *r, struct event *e, uint32_t pid, uint64_t start, uint32_t code);

#endif /* ROOTWATCH_TESTS_UNIT_EVENT_RECORD_H */
