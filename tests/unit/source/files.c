// SPDX-License-Identifier: Apache-2.0
#include "source/files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#define POOL_SIZE (1u << 20)

static char pool[POOL_SIZE];
static size_t pool_used;
static uint64_t state = 1;

size_t files_mark(void)
{
	return pool_used;
}

void files_forget(size_t mark)
{
	pool_used = mark;
}

static char *keep(const char *s, size_t len)
{
	char *copy = pool + pool_used;

	assert_true(len < POOL_SIZE - pool_used);
	memcpy(copy, s, len);
	copy[len] = '\0';
	pool_used += len + 1;
	return copy;
}

size_t files_split(const char *path, const char **words, size_t n)
{
	size_t got = 0;

	while (*path) {
		size_t len;

		path += *path == '/';
		len = strcspn(path, "/");
		if (len > 0 && got < n)
			words[got++] = keep(path, len);
		path += len;
	}
	return got;
}

static struct kernel_file regular(uint32_t magic, const char *sbpath)
{
	struct kernel_file f = {.magic = magic, .mode = S_IFREG | 0644};

	f.n_names = files_split(sbpath, f.names, KERNEL_DEPTH_MAX);
	return f;
}

struct kernel_file files_on_root(const char *path)
{
	struct kernel_file f = regular(FILES_OVERLAY, path);

	f.on_root = f.root_mount = true;
	return f;
}

struct kernel_file files_mounted(uint32_t magic, const char *place, const char *sbpath)
{
	struct kernel_file f = regular(magic, sbpath);

	f.n_place = files_split(place, f.place, KERNEL_DEPTH_MAX);
	return f;
}

struct kernel_file files_bound(const char *place, const char *sbpath)
{
	struct kernel_file f = files_mounted(FILES_EXT4, place, sbpath);

	f.disk = true;
	f.mnt_root = f.n_names > 0 ? f.n_names - 1 : 0;
	return f;
}

void files_seed(uint64_t seed)
{
	state = seed;
}

/* xorshift64*: good enough, and the same everywhere. */
uint32_t files_random(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 33) % below;
}

static bool one_in(uint32_t n)
{
	return files_random(n) == 0;
}

const char *files_random_name(const char *const *words, size_t n)
{
	const char *word = words[files_random((uint32_t)n)];
	char name[KERNEL_NAME_MAX + 1];
	size_t len = strlen(word), at;

	assert_true(len > 0 && len <= KERNEL_NAME_MAX);
	if (!one_in(4))
		return word;
	memcpy(name, word, len);
	at = files_random((uint32_t)len);
	switch (files_random(4)) {
	case 0: /* another letter */
		name[at] = "a-._~\x01\xff"[files_random(7)];
		break;
	case 1: /* shorter */
		len = at + 1;
		break;
	case 2: /* up to around the 31 bytes that count, or up to what a name can have */
		at = one_in(4) ? KERNEL_NAME_MAX : 30 + files_random(4);
		for (; len < at; len++)
			name[len] = "/xyz.key"[1 + len % 7];
		break;
	default: /* something before it */
		if (len > KERNEL_NAME_MAX - 4)
			break;
		at = 1 + files_random(4);
		memmove(name + at, name, len);
		memcpy(name, "my_-", at);
		len += at;
		break;
	}
	return keep(name, len);
}

/* Adds a path to what is there: a whole one, or some words; then perhaps more words. */
static size_t add_path(const char **to, size_t n, const char *const *paths, size_t n_paths,
		       const char *const *words, size_t n_words)
{
	uint32_t more;

	if (n_paths > 0 && !one_in(4)) {
		n += files_split(paths[files_random((uint32_t)n_paths)], to + n, 20);
		if (n > 0 && one_in(8))
			to[files_random((uint32_t)n)] = files_random_name(words, n_words);
		more = one_in(2) ? 0 : files_random(4);
	} else {
		more = files_random(8);
	}
	if (one_in(100))
		more = 60; /* deep; deeper than CHAIN_MAX is a test of its own */
	while (more-- > 0)
		to[n++] = files_random_name(words, n_words);
	return n;
}

static void random_kind(struct kernel_file *f)
{
	static const uint32_t devices[] = {1 << 20 | 1, 1 << 20 | 2, 1 << 20 | 3,  1 << 20 | 4,
					   8 << 20 | 1, 2 << 20 | 1, 1 << 20 | 257};

	f->mode = S_IFREG | 0644;
	if (!one_in(4))
		return;
	f->mode = (const uint32_t[]){S_IFCHR, S_IFBLK, S_IFDIR, S_IFIFO, S_IFSOCK}[files_random(5)];
	if (S_ISCHR(f->mode) || S_ISBLK(f->mode))
		f->rdev = devices[files_random(sizeof(devices) / sizeof(devices[0]))];
}

static void random_magic(struct kernel_file *f)
{
	static const uint32_t usual[] = {FILES_OVERLAY, FILES_EXT4, FILES_TMPFS};
	static const uint32_t kernels[] = {FILES_PROC,	 FILES_SYSFS, FILES_CGROUP, FILES_CGROUP2,
					   FILES_BINFMT, 0x64626720,  0x74726163,   0x73636673,
					   0xcafe4a11,	 0x62656570,  0x6165676c};

	/* The root of a container is none of the kernel's own file systems. */
	if (!f->on_root && one_in(3)) {
		f->magic = kernels[files_random(sizeof(kernels) / sizeof(kernels[0]))];
		return;
	}
	f->magic = usual[files_random(3)];
	f->disk = one_in(2);
}

struct kernel_file files_random_file(const char *const *paths, size_t n_paths,
				     const char *const *words, size_t n_words)
{
	struct kernel_file f = {.on_root = one_in(2)};

	if (f.on_root && one_in(3)) { /* a directory of its superblock is the root */
		while (f.ctr_root < 1 + files_random(3))
			f.names[f.ctr_root++] = files_random_name(words, n_words);
		f.n_names = f.ctr_root;
	}
	f.n_names = add_path(f.names, f.n_names, paths, n_paths, words, n_words);
	f.mnt_root = one_in(2) ? 0 : files_random((uint32_t)f.n_names + 1);
	f.root_mount = f.on_root && one_in(2);
	if (f.root_mount)
		f.mnt_root = f.ctr_root;
	else
		f.n_place = add_path(f.place, 0, paths, n_paths, words, n_words);
	random_kind(&f);
	random_magic(&f);
	return f;
}

void files_print(const struct kernel_file *f, uint32_t access)
{
	size_t i;

	print_error("access %u, magic %#x, mode %#o, rdev %#x%s%s\n  file ", access, f->magic,
		    f->mode, f->rdev, f->disk ? ", on a disk" : "",
		    f->root_mount ? ", by the root mount" : "");
	for (i = 0; i <= f->n_names; i++)
		print_error("%s%s%s%s", i == f->mnt_root ? " [mount:]" : "",
			    f->on_root && i == f->ctr_root ? " [root:]" : "",
			    i < f->n_names ? "/" : "\n", i < f->n_names ? f->names[i] : "");
	print_error("  mounted at ");
	for (i = 0; i < f->n_place; i++)
		print_error("/%s", f->place[i]);
	print_error("\n");
}
