// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mountinfo.h"
#include "sandbox/overlay.h"
#include "sandbox/rootfs.h"
#include "sandbox/why.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/*
 * An overlay of '/' shows what lies on the file system of '/', without the mounts below it. Of
 * those, these hold programs, libraries and package databases: each gets an overlay of its own.
 */
static const char *const submounts[] = {"/bin",		 "/sbin",	 "/lib",
					"/lib64",	 "/usr",	 "/usr/lib",
					"/usr/local",	 "/etc",	 "/var",
					"/var/lib",	 "/var/cache",	 "/opt",
					"/var/lib/dpkg", "/var/lib/rpm", "/usr/lib/sysimage"};

static int copy_into(int to, int from)
{
	ssize_t n;

	do {
		n = sendfile(to, from, NULL, 1 << 20);
	} while (n > 0);
	return n < 0 ? -errno : 0;
}

static int write_into(int to, const char *text)
{
	size_t len = strlen(text);

	while (len > 0) {
		ssize_t n = write(to, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

static int image_file(const char *base, const struct sandbox_file *f, int source)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/image%s", base, f->path);
	int fd, err;

	if (f->path[0] != '/' || len < 0 || (size_t)len >= sizeof(path))
		return -EINVAL;
	err = rootfs_make_parents(path);
	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	err = source >= 0 ? copy_into(fd, source) : write_into(fd, f->text);
	/* Last, and after the content: writing takes SUID bits away. */
	if (!err && fchmod(fd, f->mode))
		err = -errno;
	close(fd);
	return err;
}

static int mount_overlay(const char *base, size_t number, const char *lower, const char *target)
{
	char upper[PATH_MAX], work[PATH_MAX], options[4 * PATH_MAX];
	int len;

	(void)snprintf(upper, sizeof(upper), "%s/upper%zu", base, number);
	(void)snprintf(work, sizeof(work), "%s/work%zu", base, number);
	if (mkdir(upper, 0755) || mkdir(work, 0755))
		return -errno;
	len = snprintf(options, sizeof(options),
		       "lowerdir=%s,upperdir=%s,workdir=%s,index=off,metacopy=off", lower, upper,
		       work);
	if (len < 0 || (size_t)len >= sizeof(options))
		return -ENAMETOOLONG;
	return mount("rootwatch", target, "overlay", 0, options) ? -errno : 0;
}

static int overlay_why(char why[static SANDBOX_WHY_MAX], int err, const char *lower)
{
	switch (err) {
	case -ENODEV:
		return sandbox_why(why, err,
				   "no overlay file system in this kernel (try: modprobe overlay)");
	case -EPERM:
		return sandbox_why(
			why, err,
			"may not mount an overlay (run as root; in a container, that one "
			"needs --privileged)");
	case -EINVAL:
		return sandbox_why(
			why, err,
			"the kernel takes no overlay over '%s' (is it a stack of overlays "
			"already? run it on the host itself)",
			lower);
	default:
		return sandbox_why(why, err, "cannot mount an overlay over '%s'", lower);
	}
}

static int is_submount(const struct mountinfo *m, void *arg)
{
	bool *found = arg;

	for (size_t i = 0; i < COUNT(submounts); i++) {
		if (strcmp(m->point, submounts[i]) == 0)
			found[i] = true;
	}
	return 0;
}

static int mount_submounts(const char *base, char why[static SANDBOX_WHY_MAX])
{
	bool found[COUNT(submounts)] = {false};
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char target[PATH_MAX], image[PATH_MAX], lower[2 * PATH_MAX];
	int err;

	if (!f)
		return sandbox_why(why, -errno, "cannot read /proc/self/mountinfo");
	err = mountinfo_each(f, is_submount, found);
	(void)fclose(f);
	if (err)
		return sandbox_why(why, err, "cannot read /proc/self/mountinfo");
	for (size_t i = 0; i < COUNT(submounts); i++) {
		(void)snprintf(target, sizeof(target), "%s/root%s", base, submounts[i]);
		/* A mount can lie over a file, or below something that is covered here. */
		if (!found[i] || !rootfs_is_dir(submounts[i]) || !rootfs_is_dir(target))
			continue;
		/* It would hide what the image has there. */
		(void)snprintf(image, sizeof(image), "%s/image%s", base, submounts[i]);
		(void)snprintf(lower, sizeof(lower), "%s%s%s", rootfs_is_dir(image) ? image : "",
			       rootfs_is_dir(image) ? ":" : "", submounts[i]);
		err = mount_overlay(base, i + 1, lower, target);
		if (err)
			return overlay_why(why, err, submounts[i]);
	}
	return 0;
}

int overlay_build(const struct sandbox_options *o, const int sources[static OVERLAY_IMAGE_MAX],
		  const char *base, char why[static SANDBOX_WHY_MAX])
{
	char lower[PATH_MAX], root[PATH_MAX];
	int err;

	(void)snprintf(lower, sizeof(lower), "%s/image", base);
	(void)snprintf(root, sizeof(root), "%s/root", base);
	if (mkdir(lower, 0755) || mkdir(root, 0755))
		return sandbox_why(why, -errno, "cannot make '%s'", root);
	for (size_t i = 0; i < o->n_image; i++) {
		err = image_file(base, &o->image[i], sources[i]);
		if (err)
			return sandbox_why(why, err, "cannot make the sandbox's '%s'",
					   o->image[i].path);
	}
	(void)snprintf(lower, sizeof(lower), "%s/image:/", base);
	err = mount_overlay(base, 0, lower, root);
	if (err)
		return overlay_why(why, err, "/");
	return mount_submounts(base, why);
}
