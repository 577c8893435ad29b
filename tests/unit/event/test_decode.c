// SPDX-License-Identifier: Apache-2.0
/* What a record says of the task, and what each kind of record says besides. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "event/event.h"
#include "record.h"

static struct record r;
static struct event e;

static void header_and_task(void **state)
{
	struct wire_open *w = record_open(&r, "/etc/passwd");

	(void)state;
	w->h.flags = WIRE_F_WATCHED | WIRE_F_COMPAT | WIRE_F_TIER(WIRE_TIER_LSM) | WIRE_F_IO_URING;
	w->flags = WIRE_OPEN_NO_FD;
	w->h.cpu = 3;
	w->h.seq = 99;
	w->t.tid = 101;
	w->t.ppid = 7;
	w->t.loginuid = 1000;
	memcpy(w->t.comm, "exactly16letters", WIRE_COMM_LEN); /* no NUL */
	w->c.euid = 100000;
	w->c.root = WIRE_ROOT_USERNS;
	w->ret = 5;
	w->cwd = record_str(&r, "/root");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_OPEN);
	assert_int_equal(e.num, 0);
	assert_int_equal(e.btime, 1000);
	assert_int_equal(e.time, RECORD_REALTIME + 1000);
	assert_int_equal(e.seq, 99);
	assert_int_equal(e.cpu, 3);
	assert_true(e.watched && e.compat);
	assert_int_equal(e.tier, WIRE_TIER_LSM);
	assert_true(e.io_uring && e.open.no_fd);
	assert_false(e.context || e.blocked || e.truncated || e.prev_known);
	assert_int_equal(e.ret, 5);
	assert_int_equal(e.task.tid, 101);
	assert_int_equal(e.task.pid, 100);
	assert_int_equal(e.task.ppid, 7);
	assert_int_equal(e.task.start, 50);
	assert_int_equal(e.task.loginuid, 1000);
	assert_int_equal(e.task.cgroup, 77);
	assert_int_equal(e.task.flags, WIRE_TASK_CGROUP_ID | WIRE_TASK_FOREIGN_NS);
	EXPECT(e.task.comm, "exactly16letters");
	EXPECT(e.task.pcomm, "init");
	assert_int_equal(e.creds.euid, 100000);
	assert_int_equal(e.creds.root, WIRE_ROOT_USERNS);
	EXPECT(e.cwd, "/root");
	assert_null(e.container);
	assert_null(e.process);
	assert_null(e.parent);
}

static void exec_record(void **state)
{
	static const char argv[] = "sh\0-c\0apt install x";
	struct wire_exec *w = record_begin(&r, WIRE_EXEC);

	(void)state;
	record_task(&w->t, 100, 50, "sh");
	record_file(&r, &w->exe, "/bin/dash");
	w->exe.flags |= WIRE_FILE_LOWER;
	w->flags = WIRE_EXEC_PREV | WIRE_EXEC_SCRIPT | WIRE_EXEC_SUID;
	w->c.euid = 0;
	w->prev.euid = 1000;
	w->filename = record_str(&r, "./run.sh");
	w->interp = record_str(&r, "/bin/sh");
	w->argv = record_blob(&r, argv, sizeof(argv));
	w->cwd = record_str(&r, "/srv");
	w->tty = record_str(&r, "pts3");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_EXEC);
	assert_int_equal(e.ret, 0);
	assert_true(e.prev_known);
	assert_int_equal(e.prev.euid, 1000);
	assert_true(e.exec.script);
	assert_int_equal(e.exec.flags, w->flags);
	EXPECT(e.exec.exe.path, "/bin/dash");
	EXPECT(e.exec.filename, "./run.sh");
	EXPECT(e.exec.interp, "/bin/sh");
	EXPECT(e.exec.tty, "pts3");
	EXPECT(e.cwd, "/srv");
	assert_int_equal(e.exec.argv.len, sizeof(argv));
	assert_memory_equal(e.exec.argv.p, argv, sizeof(argv));
	assert_int_equal(e.exec.argv_len, sizeof(argv));
	assert_int_equal(e.exec.argv_tail.len, 0);
	assert_false(e.truncated);

	w->argv.full = 9000;
	w->argv_tail = record_str(&r, "the end");
	w->flags = 0;
	record_must_decode(&r, &e);
	assert_true(e.truncated);
	assert_int_equal(e.exec.argv_len, 9000);
	EXPECT(e.exec.argv_tail, "the end");
	assert_false(e.exec.script || e.prev_known);
	assert_int_equal(e.exec.input.len, 0);

	w->input = record_str(&r, "/tmp/x");
	record_must_decode(&r, &e);
	EXPECT(e.exec.input, "/tmp/x");
	w->flags = WIRE_EXEC_INMEM;
	record_must_decode(&r, &e);
	EXPECT(e.exec.input, "memfd:");
}

