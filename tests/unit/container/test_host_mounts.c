// SPDX-License-Identifier: Apache-2.0
/*
 * Where a file lies on the host, from mountinfo files made here and from that of this machine.
 * Time is the test's, so that none has to pass.
 * LINK: -Wl,--wrap=poll -Wl,--wrap=clock_gettime
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/host_mounts.h"

#define DEV(major, minor) ((uint32_t)(major) << 20 | (minor))

int __real_poll(struct pollfd *p, nfds_t n, int timeout);
int __wrap_poll(struct pollfd *p, nfds_t n, int timeout);
int __wrap_clock_gettime(clockid_t id, struct timespec *ts);

static uint64_t clock_ms = 5000;
static bool changed; /* what poll says of a plain file */
static int polls;

int __wrap_poll(struct pollfd *p, nfds_t n, int timeout)
{
	int got = __real_poll(p, n, timeout);

	polls++;
	if (!changed)
		return got;
	changed = false;
	p->revents |= POLLERR | POLLPRI;
	return 1;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	(void)id;
	ts->tv_sec = (time_t)(clock_ms / 1000);
	ts->tv_nsec = (long)(clock_ms % 1000) * 1000000;
	return 0;
}

/* A file with that text: its descriptor and its name, which is good while it is open. */
struct fixture {
	int fd;
	char name[64];
	struct host_mounts *m;
};

static void fixture_write(const struct fixture *f, const char *text, size_t len)
{
	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_int_equal(pwrite(f->fd, text, len, 0), (ssize_t)len);
}

static void fixture_open(struct fixture *f, const char *text, size_t len)
{
	f->fd = memfd_create("mountinfo", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	(void)snprintf(f->name, sizeof(f->name), "/proc/self/fd/%d", f->fd);
	fixture_write(f, text, len);
	assert_int_equal(host_mounts_new(&f->m, f->name), 0);
}

static void fixture_close(struct fixture *f)
{
	host_mounts_free(f->m);
	(void)close(f->fd);
}

/* Checks that sbpath of dev lies at want; NULL: nowhere. */
static void check(struct host_mounts *m, uint32_t dev, const char *sbpath, const char *want)
{
	char out[HOST_PATH_MAX];
	struct str got = host_mounts_path(m, dev, str_from(sbpath), out);

	if (!want) {
		if (got.p)
			fail_msg("%s: lies nowhere, but gave %.*s", sbpath, (int)got.len, got.p);
		return;
	}
	if (!got.p)
		fail_msg("%s: lies at %s, but nothing was found", sbpath, want);
	if (!str_is(got, want) || got.full != got.len)
		fail_msg("%s: lies at %s, not at %.*s", sbpath, want, (int)got.len, got.p);
}

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
	struct fixture f;

	(void)state;
	fixture_open(&f, host, sizeof(host) - 1);
	check(f.m, DEV(254, 1), "/etc/passwd", "/etc/passwd");
	check(f.m, DEV(254, 1), "/", "/");
	check(f.m, DEV(0, 23), "/docker.sock", "/run/docker.sock");
	check(f.m, DEV(0, 23), "/", "/run");
	check(f.m, DEV(0, 23), "/a/", "/run/a");
	/* Escapes, in both paths. */
	check(f.m, DEV(254, 2), "/vol/f", "/mnt/a b\\c/f");
	check(f.m, DEV(254, 1), "/var/lib/x/in\tside/f", "/opt/f");
	/* Nothing shows the rest of that file system; a root ends where a name does. */
	check(f.m, DEV(254, 2), "/", NULL);
	check(f.m, DEV(254, 2), "/volume/f", NULL);
	check(f.m, DEV(254, 2), "/vo", NULL);
	/* The longest root, and of the same ones the shortest mount point that is listed first. */
	check(f.m, DEV(254, 1), "/var/lib/x/f", "/srv/x/f");
	check(f.m, DEV(254, 1), "/var/lib/x", "/srv/x");
	check(f.m, DEV(254, 1), "/var/lib/xy/f", "/var/lib/xy/f");
	check(f.m, DEV(254, 1), "/var/lib", "/var/lib");
	/* A single file. */
	check(f.m, DEV(254, 1), "/etc/hosts", "/run/hosts");
	check(f.m, DEV(254, 1), "/etc/hosts2", "/etc/hosts2");
	/* Roots that are none. */
	check(f.m, DEV(254, 1), "/tmp/gone/f", "/tmp/gone/f");
	check(f.m, DEV(254, 1), "/tmp/gone//deleted/f", "/tmp/gone//deleted/f");
	check(f.m, DEV(0, 4), "/", NULL);
	/* Devices without a number, of which the kernel's own are left out. */
	check(f.m, DEV(0, 50), "/etc/shadow", "/var/lib/docker/overlay2/0a/merged/etc/shadow");
	check(f.m, DEV(0, 41), "/@/home/f", "/btr/home/f");
	check(f.m, DEV(0, 60), "/f", "/mnt/empty/f");
	check(f.m, DEV(0, 20), "/1/mem", NULL);
	check(f.m, DEV(0, 21), "/kernel", NULL);
	check(f.m, DEV(0, 5), "/sda", NULL);
	check(f.m, DEV(0, 28), "/a", NULL);
	/* Unknown devices, before, between and after those that are. */
	check(f.m, 0, "/f", NULL);
	check(f.m, DEV(0, 51), "/f", NULL);
	check(f.m, UINT32_MAX, "/f", NULL);
	/* No absolute path. */
	check(f.m, DEV(254, 1), "", NULL);
	check(f.m, DEV(254, 1), "etc/passwd", NULL);
	fixture_close(&f);
}

