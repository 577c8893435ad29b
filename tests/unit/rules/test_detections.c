/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the rules that rootwatch comes with raise, of events as the decoder gives them: an act that
 * raises it, one that comes near and does not, and one in disguise (which raises it all the same,
 * or pretends to be it and does not). tests/data/rules/default has more, by fields.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/stat.h>

#include "rules/build.h"
#include "rules/shipped.h"

static bool hit(const struct raised *r, const char *id)
{
	for (size_t i = 0; i < r->n; i++) {
		if (strcmp(r->ids[i], id) == 0)
			return true;
	}
	return false;
}

static void print_raised(const struct raised *r)
{
	for (size_t i = 0; i < r->n; i++)
		print_error("  raised %s\n", r->ids[i]);
}

static void check_id(const char *id)
{
	size_t n, i = 0;
	const struct rule *rules = shipped_rules(&n);

	while (i < n && strcmp(rules[i].id, id) != 0)
		i++;
	if (i == n)
		fail_msg("no rule is called %s", id);
}

static void expect(int line, const char *id, bool raised, bool first, struct event e)
{
	struct raised r;

	check_id(id);
	shipped_judge(&e, &r);
	if (hit(&r, id) != raised || (first && strcmp(r.ids[0], id) != 0)) {
		print_raised(&r);
		fail_msg("line %d: %s%s expected", line, id, raised ? "" : " not");
	}
}

/* Raises it, and it is the one that is reported. */
#define raises(id, ...) expect(__LINE__, id, true, true, __VA_ARGS__)
/* Raises it beside a more severe one. */
#define raises_too(id, ...) expect(__LINE__, id, true, false, __VA_ARGS__)
#define near(id, ...)	    expect(__LINE__, id, false, false, __VA_ARGS__)
#define disguised(id, ...)  expect(__LINE__, id, true, true, __VA_ARGS__)
#define pretends(id, ...)   expect(__LINE__, id, false, false, __VA_ARGS__)

#define WRITE (O_WRONLY | O_CREAT | O_TRUNC)

static struct event writes(const char *path)
{
	return judge_open(judge_file(path), WRITE);
}

static struct event reads(const char *path)
{
	return judge_open(judge_file(path), O_RDONLY);
}

/* /etc bound to /tmp/x: another path, the same place on the container's root. */
static struct event_file moved(const char *path, const char *rootpath)
{
	struct event_file f = judge_file(rootpath);

	f.flags |= WIRE_FILE_BIND;
	f.path = judge_file(path).path;
	return f;
}

static void nothing(int line, struct event e)
{
	struct raised r;

	shipped_judge(&e, &r);
	if (r.n > 0) {
		print_raised(&r);
		fail_msg("line %d: nothing expected", line);
	}
}

/* ---- files below /etc and the like ----------------------------------------------------------- */

/* What the tests of the classes of written files have in common. */
static void written(const char *id, const char *path, const char *near_path)
{
	struct event e;
	char elsewhere[256];

	raises(id, writes(path));
	raises(id, judge_open(judge_file(path), O_RDWR | O_APPEND));
	near(id, writes(near_path));
	near(id, judge_open(judge_file(path), O_RDONLY | O_DIRECTORY));
	/* Through a bind mount of its directory. */
	disguised(id, judge_open(moved("/tmp/x/file", path), WRITE));
	/* On a tmpfs mounted elsewhere the same path is another place. */
	snprintf(elsewhere, sizeof(elsewhere), "/tmp/x%s", path);
	if (strncmp(path, "/etc/", 5) == 0)
		pretends(id, judge_open(judge_on(FS_TMPFS, elsewhere, path), WRITE));
	/* Denied counts, whoever it was. */
	disguised(id, judge_denied(path, WRITE));
	/* Another user's success does not. */
	e = writes(path);
	e.creds = judge_creds(1000);
	near(id, e);
	/* Root of a user namespace is root. */
	e.creds.root = WIRE_ROOT_USERNS;
	raises(id, e);
}

static void test_etc(void **state)
{
	(void)state;
	written("etc-written", "/etc/motd", "/usr/etc/motd");
	written("etc-written", "/etc/a/b/c/d/e", "/etcetera/a");
	raises_too("etc-written", writes("/etc/passwd"));
	/* A file that the runtime bound there is below /etc for all that the container sees. */
	disguised("etc-written",
		  judge_open(judge_bound("/etc/hosts", "/var/lib/docker/containers/x/hosts"),
			     WRITE));
	nothing(__LINE__, reads("/etc/passwd"));
	nothing(__LINE__, reads("/etc/ld.so.cache"));
}

