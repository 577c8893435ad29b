#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Overlays that a container mounts itself: what is behind them is what counts."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, of, rules  # noqa: E402

HOST_RULES = {"host-takeover-written", "host-file-written"}
FILES = ("etc/cron.d/x", "etc/kubernetes/admin.conf", "etc/plain")


def _mounts(top):
    """A file system that stands for the host's, and a volume of a runtime's."""
    for folder in ("host", "volumes/v1/_data"):
        os.makedirs(f"{top}/{folder}")
    clean.mount("tmpfs", "tmpfs", top + "/host")
    for path in FILES:
        os.makedirs(os.path.dirname(f"{top}/host/{path}"), exist_ok=True)
        with open(f"{top}/host/{path}", "wb") as file:
            file.write(b"x\n")
    return [bind(top + "/host", "/host"), bind(top + "/volumes/v1/_data", "/store")]


@contextlib.contextmanager
def overlays():
    top = clean.work_dir()
    mounts = _mounts(top)
    with Runc(privileged=True, extra=mounts) as before, Detector("--all") as detector, \
            Runc(privileged=True, extra=mounts) as c:
        w = World(detector, c)
        w.host, w.before = top + "/host", before
        yield w


def mount(c, name, lower, upper=None, work=None):
    """An overlay at /m/NAME; the directories are made first."""
    parts = [*lower.split(":"), *filter(None, (upper, work)), f"/m/{name}"]
    data = f"lowerdir={lower}" + (f",upperdir={upper},workdir={work}" if upper else "")
    status, said = c.sh(f"mkdir -p {' '.join(parts)} && "
                        f"mount -t overlay -o {data} o /m/{name} 2>&1")
    assert status == 0, said
    return f"/m/{name}"


def behind(w, event, path, inode=True):
    """The event tells of the host's file, which is there."""
    real = os.stat(f"{w.host}/{path}")
    assert field(event, "rootwatch.file.sbpath") == "/" + path, event
    assert not inode or field(event, "rootwatch.file.ino") == real.st_ino, event
    device = f"{os.major(real.st_dev)}:{os.minor(real.st_dev)}"
    assert field(event, "rootwatch.file.dev") == device, event
    assert field(event, "rootwatch.file.bind") is True, event


@suite.cases(("there already", "cron.d/x", "w"), ("made", "cron.d/new", "wc"),
             ("emptied", "cron.d/x", "rt"))
def test_write_upper(w, label, path, flags):
    m = mount(w.c, f"upper-{label.replace(' ', '-')}", "/tmp/low", "/host/etc",
              f"/host/work-{label.replace(' ', '-')}")
    truth = w.c.act("act_open", "openat", flags, f"{m}/{path}")
    event = w.expect(w.c, truth, {"rule": "host-takeover-written", "fd.name": f"{m}/{path}"})
    behind(w, event, "etc/" + path)
    assert field(event, "fd.ino") == truth["ino"], (event, truth)


def test_copied_up_to_the_host(w):
    """By the open itself: one hook sees it before the copy is made, which then has no inode yet."""
    w.c.sh("mkdir -p /tmp/low-up/cron.d; touch /tmp/low-up/cron.d/up")
    m = mount(w.c, "copy-up", "/tmp/low-up", "/host/etc", "/host/work-copy-up")
    truth = w.c.act("act_open", "openat", "w", f"{m}/cron.d/up")
    event = w.expect(w.c, truth, {"evt.type": "openat", "rootwatch.file.sbpath": "/etc/cron.d/up",
                                  "rule": "host-takeover-written"})
    behind(w, event, "etc/cron.d/up", inode=False)


def test_write_of_another_file(w):
    m = mount(w.c, "plain", "/tmp/low", "/host/etc", "/host/work-plain")
    truth = w.c.act("act_open", "openat", "w", f"{m}/plain")
    event = w.expect(w.c, truth, {"rule": "host-file-written"})
    behind(w, event, "etc/plain")


