#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Random calls on random trees: for each call the event says what the kernel says (act_random), in the same
order, and there is no other event. E2E_SEED=N runs that seed, E2E_ACTS=N so many calls.
"""

import contextlib
import errno
import os
import re
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import patience  # noqa: E402
import rootfs  # noqa: E402
import suite  # noqa: E402
from container import original  # noqa: E402
from detector import Detector, short  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, raw  # noqa: E402

ACTS = 3000
SEED = int(os.environ.get("E2E_SEED", "20261123"))
OPENS = ("open", "openat", "openat2", "creat")
ON_DESCRIPTORS = ("fchmod", "fchown", "ftruncate", "fsetxattr", "fremovexattr")
MAKES = ("symlinkat", "mkdir", "mkdirat", "mknodat")
MOVES = ("rename", "renameat", "renameat2", "link", "linkat")
CHANGES = ("unlink", "unlinkat", "rmdir", "chmod", "fchmodat", "chown", "fchownat", "truncate", "setxattr",
           "lsetxattr", "removexattr", "mount", "umount2")
CALLS = OPENS + ON_DESCRIPTORS + MAKES + MOVES + CHANGES
DENIED = (errno.EACCES, errno.EPERM, errno.EROFS)
RULE = """
- rule: Random
  desc: what act_random does
  condition: evt.type in ({calls}) and {which}
  output: "%evt.type"
  priority: NOTICE
  x-rootwatch:
    id: random