static void test_accounts(void **state)
{
	(void)state;
	written("passwd-written", "/etc/passwd", "/etc/passwd.conf");
	written("passwd-written", "/etc/group+", "/etc/groups");
	written("shadow-written", "/etc/shadow", "/etc/shadow.conf");
	written("shadow-written", "/etc/gshadow", "/etc/gshadows");
	written("sudoers-written", "/etc/sudoers", "/etc/sudo.conf");
	written("sudoers-written", "/etc/sudoers.d/x", "/etc/sudoers.dist");
}

static void test_cron(void **state)
{
	(void)state;
	written("cron-written", "/etc/cron.d/x", "/etc/cron.dx");
	written("cron-written", "/var/spool/cron/crontabs/root", "/var/spool/mail/root");
}

static void test_preload(void **state)
{
	(void)state;
	written("preload-written", "/etc/ld.so.preload", "/etc/ld.so.conf");
}

static void test_profile(void **state)
{
	(void)state;
	written("profile-written", "/etc/profile.d/x.sh", "/etc/profiles");
	written("profile-written", "/home/me/.bashrc", "/home/me/.bashrc.bak");
}

static void test_systemd(void **state)
{
	(void)state;
	written("systemd-unit-written", "/etc/systemd/system/x.service", "/etc/systemd.conf");
	written("systemd-unit-written", "/usr/lib/systemd/system/x.timer", "/usr/lib/systemd-x");
}

static void test_ssh(void **state)
{
	(void)state;
	written("ssh-config-written", "/etc/ssh/sshd_config", "/etc/sshd");
	near("ssh-config-written", writes("/root/.ssh/known_hosts"));
	disguised("ssh-config-written",
		  judge_open(moved("/tmp/known_hosts", "/etc/ssh/sshd_config"), WRITE));
	near("ssh-config-written", writes("/root/.ssh/authorized_keys"));
	written("authorized-keys-written", "/home/me/.ssh/authorized_keys",
		"/home/me/.ssh/authorized_keys.txt");
	near("authorized-keys-written", writes("/etc/ssh/sshd_config"));
}

static void test_package_database(void **state)
{
	(void)state;
	written("package-database-written", "/var/lib/dpkg/status-new", "/var/lib/dpkg/lock");
	written("package-database-written", "/var/lib/dpkg/info/x.list",
		"/var/lib/dpkg/alternatives/x");
	written("package-database-written", "/lib/apk/db/installed.new", "/lib/apk/db/lock");
	written("package-database-written", "/var/lib/rpm/rpmdb.sqlite",
		"/var/lib/rpm/rpmdb.sqlite-shm");
	written("package-database-written", "/var/lib/pacman/local/x-1/desc",
		"/var/lib/pacman/sync/core.db");
	nothing(__LINE__, writes("/var/lib/apt/lists/lock"));
}

/* ---- the kernel, devices, the host ----------------------------------------------------------- */

static void test_kernel_knobs(void **state)
{
	(void)state;
	raises("kernel-knob-escape", judge_open(judge_on(FS_PROC, "/proc/sys/kernel/core_pattern",
							 "/sys/kernel/core_pattern"),
						O_WRONLY));
	near("kernel-knob-escape", judge_open(judge_on(FS_PROC, "/proc/sys/kernel/core_pattern",
						       "/sys/kernel/core_pattern"),
					      O_RDONLY));
	/* proc mounted elsewhere */
	disguised("kernel-knob-escape", judge_open(judge_on(FS_PROC, "/tmp/p/sys/kernel/modprobe",
							    "/sys/kernel/modprobe"),
						   O_WRONLY));
	disguised("kernel-knob-escape",
		  judge_open(judge_on(FS_CGROUP, "/tmp/cg/release_agent", "/release_agent"),
			     O_WRONLY));
	disguised("kernel-knob-escape", judge_open(judge_on(FS_SYSFS, "/mnt/kernel/uevent_helper",
							    "/kernel/uevent_helper"),
						   O_WRONLY));
	disguised("kernel-knob-escape",
		  judge_open(judge_on(FS_BINFMT, "/mnt/register", "/register"), O_WRONLY));
	disguised("kernel-knob-escape",
		  judge_denied("/proc/self/root/proc/sys/kernel/core_pattern", O_WRONLY));
	/* a tmpfs over /proc/sys, and a file that is merely called so */
	pretends("kernel-knob-escape",
		 judge_open(judge_on(FS_TMPFS, "/proc/sys/kernel/core_pattern", "/core_pattern"),
			    O_WRONLY));
	pretends("kernel-knob-escape", writes("/tmp/release_agent"));

	raises("kernel-knob-written",
	       judge_open(judge_on(FS_PROC, "/proc/sys/vm/swappiness", "/sys/vm/swappiness"),
			  O_WRONLY));
	near("kernel-knob-written",
	     judge_open(judge_on(FS_PROC, "/proc/self/oom_score_adj", "/7/oom_score_adj"),
			O_WRONLY));
	disguised("kernel-knob-written",
		  judge_open(judge_on(FS_SYSFS, "/tmp/s/module/x/parameters/y",
				      "/module/x/parameters/y"),
			     O_WRONLY));
	disguised("kernel-knob-written",
		  judge_open(judge_on(FS_CGROUP, "/cg/docker/x/devices.allow",
				      "/docker/x/devices.allow"),
			     O_WRONLY));
	disguised("kernel-knob-written", judge_denied("/sys/power/state", O_WRONLY));
	pretends("kernel-knob-written", writes("/tmp/devices.allow"));

	raises("sysrq-triggered",
	       judge_open(judge_on(FS_PROC, "/proc/sysrq-trigger", "/sysrq-trigger"), O_WRONLY));
	near("sysrq-triggered", writes("/tmp/sysrq-trigger"));
	disguised("sysrq-triggered",
		  judge_open(judge_on(FS_PROC, "/tmp/p/sysrq-trigger", "/sysrq-trigger"),
			     O_WRONLY));
	disguised("sysrq-triggered", judge_denied("/proc/sysrq-trigger", O_WRONLY));
}

