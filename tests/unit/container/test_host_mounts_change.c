// SPDX-License-Identifier: Apache-2.0
/*
 * Where a file lies on the host, now and when its mounts change: by files made here, on this
 * machine, and in a mount namespace of its own. Time is the test's, so that none has to pass.
 *
 * LINK: -Wl,--wrap=poll -Wl,--wrap=clock_gettime
 */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "container/hosted.h"

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

static void test_reads_again(void **state)
{
	static const char before[] = "1 2 0:9 / /before rw - tmpfs t rw\n";
	static const char after[] = "1 2 0:9 / /after rw - tmpfs t rw\n";
	struct hosted f;

	(void)state;
	hosted_open(&f, before, sizeof(before) - 1);
	polls = 0;
	for (int i = 0; i < 1000; i++)
		hosted_check(f.m, DEV(0, 9), "/f", "/before/f");
	assert_int_equal(polls, 0);
	/* Not before the kernel says so. */
	hosted_write(&f, after, sizeof(after) - 1);
	clock_ms += 100;
	hosted_check(f.m, DEV(0, 9), "/f", "/before/f");
	assert_int_equal(polls, 1);
	/* Nor before it is asked. */
	changed = true;
	clock_ms += 99;
	hosted_check(f.m, DEV(0, 9), "/f", "/before/f");
	assert_int_equal(polls, 1);
	clock_ms += 1;
	hosted_check(f.m, DEV(0, 9), "/f", "/after/f");
	hosted_check(f.m, DEV(0, 9), "/f", "/after/f");
	assert_int_equal(polls, 2);
	/* The devices are asked for in the same way. */
	hosted_write(&f, "", 0);
	changed = true;
	clock_ms += 100;
	assert_int_equal(host_mounts_devices(f.m, (uint32_t[1]){0}, 1), 0);
	assert_int_equal(polls, 3);
	hosted_close(&f);
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
	hosted_check(m, dev, sbpath, "/etc/hostname");
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
		print_message("skip: no mount namespace may be made here, so the kernel's own "
			      "mountinfo cannot be changed\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), SEEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_again),
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_kernel_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