"""
FOLDER = "/w/"  # what the kernel can filter for
WHICH = {"all": "proc.name = act_random", "weak": "proc.name = act_random",
         "folder": f"(fd.name startswith {FOLDER} or rootwatch.call.from startswith {FOLDER})"}
LOWER = ["/usr/lower/" + name for name in ("a", "b", "c", "d/a", "d/b", "d/link", "e/a", "e/e/e", "link/b")]
PLACES = ["/w/up", "/w/up/a", "/w/up/a/b", "/w/tmpfs", "/w/tmpfs/sub", "/w/bind", "/w/ro", "/data/sub", "/usr/lower", "/w/over", "/dev/shm"]
PREPARED = (
    "mkdir -p /w/up/a/b /w/tmpfs /w/bind /w/ro /w/over /srv/b/c /srv/d",
    "mount -t tmpfs t /w/tmpfs; cd /w/tmpfs; mkdir -p sub lower/c upper work; touch lower/a lower/b; cd /",
    "mount -o bind /srv/b /w/bind",
    "mount -o bind /srv /w/ro; mount -o remount,ro,bind /srv /w/ro",
    "mount -t overlay -o lowerdir=/w/tmpfs/lower,upperdir=/w/tmpfs/upper,workdir=/w/tmpfs/work o /w/over")


@contextlib.contextmanager
def world():
    rootfs.FILES.update({path: (0o644, "lower\n") for path in LOWER})
    yield


@contextlib.contextmanager
def watched(kind):
    """A fresh container with places of all kinds, and a detector that is told what to send."""
    rules = f"{clean.work_dir()}/{kind}.yaml"
    with open(rules, "w", encoding="utf-8") as file:
        file.write(RULE.format(calls=", ".join(CALLS), which=WHICH[kind]))
    data = f"{clean.work_dir()}/data-{kind}"
    os.makedirs(data + "/sub")
    with Runc(privileged=True, extra=[bind(data, "/data")]) as c, \
            Detector("--stats", "-r", rules) as detector:
        for command in PREPARED:
            status, said = c.sh(command + " 2>&1")
            assert status == 0, (command, said)
        yield World(detector, c)


def unescaped(text):
    """As a path stands in mountinfo."""
    return re.sub(rb"\\([0-7]{3})", lambda m: bytes([int(m[1], 8)]), original(text))


def without_mark(path, gone):
    return path.removesuffix(b" (deleted)") if gone else path


def is_gone(event, truth):
    """Does no name lead there? (" (deleted)" may also be its name.)"""
    real = original(truth["real"])
    return truth["nlink"] == 0 or (real.endswith(b" (deleted)") and not same(field(event, "fd.name"), real))


def place_of(truth, prefix=""):
    """Where its last name lies, links before it followed; None: nowhere."""
    if prefix + "folder" not in truth:
        return None
    folder = without_mark(original(truth[prefix + "folder"]), truth[prefix + "gone"])
    return folder.rstrip(b"/") + b"/" + original(truth[prefix + "last"]).rstrip(b"/")


def was(truth, prefix=""):
    """The path of what was there."""
    return without_mark(original(truth[prefix + "before"]), truth[prefix + "before_nlink"] == 0)


def same(said, real):
    """A printed string, maybe with its middle cut out, against bytes."""
    got = raw(said) if said is not None else None
    if got is None or got == real:
        return got == real
    return any(real.startswith(got[:m.start()]) and real.endswith(got[m.end():]) and len(real) > 150
               for m in re.finditer(rb"\.\.\.", got))


def opened(event, truth):
    """What is wrong with the event of a successful open."""
    flags, mode = truth["flags"], truth["mode"]
    nameless = flags & os.O_TMPFILE == os.O_TMPFILE
    created = nameless or (bool(flags & os.O_CREAT) and not truth["existed"])
    gone = is_gone(event, truth)
    real = without_mark(original(truth["real"]), gone)
    want = {"fd.ino": truth["ino"], "fd.dev": truth["dev"], "rootwatch.file.created": created,
            "rootwatch.file.deleted": gone,
            "evt.is_open_write": created or flags & os.O_ACCMODE != os.O_RDONLY or bool(flags & os.O_TRUNC),
            "evt.is_open_read": flags & os.O_ACCMODE != os.O_WRONLY,
            "fd.typechar": "d" if stat.S_ISDIR(mode) else "p" if stat.S_ISFIFO(mode) else "f"}
    root, point = (unescaped(truth.get(key, "")) for key in ("mount_root", "mount_point"))
    # (Behind the overlay that the container mounted, it is the file below that is told.)
    if root and real.startswith(point) and field(event, "rootwatch.file.ino") is None:
        want["rootwatch.file.bind"] = root != b"/"
        inner = root.rstrip(b"/") + b"/" + real[len(point):].lstrip(b"/")
        if not root.endswith(b"//deleted") and not same(field(event, "rootwatch.file.sbpath"), inner.rstrip(b"/") or b"/"):
            yield "rootwatch.file.sbpath", inner
    # Of what was moved out of the mount by which it was opened the kernel says "/": no path leads there.
    if not same(field(event, "fd.name"), real) and (real != b"/" or field(event, "fd.name") != field(event, "rootwatch.file.sbpath")):
        yield "fd.name", real
    yield from ((name, value) for name, value in want.items() if field(event, name) != value)


def changed(event, truth):
    """And of any other call."""
    act, noted = truth["act"], field(event, "rootwatch.tier") == "fentry"
    if "path" in truth and not same(field(event, "rootwatch.call.asked"), original(truth["path"])):
        yield "rootwatch.call.asked", truth["path"]
    if truth["ret"] < 0 or not (noted or act in ON_DESCRIPTORS):
        return  # the path is looked up after the call, when the tree may be another one
    path, source, ino = None, None, None
    if act in ON_DESCRIPTORS:
        path, ino = without_mark(original(truth["real"]), is_gone(event, truth)), truth["ino"]
    elif act in MOVES:
        path, source, ino = place_of(truth), was(truth, "from_"), truth["from_before_ino"]
        if source == path:  # nothing is moved then, and what lies beneath a mount may be meant
            ino = None
    elif act in MAKES:
        path = place_of(truth)
    elif "before" in truth:
        path, ino = was(truth), truth["before_ino"]
    else:  # of the uppermost of the mounts there no path was found
        return
    if not same(field(event, "fd.name"), path):
        yield "fd.name", path
    if source is not None and not any(same(field(event, "rootwatch.call.from"), without_mark(source, gone))
                                      for gone in (False, True)):
        yield "rootwatch.call.from", source
    if ino is not None and noted and field(event, "fd.ino") != ino:
        yield "fd.ino", ino


def is_of(event, truth):
    result = "SUCCESS" if truth["ret"] >= 0 else errno.errorcode[truth["errno"]]
    return field(event, "evt.type") == truth["act"] and field(event, "evt.res") == result


def wrong(event, truth):
    """[(field, what it should be)]"""
    done = truth["ret"] >= 0
    if field(event, "rootwatch.blocked") is done:
        return [("rootwatch.blocked", not done)]
    if field(event, "evt.rawres") not in (None, truth["ret"] if done else -truth["errno"]):
        return [("evt.rawres", truth["ret"])]
    if truth["act"] not in OPENS:
        return list(changed(event, truth))
    if done:
        return list(opened(event, truth))
    return [] if same(field(event, "rootwatch.file.asked"), original(truth["path"])) else [("asked", truth["path"])]


def is_told(truth):
    if truth["act"] not in CALLS or (truth["ret"] < 0 and truth["errno"] not in DENIED):
        return False
    return truth["act"] not in OPENS or not truth["flags"] & os.O_PATH


def is_below(truth):
    """Of an open: is it one of the folder that the rule is about?"""
    return truth["ret"] >= 0 and original(truth["real"]).startswith(FOLDER.encode())


def differ(truths, told, came):
    """Goes through both; fails with one example of each kind of difference."""
    found = {}

    def not_done(event):
        at = field(event, "evt.time")
        truth = next((t for t in truths if t["t0"] <= at <= t["t1"]), None)
        if field(event, "rootwatch.tier") == "lsm" and truth and truth["errno"] == errno.ENXIO:
            return  # what fails after its hook, as of a device that nobody serves, that tier tells as done
        found.setdefault(("not done", field(event, "evt.type")), (short(event), truth))

    came = list(reversed(came))
    for truth in told:
        while came and not is_of(came[-1], truth) and field(came[-1], "evt.time") < truth["t0"]:
            not_done(came.pop())
        if not came or not is_of(came[-1], truth):
            found.setdefault(("not told", truth["act"]), truth)
            continue
        event = came.pop()
        for name, value in wrong(event, truth):
            found.setdefault((truth["act"], name), (field(event, name), value, truth, short(event)))
    for event in came:
        not_done(event)
    for what, example in found.items():
        print(f"    {what}: {example}", file=sys.stderr)
    assert not found, list(found)


@suite.cases("all", "weak", "folder")
def test_random(_, kind):
    number = int(os.environ.get("E2E_ACTS", patience.fewer(ACTS, 500)))
    with watched(kind) as w:
        _, lines = w.c.sh(f"act_random {SEED} {number} {'weak' if kind == 'weak' else ''} {' '.join(PLACES)} </dev/null",
                          deadline=120)
        truths = w.c.truths_of(lines)
        assert len(truths) == number + 1, (len(truths), lines[-1:])
        told = [truth for truth in truths[1:] if is_told(truth)]
        came = w.all({"container.full_id": w.c.id, "thread.vtid": truths[0]["actor"], "rule": "random"})
        came.sort(key=lambda e: (field(e, "evt.time"), field(e, "evt.num")))
        if kind == "folder":  # of other calls it is not certain where they were looked for
            told = [truth for truth in told if truth["act"] in OPENS and is_below(truth)]
            came = [e for e in came if field(e, "evt.type") in OPENS and not field(e, "rootwatch.blocked")]
        print(f"    seed {SEED}: {number} calls, {len(told)} to be told, {len(came)} told", file=sys.stderr)
        differ(truths[1:], told, came)
        lost = [e for e in w.d.since() if e["rule"] == "Events lost" and field(e, "container.full_id") == w.c.id]
        assert not lost, lost


if __name__ == "__main__":
    suite.main(world)
