/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules that rootwatch comes with: their text, and all their cases in tests/data/rules/default.
 * Every rule has at least two acts that it matches, one of them in disguise, and one that comes
 * near and that it does not match.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "rules/filter/filter.h"
#include "rules/test/run.h"

#define RULES "user/rules/rootwatch.yaml"
#define CASES "tests/data/rules/default"

static struct rule_list *list;
static struct engine *engine;
static struct rule_log messages;

static char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "r");
	char *bytes = malloc(1u << 20);

	if (!f || !bytes)
		fail_msg("%s cannot be read", path);
	*len = fread(bytes, 1, 1u << 20, f);
	assert_in_range(*len, 1, (1u << 20) - 1);
	assert_int_equal(fclose(f), 0);
	return bytes;
}

static void print_messages(void)
{
	for (size_t i = 0; i < messages.n; i++) {
		const struct rule_message *m = &messages.messages[i];

		print_error("%s:%u:%u: %s\n", m->pos.file, m->pos.line, m->pos.column, m->text);
	}
	if (messages.more)
		print_error("... and %zu more\n", messages.more);
}

static int load(void **state)
{
	char why[ENGINE_WHY_MAX] = "";
	struct rule_text text = {.name = RULES};
	char *bytes = read_file(RULES, &text.len);
	int err;

	(void)state;
	text.bytes = bytes;
	err = rule_list_parse(&list, &text, 1, &messages);
	print_messages();
	free(bytes);
	if (err)
		return -1;
	err = engine_new(&engine, list->rules, list->n, why);
	if (err)
		print_error("%s\n", why);
	return err;
}

static int unload(void **state)
{
	(void)state;
	engine_free(engine);
	rule_list_free(list);
	return 0;
}

static void test_no_messages(void **state)
{
	(void)state;
	assert_int_equal(messages.n, 0);
}

static void test_all_are_active(void **state)
{
	(void)state;
	assert_in_range(list->n, 38, 200);
	for (size_t i = 0; i < list->n; i++) {
		const struct rule *r = &list->rules[i];

		if (!r->enabled || r->left_out)
			fail_msg("%s: %s", r->id, r->left_out ? r->left_out : "not enabled");
	}
}

static bool has_tag(const struct rule *r, const regex_t *pattern)
{
	for (size_t i = 0; r->tags && r->tags[i]; i++) {
		if (regexec(pattern, r->tags[i], 0, NULL, 0) == 0)
			return true;
	}
	return false;
}

static regex_t compiled(const char *pattern)
{
	regex_t re;

	assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	return re;
}

static void check_text(const struct rule *r, const regex_t *id, const regex_t *mitre,
		       const regex_t *tactic)
{
	if (regexec(id, r->id, 0, NULL, 0) != 0)
		fail_msg("%s is no good id", r->id);
	if (!has_tag(r, mitre) || !has_tag(r, tactic))
		fail_msg("%s lacks a tag of MITRE's technique, as T1098, or tactic, as "
			 "mitre_persistence",
			 r->id);
	/* one sentence or more; one line that does not end like a sentence */
	if (!r->advice || r->advice[strlen(r->advice) - 1] != '.' || strchr(r->advice, '\n'))
		fail_msg("%s: the advice is one line of sentences", r->id);
	if (strchr(r->desc, '\n') || r->desc[strlen(r->desc) - 1] == '.')
		fail_msg("%s: desc is one line without a full stop", r->id);
	if (!strstr(r->output_text, "%container.name") || strchr(r->output_text, '\n'))
		fail_msg("%s: the output is one line and names the container", r->id);
}

static void test_text(void **state)
{
	regex_t id = compiled("^[a-z]+(-[a-z]+)*$"), mitre = compiled("^T[0-9]{4}(\\.[0-9]{3})?$"),
		tactic = compiled("^mitre_[a-z_]+$");

	(void)state;
	for (size_t i = 0; i < list->n; i++) {
		const struct rule *r = &list->rules[i];

		check_text(r, &id, &mitre, &tactic);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(r->id, list->rules[j].id);
			assert_string_not_equal(r->name, list->rules[j].name);
			assert_string_not_equal(r->output_text, list->rules[j].output_text);
		}
		if (i > 0 && r->priority < list->rules[i - 1].priority)
			fail_msg("%s is more severe than %s before it", r->id,
				 list->rules[i - 1].id);
	}
	regfree(&id);
	regfree(&mitre);
	regfree(&tactic);
}

/* What is sent to user space is bounded by paths and names: no kind of open is sent whole. */
static void test_kernel_filter(void **state)
{
	struct filter *f;
	size_t suffixes = 0, ignored = 0;

	(void)state;
	assert_int_equal(filter_derive(&f, list->rules, list->n), 0);
	assert_int_equal(f->any, 0);
	for (size_t i = 0; i < f->n; i++) {
		const struct filter_entry *e = &f->entries[i];

		suffixes += e->scope == FILTER_SUFFIX;
		ignored += e->ignore;
		if (e->scope == FILTER_HOST && e->pattern[0] == '\0')
			assert_false(e->urgent);
		/* Reads are narrow: never all of the host's files, of /proc or of a file system. */
		if ((e->access & FILTER_READ) && e->scope < FILTER_NAME && e->pattern[0] == '\0' &&
		    e->scope != FILTER_KERNFS)
			fail_msg("every read of scope %d is sent", (int)e->scope);
	}
	assert_in_range(suffixes, 1, WIRE_SUFFIXES_MAX);
	/* what a container writes to its volumes stays in the kernel */
	assert_in_range(ignored, 15, 100);
	filter_free(f);
}

static void test_cases(void **state)
{
	struct run_count *counts = calloc(list->n, sizeof(*counts));
	struct run_result result = {0, 0};
	struct dirent **files;
	int n = scandir(CASES, &files, NULL, alphasort), errors = 0;

	(void)state;
	assert_non_null(counts);
	assert_true(n > 2);
	for (int i = 0; i < n; i++) {
		char path[512];
		struct rule_text text = {.name = path};
		char *bytes;

		(void)snprintf(path, sizeof(path), "%s/%s", CASES, files[i]->d_name);
		free(files[i]);
		if (!strstr(path, ".yaml"))
			continue;
		bytes = read_file(path, &text.len);
		text.bytes = bytes;
		memset(&messages, 0, sizeof(messages));
		errors += run_cases(&result, counts, &text, engine, list->rules, list->n,
				    &messages) != 0;
		print_messages();
		free(bytes);
	}
	free(files);
	for (size_t i = 0; i < list->n; i++) {
		if (counts[i].fires < 2 || counts[i].silent < 1) {
			print_error("%s has %u cases that raise it (fires, two at least) and %u "
				    "that come near (silent, one) in %s/*.yaml\n",
				    list->rules[i].id, counts[i].fires, counts[i].silent, CASES);
			errors++;
		}
	}
	free(counts);
	assert_int_equal(result.failed, 0);
	assert_int_equal(errors, 0);
	assert_in_range(result.cases, 500, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_messages),   cmocka_unit_test(test_all_are_active),
		cmocka_unit_test(test_text),	      cmocka_unit_test(test_cases),
		cmocka_unit_test(test_kernel_filter),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
