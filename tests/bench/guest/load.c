// SPDX-License-Identifier: Apache-2.0
/*
 * The workload: one static program that runs on the host and in the bench's container alike.
 *
 *   load slices OP PATH WANT MS PACE CACHE
 *                                       struct slice[] on stdout, at the end: until WANT of them
 *                                       were quiet against the best probe, or MS are over
 *   load probes N                       struct probe[N] on stdout
 *   load count OP PATH N TURNS          uint64_t[TURNS] on stdout: ns of N operations, warm
 *   load burst OP PATH N                struct burst on stdout: OP N times, in a tight loop
 *   load paced RATE MS PATH             struct burst on stdout: create, RATE a second, MS long
 *   load ticks N PATH                   uint64_t[N] on stdout: CLOCK_REALTIME before each open
 *   load until PATH                     the same open every ms, until it is killed
 *   load hold                           does nothing (a container's first process)
 *
 * OP: getppid, confined (the same under a seccomp filter), read (open+close O_RDONLY), write
 * (O_WRONLY), create (O_WRONLY|O_CREAT), spawn (fork+exec+wait of the program PATH), node (mknod
 * and unlink), datagram (sendto by a Unix socket's address, and recv).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../slice.h"

#define SLICE_NS   3000000ull
#define TICKS_MAX  2000
#define PROBES_MAX 2000

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

/* A filter that refuses nothing, from the first time on: the kernel knows so of it since 5.11. */
static int op_confined(const char *path)
{
	static bool confined;
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	const struct sock_fprog filter = {1, &allow};

	if (!confined && (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
			  prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)))
		return -1;
	confined = true;
	return op_getppid(path);
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

static int op_node(const char *path)
{
	return mknod(path, S_IFREG | 0644, 0) || unlink(path) ? -1 : 0;
}

/* To itself, by a name that the kernel chose. */
static int op_datagram(const char *path)
{
	static struct sockaddr_un self = {.sun_family = AF_UNIX};
	static socklen_t len = sizeof(self);
	static int fd = -1;
	char byte = 'x';

	(void)path;
	if (fd < 0) {
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof(self.sun_family)) ||
		    getsockname(fd, (struct sockaddr *)&self, &len))
			return -1;
	}
	if (sendto(fd, &byte, 1, 0, (struct sockaddr *)&self, len) != 1)
		return -1;
	return recv(fd, &byte, 1, 0) == 1 ? 0 : -1;
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
		{"getppid", op_getppid},   {"read", op_read},	      {"write", op_write},
		{"confined", op_confined}, {"create", op_create},     {"spawn", op_spawn},
		{"node", op_node},	   {"datagram", op_datagram},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (!strcmp(name, ops[i].name))
			return ops[i].fn;
	return NULL;
}

/* Two rings of cache lines in random order: a little more than L1, and a part of L2. */
#define NEAR_LINES 640
#define FAR_LINES  8192

struct line {
	struct line *next;
	char pad[64 - sizeof(struct line *)];
};

static struct line *near_ring, *far_ring;

static struct line *make_ring(struct line *lines, size_t n)
{
	uint64_t seed = 88172645463325252ull;

	for (size_t i = 0; i < n; i++)
		lines[i].next = &lines[i];
	/* Sattolo's shuffle: one ring through all of them. */
	for (size_t i = n - 1; i > 0; i--) {
		struct line *swap = lines[i].next;
		size_t j;

		seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
		j = seed % i;
		lines[i].next = lines[j].next;
		lines[j].next = swap;
	}
	return lines;
}

