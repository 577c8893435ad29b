/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/value/file.h"

#include <sys/stat.h>

/* <linux/magic.h> lacks some of these. */
#define MAGIC_PROC	  0x9fa0u
#define MAGIC_SYSFS	  0x62656572u
#define MAGIC_CGROUP	  0x27e0ebu
#define MAGIC_CGROUP2	  0x63677270u
#define MAGIC_DEBUGFS	  0x64626720u
#define MAGIC_TRACEFS	  0x74726163u
#define MAGIC_SECURITYFS  0x73636673u
#define MAGIC_BINFMT_MISC 0x42494e4du
#define MAGIC_BPF	  0xcafe4a11u
#define MAGIC_CONFIGFS	  0x62656570u
#define MAGIC_PSTORE	  0x6165676cu
#define MAGIC_OVERLAY	  0x794c7630u

static enum file_fs fs_of(uint32_t magic)
{
	switch (magic) {
	case MAGIC_PROC:
		return FILE_FS_PROC;
	case MAGIC_SYSFS:
		return FILE_FS_SYSFS;
	case MAGIC_CGROUP:
	case MAGIC_CGROUP2:
		return FILE_FS_CGROUP;
	case MAGIC_DEBUGFS:
	case MAGIC_TRACEFS:
	case MAGIC_SECURITYFS:
	case MAGIC_BINFMT_MISC:
	case MAGIC_BPF:
	case MAGIC_CONFIGFS:
	case MAGIC_PSTORE:
		return FILE_FS_KERNEL;
	default:
		return FILE_FS_OTHER;
	}
}

/* Where they usually lie, the innermost first: for what could not be opened. */
static const struct {
	const char *dir;
	enum file_fs fs;
} usual_places[] = {
	{"/proc/sys/fs/binfmt_misc", FILE_FS_KERNEL}, {"/proc", FILE_FS_PROC},
	{"/sys/fs/cgroup", FILE_FS_CGROUP},	      {"/sys/fs/bpf", FILE_FS_KERNEL},
	{"/sys/fs/pstore", FILE_FS_KERNEL},	      {"/sys/kernel/debug", FILE_FS_KERNEL},
	{"/sys/kernel/tracing", FILE_FS_KERNEL},      {"/sys/kernel/security", FILE_FS_KERNEL},
	{"/sys/kernel/config", FILE_FS_KERNEL},	      {"/sys", FILE_FS_SYSFS},
};

static struct str skip(struct str s, uint32_t n)
{
	return (struct str){s.p + n, s.len - n, s.len - n};
}

/* True when path is dir or lies below it; *rest is then what follows, "" or "/...". */
static bool under(struct str path, const char *dir, struct str *rest)
{
	uint32_t n = (uint32_t)strlen(dir);

	if (!str_starts(path, dir) || (path.len > n && path.p[n] != '/'))
		return false;
	*rest = skip(path, n);
	return true;
}

/* The component that path starts with (after its '/'); *rest is what follows. */
static struct str component(struct str path, struct str *rest)
{
	uint32_t i;

	if (path.len > 0 && path.p[0] == '/')
		path = skip(path, 1);
	for (i = 0; i < path.len && path.p[i] != '/'; i++)
		;
	*rest = skip(path, i);
	return (struct str){path.p, i, i};
}

struct str file_name(const struct event_file *f)
{
	return str_basename(f->sbpath.len ? f->sbpath : f->path);
}

struct str file_rootpath(const struct event_file *f)
{
	return !f->rootpath.p && f->fs_magic == MAGIC_OVERLAY ? f->sbpath : f->rootpath;
}

struct str file_asked_path(const struct event_file *f)
{
	struct str path = f->path, rest, after;

	while (under(path, "/proc", &rest)) {
		struct str pid = component(rest, &rest);

		if (pid.len == 0 || !str_is(component(rest, &after), "root") || after.len == 0)
			break;
		path = after;
	}
	return path;
}

bool file_asked_only(const struct event_file *f)
{
	return f->fs_magic == 0;
}

enum file_fs file_fs(const struct event_file *f, struct str *path)
{
	enum file_fs fs = fs_of(f->fs_magic);

	*path = f->sbpath;
	if (file_asked_only(f)) {
		struct str asked = file_asked_path(f), rest;

		for (size_t i = 0; i < sizeof(usual_places) / sizeof(usual_places[0]); i++) {
			if (under(asked, usual_places[i].dir, &rest)) {
				fs = usual_places[i].fs;
				*path = rest;
				break;
			}
		}
	}
	if (path->len == 0)
		*path = STR_LIT("/");
	return fs;
}

bool file_host_path(const struct event_file *f, struct str *path)
{
	if (!(S_ISREG(f->mode) || S_ISDIR(f->mode) || S_ISLNK(f->mode)))
		return false;
	if (event_file_stacked(f)) {
		*path = f->hostpath.p ? f->hostpath : f->realpath;
		return f->hostpath.p || (f->real_flags & WIRE_FILE_BLOCKDEV);
	}
	*path = f->hostpath.p ? f->hostpath : f->sbpath;
	return f->hostpath.p || (!f->rootpath.p && f->fs_magic != MAGIC_OVERLAY &&
				 (f->flags & (WIRE_FILE_BIND | WIRE_FILE_BLOCKDEV)));
}
