// SPDX-License-Identifier: Apache-2.0
/* The escapes: always valid UTF-8 and JSON, always reversible, never cut in the middle. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "output/line.h"
#include "output/sample.h"

struct one {
	struct str s;
	size_t cap; /* SIZE_MAX: line_string */
};

static void write_one(struct line *l, void *arg)
{
	const struct one *o = arg;

	line_literal(l, "\"");
	if (o->cap == SIZE_MAX)
		line_string(l, o->s);
	else
		line_capped(l, o->s, o->cap);
	line_literal(l, "\"");
}

/* What the string is for those who read the line. */
static size_t read_back(char *out, const char *line, size_t len, enum escape_flavour flavour)
{
	json_error_t err;
	json_t *j;
	size_t n;

	assert_true(len >= 2);
	if (flavour == ESCAPE_TEXT)
		return sample_unescape(out, line + 1, len - 2);
	j = json_loadb(line, len, JSON_DECODE_ANY, &err);
	if (!j)
		fail_msg("%s: %.*s", err.text, (int)len, line);
	n = sample_unescape(out, json_string_value(j), json_string_length(j));
	json_decref(j);
	return n;
}

/* No byte that a terminal could obey, and valid UTF-8 as jansson sees it. */
static void assert_inert(const char *s, size_t len)
{
	json_t *j = json_stringn(s, len);

	assert_non_null(j);
	json_decref(j);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		assert_true(c >= 0x20 && c != 0x7f);
		if (c == 0xc2)
			assert_true((unsigned char)s[i + 1] >= 0xa0);
	}
}

static void round_trip(const char *bytes, uint32_t n, enum escape_flavour flavour)
{
	struct one o = {{bytes, n, n}, SIZE_MAX};
	char line[512], back[512];
	size_t len = line_render(line, sizeof(line), flavour, write_one, &o);

	assert_inert(line + 1, len - 2);
	assert_int_equal(read_back(back, line, len, flavour), n);
	assert_memory_equal(back, bytes, n);
}

/* Every pair of bytes, alone and behind so much plain text that every path of the copy is met. */
static void pairs_round_trip(void **state)
{
	char buf[24];

	(void)state;
	for (unsigned a = 0; a < 256; a++) {
		for (unsigned b = 0; b < 256; b++) {
			uint32_t front = (a * 7 + b) % 11, back = (a + b * 3) % 10;

			memset(buf, 'p', sizeof(buf));
			buf[front] = (char)a;
			buf[front + 1] = (char)b;
			round_trip(buf + front, 2, ESCAPE_JSON);
			round_trip(buf, front + 2 + back, ESCAPE_JSON);
			round_trip(buf + front, 2, ESCAPE_TEXT);
			round_trip(buf, front + 2 + back, ESCAPE_TEXT);
		}
	}
}

static void every_position_of_a_special_byte(void **state)
{
	static const char special[] = {'"', '\\', 0, 1, 0x1f, 0x7f, (char)0x80, (char)0xff};
	char buf[40];

	(void)state;
	for (uint32_t len = 1; len < sizeof(buf); len++) {
		for (uint32_t at = 0; at < len; at++) {
			for (size_t k = 0; k < sizeof(special); k++) {
				memset(buf, 'p', sizeof(buf));
				buf[at] = special[k];
				round_trip(buf, len, ESCAPE_JSON);
				round_trip(buf, len, ESCAPE_TEXT);
			}
		}
	}
}

/* The oracle for what is valid UTF-8 is jansson. */
static void utf8_as_jansson_sees_it(void **state)
{
	static const unsigned char edge[] = {0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90,
					     0x9f, 0xa0, 0xbf, 0xc0, 0xf4, 0xff};
	size_t valid = 0;

	(void)state;
	for (unsigned lead = 0x80; lead < 256; lead++) {
		for (size_t i = 0; i < 12 * 12 * 12; i++) {
			char s[4] = {(char)lead, (char)edge[i % 12], (char)edge[i / 12 % 12],
				     (char)edge[i / 144]};
			size_t len = utf8_len((const unsigned char *)s, 4);

			for (size_t n = 1; n <= 4; n++) {
				json_t *j = json_stringn(s, n);

				/* One character of n bytes, or the oracle sees more than one. */
				if (len == n)
					assert_non_null(j);
				else if (n < len || len == 0)
					assert_null(j);
				json_decref(j);
			}
			for (size_t n = 1; n < len; n++)
				assert_int_equal(utf8_len((const unsigned char *)s, n), 0);
			valid += len > 0;
		}
	}
	assert_in_range(valid, 1000, 100000);
}