static void test_devices(void **state)
{
	(void)state;
	raises("block-device-opened",
	       judge_open(judge_device("/dev/sda", S_IFBLK, 8, 0), O_RDONLY));
	near("block-device-opened", judge_open(judge_device("/dev/null", S_IFCHR, 1, 3), O_WRONLY));
	disguised("block-device-opened",
		  judge_open(judge_device("/tmp/innocent", S_IFBLK, 253, 7), O_RDWR));
	disguised("block-device-opened", judge_denied("/dev/mapper/root", O_RDONLY));
	pretends("block-device-opened", writes("/dev/sda"));

	raises("mem-device-opened", judge_open(judge_device("/dev/mem", S_IFCHR, 1, 1), O_RDONLY));
	raises("mem-device-opened",
	       judge_open(judge_on(FS_PROC, "/proc/kcore", "/kcore"), O_RDONLY));
	near("mem-device-opened", judge_open(judge_device("/dev/zero", S_IFCHR, 1, 5), O_RDONLY));
	disguised("mem-device-opened", judge_open(judge_device("/tmp/x", S_IFCHR, 1, 4), O_RDWR));
	pretends("mem-device-opened", writes("/dev/mem"));
	/* masked by the runtime: /dev/null lies over it */
	pretends("mem-device-opened",
		 judge_open(judge_device("/proc/kcore", S_IFCHR, 1, 3), O_RDONLY));
}

static void test_host_files(void **state)
{
	struct event_file f;

	(void)state;
	raises("host-file-written", judge_open(judge_bound("/data/x", "/srv/data/x"), WRITE));
	near("host-file-written", judge_open(judge_bound("/data/x", "/srv/data/x"), O_RDONLY));
	near("host-file-written",
	     judge_open(judge_bound("/data/x", "/var/lib/docker/volumes/v/_data/x"), WRITE));
	near("host-file-written",
	     judge_open(judge_bound("/data/x", "/big/disk/volumes/v/_data/x"), WRITE));
	near("host-file-written", judge_open(judge_on(FS_TMPFS, "/tmp/x", "/x"), WRITE));
	near("host-file-written", writes("/data/x"));
	/* a tmpfs of the host's, /dev/null in a user namespace, the disk mounted as a whole */
	f = judge_on(FS_TMPFS, "/x", "/foo/x");
	f.flags = WIRE_FILE_BIND;
	disguised("host-file-written", judge_open(f, WRITE));
	f = judge_on(FS_TMPFS, "/dev/null", "/null");
	f.flags = WIRE_FILE_BIND;
	f.mode = S_IFCHR | 0666;
	pretends("host-file-written", judge_open(f, O_WRONLY));
	f = judge_on(FS_EXT4, "/mnt/x", "/x");
	f.flags = WIRE_FILE_BLOCKDEV;
	f.hostpath = STR_LIT("/x");
	disguised("host-file-written", judge_open(f, WRITE));
	/* a disk for volumes, with a system of its own in it */
	f = judge_on(FS_EXT4, "/data/etc/passwd", "/etc/passwd");
	f.flags = WIRE_FILE_BLOCKDEV;
	f.hostpath =
		STR_LIT("/var/lib/kubelet/pods/1/volumes/kubernetes.io~csi/v/mount/etc/passwd");
	pretends("host-file-written", judge_open(f, WRITE));
	pretends("host-takeover-written", judge_open(f, WRITE));
	f.hostpath = STR_LIT("/mnt/disk/etc/passwd");
	pretends("host-takeover-written", judge_open(f, WRITE));
	/* the whole of the host's /run */
	f = judge_on(FS_TMPFS, "/hostrun/x", "/x");
	f.hostpath = STR_LIT("/run/x");
	disguised("host-file-written", judge_open(f, WRITE));

	raises("host-takeover-written",
	       judge_open(judge_bound("/host/etc/cron.d/x", "/etc/cron.d/x"), WRITE));
	raises_too("host-file-written",
		   judge_open(judge_bound("/host/etc/cron.d/x", "/etc/cron.d/x"), WRITE));
	near("host-takeover-written",
	     judge_open(judge_bound("/etc/cron.d/x", "/srv/cron.d/x"), WRITE));
	near("host-takeover-written",
	     judge_open(judge_bound("/x", "/var/lib/kubelet/pods/1/volumes/x"), WRITE));
	disguised("host-takeover-written",
		  judge_open(judge_bound("/data/innocent", "/root/.ssh/authorized_keys"), WRITE));
	/* a disk that the host does not mount: the container did */
	f = judge_on(FS_EXT4, "/disk/etc/passwd", "/etc/passwd");
	f.flags = WIRE_FILE_BLOCKDEV;
	disguised("host-takeover-written", judge_open(f, WRITE));
	/* where /var is a disk of its own, and where the host's root is mounted a second time */
	f = judge_bound("/data/x", "/spool/cron/root");
	f.hostpath = STR_LIT("/var/spool/cron/root");
	disguised("host-takeover-written", judge_open(f, WRITE));
	f = judge_bound("/data/x", "/etc/cron.d/x");
	f.hostpath = STR_LIT("/mnt/backup/etc/cron.d/x");
	disguised("host-takeover-written", judge_open(f, WRITE));
	pretends("host-takeover-written", writes("/host/etc/cron.d/x"));
}

