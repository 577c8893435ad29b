// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "event/record.h"
#include "process/internal.h"

#define NOWHERE "/nonexistent/rootwatch-proc"

static struct process_table *t;
static struct record r;
static struct event e;
static struct helpers *helpers;

static int open_table(void **state)
{
	(void)state;
	if (process_table_new(&t, 16, helpers) < 0)
		return -1;
	process_table_set_proc(t, NOWHERE);
	return 0;
}

static int close_table(void **state)
{
	(void)state;
	process_table_free(t);
	return 0;
}

static void do_exec(uint32_t pid, uint64_t start, const char *path, uint64_t num)
{
	const char *const argv[] = {path, "--flag", "a b", NULL};

	record_exec(&r, &e, pid, start, path, argv);
	e.num = num;
	process_table_apply(t, &e);
}

static void do_fork(uint32_t parent, uint64_t parent_start, uint32_t child, uint64_t child_start)
{
	record_fork(&r, &e, parent, parent_start, child, child_start);
	process_table_apply(t, &e);
}

static void do_open(uint32_t pid, uint64_t start, uint32_t ppid)
{
	struct wire_open *w = record_begin(&r, WIRE_OPEN);

	record_task(&w->t, pid, start, "writer");
	w->t.ppid = ppid;
	w->c.uid = 5;
	record_file(&r, &w->f, "/etc/passwd");
	w->cwd = record_str(&r, "/there");
	assert_int_equal(record_decode(&r, &e), 0);
	process_table_apply(t, &e);
}

static void do_exit(uint32_t pid, uint64_t start)
{
	record_exit(&r, &e, pid, start, 0);
	process_table_apply(t, &e);
}

static void exec_is_remembered(void **state)
{
	const struct process *p;
	uint64_t serial;

	(void)state;
	do_exec(100, 50, "/bin/sh", 7);
	p = e.process;
	assert_non_null(p);
	serial = p->serial;
	assert_int_equal(p->pid, 100);
	assert_int_equal(p->start, 50);
	assert_int_equal(p->ppid, 1);
	assert_int_equal(p->exec_num, 7);
	assert_int_equal(p->exec_time, RECORD_REALTIME + 1000);
	assert_int_equal(p->exe_ino, 4711);
	assert_int_equal(p->exe_flags, WIRE_FILE_ROOTFS);
	assert_false(p->from_proc);
	assert_null(e.parent);

	/* Its strings outlive the record. */
	do_open(100, 50, 1);
	assert_ptr_equal(e.process, p);
	assert_int_equal(p->serial, serial);
	assert_string_equal(p->exepath.p, "/bin/sh");
	assert_string_equal(p->sbpath.p, "/bin/sh");
	assert_string_equal(p->filename.p, "/bin/sh");
	assert_string_equal(p->cmdline.p, "/bin/sh --flag a b");
	assert_int_equal(p->cmdline_full, strlen("/bin/sh --flag a b"));
	assert_string_equal(p->cwd.p, "/work");
	assert_string_equal(p->tty.p, "pts0");
	assert_string_equal(p->comm.p, "sh");

	/* The next exec of the same process replaces it. */
	do_exec(100, 50, "/bin/ls", 9);
	assert_ptr_equal(e.process, p);
	assert_string_equal(p->exepath.p, "/bin/ls");
	assert_int_equal(p->exec_num, 9);
	assert_true(p->serial != serial);
	assert_int_equal(process_table_count(t), 1);
	assert_int_equal(process_table_reads(t), 0);
}

static void script_keeps_its_name(void **state)
{
	const char *const argv[] = {"sh", NULL};
	struct wire_exec *w;

	(void)state;
	record_exec(&r, &e, 100, 50, "/bin/dash", argv);
	w = (struct wire_exec *)r.data;
	w->flags = WIRE_EXEC_SCRIPT;
	w->filename = record_str(&r, "./run.sh");
	assert_int_equal(record_decode(&r, &e), 0);
	process_table_apply(t, &e);
	assert_string_equal(e.process->filename.p, "./run.sh");
	assert_string_equal(e.process->exepath.p, "/bin/dash");
	assert_int_equal(e.process->exec_flags, WIRE_EXEC_SCRIPT);
}

