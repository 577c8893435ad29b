// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/path.h"
#include "event/event.h"
#include "record.h"

static struct record r;
static struct event e;

static void expect(struct str got, const char *want, int line)
{
	if (!str_is(got, want))
		fail_msg("line %d: got \"%.*s\", want \"%s\"", line, (int)got.len,
			 got.p ? got.p : "", want);
}
#define EXPECT(got, want) expect((got), (want), __LINE__)

static struct wire_open *begin_open(const char *sbpath)
{
	struct wire_open *w = record_begin(&r, WIRE_OPEN);

	record_task(&w->t, 100, 50, "sh");
	record_file(&r, &w->f, sbpath);
	w->call = WIRE_CALL_OPENAT;
	return w;
}

static struct wire_open *begin_blocked(const char *base, const char *asked)
{
	struct wire_open *w = record_begin(&r, WIRE_OPEN);

	w->h.flags = WIRE_F_BLOCKED;
	w->call = WIRE_CALL_OPENAT;
	w->ret = -EACCES;
	if (base)
		w->base = record_str(&r, base);
	w->asked = record_str(&r, asked);
	return w;
}

static void must_decode(void)
{
	memset(&e, 0xa5, sizeof(e));
	assert_int_equal(record_decode(&r, &e), 0);
}

/* Malformed: -EPROTO, and the event is as it was. */
static void must_refuse(int error, size_t size)
{
	struct event before;

	memset(&e, 0x5a, sizeof(e));
	memcpy(&before, &e, sizeof(e));
	assert_int_equal(event_decode(&e, r.data, size, RECORD_REALTIME, r.scratch), error);
	assert_memory_equal(&before, &e, sizeof(e));
}

