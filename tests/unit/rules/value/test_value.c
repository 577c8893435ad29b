// SPDX-License-Identifier: Apache-2.0
/* The fields that only rules have: of files, sockets and containers. */
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

#include "container/container.h"
#include "container/mounts.h"
#include "rules/build.h"
#include "rules/value/asked.h"

static void paths_of_a_file(void **state)
{
	struct event e = judge_open(judge_file("/etc/passwd"), O_RDONLY);

	(void)state;
	asked_has(&e, F_FILE_PATHS, "/etc/passwd");
	asked_has(&e, F_FILE_NAME, "passwd");
	asked_has(&e, F_FILE_TYPE, "regular");
	asked_has(&e, F_FILE_RDEV, NULL);
	asked_has(&e, F_HOST_PATH, NULL);
	e.open.file.path = STR_LIT("/mnt/p");
	asked_has(&e, F_FILE_PATHS, "/mnt/p /etc/passwd");
	asked_has(&e, F_FILE_NAME, "passwd");
	/* A file that the kernel could not place, on an overlay: its path inside. */
	e.open.file.rootpath.p = NULL;
	asked_has(&e, F_FILE_PATHS, "/mnt/p /etc/passwd");
	e.open.file.fs_magic = FS_EXT4;
	asked_has(&e, F_FILE_PATHS, "/mnt/p");
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
	asked_has(&e, F_FILE_RDEV, "1:5");
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		e.open.file.mode = types[i].mode;
		asked_has(&e, F_FILE_TYPE, types[i].name);
	}
	e.open.file.mode = S_IFREG | S_ISUID | 0755;
	asked_has(&e, F_FILE_SUID, "1");
	e.open.file.mode = S_IFDIR | S_ISUID | 0755;
	asked_has(&e, F_FILE_SUID, "0");
	e.open.file.mode = S_IFBLK;
	asked_has(&e, F_FILE_RDEV, "1:5");
	e.open.file.known = false;
	asked_has(&e, F_FILE_TYPE, NULL);
	asked_has(&e, F_FILE_SUID, NULL);
	asked_has(&e, F_FILE_RDEV, NULL);
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
			asked_has(&e, ids[j], ids[j] == kinds[i].id ? "/a/b" : NULL);
		e.open.file.sbpath = STR_LIT("");
		for (size_t j = 0; j < sizeof(ids) / sizeof(ids[0]); j++)
			asked_has(&e, ids[j], ids[j] == kinds[i].id ? "/" : NULL);
		e.open.file.flags = WIRE_FILE_BIND;
		asked_has(&e, F_HOST_PATH, NULL);
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

		asked_has(&e, cases[i].id, cases[i].inside);
		asked_has(&e, F_HOST_PATH, NULL);
	}
	{
		struct event e = judge_denied("/proc/1/root/etc/shadow", O_RDONLY);

		asked_has(&e, F_FILE_PATHS, "/proc/1/root/etc/shadow /etc/shadow");
		asked_has(&e, F_FILE_NAME, "shadow");
		asked_has(&e, F_FAILED, "1");
		asked_has(&e, F_FD_NUM, "-13");
		asked_has(&e, F_FD_NAMERAW, "/proc/1/root/etc/shadow");
		asked_has(&e, F_FD_TYPE, NULL);
		asked_has(&e, F_ARG_RES, "EACCES");
	}
}

static void files_of_the_host(void **state)
{
	struct event e = judge_open(judge_bound("/data/x", "/srv/x"), O_RDONLY);

	(void)state;
	asked_has(&e, F_HOST_PATH, "/srv/x");
	e.open.file.hostpath = STR_LIT("/mnt/srv/x");
	asked_has(&e, F_HOST_PATH, "/mnt/srv/x");
	e.open.file.mode = S_IFCHR;
	asked_has(&e, F_HOST_PATH, NULL);
	e.open.file.mode = S_IFDIR;
	asked_has(&e, F_HOST_PATH, "/mnt/srv/x");
	e.open.file.hostpath.p = NULL;
	e.open.file.flags = 0; /* a file system that the container made itself */
	asked_has(&e, F_HOST_PATH, NULL);
	e.open.file.flags = WIRE_FILE_BLOCKDEV;
	asked_has(&e, F_HOST_PATH, "/srv/x");
	e.open.file.rootpath = STR_LIT("/data/x");
	asked_has(&e, F_HOST_PATH, NULL);
}

static void the_rest_of_an_open(void **state)
{
	struct event e = judge_open(judge_file("/tmp/x"), O_WRONLY | O_CREAT);

	(void)state;
	asked_has(&e, F_IS_OPEN_EXEC, "0");
	e.open.created = true;
	asked_has(&e, F_IS_OPEN_EXEC, "0");
	e.open.file.mode = S_IFREG | 0755;
	asked_has(&e, F_IS_OPEN_EXEC, "1");
	asked_has(&e, F_FAILED, "0");
	asked_has(&e, F_FD_NUM, "3");
	asked_has(&e, F_FD_TYPE, "file");
	asked_has(&e, F_CATEGORY, "file");
	asked_has(&e, F_USER_NAME, "root");
	asked_has(&e, F_GROUP_NAME, "root");
	asked_has(&e, F_IMAGE_ID, NULL);
	asked_has(&e, F_PROGRAM_NAME, NULL);
	e.creds.ns_euid = 7;
	asked_has(&e, F_USER_NAME, NULL);
	assert_true(asked_get(&e, F_HOSTNAME).type == VALUE_STRING);
}

static void sockets(void **state)
{
	struct event e = judge_connect("/run/docker.sock", "dockerd", 0);

	(void)state;
	asked_has(&e, F_SOCKET_NAME, "docker.sock");
	asked_has(&e, F_FD_TYPE, "unix");
	asked_has(&e, F_CATEGORY, "net");
	e.connect.name = STR_LIT("");
	e.connect.path = STR_LIT("/a/b.sock");
	asked_has(&e, F_SOCKET_NAME, "b.sock");
	e.connect.path = STR_LIT("");
	e.connect.asked = STR_LIT("../c.sock");
	asked_has(&e, F_SOCKET_NAME, "c.sock");
	e.connect.asked = STR_LIT("");
	asked_has(&e, F_SOCKET_NAME, NULL);
}

/* Of an act that failed nothing is said but that it was tried. */
static void verbs(void **state)
{
	static const struct field_use use = {.id = F_DID, .arg = "opened|open"};
	struct event e = judge_open(judge_file("/a"), O_RDONLY);

	(void)state;
	asked_expect(&e, use, "opened");
	e.ret = 0;
	asked_expect(&e, use, "opened");
	e.ret = -EACCES;
	asked_expect(&e, use, "tried to open");
	e.ret = INT32_MIN; /* an error, and which is not known */
	asked_expect(&e, use, "tried to open");
	asked_expect(&e, (struct field_use){.id = F_DID, .arg = "opened"}, NULL);
	asked_expect(&e, (struct field_use){.id = F_DID}, NULL);
	e = judge_exec("/bin/sh", "sh");
	asked_expect(&e, use, "opened");
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
	asked_has(&e, F_MOUNTS, "/srv/a:/data:z:true:rslave,/:/host::false:");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		asked_expect(&e, (struct field_use){.id = cases[i].id, .arg = cases[i].arg},
			     cases[i].want);
	free(c.mounts);
	c.mounts = NULL; /* not known: nothing is said of it */
	asked_has(&e, F_MOUNTS, NULL);
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
		cmocka_unit_test_setup(verbs, asked_reset),
		cmocka_unit_test_setup(mounts, asked_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
