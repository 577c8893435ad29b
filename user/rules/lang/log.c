// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same(const struct rule_message *a, const struct rule_message *b)
{
	return a->severity == b->severity && a->pos.file == b->pos.file &&
	       a->pos.line == b->pos.line && a->pos.column == b->pos.column &&
	       strcmp(a->text, b->text) == 0;
}

__attribute__((format(printf, 4, 0))) static void add(struct rule_log *log,
						      enum rule_severity severity,
						      struct rule_pos pos, const char *format,
						      va_list args)
{
	struct rule_message m = {.severity = severity, .pos = pos};

	(void)vsnprintf(m.text, sizeof(m.text), format, args);
	for (size_t i = 0; i < log->n; i++)
		if (same(&log->messages[i], &m))
			return;
	if (severity == RULE_ERROR)
		log->errors++;
	if (log->n == RULE_MESSAGES_MAX)
		log->more++;
	else
		log->messages[log->n++] = m;
}

void log_error(struct rule_log *log, struct rule_pos pos, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(log, RULE_ERROR, pos, format, args);
	va_end(args);
}

void log_warning(struct rule_log *log, struct rule_pos pos, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(log, RULE_WARNING, pos, format, args);
	va_end(args);
}

static size_t file_index(const struct rule_text *texts, size_t n, const char *file)
{
	size_t i = 0;

	while (i < n && texts[i].name != file)
		i++;
	return i;
}

static bool before(const struct rule_text *texts, size_t n, const struct rule_message *a,
		   const struct rule_message *b)
{
	size_t fa = file_index(texts, n, a->pos.file), fb = file_index(texts, n, b->pos.file);

	if (fa != fb)
		return fa < fb;
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line;
	return a->pos.column < b->pos.column;
}

void log_sort(struct rule_log *log, const struct rule_text *texts, size_t n)
{
	/* By insertion: few, and those of one place stay in their order. */
	for (size_t i = 1; i < log->n; i++) {
		struct rule_message m = log->messages[i];
		size_t k = i;

		for (; k > 0 && before(texts, n, &m, &log->messages[k - 1]); k--)
			log->messages[k] = log->messages[k - 1];
		log->messages[k] = m;
	}
}

/* Bytes of "\xHH", and of ...' with its NUL. */
#define ESCAPE 4
#define END    5

struct shown log_show(const char *p, size_t len)
{
	struct shown s;
	size_t n = 0;

	s.text[n++] = '\'';
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)p[i];

		if (n + ESCAPE + END > sizeof(s.text)) {
			memcpy(s.text + n, "...", 3);
			n += 3;
			break;
		}
		if (c < 0x20 || c >= 0x7f)
			n += (size_t)snprintf(s.text + n, sizeof(s.text) - n, "\\x%02x", c);
		else
			s.text[n++] = (char)c;
	}
	s.text[n++] = '\'';
	s.text[n] = '\0';
	return s;
}
