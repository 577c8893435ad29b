// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"

size_t utf8_len(const unsigned char *s, size_t n)
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

size_t utf8_valid(const char *p, size_t len)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = 0;

	while (i < len) {
		size_t n = s[i] < 0x80 ? 1 : utf8_len(s + i, len - i);

		if (n == 0)
			break;
		i += n;
	}
	return i;
}
