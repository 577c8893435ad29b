#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every detection: an act that raises it, and the nearest act that must not."""

import datetime
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import acts  # noqa: E402
import clean  # noqa: E402
import suite  # noqa: E402
import test_calls  # noqa: E402
import test_changed  # noqa: E402
import test_default_rules  # noqa: E402
import test_dup  # noqa: E402
import test_inet  # noqa: E402
import test_risen  # noqa: E402
import test_setid  # noqa: E402
from acts import read, write  # noqa: E402
from detector import run, short  # noqa: E402
from world import field, of, rules  # noqa: E402

TYPES = {"string": str, "strings": str, "number": int, "bool": bool,
         "address": str}
KNOB = "/proc/sys/kernel/core_pattern"
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
# Where the kernel has none, a denied attempt at that name has to do.
SYSRQ = write("/proc/sysrq-trigger", "w") if os.path.exists("/proc/sysrq-trigger") else [
    "unshare", "-m", "sh", "-c", "mount -t tmpfs -o ro none /proc; "
    "act_open openat wc /proc/sysrq-trigger"]
LISTEN = "act_connect --listen /run/docker.sock"


def bound(where):
    """A Unix socket bound there."""
    return f"act_connect --bind {where}"


# The detection; where and the act that raises it; where and an act that comes near and does not.
TABLE = [
    ("runtime-socket", "strong", ["act_connect", "/data/docker.sock"],
     "strong", ["act_connect", "/data/plain"]),
    ("runtime-socket-lookalike", "c", ["act_connect", "/run/docker.sock"],
     "strong", ["act_connect", "/data/docker.sock"]),
    ("kernel-knob-escape", "strong", write(KNOB, "w"), "strong", read(KNOB)),
    ("kernel-knob-escape", "strong", write("/cg/release_agent", "w"),
     "strong", read("/cg/release_agent")),
    ("host-takeover-written", "strong", write("/mnt/cron.d/x"), "strong", write("/data/x")),
    ("block-device-opened", "strong", read("/tmp/disk"), "strong", read("/dev/zero")),
    ("mem-device-opened", "c", read("/dev/mem"), "c", read("/dev/zero")),
    ("sysrq-triggered", "strong", SYSRQ, "c", write("/tmp/sysrq-trigger")),
    ("exec-memfd", "c", ["act_exec", "memfd", "/bin/act_id"],
     "c", ["act_exec", "fd", "/bin/act_id"]),
    ("preload-written", "c", write("/etc/ld.so.preload"), "c", write("/tmp/ld.so.preload")),
    ("authorized-keys-written", "c", write("/root/.ssh/authorized_keys"),
     "c", read("/root/.ssh/authorized_keys")),
    ("sudoers-written", "c", write("/etc/sudoers.d/x"), "c", write("/etc/sudoers-x")),
    ("shadow-written", "c", write("/etc/shadow", "w"), "c", write("/etc/shadow-x")),
    ("passwd-written", "c", write("/etc/passwd", "w"), "c", write("/tmp/passwd")),
    ("passwd-written", "c", write("/etc/group", "w"), "c", read("/etc/group")),
    ("cron-written", "c", write("/etc/cron.d/x"), "c", write("/etc/cron-x")),
    ("cron-written", "c", write("/var/spool/cron/crontabs/root"), "c", read("/etc/crontab")),
    ("systemd-unit-written", "c", write("/etc/systemd/system/x.service"),
     "c", write("/etc/systemd-x")),
    ("ssh-config-written", "c", write("/etc/ssh/sshd_config"), "c", read("/etc/ssh/sshd_config")),
    ("ssh-config-written", "c", write("/root/.ssh/config"), "c", write("/root/.ssh/known_hosts")),
    ("profile-written", "c", write("/etc/profile.d/x.sh"), "c", write("/etc/profile-x")),
    ("profile-written", "c", write("/home/user/.bashrc"), "c", write("/home/user/bashrc")),
    ("package-database-written", "c", write("/var/lib/dpkg/status", "w"),
     "c", write("/var/lib/dpkg/lock")),
    ("package-database-written", "c", write("/lib/apk/db/installed", "w"),
     "c", read("/lib/apk/db/installed")),
    ("package-database-written", "c", write("/var/lib/rpm/rpmdb.sqlite", "w"),
     "c", write("/var/lib/rpm-x")),
    ("program-replaced", "c", write("/usr/sbin/new"), "c", read("/usr/bin/mytool")),
    ("program-replaced", "c", write("/usr/bin/pam_x.so"),
     "c", write("/var/pam_x.so")),
    ("traces-removed", "c", write("/root/.bash_history", "wct"),
     "c", write("/root/.bash_history", "wca")),
    ("privilege-suid-exec", "user", ["/usr/bin/suid"], "c", ["/usr/bin/suid"]),
    ("privilege-fcaps-exec", "user", ["/usr/bin/fcap_setuid"], "user", ["/usr/bin/fcap"]),
    ("privilege-fcaps-minor", "user", ["/usr/bin/fcap"], "c", ["/usr/bin/fcap"]),
    ("privilege-sgid-exec", "user", ["/usr/bin/sgid"], "c", ["/usr/bin/sgid"]),
    ("privilege-setuid", "user", ["/usr/bin/suid_setid", "setuid:0"],
     "c", ["act_setid", "setuid:1000"]),
    ("privilege-regained", "c", ["act_setid", "setresuid::1000:", "setresuid::0:"],
     "c", ["act_setid", "setresuid::1000:"]),
    ("package-manager", "c", ["/sbin/apk", "add", "curl"], "c", ["/sbin/apk", "info"]),
    ("package-manager-query", "c", ["/sbin/apk", "info"], "c", ["/usr/bin/mytool", "info"]),
    ("user-added", "c", ["/usr/sbin/useradd", "eve"], "c", ["/usr/sbin/useradd", "--help"]),
    ("exec-tmp", "c", ["act_exec", "copy", "/bin/act_id", "/tmp/x"],
     "c", ["act_exec", "copy", "/bin/act_id", "/opt/x"]),
    ("exec-upper-layer", "c", ["act_exec", "copy", "/bin/act_id", "/opt/y"],
     "c", ["/usr/bin/mytool"]),
    ("exec-deleted", "c", ["act_exec", "unlinked", "/bin/act_id", "/opt/z"],
     "c", ["act_exec", "copy", "/bin/act_id", "/opt/z"]),
    ("host-file-written", "strong", write("/data/file", "w"), "strong", read("/data/file")),
    ("etc-written", "c", write("/etc/motd", "w"), "c", read("/etc/motd")),
    ("etc-written", "c", write("/etc/new.conf"), "c", write("/etcetera")),
    # A bind makes a file, by a path, through a link, and when it is denied.
    ("etc-written", "c", bound("/etc/x.sock"), "strong", bound("/opt/x.sock")),
    ("etc-written", "c", "ln -s /etc /opt/etc; " + bound("--datagram /opt/etc/y.sock"), "strong",
     bound("--abstract /etc/z.sock")),
    ("etc-written", "user", bound("/etc/x.sock"), "user", bound("/tmp/x.sock")),
    ("host-file-written", "strong", bound("/data/x.sock"), "strong", bound("/opt/y.sock")),
    ("kernel-knob-written", "strong", write("/proc/sys/kernel/hostname", "w"),
     "strong", read("/proc/sys/kernel/hostname")),
    ("shadow-read", "c", read("/etc/shadow"), "c", read("/etc/passwd")),
    ("private-key-read", "c", read("/root/.ssh/id_rsa"), "c", read("/root/notes.txt")),
    ("private-key-read", "c", read("/etc/ssl/private/server.key"),
     "c", write("/etc/ssl/private/server.key", "w")),
    ("token-read", "c", read(TOKEN), "c", read("/app/data.txt")),
    ("dotenv-read", "c", read("/app/.env"), "c", write("/app/.env", "w")),
]


