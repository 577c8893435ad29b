# SPDX-License-Identifier: Apache-2.0
"""The guest's file system: this build, the tests and what of the host they need, as a cpio archive."""

import compileall
import os
import py_compile
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
AT = "/rootwatch"  # where the tree lies in the guest

# Programs of the host that the tests call; BusyBox stands in for what is not here.
PROGRAMS = """bash awk mawk sed grep find ps sha256sum cut tr ls cat mktemp diff wc head tail tee timeout env
cp mv rm mkdir rmdir mknod chmod chown ln touch truncate dd stat id sleep sort uniq date
dash unshare nsenter setpriv losetup mkfs.ext4 mke2fs mount umount runc python3 tar useradd curl jq bpftool
dpkg dpkg-deb dpkg-query dpkg-split dpkg-trigger ldconfig start-stop-daemon""".split()
TREE = ["tests/e2e", "tests/data", "tests/vm/boot", "user"]
FOLDERS = """bin sbin usr/bin usr/sbin lib etc proc sys dev run tmp var/tmp var/lib/dpkg/updates var/run root home mnt opt
usr/local/bin usr/share etc/cron.d newroot""".split()
FILES = {
    "etc/passwd": (0o644, "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n"),
    "etc/group": (0o644, "root:x:0:\nuser:x:1000:\n"),
    "etc/shadow": (0o640, "root:*:19000:0:99999:7:::\nuser:*:19000:0:99999:7:::\n"),
    "etc/gshadow": (0o640, "root:*::\nuser:*::\n"),
    "etc/hosts": (0o644, "127.0.0.1 localhost\n"),
    "etc/nsswitch.conf": (0o644, "passwd: files\ngroup: files\nhosts: files\n"),
    "var/lib/dpkg/status": (0o644, ""),
    "var/lib/dpkg/info/format": (0o644, "1\n"),
}
# The system's own programs: a version manager's stand-ins in front of them would not run elsewhere.
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
PYTHON_LEFT_OUT = re.compile(r"/(test|idlelib|tkinter|ensurepip|lib2to3|pydoc_data|turtledemo|config-.*|dist-packages)(/|$)")


class Here:
    """The programs of this machine."""
    top = ""

    def program(self, name):
        return shutil.which(name, path=PATH)

    def python(self):
        """The folder of the interpreter's library."""
        return subprocess.run([self.program("python3"), "-c", "import os; print(os.path.dirname(os.__file__))"],
                              capture_output=True, text=True, check=True).stdout.strip()

    def libraries(self, paths):
        """All shared libraries (and the loader) that programs need."""
        found = set()
        for path in paths:
            said = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
            found.update(re.findall(r"(/\S+) \(0x", said))
        return found


class There:
    """Those of another architecture, that lie unpacked below top (.ci/sysroot)."""

    def __init__(self, top):
        self.top = str(top)
        self.folders = [folder for pattern in ("lib/*-linux-gnu", "usr/lib/*-linux-gnu", "usr/lib/*-linux-gnu/*", "lib")
                        for folder in sorted(map(str, Path(top).glob(pattern))) if "/gconv" not in folder]

    def program(self, name):
        for folder in PATH.split(":"):
            path = os.path.realpath(f"{self.top}{folder}/{name}")
            if os.path.isfile(path):
                return path
        return None

    def python(self):
        top = str(next(Path(self.top).glob("usr/lib/python3.*")))
        # As the package does when it is installed, by the same version or not at all.
        if top.endswith("python%d.%d" % sys.version_info[:2]) and not os.path.isdir(top + "/__pycache__"):
            compileall.compile_dir(top, quiet=2, stripdir=self.top,
                                   invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
        return top

    def libraries(self, paths):
        found, todo = set(), list(paths)
        while todo:
            said = subprocess.run(["readelf", "-ldW", todo.pop()], capture_output=True, text=True, check=False).stdout
            found.update(self.top + path for path in re.findall(r"interpreter: (\S+)\]", said))
            for name in re.findall(r"\(NEEDED\).*\[(.*)\]", said):
                path = next((f"{folder}/{name}" for folder in self.folders if os.path.exists(f"{folder}/{name}")), None)
                if not path:
                    raise FileNotFoundError(f"{name}, which a program of {self.top} needs")
                if path not in found:
                    found.add(path)
                    todo.append(path)
        return found


class Cpio:
    """An archive in the newc format that the kernel unpacks, written entry by entry."""

    def __init__(self, out):
        self.out, self.number, self.seen = out, 0, set()

    def _entry(self, name, mode, data=b"", mtime=0, rdev=(0, 0)):
        self.number += 1
        raw = name.encode() + b"\0"
        fields = (self.number, mode, 0, 0, 1, mtime, len(data), 0, 0, *rdev, len(raw), 0)
        head = b"070701" + b"".join(b"%08x" % value for value in fields) + raw
        self.out.write(head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4))

    def folder(self, name, mode=0o755):
        name = name.strip("/")
        if not name or name in self.seen:
            return
        self.folder(os.path.dirname(name))
        self.seen.add(name)
        self._entry(name, stat.S_IFDIR | mode)

    def add(self, name, data, mode=0o644, mtime=0):
        name = name.strip("/")
        if name in self.seen:
            return
        self.folder(os.path.dirname(name))
        self.seen.add(name)
        self._entry(name, stat.S_IFREG | mode, data, mtime)

    def link(self, name, target):
        name = name.strip("/")
        if name in self.seen:
            return
        self.folder(os.path.dirname(name))
        self.seen.add(name)
        self._entry(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, major, minor, mode=0o600):
        self.folder(os.path.dirname(name))
        self._entry(name, stat.S_IFCHR | mode, rdev=(major, minor))

    def copy(self, path, name=None):
        """A file of the host, symbolic links followed; or all below a folder."""
        path = str(path)
        name = name or path
        if os.path.isdir(path):
            for below in sorted(os.listdir(path)):
                self.copy(f"{path}/{below}", f"{name}/{below}")
        elif os.path.isfile(path):
            info = os.stat(path)
            with open(path, "rb") as file:
                self.add(name, file.read(), stat.S_IMODE(info.st_mode), int(info.st_mtime))

    def end(self):
        self._entry("TRAILER!!!", 0)
        self.out.write(b"\0" * (-self.out.tell() % 512))


