#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls on files are compared in the kernel: the alerts are those that come when all calls are sent."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, matches, of, rules  # noqa: E402

# Nothing of these can be compared, so that all such calls are sent.
ALL = """
- rule: Any call on a file
  desc: the kernel has nothing to compare
  condition: >
    evt.type in (rename, renameat, renameat2, link, linkat, symlink, symlinkat, unlink, unlinkat, rmdir, chmod,
      fchmod, fchmodat, fchmodat2, chown, fchown, lchown, fchownat, truncate, ftruncate, mkdir, mkdirat, mknod,
      mknodat) and proc.name exists
  output: "%evt.type"
  priority: DEBUG
  x-rootwatch:
    id: any-call
"""
NOFOLLOW = "256"
OWNER = "1000"
TREE = 500
FOLDERS, FILES_EACH = 20, 50
HOOK = "security_path_unlink"


# What the acts are done to, and what they leave.
FILES = ("mkdir -p /etc/cron.d /srv/tree/d/e /root/.ssh /var/log /usr/lib/x && "
         "touch /srv/tree/f /srv/tree/d/e/f /etc/passwd /etc/shadow /etc/cron.d/job /root/.bash_history "
         "/srv/tree/.bashrc /srv/host/f /srv/host/etc/passwd /usr/lib/x/libx.so")
LEFT = ("rm -f /etc/fresh /etc/stale /srv/tree/fresh /srv/tree/stale /srv/tree/link /srv/tree/authorized_keys "
        "/srv/tree/hard /srv/tree/d/hard; [ ! -d /moved ] || mv /moved /root")


@contextlib.contextmanager
def world():
    top = clean.work_dir()
    with open(top + "/all.yaml", "w", encoding="utf-8") as file:
        file.write(ALL)
    os.makedirs(top + "/host")
    clean.mount("tmpfs", "tmpfs", top + "/host")
    os.makedirs(top + "/host/etc")
    with Runc(privileged=True, extra=[bind(top + "/host", "/srv/host")]) as c, \
            Detector("--stats") as detector, Detector("--stats", "-r", top + "/all.yaml") as other:
        shell(c, FILES + " && ln -s /etc /srv/tree/to-etc && ln -s /etc/shadow /srv/tree/to-shadow && mkdir /srv/bound && "
              "mount --bind /etc /srv/bound && touch /srv/tree/over && mount --bind /etc/shadow /srv/tree/over")
        w = World(detector, c)
        w.other = other
        w.disturbed = 0
        yield w


def shell(c, command):
    status, text = c.sh(command)
    assert status == 0, text


def chown(*path, flags=NOFOLLOW, uid=OWNER):
    return ["fchownat", *path, uid, uid, flags]


# Options of act_call, the call and its arguments; whether something is to be said of it.
ACTS = [
    (["--fd", "/srv/tree"], chown("fd", "=f"), False),
    (["--fd", "/srv/tree"], chown("fd", "=d"), False),
    (["--fd", "/etc"], chown("fd", "=shadow"), True),
    (["--fd", "/etc"], chown("fd", "=shadow", uid="0"), False),
    (["--fd", "/"], chown("fd", "=etc"), True),
    ([], chown("cwd", "=/"), True),
    (["--chdir", "/etc"], chown("cwd", "=shadow"), True),
    (["--chdir", "/etc"], chown("cwd", "=./shadow"), True),
    (["--chdir", "/"], chown("cwd", "=etc/shadow"), True),
    (["--chdir", "/srv/tree"], chown("cwd", "=to-etc/shadow"), True),
    (["--chdir", "/srv/tree"], chown("cwd", "=to-shadow"), False),
    (["--chdir", "/srv/tree"], chown("cwd", "=to-shadow", flags="0"), True),
    (["--fd", "/srv/tree"], chown("fd", "=over"), True),
    (["--chdir", "/srv/tree"], ["lchown", "=over", OWNER, OWNER], True),
    (["--fd", "/srv/tree/to-etc"], chown("fd", "=shadow"), True),
    (["--fd", "/srv/bound"], chown("fd", "=shadow"), True),
    (["--fd", "/srv/bound"], chown("fd", "=.."), False),
    (["--chdir", "/srv"], chown("cwd", "=/proc/1/root/etc/shadow"), True),
    (["--fd", "/etc/shadow"], ["fchown", "fd", OWNER, OWNER], True),
    (["--fd", "/srv/tree/f"], ["fchown", "fd", OWNER, OWNER], False),
    (["--fd", "/etc/shadow"], ["fchmod", "fd", "0604"], True),
    (["--fd", "/etc/shadow"], ["fchmod", "fd", "0600"], False),
    (["--fd", "/srv/tree"], ["fchmodat", "fd", "=to-shadow", "0604"], True),
    (["--fd", "/srv/tree"], ["fchmodat", "fd", "=f", "04755"], True),
    (["--fd", "/srv/tree"], ["fchmodat", "fd", "=f", "0755"], False),
    (["--fd", "/etc"], ["mknodat", "fd", "=fresh", "0100644", "0"], True),
    (["--fd", "/etc"], ["unlinkat", "fd", "=fresh", "0"], True),
    (["--fd", "/srv/tree"], ["mknodat", "fd", "=fresh", "0100644", "0"], False),
    (["--fd", "/srv/tree"], ["renameat2", "fd", "=fresh", "fd", "=stale", "0"], False),
    (["--fd", "/srv/tree"], ["renameat2", "fd", "=stale", "fd", "=/etc/stale", "0"], True),
    (["--fd", "/etc"], ["renameat2", "fd", "=stale", "cwd", "=/srv/tree/stale", "0"], True),
    (["--fd", "/srv/tree"], ["unlinkat", "fd", "=stale", "0"], False),
    (["--fd", "/root"], ["unlinkat", "fd", "=.bash_history", "0"], True),
    (["--fd", "/srv/tree"], ["unlinkat", "fd", "=.bashrc", "0"], True),
    (["--fd", "/srv/tree"], ["symlinkat", "=/etc/shadow", "fd", "=link"], False),
    (["--fd", "/srv/tree"], ["symlinkat", "=/srv", "fd", "=authorized_keys"], True),
    (["--fd", "/srv/tree"], ["linkat", "cwd", "=/etc/shadow", "fd", "=hard", "0"], True),
    (["--chdir", "/srv/tree/d"], ["linkat", "cwd", "=e/f", "cwd", "=hard", "0"], False),
    (["--fd", "/usr/lib/x"], ["unlinkat", "fd", "=libx.so", "0"], True),
    (["--fd", "/srv/host"], ["unlinkat", "fd", "=f", "0"], None),
    (["--fd", "/srv/host/etc"], ["unlinkat", "fd", "=passwd", "0"], None),
    ([], ["truncate", "=/etc/cron.d/job", "0"], True),
    ([], ["truncate", "=/srv/tree/f", "0"], False),
    (["--chdir", "/"], ["renameat", "cwd", "=root", "cwd", "=moved"], None),
    (["--chdir", "/"], ["renameat", "cwd", "=moved", "cwd", "=root"], None),
    (["--fd", "/etc", "--uid", "1000"], ["unlinkat", "fd", "=shadow", "0"], None),
]


