/* SPDX-License-Identifier: Apache-2.0 */
/* What files are, from tests/data/watch-paths.txt, and the bounds that the kernel has to keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "rules/build.h"
#include "rules/rules.h"
#include "rules/watch.h"

#define TABLE "tests/data/watch-paths.txt"

static const char *const classes[WATCH_C_END] = {
	[WATCH_C_NONE] = "none",
	[WATCH_C_ETC] = "etc",
	[WATCH_C_PASSWD] = "passwd",
	[WATCH_C_SHADOW] = "shadow",
	[WATCH_C_SUDOERS] = "sudoers",
	[WATCH_C_CRON] = "cron",
	[WATCH_C_PRELOAD] = "preload",
	[WATCH_C_SSH] = "ssh",
	[WATCH_C_PROFILE] = "profile",
	[WATCH_C_SYSTEMD] = "systemd",
	[WATCH_C_PKGDB] = "pkgdb",
	[WATCH_C_KERNEL_ESCAPE] = "kernel_escape",
	[WATCH_C_KERNEL] = "kernel",
	[WATCH_C_SYSRQ] = "sysrq",
	[WATCH_C_BLOCK] = "block",
	[WATCH_C_MEM] = "mem",
	[WATCH_C_PRIVATE_KEY] = "private_key",
	[WATCH_C_TOKEN] = "token",
	[WATCH_C_DOTENV] = "dotenv",
	[WATCH_C_HOST] = "host",
	[WATCH_C_HOST_TAKEOVER] = "host_takeover",
	[WATCH_C_HOST_MANAGED] = "host_managed",
};

static const struct {
	const char *name;
	uint32_t magic;
} file_systems[] = {
	{"-", 0},
	{"overlay", FS_OVERLAY},
	{"ext4", FS_EXT4},
	{"tmpfs", FS_TMPFS},
	{"proc", FS_PROC},
	{"sysfs", FS_SYSFS},
	{"cgroup", FS_CGROUP},
	{"cgroup2", 0x63677270},
	{"debugfs", 0x64626720},
	{"tracefs", 0x74726163},
	{"binfmt_misc", FS_BINFMT},
};

static uint32_t class_mask(const char *list)
{
	uint32_t mask = 0;

	if (strcmp(list, "-") == 0)
		return 0;
	while (*list) {
		size_t len = strcspn(list, ",");
		int i;

		for (i = 0; i < WATCH_C_END; i++) {
			if (strlen(classes[i]) == len && strncmp(classes[i], list, len) == 0)
				break;
		}
		if (i == WATCH_C_END)
			fail_msg("no class is called %s", list);
		mask |= 1u << i;
		list += len + (list[len] == ',');
	}
	return mask;
}

static void print_classes(uint32_t mask)
{
	for (int i = 0; i < WATCH_C_END; i++) {
		if (mask & (1u << i))
			print_error("    %s\n", classes[i]);
	}
}

static uint32_t fs_magic(const char *name)
{
	for (size_t i = 0; i < sizeof(file_systems) / sizeof(file_systems[0]); i++) {
		if (strcmp(file_systems[i].name, name) == 0)
			return file_systems[i].magic;
	}
	fail_msg("no file system is called %s", name);
	return 0;
}

static void set_type(struct event_file *f, const char *type)
{
	uint32_t major = 0, minor = 0;

	f->mode = S_IFREG | 0644;
	if (strncmp(type, "blk:", 4) == 0 && judge_number_pair(type + 4, &major, &minor))
		f->mode = S_IFBLK | 0600;
	else if (strncmp(type, "chr:", 4) == 0 && judge_number_pair(type + 4, &major, &minor))
		f->mode = S_IFCHR | 0600;
	else if (strncmp(type, "dir", 3) == 0)
		f->mode = S_IFDIR | 0755;
	else if (strncmp(type, "lnk", 3) == 0)
		f->mode = S_IFLNK | 0777;
	else if (strncmp(type, "fifo", 4) == 0)
		f->mode = S_IFIFO | 0644;
	else if (strncmp(type, "sock", 4) == 0)
		f->mode = S_IFSOCK | 0755;
	else if (strncmp(type, "reg", 3) != 0)
		fail_msg("no type is called %s", type);
	f->rdev = major << 20 | minor;
	if (strstr(type, "+bind"))
		f->flags |= WIRE_FILE_BIND;
	if (strstr(type, "+disk"))
		f->flags |= WIRE_FILE_BLOCKDEV;
}

static struct event_file parsed(const char *fs, const char *type, const char *path,
				const char *root, const char *sb, const char *host)
{
	uint32_t magic = fs_magic(fs);
	struct event_file f = judge_on(magic, path, strcmp(sb, "=") == 0 ? path : sb);

	if (magic == 0) {
		/* nothing was opened: no type, no superblock */
		return (struct event_file){.path = f.path};
	}
	set_type(&f, type);
	if (strcmp(root, "-") != 0) {
		f.rootpath = strcmp(root, "=") == 0 ? f.path : judge_file(root).path;
		f.flags |= WIRE_FILE_ROOTFS;
	}
	if (host[0] != '\0')
		f.hostpath = judge_file(host).path;
	return f;
}

