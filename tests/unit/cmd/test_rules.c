// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/options.h"
#include "cmd/print.h"
#include "cmd/rules.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* ---- print ----------------------------------------------------------------------------------- */

static void hostile_text_is_inert(void **state)
{
	static const struct {
		const char *text, *shown;
		size_t columns;
	} cases[] = {
		{"", "", 0},
		{"plain", "plain", 5},
		{"a\033[31mb", "a\\x1b[31mb", 10},
		{"a\nb\tc\rd", "a\\x0ab\\x09c\\x0dd", 16},
		{"\\d+\\", "\\d+\\", 4},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", 4},
		{"\xff\xfe", "\\xff\\xfe", 8},
		{"\xe2\x80\xa8txt", "\\xe2\\x80\\xa8txt", 15}, /* a line separator */
	};

	(void)state;
	for (size_t i = 0; i < LEN(cases); i++) {
		char shown[64] = "";
		FILE *f = fmemopen(shown, sizeof(shown), "w");

		assert_non_null(f);
		assert_int_equal(print_text(f, cases[i].text), cases[i].columns);
		(void)fclose(f);
		assert_string_equal(shown, cases[i].shown);
	}
}

/* Long text is printed in pieces: none may end inside of a character. */
static void long_text_is_whole(void **state)
{
	(void)state;
	for (size_t lead = 0; lead < 4; lead++) {
		char text[4000] = "", *shown = NULL;
		size_t size = 0;
		FILE *f = open_memstream(&shown, &size);

		assert_non_null(f);
		memset(text, 'x', lead);
		for (size_t i = lead; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x90\xb3", 4);
		(void)print_text(f, text);
		(void)fclose(f);
		assert_string_equal(shown, text);
		free(shown);
	}
}

static void columns_are_filled(void **state)
{
	char shown[64] = "";
	FILE *f = fmemopen(shown, sizeof(shown), "w");

	(void)state;
	assert_non_null(f);
	print_column(f, "\xc3\xbc", 3);
	print_column(f, "longer", 3);
	(void)fclose(f);
	assert_string_equal(shown, "\xc3\xbc   longer ");
}

static void text_is_wrapped_at_words(void **state)
{
	char text[400] = "", *shown = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&shown, &size);

	(void)state;
	assert_non_null(f);
	for (size_t i = 0; i < 39; i++)
		memcpy(text + i * 10, "123456789\n", 10);
	print_wrapped(f, text, 12);
	(void)fclose(f);
	for (char *save = NULL, *line = strtok_r(shown, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		assert_true(strlen(line) <= PRINT_WIDTH && strlen(line) > 12);
	free(shown);
}

/* ---- options --------------------------------------------------------------------------------- */

static error_t hand_on(int key, char *arg, struct argp_state *state)
{
	(void)arg;
	if (key == ARGP_KEY_INIT)
		state->child_inputs[0] = state->input;
	return key == ARGP_KEY_INIT ? 0 : ARGP_ERR_UNKNOWN;
}

static void parse(struct rule_options *r, char **argv, int argc)
{
	static const struct argp_child children[] = {{&rule_options_argp, 0, NULL, 0}, {0}};
	static const struct argp argp = {.parser = hand_on, .children = children};

	assert_int_equal(options_parse("test", &argp, argc, argv, r), 0);
}

static void options_are_collected(void **state)
{
	char *argv[] = {(char[]){"test"},	   (char[]){"-r"},  (char[]){"a.yaml"},
			(char[]){"--rules=b"},	   (char[]){"-T"},  (char[]){"one"},
			(char[]){"-Ttwo"},	   (char[]){"-D"},  (char[]){"etc*"},
			(char[]){"--disable=Two"}, (char[]){"-M"},  (char[]){"WARNING"},
			(char[]){"--tag=three"},   (char[]){"-rc"}, NULL};
	struct rule_options r = RULE_OPTIONS_INIT;

	(void)state;
	parse(&r, argv, (int)LEN(argv) - 1);
	assert_true(r.o.shipped && r.o.standard_dir);
	assert_int_equal(r.o.n_paths, 3);
	assert_string_equal(r.o.paths[0], "a.yaml");
	assert_string_equal(r.o.paths[1], "b");
	assert_string_equal(r.o.paths[2], "c");
	assert_int_equal(r.o.n_tags, 3);
	assert_string_equal(r.o.tags[2], "three");
	assert_int_equal(r.o.n_disabled, 2);
	assert_string_equal(r.o.disabled[1], "Two");
	assert_int_equal(r.o.priority, PRIORITY_WARNING);
	rule_options_free(&r);
}

static void nothing_given_is_everything(void **state)
{
	char *argv[] = {(char[]){"test"}, NULL};
	struct rule_options r = RULE_OPTIONS_INIT;

	(void)state;
	parse(&r, argv, 1);
	assert_int_equal(r.o.n_paths + r.o.n_tags + r.o.n_disabled, 0);
	assert_int_equal(r.o.priority, PRIORITY_DEBUG);
	rule_options_free(&r);
}

static void priorities_by_name(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PRIORITY_END; i++)
		assert_int_equal(priority_lookup(priority_name((enum priority)i)), i);
	assert_int_equal(priority_lookup("info"), PRIORITY_INFORMATIONAL);
	assert_int_equal(priority_lookup("EMERGENCY"), PRIORITY_EMERGENCY);
	assert_int_equal(priority_lookup("infor"), PRIORITY_END);
	assert_int_equal(priority_lookup(""), PRIORITY_END);
	assert_string_equal(priority_nearest("eror"), "error");
	assert_string_equal(priority_nearest("WARNIN"), "warning");
	assert_null(priority_nearest("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				     "xxxxxxxxxxxxxxxxxxxx"));
}

/* ---- selection ------------------------------------------------------------------------------- */

static const char *const tags[] = {"container", "T1611", NULL};
static struct rule rules[] = {
	{.name = "File below /etc written",
	 .id = "etc-written",
	 .priority = PRIORITY_WARNING,
	 .tags = tags,
	 .enabled = true},
	{.name = "Other", .id = "other", .priority = PRIORITY_DEBUG, .tags = tags + 2},
};
static struct rule_list list = {.rules = rules, .n = LEN(rules)};
static const struct ruleset set = {.list = &list};

static int try_options(const char *tag, const char *disabled)
{
	const struct rule_options r = {.o = {.tags = &tag,
					     .n_tags = tag ? 1 : 0,
					     .disabled = &disabled,
					     .n_disabled = disabled ? 1 : 0,
					     .priority = PRIORITY_EMERGENCY}};

	return rule_options_check(&r, &set);
}

static void names_that_fit_nothing(void **state)
{
	(void)state;
	assert_int_equal(try_options(NULL, NULL), 0);
	assert_int_equal(try_options("T1611", "etc-written"), 0);
	assert_int_equal(try_options("container", "File below*"), 0);
	assert_int_equal(try_options(NULL, "*"), 0);
	assert_int_equal(try_options("t1611", NULL), -EINVAL);
	assert_int_equal(try_options(NULL, "etc"), -EINVAL);
	assert_int_equal(try_options(NULL, "T1611"), -EINVAL);
	assert_int_equal(try_options("other", NULL), -EINVAL);
}

static void state_and_reason(void **state)
{
	const char *tag = "T1611", *name = "oth*", *reason;
	struct rule r = rules[0], other = rules[1];
	struct ruleset_options o = {.priority = PRIORITY_DEBUG};

	(void)state;
	assert_string_equal(rules_state(&r, &o, &reason), "active");
	assert_null(reason);
	assert_string_equal(rules_state(&other, &o, &reason), "off");
	assert_string_equal(reason, "enabled: false");
	o.tags = &tag;
	o.n_tags = 1;
	assert_string_equal(rules_state(&other, &o, &reason), "off");
	assert_string_equal(reason, "has no tag of -T");
	o.disabled = &name;
	o.n_disabled = 1;
	assert_string_equal(rules_state(&other, &o, &reason), "off");
	assert_string_equal(reason, "by -D");
	r.left_out = "why";
	assert_string_equal(rules_state(&r, &o, &reason), "left out");
	assert_string_equal(reason, "why");
	r.enabled = false;
	o.priority = PRIORITY_ERROR;
	assert_string_equal(rules_state(&r, &o, &reason), "off");
	assert_string_equal(reason, "less severe than -M");
}

/* ---- fields ---------------------------------------------------------------------------------- */

static void all_fields_are_shown(void **state)
{
	char *shown = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&shown, &size);

	(void)state;
	assert_non_null(f);
	assert_int_equal(rules_fields_print(f), 0);
	(void)fclose(f);
	for (unsigned i = 0; i < F_RULE_END; i++)
		assert_non_null(strstr(shown, field_name((enum field_id)i)));
	for (size_t i = 0; i < F_END; i++)
		assert_non_null(strstr(shown, field_table[i].meaning));
	for (size_t i = 0; i < F_RULE_END - F_END; i++)
		assert_non_null(strstr(shown, field_rule_table[i].meaning));
	assert_non_null(strstr(shown, "\nproc.aname[N] "));
	free(shown);
	f = fopen("/dev/full", "w");
	assert_non_null(f);
	assert_int_equal(rules_fields_print(f), -EIO);
	(void)fclose(f);
}

/* Each letter that stands in the column of kinds is explained above it. */
static void all_letters_are_explained(void **state)
{
	char *shown = NULL, *line, *rest;
	size_t size = 0;
	FILE *f = open_memstream(&shown, &size);
	const char *head, *end;

	(void)state;
	assert_non_null(f);
	assert_int_equal(rules_fields_print(f), 0);
	(void)fclose(f);
	head = strstr(shown, "\nIn: ");
	assert_non_null(head);
	end = strstr(head, "\n\n");
	assert_non_null(end);
	for (rest = shown + (end - shown) + 2; (line = strsep(&rest, "\n"));) {
		char kinds[10] = "";

		if (sscanf(line, "%*s %*s %9s ", kinds) != 1 || strlen(kinds) != 9)
			continue;
		for (const char *k = kinds; *k; k++) {
			const char letter[] = {' ', *k, ' ', '\0'};
			const char *at = strstr(head, letter);

			if (*k != '-' && (!at || at > end))
				fail_msg("%c of %s is not explained", *k, line);
		}
	}
	free(shown);
}

static void events_of_kinds(void **state)
{
	const struct wire_calls none = {{0}};
	struct wire_calls some = none, all;
	const char *const *names = rules_events(1u << EVENT_OPEN | 1u << EVENT_CONNECT, &none);

	(void)state;
	memset(&all, 0xff, sizeof(all));
	wire_calls_add(&some, WIRE_CALL_CONNECT);
	wire_calls_add(&some, WIRE_CALL_SOCKET);
	assert_string_equal(names[0], "open");
	assert_string_equal(names[3], "creat");
	assert_string_equal(names[4], "open_by_handle_at");
	assert_string_equal(names[5], "recvmsg");
	assert_string_equal(names[6], "connect");
	assert_null(names[7]);
	assert_null(rules_events(0, &all)[0]);
	names = rules_events(1u << EVENT_NET, &some);
	assert_string_equal(names[0], "connect");
	assert_string_equal(names[1], "socket");
	assert_null(names[2]);
	assert_null(rules_events(1u << EVENT_NET, &none)[0]);
	/* Changes of groups, and mappings, are only told when they are asked for. */
	names = rules_events(1u << EVENT_SETID, &some);
	assert_string_equal(names[3], "setfsuid");
	assert_string_equal(names[4], "credrise");
	assert_null(names[5]);
	wire_calls_add(&some, WIRE_CALL_SETGROUPS);
	assert_string_equal(rules_events(1u << EVENT_SETID, &some)[4], "setgroups");
	wire_calls_add(&some, WIRE_CALL_MMAP);
	assert_string_equal(rules_events(1u << EVENT_OPEN, &some)[6], "mmap");
	assert_null(rules_events(1u << EVENT_OPEN, &some)[7]);
}

/* Each type of event that there is has a kind that gives its name. */
static void events_are_complete(void **state)
{
	struct wire_calls all;
	const char *const *names;
	size_t n = 0;

	(void)state;
	memset(&all, 0xff, sizeof(all));
	names = rules_events(~0u, &all);
	while (names[n])
		n++;
	for (uint32_t call = WIRE_CALL_NONE + 1; call < WIRE_CALL_END; call++) {
		size_t times = 0;

		for (size_t i = 0; i < n; i++)
			times += strcmp(names[i], event_call_name(call)) == 0;
		if (times != 1)
			fail_msg("%s stands there %zu times", event_call_name(call), times);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_text_is_inert),
		cmocka_unit_test(long_text_is_whole),
		cmocka_unit_test(columns_are_filled),
		cmocka_unit_test(text_is_wrapped_at_words),
		cmocka_unit_test(options_are_collected),
		cmocka_unit_test(nothing_given_is_everything),
		cmocka_unit_test(priorities_by_name),
		cmocka_unit_test(names_that_fit_nothing),
		cmocka_unit_test(state_and_reason),
		cmocka_unit_test(all_fields_are_shown),
		cmocka_unit_test(all_letters_are_explained),
		cmocka_unit_test(events_of_kinds),
		cmocka_unit_test(events_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
