// SPDX-License-Identifier: Apache-2.0
/* A field is worth to a rule what the line says: for each field of each kind of event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "output/sample.h"
#include "rules/value.h"

static struct value_scratch scratch;
static char text[OUTPUT_LINE_MAX];

/* The process table has it at every event; the line has it with an exec. */
static bool rules_know_more(const struct field *f)
{
	return strcmp(f->name, "proc.exe") == 0 || strcmp(f->name, "proc.args") == 0 ||
	       strcmp(f->name, "proc.pexepath") == 0;
}

/* What the output cut is no help: the strings of these samples are short. */
static void check_one(const struct field *f, const struct value *v, const json_t *j)
{
	if (!j && v->type == VALUE_STRING && rules_know_more(f))
		return;
	if (!j || json_is_null(j)) {
		if (v->type != VALUE_MISSING)
			fail_msg("%s: the line has no value, a rule has one", f->name);
		return;
	}
	switch (f->type) {
	case FIELD_STRING:
	case FIELD_ADDRESS:
		if (v->type != VALUE_STRING || !str_is(v->s, json_string_value(j)))
			fail_msg("%s: \"%s\" is \"%.*s\" to rules (%d)", f->name,
				 json_string_value(j), v->type == VALUE_STRING ? (int)v->s.len : 0,
				 v->s.p, (int)v->type);
		break;
	case FIELD_NUMBER:
		if (v->type != VALUE_NUMBER || v->n != json_integer_value(j))
			fail_msg("%s: %lld is %lld to rules (%d)", f->name,
				 (long long)json_integer_value(j), (long long)v->n, (int)v->type);
		break;
	case FIELD_BOOL:
		if (v->type != VALUE_BOOL || v->n != json_is_true(j))
			fail_msg("%s: is another bool to rules", f->name);
		break;
	case FIELD_STRINGS:
		fail_msg("%s is for rules only", f->name);
		break;
	}
}

static size_t check(const struct sample *s)
{
	json_t *line = sample_json(s, text);
	const json_t *fields = json_object_get(line, "output_fields");
	size_t n = 0;

	scratch.used = 0;
	for (size_t i = 0; i < F_END; i++) {
		const struct field *f = &field_table[i];
		struct field_use use = {.id = (enum field_id)i};
		const json_t *j = json_object_get(fields, f->name);
		struct value v = {.type = VALUE_LIST};

		value_of(&v, &s->e, &use, &scratch);
		if (f->when == FIELD_ALERT)
			assert_int_equal(v.type, VALUE_MISSING);
		else
			check_one(f, &v, j);
		n += v.type != VALUE_MISSING;
	}
	json_decref(line);
	return n;
}

static void rules_see_what_the_line_says(void **state)
{
	static const enum event_kind kinds[] = {EVENT_EXEC, EVENT_EXIT,	   EVENT_SETID,
						EVENT_OPEN, EVENT_CONNECT, EVENT_NET};
	struct sample s;

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		sample_rich(&s, kinds[k]);
		assert_true(check(&s) > 30);
		s.e.blocked = true;
		s.e.ret = -EACCES;
		s.e.compat = s.e.truncated = true;
		check(&s);
		s.e.process = s.e.parent = NULL;
		check(&s);
		sample_poor(&s, kinds[k]);
		check(&s);
		s.e.container = NULL;
		check(&s);
	}
}