static void test_paths(void **state)
{
	FILE *f = fopen(TABLE, "re");
	char line[1024];
	int number = 0, wrong = 0;
	uint32_t seen = 0;

	(void)state;
	if (!f)
		fail_msg("cannot open %s: run it from the top of the source tree", TABLE);
	while (fgets(line, sizeof(line), f)) {
		char access[4], fs[16], type[32], path[256], root[256], sb[256], list[128];
		char host[256] = "";
		struct event_file file;
		uint32_t got, want;

		number++;
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%3s %15s %31s %255s %255s %255s %127s %255s", access, fs, type,
			   path, root, sb, list, host) < 7)
			fail_msg("%s:%d: not understood", TABLE, number);
		judge_reset();
		file = parsed(fs, type, path, root, sb, host);
		got = watch_classify(&file, access[0] == 'w' ? WATCH_WRITE : WATCH_READ);
		want = class_mask(list);
		seen |= want;
		if (got != want) {
			print_error("%s:%d: %s", TABLE, number, line);
			print_classes(got);
			wrong++;
		}
	}
	fclose(f);
	assert_int_equal(wrong, 0);
	/* every class has a case */
	assert_int_equal(seen, ((1u << WATCH_C_END) - 1) & ~(1u << WATCH_C_NONE) &
				       ~(1u << WATCH_C_RUNTIME)); /* sockets: match_socket.c */
}

/* Bytes of every kind and every length: nothing is read behind them. */
static void test_hostile_paths(void **state)
{
	static const char *const bad[] = {"/",
					  "//",
					  "/etc",
					  "/etc/",
					  "//etc/passwd",
					  "/..",
					  "\xff",
					  "/etc\xff",
					  "/proc/self/root",
					  "/proc/self/root/",
					  "/proc//root/etc/passwd",
					  "/volumes",
					  "/volumes/",
					  "/volumes/a/b/_data",
					  "/containers/x",
					  "/containers"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		size_t len = strlen(bad[i]);

		for (size_t n = 0; n <= len; n++) {
			/* exactly n bytes on the heap, for the sanitizer */
			char *copy = malloc(n ? n : 1);
			struct str s = {copy, (uint32_t)n, (uint32_t)n};
			struct event_file f = {
				.known = true, .mode = S_IFREG, .path = s, .sbpath = s};

			assert_non_null(copy);
			memcpy(copy, bad[i], n);
			watch_classify(&f, WATCH_READ | WATCH_WRITE);
			f.fs_magic = FS_EXT4;
			f.flags = WIRE_FILE_BIND;
			assert_true(watch_classify(&f, WATCH_WRITE) &
				    (1u << WATCH_C_HOST | 1u << WATCH_C_HOST_MANAGED));
			f.fs_magic = FS_PROC;
			watch_classify(&f, WATCH_READ | WATCH_WRITE);
			free(copy);
		}
	}
}

