#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Watched files that nobody writes: moved away, removed, made, opened to others."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, of, rules  # noqa: E402

# Those that only these acts raise, for test_detections.
RULES = [("permissions-opened",)]
BEFORE = """
mkdir -p /etc/old /etc/cron.d /home/eve /data/etc /tmp/k; rmdir /etc/new 2>/dev/null
echo x >/etc/motd; echo x >/etc/shadow; echo x >/etc/cron.d/x; echo x >/data/x; echo x >/data/etc/shadow
echo x >/usr/bin/victim; ln -sfn /etc /tmp/e; ln -sfn /etc/shadow /tmp/s; chmod 600 /etc/shadow
mkdir -p /tmp/.ssh; rm -rf /home/eve/.ssh
"""


@contextlib.contextmanager
def world():
    """A common container, one of another user, and one with a folder of the host."""
    host = clean.work_dir() + "/host"
    os.makedirs(host)
    with Runc() as plain, Runc(user=1000) as user, Runc(extra=[bind(host, "/vol")]) as mounted, \
            Runc(overlay=False) as layerless, Detector("--blocked") as detector:
        w = World(detector, plain)
        w.user, w.mounted, w.layerless = user, mounted, layerless
        yield w


@suite.cases(*[(" ".join(words), words, rule, path) for words, rule, path in (
    (["unlinkat", "cwd", "=/etc/motd", "0"], "etc-written", "/etc/motd"),
    (["unlinkat", "cwd", "=/tmp/e/motd", "0"], "etc-written", "/etc/motd"),
    (["--fd", "/etc", "unlinkat", "fd", "=shadow", "0"], "shadow-written", "/etc/shadow"),
    (["--chdir", "/tmp/e", "unlinkat", "cwd", "=cron.d/x", "0"], "cron-written", "/etc/cron.d/x"),
    (["unlinkat", "cwd", "=/usr/bin/victim", "0"], "program-replaced", "/usr/bin/victim"),
    (["unlinkat", "cwd", "=/etc/old", "512"], "etc-written", "/etc/old"),
    (["mkdirat", "cwd", "=/tmp/e/new", "493"], "etc-written", "/etc/new"),
    (["renameat", "cwd", "=/tmp/.ssh", "cwd", "=/home/eve/.ssh"], "ssh-config-written", "/home/eve/.ssh"),
)])
def test_changed(w, _label, words, rule, path):
    w.c.sh(BEFORE)
    truth = w.c.act("act_call", *words)
    assert truth["errno"] == 0, truth
    w.expect(w.c, truth, {"rule": rule, "fd.name": path, "evt.res": "SUCCESS"})


@suite.cases(
    ("shadow", ["renameat", "cwd", "=/etc/shadow", "cwd", "=/tmp/k/x"], "shadow-written", "/etc/shadow"),
    ("through a link", ["renameat", "cwd", "=/tmp/e/shadow", "cwd", "=/tmp/k/x"], "shadow-written", "/etc/shadow"),
    ("dirfd", ["--fd", "/etc/cron.d", "renameat", "fd", "=x", "cwd", "=/tmp/k/x"], "cron-written", "/etc/cron.d/x"),
)
def test_moved_away(w, _label, words, rule, path):
    """The rename is an event at both its ends."""
    w.c.sh(BEFORE)
    truth = w.c.act("act_call", *words)
    assert truth["errno"] == 0, truth
    event = w.expect(w.c, truth, {"rule": rule, "fd.name": "/tmp/k/x"})
    assert field(event, "rootwatch.call.from") == path, event
    assert f"(renameat of {path})" in event["output"], event["output"]


def test_by_the_descriptor_alone(w):
    """AT_EMPTY_PATH: no text could have led elsewhere."""
    w.c.sh(BEFORE)
    truth = w.c.act("act_call", "--fd", "/etc/shadow", "fchownat", "fd", "=", "1000", "-1", "4096")
    assert truth["errno"] == 0, truth
    w.expect(w.c, truth, {"rule": "permissions-opened", "fd.name": "/etc/shadow", "rootwatch.call.unresolved": False})


