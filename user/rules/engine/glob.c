// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/glob.h"

#include <ctype.h>

static unsigned char folded(char c, bool fold)
{
	return (unsigned char)(fold && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static bool in_class(const char *name, size_t len, unsigned char c)
{
	static const struct {
		const char *name;
		int (*is)(int);
	} classes[] = {{"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank},
		       {"cntrl", iscntrl}, {"digit", isdigit}, {"graph", isgraph},
		       {"lower", islower}, {"print", isprint}, {"punct", ispunct},
		       {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit}};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) == len && memcmp(classes[i].name, name, len) == 0)
			return classes[i].is(c);
	}
	return false;
}

/* The character at p[*i], behind a \ if there is one; *i moves behind it. */
static unsigned char literal(struct str p, uint32_t *i)
{
	if (p.p[*i] == '\\' && *i + 1 < p.len)
		++*i;
	return (unsigned char)p.p[(*i)++];
}

/*
 * p[*i] is what follows a '['. Gives 1 or 0 for c, with *i behind the ']'; -1 when there is no ']':
 * then the '[' stands for itself.
 */
static int bracket(struct str p, uint32_t *i, unsigned char c, bool fold)
{
	uint32_t j = *i;
	bool negated = j < p.len && (p.p[j] == '!' || p.p[j] == '^');
	bool found = false;
	unsigned char other = c;

	if (fold)
		other = (unsigned char)(islower(c) ? toupper(c) : tolower(c));
	j += negated;
	for (bool first = true; j < p.len; first = false) {
		unsigned char from, to;
		const char *end;

		if (p.p[j] == ']' && !first) {
			*i = j + 1;
			return found != negated;
		}
		if (p.p[j] == '[' && j + 1 < p.len && p.p[j + 1] == ':') {
			end = memmem(p.p + j + 2, p.len - j - 2, ":]", 2);
			if (end) {
				size_t len = (size_t)(end - (p.p + j + 2));

				found = found || in_class(p.p + j + 2, len, c) ||
					in_class(p.p + j + 2, len, other);
				j += (uint32_t)len + 4;
				continue;
			}
		}
		from = to = literal(p, &j);
		if (j + 1 < p.len && p.p[j] == '-' && p.p[j + 1] != ']') {
			j++;
			to = literal(p, &j);
		}
		found = found || (c >= from && c <= to) || (other >= from && other <= to);
	}
	return -1;
}

/* One element of the pattern, not a star, against one character; *i moves behind the element. */
static bool element(struct str p, uint32_t *i, char c, bool fold)
{
	if (p.p[*i] == '?') {
		++*i;
		return true;
	}
	if (p.p[*i] == '[') {
		uint32_t j = *i + 1;
		int is = bracket(p, &j, folded(c, fold), fold);

		if (is >= 0) {
			*i = j;
			return is;
		}
	}
	return folded((char)literal(p, i), fold) == folded(c, fold);
}

bool glob_match(struct str pattern, struct str text, bool fold)
{
	uint32_t i = 0, j = 0, star = UINT32_MAX, from = 0;

	while (j < text.len) {
		if (i < pattern.len && pattern.p[i] == '*') {
			star = ++i;
			from = j;
		} else if (i < pattern.len && element(pattern, &i, text.p[j], fold)) {
			j++;
		} else if (star != UINT32_MAX) {
			/* Only the last star need give way: what it takes, those before cannot
			 * miss. */
			i = star;
			j = ++from;
		} else {
			return false;
		}
	}
	while (i < pattern.len && pattern.p[i] == '*')
		i++;
	return i == pattern.len;
}