/* ---- secrets --------------------------------------------------------------------------------- */

static void test_secrets(void **state)
{
	struct event_file f;

	(void)state;
	raises("shadow-read", reads("/etc/shadow"));
	near("shadow-read", reads("/etc/passwd"));
	near("shadow-read", judge_open(judge_file("/etc/shadow"), O_PATH));
	disguised("shadow-read",
		  judge_open(judge_bound("/host/etc/shadow", "/etc/shadow"), O_RDONLY));
	disguised("shadow-read", judge_open(moved("/tmp/x/shadow", "/etc/shadow"), O_RDONLY));
	disguised("shadow-read", judge_denied("/proc/1/root/etc/shadow", O_RDONLY));
	pretends("shadow-read",
		 judge_open(judge_on(FS_TMPFS, "/t/etc/shadow", "/etc/shadow"), O_RDONLY));

	raises("private-key-read", reads("/root/.ssh/id_rsa"));
	raises("private-key-read", reads("/srv/tls/server-key.pem"));
	near("private-key-read", reads("/root/.ssh/id_rsa.pub"));
	near("private-key-read", reads("/etc/ssl/certs/ca-certificates.crt"));
	near("private-key-read", reads("/usr/lib/python3/site-packages/certifi/cacert.pem"));
	near("private-key-read", writes("/root/.ssh/id_rsa"));
	disguised("private-key-read",
		  judge_open(judge_bound("/x/file.key", "/home/me/file.key"), O_RDONLY));
	pretends("private-key-read", reads("/etc/letsencrypt/archive/x/fullchain3.pem"));

	raises("token-read",
	       judge_open(judge_on(FS_TMPFS,
				   "/run/secrets/kubernetes.io/serviceaccount/..2024/token",
				   "/..2024/token"),
			  O_RDONLY));
	raises("token-read", reads("/root/.aws/credentials"));
	near("token-read",
	     judge_open(judge_on(FS_TMPFS,
				 "/run/secrets/kubernetes.io/serviceaccount/..2024/ca.crt",
				 "/..2024/ca.crt"),
			O_RDONLY));
	near("token-read", reads("/srv/token"));
	disguised("token-read",
		  judge_open(judge_bound("/mnt/a/credentials", "/home/me/.aws/credentials"),
			     O_RDONLY));

	raises("dotenv-read", reads("/app/.env"));
	near("dotenv-read", reads("/app/.environment"));
	disguised("dotenv-read",
		  judge_open(judge_bound("/x/.env.local", "/y/.env.local"), O_RDONLY));
	/* a Python environment is often called so */
	f = judge_file("/app/.env");
	f.mode = S_IFDIR | 0755;
	pretends("dotenv-read", judge_open(f, O_RDONLY | O_DIRECTORY));
}

/* ---- programs -------------------------------------------------------------------------------- */

