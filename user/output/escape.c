// SPDX-License-Identifier: Apache-2.0
#include "output/escape.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static const char hex_digits[] = "0123456789abcdef";

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
static size_t unit_hex(enum escape_flavour flavour, unsigned char c, char *out)
{
	size_t n = 0;

	out[n++] = '\\';
	if (flavour == ESCAPE_JSON)
		out[n++] = '\\';
	out[n++] = 'x';
	out[n++] = hex_digits[c >> 4];
	out[n++] = hex_digits[c & 15];
	return n;
}

/* \uHHHH, which a reader takes for the character itself. */
static size_t unit_json_number(unsigned int code, char *out)
{
	out[0] = '\\';
	out[1] = 'u';
	for (int i = 0; i < 4; i++)
		out[2 + i] = hex_digits[code >> (12 - 4 * i) & 15];
	return 6;
}

static unsigned int code_of(const unsigned char *s, size_t len)
{
	return len == 2 ? (s[0] & 0x1fu) << 6 | (s[1] & 0x3fu) :
			  (s[0] & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
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
	return unit_json_number(c, out);
}

size_t escape_unit(enum escape_flavour flavour, const unsigned char *s, size_t n, size_t *used,
		   char out[static ESCAPE_UNIT_MAX])
{
	size_t len, k = 0;

	*used = 1;
	if (s[0] >= 0x80) {
		len = utf8_len(s, n);
		if (len == 0)
			return unit_hex(flavour, s[0], out);
		*used = len;
		if (flavour == ESCAPE_JSON && misleads(s, len))
			return unit_json_number(code_of(s, len), out);
		if (misleads(s, len)) {
			for (size_t i = 0; i < len; i++)
				k += unit_hex(flavour, s[i], out + k);
			return k;
		}
		memcpy(out, s, len);
		return len;
	}
	if (s[0] == '\\') {
		len = flavour == ESCAPE_JSON ? 4 : 2;
		memset(out, '\\', len);
		return len;
	}
	if (s[0] == 0)
		return unit_hex(flavour, s[0], out);
	if (flavour == ESCAPE_TEXT) {
		if (s[0] < 0x20 || s[0] == 0x7f)
			return unit_hex(flavour, s[0], out);
	} else if (s[0] < 0x20 || s[0] == 0x7f) {
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

size_t escape_size(enum escape_flavour flavour, struct str s)
{
	char out[ESCAPE_UNIT_MAX];
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
		size += escape_unit(flavour, (const unsigned char *)s.p + i, s.len - i, &used, out);
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

struct escaped escape_copy(enum escape_flavour flavour, struct str s, char *to, const char *end)
{
	char out[ESCAPE_UNIT_MAX], *d = to;
	size_t i = 0, run, used, n;
	uint64_t v;

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
		n = escape_unit(flavour, (const unsigned char *)s.p + i, s.len - i, &used, out);
		if ((size_t)(end - d) < n)
			break;
		memcpy(d, out, n);
		d += n;
		i += used;
	}
	return (struct escaped){d, i};
}
