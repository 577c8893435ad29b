// SPDX-License-Identifier: Apache-2.0
#include "base/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define V4_AT	12
#define V4_BITS 96

static const uint8_t v4_prefix[V4_AT] = {[10] = 0xff, [11] = 0xff};

bool address_is_v4(const struct address *a)
{
	return memcmp(a->bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

bool address_is_zero(const struct address *a)
{
	static const uint8_t zero[16];

	if (address_is_v4(a))
		return memcmp(a->bytes + V4_AT, zero, sizeof(zero) - V4_AT) == 0;
	return memcmp(a->bytes, zero, sizeof(zero)) == 0;
}

size_t address_text(const struct address *a, char text[static ADDRESS_TEXT])
{
	bool v4 = address_is_v4(a);

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, a->bytes + (v4 ? V4_AT : 0), text, ADDRESS_TEXT))
		text[0] = '\0'; /* only for want of room, of which there is enough */
	return strlen(text);
}

/* Decimal, without a sign; false when it is none, or more than max. */
static bool parse_bits(const char *s, unsigned max, unsigned *bits)
{
	unsigned v = 0, n = 0;

	for (; s[n] >= '0' && s[n] <= '9' && n < 4; n++)
		v = v * 10 + (unsigned)(s[n] - '0');
	*bits = v;
	return n > 0 && s[n] == '\0' && v <= max;
}

static void mask(struct network *n)
{
	for (unsigned i = 0; i < sizeof(n->base.bytes); i++) {
		unsigned left = n->bits > 8 * i ? n->bits - 8 * i : 0;

		n->base.bytes[i] &= (uint8_t)(left >= 8 ? 0xff : 0xff00u >> left);
	}
}

int network_parse(struct network *n, const char *text, size_t len)
{
	struct network net = {.bits = 128};
	char copy[ADDRESS_TEXT + 4], *slash;
	unsigned bits;
	bool v4;

	if (len >= sizeof(copy) || memchr(text, '\0', len))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	slash = strchr(copy, '/');
	if (slash)
		*slash = '\0';
	v4 = !strchr(copy, ':');
	if (v4)
		memcpy(net.base.bytes, v4_prefix, sizeof(v4_prefix));
	if (inet_pton(v4 ? AF_INET : AF_INET6, copy, net.base.bytes + (v4 ? V4_AT : 0)) != 1)
		return -EINVAL;
	if (slash) {
		if (!parse_bits(slash + 1, v4 ? 32 : 128, &bits))
			return -EINVAL;
		net.bits = (uint8_t)(v4 ? V4_BITS + bits : bits);
	}
	mask(&net);
	*n = net;
	return 0;
}

bool network_has(const struct network *n, const struct address *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (n->bits < V4_BITS && address_is_v4(a))
		return false;
	if (memcmp(n->base.bytes, a->bytes, whole) != 0)
		return false;
	return rest == 0 || ((n->base.bytes[whole] ^ a->bytes[whole]) >> (8 - rest)) == 0;
}
