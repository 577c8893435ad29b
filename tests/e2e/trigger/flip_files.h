/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acts on a file or a name in one of two folders: the call; in which folder it was done; and what
 * undoes it.
 */
#ifndef ROOTWATCH_TESTS_FLIP_FILES_H
#define ROOTWATCH_TESTS_FLIP_FILES_H

#include "flip.h"

#include <stdint.h>
#include <sys/xattr.h>

static long act_chmod(void)
{
	return syscall(SYS_fchmodat, AT_FDCWD, path, 0600 | (step & 077));
}

static long act_chown(void)
{
	return syscall(SYS_fchownat, AT_FDCWD, path, 1000 + step, -1, 0);
}

static long act_truncate(void)
{
	return syscall(SYS_truncate, path, step);
}

static long act_unlink(void)
{
	return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

static long act_rename_from(void)
{
	return syscall(SYS_renameat2, AT_FDCWD, path, AT_FDCWD, OUT "/" FRESH, 0);
}

static long act_rename_to(void)
{
	return syscall(SYS_renameat2, AT_FDCWD, OUT "/" THERE, AT_FDCWD, path, 0);
}

static long act_link_from(void)
{
	return syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, OUT "/" FRESH, 0);
}

static long act_link_to(void)
{
	return syscall(SYS_linkat, AT_FDCWD, OUT "/" THERE, AT_FDCWD, path, 0);
}

static long act_symlink(void)
{
	return syscall(SYS_symlinkat, "nowhere", AT_FDCWD, path);
}

static long act_mkdir(void)
{
	return syscall(SYS_mkdirat, AT_FDCWD, path, 0700);
}

static long act_mknod(void)
{
	return syscall(SYS_mknodat, AT_FDCWD, path, S_IFIFO | 0600, 0);
}

static long act_setxattr(void)
{
	char value = (char)step;

	return setxattr(path, ATTRIBUTE, &value, 1, 0);
}

static long act_fsetxattr(void)
{
	char value = (char)step;

	return fsetxattr(changing, ATTRIBUTE, &value, 1, 0);
}

static bool has_value(int i)
{
	char value = 0;

	return fgetxattr(files[i], ATTRIBUTE, &value, 1) == 1 && value == (char)step;
}

static void take_value(int i)
{
	must(fremovexattr(files[i], ATTRIBUTE), "remove attribute");
}

static long act_removexattr(void)
{
	return removexattr(path, ATTRIBUTE);
}

static bool has_none(int i)
{
	char value;

	return fgetxattr(files[i], ATTRIBUTE, &value, 1) < 0;
}

static void give_value(int i)
{
	must(fsetxattr(files[i], ATTRIBUTE, "x", 1, 0), "give attribute");
}

/* One that says what a mode could: the file has that, then. */
static long act_set_acl(void)
{
	const struct {
		uint32_t version;
		struct {
			uint16_t tag, rights;
			uint32_t id;
		} entry[3];
	} acl = {2, {{1, 7, ~0u}, {4, (uint16_t)(step >> 3), ~0u}, {0x20, step & 7, ~0u}}};

	return setxattr(path, "system.posix_acl_access", &acl, sizeof(acl), 0);
}

static long act_ftruncate(void)
{
	return ftruncate(changing, step);
}

static bool marked(int i)
{
	struct stat st;

	return has(dirs[i], THERE, &st) &&
	       (st.st_size == step || (st.st_mode & 077) == step || st.st_uid == 1000 + step);
}

/* Both marks are others than this step's. */
static void unmark(int i)
{
	must(fchmod(files[i], 0700), "unmark");
	must(fchown(files[i], 0, (gid_t)-1), "unmark");
	must(ftruncate(files[i], 0), "unmark");
}

/* By another call than what is told apart. */
static void make_empty(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" THERE, folders[i]);
	must(truncate(file, 0), "make empty");
}

static bool gone(int i)
{
	struct stat st;

	return !has(dirs[i], THERE, &st);
}

static void link_again(int i)
{
	must(linkat(dirs[i], "kept", dirs[i], THERE, 0), "link again");
}

static void move_back(int i)
{
	must(renameat(out, FRESH, dirs[i], THERE), "move back");
}

static bool made(int i)
{
	struct stat st;

	return has(dirs[i], FRESH, &st);
}

static void move_out(int i)
{
	must(renameat(dirs[i], FRESH, out, THERE), "move out");
}

static void remove_fresh(int i)
{
	if (unlinkat(dirs[i], FRESH, 0))
		must(unlinkat(dirs[i], FRESH, AT_REMOVEDIR), "remove");
}

/* It is one of the two files: which, says its inode. */
static bool linked(int i)
{
	struct stat one, other;

	return has(out, FRESH, &one) && has(dirs[i], THERE, &other) && one.st_ino == other.st_ino;
}

static void unlink_out(int i)
{
	(void)i;
	must(unlinkat(out, FRESH, 0), "unlink");
}

#endif /* ROOTWATCH_TESTS_FLIP_FILES_H */
