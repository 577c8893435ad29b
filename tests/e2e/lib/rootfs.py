# SPDX-License-Identifier: Apache-2.0
"""A small root filesystem: BusyBox, the trigger programs, and the files that attacks aim at."""

import os
import shutil
import struct
import subprocess

import clean
from detector import TOP

TRIGGERS = os.environ.get("TRIGGERS", TOP + "/build/tests/trigger")
USER = 1000

# Stand-ins for programs that a detection knows by name: each is act_id under another name.
STAND_INS = """
/usr/bin/apt /usr/bin/apt-get /usr/bin/dpkg /sbin/apk /usr/bin/dnf /usr/bin/yum
/usr/bin/microdnf /usr/bin/rpm /usr/bin/zypper /usr/bin/pacman /usr/bin/pip /usr/bin/pip3
/usr/bin/npm /usr/bin/gem /usr/bin/python3 /usr/sbin/useradd /usr/sbin/adduser /usr/bin/mytool
/usr/sbin/usermod
""".split() + ["/tools/" + name for name in """
amicontained cargo cdk chisel chmod crontab curl debugfs gcc insmod kmod kubectl mknod modprobe nc nmap
nsenter setcap socat ssh unshare x86_64-linux-gnu-gcc-12 xmrig
""".split()]

FILES = {
    "/etc/passwd": (0o644, "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"),
    "/etc/group": (0o644, "root:x:0:\nuser:x:1000:\n"),
    "/etc/shadow": (0o640, "root:*:19000:0:99999:7:::\n"),
    "/etc/gshadow": (0o640, "root:*::\n"),
    "/etc/sudoers": (0o440, "root ALL=(ALL) ALL\n"),
    "/etc/sudoers.d/README": (0o440, "#\n"),
    "/etc/crontab": (0o644, "#\n"),
    "/etc/cron.d/.placeholder": (0o644, ""),
    "/etc/ssh/sshd_config": (0o644, "#\n"),
    "/etc/profile": (0o644, "#\n"),
    "/etc/hosts": (0o644, "127.0.0.1 localhost\n"),
    "/etc/hostname": (0o644, "rootwatch-e2e\n"),
    "/etc/resolv.conf": (0o644, ""),
    "/etc/motd": (0o644, "hello\n"),
    "/etc/systemd/system/.placeholder": (0o644, ""),
    "/etc/ssl/private/server.key": (0o600, "not a key\n"),
    "/root/.ssh/id_rsa": (0o600, "not a key\n"),
    "/root/notes.txt": (0o644, "notes\n"),
    "/app/.env": (0o644, "A=1\n"),
    "/app/data.txt": (0o644, "data\n"),
    "/app/database.yml": (0o600, "a: b\n"),
    "/root/.mylogin.cnf": (0o600, "not a login\n"),
    "/usr/local/bin/again.sh": (0o755, "#!/proc/self/exe\n"),
    "/var/lib/dpkg/status": (0o644, ""),
    "/lib/apk/db/installed": (0o644, ""),
    "/var/lib/rpm/rpmdb.sqlite": (0o644, ""),
    "/var/run/secrets/kubernetes.io/serviceaccount/token": (0o644, "not a token\n"),
    "/usr/local/bin/input.sh": (0o644, "exec /usr/bin/mytool one\n"),
    "/usr/local/bin/script.sh": (0o755, "#!/bin/act_id one\n"),
    "/home/user/own.txt": (0o644, "own\n"),
}

FOLDERS = """
/bin /sbin /usr/bin /usr/sbin /usr/local/bin /proc /sys /dev /mnt /data /run /var/log /opt /home
/cg /tools /trace /home/user/.config /var/spool/cron/crontabs /etc/profile.d
""".split()


def _file_caps(*numbers):
    """security.capability, revision 2, effective: see capabilities(7)."""
    mask = sum(1 << n for n in numbers)
    return struct.pack("<5I", 0x02000001, mask & 0xffffffff, 0, mask >> 32, 0)


CAP_SETGID, CAP_SETUID, CAP_NET_RAW = 6, 7, 13


def build(owner=0):
    """Makes it (once for each owner, the host's uid of its root) and gives its folder."""
    top = clean.work_dir() + (f"/rootfs-{owner}" if owner else "/rootfs")
    if os.path.isdir(top):
        return top
    if not os.path.exists(TRIGGERS + "/act_id"):
        raise AssertionError(f"no trigger programs in {TRIGGERS}: make e2e-programs")
    part = top + ".part"
    for folder in FOLDERS:
        os.makedirs(part + folder, mode=0o755, exist_ok=True)
    for folder in ("/tmp", "/var/tmp"):
        os.makedirs(part + folder, exist_ok=True)
        os.chmod(part + folder, 0o1777)
    for path, (mode, text) in FILES.items():
        os.makedirs(os.path.dirname(part + path), mode=0o755, exist_ok=True)
        with open(part + path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(part + path, mode)
    busybox = shutil.which("busybox") or "/bin/busybox"
    shutil.copy(busybox, part + "/bin/busybox")
    applets = subprocess.run([busybox, "--list"], capture_output=True, text=True, check=True)
    for applet in applets.stdout.split():
        if applet not in ("busybox", "dpkg", "rpm", "adduser", "addgroup"):
            os.symlink("busybox", f"{part}/bin/{applet}")
    for name in sorted(os.listdir(TRIGGERS)):
        if name.startswith("act_") and not name.endswith(".d"):
            shutil.copy(f"{TRIGGERS}/{name}", f"{part}/bin/{name}")
    for path in STAND_INS:
        shutil.copy(f"{TRIGGERS}/act_id", part + path)
    for name in ("suid", "sgid", "fcap", "fcap_setuid"):
        shutil.copy(f"{TRIGGERS}/act_id", f"{part}/usr/bin/{name}")
    for name in ("suid_setid", "fcap_setgid"):
        shutil.copy(f"{TRIGGERS}/act_setid", f"{part}/usr/bin/{name}")
    if owner:
        for folder, folders, files in os.walk(part):
            for name in folders + files:
                os.chown(f"{folder}/{name}", owner, owner, follow_symlinks=False)
        os.chown(part, owner, owner)
    for name, mode in (("suid", 0o4755), ("sgid", 0o2755), ("suid_setid", 0o4755)):
        os.chmod(f"{part}/usr/bin/{name}", mode)
    if not owner:
        for name, number in (("fcap", CAP_NET_RAW), ("fcap_setuid", CAP_SETUID),
                             ("fcap_setgid", CAP_SETGID)):
            os.setxattr(f"{part}/usr/bin/{name}", "security.capability", _file_caps(number))
    for path in ("/home/user", "/home/user/own.txt"):
        os.chown(part + path, owner + USER, owner + USER)
    os.rename(part, top)
    return top