static int make_rings(void)
{
	size_t size = (NEAR_LINES + FAR_LINES) * sizeof(struct line);
	struct line *lines = mmap(NULL, size, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	/* Not for the children of fork+exec, which would copy its page tables. */
	if (lines == MAP_FAILED || madvise(lines, size, MADV_DONTFORK))
		return die("memory");
	near_ring = make_ring(lines, NEAR_LINES);
	far_ring = make_ring(lines + NEAR_LINES, FAR_LINES);
	return 0;
}

static struct line *walk(struct line *at, int steps)
{
	while (steps-- > 0)
		at = at->next;
	return at;
}

static struct probe probe(void)
{
	static volatile uint64_t sink;
	uint64_t x = 1, start = now(CLOCK_MONOTONIC), middle;
	struct probe p;

	for (int i = 0; i < 40000; i++)
		x = x * 6364136223846793005ull + 1442695040888963407ull;
	sink = x;
	middle = now(CLOCK_MONOTONIC);
	near_ring = walk(near_ring, 16000);
	far_ring = walk(far_ring, 10000);
	p.pace = middle - start;
	p.cache = now(CLOCK_MONOTONIC) - middle;
	(void)sink;
	return p;
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

static int probes(size_t n)
{
	static struct probe p[PROBES_MAX];

	if (n > PROBES_MAX)
		n = PROBES_MAX;
	for (size_t i = 0; i < n; i++) {
		p[i] = probe();
		nap(1000000);
	}
	return put(p, n * sizeof(p[0]));
}

/* How many operations fill a slice, learned while the caches get warm. 0: the operation failed. */
static uint64_t ops_of_slice(op_fn *op, const char *path)
{
	uint64_t start, spent, n = 0;

	for (int turn = 0; turn < 2; turn++) {
		start = now(CLOCK_MONOTONIC);
		n = 0;
		do {
			if (op(path))
				return 0;
			n++;
			spent = now(CLOCK_MONOTONIC) - start;
		} while (spent < SLICE_NS);
	}
	return n;
}

static int slices(op_fn *op, const char *path, size_t want, uint64_t patience_ms,
		  const struct probe *best)
{
	static struct slice s[SLICES_MAX];
	uint64_t ops = ops_of_slice(op, path), start;
	uint64_t deadline = now(CLOCK_MONOTONIC) + patience_ms * 1000000;
	size_t n = 0, quiet = 0;

	if (!ops)
		return die(path);
	while (n < SLICES_MAX && quiet < want &&
	       (n < SLICES_LEAST || now(CLOCK_MONOTONIC) < deadline)) {
		struct slice *p = &s[n++];

		p->ops = ops;
		p->before = n > 1 ? s[n - 2].after : probe();
		start = now(CLOCK_MONOTONIC);
		for (uint64_t i = 0; i < ops; i++)
			if (op(path))
				return die(path);
		p->spent = now(CLOCK_MONOTONIC) - start;
		p->after = probe();
		quiet += (size_t)slice_quiet(p, best);
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

/* For a machine whose clock counts instructions: see ../count.c. */
static int count(op_fn *op, const char *path, uint64_t n, size_t turns)
{
	static uint64_t spent[COUNT_TURNS_MAX];

	if (turns > COUNT_TURNS_MAX)
		turns = COUNT_TURNS_MAX;
	/* The first turns warm up what there is to warm. */
	for (size_t turn = 0; turn < turns + COUNT_WARM; turn++) {
		uint64_t start = now(CLOCK_MONOTONIC);

		for (uint64_t i = 0; i < n; i++)
			if (op(path))
				return die(path);
		spent[turn < COUNT_WARM ? 0 : turn - COUNT_WARM] = now(CLOCK_MONOTONIC) - start;
	}
	return put(spent, turns * sizeof(spent[0]));
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
	if (!strcmp(what, "slices") && argc == 8) {
		struct probe best = {.pace = number(argv[6]), .cache = number(argv[7])};

		if (op)
			return make_rings() ||
			       slices(op, argv[3], number(argv[4]), number(argv[5]), &best);
	} else if (!strcmp(what, "probes") && argc == 3) {
		return make_rings() || probes(number(argv[2]));
	} else if (!strcmp(what, "burst") && argc == 5) {
		if (op)
			return burst(op, argv[3], number(argv[4]));
	} else if (!strcmp(what, "count") && argc == 6) {
		if (op)
			return count(op, argv[3], number(argv[4]), number(argv[5]));
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
