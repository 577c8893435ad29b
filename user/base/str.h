/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ROOTWATCH_BASE_STR_H
#define ROOTWATCH_BASE_STR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/*
 * Bytes that somebody else owns; not NUL-terminated, any byte may occur (NUL too). len bytes are
 * here, full is how many there were: full > len means that the string was cut.
 */
struct str {
	const char *p;
	uint32_t len;
	uint32_t full;
};

#define STR_LIT(s) ((struct str){(s), sizeof(s) - 1, sizeof(s) - 1})

/* A view of a NUL-terminated string; NULL gives the empty string. */
static inline struct str str_from(const char *s)
{
	uint32_t len = s ? (uint32_t)strlen(s) : 0;

	return (struct str){s ? s : "", len, len};
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

static inline bool str_is(struct str a, const char *b)
{
	return str_eq(a, str_from(b));
}

static inline bool str_starts(struct str a, const char *prefix)
{
	size_t n = strlen(prefix);

	return a.len >= n && (n == 0 || memcmp(a.p, prefix, n) == 0);
}

static inline bool str_ends(struct str a, const char *suffix)
{
	size_t n = strlen(suffix);

	return a.len >= n && (n == 0 || memcmp(a.p + a.len - n, suffix, n) == 0);
}

/* What follows the last '/' (the whole string when there is none). */
static inline struct str str_basename(struct str a)
{
	uint32_t i = a.len;

	while (i > 0 && a.p[i - 1] != '/')
		i--;
	if (i == 0) /* p may be NULL, to which nothing may be added, not even 0 */
		return (struct str){a.p, a.len, a.len};
	return (struct str){a.p + i, a.len - i, a.len - i};
}

#endif /* ROOTWATCH_BASE_STR_H */