static void noted_before_the_act(void **state)
{
	struct wire_syscall *sys;

	(void)state;
	/* What was noted before the act counts, whatever was asked for. */
	sys = record_begin(&r, WIRE_SYSCALL);
	sys->call = WIRE_CALL_RENAME;
	sys->asked[0] = record_str(&r, "/tmp/a");
	sys->asked[1] = record_str(&r, "/tmp/b");
	record_file(&r, &sys->f[0], "/etc/passwd");
	sys->f[0].ino = 5;
	record_file(&r, &sys->f[1], "/etc/gone");
	sys->f[1].ino = 0;
	record_must_decode(&r, &e);
	EXPECT(event_call_from(&e.sys), "/etc/passwd");
	EXPECT(event_call_changed(&e.sys), "/etc/gone");
	EXPECT(e.sys.paths[1].rootpath, "/etc/gone");
	EXPECT(e.sys.paths[1].named, "/etc/gone");
	EXPECT(e.sys.paths[1].asked, "/tmp/b");
	assert_false(event_call_unresolved(&e.sys));
	assert_int_equal(event_call_file(&e.sys)->ino, 5);
	/* What is made has a place and no inode; of a link's text nothing is known but the link. */
	sys = record_begin(&r, WIRE_SYSCALL);
	sys->call = WIRE_CALL_SYMLINK;
	sys->asked[0] = record_str(&r, "../../x");
	record_file(&r, &sys->f[1], "/etc/l");
	sys->f[1].ino = 0;
	record_must_decode(&r, &e);
	EXPECT(event_call_from(&e.sys), "../../x");
	EXPECT(event_call_changed(&e.sys), "/etc/l");
	assert_null(event_call_file(&e.sys));
	sys->f[1].mnt_off = 100;
	assert_int_equal(record_decode(&r, &e), -EPROTO);
}

static void other_records(void **state)
{
	struct wire_exit *exit_;
	struct wire_setid *setid;
	struct wire_connect *conn;
	struct wire_syscall *sys;
	struct wire_cgroup *cg;

	(void)state;
	exit_ = record_begin(&r, WIRE_EXIT);
	record_task(&exit_->t, 100, 50, "sh");
	exit_->code = 256;
	exit_->euid = 42;
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_EXIT);
	assert_int_equal(e.exit.code, 256);
	assert_int_equal(e.creds.euid, 42);
	assert_int_equal(e.creds.uid, UINT32_MAX);

	setid = record_begin(&r, WIRE_SETID);
	record_task(&setid->t, 100, 50, "su");
	setid->call = WIRE_CALL_SETRESUID;
	setid->flags = WIRE_SETID_PREV;
	setid->prev.uid = 1000;
	setid->cwd = record_str(&r, "/home");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_SETID);
	assert_int_equal(e.setid.call, WIRE_CALL_SETRESUID);
	assert_true(e.prev_known);
	assert_int_equal(e.prev.uid, 1000);
	EXPECT(e.cwd, "/home");
	assert_false(e.setid.risen);

	/* Noticed at another act, whose record has the working directory. */
	setid = record_begin(&r, WIRE_SETID);
	record_task(&setid->t, 100, 50, "sh");
	setid->call = WIRE_CALL_NONE;
	setid->flags = WIRE_SETID_PREV | WIRE_SETID_RISEN;
	record_must_decode(&r, &e);
	assert_true(e.setid.risen);
	assert_string_equal(event_type(&e), "credrise");
	EXPECT(e.cwd, "");

	conn = record_begin(&r, WIRE_CONNECT);
	record_task(&conn->t, 100, 50, "docker");
	conn->ret = -EAGAIN;
	conn->flags = WIRE_CONNECT_PEER;
	conn->ino = 12;
	conn->peer_pid = 900;
	memcpy(conn->peer_comm, "dockerd", 7);
	conn->name = record_str(&r, "/run/docker.sock");
	conn->path = record_str(&r, "/docker.sock");
	conn->asked = record_str(&r, "../s");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_CONNECT);
	assert_int_equal(e.ret, -EAGAIN);
	assert_int_equal(e.connect.ino, 12);
	assert_int_equal(e.connect.peer_pid, 900);
	EXPECT(e.connect.peer_comm, "dockerd");
	EXPECT(e.connect.name, "/run/docker.sock");
	EXPECT(e.connect.path, "/docker.sock");
	EXPECT(e.connect.asked, "../s");

	sys = record_begin(&r, WIRE_SYSCALL);
	record_task(&sys->t, 100, 50, "mv");
	sys->call = WIRE_CALL_RENAMEAT;
	sys->ret = -EACCES;
	sys->h.flags = WIRE_F_BLOCKED;
	sys->args[4] = 7;
	sys->cwd = record_str(&r, "/home");
	sys->base[0] = sys->cwd;
	sys->asked[0] = record_str(&r, "a/../x");
	sys->base[1] = record_str(&r, "/etc/cron.d");
	sys->asked[1] = record_str(&r, "../passwd");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_SYSCALL);
	assert_string_equal(event_type(&e), "renameat");
	assert_int_equal(e.ret, -EACCES);
	assert_true(e.blocked);
	assert_int_equal(e.sys.args[4], 7);
	EXPECT(e.sys.paths[0].asked, "a/../x");
	EXPECT(e.sys.paths[0].path, "/home/x");
	EXPECT(e.sys.paths[1].path, "/etc/passwd");
	EXPECT(event_call_changed(&e.sys), "/etc/passwd");
	EXPECT(event_call_from(&e.sys), "/home/x");

	/* A descriptor's own path; a name that is no path; a call that this version does not know. */
	sys = record_begin(&r, WIRE_SYSCALL);
	sys->call = WIRE_CALL_FCHMOD;
	sys->base[0] = record_str(&r, "/tmp/sh");
	record_must_decode(&r, &e);
	EXPECT(event_call_changed(&e.sys), "/tmp/sh");
	EXPECT(event_call_from(&e.sys), "");
	sys = record_begin(&r, WIRE_SYSCALL);
	sys->call = WIRE_CALL_SYMLINK;
	sys->asked[0] = record_str(&r, "../../x");
	sys->asked[1] = record_str(&r, "/tmp/./l");
	record_must_decode(&r, &e);
	EXPECT(event_call_from(&e.sys), "../../x");
	EXPECT(event_call_changed(&e.sys), "/tmp/l");
	sys->call = WIRE_CALL_END;
	record_must_decode(&r, &e);
	EXPECT(event_call_changed(&e.sys), "");
	assert_string_equal(event_type(&e), "syscall");

	cg = record_begin(&r, WIRE_CGROUP);
	cg->h.flags = WIRE_F_CONTEXT;
	cg->cgroup = 77;
	cg->cgroup_hier = 4;
	cg->flags = WIRE_TASK_CGROUP_ID;
	cg->path = record_str(&r, "/docker/abc");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_CGROUP);
	assert_true(e.context);
	assert_int_equal(e.cgroup.cgroup, 77);
	assert_int_equal(e.task.cgroup, 77);
	assert_int_equal(e.task.cgroup_hier, 4);
	EXPECT(e.cgroup_path, "/docker/abc");

	record_fork(&r, &e, 100, 50, 101, 60);
	assert_int_equal(e.kind, EVENT_FORK);
	assert_int_equal(e.fork.parent_pid, 100);
	assert_int_equal(e.task.pid, 101);
	assert_int_equal(e.task.start, 60);
	assert_int_equal(e.task.ppid, 100);
}

