#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is known as harmless is known by where it lies: moved to a watched place it is seen."""

import contextlib
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import maps  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, of, rules  # noqa: E402

TIMES = 300
OPENS = 4  # until it is known
OVERLAYS = 64  # OVERLAY_LASTS


@contextlib.contextmanager
def containers():
    top = clean.work_dir()
    os.makedirs(top + "/host")
    clean.mount("tmpfs", "tmpfs", top + "/host")
    os.makedirs(top + "/host/etc/cron.d")
    with Runc() as c, Runc(privileged=True, extra=[bind(top + "/host", "/host")]) as strong, \
            Detector("--stats") as detector:
        w = World(detector, c)
        w.strong = strong
        yield w


def learn(c, path, flags="w"):
    """Opens a harmless file until it is known."""
    for _ in range(OPENS):
        c.act("act_open", "openat", flags, path)


def run(c, *lines):
    for line in lines:
        status, said = c.sh(line + " 2>&1")
        assert status == 0, (line, said)


def signatures(detector):
    """What is known, of any container (bpf/harmless.bpf.h)."""
    return set(memoryview(maps.variable(detector, "harmless_seen")).cast("Q")) - {0}


def place_of(c):
    """Where the kernel side keeps the container's overlay, if it is among those met last."""
    return os.minor(os.stat(f"{c.bundle}/merged").st_dev) % OVERLAYS


@contextlib.contextmanager
def container_in_the_place_of(first):
    """Another container, met instead. File systems are mounted until the next one's number fits."""
    with contextlib.ExitStack() as mounts:
        for number in range(8 * OVERLAYS):
            path = f"{clean.work_dir()}/number-{number}"
            os.mkdir(path)
            clean.mount("tmpfs", "tmpfs", path)
            mounts.callback(clean.umount, path)
            if (os.minor(os.stat(path).st_dev) + 1) % OVERLAYS != place_of(first):
                continue
            with Runc() as second:
                if place_of(second) == place_of(first):
                    yield second
                    return
    raise suite.Skip("no overlay got the number that it should have")


def test_not_met_of_late(w):
    """An overlay that another one was met after: what is only read there is known all the same."""
    with Runc(readonly=True) as c:
        files = [e for e in os.scandir(f"{c.bundle}/merged/bin") if e.is_file(follow_symlinks=False)]
        with container_in_the_place_of(c):
            before = signatures(w.d)
            run(c, *OPENS * ["for f in /bin/*; do : <$f; done"])  # no program is started
            fresh = signatures(w.d) - before
        # Two of them may share a place in the table.
        assert len(files) > 10 and len(fresh) > len(files) / 2, (len(files), len(fresh))


@suite.cases(
    ("rename", "/etc/known", "/tmp/known"),
    ("rename in a folder", "/etc/known", "/etc/../tmp/known"),
    ("anew", "/etc/known", "/tmp/known"),
    ("folder", "/etc/cron.d/f", "/srv/cron.d/f"),
    ("exchange", "/etc/known.d/f", "/srv/known.d/f"),
    ("race", "/etc/known", "/tmp/known"),
)
def test_again_and_again(w, label, watched, harmless):
    how, times = label.split()[0], TIMES
    w.c.sh("mkdir -p /srv; rm -rf /etc/cron.d")
    mark = w.d.mark()
    truth = w.c.act("act_known", how, watched, harmless, str(times), deadline=120)
    opens = [e for e in w.all(of(w.c, truth), mark) if field(e, "evt.type") == "openat"]
    settled = [e for e in opens if "O_APPEND" in (field(e, "evt.arg.flags") or "")]
    assert len(settled) == times, (len(settled), len(opens))
    assert {field(e, "fd.name") for e in settled} == {watched}, settled[0]
    assert {field(e, "fd.name") for e in opens} == {watched}, opens[0]


