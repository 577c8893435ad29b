/* SPDX-License-Identifier: Apache-2.0 */
/* What they raise of files opened for writing: below /etc and the like, of the kernel, of the host;
 * of devices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "rules/build.h"
#include "rules/detected.h"
#include "rules/shipped.h"

/* What the tests of the classes of written files have in common. */
static void written(const char *id, const char *path, const char *near_path)
{
	struct event e;
	char elsewhere[256];

	raises(id, judge_writes(path));
	raises(id, judge_open(judge_file(path), O_RDWR | O_APPEND));
	near(id, judge_writes(near_path));
	near(id, judge_open(judge_file(path), O_RDONLY | O_DIRECTORY));
	/* Through a bind mount of its directory. */
	disguised(id, judge_open(judge_moved("/tmp/x/file", path), WRITE));
	/* On a tmpfs mounted elsewhere the same path is another place. */
	snprintf(elsewhere, sizeof(elsewhere), "/tmp/x%s", path);
	if (strncmp(path, "/etc/", 5) == 0)
		pretends(id, judge_open(judge_on(FS_TMPFS, elsewhere, path), WRITE));
	/* Denied counts, whoever it was. */
	disguised(id, judge_denied(path, WRITE));
	/* Another user's success does not. */
	e = judge_writes(path);
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
	raises_too("etc-written", judge_writes("/etc/passwd"));
	/* A file that the runtime bound there is below /etc for all that the container sees. */
	disguised("etc-written",
		  judge_open(judge_bound("/etc/hosts", "/var/lib/docker/containers/x/hosts"),
			     WRITE));
	nothing(judge_reads("/etc/passwd"));
	nothing(judge_reads("/etc/ld.so.cache"));
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
	near("ssh-config-written", judge_writes("/root/.ssh/known_hosts"));
	disguised("ssh-config-written",
		  judge_open(judge_moved("/tmp/known_hosts", "/etc/ssh/sshd_config"), WRITE));
	near("ssh-config-written", judge_writes("/root/.ssh/authorized_keys"));
	written("authorized-keys-written", "/home/me/.ssh/authorized_keys",
		"/home/me/.ssh/authorized_keys.txt");
	near("authorized-keys-written", judge_writes("/etc/ssh/sshd_config"));
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
	nothing(judge_writes("/var/lib/apt/lists/lock"));
}

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
	pretends("kernel-knob-escape", judge_writes("/tmp/release_agent"));

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
	pretends("kernel-knob-written", judge_writes("/tmp/devices.allow"));

	raises("sysrq-triggered",
	       judge_open(judge_on(FS_PROC, "/proc/sysrq-trigger", "/sysrq-trigger"), O_WRONLY));
	near("sysrq-triggered", judge_writes("/tmp/sysrq-trigger"));
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
	pretends("block-device-opened", judge_writes("/dev/sda"));

	raises("mem-device-opened", judge_open(judge_device("/dev/mem", S_IFCHR, 1, 1), O_RDONLY));
	raises("mem-device-opened",
	       judge_open(judge_on(FS_PROC, "/proc/kcore", "/kcore"), O_RDONLY));
	near("mem-device-opened", judge_open(judge_device("/dev/zero", S_IFCHR, 1, 5), O_RDONLY));
	disguised("mem-device-opened", judge_open(judge_device("/tmp/x", S_IFCHR, 1, 4), O_RDWR));
	pretends("mem-device-opened", judge_writes("/dev/mem"));
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
	near("host-file-written", judge_writes("/data/x"));
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
	pretends("host-takeover-written", judge_writes("/host/etc/cron.d/x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DETECTION(test_etc),	      DETECTION(test_accounts),
		DETECTION(test_cron),	      DETECTION(test_preload),
		DETECTION(test_profile),      DETECTION(test_systemd),
		DETECTION(test_ssh),	      DETECTION(test_package_database),
		DETECTION(test_kernel_knobs), DETECTION(test_devices),
		DETECTION(test_host_files),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