static size_t components(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static size_t longest_component(const char *path)
{
	size_t longest = 0;

	while (*path) {
		size_t len;

		path += *path == '/';
		len = strcspn(path, "/");
		if (len > longest)
			longest = len;
		path += len;
	}
	return longest;
}

/* Of connects, not of files. */
static bool is_peer(const struct watch *w)
{
	return w->scope == WATCH_SOCKET || w->scope == WATCH_LISTENER;
}

static void check_pattern(const struct watch *w)
{
	uint32_t major, minor;
	size_t len = strlen(w->pattern);

	switch (w->scope) {
	case WATCH_LISTENER:
		assert_in_range(len, 1, WIRE_COMM_LEN - 1);
		break;
	case WATCH_NAME:
	case WATCH_SOCKET:
		assert_in_range(len, 1, WIRE_NAME_LEN - 1);
		assert_null(strchr(w->pattern, '/'));
		break;
	case WATCH_SUFFIX:
		assert_in_range(len, 1, 8);
		assert_null(strchr(w->pattern, '/'));
		break;
	case WATCH_BLOCK:
		assert_int_equal(len, 0);
		break;
	case WATCH_CHAR:
		assert_true(judge_number_pair(w->pattern, &major, &minor));
		break;
	case WATCH_PATH:
		/* the container's "/" is too much to watch */
		assert_int_not_equal(len, 0);
		/* fall through */
	default:
		if (len == 0)
			break;
		assert_int_equal(w->pattern[0], '/');
		assert_int_not_equal(w->pattern[len - 1], '/');
		assert_null(strstr(w->pattern, "//"));
		assert_in_range(longest_component(w->pattern), 1, WIRE_NAME_LEN - 1);
	}
}

static void test_bounds(void **state)
{
	size_t n, suffixes = 0, devices = 0;
	const struct watch *table = watch_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct watch *w = &table[i];

		if (w->scope >= WATCH_SCOPE_END || w->class <= WATCH_C_NONE ||
		    w->class >= WATCH_C_END || w->access == 0 ||
		    (is_peer(w) ? w->access != WATCH_CONNECT :
				  w->access & ~(WATCH_READ | WATCH_WRITE)))
			fail_msg("entry %zu (%s) is malformed", i, w->pattern);
		check_pattern(w);
		suffixes += w->scope == WATCH_SUFFIX;
		devices += w->scope == WATCH_CHAR;
		if (w->class == WATCH_C_HOST_MANAGED) {
			assert_int_equal(w->scope, WATCH_HOST);
			assert_in_range(components(w->pattern), 1, WIRE_WATCH_DEPTH);
		}
		for (size_t j = 0; j < i; j++) {
			if (w->scope == table[j].scope && w->class == table[j].class &&
			    strcmp(w->pattern, table[j].pattern) == 0)
				fail_msg("%s is listed twice", w->pattern);
		}
	}
	assert_in_range(n, 1, 512);
	assert_in_range(suffixes, 1, WIRE_SUFFIXES_MAX);
	assert_in_range(devices, 1, WIRE_DEVICES_MAX);
}

