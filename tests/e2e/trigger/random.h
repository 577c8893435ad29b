/* SPDX-License-Identifier: Apache-2.0 */
/* Of act_random: numbers, the threads that call, random paths, and what the kernel says of them. */
#ifndef ROOTWATCH_TESTS_RANDOM_H
#define ROOTWATCH_TESTS_RANDOM_H

#include "truth.h"

#include <limits.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mount.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>

#define DIRS	6 /* descriptors of folders that paths begin at */
#define FILES	6 /* and of what was opened */
#define PLACES	16
#define DEPTH	3
#define MOUNTS	5
#define NOTHING (-1)

/* One call, by the thread that makes it. */
struct call {
	const char *name;
	long number, args[5], ret;
	int err;
};

struct hand {
	pthread_t thread;
	sem_t go, done;
	long tid;
	struct call call;
};

static struct hand actor, prober;
static const char *places[PLACES];
static size_t n_places;
static int dirs[DIRS], files[FILES], mounts;
static uint64_t state;

static uint64_t next(uint64_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (state * 2685821657736338717ull >> 33) % below;
}

static bool one_in(uint64_t n)
{
	return next(n) == 0;
}

static void *hand_work(void *arg)
{
	struct hand *h = arg;

	h->tid = (long)syscall(SYS_gettid);
	for (;;) {
		struct call *c = &h->call;

		sem_post(&h->done);
		while (sem_wait(&h->go))
			;
		errno = 0;
		c->ret = syscall(c->number, c->args[0], c->args[1], c->args[2], c->args[3],
				 c->args[4]);
		c->err = errno;
	}
	return NULL;
}

static void hand_wait(struct hand *h)
{
	while (sem_wait(&h->done))
		;
}

static void hand_start(struct hand *h)
{
	sem_init(&h->go, 0, 0);
	sem_init(&h->done, 0, 0);
	if (pthread_create(&h->thread, NULL, hand_work, h))
		truth_die("pthread_create");
	hand_wait(h);
}

/* (Somebody who renames or mounts anywhere on the machine can keep openat2 from finding its way.) */
static long hand_call(struct hand *h, struct call c)
{
	for (int i = 0; i < 1000; i++) {
		h->call = c;
		sem_post(&h->go);
		hand_wait(h);
		if (c.number != SYS_openat2 || h->call.ret >= 0 || h->call.err != EAGAIN)
			break;
	}
	return h->call.ret;
}

/* ---- what the kernel says of a descriptor ---- */

/* The mount that a descriptor came by, as /proc/self/mountinfo has it. */
static void say_mount(int fd)
{
	char name[64], line[9000], root[4096], point[4096];
	int id = NOTHING, found;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/self/fdinfo/%d", fd);
	f = fopen(name, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "mnt_id: %d", &id) == 1)
			break;
	if (f)
		fclose(f);
	f = fopen("/proc/self/mountinfo", "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%d %*d %*s %4095s %4095s", &found, root, point) == 3 &&
		    found == id) {
			truth_str("mount_root", root);
			truth_str("mount_point", point);
			break;
		}
	if (f)
		fclose(f);
}

static void say_real(const char *key, int fd)
{
	char link[64];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	truth_link(key, link);
}

static void say_file(int fd)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return;
	say_real("real", fd);
	truth_stat(&st);
	truth_int("nlink", (long long)st.st_nlink);
	say_mount(fd);
}

/* ---- random paths ---- */

struct target {
	int dir, fd; /* it begins there; what it led to before the call, or NOTHING */
	int parent;  /* where its last name lies, or NOTHING */
	bool follow;
	const char *last;
	char path[PATH_MAX], folder[PATH_MAX];
	/* As of before the call: what the descriptors' links say. */
	char where[2 * PATH_MAX], beside[2 * PATH_MAX];
	struct stat st, parent_st;
};

static char longest[NAME_MAX - 39 + 1]; /* as random_start() makes it */

static const char *const names[] = {"a",	   "b",		"c",	      "d",
				    "e",	   "link",	"l2",	      "sp ace",
				    "back\\slash", "new\nline", "\xff\xfe",   "\xc3\xa4",
				    "quo\"te",	   "...",	"x(deleted)", " (deleted)",
				    longest};
#define NAMES (sizeof(names) / sizeof(names[0]))

static void random_start(uint64_t seed)
{
	state = seed * 0x9e3779b97f4a7c15ull + 1;
	memset(longest, 'n', sizeof(longest) - 1);
}

static const char *random_name(void)
{
	return names[one_in(3) ? next(NAMES) : next(7)];
}

static const char *random_place(void)
{
	return places[next(n_places)];
}

/* Between two names: nothing most of the time, else what changes nothing or nearly so. */
static const char *random_joint(void)
{
	static const char *const joints[] = {"/", "//", "/./", "/a/../", "/../"};

	return joints[one_in(4) ? next(5) : 0];
}

