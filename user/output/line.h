/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bounded line under construction. Knows no events and no fields, only bytes: what is ours goes
 * in as it is, what is foreign goes in escaped (escape.h), and nothing is ever written past the end.
 */
#ifndef ROOTWATCH_OUTPUT_LINE_H
#define ROOTWATCH_OUTPUT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/str.h"
#include "output/escape.h"

/* More strings than any line has that may be cut. */
#define LINE_STRINGS_MAX 64

struct line {
	char *p;   /* the next byte goes here */
	char *end; /* and none from here on */
	enum escape_flavour flavour;
	bool measure;	 /* nothing is written, only counted: there is no buffer */
	bool full;	 /* something did not fit: the line is of no use */
	bool cut;	 /* strings are cut to cap, or will be */
	size_t cap;	 /* most bytes (escaped) of a string that may be cut */
	size_t copy_cap; /* and of one that the line holds elsewhere */
	size_t need;	 /* measure: bytes of all that was written, strings that may be cut aside */
	size_t n_sizes, n_copies;
	size_t sizes[LINE_STRINGS_MAX]; /* measure: bytes (escaped) of strings that may be cut */
	size_t copies[LINE_STRINGS_MAX];
};

/*
 * Runs write once into buf. If that does not fit in size bytes, runs it twice more: to measure,
 * then with a cap on all strings that may be cut, chosen so that the line fits, that copies give
 * before all else, and of each kind the longest first. write must make the same calls each time.
 * Gives the length; 0 when the line does not fit though every such string were empty.
 */
size_t line_render(char *buf, size_t size, enum escape_flavour flavour,
		   void (*write)(struct line *l, void *arg), void *arg);

/* Foreign bytes, escaped; when they take more than l->cap bytes, their middle becomes "...". */
void line_string(struct line *l, struct str s);

/* The same of a string that is a part of another one in the line. */
void line_copy(struct line *l, struct str s);

/* The same with a cap of its own; never cut by line_render. Gives the bytes of s escaped, or cap. */
size_t line_capped(struct line *l, struct str s, size_t cap);

/* Numbers in decimal; line_digits: the last n digits, with zeros in front (n up to 19). */
void line_i64(struct line *l, int64_t v);
void line_digits(struct line *l, uint64_t v, unsigned n);
/* 16 hexadecimal digits, lower case. */
void line_hex64(struct line *l, uint64_t v);

/* Where the line has no room left; not for callers. */
void line_refuse(struct line *l, size_t n);

/* Bytes of our own: they must already be what the flavour wants. */
static inline void line_raw(struct line *l, const char *p, size_t n)
{
	if ((size_t)(l->end - l->p) >= n) {
		memcpy(l->p, p, n);
		l->p += n;
	} else {
		line_refuse(l, n);
	}
}

#define line_literal(l, s) line_raw((l), "" s, sizeof(s) - 1)

#endif /* ROOTWATCH_OUTPUT_LINE_H */
