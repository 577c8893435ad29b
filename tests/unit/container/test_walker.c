// SPDX-License-Identifier: Apache-2.0
/* Paths into a file system that never answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "container/walker.h"

enum { HUNG_NS = 1, OTHER_NS = 2 };

static char top[] = "/tmp/walker-XXXXXX";

/* A FUSE mount whose daemon is silent; its descriptor, or -1 where that is not allowed. */
static int mount_silent(void)
{
	char options[100];
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fd);
	/* In mounts of its own: they go with this process. */
	if (unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("silent", top, "fuse", 0, options) == 0)
		return fd;
	close(fd);
	return -1;
}

/* On a busy machine all that was waited before may have been too much: then not at once (waits.h). */
static int open_in_time(struct walker *w, uint32_t ns, int root, const char *path)
{
	int err = -EBUSY;

	for (int i = 0; i < 600 && err == -EBUSY; i++) {
		if (i > 0)
			usleep(100000);
		err = walker_open(w, ns, root, path, O_DIRECTORY);
	}
	return err;
}

static void hanging_file_system(void **state)
{
	int root, fd, fuse, err = -EBUSY;
	struct walker *w;
	char path[100];

	(void)state;
	assert_non_null(mkdtemp(top));
	fuse = mount_silent();
	if (fuse < 0) {
		rmdir(top);
		print_message("skip: FUSE cannot be mounted here\n");
		skip();
	}
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(walker_new(&w), 0);
	snprintf(path, sizeof(path), "%s/a/b", top);
	assert_int_equal(walker_open(w, HUNG_NS, root, path, O_DIRECTORY), -ETIMEDOUT);
	assert_int_equal(walker_open(w, HUNG_NS, root, path, O_DIRECTORY), -EBUSY);
	/* Others are not held up, and can hang for themselves. */
	fd = open_in_time(w, OTHER_NS, root, "/tmp");
	assert_true(fd >= 0);
	close(fd);
	for (uint32_t ns = OTHER_NS; ns < OTHER_NS + 3; ns++)
		assert_int_equal(open_in_time(w, ns, root, path), -ETIMEDOUT);
	/* Only so many threads: then what would have to wait is given up at once. */
	assert_int_equal(walker_open(w, OTHER_NS + 9, root, path, O_DIRECTORY), -EBUSY);
	/* Once the daemon is gone the threads come back. */
	close(fuse);
	for (int i = 0; i < 6000 && (err == -EBUSY || err == -ETIMEDOUT); i++) {
		usleep(10000);
		err = walker_open(w, HUNG_NS, root, path, O_DIRECTORY);
	}
	assert_int_equal(err, -ENOTCONN);
	walker_free(w);
	close(root);
	umount2(top, MNT_DETACH);
	rmdir(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hanging_file_system),
	};

	return cmocka_run_group_tests_name("walker", tests, NULL, NULL);
}