def _python(cpio, world):
    """The interpreter's library, with its compiled files: they save seconds of an emulated CPU."""
    top, objects = world.python(), []
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if not PYTHON_LEFT_OUT.search(f"{folder}/{f}")]
        for name in files:
            cpio.copy(f"{folder}/{name}", f"{folder}/{name}"[len(world.top):])
            if name.endswith(".so"):
                objects.append(f"{folder}/{name}")
    return objects


def _programs(cpio, world):
    """Gives their paths, and the names of those that are not there."""
    found, missing = [], []
    for name in PROGRAMS:
        path = world.program(name)
        if path:
            cpio.copy(path, "/usr/bin/" + name)
            found.append(path)
        else:
            missing.append(name)
    busybox, here = world.program("busybox"), Here().program("busybox")
    if not busybox or not here or not world.program("python3"):
        raise FileNotFoundError("python3 and busybox (packages python3, busybox-static)")
    cpio.copy(busybox, "/bin/busybox")
    for name in ("bash", "ls", "cp", "mount", "umount"):
        cpio.link("/bin/" + name, "/usr/bin/" + name)
    cpio.link("/bin/sh", "/usr/bin/dash")
    for applet in subprocess.run([here, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if "usr/bin/" + applet not in cpio.seen:
            cpio.link("/bin/" + applet, "busybox")
    return found, missing


def write(path, build, world):
    """Writes the archive that is the same for all kernels of an architecture; gives what it lacks."""
    binary, verifier = build / "rootwatch", build / "vm/verifier"
    part = Path(f"{path}.{os.getpid()}")
    try:
        with open(part, "wb") as out:
            cpio = Cpio(out)
            for name in FOLDERS:
                cpio.folder(name, 0o1777 if name.endswith("tmp") else 0o755)
            cpio.device("dev/console", 5, 1)
            cpio.device("dev/null", 1, 3, 0o666)
            for name, (mode, text) in FILES.items():
                cpio.add(name, text.encode(), mode)
            need, missing = _programs(cpio, world)
            for name in TREE:
                cpio.copy(ROOT / name, f"{AT}/{name}")
            cpio.copy(binary, f"{AT}/build/rootwatch")
            cpio.copy(verifier, f"{AT}/build/vm/verifier")
            for trigger in sorted((build / "tests/trigger").glob("act_*")):
                if trigger.suffix != ".d":
                    cpio.copy(trigger, f"{AT}/build/tests/trigger/{trigger.name}")
            cpio.copy(ROOT / "tests/vm/init", "/init")
            for library in sorted(world.libraries([*need, *_python(cpio, world), str(binary), str(verifier)])):
                cpio.copy(library, library[len(world.top):])
            cpio.end()
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    return missing


def write_modules(out, modules, settings):
    """What differs from kernel to kernel, as an archive to be put behind the other."""
    cpio = Cpio(out)
    cpio.folder("vm")
    for number, (name, data) in enumerate(modules):
        cpio.add(f"vm/modules/{number:02}-{name}.ko", data)
    cpio.add("vm/settings", settings.encode())
    cpio.end()
