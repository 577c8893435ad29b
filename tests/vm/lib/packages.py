# SPDX-License-Identifier: Apache-2.0
"""Debian's kernel packages: found, downloaded, unpacked below build/vm; never installed."""

import contextlib
import fcntl
import fnmatch
import lzma
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
# What the tests ask for; what a kernel has built in is no module of it.
MODULES = ("overlay", "loop", "ext4")


class Unavailable(Exception):
    """The packages cannot be had here, and why."""


class Kernel:
    """image: the file that boots. modules: [(name, bytes)], in the order to load them."""

    def __init__(self, package, image, modules):
        self.package, self.image, self.modules = package, image, modules


def _mirror():
    """Where this machine gets Debian's packages from; DEBIAN_MIRROR= says another place."""
    if os.environ.get("DEBIAN_MIRROR"):
        return os.environ["DEBIAN_MIRROR"]
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(CODENAME) $(SITE)", "Created-By: Packages"],
        capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        words = line.split()
        if words[0] == "Debian" and len(words) == 3 and "-" not in words[1]:
            return words[2]
    raise Unavailable("this machine's apt knows no mirror of Debian (after apt-get update): set DEBIAN_MIRROR=")


def _by_version(name):
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", name)]


def _braces(pattern):
    found = re.match(r"(.*)\{(.*)\}(.*)$", pattern)
    return [found[1] + word + found[3] for word in found[2].split(",")] if found else [pattern]


class Archive:
    """apt with lists and a cache of its own, for any architecture: the machine's stay as they are."""

    def __init__(self, top, suites, arch="amd64"):
        self.top = Path(top) / ("" if arch == "amd64" else arch)
        self.suites = sorted(suites)
        apt = self.top / "apt"
        self.options = [
            "-o", f"Dir::State={apt}/state", "-o", f"Dir::Cache={apt}/cache", "-o", "Dir::Etc::sourceparts=/dev/null",
            "-o", f"Dir::Etc::sourcelist={apt}/sources.list", "-o", "Dir::State::status=/dev/null",
            "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none", "-o", f"APT::Architecture={arch}",
            "-o", f"APT::Architectures={arch}", "-o", "Acquire::Retries=3"]

    def _apt(self, program, *words, **options):
        return subprocess.run([program, *self.options, *words], capture_output=True, text=True, check=False, **options)

    def update(self):
        """Asks for the lists, unless it has those of the same suites."""
        apt = self.top / "apt"
        if not shutil.which("apt-get") or not os.path.exists(KEYRING):
            raise Unavailable(f"needs apt-get and {KEYRING}: on Debian, or with its debian-archive-keyring")
        text = "".join(f"deb [signed-by={KEYRING}] {_mirror()} {suite} main\n" for suite in self.suites)
        source = apt / "sources.list"
        if source.exists() and source.read_text() == text:
            return
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (apt / folder).mkdir(parents=True, exist_ok=True)
        source.write_text(text)
        done = self._apt("apt-get", "-q", "update")
        if done.returncode:
            source.unlink()
            raise Unavailable("apt-get update: " + done.stderr.strip()[-300:])

    def newest(self, pattern):
        """Names of the packages that fit: one for each word in the pattern's braces."""
        globs = _braces(pattern)
        prefix = re.match(r"[\w-]+", globs[0])[0]
        listed = self._apt("apt-cache", "pkgnames", prefix).stdout.split()
        fit = sorted(fnmatch.filter(listed, globs[0]), key=_by_version)
        if not fit:
            raise Unavailable(f"the archive has no package {globs[0]}")
        middle = fit[-1][len(globs[0].split("*")[0]):]
        return [glob.split("*")[0] + middle for glob in globs]

    def unpacked(self, package):
        """The folder where the package lies unpacked."""
        place = self.top / "packages" / package
        if place.is_dir():
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=place.parent) as work:
            done = self._apt("apt-get", "-q", "download", package, cwd=work)
            debs = list(Path(work).glob("*.deb"))
            if done.returncode or not debs:
                raise Unavailable(f"apt-get download {package}: {done.stderr.strip()[-300:]}")
            subprocess.run(["dpkg-deb", "-x", debs[0], f"{work}/tree"], check=True)
            os.rename(f"{work}/tree", place)
        return place

    @contextlib.contextmanager
    def _alone(self):
        """One at a time, with the lists there."""
        self.top.mkdir(parents=True, exist_ok=True)
        with open(self.top / ".lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.update()
            yield

    def tree(self, packages, place):
        """A root file system with the packages and all that they need, unpacked and not set up."""
        place = Path(place)
        wanted = " ".join([*self.suites, *packages]) + "\n"
        done = place / ".packages"
        with self._alone():
            if done.exists() and done.read_text() == wanted:
                return place
            shutil.rmtree(place, ignore_errors=True)
            cache = self.top / "apt/cache/archives"
            for deb in cache.glob("*.deb"):
                deb.unlink()
            said = self._apt("apt-get", "-q", "-y", "-d", "--no-install-recommends", "install", *packages)
            debs = sorted(cache.glob("*.deb"))
            if said.returncode or not debs:
                raise Unavailable(f"apt-get install: {said.stderr.strip()[-300:]}")
            place.mkdir(parents=True)
            for deb in debs:
                subprocess.run(["dpkg-deb", "-x", deb, place], check=True)
                deb.unlink()
            _make_relative(place)
            done.write_text(wanted)
        return place

    def kernel(self, pattern):
        """The newest kernel that fits, fetched if it is not there yet."""
        with self._alone():
            names = self.newest(pattern)
            folders = [self.unpacked(name) for name in names]
        images = [image for folder in folders for image in folder.rglob("vmlinuz*") if image.is_file()]
        if not images:
            raise Unavailable(f"{names[0]} holds no vmlinuz")
        return Kernel(names[0], images[0], _modules(folders))


def _make_relative(top):
    """Links to an absolute path would lead out of the tree."""
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            path = f"{folder}/{name}"
            if os.path.islink(path) and os.readlink(path).startswith("/"):
                target = os.path.relpath(f"{top}{os.readlink(path)}", folder)
                os.unlink(path)
                os.symlink(target, path)


def _content(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def _depends(data):
    """Of .modinfo: what a module needs before it."""
    found = re.search(rb"\0depends=([^\0]*)\0", data)
    return found[1].decode().split(",") if found and found[1] else []


def _modules(folders):
    files = {}
    for folder in folders:
        for path in folder.rglob("*.ko*"):
            files[path.name.split(".")[0].replace("-", "_")] = path
    order = {}

    def add(name):
        name = name.replace("-", "_")
        if name in order or name not in files:
            return
        data = _content(files[name])
        for other in _depends(data):
            add(other)
        order[name] = data

    for name in MODULES:
        add(name)
    return list(order.items())