static void test_packages(void **state)
{
	struct event e;

	(void)state;
	raises("package-manager", judge_exec("/usr/bin/apt-get", "apt-get -qq -y install foo"));
	near("package-manager", judge_exec("/usr/bin/apt-get", "apt-get --version"));
	near("package-manager", judge_exec("/usr/bin/vi", "vi apt-get install"));
	disguised("package-manager", judge_exec("/usr/bin/apt-get", "innocent install foo"));
	disguised("package-manager", judge_script("/usr/bin/python3.11", "/usr/bin/pip",
						  "/usr/bin/python3 /usr/bin/pip install foo"));
	disguised("package-manager",
		  judge_exec("/usr/bin/python3.11", "python3 -Im pip install foo"));
	pretends("package-manager", judge_exec("/usr/bin/sleep", "apt-get install foo"));
	e = judge_exec("/usr/bin/apt-get", "apt-get install foo");
	e.creds = judge_creds(1000);
	near("package-manager", e);

	raises("package-manager-query", judge_exec("/usr/bin/dpkg", "dpkg -l"));
	near("package-manager-query", judge_exec("/usr/bin/dpkg", "dpkg -i x.deb"));
	disguised("package-manager-query", judge_exec("/bin/busybox", "/sbin/dpkg -l"));
	/* part of what apt does: apt's own alert says it */
	e = judge_exec("/usr/bin/dpkg", "dpkg --print-foreign-architectures");
	e.task.pcomm = STR_LIT("apt-get");
	near("package-manager-query", e);
	/* ... but an install is an install, whoever started it */
	e = judge_exec("/usr/bin/dpkg", "dpkg --unpack x.deb");
	e.task.pcomm = STR_LIT("apt-get");
	raises("package-manager", e);
}

static void test_users(void **state)
{
	(void)state;
	raises("user-added", judge_exec("/usr/sbin/useradd", "useradd -m x"));
	raises("user-added", judge_script("/usr/bin/perl", "/usr/sbin/adduser",
					  "/usr/bin/perl /usr/sbin/adduser x"));
	near("user-added", judge_exec("/usr/sbin/useradd", "useradd --help"));
	near("user-added", judge_exec("/usr/bin/id", "id x"));
	disguised("user-added", judge_exec("/bin/busybox", "adduser -D x"));
	disguised("user-added", judge_exec("/bin/busybox", "busybox adduser -S x"));
	disguised("user-added", judge_exec("/bin/busybox", "busybox-x adduser -S x"));
	disguised("user-added", judge_exec("/srv/busybox-1.36", "-adduser -S x"));
	disguised("user-added", judge_exec("/usr/sbin/useradd", "ls -c --help x"));
	pretends("user-added", judge_exec("/usr/bin/sleep", "useradd x"));
}

static void test_where_from(void **state)
{
	struct event e;

	(void)state;
	e = judge_exec("/usr/local/bin/dropped", "dropped");
	near("exec-upper-layer", e);
	e.exec.exe.flags = WIRE_FILE_ROOTFS | WIRE_FILE_UPPER;
	raises("exec-upper-layer", e);
	e = judge_exec("/bin/sh", "sh -c true");
	pretends("exec-upper-layer", e);
	e.exec.exe.flags = WIRE_FILE_ROOTFS | WIRE_FILE_UPPER;
	disguised("exec-upper-layer", e);

	raises("exec-tmp", judge_exec("/tmp/x", "./x"));
	raises("exec-tmp", judge_exec("/dev/shm/a/x", "x"));
	near("exec-tmp", judge_exec("/tmpfiles/x", "/tmpfiles/x"));
	near("exec-tmp", judge_exec("/usr/bin/tool", "/tmp/tool"));
	e = judge_exec("/data/x", "/usr/bin/ls");
	e.exec.exe.rootpath = STR_LIT("/tmp/x");
	disguised("exec-tmp", e);
	/* pivoted away: the overlay that was the root is seen by a mount */
	e.exec.exe = judge_on(FS_OVERLAY, "/old/tmp/x", "/tmp/x");
	disguised("exec-tmp", e);
	/* tmpfs by another name; but a root in memory is a root */
	e.exec.exe = judge_on(FS_TMPFS, "/dev/x", "/x");
	disguised("exec-tmp", e);
	e.exec.exe = judge_file("/usr/bin/ls");
	e.exec.exe.fs_magic = FS_TMPFS;
	e.exec.exe.fstype = STR_LIT("tmpfs");
	near("exec-tmp", e);
	e.exec.exe.path = e.exec.exe.rootpath = STR_LIT("/tmp/x");
	raises("exec-tmp", e);
	/* memory, but not a file system's */
	e.exec.exe = judge_on(FS_TMPFS, "/memfd:x", "/memfd:x");
	e.exec.exe.flags = WIRE_FILE_MEMFD;
	near("exec-tmp", e);
	e = judge_script("/bin/sh", "../tmp/./x.sh", "/bin/sh ../tmp/./x.sh");
	e.cwd = STR_LIT("/root");
	disguised("exec-tmp", e);
	e = judge_script("/bin/sh", "../x.sh", "/bin/sh ../x.sh");
	e.cwd = STR_LIT("/tmp");
	pretends("exec-tmp", e);

	/* the loader is the program, and what it loads is in /tmp */
	disguised("exec-tmp", judge_exec("/lib64/ld-linux-x86-64.so.2", "ld.so /tmp/x a"));
	disguised("exec-tmp", judge_exec("/lib/ld-musl-x86_64.so.1", "apt --argv0 ls /tmp/x"));
	disguised("exec-tmp",
		  judge_exec("/lib64/ld-linux-x86-64.so.2", "ld.so --library-path /lib:/tmp/a x"));
	e = judge_exec("/lib64/ld-linux-x86-64.so.2", "ld.so ./x");
	e.cwd = STR_LIT("/tmp");
	disguised("exec-tmp", e);
	pretends("exec-tmp", judge_exec("/lib64/ld-linux-x86-64.so.2",
					"ld.so --library-path /tmp /usr/bin/ls /tmp/x"));
	pretends("exec-tmp", judge_exec("/lib64/ld-linux-x86-64.so.2", "ld.so --list /tmp/x"));

	e = judge_exec("/memfd:x", "[kworker/0:1]");
	near("exec-memfd", e);
	e.exec.exe.flags = WIRE_FILE_MEMFD | WIRE_FILE_DELETED;
	raises("exec-memfd", e);
	near("exec-deleted", e);
	e.exec.exe.path = STR_LIT("/usr/bin/ls");
	disguised("exec-memfd", e);

	e = judge_exec("/usr/bin/x", "x");
	near("exec-deleted", e);
	e.exec.exe.flags |= WIRE_FILE_DELETED;
	raises("exec-deleted", e);
	e.exec.exe.path = STR_LIT("/usr/bin/ls");
	disguised("exec-deleted", e);
}

