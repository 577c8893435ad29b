#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clone3 whose arguments are rewritten before it returns: told is what the kernel made of them."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402

TIMES = 50
NEW_USER, NEW_UTS, INTO_CGROUP = 0x10000000, 0x04000000, 0x200000000


@contextlib.contextmanager
def world():
    with Runc(privileged=True) as c, Detector() as detector:
        yield World(detector, c)


def cloned(w, c, *words, times=TIMES, **who):
    truth = c.act("act_clone", *words[:2], str(times), *words[2:], deadline=120, **who)
    assert truth["cleared"] == times, truth
    return [e for e in w.all(of(c, truth)) if field(e, "evt.type") == "clone3"]


@suite.cases("vfork", "vm", "shared")
def test_flags_taken_away(w, how):
    came = cloned(w, w.c, how, f"{NEW_USER:x}")
    assert len(came) == TIMES, len(came)
    assert all("user-namespace-made" in rules(e) and field(e, "evt.arg.flags").split("|")[0] == "CLONE_NEWUSER"
               for e in came), came[0]


def test_several(w):
    """What else is new is told with it, and nothing that is not."""
    came = cloned(w, w.c, "vfork", f"{NEW_USER | NEW_UTS:x}", times=1)
    assert len(came) == 1 and "user-namespace-made" in rules(came[0]), came
    flags = set(field(came[0], "evt.arg.flags").split("|")) - {"CLONE_VM"}
    assert flags == {"CLONE_NEWUSER", "CLONE_NEWUTS"}, flags


def test_by_another_user(w):
    """Who makes a user namespace is its root."""
    with open("/proc/sys/user/max_user_namespaces", encoding="ascii") as file:
        if file.read().strip() == "0":
            raise suite.Skip("no user namespaces for users here")
    run = w.c.exec("/bin/act_clone", "vfork", f"{NEW_USER:x}", "1", user=1000)
    truths = w.c.truths_of(run.stdout.splitlines())
    if not truths:
        raise suite.Skip("no user namespaces for users here: " + run.stderr.strip())
    w.expect(w.c, truths[-1], {"rule": "user-namespace-made", "evt.type": "clone3"})


@suite.cases("vfork", "vm", "shared")
def test_plain(w, how):
    """Nothing is new: nothing is told, though the call before was."""
    cloned(w, w.c, "vfork", f"{NEW_USER:x}", times=1)
    assert not cloned(w, w.c, how, "0")


def test_cgroup_taken_away(w):
    if w.c.sh("mkdir -p /tmp/cg && mount -t cgroup2 none /tmp/cg && mkdir /tmp/cg/sub")[0] != 0:
        raise suite.Skip("the container cannot make a cgroup of its own")
    came = cloned(w, w.c, "vfork", f"{INTO_CGROUP:x}", "/tmp/cg/sub", times=3)
    w.c.sh("rmdir /tmp/cg/sub; umount /tmp/cg")
    assert len(came) == 3, came
    assert all("cgroup-moved" in rules(e) and "CLONE_INTO_CGROUP" in field(e, "evt.arg.flags") for e in came), came[0]
    assert all(field(e, "fd.name").endswith("/sub") for e in came), came[0]


@suite.cases(("another cgroup", "/tmp/cg/other"), ("no cgroup", "/srv/tmp/cg/sub"))
def test_cgroup_turned_away(w, _label, other):
    """The descriptor in memory is another one by the end: told is where the child was born."""
    if w.c.sh(f"mkdir -p /tmp/cg {other} && mount -t cgroup2 none /tmp/cg && mkdir -p /tmp/cg/sub {other}")[0] != 0:
        raise suite.Skip("the container cannot make a cgroup of its own")
    came = cloned(w, w.c, "vfork", f"{INTO_CGROUP:x}", "/tmp/cg/sub", other, times=3)
    came += cloned(w, w.c, "vfork", f"{INTO_CGROUP:x}", "/tmp/cg/sub", "/tmp/cg/sub", times=1)
    w.c.sh("rmdir /tmp/cg/sub /tmp/cg/other; umount /tmp/cg")
    assert len(came) == 4 and all("cgroup-moved" in rules(e) for e in came), came
    names = [field(e, "fd.name") for e in came]
    assert all(name.endswith("/sub") and not name.startswith("/srv") for name in names), names
    assert names[3] == "/tmp/cg/sub", names


if __name__ == "__main__":
    suite.main(world)