/* The forms that one sample does not have. */
static void rules_see_what_the_line_says_of_variants(void **state)
{
	struct sample s;

	(void)state;
	sample_rich(&s, EVENT_CONNECT);
	s.e.connect.flags |= WIRE_CONNECT_ABSTRACT | WIRE_CONNECT_ASKED_ABSTRACT |
			     WIRE_CONNECT_PEER_CONTAINER;
	check(&s);
	s.e.connect.name = STR_LIT("");
	check(&s);
	s.e.connect.path = STR_LIT("");
	check(&s);
	sample_rich(&s, EVENT_NET);
	s.e.net.call = WIRE_CALL_SOCKET;
	s.e.net.server.known = s.e.net.client.known = false;
	check(&s);
	s.e.net.call = WIRE_CALL_ACCEPT4;
	s.e.net.flags = WIRE_NET_ASKED | WIRE_NET_HOST;
	s.e.net.server.known = true;
	check(&s);
	sample_rich(&s, EVENT_OPEN);
	s.e.open.file.path = STR_LIT("/x");
	check(&s);
	s.e.open.file.mode = 0040755;
	check(&s);
	s.e.open.file.mode = 0010644;
	s.e.open.file.dev = UINT32_MAX;
	s.e.open.file.flags = WIRE_FILE_LOWER | WIRE_FILE_BIND | WIRE_FILE_DELETED;
	check(&s);
	sample_rich(&s, EVENT_EXEC);
	s.e.exec.argv_tail = STR_LIT("the end");
	s.e.exec.flags = WIRE_EXEC_SGID | WIRE_EXEC_FDPATH;
	s.c.image_tag[0] = '\0';
	check(&s);
	s.e.exec.argv = STR_LIT("");
	s.e.exec.script = false;
	check(&s);
	sample_rich(&s, EVENT_EXIT);
	s.e.exit.code = 9;
	s.p.from_proc = true;
	check(&s);
	sample_rich(&s, EVENT_SETID);
	s.e.prev_known = false;
	s.e.ret = INT32_MIN;
	check(&s);
}

/* All strings together fit into the scratch, however long they are; none disappears. */
static void the_longest_strings_fit(void **state)
{
	static const enum field_id made[] = {F_PROC_CMDLINE, F_PROC_ARGS,      F_PROC_EXELINE,
					     F_PROGRAM_ARGS, F_EXEC_PATHS,     F_FD_NAME,
					     F_FD_NAMERAW,   F_CONTAINER_IMAGE};
	static struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		sample_hostile(&s, sample_kinds[k], STR_LIT("/ab/cd\0\xff"));
		s.e.blocked = true;
		scratch.used = 0;
		for (size_t i = 0; i < F_RULE_END; i++) {
			struct field_use use = {.id = (enum field_id)i};
			struct value v;

			value_of(&v, &s.e, &use, &scratch);
		}
		assert_true(scratch.used < sizeof(scratch.bytes) / 4 * 3);
		for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
			struct field_use use = {.id = made[i]};
			struct value v;

			value_of(&v, &s.e, &use, &scratch);
			assert_int_equal(v.type != VALUE_MISSING,
					 value_kinds(made[i]) >> s.e.kind & 1);
		}
		assert_true(scratch.used < sizeof(scratch.bytes));
	}
}

/* Rules keep what they asked for until the event is judged: other fields must not write over it. */
static void values_outlive_the_next(void **state)
{
	static struct value v[F_RULE_END];
	static char *copies[F_RULE_END];
	static struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		sample_rich(&s, sample_kinds[k]);
		s.e.creds.cap_permitted = 1;
		s.e.creds.cap_inheritable = 2;
		s.e.creds.cap_effective = 4;
		if (s.e.kind == EVENT_SYSCALL) {
			s.e.sys.call = WIRE_CALL_CAPSET;
			s.e.sys.args[WIRE_CALL_WORD(0) - 1] = 8;
		}
		scratch.used = 0;
		for (size_t i = 0; i < F_RULE_END; i++) {
			value_of(&v[i], &s.e, &(struct field_use){.id = (enum field_id)i},
				 &scratch);
			copies[i] = NULL;
			if (v[i].type == VALUE_STRING)
				copies[i] = strndup(v[i].s.p, v[i].s.len);
		}
		for (size_t i = 0; i < F_RULE_END; i++) {
			if (copies[i] && !str_is(v[i].s, copies[i]))
				fail_msg("%s was %s, is %.*s", field_name((enum field_id)i),
					 copies[i], (int)v[i].s.len, v[i].s.p);
			free(copies[i]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_see_what_the_line_says),
		cmocka_unit_test(rules_see_what_the_line_says_of_variants),
		cmocka_unit_test(the_longest_strings_fit),
		cmocka_unit_test(values_outlive_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
