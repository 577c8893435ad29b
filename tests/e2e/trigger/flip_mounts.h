/* SPDX-License-Identifier: Apache-2.0 */
/* The same of mounts. */
#ifndef ROOTWATCH_TESTS_FLIP_MOUNTS_H
#define ROOTWATCH_TESTS_FLIP_MOUNTS_H

#include "flip.h"

#include <sys/mount.h>

static long act_mount(void)
{
	return syscall(SYS_mount, OUT "/" THERE, path, NULL, MS_BIND, NULL);
}

static bool mounted(int i)
{
	struct stat one, other;

	return has(out, THERE, &one) && has(dirs[i], THERE, &other) && one.st_ino == other.st_ino;
}

static void unmount(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" THERE, folders[i]);
	must(umount2(file, MNT_DETACH), "umount");
}

/* Of two mounts one. */
static long act_umount(void)
{
	return syscall(SYS_umount2, path, MNT_DETACH);
}

static bool unmounted(int i)
{
	return !mounted(i);
}

static void mount_again(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" THERE, folders[i]);
	must(mount(OUT "/" THERE, file, NULL, MS_BIND, NULL), "mount");
}

static void unmount_there(const char *file)
{
	must(umount2(file, MNT_DETACH), "umount");
}

static void mount_on(const char *file)
{
	must(mount(OUT "/" THERE, file, NULL, MS_BIND, NULL), "mount");
}

static long act_move_to(void)
{
	return syscall(SYS_move_mount, AT_FDCWD, MOVED, AT_FDCWD, path, 0);
}

static void move_anew(int i)
{
	unmount(i);
	mount_on(MOVED);
}

/* Of two mounts one. */
static long act_move_from(void)
{
	return syscall(SYS_move_mount, AT_FDCWD, path, AT_FDCWD, MOVED, 0);
}

static void move_away(int i)
{
	unmount_there(MOVED);
	mount_again(i);
}

static int root = -1; /* the one before it is changed */

/* The old root comes to lie upon the new one. */
static long act_pivot(void)
{
	return syscall(SYS_pivot_root, path, path);
}

static bool pivoted(int i)
{
	struct stat now, there;

	return has(dirs[i], ROOT, &there) && stat("/", &now) == 0 && now.st_ino == there.st_ino;
}

static void pivot_back(int i)
{
	char file[64];

	(void)snprintf(file, sizeof(file), "%s/" ROOT, folders[i] + 1);
	must(fchdir(root), "fchdir");
	must(syscall(SYS_pivot_root, ".", file), "pivot back");
	must(chdir("/"), "chdir");
}

#endif /* ROOTWATCH_TESTS_FLIP_MOUNTS_H */
