// SPDX-License-Identifier: Apache-2.0
/* Files: the paths that one has, and what was opened, or asked for. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/path.h"
#include "event/event.h"
#include "record.h"

static struct record r;
static struct event e;

static void file_on_root_is_a_view(void **state)
{
	(void)state;
	record_open(&r, "/etc/passwd");
	record_must_decode(&r, &e);
	assert_true(e.open.file.known);
	assert_int_equal(e.open.file.ino, 4711);
	EXPECT(e.open.file.path, "/etc/passwd");
	EXPECT(e.open.file.rootpath, "/etc/passwd");
	EXPECT(e.open.file.sbpath, "/etc/passwd");
	EXPECT(e.open.file.fstype, "overlay");
	/* The hot path copies nothing. */
	assert_ptr_equal(e.open.file.path.p, e.open.file.sbpath.p);
	assert_true(e.open.file.path.p > r.data && e.open.file.path.p < r.data + r.size);
}

static void file_paths(void **state)
{
	static const struct {
		const char *sbpath, *mntpath;
		uint16_t mnt_off, root_off;
		uint32_t flags;
		const char *path, *rootpath, *sb;
	} cases[] = {
		{"/etc/x", "/", 0, 0, WIRE_FILE_ROOTFS, "/etc/x", "/etc/x", "/etc/x"},
		{"", "", 0, 0, WIRE_FILE_ROOTFS, "/", "/", "/"},
		{"/", "", 0, 0, WIRE_FILE_ROOTFS, "/", "/", "/"},
		{"/", "/proc", 0, 0, 0, "/proc", NULL, "/"},
		{"", "/proc", 0, 0, 0, "/proc", NULL, "/"},
		{"/sys/kernel", "/proc", 0, 0, 0, "/proc/sys/kernel", NULL, "/sys/kernel"},
		{"/sys/kernel", "/proc/", 0, 0, 0, "/proc/sys/kernel", NULL, "/sys/kernel"},
		/* A volume: a part of the host's disk shown under /data. */
		{"/var/lib/v/a/b", "/data", 10, 0, WIRE_FILE_BIND, "/data/a/b", NULL,
		 "/var/lib/v/a/b"},
		/* One file bound over another. */
		{"/srv/hosts", "/etc/hosts", 10, 0, WIRE_FILE_BIND, "/etc/hosts", NULL,
		 "/srv/hosts"},
		/* The root filesystem is a folder of a disk (no overlay). */
		{"/img/7/etc/x", "", 6, 6, WIRE_FILE_ROOTFS, "/etc/x", "/etc/x", "/img/7/etc/x"},
		{"/img/7", "", 6, 6, WIRE_FILE_ROOTFS, "/", "/", "/img/7"},
		/* A folder of the own root seen through a bind mount: two names, one file. */
		{"/etc/x", "/mnt", 4, 0, WIRE_FILE_ROOTFS | WIRE_FILE_BIND, "/mnt/x", "/etc/x",
		 "/etc/x"},
		{"memfd:evil", "", 0, 0, WIRE_FILE_MEMFD, "memfd:evil", NULL, "memfd:evil"},
		{"memfd:evil", "/", 0, 0, WIRE_FILE_MEMFD, "memfd:evil", NULL, "memfd:evil"},
		{"/memfd:evil", "", 0, 0, WIRE_FILE_MEMFD, "memfd:evil", NULL, "memfd:evil"},
		{"", "", 0, 0, WIRE_FILE_MEMFD, "memfd:", NULL, "memfd:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_open *w = record_open(&r, cases[i].sbpath);

		w->f.mntpath = record_str(&r, cases[i].mntpath);
		w->f.mnt_off = cases[i].mnt_off;
		w->f.root_off = cases[i].root_off;
		w->f.flags = cases[i].flags;
		record_must_decode(&r, &e);
		EXPECT(e.open.file.path, cases[i].path);
		EXPECT(e.open.file.sbpath, cases[i].sb);
		if (cases[i].rootpath)
			EXPECT(e.open.file.rootpath, cases[i].rootpath);
		else
			assert_null(e.open.file.rootpath.p);
		assert_false(e.truncated);
	}
}

/* A path without its head must not look like "/etc/passwd". */
static void path_without_head(void **state)
{
	struct wire_open *w = record_open(&r, "/etc/passwd");

	(void)state;
	w->f.flags |= WIRE_FILE_CUT;
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, PATH_CUT "/etc/passwd");
	EXPECT(e.open.file.rootpath, PATH_CUT "/etc/passwd");
	EXPECT(e.open.file.sbpath, PATH_CUT "/etc/passwd");
	assert_true(e.truncated);

	w = record_open(&r, "/etc/passwd");
	w->f.sbpath.full = 5000;
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, PATH_CUT "/etc/passwd");
	assert_true(e.truncated);

	/* Only where the mount lies is not wholly known. */
	w = record_open(&r, "/etc/passwd");
	w->f.flags |= WIRE_FILE_CUT;
	w->f.mntpath = record_str(&r, "/deep");
	w->f.mntpath.full = 5000;
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, PATH_CUT "/deep/etc/passwd");
	EXPECT(e.open.file.rootpath, "/etc/passwd");
	EXPECT(e.open.file.sbpath, "/etc/passwd");

	/* Only the head above the mount's root is missing: the path in the container is whole. */
	w = record_open(&r, "/far/away/etc/passwd");
	w->f.flags |= WIRE_FILE_CUT | WIRE_FILE_WHOLE;
	w->f.sbpath.full++;
	w->f.mntpath = record_str(&r, "/data");
	w->f.mnt_off = w->f.root_off = sizeof("/far/away") - 1;
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, "/data/etc/passwd");
	EXPECT(e.open.file.rootpath, "/etc/passwd");
	EXPECT(e.open.file.sbpath, PATH_CUT "/far/away/etc/passwd");
	assert_true(e.truncated);
}