# Each leaves a known file at the path that follows.
MOVES = (
    ("mount moved", "/etc/m1/f",
     ("mkdir -p /srv/m1 /etc/m1; mount -t tmpfs t /srv/m1; touch /srv/m1/f", "/srv/m1/f",
      "mount -o move /srv/m1 /etc/m1")),
    ("bound to", "/etc/m2/f",
     ("mkdir -p /srv/m2 /etc/m2; touch /srv/m2/f", "/srv/m2/f", "mount -o bind /srv/m2 /etc/m2")),
    ("file bound to", "/etc/m3",
     ("mkdir -p /srv; touch /srv/m3 /etc/m3", "/srv/m3", "mount -o bind /srv/m3 /etc/m3")),
    ("above a mount", "/etc/m4/in/f",
     ("mkdir -p /srv/m4/in; mount -t tmpfs t /srv/m4/in; touch /srv/m4/in/f", "/srv/m4/in/f",
      "mv /srv/m4 /etc/m4")),
    ("mount on a mount", "/etc/m5/f",
     ("mkdir -p /etc/m5 /srv/m5; mount -t tmpfs t /srv/m5; touch /srv/m5/f", "/srv/m5/f",
      "umount /srv/m5; mount -t tmpfs t /etc/m5; touch /etc/m5/f")),
    ("within a mount", "/host/etc/cron.d/f",
     ("mkdir -p /host/srv; touch /host/srv/f", "/host/srv/f",
      "mv /host/srv/f /host/etc/cron.d/f")),
    ("folder within a mount", "/host/etc/cron.d/new/f",
     ("mkdir -p /host/srv/new; touch /host/srv/new/f", "/host/srv/new/f",
      "mv /host/srv/new /host/etc/cron.d/new")),
)


@suite.cases(*MOVES)
def test_moved(w, _label, watched, steps):
    before, harmless, move = steps
    run(w.strong, before)
    learn(w.strong, harmless)
    run(w.strong, move)
    mark = w.d.mark()
    truth = w.strong.act("act_open", "openat", "w", watched)
    event = w.expect(w.strong, truth, {"evt.type": "openat", "fd.name": watched}, mark)
    assert rules(event), event


def test_other_file_system(w):
    """The same names, perhaps at the same addresses: sysctl as a folder of tmpfs, then the real."""
    run(w.strong, "mkdir -p /srv/fs; mount -t tmpfs t /srv/fs; mkdir -p /srv/fs/sys/kernel; "
        "touch /srv/fs/sys/kernel/core_pattern")
    learn(w.strong, "/srv/fs/sys/kernel/core_pattern")
    run(w.strong, "umount /srv/fs; mount -t proc p /srv/fs")
    truth = w.strong.act("act_open", "openat", "w", "/srv/fs/sys/kernel/core_pattern")
    event = w.expect(w.strong, truth, {"evt.type": "openat"})
    assert rules(event), event


def test_copied_up_to_the_host(w):
    """Known while it is read from below; a write makes a copy of it where the host's files are."""
    run(w.strong, "mkdir -p /tmp/low/cron.d /m/o; touch /tmp/low/cron.d/up; mkdir /host/work; "
        "mount -t overlay -o lowerdir=/tmp/low,upperdir=/host/etc,workdir=/host/work o /m/o")
    learn(w.strong, "/m/o/cron.d/up", "r")
    learn(w.strong, "/tmp/low/cron.d/up")
    truth = w.strong.act("act_open", "openat", "w", "/m/o/cron.d/up")
    w.expect(w.strong, truth, {"evt.type": "openat", "rule": "host-takeover-written"})


def test_other_root(w):
    """In a namespace of its own, behind another root."""
    run(w.strong, "mkdir -p /srv/root/etc /srv/root/old; mount -o bind /srv/root /srv/root; "
        "cp /bin/act_open /srv/root/; touch /srv/root/etc/f")
    learn(w.strong, "/srv/root/etc/f")
    status, said = w.strong.sh("unshare -m sh -c 'cd /srv/root && pivot_root . old && "
                               "/act_open openat w /etc/f' 2>&1")
    assert status == 0, said
    w.d.wait_for(lambda e: field(e, "container.full_id") == w.strong.id and
                 field(e, "fd.name") == "/etc/f" and "etc-written" in rules(e), "/etc/f")


