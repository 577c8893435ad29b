// SPDX-License-Identifier: Apache-2.0
/* The fields that only rules have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process/internal.h"
#include "container/container.h"
#include "container/mounts.h"
#include "rules/build.h"
#include "rules/value/asked.h"

static struct value get(const struct event *e, enum field_id id)
{
	return asked_value(e, (struct field_use){.id = id});
}

static void has(const struct event *e, enum field_id id, const char *want)
{
	asked_expect(e, (struct field_use){.id = id}, want);
}

static void nth(const struct event *e, enum field_id id, uint32_t index, const char *want)
{
	asked_expect(e, (struct field_use){.id = id, .has_index = true, .index = index}, want);
}

static void paths_of_a_file(void **state)
{
	struct event e = judge_open(judge_file("/etc/passwd"), O_RDONLY);

	(void)state;
	has(&e, F_FILE_PATHS, "/etc/passwd");
	has(&e, F_FILE_NAME, "passwd");
	has(&e, F_FILE_TYPE, "regular");
	has(&e, F_FILE_RDEV, NULL);
	has(&e, F_HOST_PATH, NULL);
	e.open.file.path = STR_LIT("/mnt/p");
	has(&e, F_FILE_PATHS, "/mnt/p /etc/passwd");
	has(&e, F_FILE_NAME, "passwd");
	/* A file that the kernel could not place, on an overlay: its path inside. */
	e.open.file.rootpath.p = NULL;
	has(&e, F_FILE_PATHS, "/mnt/p /etc/passwd");
	e.open.file.fs_magic = FS_EXT4;
	has(&e, F_FILE_PATHS, "/mnt/p");
}

static void types_of_files(void **state)
{
	static const struct {
		uint32_t mode;
		const char *name;
	} types[] = {{S_IFREG, "regular"}, {S_IFDIR, "directory"},
		     {S_IFLNK, "link"},	   {S_IFBLK, "block"},
		     {S_IFCHR, "char"},	   {S_IFIFO, "fifo"},
		     {S_IFSOCK, "socket"}, {0, NULL}};
	struct event e = judge_open(judge_device("/dev/x", S_IFCHR, 1, 5), O_RDONLY);

	(void)state;
	has(&e, F_FILE_RDEV, "1:5");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		e.open.file.mode = types[i].mode;
		has(&e, F_FILE_TYPE, types[i].name);
	}
	e.open.file.mode = S_IFREG | S_ISUID | 0755;
	has(&e, F_FILE_SUID, "1");
	e.open.file.mode = S_IFDIR | S_ISUID | 0755;
	has(&e, F_FILE_SUID, "0");
	e.open.file.mode = S_IFBLK;
	has(&e, F_FILE_RDEV, "1:5");
	e.open.file.known = false;
	has(&e, F_FILE_TYPE, NULL);
	has(&e, F_FILE_SUID, NULL);
	has(&e, F_FILE_RDEV, NULL);
}

static void kernel_file_systems(void **state)
{
	static const enum field_id ids[] = {F_PROCFS_PATH, F_SYSFS_PATH, F_CGROUPFS_PATH,
					    F_KERNELFS_PATH};
	static const struct {
		uint32_t magic;
		enum field_id id;
	} kinds[] = {{FS_PROC, F_PROCFS_PATH},
		     {FS_SYSFS, F_SYSFS_PATH},
		     {FS_CGROUP, F_CGROUPFS_PATH},
		     {0x63677270, F_CGROUPFS_PATH},
		     {FS_BINFMT, F_KERNELFS_PATH},
		     {0x64626720, F_KERNELFS_PATH},
		     {FS_EXT4, F_END}};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct event e = judge_open(judge_on(kinds[i].magic, "/m/a/b", "/a/b"), O_RDONLY);

		for (size_t j = 0; j < sizeof(ids) / sizeof(ids[0]); j++)
			has(&e, ids[j], ids[j] == kinds[i].id ? "/a/b" : NULL);
		e.open.file.sbpath = STR_LIT("");
		for (size_t j = 0; j < sizeof(ids) / sizeof(ids[0]); j++)
			has(&e, ids[j], ids[j] == kinds[i].id ? "/" : NULL);
		e.open.file.flags = WIRE_FILE_BIND;
		has(&e, F_HOST_PATH, NULL);
	}
}

