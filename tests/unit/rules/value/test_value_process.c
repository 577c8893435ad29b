// SPDX-License-Identifier: Apache-2.0
/* The fields that only rules have: of programs, credentials and ancestors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "process/internal.h"
#include "rules/build.h"
#include "rules/value/asked.h"

static void programs(void **state)
{
	struct event e = judge_exec("/usr/bin/python3.11", "python3 -m pip install x");

	(void)state;
	asked_has(&e, F_PROGRAM_NAME, "pip");
	asked_has(&e, F_PROGRAM_ARGS, "install x");
	asked_has(&e, F_PACKAGE, "act");
	asked_has(&e, F_PROC_CMDNARGS, "4");
	asked_has(&e, F_PROC_CMDLENARGS, "13");
	asked_has(&e, F_PROC_EXELINE, "python3 -m pip install x");
	e = judge_exec("/usr/bin/dpkg", "dpkg -l");
	asked_has(&e, F_PACKAGE, "query");
	e.task.pcomm = STR_LIT("apt-get");
	asked_has(&e, F_PACKAGE, NULL);
	e = judge_exec("/usr/bin/ls", "ls");
	asked_has(&e, F_PACKAGE, NULL);
	asked_has(&e, F_PROGRAM_NAME, "ls");
	asked_has(&e, F_PROGRAM_ARGS, NULL);
	asked_has(&e, F_PROC_CMDNARGS, "0");
	asked_has(&e, F_PROC_CMDLENARGS, "0");
	asked_has(&e, F_PROC_ARGS, NULL);
}

static void paths_of_programs(void **state)
{
	struct event e = judge_exec("/usr/bin/ls", "ls");

	(void)state;
	e.cwd = STR_LIT("/tmp");
	asked_has(&e, F_EXEC_PATHS, "/usr/bin/ls");
	e = judge_script("/bin/sh", "./x.sh", "sh ./x.sh");
	e.cwd = STR_LIT("/tmp/a");
	asked_has(&e, F_EXEC_PATHS, "/bin/sh /tmp/a/x.sh");
	e = judge_exec("/lib64/ld-linux-x86-64.so.2", "ld.so /tmp/x a");
	asked_has(&e, F_EXEC_PATHS, "/lib64/ld-linux-x86-64.so.2 /tmp/x");
	e = judge_exec("/lib/ld-linux-x86-64.so.2", "ld.so --library-path .:/tmp;/b x");
	e.cwd = STR_LIT("/home");
	asked_has(&e, F_EXEC_PATHS, "/lib/ld-linux-x86-64.so.2 /home/x /tmp/x /b/x");
	e.exec.exe.rootpath = STR_LIT("/root/ld.so");
	asked_has(&e, F_EXEC_PATHS, "/lib/ld-linux-x86-64.so.2 /root/ld.so /home/x /tmp/x /b/x");
}

static void many_library_paths_are_bounded(void **state)
{
	char command[2200] = "ld.so --library-path ";
	size_t n = strlen(command);
	struct event e;
	struct value v;

	(void)state;
	for (int i = 0; i < 400; i++)
		n += (size_t)snprintf(command + n, sizeof(command) - n, "/%d:", i);
	snprintf(command + n, sizeof(command) - n, "/end x");
	e = judge_exec("/lib/ld-linux-x86-64.so.2", command);
	v = asked_get(&e, F_EXEC_PATHS);
	assert_int_equal(v.type, VALUE_LIST);
	assert_int_equal(v.n_list, VALUE_LIST_MAX);
	assert_true(str_is(v.list[VALUE_LIST_MAX - 1], "/29/x"));
}

static void gains(void **state)
{
	struct event e = judge_exec("/bin/su", "su");

	(void)state;
	asked_has(&e, F_EXEC_GAINED, NULL);
	e.prev = judge_creds(1000);
	e.exec.flags = WIRE_EXEC_SUID;
	asked_has(&e, F_EXEC_GAINED, "root");
	e.exec.flags = WIRE_EXEC_SUID | WIRE_EXEC_SGID;
	asked_has(&e, F_EXEC_GAINED, "root group");
	e.creds = judge_creds(1000);
	e.exec.flags = WIRE_EXEC_FCAPS;
	e.creds.cap_permitted = 1u << 10;
	asked_has(&e, F_EXEC_GAINED, "minor");
	e.creds.cap_permitted = 1u << 21;
	asked_has(&e, F_EXEC_GAINED, "major");
	e = judge_setid(judge_creds(1000), judge_creds(0));
	asked_has(&e, F_SETID_GAIN, "raised");
	asked_has(&e, F_CATEGORY, "user");
	e.prev.ns_uid = 0;
	asked_has(&e, F_SETID_GAIN, "regained");
	e.prev_known = false;
	asked_has(&e, F_SETID_GAIN, NULL);
	asked_has(&e, F_ARG_UID, NULL);
	e.setid.call = WIRE_CALL_SETUID;
	asked_has(&e, F_ARG_UID, "root");
	e.creds.ns_euid = 33;
	asked_has(&e, F_ARG_UID, "33");
	e.creds.ns_euid = UINT32_MAX;
	asked_has(&e, F_ARG_UID, NULL);
	e.creds.ns_euid = 0;
	e.ret = -EPERM;
	asked_has(&e, F_ARG_UID, NULL);
}

static void names_of_users_and_capabilities(void **state)
{
	struct event e = judge_exec("/bin/su", "su");

	(void)state;
	e.task.loginuid = UINT32_MAX;
	asked_has(&e, F_USER_LOGINNAME, NULL);
	e.task.loginuid = 0;
	asked_has(&e, F_USER_LOGINNAME, "root");
	e.task.loginuid = 1000;
	asked_has(&e, F_USER_LOGINNAME, NULL);
	e.creds.cap_permitted = 1u << 21 | 1u;
	e.creds.cap_inheritable = 1u << 5;
	asked_has(&e, F_THREAD_CAP_PERMITTED, "CAP_CHOWN CAP_SYS_ADMIN");
	asked_has(&e, F_THREAD_CAP_INHERITABLE, "CAP_KILL");
	e.creds.cap_permitted = 0;
	asked_has(&e, F_THREAD_CAP_PERMITTED, NULL);
}

static void fork_of(struct process_table *t, uint32_t parent, uint32_t child)
{
	struct event e = {.kind = EVENT_FORK, .context = true};

	e.fork.parent_pid = parent;
	e.fork.parent_start = parent;
	e.fork.child_pid = child;
	e.fork.child_start = child;
	e.fork.child_vpid = child / 10;
	process_table_apply(t, &e);
}

static struct event exec_of(struct process_table *t, uint32_t pid, uint32_t ppid, const char *path,
			    const char *comm, const char *command)
{
	struct event e = judge_exec(path, command);

	e.task.pid = e.task.start = pid;
	e.task.ppid = ppid;
	e.task.comm = str_from(comm);
	e.num = 1;
	process_table_apply(t, &e);
	return e;
}

static void ancestors(void **state)
{
	struct process_table *t;
	struct event e;

	(void)state;
	assert_int_equal(process_table_new(&t, 16, NULL), 0);
	process_table_set_proc(t, "/nonexistent/rootwatch-proc");
	exec_of(t, 10, 1, "/sbin/init", "init", "init");
	fork_of(t, 10, 20);
	exec_of(t, 20, 10, "/bin/bash", "bash", "bash -i");
	fork_of(t, 20, 30); /* a subshell: it never executes anything */
	fork_of(t, 30, 40);
	e = exec_of(t, 40, 30, "/bin/ls", "ls", "ls -l");
	e.task.pcomm = STR_LIT("bash");
	e.task.sid = 20;
	e.task.start = 45;
	e.btime = 145;
	asked_nth(&e, F_PROC_ANAME, 0, "ls");
	asked_nth(&e, F_PROC_ANAME, 1, "bash");
	asked_nth(&e, F_PROC_ANAME, 2, "bash");
	asked_nth(&e, F_PROC_ANAME, 3, "init");
	asked_nth(&e, F_PROC_ANAME, 4, NULL);
	asked_nth(&e, F_PROC_ANAME, UINT32_MAX, NULL);
	asked_nth(&e, F_PROC_APID, 0, "40");
	asked_nth(&e, F_PROC_APID, 1, "30");
	asked_nth(&e, F_PROC_APID, 3, "10");
	asked_nth(&e, F_PROC_AEXEPATH, 0, "/bin/ls");
	asked_nth(&e, F_PROC_AEXEPATH, 3, "/sbin/init");
	asked_nth(&e, F_PROC_ACMDLINE, 0, "ls -l");
	asked_nth(&e, F_PROC_ACMDLINE, 2, "bash -i");
	asked_has(&e, F_PROC_ANAME, "bash init");
	asked_has(&e, F_PROC_APID, "30 20 10");
	asked_has(&e, F_PROC_AEXEPATH, "/bin/bash /sbin/init");
	asked_nth(&e, F_PROC_AEXE, 0, "ls");
	asked_nth(&e, F_PROC_AEXE, 1, "bash");
	asked_has(&e, F_PROC_AEXE, "bash init");
	asked_has(&e, F_PROC_PEXE, "bash");
	asked_has(&e, F_PROC_SID_EXE, "bash");
	asked_has(&e, F_PROC_PCMDLINE, "bash -i");
	asked_has(&e, F_PROC_PVPID, "3");
	asked_has(&e, F_PROC_SNAME, "bash");
	asked_has(&e, F_PROC_SID_EXEPATH, "/bin/bash");
	asked_has(&e, F_PROC_IS_SID_LEADER, "0");
	asked_has(&e, F_PROC_DURATION, "100");
	e.task.sid = 40;
	asked_has(&e, F_PROC_SNAME, "ls");
	asked_has(&e, F_PROC_IS_SID_LEADER, "1");
	e.task.sid = 99;
	asked_has(&e, F_PROC_SNAME, NULL);
	/* Without a table what the event itself says of the parent is all there is. */
	e.processes = NULL;
	e.parent = NULL;
	asked_nth(&e, F_PROC_ANAME, 1, "bash");
	asked_nth(&e, F_PROC_APID, 1, "30");
	asked_nth(&e, F_PROC_AEXEPATH, 1, NULL);
	asked_nth(&e, F_PROC_ANAME, 2, NULL);
	asked_has(&e, F_PROC_ANAME, "bash");
	asked_has(&e, F_PROC_PCMDLINE, NULL);
	asked_has(&e, F_PROC_PVPID, NULL);
	asked_has(&e, F_PROC_PEXE, NULL);
	asked_nth(&e, F_PROC_AEXE, 1, NULL);
	process_table_free(t);
}