/* ---- privileges ------------------------------------------------------------------------------ */

static void test_setid(void **state)
{
	struct wire_creds user = judge_creds(1000), root = judge_creds(0), c;
	struct event e;

	(void)state;
	raises("privilege-setuid", judge_setid(user, root));
	near("privilege-setuid", judge_setid(root, user));
	near("privilege-setuid", judge_setid(root, root));
	near("privilege-setuid", judge_setid(user, judge_creds(1001)));
	e = judge_setid(user, root);
	e.prev_known = false;
	near("privilege-setuid", e);
	/* in a SUID program, euid was root's already: now the real one is, too */
	c = user;
	c.euid = c.suid = c.fsuid = c.ns_euid = 0;
	c.root = WIRE_ROOT_HOST;
	disguised("privilege-setuid", judge_setid(c, root));
	/* only the file system uid, or only the saved one */
	c = user;
	c.fsuid = 0;
	disguised("privilege-setuid", judge_setid(user, c));
	c.root = WIRE_ROOT_HOST;
	e = judge_setid(user, c);
	e.setid.call = WIRE_CALL_SETFSUID;
	disguised("privilege-setuid", e);
	near("privilege-setuid", judge_setid(c, c));
	near("privilege-setuid", judge_setid(c, user));
	/* the same in a user namespace, whose root is 100000 on the host */
	e = judge_setid(judge_creds(101000), judge_creds(101000));
	e.creds.ns_uid = e.creds.ns_euid = e.prev.ns_uid = e.prev.ns_euid = 1000;
	near("privilege-setuid", e);
	e.creds.fsuid = 100000;
	e.creds.root = WIRE_ROOT_USERNS;
	disguised("privilege-setuid", e);
	c = user;
	c.suid = 0;
	disguised("privilege-setuid", judge_setid(user, c));
	/* the file system uid follows the saved one, which was root's before */
	e = judge_setid(c, c);
	e.creds.fsuid = 0;
	disguised("privilege-setuid", e);
	/* root of a user namespace: 100000 on the host, 0 here */
	c = judge_creds(100000);
	c.ns_uid = c.ns_euid = 0;
	c.root = WIRE_ROOT_USERNS;
	e = judge_setid(judge_creds(101000), c);
	e.prev.ns_uid = e.prev.ns_euid = 1000;
	disguised("privilege-setuid", e);
	e = judge_setid(c, judge_creds(101000));
	e.creds.ns_uid = e.creds.ns_euid = 1000;
	near("privilege-setuid", e);

	/* seteuid(33), seteuid(0) by a daemon of root's */
	c = root;
	c.euid = c.fsuid = c.ns_euid = 33;
	c.root = WIRE_ROOT_NONE;
	raises("privilege-regained", judge_setid(c, root));
	near("privilege-setuid", judge_setid(c, root));
	near("privilege-regained", judge_setid(root, c));
	c.suid = 33;
	disguised("privilege-regained", judge_setid(c, root));
	pretends("privilege-regained", judge_setid(user, root));
}

