#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files that can be written through memory: mapped by descriptors that the process did not open."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import maps  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from rootfs import TRIGGERS  # noqa: E402
from runc import Runc  # noqa: E402
from world import field, of, rules, world  # noqa: E402

TAKEOVER = "host-takeover-written"
GATE_FACTOR = 0x9e3779b97f4a7c15


def given(c, path, how, program="act_map", user=0):
    """Somebody on the host opens the file, and hands it to a process of the container."""
    if not os.path.exists(f"{TRIGGERS}/{program}"):
        raise suite.Skip("no 32-bit toolchain here: its programs were not built")
    done = c.exec_with(path, f"/bin/{program}", how, "3", user=user)
    if done.returncode == 97:
        raise suite.Skip(f"{program} {how}: no such call on this architecture")
    said = c.truths_of(done.stdout.splitlines())
    assert said, done
    return said[-1]


def mapped(w, c, truth, want, mark=0):
    event = w.expect(c, truth, {"evt.type": "mmap", **want}, mark)
    assert field(event, "fd.ino") == truth["ino"] and field(event, "fd.dev") == truth["dev"], event
    assert field(event, "evt.is_open_write") and not field(event, "evt.is_open_read"), event
    assert field(event, "evt.res") == "SUCCESS" and field(event, "evt.rawres") is None, event
    return event


@suite.cases("act_map srw", "act_map vw", "act_map sr", "act_map s", "act_map srl", "act_map_32 srw",
             "act_map_32 osrw")
def test_inherited_from_the_host(w, words):
    """Also without PROT_WRITE, which mprotect can add, and by both calls of a 32-bit program."""
    program, how = words.split()
    truth = given(w.c, "/etc/passwd", how, program)
    assert truth["errno"] == 0, truth
    event = mapped(w, w.c, truth, {"rule": TAKEOVER, "rootwatch.compat": program.endswith("_32")})
    assert "passwd-written" in rules(event), rules(event)
    assert field(event, "fd.name").endswith("/etc/passwd"), event
    assert field(event, "evt.arg.flags") == ("MAP_SHARED_VALIDATE" if "v" in how else "MAP_SHARED")
    assert len(w.all(of(w.c, truth, **{"evt.type": "mmap"}))) == 1


@suite.cases("prw", "pr")
def test_a_private_one_writes_nothing(w, how):
    truth = given(w.c, "/etc/passwd", how)
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, **{"evt.type": "mmap"}))


def test_not_of_another_user(w):
    truth = given(w.c, "/etc/passwd", "srw", user=1000)
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, **{"evt.type": "mmap"}))


def test_of_the_container(w):
    """The host opened it where the container sees it, on its root."""
    truth = given(w.c, f"{w.c.bundle}/merged/etc/shadow", "srw")
    event = mapped(w, w.c, truth, {"rule": "shadow-written"})
    assert " mapped " in event["output"] or "/etc/shadow" in event["output"], event


def test_what_nobody_watches(w):
    path = clean.work_dir() + "/data"
    with open(path, "w", encoding="utf-8") as file:
        file.write("x")
    truth = given(w.c, path, "srw")
    assert truth["errno"] == 0, truth
    assert not [e for e in w.all(of(w.c, truth, **{"evt.type": "mmap"}))
                if rules(e) - {"host-file-written"}]


def test_what_it_opened_itself_is_told_once(w):
    truth = w.c.act("act_map", "srw", "/etc/mapped")
    w.expect(w.c, truth, {"rule": "etc-written", "fd.name": "/etc/mapped", "evt.type": "openat"})
    w.none(of(w.c, truth, **{"evt.type": "mmap"}))


def test_over_an_exec(w):
    """The shell opens it, and what it starts has credentials of its own."""
    _, lines = w.c.sh("act_map srw 3 3<>/etc/over")
    truth = w.c.truths_of(lines)[-1]
    mapped(w, w.c, truth, {"rule": "etc-written", "fd.name": "/etc/over"})


def test_denied_is_silent(w):
    """A descriptor for reading cannot be mapped for writing: nothing was opened, nothing done."""
    _, lines = w.c.sh("act_map srw 3 3</etc/passwd")
    truth = w.c.truths_of(lines)[-1]
    assert truth["errno"] == 13, truth
    w.none(of(w.c, truth, **{"evt.type": "mmap"}))


def cgroups(c):
    """Numbers of the container's cgroups, of each hierarchy."""
    return {os.stat(folder).st_ino for top in clean.cgroup_roots()
            for folder, _, _ in os.walk(top) if c.id in folder}


def gate_memories(detector, c):
    """
    What the kernel side's gate keeps of the container's cgroups: four words, the second is the cgroup,
    and the last is made of the others (bpf/gate.bpf.h).
    """
    ids = cgroups(c)
    words = maps.variables(detector)
    return {(at, sign) for at, (sign, ident, rest, check) in enumerate(zip(words, words[1:], words[2:], words[3:]))
            if ident in ids and check == (sign ^ ident) * GATE_FACTOR % 2 ** 64 ^ rest}


def test_private_ones_are_turned_away_first(_w):
    """Each allocation of every process makes some: they must not even reach the gate."""
    with Runc() as c:
        truth = c.start("act_still 3<>/tmp/still")
        with Detector() as detector, open(f"/proc/{c.host_pid(truth['pid'])}/fd/0", "wb", 0) as told:
            def act(letter, so_far):
                told.write(letter)
                patience.until(lambda: os.stat(f"{c.upper}/tmp/still").st_size == so_far, "the mappings")

            # What is kept is good until some task gets into another cgroup.
            with Runc() as other:
                other.start("act_still 3<>/tmp/still")
            before = gate_memories(detector, c)
            act(b"p", 1)
            assert gate_memories(detector, c) <= before
            act(b"s", 2)
            patience.until(lambda: gate_memories(detector, c) - before, "a shared one at the gate")


if __name__ == "__main__":
    suite.main(world)
