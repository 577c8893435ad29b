/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opens a file again and again while a second thread changes what its path leads to; what was
 * opened is known by fstat. Says how often it was which.
 */
#include "truth.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

static const char usage[] =
	"act_race link|text WATCHED HARMLESS N\n"
	"act_race rename DIR N\n"
	"act_race close WATCHED N\n"
	"link: a symbolic link leads now to the one, now to the other; text: the path is rewritten in\n"
	"memory (both paths are of one length); rename: the file and its folder change their names;\n"
	"close: the descriptor is closed as soon as it is there";

static atomic_bool over;
static atomic_uint flips, tries;
static char path[4096];

/* A try may meet any of them, but a flood of renames would fill the ring, and prove nothing. */
static void flip_counted(void)
{
	atomic_fetch_add(&flips, 1);
	while (!atomic_load(&over) && atomic_load(&flips) > 4 * atomic_load(&tries) + 64)
		sched_yield();
}

static void need(int ret, const char *what)
{
	if (ret < 0)
		truth_die(what);
}

static void join(char out[static 4096], const char *dir, const char *name)
{
	if (snprintf(out, 4096, "%s/%s", dir, name) >= 4096)
		truth_die("too long");
}

struct two {
	const char *one, *other;
};

static void *flip_link(void *arg)
{
	const struct two *t = arg;
	char fresh[4096];

	if (snprintf(fresh, sizeof(fresh), "%s.new", path) >= (int)sizeof(fresh))
		truth_die("too long");
	for (unsigned i = 0; !atomic_load(&over); i++) {
		(void)unlink(fresh);
		need(symlink(i % 2 ? t->one : t->other, fresh), "symlink");
		need(rename(fresh, path), "rename");
		flip_counted();
	}
	return NULL;
}

/* The text is the same but for the bytes in which the two differ: it is always one or the other,
 * or, seen half-way, neither, which then is not there. */
static void *flip_text(void *arg)
{
	const struct two *t = arg;
	size_t n = strlen(t->one);

	for (unsigned i = 0; !atomic_load(&over); i++) {
		const char *from = i % 2 ? t->one : t->other;

		for (size_t k = 0; k < n; k++)
			((volatile char *)path)[k] = from[k];
		atomic_fetch_add(&flips, 1);
	}
	return NULL;
}

static void *flip_names(void *arg)
{
	const char *dir = arg;
	char d1[4096], d2[4096], f1[4096], f2[4096];

	join(d1, dir, "d1");
	join(d2, dir, "d2");
	for (unsigned i = 0; !atomic_load(&over); i++) {
		const char *at = i / 2 % 2 ? d2 : d1;

		join(f1, at, "f1");
		join(f2, at, "f2");
		if (i % 2 == 0)
			(void)!rename(i / 2 / 2 % 2 ? f2 : f1, i / 2 / 2 % 2 ? f1 : f2);
		else
			(void)!rename(at, at == d1 ? d2 : d1);
		flip_counted();
	}
	return NULL;
}

/* On a busy processor the other thread may not have run for long: it shall. */
static void let_flip(void)
{
	unsigned seen = atomic_load(&flips);

	while (atomic_load(&flips) == seen) {
		atomic_fetch_add(&tries, 1); /* (it may be the other that waits) */
		sched_yield();
	}
}

static atomic_int newest;
static atomic_long closed;

/* The lowest free descriptor is known before the other thread has it. */
static void *close_it(void *arg)
{
	(void)arg;
	while (!atomic_load(&over)) {
		int fd = atomic_load(&newest);

		if (close(fd) == 0)
			atomic_fetch_add(&closed, 1);
		else
			sched_yield(); /* where there is but one CPU */
	}
	return NULL;
}

static void race_two(void *(*flip)(void *), struct two *t, long n)
{
	long watched = 0, harmless = 0, failed = 0, unknown = 0;
	struct stat st, of_watched, of_harmless;
	pthread_t thread;

	need(stat(t->one, &of_watched), t->one);
	need(stat(t->other, &of_harmless), t->other);
	if (pthread_create(&thread, NULL, flip, t))
		truth_die("thread");
	for (long i = 0; watched + harmless < n && failed < 100 * n; i++) {
		long fd;

		atomic_fetch_add(&tries, 1);
		if (i % 16 == 0)
			let_flip();
		fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND, 0);

		if (fd < 0) {
			failed++;
			continue;
		}
		need(fstat((int)fd, &st), "fstat");
		if (st.st_ino == of_watched.st_ino && st.st_dev == of_watched.st_dev)
			watched++;
		else if (st.st_ino == of_harmless.st_ino && st.st_dev == of_harmless.st_dev)
			harmless++;
		else
			unknown++;
		(void)close((int)fd);
	}
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	truth_int("watched", watched);
	truth_int("harmless", harmless);
	truth_int("failed", failed);
	truth_int("unknown", unknown);
	truth_stat(&of_watched);
}

static void race_names(const char *dir, long n)
{
	static const char *const names[] = {"d1/f1", "d1/f2", "d2/f1", "d2/f2"};
	char first[4096], folder[4096];
	pthread_t thread;
	struct stat st;
	long opened = 0;
	int fd;

	join(folder, dir, "d1");
	(void)mkdir(folder, 0755);
	join(first, dir, "d1/f1");
	fd = open(first, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	need(fd, first);
	need(fstat(fd, &st), "fstat");
	(void)close(fd);
	if (pthread_create(&thread, NULL, flip_names, (void *)dir))
		truth_die("thread");
	for (long i = 0; opened < n && i < 1000 * n; i++) {
		atomic_fetch_add(&tries, 1);
		if (i % 16 == 0)
			let_flip();
		join(path, dir, names[i % 4]);
		fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND, 0);
		if (fd < 0)
			continue;
		opened++;
		(void)close(fd);
	}
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	truth_int("opened", opened);
	truth_stat(&st);
}

static void race_close(const char *watched, long n)
{
	long opened = 0;
	pthread_t thread;
	int fd = dup(0);

	need(fd, "dup");
	(void)close(fd);
	atomic_store(&newest, fd);
	if (pthread_create(&thread, NULL, close_it, NULL))
		truth_die("thread");
	for (long i = 0; i < n; i++) {
		fd = (int)syscall(SYS_openat, AT_FDCWD, watched, O_WRONLY | O_APPEND, 0);
		need(fd, watched);
		opened++;
		(void)close(fd);
	}
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	truth_int("opened", opened);
	truth_int("closed", atomic_load(&closed));
}

int main(int argc, char **argv)
{
	struct two t;

	if (argc < 4)
		truth_usage(usage);
	truth_begin("race");
	if (!strcmp(argv[1], "rename")) {
		race_names(argv[2], strtol(argv[3], NULL, 10));
	} else if (!strcmp(argv[1], "close")) {
		race_close(argv[2], strtol(argv[3], NULL, 10));
	} else if (argc == 5) {
		t = (struct two){argv[2], argv[3]};
		if (!strcmp(argv[1], "link")) {
			(void)snprintf(path, sizeof(path), "/tmp/race-link");
			(void)unlink(path);
			need(symlink(t.other, path), "symlink");
			race_two(flip_link, &t, strtol(argv[4], NULL, 10));
		} else if (!strcmp(argv[1], "text") && strlen(t.one) == strlen(t.other) &&
			   strlen(t.one) < sizeof(path)) {
			(void)snprintf(path, sizeof(path), "%s", t.other);
			race_two(flip_text, &t, strtol(argv[4], NULL, 10));
		} else {
			truth_usage(usage);
		}
	} else {
		truth_usage(usage);
	}
	truth_end();
	return 0;
}
