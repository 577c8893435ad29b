// SPDX-License-Identifier: Apache-2.0
/* Who speaks for a process when it ends while its paths are looked up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/helpers.h"
#include "container/host_mounts.h"
#include "container/resolver.h"

/* A process that ends at the moment when its mounts are asked for; 0: none. */
static pid_t mortal;

static void end_mortal(void)
{
	kill(mortal, SIGKILL);
	waitpid(mortal, NULL, 0);
	mortal = 0;
}

/* In the place of libc's. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's begin with __ */
int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (mortal && strcmp(path, "mountinfo") == 0)
		end_mortal();
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* A call of a process that ends like that; its path lies on another mount. */
static void call_of_mortal(struct event *e, struct resolver *r, uint32_t parent)
{
	struct stat st;

	assert_int_equal(stat("/proc/self/ns/mnt", &st), 0);
	mortal = fork();
	if (mortal == 0) {
		pause();
		_exit(0);
	}
	*e = (struct event){
		.kind = EVENT_SYSCALL,
		.task = {.pid = (uint32_t)mortal, .ppid = parent, .mnt_ns = (uint32_t)st.st_ino},
		.sys.call = WIRE_CALL_RENAME,
	};
	e->sys.paths[1].asked = e->sys.paths[1].named = STR_LIT("/dev/shm/x");
	resolver_call(r, e);
	assert_int_equal(mortal, 0);
}

static void another_one_knows_the_mounts(void **state)
{
	struct host_mounts *host;
	struct helpers *helpers;
	struct resolver *r;
	struct event e;

	(void)state;
	if (access("/dev/shm", W_OK)) {
		print_message("skip: no /dev/shm here\n");
		skip();
	}
	assert_int_equal(host_mounts_new(&host, "/proc/self/mountinfo"), 0);
	assert_int_equal(helpers_new(&helpers), 0);
	assert_int_equal(resolver_new(&r, "/proc", host, helpers), 0);
	call_of_mortal(&e, r, (uint32_t)getpid());
	assert_true(e.sys.paths[1].resolved);
	assert_true(str_is(e.sys.paths[1].hostpath, "/dev/shm/x"));
	/* Nobody left: where it led is known, and not what that is on the host. */
	call_of_mortal(&e, r, 0);
	assert_true(e.sys.paths[1].resolved);
	assert_true(str_is(e.sys.paths[1].path, "/dev/shm/x"));
	assert_null(e.sys.paths[1].hostpath.p);
	resolver_free(r);
	helpers_free(helpers);
	host_mounts_free(host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_one_knows_the_mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
