// SPDX-License-Identifier: Apache-2.0
/* Records that no kernel side of ours writes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "event/event.h"
#include "record.h"

static struct record r;
static struct event e;

/* Malformed: -EPROTO, and the event is as it was. */
static void must_refuse(int error, size_t size)
{
	struct event before;

	memset(&e, 0x5a, sizeof(e));
	memcpy(&before, &e, sizeof(e));
	assert_int_equal(event_decode(&e, r.data, size, RECORD_REALTIME, r.scratch), error);
	assert_memory_equal(&before, &e, sizeof(e));
}

static void refuses_sizes(void **state)
{
	struct wire_open *w = record_open(&r, "/x");

	(void)state;
	for (size_t size = 0; size < r.size; size++)
		must_refuse(-EPROTO, size);
	/* The header agrees, but the fixed part is not whole. */
	w->h.size = sizeof(*w) - 1;
	must_refuse(-EPROTO, sizeof(*w) - 1);
	w->h.size = WIRE_RECORD_MAX + 1;
	must_refuse(-EPROTO, WIRE_RECORD_MAX + 1);
}

static void refuses_kinds(void **state)
{
	static const uint16_t unknown[] = {0, WIRE_KIND_END, 1000, UINT16_MAX};
	struct wire_open *w = record_open(&r, "/x");

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		w->h.kind = unknown[i];
		must_refuse(-ENOTSUP, r.size);
	}
}

static void refuses_blobs(void **state)
{
	const uint16_t fixed = sizeof(struct wire_open), end = fixed + 2;
	const struct wire_blob bad[] = {
		{fixed, 3, 3},			 /* one byte too long */
		{end, 1, 1},			 /* behind the end */
		{UINT16_MAX, 1, 1},		 /* far behind it */
		{fixed, UINT16_MAX, UINT16_MAX}, /* off + len would wrap 16 bits */
		{UINT16_MAX, UINT16_MAX, 1u << 31},
		{fixed - 1, 1, 1}, /* inside the fixed part */
		{0, 2, 2},
		{fixed, 2, 1}, /* more there than there was */
	};
	const size_t blobs[] = {
		offsetof(struct wire_open, cwd),       offsetof(struct wire_open, asked),
		offsetof(struct wire_open, base),      offsetof(struct wire_open, f.sbpath),
		offsetof(struct wire_open, f.mntpath),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t j = 0; j < sizeof(blobs) / sizeof(blobs[0]); j++) {
			record_open(&r, "/x");
			memcpy(r.data + blobs[j], &bad[i], sizeof(bad[i]));
			must_refuse(-EPROTO, r.size);
		}
	}
	/* The last byte may be used, and an empty blob may lie anywhere. */
	record_open(&r, "/x")->cwd = (struct wire_blob){fixed, 2, 2};
	record_must_decode(&r, &e);
	EXPECT(e.cwd, "/x");
	record_open(&r, "/x")->cwd = (struct wire_blob){UINT16_MAX, 0, 0};
	record_must_decode(&r, &e);
	EXPECT(e.cwd, "/");
}

static void refuses_offsets(void **state)
{
	(void)state;
	record_open(&r, "/x")->f.mnt_off = 3;
	must_refuse(-EPROTO, r.size);
	record_open(&r, "/x")->f.root_off = 3;
	must_refuse(-EPROTO, r.size);
	record_open(&r, "/x")->f.root_off = UINT16_MAX;
	must_refuse(-EPROTO, r.size);
}

static void refuses_overlong_paths(void **state)
{
	static char name[WIRE_PATH_MAX + 2];
	struct wire_open *w;

	(void)state;
	memset(name, 'x', WIRE_PATH_MAX + 1);
	record_open(&r, name);
	must_refuse(-EPROTO, r.size);
	w = record_open(&r, "/x");
	w->f.mntpath = record_str(&r, name);
	must_refuse(-EPROTO, r.size);
}

/* Recordings need not keep records aligned. */
static void unaligned_record(void **state)
{
	char *copy;

	(void)state;
	record_open(&r, "/etc/passwd");
	copy = malloc(r.size + 1);
	assert_non_null(copy);
	memcpy(copy + 1, r.data, r.size);
	assert_int_equal(event_decode(&e, copy + 1, r.size, 0, r.scratch), 0);
	EXPECT(e.open.file.path, "/etc/passwd");
	free(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_sizes),	  cmocka_unit_test(refuses_kinds),
		cmocka_unit_test(refuses_blobs),	  cmocka_unit_test(refuses_offsets),
		cmocka_unit_test(refuses_overlong_paths), cmocka_unit_test(unaligned_record),
	};

	return cmocka_run_group_tests_name("decode_hostile", tests, NULL, NULL);
}
