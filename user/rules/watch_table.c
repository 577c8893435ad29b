/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of paths and names that matter. Bounds of the kernel's prefilter: names of at most 31
 * bytes, suffixes of at most 8 bytes and at most 8 of them, at most 8 devices; of a path the
 * first 4 components count there (user space judges the rest).
 *
 * Reads are narrow on purpose: whatever is listed here for reading is sent to user space each
 * time that root in a container opens it.
 */
#include "rules/watch.h"

#define R  WATCH_READ
#define W  WATCH_WRITE
#define RW (WATCH_READ | WATCH_WRITE)

#define PATH(p, access, class)                            \
	{                                                 \
		WATCH_PATH, p, access, WATCH_C_##class, 0 \
	}
#define NAME(n, access, class)                            \
	{                                                 \
		WATCH_NAME, n, access, WATCH_C_##class, 0 \
	}
#define SUFFIX(s, access, class)                            \
	{                                                   \
		WATCH_SUFFIX, s, access, WATCH_C_##class, 0 \
	}
#define HOST(p, access, class)                            \
	{                                                 \
		WATCH_HOST, p, access, WATCH_C_##class, 0 \
	}
#define URGENT(scope, p, access, class)                      \
	{                                                    \
		WATCH_##scope, p, access, WATCH_C_##class, 1 \
	}
#define SOCKET(name)                                                  \
	{                                                             \
		WATCH_SOCKET, name, WATCH_CONNECT, WATCH_C_RUNTIME, 1 \
	}
#define LISTENER(comm)                                                  \
	{                                                               \
		WATCH_LISTENER, comm, WATCH_CONNECT, WATCH_C_RUNTIME, 1 \
	}
#define TAKEOVER(p) URGENT(HOST, p, W, HOST_TAKEOVER)
#define MANAGED(p)  HOST(p, W, HOST_MANAGED)

