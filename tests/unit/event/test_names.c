// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "event/event.h"

/*
 * Each call has a name of its own, but for what is one call (BIND_FILE); together with the table's
 * static assert no hole is left.
 */
static void call_names(void **state)
{
	(void)state;
	assert_string_equal(event_call_name(WIRE_CALL_NONE), "");
	for (uint32_t a = WIRE_CALL_NONE + 1; a < WIRE_CALL_END; a++) {
		assert_non_null(event_call_name(a));
		for (uint32_t b = WIRE_CALL_NONE; b < a; b++)
			if (a != WIRE_CALL_BIND_FILE || b != WIRE_CALL_BIND)
				assert_string_not_equal(event_call_name(a), event_call_name(b));
	}
	assert_string_equal(event_call_name(WIRE_CALL_END), "");
	assert_string_equal(event_call_name(UINT32_MAX), "");
}

static void types_follow_the_call(void **state)
{
	struct event e = {.kind = EVENT_OPEN};

	(void)state;
	for (uint32_t call = WIRE_CALL_OPEN; call <= WIRE_CALL_MMAP; call++) {
		e.open.call = call;
		assert_string_equal(event_type(&e), event_call_name(call));
	}
	e.kind = EVENT_SETID;
	for (uint32_t call = WIRE_CALL_SETUID; call <= WIRE_CALL_SETGROUPS; call++) {
		e.setid.call = call;
		assert_string_equal(event_type(&e), event_call_name(call));
	}
	e = (struct event){.kind = EVENT_EXEC};
	assert_string_equal(event_type(&e), "execve");
	e.exec.flags = WIRE_EXEC_FDPATH;
	assert_string_equal(event_type(&e), "execveat");
	e = (struct event){.kind = EVENT_EXIT};
	assert_string_equal(event_type(&e), "procexit");
	e.kind = EVENT_CONNECT;
	assert_string_equal(event_type(&e), "connect");
	e = (struct event){.kind = EVENT_NET, .net.call = WIRE_CALL_CONNECT};
	assert_string_equal(event_type(&e), "connect");
	e.net.call = WIRE_CALL_LISTEN;
	assert_string_equal(event_type(&e), "listen");
	e.net.call = WIRE_CALL_SENDMMSG;
	assert_string_equal(event_type(&e), "sendmmsg");
	e.net.call = UINT32_MAX;
	assert_string_equal(event_type(&e), "socket");
}

static void every_kind_has_a_type(void **state)
{
	(void)state;
	for (int a = 0; a < EVENT_KIND_END; a++) {
		struct event e = {.kind = (enum event_kind)a};

		assert_non_null(event_type(&e));
		assert_string_not_equal(event_type(&e), "");
		for (int b = 0; b < a; b++) {
			struct event other = {.kind = (enum event_kind)b};

			assert_string_not_equal(event_type(&e), event_type(&other));
		}
	}
}

/* A call number that this version does not know must not lead outside the table. */
static void unknown_call_falls_back(void **state)
{
	struct event e = {.kind = EVENT_OPEN, .open.call = UINT32_MAX};

	(void)state;
	assert_string_equal(event_type(&e), "open");
	e = (struct event){.kind = EVENT_SETID, .setid.call = WIRE_CALL_END};
	assert_string_equal(event_type(&e), "setuid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(call_names),
		cmocka_unit_test(types_follow_the_call),
		cmocka_unit_test(every_kind_has_a_type),
		cmocka_unit_test(unknown_call_falls_back),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
