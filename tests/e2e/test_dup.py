#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Descriptors that become standard input and output: what they are of, and of whose program."""

import contextlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402

RULE = "stdio-connected"
PEER, PEER6, PORT = "172.30.0.1", "fd00:30::1", "4444"
OWN = """
- rule: File to standard input
  desc: any file that becomes standard input
  condition: evt.type in (dup, dup2, dup3) and fd.type = file and fd.num = 0
  output: "%fd.name %evt.arg.oldfd %evt.rawres %evt.args"
  priority: NOTICE
- rule: Connection copied
  desc: as Falco's rule of a similar name has it
  condition: >
    evt.type in (dup, dup2, dup3) and container and evt.rawres in (0, 1, 2) and
    fd.type in ("ipv4", "ipv6")
  output: "%fd.name %fd.sip %fd.sport"
  priority: NOTICE
- macro: container
  condition: (container.id != host)
"""


@contextlib.contextmanager
def connected():
    own = clean.work_dir() + "/own.yaml"
    with open(own, "w", encoding="utf-8") as file:
        head, macro = OWN.split("- macro", 1)
        file.write("- macro" + macro + head)
    with Runc() as c, Detector("-r", own) as detector:
        pid = str(c.pids()[0])
        for words in (["link", "set", "lo", "up"], ["addr", "add", PEER + "/32", "dev", "lo"],
                      ["addr", "add", PEER6 + "/128", "dev", "lo"]):
            subprocess.run(["nsenter", "-t", pid, "-n", "ip", *words], check=True,
                           capture_output=True)
        c.start(f"act_inet --v6 listen :: {PORT}")
        c.sh("for p in act_dup act_dup_32; do [ -e /bin/$p ] && cp /bin/$p /tmp/$p; done; true")
        yield World(detector, c)


@suite.cases(*[(f"{program} {call} {address}", program, call, address)
               for program, call, address in (
                   ("act_dup", "dup2", PEER), ("act_dup", "dup3", PEER), ("act_dup", "dup", PEER),
                   ("act_dup", "dup2", PEER6), ("act_dup_32", "dup2", PEER),
                   ("act_dup_32", "dup3", PEER), ("act_dup_32", "dup", PEER))])
def test_a_program_that_was_put_there(w, _label, program, call, address):
    truth = w.c.act("/tmp/" + program, call, address, PORT, "0", "1", "2")
    event = w.expect(w.c, truth, {"evt.type": call, "rule": RULE, "evt.rawres": 1})
    assert event["priority"] == "Critical", event
    assert field(event, "fd.sip") == address, event
    assert field(event, "fd.sport") == int(PORT), event
    assert field(event, "fd.typechar") == ("6" if address == PEER6 else "4"), event
    assert field(event, "fd.l4proto") == "tcp", event
    assert field(event, "rootwatch.compat") is program.endswith("_32"), event


def test_busybox_nc(w):
    """A real one: nc of BusyBox, which executes a program over the connection."""
    mark = w.d.mark()
    w.c.sh(f"nc {PEER} {PORT} -e /bin/true </dev/null; true")
    w.d.wait_for(lambda e: RULE in rules(e) and field(e, "container.full_id") == w.c.id and
                 field(e, "proc.exepath") == "/bin/busybox", RULE, mark)


@suite.cases("1 2", "0", "5 6", "0 5")
def test_not_both_ends(w, numbers):
    """Output alone, input alone, or neither is no shell's."""
    mark = w.d.mark()
    w.c.act("/tmp/act_dup", "dup2", PEER, PORT, *numbers.split())
    w.none(of(w.c, rule=RULE), mark)


def test_a_program_of_the_image(w):
    """As inetd and sshd do it; Falco's rule asks no more than that it is a connection."""
    mark = w.d.mark()
    truth = w.c.act("act_dup", "dup2", PEER, PORT, "0", "1")
    event = w.expect(w.c, truth, {"evt.type": "dup2", "evt.rawres": 0})
    assert event["rule"] == "Connection copied", event
    assert event["output"].endswith(f"->{PEER}:{PORT} {PEER} {PORT}"), event["output"]
    w.none(of(w.c, rule=RULE), mark)


@suite.cases("dup", "dup2", "dup3")
def test_files(w, call):
    truth = w.c.act("act_dup", call, "/etc/motd", "0", "0")
    event = w.expect(w.c, truth, {"evt.type": call, "fd.name": "/etc/motd"})
    assert event["rule"] == "File to standard input", event
    last = {"dup": "", "dup2": " newfd=0", "dup3": " newfd=0"}[call]
    assert event["output"].endswith(
        f"/etc/motd {truth['fd']} 0 res=SUCCESS oldfd={truth['fd']}{last}"), event["output"]
    assert field(event, "fd.sip") is None and field(event, "fd.typechar") == "f", event


def test_shells_are_silent(w):
    """Pipes, redirections and here-documents of a shell."""
    mark = w.d.mark()
    w.c.sh("echo a | cat | cat >/dev/null; cat </etc/motd >/tmp/out 2>&1; cat <<E\nx\nE")
    w.none(of(w.c, rule=RULE), mark)
    w.none(of(w.c, **{"rule": "connection-copied"}), mark)


if __name__ == "__main__":
    suite.main(connected)
