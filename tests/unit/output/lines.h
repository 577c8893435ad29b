/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that are known by their number, for the tests of the sink. */
#ifndef ROOTWATCH_TEST_OUTPUT_LINES_H
#define ROOTWATCH_TEST_OUTPUT_LINES_H

#include <stddef.h>

#define LINE_SIZE  1024
#define LINES_MANY 4000 /* more than a pipe and the buffer hold */

/* Line number i; of different lengths, so that the buffer is never full at a line's end twice. */
size_t lines_make(char line[static LINE_SIZE], unsigned i);

/* The data is lines 0 to n - 1, and nothing else. */
void lines_check(const char *data, size_t size, unsigned n);

#endif /* ROOTWATCH_TEST_OUTPUT_LINES_H */
