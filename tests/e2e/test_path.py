#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Paths of every length and in every place: told as the kernel itself tells them (readlink)."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from container import original, quote  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, raw  # noqa: E402

LONGEST = 4095  # PATH_MAX without its NUL
DEEPEST = 250
CUT = b"..."


@contextlib.contextmanager
def places():
    """Folders at /p that hold files each in its own way; /data is the host's."""
    top = clean.work_dir()
    os.makedirs(top + "/data/sub")
    with Runc(privileged=True, extra=[bind(top + "/data", "/data")]) as c, \
            Detector("--all") as detector:
        w = World(detector, c)
        for command in (
                "mkdir -p /p/upper /p/tmpfs /p/bind /p/rebind /p/from /p/moved /p/jail /p/of-file",
                "mount -t tmpfs t /p/tmpfs",
                "mkdir -p /srv/a/b; mount -o bind /srv/a /p/bind; mount -o bind /p/bind/b /p/rebind",
                "mount -t tmpfs t /p/from; mount -o move /p/from /p/moved",
                "mkdir -p /p/tmpfs/nested /p/tmpfs/jail; mount -t tmpfs t /p/tmpfs/nested"):
            status, said = c.sh(command + " 2>&1")
            assert status == 0, (command, said)
        yield w


def make(c, folder, parts):
    """Makes the folders step by step: together their path may be too long for a call."""
    words = b" ".join(quote(part) for part in parts)
    status, said = c.sh(b"cd " + quote(folder) + b" && for i in " + words +
                        b"; do mkdir -p $i && cd $i || break; done; cd / 2>&1")
    assert status == 0, said


def check(w, truth, root=b"", want=None):
    """The event of this open has the path that readlink gave, and fstat's file."""
    event = w.expect(w.c, truth, {"evt.type": "openat", "fd.ino": truth["ino"],
                                  **(want or {})})
    assert field(event, "fd.dev") == truth["dev"], (event, truth)
    real = root + original(truth["real"]).removesuffix(b" (deleted)")
    said = raw(field(event, "fd.name"))
    if field(event, "rootwatch.truncated") and CUT in said:
        head, tail = said.split(CUT)
        assert real.startswith(head) and real.endswith(tail) and len(said) > 200, (said, real)
    else:
        assert said == real, (said, real)
    return event


PLACES = ("/p/upper", "/etc", "/p/tmpfs", "/p/bind", "/p/rebind", "/p/moved", "/p/tmpfs/nested",
          "/data", "/data/sub", "/dev/shm")


@suite.cases(*PLACES)
def test_place(w, folder):
    check(w, w.c.act("act_open", "openat", "wc", folder + "/file"))


@suite.cases(("lower", "r"), ("upper", "w"))
def test_layer(w, layer, flags):
    event = check(w, w.c.act("act_open", "openat", flags, "/etc/shadow"))
    assert field(event, "rootwatch.file.layer") == layer, event


@suite.cases("/etc", "/p/tmpfs", "/p/rebind")
def test_length_of_a_name(w, folder):
    """Names are copied by words: at each length where that changes, one more and one less."""
    for n in (1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 39, 40, 41, 254, 255):
        make(w.c, folder, ["d" * n])
        check(w, w.c.act("act_open", "openat", "wc", f"{folder}/{'d' * n}/{'f' * n}"))
        event = check(w, w.c.act("act_open", "--chdir", f"{folder}/{'d' * n}", "openat", "wc", "x"))
        assert field(event, "proc.cwd") == f"{folder}/{'d' * n}", event
        w.c.sh(f"rm -rf {folder}/{'d' * n}")


