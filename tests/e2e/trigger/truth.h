/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ground truth: one JSON object a line, printed by the program that acted. Bytes that are not
 * printable ASCII are written as \u00XX, one per byte, so that any file name comes back whole.
 */
#ifndef ROOTWATCH_TESTS_TRUTH_H
#define ROOTWATCH_TESTS_TRUTH_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool truth_more;

static inline void truth_quote(const char *s, size_t len)
{
	putchar('"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static inline void truth_key(const char *key)
{
	printf("%s\"%s\": ", truth_more ? ", " : "{", key);
	truth_more = true;
}

static inline void truth_str(const char *key, const char *value)
{
	truth_key(key);
	truth_quote(value, strlen(value));
}

static inline void truth_int(const char *key, long long value)
{
	truth_key(key);
	printf("%lld", value);
}

static inline void truth_end(void)
{
	printf("}\n");
	fflush(stdout);
	truth_more = false;
}

static inline void truth_begin(const char *act)
{
	truth_str("act", act);
	truth_int("pid", getpid());
	truth_int("tid", (long long)syscall(SYS_gettid));
}

/* The real name of errno in an event: 0 or a positive number. */
static inline void truth_result(const char *key, long long ret, int err)
{
	truth_int(key, ret);
	truth_int("errno", ret < 0 ? err : 0);
}

static inline void truth_link(const char *key, const char *link)
{
	char buf[4096];
	ssize_t n = readlink(link, buf, sizeof(buf));

	truth_key(key);
	truth_quote(buf, n < 0 ? 0 : (size_t)n);
}

static inline void truth_stat(const struct stat *st)
{
	truth_int("ino", (long long)st->st_ino);
	truth_int("dev", (long long)st->st_dev);
	truth_int("rdev", (long long)st->st_rdev);
	truth_int("mode", st->st_mode);
}

static inline void truth_ids(const char *prefix)
{
	static const char *const names[] = {"uid", "euid", "suid", "fsuid"};
	uid_t r, e, s;
	char key[32];

	if (getresuid(&r, &e, &s))
		r = e = s = (uid_t)-1;
	/* setfsuid(-1) changes nothing and gives the present one. */
	uid_t all[] = {r, e, s, (uid_t)setfsuid((uid_t)-1)};

	for (size_t i = 0; i < 4; i++) {
		snprintf(key, sizeof(key), "%s%s", prefix, names[i]);
		truth_int(key, all[i]);
	}
}

static inline void truth_gids(const char *prefix)
{
	static const char *const names[] = {"gid", "egid", "sgid", "fsgid"};
	gid_t r, e, s;
	char key[32];

	if (getresgid(&r, &e, &s))
		r = e = s = (gid_t)-1;
	gid_t all[] = {r, e, s, (gid_t)setfsgid((gid_t)-1)};

	for (size_t i = 0; i < 4; i++) {
		snprintf(key, sizeof(key), "%s%s", prefix, names[i]);
		truth_int(key, all[i]);
	}
}

static inline _Noreturn void truth_die(const char *what)
{
	fprintf(stderr, "trigger: %s: %s\n", what, strerror(errno));
	exit(99);
}

static inline _Noreturn void truth_usage(const char *usage)
{
	fprintf(stderr, "usage: %s\n", usage);
	exit(98);
}

/* The architecture has no system call of that name. */
static inline _Noreturn void truth_no_call(void)
{
	exit(97);
}

/* The kernel does not let it have a ring of io_uring. */
static inline _Noreturn void truth_no_ring(void)
{
	fprintf(stderr, "trigger: io_uring_setup: %s\n", strerror(errno));
	exit(96);
}

#endif /* ROOTWATCH_TESTS_TRUTH_H */
