// SPDX-License-Identifier: Apache-2.0
/* What is left of the kernel's types: those asked for, and each where it was. */
#include "source/kernel_types.h"

#include <bpf/btf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

/* Ids of the kernel in these tests. */
enum { INT = 1, OTHER, OTHER_PTR, INNER, INNER_T, ARRAY, UNION, FILE_, ENUM, FLAVOUR, END, KINDS };

static struct btf *kernel_of_tests(void)
{
	struct btf *k = btf__new_empty();

	assert_non_null(k);
	assert_int_equal(btf__add_int(k, "int", 4, BTF_INT_SIGNED), INT);
	assert_int_equal(btf__add_struct(k, "other", 8), OTHER);
	assert_int_equal(btf__add_field(k, "file", OTHER_PTR, 0, 0), 0);
	assert_int_equal(btf__add_ptr(k, OTHER), OTHER_PTR);
	assert_int_equal(btf__add_struct(k, "inner", 4), INNER);
	assert_int_equal(btf__add_field(k, "number", INT, 0, 0), 0);
	assert_int_equal(btf__add_typedef(k, "inner_t", INNER), INNER_T);
	assert_int_equal(btf__add_array(k, INT, INNER_T, 2), ARRAY);
	assert_int_equal(btf__add_union(k, NULL, 8), UNION);
	assert_int_equal(btf__add_field(k, "inners", ARRAY, 0, 0), 0);
	assert_int_equal(btf__add_struct(k, "file", 16), FILE_);
	assert_int_equal(btf__add_field(k, NULL, UNION, 0, 0), 0);
	assert_int_equal(btf__add_field(k, "other", OTHER_PTR, 64, 0), 0);
	assert_int_equal(btf__add_enum(k, "kinds_of_others", 4), ENUM);
	assert_int_equal(btf__add_enum_value(k, "A", 1), 0);
	assert_int_equal(btf__add_struct(k, "flavoured", 4), FLAVOUR);
	assert_int_equal(btf__add_field(k, "x", INT, 0, 0), 0);
	assert_int_equal(btf__add_struct(k, "end", 4), END);
	assert_int_equal(btf__add_field(k, "x", INT, 0, 0), 0);
	assert_int_equal(btf__add_enum(k, "kinds", 4), KINDS);
	assert_int_equal(btf__add_enum_value(k, "B", 2), 0);
	return k;
}

/* What comes out when a struct (or an enum) of that name is asked for. */
static struct btf *rest(const struct btf *kernel, const char *name, bool is_enum)
{
	struct btf *asked = btf__new_empty(), *got;
	int fd = memfd_create("test", MFD_CLOEXEC);
	char path[64];

	assert_true(fd >= 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	assert_int_equal(is_enum ? btf__add_enum(asked, name, 4) : btf__add_struct(asked, name, 0),
			 1);
	assert_int_equal(kernel_types_write(fd, kernel, asked), 0);
	got = btf__parse(path, NULL);
	assert_non_null(got);
	btf__free(asked);
	close(fd);
	return got;
}

static bool is_nothing(const struct btf *b, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(b, id);

	return btf_is_ptr(t) && t->type == 0 && t->name_off == 0;
}

static const char *name_of(const struct btf *b, uint32_t id)
{
	return btf__name_by_offset(b, btf__type_by_id(b, id)->name_off);
}

static void a_struct_comes_with_all_that_lies_inside(void **state)
{
	struct btf *k = kernel_of_tests(), *r = rest(k, "file", false);
	const struct btf_type *file = btf__type_by_id(r, FILE_);

	(void)state;
	assert_true(btf_is_struct(file));
	assert_string_equal(name_of(r, FILE_), "file");
	assert_int_equal(file->size, 16);
	assert_int_equal(btf_vlen(file), 2);
	assert_int_equal(btf_members(file)[0].type, UNION);
	assert_int_equal(btf_members(file)[1].type, OTHER_PTR);
	assert_int_equal(btf_members(file)[1].offset, 64);
	assert_string_equal(btf__name_by_offset(r, btf_members(file)[1].name_off), "other");
	assert_true(btf_is_union(btf__type_by_id(r, UNION)));
	assert_int_equal(btf_array(btf__type_by_id(r, ARRAY))->type, INNER_T);
	assert_int_equal(btf_array(btf__type_by_id(r, ARRAY))->nelems, 2);
	assert_int_equal(btf__type_by_id(r, INNER_T)->type, INNER);
	assert_string_equal(name_of(r, INNER), "inner");
	assert_true(btf_is_int(btf__type_by_id(r, INT)));
	assert_true(btf_is_ptr(btf__type_by_id(r, OTHER_PTR)));
	btf__free(r);
	btf__free(k);
}

static void what_nobody_asks_for_is_nothing(void **state)
{
	struct btf *k = kernel_of_tests(), *r = rest(k, "file", false);

	(void)state;
	assert_true(is_nothing(r, OTHER));
	/* Behind the last one there is not even that. */
	assert_int_equal(btf__type_cnt(r), FILE_ + 1);
	btf__free(r);
	r = rest(k, "end", false);
	for (uint32_t id = INT + 1; id < END; id++)
		assert_true(is_nothing(r, id));
	assert_string_equal(name_of(r, END), "end");
	btf__free(r);
	r = rest(k, "unheard_of", false);
	assert_int_equal(btf__type_cnt(r), 1);
	btf__free(r);
	btf__free(k);
}

static void flavours_are_of_one_name(void **state)
{
	struct btf *k = kernel_of_tests(), *r = rest(k, "flavoured___old", false);

	(void)state;
	assert_string_equal(name_of(r, FLAVOUR), "flavoured");
	assert_true(is_nothing(r, FILE_));
	btf__free(r);
	btf__free(k);
}

static void enums_keep_their_values(void **state)
{
	struct btf *k = kernel_of_tests(), *r = rest(k, "kinds", true);
	const struct btf_type *t = btf__type_by_id(r, KINDS);

	(void)state;
	assert_true(btf_is_enum(t));
	assert_int_equal(btf_enum(t)->val, 2);
	assert_true(is_nothing(r, ENUM));
	btf__free(r);
	btf__free(k);
}

static void what_cannot_be_written_is_told(void **state)
{
	struct btf *k = kernel_of_tests();

	(void)state;
	assert_true(kernel_types_write(-1, k, k) < 0);
	btf__free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_struct_comes_with_all_that_lies_inside),
		cmocka_unit_test(what_nobody_asks_for_is_nothing),
		cmocka_unit_test(flavours_are_of_one_name),
		cmocka_unit_test(enums_keep_their_values),
		cmocka_unit_test(what_cannot_be_written_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
