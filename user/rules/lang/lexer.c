// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/lexer.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char lexer_peek(const struct lexer *l)
{
	return l->text->p[l->at]; /* NUL-terminated */
}

bool lexer_end(const struct lexer *l)
{
	return l->at >= l->text->len;
}

struct rule_pos lexer_pos(const struct lexer *l)
{
	return text_pos(l->text, l->at);
}

int lexer_fail(const struct lexer *l, size_t at, const char *format, ...)
{
	char why[300];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	log_error(l->log, text_pos(l->text, at), "%s", why);
	return -EINVAL;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\b';
}

void lexer_blanks(struct lexer *l)
{
	while (blank(lexer_peek(l)))
		l->at++;
}

bool lexer_take(struct lexer *l, char c)
{
	if (lexer_peek(l) != c)
		return false;
	l->at++;
	return true;
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool in_name(char c)
{
	return letter(c) || (c >= '0' && c <= '9') || c == '_';
}

bool lexer_word(struct lexer *l, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(l->text->p + l->at, word, n) != 0)
		return false;
	if (in_name(l->text->p[l->at + n]) || l->text->p[l->at + n] == '.')
		return false;
	l->at += n;
	return true;
}

size_t lexer_name(const struct lexer *l)
{
	const char *p = l->text->p + l->at;
	size_t n = 0;

	if (!letter(p[0]))
		return 0;
	while (in_name(p[n]) || (p[n] == '.' && letter(p[n + 1])))
		n++;
	return n;
}

size_t lexer_bare(const struct lexer *l)
{
	const char *p = l->text->p + l->at;
	size_t n = 0;

	while (p[n] && !strchr("()\"'=,", p[n]) && !isspace((unsigned char)p[n]))
		n++;
	return n;
}

struct shown lexer_shown(const struct lexer *l)
{
	size_t n = lexer_bare(l);

	if (lexer_end(l)) {
		struct shown s = {"the end"};

		return s;
	}
	return log_show(l->text->p + l->at, n ? n : 1);
}

int lexer_take_bytes(struct lexer *l, size_t n, struct word *out)
{
	char *copy = arena_copy(l->arena, l->text->p + l->at, n);

	if (!copy)
		return -ENOMEM;
	*out = (struct word){copy, n, lexer_pos(l), false};
	l->at += n;
	return 0;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The character behind a backslash; *used: bytes that it took. -1: there is no such escape. */
static int escaped(const char *p, char quote, size_t *used)
{
	int high, low;

	*used = 1;
	switch (*p) {
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case ' ': /* as Falco has it */
	case '\\':
		return '\\';
	case '/':
		return '/';
	case '"':
	case '\'':
		return *p == quote ? quote : -1;
	case 'x':
		high = hex(p[1]);
		low = high < 0 ? -1 : hex(p[2]);
		if (low < 0)
			return -1;
		*used = 3;
		return high * 16 + low;
	default:
		return -1;
	}
}

int lexer_quoted(struct lexer *l, struct word *out)
{
	const char *p = l->text->p;
	size_t start = l->at, n = 0, i = start + 1, end = i;
	char quote = p[start];
	char *copy;

	while (p[end] && p[end] != quote)
		end += p[end] == '\\' && p[end + 1] ? 2 : 1;
	if (!p[end])
		return lexer_fail(l, start, "this quote (%c) is never closed", quote);
	copy = arena_new(l->arena, end - i + 1, 1);
	if (!copy)
		return -ENOMEM;
	while (i < end) {
		size_t used;
		int c;

		if (p[i] != '\\') {
			copy[n++] = p[i++];
			continue;
		}
		c = escaped(p + i + 1, quote, &used);
		if (c < 0)
			return lexer_fail(
				l, i,
				"there is no escape %s here; there are \\b \\f \\n \\r \\t "
				"\\\\ \\/ \\xHH and \\%c (for a backslash write two)",
				SHOW(p + i, 2), quote);
		if (c == 0)
			return lexer_fail(l, i,
					  "\\x00 cannot be in any value; bcontains and "
					  "bstartswith take it as 00");
		copy[n++] = (char)c;
		i += 1 + used;
	}
	*out = (struct word){copy, n, text_pos(l->text, start), true};
	l->at = end + 1;
	return 0;
}

int lexer_value(struct lexer *l, struct word *out)
{
	char c = lexer_peek(l);
	size_t n;

	if (c == '"' || c == '\'')
		return lexer_quoted(l, out);
	n = lexer_bare(l);
	if (n == 0)
		return lexer_fail(l, l->at,
				  "expected a value, found %s; one with blanks or ()=,'\" in it "
				  "has to be quoted",
				  lexer_shown(l).text);
	return lexer_take_bytes(l, n, out);
}

int lexer_argument(struct lexer *l, struct word *out)
{
	const char *p = l->text->p + l->at;
	size_t n = 0;

	if (*p == '"' || *p == '\'')
		return lexer_quoted(l, out);
	while (p[n] && !strchr("[]\"'", p[n]) && !isspace((unsigned char)p[n]))
		n++;
	if (n == 0)
		return lexer_fail(l, l->at, "expected an argument between the brackets, found %s",
				  lexer_shown(l).text);
	return lexer_take_bytes(l, n, out);
}
