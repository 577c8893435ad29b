// SPDX-License-Identifier: Apache-2.0
/* Watch lists made at random, and what user space would say of them by their letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "source/lists.h"
#include "source/views.h"

#define SEED	 0x726f6f7477617463ull
#define LISTS	 400
#define PER_LIST 100

static bool is_hosts(const struct kernel_file *f)
{
	return views_scope(f->magic) == FILTER_SCOPE_END && !f->on_root &&
	       (f->mnt_root > 0 || f->disk);
}

static bool name_matches(const struct filter_entry *w, const char *name)
{
	size_t len = strlen(name), end = strlen(w->pattern);

	if (w->scope == FILTER_NAME)
		return strcmp(w->pattern, name) == 0;
	return len >= end && strcmp(name + len - end, w->pattern) == 0;
}

static bool matches(const struct filter_entry *w, const struct kernel_file *f)
{
	char number[32];

	switch (w->scope) {
	case FILTER_PATH:
		return views_path(f, w->pattern);
	case FILTER_HOST:
		return is_hosts(f) && views_leads_to(w->pattern, f->names, f->n_names) >= 0;
	case FILTER_NAME:
	case FILTER_SUFFIX:
		/* Its own name, and that of the mount point that it covers. */
		return (f->n_names > 0 && name_matches(w, f->names[f->n_names - 1])) ||
		       (!f->root_mount && f->n_names == f->mnt_root && f->n_place > 0 &&
			name_matches(w, f->place[f->n_place - 1]));
	case FILTER_FOLDER:
		return views_folder(f, w->pattern);
	case FILTER_BLOCK:
		return S_ISBLK(f->mode);
	case FILTER_SUID:
		return S_ISREG(f->mode) && (f->mode & S_ISUID);
	case FILTER_CHAR:
		snprintf(number, sizeof(number), "%u:%u", f->rdev >> 20, f->rdev & 0xfffff);
		return S_ISCHR(f->mode) && strcmp(w->pattern, number) == 0;
	default:
		return views_scope(f->magic) == w->scope &&
		       views_leads_to(w->pattern, f->names, f->n_names) >= 0;
	}
}

static const struct filter_entry *wanted_by(const struct filter_entry *list, size_t n,
					    const struct kernel_file *f, uint32_t access)
{
	bool managed = false;
	size_t i;

	for (i = 0; i < n; i++)
		managed |= list[i].ignore && matches(&list[i], f);
	for (i = 0; i < n; i++) {
		if (list[i].ignore || !(list[i].access & access) ||
		    (managed && list[i].scope == FILTER_HOST))
			continue;
		if (matches(&list[i], f))
			return &list[i];
	}
	return NULL;
}

/* Few, so that they meet; some differ only behind the bytes that count, or just before. */
static const char *const words[] = {
	"a",
	"b",
	"etc",
	"x.key",
	"thirty-bytes-are-in-this-name-",
	"thirty-one-bytes-are-in-a-name-",
	"thirty-one-bytes-are-in-a-name-and-then-one",
	"thirty-one-bytes-are-in-a-name-and-then-two",
	"thirty-two-bytes-are-in-this-one",
};

#define ENTRIES 24
static char patterns[ENTRIES][512];

static void random_entry(struct filter_entry *w, char *pattern, size_t size, size_t i)
{
	static const char *const suffixes[] = {".key", "y", "-one", "-and-two", "."};
	static const char *const devices[] = {"1:1", "1:2", "8:1", "1:257"};
	size_t depth = files_random(7), len = 0;

	*w = (struct filter_entry){
		.scope = (enum filter_scope)files_random(FILTER_CHAR + 1),
		.pattern = pattern,
		.access = 1 + files_random(3),
	};
	/* There is room for so many of these only. */
	if ((w->scope == FILTER_SUFFIX || w->scope == FILTER_CHAR) && i >= WIRE_SUFFIXES_MAX)
		w->scope = FILTER_HOST;
	if (w->scope == FILTER_HOST && files_random(2) == 0)
		w->ignore = true;
	pattern[0] = '\0';
	if (w->scope == FILTER_SUFFIX)
		snprintf(pattern, size, "%s", suffixes[files_random(LEN(suffixes))]);
	else if (w->scope == FILTER_CHAR)
		snprintf(pattern, size, "%s", devices[files_random(LEN(devices))]);
	else if (w->scope == FILTER_NAME || w->scope == FILTER_FOLDER)
		snprintf(pattern, size, "%s", words[files_random(LEN(words))]);
	else if (w->scope != FILTER_BLOCK && w->scope != FILTER_SUID)
		while (depth-- > 0)
			len += (size_t)snprintf(pattern + len, size - len, "/%s",
						words[files_random(LEN(words))]);
}

static void test_random_lists(void **state)
{
	struct filter_entry list[ENTRIES];
	const char *paths[ENTRIES];
	size_t watched = 0, sent = 0, l, i, n;

	(void)state;
	print_message("seed %#llx, %d lists of up to %d\n", SEED, LISTS, ENTRIES);
	files_seed(SEED);
	for (l = 0; l < LISTS; l++) {
		size_t n_paths = 0;

		n = 1 + files_random(ENTRIES);
		for (i = 0; i < n; i++) {
			random_entry(&list[i], patterns[i], sizeof(patterns[i]), i);
			if (patterns[i][0] == '/')
				paths[n_paths++] = patterns[i];
		}
		lists_load(list, n);
		for (i = 0; i < PER_LIST; i++) {
			struct kernel_file f;
			const struct filter_entry *w;
			uint32_t access = 1 + files_random(3), got;

			files_forget(0);
			f = files_random_file(paths, n_paths, words, LEN(words));
			w = wanted_by(list, n, &f, access);
			got = kernel_watched(&f, access);
			if (w && !got) {
				files_print(&f, access);
				fail_msg("scope %d, %s for %u wants it", w->scope, w->pattern,
					 w->access);
			}
			watched += w != NULL;
			sent += got != 0;
		}
	}
	print_message("%zu wanted, %zu sent\n", watched, sent);
	assert_true(watched > LISTS * PER_LIST / 10 && sent < LISTS * PER_LIST * 9 / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_random_lists, lists_forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
