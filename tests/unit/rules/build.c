/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static char pool[64 * 1024];
static size_t used;

void judge_reset(void)
{
	used = 0;
}

/* A copy in the pool, so that a read behind its end is not a read of a literal's NUL. */
static struct str keep(const char *s)
{
	size_t len = strlen(s);
	struct str kept = {pool + used, (uint32_t)len, (uint32_t)len};

	if (used + len > sizeof(pool)) {
		fputs("tests/unit/rules/build.c: the string pool is full\n", stderr);
		abort();
	}
	for (size_t i = 0; i < len; i++)
		pool[used++] = s[i];
	return kept;
}

bool judge_number_pair(const char *s, uint32_t *major, uint32_t *minor)
{
	char *end;

	*major = (uint32_t)strtoul(s, &end, 10);
	if (end == s || *end != ':')
		return false;
	s = end + 1;
	*minor = (uint32_t)strtoul(s, &end, 10);
	return end != s;
}

struct event_file judge_file(const char *path)
{
	struct event_file f = {
		.known = true,
		.mode = S_IFREG | 0644,
		.nlink = 1,
		.fs_magic = FS_OVERLAY,
		.flags = WIRE_FILE_ROOTFS | WIRE_FILE_LOWER,
		.path = keep(path),
		.fstype = STR_LIT("overlay"),
	};

	f.rootpath = f.path;
	f.sbpath = f.path;
	return f;
}

static const char *system_name(uint32_t magic)
{
	switch (magic) {
	case FS_OVERLAY:
		return "overlay";
	case FS_EXT4:
		return "ext4";
	case FS_TMPFS:
		return "tmpfs";
	case FS_PROC:
		return "proc";
	case FS_SYSFS:
		return "sysfs";
	case FS_CGROUP:
		return "cgroup";
	case FS_BINFMT:
		return "binfmt_misc";
	default:
		return "";
	}
}

struct event_file judge_on(uint32_t magic, const char *path, const char *sbpath)
{
	struct event_file f = judge_file(path);

	f.fs_magic = magic;
	f.fstype = str_from(system_name(magic));
	f.flags = 0;
	f.rootpath = (struct str){NULL, 0, 0};
	f.sbpath = keep(sbpath);
	return f;
}

struct event_file judge_bound(const char *path, const char *sbpath)
{
	struct event_file f = judge_on(FS_EXT4, path, sbpath);

	f.flags = WIRE_FILE_BIND | WIRE_FILE_BLOCKDEV;
	return f;
}

struct event_file judge_device(const char *path, uint32_t type, uint32_t major, uint32_t minor)
{
	struct event_file f = judge_file(path);

	f.mode = type | 0600;
	f.rdev = major << 20 | minor;
	return f;
}

struct wire_creds judge_creds(uint32_t uid)
{
	return (struct wire_creds){
		.uid = uid,
		.euid = uid,
		.suid = uid,
		.fsuid = uid,
		.gid = uid,
		.egid = uid,
		.sgid = uid,
		.fsgid = uid,
		.ns_uid = uid,
		.ns_euid = uid,
		.ns_gid = uid,
		.ns_egid = uid,
		.root = uid == 0 ? WIRE_ROOT_HOST : WIRE_ROOT_NONE,
	};
}

static struct event by_root(enum event_kind kind)
{
	return (struct event){.kind = kind, .num = 1, .creds = judge_creds(0), .cwd = keep("/")};
}

struct event judge_open(struct event_file file, uint32_t oflags)
{
	struct event e = by_root(EVENT_OPEN);

	e.ret = 3;
	e.open.file = file;
	e.open.call = WIRE_CALL_OPENAT;
	e.open.oflags = oflags;
	e.open.write = (oflags & O_ACCMODE) != O_RDONLY || (oflags & (O_CREAT | O_TRUNC));
	return e;
}

struct event judge_denied(const char *path, uint32_t oflags)
{
	struct event_file asked = {.path = keep(path)};
	struct event e = judge_open(asked, oflags);

	e.creds = judge_creds(1000);
	e.blocked = true;
	e.ret = -EACCES;
	e.open.unresolved = true;
	e.open.asked = e.open.file.path;
	return e;
}

struct event judge_exec(const char *exe, const char *command)
{
	struct event e = by_root(EVENT_EXEC);
	size_t start;

	e.exec.exe = judge_file(exe);
	e.exec.filename = e.exec.exe.path;
	e.exec.interp = e.exec.exe.path;
	start = used;
	e.exec.argv = keep(command);
	for (size_t i = start; i < used; i++) {
		if (pool[i] == ' ')
			pool[i] = '\0';
	}
	e.exec.argv_len = e.exec.argv.len;
	e.prev_known = true;
	e.prev = e.creds;
	return e;
}

struct event judge_script(const char *exe, const char *script, const char *command)
{
	struct event e = judge_exec(exe, command);

	e.exec.filename = keep(script);
	e.exec.script = true;
	e.exec.flags = WIRE_EXEC_SCRIPT;
	return e;
}

struct event judge_connect(const char *name, const char *peer, uint32_t flags)
{
	struct event e = by_root(EVENT_CONNECT);

	e.connect.name = keep(name);
	e.connect.path = e.connect.name;
	e.connect.asked = e.connect.name;
	e.connect.peer_comm = keep(peer ? peer : "");
	e.connect.flags = flags | (peer ? WIRE_CONNECT_PEER : 0);
	return e;
}

struct event judge_setid(struct wire_creds prev, struct wire_creds creds)
{
	struct event e = by_root(EVENT_SETID);

	e.prev_known = true;
	e.prev = prev;
	e.creds = creds;
	e.setid.call = WIRE_CALL_SETRESUID;
	return e;
}
