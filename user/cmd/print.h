/* SPDX-License-Identifier: Apache-2.0 */
/* Text of rules and names of files for people: whatever bytes they hold, a terminal obeys none. */
#ifndef ROOTWATCH_CMD_PRINT_H
#define ROOTWATCH_CMD_PRINT_H

#include <stddef.h>
#include <stdio.h>

/* What the noun behind a count ends in. */
#define PRINT_S(n) ((n) == 1 ? "" : "s")

/* Control characters, and bytes that are no UTF-8, as \xHH. Gives the columns that it took. */
size_t print_text(FILE *f, const char *s);

/* The same, then blanks up to that width, and one more. */
void print_column(FILE *f, const char *s, size_t width);

/* The same by words, in lines of PRINT_WIDTH columns that begin at column indent, with a newline;
 * the first line is there already. */
#define PRINT_WIDTH 100
void print_wrapped(FILE *f, const char *s, unsigned indent);

#endif /* ROOTWATCH_CMD_PRINT_H */