def listing(command):
    """What `rules COMMAND` says, one dict a line."""
    return [json.loads(line) for line in run("rules", command, "-o", "json").stdout.splitlines()]


@suite.cases(*[(f"{row[0]} {number}", *row) for number, row in enumerate(TABLE)])
def test_detection(w, _label, *row):
    if row[0] == "runtime-socket-lookalike":
        w.c.start(LISTEN)
    acts.check(w, *row)


def test_disk_mounted_inside(w):
    """Root mounts the host's disk (here an image of one) and writes to the host's cron there."""
    image, tree = clean.work_dir() + "/disk.img", clean.work_dir() + "/disk"
    os.makedirs(tree + "/etc/cron.d")
    subprocess.run(["truncate", "-s", "4M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-d", tree, image], check=True, capture_output=True)
    loop = subprocess.run(["losetup", "--find", "--show", image], check=True,
                          capture_output=True, text=True).stdout.strip()
    detach = clean.defer(subprocess.run, ["losetup", "--detach", loop])
    status, lines = w.strong.sh(f"mknod /dev/disk b 7 {loop.removeprefix('/dev/loop')}; "
                                "mkdir /disk; mount -t ext4 /dev/disk /disk 2>&1")
    try:
        assert status == 0, lines
        truth = w.strong.act("act_open", "openat", "wc", "/disk/etc/cron.d/x")
        event = w.expect(w.strong, truth, {"rule": "host-takeover-written",
                                           "fd.name": "/disk/etc/cron.d/x"})
        assert field(event, "rootwatch.file.sbpath") == "/etc/cron.d/x", event
    finally:
        w.strong.sh("umount /disk")
        detach()


