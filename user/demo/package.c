// SPDX-License-Identifier: Apache-2.0
#include "demo/package.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "demo/attack.h"
#include "sandbox/why.h"

#define CONTENT "A file of the rootwatch demo's package.\n"

static const char deb_control[] = "Package: rootwatch-demo\n"
				  "Version: 1.0\n"
				  "Architecture: all\n"
				  "Maintainer: rootwatch demo <demo@localhost>\n"
				  "Description: a package that does nothing\n";

static const char rpm_spec[] = "Name: rootwatch-demo\n"
			       "Version: 1.0\n"
			       "Release: 1\n"
			       "Summary: a package that does nothing\n"
			       "License: Apache-2.0\n"
			       "BuildArch: noarch\n"
			       "%description\n"
			       "A package of the rootwatch demo.\n"
			       "%install\n"
			       "mkdir -p %{buildroot}/usr/share/rootwatch-demo\n"
			       "echo demo >%{buildroot}/usr/share/rootwatch-demo/hello\n"
			       "%files\n"
			       "/usr/share/rootwatch-demo/hello\n";

/* dir/name, with the directories on the way. */
static int put(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	int fd, err = 0;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			err = -errno;
		*p = '/';
	}
	fd = err ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return err ? err : -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = -EIO;
	close(fd);
	return err;
}

/*
 * On the host's side, with its output thrown away; what it needs for a time lies below dir, as the
 * host's own /tmp may be read-only.
 */
static int run(const char *dir, const char *const *argv)
{
	int status = -1;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		if (setenv("TMPDIR", dir, 1) == 0 && null >= 0 && dup2(null, 0) >= 0 &&
		    dup2(null, 1) >= 0 && dup2(null, 2) >= 0)
			(void)execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

static int build_deb(char path[static PATH_MAX], const char *dir, const char *tool,
		     char why[static SANDBOX_WHY_MAX])
{
	char tree[PATH_MAX], out[PATH_MAX];
	const char *const argv[] = {tool, "--root-owner-group", "--build", tree, out, NULL};
	int err;

	(void)snprintf(tree, sizeof(tree), "%s/deb", dir);
	(void)snprintf(out, sizeof(out), "%s/rootwatch-demo.deb", dir);
	err = put(dir, "deb/DEBIAN/control", deb_control);
	if (!err)
		err = put(dir, "deb/usr/share/rootwatch-demo/hello", CONTENT);
	if (!err)
		err = run(dir, argv);
	if (err)
		return sandbox_why(why, err, "%s did not build the demo's package", tool);
	memcpy(path, out, sizeof(out));
	return 0;
}

static int build_rpm(char path[static PATH_MAX], const char *dir, const char *tool,
		     char why[static SANDBOX_WHY_MAX])
{
	char spec[PATH_MAX], top[PATH_MAX + 16], tmp[PATH_MAX + 16], pattern[PATH_MAX];
	const char *const argv[] = {tool, "-bb", "--define", top, "--define", tmp, spec, NULL};
	glob_t found = {0};
	int err;

	(void)snprintf(spec, sizeof(spec), "%s/demo.spec", dir);
	(void)snprintf(top, sizeof(top), "_topdir %s/rpm", dir);
	(void)snprintf(tmp, sizeof(tmp), "_tmppath %s/rpm", dir);
	(void)snprintf(pattern, sizeof(pattern), "%s/rpm/RPMS/*/*.rpm", dir);
	err = put(dir, "demo.spec", rpm_spec);
	if (!err)
		err = put(dir, "rpm/hello", CONTENT);
	if (!err)
		err = run(dir, argv);
	if (!err && glob(pattern, 0, NULL, &found) == 0)
		(void)snprintf(path, PATH_MAX, "%s", found.gl_pathv[0]);
	else if (!err)
		err = -ENOENT;
	globfree(&found);
	return err ? sandbox_why(why, err, "%s did not build the demo's package", tool) : 0;
}

int package_build(char path[static PATH_MAX], const char *dir, char why[static SANDBOX_WHY_MAX])
{
	char tool[64], manager[64];

	if (attack_tool("dpkg", manager, sizeof(manager)) &&
	    attack_tool("dpkg-deb", tool, sizeof(tool)))
		return build_deb(path, dir, tool, why);
	if (attack_tool("rpm", manager, sizeof(manager)) &&
	    attack_tool("rpmbuild", tool, sizeof(tool)))
		return build_rpm(path, dir, tool, why);
	return sandbox_why(why, -ENOENT,
			   "neither dpkg-deb nor rpmbuild is here to build a package");
}