@suite.cases("chroot", "pivot", "exec by the runtime")
def test_as_root_directory(w, how):
    """The overlay becomes the root of a container, which then looks like its own."""
    with Runc(privileged=True, extra=[bind(w.host, "/host")]) as c:
        name = how.replace(" ", "-")
        m = mount(c, "root", "/", "/host/etc", "/host/work-" + name)
        act = "act_open openat w /cron.d/x </dev/null"
        c.sh(f"mount -t proc proc {m}/proc; mount -o rbind /dev {m}/dev")
        if how == "chroot":
            status, said = c.sh(f"chroot {m} {act}")
        else:
            c.sh(f"mkdir -p {m}/old; cd {m}; pivot_root . old")
            status, said = c.sh(f"cd /; {act}")
        if how == "exec by the runtime":
            mark = w.d.mark()
            done = c.exec("/bin/act_open", "openat", "w", "/cron.d/x")
            status, said = done.returncode, done.stdout + done.stderr
        else:
            mark = 0
        assert status == 0, said
        event = w.d.wait_for(lambda e: "host-takeover-written" in rules(e) and
                             field(e, "container.full_id") == c.id, "the takeover", mark)
        behind(w, event, "etc/cron.d/x")


def test_read_lower(w):
    m = mount(w.c, "lower", "/host/etc:/tmp/low")
    truth = w.c.act("act_open", "openat", "r", f"{m}/kubernetes/admin.conf")
    event = w.expect(w.c, truth, {"rule": "cluster-credentials-read"})
    behind(w, event, "etc/kubernetes/admin.conf")


def test_read_lower_of_an_overlay(w):
    """Two deep, which is as deep as the kernel lets them be."""
    mount(w.c, "inner", "/host/etc:/dev/shm/low")
    m = mount(w.c, "outer", "/m/inner:/dev/shm/low")
    truth = w.c.act("act_open", "openat", "r", f"{m}/kubernetes/admin.conf")
    event = w.expect(w.c, truth, {"rule": "cluster-credentials-read"})
    behind(w, event, "etc/kubernetes/admin.conf")


def test_program(w):
    w.c.sh("cp /bin/act_id /host/act_id")
    m = mount(w.c, "program", "/host:/tmp/low")
    truth = w.c.act(f"{m}/act_id")
    event = w.expect(w.c, truth, {"evt.type": "execve", "proc.exepath": f"{m}/act_id"})
    behind(w, event, "act_id")


def harmless(w, c, truth, mark=0):
    """Reported (--all), and not as anything of the host's."""
    event = w.expect(c, truth, {"evt.type": "openat"}, mark)
    assert not rules(event) & HOST_RULES, event
    return event


def test_copied_up_to_its_own(w):
    """The host's file is only read; what is written is a copy."""
    m = mount(w.c, "copied", "/host/etc", "/dev/shm/u", "/dev/shm/w")
    harmless(w, w.c, w.c.act("act_open", "openat", "w", f"{m}/cron.d/x"))


def test_runtime_inside(w):
    """As a Docker inside, whose data lies on a volume of the outer one."""
    m = mount(w.c, "inside", "/", "/store/overlay2/x/diff", "/store/overlay2/x/work")
    for path in ("/etc/cron.d/x", "/etc/passwd", "/usr/bin/x"):
        harmless(w, w.c, w.c.act("act_open", "openat", "wc", m + path))


@suite.cases("c", "before")
def test_own_root(w, which):
    """Also of a container that ran before the detector did, and after the runtime joined it."""
    c = getattr(w, which)
    for path in ("/etc/cron.d/own", "/root/own"):
        event = harmless(w, c, c.act("act_open", "openat", "wc", path))
        assert "rootwatch.file.ino" not in event["output_fields"], event
        assert field(event, "rootwatch.file.sbpath") == path, event
    mark = w.d.mark()
    assert c.exec("/bin/act_open", "openat", "wc", "/etc/cron.d/own").returncode == 0
    event = w.d.wait_for(lambda e: field(e, "fd.name") == "/etc/cron.d/own" and
                         field(e, "container.full_id") == c.id, "the runtime's", mark)
    assert "rootwatch.file.ino" not in event["output_fields"], event
    assert not rules(event) & HOST_RULES, event


def test_foreign_of_one_before(w):
    m = mount(w.before, "upper", "/tmp/low", "/host/etc", "/host/work-before")
    truth = w.before.act("act_open", "openat", "w", f"{m}/cron.d/x")
    event = w.expect(w.before, truth, {"rule": "host-takeover-written"})
    behind(w, event, "etc/cron.d/x")


def test_without_overlay(w):
    """A root that is a plain directory of the host stays what it is."""
    with Runc(overlay=False) as c:
        event = harmless(w, c, c.act("act_open", "openat", "wc", "/root/plain"))
        assert "rootwatch.file.ino" not in event["output_fields"], of(c)


if __name__ == "__main__":
    suite.main(overlays)
