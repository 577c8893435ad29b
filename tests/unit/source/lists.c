/* SPDX-License-Identifier: Apache-2.0 */
#include "source/lists.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

struct prefilter lists_compiled;

int lists_compile(struct prefilter *p, const struct filter_entry *list, size_t n)
{
	static uint32_t number;
	static struct filter_entry entries[FILTER_ENTRIES_MAX];
	struct filter f = {.entries = entries, .n = n};

	assert_true(n <= LEN(entries));
	for (size_t i = 0; i < n; i++)
		entries[i] = list[i];
	number ^= 1;
	return prefilter_compile(p, &f, number);
}

void lists_load(const struct filter_entry *list, size_t n)
{
	prefilter_free(&lists_compiled);
	assert_int_equal(lists_compile(&lists_compiled, list, n), 0);
	kernel_load(&lists_compiled);
}

bool lists_passes(struct kernel_file f, uint32_t access)
{
	return kernel_watched(&f, access) & access;
}

void lists_expect(bool pass, struct kernel_file f, uint32_t access)
{
	if (lists_passes(f, access) == pass)
		return;
	files_print(&f, access);
	fail_msg("%s", pass ? "does not pass" : "passes");
}

int lists_forget(void **state)
{
	(void)state;
	prefilter_free(&lists_compiled);
	files_forget(0);
	return 0;
}
