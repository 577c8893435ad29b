/* SPDX-License-Identifier: Apache-2.0 */
/* A JSON line as it was printed: it has the documented fields, and says what it should. */
#ifndef ROOTWATCH_TEST_OUTPUT_PRINTED_H
#define ROOTWATCH_TEST_OUTPUT_PRINTED_H

#include "output/fields.h"
#include "output/sample.h"

/* The line that was printed last. */
extern char printed_line[OUTPUT_LINE_MAX];

/* Prints the sample. The line has the documented fields, each of its type, and no others. */
json_t *printed_checked(const struct sample *s);
void printed_check_top(const json_t *line);
/* Is v what the field table says of f? */
void printed_check_type(const struct field *f, const json_t *v);

/* json: as it stands in the line. */
void printed_expect(const json_t *line, const char *name, const char *json);
void printed_expect_top(const json_t *line, const char *name, const char *want);

#endif /* ROOTWATCH_TEST_OUTPUT_PRINTED_H */
