/* SPDX-License-Identifier: Apache-2.0 */
/* JSON that somebody else wrote, who may know what becomes of it. */
#ifndef ROOTWATCH_CONTAINER_BOUNDED_JSON_H
#define ROOTWATCH_CONTAINER_BOUNDED_JSON_H

#include <jansson.h>
#include <stddef.h>

/* The values of a text may take so many times as much memory as the text may be long. */
#define BOUNDED_JSON_TIMES 4

/*
 * Parses a text of n bytes. NULL: it is no JSON, it is longer than max bytes, or its values would
 * take more than BOUNDED_JSON_TIMES as many.
 */
json_t *bounded_json(const char *text, size_t n, size_t max);

#endif /* ROOTWATCH_CONTAINER_BOUNDED_JSON_H */
