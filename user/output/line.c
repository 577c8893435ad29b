// SPDX-License-Identifier: Apache-2.0
#include "output/line.h"

#include "base/decimal.h"

/* Longest escape of one character: three bytes as \xHH each, in the text flavour. */
#define UNIT_MAX 12

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

size_t line_utf8_len(const unsigned char *s, size_t n)
{
	size_t len;
	unsigned char low = 0x80, high = 0xbf;

	/* The table of well-formed byte sequences, Unicode 3.9: only the second byte varies. */
	if (s[0] >= 0xc2 && s[0] <= 0xdf) {
		len = 2;
	} else if (s[0] >= 0xe0 && s[0] <= 0xef) {
		len = 3;
		if (s[0] == 0xe0)
			low = 0xa0; /* below: overlong */
		else if (s[0] == 0xed)
			high = 0x9f; /* above: surrogates */
	} else if (s[0] >= 0xf0 && s[0] <= 0xf4) {
		len = 4;
		if (s[0] == 0xf0)
			low = 0x90;
		else if (s[0] == 0xf4)
			high = 0x8f; /* above: beyond U+10FFFF */
	} else {
		return 0;
	}
	if (n < len || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (s[i] < 0x80 || s[i] > 0xbf)
			return 0;
	return len;
}

/* Characters that reorder, break or end a line on a terminal though they are no C0 control. */
static bool misleads(const unsigned char *s, size_t len)
{
	if (len == 2)
		return (s[0] == 0xc2 && s[1] < 0xa0) || (s[0] == 0xd8 && s[1] == 0x9c);
	if (len != 3)
		return false;
	if (s[0] == 0xe2 && s[1] == 0x80) /* U+200B-200F, U+2028-202E */
		return (s[2] >= 0x8b && s[2] <= 0x8f) || (s[2] >= 0xa8 && s[2] <= 0xae);
	if (s[0] == 0xe2 && s[1] == 0x81) /* U+2060-206F */
		return s[2] >= 0xa0 && s[2] <= 0xaf;
	return s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf;
}

static bool plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* \xHH; JSON wants the backslash doubled. */
static size_t unit_hex(enum line_flavour flavour, unsigned char c, char *out)
{
	size_t n = 0;

	out[n++] = '\\';
	if (flavour == LINE_JSON)
		out[n++] = '\\';
	out[n++] = 'x';
	out[n++] = hex_digits[c >> 4];
	out[n++] = hex_digits[c & 15];
	return n;
}

static size_t unit_json_control(unsigned char c, char *out)
{
	static const char shorts[] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};

	if (c < sizeof(shorts) && shorts[c]) {
		out[0] = '\\';
		out[1] = shorts[c];
		return 2;
	}
	out[0] = '\\';
	out[1] = 'u';
	out[2] = out[3] = '0';
	out[4] = hex_digits[c >> 4];
	out[5] = hex_digits[c & 15];
	return 6;
}

/* One character (or one stray byte) of the n > 0 at s: takes *used bytes, gives those in out. */
static size_t unit(enum line_flavour flavour, const unsigned char *s, size_t n, size_t *used,
		   char out[static UNIT_MAX])
{
	size_t len, k = 0;

	*used = 1;
	if (s[0] >= 0x80) {
		len = line_utf8_len(s, n);
		if (len == 0)
			return unit_hex(flavour, s[0], out);
		*used = len;
		if (flavour == LINE_TEXT && misleads(s, len)) {
			for (size_t i = 0; i < len; i++)
				k += unit_hex(flavour, s[i], out + k);
			return k;
		}
		memcpy(out, s, len);
		return len;
	}
	if (s[0] == '\\') {
		len = flavour == LINE_JSON ? 4 : 2;
		memset(out, '\\', len);
		return len;
	}
	if (s[0] == 0)
		return unit_hex(flavour, s[0], out);
	if (flavour == LINE_TEXT) {
		if (s[0] < 0x20 || s[0] == 0x7f)
			return unit_hex(flavour, s[0], out);
	} else if (s[0] < 0x20) {
		return unit_json_control(s[0], out);
	} else if (s[0] == '"') {
		out[0] = '\\';
		out[1] = '"';
		return 2;
	}
	out[0] = (char)s[0];
	return 1;
}

#define EACH_BYTE(c) (0x0101010101010101ull * (c))

/*
 * Non-zero unless all eight bytes are plain(). A borrow or carry can only come out of a byte that
 * is flagged itself, so it does not hide another one.
 */