static void test_devices(void **state)
{
	static const uint32_t want[] = {DEV(0, 23), DEV(0, 41),	 DEV(0, 50), DEV(0, 60),
					DEV(0, 61), DEV(254, 1), DEV(254, 2)};
	uint32_t devs[16] = {0};
	struct fixture f;

	(void)state;
	fixture_open(&f, host, sizeof(host) - 1);
	assert_int_equal(host_mounts_devices(f.m, devs, 16), sizeof(want) / sizeof(want[0]));
	assert_memory_equal(devs, want, sizeof(want));
	memset(devs, 0, sizeof(devs));
	assert_int_equal(host_mounts_devices(f.m, devs, 2), 2);
	assert_memory_equal(devs, want, 2 * sizeof(want[0]));
	assert_int_equal(devs[2], 0);
	assert_int_equal(host_mounts_devices(f.m, devs, 0), 0);
	fixture_close(&f);
}

/* All that fits is given, to the last byte; what does not, and what was cut before, is not. */
static void test_lengths(void **state)
{
	static const char line[] = "1 2 0:9 /r /mnt rw - tmpfs t rw\n";
	static char path[HOST_PATH_MAX + 16];
	struct str sbpath = {path, HOST_PATH_MAX - 2, HOST_PATH_MAX - 2};
	char out[HOST_PATH_MAX];
	struct fixture f;
	struct str got;

	(void)state;
	memset(path, 'n', sizeof(path));
	memcpy(path, "/r/", 3);
	fixture_open(&f, line, sizeof(line) - 1);
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
	fixture_close(&f);
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
	struct fixture f;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		int n = snprintf(text, sizeof(text), "%s%s%s", good, lines[i], last);
		uint32_t devs[4];

		fixture_open(&f, text, (size_t)n);
		check(f.m, DEV(0, 9), "/f", "/first/f");
		check(f.m, DEV(0, 8), "/f", "/last/f");
		if (host_mounts_devices(f.m, devs, 4) != 2)
			fail_msg("took as a mount: %s", lines[i]);
		fixture_close(&f);
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
	struct fixture f;

	(void)state;
	fixture_open(&f, nul, sizeof(nul) - 1);
	check(f.m, DEV(0, 9), "/f", NULL);
	check(f.m, DEV(0, 8), "/f", "/good/f");
	check(f.m, DEV(0, 6), "/f", "/mnt/f");
	fixture_close(&f);

	/* Options that do not fit do not hide the mount, nor those that follow. */
	memset(text, 'x', sizeof(text));
	memcpy(text, long_options, sizeof(long_options) - 1);
	memcpy(text + sizeof(text) - (sizeof(good) - 1), good, sizeof(good) - 1);
	fixture_open(&f, text, sizeof(text));
	check(f.m, DEV(0, 9), "/f", "/long/f");
	check(f.m, DEV(0, 8), "/f", "/good/f");
	fixture_close(&f);

	/* A path that no file's path would fit behind. */
	memset(text, 'x', sizeof(text));
	memcpy(text, long_point, sizeof(long_point) - 1);
	memcpy(text + 5000, " rw - tmpfs t rw", 16);
	memcpy(text + 5016, good, sizeof(good) - 1);
	fixture_open(&f, text, 5016 + sizeof(good) - 1);
	check(f.m, DEV(0, 9), "/f", NULL);
	check(f.m, DEV(0, 8), "/f", "/good/f");
	fixture_close(&f);

	/* Nothing at all. */
	fixture_open(&f, "", 0);
	check(f.m, DEV(0, 8), "/f", NULL);
	assert_int_equal(host_mounts_devices(f.m, (uint32_t[1]){0}, 1), 0);
	fixture_close(&f);
}

/* More mounts than are kept: the first ones count, and every one of them is found. */
static void test_many(void **state)
{
	size_t size = 70000u * 48, len = 0;
	char *text = malloc(size);
	char sbpath[32], want[32];
	struct fixture f;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i < 70000; i++)
		len += (size_t)snprintf(text + len, size - len,
					"1 2 0:%d /r%d /m%d rw - tmpfs t rw\n", i % 7, i, i);
	fixture_open(&f, text, len);
	for (int i = 0; i < 70000; i += i < 65400 ? 97 : 1) {
		(void)snprintf(sbpath, sizeof(sbpath), "/r%d/f", i);
		(void)snprintf(want, sizeof(want), "/m%d/f", i);
		check(f.m, DEV(0, i % 7), sbpath, i < 65536 ? want : NULL);
	}
	fixture_close(&f);
	free(text);
}

