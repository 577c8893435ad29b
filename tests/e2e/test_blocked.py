#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What was tried and denied: the seat belt at work."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of  # noqa: E402


@contextlib.contextmanager
def with_and_without():
    """The same acts seen by a detector with --blocked and by one without."""
    with Runc() as root, Runc(user=1000) as user, Runc(readonly=True) as locked, \
            Detector("--blocked") as all_of_it, Detector() as plain:
        w = World(all_of_it, root)
        w.user, w.locked, w.plain = user, locked, World(plain, root)
        yield w


def blocked(w, c, truth, errno, path):
    event = w.expect(c, truth, {"rootwatch.blocked": True})
    assert field(event, "evt.res") == errno, event
    assert field(event, "fd.name") == path, event
    assert field(event, "container.id") == c.id[:12], event
    return event


@suite.cases(
    ("passwd", ["openat", "w", "/etc/passwd"], "/etc/passwd", "passwd-written"),
    ("creat", ["creat", "w", "/etc/cron.d/x"], "/etc/cron.d/x", "cron-written"),
    ("openat2", ["openat2", "wc", "/etc/sudoers.d/x"], "/etc/sudoers.d/x", "sudoers-written"),
    ("shadow", ["openat", "r", "/etc/shadow"], "/etc/shadow", "shadow-read"),
    ("relative", ["--chdir", "/etc", "openat", "w", "passwd"], "/etc/passwd", "passwd-written"),
    ("dirfd", ["--dirfd", "/etc", "openat", "w", "passwd"], "/etc/passwd", "passwd-written"),
    ("dot dot", ["openat", "w", "/tmp/../etc/passwd"], "/etc/passwd", "passwd-written"),
    ("magic link to its folder", ["--chdir", "/etc", "openat", "w", "/proc/self/cwd/passwd"], "/etc/passwd", "passwd-written"),
    ("magic link to its descriptor", ["--dirfd", "/etc", "openat", "w", "/proc/self/fd/3/passwd"], "/etc/passwd",
     "passwd-written"),
)
def test_user(w, _label, words, path, rule):
    mark = w.plain.d.mark()
    truth = w.user.act("act_open", *words)
    assert truth["errno"] == 13, truth
    event = w.expect(w.user, truth, {"rule": rule})
    blocked(w, w.user, truth, "EACCES", path)
    assert field(event, "user.uid") == 1000, event
    w.plain.none(of(w.user, truth), mark)


def test_user_32_bit(w):
    truth = w.user.act("act_open_32", "openat", "w", "/etc/passwd")
    assert truth["errno"] == 13, truth
    blocked(w, w.user, truth, "EACCES", "/etc/passwd")


def test_user_harmless(w):
    """Not everything that is denied is news: only what would have mattered."""
    truth = w.user.act("act_open", "openat", "wc", "/usr/x")
    assert truth["errno"] == 13, truth
    w.none(of(w.user, truth))
    truth = w.user.act("act_open", "openat", "w", "/home/user/own.txt")
    assert truth["fd"] >= 0, truth
    w.none(of(w.user, truth))


@suite.cases(("passwd", "w", "/etc/passwd", "passwd-written"),
             ("new file", "wc", "/etc/cron.d/x", "cron-written"))
def test_root_on_a_read_only_root(w, _label, flags, path, rule):
    """Root's own failures are shown without --blocked too."""
    truth = w.locked.act("act_open", "openat", flags, path)
    assert truth["errno"] == 30, truth
    w.plain.expect(w.locked, truth, {"rule": rule})
    blocked(w, w.locked, truth, "EROFS", path)
    blocked(w.plain, w.locked, truth, "EROFS", path)


def test_root_read_only_proc_sys(w):
    path = "/proc/sys/kernel/core_pattern"
    truth = w.c.act("act_open", "openat", "w", path)
    assert truth["errno"] == 30, truth
    w.plain.expect(w.c, truth, {"rule": "kernel-knob-escape", "evt.res": "EROFS"})


def test_root_block_device(w):
    """Docker's device list: root may make the node, but not open it."""
    w.c.sh("mknod /dev/sda b 7 7")
    truth = w.c.act("act_open", "openat", "r", "/dev/sda")
    assert truth["errno"] == 1, truth
    w.plain.expect(w.c, truth, {"rule": "block-device-opened", "evt.res": "EPERM",
                                "rootwatch.blocked": True})


def test_after_dropping(w):
    """A process that was root and is uid 1000 now is judged by what it is now."""
    truth = w.c.act("act_open", "--uid", "1000", "openat", "w", "/etc/passwd")
    assert truth["errno"] == 13, truth
    event = blocked(w, w.c, truth, "EACCES", "/etc/passwd")
    assert field(event, "user.uid") == 1000, event
    w.plain.none(of(w.c, truth, **{"evt.type": "openat"}))


if __name__ == "__main__":
    suite.main(with_and_without)
