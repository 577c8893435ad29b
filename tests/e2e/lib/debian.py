# SPDX-License-Identifier: Apache-2.0
"""
A container's root file system of the distribution's own packages: fetched by apt, unpacked, not
installed. No script of a package runs, and nothing on the host changes. What was fetched stays in
build/workloads, so that only the first run needs the archive.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess

import clean
from detector import TOP
from suite import Skip

CACHE = TOP + "/build/workloads"
# Large, and needed by what no workload here does: perl's scripts, JIT, locales, manuals.
LEFT_OUT = re.compile(r"perl|libperl|lib.*-perl$|libllvm|libz3-|locales|libc-l10n|git-man|usrmerge|"
                      r"postgresql(-common)?$|ssl-cert|debconf|ucf|adduser|libxslt|dpkg$")


def _apt(folder, *words, own_lists=False):
    """
    apt-get that knows of no installed package and of none that was fetched before; own_lists:
    with package lists of its own.
    """
    options = ["-q", "-y", "--no-install-recommends"]
    for option in (f"Dir::State::status={folder}/status", f"Dir::Cache={folder}/cache",
                   f"Dir::Cache::archives={folder}/cache", "Debug::NoLocking=1",
                   "APT::Sandbox::User=root", "APT::Update::Error-Mode=any", "Acquire::Retries=2",
                   "Acquire::http::Timeout=20"):
        options += ["-o", option]
    if own_lists:
        options += ["-o", f"Dir::State::lists={folder}/lists"]
    command = ["timeout", "240", "apt-get", *options, *words]
    return subprocess.run(command, cwd=folder, text=True, capture_output=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})


def _fetch(folder, names, own_lists):
    """The packages and all that they need, into the folder; gives what went wrong, or None."""
    if own_lists:
        done = _apt(folder, "update", own_lists=True)
        if done.returncode:
            return done
    done = _apt(folder, "--print-uris", "install", *names, own_lists=own_lists)
    if done.returncode:
        return done
    needed = re.findall(r"^'\S+' ([^\s_]+)_\S+\.deb ", done.stdout, flags=re.M)
    done = _apt(folder, "download", *(n for n in needed if not LEFT_OUT.match(n)),
                own_lists=own_lists)
    return done if done.returncode else None


def fetch(names):
    """A folder with the packages' files; Skip when the archive cannot be had."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Skip("no apt-get here to fetch the workloads' packages")
    with open("/etc/os-release", "rb") as release:
        key = hashlib.sha256(release.read() + " ".join(names).encode() + LEFT_OUT.pattern.encode())
    folder = f"{CACHE}/{key.hexdigest()[:16]}"
    os.makedirs(CACHE, exist_ok=True)
    with open(CACHE + ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(folder):
            return folder
        shutil.rmtree(CACHE)  # what was for other packages, or is half fetched
        part = folder + ".part"
        for own_lists in (False, True):  # the host's lists may be missing, or too old
            shutil.rmtree(part, ignore_errors=True)
            for name in ("lists", "cache"):
                os.makedirs(f"{part}/{name}/partial")
            open(part + "/status", "w", encoding="utf-8").close()
            wrong = _fetch(part, names, own_lists)
            if not wrong:
                for name in ("lists", "cache"):
                    shutil.rmtree(f"{part}/{name}", ignore_errors=True)
                os.rename(part, folder)
                return folder
        shutil.rmtree(part, ignore_errors=True)
    said = " ".join((wrong.stderr or wrong.stdout).split())
    raise Skip(f"the workloads' packages cannot be fetched: {said[-300:]}")


def unpack(names, folder):
    """The root file system of these packages, in a new folder."""
    fetched = fetch(names)
    os.makedirs(folder + "/usr", mode=0o755)
    for name in ("bin", "sbin", "lib", "lib64"):
        os.mkdir(f"{folder}/usr/{name}")
        os.symlink("usr/" + name, f"{folder}/{name}")
    for name in sorted(os.listdir(fetched)):
        if not name.endswith(".deb"):
            continue
        with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", f"{fetched}/{name}"],
                              stdout=subprocess.PIPE, preexec_fn=clean.die_with_parent) as package:
            subprocess.run(["tar", "-x", "-C", folder, "--keep-directory-symlink"],
                           stdin=package.stdout, check=True)
        if package.returncode:
            raise AssertionError(f"{name} cannot be unpacked: remove {fetched}")
