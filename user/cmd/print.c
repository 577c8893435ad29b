// SPDX-License-Identifier: Apache-2.0
#include "cmd/print.h"

#include <string.h>

#include "output/line.h"

/* Of one piece; the text flavour makes at most four bytes of one. */
#define PIECE_MAX 512

static void write_piece(struct line *l, void *arg)
{
	line_string(l, *(const struct str *)arg);
}

static size_t columns(const char *p, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)p[i] & 0xc0) != 0x80;
	return n;
}

static size_t print_bytes(FILE *f, const char *s, size_t len)
{
	char buf[4 * PIECE_MAX];
	size_t width = 0;

	while (len > 0) {
		size_t n = len < PIECE_MAX ? len : PIECE_MAX, size;
		const char *stop = memchr(s, '\\', n);
		struct str piece;

		if (stop == s) { /* as it is: these lines are read, not decoded */
			(void)fputc('\\', f);
			width++;
			s++;
			len--;
			continue;
		}
		if (stop)
			n = (size_t)(stop - s);
		/* Not in the middle of a character. */
		for (size_t back = 0; n < len && n > 3 && back < 3; back++)
			if (((unsigned char)s[n] & 0xc0) == 0x80)
				n--;
		piece = (struct str){s, (uint32_t)n, (uint32_t)n};
		size = line_render(buf, sizeof(buf), ESCAPE_TEXT, write_piece, &piece);
		(void)fwrite(buf, 1, size, f);
		width += columns(buf, size);
		s += n;
		len -= n;
	}
	return width;
}

size_t print_text(FILE *f, const char *s)
{
	return print_bytes(f, s, strlen(s));
}

void print_column(FILE *f, const char *s, size_t width)
{
	for (size_t n = print_text(f, s); n < width; n++)
		(void)fputc(' ', f);
	(void)fputc(' ', f);
}

void print_wrapped(FILE *f, const char *s, unsigned indent)
{
	static const char blanks[] = " \t\r\n";
	size_t at = indent;

	for (s += strspn(s, blanks); *s; s += strspn(s, blanks)) {
		size_t len = strcspn(s, blanks);

		if (at > indent && at + 1 + len > PRINT_WIDTH) {
			(void)fprintf(f, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			(void)fputc(' ', f);
			at++;
		}
		at += print_bytes(f, s, len);
		s += len;
	}
	(void)fputc('\n', f);
}
