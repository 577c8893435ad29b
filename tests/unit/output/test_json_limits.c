// SPDX-License-Identifier: Apache-2.0
/* A JSON line keeps its limits, whatever it has to say, and what is kept for the next is right. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "output/printed.h"
#include "rules/shipped.h"

/* Any name: what a consumer reads is what the kernel had. */
static void names_round_trip(void **state)
{
	static const char name[] =
		"/tmp/\xff\x00\\x41\"\n\xed\xa0\x80\xc3\xa4\xe2\x80\xae\x1b[2J\xe2\x80\xac\\";
	char back[256];
	struct sample s;
	json_t *line;
	const json_t *v;
	size_t n;

	(void)state;
	sample_rich(&s, EVENT_OPEN);
	s.e.open.file.path = STR_LIT(name);
	line = printed_checked(&s);
	v = sample_field(line, "fd.name");
	n = sample_unescape(back, json_string_value(v), json_string_length(v));
	assert_int_equal(n, sizeof(name) - 1);
	assert_memory_equal(back, name, n);
	json_decref(line);
}

/* Ids and the verdict are whole whatever else had to go. */
static void check_whole(const struct sample *s, const json_t *line)
{
	const char *rules;

	assert_int_equal(json_string_length(sample_field(line, "container.full_id")),
			 strlen(s->c.ref.id));
	printed_expect(line, "container.id", "\"4f1c2d3e5a6b\"");
	printed_expect(line, "rootwatch.rule.id", "\"container-runtime-socket-connected\"");
	rules = json_string_value(sample_field(line, "rootwatch.rules"));
	assert_int_equal(strlen(rules), VERDICT_MAX * (strlen(s->d[0].id) + 1) - 1);
	printed_expect_top(line, "rule", s->d[0].name);
	assert_int_equal(json_string_length(sample_field(line, "rootwatch.advice")),
			 strlen(s->d[0].advice));
	assert_int_equal(json_string_length(sample_field(line, "k8s.pod.uid")),
			 CONTAINER_POD_UID_LEN);
}

static void the_worst_lines_stay_below_the_limit(void **state)
{
	static const struct str units[] = {
		STR_LIT("a"),	   STR_LIT("\x01"),	STR_LIT("\xff"),
		STR_LIT("\0"),	   STR_LIT("\\"),	STR_LIT("\""),
		STR_LIT("\n"),	   STR_LIT("\xc3\xa4"), STR_LIT("\xf0\x9f\x98\x80"),
		STR_LIT("/\xff"),  STR_LIT("a b\0"),	STR_LIT("\xe2\x80\xae\xe2\x80\xac"),
		STR_LIT("\xc3\0"), STR_LIT("/"),	STR_LIT("\x1b[31m"),
	};
	struct sample s;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
			json_t *line;
			size_t len;

			sample_hostile(&s, sample_kinds[k], units[u]);
			line = printed_checked(&s);
			check_whole(&s, line);
			printed_expect(line, "rootwatch.truncated", "true");
			/* And what room there is is used. */
			len = strlen(printed_line);
			assert_in_range(len, OUTPUT_LINE_MAX - 300, OUTPUT_LINE_MAX - 1);
			assert_in_range(json_string_length(json_object_get(line, "output")), 50,
					600);
			json_decref(line);
		}
	}
}

/* The words of every rule that there is come out as they are, in the worst line too. */
static void the_words_of_all_rules_are_whole(void **state)
{
	size_t n;
	const struct rule *rules = shipped_rules(&n);
	static const enum event_kind kinds[] = {EVENT_EXEC, EVENT_OPEN, EVENT_CONNECT, EVENT_SETID};
	struct sample s;

	(void)state;
	assert_true(n > 10);
	for (size_t i = 0; i < n; i++) {
		json_t *line;

		/* With all that its output names, whatever kind of event it is about. */
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			sample_hostile(&s, kinds[k], STR_LIT("\xff"));
			s.v.hits[0] = &rules[i];
			line = sample_json(&s, printed_line);
			printed_expect_top(line, "rule", rules[i].name);
			printed_expect_top(line, "priority", priority_name(rules[i].priority));
			assert_string_equal(
				json_string_value(sample_field(line, "rootwatch.rule.id")),
				rules[i].id);
			assert_string_equal(
				json_string_value(sample_field(line, "rootwatch.advice")),
				rules[i].advice);
			json_decref(line);
		}
	}
}

