// SPDX-License-Identifier: Apache-2.0
/*
 * The shipped rules' watch list as the kernel side reads it: never too narrow. What user space
 * would classify as watched has to pass the kernel's own code, and what never matters should not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/shipped.h"
#include "source/lists.h"

#define SEED  0x726f6f7477617463ull
#define FILES 40000

static struct record record;

static struct filter *shipped;

/* What the shipped rules make of it. */
static const struct filter_entry *load_table(size_t *n)
{
	const struct rule *rules;
	size_t n_rules;

	rules = shipped_rules(&n_rules);
	if (!shipped)
		assert_int_equal(filter_derive(&shipped, rules, n_rules), 0);
	assert_int_equal(shipped->any, 0);
	*n = shipped->n;
	lists_load(shipped->entries, *n);
	return shipped->entries;
}

static int forget(void **state)
{
	filter_free(shipped);
	return shipped_free(state);
}

/* Passes for each access that the entry wants. */
static void expect_entry(const struct filter_entry *w, struct kernel_file f)
{
	uint32_t access;

	for (access = READ; access <= WRITE; access <<= 1) {
		if (w->access & access)
			lists_expect(true, f, access);
	}
}

/* And is urgent when the entry is. */
static void expect_urgent(const struct filter_entry *w, struct kernel_file f)
{
	expect_entry(w, f);
	if (w->urgent)
		assert_true(kernel_watched(&f, w->access) & WIRE_WATCH_URGENT);
}

static struct kernel_file below(struct kernel_file f, const char *path)
{
	f.n_names += files_split(path, f.names + f.n_names, KERNEL_DEPTH_MAX - f.n_names);
	return f;
}

static void expect_path(const struct filter_entry *w, struct kernel_file f)
{
	/* Where its name decides already, nobody looks at the place, nor how urgent that is. */
	expect_entry(w, f);
	expect_urgent(w, below(f, "/x"));
	expect_urgent(w, below(f, "/with/many/more/directories/below/it"));
}

static uint32_t scope_magic(enum filter_scope scope)
{
	switch (scope) {
	case FILTER_PROC:
		return FILES_PROC;
	case FILTER_SYSFS:
		return FILES_SYSFS;
	case FILTER_CGROUP:
		return FILES_CGROUP2;
	default:
		return FILES_BINFMT;
	}
}

static void check_path_entry(const struct filter_entry *w)
{
	char inside[256];
	struct kernel_file f;

	if (w->scope == FILTER_PATH) {
		expect_path(w, files_on_root(w->pattern));
		/* as the place of a mount, and of one that shows a part of the root elsewhere */
		expect_path(w, files_mounted(FILES_TMPFS, w->pattern, "/"));
		f = files_mounted(FILES_OVERLAY, "/elsewhere", w->pattern);
		f.on_root = true;
		f.mnt_root = f.n_names;
		expect_path(w, f);
		/* and where the container's root lies in a directory of its file system */
		snprintf(inside, sizeof(inside), "/rootfs/of/it%s", w->pattern);
		f = files_on_root(inside);
		f.mnt_root = f.ctr_root = 3;
		expect_path(w, f);
		return;
	}
	if (w->scope == FILTER_HOST) {
		f = files_bound("/mnt", w->pattern);
		f.disk = false; /* it is a bind mount, that is enough */
		if (!w->ignore) {
			if (f.mnt_root > 0)
				expect_path(w, f);
			f = files_mounted(FILES_EXT4, "/mnt", w->pattern);
			f.disk = true;
			expect_path(w, f);
			return;
		}
		/* (The directory itself may have a name that matters: containerd.) */
		lists_expect(false, below(f, "/x/y"), WRITE);
		return;
	}
	expect_path(w, files_mounted(scope_magic(w->scope), "/mnt", w->pattern));
}

static void check_end_entry(const struct filter_entry *w)
{
	static const uint32_t accesses[][2] = {{FILTER_OUT, WIRE_WATCH_OUT},
					       {FILTER_IN, WIRE_WATCH_IN},
					       {FILTER_SEND, WIRE_WATCH_SEND}};
	struct wire_address nowhere = {{0, 0}}, a = nowhere;
	uint16_t port = 0, other = w->scope == FILTER_PORT_TO ? UINT16_MAX : 7;
	struct network n;

	if (w->scope == FILTER_NETWORK) {
		assert_int_equal(network_parse(&n, w->pattern, strlen(w->pattern)), 0);
		memcpy(&a, &n.base, sizeof(a));
	} else {
		port = (uint16_t)atoi(w->pattern);
	}
	for (size_t i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		if (!(w->access & accesses[i][0]))
			continue;
		assert_true(kernel_ends(accesses[i][1], &a, port,
					w->scope == FILTER_DENIED ? -EPERM : 0));
		assert_false(kernel_ends(accesses[i][1], &nowhere, other, 0));
	}
}

