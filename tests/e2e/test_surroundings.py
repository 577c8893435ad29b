#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where rootwatch itself runs: namespaces of its own, file systems that it needs and that are not there."""

import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import BINARY, Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field  # noqa: E402

OWN_PIDS = ("unshare", "--pid", "--fork", "--mount")
INTO_CGROUP = ("sh", "-c", 'echo 0 >"$0/cgroup.procs" && exec "$@"')


@contextlib.contextmanager
def within(*before):
    """
    run --all --output in a file, in a container: by a program that makes namespaces and waits for it, in a
    cgroup with an id. (Without one it would be taken for another rootwatch that proves its hooks.)
    """
    path = f"{clean.work_dir()}/within-{len(before)}.json"
    ident = secrets.token_hex(32)
    folder = next(root for root in clean.cgroup_roots() if "cpuset" not in root) + "/" + ident
    forget = clean.defer(clean.remove_cgroup, ident)
    os.mkdir(folder)
    d = Detector("--all", "--output", path, before=(*INTO_CGROUP, folder, *before))
    with open(f"/proc/{d.pid}/task/{d.pid}/children", encoding="utf-8") as children:
        own = int(children.read().split()[0])
    try:
        yield d, own, path
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(own, signal.SIGTERM)
        d.process.wait(patience.of(30))
        d.stop()
        forget()


@suite.cases(("its own /proc", ("--mount-proc",)), ("the host's /proc", ()))
def test_own_pid_namespace(c, _label, more):
    """It is not its own intruder, and what it cannot see there is said."""
    with within(*OWN_PIDS, *more) as (d, own, path):
        os.rename(path, path + ".1")
        os.kill(own, signal.SIGHUP)  # it opens the file for writing, as root in a container
        d.wait_text(lambda text: "loaded again" in text, "the reload", stream="stderr")
        truth = c.act("act_open", "openat", "wc", "/etc/behind-it")

        def come():
            with open(path, "rb") as file:
                return [json.loads(line) for line in file.read().split(b"\n")[:-1]]

        patience.until(lambda: any(field(e, "proc.vpid") == truth["pid"] and field(e, "fd.name") == "/etc/behind-it"
                                   for e in come()), "an act after the reload")
        mine = [e for e in come() if field(e, "proc.pid") == own or field(e, "fd.name") == path]
        assert not mine, mine[0]
        assert "pid namespace of its own" in d.stderr and "--pid=host" in d.stderr, d.stderr


def test_host_pid_namespace(c):
    """Where all is as it should be, nothing is said about it."""
    with Detector() as d:
        World(d, c).fence()
        assert "pid namespace" not in d.stderr, d.stderr


def shell(command):
    """In a mount namespace of its own, where "$0" is rootwatch."""
    return subprocess.run(["unshare", "--mount", "sh", "-c", command, BINARY], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=patience.of(60), check=False)


@suite.cases(("its own /proc", ("--mount-proc",)), ("the host's /proc", ()))
def test_check_of_own_pid_namespace(_c, _label, more):
    """Its hooks are proven there, too."""
    done = subprocess.run([*OWN_PIDS, *more, BINARY, "check"], capture_output=True,
                          timeout=patience.of(60), check=False)
    lines = done.stdout.decode().splitlines()
    said = [line for line in lines if line.split()[:2] == ["degraded", "/proc"]]
    assert len(said) == 1 and "pid namespace of its own" in said[0], lines
    assert not [line for line in lines if line.startswith("missing")], lines


def test_no_cgroup_file_system(c):
    """Which container it was, the kernel says."""
    check = shell('umount -l /sys/fs/cgroup; exec "$0" check')
    said = [line.split()[0] for line in check.stdout.decode().splitlines() if " cgroups " in line]
    assert check.returncode == 0 and said == ["degraded"] and b"all the same" in check.stdout, check
    with Detector(before=("unshare", "--mount", "sh", "-c", 'umount -l /sys/fs/cgroup; exec "$0" "$@"')) as d:
        World(d, c).fence()


@suite.cases(("/proc", "umount -l /proc", "mount -t proc proc /proc"),
             ("another one's /proc", "unshare --pid --fork mount -t proc proc /proc", "mount -t proc proc /proc"),
             ("/sys", "umount -l /sys", "mount -t sysfs sysfs /sys"))
def test_missing(_c, _label, take, give):
    """What is missing is said, and what to do, and not that the kernel were to blame."""
    run = shell(f'{take}; exec "$0" run --duration 1s')
    text = run.stderr.decode()
    assert run.returncode == 3 and give in text and "refuses" not in text, run
    check = shell(f'{take}; exec "$0" check')
    said = [line for line in check.stdout.decode().splitlines() if line.startswith("missing")]
    assert check.returncode == 3 and len(said) == 2 and give in said[0], check


if __name__ == "__main__":
    suite.main(Runc)