#define PIECES 16

/* An administrator's rule that says a lot, names many fields and has many tags. */
static void make_talkative(struct rule *r, struct output_piece pieces[static PIECES])
{
	static const enum field_id ids[] = {F_PROC_CMDLINE, F_PROC_CWD, F_PROC_EXEPATH,
					    F_PROC_NAME};
	static const enum transform transforms[] = {TRANSFORM_TOUPPER, TRANSFORM_TOLOWER,
						    TRANSFORM_BASENAME, TRANSFORM_LEN};
	static char text[1500], words[20][60];
	static const char *tags[21];

	memset(text, '"', sizeof(text));
	for (size_t i = 0; i < 20; i++) {
		memset(words[i], '"', sizeof(words[i]) - 1);
		words[i][0] = (char)('a' + i);
		tags[i] = words[i];
	}
	for (size_t i = 0; i < PIECES; i++)
		pieces[i] = (struct output_piece){
			.text = text,
			.len = i == 0 ? 10 : sizeof(text) / PIECES,
			.has_field = true,
			.field = {.id = ids[i / 4],
				  .n_transforms = 1,
				  .transforms = {transforms[i % 4]}},
		};
	r->output = pieces;
	r->n_output = PIECES;
	r->tags = tags;
}

/* No alert is lost because there is more to say of it than a line has room for. */
static void a_rule_that_says_too_much_is_told(void **state)
{
	static const struct str units[] = {STR_LIT("a"), STR_LIT("\xff"), STR_LIT("\\")};
	struct output_piece pieces[PIECES];
	struct sample s;
	json_t *line;

	(void)state;
	for (size_t k = 0; k < SAMPLE_KINDS; k++) {
		for (size_t u = 0; u < sizeof(units) / sizeof(units[0]); u++) {
			sample_hostile(&s, sample_kinds[k], units[u]);
			make_talkative(&s.d[0], pieces);
			line = sample_json(&s, printed_line);
			check_whole(&s, line);
			printed_expect(line, "rootwatch.truncated", "true");
			json_decref(line);
			/* A part of it is better than nothing. */
			s.d[0].tags = NULL;
			s.d[0].n_output = 8;
			line = sample_json(&s, printed_line);
			assert_non_null(sample_field(line, "toupper(proc.cmdline)"));
			json_decref(line);
		}
	}
	sample_rich(&s, EVENT_OPEN);
	make_talkative(&s.d[0], pieces);
	s.d[0].n_output = 4;
	line = sample_json(&s, printed_line);
	printed_expect(line, "rootwatch.truncated", "false");
	json_decref(line);
}

/* What a name was can be said of any that a directory can hold: its copies give way to it. */
static void the_longest_name_is_whole(void **state)
{
	static char path[sizeof("/etc/") - 1 + NAME_MAX];
	char back[sizeof(path)];
	struct sample s;
	const json_t *v;
	json_t *line;

	(void)state;
	memset(path, 0xff, sizeof(path));
	memcpy(path, "/etc/", 5);
	sample_rich(&s, EVENT_OPEN);
	s.e.open.file.path = (struct str){path, sizeof(path), sizeof(path)};
	s.e.open.file.sbpath = s.e.open.file.path;
	line = printed_checked(&s);
	printed_expect(line, "rootwatch.truncated", "true");
	v = sample_field(line, "fd.name");
	assert_in_range(json_string_length(v), 4 * NAME_MAX, 4 * NAME_MAX + 5);
	assert_int_equal(sample_unescape(back, json_string_value(v), json_string_length(v)),
			 sizeof(path));
	assert_memory_equal(back, path, sizeof(path));
	assert_non_null(strstr(json_string_value(sample_field(line, "fd.filename")), "..."));
	json_decref(line);
}

