// SPDX-License-Identifier: Apache-2.0
/* Paths over magic links: which of them lead to what is the task's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "event/event.h"

static const struct event_task task = {.vpid = 7, .vtid = 9, .pid = 1007, .tid = 1009};

struct row {
	const char *asked;
	uint32_t found;	  /* by the kernel side */
	const char *base; /* NULL: it is no such path */
	const char *rest;
};

static const struct row rows[] = {
	{"/proc/self/fd/3", 15, "/etc", ""},
	{"/proc/self/fd/3/", 15, "/etc", ""},
	{"/proc/self/fd/3//cron.d/x", 15, "/etc", "cron.d/x"},
	{"/proc/thread-self/fd/12/x", 23, "/etc", "x"},
	{"/proc/7/fd/3/x", 12, "/etc", "x"},
	{"/proc/9/fd/3/x", 12, "/etc", "x"},
	{"/proc/self/task/9/fd/3/x", 22, "/etc", "x"},
	{"//proc/./self///fd//3/x", 21, "/etc", "x"},
	{"/dev/fd/3", 9, "/etc", ""},
	{"/dev/fd/3/x", 9, "/etc", "x"},
	{"/dev/stdin", 10, "/etc", ""},
	{"/dev/stderr", 11, "/etc", ""},
	{"/proc/self/cwd", 0, "/root", ""},
	{"/proc/7/cwd/../x", 0, "/root", "../x"},
	/* Another process, what only looks like it, or nothing that the kernel side knows. */
	{"/proc/8/fd/3/x", 12, NULL, NULL},
	{"/proc/1007/fd/3", 15, NULL, NULL},
	{"/proc/8/cwd/x", 0, NULL, NULL},
	{"/proc/self/fd/3", 0, NULL, NULL},
	{"/proc/self/fd/3/fd/4", 20, NULL, NULL},
	{"/proc/self/fdinfo/3", 0, NULL, NULL},
	{"/proc/self/fd", 0, NULL, NULL},
	{"/proc/self/fd/x3", 16, NULL, NULL},
	{"/proc/self/fd/../fd/3", 21, NULL, NULL},
	{"/proc/selfish/fd/3", 18, NULL, NULL},
	{"/proc/self/task/x/fd/3", 22, NULL, NULL},
	{"/proc/self/cwdx", 0, NULL, NULL},
	{"/opt/self/fd/3", 14, NULL, NULL},
	{"/opt/proc/self/fd/3", 19, NULL, NULL},
	{"/dev/cwd", 0, NULL, NULL},
	{"/dev/stdin/x", 0, NULL, NULL},
	{"/fd/3", 5, NULL, NULL},
	{"proc/self/fd/3", 14, NULL, NULL},
	{"", 0, NULL, NULL},
	{"/", 0, NULL, NULL},
};

static void paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event_magic m = {.rest = STR_LIT("untouched")};
		bool is = event_magic(&m, &task, str_from(rows[i].asked), STR_LIT("/root"),
				      STR_LIT("/etc"), rows[i].found);

		if (is != (rows[i].base != NULL))
			fail_msg("%s", rows[i].asked);
		assert_true(str_is(m.rest, is ? rows[i].rest : "untouched"));
		if (is)
			assert_true(str_is(m.base, rows[i].base));
	}
}

/* A text that was cut leads anywhere, and a base without its head is no path. */
static void cut(void **state)
{
	struct str asked = STR_LIT("/proc/self/fd/3/x"), base = STR_LIT("/etc");
	struct event_magic m = {0};

	(void)state;
	assert_true(event_magic(&m, &task, asked, base, base, 15));
	asked.full++;
	assert_false(event_magic(&m, &task, asked, base, base, 15));
	asked.full--;
	base.full++;
	assert_false(event_magic(&m, &task, asked, base, base, 15));
	assert_false(event_magic(&m, &task, asked, base, STR_LIT(""), 15));
	assert_false(event_magic(&m, &task, STR_LIT("/proc/self/cwd"), base, STR_LIT("/"), 0));
}

static void of_any_process(void **state)
{
	static const struct {
		const char *path;
		uint32_t end, pid;
	} links[] = {
		{"/proc/7/fd/3", 12, 7},
		{"/proc/7/fd/3/x", 12, 7},
		{"//proc/./8//cwd/x", 15, 10},
		{"/proc/1/root", 12, 7},
		{"/proc/1/task/2/cwd/x", 18, 7},
		{"/proc/self/fd/3", 0, 0},
		{"/proc/7/fd/x", 0, 0},
		{"/proc/7/fd", 0, 0},
		{"/proc/7/exe", 0, 0},
		{"/proc/0/root", 0, 0},
		{"/opt/7/fd/3", 0, 0},
		{"/dev/fd/3", 0, 0},
		{"proc/7/cwd", 0, 0},
		{"", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		uint32_t pid = 0;

		assert_int_equal(event_magic_link(str_from(links[i].path), &pid), links[i].end);
		assert_int_equal(pid, links[i].pid);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths),
		cmocka_unit_test(cut),
		cmocka_unit_test(of_any_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
