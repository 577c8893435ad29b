#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Credentials that rose with no call and no exec to explain it. There is no exploit to run: instead
of the process, what the detector remembers of it is changed, to what uid 1000 has.
"""

import contextlib
import json
import os
import shutil
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import suite  # noqa: E402
from detector import Detector, short  # noqa: E402
from runc import Runc  # noqa: E402
from suite import Skip  # noqa: E402
from world import World, field, matches, of, rules  # noqa: E402

RULE = "credentials-risen"
# struct task_value of bpf/maps.bpf.h: four uids, four gids, four of the namespace, four sets of
# capabilities, the user namespace.
UIDS, CAPS = struct.Struct("<4I"), struct.Struct("<4Q")
CAPS_AT = 48
CAP_MKNOD = 27


@contextlib.contextmanager
def two_users():
    """The same image as root and as uid 1000."""
    if not shutil.which("bpftool"):
        raise Skip("no bpftool here")
    with Runc() as root, Runc(user=1000) as user, Detector() as detector:
        made = World(detector, root)
        made.user = user
        yield made


def bpftool(*words):
    done = subprocess.run(["bpftool", "-j", *words], capture_output=True, check=True)
    return json.loads(done.stdout) if done.stdout.strip() else None


def tasks_map(w):
    for kind, number in w.d.kernel_objects():
        if kind == "map" and bpftool("map", "show", "id", str(number)).get("name") == "tasks":
            return str(number)
    raise AssertionError("the detector has no map of tasks")


def remembered(w, pid, change):
    """Changes what is remembered of a task: change() is given the bytes. Gives what undoes it."""
    number = tasks_map(w)
    key = [f"{byte:#x}" for byte in struct.pack("<I", pid)]
    found = bpftool("map", "lookup", "id", number, "key", *key)
    before = bytes(int(byte, 16) for byte in found["value"])
    value = bytearray(before)
    change(value)
    _remember(number, key, value)
    return lambda: _remember(number, key, before)


def _remember(number, key, value):
    bpftool("map", "update", "id", number, "key", *key, "value", *[f"{b:#x}" for b in value])


def as_user(value):
    UIDS.pack_into(value, 0, 1000, 1000, 1000, 1000)
    CAPS.pack_into(value, CAPS_AT, 0, 0, 0, CAPS.unpack_from(value, CAPS_AT)[3])


def without_mknod(value):
    effective, permitted, *rest = CAPS.unpack_from(value, CAPS_AT)
    assert permitted >> CAP_MKNOD & 1, "Docker's capabilities hold CAP_MKNOD"
    CAPS.pack_into(value, CAPS_AT, effective, permitted & ~(1 << CAP_MKNOD), *rest)


def one_alert(w, pid, mark):
    """Exactly one of the rule in the container, by that process."""
    came = w.all(of(w.c, rule=RULE), mark)
    assert len(came) == 1, [short(e) for e in came]
    assert field(came[0], "proc.pid") == pid, came[0]
    assert came[0]["priority"] == "Critical", came[0]
    assert rules(came[0]) == {RULE}, came[0]
    return came[0]


def test_seen_at_an_open(w):
    pid, mark = w.c.host_pid(1), w.d.mark()
    remembered(w, pid, as_user)
    for name in ("one", "two", "three"):
        w.c.sh(f": >/etc/risen-{name}")
    event = one_alert(w, pid, mark)
    assert field(event, "evt.type") == "credrise", event
    assert field(event, "rootwatch.from.uid") == 1000, event
    assert field(event, "rootwatch.to.euid") == 0, event
    assert "CAP_CHOWN" in field(event, "rootwatch.cap_gained"), event
    # The act itself is told as ever.
    w.d.wait_for(lambda e: matches(e, of(w.c, **{"fd.name": "/etc/risen-one"})), "the open", mark)


def test_capabilities_alone(w):
    pid, mark = w.c.host_pid(1), w.d.mark()
    remembered(w, pid, without_mknod)
    w.c.sh(": >/etc/risen-caps; : >/etc/risen-caps2")
    event = one_alert(w, pid, mark)
    assert field(event, "rootwatch.from.uid") == 0, event
    assert field(event, "rootwatch.cap_gained") == "CAP_MKNOD", event


def test_seen_before_children_inherit_it(w):
    pid, mark = w.c.host_pid(1), w.d.mark()
    remembered(w, pid, as_user)
    w.c.sh("/bin/ls /; /bin/ls /; (/bin/ls /)")
    one_alert(w, pid, mark)


def test_seen_at_an_exec(w):
    """The exec is not held to be SUID, and does not make the rise forgotten."""
    w.c.sh("mkfifo /tmp/go")
    said = w.c.start("sh -c 'echo \"{\\\"pid\\\": $$}\"; read x </tmp/go; exec /bin/ls /'")
    pid, mark = w.c.host_pid(said["pid"]), w.d.mark()
    remembered(w, pid, as_user)
    w.c.sh("echo >/tmp/go")
    event = w.d.wait_for(lambda e: matches(e, of(w.c, rule=RULE)), RULE, mark)
    assert event["output_fields"]["proc.pid"] == pid, event
    one_alert(w, pid, mark)
    w.none(of(w.c, rule="privilege-suid-exec"), mark)


def test_who_may_become_root_proves_nothing(w):
    """With CAP_SETUID remembered, a setuid that was missed would explain it."""
    def may(value):
        caps = CAPS.unpack_from(value, CAPS_AT)
        as_user(value)
        CAPS.pack_into(value, CAPS_AT, *caps)
    pid, mark = w.c.host_pid(1), w.d.mark()
    undo = remembered(w, pid, may)
    w.c.sh(": >/etc/risen-may")
    w.none(of(w.c, rule=RULE), mark)
    undo()


@suite.cases("thread", "takeover", "child", "userns", "clone-userns", "capset", "saved", "kept")
def test_legal(w, way):
    mark = w.d.mark()
    w.c.truths("act_risen", way)
    w.none(of(w.c, rule=RULE), mark)


@suite.cases("userns", "clone-userns")
def test_legal_as_a_user(w, way):
    mark = w.d.mark()
    try:
        w.user.truths("act_risen", way)
    except AssertionError as error:
        raise Skip(f"uid 1000 may not make user namespaces here: {error}") from error
    w.none(of(w.user, rule=RULE), mark)


@suite.cases("suid", "su", "fcaps")
def test_legal_programs(w, which):
    mark = w.d.mark()
    if which == "su":
        w.c.sh("su user -c 'true; true' </dev/null; su user -c '/usr/bin/suid_setid setuid:0' </dev/null")
    elif which == "suid":
        w.user.sh("/usr/bin/suid_setid setuid:0 setresuid:1000:1000:0 setuid:0; /usr/bin/suid")
    else:
        w.user.sh("/usr/bin/fcap_setuid; /usr/bin/fcap")
    for c in (w.c, w.user):
        w.none(of(c, rule=RULE), mark)


def test_older_than_the_detector(w):
    """The shells of both containers ran before it did; they act, and nothing is held against them."""
    mark = w.d.mark()
    for c in (w.c, w.user):
        c.sh("echo x >/dev/null; /bin/ls / >/dev/null; /bin/touch /etc/risen-older")
        w.none(of(c, rule=RULE), mark)


if __name__ == "__main__":
    suite.main(two_users)