/* One long path does not cost the others anything. */
static void only_what_is_long_is_cut(void **state)
{
	static char path[WIRE_PATH_MAX];
	struct sample s;
	const char *cut;
	json_t *line;

	(void)state;
	memset(path, 'd', sizeof(path));
	for (size_t i = 0; i < 5; i++)
		path[i] = "/etc/"[i];
	for (size_t i = 0; i < 7; i++)
		path[sizeof(path) - 7 + i] = "/passwd"[i];
	sample_rich(&s, EVENT_OPEN);
	s.p.cmdline = (struct str){path, sizeof(path), sizeof(path)};
	line = printed_checked(&s);
	printed_expect(line, "rootwatch.truncated", "true");
	printed_expect(line, "fd.name", "\"/etc/cron.d/x\"");
	printed_expect(line, "container.image.repository", "\"docker.io/library/nginx\"");
	printed_expect(line, "proc.exepath", "\"/usr/bin/dash\"");
	cut = json_string_value(sample_field(line, "proc.cmdline"));
	assert_memory_equal(cut, "/etc/", 5);
	assert_non_null(strstr(cut, "..."));
	assert_string_equal(cut + strlen(cut) - 7, "/passwd");
	assert_in_range(strlen(printed_line), OUTPUT_LINE_MAX - 4, OUTPUT_LINE_MAX - 1);
	json_decref(line);
}

/* What is remembered of a process and a container does not outlive a change of either. */
static void what_is_remembered_is_never_stale(void **state)
{
	static char path[WIRE_PATH_MAX];
	struct sample s, other;
	json_t *line;

	(void)state;
	sample_rich(&s, EVENT_OPEN);
	s.p.serial = 1000;
	s.c.generation = 2000;
	for (int i = 0; i < 2; i++) {
		line = printed_checked(&s);
		printed_expect(line, "proc.exepath", "\"/usr/bin/dash\"");
		printed_expect(line, "container.name", "\"web\"");
		json_decref(line);
	}
	/* The process became another program, the container got its name. */
	s.p.serial++;
	s.p.exepath = STR_LIT("/bin/new");
	s.c.generation++;
	s.c.name[0] = 'W';
	line = printed_checked(&s);
	printed_expect(line, "proc.exepath", "\"/bin/new\"");
	printed_expect(line, "container.name", "\"Web\"");
	json_decref(line);
	/* Another table and another cache may count alike. */
	sample_rich(&other, EVENT_OPEN);
	other.p.serial = s.p.serial;
	other.c.generation = s.c.generation;
	line = printed_checked(&other);
	printed_expect(line, "proc.exepath", "\"/usr/bin/dash\"");
	printed_expect(line, "container.name", "\"web\"");
	json_decref(line);
	/* A cut line leaves nothing behind, and uses nothing that is not cut. */
	memset(path, 'd', sizeof(path));
	s.p.serial++;
	s.p.cmdline = (struct str){path, sizeof(path), sizeof(path)};
	json_decref(printed_checked(&s));
	s.p.cmdline = STR_LIT("short");
	s.p.serial++;
	json_decref(printed_checked(&s));
	s.e.cwd = (struct str){path, sizeof(path), sizeof(path)};
	line = printed_checked(&s);
	printed_expect(line, "rootwatch.truncated", "true");
	printed_expect(line, "proc.cmdline", "\"short\"");
	json_decref(line);
	s.e.cwd = STR_LIT("/");
	line = printed_checked(&s);
	printed_expect(line, "rootwatch.truncated", "false");
	printed_expect(line, "proc.cmdline", "\"short\"");
	json_decref(line);
	/* An exec tells its program itself. */
	sample_rich(&other, EVENT_EXEC);
	other.p.serial = s.p.serial;
	line = printed_checked(&other);
	printed_expect(line, "proc.exepath", "\"/etc/cron.d/x\"");
	json_decref(line);
}

static void cut_in_the_kernel_is_said(void **state)
{
	struct sample s;
	json_t *line;

	(void)state;
	sample_rich(&s, EVENT_CONNECT);
	s.e.truncated = true;
	line = printed_checked(&s);
	printed_expect(line, "rootwatch.truncated", "true");
	json_decref(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_round_trip),
		cmocka_unit_test(the_worst_lines_stay_below_the_limit),
		cmocka_unit_test(the_words_of_all_rules_are_whole),
		cmocka_unit_test(a_rule_that_says_too_much_is_told),
		cmocka_unit_test(the_longest_name_is_whole),
		cmocka_unit_test(only_what_is_long_is_cut),
		cmocka_unit_test(what_is_remembered_is_never_stale),
		cmocka_unit_test(cut_in_the_kernel_is_said),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
