/* SPDX-License-Identifier: Apache-2.0 */
#include "output/printed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

char printed_line[OUTPUT_LINE_MAX];

void printed_check_type(const struct field *f, const json_t *v)
{
	if (json_is_null(v)) {
		if (!f->null)
			fail_msg("%s is null", f->name);
		return;
	}
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_ADDRESS:
		if (!json_is_string(v) || json_string_length(v) == 0)
			fail_msg("%s is no string, or empty", f->name);
		break;
	case FIELD_NUMBER:
		if (!json_is_integer(v))
			fail_msg("%s is no integer", f->name);
		break;
	case FIELD_STRINGS:
		fail_msg("%s is for rules only", f->name);
		break;
	case FIELD_BOOL:
		if (!json_is_boolean(v))
			fail_msg("%s is no bool", f->name);
		break;
	}
}

static bool stacked(const struct event *e)
{
	return event_file_stacked(e->kind == EVENT_EXEC ? &e->exec.exe : &e->open.file);
}

/* The line has the documented fields, each of its type, and no others. */
static void check_fields(const struct sample *s, const json_t *line)
{
	json_t *fields = json_object_get(line, "output_fields");
	size_t n = 0;

	for (size_t i = 0; i < F_END; i++) {
		const struct field *f = &field_table[i];
		bool due = f->kinds & 1u << s->e.kind;
		json_t *v = json_object_get(fields, f->name);

		if (f->when == FIELD_ALERT)
			due = due && s->v.n > 0;
		else if (f->when == FIELD_BLOCKED)
			due = due && s->e.blocked;
		else if (f->when == FIELD_CUT)
			due = due && event_argv_cut(&s->e.exec);
		else if (f->when == FIELD_STACKED)
			due = due && stacked(&s->e);
		if (due != (v != NULL))
			fail_msg("kind %d: %s is %s", (int)s->e.kind, f->name,
				 v ? "there" : "missing");
		if (!v)
			continue;
		n++;
		printed_check_type(f, v);
	}
	assert_int_equal(json_object_size(fields), n);
}

void printed_check_top(const json_t *line)
{
	static const char *const names[] = {"time",   "rule",	  "priority",
					    "source", "hostname", "output"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_true(json_is_string(json_object_get(line, names[i])));
	assert_true(json_is_array(json_object_get(line, "tags")));
	assert_true(json_is_object(json_object_get(line, "output_fields")));
	assert_int_equal(json_object_size(line), 8);
	assert_string_equal(json_string_value(json_object_get(line, "source")), "syscall");
}

json_t *printed_checked(const struct sample *s)
{
	json_t *line = sample_json(s, printed_line);

	printed_check_top(line);
	check_fields(s, line);
	return line;
}

void printed_expect(const json_t *line, const char *name, const char *json)
{
	char *got = json_dumps(sample_field(line, name), JSON_ENCODE_ANY);

	if (!got || strcmp(got, json) != 0)
		fail_msg("%s is %s, not %s", name, got, json);
	free(got);
}

void printed_expect_top(const json_t *line, const char *name, const char *want)
{
	assert_string_equal(json_string_value(json_object_get(line, name)), want);
}
