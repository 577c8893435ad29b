// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/address.h"

static struct network parsed(const char *text)
{
	struct network n;

	if (network_parse(&n, text, strlen(text)))
		fail_msg("%s is refused", text);
	return n;
}

static bool is_zero(const char *text)
{
	struct network n = parsed(text);

	return address_is_zero(&n.base);
}

static void addresses_are_printed(void **state)
{
	static const char *const texts[][2] = {
		{"10.0.0.1", "10.0.0.1"},
		{"::ffff:10.0.0.1", "10.0.0.1"},
		{"0.0.0.0", "0.0.0.0"},
		{"::", "::"},
		{"FD00:EC2::254", "fd00:ec2::254"},
		{"::1", "::1"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
	};
	char text[ADDRESS_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct network n = parsed(texts[i][0]);

		assert_int_equal(n.bits, 128);
		assert_int_equal(address_text(&n.base, text), strlen(texts[i][1]));
		assert_string_equal(text, texts[i][1]);
	}
	assert_true(is_zero("0.0.0.0"));
	assert_true(is_zero("::"));
	assert_false(is_zero("::1"));
	assert_false(is_zero("0.0.0.1"));
}

static void networks_hold_addresses(void **state)
{
	static const struct {
		const char *network, *address;
		bool has;
	} rows[] = {
		{"10.0.0.0/8", "10.255.0.1", true},
		{"10.0.0.0/8", "11.0.0.1", false},
		{"10.1.2.3/8", "10.0.0.1", true},
		{"0.0.0.0/0", "1.2.3.4", true},
		{"0.0.0.0/0", "::1", false},
		{"::/0", "1.2.3.4", false},
		{"::/0", "::1", true},
		{"10.0.0.1", "::ffff:10.0.0.1", true},
		{"::ffff:10.0.0.0/104", "10.9.9.9", true},
		{"172.16.0.0/12", "172.31.0.1", true},
		{"172.16.0.0/12", "172.32.0.1", false},
		{"10.0.0.1/32", "10.0.0.1", true},
		{"10.0.0.0/31", "10.0.0.2", false},
		{"fd00::/8", "fdff::1", true},
		{"fe80::/10", "fec0::1", false},
		{"::1/128", "::1", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct network n = parsed(rows[i].network), a = parsed(rows[i].address);

		if (network_has(&n, &a.base) != rows[i].has)
			fail_msg("%s, %s", rows[i].network, rows[i].address);
	}
}

static void others_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"10.0.0",
		"10.0.0.256",
		"10.0.0.0/33",
		"10.0.0.0/",
		"10.0.0.0/-1",
		"10.0.0.0/8x",
		"::1/129",
		"localhost",
		"1.2.3.4:80",
		"::g",
		"10.0.0.0/00008",
		"/8",
		"fd00:0000:0000:0000:0000:0000:0000:0000:0000/8",
	};
	struct network n = {.bits = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (network_parse(&n, texts[i], strlen(texts[i])) != -EINVAL)
			fail_msg("\"%s\" is taken", texts[i]);
	assert_int_equal(network_parse(&n, "10.0.0.1\0", 9), -EINVAL);
	assert_int_equal(n.bits, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_printed),
		cmocka_unit_test(networks_hold_addresses),
		cmocka_unit_test(others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