static void check_entry(const struct filter_entry *w)
{
	struct kernel_file f = files_on_root("/data/u/node");
	char path[256];
	unsigned int major, minor;

	switch (w->scope) {
	case FILTER_NAME:
		snprintf(path, sizeof(path), "/home/u/%s", w->pattern);
		expect_urgent(w, files_on_root(path));
		expect_urgent(w, files_mounted(FILES_CGROUP, "/x", path));
		break;
	case FILTER_SUFFIX:
		snprintf(path, sizeof(path), "/home/u/%s", w->pattern);
		expect_urgent(w, files_on_root(path));
		snprintf(path, sizeof(path), "/home/u/a-name-of-some-length-before-it%s",
			 w->pattern);
		expect_urgent(w, files_on_root(path));
		break;
	case FILTER_FOLDER:
		snprintf(path, sizeof(path), "/home/u/%s/x", w->pattern);
		expect_path(w, files_on_root(path));
		break;
	case FILTER_BLOCK:
		f.mode = S_IFBLK;
		f.rdev = 259 << 20 | 7;
		expect_urgent(w, f);
		break;
	case FILTER_SUID:
		f.mode = S_IFREG | S_ISUID | 0755;
		expect_urgent(w, f);
		f.mode = S_IFDIR | S_ISUID | 0755;
		lists_expect(false, f, READ | WRITE);
		break;
	case FILTER_CHAR:
		assert_int_equal(sscanf(w->pattern, "%u:%u", &major, &minor), 2);
		f.mode = S_IFCHR;
		f.rdev = major << 20 | minor;
		expect_urgent(w, f);
		f.mode = S_IFREG;
		lists_expect(false, f, READ | WRITE);
		break;
	case FILTER_SOCKET:
		snprintf(path, sizeof(path), "/run/x/%s", w->pattern);
		assert_true(kernel_connects(path, "") & WIRE_WATCH_CONNECT);
		assert_true(kernel_connects(w->pattern, "") & WIRE_WATCH_CONNECT);
		break;
	case FILTER_LISTENER:
		assert_true(kernel_connects("/run/x", w->pattern) & WIRE_WATCH_CONNECT);
		break;
	case FILTER_PORT:
	case FILTER_PORT_FROM:
	case FILTER_PORT_TO:
	case FILTER_NETWORK:
	case FILTER_DENIED:
		check_end_entry(w);
		break;
	default:
		check_path_entry(w);
		break;
	}
}

static void test_every_entry(void **state)
{
	size_t n, i;
	const struct filter_entry *table = load_table(&n);

	(void)state;
	for (i = 0; i < n; i++) {
		files_forget(0);
		check_entry(&table[i]);
	}
}

static void test_harmless(void **state)
{
	static const char *const read[] = {
		"/",
		"/usr/share/x",
		"/tmp/x",
		"/home/u/f",
		"/etc/passwd",
		"/etc/group",
		"/etc/ld.so.cache",
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/ssl/openssl.cnf",
		"/usr/lib/x86_64-linux-gnu/libc.so.6",
		"/root/.bashrc",
		"/var/lib/dpkg/status",
		"/key",
		"/monkey",
		"/srv/id_rsa.pub",
		"/srv/environment",
	};
	static const char *const written[] = {
		"/var/log/x",
		"/tmp/x",
		"/data/u/f",
		"/root/notes",
		"/usr/share/x",
		"/srv-not/www/index.html",
		"/etcetera/x",
		"/var/lib/dpkg/lock",
		"/var/lib/apt/lists/x",
		"/var/cache/x/y",
		"/run/systemd/journal/x",
		"/dev/shm/x",
		"/data/u/key.pem.bak",
		"/usr/share/doc/etc/passwd",
		"/var/lib/dpkg-not/info",
	};
	static const char *const proc[] = {"/1/status", "/self/fd/3", "/meminfo", "/sys/kernel/x",
					   "/1/oom_score_adj"};
	struct kernel_file f;
	size_t n, i;

	(void)state;
	load_table(&n);
	for (i = 0; i < LEN(read); i++)
		lists_expect(false, files_on_root(read[i]), READ);
	for (i = 0; i < LEN(written); i++) {
		lists_expect(false, files_on_root(written[i]), READ | WRITE);
		lists_expect(false, files_mounted(FILES_TMPFS, written[i], "/"), READ | WRITE);
	}
	for (i = 0; i < LEN(proc); i++)
		lists_expect(false, files_mounted(FILES_PROC, "/proc", proc[i]), READ);
	lists_expect(false, files_mounted(FILES_PROC, "/proc", "/1/oom_score_adj"), WRITE);
	lists_expect(false, files_mounted(FILES_SYSFS, "/sys", "/fs/cgroup"), READ);
	lists_expect(false, files_mounted(FILES_CGROUP2, "/sys/fs/cgroup", "/x/cpu.weight"), WRITE);
	lists_expect(false, files_bound("/data", "/srv/data/x"), READ);
	f = files_mounted(FILES_TMPFS, "/dev", "/null");
	f.mode = S_IFCHR;
	f.rdev = 1 << 20 | 3;
	lists_expect(false, f, READ | WRITE);
	assert_int_equal(kernel_connects("/run/my.sock", "postgres"), 0);
	assert_int_equal(kernel_connects("docker.sock/x", ""), 0);
	/* Without a name it is for user space to judge. */
	assert_int_equal(kernel_connects("", ""), WIRE_WATCH_CONNECT);
}

