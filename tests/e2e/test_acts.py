#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second thread changes what a path leads to while it is acted on: told is what was acted on, each time."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import maps  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, skipped  # noqa: E402

ACTS = 2000
HOOK = "security_path_rename"
ASKED = """
- rule: Flipped
  desc: what a second thread turned away, or did not
  condition: >
    evt.type in (fchmodat, fchownat, truncate, unlinkat, renameat2, linkat, symlinkat, mkdirat, mknodat, mount, umount2,
    move_mount, pivot_root, setxattr, removexattr, ftruncate, fsetxattr) and
    (fd.name contains flip- or rootwatch.call.from contains flip-) and not evt.arg.flags contains RENAME_EXCHANGE
  output: "%evt.type"
  priority: NOTICE
  x-rootwatch:
    id: flipped
"""
KINDS = {"chmod": "fchmodat", "chown": "fchownat", "truncate": "truncate", "unlink": "unlinkat", "rename-from": "renameat2",
         "rename-to": "renameat2", "link-from": "linkat", "link-to": "linkat", "symlink": "symlinkat",
         "mkdir": "mkdirat", "mknod": "mknodat", "mount": "mount", "umount": "umount2", "move-to": "move_mount",
         "move-from": "move_mount", "pivot": "pivot_root", "setxattr": "setxattr", "removexattr": "removexattr",
         "set-acl": "setxattr"}
FD_KINDS = {"ftruncate": "ftruncate", "fsetxattr": "fsetxattr"}
# Of these the hooks are not used everywhere (before Linux 5.17 they cost too much).
LATER = {"mount": "security_sb_mount", "umount": "security_sb_umount", "move-to": "security_move_mount",
         "move-from": "security_move_mount", "pivot": "security_sb_pivotroot", "setxattr": "mnt_drop_write",
         "removexattr": "mnt_drop_write", "set-acl": "mnt_drop_write", "fsetxattr": "mnt_drop_write_file"}
# Through io_uring, where it is watched: on a worker thread.
RING_KINDS = {"ring-setxattr": "setxattr", "ring-unlink": "unlinkat"}
RING_HOOK = "io_wq_submit_work"
OUT = "/tmp/flip-out"
A, B = "/srv/flip-d", "/tmp/flip-d"  # of one length, for the text that is rewritten
PREPARED = (A, B, OUT, "/tmp/flip-link", "/tmp/flip-link.new")


@contextlib.contextmanager
def world():
    path = clean.work_dir() + "/flipped.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(ASKED)
    with Runc(privileged=True) as c, Detector("--stats", "-r", path) as detector:
        w = World(detector, c)
        w.skipped = 0
        yield w


def has_function(name):
    with open("/proc/kallsyms", encoding="ascii", errors="replace") as file:
        return any(line.split()[2] == name for line in file)


def done(event, act, truth):
    """In which folder it was done, by the event: by the inode, or by the name of what has none yet."""
    inodes = {truth["a"]: "a", truth["b"]: "b"}
    if act in ("chmod", "chown", "truncate", "unlink", "rename-from", "link-from", "mount", "setxattr", "removexattr",
               "set-acl", "ftruncate", "fsetxattr", "ring-setxattr", "ring-unlink"):
        return inodes.get(field(event, "fd.ino"))
    name = "rootwatch.call.from" if act == "move-from" else "fd.name"
    return {A: "a", B: "b"}.get(os.path.dirname(field(event, name) or ""))


def check_names(event, act, where):
    """The names say the same, where folders keep theirs."""
    folder = A if where == "a" else B
    fresh = act in ("rename-to", "link-to") or act in ("symlink", "mkdir", "mknod")
    there = folder + ("/r" if act == "pivot" else "/f")
    if act in ("rename-from", "link-from", "move-from"):
        out = OUT + ("/moved" if act == "move-from" else "/g")
        assert (field(event, "fd.name"), field(event, "rootwatch.call.from")) == (out, there), event
    elif act == "move-to":
        assert (field(event, "fd.name"), field(event, "rootwatch.call.from")) == (there, OUT + "/moved"), event
    else:
        assert field(event, "fd.name") == (folder + "/g" if fresh else there), event
    if act in ("rename-to", "link-to"):
        assert field(event, "rootwatch.call.from") == OUT + "/f", event


# What is made has no inode before the act: where its folder lies is known by the name, which a
# parent that changes places changes too.
@suite.cases(*[(f"{how} {act}", how, act) for how in ("text", "link") for act in KINDS if (how, act) != ("link", "pivot")],
             *[(f"descriptor {act}", "fd", act) for act in FD_KINDS],
             *[(f"link {act}", "link", act) for act in RING_KINDS],
             *[(f"parent {act}", "parent", act) for act in ("chmod", "unlink", "rename-from")])
