// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "process/pipes.h"

static struct pipes *p;
static struct event e;

static int open_pipes(void **state)
{
	(void)state;
	return pipes_new(&p);
}

static int close_pipes(void **state)
{
	(void)state;
	pipes_free(p);
	return 0;
}

static void run_in(const char *container, const char *name, uint64_t in, uint64_t out)
{
	e = (struct event){.kind = EVENT_EXEC};
	e.exec.pipe_in = in;
	e.exec.pipe_out = out;
	pipes_apply(p, &e, str_from(container), str_from(name));
}

static void run(const char *name, uint64_t in, uint64_t out)
{
	run_in("c0ffee", name, in, out);
}

static void is_list(const struct event_piped *list, const char *const *names)
{
	uint32_t n = 0;

	assert_non_null(list);
	while (names[n])
		n++;
	assert_int_equal(list->n, n);
	for (uint32_t i = 0; i < n; i++)
		assert_true(str_is(list->names[i], names[i]));
}

#define IS(list, ...) is_list(list, (const char *const[]){__VA_ARGS__, NULL})

/* Of two programs the later one is told of the earlier, whichever that is. */
static void test_order(void **state)
{
	(void)state;
	run("curl", 0, 7);
	assert_null(e.exec.from);
	IS(e.exec.to, NULL);
	run("sh", 7, 0);
	IS(e.exec.from, "curl");
	assert_null(e.exec.to);

	run("bash", 8, 0);
	IS(e.exec.from, NULL);
	run("wget", 0, 8);
	IS(e.exec.to, "bash");
}

/* The last of three, wherever it stands in the pipe. */
static void test_chain(void **state)
{
	(void)state;
	run("curl", 0, 1);
	run("sh", 2, 0);
	run("tee", 1, 2);
	IS(e.exec.from, "curl");
	IS(e.exec.to, "sh");
	run("base64", 3, 4);
	run("wget", 0, 3);
	IS(e.exec.to, "base64");
	run("ash", 4, 5);
	IS(e.exec.from, "base64", "wget");
}

/* Several write into one pipe; a program that executes another is there twice, a name once. */
static void test_many(void **state)
{
	(void)state;
	run("echo", 0, 1);
	run("curl", 0, 1);
	run("curl", 0, 1);
	run("env", 1, 0);
	IS(e.exec.from, "curl", "echo");
	run("sh", 1, 0);
	IS(e.exec.from, "curl", "echo");
}

/* A named pipe leads back to the shell that reads it. */
static void test_circle(void **state)
{
	(void)state;
	run("sh", 1, 2);
	run("nc", 2, 1);
	IS(e.exec.from, "sh");
	IS(e.exec.to, "sh");
	run("sh", 9, 9);
	IS(e.exec.from, NULL);
}

/* More than are listed, and names that are too long: nothing is written past the end. */
static void test_bounds(void **state)
{
	char name[200], word[16];

	(void)state;
	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	run(name, 0, 1);
	for (int i = 0; i < 2000; i++) {
		snprintf(word, sizeof(word), "w%d", i % 60);
		run(word, 1, 1);
	}
	run("sh", 1, 0);
	assert_int_equal(e.exec.from->n, EVENT_PIPED_MAX);
	run(name, 0, 3);
	run("sh", 3, 0);
	assert_int_equal(e.exec.from->n, 1);
	assert_int_equal(e.exec.from->names[0].len, 64);
}

/* What runs again and again with the runtime's pipe, here or elsewhere, makes nothing forgotten. */
static void test_noise(void **state)
{
	char word[16];

	(void)state;
	run("nc", 0, 7);
	for (int i = 0; i < 5000; i++) {
		run("true", 100, 101);
		snprintf(word, sizeof(word), "w%d", i % 20);
		run(word, 0, 7);
	}
	for (int i = 0; i < 200; i++) {
		snprintf(word, sizeof(word), "w%d", i);
		run_in("decaf", word, 0, 7);
	}
	run("sh", 7, 0);
	assert_int_equal(e.exec.from->n, 21);
	assert_true(str_is(e.exec.from->names[20], "nc"));
	run_in("beef", "sh", 7, 0);
	IS(e.exec.from, NULL);
}

/* No pipes, another kind of event. */
static void test_none(void **state)
{
	(void)state;
	run("sh", 0, 0);
	assert_null(e.exec.from);
	assert_null(e.exec.to);
	e = (struct event){.kind = EVENT_OPEN};
	pipes_apply(p, &e, STR_LIT(""), STR_LIT("sh"));
	assert_int_equal(e.open.oflags, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, open_pipes, close_pipes),
		cmocka_unit_test_setup_teardown(test_chain, open_pipes, close_pipes),
		cmocka_unit_test_setup_teardown(test_many, open_pipes, close_pipes),
		cmocka_unit_test_setup_teardown(test_circle, open_pipes, close_pipes),
		cmocka_unit_test_setup_teardown(test_bounds, open_pipes, close_pipes),
		cmocka_unit_test_setup_teardown(test_noise, open_pipes, close_pipes),
		cmocka_unit_test_setup_teardown(test_none, open_pipes, close_pipes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
