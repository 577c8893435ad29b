// SPDX-License-Identifier: Apache-2.0
#include "container/bounded_json.h"

#include <stdbool.h>

/*
 * What the values of a text take in memory beside the text itself, at most: jansson's, as measured.
 * A megabyte of "{}," becomes 80 of them.
 */
#define JSON_OBJECT 352 /* with its first pair */
#define JSON_ARRAY  176
#define JSON_NEXT   160 /* one more pair or value */
static size_t size_of_values(const char *text, size_t n)
{
	bool quoted = false;
	size_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		char c = text[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted)
			sum += c == '{' ? JSON_OBJECT :
			       c == '[' ? JSON_ARRAY :
			       c == ',' ? JSON_NEXT :
					  0;
	}
	return sum;
}

json_t *bounded_json(const char *text, size_t n, size_t max)
{
	if (n > max || size_of_values(text, n) > max * BOUNDED_JSON_TIMES)
		return NULL;
	return json_loadb(text, n, 0, NULL);
}
