/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The detections, in order of precedence: the first that matches is the one that is reported.
 * To add one: an entry here, with the classes of watch_table.c that it is about or a match
 * function, and its cases in tests/unit/rules/test_detections.c, which asks for them. Priorities
 * do not rise from one entry to the next.
 */
#include "rules/facts.h"
#include "rules/rules.h"

#define C(class) (1u << WATCH_C_##class)
#define ON(kind) (1u << EVENT_##kind)
#define MITRE(...)                \
	(const char *const[])     \
	{                         \
		__VA_ARGS__, NULL \
	}

#define NOT_ROOT "run the workload as another user than root (USER in the image, runAsNonRoot)"
#define RO_ROOT	 "a read-only root file system (--read-only, readOnlyRootFilesystem)"

static const struct detection table[] = {
	/* The host is at stake, or whatever runs in the container from now on. */
	{
		.id = "runtime-socket",
		.title = "Container runtime socket connected",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1611", "T1610", "T1609"),
		.advice = "Do not mount the runtime's socket into containers: who can talk to it "
			  "is root on the host; a read-only mount does not help.",
		.summary = "a connection to the Docker, containerd, CRI-O or podman daemon of the "
			   "host, by who listens, whatever the client calls the socket",
		.kinds = ON(CONNECT),
		.match = match_runtime_socket,
	},
	{
		.id = "kernel-knob-escape",
		.title = "Kernel knob that runs host programs written",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1611"),
		.advice = "Do not run privileged: with /proc/sys and /sys read-only, without "
			  "CAP_SYS_ADMIN, or in a user namespace the kernel refuses this.",
		.summary = "core_pattern, modprobe, poweroff_cmd, uevent_helper, release_agent or "
			   "binfmt_misc opened for writing, wherever its file system is mounted",
		.kinds = ON(OPEN),
		.wrote = C(KERNEL_ESCAPE),
	},
	{
		.id = "host-takeover-written",
		.title = "Host system file written through a mount",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1611", "T1543"),
		.advice = "Do not mount system directories of the host; if one is needed, mount it "
			  "read-only, and map root away with a user namespace.",
		.summary = "a host file by which the host is taken over (accounts, cron, ssh, "
			   "systemd, programs, the runtime's and the kubelet's settings) opened "
			   "for writing through a mount, by its path on the host",
		.kinds = ON(OPEN),
		.wrote = C(HOST_TAKEOVER),
	},
	{
		.id = "block-device-opened",
		.title = "Block device opened",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1611", "T1006"),
		.advice = "Do not run privileged nor pass disks in: drop CAP_MKNOD, and the device "
			  "cgroup refuses the disk.",
		.summary = "a disk opened, by its device type and not by its name",
		.kinds = ON(OPEN),
		.wrote = C(BLOCK),
		.read = C(BLOCK),
	},
	{
		.id = "mem-device-opened",
		.title = "Memory of the host opened",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1611"),
		.advice = "Do not run privileged: drop CAP_SYS_RAWIO and CAP_MKNOD, and leave "
			  "/proc/kcore masked.",
		.summary =
			"/dev/mem, /dev/kmem, /dev/port (by device number) or /proc/kcore opened",
		.kinds = ON(OPEN),
		.wrote = C(MEM),
		.read = C(MEM),
	},
	{
		.id = "sysrq-triggered",
		.title = "Magic SysRq triggered",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1529", "T1499"),
		.advice = "Do not run privileged: the runtime keeps /proc/sysrq-trigger read-only "
			  "otherwise.",
		.summary = "/proc/sysrq-trigger opened for writing: it reboots or crashes the host",
		.kinds = ON(OPEN),
		.wrote = C(SYSRQ),
	},
	{
		.id = "exec-memfd",
		.title = "Program run from memory",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1620"),
		.advice =
			"A seccomp profile that refuses memfd_create stops it; a workload that is "
			"not root has less to gain by it.",
		.summary = "a program executed that lies in no file system (memfd)",
		.kinds = ON(EXEC),
		.match = match_exec_memfd,
	},
	{
		.id = "preload-written",
		.title = "ld.so.preload written",
		.priority = PRIORITY_CRITICAL,
		.mitre = MITRE("T1574.006"),
		.advice = "Use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "/etc/ld.so.preload opened for writing: it loads into every program",
		.kinds = ON(OPEN),
		.wrote = C(PRELOAD),
	},

	/* Somebody stays, or becomes more than they were. */
	{
		.id = "authorized-keys-written",
		.title = "SSH authorized keys written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1098.004"),
		.advice = "Containers need no SSH logins: use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "an authorized_keys file opened for writing, anywhere",
		.kinds = ON(OPEN),
		.match = match_authorized_keys,
	},
	{
		.id = "sudoers-written",
		.title = "Sudo rules written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1548.003"),
		.advice = "Leave sudo out of the image; use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "/etc/sudoers, sudoers.d or doas.conf opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(SUDOERS),
	},
	{
		.id = "shadow-written",
		.title = "Password hashes written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1098"),
		.advice = "Use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "/etc/shadow or /etc/gshadow opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(SHADOW),
	},
	{
		.id = "passwd-written",
		.title = "Account database written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1136.001", "T1098"),
		.advice = "Create accounts when the image is built; use " RO_ROOT " or " NOT_ROOT
			  ".",
		.summary = "/etc/passwd or /etc/group opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(PASSWD),
	},
	{
		.id = "cron-written",
		.title = "Cron job written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1053.003"),
		.advice = "Use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "a crontab, /etc/cron.* or /var/spool/cron opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(CRON),
	},
	{
		.id = "systemd-unit-written",
		.title = "Service definition written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1543.002"),
		.advice = "Use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "a systemd unit or an init script opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(SYSTEMD),
	},
	{
		.id = "ssh-config-written",
		.title = "SSH configuration written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1098.004"),
		.advice = "Containers need no SSH server: use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "/etc/ssh or /root/.ssh opened for writing (known_hosts apart)",
		.kinds = ON(OPEN),
		.match = match_ssh_config,
	},
	{
		.id = "profile-written",
		.title = "Shell profile written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1546.004"),
		.advice = "Use " RO_ROOT " or " NOT_ROOT ".",
		.summary =
			"/etc/profile, profile.d, or a .bashrc, .profile or the like in any home "
			"opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(PROFILE),
	},
	{
		.id = "package-database-written",
		.title = "Package database written",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1105", "T1554"),
		.advice = "Install packages when the image is built; use " RO_ROOT " or " NOT_ROOT
			  ".",
		.summary = "the records of dpkg, apk, rpm, pacman or opkg opened for writing, "
			   "whatever the program is called",
		.kinds = ON(OPEN),
		.wrote = C(PKGDB),
	},
	{
		.id = "privilege-suid-exec",
		.title = "Root gained by a SUID program",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1548.001"),
		.advice =
			"no_new_privs (--security-opt no-new-privileges, allowPrivilegeEscalation: "
			"false) makes SUID bits void; remove SUID programs from the image.",
		.summary = "another user became root by executing a SUID program",
		.kinds = ON(EXEC),
		.match = match_suid_exec,
		.any_user = true,
	},
	{
		.id = "privilege-fcaps-exec",
		.title = "Capabilities gained by an executed file",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1548"),
		.advice = "no_new_privs makes file capabilities void; drop all capabilities that "
			  "the workload does not need.",
		.summary = "a program gave its user capabilities that are as good as root",
		.kinds = ON(EXEC),
		.match = match_fcaps_exec,
		.any_user = true,
	},

	/* Programs that have no business in a running container. */
	{
		.id = "package-manager",
		.title = "Package manager run",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1105"),
		.advice = "Install packages when the image is built, and ship an image without a "
			  "package manager; use " RO_ROOT " or " NOT_ROOT ".",
		.summary = "apt, dpkg, apk, dnf, yum, rpm, zypper, pacman, pip, npm, gem or the "
			   "like told to change something",
		.report_exit = true,
		.kinds = ON(EXEC),
		.match = match_package_act,
	},
	{
		.id = "user-added",
		.title = "Account tool run",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1136.001"),
		.advice = "Create accounts when the image is built; use " RO_ROOT " or " NOT_ROOT
			  ".",
		.summary = "useradd, adduser, usermod, groupadd, passwd, chpasswd or the like run, "
			   "also as BusyBox applets",
		.report_exit = true,
		.kinds = ON(EXEC),
		.match = match_user_tool,
	},
	{
		.id = "exec-tmp",
		.title = "Program run from a temporary directory",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1105", "T1059"),
		.advice = "Mount /tmp, /var/tmp and /dev/shm with noexec (a tmpfs mount of the "
			  "runtime has it; /dev has not).",
		.summary =
			"a program in /tmp, /var/tmp or on any tmpfs (/dev, /dev/shm) executed; a "
			"script, or what a dynamic loader is told to run, by the name it was "
			"asked by",
		.kinds = ON(EXEC),
		.match = match_exec_tmp,
	},
	{
		.id = "exec-upper-layer",
		.title = "Program run that is not part of the image",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1105"),
		.advice = "With " RO_ROOT " nothing can be dropped; or " NOT_ROOT ".",
		.summary =
			"a program executed from the container's writable layer (on overlay root "
			"file systems; others have no such layer); of a script its interpreter counts",
		.kinds = ON(EXEC),
		.match = match_exec_upper,
	},
	{
		.id = "exec-deleted",
		.title = "Deleted program run",
		.priority = PRIORITY_ERROR,
		.mitre = MITRE("T1070.004"),
		.advice = "Use " RO_ROOT " and noexec on what stays writable.",
		.summary = "a program executed whose file was already unlinked",
		.kinds = ON(EXEC),
		.match = match_exec_deleted,
	},

	/* Changes and reads that can have a good reason. */
	{
		.id = "host-file-written",
		.title = "Host file written through a mount",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1611"),
		.advice = "Mount host directories read-only, or use a named volume; a user "
			  "namespace keeps root here from being root there.",
		.summary = "a file that the host's own mounts show, that was bound in or lies "
			   "on a disk, opened for writing (not the runtime's own volumes)",
		.kinds = ON(OPEN),
		.wrote = C(HOST),
	},
	{
		.id = "etc-written",
		.title = "File below /etc written",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1565.001"),
		.advice = "Configure when the image is built or through mounts; use " RO_ROOT
			  " or " NOT_ROOT ".",
		.summary = "anything below /etc opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(ETC),
	},
	{
		.id = "kernel-knob-written",
		.title = "Kernel setting written",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1562"),
		.advice = "Do not run privileged: /proc/sys and /sys are read-only otherwise; set "
			  "sysctls through the runtime.",
		.summary =
			"anything else of /proc/sys, /sys, debugfs, tracefs or a cgroup's device "
			"rules opened for writing",
		.kinds = ON(OPEN),
		.wrote = C(KERNEL),
	},
	{
		.id = "privilege-setuid",
		.title = "Root gained by a system call",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1548"),
		.advice =
			"no_new_privs and dropping CAP_SETUID stop it: a process that is not root "
			"then has no way to become it.",
		.summary =
			"setuid, setreuid, setresuid or setfsuid made root of a process whose real "
			"user was another",
		.kinds = ON(SETID),
		.match = match_setid_raise,
		.any_user = true,
	},
	{
		.id = "shadow-read",
		.title = "Password hashes read",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1003.008"),
		.advice = "Run as another user than root, who cannot read them; leave password "
			  "hashes out of the image.",
		.summary = "/etc/shadow or /etc/gshadow, the container's or the host's, opened for "
			   "reading",
		.kinds = ON(OPEN),
		.read = C(SHADOW),
	},
	{
		.id = "private-key-read",
		.title = "Private key read",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1552.004"),
		.advice = "Mount only the keys that the workload needs, readable for its own user, "
			  "and run it as that user.",
		.summary = "an SSH or TLS private key opened for reading, by its name or its "
			   "directory",
		.kinds = ON(OPEN),
		.read = C(PRIVATE_KEY),
	},
	{
		.id = "token-read",
		.title = "Access token read",
		.priority = PRIORITY_WARNING,
		.mitre = MITRE("T1528", "T1552.001"),
		.advice = "Set automountServiceAccountToken: false where the API is not used, and "
			  "keep cloud credentials out of containers.",
		.summary = "a Kubernetes service-account token or cloud, registry, git or database "
			   "credentials opened for reading",
		.kinds = ON(OPEN),
		.read = C(TOKEN),
	},
	{
		.id = "dotenv-read",
		.title = "Environment file with secrets read",
		.priority = PRIORITY_NOTICE,
		.mitre = MITRE("T1552.001"),
		.advice = "Keep .env files out of images; hand secrets over as mounted files that "
			  "only the workload's user can read.",
		.summary = "a .env file opened for reading",
		.kinds = ON(OPEN),
		.read = C(DOTENV),
	},
	{
		.id = "privilege-sgid-exec",
		.title = "Group root gained by a SGID program",
		.priority = PRIORITY_NOTICE,
		.mitre = MITRE("T1548.001"),
		.advice = "no_new_privs makes SGID bits void; remove SGID programs from the image.",
		.summary = "another user's group became root by executing a SGID program",
		.kinds = ON(EXEC),
		.match = match_sgid_exec,
		.any_user = true,
	},

	/* Good to know. */
	{
		.id = "package-manager-query",
		.title = "Package manager asked",
		.priority = PRIORITY_INFORMATIONAL,
		.mitre = MITRE("T1518"),
		.advice = "An image without a package manager has none to ask.",
		.summary = "a package manager that only lists, searches or prints its version",
		.kinds = ON(EXEC),
		.match = match_package_query,
	},
	{
		.id = "privilege-fcaps-minor",
		.title = "Minor capability gained by an executed file",
		.priority = PRIORITY_INFORMATIONAL,
		.mitre = MITRE("T1548"),
		.advice = "Nothing to do: this is how a program that needs one capability should "
			  "get it.",
		.summary =
			"a program gave its user a capability that does not lead to root, such as "
			"binding low ports",
		.kinds = ON(EXEC),
		.match = match_fcaps_minor,
		.any_user = true,
	},
	{
		.id = "privilege-regained",
		.title = "Root taken back",
		.priority = PRIORITY_INFORMATIONAL,
		.mitre = MITRE("T1548"),
		.advice = "A daemon that gives root up for good, with setresuid, cannot be made to "
			  "take it back.",
		.summary =
			"a process of root that had set its effective user aside became root again",
		.kinds = ON(SETID),
		.match = match_setid_regain,
	},
	{
		.id = "runtime-socket-lookalike",
		.title = "Socket with a runtime's name connected",
		.priority = PRIORITY_INFORMATIONAL,
		.mitre = MITRE("T1036.005"),
		.advice = "Nothing to do on this host's account: a process in a container listens "
			  "there, not the host's daemon.",
		.summary =
			"a connection to a socket that is merely called docker.sock or the like: "
			"the listener is in a container, and not the host's daemon",
		.kinds = ON(CONNECT),
		.match = match_runtime_lookalike,
	},
};

const struct detection *detection_table(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