static struct event gains(uint32_t flags, struct wire_creds prev, struct wire_creds creds)
{
	struct event e = judge_exec("/usr/bin/tool", "tool");

	e.exec.flags = flags;
	e.prev = prev;
	e.creds = creds;
	return e;
}

static void test_exec_gains(void **state)
{
	struct wire_creds user = judge_creds(1000), root = judge_creds(0), c, kept;
	struct event e;

	(void)state;
	c = user;
	c.euid = c.suid = c.fsuid = c.ns_euid = 0;
	c.root = WIRE_ROOT_HOST;
	raises("privilege-suid-exec", gains(WIRE_EXEC_SUID, user, c));
	near("privilege-suid-exec", gains(0, root, root));
	near("privilege-suid-exec", gains(WIRE_EXEC_SUID, user, judge_creds(1001)));
	near("privilege-suid-exec", gains(WIRE_EXEC_SUID, root, root));
	e = gains(WIRE_EXEC_SUID | WIRE_EXEC_SECURE, user, c);
	e.exec.exe = judge_file("/home/me/.cache/innocent");
	e.exec.exe.flags = WIRE_FILE_UPPER;
	disguised("privilege-suid-exec", e);

	c = user;
	c.egid = c.sgid = c.fsgid = c.ns_egid = 0;
	raises("privilege-sgid-exec", gains(WIRE_EXEC_SGID, user, c));
	near("privilege-sgid-exec", gains(WIRE_EXEC_SGID, root, root));
	c.egid = c.ns_egid = 42;
	pretends("privilege-sgid-exec", gains(WIRE_EXEC_SGID, user, c)); /* group shadow */

	c = user;
	c.cap_permitted = c.cap_effective = 1ull << CAP_DAC_READ_SEARCH;
	raises("privilege-fcaps-exec", gains(WIRE_EXEC_FCAPS, user, c));
	near("privilege-fcaps-exec", gains(0, c, c));
	c.cap_effective = 0; /* permitted only: one capset away */
	disguised("privilege-fcaps-exec", gains(WIRE_EXEC_FCAPS, user, c));
	/* Permitted alone before, as by SECBIT_KEEP_CAPS: an exec of another file would have ended
	 * it. */
	kept = user;
	kept.cap_permitted = c.cap_permitted;
	disguised("privilege-fcaps-exec", gains(WIRE_EXEC_FCAPS, kept, c));
	kept.cap_inheritable = c.cap_permitted;
	near("privilege-fcaps-exec", gains(WIRE_EXEC_FCAPS, kept, c));
	kept.cap_effective = c.cap_permitted;
	kept.cap_inheritable = 0;
	near("privilege-fcaps-exec", gains(WIRE_EXEC_FCAPS, kept, c));

	c.cap_permitted = c.cap_effective = 1ull << CAP_NET_BIND_SERVICE;
	raises("privilege-fcaps-minor", gains(WIRE_EXEC_FCAPS, user, c));
	near("privilege-fcaps-exec", gains(WIRE_EXEC_FCAPS, user, c));
	near("privilege-fcaps-minor", gains(0, user, user));
	c.cap_permitted |= 1ull << CAP_SYS_ADMIN;
	pretends("privilege-fcaps-minor", gains(WIRE_EXEC_FCAPS, user, c));
}

/* ---- sockets --------------------------------------------------------------------------------- */

