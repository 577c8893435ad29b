// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sandbox/overlay.h"
#include "sandbox/rootfs.h"
#include "sandbox/why.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define BINDS_MAX 8
#define OLD_ROOT  "/.rootwatch-old"

/* Enough for a package and a user database; the host's memory is not the demo's to fill. */
#define SCRATCH_OPTIONS "mode=755,size=128m"
#define SMALL_OPTIONS	"mode=755,size=16m"

/* The host's data that nobody needs inside, and what a booted system would have empty. */
static const struct {
	const char *path, *options;
} covers[] = {
	{"/tmp", "mode=1777,size=64m"}, {"/run", SMALL_OPTIONS}, {"/home", SMALL_OPTIONS},
	{"/root", "mode=700,size=16m"}, {"/mnt", SMALL_OPTIONS}, {"/media", SMALL_OPTIONS},
	{"/srv", SMALL_OPTIONS},
};

/* As Docker leaves them, but for /proc/sys, which is writable here as with --privileged. */
static const char *const masked_files[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list",
					   "/proc/sched_debug", "/proc/latency_stats"};
static const char *const masked_dirs[] = {"/proc/acpi", "/proc/scsi", "/sys/firmware"};
static const char *const read_only[] = {"/proc/bus", "/proc/fs", "/proc/irq",
					"/proc/sysrq-trigger"};

static const struct {
	const char *path;
	unsigned major, minor;
} devices[] = {
	{"/dev/null", 1, 3},   {"/dev/zero", 1, 5},    {"/dev/full", 1, 7},
	{"/dev/random", 1, 8}, {"/dev/urandom", 1, 9}, {"/dev/tty", 5, 0},
};

static const struct {
	const char *path, *to;
} dev_links[] = {
	{"/dev/fd", "/proc/self/fd"},	    {"/dev/stdin", "/proc/self/fd/0"},
	{"/dev/stdout", "/proc/self/fd/1"}, {"/dev/stderr", "/proc/self/fd/2"},
	{"/dev/ptmx", "pts/ptmx"},
};

/* The host's files that the sandbox gets; opened while the host's paths are still the host's. */
struct sources {
	int bind[BINDS_MAX];
	int image[OVERLAY_IMAGE_MAX]; /* -1: the file has a text */
};

bool rootfs_is_dir(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

int rootfs_make_parents(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		int err;

		*p = '\0';
		err = mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
		*p = '/';
		if (err)
			return err;
	}
	return 0;
}

const char *rootfs_cover(void)
{
	static const char *const dirs[] = {"/mnt", "/media", "/srv", "/tmp"};

	for (size_t i = 0; i < COUNT(dirs); i++) {
		if (rootfs_is_dir(dirs[i]))
			return dirs[i];
	}
	return NULL;
}

/* Afterwards the host's tree lies at OLD_ROOT. */
static int pivot(const char *base, char why[static SANDBOX_WHY_MAX])
{
	char root[PATH_MAX], old[PATH_MAX];

	(void)snprintf(root, sizeof(root), "%s/root", base);
	(void)snprintf(old, sizeof(old), "%s/root" OLD_ROOT, base);
	if (mkdir(old, 0700))
		return sandbox_why(why, -errno, "cannot make '%s'", old);
	if (syscall(SYS_pivot_root, root, old) || chdir("/"))
		return sandbox_why(why, -errno, "cannot make '%s' the root", root);
	return 0;
}

static int leave_old(char why[static SANDBOX_WHY_MAX])
{
	if (umount2(OLD_ROOT, MNT_DETACH) || rmdir(OLD_ROOT))
		return sandbox_why(why, -errno, "cannot leave the host's root");
	return 0;
}

static int mount_dev(char why[static SANDBOX_WHY_MAX])
{
	if (mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC, "mode=755,size=64k"))
		return sandbox_why(why, -errno, "cannot mount /dev");
	for (size_t i = 0; i < COUNT(devices); i++) {
		if (mknod(devices[i].path, S_IFCHR | 0666,
			  makedev(devices[i].major, devices[i].minor)) ||
		    chmod(devices[i].path, 0666))
			return sandbox_why(why, -errno, "cannot make %s", devices[i].path);
	}
	for (size_t i = 0; i < COUNT(dev_links); i++) {
		if (symlink(dev_links[i].to, dev_links[i].path))
			return sandbox_why(why, -errno, "cannot make %s", dev_links[i].path);
	}
	if (mkdir("/dev/pts", 0755) || mkdir("/dev/shm", 01777) ||
	    mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC,
		  "newinstance,ptmxmode=0666,mode=620") ||
	    mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=16m"))
		return sandbox_why(why, -errno, "cannot mount /dev/pts and /dev/shm");
	return 0;
}

static int mount_proc(char why[static SANDBOX_WHY_MAX])
{
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		return sandbox_why(why, -errno, "cannot mount /proc");
	return 0;
}

static int remount_read_only(const char *path)
{
	return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) ? -errno : 0;
}

static int mask_kernel_files(char why[static SANDBOX_WHY_MAX])
{
	for (size_t i = 0; i < COUNT(masked_files); i++) {
		if (mount("/dev/null", masked_files[i], NULL, MS_BIND, NULL) && errno != ENOENT)
			return sandbox_why(why, -errno, "cannot mask %s", masked_files[i]);
	}
	for (size_t i = 0; i < COUNT(masked_dirs); i++) {
		if (mount("tmpfs", masked_dirs[i], "tmpfs", MS_RDONLY, "size=0") && errno != ENOENT)
			return sandbox_why(why, -errno, "cannot mask %s", masked_dirs[i]);
	}
	for (size_t i = 0; i < COUNT(read_only); i++) {
		int err = mount(read_only[i], read_only[i], NULL, MS_BIND, NULL) ? -errno : 0;

		if (!err)
			err = remount_read_only(read_only[i]);
		if (err && err != -ENOENT)
			return sandbox_why(why, err, "cannot protect %s", read_only[i]);
	}
	return 0;
}