@suite.cases(*PLACES)
def test_longest(w, folder):
    """As many names as make a path of 4,095 bytes."""
    left = LONGEST - len(folder) - len("/leaf")
    parts = ["n" * 200] * (left // 201 - 1)
    rest = left - 201 * len(parts)
    parts += ["r" * (rest - 202), "s" * 200] if rest > 220 else ["r" * (rest - 1)]
    make(w.c, folder, parts)
    path = "/".join([folder, *parts, "leaf"])
    assert len(path) == LONGEST, len(path)
    truth = w.c.act("act_open", "openat", "wc", path)
    assert truth["fd"] >= 0, truth["errno"]
    w.c.sh(f"rm -rf {folder}/{parts[0]}")
    event = w.expect(w.c, truth, {"fd.ino": truth["ino"]})
    said = raw(field(event, "fd.name"))
    head, tail = said.split(CUT)
    assert path.encode().startswith(head) and path.encode().endswith(tail), said
    if folder == "/etc":
        w.expect(w.c, truth, {"rule": "etc-written"})


@suite.cases(*PLACES)
def test_deepest(w, folder):
    parts = [f"{n % 10}" for n in range(DEEPEST - folder.count("/") - 1)]
    make(w.c, folder, parts)
    path = "/".join([folder, *parts, "leaf"])
    assert path.count("/") == DEEPEST, path
    check(w, w.c.act("act_open", "openat", "wc", path))
    w.c.sh(f"rm -rf {folder}/0")


@suite.cases(*PLACES)
def test_deleted(w, folder):
    """Opened anew by its descriptor when no name leads to it any more."""
    _, lines = w.c.sh(f"exec 7>{folder}/gone; rm {folder}/gone; "
                      "act_open openat w /proc/self/fd/7 </dev/null; exec 7>&-")
    truth = w.c.truths_of(lines)[-1]
    assert truth["real"].endswith(" (deleted)"), truth
    event = check(w, truth)
    assert field(event, "rootwatch.file.deleted") is True, event


@suite.cases("/srv/a", "/p/tmpfs/jail", "/p/bind", "/p/moved", "/")
def test_chroot(w, folder):
    """readlink tells what is below the new root; the event all of it."""
    w.c.sh(f"mkdir -p {folder}/proc; mount -t proc proc {folder}/proc")
    truth = w.c.act("act_open", "--chroot", folder, "openat", "wc", "/in-jail")
    w.c.sh(f"test {folder} = / || umount {folder}/proc")
    check(w, truth, folder.rstrip("/").encode())


def test_moved_out_of_its_mount(w):
    """
    What was reached through a bind mount and then moved to where that does not show it: no path leads there
    by that mount (readlink says "/"), and the container's root still has one.
    """
    command = ("mkdir /srv/a/out; cd /p/bind/out; mv /srv/a/out /srv/moved-out; "
               "act_open openat wc leaf </dev/null; cd /; rm -r /srv/moved-out")
    truth = w.c.truths_of(w.c.sh(command)[1])[-1]
    assert truth["real"] == "/", truth
    event = w.expect(w.c, truth, {"evt.type": "openat", "fd.ino": truth["ino"]})
    assert field(event, "fd.name") == "/srv/moved-out/leaf", event
    assert field(event, "proc.cwd") == "/srv/moved-out", event


@suite.cases("/p/upper", "/p/tmpfs", "/p/bind", "/data")
def test_renamed_under_way(w, folder):
    """A second thread renames the file and the folder above it all the time."""
    truth = w.c.act("act_race", "rename", folder, "2000")
    assert truth["opened"] == 2000, truth
    names = {f"{folder}/{d}/{f}" for d in ("d1", "d2") for f in ("f1", "f2")}
    w.fence()
    came = [e for e in w.d.since() if field(e, "proc.vpid") == truth["pid"]
            and field(e, "container.full_id") == w.c.id and field(e, "fd.ino") == truth["ino"]
            and "O_APPEND" in field(e, "evt.arg.flags")]
    assert len(came) == 2000, len(came)
    assert {field(e, "fd.name") for e in came} <= names, {field(e, "fd.name") for e in came} - names


if __name__ == "__main__":
    suite.main(places)
