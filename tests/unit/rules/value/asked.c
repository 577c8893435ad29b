/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/value/asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "rules/build.h"

static struct value_scratch scratch;

int asked_reset(void **state)
{
	(void)state;
	judge_reset();
	scratch.used = 0;
	return 0;
}

struct value asked_value(const struct event *e, struct field_use use)
{
	struct value v = {.type = VALUE_LIST};

	value_of(&v, e, &use, &scratch);
	return v;
}

void asked_expect(const struct event *e, struct field_use use, const char *want)
{
	struct value v = asked_value(e, use);
	char got[4096] = "";
	size_t n = 0;

	if (v.type == VALUE_STRING)
		snprintf(got, sizeof(got), "%.*s", (int)v.s.len, v.s.p);
	else if (v.type == VALUE_NUMBER || v.type == VALUE_BOOL)
		snprintf(got, sizeof(got), "%lld", (long long)v.n);
	else if (v.type == VALUE_LIST)
		for (size_t i = 0; i < v.n_list; i++)
			n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%.*s", i ? " " : "",
					      (int)v.list[i].len, v.list[i].p);
	if ((v.type == VALUE_MISSING) != (want == NULL) || (want && strcmp(want, got) != 0))
		fail_msg("%s[%u] is \"%s\" (type %d), not \"%s\"", field_name(use.id), use.index,
			 got, (int)v.type, want ? want : "missing");
}

struct value asked_get(const struct event *e, enum field_id id)
{
	return asked_value(e, (struct field_use){.id = id});
}

void asked_has(const struct event *e, enum field_id id, const char *want)
{
	asked_expect(e, (struct field_use){.id = id}, want);
}

void asked_nth(const struct event *e, enum field_id id, uint32_t index, const char *want)
{
	asked_expect(e, (struct field_use){.id = id, .has_index = true, .index = index}, want);
}