static void header_and_task(void **state)
{
	struct wire_open *w = begin_open("/etc/passwd");

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
	must_decode();
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

static void file_on_root_is_a_view(void **state)
{
	(void)state;
	begin_open("/etc/passwd");
	must_decode();
	assert_true(e.open.file.known);
	assert_int_equal(e.open.file.ino, 4711);
	EXPECT(e.open.file.path, "/etc/passwd");
	EXPECT(e.open.file.rootpath, "/etc/passwd");
	EXPECT(e.open.file.sbpath, "/etc/passwd");
	EXPECT(e.open.file.fstype, "overlay");
	/* The hot path copies nothing. */
	assert_ptr_equal(e.open.file.path.p, e.open.file.sbpath.p);
	assert_true(e.open.file.path.p > r.data && e.open.file.path.p < r.data + r.size);
}

static void file_paths(void **state)
{
	static const struct {
		const char *sbpath, *mntpath;
		uint16_t mnt_off, root_off;
		uint32_t flags;
		const char *path, *rootpath, *sb;
	} cases[] = {
		{"/etc/x", "/", 0, 0, WIRE_FILE_ROOTFS, "/etc/x", "/etc/x", "/etc/x"},
		{"", "", 0, 0, WIRE_FILE_ROOTFS, "/", "/", "/"},
		{"/", "", 0, 0, WIRE_FILE_ROOTFS, "/", "/", "/"},
		{"/", "/proc", 0, 0, 0, "/proc", NULL, "/"},
		{"", "/proc", 0, 0, 0, "/proc", NULL, "/"},
		{"/sys/kernel", "/proc", 0, 0, 0, "/proc/sys/kernel", NULL, "/sys/kernel"},
		{"/sys/kernel", "/proc/", 0, 0, 0, "/proc/sys/kernel", NULL, "/sys/kernel"},
		/* A volume: a part of the host's disk shown under /data. */
		{"/var/lib/v/a/b", "/data", 10, 0, WIRE_FILE_BIND, "/data/a/b", NULL,
		 "/var/lib/v/a/b"},
		/* One file bound over another. */
		{"/srv/hosts", "/etc/hosts", 10, 0, WIRE_FILE_BIND, "/etc/hosts", NULL,
		 "/srv/hosts"},
		/* The root filesystem is a folder of a disk (no overlay). */
		{"/img/7/etc/x", "", 6, 6, WIRE_FILE_ROOTFS, "/etc/x", "/etc/x", "/img/7/etc/x"},
		{"/img/7", "", 6, 6, WIRE_FILE_ROOTFS, "/", "/", "/img/7"},
		/* A folder of the own root seen through a bind mount: two names, one file. */
		{"/etc/x", "/mnt", 4, 0, WIRE_FILE_ROOTFS | WIRE_FILE_BIND, "/mnt/x", "/etc/x",
		 "/etc/x"},
		{"memfd:evil", "", 0, 0, WIRE_FILE_MEMFD, "memfd:evil", NULL, "memfd:evil"},
		{"memfd:evil", "/", 0, 0, WIRE_FILE_MEMFD, "memfd:evil", NULL, "memfd:evil"},
		{"/memfd:evil", "", 0, 0, WIRE_FILE_MEMFD, "memfd:evil", NULL, "memfd:evil"},
		{"", "", 0, 0, WIRE_FILE_MEMFD, "memfd:", NULL, "memfd:"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_open *w = begin_open(cases[i].sbpath);

		w->f.mntpath = record_str(&r, cases[i].mntpath);
		w->f.mnt_off = cases[i].mnt_off;
		w->f.root_off = cases[i].root_off;
		w->f.flags = cases[i].flags;
		must_decode();
		EXPECT(e.open.file.path, cases[i].path);
		EXPECT(e.open.file.sbpath, cases[i].sb);
		if (cases[i].rootpath)
			EXPECT(e.open.file.rootpath, cases[i].rootpath);
		else
			assert_null(e.open.file.rootpath.p);
		assert_false(e.truncated);
	}
}

/* A path without its head must not look like "/etc/passwd". */
static void path_without_head(void **state)
{
	struct wire_open *w = begin_open("/etc/passwd");

	(void)state;
	w->f.flags |= WIRE_FILE_CUT;
	must_decode();
	EXPECT(e.open.file.path, PATH_CUT "/etc/passwd");
	EXPECT(e.open.file.rootpath, PATH_CUT "/etc/passwd");
	EXPECT(e.open.file.sbpath, PATH_CUT "/etc/passwd");
	assert_true(e.truncated);

	w = begin_open("/etc/passwd");
	w->f.sbpath.full = 5000;
	must_decode();
	EXPECT(e.open.file.path, PATH_CUT "/etc/passwd");
	assert_true(e.truncated);

	/* Only where the mount lies is not wholly known. */
	w = begin_open("/etc/passwd");
	w->f.flags |= WIRE_FILE_CUT;
	w->f.mntpath = record_str(&r, "/deep");
	w->f.mntpath.full = 5000;
	must_decode();
	EXPECT(e.open.file.path, PATH_CUT "/deep/etc/passwd");
	EXPECT(e.open.file.rootpath, "/etc/passwd");
	EXPECT(e.open.file.sbpath, "/etc/passwd");

	/* Only the head above the mount's root is missing: the path in the container is whole. */
	w = begin_open("/far/away/etc/passwd");
	w->f.flags |= WIRE_FILE_CUT | WIRE_FILE_WHOLE;
	w->f.sbpath.full++;
	w->f.mntpath = record_str(&r, "/data");
	w->f.mnt_off = w->f.root_off = sizeof("/far/away") - 1;
	must_decode();
	EXPECT(e.open.file.path, "/data/etc/passwd");
	EXPECT(e.open.file.rootpath, "/etc/passwd");
	EXPECT(e.open.file.sbpath, PATH_CUT "/far/away/etc/passwd");
	assert_true(e.truncated);
}

/* The file behind an overlay: its own device, inode and path. */
static void stacked(void **state)
{
	struct wire_open *w = begin_open("/cron.d/x");

	(void)state;
	must_decode();
	assert_false(event_file_stacked(&e.open.file));
	w->f.flags |= WIRE_FILE_STACKED;
	w->f.real_ino = 12;
	w->f.real_dev = 34;
	w->f.real_flags = WIRE_FILE_BLOCKDEV;
	w->f.real = record_str(&r, "/etc/cron.d/x");
	must_decode();
	assert_true(event_file_stacked(&e.open.file));
	EXPECT(e.open.file.sbpath, "/cron.d/x");
	EXPECT(e.open.file.realpath, "/etc/cron.d/x");
	assert_int_equal(e.open.file.real_ino, 12);
	assert_int_equal(e.open.file.real_dev, 34);
	assert_int_equal(e.open.file.real_flags, WIRE_FILE_BLOCKDEV);
	w->f.real.full++;
	must_decode();
	EXPECT(e.open.file.realpath, PATH_CUT "/etc/cron.d/x");
	w->f.real.off = 1;
	assert_int_equal(record_decode(&r, &e), -EPROTO);
}

static void longest_paths_fit(void **state)
{
	static char name[WIRE_PATH_MAX + 1];
	struct wire_open *w;

	(void)state;
	memset(name, 'x', WIRE_PATH_MAX);
	name[0] = '/';
	w = begin_open(name);
	w->f.mntpath = record_str(&r, name);
	must_decode();
	assert_int_equal(e.open.file.path.len, 2 * WIRE_PATH_MAX);

	w = begin_open(name);
	w->f.mntpath = record_str(&r, name);
	w->f.sbpath.full = w->f.mntpath.full = 2 * WIRE_PATH_MAX;
	must_decode();
	assert_int_equal(e.open.file.path.len, WIRE_PATH_MAX + strlen(PATH_CUT));

	begin_blocked(name, name + 1);
	must_decode();
	assert_int_equal(e.open.file.path.len, 2 * WIRE_PATH_MAX);
}

static void open_for_writing(void **state)
{
	static const struct {
		uint32_t oflags;
		bool created, write;
	} cases[] = {
		{O_RDONLY, false, false},
		{O_WRONLY, false, true},
		{O_RDWR, false, true},
		{O_RDONLY | O_CREAT, false, false}, /* it was there already */
		{O_RDONLY | O_CREAT, true, true},
		{O_RDONLY, true, true},
		{O_RDONLY | O_TRUNC, false, true},
		{O_RDONLY | O_APPEND, false, false},
		{O_PATH | O_RDWR, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct wire_open *w = begin_open("/x");

		w->oflags = cases[i].oflags;
		if (cases[i].created)
			w->f.flags |= WIRE_FILE_CREATED;
		must_decode();
		assert_int_equal(e.open.write, cases[i].write);
		assert_int_equal(e.open.created, cases[i].created);
		assert_int_equal(e.open.oflags, cases[i].oflags);
		assert_false(e.open.unresolved);
	}
	/* Blocked: whether it would have been created is not known; to ask is enough. */
	begin_blocked(NULL, "/x")->oflags = O_RDONLY | O_CREAT;
	must_decode();
	assert_true(e.open.write);
	assert_false(e.open.created);
	begin_blocked(NULL, "/x")->oflags = O_RDONLY;
	must_decode();
	assert_false(e.open.write);
}

static void blocked_open(void **state)
{
	(void)state;
	begin_blocked("/srv/app", "../.././etc//shadow");
	must_decode();
	assert_true(e.blocked);
	assert_true(e.open.unresolved);
	assert_false(e.open.file.known);
	assert_null(e.open.file.rootpath.p);
	assert_int_equal(e.ret, -EACCES);
	EXPECT(e.open.asked, "../.././etc//shadow");
	EXPECT(e.open.file.path, "/etc/shadow");
	EXPECT(e.open.file.sbpath, "");

	begin_blocked(NULL, "/etc/shadow");
	must_decode();
	EXPECT(e.open.file.path, "/etc/shadow");

	/* The folder is not known: nothing is made up. */
	begin_blocked(NULL, "etc/shadow");
	must_decode();
	EXPECT(e.open.file.path, "etc/shadow");

	/* What was asked for could not be read: that is not the folder itself. */
	begin_blocked("/srv", "");
	must_decode();
	assert_true(e.open.unresolved);
	EXPECT(e.open.file.path, "");
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
	must_decode();
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
	must_decode();
	assert_true(e.truncated);
	assert_int_equal(e.exec.argv_len, 9000);
	EXPECT(e.exec.argv_tail, "the end");
	assert_false(e.exec.script || e.prev_known);
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
	must_decode();
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
	must_decode();
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
	must_decode();
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
	must_decode();
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
	must_decode();
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
	must_decode();
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
	must_decode();
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
	must_decode();
	EXPECT(event_call_changed(&e.sys), "/tmp/sh");
	EXPECT(event_call_from(&e.sys), "");
	sys = record_begin(&r, WIRE_SYSCALL);
	sys->call = WIRE_CALL_SYMLINK;
	sys->asked[0] = record_str(&r, "../../x");
	sys->asked[1] = record_str(&r, "/tmp/./l");
	must_decode();
	EXPECT(event_call_from(&e.sys), "../../x");
	EXPECT(event_call_changed(&e.sys), "/tmp/l");
	sys->call = WIRE_CALL_END;
	must_decode();
	EXPECT(event_call_changed(&e.sys), "");
	assert_string_equal(event_type(&e), "syscall");

	cg = record_begin(&r, WIRE_CGROUP);
	cg->h.flags = WIRE_F_CONTEXT;
	cg->cgroup = 77;
	cg->cgroup_hier = 4;
	cg->flags = WIRE_TASK_CGROUP_ID;
	cg->path = record_str(&r, "/docker/abc");
	must_decode();
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

static void refuses_sizes(void **state)
{
	struct wire_open *w = begin_open("/x");

	(void)state;
	for (size_t size = 0; size < r.size; size++)
		must_refuse(-EPROTO, size);
	/* The header agrees, but the fixed part is not whole. */
	w->h.size = sizeof(*w) - 1;
	must_refuse(-EPROTO, sizeof(*w) - 1);
	w->h.size = WIRE_RECORD_MAX + 1;
	must_refuse(-EPROTO, WIRE_RECORD_MAX + 1);
}

static void refuses_kinds(void **state)
{
	static const uint16_t unknown[] = {0, WIRE_KIND_END, 1000, UINT16_MAX};
	struct wire_open *w = begin_open("/x");

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		w->h.kind = unknown[i];
		must_refuse(-ENOTSUP, r.size);
	}
}

static void refuses_blobs(void **state)
{
	const uint16_t fixed = sizeof(struct wire_open), end = fixed + 2;
	const struct wire_blob bad[] = {
		{fixed, 3, 3},			 /* one byte too long */
		{end, 1, 1},			 /* behind the end */
		{UINT16_MAX, 1, 1},		 /* far behind it */
		{fixed, UINT16_MAX, UINT16_MAX}, /* off + len would wrap 16 bits */
		{UINT16_MAX, UINT16_MAX, 1u << 31},
		{fixed - 1, 1, 1}, /* inside the fixed part */
		{0, 2, 2},
		{fixed, 2, 1}, /* more there than there was */
	};
	const size_t blobs[] = {
		offsetof(struct wire_open, cwd),       offsetof(struct wire_open, asked),
		offsetof(struct wire_open, base),      offsetof(struct wire_open, f.sbpath),
		offsetof(struct wire_open, f.mntpath),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t j = 0; j < sizeof(blobs) / sizeof(blobs[0]); j++) {
			begin_open("/x");
			memcpy(r.data + blobs[j], &bad[i], sizeof(bad[i]));
			must_refuse(-EPROTO, r.size);
		}
	}
	/* The last byte may be used, and an empty blob may lie anywhere. */
	begin_open("/x")->cwd = (struct wire_blob){fixed, 2, 2};
	must_decode();
	EXPECT(e.cwd, "/x");
	begin_open("/x")->cwd = (struct wire_blob){UINT16_MAX, 0, 0};
	must_decode();
	EXPECT(e.cwd, "/");
}

static void refuses_offsets(void **state)
{
	(void)state;
	begin_open("/x")->f.mnt_off = 3;
	must_refuse(-EPROTO, r.size);
	begin_open("/x")->f.root_off = 3;
	must_refuse(-EPROTO, r.size);
	begin_open("/x")->f.root_off = UINT16_MAX;
	must_refuse(-EPROTO, r.size);
}

static void refuses_overlong_paths(void **state)
{
	static char name[WIRE_PATH_MAX + 2];
	struct wire_open *w;

	(void)state;
	memset(name, 'x', WIRE_PATH_MAX + 1);
	begin_open(name);
	must_refuse(-EPROTO, r.size);
	w = begin_open("/x");
	w->f.mntpath = record_str(&r, name);
	must_refuse(-EPROTO, r.size);
}

/* Recordings need not keep records aligned. */
static void unaligned_record(void **state)
{
	char *copy;

	(void)state;
	begin_open("/etc/passwd");
	copy = malloc(r.size + 1);
	assert_non_null(copy);
	memcpy(copy + 1, r.data, r.size);
	assert_int_equal(event_decode(&e, copy + 1, r.size, 0, r.scratch), 0);
	EXPECT(e.open.file.path, "/etc/passwd");
	free(copy);
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
	must_decode();
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
	must_decode();
	assert_int_equal(event_net_typechar(&e.net), '4');
	EXPECT(event_net_name(&e.net, name), "10.0.0.1:4444");
	assert_true(e.net.server.known);
	net->family = 1;
	must_decode();
	assert_int_equal(event_net_typechar(&e.net), 'u');
	net->family = 16;
	must_decode();
	assert_int_equal(event_net_typechar(&e.net), 0);
	/* A path that is not all inside the record. */
	net->path = (struct wire_blob){0xfff0, 100, 100};
	assert_int_equal(record_decode(&r, &e), -EPROTO);
}

static void mapping(void **state)
{
	struct wire_open *w = begin_open("/etc/passwd");
	char buf[EVENT_CALL_TEXT];

	(void)state;
	w->call = WIRE_CALL_MMAP;
	w->oflags = O_WRONLY;
	w->prot = 3;
	w->mapping = 0x8001;
	must_decode();
	assert_string_equal(event_type(&e), "mmap");
	assert_true(e.open.write);
	EXPECT(event_mapping_prot(&e.open, buf), "PROT_READ|PROT_WRITE");
	EXPECT(event_mapping_flags(&e.open, buf), "MAP_SHARED|MAP_POPULATE");
	e.open.prot = 0;
	e.open.mapping = 3;
	EXPECT(event_mapping_prot(&e.open, buf), "PROT_NONE");
	EXPECT(event_mapping_flags(&e.open, buf), "MAP_SHARED_VALIDATE");
}

/* Of a denied open by a handle there is no path, not even one as asked for. */
static void handle(void **state)
{
	static const char bytes[] = "\5\0\0\0\1\0\0\0/etc\xff";
	struct wire_open *w = begin_blocked("/", "12345678");
	char buf[EVENT_HANDLE_TEXT];

	(void)state;
	w->call = WIRE_CALL_OPEN_BY_HANDLE_AT;
	w->flags = WIRE_OPEN_HANDLE;
	w->asked = record_blob(&r, bytes, sizeof(bytes) - 1);
	must_decode();
	EXPECT(e.open.file.path, "");
	EXPECT(e.open.asked, "");
	EXPECT(e.open.handle_at, "/");
	EXPECT(event_handle(e.open.handle, buf), "1:2f657463ff");
	e.open.handle.len = 7;
	EXPECT(event_handle(e.open.handle, buf), "");
	e.open.handle.len = WIRE_HANDLE_MAX + 1;
	EXPECT(event_handle(e.open.handle, buf), "");
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
	must_decode();
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
		cmocka_unit_test(header_and_task),
		cmocka_unit_test(file_on_root_is_a_view),
		cmocka_unit_test(file_paths),
		cmocka_unit_test(path_without_head),
		cmocka_unit_test(stacked),
		cmocka_unit_test(longest_paths_fit),
		cmocka_unit_test(open_for_writing),
		cmocka_unit_test(blocked_open),
		cmocka_unit_test(exec_record),
		cmocka_unit_test(other_records),
		cmocka_unit_test(noted_before_the_act),
		cmocka_unit_test(refuses_sizes),
		cmocka_unit_test(refuses_kinds),
		cmocka_unit_test(copies_of_descriptors),
		cmocka_unit_test(mapping),
		cmocka_unit_test(handle),
		cmocka_unit_test(groups),
		cmocka_unit_test(refuses_blobs),
		cmocka_unit_test(refuses_offsets),
		cmocka_unit_test(refuses_overlong_paths),
		cmocka_unit_test(unaligned_record),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
