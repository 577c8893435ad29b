/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: what they are for, and where they came from. */
#include "base/path.h"
#include "rules/facts.h"

/* Tools that make or change accounts, whichever program they are an applet of. */
static const char user_tools[] = "useradd adduser newusers usermod groupadd addgroup groupmod "
				 "gpasswd passwd chpasswd chgpasswd";

bool match_package_act(const struct facts *f)
{
	return f->package == PACKAGE_ACT;
}

bool match_package_query(const struct facts *f)
{
	return f->package == PACKAGE_QUERY;
}

bool match_user_tool(const struct facts *f)
{
	const struct program *p = &f->program;

	if (!word_in(user_tools, p->name))
		return false;
	/* First only: further on it can be an option's value, as in `useradd -c --help x`. */
	if (p->n > 0 && (word_in("--help --version", p->args[0]) ||
			 (str_is(p->name, "passwd") && word_in("-S --status", p->args[0]))))
		return false;
	return true;
}

static bool below(struct str path, const char *dir)
{
	size_t n = strlen(dir);

	return str_starts(path, dir) && path.len > n && path.p[n] == '/';
}

#define MAGIC_TMPFS 0x01021994u

static bool in_tmp(struct str path)
{
	return below(path, "/tmp") || below(path, "/var/tmp") || below(path, "/dev/shm");
}

bool match_exec_memfd(const struct facts *f)
{
	return (f->e->exec.exe.flags & WIRE_FILE_MEMFD) != 0;
}

static bool asked_in_tmp(struct str cwd, struct str path)
{
	char buf[WIRE_PATH_MAX + 16];
	size_t len;

	if (path.len == 0 || path.len + cwd.len + 8 > sizeof(buf))
		return false;
	len = path_resolve(buf, sizeof(buf), cwd, path);
	return in_tmp((struct str){buf, (uint32_t)len, (uint32_t)len});
}

/* Of a script only the name is known that it was asked by, not where that leads. */
static bool script_in_tmp(const struct event *e)
{
	return e->exec.script && asked_in_tmp(e->cwd, e->exec.filename);
}

/*
 * So it is with what a dynamic loader was told to run. A name without '/' is looked for in the
 * library path by glibc's, in the working directory by musl's.
 */
static bool loaded_in_tmp(const struct facts *f)
{
	struct str path = f->program.loaded, cwd = f->e->cwd, left = f->program.libdirs;

	if (asked_in_tmp(cwd, path))
		return true;
	if (path.len == 0 || memchr(path.p, '/', path.len))
		return false;
	while (left.len > 0) {
		char dir[WIRE_PATH_MAX + 16];
		size_t len;
		uint32_t n = 0;

		while (n < left.len && left.p[n] != ':' && left.p[n] != ';')
			n++;
		if (n + cwd.len + 8 > sizeof(dir))
			return false;
		len = path_resolve(dir, sizeof(dir), cwd, (struct str){left.p, n, n});
		if (asked_in_tmp((struct str){dir, (uint32_t)len, (uint32_t)len}, path))
			return true;
		n += n < left.len;
		left = (struct str){left.p + n, left.len - n, left.len - n};
	}
	return false;
}

/* Memory by any name, such as /dev; but for a container whose own root is no more than that. */
static bool on_tmpfs(const struct event_file *exe)
{
	return exe->fs_magic == MAGIC_TMPFS && !(exe->flags & WIRE_FILE_ROOTFS);
}

bool match_exec_tmp(const struct facts *f)
{
	const struct event_file *exe = &f->e->exec.exe;

	if (exe->flags & WIRE_FILE_MEMFD)
		return false;
	return on_tmpfs(exe) || in_tmp(exe->path) || in_tmp(watch_rootpath(exe)) ||
	       script_in_tmp(f->e) || loaded_in_tmp(f);
}

bool match_exec_upper(const struct facts *f)
{
	return (f->e->exec.exe.flags & WIRE_FILE_UPPER) != 0;
}

bool match_exec_deleted(const struct facts *f)
{
	return (f->e->exec.exe.flags & (WIRE_FILE_DELETED | WIRE_FILE_MEMFD)) == WIRE_FILE_DELETED;
}
