#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Package managers: what they were asked to do, and whether it succeeded."""

import contextlib
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, of, rules  # noqa: E402

CONTROL = """Package: rootwatch-e2e
Version: 1.0
Architecture: all
Maintainer: nobody <nobody@localhost>
Description: a package with one file, for a test
"""
EXEC = {"execve", "execveat"}


@contextlib.contextmanager
def plain():
    with Runc() as c, Detector() as d:
        yield World(d, c)


INSTALLS = [
    ["/usr/bin/apt", "install", "-y", "curl"], ["/usr/bin/apt-get", "-y", "install", "curl"],
    ["/usr/bin/dpkg", "-i", "/x.deb"], ["/sbin/apk", "add", "curl"],
    ["/usr/bin/dnf", "install", "curl"], ["/usr/bin/yum", "-y", "install", "curl"],
    ["/usr/bin/microdnf", "install", "curl"], ["/usr/bin/rpm", "-Uvh", "x.rpm"],
    ["/usr/bin/zypper", "-n", "in", "curl"], ["/usr/bin/pacman", "-S", "curl"],
    ["/usr/bin/pip", "install", "six"], ["/usr/bin/pip3", "install", "six"],
    ["/usr/bin/python3", "-m", "pip", "install", "six"], ["/usr/bin/npm", "install", "left-pad"],
    ["/usr/bin/gem", "install", "rake"],
]
ASKS = [
    ["/usr/bin/apt", "--version"], ["/usr/bin/apt-get", "--version"],
    ["/usr/bin/apt", "list", "--installed"], ["/usr/bin/dpkg", "-l"], ["/usr/bin/dpkg", "--list"],
    ["/sbin/apk", "--version"], ["/sbin/apk", "info"], ["/usr/bin/dnf", "list"],
    ["/usr/bin/yum", "--version"], ["/usr/bin/rpm", "-qa"], ["/usr/bin/pacman", "-Q"],
    ["/usr/bin/pip", "list"], ["/usr/bin/pip", "--version"],
    ["/usr/bin/python3", "-m", "pip", "list"], ["/usr/bin/npm", "ls"], ["/usr/bin/gem", "list"],
]
NEITHER = [["/usr/bin/python3", "-c", "1"], ["/usr/bin/python3", "-m", "json.tool", "pip"],
           ["/usr/bin/mytool", "install", "apt"], ["/usr/bin/mytool", "apk", "add"]]


def name(words):
    return " ".join([os.path.basename(words[0]), *words[1:]])


@suite.cases(*[(name(words), words) for words in INSTALLS])
def test_install(w, _label, words):
    truth = w.c.act(*words)
    event = w.expect(w.c, truth, {"evt.type": EXEC, "rule": "package-manager"})
    assert field(event, "proc.cmdline") == " ".join(words), event
    assert event["priority"] not in ("Informational", "Debug", "Notice"), event["priority"]


def test_script(w):
    """pip and the like are scripts: what was asked for counts, not the interpreter."""
    w.c.sh("printf '#!/usr/bin/python3 -s\\n' >/usr/local/bin/pip3; chmod 755 /usr/local/bin/pip3")
    truth = w.c.act("/usr/local/bin/pip3", "install", "six")
    event = w.expect(w.c, truth, {"evt.type": EXEC, "rule": "package-manager"})
    assert field(event, "proc.exepath") == "/usr/bin/python3", event


def test_busybox_applet(w):
    """An applet of BusyBox: the program is busybox, the account that it changes is as real."""
    mark = w.d.mark()
    status, lines = w.c.sh("/bin/busybox passwd -d user 2>&1")
    assert status == 0, lines
    for rule in ("user-added", "shadow-written"):
        w.d.wait_for(lambda e, rule=rule: field(e, "container.full_id") == w.c.id
                     and rule in rules(e), rule, mark)


@suite.cases(*[(name(words), words) for words in ASKS])
def test_asks_only(w, _label, words):
    """A lower matter than an installation."""
    truth = w.c.act(*words)
    event = w.expect(w.c, truth, {"evt.type": EXEC})
    assert "package-manager" not in rules(event), rules(event)
    assert event["priority"] in ("Informational", "Notice", "Debug"), event["priority"]


@suite.cases(*[(name(words), words) for words in NEITHER])
def test_no_package_manager(w, _label, words):
    truth = w.c.act(*words)
    w.none(of(w.c, truth))


@suite.cases(("success", "exit=0", 0), ("failure", "exit=7", 7), ("255", "exit=255", 255))
def test_exit(w, _label, word, code):
    truth = w.c.act("/sbin/apk", "add", word)
    alert = w.expect(w.c, truth, {"evt.type": EXEC, "rule": "package-manager"})
    event = w.expect(w.c, truth, {"evt.type": "procexit"})
    assert field(event, "rootwatch.exit.code") == code, event
    assert field(event, "rootwatch.exit.signal") is None, event
    assert field(event, "rootwatch.exit.rule") == "package-manager", event
    assert field(event, "rootwatch.exit.evt_num") == field(alert, "evt.num"), event
    assert field(event, "proc.cmdline") == f"/sbin/apk add {word}", event
    assert field(event, "proc.pid") == field(alert, "proc.pid"), event


def test_killed(w):
    truth = w.c.act("act_exec", "signal", "9", "/sbin/apk", "add", "wait")
    event = w.expect(w.c, truth, {"evt.type": "procexit"})
    assert field(event, "rootwatch.exit.signal") == 9, event
    assert field(event, "rootwatch.exit.code") is None, event


def test_exit_of_others_is_not_told(w):
    truth = w.c.act("/usr/bin/mytool", "exit=3")
    w.none(of(w.c, truth))


def test_real_dpkg(w):
    """The host's own dpkg, in a container whose root is an overlay over the host's root."""
    if not shutil.which("dpkg-deb"):
        raise suite.Skip("no dpkg-deb on this machine")
    top = clean.work_dir() + "/deb"
    os.makedirs(top + "/tree/DEBIAN")
    os.makedirs(top + "/tree/opt")
    with open(top + "/tree/DEBIAN/control", "w", encoding="utf-8") as control:
        control.write(CONTROL)
    with open(top + "/tree/opt/rootwatch-e2e.txt", "w", encoding="utf-8") as file:
        file.write("installed\n")
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", top + "/tree", top + "/x.deb"],
                   check=True, capture_output=True)
    with Runc(lower="/", extra=[bind(top, "/mnt", "ro")]) as c:
        mark = w.d.mark()
        status, lines = c.sh("dpkg -i /mnt/x.deb 2>&1 </dev/null", deadline=60)
        assert status == 0, lines
        assert c.sh("cat /opt/rootwatch-e2e.txt")[1] == [b"installed\n"]
        alert = w.d.wait_for(lambda e: field(e, "container.full_id") == c.id and
                             "package-manager" in rules(e), "dpkg's alert", mark)
        assert field(alert, "proc.cmdline") == "dpkg -i /mnt/x.deb", alert
        w.d.wait_for(lambda e: field(e, "container.full_id") == c.id and
                     "package-database-written" in rules(e), "the package database", mark)
        exit_line = w.d.wait_for(lambda e: field(e, "evt.type") == "procexit" and
                                 field(e, "proc.pid") == field(alert, "proc.pid"), "its exit",
                                 mark)
        assert field(exit_line, "rootwatch.exit.code") == 0, exit_line
    assert not os.path.exists("/opt/rootwatch-e2e.txt")


if __name__ == "__main__":
    suite.main(plain)