def test_flipped(w, _label, how, act):
    ring = act in RING_KINDS
    w.c.sh(f"mkdir -p /srv; rm -rf {A} {B} {OUT}")
    number = patience.fewer(ACTS, 500)
    if ring and RING_HOOK not in w.d.start["output_fields"]["rootwatch.hooks"]:
        print("    no hooks in io_uring here: nothing is told", file=sys.stderr)
        truth = w.c.act("act_ring", "now", "unlink", "/srv/none")
        w.none(of(w.c, truth, **{"rootwatch.io_uring": True}))
        return
    before = skipped(w)
    truth = w.c.act("act_flip", how, act, A, B, str(number), deadline=240)
    assert len(truth["where"]) == number and set(truth["where"]) == {"a", "b"}, truth
    kind = {**KINDS, **FD_KINDS, **RING_KINDS}[act]
    came = [e for e in w.all(of(w.c, truth, **{"evt.type": kind}))
            if field(e, "rootwatch.io_uring") is True or (not ring and field(e, "thread.vtid") == truth["tid"])]
    # (Without what it prepares, which on some architectures is the same call.)
    came = [e for e in came if field(e, "fd.name") not in PREPARED and not (field(e, "fd.name") or "").endswith("/kept")]
    if act == "pivot":
        came = [e for e in came if (field(e, "rootwatch.call.asked") or "").startswith("/")]  # back: "."
    came.sort(key=lambda e: field(e, "evt.time"))
    if act == "umount":
        came = came[:-2]  # at the end it takes away both
    start = w.d.start["output_fields"]
    if LATER.get(act.removeprefix("ring-"), HOOK) not in start["rootwatch.hooks"]:
        assert start["rootwatch.tier"] == "tracepoint" or not has_function(HOOK) or \
            (act in LATER and not has_function("bpf_loop")), start
        right = sum(1 for e in came if os.path.dirname(field(e, "fd.name") or "") in (A, B, OUT))
        print(f"    tracepoints: {len(came)} of {number} told, {right} by a path that may be it: which file it was is "
              "looked up after the act, and not promised", file=sys.stderr)
        assert act in FD_KINDS or all(field(e, "fd.ino") is None and field(e, "rootwatch.tier") != "fentry" for e in came), came[0]
        return
    if ring:
        return by_ring(w, act, truth, came, before)
    assert len(came) == number, (len(came), truth)
    noted = [(e, where) for e, where in zip(came, truth["where"]) if field(e, "rootwatch.tier") == "fentry"]
    skip_some(w, number, number - len(noted), before)
    assert not any(field(e, "rootwatch.call.unresolved") for e, _ in noted)
    wrong = [e for e, where in noted if done(e, act, truth) != where]
    assert not wrong, (len(wrong), wrong[0], truth)
    if how != "parent":
        for event, where in noted:
            check_names(event, act, where)


def by_ring(w, act, truth, came, before):
    """
    A worker tells when it is done, and the next one may be at it by then: which of two is told first is
    open, and as one may be stopped in the program that the other needs, an act can be missed altogether.
    """
    number = len(truth["where"])
    noted = [done(e, act, truth) for e in came if field(e, "fd.ino")]
    skip_some(w, number, number - len(noted), before)
    assert set(noted) <= {"a", "b"}, noted
    for folder in "ab":
        told, acted = noted.count(folder), truth["where"].count(folder)
        assert told == acted if len(noted) == number else told <= acted, (folder, told, acted)


def skip_some(w, number, missing, before):
    """
    The kernel skips a program on a processor where the other thread was stopped in the middle of the same
    one. The event says that its path was looked up after the act, and the counters that it happened: for each.
    """
    if not missing:
        return
    w.skipped += missing
    counted = skipped(w) - before
    print(f"    {missing} of {number} not noted: the other thread was stopped in the same program, which the kernel "
          f"counted {counted} times", file=sys.stderr)
    assert missing <= counted and missing < number, (missing, counted, number)


def test_nothing_is_left_over(w):
    """
    The hook that every act on files passes looks only while something is about to be changed: so it is
    again when all is over, whatever became of the calls.
    """
    w.c.sh("touch /srv/left")
    for words in (["setxattr", "=/srv/left", "=security.capability", "caps", "20", "0"],
                  ["setxattr", "=/srv/left", "=security.capability", "0", "20", "0"],
                  ["setxattr", "=/srv/left", "=trusted.too-long", "caps", "70000", "0"],
                  ["setxattr", "=/srv/none", "=security.capability", "caps", "20", "0"],
                  ["setxattr", "=/proc/self/status", "=trusted.none", "caps", "20", "0"],
                  ["removexattr", "=/srv/left", "=trusted.none"],
                  ["--fd", "/srv/left", "fsetxattr", "fd", "=security.capability", "caps", "20", "0"]):
        w.c.act("act_call", *words)
        w.c.act("act_call", *(words if words[0] == "--fd" else ["--uid", "1000", *words]))
    patience.until(lambda: not any(maps.variable(w.d, "acts_changing")), "nothing is about to be changed")


@suite.at_the_end
def test_skipped_are_counted(w):
    w.d.stop()
    stats = w.d.stats()
    assert stats["lost_recursion"] + stats["lost_busy"] >= w.skipped, (stats, w.skipped)


if __name__ == "__main__":
    suite.main(world)
