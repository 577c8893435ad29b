// SPDX-License-Identifier: Apache-2.0
#include "base/decimal.h"

static const char two_digits[] = "0001020304050607080910111213141516171819"
				 "2021222324252627282930313233343536373839"
				 "4041424344454647484950515253545556575859"
				 "6061626364656667686970717273747576777879"
				 "8081828384858687888990919293949596979899";

struct str decimal(char buf[static DECIMAL_MAX], int64_t v)
{
	char *end = buf + (DECIMAL_MAX - 1), *d = end;
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	uint32_t len;

	while (u >= 100) {
		d -= 2;
		memcpy(d, two_digits + u % 100 * 2, 2);
		u /= 100;
	}
	if (u >= 10) {
		d -= 2;
		memcpy(d, two_digits + u * 2, 2);
	} else {
		*--d = (char)('0' + u);
	}
	if (v < 0)
		*--d = '-';
	len = (uint32_t)(end - d);
	return (struct str){d, len, len};
}

void decimal_digits(char *out, uint64_t v, unsigned n)
{
	for (; n >= 2; n -= 2, v /= 100)
		memcpy(out + n - 2, two_digits + v % 100 * 2, 2);
	if (n > 0)
		*out = (char)('0' + v % 10);
}
