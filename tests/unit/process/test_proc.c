// SPDX-License-Identifier: Apache-2.0
/* Processes from /proc: a folder of files of our own, and the real one. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fuse.h"
#include "process/internal.h"

static char root[64];
static struct proc_buffer buf;
static struct helpers *helpers;
static struct process p;

static void write_file(const char *name, const void *data, size_t len)
{
	char path[PATH_MAX];
	FILE *f;

	snprintf(path, sizeof(path), "%s/42/%s", root, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void write_link(const char *name, const char *target)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/42/%s", root, name);
	unlink(path);
	assert_int_equal(symlink(target, path), 0);
}

/* tick: starttime, field 22; tty: field 7. */
static void write_stat(const char *comm, unsigned tty, unsigned long tick)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "42 (%s) S 7 42 42 %u 42 4194304 1 2 3 4 5 6 7 8 20 0 1 0 %lu 12345 678\n", comm,
		 tty, tick);
	write_file("stat", text, strlen(text));
}

static int make_fixture(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(root, sizeof(root), "/tmp/rootwatch-proc-XXXXXX");
	if (!mkdtemp(root))
		return -1;
	snprintf(path, sizeof(path), "%s/42", root);
	if (mkdir(path, 0700) < 0)
		return -1;
	write_stat("sh", 136 << 8 | 3, 500);
	write_file("cmdline", "sh\0-c\0x", 8);
	write_link("exe", "/usr/bin/dash");
	write_link("cwd", "/srv");
	memset(&p, 0, sizeof(p));
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int remove_fixture(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static uint64_t ns(uint64_t ticks)
{
	return ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
}

static void reads_all(void **state)
{
	(void)state;
	assert_int_equal(proc_read(&p, root, 42, ns(500) + 7, helpers, 1, &buf), 0);
	assert_int_equal(p.pid, 42);
	assert_int_equal(p.start, ns(500) + 7);
	assert_int_equal(p.ppid, 7);
	assert_true(p.from_proc);
	assert_true(str_is(p.comm, "sh"));
	assert_true(str_is(p.exepath, "/usr/bin/dash"));
	assert_true(str_is(p.filename, "/usr/bin/dash"));
	assert_true(str_is(p.cwd, "/srv"));
	assert_true(str_is(p.cmdline, "sh -c x"));
	assert_int_equal(p.cmdline_full, 7);
	assert_true(str_is(p.tty, "pts3"));
	assert_int_equal(p.exec_time, 0);
}

static void start_must_match(void **state)
{
	(void)state;
	assert_int_equal(proc_read(&p, root, 42, ns(499), helpers, 1, &buf), 0);
	assert_int_equal(proc_read(&p, root, 42, ns(501), helpers, 1, &buf), 0);
	memset(&p, 0, sizeof(p));
	assert_int_equal(proc_read(&p, root, 42, ns(498), helpers, 1, &buf), -ESRCH);
	assert_int_equal(proc_read(&p, root, 42, ns(502), helpers, 1, &buf), -ESRCH);
	assert_int_equal(proc_read(&p, root, 42, 0, helpers, 1, &buf), -ESRCH);
	assert_int_equal(proc_read(&p, root, 42, UINT64_MAX, helpers, 1, &buf), -ESRCH);
	assert_int_equal(proc_read(&p, root, 43, ns(500), helpers, 1, &buf), -ESRCH);
	assert_int_equal(p.pid, 0);
}

static void hostile_comm(void **state)
{
	(void)state;
	write_stat(") R 1 1 1 1 (\n", 0, 500);
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
	assert_true(str_is(p.comm, ") R 1 1 1 1 (\n"));
	assert_int_equal(p.ppid, 7);
	assert_true(str_is(p.tty, ""));
}

static void ttys(void **state)
{
	static const struct {
		unsigned dev;
		const char *name;
	} cases[] = {
		{0, ""},
		{136 << 8, "pts0"},
		{136 << 8 | 255, "pts255"},
		{136 << 8 | 1 << 20, "pts256"}, /* minor's upper bits lie above the major */
		{4 << 8 | 1, "tty1"},
		{4 << 8 | 64, ""},
		{1 << 8 | 3, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		write_stat("sh", cases[i].dev, 500);
		assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
		if (!str_is(p.tty, cases[i].name))
			fail_msg("%#x: got \"%s\", want \"%s\"", cases[i].dev, p.tty.p,
				 cases[i].name);
	}
}

static void special_programs(void **state)
{
	(void)state;
	write_link("exe", "/tmp/x (deleted)");
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
	assert_true(str_is(p.exepath, "/tmp/x"));
	assert_int_equal(p.exe_flags, WIRE_FILE_DELETED);

	write_link("exe", "/memfd:evil (deleted)");
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
	assert_true(str_is(p.exepath, "memfd:evil"));
	assert_int_equal(p.exe_flags, WIRE_FILE_DELETED | WIRE_FILE_MEMFD);
}

static void long_cmdline(void **state)
{
	static char big[3 * PROCESS_STRING_MAX];

	(void)state;
	memset(big, 'a', sizeof(big));
	write_file("cmdline", big, PROCESS_STRING_MAX);
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
	assert_int_equal(p.cmdline.len, PROCESS_STRING_MAX);
	assert_int_equal(p.cmdline.full, PROCESS_STRING_MAX);

	write_file("cmdline", big, sizeof(big));
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
	assert_true(p.cmdline.len <= PROCESS_STRING_MAX);
	assert_true(str_ends(p.cmdline, "aaa ... "));
	assert_true(p.cmdline_full > PROCESS_STRING_MAX);
}

/* A kernel thread has neither; a process of another user may refuse. */
static void parts_missing(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/42/exe", root);
	assert_int_equal(unlink(path), 0);
	write_file("cmdline", "", 0);
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), 0);
	assert_int_equal(p.exepath.len, 0);
	assert_int_equal(p.cmdline.len, 0);
	assert_true(str_is(p.comm, "sh"));
}

static void broken_stat(void **state)
{
	static const char *const texts[] = {
		"", "42", "42 (sh", "42 sh) S", ")(", "42 (sh) S 7 42 42 0 42", "42 (sh)",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		write_file("stat", texts[i], strlen(texts[i]));
		assert_int_equal(proc_read(&p, root, 42, 0, helpers, 1, &buf), -ESRCH);
	}
}

/* Nothing below root/<pid> is a link to follow, but for the two whose text is read. */
static void links_are_not_followed(void **state)
{
	char path[PATH_MAX], target[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s/42/stat", root);
	snprintf(target, sizeof(target), "%s/42/elsewhere", root);
	assert_int_equal(rename(path, target), 0);
	write_link("stat", target);
	assert_int_equal(proc_read(&p, root, 42, ns(500), helpers, 1, &buf), -ESRCH);
}

/* Field 22 of the real /proc/<pid>/stat, found in another way than the code under test does. */
static uint64_t start_of(pid_t pid)
{
	char path[64], text[1024];
	unsigned long long ticks;
	const char *at;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	at = strrchr(text, ')') + 2;
	for (int field = 3; field < 22; field++)
		at = strchr(at, ' ') + 1;
	ticks = strtoull(at, NULL, 10);
	return ns(ticks) + ns(1) / 2; /* as the kernel side says it: somewhere in the tick */
}

static void real_self(void **state)
{
	char exe[PATH_MAX] = "", cwd[PATH_MAX] = "";
	uint64_t start = start_of(getpid());

	(void)state;
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(proc_read(&p, "/proc", (uint32_t)getpid(), start, helpers, 1, &buf), 0);
	assert_true(str_is(p.exepath, exe));
	assert_true(str_is(p.cwd, cwd));
	assert_int_equal(p.ppid, getppid());
	assert_true(p.cmdline.len > 0);
	assert_int_equal(proc_read(&p, "/proc", (uint32_t)getpid(), start + 10 * ns(100), helpers,
				   1, &buf),
			 -ESRCH);
}

static void real_child(void **state)
{
	int ready[2];
	uint64_t start;
	pid_t child;
	char c;

	(void)state;
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		prctl(PR_SET_NAME, "a ) b (c");
		if (chdir("/") < 0 || write(ready[1], "x", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	start = start_of(child);
	assert_int_equal(proc_read(&p, "/proc", (uint32_t)child, start, helpers, 1, &buf), 0);
	assert_int_equal(p.ppid, getpid());
	assert_true(str_is(p.comm, "a ) b (c"));
	assert_true(str_is(p.cwd, "/"));

	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(proc_read(&p, "/proc", (uint32_t)child, start, helpers, 1, &buf), -ESRCH);
	close(ready[0]);
	close(ready[1]);
}

/* Reads its own memory where that is a file which nobody gives. */
static void *read_memory(void *at)
{
	int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	char c;

	if (pread(fd, &c, 1, (off_t)(uintptr_t)at) < 0)
		at = NULL;
	close(fd);
	return at;
}

static void hold_memory(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close(fd);
	if (at == MAP_FAILED || pthread_create(&thread, NULL, read_memory, at))
		_exit(1);
	/* Each waits for that one, and lets nobody pass who comes later. */
	for (;;) {
		usleep(100000);
		(void)mprotect(at, 4096, PROT_READ);
	}
}

/* Does it wait for a lock (D in its stat)? */
static bool is_blocked(pid_t pid)
{
	char path[64], text[1024] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	return strncmp(strrchr(text, ')'), ") D", 3) == 0;
}

/* Who keeps the lock of its own memory does not keep who asks for its arguments. */
static void memory_that_is_held(void **state)
{
	char top[] = "/tmp/rootwatch-held-XXXXXX", file[64];
	int fuse, held = 0;
	uint64_t start;
	pid_t child;

	(void)state;
	assert_non_null(mkdtemp(top));
	snprintf(file, sizeof(file), "%s/f", top);
	fuse = fuse_mount(top);
	if (fuse < 0) {
		rmdir(top);
		print_message("skip: FUSE cannot be mounted here\n");
		skip();
	}
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		close(fuse);
		hold_memory(file);
	}
	fuse_answer_file(fuse);
	start = start_of(child);
	for (int i = 0; i < 600 && held < 3; i++) {
		usleep(50000);
		held = is_blocked(child) ? held + 1 : 0;
	}
	assert_int_equal(held, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(proc_read(&p, "/proc", (uint32_t)child, start, helpers, 2, &buf),
				 0);
		assert_int_equal(p.ppid, getpid());
		assert_true(p.exepath.len > 0);
		assert_int_equal(p.cmdline.len, 0);
	}
	/* Nor does it keep those of others. */
	start = start_of(getpid());
	assert_int_equal(proc_read(&p, "/proc", (uint32_t)getpid(), start, helpers, 3, &buf), 0);
	assert_true(p.cmdline.len > 0);
	kill(child, SIGKILL);
	umount2(top, MNT_DETACH);
	assert_int_equal(waitpid(child, NULL, 0), child);
	rmdir(top);
}

static int make_helpers(void **state)
{
	(void)state;
	return helpers_new(&helpers);
}

static int free_helpers(void **state)
{
	(void)state;
	helpers_free(helpers);
	return 0;
}

#define WITH_FIXTURE(f) cmocka_unit_test_setup_teardown(f, make_fixture, remove_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FIXTURE(reads_all),
		WITH_FIXTURE(start_must_match),
		WITH_FIXTURE(hostile_comm),
		WITH_FIXTURE(ttys),
		WITH_FIXTURE(special_programs),
		WITH_FIXTURE(long_cmdline),
		WITH_FIXTURE(parts_missing),
		WITH_FIXTURE(broken_stat),
		WITH_FIXTURE(links_are_not_followed),
		cmocka_unit_test(real_self),
		cmocka_unit_test(real_child),
		cmocka_unit_test(memory_that_is_held),
	};

	return cmocka_run_group_tests_name("proc", tests, make_helpers, free_helpers);
}
