// SPDX-License-Identifier: Apache-2.0
#include "rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"

static int make_dir(const char *base, const char *name, mode_t mode)
{
	char path[700];

	snprintf(path, sizeof(path), "%s%s", base, name);
	if (mkdir(path, mode) && errno != EEXIST)
		return bench_fail(errno, "%s", path);
	return chmod(path, mode) ? bench_fail(errno, "%s", path) : 0;
}

static int make_file(const char *base, const char *name)
{
	char path[700];
	int fd;

	snprintf(path, sizeof(path), "%s%s", base, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0)
		return bench_fail(errno, "%s", path);
	if (write(fd, "harmless\n", 9) != 9) {
		int err = errno;

		close(fd);
		return bench_fail(err, "%s", path);
	}
	close(fd);
	return 0;
}

static int copy_program(const char *guests, const char *base, const char *name)
{
	char from[700], to[700];
	struct stat st;
	int err = 0, in, out = -1;

	snprintf(from, sizeof(from), "%s/%s", guests, name);
	snprintf(to, sizeof(to), "%s/bin/%s", base, name);
	in = open(from, O_RDONLY | O_CLOEXEC);
	if (in >= 0)
		out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	if (in < 0 || out < 0 || fstat(in, &st)) {
		err = bench_fail(errno, "%s to %s (make bench builds it)", from, to);
	} else {
		for (off_t left = st.st_size; left > 0 && !err;) {
			ssize_t n = sendfile(out, in, NULL, (size_t)left);

			if (n <= 0)
				err = bench_fail(n ? errno : EIO, "%s", to);
			left -= n;
		}
	}
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return err;
}

static int make_root(const char *base, const char *guests)
{
	static const char *const dirs[] = {
		"",
		"/bin",
		"/etc",
		"/proc",
		"/data",
		"/srv",
		"/srv/1",
		"/srv/1/2",
		"/srv/1/2/3",
		"/srv/1/2/3/4",
		"/srv/1/2/3/4/5",
		"/srv/1/2/3/4/5/6",
		"/srv/1/2/3/4/5/6/7",
		"/srv/1/2/3/4/5/6/7/8",
	};
	static const char *const files[] = {"/srv/file", "/srv/1/2/3/4/5/6/7/8/file", "/tmp/file",
					    "/data/file"};
	int err = 0;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]) && !err; i++)
		err = make_dir(base, dirs[i], 0755);
	if (!err)
		err = make_dir(base, "/tmp", 01777);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++)
		err = make_file(base, files[i]);
	if (!err)
		err = copy_program(guests, base, "load");
	if (!err)
		err = copy_program(guests, base, "nop");
	return err;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path);
}

static void remove_below(const char *scratch, const char *name)
{
	char path[700];

	snprintf(path, sizeof(path), "%s/%s", scratch, name);
	if (nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) && errno != ENOENT)
		bench_say("left behind: %s", path);
}

/*
 * Its root, mounted on the host as Docker does it: by that rootwatch knows the overlay of a
 * container that is older than itself as the container's own.
 */
static int mount_overlay(const char *scratch)
{
	char at[300], sub[400], options[1200];

	snprintf(at, sizeof(at), "%s/mnt", scratch);
	if (mount("rootwatch-bench", at, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755"))
		return -errno;
	snprintf(sub, sizeof(sub), "%s/upper", at);
	if (mkdir(sub, 0755))
		return -errno;
	snprintf(sub, sizeof(sub), "%s/work", at);
	if (mkdir(sub, 0755))
		return -errno;
	snprintf(sub, sizeof(sub), "%s/root", at);
	if (mkdir(sub, 0755))
		return -errno;
	snprintf(options, sizeof(options), "lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work",
		 scratch, at, at);
	return mount("overlay", sub, "overlay", 0, options) ? -errno : 0;
}

int rootfs_make(const char *scratch, const char *host, const char *guests)
{
	char path[300];
	int err;

	snprintf(path, sizeof(path), "%s/lower", scratch);
	err = make_root(path, guests);
	if (!err)
		err = make_root(host, guests);
	if (!err)
		err = make_dir(scratch, "/mnt", 0755);
	if (!err)
		err = make_dir(scratch, "/volume", 0755);
	if (!err)
		err = make_file(scratch, "/volume/file");
	if (!err) {
		err = mount_overlay(scratch);
		if (err)
			bench_fail(-err, "mounting the container's root");
	}
	return err;
}

void rootfs_unmount(const char *scratch)
{
	char at[400];

	snprintf(at, sizeof(at), "%s/mnt/root", scratch);
	umount2(at, MNT_DETACH);
	snprintf(at, sizeof(at), "%s/mnt", scratch);
	umount2(at, MNT_DETACH);
}

void rootfs_remove(const char *scratch)
{
	static const char *const parts[] = {"lower", "host", "mnt", "volume"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		remove_below(scratch, parts[i]);
}