/* Each entry classifies, as its own class, a file that is what it says. */
static void test_every_entry_matches(void **state)
{
	static const uint32_t magic[WATCH_SCOPE_END] = {
		[WATCH_PATH] = FS_OVERLAY,  [WATCH_PROC] = FS_PROC,	 [WATCH_SYSFS] = FS_SYSFS,
		[WATCH_CGROUP] = FS_CGROUP, [WATCH_KERNFS] = FS_BINFMT,	 [WATCH_HOST] = FS_EXT4,
		[WATCH_NAME] = FS_CGROUP,   [WATCH_SUFFIX] = FS_OVERLAY, [WATCH_BLOCK] = FS_OVERLAY,
		[WATCH_CHAR] = FS_OVERLAY,
	};
	size_t n;
	const struct watch *table = watch_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const struct watch *w = &table[i];
		bool named = w->scope == WATCH_NAME || w->scope == WATCH_SUFFIX;
		bool device = w->class == WATCH_C_BLOCK || w->class == WATCH_C_MEM;
		char path[256], type[64] = "reg";
		struct event_file f;

		if (is_peer(w)) {
			assert_true(watch_has(w->scope, str_from(w->pattern)));
			assert_false(watch_has(w->scope, str_from("some-other-d")));
			continue;
		}
		judge_reset();
		snprintf(path, sizeof(path), "%s%s", named ? "/some/where/" : "", w->pattern);
		if (w->scope == WATCH_SUFFIX)
			snprintf(path, sizeof(path), "/some/where/x%s", w->pattern);
		if (path[0] != '/')
			snprintf(path, sizeof(path), "/some/where");
		if (w->scope == WATCH_BLOCK)
			snprintf(type, sizeof(type), "blk:8:1");
		if (w->scope == WATCH_CHAR)
			snprintf(type, sizeof(type), "chr:%s", w->pattern);
		if (w->scope == WATCH_HOST)
			snprintf(type, sizeof(type), "reg+bind");
		f = judge_on(magic[w->scope], w->scope == WATCH_PATH ? path : "/else/where", path);
		set_type(&f, type);
		/* a device's usual place tells only of what could not be opened */
		if (w->scope == WATCH_PATH && device)
			f = (struct event_file){.path = f.path};
		if (!(watch_classify(&f, w->access) & (1u << w->class)))
			fail_msg("%s is not %s", path, classes[w->class]);
		if (w->scope == WATCH_PATH && !device) {
			strncat(path, "/b", sizeof(path) - strlen(path) - 1);
			f = judge_on(FS_OVERLAY, path, path);
			if (!(watch_classify(&f, w->access) & (1u << w->class)))
				fail_msg("%s is not %s", path, classes[w->class]);
		}
		if (w->class != WATCH_C_HOST_MANAGED && w->access == WATCH_READ &&
		    (watch_classify(&f, WATCH_WRITE) & (1u << w->class)))
			fail_msg("%s is %s for writing, too", path, classes[w->class]);
	}
}

/* What a detection is about is on the list, and what is on the list some detection is about. */
static void test_classes_and_detections(void **state)
{
	size_t entries, detections;
	const struct watch *table = watch_table(&entries);
	const struct detection *d = detection_table(&detections);
	uint32_t listed[2] = {0}, wanted[2] = {0}, urgent = 0, critical = 0;

	(void)state;
	for (size_t i = 0; i < entries; i++) {
		uint32_t bit = 1u << table[i].class;

		if (is_peer(&table[i]))
			continue;
		listed[0] |= table[i].access & WATCH_READ ? bit : 0;
		listed[1] |= table[i].access & WATCH_WRITE ? bit : 0;
		urgent |= table[i].urgent ? bit : 0;
	}
	for (size_t i = 0; i < detections; i++) {
		wanted[0] |= d[i].read;
		wanted[1] |= d[i].wrote;
		if (d[i].priority <= PRIORITY_CRITICAL)
			critical |= d[i].read | d[i].wrote;
	}
	/* the two of ssh tell by name in a match function; MANAGED takes away */
	wanted[1] |= 1u << WATCH_C_SSH | 1u << WATCH_C_HOST_MANAGED;
	assert_int_equal(listed[0], wanted[0]);
	assert_int_equal(listed[1], wanted[1]);
	assert_int_equal(urgent, critical);
	for (size_t i = 0; i < entries; i++) {
		if (!is_peer(&table[i]) &&
		    !!table[i].urgent != !!(critical & (1u << table[i].class)))
			fail_msg("%s: urgent is for what is critical", table[i].pattern);
	}
}

static int reset(void **state)
{
	(void)state;
	judge_reset();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_paths),
		TEST(test_hostile_paths),
		TEST(test_bounds),
		TEST(test_every_entry_matches),
		TEST(test_classes_and_detections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