/* What it was started with is remembered: an argument can hold blanks. */
static void arguments_of_later_events(void **state)
{
	static const char argv[] = "my shell\0-c\0a b";
	struct process_table *t;
	struct event e, open = {.kind = EVENT_OPEN};

	(void)state;
	assert_int_equal(process_table_new(&t, 16, NULL), 0);
	process_table_set_proc(t, "/nonexistent/rootwatch-proc");
	e = judge_exec("/bin/sh", "sh");
	e.exec.argv = (struct str){argv, sizeof(argv), sizeof(argv)};
	e.exec.argv_len = sizeof(argv);
	e.task.pid = e.task.start = 20;
	e.num = 1;
	process_table_apply(t, &e);
	open.task.pid = open.task.start = 20;
	open.num = 2;
	process_table_apply(t, &open);
	asked_has(&open, F_PROC_EXE, "my shell");
	asked_has(&open, F_PROC_ARGS, "-c a b");
	open.process = NULL;
	asked_has(&open, F_PROC_EXE, NULL);
	asked_has(&open, F_PROC_ARGS, NULL);
	process_table_free(t);
}

/* Pids that were used again make each other's parents: that must end. */
static void a_circle_of_ancestors_ends(void **state)
{
	struct process_table *t;
	struct event e;

	(void)state;
	assert_int_equal(process_table_new(&t, 16, NULL), 0);
	process_table_set_proc(t, "/nonexistent/rootwatch-proc");
	e = exec_of(t, 10, 20, "/bin/a", "a", "a");
	e = judge_exec("/bin/b", "b");
	e.task.pid = 20;
	e.task.ppid = 10;
	e.task.start = 10;
	e.task.comm = STR_LIT("b");
	e.task.pcomm = STR_LIT("a");
	process_table_apply(t, &e);
	asked_has(&e, F_PROC_ANAME, "a b");
	asked_nth(&e, F_PROC_ANAME, 2, "b");
	asked_nth(&e, F_PROC_ANAME, 63, "a");
	asked_nth(&e, F_PROC_ANAME, 64, NULL);
	process_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(programs, asked_reset),
		cmocka_unit_test_setup(paths_of_programs, asked_reset),
		cmocka_unit_test_setup(many_library_paths_are_bounded, asked_reset),
		cmocka_unit_test_setup(gains, asked_reset),
		cmocka_unit_test_setup(names_of_users_and_capabilities, asked_reset),
		cmocka_unit_test_setup(arguments_of_later_events, asked_reset),
		cmocka_unit_test_setup(ancestors, asked_reset),
		cmocka_unit_test_setup(a_circle_of_ancestors_ends, asked_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