/* The file behind an overlay: its own device, inode and path. */
static void stacked(void **state)
{
	struct wire_open *w = record_open(&r, "/cron.d/x");

	(void)state;
	record_must_decode(&r, &e);
	assert_false(event_file_stacked(&e.open.file));
	w->f.flags |= WIRE_FILE_STACKED;
	w->f.real_ino = 12;
	w->f.real_dev = 34;
	w->f.real_flags = WIRE_FILE_BLOCKDEV;
	w->f.real = record_str(&r, "/etc/cron.d/x");
	record_must_decode(&r, &e);
	assert_true(event_file_stacked(&e.open.file));
	EXPECT(e.open.file.sbpath, "/cron.d/x");
	EXPECT(e.open.file.realpath, "/etc/cron.d/x");
	assert_int_equal(e.open.file.real_ino, 12);
	assert_int_equal(e.open.file.real_dev, 34);
	assert_int_equal(e.open.file.real_flags, WIRE_FILE_BLOCKDEV);
	w->f.real.full++;
	record_must_decode(&r, &e);
	EXPECT(e.open.file.realpath, PATH_CUT "/etc/cron.d/x");
	w->f.real.off = 1;
	assert_int_equal(record_decode(&r, &e), -EPROTO);
}

static void longest_paths_fit(void **state)
{
	static char name[WIRE_PATH_MAX + 1];
	struct wire_open *w;

	(void)state;
	memset(name, 'x', WIRE_PATH_MAX);
	name[0] = '/';
	w = record_open(&r, name);
	w->f.mntpath = record_str(&r, name);
	record_must_decode(&r, &e);
	assert_int_equal(e.open.file.path.len, 2 * WIRE_PATH_MAX);

	w = record_open(&r, name);
	w->f.mntpath = record_str(&r, name);
	w->f.sbpath.full = w->f.mntpath.full = 2 * WIRE_PATH_MAX;
	record_must_decode(&r, &e);
	assert_int_equal(e.open.file.path.len, WIRE_PATH_MAX + strlen(PATH_CUT));

	record_blocked(&r, name, name + 1);
	record_must_decode(&r, &e);
	assert_int_equal(e.open.file.path.len, 2 * WIRE_PATH_MAX);
}

