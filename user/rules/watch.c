/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What kind of thing is this file? The watch list is indexed once by a hash of (scope, pattern);
 * a path is then looked up at each of its '/', so the cost does not grow with the list.
 */
#include "rules/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "rules/value/file.h"

#define C(class) (1u << WATCH_C_##class)
/* Read for their content: opening a directory of that name is no such read. */
#define C_SECRETS (C(PRIVATE_KEY) | C(TOKEN) | C(DOTENV) | C(SHADOW))
#define C_KNOBS	  (C(KERNEL) | C(KERNEL_ESCAPE) | C(SYSRQ))
#define C_DEVICES (C(BLOCK) | C(MEM))
#define C_HOST	  (C(HOST) | C(HOST_TAKEOVER))

_Static_assert(WATCH_C_END <= 32, "classes are bits of a uint32_t");

#define ENTRIES_MAX 512
#define BUCKETS	    1024
#define NO_ENTRY    0

/* Entry numbers count from 1; 0 ends a chain. */
static struct {
	uint16_t head[BUCKETS];
	uint16_t next[ENTRIES_MAX + 1];
	uint16_t len[ENTRIES_MAX + 1];
	uint16_t suffixes[WIRE_SUFFIXES_MAX];
	size_t n_suffixes;
	uint32_t longest[WATCH_SCOPE_END];
} ix;

static uint64_t hash_seed(enum watch_scope scope)
{
	return 0xcbf29ce484222325ull + (uint64_t)scope * 0x9e3779b97f4a7c15ull;
}

static uint64_t hash_step(uint64_t h, char c)
{
	return (h ^ (uint8_t)c) * 0x100000001b3ull;
}

static uint16_t *bucket(uint64_t h)
{
	return &ix.head[(h ^ (h >> 29)) % BUCKETS];
}

/* Before main: classification stays pure, with nothing to set up and nothing to lock. */
__attribute__((constructor)) static void index_build(void)
{
	size_t n;
	const struct watch *w = watch_table(&n);

	if (n > ENTRIES_MAX) {
		fputs("rootwatch: the watch list is longer than its index (user/rules/watch.c)\n",
		      stderr);
		abort();
	}
	for (size_t i = 0; i < n; i++) {
		uint16_t id = (uint16_t)(i + 1);
		uint32_t len = (uint32_t)strlen(w[i].pattern);
		uint64_t h = hash_seed(w[i].scope);

		ix.len[id] = (uint16_t)len;
		if (len > ix.longest[w[i].scope])
			ix.longest[w[i].scope] = len;
		if (w[i].scope == WATCH_SUFFIX) {
			if (ix.n_suffixes < WIRE_SUFFIXES_MAX)
				ix.suffixes[ix.n_suffixes++] = id;
			continue;
		}
		for (uint32_t j = 0; j < len; j++)
			h = hash_step(h, w[i].pattern[j]);
		ix.next[id] = *bucket(h);
		*bucket(h) = id;
	}
}

/* Classes of the entries of the scope whose pattern is exactly the len bytes at p. */
static uint32_t exact(enum watch_scope scope, const char *p, uint32_t len, uint64_t h,
		      uint32_t access)
{
	size_t n;
	const struct watch *table = watch_table(&n);
	uint32_t classes = 0;

	for (uint16_t id = *bucket(h); id != NO_ENTRY; id = ix.next[id]) {
		const struct watch *w = &table[id - 1];

		if (w->scope == scope && (w->access & access) && ix.len[id] == len &&
		    (len == 0 || memcmp(w->pattern, p, len) == 0))
			classes |= 1u << w->class;
	}
	return classes;
}

/* Classes of a path in a scope: of itself and of every directory above it. */
static uint32_t below(enum watch_scope scope, struct str path, uint32_t access)
{
	uint64_t h = hash_seed(scope);
	uint32_t classes = exact(scope, "", 0, h, access);
	uint32_t longest = ix.longest[scope];

	if (path.len == 0 || path.p[0] != '/')
		return classes; /* cut: its head is missing */
	for (uint32_t i = 0; i < path.len && i <= longest; i++) {
		if (i > 0 && path.p[i] == '/')
			classes |= exact(scope, path.p, i, h, access);
		h = hash_step(h, path.p[i]);
	}
	if (path.len <= longest)
		classes |= exact(scope, path.p, path.len, h, access);
	return classes;
}