static void what_was_only_asked_for(void **state)
{
	static const struct {
		const char *asked;
		enum field_id id;
		const char *inside;
	} cases[] = {{"/proc/sys/kernel/core_pattern", F_PROCFS_PATH, "/sys/kernel/core_pattern"},
		     {"/proc", F_PROCFS_PATH, "/"},
		     {"/process/x", F_PROCFS_PATH, NULL},
		     {"/proc/sys/fs/binfmt_misc/register", F_KERNELFS_PATH, "/register"},
		     {"/proc/sys/fs/binfmt_misc/register", F_PROCFS_PATH, NULL},
		     {"/sys/fs/cgroup/release_agent", F_CGROUPFS_PATH, "/release_agent"},
		     {"/sys/kernel/uevent_helper", F_SYSFS_PATH, "/kernel/uevent_helper"},
		     {"/sys/kernel/debug/x", F_KERNELFS_PATH, "/x"},
		     {"/proc/1/root/proc/sys/a", F_PROCFS_PATH, "/sys/a"},
		     {"/proc/1/root/etc/shadow", F_PROCFS_PATH, NULL},
		     {"/proc/1/root", F_PROCFS_PATH, "/1/root"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event e = judge_denied(cases[i].asked, O_RDONLY);

		has(&e, cases[i].id, cases[i].inside);
		has(&e, F_HOST_PATH, NULL);
	}
	{
		struct event e = judge_denied("/proc/1/root/etc/shadow", O_RDONLY);

		has(&e, F_FILE_PATHS, "/proc/1/root/etc/shadow /etc/shadow");
		has(&e, F_FILE_NAME, "shadow");
		has(&e, F_FAILED, "1");
		has(&e, F_FD_NUM, "-13");
		has(&e, F_FD_NAMERAW, "/proc/1/root/etc/shadow");
		has(&e, F_FD_TYPE, NULL);
		has(&e, F_ARG_RES, "EACCES");
	}
}

static void files_of_the_host(void **state)
{
	struct event e = judge_open(judge_bound("/data/x", "/srv/x"), O_RDONLY);

	(void)state;
	has(&e, F_HOST_PATH, "/srv/x");
	e.open.file.hostpath = STR_LIT("/mnt/srv/x");
	has(&e, F_HOST_PATH, "/mnt/srv/x");
	e.open.file.mode = S_IFCHR;
	has(&e, F_HOST_PATH, NULL);
	e.open.file.mode = S_IFDIR;
	has(&e, F_HOST_PATH, "/mnt/srv/x");
	e.open.file.hostpath.p = NULL;
	e.open.file.flags = 0; /* a file system that the container made itself */
	has(&e, F_HOST_PATH, NULL);
	e.open.file.flags = WIRE_FILE_BLOCKDEV;
	has(&e, F_HOST_PATH, "/srv/x");
	e.open.file.rootpath = STR_LIT("/data/x");
	has(&e, F_HOST_PATH, NULL);
}

static void the_rest_of_an_open(void **state)
{
	struct event e = judge_open(judge_file("/tmp/x"), O_WRONLY | O_CREAT);

	(void)state;
	has(&e, F_IS_OPEN_EXEC, "0");
	e.open.created = true;
	has(&e, F_IS_OPEN_EXEC, "0");
	e.open.file.mode = S_IFREG | 0755;
	has(&e, F_IS_OPEN_EXEC, "1");
	has(&e, F_FAILED, "0");
	has(&e, F_FD_NUM, "3");
	has(&e, F_FD_TYPE, "file");
	has(&e, F_CATEGORY, "file");
	has(&e, F_USER_NAME, "root");
	has(&e, F_GROUP_NAME, "root");
	has(&e, F_IMAGE_ID, NULL);
	has(&e, F_PROGRAM_NAME, NULL);
	e.creds.ns_euid = 7;
	has(&e, F_USER_NAME, NULL);
	assert_true(get(&e, F_HOSTNAME).type == VALUE_STRING);
}

static void sockets(void **state)
{
	struct event e = judge_connect("/run/docker.sock", "dockerd", 0);

	(void)state;
	has(&e, F_SOCKET_NAME, "docker.sock");
	has(&e, F_FD_TYPE, "unix");
	has(&e, F_CATEGORY, "net");
	e.connect.name = STR_LIT("");
	e.connect.path = STR_LIT("/a/b.sock");
	has(&e, F_SOCKET_NAME, "b.sock");
	e.connect.path = STR_LIT("");
	e.connect.asked = STR_LIT("../c.sock");
	has(&e, F_SOCKET_NAME, "c.sock");
	e.connect.asked = STR_LIT("");
	has(&e, F_SOCKET_NAME, NULL);
}

static void programs(void **state)
{
	struct event e = judge_exec("/usr/bin/python3.11", "python3 -m pip install x");

	(void)state;
	has(&e, F_PROGRAM_NAME, "pip");
	has(&e, F_PROGRAM_ARGS, "install x");
	has(&e, F_PACKAGE, "act");
	has(&e, F_PROC_CMDNARGS, "4");
	has(&e, F_PROC_CMDLENARGS, "13");
	has(&e, F_PROC_EXELINE, "python3 -m pip install x");
	e = judge_exec("/usr/bin/dpkg", "dpkg -l");
	has(&e, F_PACKAGE, "query");
	e.task.pcomm = STR_LIT("apt-get");
	has(&e, F_PACKAGE, NULL);
	e = judge_exec("/usr/bin/ls", "ls");
	has(&e, F_PACKAGE, NULL);
	has(&e, F_PROGRAM_NAME, "ls");
	has(&e, F_PROGRAM_ARGS, NULL);
	has(&e, F_PROC_CMDNARGS, "0");
	has(&e, F_PROC_CMDLENARGS, "0");
	has(&e, F_PROC_ARGS, NULL);
}

static void paths_of_programs(void **state)
{
	struct event e = judge_exec("/usr/bin/ls", "ls");

	(void)state;
	e.cwd = STR_LIT("/tmp");
	has(&e, F_EXEC_PATHS, "/usr/bin/ls");
	e = judge_script("/bin/sh", "./x.sh", "sh ./x.sh");
	e.cwd = STR_LIT("/tmp/a");
	has(&e, F_EXEC_PATHS, "/bin/sh /tmp/a/x.sh");
	e = judge_exec("/lib64/ld-linux-x86-64.so.2", "ld.so /tmp/x a");
	has(&e, F_EXEC_PATHS, "/lib64/ld-linux-x86-64.so.2 /tmp/x");
	e = judge_exec("/lib/ld-linux-x86-64.so.2", "ld.so --library-path .:/tmp;/b x");
	e.cwd = STR_LIT("/home");
	has(&e, F_EXEC_PATHS, "/lib/ld-linux-x86-64.so.2 /home/x /tmp/x /b/x");
	e.exec.exe.rootpath = STR_LIT("/root/ld.so");
	has(&e, F_EXEC_PATHS, "/lib/ld-linux-x86-64.so.2 /root/ld.so /home/x /tmp/x /b/x");
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
	v = get(&e, F_EXEC_PATHS);
	assert_int_equal(v.type, VALUE_LIST);
	assert_int_equal(v.n_list, VALUE_LIST_MAX);
	assert_true(str_is(v.list[VALUE_LIST_MAX - 1], "/29/x"));
}

static void gains(void **state)
{
	struct event e = judge_exec("/bin/su", "su");

	(void)state;
	has(&e, F_EXEC_GAINED, NULL);
	e.prev = judge_creds(1000);
	e.exec.flags = WIRE_EXEC_SUID;
	has(&e, F_EXEC_GAINED, "root");
	e.exec.flags = WIRE_EXEC_SUID | WIRE_EXEC_SGID;
	has(&e, F_EXEC_GAINED, "root group");
	e.creds = judge_creds(1000);
	e.exec.flags = WIRE_EXEC_FCAPS;
	e.creds.cap_permitted = 1u << 10;
	has(&e, F_EXEC_GAINED, "minor");
	e.creds.cap_permitted = 1u << 21;
	has(&e, F_EXEC_GAINED, "major");
	e = judge_setid(judge_creds(1000), judge_creds(0));
	has(&e, F_SETID_GAIN, "raised");
	has(&e, F_CATEGORY, "user");
	e.prev.ns_uid = 0;
	has(&e, F_SETID_GAIN, "regained");
	e.prev_known = false;
	has(&e, F_SETID_GAIN, NULL);
	has(&e, F_ARG_UID, NULL);
	e.setid.call = WIRE_CALL_SETUID;
	has(&e, F_ARG_UID, "root");
	e.creds.ns_euid = 33;
	has(&e, F_ARG_UID, "33");
	e.creds.ns_euid = UINT32_MAX;
	has(&e, F_ARG_UID, NULL);
	e.creds.ns_euid = 0;
	e.ret = -EPERM;
	has(&e, F_ARG_UID, NULL);
}

static void names_of_users_and_capabilities(void **state)
{
	struct event e = judge_exec("/bin/su", "su");

	(void)state;
	e.task.loginuid = UINT32_MAX;
	has(&e, F_USER_LOGINNAME, NULL);
	e.task.loginuid = 0;
	has(&e, F_USER_LOGINNAME, "root");
	e.task.loginuid = 1000;
	has(&e, F_USER_LOGINNAME, NULL);
	e.creds.cap_permitted = 1u << 21 | 1u;
	e.creds.cap_inheritable = 1u << 5;
	has(&e, F_THREAD_CAP_PERMITTED, "CAP_CHOWN CAP_SYS_ADMIN");
	has(&e, F_THREAD_CAP_INHERITABLE, "CAP_KILL");
	e.creds.cap_permitted = 0;
	has(&e, F_THREAD_CAP_PERMITTED, NULL);
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
	assert_int_equal(process_table_new(&t, 16), 0);
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
	nth(&e, F_PROC_ANAME, 0, "ls");
	nth(&e, F_PROC_ANAME, 1, "bash");
	nth(&e, F_PROC_ANAME, 2, "bash");
	nth(&e, F_PROC_ANAME, 3, "init");
	nth(&e, F_PROC_ANAME, 4, NULL);
	nth(&e, F_PROC_ANAME, UINT32_MAX, NULL);
	nth(&e, F_PROC_APID, 0, "40");
	nth(&e, F_PROC_APID, 1, "30");
	nth(&e, F_PROC_APID, 3, "10");
	nth(&e, F_PROC_AEXEPATH, 0, "/bin/ls");
	nth(&e, F_PROC_AEXEPATH, 3, "/sbin/init");
	nth(&e, F_PROC_ACMDLINE, 0, "ls -l");
	nth(&e, F_PROC_ACMDLINE, 2, "bash -i");
	has(&e, F_PROC_ANAME, "bash init");
	has(&e, F_PROC_APID, "30 20 10");
	has(&e, F_PROC_AEXEPATH, "/bin/bash /sbin/init");
	nth(&e, F_PROC_AEXE, 0, "ls");
	nth(&e, F_PROC_AEXE, 1, "bash");
	has(&e, F_PROC_AEXE, "bash init");
	has(&e, F_PROC_PEXE, "bash");
	has(&e, F_PROC_SID_EXE, "bash");
	has(&e, F_PROC_PCMDLINE, "bash -i");
	has(&e, F_PROC_PVPID, "3");
	has(&e, F_PROC_SNAME, "bash");
	has(&e, F_PROC_SID_EXEPATH, "/bin/bash");
	has(&e, F_PROC_IS_SID_LEADER, "0");
	has(&e, F_PROC_DURATION, "100");
	e.task.sid = 40;
	has(&e, F_PROC_SNAME, "ls");
	has(&e, F_PROC_IS_SID_LEADER, "1");
	e.task.sid = 99;
	has(&e, F_PROC_SNAME, NULL);
	/* Without a table what the event itself says of the parent is all there is. */
	e.processes = NULL;
	e.parent = NULL;
	nth(&e, F_PROC_ANAME, 1, "bash");
	nth(&e, F_PROC_APID, 1, "30");
	nth(&e, F_PROC_AEXEPATH, 1, NULL);
	nth(&e, F_PROC_ANAME, 2, NULL);
	has(&e, F_PROC_ANAME, "bash");
	has(&e, F_PROC_PCMDLINE, NULL);
	has(&e, F_PROC_PVPID, NULL);
	has(&e, F_PROC_PEXE, NULL);
	nth(&e, F_PROC_AEXE, 1, NULL);
	process_table_free(t);
}

/* What it was started with is remembered: an argument can hold blanks. */
static void arguments_of_later_events(void **state)
{
	static const char argv[] = "my shell\0-c\0a b";
	struct process_table *t;
	struct event e, open = {.kind = EVENT_OPEN};

	(void)state;
	assert_int_equal(process_table_new(&t, 16), 0);
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
	has(&open, F_PROC_EXE, "my shell");
	has(&open, F_PROC_ARGS, "-c a b");
	open.process = NULL;
	has(&open, F_PROC_EXE, NULL);
	has(&open, F_PROC_ARGS, NULL);
	process_table_free(t);
}

/* Pids that were used again make each other's parents: that must end. */
static void a_circle_of_ancestors_ends(void **state)
{
	struct process_table *t;
	struct event e;

	(void)state;
	assert_int_equal(process_table_new(&t, 16), 0);
	process_table_set_proc(t, "/nonexistent/rootwatch-proc");
	e = exec_of(t, 10, 20, "/bin/a", "a", "a");
	e = judge_exec("/bin/b", "b");
	e.task.pid = 20;
	e.task.ppid = 10;
	e.task.start = 10;
	e.task.comm = STR_LIT("b");
	e.task.pcomm = STR_LIT("a");
	process_table_apply(t, &e);
	has(&e, F_PROC_ANAME, "a b");
	nth(&e, F_PROC_ANAME, 2, "b");
	nth(&e, F_PROC_ANAME, 63, "a");
	nth(&e, F_PROC_ANAME, 64, NULL);
	process_table_free(t);
}

static void mounts(void **state)
{
	static const struct {
		enum field_id id;
		const char *arg, *want;
	} cases[] = {
		{F_MOUNT, "0", "/srv/a:/data:z:true:rslave"},
		{F_MOUNT, "1", "/:/host::false:"},
		{F_MOUNT, "2", NULL},
		{F_MOUNT, "99999999999", NULL},
		{F_MOUNT, "", NULL},
		{F_MOUNT, "/srv/*", "/srv/a:/data:z:true:rslave"},
		{F_MOUNT, "/*", "/srv/a:/data:z:true:rslave"}, /* the first of them */
		{F_MOUNT, "/data", NULL},
		{F_MOUNT_DEST, "/", "/host"},
		{F_MOUNT_DEST, "/host", NULL},
		{F_MOUNT_SOURCE, "/host", "/"},
		{F_MOUNT_SOURCE, "/d*", "/srv/a"},
		{F_MOUNT_SOURCE, "/srv/a", NULL},
		{F_MOUNT_SOURCE, "0", "/srv/a"},
		{F_MOUNT_MODE, "/srv/a", "z"},
		{F_MOUNT_MODE, "/", NULL},
		{F_MOUNT_RDWR, "/", "false"},
		{F_MOUNT_RDWR, "0", "true"},
		{F_MOUNT_PROPAGATION, "0", "rslave"},
		{F_MOUNT_PROPAGATION, "1", NULL},
	};
	struct event e = judge_open(judge_file("/a"), O_RDONLY);
	struct container c = {
		.mounts = container_mounts_parse("/srv/a:/data:z:true:rslave,/:/host::false:")};

	(void)state;
	e.container = &c;
	has(&e, F_MOUNTS, "/srv/a:/data:z:true:rslave,/:/host::false:");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		asked_expect(&e, (struct field_use){.id = cases[i].id, .arg = cases[i].arg},
			     cases[i].want);
	free(c.mounts);
	c.mounts = NULL; /* not known: nothing is said of it */
	has(&e, F_MOUNTS, NULL);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		asked_expect(&e, (struct field_use){.id = cases[i].id, .arg = cases[i].arg}, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(paths_of_a_file, asked_reset),
		cmocka_unit_test_setup(types_of_files, asked_reset),
		cmocka_unit_test_setup(kernel_file_systems, asked_reset),
		cmocka_unit_test_setup(what_was_only_asked_for, asked_reset),
		cmocka_unit_test_setup(files_of_the_host, asked_reset),
		cmocka_unit_test_setup(the_rest_of_an_open, asked_reset),
		cmocka_unit_test_setup(sockets, asked_reset),
		cmocka_unit_test_setup(programs, asked_reset),
		cmocka_unit_test_setup(paths_of_programs, asked_reset),
		cmocka_unit_test_setup(many_library_paths_are_bounded, asked_reset),
		cmocka_unit_test_setup(gains, asked_reset),
		cmocka_unit_test_setup(names_of_users_and_capabilities, asked_reset),
		cmocka_unit_test_setup(arguments_of_later_events, asked_reset),
		cmocka_unit_test_setup(ancestors, asked_reset),
		cmocka_unit_test_setup(a_circle_of_ancestors_ends, asked_reset),
		cmocka_unit_test_setup(mounts, asked_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
