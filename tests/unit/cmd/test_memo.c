// SPDX-License-Identifier: Apache-2.0
/* The verdict that is kept is only for the same act again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "cmd/memo.h"
#include "container/container.h"
#include "process/process.h"
#include "wire.h"

static struct container container = {.generation = 3};
static struct process process = {.serial = 4}, parent = {.serial = 5};
static struct rule rule = {.id = "etc-written"};
static struct memo memo;

static struct event act(struct wire_open *w)
{
	memset(w, 0, sizeof(*w));
	w->h = (struct wire_header){.size = sizeof(*w), .kind = WIRE_OPEN, .seq = 1, .time = 1};
	w->f.ino = 7;
	return (struct event){.kind = EVENT_OPEN,
			      .container = &container,
			      .process = &process,
			      .parent = &parent,
			      .open = {.file = {.hostpath = STR_LIT("/srv/x")}}};
}

static bool recalled(const struct event *e, const struct wire_open *w)
{
	const struct memo_act *got = memo_recall(&memo, e, w, sizeof(*w));

	if (got) {
		assert_int_equal(got->v.n, 1);
		assert_ptr_equal(got->v.hits[0], &rule);
	}
	return got;
}

static int keep(void **state)
{
	struct wire_open w;
	struct event e = act(&w);
	struct verdict v = {1, {&rule}};

	(void)state;
	memo_forget(&memo);
	assert_false(recalled(&e, &w));
	memo_keep(&memo, &e, &w, sizeof(w), &v);
	return 0;
}

static void test_same_act(void **state)
{
	struct wire_open w;
	struct event e = act(&w);

	(void)state;
	w.h.seq = 99;
	w.h.time = 12345;
	w.h.cpu = 1;
	assert_true(recalled(&e, &w));
	memo_forget(&memo);
	assert_false(recalled(&e, &w));
}

static void test_another_record(void **state)
{
	struct wire_open w;
	struct event e;

	(void)state;
	for (size_t i = 0; i < sizeof(w); i++) {
		bool aside = i >= offsetof(struct wire_header, cpu) && i < sizeof(w.h);

		e = act(&w);
		((unsigned char *)&w)[i] ^= 0x40;
		assert_int_equal(recalled(&e, &w), aside);
	}
	e = act(&w);
	assert_null(memo_recall(&memo, &e, &w, sizeof(w) - 8));
}

static void test_another_owner(void **state)
{
	struct container other = container;
	struct wire_open w;
	struct event e = act(&w);

	(void)state;
	e.container = &other;
	assert_false(recalled(&e, &w));
	e = act(&w);
	e.process = NULL;
	assert_false(recalled(&e, &w));
	e = act(&w);
	e.parent = &process;
	assert_false(recalled(&e, &w));
	e = act(&w);
	container.generation++; /* its name was found */
	assert_false(recalled(&e, &w));
	container.generation--;
	process.serial++;
	assert_false(recalled(&e, &w));
	process.serial--;
	parent.serial++;
	assert_false(recalled(&e, &w));
	parent.serial--;
	assert_true(recalled(&e, &w));
}

static void test_another_place(void **state)
{
	static char longest[MEMO_PATH_MAX + 1];
	struct verdict v = {1, {&rule}};
	struct wire_open w;
	struct event e = act(&w);

	(void)state;
	e.open.file.hostpath = STR_LIT("/srv/y");
	assert_false(recalled(&e, &w));
	e.open.file.hostpath = STR_LIT("");
	assert_false(recalled(&e, &w));
	memset(longest, 'x', sizeof(longest));
	e.open.file.hostpath = (struct str){longest, sizeof(longest), sizeof(longest)};
	memo_keep(&memo, &e, &w, sizeof(w), &v);
	assert_false(recalled(&e, &w));
}

/* Each act has a place; what is written of one is not taken for another's. */
static void test_many_acts(void **state)
{
	struct verdict v = {1, {&rule}};
	struct wire_open w;
	struct event e;
	size_t kept = 0;

	(void)state;
	for (uint64_t ino = 100; ino < 108; ino++) {
		e = act(&w);
		w.f.ino = e.open.file.ino = ino;
		memo_keep(&memo, &e, &w, sizeof(w), &v);
		assert_int_equal(memo_recall(&memo, &e, &w, sizeof(w))->line.len, 0);
		memo_recall(&memo, &e, &w, sizeof(w))->line.len = ino;
	}
	for (uint64_t ino = 100; ino < 108; ino++) {
		const struct memo_act *got;

		e = act(&w);
		w.f.ino = e.open.file.ino = ino;
		got = memo_recall(&memo, &e, &w, sizeof(w));
		kept += got != NULL;
		assert_true(!got || got->line.len == ino);
	}
	assert_true(kept >= 4);
}

/* After 2^32 lives of the memo nothing of a former one comes back. */
static void test_lives(void **state)
{
	struct wire_open w;
	struct event e = act(&w);
	uint32_t life = memo.life;

	(void)state;
	assert_true(recalled(&e, &w));
	memo.life = UINT32_MAX;
	memo_forget(&memo);
	memo.life = life;
	assert_false(recalled(&e, &w));
}

static void test_what_may(void **state)
{
	struct event e = {.kind = EVENT_OPEN};

	(void)state;
	assert_true(memo_may(&e, MEMO_RECORD_MAX));
	assert_false(memo_may(&e, MEMO_RECORD_MAX + 1));
	e.kind = EVENT_EXEC;
	assert_false(memo_may(&e, 100));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_same_act, keep),
		cmocka_unit_test_setup(test_another_record, keep),
		cmocka_unit_test_setup(test_another_owner, keep),
		cmocka_unit_test_setup(test_another_place, keep),
		cmocka_unit_test_setup(test_many_acts, keep),
		cmocka_unit_test_setup(test_lives, keep),
		cmocka_unit_test(test_what_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
