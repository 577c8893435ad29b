// SPDX-License-Identifier: Apache-2.0
#include "rules/test/input.h"

#include <stdarg.h>
#include <stdio.h>

void input_fail(struct input *in, enum field_id id, const char *format, ...)
{
	va_list args;

	if (in->failed)
		return;
	in->failed = true;
	in->wrong = id;
	va_start(args, format);
	(void)vsnprintf(in->why, sizeof(in->why), format, args);
	va_end(args);
}

static struct input_field *take(struct input *in, enum field_id id)
{
	in->fields[id].taken = true;
	return &in->fields[id];
}

bool input_given(struct input *in, enum field_id id)
{
	const struct input_field *f = take(in, id);

	return f->given && f->n > 0;
}

bool input_null(struct input *in, enum field_id id)
{
	const struct input_field *f = take(in, id);

	return f->given && f->n == 0;
}

struct str input_copy(struct input *in, const char *p, size_t len)
{
	char *copy = len <= UINT32_MAX ? arena_copy(in->arena, p, len) : NULL;

	if (!copy) {
		input_fail(in, F_RULE_END, "no memory");
		return STR_LIT("");
	}
	return (struct str){copy, (uint32_t)len, (uint32_t)len};
}

/* The text of a field that is given; false: it is not. */
static bool text(struct input *in, enum field_id id, struct str *s)
{
	const struct input_field *f = take(in, id);

	if (!f->given || f->n == 0)
		return false;
	if (f->list) {
		input_fail(in, id, "%s is a single value, no list", field_name(id));
		return false;
	}
	*s = (struct str){f->values[0].text, (uint32_t)f->values[0].len,
			  (uint32_t)f->values[0].len};
	return true;
}

struct str input_str(struct input *in, enum field_id id, struct str otherwise)
{
	struct str s;

	if (input_null(in, id))
		return STR_LIT("");
	return text(in, id, &s) ? input_copy(in, s.p, s.len) : otherwise;
}

bool input_bool(struct input *in, enum field_id id, bool otherwise)
{
	struct str s;

	if (!text(in, id, &s))
		return otherwise;
	if (!str_is(s, "true") && !str_is(s, "false"))
		input_fail(in, id, "%s is true or false", field_name(id));
	return str_is(s, "true");
}

bool input_decimal(struct str s, uint64_t max, uint64_t *n)
{
	*n = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || *n > max / 10)
			return false;
		*n = *n * 10 + (uint64_t)(s.p[i] - '0');
	}
	return s.len > 0 && *n <= max;
}

bool input_hexadecimal(struct str s, uint64_t *n)
{
	*n = 0;
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool letter = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');

		if (!letter && (c < '0' || c > '9'))
			return false;
		*n = *n << 4 | (uint64_t)(letter ? (c | 0x20) - 'a' + 10 : c - '0');
	}
	return s.len > 0 && s.len <= 16;
}

uint64_t input_number(struct input *in, enum field_id id, uint64_t max, uint64_t otherwise)
{
	struct str s;
	uint64_t n;

	if (!text(in, id, &s))
		return otherwise;
	if (!input_decimal(s, max, &n))
		input_fail(in, id, "%s is a number from 0 to %llu", field_name(id),
			   (unsigned long long)max);
	return n;
}

uint32_t input_id(struct input *in, enum field_id id, uint32_t otherwise)
{
	if (input_null(in, id))
		return UINT32_MAX;
	return (uint32_t)input_number(in, id, UINT32_MAX - 1, otherwise);
}

uint32_t input_device(struct input *in, enum field_id id, uint32_t otherwise)
{
	struct str s, major, minor;
	const char *colon;
	uint64_t a, b;

	if (!text(in, id, &s))
		return otherwise;
	colon = memchr(s.p, ':', s.len);
	if (!colon) {
		input_fail(in, id, "%s is a device's number such as 8:1", field_name(id));
		return otherwise;
	}
	major = (struct str){s.p, (uint32_t)(colon - s.p), 0};
	minor = (struct str){colon + 1, s.len - major.len - 1, 0};
	if (!input_decimal(major, 0xfff, &a) || !input_decimal(minor, 0xfffff, &b)) {
		input_fail(in, id, "%s is a device's number such as 8:1", field_name(id));
		return otherwise;
	}
	return (uint32_t)(a << 20 | b);
}

static bool word_index(const char *const *words, struct str s, unsigned *n)
{
	for (*n = 0; words[*n]; ++*n) {
		if (str_is(s, words[*n]))
			return true;
	}
	return false;
}

static void fail_word(struct input *in, enum field_id id, const char *const *words, const char *how)
{
	char list[140] = "";
	size_t len = 0;

	for (size_t i = 0; words[i]; i++) {
		int n = snprintf(list + len, sizeof(list) - len, "%s%s", len ? ", " : "", words[i]);

		if (n < 0 || (size_t)n >= sizeof(list) - len) {
			(void)snprintf(list + sizeof(list) - 4, 4, "...");
			break;
		}
		len += (size_t)n;
	}
	input_fail(in, id, "%s is %s: %s", field_name(id), how, list);
}

unsigned input_word(struct input *in, enum field_id id, const char *const *words,
		    unsigned otherwise)
{
	struct str s;
	unsigned n;

	if (!text(in, id, &s))
		return otherwise;
	if (word_index(words, s, &n))
		return n;
	fail_word(in, id, words, "one of");
	return otherwise;
}

uint64_t input_words(struct input *in, enum field_id id, const char *const *words, char separator,
		     uint64_t otherwise)
{
	struct str s;
	uint64_t bits = 0;

	if (!text(in, id, &s))
		return otherwise;
	while (s.len > 0) {
		const char *end = memchr(s.p, separator, s.len);
		uint32_t len = end ? (uint32_t)(end - s.p) : s.len;
		unsigned n;

		if (!word_index(words, (struct str){s.p, len, len}, &n)) {
			fail_word(in, id, words, "made of");
			return otherwise;
		}
		bits |= 1ull << n;
		len += end ? 1 : 0;
		s = (struct str){s.p + len, s.len - len, 0};
	}
	return bits;
}

void input_chars(struct input *in, enum field_id id, char *to, size_t size, const char *otherwise)
{
	struct str s = input_null(in, id) ? STR_LIT("") : str_from(otherwise);

	text(in, id, &s);
	if (s.len >= size) {
		input_fail(in, id, "%s is longer than %zu bytes", field_name(id), size - 1);
		return;
	}
	memcpy(to, s.p, s.len);
	to[s.len] = '\0';
}
