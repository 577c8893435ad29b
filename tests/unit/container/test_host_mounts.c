// SPDX-License-Identifier: Apache-2.0
/* Where a file lies on the host, from mountinfo files made here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/hosted.h"

static const char host[] =
	"21 26 0:20 / /proc rw shared:13 - proc proc rw\n"
	"22 26 0:21 / /sys rw shared:7 - sysfs sysfs rw\n"
	"23 26 0:5 / /dev rw shared:2 - devtmpfs udev rw,size=4k\n"
	"25 26 0:23 / /run rw,nosuid shared:5 - tmpfs tmpfs rw,mode=755\n"
	"26 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw\n"
	"27 22 0:28 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n"
	"30 26 254:2 /vol /mnt/a\\040b\\134c rw - xfs /dev/vdb rw\n"
	"31 26 254:1 /var/lib/x /srv/deep/x rw shared:1 - ext4 /dev/vda1 rw\n"
	"32 26 254:1 /var/lib/x /srv/x rw shared:1 - ext4 /dev/vda1 rw\n"
	"33 26 254:1 /var/lib/x /srv/y rw shared:1 - ext4 /dev/vda1 rw\n"
	"34 26 254:1 /var/lib/x/in\\011side /opt rw - ext4 /dev/vda1 rw\n"
	"35 26 254:1 /etc/hosts /run/hosts rw - ext4 /dev/vda1 rw\n"
	"36 26 254:1 /tmp/gone//deleted /mnt/gone rw - ext4 /dev/vda1 rw\n"
	"37 25 0:4 net:[4026532281] /run/netns/n rw shared:1 - nsfs nsfs rw\n"
	"38 26 0:50 / /var/lib/docker/overlay2/0a/merged rw - overlay overlay rw,lowerdir=/l\n"
	"39 26 0:41 /@ /btr rw - btrfs /dev/vdc rw,subvolid=256,subvol=/@\n"
	"40 26 0:60 / /mnt/empty rw - tmpfs  rw\n"
	"41 26 0:61 / /mnt/ram rw - ramfs ramfs rw\n";

static void test_paths(void **state)
{
	struct hosted f;

	(void)state;
	hosted_open(&f, host, sizeof(host) - 1);
	hosted_check(f.m, DEV(254, 1), "/etc/passwd", "/etc/passwd");
	hosted_check(f.m, DEV(254, 1), "/", "/");
	hosted_check(f.m, DEV(0, 23), "/docker.sock", "/run/docker.sock");
	hosted_check(f.m, DEV(0, 23), "/", "/run");
	hosted_check(f.m, DEV(0, 23), "/a/", "/run/a");
	/* Escapes, in both paths. */
	hosted_check(f.m, DEV(254, 2), "/vol/f", "/mnt/a b\\c/f");
	hosted_check(f.m, DEV(254, 1), "/var/lib/x/in\tside/f", "/opt/f");
	/* Nothing shows the rest of that file system; a root ends where a name does. */
	hosted_check(f.m, DEV(254, 2), "/", NULL);
	hosted_check(f.m, DEV(254, 2), "/volume/f", NULL);
	hosted_check(f.m, DEV(254, 2), "/vo", NULL);
	/* The longest root, and of the same ones the shortest mount point that is listed first. */
	hosted_check(f.m, DEV(254, 1), "/var/lib/x/f", "/srv/x/f");
	hosted_check(f.m, DEV(254, 1), "/var/lib/x", "/srv/x");
	hosted_check(f.m, DEV(254, 1), "/var/lib/xy/f", "/var/lib/xy/f");
	hosted_check(f.m, DEV(254, 1), "/var/lib", "/var/lib");
	/* A single file. */
	hosted_check(f.m, DEV(254, 1), "/etc/hosts", "/run/hosts");
	hosted_check(f.m, DEV(254, 1), "/etc/hosts2", "/etc/hosts2");
	/* Roots that are none. */
	hosted_check(f.m, DEV(254, 1), "/tmp/gone/f", "/tmp/gone/f");
	hosted_check(f.m, DEV(254, 1), "/tmp/gone//deleted/f", "/tmp/gone//deleted/f");
	hosted_check(f.m, DEV(0, 4), "/", NULL);
	/* Devices without a number, of which the kernel's own are left out. */
	hosted_check(f.m, DEV(0, 50), "/etc/shadow",
		     "/var/lib/docker/overlay2/0a/merged/etc/shadow");
	hosted_check(f.m, DEV(0, 41), "/@/home/f", "/btr/home/f");
	hosted_check(f.m, DEV(0, 60), "/f", "/mnt/empty/f");
	hosted_check(f.m, DEV(0, 20), "/1/mem", NULL);
	hosted_check(f.m, DEV(0, 21), "/kernel", NULL);
	hosted_check(f.m, DEV(0, 5), "/sda", NULL);
	hosted_check(f.m, DEV(0, 28), "/a", NULL);
	/* Unknown devices, before, between and after those that are. */
	hosted_check(f.m, 0, "/f", NULL);
	hosted_check(f.m, DEV(0, 51), "/f", NULL);
	hosted_check(f.m, UINT32_MAX, "/f", NULL);
	/* No absolute path. */
	hosted_check(f.m, DEV(254, 1), "", NULL);
	hosted_check(f.m, DEV(254, 1), "etc/passwd", NULL);
	hosted_close(&f);
}

