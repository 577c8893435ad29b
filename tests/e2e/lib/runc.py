# SPDX-License-Identifier: Apache-2.0
"""Containers by runc from a plain bundle: overlay root, namespaces of its own, no network."""

import errno
import json
import os
import secrets
import subprocess

import clean
import patience
import rootfs
from container import Container

# What Docker gives by default.
CAPS = """CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP
NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE""".split()
# By number; --privileged means all that we have ourselves.
CAP_NAMES = """CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE
SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME
SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP""".split()
MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"]
READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
USERNS_BASE = 100000
# The architectures that one machine's programs are of, for a seccomp filter.
SECCOMP_ARCHS = {"x86_64": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                 "aarch64": ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]}


def own_caps():
    """The capabilities that this process could hand on."""
    with open("/proc/self/status", encoding="utf-8") as status:
        bounding = next(int(line.split()[1], 16) for line in status if line.startswith("CapBnd"))
    return [name for number, name in enumerate(CAP_NAMES) if bounding >> number & 1]


def bind(source, target, *options):
    """A mount entry for extra=: a folder or file of the host seen in the container."""
    return {"destination": target, "type": "bind", "source": source,
            "options": ["rbind", *options]}


def spec(args, user=0, caps=None, privileged=False, readonly=False, no_new_privs=False,
         userns=False, host_network=False, host_cgroups=False, extra=(), cgroups_path=None,
         annotations=None, cwd="/", env=(), refused=()):
    """
    config.json of a bundle, as Docker would ask for it unless told otherwise. refused: names of
    system calls that a seccomp filter answers with EPERM, or {name: another errno}.
    """
    bounding = ["CAP_" + c for c in (own_caps() if privileged else CAPS if caps is None else caps)]
    held = [] if user else bounding
    namespaces = ["pid", "mount", "ipc", "uts"]
    namespaces += [] if host_network else ["network"]
    namespaces += [] if host_cgroups else ["cgroup"]
    mounts = [
        {"destination": "/proc", "type": "proc", "source": "proc"},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "mode=755", "size=65536k"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
         "options": ["nosuid", "nodev", "mode=1777", "size=65536k"]},
    ]
    if not userns:
        mounts.append({"destination": "/sys", "type": "sysfs", "source": "sysfs",
                       "options": ["nosuid", "noexec", "nodev"] + ([] if privileged else ["ro"])})
    linux = {
        "namespaces": [{"type": kind} for kind in namespaces + (["user"] if userns else [])],
        "maskedPaths": [] if privileged else MASKED,
        "readonlyPaths": [] if privileged else READONLY,
    }
    if privileged:
        linux["resources"] = {"devices": [{"allow": True, "access": "rwm"}]}
    if userns:
        mapping = [{"containerID": 0, "hostID": USERNS_BASE, "size": 65536}]
        linux["uidMappings"] = linux["gidMappings"] = mapping
    if refused:
        answers = refused if isinstance(refused, dict) else dict.fromkeys(refused, errno.EPERM)
        linux["seccomp"] = {
            "defaultAction": "SCMP_ACT_ALLOW", "architectures": SECCOMP_ARCHS[os.uname().machine],
            "syscalls": [{"names": [name], "action": "SCMP_ACT_ERRNO", "errnoRet": answer}
                         for name, answer in answers.items()]}
    if cgroups_path:
        linux["cgroupsPath"] = cgroups_path
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False, "user": {"uid": user, "gid": user}, "args": args, "cwd": cwd,
            "env": ["PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin", "HOME=/root", *env],
            "capabilities": {"bounding": bounding, "effective": held, "permitted": held,
                             "inheritable": []},
            "noNewPrivileges": no_new_privs,
        },
        "root": {"path": "merged", "readonly": readonly},
        "hostname": "rootwatch-e2e",
        "mounts": mounts + list(extra),
        "annotations": annotations or {},
        "linux": linux,
    }


class Runc(Container):
    """One container. Its first process is a shell, or args= (which then runs by itself)."""

    def __init__(self, ident=None, args=None, lower=None, overlay=True, **options):
        super().__init__(ident or secrets.token_hex(32))
        userns = options.get("userns", False)
        lower = lower or rootfs.build(USERNS_BASE if userns else 0)
        self.bundle = f"{clean.work_dir()}/bundle-{self.id[:24]}"
        self.upper = self.bundle + "/upper"
        os.mkdir(self.bundle, 0o755)
        self._forget = clean.defer(self._remove)
        for folder in ("upper", "work", "merged"):
            os.mkdir(f"{self.bundle}/{folder}", 0o755)
            if userns:
                os.chown(f"{self.bundle}/{folder}", USERNS_BASE, USERNS_BASE)
        if overlay:
            clean.mount("overlay", "overlay", self.bundle + "/merged", data=f"lowerdir={lower},"
                        f"upperdir={self.upper},workdir={self.bundle}/work")
        else:
            subprocess.run(["cp", "-a", lower + "/.", self.bundle + "/merged"], check=True)
        with open(self.bundle + "/config.json", "w", encoding="utf-8") as config:
            json.dump(spec(args or ["/bin/sh"], **options), config)
        self.cgroups_path = options.get("cgroups_path") or self.id
        clean.cgroup_paths.add(self.cgroups_path)
        self.alone = args is not None
        if not self.alone:
            self._start(["runc", "run", "--bundle", self.bundle, self.id])

    def __enter__(self):
        if not self.alone:
            self.sh("true")
        return self

    def __exit__(self, *_):
        self.close()

    def run(self, deadline=60, before=()):
        """With args=: runs the container to its end; gives the finished process. before: words
        of a program that is to start runc."""
        return subprocess.run([*before, "runc", "run", "--bundle", self.bundle, self.id],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=patience.of(deadline),
                              check=False)

    def exec(self, *words, user=0, deadline=30):
        """runc exec: one more process, by the runtime."""
        return subprocess.run(["runc", "exec", "--user", f"{user}:{user}", self.id, *words],
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=patience.of(deadline),
                              check=False)

    def exec_with(self, path, *words, user=0, deadline=30):
        """The same with a file of the host open as its descriptor 3, for reading and writing."""
        with open(path, "r+b") as file:
            return subprocess.run(["sh", "-c", f'exec runc exec --preserve-fds 1 "$@" 3<&{file.fileno()}',
                                   "sh", "--user", f"{user}:{user}", self.id, *words],
                                  stdin=subprocess.DEVNULL, capture_output=True,
                                  pass_fds=[file.fileno()], timeout=patience.of(deadline), check=False)

    def close(self):
        self._forget()

    def _remove(self):
        if not self._end_shell():
            subprocess.run(["runc", "kill", self.id, "KILL"], capture_output=True, check=False)
            self._end_shell()
        subprocess.run(["runc", "delete", "--force", self.id], capture_output=True, check=False)
        if self._process:
            clean.end_process(self._process)
        clean.remove_cgroup(self.cgroups_path)
        clean.remove_tree(self.bundle)
