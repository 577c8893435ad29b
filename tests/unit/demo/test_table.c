// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "demo/table.h"

static char *text;
static size_t text_size;
static struct table table;

static int set_up(void **state)
{
	(void)state;
	table = (struct table){.f = open_memstream(&text, &text_size)};
	return table.f ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	(void)fclose(table.f);
	free(text);
	text = NULL;
	return 0;
}

static void expect_in(const char *what)
{
	(void)fflush(table.f);
	if (!strstr(text, what))
		fail_msg("'%s' is not in:\n%s", what, text);
}

static void expect_not_in(const char *what)
{
	(void)fflush(table.f);
	assert_null(strstr(text, what));
}

static void expect_width(void)
{
	const char *line = text;

	(void)fflush(table.f);
	while (*line) {
		size_t n = strcspn(line, "\n");

		if (n > TABLE_WIDTH)
			fail_msg("%zu columns: %.*s", n, (int)n, line);
		for (size_t i = 0; i < n; i++)
			assert_in_range((unsigned char)line[i], ' ', '~');
		line += n + (line[n] == '\n');
	}
}

static const struct attack *attack_called(const char *title)
{
	const struct attack *a;
	size_t n;

	a = attack_table(&n);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(a[i].title, title) == 0)
			return &a[i];
	}
	fail_msg("no attack %s", title);
	return NULL;
}

static void results(struct attack_result r[static SIDES])
{
	memset(r, 0, SIDES * sizeof(*r));
	(void)snprintf(r[SIDE_ROOT].said, sizeof(r[0].said), "intruder");
	r[SIDE_ROOT].seen[0] = true;
	(void)snprintf(r[SIDE_ROOT].alerts[0].priority, 16, "Critical");
	r[SIDE_USER].code = 2;
	(void)snprintf(r[SIDE_USER].said, sizeof(r[0].said), "Permission denied");
	r[SIDE_USER].blocked_seen = true;
	(void)snprintf(r[SIDE_USER].blocked.result, 16, "EACCES");
	(void)snprintf(r[SIDE_USER].blocked.object, SIGHTING_OBJECT_MAX, "/etc/passwd");
}

static void test_row(void **state)
{
	const struct attack *a = attack_called("append to /etc/passwd");
	struct attack_result r[SIDES];

	(void)state;
	results(r);
	assert_int_equal(table_row(&table, 2, a, &a->variants[0], r), 0);
	expect_in("2 append to /etc/passwd");
	expect_in(a->variants[0].shown);
	expect_in("DONE     intruder");
	expect_in("Critical passwd-written");
	expect_in("DENIED   Permission denied");
	expect_in("seen     blocked (EACCES)");
	expect_in("  /etc/passwd");
	expect_not_in("AMISS");
	expect_not_in("\033");
	expect_width();
}

static void test_amiss(void **state)
{
	const struct attack *a = attack_called("append to /etc/passwd");
	struct attack_result r[SIDES];

	(void)state;
	results(r);
	r[SIDE_ROOT].seen[0] = false;
	assert_int_equal(table_row(&table, 2, a, &a->variants[0], r), 1);
	expect_in("AMISS    no alert: passwd-written");
	r[SIDE_ROOT].code = 1;
	r[SIDE_USER].blocked_seen = false;
	assert_int_equal(table_row(&table, 2, a, &a->variants[0], r), 2);
	expect_in("FAILED   intruder");
	expect_in("AMISS    no event: blocked attempt");
	expect_width();
}

static void test_not_shown(void **state)
{
	const struct attack *a = attack_called("install a package");
	struct attack_result r[SIDES] = {0};

	(void)state;
	assert_int_equal(table_row(&table, 1, a, NULL, r), 2);
	expect_in("NOT SHOWN");
	expect_width();
}

/* Every title and command fits, and so does the longest that a side can have. */
static void test_all_fit(void **state)
{
	const char *const ids[SIDES] = {"0123456789abcdef", "fedcba9876543210"};
	const struct table_totals totals = {9, 18, {9, 9}, {999, 999}, {999, 999}, 99};
	struct attack_result r[SIDES];
	const struct attack *a;
	char label[64];
	size_t n;

	(void)state;
	results(r);
	memset(r[SIDE_ROOT].said, 'x', sizeof(r[0].said) - 1);
	memset(r[SIDE_USER].said, 'x', sizeof(r[0].said) - 1);
	memset(r[SIDE_USER].blocked.object, 'x', SIGHTING_OBJECT_MAX - 4);
	memcpy(r[SIDE_USER].blocked.object + SIGHTING_OBJECT_MAX - 4, "end", 4);
	table_head(&table, ids);
	a = attack_table(&n);
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < ATTACK_VARIANTS && a[i].variants[k].needs; k++) {
			(void)table_row(&table, i + 1, &a[i], &a[i].variants[k], r);
			(void)snprintf(label, sizeof(label), "\n%zu %s ", i + 1, a[i].title);
			expect_in(label);
			(void)snprintf(label, sizeof(label), "\n  %s ", a[i].variants[k].shown);
			expect_in(label);
		}
	}
	table_foot(&table, &totals);
	expect_in("  ..xxx");
	expect_in("xxxend\n");
	expect_in("0123456789ab  ");
	expect_in("99 alerts came that nothing here explains");
	expect_in("Not all went as expected");
	expect_width();
}

static void test_color(void **state)
{
	const struct attack *a = attack_called("append to /etc/passwd");
	const struct table_totals totals = {.rows = 9};
	struct attack_result r[SIDES];

	(void)state;
	results(r);
	table.color = true;
	(void)table_row(&table, 2, a, &a->variants[0], r);
	table_foot(&table, &totals);
	expect_in("\033[32mDENIED");
	expect_in("\033[31mDONE");
	expect_in("\033[0m");
	expect_in("Every expected alert came");
	expect_not_in("Not all went as expected");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_row, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_amiss, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_shown, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_all_fit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_color, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