static void copies_of_descriptors(void **state)
{
	struct wire_net *net = record_begin(&r, WIRE_NET);
	char name[EVENT_NET_TEXT];

	(void)state;
	record_task(&net->t, 100, 50, "sh");
	net->call = WIRE_CALL_DUP2;
	net->ret = 1;
	net->oldfd = 5;
	net->mode = 0100644;
	net->path = record_str(&r, "/tmp/out");
	record_must_decode(&r, &e);
	assert_int_equal(e.kind, EVENT_NET);
	assert_string_equal(event_type(&e), "dup2");
	assert_int_equal(e.net.oldfd, 5);
	assert_int_equal(event_net_typechar(&e.net), 'f');
	EXPECT(event_net_name(&e.net, name), "/tmp/out");
	assert_false(e.net.server.known);

	net = record_begin(&r, WIRE_NET);
	net->call = WIRE_CALL_DUP;
	net->mode = 0140777;
	net->family = 2;
	net->flags = WIRE_NET_STDIO;
	net->remote.w[1] = 0x0100000affff0000ull;
	net->remote_port = 4444;
	record_must_decode(&r, &e);
	assert_int_equal(event_net_typechar(&e.net), '4');
	EXPECT(event_net_name(&e.net, name), "10.0.0.1:4444");
	assert_true(e.net.server.known);
	net->family = 1;
	record_must_decode(&r, &e);
	assert_int_equal(event_net_typechar(&e.net), 'u');
	net->family = 16;
	record_must_decode(&r, &e);
	assert_int_equal(event_net_typechar(&e.net), 0);
	/* A path that is not all inside the record. */
	net->path = (struct wire_blob){0xfff0, 100, 100};
	assert_int_equal(record_decode(&r, &e), -EPROTO);
}

static void groups(void **state)
{
	struct wire_setid *w = record_begin(&r, WIRE_SETID);
	char buf[EVENT_GROUPS_TEXT];

	(void)state;
	w->call = WIRE_CALL_SETGROUPS;
	w->flags = WIRE_SETID_GROUP;
	w->groups_n = 2;
	w->groups[1] = 27;
	record_must_decode(&r, &e);
	assert_true(e.setid.group);
	EXPECT(event_groups(&e.setid, buf), "0,27");
	e.setid.groups_n = 0;
	EXPECT(event_groups(&e.setid, buf), "");
	memset(e.setid.groups, 0xff, sizeof(e.setid.groups));
	e.setid.groups_n = UINT32_MAX;
	assert_int_equal(event_groups(&e.setid, buf).len, WIRE_SETID_GROUPS * 11 - 1 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_and_task),	 cmocka_unit_test(exec_record),
		cmocka_unit_test(noted_before_the_act),	 cmocka_unit_test(other_records),
		cmocka_unit_test(copies_of_descriptors), cmocka_unit_test(groups),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