static void long_arguments(void **state)
{
	static char big[WIRE_ARGV_MAX / 2];
	struct wire_exec *w = record_begin(&r, WIRE_EXEC);

	(void)state;
	memset(big, 'x', sizeof(big));
	record_task(&w->t, 100, 50, "sh");
	record_file(&r, &w->exe, "/bin/sh");
	w->argv = record_blob(&r, big, sizeof(big));
	w->argv.full = 100000;
	w->argv_tail = record_blob(&r, big, sizeof(big));
	assert_int_equal(record_decode(&r, &e), 0);
	process_table_apply(t, &e);
	assert_int_equal(e.process->cmdline.len, PROCESS_STRING_MAX);
	assert_int_equal(e.process->cmdline_full, 100000);
	assert_int_equal(e.process->cmdline.full, 100000);
}

static void fork_shares_the_image(void **state)
{
	const struct process *parent, *child;
	size_t bytes;

	(void)state;
	do_exec(100, 50, "/bin/sh", 7);
	process_table_alerted(t, &e, "some-rule");
	bytes = process_table_bytes(t);
	do_fork(100, 50, 101, 60);
	child = e.process;
	parent = e.parent;
	assert_non_null(child);
	assert_non_null(parent);
	assert_int_equal(parent->pid, 100);
	assert_int_equal(child->pid, 101);
	assert_int_equal(child->start, 60);
	assert_int_equal(child->ppid, 100);
	assert_int_equal(child->vpid, 101);
	assert_ptr_equal(child->cmdline.p, parent->cmdline.p);
	assert_int_equal(process_table_bytes(t), bytes);
	assert_true(child->serial != parent->serial);
	/* The exec was the parent's, and so was the alert. */
	assert_int_equal(child->exec_num, 0);
	assert_int_equal(child->exec_time, 0);
	assert_int_equal(child->alert_num, 0);
	assert_null(child->alert_rule);
	assert_string_equal(parent->alert_rule, "some-rule");

	/* The parent's end leaves the child what it has. */
	do_exit(100, 50);
	process_table_end(t, &e);
	assert_int_equal(process_table_bytes(t), bytes);
	do_open(101, 60, 100);
	assert_string_equal(e.process->exepath.p, "/bin/sh");
	assert_null(e.parent);
	do_exit(101, 60);
	process_table_end(t, &e);
	assert_int_equal(process_table_bytes(t), 0);
	assert_int_equal(process_table_count(t), 0);
}

static void child_execs(void **state)
{
	(void)state;
	do_exec(100, 50, "/bin/sh", 1);
	do_fork(100, 50, 101, 60);
	do_exec(101, 60, "/bin/ls", 2);
	assert_string_equal(e.process->exepath.p, "/bin/ls");
	do_open(100, 50, 1);
	assert_string_equal(e.process->exepath.p, "/bin/sh");
	do_open(101, 60, 100);
	assert_string_equal(e.process->exepath.p, "/bin/ls");
	assert_non_null(e.parent);
	assert_int_equal(e.parent->pid, 100);
}

/* Records of two CPUs may change places: the child's exec knows better than its fork. */
static void fork_after_exec(void **state)
{
	(void)state;
	do_exec(100, 50, "/bin/sh", 1);
	do_exec(101, 60, "/bin/ls", 2);
	do_fork(100, 50, 101, 60);
	assert_string_equal(e.process->exepath.p, "/bin/ls");
	assert_int_equal(e.process->exec_num, 2);
	assert_int_equal(e.parent->pid, 100);
}

static void pid_is_used_again(void **state)
{
	(void)state;
	do_exec(100, 50, "/bin/old", 1);
	do_exec(100, 90, "/bin/new", 2);
	assert_int_equal(process_table_count(t), 2);
	/* A late record of the old one still finds it. */
	do_open(100, 50, 1);
	assert_string_equal(e.process->exepath.p, "/bin/old");
	/* A parent is older than its child, and the latest of those that are. */
	do_open(101, 95, 100);
	assert_string_equal(e.parent->exepath.p, "/bin/new");
	do_open(102, 60, 100);
	assert_string_equal(e.parent->exepath.p, "/bin/old");
	do_open(103, 40, 100);
	assert_null(e.parent);
	/* The end of one is not the end of the other. */
	do_exit(100, 50);
	assert_string_equal(e.process->exepath.p, "/bin/old");
	process_table_end(t, &e);
	do_open(100, 90, 1);
	assert_string_equal(e.process->exepath.p, "/bin/new");
	do_exit(100, 50);
	assert_null(e.process);
}