/* What user space makes of the record. */
static void judge(const struct kernel_file *f, uint32_t access, struct raised *r)
{
	struct event e;

	kernel_record(f, &record);
	assert_int_equal(record_decode(&record, &e), 0);
	assert_true(e.open.file.known);
	assert_true(f->n_names + f->n_place > 250 || !(e.open.file.flags & WIRE_FILE_CUT));
	e.creds.root = WIRE_ROOT_HOST;
	e.open.write = access & WRITE;
	e.open.oflags = access == READ ? O_RDONLY : access == WRITE ? O_WRONLY : O_RDWR;
	shipped_judge(&e, r);
}

/* Paths and names of a list, whole and as words. */
struct vocabulary {
	const char *paths[600];
	const char *words[2000];
	size_t n_paths, n_words;
};

static void learn(struct vocabulary *v, const struct filter_entry *w)
{
	char name[64];

	if (w->scope == FILTER_SUFFIX) {
		snprintf(name, sizeof(name), "n%s", w->pattern);
		v->n_words += files_split(name, v->words + v->n_words, 1);
	}
	if (w->pattern[0] == '/')
		v->paths[v->n_paths++] = w->pattern;
	v->n_words += files_split(w->pattern, v->words + v->n_words, 10);
	assert_true(v->n_paths < LEN(v->paths) && v->n_words + 10 < LEN(v->words));
}

/* True when the id is one of the n; else it becomes the next, where there is room. */
static bool noted(const char *ids[64], size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(ids[i], id) == 0)
			return true;
	if (n == 64)
		return true;
	ids[n] = id;
	return false;
}

static void test_never_too_narrow(void **state)
{
	static const char *const more[] = {"a",
					   "volumes",
					   "_data",
					   "hosts",
					   "cert.pem",
					   "id_rsa.pub",
					   "a-name-that-is-longer-than-thirty-one-bytes.key"};
	static struct vocabulary v = {.n_words = LEN(more)};
	size_t n, i, mark, watched = 0, sent = 0, n_seen = 0;
	const struct filter_entry *table = load_table(&n);
	const char *seen[64] = {0};

	(void)state;
	print_message("seed %#llx, %d files\n", SEED, FILES);
	files_seed(SEED);
	files_forget(0);
	memcpy(v.words, more, sizeof(more));
	for (i = 0; i < n; i++)
		learn(&v, &table[i]);
	mark = files_mark();
	for (i = 0; i < FILES; i++) {
		struct kernel_file f = files_random_file(v.paths, v.n_paths, v.words, v.n_words);
		uint32_t access = 1 + files_random(3);
		uint32_t got = kernel_watched(&f, access);
		struct raised r;

		judge(&f, access, &r);
		if (r.n > 0 && !got) {
			files_print(&f, access);
			fail_msg("%s matches, but the kernel side drops it", r.ids[0]);
		}
		if (r.n > 0)
			n_seen += !noted(seen, n_seen, r.ids[0]);
		watched += r.n > 0;
		sent += got != 0;
		files_forget(mark);
	}
	print_message("%zu watched by %zu rules, %zu sent\n", watched, n_seen, sent);
	/* The files were of use: most rules about files had some, and not simply all were sent. */
	assert_true(n_seen > 20);
	assert_true(watched > FILES / 10 && sent < FILES - FILES / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_entry, lists_forget),
		cmocka_unit_test_teardown(test_harmless, lists_forget),
		cmocka_unit_test_teardown(test_never_too_narrow, lists_forget),
	};

	return cmocka_run_group_tests(tests, shipped_load, forget);
}
