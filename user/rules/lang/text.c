// SPDX-License-Identifier: Apache-2.0
#include "rules/lang/text.h"

#include <string.h>

/* Bytes, at most, from one mark to the next: text_pos() counts through them. */
#define MARK_EVERY 128

static bool continues(unsigned char c)
{
	return (c & 0xc0) == 0x80; /* a byte of UTF-8 that is not the first of its character */
}

struct rule_pos text_pos(const struct text *t, size_t offset)
{
	size_t low = 0, high = t->n_marks;
	struct rule_pos pos;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (t->marks[middle].offset <= offset)
			low = middle;
		else
			high = middle;
	}
	pos = t->marks[low].pos;
	for (size_t i = t->marks[low].offset; i < offset && i < t->len; i++)
		if (!continues((unsigned char)t->p[i]))
			pos.column++;
	return pos;
}

struct text text_join(struct arena *a, const struct text_part *parts)
{
	struct text_mark *marks;
	struct text all = {0};
	size_t at = 0, n = 0;
	char *p;

	if (parts && !parts->next)
		return parts->text;
	for (const struct text_part *s = parts; s; s = s->next) {
		all.len += s->text.len + 1;
		all.n_marks += s->text.n_marks;
	}
	p = arena_new(a, all.len + 1, 1);
	marks = ARENA_ARRAY(a, struct text_mark, all.n_marks);
	if (!p || !marks)
		return (struct text){0};
	for (const struct text_part *s = parts; s; s = s->next) {
		for (size_t i = 0; i < s->text.n_marks; i++) {
			marks[n] = s->text.marks[i];
			marks[n++].offset += at;
		}
		memcpy(p + at, s->text.p, s->text.len);
		at += s->text.len;
		p[at++] = ' ';
	}
	all.len = at ? at - 1 : 0;
	p[all.len] = '\0';
	all.p = p;
	all.marks = marks;
	return all;
}

/* ---- aligning a scalar with the file -------------------------------------------------------- */

struct walk {
	const char *at, *end;
	struct rule_pos pos;
};

/* One character further; all that libyaml takes for the end of a line counts as one. */
static void step(struct walk *w)
{
	unsigned char c = (unsigned char)*w->at;
	size_t left = (size_t)(w->end - w->at), n = 1;
	bool line = c == '\n';

	if (c == '\r') {
		n = left > 1 && w->at[1] == '\n' ? 2 : 1;
		line = true;
	} else if (c >= 0xc0) {
		while (n < left && n < 4 && continues((unsigned char)w->at[n]))
			n++;
		line = (n == 2 && memcmp(w->at, "\xc2\x85", 2) == 0) ||
		       (n == 3 && (memcmp(w->at, "\xe2\x80\xa8", 3) == 0 ||
				   memcmp(w->at, "\xe2\x80\xa9", 3) == 0));
	}
	w->at += n;
	if (line) {
		w->pos.line++;
		w->pos.column = 1;
	} else {
		w->pos.column++;
	}
}

static bool blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_blanks(struct walk *w)
{
	while (w->at < w->end && blank(*w->at))
		step(w);
}

/* The escape of a double-quoted scalar: x, u and U take hex digits. */
static void skip_escape(struct walk *w)
{
	unsigned digits = 0;

	step(w);
	if (w->at == w->end)
		return;
	if (*w->at == 'x')
		digits = 2;
	else if (*w->at == 'u')
		digits = 4;
	else if (*w->at == 'U')
		digits = 8;
	step(w);
	while (digits-- && w->at < w->end)
		step(w);
}

/* A backslash at the end of a line joins it with the next one. */
static bool joins(const struct walk *w)
{
	return w->end - w->at > 1 && (w->at[1] == '\n' || w->at[1] == '\r');
}

/* Two quotes stand for one. */
static void skip_doubled(struct walk *w)
{
	step(w);
	if (w->at < w->end)
		step(w);
}

static size_t character(const char *p, size_t left)
{
	size_t n = 1;

	while (n < left && continues((unsigned char)p[n]))
		n++;
	return n;
}

struct text text_align(struct arena *a, const char *value, size_t len, struct text_raw raw)
{
	struct walk w = {raw.from, raw.end, raw.pos};
	struct rule_pos due = raw.pos; /* where it would stand if nothing lay between */
	size_t n = 0, room = 1;
	struct text t = {value, len, NULL, 0};
	struct text_mark *marks = ARENA_ARRAY(a, struct text_mark, room);

	if (!marks)
		return (struct text){0};
	for (size_t i = 0; i < len;) {
		size_t size = character(value + i, len - i);
		struct rule_pos pos;

		if (raw.style == '"')
			while (w.at < w.end && *w.at == '\\' && joins(&w)) {
				step(&w);
				skip_blanks(&w);
			}
		if (!blank(value[i]))
			skip_blanks(&w);
		pos = w.pos;
		if (n == 0 || pos.line != due.line || pos.column != due.column ||
		    i - marks[n - 1].offset >= MARK_EVERY) {
			marks = arena_room(a, marks, n, &room, sizeof(*marks));
			if (!marks)
				return (struct text){0};
			marks[n++] = (struct text_mark){i, pos};
		}
		due = pos;
		due.column++;
		i += size;
		if (w.at == w.end)
			continue;
		if (raw.style == '"' && *w.at == '\\')
			skip_escape(&w);
		else if (raw.style == '\'' && *w.at == '\'')
			skip_doubled(&w);
		else if (!blank(value[i - size]) || blank(*w.at))
			step(&w);
	}
	if (n == 0)
		marks[n++] = (struct text_mark){0, raw.pos};
	t.marks = marks;
	t.n_marks = n;
	return t;
}
