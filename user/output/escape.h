/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes that are foreign, for a line that must be valid and inert whatever they are.
 *
 * They become valid UTF-8 from which the original bytes can be recovered:
 *   a byte that is not part of valid UTF-8, or is NUL    the four characters \xHH
 *   a backslash                                          two backslashes
 *   all else                                             itself
 * The JSON flavour then escapes the result as JSON demands (so a backslash is four bytes in the
 * line). Every character that a terminal could obey or be misled by (C0, DEL, C1, bidirectional
 * controls, line and paragraph separators) becomes \uHHHH there, for a stream is looked at with
 * cat as well; in the text flavour \xHH, byte by byte.
 */
#ifndef ROOTWATCH_OUTPUT_ESCAPE_H
#define ROOTWATCH_OUTPUT_ESCAPE_H

#include <stddef.h>

#include "base/str.h"

enum escape_flavour { ESCAPE_JSON, ESCAPE_TEXT };

/* Longest escape of one character: three bytes as \xHH each, in the text flavour. */
#define ESCAPE_UNIT_MAX 12

/* One character (or one stray byte) of the n > 0 at s: takes *used bytes, gives those in out. */
size_t escape_unit(enum escape_flavour flavour, const unsigned char *s, size_t n, size_t *used,
		   char out[static ESCAPE_UNIT_MAX]);

/* Bytes that s takes when escaped. */
size_t escape_size(enum escape_flavour flavour, struct str s);

/* Writes s, escaped, to `to`, in whole characters and nothing from end on. */
struct escaped {
	char *end;    /* of what was written */
	size_t taken; /* bytes of s: less than all when there was no room */
};
struct escaped escape_copy(enum escape_flavour flavour, struct str s, char *to, const char *end);

#endif /* ROOTWATCH_OUTPUT_ESCAPE_H */
