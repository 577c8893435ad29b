// SPDX-License-Identifier: Apache-2.0
#include "rules/engine/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8

#include <errno.h>
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define PATTERN_MAX 4096
#define NEST_MAX    50
/*
 * Of the order of a millisecond. An honest pattern needs some hundred for a short text; one that
 * looks for three things one behind the other, the cube of a long one's length.
 */
#define MATCH_LIMIT 20000
#define HEAP_KB	    1024
/* ints; an eighth was enough for each of the shipped patterns, on texts made to be hard. */
#define WAYS_MAX 4096

struct regex {
	pcre2_code *code;
	pcre2_match_context *context;
	pcre2_match_data *data;
};

static const uint32_t options = PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOTALL |
				PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP |
				PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_CAPTURE;

void regex_free(struct regex *r)
{
	if (!r)
		return;
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->context);
	pcre2_code_free(r->code);
	free(r);
}

static pcre2_code *compile(struct str pattern, int *err, size_t *at)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	pcre2_code *code;

	if (!context) {
		*err = PCRE2_ERROR_NOMEMORY;
		return NULL;
	}
	pcre2_set_max_pattern_length(context, PATTERN_MAX);
	pcre2_set_parens_nest_limit(context, NEST_MAX);
	code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.len, options, err, at, context);
	pcre2_compile_context_free(context);
	return code;
}

/* Only the way with a way back knows them, and that can take for ever: Falco has none, either. */
static bool refers_back(const pcre2_code *code)
{
	uint32_t n = 0;

	return pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &n) == 0 && n > 0;
}

int regex_new(struct regex **out, struct str pattern, char *why, size_t why_size, size_t *where)
{
	struct regex *r = calloc(1, sizeof(*r));
	PCRE2_UCHAR text[160] = "";
	size_t at = 0;
	int err = 0;

	if (!r)
		return -ENOMEM;
	r->code = compile(pattern, &err, &at);
	if (!r->code && err != PCRE2_ERROR_NOMEMORY && err != PCRE2_ERROR_HEAP_FAILED) {
		pcre2_get_error_message(err, text, sizeof(text));
		snprintf(why, why_size, "%s", (const char *)text);
		if (where)
			*where = at;
		regex_free(r);
		return -EINVAL;
	}
	if (r->code && refers_back(r->code)) {
		snprintf(why, why_size,
			 "back references are not supported: a text can be made on which they take "
			 "for ever");
		regex_free(r);
		return -EINVAL;
	}
	if (r->code) {
		r->context = pcre2_match_context_create(NULL);
		r->data = pcre2_match_data_create(1, NULL);
	}
	if (!r->context || !r->data) {
		regex_free(r);
		return -ENOMEM;
	}
	pcre2_set_match_limit(r->context, MATCH_LIMIT);
	pcre2_set_heap_limit(r->context, HEAP_KB);
	*out = r;
	return 0;
}

/*
 * All ways at once and no way back (pcre2api(3), "the alternative matching function"): its time
 * grows as the text does, some 5 ms for 4 KiB and the largest of the shipped patterns, so it is the
 * second choice. It knows no back references, which are refused.
 */
static int match_all_ways(const struct regex *r, PCRE2_SPTR text, size_t len)
{
	int ways[WAYS_MAX];

	return pcre2_dfa_match(r->code, text, len, 0, 0, r->data, r->context, ways, WAYS_MAX);
}

int regex_match(const struct regex *r, struct str text)
{
	PCRE2_SPTR p = (PCRE2_SPTR)(text.p ? text.p : "");
	int err = pcre2_match(r->code, p, text.len, 0, 0, r->data, r->context);

	if (err == PCRE2_ERROR_MATCHLIMIT || err == PCRE2_ERROR_HEAPLIMIT)
		err = match_all_ways(r, p, text.len);
	if (err >= 0)
		return 1;
	return err == PCRE2_ERROR_NOMATCH ? 0 : -1;
}