static uint32_t named(struct str name, uint32_t access)
{
	uint64_t h = hash_seed(WATCH_NAME);
	size_t n;
	const struct watch *table = watch_table(&n);
	uint32_t classes = 0;

	if (name.len > 0 && name.len <= ix.longest[WATCH_NAME]) {
		for (uint32_t i = 0; i < name.len; i++)
			h = hash_step(h, name.p[i]);
		classes |= exact(WATCH_NAME, name.p, name.len, h, access);
	}
	for (size_t i = 0; i < ix.n_suffixes; i++) {
		const struct watch *w = &table[ix.suffixes[i] - 1];

		if ((w->access & access) && str_ends(name, w->pattern))
			classes |= 1u << w->class;
	}
	return classes;
}

static enum watch_scope kernel_scope(enum file_fs fs)
{
	static const enum watch_scope scopes[] = {[FILE_FS_OTHER] = WATCH_SCOPE_END,
						  [FILE_FS_PROC] = WATCH_PROC,
						  [FILE_FS_SYSFS] = WATCH_SYSFS,
						  [FILE_FS_CGROUP] = WATCH_CGROUP,
						  [FILE_FS_KERNEL] = WATCH_KERNFS};

	return scopes[fs];
}

static struct str skip(struct str s, uint32_t n)
{
	return (struct str){s.p + n, s.len - n, s.len - n};
}

/* The component that path starts with (after its '/'); *rest is what follows. */
static struct str component(struct str path, struct str *rest)
{
	uint32_t i;

	if (path.len > 0 && path.p[0] == '/')
		path = skip(path, 1);
	for (i = 0; i < path.len && path.p[i] != '/'; i++)
		;
	*rest = skip(path, i);
	return (struct str){path.p, i, i};
}

struct str watch_name(const struct event_file *f)
{
	return file_name(f);
}

struct str watch_rootpath(const struct event_file *f)
{
	return file_rootpath(f);
}

static uint32_t classify_asked(const struct event_file *f, uint32_t access)
{
	struct str path = file_asked_path(f), inside;
	uint32_t classes = below(WATCH_PATH, path, access) | named(str_basename(path), access);
	enum watch_scope scope = kernel_scope(file_fs(f, &inside));

	return scope == WATCH_SCOPE_END ? classes : classes | below(scope, inside, access);
}