static void test_reads_again(void **state)
{
	static const char before[] = "1 2 0:9 / /before rw - tmpfs t rw\n";
	static const char after[] = "1 2 0:9 / /after rw - tmpfs t rw\n";
	struct fixture f;

	(void)state;
	fixture_open(&f, before, sizeof(before) - 1);
	polls = 0;
	for (int i = 0; i < 1000; i++)
		check(f.m, DEV(0, 9), "/f", "/before/f");
	assert_int_equal(polls, 0);
	/* Not before the kernel says so. */
	fixture_write(&f, after, sizeof(after) - 1);
	clock_ms += 100;
	check(f.m, DEV(0, 9), "/f", "/before/f");
	assert_int_equal(polls, 1);
	/* Nor before it is asked. */
	changed = true;
	clock_ms += 99;
	check(f.m, DEV(0, 9), "/f", "/before/f");
	assert_int_equal(polls, 1);
	clock_ms += 1;
	check(f.m, DEV(0, 9), "/f", "/after/f");
	check(f.m, DEV(0, 9), "/f", "/after/f");
	assert_int_equal(polls, 2);
	/* The devices are asked for in the same way. */
	fixture_write(&f, "", 0);
	changed = true;
	clock_ms += 100;
	assert_int_equal(host_mounts_devices(f.m, (uint32_t[1]){0}, 1), 0);
	assert_int_equal(polls, 3);
	fixture_close(&f);
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

/* The file system of / here: its device and root, by a reader of its own. */
static void find_root(uint32_t *dev, char root[static 512])
{
	unsigned int major, minor;
	char line[8192], point[512], one[512];
	FILE *f = fopen("/proc/self/mountinfo", "re");
	bool found = false;

	assert_non_null(f);
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*d %*d %u:%u %511s %511s", &major, &minor, one, point) == 4 &&
		    strcmp(point, "/") == 0) {
			*dev = DEV(major, minor);
			(void)snprintf(root, 512, "%s", strcmp(one, "/") == 0 ? "" : one);
			found = true;
		}
	}
	if (f)
		(void)fclose(f);
	assert_true(found);
}

static void test_this_machine(void **state)
{
	char root[512], sbpath[600];
	uint32_t dev = 0, devs[256];
	struct host_mounts *m;
	bool listed = false;
	size_t n;

	(void)state;
	find_root(&dev, root);
	assert_int_equal(host_mounts_new(&m, "/proc/self/mountinfo"), 0);
	(void)snprintf(sbpath, sizeof(sbpath), "%s/etc/hostname", root);
	check(m, dev, sbpath, "/etc/hostname");
	n = host_mounts_devices(m, devs, 256);
	for (size_t i = 0; i < n; i++)
		listed |= devs[i] == dev;
	assert_true(listed);
	host_mounts_free(m);
}

enum { SEEN, NO_NAMESPACE, NOT_SEEN, NOT_FORGOTTEN, BROKEN };

/* In a mount namespace of its own: does a mount appear, and go? */
static int mount_and_look(const char *dir)
{
	char out[HOST_PATH_MAX], want[64];
	struct host_mounts *m;
	struct stat st;
	uint32_t dev;

	if (unshare(CLONE_NEWNS) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return NO_NAMESPACE;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return NO_NAMESPACE;
	if (host_mounts_new(&m, "/proc/self/mountinfo") < 0)
		return BROKEN;
	if (mount("none", dir, "tmpfs", 0, NULL) < 0)
		return NO_NAMESPACE;
	if (stat(dir, &st) < 0)
		return BROKEN;
	dev = DEV(major(st.st_dev), minor(st.st_dev));
	(void)snprintf(want, sizeof(want), "%s/f", dir);
	clock_ms += 100;
	if (!str_is(host_mounts_path(m, dev, STR_LIT("/f"), out), want))
		return NOT_SEEN;
	if (umount(dir) < 0)
		return BROKEN;
	clock_ms += 100;
	if (host_mounts_path(m, dev, STR_LIT("/f"), out).p)
		return NOT_FORGOTTEN;
	host_mounts_free(m);
	return SEEN;
}

static void test_kernel_says_so(void **state)
{
	char dir[] = "/tmp/rootwatch-mounts-XXXXXX";
	int status = 0;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(dir));
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(mount_and_look(dir));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(rmdir(dir), 0);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_NAMESPACE) {
		print_message("no mount namespace may be made here: a change of the kernel's own "
			      "mountinfo is not tested\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),	      cmocka_unit_test(test_devices),
		cmocka_unit_test(test_lengths),	      cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_hostile_bytes), cmocka_unit_test(test_many),
		cmocka_unit_test(test_reads_again),   cmocka_unit_test(test_errors),
		cmocka_unit_test(test_this_machine),  cmocka_unit_test(test_kernel_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
