/* SPDX-License-Identifier: Apache-2.0 */
/* What they raise of programs executed and of changed credentials. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "rules/build.h"
#include "rules/detected.h"
#include "rules/shipped.h"

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
	disguised("package-manager",
		  judge_script("/usr/libexec/platform-python3.6", "/usr/bin/dnf",
			       "/usr/libexec/platform-python -s /usr/bin/dnf install foo"));
	disguised("package-manager", judge_script("/usr/bin/python3.6m", "/usr/bin/yum",
						  "/usr/bin/python3.6m /usr/bin/yum install foo"));
	/* of another machine: binfmt_misc, with its argv[0] and without; and a script there */
	disguised(
		"package-manager",
		judge_script("/usr/bin/qemu-aarch64-static", "/usr/bin/apt-get",
			     "/usr/bin/qemu-aarch64-static /usr/bin/apt-get apt-get install foo"));
	disguised("package-manager",
		  judge_script("/usr/bin/qemu-aarch64-static", "/usr/bin/apt-get",
			       "/usr/bin/qemu-aarch64-static /usr/bin/apt-get install foo"));
	disguised(
		"package-manager",
		judge_script(
			"/usr/bin/qemu-aarch64-static", "/bin/bash",
			"/usr/bin/qemu-aarch64-static /bin/bash bash /usr/bin/apt-get install foo"));
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
	/* by that uid alone, which moves it into the saved one */
	c = e.prev;
	e.prev = e.creds;
	e.creds = c;
	near("privilege-setuid", e);
	e.creds.suid = 100000;
	disguised("privilege-setuid", e);
	e.creds.suid = 101001;
	near("privilege-setuid", e);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		DETECTION(test_packages), DETECTION(test_users),      DETECTION(test_where_from),
		DETECTION(test_setid),	  DETECTION(test_exec_gains),
	};

	return cmocka_run_group_tests(tests, shipped_load, shipped_free);
}