static void test_devices(void **state)
{
	static const uint32_t want[] = {DEV(0, 23), DEV(0, 41),	 DEV(0, 50), DEV(0, 60),
					DEV(0, 61), DEV(254, 1), DEV(254, 2)};
	uint32_t devs[16] = {0};
	struct hosted f;

	(void)state;
	hosted_open(&f, host, sizeof(host) - 1);
	assert_int_equal(host_mounts_devices(f.m, devs, 16), sizeof(want) / sizeof(want[0]));
	assert_memory_equal(devs, want, sizeof(want));
	memset(devs, 0, sizeof(devs));
	assert_int_equal(host_mounts_devices(f.m, devs, 2), 2);
	assert_memory_equal(devs, want, 2 * sizeof(want[0]));
	assert_int_equal(devs[2], 0);
	assert_int_equal(host_mounts_devices(f.m, devs, 0), 0);
	hosted_close(&f);
}

/* All that fits is given, to the last byte; what does not, and what was cut before, is not. */
static void test_lengths(void **state)
{
	static const char line[] = "1 2 0:9 /r /mnt rw - tmpfs t rw\n";
	static char path[HOST_PATH_MAX + 16];
	struct str sbpath = {path, HOST_PATH_MAX - 2, HOST_PATH_MAX - 2};
	char out[HOST_PATH_MAX];
	struct hosted f;
	struct str got;

	(void)state;
	memset(path, 'n', sizeof(path));
	memcpy(path, "/r/", 3);
	hosted_open(&f, line, sizeof(line) - 1);
	got = host_mounts_path(f.m, DEV(0, 9), sbpath, out);
	assert_ptr_equal(got.p, out);
	assert_int_equal(got.len, HOST_PATH_MAX);
	assert_memory_equal(out, "/mnt/nn", 7);
	assert_int_equal(out[HOST_PATH_MAX - 1], 'n');
	sbpath.len++;
	sbpath.full++;
	assert_null(host_mounts_path(f.m, DEV(0, 9), sbpath, out).p);
	sbpath = (struct str){"/r/f", 4, 5};
	assert_null(host_mounts_path(f.m, DEV(0, 9), sbpath, out).p);
	/* Any byte may be in a name. */
	sbpath = (struct str){"/r/\0\n", 5, 5};
	got = host_mounts_path(f.m, DEV(0, 9), sbpath, out);
	assert_int_equal(got.len, 7);
	assert_memory_equal(out, "/mnt/\0\n", 7);
	hosted_close(&f);
}

/* What is no such line is passed over; the lines around it count. */
static void test_hostile(void **state)
{
	static const char good[] = "1 2 0:9 / /first rw - tmpfs t rw\n";
	static const char last[] = "1 2 0:8 / /last rw - tmpfs t rw"; /* no newline */
	static const char *const lines[] = {
		"",
		"\n",
		" \n",
		"1 2 0:7\n",
		"1 2 0:7 / /x rw - tmpfs t\n",
		"1 2 0:7 / /x rw tmpfs t rw\n",
		"1 2 0:7  /x rw - tmpfs t rw\n",
		"1 2 7 / /x rw - tmpfs t rw\n",
		"1 2 0:7a / /x rw - tmpfs t rw\n",
		"1 2 0:99999999999999999999 / /x rw - tmpfs t rw\n",
		"1 2 0:7 r /x rw - tmpfs t rw\n",
		"1 2 0:7 / x rw - tmpfs t rw\n",
		"1 2 0:7 //deleted /x rw - tmpfs t rw\n",
		"\\\\\\\\\\0\\04\\040\\777 - - - - - - - - - -\n",
		"%s%n%s%n%s%n\n",
	};
	char text[512];
	struct hosted f;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int n = snprintf(text, sizeof(text), "%s%s%s", good, lines[i], last);
		uint32_t devs[4];

		hosted_open(&f, text, (size_t)n);
		hosted_check(f.m, DEV(0, 9), "/f", "/first/f");
		hosted_check(f.m, DEV(0, 8), "/f", "/last/f");
		if (host_mounts_devices(f.m, devs, 4) != 2)
			fail_msg("took as a mount: %s", lines[i]);
		hosted_close(&f);
	}
}

