/* SPDX-License-Identifier: Apache-2.0 */
/* The fields that a case gives, taken one after the other by who builds the event of them. */
#ifndef ROOTWATCH_RULES_TEST_INPUT_H
#define ROOTWATCH_RULES_TEST_INPUT_H

#include "base/arena.h"
#include "base/str.h"
#include "rules/lang/ast.h"

struct input_field {
	const struct rule_value *values;
	size_t n; /* 0: null */
	bool list, given, taken;
};

struct input {
	struct arena *arena;
	struct input_field fields[F_RULE_END];
	bool failed;
	enum field_id wrong; /* the first that cannot be taken */
	char why[200];
};

/* Notes what is wrong with a field, if nothing was noted before. */
void input_fail(struct input *in, enum field_id id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Each takes one field: its value, or what stands for it when it is not given or is null. The
 * strings are NUL-terminated and live as long as the arena.
 */
bool input_given(struct input *in, enum field_id id); /* and not null */
bool input_null(struct input *in, enum field_id id);  /* given as null */
struct str input_str(struct input *in, enum field_id id, struct str otherwise);
bool input_bool(struct input *in, enum field_id id, bool otherwise);
uint64_t input_number(struct input *in, enum field_id id, uint64_t max, uint64_t otherwise);
uint32_t input_id(struct input *in, enum field_id id, uint32_t otherwise);
/* "8:1", as the kernel has it: major << 20 | minor. */
uint32_t input_device(struct input *in, enum field_id id, uint32_t otherwise);

/* One of words, a NULL-terminated list: gives which; otherwise when it is not given. */
unsigned input_word(struct input *in, enum field_id id, const char *const *words,
		    unsigned otherwise);
/* Some of words, with separator between them: bits. */
uint64_t input_words(struct input *in, enum field_id id, const char *const *words, char separator,
		     uint64_t otherwise);

/*
 * The number that s is, all of it: digits only, and at least one. False: it is none, or larger than
 * max, or has more than 16 hexadecimal digits.
 */
bool input_decimal(struct str s, uint64_t max, uint64_t *n);
bool input_hexadecimal(struct str s, uint64_t *n);

/* A copy of len bytes with a NUL behind; fails the input when there is no memory. */
struct str input_copy(struct input *in, const char *p, size_t len);

/* Copies s, which fits, into a member of a struct. */
void input_chars(struct input *in, enum field_id id, char *to, size_t size, const char *otherwise);

#endif /* ROOTWATCH_RULES_TEST_INPUT_H */