@suite.cases(*[(" ".join(words), words, path) for words, path in (
    (["fchmodat", "cwd", "=/etc/shadow", "436"], "/etc/shadow"),
    (["fchmodat", "cwd", "=/tmp/s", "420"], "/etc/shadow"),
    (["fchmodat", "cwd", "=/tmp/e/passwd", "438"], "/etc/passwd"),
    (["--fd", "/etc/passwd", "fchmod", "fd", "438"], "/etc/passwd"),
    (["fchmodat", "cwd", "=/etc/passwd", "934"], "/etc/passwd"),
    (["fchownat", "cwd", "=/etc/shadow", "1000", "-1", "0"], "/etc/shadow"),
    (["fchownat", "cwd", "=/tmp/s", "1000", "1000", "0"], "/etc/shadow"),
    (["fchownat", "cwd", "=/etc/shadow", "-1", "1000", "0"], "/etc/shadow"),
    (["--fd", "/etc/shadow", "fchown", "fd", "1000", "-1"], "/etc/shadow"),
    (["fchownat", "cwd", "=/bin/act_id", "1000", "-1", "0"], "/bin/act_id"),
)])
def test_opened_to_others(w, _label, words, path):
    w.c.sh(BEFORE)
    truth = w.c.act("act_call", *words)
    assert truth["errno"] == 0, truth
    w.expect(w.c, truth, {"rule": "permissions-opened", "fd.name": path})
    w.c.sh("chmod 644 /etc/passwd; chmod 600 /etc/shadow; chown 0:0 /etc/passwd /etc/shadow")


@suite.cases(*[(" ".join(words), words) for words in (
    ["unlinkat", "cwd", "=/data/x", "0"],
    ["unlinkat", "cwd", "=/tmp/s", "0"],
    ["renameat", "cwd", "=/data/x", "cwd", "=/data/etc/shadow"],
    ["mkdirat", "cwd", "=/data/new", "493"],
    ["fchmodat", "cwd", "=/etc/shadow", "384"],
    ["fchmodat", "cwd", "=/data/etc/shadow", "438"],
    ["fchownat", "cwd", "=/etc/shadow", "0", "42", "0"],
    ["fchownat", "cwd", "=/etc/shadow", "-1", "42", "0"],
    ["fchownat", "cwd", "=/data/x", "1000", "1000", "0"],
    # A pipe lies nowhere, and not at "/".
    ["--fd", "/proc/self/fd/1", "fchown", "fd", "1000", "-1"],
    ["--fd", "/proc/self/fd/1", "fchmod", "fd", "438"],
    ["fchownat", "1", "=", "1000", "-1", "0x1000"],
)])
def test_harmless(w, _label, words):
    """What lies elsewhere, a link that goes, and what opens nothing to anybody."""
    w.c.sh(BEFORE + "rmdir /data/new 2>/dev/null")
    truth = w.c.act("act_call", *words)
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth))


@suite.cases(*[(" ".join(words), words, rule) for words, rule in (
    (["unlinkat", "cwd", "=/etc/passwd", "0"], "passwd-written"),
    (["mkdirat", "cwd", "=/etc/new", "493"], "etc-written"),
    (["fchmodat", "cwd", "=/etc/passwd", "438"], "permissions-opened"),
    (["fchownat", "cwd", "=/etc/passwd", "1000", "1000", "0"], "permissions-opened"),
)])
def test_denied(w, _label, words, rule):
    truth = w.user.act("act_call", *words)
    assert truth["errno"], truth
    event = w.expect(w.user, truth, {"rule": rule})
    assert field(event, "rootwatch.blocked") is True, event


@suite.cases(*[(words[0] + " " + words[-1], words, before) for words, before in (
    (["mkdirat", "cwd", "=/vol/made", "493"], "true"),
    (["symlinkat", "=/etc/shadow", "cwd", "=/vol/link"], "true"),
    (["unlinkat", "cwd", "=/vol/link", "0"], "ln -s /etc/shadow /vol/link"),
    (["renameat", "cwd", "=/vol/made", "cwd", "=/vol/moved"], "mkdir /vol/made"),
    (["unlinkat", "cwd", "=/vol/moved", "512"], "mkdir /vol/moved"),
)])
def test_of_the_host(w, _label, words, before):
    assert w.mounted.sh(f"rm -rf /vol/made /vol/moved /vol/link; {before}")[0] == 0
    truth = w.mounted.act("act_call", *words)
    assert truth["errno"] == 0, truth
    event = w.expect(w.mounted, truth, {"rule": "host-file-written"})
    assert "etc-written" not in rules(event), event


def test_dropped_without_layers(w):
    """What was asked for its time (stat) is not taken for changed; what came later is."""
    c = w.layerless
    status, _ = c.sh("busybox stat -f -c %T /bin | busybox grep -q -E 'tmpfs|ramfs'")
    if status == 0:
        raise suite.Skip("the root file system lies in memory, where the rule does not look")
    c.sh("busybox stat /bin/act_id /bin/busybox")
    w.none(of(c, c.act("act_id", "one"), rule="exec-dropped"))
    c.sh("cp /bin/act_id /opt/dropped; busybox stat /opt/dropped")
    w.expect(c, c.act("/opt/dropped", "one"), {"rule": "exec-dropped", "proc.exepath": "/opt/dropped"})


if __name__ == "__main__":
    suite.main(world)
