# SPDX-License-Identifier: Apache-2.0
"""What a test leaves on the machine is noted when it is made, and undone whatever happens."""

import atexit
import ctypes
import glob
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import patience

PREFIX = "/tmp/rootwatch-e2e-"
MNT_DETACH = 2
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True)
_stack = []
cgroup_paths = set()
_failures = []


def defer(undo, *args):
    """Notes undo(*args) for the end, last come first served; gives a function that does it now."""
    entry = [undo, args]
    _stack.append(entry)

    def now():
        if entry in _stack:
            _stack.remove(entry)
            undo(*args)

    return now


def run_all():
    """Undoes everything; a step that fails does not stop the others. Gives what failed."""
    while _stack:
        undo, args = _stack.pop()
        try:
            undo(*args)
        except Exception as error:  # noqa: the next steps must run whatever this one did
            _failures.append(f"{undo.__qualname__}{args}: {error}")
    return _failures


def _on_signal(number, _frame):
    sys.exit(128 + number)


def install():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _on_signal)
    atexit.register(run_all)


def umount(path):
    if _libc.umount2(os.fsencode(path), MNT_DETACH) and ctypes.get_errno() not in (2, 22):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)


def mount(kind, source, target, flags=0, data=""):
    if _libc.mount(os.fsencode(source), os.fsencode(target), kind.encode() if kind else None,
                   ctypes.c_ulong(flags), data.encode()):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)
    defer(umount, target)


def mounts_below(path):
    """Mount points below path in this mount namespace, innermost first."""
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
        found = [line.split()[1] for line in mounts]
    return sorted((m for m in found if m == path or m.startswith(path + "/")), reverse=True)


def remove_tree(path):
    for point in mounts_below(path):
        umount(point)
    shutil.rmtree(path, ignore_errors=True)
    if os.path.exists(path):
        raise OSError(f"{path} cannot be removed")


def leftovers():
    """What is still there that this run has made: mounts, cgroups, processes."""
    mine = PREFIX + str(os.getpid())
    found = [f"mount {point}" for point in mounts_below(mine)]
    found += [f"cgroup {folder}" for path in cgroup_paths for folder in cgroups_named(path)]
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as cmdline:
                words = cmdline.read()
        except OSError:
            continue
        if mine.encode() + b"/" in words:
            found.append(f"process {pid} {words[:80]!r}")
    if os.path.exists(mine):
        found.append(mine)
    return found


def end_process(process, grace=10):
    """Ends a process that this run started; SIGKILL when it does not go by itself."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(patience.of(grace))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def cgroup_roots():
    """Where the cgroup hierarchies are mounted: v1 controllers, and v2."""
    roots = []
    with open("/proc/self/mounts", encoding="utf-8", errors="surrogateescape") as mounts:
        for line in mounts:
            _, point, kind = line.split()[:3]
            if kind in ("cgroup", "cgroup2") and point not in roots:
                roots.append(point)
    return roots


def cgroups_and_pids(name=""):
    """(folder, its processes) of each cgroup with the name in its path, in every hierarchy."""
    for root in cgroup_roots():
        for folder, _, files in os.walk(root):
            if name not in folder or "cgroup.procs" not in files:
                continue
            try:
                with open(folder + "/cgroup.procs", encoding="utf-8") as procs:
                    pids = [int(line) for line in procs]
            except OSError:  # somebody else's, which has gone by now, or is of threads
                continue
            yield folder, pids


def cgroups_of(pid):
    """The folder of the process in each hierarchy."""
    return [folder for folder, pids in cgroups_and_pids() if pid in pids]


def remove_cgroup(path, deadline=5):
    """Removes the cgroup with this path in every hierarchy, also below where we ourselves are."""
    end = time.monotonic() + patience.of(deadline)
    for folder in cgroups_named(path):
        while True:
            try:
                for below, folders, _ in os.walk(folder, topdown=False):
                    for name in folders:
                        os.rmdir(os.path.join(below, name))
                os.rmdir(folder)
                break
            except FileNotFoundError:
                break
            except OSError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)


def cgroups_named(path):
    """Folders of a cgroup path: below each hierarchy's root and below our own cgroup in it."""
    own = {""}
    with open("/proc/self/cgroup", encoding="utf-8") as lines:
        for line in lines:
            own.add(line.rstrip("\n").split(":", 2)[2].rstrip("/"))
    folders = (root + mine + "/" + path.strip("/") for root in cgroup_roots() for mine in own)
    return [folder for folder in folders if os.path.isdir(folder)]


def sweep():
    """Removes what runs left that were killed before they could: they are known by their pid."""
    for path in glob.glob(PREFIX + "*"):
        pid = path[len(PREFIX):]
        if pid.isdigit() and (pid == str(os.getpid()) or not os.path.exists("/proc/" + pid)):
            listed = subprocess.run(["runc", "list", "--format", "json"], capture_output=True,
                                    check=False).stdout
            for container in json.loads(listed or b"[]") or []:
                if container["bundle"].startswith(path + "/"):
                    subprocess.run(["runc", "delete", "--force", container["id"]],
                                   capture_output=True, check=False)
            remove_tree(path)


def die_with_parent():
    """For preexec_fn: a process that must not outlive the test, even one that is killed."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


_made = []


def work_dir():
    """This run's own folder: traversable by every uid, for containers with mapped users."""
    path = PREFIX + str(os.getpid())
    if not _made:
        sweep()
        os.mkdir(path, 0o755)
        os.chmod(path, 0o755)
        _made.append(path)
        defer(remove_tree, path)
    return path
