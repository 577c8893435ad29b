// SPDX-License-Identifier: Apache-2.0
/*
 * The watch list as the kernel side reads it: never too narrow. What user space would classify
 * as watched has to pass the kernel's own code, and what never matters should not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "rules/filter/filter.h"
#include "rules/shipped.h"
#include "source/files.h"

#define READ	 WIRE_WATCH_READ
#define WRITE	 WIRE_WATCH_WRITE
#define LEN(a)	 (sizeof(a) / sizeof((a)[0]))
#define SEED	 0x726f6f7477617463ull
#define FILES	 40000
#define LISTS	 400
#define PER_LIST 100

static struct prefilter compiled;
static struct record record;

static struct filter *shipped;

/* Compiles the list as one of the kernel side's two sets: now the one, now the other. */
static int compile(struct prefilter *p, const struct filter_entry *list, size_t n)
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

static void load(const struct filter_entry *list, size_t n)
{
	prefilter_free(&compiled);
	assert_int_equal(compile(&compiled, list, n), 0);
	kernel_load(&compiled);
}

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
	load(shipped->entries, *n);
	return shipped->entries;
}

static int forget(void **state)
{
	filter_free(shipped);
	return shipped_free(state);
}

static int teardown(void **state)
{
	(void)state;
	prefilter_free(&compiled);
	files_forget(0);
	return 0;
}

static bool passes(struct kernel_file f, uint32_t access)
{
	return kernel_watched(&f, access) & access;
}

static void expect(bool pass, struct kernel_file f, uint32_t access)
{
	if (passes(f, access) == pass)
		return;
	files_print(&f, access);
	fail_msg("%s", pass ? "does not pass" : "passes");
}

