// SPDX-License-Identifier: Apache-2.0
#include "hosted.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void hosted_write(const struct hosted *f, const char *text, size_t len)
{
	assert_int_equal(ftruncate(f->fd, 0), 0);
	assert_int_equal(pwrite(f->fd, text, len, 0), (ssize_t)len);
}

void hosted_open(struct hosted *f, const char *text, size_t len)
{
	f->fd = memfd_create("mountinfo", MFD_CLOEXEC);
	assert_true(f->fd >= 0);
	(void)snprintf(f->name, sizeof(f->name), "/proc/self/fd/%d", f->fd);
	hosted_write(f, text, len);
	assert_int_equal(host_mounts_new(&f->m, f->name), 0);
}

void hosted_close(struct hosted *f)
{
	host_mounts_free(f->m);
	(void)close(f->fd);
}

void hosted_check(struct host_mounts *m, uint32_t dev, const char *sbpath, const char *want)
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
