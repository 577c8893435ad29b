// SPDX-License-Identifier: Apache-2.0
/*
 * The workload: one static program that runs on the host and in the bench's container alike.
 *
 *   load slices OP PATH WANT MAX BEST   struct slice[] on stdout, at the end: until WANT of them
 *                                       were quiet against BEST (ns), MAX at most; BEST 0: MAX
 *   load burst OP PATH N                struct burst on stdout: OP N times, in a tight loop
 *   load paced RATE MS PATH             struct burst on stdout: create, RATE a second, MS long
 *   load ticks N PATH                   uint64_t[N] on stdout: CLOCK_REALTIME before each open
 *   load until PATH                     the same open every ms, until it is killed
 *   load hold                           does nothing (a container's first process)
 *
 * OP: getppid, read (open+close O_RDONLY), write (O_WRONLY), create (O_WRONLY|O_CREAT), spawn
 * (fork+exec+wait of the program PATH).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../slice.h"

#define SLICE_NS  3000000ull
#define TICKS_MAX 2000

typedef int op_fn(const char *path);

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000ull + (uint64_t)t.tv_nsec;
}

static void nap(uint64_t ns)
{
	struct timespec t = {.tv_sec = (time_t)(ns / 1000000000ull),
			     .tv_nsec = (long)(ns % 1000000000ull)};

	while (nanosleep(&t, &t) && errno == EINTR)
		;
}

static int die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	return 1;
}

static int op_getppid(const char *path)
{
	(void)path;
	return syscall(SYS_getppid) < 0 ? -1 : 0;
}

static int open_close(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0644);

	if (fd < 0)
		return -1;
	return close(fd);
}

static int op_read(const char *path)
{
	return open_close(path, O_RDONLY);
}

static int op_write(const char *path)
{
	return open_close(path, O_WRONLY);
}

static int op_create(const char *path)
{
	return open_close(path, O_WRONLY | O_CREAT);
}

static int op_spawn(const char *path)
{
	char *argv[] = {(char *)"nop", NULL};
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -1;
	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		errno = ECHILD;
		return -1;
	}
	return 0;
}

static op_fn *op_find(const char *name)
{
	static const struct {
		const char *name;
		op_fn *fn;
	} ops[] = {
		{"getppid", op_getppid}, {"read", op_read},   {"write", op_write},
		{"create", op_create},	 {"spawn", op_spawn},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(name, ops[i].name))
			return ops[i].fn;
	return NULL;
}

/* Some 0.3 ms of arithmetic and cached memory: slower as soon as anybody shares the core. */
static uint64_t fixed_loop(void)
{
	static uint64_t table[2048];
	static volatile uint64_t sink;
	uint64_t start = now(CLOCK_MONOTONIC);
	uint64_t a = 1, b = 2, c = 3, d = 4;

	for (int i = 0; i < 60000; i++) {
		a = a * 6364136223846793005ull + 1442695040888963407ull;
		b ^= b << 13, b ^= b >> 7, b ^= b << 17;
		c += table[(a >> 40) & 2047];
		d = (d << 5 | d >> 59) + a;
		table[(b >> 20) & 2047] += d;
	}
	sink = a ^ b ^ c ^ d;
	(void)sink;
	return now(CLOCK_MONOTONIC) - start;
}

static int put(const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(STDOUT_FILENO, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return die("write");
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

static int slices(op_fn *op, const char *path, size_t want, size_t max, uint64_t best)
{
	static struct slice s[SLICES_MAX];
	uint64_t start = now(CLOCK_MONOTONIC), spent, per_slice, warm = 0;
	size_t n = 0, quiet = 0;

	/* Two slices to warm the caches, and to learn how many operations fill one. */
	do {
		if (op(path))
			return die(path);
		warm++;
		spent = now(CLOCK_MONOTONIC) - start;
	} while (spent < 2 * SLICE_NS);
	start = now(CLOCK_MONOTONIC);
	for (uint64_t i = 0; i < warm / 2 + 1; i++)
		if (op(path))
			return die(path);
	spent = now(CLOCK_MONOTONIC) - start;
	per_slice = (warm / 2 + 1) * SLICE_NS / (spent ? spent : 1);
	if (!per_slice)
		per_slice = 1;

	fixed_loop();
	while (n < max && n < SLICES_MAX && quiet < want) {
		struct slice *p = &s[n++];

		p->ops = per_slice;
		p->before = fixed_loop();
		start = now(CLOCK_MONOTONIC);
		for (uint64_t i = 0; i < per_slice; i++)
			if (op(path))
				return die(path);
		p->spent = now(CLOCK_MONOTONIC) - start;
		p->after = fixed_loop();
		quiet += best && slice_quiet(p, (double)best);
	}
	return put(s, n * sizeof(s[0]));
}

static int burst(op_fn *op, const char *path, uint64_t n)
{
	struct burst b = {.first = now(CLOCK_REALTIME)};

	for (; b.done < n; b.done++)
		if (op(path))
			return die(path);
	b.last = now(CLOCK_REALTIME);
	return put(&b, sizeof(b));
}

static int paced(uint64_t rate, uint64_t ms, const char *path)
{
	struct burst b = {.first = now(CLOCK_REALTIME)};
	uint64_t end = b.first + ms * 1000000ull;

	for (uint64_t t = b.first; t < end; t = now(CLOCK_REALTIME)) {
		uint64_t due = (uint64_t)((double)(t - b.first) * (double)rate / 1e9);

		for (; b.done < due; b.done++)
			if (op_create(path))
				return die(path);
		nap(1000000);
	}
	b.last = now(CLOCK_REALTIME);
	return put(&b, sizeof(b));
}

/* The gaps differ, so that the ticks fall anywhere between the reader's own. */
static int ticks(size_t n, const char *path)
{
	static uint64_t at[TICKS_MAX];
	uint64_t seed = now(CLOCK_MONOTONIC) | 1;

	if (n > TICKS_MAX)
		n = TICKS_MAX;
	for (size_t i = 0; i < n; i++) {
		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		nap(5000000 + seed % 40000000);
		at[i] = now(CLOCK_REALTIME);
		if (op_create(path))
			return die(path);
	}
	return put(at, n * sizeof(at[0]));
}

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 10);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	op_fn *op = NULL;

	umask(022);
	if (argc > 2)
		op = op_find(argv[2]);
	if (!strcmp(what, "slices") && argc == 7) {
		if (op)
			return slices(op, argv[3], number(argv[4]), number(argv[5]),
				      number(argv[6]));
	} else if (!strcmp(what, "burst") && argc == 5) {
		if (op)
			return burst(op, argv[3], number(argv[4]));
	} else if (!strcmp(what, "paced") && argc == 5) {
		return paced(number(argv[2]), number(argv[3]), argv[4]);
	} else if (!strcmp(what, "ticks") && argc == 4) {
		return ticks(number(argv[2]), argv[3]);
	} else if (!strcmp(what, "until") && argc == 3) {
		while (!op_create(argv[2]))
			nap(1000000);
		return die(argv[2]);
	} else if (!strcmp(what, "hold")) {
		for (;;)
			pause();
	}
	fprintf(stderr, "load: not for people: see tests/bench/guest/load.c\n");
	return 2;
}