def said(events, want):
    """What was said of the act, but that it was a call."""
    found = [(e, [r for r in rules(e) if r != "any-call"]) for e in events if matches(e, want)]
    return [(field(e, "evt.type"), kept, field(e, "fd.name"), field(e, "rootwatch.call.from"), field(e, "fd.ino"),
             field(e, "rootwatch.call.unresolved"), field(e, "evt.res")) for e, kept in found if kept]


def fence(w, marks=(0, 0)):
    """After this every event of an act that is over has been read by both."""
    truth = w.c.act("act_open", "openat", "wc", "/etc/fence")
    for d, mark in zip((w.d, w.other), marks):
        d.wait_for(lambda e: matches(e, of(w.c, truth, **{"fd.name": "/etc/fence"})), "/etc/fence", mark)


def lost(stats):
    """How many events a detector has lost so far, by whatever reason (see world.skipped())."""
    return sum(count for name, count in stats.items() if name.startswith("lost_"))


@suite.again_where(lambda w: lost(w.d.counters()) + lost(w.other.counters()), "events that were lost")
def test_same_alerts(w):
    shell(w.c, f"{LEFT}; {FILES}")
    told = 0
    for options, call, alerts in ACTS:
        marks = w.d.mark(), w.other.mark()
        truth = w.c.act("act_call", *options, *call)
        fence(w, marks)
        want = of(w.c, truth, **{"evt.type": call[0]})
        mine, others = said(w.d.since(marks[0]), want), said(w.other.since(marks[1]), want)
        assert mine == others, (options, call, truth, mine, others)
        assert alerts is None or bool(mine) == alerts, (options, call, truth, mine)
        told += bool(mine)
    print(f"# {told} of {len(ACTS)} acts told, the same by both")


@suite.at_the_end
def test_trees(w):
    """What changes a tree by names in its folders is not sent."""
    w.c.sh("mkdir -p /srv/many")
    truth = w.c.act("act_tree", "/srv/many", OWNER, str(TREE))
    assert truth["done"] == TREE, truth
    fence(w)
    w.d.stop()
    w.other.stop()
    mine, others = w.d.stats(), w.other.stats()
    assert others["produced"] - mine["produced"] >= 2 * TREE, (mine, others)


@suite.cases(("chown", "chown -R 1000:1000 /srv/large"), ("chmod", "chmod -R 0751 /srv/large"), ("rm", "rm -rf /srv/large"))
@suite.again_where(lambda w: w.disturbed, "events that were lost, or of other containers")
def test_tools(w, _label, command):
    """
    Where the objects are noted before the act it does not matter how a tool names them: of these nothing is
    sent but that the program ran. (What other containers of this machine do meanwhile is not counted.)
    """
    shell(w.c, f"for d in $(seq {FOLDERS}); do mkdir -p /srv/large/$d; (cd /srv/large/$d && touch $(seq {FILES_EACH})); done")
    acts = FOLDERS * FILES_EACH + FOLDERS + 1
    with Detector("--all") as everyone, Detector("--stats") as d:
        noted = HOOK in d.start["output_fields"]["rootwatch.hooks"]
        try:
            shell(w.c, command)
            truth = w.c.act("act_open", "openat", "wc", "/etc/fence")
            d.wait_for(lambda e: matches(e, of(w.c, truth, **{"fd.name": "/etc/fence"})), "/etc/fence")
        finally:
            d.stop()
            w.disturbed += lost(d.stats())
        everyone.stop()
        others = sum(field(e, "container.full_id") != w.c.id for e in everyone.since())
        w.disturbed += others
        sent = d.stats()["produced"] - others
    print(f"# {sent} records of {acts} acts, {others} of other containers", file=sys.stderr)
    # Without it a path with folders in it is not compared: these tools' calls are sent, once each.
    assert 0 < sent < (acts / 10 if noted else acts * 1.1), (sent, acts)


if __name__ == "__main__":
    suite.main(world)