static void test_sockets(void **state)
{
	const uint32_t other = WIRE_CONNECT_PEER_CONTAINER;
	const uint32_t same = WIRE_CONNECT_PEER_CONTAINER | WIRE_CONNECT_PEER_SAME;
	struct event e;

	(void)state;
	raises("runtime-socket", judge_connect("/run/docker.sock", "dockerd", 0));
	raises("runtime-socket",
	       judge_connect("/run/k3s/containerd/containerd.sock", "systemd", 0));
	near("runtime-socket", judge_connect("/run/mysqld/mysqld.sock", "mysqld", 0));
	near("runtime-socket", judge_connect("/var/run/docker.sock", "nc", same));
	/* the daemon's socket under another name, then bound and linked to a third */
	e = judge_connect("/srv/innocent", "dockerd", 0);
	e.connect.asked = STR_LIT("../tmp/mysql.sock");
	disguised("runtime-socket", e);
	e = judge_connect("/run/docker.sock", "systemd", 0);
	e.connect.asked = STR_LIT("x");
	disguised("runtime-socket", e);
	/* a shim's abstract socket */
	disguised("runtime-socket", judge_connect("/containerd-shim/x.sock@", "containerd-shim",
						  WIRE_CONNECT_ABSTRACT));
	/* denied: there is no listener to be asked, and the name asked for counts */
	e = judge_connect("", NULL, 0);
	e.connect.asked = STR_LIT("/var/run/docker.sock");
	e.creds = judge_creds(1000);
	e.blocked = true;
	e.ret = -EACCES;
	disguised("runtime-socket", e);
	/* a datagram socket of that name: whoever bound it, it is not the daemon's */
	pretends("runtime-socket", judge_connect("/run/docker.sock", NULL, 0));
	nothing(__LINE__, judge_connect("/run/docker.sock", NULL, 0));
	/* a process of a container's that calls itself dockerd */
	pretends("runtime-socket", judge_connect("/tmp/x.sock", "dockerd", same));
	/* a command that nobody vouches for */
	e = judge_connect("/tmp/x.sock", "dockerd", 0);
	e.connect.flags = 0;
	pretends("runtime-socket", e);
	/* what the client calls it is not what it is */
	e = judge_connect("/run/mysqld/mysqld.sock", "mysqld", 0);
	e.connect.asked = STR_LIT("/tmp/docker.sock");
	pretends("runtime-socket", e);

	raises("runtime-socket-lookalike", judge_connect("/var/run/docker.sock", "nc", same));
	raises("runtime-socket-lookalike", judge_connect("/run/docker.sock", "dockerd", other));
	near("runtime-socket-lookalike", judge_connect("/run/docker.sock", "dockerd", 0));
	near("runtime-socket-lookalike", judge_connect("/run/x.sock", "nc", same));
	disguised("runtime-socket-lookalike",
		  judge_connect("docker.sock", "dockerd", same | WIRE_CONNECT_ABSTRACT));
}

/* ---- nothing to say -------------------------------------------------------------------------- */

static void test_harmless(void **state)
{
	struct event e;

	(void)state;
	nothing(__LINE__, judge_exec("/bin/busybox", "true"));
	nothing(__LINE__, judge_exec("/bin/busybox", "sh -c ls"));
	nothing(__LINE__, judge_exec("/sbin/ldconfig", "ldconfig -p"));
	nothing(__LINE__, judge_exec("/usr/bin/env", "env apt-get install foo"));
	nothing(__LINE__, writes("/tmp/x"));
	nothing(__LINE__, writes("/var/log/app.log"));
	nothing(__LINE__, reads("/usr/lib/x86_64-linux-gnu/libc.so.6"));
	nothing(__LINE__, judge_open(judge_device("/dev/null", S_IFCHR, 1, 3), O_WRONLY));
	nothing(__LINE__, judge_connect("/run/nscd/socket", "nscd", 0));
	/* context explains later events and is never one itself */
	e = writes("/etc/passwd");
	e.context = true;
	nothing(__LINE__, e);
	e.context = false;
	e.kind = EVENT_EXIT;
	nothing(__LINE__, e);
}

static void test_odd_events(void **state)
{
	struct event e = {.kind = EVENT_OPEN, .creds = judge_creds(0)};
	char spaces[1024] = "";

	(void)state;
	nothing(__LINE__, e); /* no file, no path */
	e = (struct event){.kind = EVENT_EXEC, .creds = judge_creds(0)};
	nothing(__LINE__, e);
	e = (struct event){.kind = EVENT_CONNECT, .creds = judge_creds(0)};
	nothing(__LINE__, e);
	e = (struct event){.kind = EVENT_SETID, .creds = judge_creds(0)};
	nothing(__LINE__, e);
	/* the head of the path is missing */
	nothing(__LINE__,
		judge_open(judge_on(FS_TMPFS, ".../etc/passwd", ".../etc/passwd"), WRITE));
	/* argv of nothing but separators, and more of it than there is room for */
	memset(spaces, ' ', sizeof(spaces) - 1);
	e = judge_exec("/usr/bin/apt-get", spaces);
	raises_too("package-manager", e);
}

static int reset(void **state)
{
	(void)state;
	judge_reset();
	return 0;
}

#define TEST(f) cmocka_unit_test_setup(f, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_etc),		 TEST(test_accounts),
		TEST(test_cron),	 TEST(test_preload),
		TEST(test_profile),	 TEST(test_systemd),
		TEST(test_ssh),		 TEST(test_package_database),
		TEST(test_kernel_knobs), TEST(test_devices),
		TEST(test_host_files),	 TEST(test_secrets),
		TEST(test_packages),	 TEST(test_users),
		TEST(test_where_from),	 TEST(test_setid),
		TEST(test_exec_gains),	 TEST(test_sockets),
		TEST(test_harmless),	 TEST(test_odd_events),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