/* Passes for each access that the entry wants. */
static void expect_entry(const struct filter_entry *w, struct kernel_file f)
{
	uint32_t access;

	for (access = READ; access <= WRITE; access <<= 1) {
		if (w->access & access)
			expect(true, f, access);
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
		expect(false, below(f, "/x/y"), WRITE);
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
	case FILTER_BLOCK:
		f.mode = S_IFBLK;
		f.rdev = 259 << 20 | 7;
		expect_urgent(w, f);
		break;
	case FILTER_SUID:
		f.mode = S_IFREG | S_ISUID | 0755;
		expect_urgent(w, f);
		f.mode = S_IFDIR | S_ISUID | 0755;
		expect(false, f, READ | WRITE);
		break;
	case FILTER_CHAR:
		assert_int_equal(sscanf(w->pattern, "%u:%u", &major, &minor), 2);
		f.mode = S_IFCHR;
		f.rdev = major << 20 | minor;
		expect_urgent(w, f);
		f.mode = S_IFREG;
		expect(false, f, READ | WRITE);
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
		expect(false, files_on_root(read[i]), READ);
	for (i = 0; i < LEN(written); i++) {
		expect(false, files_on_root(written[i]), READ | WRITE);
		expect(false, files_mounted(FILES_TMPFS, written[i], "/"), READ | WRITE);
	}
	for (i = 0; i < LEN(proc); i++)
		expect(false, files_mounted(FILES_PROC, "/proc", proc[i]), READ);
	expect(false, files_mounted(FILES_PROC, "/proc", "/1/oom_score_adj"), WRITE);
	expect(false, files_mounted(FILES_SYSFS, "/sys", "/fs/cgroup"), READ);
	expect(false, files_mounted(FILES_CGROUP2, "/sys/fs/cgroup", "/x/cpu.weight"), WRITE);
	expect(false, files_bound("/data", "/srv/data/x"), READ);
	f = files_mounted(FILES_TMPFS, "/dev", "/null");
	f.mode = S_IFCHR;
	f.rdev = 1 << 20 | 3;
	expect(false, f, READ | WRITE);
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

/* Of lists made at random, and what user space would say of them by their letter. */

static bool leads_to(const char *pattern, const char *const *names, size_t n)
{
	size_t i;

	for (i = 0; *pattern == '/'; i++) {
		size_t len = strcspn(++pattern, "/");

		if (i == n || strlen(names[i]) != len || strncmp(names[i], pattern, len) != 0)
			return false;
		pattern += len;
	}
	return true;
}

static bool path_matches(const char *pattern, const struct kernel_file *f)
{
	const char *path[2 * KERNEL_DEPTH_MAX];
	size_t n = f->n_place, m = f->n_names - f->mnt_root;

	if (f->on_root && leads_to(pattern, f->names + f->ctr_root, f->n_names - f->ctr_root))
		return true;
	if (f->root_mount)
		return false;
	memcpy(path, f->place, n * sizeof(path[0]));
	memcpy(path + n, f->names + f->mnt_root, m * sizeof(path[0]));
	return leads_to(pattern, path, n + m);
}

static bool is_kernels(const struct kernel_file *f)
{
	return f->magic != FILES_OVERLAY && f->magic != FILES_EXT4 && f->magic != FILES_TMPFS;
}

static enum filter_scope scope_of(const struct kernel_file *f)
{
	if (!is_kernels(f))
		return FILTER_SCOPE_END;
	if (f->magic == FILES_PROC)
		return FILTER_PROC;
	if (f->magic == FILES_SYSFS)
		return FILTER_SYSFS;
	return f->magic == FILES_CGROUP || f->magic == FILES_CGROUP2 ? FILTER_CGROUP :
								       FILTER_KERNFS;
}

static bool is_hosts(const struct kernel_file *f)
{
	return !is_kernels(f) && !f->on_root && (f->mnt_root > 0 || f->disk);
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
		return path_matches(w->pattern, f);
	case FILTER_HOST:
		return is_hosts(f) && leads_to(w->pattern, f->names, f->n_names);
	case FILTER_NAME:
	case FILTER_SUFFIX:
		/* Its own name, and that of the mount point that it covers. */
		return (f->n_names > 0 && name_matches(w, f->names[f->n_names - 1])) ||
		       (!f->root_mount && f->n_names == f->mnt_root && f->n_place > 0 &&
			name_matches(w, f->place[f->n_place - 1]));
	case FILTER_BLOCK:
		return S_ISBLK(f->mode);
	case FILTER_SUID:
		return S_ISREG(f->mode) && (f->mode & S_ISUID);
	case FILTER_CHAR:
		snprintf(number, sizeof(number), "%u:%u", f->rdev >> 20, f->rdev & 0xfffff);
		return S_ISCHR(f->mode) && strcmp(w->pattern, number) == 0;
	default:
		return scope_of(f) == w->scope && leads_to(w->pattern, f->names, f->n_names);
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
	else if (w->scope == FILTER_NAME)
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
		load(list, n);
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

static void test_merge(void **state)
{
	static const struct filter_entry list[] = {
		{FILTER_PATH, "/etc/x", FILTER_READ, false, false},
		{FILTER_PATH, "/etc/x/y", FILTER_WRITE, true, false},
		{FILTER_PATH, "/etc/x", FILTER_WRITE, false, false},
		{FILTER_NAME, "n", FILTER_READ, false, false},
		{FILTER_NAME, "n", FILTER_WRITE, false, false},
		{FILTER_CHAR, "5:1", FILTER_READ, false, false},
		{FILTER_CHAR, "5:1", FILTER_WRITE, false, false},
	};
	struct kernel_file f = files_on_root("/dev/x");

	(void)state;
	load(list, LEN(list));
	/* /etc, /etc/x, /etc/x/y, n */
	assert_int_equal(compiled.n_entries, 4 + 2); /* and the names of the proof */
	expect(true, files_on_root("/etc/x"), READ);
	expect(true, files_on_root("/etc/x"), WRITE);
	expect(true, files_on_root("/etc/x/z"), READ);
	expect(true, files_on_root("/n"), READ);
	expect(true, files_on_root("/n"), WRITE);
	expect(false, files_on_root("/etc"), READ | WRITE);
	f.mode = S_IFCHR;
	f.rdev = 5 << 20 | 1;
	expect(true, f, READ);
	expect(true, f, WRITE);
}

static void test_ignore(void **state)
{
#define MANAGED(path)                                        \
	{                                                    \
		FILTER_HOST, path, FILTER_WRITE, false, true \
	}
	static const struct filter_entry list[] = {
		{FILTER_HOST, "", FILTER_WRITE, false, false},
		MANAGED("/run/box"),
		MANAGED("/run/both"),
		{FILTER_HOST, "/run/both", FILTER_READ, false, false},
		{FILTER_HOST, "/run/box/etc/shadow", FILTER_READ, false, false},
		MANAGED("/1/2/3/4/5"),
		MANAGED("/a-component-of-more-than-thirty-one-bytes"),
		MANAGED("/a-component-of-thirty-one-bytes"),
		{FILTER_PATH, "/in", FILTER_WRITE, false, false},
		{FILTER_NAME, "secret", FILTER_READ, false, false},
	};

	(void)state;
	assert_int_equal(strlen(list[7].pattern), 1 + 31);
	load(list, LEN(list));
	expect(true, files_bound("/mnt", "/run/boxes/f"), WRITE);
	expect(true, files_bound("/mnt", "/run/f"), WRITE);
	expect(false, files_bound("/mnt", "/run/box/f"), WRITE);
	/* What another pattern wants is not hidden, whatever it is. */
	expect(true, files_bound("/mnt", "/run/both/f"), READ);
	expect(true, files_bound("/mnt", "/run/box/etc/shadow"), READ);
	expect(false, files_bound("/mnt", "/run/box/etc/shadow"), WRITE);
	expect(true, files_bound("/in", "/run/box/f"), WRITE);
	expect(true, files_bound("/mnt", "/run/box/secret"), READ);
	/* Nor what only looks like it to the kernel side, which sees the beginning. */
	expect(true, files_bound("/mnt", "/1/2/3/4/6"), WRITE);
	expect(true, files_bound("/mnt", "/a-component-of-more-than-thirty-ones/f"), WRITE);
	expect(true, files_bound("/mnt", "/a-component-of-thirty-one-bytes-x/f"), WRITE);
}

static void test_sockets(void **state)
{
	static const struct filter_entry list[] = {
		{FILTER_SOCKET, "a.sock", FILTER_CONNECT, true, false},
		{FILTER_SOCKET, "thirty-one-bytes-are-in-a-name-and-one", FILTER_CONNECT, true,
		 false},
		{FILTER_LISTENER, "fifteen-letters", FILTER_CONNECT, true, false},
	};
	static const struct {
		const char *name;
		bool pass;
	} names[] = {
		{"a.sock", true},
		{"/a.sock", true},
		{"/run/a.sock", true},
		{"/run//a.sock", true},
		{"/run/a.sock/", false},
		{"/run/a.socks", false},
		{"/run/a.soc", false},
		{"/run/ba.sock", false},
		{"/", false},
		{"/run/thirty-one-bytes-are-in-a-name-and-one", true},
	};
	char longest[WIRE_SUN_MAX + 1] = "";
	size_t i;

	(void)state;
	load(list, LEN(list));
	for (i = 0; i < LEN(names); i++)
		if ((kernel_connects(names[i].name, "") != 0) != names[i].pass)
			fail_msg("%s", names[i].name);
	memset(longest, '/', WIRE_SUN_MAX);
	memcpy(longest + WIRE_SUN_MAX - 6, "a.sock", 6);
	assert_true(kernel_connects(longest, "") & WIRE_WATCH_URGENT);
	assert_true(kernel_connects("x", "fifteen-letters") & WIRE_WATCH_CONNECT);
	assert_false(kernel_connects("x", "fifteen-letter"));
	assert_false(kernel_connects("x", "a.sock"));
}

static void expect_error(int error, const struct filter_entry *list, size_t n)
{
	static const struct prefilter empty;
	struct prefilter p;

	memset(&p, 0x5a, sizeof(p));
	if (compile(&p, list, n) != error)
		fail_msg("scope %d, \"%s\": not %s", list[n - 1].scope, list[n - 1].pattern,
			 strerror(-error));
	assert_memory_equal(&p, &empty, sizeof(p));
}

static struct wire_address address(const char *text)
{
	struct wire_address a;
	struct network n;

	assert_int_equal(network_parse(&n, text, strlen(text)), 0);
	memcpy(&a, &n.base, sizeof(a));
	return a;
}

/* What is compared of the server's end, and of what is asked for beside. */
static void test_ends(void **state)
{
	static struct filter_entry entries[] = {
		{FILTER_PORT, "0x947", FILTER_OUT, false, false},
		{FILTER_PORT, "70000", FILTER_OUT | FILTER_IN, false, false},
		{FILTER_PORT_TO, "1023", FILTER_IN, false, false},
		{FILTER_PORT_FROM, "60000", FILTER_SEND, false, false},
		{FILTER_NETWORK, "10.0.0.0/8", FILTER_OUT, false, false},
		{FILTER_NETWORK, "fd00::/16", FILTER_OUT, false, false},
		{FILTER_DENIED, "", FILTER_IN, false, false},
	};
	static struct filter_entry bad[] = {{FILTER_PORT, "x", FILTER_OUT, false, false},
					    {FILTER_NETWORK, "x", FILTER_OUT, false, false}};
	const struct filter f = {.entries = entries,
				 .n = sizeof(entries) / sizeof(entries[0]),
				 .sockets = FILTER_SOCKET_RAW};
	const struct wire_address ten = address("10.255.0.1"), other = address("11.0.0.1");
	const struct wire_address six = address("fd00::1"), no_six = address("fd01::1");
	struct prefilter p;

	(void)state;
	assert_int_equal(prefilter_compile(&p, &f, 1), 0);
	kernel_load(&p);
	assert_true(kernel_ends(WIRE_WATCH_OUT, &other, 2375, 0));
	assert_false(kernel_ends(WIRE_WATCH_OUT, &other, 2376, 0));
	assert_false(kernel_ends(WIRE_WATCH_IN, &other, 2375, 0));
	assert_true(kernel_ends(WIRE_WATCH_OUT, &ten, 1, 0));
	assert_false(kernel_ends(WIRE_WATCH_SEND, &ten, 1, 0));
	assert_true(kernel_ends(WIRE_WATCH_OUT, &six, 1, 0));
	assert_false(kernel_ends(WIRE_WATCH_OUT, &no_six, 1, 0));
	assert_true(kernel_ends(WIRE_WATCH_IN, &other, 1023, 0));
	assert_false(kernel_ends(WIRE_WATCH_IN, &other, 1024, 0));
	assert_true(kernel_ends(WIRE_WATCH_SEND, &other, 60000, 0));
	assert_false(kernel_ends(WIRE_WATCH_SEND, &other, 59999, 0));
	assert_true(kernel_ends(WIRE_WATCH_IN, &other, 2375, -EACCES));
	assert_false(kernel_ends(WIRE_WATCH_OUT, &other, 2376, -EACCES));
	assert_true(kernel_makes(WIRE_SOCKET_RAW));
	assert_false(kernel_makes(WIRE_SOCKET_PACKET | WIRE_SOCKET_OTHER));
	prefilter_free(&p);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(prefilter_compile(&p, &(struct filter){.entries = &bad[i], .n = 1},
						   0),
				 -EINVAL);
}

static void test_too_many(void **state)
{
	struct filter_entry list[WIRE_SUFFIXES_MAX + WIRE_DEVICES_MAX + 2];
	char text[LEN(list)][8];
	size_t i;

	(void)state;
	for (i = 0; i <= WIRE_SUFFIXES_MAX; i++) {
		snprintf(text[i], sizeof(text[i]), ".%zu", i);
		list[i] = (struct filter_entry){FILTER_SUFFIX, text[i], FILTER_READ, false, false};
	}
	load(list, WIRE_SUFFIXES_MAX);
	expect_error(-E2BIG, list, WIRE_SUFFIXES_MAX + 1);
	for (i = 0; i <= WIRE_DEVICES_MAX; i++) {
		snprintf(text[i], sizeof(text[i]), "1:%zu", i);
		list[i] = (struct filter_entry){FILTER_CHAR, text[i], FILTER_READ, false, false};
	}
	load(list, WIRE_DEVICES_MAX);
	expect_error(-E2BIG, list, WIRE_DEVICES_MAX + 1);
	load(NULL, 0);
	expect(false, files_on_root("/etc/passwd"), READ | WRITE);
}

/* A pattern that could never match would make the filter too narrow without a word. */
static void test_bad_patterns(void **state)
{
	static const struct {
		enum filter_scope scope;
		const char *pattern;
	} bad[] = {
		{FILTER_PATH, "etc"},
		{FILTER_PATH, "/"},
		{FILTER_PATH, "/etc/"},
		{FILTER_PATH, "/etc//x"},
		{FILTER_PATH, "//etc"},
		{FILTER_HOST, "/a/b/c/d/"},
		{FILTER_PROC, "sys"},
		{FILTER_PATH, "/a/b/c/d/e//f"},
		{FILTER_NAME, ""},
		{FILTER_NAME, "a/b"},
		{FILTER_SOCKET, ""},
		{FILTER_SOCKET, "/a.sock"},
		{FILTER_LISTENER, ""},
		{FILTER_SUFFIX, ""},
		{FILTER_LISTENER, "sixteen-letters-"},
		{FILTER_SUFFIX, "123456789"},
		{FILTER_SUFFIX, "/.key"},
		{FILTER_CHAR, ""},
		{FILTER_CHAR, "1"},
		{FILTER_CHAR, "1:"},
		{FILTER_CHAR, ":1"},
		{FILTER_CHAR, "x:1"},
		{FILTER_CHAR, "1:2x"},
		{FILTER_CHAR, "1:-2"},
		{FILTER_CHAR, "-1:2"},
		{FILTER_CHAR, "4096:0"},
		{FILTER_CHAR, "0:1048576"},
		{FILTER_BLOCK, "8:0"},
		{FILTER_SUID, "4755"},
		{FILTER_SCOPE_END, "/etc"},
	};
	struct filter_entry list[] = {{FILTER_PATH, "/etc", FILTER_WRITE, false, false},
				      {FILTER_PATH, "", FILTER_READ, false, false}};
	size_t i;

	(void)state;
	for (i = 0; i < LEN(bad); i++) {
		list[1].scope = bad[i].scope;
		list[1].pattern = bad[i].pattern;
		expect_error(-EINVAL, list, LEN(list));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_every_entry, teardown),
		cmocka_unit_test_teardown(test_harmless, teardown),
		cmocka_unit_test_teardown(test_never_too_narrow, teardown),
		cmocka_unit_test_teardown(test_random_lists, teardown),
		cmocka_unit_test_teardown(test_merge, teardown),
		cmocka_unit_test_teardown(test_ignore, teardown),
		cmocka_unit_test_teardown(test_sockets, teardown),
		cmocka_unit_test_teardown(test_ends, teardown),
		cmocka_unit_test_teardown(test_too_many, teardown),
		cmocka_unit_test_teardown(test_bad_patterns, teardown),
	};

	return cmocka_run_group_tests(tests, shipped_load, forget);
}