def test_the_highest_comes_first(w):
    """An act that several detections match is one line, under the most severe of them."""
    mark = w.d.mark()
    truth = w.c.act("act_open", "openat", "w", "/etc/shadow")
    events = w.all(of(w.c, truth, **{"fd.name": "/etc/shadow"}), mark)
    assert len(events) == 1, [short(e) for e in events]
    assert field(events[0], "rootwatch.rule.id") == "shadow-written", events[0]
    assert rules(events[0]) == {"shadow-written", "etc-written"}, rules(events[0])
    assert "T1098" in " ".join(events[0]["tags"]), events[0]["tags"]


def test_only_documented_fields(w):
    """What is printed stands in the list of fields, with its type; and what stands there comes."""
    listed = {field["name"]: field for field in listing("fields")}
    assert len(listed) > 50, listed
    w.c.act("act_inet", "socket", "17", "3", "768")
    w.c.act("act_inet", "connect", "169.254.169.254", "80")
    w.d.counters()
    w.d.told_counters(1, "the counters that were asked for")
    seen = set()
    for event in [w.d.start, *w.d.statistics, *w.all({})]:
        for name, value in event["output_fields"].items():
            assert name in listed, f"{name} is not documented"
            seen.add(name)
            kind, null = TYPES[listed[name]["type"]], listed[name]["null"]
            ok = (value is None and null) or (isinstance(value, kind)
                                              and isinstance(value, bool) == (kind is bool))
            assert ok, f"{name} is {value!r}, documented as {listed[name]}"
            assert value != "", name
    # test_storm; test_exec; test_overlay
    only_elsewhere = {"rootwatch.lost", "rootwatch.lost_total", "rootwatch.exec.argv_hash", "rootwatch.file.ino"}
    printed = {name for name, field in listed.items() if field["printed"]}
    assert printed - seen <= only_elsewhere, f"never printed: {sorted(printed - seen)}"


def test_shape(w):
    """Falco's own consumers read it: the fields around output_fields, and the time."""
    before = time.time()
    truth = w.c.act("act_open", "openat", "wc", "/etc/shape")
    event = w.expect(w.c, truth, {"rule": "etc-written", "fd.name": "/etc/shape"})
    after = time.time()
    assert set(event) == {"time", "rule", "priority", "source", "hostname", "output", "tags",
                          "output_fields"}, sorted(event)
    assert event["source"] == "syscall" and event["hostname"] == os.uname().nodename, event
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", event["time"]), event["time"]
    seconds = datetime.datetime.fromisoformat(event["time"][:19] + "+00:00").timestamp()
    assert int(before) - 1 <= seconds <= after + 1, (before, event["time"], after)
    assert field(event, "evt.time") // 10**9 == int(seconds), event
    assert str(field(event, "evt.time"))[-9:] == event["time"][20:29], event


def test_every_rule_is_here(_w):
    """Each active rule has an act that raises it and one that comes near, here or there."""
    known = {rule["id"] for rule in listing("list") if rule["state"] == "active"}
    acted = {row[0] for row in TABLE + test_default_rules.TABLE + test_calls.RULES + test_changed.RULES +
             test_inet.RULES + [(test_dup.RULE,), (test_risen.RULE,), (test_setid.RULE,)]}
    acted.add("path-hidden")  # test_race: a second thread takes the page away
    assert known, "no rules are listed"
    assert acted == known, f"only in one of the two: {sorted(acted ^ known)}"


if __name__ == "__main__":
    suite.main(acts.with_mounts)