static const struct watch table[] = {
	/* Configuration of the system. */
	PATH("/etc", W, ETC),

	/* Accounts. The "+" names are what the account tools write before they rename. */
	PATH("/etc/passwd", W, PASSWD),
	PATH("/etc/passwd+", W, PASSWD),
	PATH("/etc/group", W, PASSWD),
	PATH("/etc/group+", W, PASSWD),
	PATH("/etc/shadow", RW, SHADOW),
	PATH("/etc/shadow+", RW, SHADOW),
	PATH("/etc/shadow-", R, SHADOW),
	PATH("/etc/gshadow", RW, SHADOW),
	PATH("/etc/gshadow+", RW, SHADOW),
	PATH("/etc/gshadow-", R, SHADOW),
	PATH("/etc/security/opasswd", R, SHADOW),
	PATH("/etc/sudoers", W, SUDOERS),
	PATH("/etc/sudoers.d", W, SUDOERS),
	PATH("/etc/sudoers.tmp", W, SUDOERS),
	PATH("/etc/doas.conf", W, SUDOERS),
	PATH("/etc/doas.d", W, SUDOERS),

	/* What runs later, or with every program. */
	PATH("/etc/crontab", W, CRON),
	PATH("/etc/cron.d", W, CRON),
	PATH("/etc/cron.hourly", W, CRON),
	PATH("/etc/cron.daily", W, CRON),
	PATH("/etc/cron.weekly", W, CRON),
	PATH("/etc/cron.monthly", W, CRON),
	PATH("/etc/cron.yearly", W, CRON),
	PATH("/etc/cron.allow", W, CRON),
	PATH("/etc/cron.deny", W, CRON),
	PATH("/etc/crontabs", W, CRON),
	PATH("/etc/anacrontab", W, CRON),
	PATH("/etc/periodic", W, CRON),
	PATH("/var/spool/cron", W, CRON),
	PATH("/var/spool/at", W, CRON),
	URGENT(PATH, "/etc/ld.so.preload", W, PRELOAD),
	PATH("/etc/profile", W, PROFILE),
	PATH("/etc/profile.d", W, PROFILE),
	PATH("/etc/bash.bashrc", W, PROFILE),
	PATH("/etc/bashrc", W, PROFILE),
	PATH("/etc/zsh", W, PROFILE),
	PATH("/etc/zshrc", W, PROFILE),
	PATH("/etc/zshenv", W, PROFILE),
	PATH("/etc/environment", W, PROFILE),
	NAME(".profile", W, PROFILE),
	NAME(".bashrc", W, PROFILE),
	NAME(".bash_profile", W, PROFILE),
	NAME(".bash_login", W, PROFILE),
	NAME(".bash_logout", W, PROFILE),
	NAME(".zshrc", W, PROFILE),
	NAME(".zshenv", W, PROFILE),
	NAME(".zprofile", W, PROFILE),
	NAME(".zlogin", W, PROFILE),
	NAME("config.fish", W, PROFILE),
	PATH("/etc/systemd", W, SYSTEMD),
	PATH("/run/systemd/system", W, SYSTEMD),
	PATH("/run/systemd/generator", W, SYSTEMD),
	PATH("/usr/lib/systemd", W, SYSTEMD),
	PATH("/usr/local/lib/systemd", W, SYSTEMD),
	PATH("/lib/systemd", W, SYSTEMD),
	PATH("/root/.config/systemd", W, SYSTEMD),
	PATH("/etc/init.d", W, SYSTEMD),
	PATH("/etc/inittab", W, SYSTEMD),
	PATH("/etc/rc.local", W, SYSTEMD),
	PATH("/etc/rc.d", W, SYSTEMD),

	/* Who may log in. */
	PATH("/etc/ssh", W, SSH),
	PATH("/root/.ssh", W, SSH),
	NAME("authorized_keys", W, SSH),
	NAME("authorized_keys2", W, SSH),

	/*
	 * Package databases: what is written when a package goes in or out. Not locks, caches or
	 * lists of what could be installed (/var/lib/apt/lists), not dpkg's alternatives.
	 */
	PATH("/var/lib/dpkg/status", W, PKGDB),
	PATH("/var/lib/dpkg/status-new", W, PKGDB),
	PATH("/var/lib/dpkg/status.d", W, PKGDB),
	PATH("/var/lib/dpkg/info", W, PKGDB),
	PATH("/var/lib/dpkg/updates", W, PKGDB),
	PATH("/lib/apk/db", W, PKGDB),
	PATH("/usr/lib/apk/db", W, PKGDB),
	PATH("/var/lib/rpm", W, PKGDB),
	PATH("/usr/lib/sysimage/rpm", W, PKGDB),
	PATH("/usr/share/rpm", W, PKGDB),
	PATH("/var/lib/pacman/local", W, PKGDB),
	PATH("/usr/lib/opkg/status", W, PKGDB),
	PATH("/usr/lib/opkg/info", W, PKGDB),
	PATH("/var/lib/opkg/status", W, PKGDB),
	PATH("/var/lib/opkg/info", W, PKGDB),
	PATH("/var/db/pkg", W, PKGDB),

	/* Secrets. */
	PATH("/etc/ssl/private", R, PRIVATE_KEY),
	PATH("/etc/pki/tls/private", R, PRIVATE_KEY),
	PATH("/etc/letsencrypt/archive", R, PRIVATE_KEY),
	PATH("/etc/letsencrypt/keys", R, PRIVATE_KEY),
	NAME("id_rsa", R, PRIVATE_KEY),
	NAME("id_dsa", R, PRIVATE_KEY),
	NAME("id_ecdsa", R, PRIVATE_KEY),
	NAME("id_ecdsa_sk", R, PRIVATE_KEY),
	NAME("id_ed25519", R, PRIVATE_KEY),
	NAME("id_ed25519_sk", R, PRIVATE_KEY),
	NAME("ssh_host_rsa_key", R, PRIVATE_KEY),
	NAME("ssh_host_dsa_key", R, PRIVATE_KEY),
	NAME("ssh_host_ecdsa_key", R, PRIVATE_KEY),
	NAME("ssh_host_ed25519_key", R, PRIVATE_KEY),
	NAME("privkey.pem", R, PRIVATE_KEY),
	NAME("private.pem", R, PRIVATE_KEY),
	NAME("key.pem", R, PRIVATE_KEY),
	SUFFIX(".key", R, PRIVATE_KEY),
	SUFFIX("-key.pem", R, PRIVATE_KEY),
	SUFFIX("_key.pem", R, PRIVATE_KEY),
	SUFFIX(".p12", R, PRIVATE_KEY),
	SUFFIX(".pfx", R, PRIVATE_KEY),
	SUFFIX(".ppk", R, PRIVATE_KEY),
	PATH("/run/secrets/kubernetes.io", R, TOKEN),
	PATH("/var/run/secrets/kubernetes.io", R, TOKEN),
	PATH("/run/secrets/eks.amazonaws.com", R, TOKEN),
	PATH("/var/run/secrets/eks.amazonaws.com", R, TOKEN),
	PATH("/run/secrets/azure/tokens", R, TOKEN),
	PATH("/var/run/secrets/azure/tokens", R, TOKEN),
	PATH("/root/.kube/config", R, TOKEN),
	PATH("/root/.docker/config.json", R, TOKEN),
	PATH("/root/.config/gcloud", R, TOKEN),
	PATH("/root/.azure", R, TOKEN),
	NAME("kubeconfig", R, TOKEN),
	NAME("credentials", R, TOKEN), /* .aws, .cargo, .gem */
	NAME("credentials.json", R, TOKEN),
	NAME("credentials.db", R, TOKEN),	 /* gcloud */
	NAME("access_tokens.db", R, TOKEN),	 /* gcloud */
	NAME("msal_token_cache.json", R, TOKEN), /* azure */
	NAME("accessTokens.json", R, TOKEN),	 /* azure, before 2.30 */
	NAME(".git-credentials", R, TOKEN),
	NAME(".netrc", R, TOKEN),
	NAME(".pgpass", R, TOKEN),
	NAME(".my.cnf", R, TOKEN),
	NAME(".pypirc", R, TOKEN),
	NAME(".dockercfg", R, TOKEN),
	NAME(".vault-token", R, TOKEN),
	NAME(".env", R, DOTENV),
	NAME(".env.local", R, DOTENV),
	NAME(".env.production", R, DOTENV),
	NAME(".env.prod", R, DOTENV),
	NAME(".env.staging", R, DOTENV),
	NAME(".env.development", R, DOTENV),

	/* The kernel's own files, by the file system that they are in. */
	{WATCH_PROC, "/sys", W, WATCH_C_KERNEL, 0},
	{WATCH_PROC, "/irq", W, WATCH_C_KERNEL, 0},
	{WATCH_PROC, "/bus", W, WATCH_C_KERNEL, 0},
	{WATCH_PROC, "/acpi", W, WATCH_C_KERNEL, 0},
	{WATCH_PROC, "/mtrr", W, WATCH_C_KERNEL, 0},
	URGENT(PROC, "/sys/kernel/core_pattern", W, KERNEL_ESCAPE),
	URGENT(PROC, "/sys/kernel/modprobe", W, KERNEL_ESCAPE),
	URGENT(PROC, "/sys/kernel/hotplug", W, KERNEL_ESCAPE),
	URGENT(PROC, "/sys/kernel/poweroff_cmd", W, KERNEL_ESCAPE),
	URGENT(PROC, "/sysrq-trigger", W, SYSRQ),
	URGENT(PROC, "/kcore", RW, MEM),
	{WATCH_SYSFS, "", W, WATCH_C_KERNEL, 0},
	URGENT(SYSFS, "/kernel/uevent_helper", W, KERNEL_ESCAPE),
	URGENT(CGROUP, "/release_agent", W, KERNEL_ESCAPE),
	URGENT(NAME, "release_agent", W, KERNEL_ESCAPE),
	NAME("notify_on_release", W, KERNEL),
	NAME("devices.allow", W, KERNEL),
	{WATCH_KERNFS, "", W, WATCH_C_KERNEL, 0},
	/* binfmt_misc: an interpreter registered here runs for the host's programs too */
	URGENT(KERNFS, "/register", W, KERNEL_ESCAPE),

	/* Devices; by path only where the open was denied, so that the device is not known. */
	URGENT(BLOCK, "", RW, BLOCK),
	URGENT(CHAR, "1:1", RW, MEM), /* /dev/mem */
	URGENT(CHAR, "1:2", RW, MEM), /* /dev/kmem */
	URGENT(CHAR, "1:4", RW, MEM), /* /dev/port */
	URGENT(PATH, "/dev/mem", RW, MEM),
	URGENT(PATH, "/dev/kmem", RW, MEM),
	URGENT(PATH, "/dev/port", RW, MEM),
	URGENT(PATH, "/dev/sda", RW, BLOCK),
	URGENT(PATH, "/dev/sda1", RW, BLOCK),
	URGENT(PATH, "/dev/sdb", RW, BLOCK),
	URGENT(PATH, "/dev/vda", RW, BLOCK),
	URGENT(PATH, "/dev/vda1", RW, BLOCK),
	URGENT(PATH, "/dev/vdb", RW, BLOCK),
	URGENT(PATH, "/dev/xvda", RW, BLOCK),
	URGENT(PATH, "/dev/xvda1", RW, BLOCK),
	URGENT(PATH, "/dev/nvme0n1", RW, BLOCK),
	URGENT(PATH, "/dev/nvme0n1p1", RW, BLOCK),
	URGENT(PATH, "/dev/mmcblk0", RW, BLOCK),
	URGENT(PATH, "/dev/dm-0", RW, BLOCK),
	URGENT(PATH, "/dev/loop0", RW, BLOCK),
	URGENT(PATH, "/dev/mapper", RW, BLOCK),
	URGENT(PATH, "/dev/disk", RW, BLOCK),

	/*
	 * The host's files, by their path on the host. The kernel's prefilter knows the path
	 * inside their superblock only, which is shorter where the host has /var or /run on a file
	 * system of its own; it lets every write through a bind mount pass, so that of these
	 * entries only those for reading and the MANAGED ones have to match it, too.
	 */
	HOST("", W, HOST),
	HOST("/etc/shadow", R, SHADOW),
	HOST("/etc/gshadow", R, SHADOW),
	TAKEOVER("/etc/passwd"),
	TAKEOVER("/etc/group"),
	TAKEOVER("/etc/shadow"),
	TAKEOVER("/etc/gshadow"),
	TAKEOVER("/etc/sudoers"),
	TAKEOVER("/etc/sudoers.d"),
	TAKEOVER("/etc/pam.d"),
	TAKEOVER("/etc/crontab"),
	TAKEOVER("/etc/cron.d"),
	TAKEOVER("/etc/cron.hourly"),
	TAKEOVER("/etc/cron.daily"),
	TAKEOVER("/etc/cron.weekly"),
	TAKEOVER("/etc/cron.monthly"),
	TAKEOVER("/etc/ld.so.preload"),
	TAKEOVER("/etc/ld.so.conf.d"),
	TAKEOVER("/etc/ssh"),
	TAKEOVER("/etc/systemd"),
	TAKEOVER("/etc/init.d"),
	TAKEOVER("/etc/rc.local"),
	TAKEOVER("/etc/profile"),
	TAKEOVER("/etc/profile.d"),
	TAKEOVER("/etc/bash.bashrc"),
	TAKEOVER("/etc/udev"),
	TAKEOVER("/etc/modprobe.d"),
	TAKEOVER("/etc/docker"),
	TAKEOVER("/etc/containerd"),
	TAKEOVER("/etc/crio"),
	TAKEOVER("/etc/cni"),
	TAKEOVER("/etc/kubernetes"),
	TAKEOVER("/root/.ssh"),
	TAKEOVER("/root/.bashrc"),
	TAKEOVER("/root/.profile"),
	TAKEOVER("/root/.bash_profile"),
	TAKEOVER("/bin"),
	TAKEOVER("/sbin"),
	TAKEOVER("/boot"),
	TAKEOVER("/lib/modules"),
	TAKEOVER("/lib/systemd"),
	TAKEOVER("/usr/bin"),
	TAKEOVER("/usr/sbin"),
	TAKEOVER("/usr/lib"),
	TAKEOVER("/usr/local/bin"),
	TAKEOVER("/usr/local/sbin"),
	TAKEOVER("/opt/cni"),
	TAKEOVER("/var/spool/cron"),
	TAKEOVER("/spool/cron"), /* where /var is a file system of its own, hostpath unknown */
	TAKEOVER("/var/lib/docker"),
	TAKEOVER("/var/lib/containers"),
	TAKEOVER("/var/lib/kubelet"),
	TAKEOVER("/var/lib/rancher"),

	/*
	 * What the runtimes themselves mount into containers: root file systems, a build's cache,
	 * named volumes, resolv.conf and hosts, /dev/shm, pods' empty directories, the volumes that
	 * a CSI driver mounts. watch.c knows their shapes as well, for data directories elsewhere.
	 * A container that got the whole of /var/lib/docker can write to other containers' volumes
	 * and layers there without an alert: the object alone does not tell whose it is.
	 */
	MANAGED("/var/lib/docker/volumes"),
	MANAGED("/var/lib/docker/containers"),
	MANAGED("/var/lib/docker/overlay2"),
	MANAGED("/var/lib/docker/fuse-overlayfs"),
	MANAGED("/var/lib/docker/btrfs"),
	MANAGED("/var/lib/docker/zfs"),
	MANAGED("/var/lib/docker/vfs"),
	MANAGED("/var/lib/docker/rootfs"),
	MANAGED("/var/lib/containers/storage"),
	MANAGED("/var/lib/containerd"),
	MANAGED("/run/containerd"),
	MANAGED("/run/k3s/containerd"),
	MANAGED("/containerd/io.containerd.grpc.v1.cri"), /* /run is a tmpfs */
	MANAGED("/var/lib/nerdctl"),
	MANAGED("/run/containers/storage"),
	MANAGED("/containers/storage/overlay-containers"), /* in the tmpfs of /run */
	MANAGED("/var/lib/kubelet/pods"),
	MANAGED("/var/lib/kubelet/plugins"),
	MANAGED("/lib/kubelet/pods"), /* where /var is a file system of its own */
	MANAGED("/kubelet/pods"),     /* where /var/lib is */

	/*
	 * The runtimes' APIs. A listener's command counts outside of containers only; a socket that
	 * systemd opened for one of them is known by its name.
	 */
	SOCKET("docker.sock"),
	SOCKET("docker.raw.sock"),
	SOCKET("containerd.sock"),
	SOCKET("containerd.sock.ttrpc"),
	SOCKET("cri-containerd.sock"),
	SOCKET("crio.sock"),
	SOCKET("podman.sock"),
	SOCKET("cri-dockerd.sock"),
	SOCKET("dockershim.sock"),
	SOCKET("buildkitd.sock"),
	SOCKET("frakti.sock"),
	LISTENER("dockerd"),
	LISTENER("containerd"),
	LISTENER("containerd-shim"),
	LISTENER("crio"),
	LISTENER("podman"),
	LISTENER("buildkitd"),
	LISTENER("cri-dockerd"),
	LISTENER("lxd"),
	LISTENER("incusd"),
};

const struct watch *watch_table(size_t *n)
{
	*n = sizeof(table) / sizeof(table[0]);
	return table;
}