static void exit_tells_what_the_process_was(void **state)
{
	struct wire_exit *w;

	(void)state;
	do_exec(100, 50, "/bin/sh", 7);
	process_table_alerted(t, &e, "package-manager");
	do_open(100, 50, 1);
	process_table_alerted(t, &e, "not-an-exec"); /* is not the exec's alert */
	do_exit(100, 50);
	assert_non_null(e.process);
	assert_int_equal(e.process->alert_num, 7);
	assert_string_equal(e.process->alert_rule, "package-manager");
	assert_int_equal(e.process->alert_time, RECORD_REALTIME + 1000);
	assert_int_equal(e.creds.uid, 5); /* of its last event */

	/* Another effective uid than the last event's: the rest is not known any more. */
	w = record_begin(&r, WIRE_EXIT);
	record_task(&w->t, 100, 50, "sh");
	w->euid = 33;
	assert_int_equal(record_decode(&r, &e), 0);
	process_table_apply(t, &e);
	assert_int_equal(e.creds.euid, 33);
	assert_int_equal(e.creds.uid, UINT32_MAX);

	process_table_end(t, &e);
	do_exit(100, 50);
	assert_null(e.process);
	assert_int_equal(process_table_count(t), 0);
}

static void new_exec_forgets_the_alert(void **state)
{
	(void)state;
	do_exec(100, 50, "/bin/sh", 7);
	process_table_alerted(t, &e, "some-rule");
	do_exec(100, 50, "/bin/true", 8);
	assert_int_equal(e.process->alert_num, 0);
	assert_null(e.process->alert_rule);
	do_exit(100, 50);
	process_table_end(t, &e);
	process_table_alerted(t, &e, "gone"); /* of nobody: nothing to remember, no crash */
}

/* Not in /proc (any more): what the event says is kept, so that it is not asked again. */
static void unknown_process_is_asked_for_once(void **state)
{
	(void)state;
	do_open(100, 50, 9);
	assert_non_null(e.process);
	assert_true(e.process->from_proc);
	assert_int_equal(e.process->ppid, 9);
	assert_int_equal(e.process->vpid, e.task.vpid);
	assert_string_equal(e.process->comm.p, "writer");
	assert_string_equal(e.process->cwd.p, "/there");
	assert_int_equal(e.process->exepath.len, 0);
	assert_int_equal(process_table_reads(t), 1);
	do_open(100, 50, 10);
	assert_int_equal(process_table_reads(t), 1);
	assert_int_equal(e.process->ppid, 10); /* adopted */
	/* An exit has nothing to read; a fork asks for the parent, whose child it would copy. */
	do_exit(300, 50);
	assert_null(e.process);
	assert_int_equal(process_table_reads(t), 1);
	do_fork(200, 50, 201, 60);
	assert_null(e.process);
	assert_null(e.parent);
	assert_int_equal(process_table_reads(t), 2);
}

/* This very process, as one that ran before. */
static void known_from_proc(void **state)
{
	uint32_t pid = (uint32_t)getpid();
	char exe[4096] = "", text[1024];
	uint64_t ticks = 0, start;
	char *at, *save = NULL;
	FILE *f;

	(void)state;
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	f = fopen("/proc/self/stat", "r");
	assert_non_null(f);
	assert_non_null(fgets(text, sizeof(text), f));
	fclose(f);
	at = strtok_r(strrchr(text, ')') + 1, " ", &save);
	for (int field = 3; at && field <= 22; field++, at = strtok_r(NULL, " ", &save))
		ticks = strtoull(at, NULL, 10);
	start = ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK)) + 1;

	process_table_set_proc(t, "/proc");
	do_fork(pid, start, 4200000, start + 1);
	assert_non_null(e.process);
	assert_non_null(e.parent);
	assert_string_equal(e.parent->exepath.p, exe);
	assert_int_equal(e.parent->ppid, getppid());
	assert_true(e.parent->from_proc);
	assert_string_equal(e.process->exepath.p, exe);
	assert_int_equal(e.process->ppid, pid);
	assert_int_equal(process_table_reads(t), 1);
	do_open(pid, start, (uint32_t)getppid());
	assert_string_equal(e.process->exepath.p, exe);
	assert_int_equal(process_table_reads(t), 1);
}