/* at: the call takes a descriptor where the path begins. */
static void random_path(struct target *t, bool at)
{
	size_t n = sizeof(t->path), used;
	uint64_t depth = next(DEPTH + 1), how = next(12);

	t->dir = AT_FDCWD;
	if (how < 3 && at) {
		t->dir = dirs[next(DIRS)];
		used = 0;
		depth = 1 + next(2);
	} else if (how == 4) {
		used = 0;
		depth = 1 + next(2);
	} else if (how == 5) {
		used = (size_t)snprintf(t->path, n, "/proc/self/fd/%d", dirs[next(DIRS)]);
	} else if (how == 6) {
		used = (size_t)snprintf(t->path, n, "/proc/%s/root%s",
					one_in(2) ? "self" : "thread-self", random_place());
	} else if (how == 7) {
		/* (Not the link itself, which is another one for each thread.) */
		used = (size_t)snprintf(t->path, n, "/proc/thread-self/cwd");
		depth = depth ? depth : 1;
	} else {
		used = (size_t)snprintf(t->path, n, "%s", random_place());
	}
	for (uint64_t i = 0; i < depth; i++)
		used += (size_t)snprintf(t->path + used, n - used, "%s%s",
					 used ? random_joint() : "", random_name());
	if (one_in(20))
		snprintf(t->path + used, n - used, "%s", one_in(2) ? "/" : "/.");
}

/* ---- what is acted on ---- */

static int probe(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {.flags = (uint64_t)(O_PATH | O_CLOEXEC | flags), .resolve = resolve};

	return (int)hand_call(&prober,
			      (struct call){.name = "",
					    .number = SYS_openat2,
					    .args = {dir, (long)path, (long)&how, sizeof(how)}});
}

static void shut(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = NOTHING;
}

static void read_link(int fd, char *to, size_t size)
{
	char link[64];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, to, size - 1);
	to[n < 0 ? 0 : n] = '\0';
}

static void target_look(struct target *t)
{
	if (t->fd >= 0 && fstat(t->fd, &t->st))
		shut(&t->fd);
	if (t->parent >= 0 && fstat(t->parent, &t->parent_st))
		shut(&t->parent);
	read_link(t->fd, t->where, sizeof(t->where));
	read_link(t->parent, t->beside, sizeof(t->beside));
}

/* Looks where it leads to now, and where its last name lies. */
static void target_find(struct target *t, bool follow, uint64_t resolve)
{
	char *slash;
	size_t n;

	t->follow = follow;
	t->fd = probe(t->dir, t->path, follow ? 0 : O_NOFOLLOW, resolve);
	snprintf(t->folder, sizeof(t->folder), "%s", t->path);
	for (n = strlen(t->folder); n > 1 && t->folder[n - 1] == '/'; n--)
		t->folder[n - 1] = '\0';
	slash = strrchr(t->folder, '/');
	t->last = t->path + (slash ? slash - t->folder + 1 : 0);
	if (slash)
		slash[1] = '\0';
	t->parent = probe(t->dir, slash ? t->folder : ".", O_DIRECTORY, resolve);
	target_look(t);
}

static void target_end(struct target *t)
{
	shut(&t->fd);
	shut(&t->parent);
}

enum want { NEW, THERE };

/* Few random paths lead to something, or to where something can be made: the best of some. */
static void target_draw(struct target *t, bool at, bool follow, uint64_t resolve, enum want want,
			const struct target *near)
{
	if (one_in(8))
		want = want == NEW ? THERE : NEW;
	for (int i = 0; i < 12; i++) {
		if (i > 0)
			target_end(t);
		random_path(t, at);
		target_find(t, follow, resolve);
		if (t->parent < 0 || (t->fd >= 0) != (want == THERE))
			continue;
		if (!near || near->parent < 0 || near->parent_st.st_dev == t->parent_st.st_dev)
			return;
	}
}

static void say_target(const char *prefix, const struct target *t)
{
	char key[32];

#define KEY(name) (snprintf(key, sizeof(key), "%s" name, prefix), key)
	truth_str(KEY("path"), t->path);
	if (t->parent >= 0) {
		truth_str(KEY("folder"), t->beside);
		truth_str(KEY("last"), t->last);
		truth_int(KEY("gone"), t->parent_st.st_nlink == 0);
	}
	if (t->fd >= 0) {
		truth_str(KEY("before"), t->where);
		truth_int(KEY("before_ino"), (long long)t->st.st_ino);
		truth_int(KEY("before_dev"), (long long)t->st.st_dev);
		truth_int(KEY("before_mode"), t->st.st_mode);
		truth_int(KEY("before_nlink"), (long long)t->st.st_nlink);
	}
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

/* The actor makes the call; the line about it is begun. */
static long act(struct call c)
{
	long long before = now();

	hand_call(&actor, c);
	truth_str("act", c.name);
	truth_int("t0", before);
	truth_int("t1", now());
	truth_result("ret", actor.call.ret, actor.call.err);
	return actor.call.ret;
}

#define ARGS(...)     .args = {__VA_ARGS__}
#define CALL(id, ...) act((struct call){.name = #id, .number = SYS_##id, ARGS(__VA_ARGS__)})

#endif /* ROOTWATCH_TESTS_RANDOM_H */