static bool is_hex64(struct str s)
{
	if (s.len != 64)
		return false;
	for (uint32_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}

/* Below a directory called "volumes": what the runtimes put there. nerdctl's has a namespace. */
static bool volume_shape(struct str path)
{
	struct str name = component(path, &path);

	if (str_starts(name, "kubernetes.io~"))
		return true;
	for (int depth = 0; depth < 2 && path.len > 0; depth++) {
		if (str_is(component(path, &path), "_data"))
			return true;
	}
	return false;
}

/* Below a directory called "containers": docker's own files of one. */
static bool container_shape(struct str path)
{
	static const char *const files[] = {"hosts", "hostname", "resolv.conf", "mounts"};
	struct str file;

	if (!is_hex64(component(path, &path)))
		return false;
	file = component(path, &path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (str_is(file, files[i]))
			return true;
	}
	return false;
}

/* Below a directory called "overlay2" (podman: "overlay"): a root file system, a build's cache. */
static bool layer_shape(struct str path)
{
	struct str dir;

	component(path, &path);
	dir = component(path, &path);
	return str_is(dir, "merged") || str_is(dir, "diff");
}

/* Shapes that only container runtimes make, wherever their data directory lies. */
static bool runtime_shape(struct str path)
{
	while (path.len > 0) {
		struct str dir = component(path, &path);

		/* containerd's plugins keep all that they have below their own names */
		if (str_starts(dir, "io.containerd.") ||
		    ((str_is(dir, "overlay2") || str_is(dir, "overlay")) && layer_shape(path)) ||
		    (str_is(dir, "volumes") && volume_shape(path)) ||
		    (str_is(dir, "containers") && container_shape(path)))
			return true;
	}
	return false;
}

static uint32_t classify_host(const struct event_file *f, uint32_t access)
{
	struct str path;
	uint32_t classes;

	if (!file_host_path(f, &path))
		return 0;
	classes = below(WATCH_HOST, path, access);
	if ((classes & C(HOST_MANAGED)) || ((classes & C_HOST) && runtime_shape(path)))
		return (classes & ~C_HOST) | C(HOST_MANAGED);
	/* A host's tree mounted a second time is still one: by the part of it that was bound in. */
	if (f->hostpath.p && (f->flags & WIRE_FILE_BIND))
		classes |= below(WATCH_HOST, f->sbpath, access) & C(HOST_TAKEOVER);
	return classes;
}

static uint32_t classify_device(const struct event_file *f, uint32_t access)
{
	char number[24];
	uint64_t h = hash_seed(WATCH_CHAR);
	int len;

	if (S_ISBLK(f->mode))
		return exact(WATCH_BLOCK, "", 0, hash_seed(WATCH_BLOCK), access);
	if (!S_ISCHR(f->mode))
		return 0;
	len = snprintf(number, sizeof(number), "%u:%u", f->rdev >> 20, f->rdev & 0xfffff);
	for (int i = 0; i < len; i++)
		h = hash_step(h, number[i]);
	return exact(WATCH_CHAR, number, (uint32_t)len, h, access);
}

static uint32_t classify_opened(const struct event_file *f, uint32_t access)
{
	struct str inside;
	enum watch_scope scope = kernel_scope(file_fs(f, &inside));
	uint32_t names = named(watch_name(f), access);
	uint32_t paths = below(WATCH_PATH, f->path, access);
	struct str rootpath = watch_rootpath(f);

	/* Through a bind mount of its own, /etc is still /etc. */
	if (rootpath.p && !str_eq(rootpath, f->path))
		paths |= below(WATCH_PATH, rootpath, access);
	if (scope != WATCH_CGROUP)
		names &= ~C_KNOBS;
	paths &= ~C_DEVICES;
	if (scope != WATCH_SCOPE_END)
		return paths | names | below(scope, inside, access);
	return paths | names | classify_host(f, access) | classify_device(f, access);
}

/* What lies beside a secret or a database and is neither. */
static uint32_t beside(struct str name)
{
	uint32_t drop = 0;

	if (str_ends(name, ".crt") || str_is(name, "namespace") ||
	    (str_ends(name, ".pem") && (str_starts(name, "cert") || str_starts(name, "chain") ||
					str_starts(name, "fullchain"))))
		drop |= C(PRIVATE_KEY) | C(TOKEN);
	/* rpm -q alone maps its -shm, and opens the -wal, for writing. */
	if (str_ends(name, "lock") || str_is(name, "db.lck") || str_starts(name, "__db.") ||
	    str_ends(name, ".sqlite-shm") || str_ends(name, ".sqlite-wal"))
		drop |= C(PKGDB);
	/* What every ssh client writes. */
	if (str_starts(name, "known_hosts"))
		drop |= C(SSH);
	return drop;
}

uint32_t watch_classify(const struct event_file *f, uint32_t access)
{
	uint32_t classes = file_asked_only(f) ? classify_asked(f, access) :
						classify_opened(f, access);

	if (classes == 0)
		return 0;
	if (S_ISDIR(f->mode))
		classes &= ~C_SECRETS;
	return classes & ~beside(watch_name(f));
}

bool watch_has(enum watch_scope scope, struct str word)
{
	size_t n, i;
	const struct watch *w = watch_table(&n);

	for (i = 0; i < n; i++)
		if (w[i].scope == scope && str_is(word, w[i].pattern))
			return true;
	return false;
}

const struct filter *watch_filter(void)
{
	static struct filter_entry entries[ENTRIES_MAX];
	static struct filter f = {.entries = entries};
	const struct watch *w = watch_table(&f.n);

	for (size_t i = 0; i < f.n; i++)
		entries[i] = (struct filter_entry){(enum filter_scope)w[i].scope, w[i].pattern,
						   w[i].access, w[i].urgent != 0,
						   w[i].class == WATCH_C_HOST_MANAGED};
	return &f;
}
