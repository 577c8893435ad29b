// SPDX-License-Identifier: Apache-2.0
/* Where rules' texts come from: files and directories, also hostile ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/rule_source.h"

static char top[64];
static struct rule_texts texts;
static struct rule_log said;

static int set_up(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "/tmp/rw-rules-XXXXXX");
	memset(&said, 0, sizeof(said));
	memset(&texts, 0, sizeof(texts));
	return mkdtemp(top) ? 0 : -1;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	rule_texts_free(&texts);
	return nftw(top, drop, 16, FTW_DEPTH | FTW_PHYS);
}

static const char *path(const char *name)
{
	static char p[4][300];
	static unsigned i;

	i = (i + 1) % 4;
	(void)snprintf(p[i], sizeof(p[i]), "%s/%s", top, name);
	return p[i];
}

static void make(const char *name, const char *bytes)
{
	FILE *f = fopen(path(name), "w");

	assert_non_null(f);
	assert_true(fputs(bytes, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path(name), 0600), 0);
}

static void refused(const char *name, const char *why)
{
	size_t n = said.n;

	assert_int_equal(rule_texts_add(&texts, path(name), false, &said), -EINVAL);
	assert_int_equal(said.n, n + 1);
	assert_non_null(strstr(said.messages[n].text, why));
	assert_non_null(strstr(path(name), top));
	assert_memory_equal(said.messages[n].pos.file, top, strlen(top));
}

static void a_file_is_read_whole(void **state)
{
	(void)state;
	make("one.txt", "- rule: x\n");
	assert_int_equal(rule_texts_add(&texts, path("one.txt"), false, &said), 0);
	assert_int_equal(texts.n, 1);
	assert_int_equal(texts.texts[0].len, 10);
	assert_string_equal(texts.texts[0].name, path("one.txt"));
	assert_memory_equal(texts.texts[0].bytes, "- rule: x\n", 10);
}

static void a_directory_in_the_order_of_names(void **state)
{
	(void)state;
	make("b.yaml", "b");
	make("a.yml", "a");
	make("c.yaml", "c");
	make(".hidden.yaml", "-");
	make("readme.txt", "-");
	make("a.yaml~", "-");
	make(".yaml", "-");
	assert_int_equal(rule_texts_add(&texts, top, false, &said), 0);
	assert_int_equal(texts.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(texts.texts[i].bytes[0], "abc"[i]);
}

static void what_is_missing(void **state)
{
	(void)state;
	assert_int_equal(rule_texts_add(&texts, path("none"), true, &said), 0);
	assert_int_equal(said.errors, 0);
	refused("none", "No such file");
}

static void what_is_no_file(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path("fifo"), 0600), 0);
	refused("fifo", "neither a regular file nor a directory");
	assert_int_equal(symlink("/dev/null", path("null")), 0);
	refused("null", "neither a regular file nor a directory");
	assert_int_equal(symlink("self", path("self")), 0);
	refused("self", "symbolic links");
}

static void who_may_write_it(void **state)
{
	(void)state;
	make("x.yaml", "");
	assert_int_equal(chmod(path("x.yaml"), 0602), 0);
	refused("x.yaml", "chmod go-w");
	assert_int_equal(chmod(path("x.yaml"), 0620), 0);
	refused("x.yaml", "chmod go-w");
	assert_int_equal(chmod(path("x.yaml"), 0644), 0);
	assert_int_equal(rule_texts_add(&texts, path("x.yaml"), false, &said), 0);
	assert_int_equal(chmod(top, 0777), 0);
	assert_int_equal(rule_texts_add(&texts, top, false, &said), -EINVAL);
	if (geteuid() == 0) {
		assert_int_equal(chown(path("x.yaml"), 1000, 0), 0);
		refused("x.yaml", "uid 1000");
	}
}

static void too_large(void **state)
{
	(void)state;
	make("x.yaml", "");
	assert_int_equal(truncate(path("x.yaml"), RULE_TEXT_MAX + 1), 0);
	refused("x.yaml", "at most");
	assert_int_equal(truncate(path("x.yaml"), RULE_TEXT_MAX), 0);
	assert_int_equal(rule_texts_add(&texts, path("x.yaml"), false, &said), 0);
	assert_int_equal(texts.texts[0].len, RULE_TEXT_MAX);
}

/* A directory that leads back to itself is not walked for ever. */
static void directories_inside(void **state)
{
	(void)state;
	assert_int_equal(symlink(".", path("a.yaml")), 0);
	assert_int_equal(symlink(".", path("b.yaml")), 0);
	assert_int_equal(rule_texts_add(&texts, top, false, &said), -EINVAL);
	assert_int_equal(texts.n, 0);
	assert_non_null(strstr(said.messages[0].text, "inside a directory"));
}

/* Of one that somebody named: that nothing is in it is said, and is no error. */
static void an_empty_directory(void **state)
{
	(void)state;
	make("rules.txt", "[]");
	assert_int_equal(rule_texts_add(&texts, top, false, &said), 0);
	assert_int_equal(said.n, 0);
	rule_texts_warn(&texts, top, &said);
	assert_int_equal(said.n, 1);
	assert_int_equal(said.errors, 0);
	assert_int_equal(said.messages[0].severity, RULE_WARNING);
	assert_non_null(strstr(said.messages[0].text, "no *.yaml"));
	assert_string_equal(said.messages[0].pos.file, top);
	make("rules.yml", "[]");
	assert_int_equal(rule_texts_add(&texts, top, false, &said), 0);
	rule_texts_warn(&texts, top, &said);
	assert_int_equal(said.n, 1);
}

/* As many as there is room for, and the messages about the others outlive their names. */
static void too_many(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i < RULE_FILES_MAX + 40; i++) {
		(void)snprintf(name, sizeof(name), "%04d.yaml", i);
		make(name, "[]");
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(rule_texts_add(&texts, top, false, &said), -EINVAL);
	assert_int_equal(texts.n, RULE_FILES_MAX);
	assert_int_equal(said.n, 3);
	assert_string_equal(said.messages[0].pos.file, path("0256.yaml"));
	assert_string_equal(said.messages[2].pos.file, path("0000.yaml"));
}

static void a_full_log_counts_on(void **state)
{
	(void)state;
	for (unsigned i = 0; i < RULE_MESSAGES_MAX + 5; i++)
		rule_log_file(&said, "x", "%u", i);
	assert_int_equal(said.n, RULE_MESSAGES_MAX);
	assert_int_equal(said.more, 5);
	assert_int_equal(said.errors, RULE_MESSAGES_MAX + 5);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_file_is_read_whole), CASE(a_directory_in_the_order_of_names),
		CASE(what_is_missing),	    CASE(what_is_no_file),
		CASE(who_may_write_it),	    CASE(too_large),
		CASE(directories_inside),   CASE(too_many),
		CASE(a_full_log_counts_on), CASE(an_empty_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