static void context_is_left_alone(void **state)
{
	(void)state;
	record_begin(&r, WIRE_CGROUP);
	assert_int_equal(record_decode(&r, &e), 0);
	process_table_apply(t, &e);
	assert_null(e.process);
	assert_null(e.parent);
	assert_int_equal(process_table_count(t), 0);
	assert_int_equal(process_table_reads(t), 0);
}

static void least_used_goes_first(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 40; i++) {
		do_exec(1000 + i, 50, "/bin/x", i + 1);
		assert_non_null(e.process);
		assert_int_equal(e.process->pid, 1000 + i);
		do_open(1000, 50, 1); /* in use: stays */
		assert_string_equal(e.process->exepath.p, "/bin/x");
		assert_in_range(process_table_count(t), 1, 16);
	}
	assert_int_equal(process_table_reads(t), 0);
	do_open(1039, 50, 1);
	assert_int_equal(process_table_reads(t), 0);
	do_open(1001, 50, 1);
	assert_int_equal(process_table_reads(t), 1); /* forgotten long ago */
}

/* What an event was given must not be thrown out to make room for the same event's rest. */
static void self_and_parent_stay(void **state)
{
	(void)state;
	do_exec(100, 50, "/bin/sh", 1);
	for (uint32_t i = 0; i < 100; i++) {
		do_fork(100 + i, 50 + i, 101 + i, 51 + i);
		assert_non_null(e.process);
		assert_non_null(e.parent);
		assert_string_equal(e.process->exepath.p, "/bin/sh");
		assert_string_equal(e.parent->exepath.p, "/bin/sh");
	}
	assert_in_range(process_table_count(t), 1, 16);
}

/* 10,000 processes with 4 KiB of arguments each stay within the bound of bytes. */
static void memory_is_bounded(void **state)
{
	static char big[WIRE_ARGV_MAX];
	struct process_table *large;

	(void)state;
	memset(big, 'x', sizeof(big));
	assert_int_equal(process_table_new(&large, 16384, helpers), 0);
	process_table_set_proc(large, NOWHERE);
	for (uint32_t i = 0; i < 10000; i++) {
		struct wire_exec *w = record_begin(&r, WIRE_EXEC);

		record_task(&w->t, 1000 + i, 50 + i, "sh");
		record_file(&r, &w->exe, "/bin/sh");
		w->argv = record_blob(&r, big, sizeof(big));
		assert_int_equal(record_decode(&r, &e), 0);
		process_table_apply(large, &e);
		assert_int_equal(e.process->cmdline.len, PROCESS_STRING_MAX);
		assert_true(process_table_bytes(large) <= 16384u * 384u + 8192u);
	}
	assert_true(process_table_count(large) > 1000);
	process_table_free(large);
}

/* Forked children cost an entry each, not a copy of the arguments. */
static void children_are_cheap(void **state)
{
	struct process_table *large;

	(void)state;
	assert_int_equal(process_table_new(&large, 16384, helpers), 0);
	process_table_set_proc(large, NOWHERE);
	record_exec(&r, &e, 1, 1, "/bin/sh", (const char *const[]){"sh", NULL});
	process_table_apply(large, &e);
	for (uint32_t i = 0; i < 10000; i++) {
		record_fork(&r, &e, 1, 1, 1000 + i, 50 + i);
		process_table_apply(large, &e);
	}
	assert_int_equal(process_table_count(large), 10001);
	assert_true(process_table_bytes(large) < 256);
	process_table_free(large);
}

static void free_of_nothing(void **state)
{
	(void)state;
	process_table_free(NULL);
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

#define WITH_TABLE(f) cmocka_unit_test_setup_teardown(f, open_table, close_table)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_TABLE(exec_is_remembered),
		WITH_TABLE(script_keeps_its_name),
		WITH_TABLE(long_arguments),
		WITH_TABLE(fork_shares_the_image),
		WITH_TABLE(child_execs),
		WITH_TABLE(fork_after_exec),
		WITH_TABLE(pid_is_used_again),
		WITH_TABLE(exit_tells_what_the_process_was),
		WITH_TABLE(new_exec_forgets_the_alert),
		WITH_TABLE(unknown_process_is_asked_for_once),
		WITH_TABLE(known_from_proc),
		WITH_TABLE(context_is_left_alone),
		WITH_TABLE(least_used_goes_first),
		WITH_TABLE(self_and_parent_stay),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(children_are_cheap),
		cmocka_unit_test(free_of_nothing),
	};

	return cmocka_run_group_tests_name("process", tests, make_helpers, free_helpers);
}