def test_by_handle(w):
    """An open by a handle is told whatever the file is."""
    with Runc(privileged=True, overlay=False) as c:  # an overlay has no handles
        run(c, "mkdir -p /srv; touch /srv/h")
        learn(c, "/srv/h")
        truth = c.act("act_open", "handle", "w", "/srv/h")
        w.expect(c, truth, {"evt.type": "open_by_handle_at", "fd.name": "/srv/h"})


def test_bit_set(w):
    """The same file, and now it has the SUID bit."""
    run(w.c, "mkdir -p /srv; touch /srv/s")
    learn(w.c, "/srv/s")
    run(w.c, "chmod 4755 /srv/s")
    truth = w.c.act("act_open", "openat", "w", "/srv/s")
    w.expect(w.c, truth, {"evt.type": "openat", "rule": "suid-bit-set", "fd.name": "/srv/s"})


def rule(condition):
    return ("- rule: Mine\n  desc: d\n  condition: evt.is_open_write = true and (fd.name startswith"
            f" /etc/ or {condition})\n  output: x %fd.name\n  priority: WARNING\n  tags: [mine]\n")


def test_rules_loaded_again(w):
    """What no rule wanted is wanted by the next set, and the other way round."""
    path = f"{clean.work_dir()}/again.yaml"

    def put(name):
        with open(path, "w", encoding="utf-8") as file:
            file.write(rule(f"fd.name = /srv/again/{name}"))

    run(w.c, "mkdir -p /srv/again; touch /srv/again/a /srv/again/b")
    put("a")
    with Detector("-r", path, "-T", "mine") as detector:
        own = World(detector, w.c)
        for watched, harmless in ("ab", "ba", "ab"):
            learn(w.c, f"/srv/again/{harmless}")
            own.none(of(w.c, w.c.act("act_open", "openat", "w", f"/srv/again/{harmless}")))
            truth = w.c.act("act_open", "openat", "w", f"/srv/again/{watched}")
            own.expect(w.c, truth, {"fd.name": f"/srv/again/{watched}", "rule": "mine"})
            put(harmless)
            said = len(detector.stderr)
            detector.process.send_signal(signal.SIGHUP)
            detector.wait_text(lambda text, said=said: "rules" in text[said:], "loaded", stream="stderr")
        assert detector.stop() == 0


@suite.cases(*[("length " + str(n), n) for n in (1, 7, 8, 9, 15, 16, 17, 24, 25, 31, 32, 33, 60)])
def test_each_byte_of_a_name(w, _label, length):
    """Names that differ in one byte only, as a file's and as a folder's."""
    path = f"{clean.work_dir()}/length-{length}.yaml"
    good, bad = "a" * (length - 1) + "b", "a" * (length - 1) + "c"
    with open(path, "w", encoding="utf-8") as file:
        file.write(rule(f"fd.name in (/srv/l/{bad}, /srv/l/{bad}/f)"))
    with Detector("-r", path, "-T", "mine") as detector:
        own = World(detector, w.c)
        for leaf in ("", "/f"):
            harmless, watched = f"/srv/l/{good}{leaf}", f"/srv/l/{bad}{leaf}"
            run(w.c, f"rm -rf /srv/l; mkdir -p $(dirname {harmless}); touch {harmless}")
            learn(w.c, harmless)
            run(w.c, f"mv /srv/l/{good} /srv/l/{bad}")
            truth = w.c.act("act_open", "openat", "w", watched)
            own.expect(w.c, truth, {"fd.name": watched, "rule": "mine"})
            run(w.c, f"mv /srv/l/{bad} /srv/l/{good}")
            truth = w.c.act("act_open", "openat", "w", harmless)
            own.none(of(w.c, truth))
        assert detector.stop() == 0


if __name__ == "__main__":
    suite.main(containers)
