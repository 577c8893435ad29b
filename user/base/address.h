/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and networks of the Internet. One of IPv4 is kept as ::ffff:a.b.c.d. */
#ifndef ROOTWATCH_BASE_ADDRESS_H
#define ROOTWATCH_BASE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct address {
	uint8_t bytes[16];
};

struct network {
	struct address base; /* bits behind the prefix are 0 */
	uint8_t bits;	     /* of the 128 */
};

/* Also true of one that a socket of IPv6 writes as ::ffff:a.b.c.d: it is the same peer. */
bool address_is_v4(const struct address *a);

/* 0.0.0.0 or :: */
bool address_is_zero(const struct address *a);

/* "10.0.0.1" or "fe80::1", with a NUL; gives its length. */
#define ADDRESS_TEXT 48
size_t address_text(const struct address *a, char text[static ADDRESS_TEXT]);

/* len bytes of text: "10.0.0.0/8", "fe80::/10", or one address. 0, or -EINVAL. */
int network_parse(struct network *n, const char *text, size_t len);

/* Networks of IPv6 hold no address of IPv4, "::/0" neither. */
bool network_has(const struct network *n, const struct address *a);

#endif /* ROOTWATCH_BASE_ADDRESS_H */
