// SPDX-License-Identifier: Apache-2.0
#include "output/line.h"

#include "base/decimal.h"

#define ELLIPSIS "..."

/* Bytes of a copy that stay even where others need the room. */
#define COPY_KEPT 48

static const char hex_digits[] = "0123456789abcdef";

void line_refuse(struct line *l, size_t n)
{
	if (l->measure)
		l->need += n;
	else
		l->full = true;
}

/*
 * Escapes s, at most limit bytes of it (whole characters); gives how many bytes of s it took.
 * A line that has no room for them all is marked full.
 */
static size_t escape(struct line *l, struct str s, size_t limit)
{
	bool limited = (size_t)(l->end - l->p) > limit;
	struct escaped e = escape_copy(l->flavour, s, l->p, limited ? l->p + limit : l->end);

	l->p = e.end;
	if (e.taken < s.len && !limited)
		l->full = true;
	return e.taken;
}

/* s, whose size bytes (escaped) are more than cap: its head, "...", its tail. */
static void escape_ends(struct line *l, struct str s, size_t size, size_t cap)
{
	size_t head = cap > sizeof(ELLIPSIS) - 1 ? (cap - (sizeof(ELLIPSIS) - 1)) / 2 : 0;
	size_t tail = head, used = 0, n;
	char out[ESCAPE_UNIT_MAX];
	const char *start = l->p;
	size_t i;

	if (head == 0)
		return;
	i = escape(l, s, head);
	size -= (size_t)(l->p - start);
	line_literal(l, ELLIPSIS);
	while (i < s.len && size > tail) {
		n = escape_unit(l->flavour, (const unsigned char *)s.p + i, s.len - i, &used, out);
		size -= n;
		i += used;
	}
	(void)escape(l, (struct str){s.p + i, (uint32_t)(s.len - i), s.full}, tail);
}

size_t line_capped(struct line *l, struct str s, size_t cap)
{
	char *start = l->p;
	size_t size;

	if (!l->measure && (escape(l, s, cap) == s.len || l->full))
		return (size_t)(l->p - start);
	size = escape_size(l->flavour, s);
	if (l->measure) {
		size = size < cap ? size : cap;
		l->need += size;
		return size;
	}
	l->p = start;
	escape_ends(l, s, size, cap);
	return cap;
}

/* A string that may be cut, to cap; sizes: where its size is noted when it is only measured. */
static void cuttable(struct line *l, struct str s, size_t cap, size_t *sizes, size_t *n)
{
	if (!l->measure && cap == SIZE_MAX)
		(void)escape(l, s, SIZE_MAX);
	else if (!l->measure)
		(void)line_capped(l, s, cap);
	else if (*n < LINE_STRINGS_MAX)
		sizes[(*n)++] = escape_size(l->flavour, s);
	else
		l->need += escape_size(l->flavour, s);
}

void line_string(struct line *l, struct str s)
{
	cuttable(l, s, l->cap, l->sizes, &l->n_sizes);
}

void line_copy(struct line *l, struct str s)
{
	cuttable(l, s, l->copy_cap, l->copies, &l->n_copies);
}

void line_i64(struct line *l, int64_t v)
{
	char text[DECIMAL_MAX];
	struct str s;

	/* Most numbers are small: no detour for a digit. */
	if (v >= 0 && v < 10) {
		text[0] = (char)('0' + v);
		line_raw(l, text, 1);
		return;
	}
	s = decimal(text, v);
	line_raw(l, s.p, s.len);
}

void line_digits(struct line *l, uint64_t v, unsigned n)
{
	char out[19];

	decimal_digits(out, v, n);
	line_raw(l, out, n);
}

void line_hex64(struct line *l, uint64_t v)
{
	char out[16];

	for (unsigned i = 0; i < sizeof(out); i++)
		out[i] = hex_digits[v >> (60 - 4 * i) & 15];
	line_raw(l, out, sizeof(out));
}

/* The largest cap at which the n sizes, each cut to it, take no more than room together. */
static size_t fair_cap(size_t *sizes, size_t n, size_t room)
{
	/* Ascending, by insertion: few of them, and only when a line is too long. */
	for (size_t i = 1; i < n; i++) {
		size_t v = sizes[i], k = i;

		for (; k > 0 && sizes[k - 1] > v; k--)
			sizes[k] = sizes[k - 1];
		sizes[k] = v;
	}
	for (size_t i = 0; i < n; i++) {
		if (sizes[i] > room / (n - i))
			return room / (n - i);
		room -= sizes[i];
	}
	return SIZE_MAX;
}

static size_t capped_sum(const size_t *sizes, size_t n, size_t cap)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += sizes[i] < cap ? sizes[i] : cap;
	return sum;
}

/* Shares room out: to each copy enough to be known again, the rest to what is no copy, if it needs
 * it. */
static void share_out(struct line *l, size_t room)
{
	size_t kept = capped_sum(l->copies, l->n_copies, COPY_KEPT);

	if (kept > room / 4)
		kept = room / 4;
	l->cap = fair_cap(l->sizes, l->n_sizes, room - kept);
	l->copy_cap =
		fair_cap(l->copies, l->n_copies, room - capped_sum(l->sizes, l->n_sizes, l->cap));
}

size_t line_render(char *buf, size_t size, enum escape_flavour flavour,
		   void (*write)(struct line *l, void *arg), void *arg)
{
	struct line l;

	l.p = buf;
	l.end = buf + size;
	l.flavour = flavour;
	l.measure = l.full = l.cut = false;
	l.cap = l.copy_cap = SIZE_MAX;
	write(&l, arg);
	if (!l.full)
		return (size_t)(l.p - buf);

	l.p = l.end = buf;
	l.measure = true;
	l.full = false;
	l.need = l.n_sizes = l.n_copies = 0;
	l.cut = true; /* as it will be, for what write says about it */
	write(&l, arg);
	if (l.need > size)
		return 0;

	share_out(&l, size - l.need);
	l.p = buf;
	l.end = buf + size;
	l.measure = l.full = false;
	l.cut = true;
	write(&l, arg);
	return l.full ? 0 : (size_t)(l.p - buf);
}