static uint64_t special8(uint64_t v)
{
	return (v | (v - EACH_BYTE(0x20)) | (v + EACH_BYTE(1)) |
		((v ^ EACH_BYTE('"')) - EACH_BYTE(1)) | ((v ^ EACH_BYTE('\\')) - EACH_BYTE(1))) &
	       EACH_BYTE(0x80);
}

size_t line_escaped_size(enum line_flavour flavour, struct str s)
{
	char out[UNIT_MAX];
	size_t size = 0, i = 0, used;
	uint64_t v;

	while (i < s.len) {
		if (s.len - i >= sizeof(v)) {
			memcpy(&v, s.p + i, sizeof(v));
			if (!special8(v)) {
				i += sizeof(v);
				size += sizeof(v);
				continue;
			}
		}
		if (plain((unsigned char)s.p[i])) {
			size++;
			i++;
			continue;
		}
		size += unit(flavour, (const unsigned char *)s.p + i, s.len - i, &used, out);
		i += used;
	}
	return size;
}

/*
 * Copies n < 8 bytes if all are plain. before: that many bytes before s and d are the same and
 * plain, which lets one move of 8 bytes do.
 */
static bool copy_tail(char *d, const char *s, size_t n, size_t before)
{
	uint64_t v;
	uint32_t a, b;

	if (before + n >= sizeof(v)) {
		memcpy(&v, s + n - sizeof(v), sizeof(v));
		if (special8(v))
			return false;
		memcpy(d + n - sizeof(v), &v, sizeof(v));
		return true;
	}
	if (n >= sizeof(a)) {
		memcpy(&a, s, sizeof(a));
		memcpy(&b, s + n - sizeof(b), sizeof(b));
		if (special8(a | (uint64_t)b << 32))
			return false;
		memcpy(d, &a, sizeof(a));
		memcpy(d + n - sizeof(b), &b, sizeof(b));
		return true;
	}
	for (size_t i = 0; i < n; i++) {
		if (!plain((unsigned char)s[i]))
			return false;
		d[i] = s[i];
	}
	return true;
}

/*
 * Escapes s, at most limit bytes of it (whole characters); gives how many bytes of s it took.
 * A line that has no room for them all is marked full.
 */
static size_t escape(struct line *l, struct str s, size_t limit)
{
	char out[UNIT_MAX];
	char *d = l->p, *end = l->end;
	size_t i = 0, run, used, n;
	uint64_t v;

	if ((size_t)(end - d) > limit)
		end = d + limit;
	while (i < s.len) {
		run = i;
		while (s.len - i >= sizeof(v) && (size_t)(end - d) >= sizeof(v)) {
			memcpy(&v, s.p + i, sizeof(v));
			if (special8(v))
				break;
			memcpy(d, &v, sizeof(v));
			i += sizeof(v);
			d += sizeof(v);
		}
		n = s.len - i;
		if (n < sizeof(v) && (size_t)(end - d) >= n && copy_tail(d, s.p + i, n, i - run)) {
			d += n;
			i += n;
			break;
		}
		/* Something special is near, or the end. */
		while (i < s.len && d < end && plain((unsigned char)s.p[i]))
			*d++ = s.p[i++];
		if (i == s.len)
			break;
		n = unit(l->flavour, (const unsigned char *)s.p + i, s.len - i, &used, out);
		if ((size_t)(end - d) < n) {
			if (end == l->end)
				l->full = true;
			break;
		}
		memcpy(d, out, n);
		d += n;
		i += used;
	}
	l->p = d;
	return i;
}

/* s, whose size bytes (escaped) are more than cap: its head, "...", its tail. */
static void escape_ends(struct line *l, struct str s, size_t size, size_t cap)
{
	size_t head = cap > sizeof(ELLIPSIS) - 1 ? (cap - (sizeof(ELLIPSIS) - 1)) / 2 : 0;
	size_t tail = head, used = 0, n;
	char out[UNIT_MAX];
	const char *start = l->p;
	size_t i;

	if (head == 0)
		return;
	i = escape(l, s, head);
	size -= (size_t)(l->p - start);
	line_literal(l, ELLIPSIS);
	while (i < s.len && size > tail) {
		n = unit(l->flavour, (const unsigned char *)s.p + i, s.len - i, &used, out);
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
	size = line_escaped_size(l->flavour, s);
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
		sizes[(*n)++] = line_escaped_size(l->flavour, s);
	else
		l->need += line_escaped_size(l->flavour, s);
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

size_t line_render(char *buf, size_t size, enum line_flavour flavour,
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