static void open_for_writing(void **state)
{
	static const struct {
		uint32_t oflags;
		bool created, write;
	} cases[] = {
		{O_RDONLY, false, false},
		{O_WRONLY, false, true},
		{O_RDWR, false, true},
		{O_RDONLY | O_CREAT, false, false}, /* it was there already */
		{O_RDONLY | O_CREAT, true, true},
		{O_RDONLY, true, true},
		{O_RDONLY | O_TRUNC, false, true},
		{O_RDONLY | O_APPEND, false, false},
		{O_PATH | O_RDWR, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_open *w = record_open(&r, "/x");

		w->oflags = cases[i].oflags;
		if (cases[i].created)
			w->f.flags |= WIRE_FILE_CREATED;
		record_must_decode(&r, &e);
		assert_int_equal(e.open.write, cases[i].write);
		assert_int_equal(e.open.created, cases[i].created);
		assert_int_equal(e.open.oflags, cases[i].oflags);
		assert_false(e.open.unresolved);
	}
	/* Blocked: whether it would have been created is not known; to ask is enough. */
	record_blocked(&r, NULL, "/x")->oflags = O_RDONLY | O_CREAT;
	record_must_decode(&r, &e);
	assert_true(e.open.write);
	assert_false(e.open.created);
	record_blocked(&r, NULL, "/x")->oflags = O_RDONLY;
	record_must_decode(&r, &e);
	assert_false(e.open.write);
}

static void blocked_open(void **state)
{
	(void)state;
	record_blocked(&r, "/srv/app", "../.././etc//shadow");
	record_must_decode(&r, &e);
	assert_true(e.blocked);
	assert_true(e.open.unresolved);
	assert_false(e.open.file.known);
	assert_null(e.open.file.rootpath.p);
	assert_int_equal(e.ret, -EACCES);
	EXPECT(e.open.asked, "../.././etc//shadow");
	EXPECT(e.open.file.path, "/etc/shadow");
	EXPECT(e.open.file.sbpath, "");

	record_blocked(&r, NULL, "/etc/shadow");
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, "/etc/shadow");

	/* The folder is not known: nothing is made up. */
	record_blocked(&r, NULL, "etc/shadow");
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, "etc/shadow");

	/* What was asked for could not be read: that is not the folder itself. */
	record_blocked(&r, "/srv", "");
	record_must_decode(&r, &e);
	assert_true(e.open.unresolved);
	EXPECT(e.open.file.path, "");
}

static void mapping(void **state)
{
	struct wire_open *w = record_open(&r, "/etc/passwd");
	char buf[EVENT_CALL_TEXT];

	(void)state;
	w->call = WIRE_CALL_MMAP;
	w->oflags = O_WRONLY;
	w->prot = 3;
	w->mapping = 0x8001;
	record_must_decode(&r, &e);
	assert_string_equal(event_type(&e), "mmap");
	assert_true(e.open.write);
	EXPECT(event_mapping_prot(&e.open, buf), "PROT_READ|PROT_WRITE");
	EXPECT(event_mapping_flags(&e.open, buf), "MAP_SHARED|MAP_POPULATE");
	e.open.prot = 0;
	e.open.mapping = 3;
	EXPECT(event_mapping_prot(&e.open, buf), "PROT_NONE");
	EXPECT(event_mapping_flags(&e.open, buf), "MAP_SHARED_VALIDATE");
}

/* Of a denied open by a handle there is no path, not even one as asked for. */
static void handle(void **state)
{
	static const char bytes[] = "\5\0\0\0\1\0\0\0/etc\xff";
	struct wire_open *w = record_blocked(&r, "/", "12345678");
	char buf[EVENT_HANDLE_TEXT];

	(void)state;
	w->call = WIRE_CALL_OPEN_BY_HANDLE_AT;
	w->flags = WIRE_OPEN_HANDLE;
	w->asked = record_blob(&r, bytes, sizeof(bytes) - 1);
	record_must_decode(&r, &e);
	EXPECT(e.open.file.path, "");
	EXPECT(e.open.asked, "");
	EXPECT(e.open.handle_at, "/");
	EXPECT(event_handle(e.open.handle, buf), "1:2f657463ff");
	e.open.handle.len = 7;
	EXPECT(event_handle(e.open.handle, buf), "");
	e.open.handle.len = WIRE_HANDLE_MAX + 1;
	EXPECT(event_handle(e.open.handle, buf), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_on_root_is_a_view),
		cmocka_unit_test(file_paths),
		cmocka_unit_test(path_without_head),
		cmocka_unit_test(stacked),
		cmocka_unit_test(longest_paths_fit),
		cmocka_unit_test(open_for_writing),
		cmocka_unit_test(blocked_open),
		cmocka_unit_test(mapping),
		cmocka_unit_test(handle),
	};

	return cmocka_run_group_tests_name("decode_file", tests, NULL, NULL);
}
