// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

#include <stdbool.h>
#include <stdint.h>

/* Bytes of the character that begins here; 0: none does. */
static size_t character(const unsigned char *p, size_t left)
{
	uint32_t c = p[0], least;
	size_t n;

	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		n = 2, c &= 0x1f, least = 0x80;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3, c &= 0x0f, least = 0x800;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4, c &= 0x07, least = 0x10000;
	else
		return 0;
	if (left < n)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	return c < least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff) ? 0 : n;
}

size_t utf8_valid(const char *p, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t n = character((const unsigned char *)p + i, len - i);

		if (n == 0)
			break;
		i += n;
	}
	return i;
}