static void expect(const char *in, uint32_t n, enum escape_flavour flavour, const char *out)
{
	struct one o = {{in, n, n}, SIZE_MAX};
	char line[256];
	size_t len = line_render(line, sizeof(line), flavour, write_one, &o);

	assert_int_equal(len, strlen(out) + 2);
	assert_memory_equal(line + 1, out, len - 2);
}

static void documented_escapes(void **state)
{
	(void)state;
	expect("a\\b\"c\n", 6, ESCAPE_JSON, "a\\\\\\\\b\\\"c\\n");
	expect("\0\x01\xff", 3, ESCAPE_JSON, "\\\\x00\\u0001\\\\xff");
	expect("\b\t\n\f\r\x7f", 6, ESCAPE_JSON, "\\b\\t\\n\\f\\r\\u007f");
	expect("\xc2\x9b\xe2\x80\xaeX\xe2\x80\xac\xd8\x9c\xef\xbb\xbf", 14, ESCAPE_JSON,
	       "\\u009b\\u202eX\\u202c\\u061c\\ufeff");
	expect("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9, ESCAPE_JSON,
	       "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	expect("\xed\xa0\x80", 3, ESCAPE_JSON, "\\\\xed\\\\xa0\\\\x80");
	expect("\xc0\xaf", 2, ESCAPE_JSON, "\\\\xc0\\\\xaf");
	expect("a\\b\"c\n", 6, ESCAPE_TEXT, "a\\\\b\"c\\x0a");
	expect("\x1b[2J\x9b", 5, ESCAPE_TEXT, "\\x1b[2J\\x9b");
	expect("\xc2\x9b", 2, ESCAPE_TEXT, "\\xc2\\x9b");
	expect("\xe2\x80\xaeX\xe2\x80\xac", 7, ESCAPE_TEXT, "\\xe2\\x80\\xaeX\\xe2\\x80\\xac");
	expect("\xe2\x80\xa8", 3, ESCAPE_TEXT, "\\xe2\\x80\\xa8");
	expect("\xe2\x81\xa6\xe2\x81\xa9", 6, ESCAPE_TEXT, "\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
	expect("\xe2\x80\x94\xc3\xa4", 5, ESCAPE_TEXT, "\xe2\x80\x94\xc3\xa4");
}

/* Any cap, any content: within the cap, whole escapes, head and tail of the original. */
static void caps_cut_between_characters(void **state)
{
	static const char *const units[] = {"a",
					    "\xff",
					    "\\",
					    "\x01",
					    "\xc3\xa4",
					    "\"",
					    "\xf0\x9f\x98\x80",
					    "\xe2\x80\xae\xe2\x80\xac",
					    "a\\\x01\xff\xc3\xa4\"bc"};
	char in[200], line[2048], back[2048];

	(void)state;
	for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
		size_t unit_len = strlen(units[u]), n, len;

		for (size_t i = 0; i < sizeof(in); i++)
			in[i] = units[u][i % unit_len];
		for (size_t cap = 0; cap < 300; cap++) {
			for (int f = 0; f < 2; f++) {
				struct one o = {{in, sizeof(in), sizeof(in)}, cap};
				const char *dots;

				len = line_render(line, sizeof(line), (enum escape_flavour)f,
						  write_one, &o);
				assert_in_range(len, 2, cap + 2);
				n = read_back(back, line, len, (enum escape_flavour)f);
				if (n == sizeof(in) && memcmp(back, in, n) == 0)
					continue;
				assert_true(n < sizeof(in));
				dots = memmem(back, n, "...", 3);
				if (!dots) {
					assert_int_equal(n, 0);
					assert_true(cap < 5);
					continue;
				}
				assert_memory_equal(back, in, (size_t)(dots - back));
				n -= (size_t)(dots + 3 - back);
				assert_memory_equal(dots + 3, in + sizeof(in) - n, n);
				/* Not much less than what was allowed. */
				assert_true(len + 2u * 12 + 2 >= cap + 2);
			}
		}
	}
}

struct many {
	struct str s[8];
	size_t n;
};

static void write_many(struct line *l, void *arg)
{
	const struct many *m = arg;

	line_literal(l, "{");
	for (size_t i = 0; i < m->n; i++) {
		line_literal(l, "<");
		line_string(l, m->s[i]);
		line_literal(l, ">");
	}
	line_literal(l, "}");
}

static void the_longest_give_first(void **state)
{
	static char big[4000];
	struct many m = {{{big, 10, 10}, {big, 4000, 4000}, {big, 40, 40}, {big, 3000, 3000}}, 4};
	char line[512];
	const char *p = line;
	size_t lens[4], len;

	(void)state;
	memset(big, 'b', sizeof(big));
	len = line_render(line, sizeof(line), ESCAPE_JSON, write_many, &m);
	assert_in_range(len, sizeof(line) - 4, sizeof(line));
	for (size_t i = 0; i < 4; i++) {
		const char *a = memchr(p, '<', len), *b = memchr(a, '>', len);

		lens[i] = (size_t)(b - a - 1);
		p = b;
	}
	assert_int_equal(lens[0], 10);
	assert_int_equal(lens[2], 40);
	assert_int_equal(lens[1], lens[3]);
}

static void what_just_fits_is_not_cut(void **state)
{
	char text[100], line[128];
	struct many m = {{{text, sizeof(text), sizeof(text)}}, 1};

	(void)state;
	memset(text, 't', sizeof(text));
	assert_int_equal(line_render(line, 104, ESCAPE_JSON, write_many, &m), 104);
	assert_non_null(memmem(line, 104, text, sizeof(text)));
	assert_int_equal(line_render(line, 103, ESCAPE_JSON, write_many, &m), 103);
	assert_non_null(memmem(line, 103, "...", 3));
	/* All that is ours, and nothing of the string. */
	assert_int_equal(line_render(line, 4, ESCAPE_JSON, write_many, &m), 4);
	assert_memory_equal(line, "{<>}", 4);
	assert_int_equal(line_render(line, 3, ESCAPE_JSON, write_many, &m), 0);
}

static void never_beyond_its_room(void **state)
{
	static char text[400];
	struct many m = {{{text, 399, 399}, {text, 150, 150}, {text, 7, 7}}, 3};

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "a\xff\"\xc3\xa4\\"[i % 6];
	for (size_t size = 0; size < 700; size++) {
		/* Of that very size: the address sanitizer sees the byte behind it. */
		char *line = malloc(size + 1);

		assert_non_null(line);
		line[size] = 'E';
		assert_in_range(line_render(line, size, ESCAPE_JSON, write_many, &m), 0, size);
		assert_int_equal(line[size], 'E');
		free(line);
	}
}

static void numbers(void **state)
{
	static const int64_t edge[] = {0,	  1,	    9,	   10,
				       11,	  99,	    100,   101,
				       999,	  1000,	    -1,	   -9,
				       -10,	  -100,	    12345, 1795309323123456789,
				       INT64_MAX, INT64_MIN};
	struct line l;
	char buf[64], want[64];
	uint64_t x = 88172645463325252u;

	(void)state;
	for (size_t i = 0; i < 10000; i++) {
		int64_t v;
		int n;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		v = i < sizeof(edge) / sizeof(edge[0]) ? edge[i] : (int64_t)(x >> x % 64);
		n = snprintf(want, sizeof(want), "%" PRId64, v);
		l = (struct line){.p = buf, .end = buf + sizeof(buf)};
		line_i64(&l, v);
		assert_int_equal(l.p - buf, n);
		assert_memory_equal(buf, want, (size_t)n);
	}
	l = (struct line){.p = buf, .end = buf + sizeof(buf)};
	line_digits(&l, 1234567, 9);
	line_digits(&l, 987, 2);
	line_hex64(&l, 0xa80425fbu);
	assert_memory_equal(buf, "0012345678700000000a80425fb", 27);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pairs_round_trip),
		cmocka_unit_test(every_position_of_a_special_byte),
		cmocka_unit_test(utf8_as_jansson_sees_it),
		cmocka_unit_test(documented_escapes),
		cmocka_unit_test(caps_cut_between_characters),
		cmocka_unit_test(the_longest_give_first),
		cmocka_unit_test(what_just_fits_is_not_cut),
		cmocka_unit_test(never_beyond_its_room),
		cmocka_unit_test(numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