static int mount_system(char why[static SANDBOX_WHY_MAX])
{
	int err = mount_proc(why);

	if (!err &&
	    mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL))
		err = sandbox_why(why, -errno, "cannot mount /sys");
	if (!err)
		err = mount_dev(why);
	if (!err)
		err = mask_kernel_files(why);
	for (size_t i = 0; !err && i < COUNT(covers); i++) {
		if (rootfs_is_dir(covers[i].path) && mount("tmpfs", covers[i].path, "tmpfs",
							   MS_NOSUID | MS_NODEV, covers[i].options))
			err = sandbox_why(why, -errno, "cannot cover %s", covers[i].path);
	}
	return err;
}

static void sources_close(struct sources *s)
{
	for (size_t i = 0; i < BINDS_MAX; i++) {
		if (s->bind[i] >= 0)
			close(s->bind[i]);
	}
	for (size_t i = 0; i < OVERLAY_IMAGE_MAX; i++) {
		if (s->image[i] >= 0)
			close(s->image[i]);
	}
}

/* On failure what was opened stays in *s. */
static int sources_open(struct sources *s, const struct sandbox_options *o,
			char why[static SANDBOX_WHY_MAX])
{
	memset(s, -1, sizeof(*s));
	if (o->n_binds > BINDS_MAX || o->n_image > OVERLAY_IMAGE_MAX)
		return sandbox_why(why, -E2BIG, "too many files for a sandbox");
	for (size_t i = 0; i < o->n_binds; i++) {
		s->bind[i] = open(o->binds[i].source, O_PATH | O_CLOEXEC);
		if (s->bind[i] < 0)
			return sandbox_why(why, -errno, "cannot find '%s'", o->binds[i].source);
	}
	for (size_t i = 0; i < o->n_image; i++) {
		if (!o->image[i].source)
			continue;
		s->image[i] = open(o->image[i].source, O_RDONLY | O_CLOEXEC);
		if (s->image[i] < 0)
			return sandbox_why(why, -errno, "cannot read '%s'", o->image[i].source);
	}
	return 0;
}

static int mount_bind(const struct sandbox_bind *b, int fd)
{
	char target[PATH_MAX], source[64];
	struct stat st;
	int err = 0;

	if ((size_t)snprintf(target, sizeof(target), "%s", b->target) >= sizeof(target))
		return -ENAMETOOLONG;
	if (fstat(fd, &st))
		return -errno;
	err = rootfs_make_parents(target);
	if (err)
		return err;
	if (S_ISDIR(st.st_mode)) {
		if (mkdir(target, 0755) && errno != EEXIST)
			return -errno;
	} else {
		int file = open(target, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (file < 0)
			return -errno;
		close(file);
	}
	(void)snprintf(source, sizeof(source), "/proc/self/fd/%d", fd);
	if (mount(source, target, NULL, MS_BIND | MS_REC, NULL))
		return -errno;
	return b->read_only ? remount_read_only(target) : 0;
}

static int mount_binds(const struct sandbox_options *o, const struct sources *s,
		       char why[static SANDBOX_WHY_MAX])
{
	for (size_t i = 0; i < o->n_binds; i++) {
		int err = mount_bind(&o->binds[i], s->bind[i]);

		if (err)
			return sandbox_why(why, err, "cannot bind '%s'", o->binds[i].target);
	}
	return 0;
}

static int enter_overlay(const struct sandbox_options *o, const struct sources *s,
			 char why[static SANDBOX_WHY_MAX])
{
	const char *base = rootfs_cover();
	int err;

	if (!base)
		return sandbox_why(why, -ENOENT, "no /mnt, /media, /srv or /tmp to mount over");
	if (mount("tmpfs", base, "tmpfs", MS_NODEV, SCRATCH_OPTIONS))
		return sandbox_why(why, -errno, "cannot mount a tmpfs over %s", base);
	err = overlay_build(o, s->image, base, why);
	if (!err)
		err = pivot(base, why);
	if (!err)
		err = mount_system(why);
	if (!err)
		err = mount_binds(o, s, why);
	return err ? err : leave_old(why);
}

static int enter_host(const struct sandbox_options *o, const struct sources *s,
		      char why[static SANDBOX_WHY_MAX])
{
	int err = mount_proc(why);

	for (const char *const *dir = o->tmpfs; !err && dir && *dir; dir++) {
		if (mount("tmpfs", *dir, "tmpfs", MS_NODEV, SMALL_OPTIONS))
			err = sandbox_why(why, -errno, "cannot cover %s", *dir);
	}
	return err ? err : mount_binds(o, s, why);
}

int rootfs_enter(const struct sandbox_options *o, char why[static SANDBOX_WHY_MAX])
{
	struct sources s;
	int err;

	(void)umask(022);
	/* First of all: nothing mounted from here on may show on the host. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return sandbox_why(why, -errno, "cannot make the mounts private");
	err = sources_open(&s, o, why);
	if (!err)
		err = o->root == SANDBOX_ROOT_OVERLAY ? enter_overlay(o, &s, why) :
							enter_host(o, &s, why);
	sources_close(&s);
	return err;
}