static void test_hostile_bytes(void **state)
{
	static const char nul[] = "1 2 0:9 / /a\0b rw - tmpfs t rw\n"
				  "1 2 0:9 / /a rw - tmpfs t rw\0 x\n"
				  "1 2 0:8 / /good rw - tmpfs t rw\n"
				  "1 2 0:7 / /esc\\000x rw - tmpfs t rw\n"
				  "1 2 0:6 / /mnt// rw - tmpfs t rw\n";
	static const char good[] = "\n1 2 0:8 / /good rw - tmpfs t rw\n";
	static const char long_options[] = "1 2 0:9 / /long rw - overlay o ";
	static const char long_point[] = "1 2 0:9 / /";
	static char text[200000];
	struct hosted f;

	(void)state;
	hosted_open(&f, nul, sizeof(nul) - 1);
	hosted_check(f.m, DEV(0, 9), "/f", NULL);
	hosted_check(f.m, DEV(0, 8), "/f", "/good/f");
	hosted_check(f.m, DEV(0, 6), "/f", "/mnt/f");
	hosted_close(&f);

	/* Options that do not fit do not hide the mount, nor those that follow. */
	memset(text, 'x', sizeof(text));
	memcpy(text, long_options, sizeof(long_options) - 1);
	memcpy(text + sizeof(text) - (sizeof(good) - 1), good, sizeof(good) - 1);
	hosted_open(&f, text, sizeof(text));
	hosted_check(f.m, DEV(0, 9), "/f", "/long/f");
	hosted_check(f.m, DEV(0, 8), "/f", "/good/f");
	hosted_close(&f);

	/* A path that no file's path would fit behind. */
	memset(text, 'x', sizeof(text));
	memcpy(text, long_point, sizeof(long_point) - 1);
	memcpy(text + 5000, " rw - tmpfs t rw", 16);
	memcpy(text + 5016, good, sizeof(good) - 1);
	hosted_open(&f, text, 5016 + sizeof(good) - 1);
	hosted_check(f.m, DEV(0, 9), "/f", NULL);
	hosted_check(f.m, DEV(0, 8), "/f", "/good/f");
	hosted_close(&f);

	/* Nothing at all. */
	hosted_open(&f, "", 0);
	hosted_check(f.m, DEV(0, 8), "/f", NULL);
	assert_int_equal(host_mounts_devices(f.m, (uint32_t[1]){0}, 1), 0);
	hosted_close(&f);
}

/* More mounts than are kept: the first ones count, and every one of them is found. */
static void test_many(void **state)
{
	size_t size = 70000u * 48, len = 0;
	char *text = malloc(size);
	char sbpath[32], want[32];
	struct hosted f;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 70000; i++)
		len += (size_t)snprintf(text + len, size - len,
					"1 2 0:%d /r%d /m%d rw - tmpfs t rw\n", i % 7, i, i);
	hosted_open(&f, text, len);
	for (int i = 0; i < 70000; i += i < 65400 ? 97 : 1) {
		(void)snprintf(sbpath, sizeof(sbpath), "/r%d/f", i);
		(void)snprintf(want, sizeof(want), "/m%d/f", i);
		hosted_check(f.m, DEV(0, i % 7), sbpath, i < 65536 ? want : NULL);
	}
	hosted_close(&f);
	free(text);
}

static void test_errors(void **state)
{
	struct host_mounts *m = NULL;

	(void)state;
	assert_int_equal(host_mounts_new(&m, "/nonexistent/mountinfo"), -ENOENT);
	assert_null(m);
	assert_int_equal(host_mounts_new(&m, "/"), -EIO); /* opens, cannot be read */
	assert_null(m);
	host_mounts_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),	      cmocka_unit_test(test_devices),
		cmocka_unit_test(test_lengths),	      cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_hostile_bytes), cmocka_unit_test(test_many),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
