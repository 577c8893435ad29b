// SPDX-License-Identifier: Apache-2.0
#include "rules/filter/clue.h"

#include "base/path.h"

static struct str part(struct str s, uint32_t from, uint32_t to)
{
	return (struct str){s.p + from, to - from, to - from};
}

static bool is_dots(struct str name)
{
	return str_is(name, ".") || str_is(name, "..");
}

static bool has(struct str s, char c)
{
	return s.len > 0 && memchr(s.p, c, s.len);
}

bool clue_directory(struct str value, struct str *dir)
{
	uint32_t at = 0, end;
	uint32_t clean = UINT32_MAX; /* where the head ends, when that is not the end */

	if (value.len == 0 || value.p[0] != '/' || has(value, '\0'))
		return false;
	while (at < value.len) {
		struct str name;

		for (end = at + 1; end < value.len && value.p[end] != '/'; end++)
			;
		name = part(value, at + 1, end);
		if (is_dots(name))
			return false;
		if (name.len == 0 && clean == UINT32_MAX)
			clean = at;
		at = end;
	}
	*dir = part(value, 0, clean < value.len ? clean : value.len);
	return true;
}

bool clue_cut(struct str value, struct str *head)
{
	uint32_t i = value.len;

	while (i > 0 && value.p[i - 1] != '/')
		i--;
	if (i == 0)
		return false;
	*head = part(value, 0, i - 1);
	return true;
}

struct str clue_last(struct str value)
{
	return str_basename(value);
}

/* Of a file to which no directory leads the path is PATH_CUT, whatever its name is. */
static bool is_cut(struct str tail)
{
	const struct str cut = STR_LIT(PATH_CUT);

	return tail.len <= cut.len && memcmp(cut.p + cut.len - tail.len, tail.p, tail.len) == 0;
}

bool clue_is_name(struct str value)
{
	return value.len > 0 && !has(value, '/') && !has(value, '\0') && !is_dots(value) &&
	       !is_cut(value);
}

/* Also those of extended patterns, whose sign before the '(' is harmless: see leaf.c. */
static bool is_wild(char c)
{
	return c != '\0' && strchr("*?[]\\()|", c);
}

bool clue_wild(struct str value, struct str *head, struct str *tail)
{
	uint32_t first = 0, last = value.len;

	while (first < value.len && !is_wild(value.p[first]))
		first++;
	while (last > 0 && !is_wild(value.p[last - 1]))
		last--;
	if (first == value.len)
		return false;
	*head = part(value, 0, first);
	*tail = part(value, last, value.len);
	return true;
}

bool clue_folder(struct str value, uint32_t *at, struct str *name)
{
	uint32_t i, from = UINT32_MAX;

	for (i = 0; i < value.len; i++)
		if (is_wild(value.p[i]) && value.p[i] != '*' && value.p[i] != '?')
			return false;
	for (i = *at; i < value.len; i++) {
		if (value.p[i] == '/' && from != UINT32_MAX) {
			*name = part(value, from, i);
			*at = i;
			return true;
		}
		if (value.p[i] == '/')
			from = i + 1;
		else if (is_wild(value.p[i]))
			from = UINT32_MAX;
	}
	return false;
}
