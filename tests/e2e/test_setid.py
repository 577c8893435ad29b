#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The setuid family: from, to, by which call; a call that changes nothing is no event."""

import contextlib
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import suite  # noqa: E402
from detector import Detector  # noqa: E402
from rootfs import TRIGGERS  # noqa: E402
from runc import USERNS_BASE, Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402


@contextlib.contextmanager
def two_users():
    """The same image as root and as uid 1000."""
    with Runc() as root, Runc(user=1000) as user, Detector("--all") as detector:
        made = World(detector, root)
        made.user = user
        yield made


UIDS = ("uid", "euid", "suid", "fsuid")
GIDS = ("gid", "egid", "sgid", "fsgid")


def ids(event, prefix, names=UIDS):
    return tuple(field(event, f"rootwatch.{prefix}.{name}") for name in names)


RULE = "privilege-setgid"
SETGIDS = {"setgid", "setregid", "setresgid", "setfsgid", "setgroups"}


def check(w, c, truth, names=UIDS):
    assert truth["ret"] >= 0, truth
    event = w.expect(c, truth, {"evt.type": truth["call"]})
    for prefix in ("from", "to"):
        want = tuple(truth[f"{prefix}_{name}"] for name in names)
        assert ids(event, prefix, names) == want, (prefix, ids(event, prefix, names), want)
    assert field(event, "container.id") == c.id[:12], event
    return event


def check_gids(w, c, truth):
    return check(w, c, truth, GIDS)


@suite.cases(*[(f"{program} {call}", program, call)
               for program in ("act_setid", "act_setid_32")
               for call in ("setuid:1000", "setreuid:1000:1000", "setreuid::1000",
                            "setresuid:1000:1000:1000", "setresuid::1000:", "setfsuid:1000")])
def test_root_drops(w, _label, program, call):
    truth = w.c.act(program, call)
    assert not rules(check(w, w.c, truth))


@suite.cases("setuid:0", "setreuid::0", "setresuid:0:0:0")
def test_root_comes_back(w, call):
    """Dropped to 1000 with a saved 0, then back: the second call raises privilege."""
    truths = w.c.truths("act_setid", "setresuid:1000:1000:0", call)
    assert truths[1]["ret"] == 0, truths
    event = w.expect(w.c, truths[1], {"evt.type": truths[1]["call"], "rule": "privilege-setuid",
                                      "rootwatch.from.uid": 1000})
    assert ids(event, "from")[1] == 1000 and ids(event, "to")[1] == 0, event


@suite.cases("setuid:0", "setreuid:0:0", "setresuid:0:0:0")
def test_by_a_suid_program(w, call):
    """uid 1000 runs a SUID program, which makes itself root altogether."""
    truth = w.user.act("/usr/bin/suid_setid", call)
    assert truth["from_uid"] == 1000 and truth["to_uid"] == 0, truth
    event = check(w, w.user, truth)
    assert rules(event) == {"privilege-setuid"}, rules(event)
    w.expect(w.user, truth, {"evt.type": "execve", "rule": "privilege-suid-exec"})
    assert field(event, "user.uid") == 0, event


@suite.cases("setreuid::0", "setresuid::0:")
def test_daemon_takes_root_back(w, call):
    """Only the effective uid was set aside, as daemons do: known, and not held against it."""
    truths = w.c.truths("act_setid", "setresuid::1000:", call)
    event = w.expect(w.c, truths[1], {"evt.type": truths[1]["call"],
                                      "rule": "privilege-regained"})
    assert event["priority"] == "Informational", event


@suite.cases("setuid:0", "setreuid:0:0", "setresuid:0:0:0", "setresuid:::", "setreuid::",
             "setfsuid:0", "setfsuid:-1", "setgid:0", "setregid:0:0", "setresgid:::", "setfsgid:0",
             "setgroups")
def test_no_change(w, call):
    truth = w.c.act("act_setid", call)
    w.none(of(w.c, truth, **{"evt.type": truth["call"]}))


@suite.cases("setuid:0", "setresuid:0:0:0", "setreuid:0:0")
def test_failure(w, call):
    """uid 1000 without any privilege is refused: nothing changed, no event without --blocked."""
    truth = w.user.act("act_setid", call)
    assert truth["ret"] == -1 and truth["errno"] == 1, truth
    w.none(of(w.user, truth, **{"evt.type": truth["call"]}))


@suite.cases(*[(f"{program} {call}", program, call)
               for program in ("act_setid", "act_setid_32")
               for call in ("setgid:1000", "setregid::1000", "setresgid:1000:1000:1000",
                            "setfsgid:1000", "setgroups:27:1000")])
def test_root_changes_groups(w, _label, program, call):
    """Told with --all, by from and to; nothing to alert on."""
    truth = w.c.act(program, call)
    event = check_gids(w, w.c, truth)
    assert not rules(event), rules(event)
    if call.startswith("setgroups"):
        assert field(event, "rootwatch.to.groups") == "27,1000", event


@suite.cases("setgid:0", "setregid::0", "setresgid:::0", "setfsgid:0", "setgroups:0",
             "setgroups:0:27:1000")
def test_group_of_root(w, call):
    """uid 1000 has a program with CAP_SETGID, and stays uid 1000."""
    truth = w.user.act("/usr/bin/fcap_setgid", call)
    event = check_gids(w, w.user, truth)
    assert rules(event) == {RULE}, rules(event)
    assert field(event, "rootwatch.root") == "none", event


@suite.cases("setgid:27", "setgroups:27:33")
def test_another_group(w, call):
    truth = w.user.act("/usr/bin/fcap_setgid", call)
    assert truth["ret"] == 0, truth
    w.none(of(w.user, truth, **{"evt.type": SETGIDS}))


def test_group_of_root_is_told_once(w):
    """Who has it, by whatever id or list, gains nothing by it."""
    truths = w.user.truths("/usr/bin/fcap_setgid", "setgroups:0", "setgid:0", "setresgid:0:0:0")
    assert all(truth["ret"] == 0 for truth in truths), truths
    w.expect(w.user, truths[0], {"evt.type": "setgroups", "rule": RULE})
    assert len(w.all(of(w.user, truths[0], **{"evt.type": SETGIDS}))) == 1


def test_group_of_root_refused(w):
    truth = w.user.act("act_setid", "setgid:0")
    assert truth["ret"] == -1 and truth["errno"] == 1, truth
    w.none(of(w.user, truth, **{"evt.type": "setgid"}))


def test_root_goes_and_comes_by_groups(w):
    """As daemons do: root all the while, so neither of it is an alert, nor a credential that rose."""
    truths = w.c.truths("act_setid", "setgid:1000", "setgid:0", "setgroups:27", "setgroups:0",
                        "setresuid::1000:", "setresuid::0:")
    assert all(truth["ret"] == 0 for truth in truths), truths
    w.fence()
    seen = w.all(of(w.c, truths[0], **{"evt.type": SETGIDS | {"credrise"}}))
    assert len(seen) == 4 and not any(map(rules, seen)), seen


def test_the_runtime_sets_them_up(w):
    """runc calls setgroups, setgid and setuid for each process that it starts: nobody's act."""
    mark = w.d.mark()
    done = w.c.exec("/bin/true", user=1000)
    assert done.returncode == 0, done
    w.none(of(w.c, **{"evt.type": SETGIDS}), mark)


def test_busybox_applets(w):
    """BusyBox calls setresuid to the uid it already has, in every applet."""
    mark = w.d.mark()
    for applet in ("id", "ls /", "cat /etc/motd", "whoami", "true"):
        assert w.c.sh("/bin/busybox " + applet)[0] == 0
    kinds = {"setuid", "setreuid", "setresuid", "setfsuid"} | SETGIDS
    w.none(of(w.c, **{"evt.type": kinds}), mark)


def test_su(w):
    """A real program that drops: su of BusyBox, from root to uid 1000."""
    mark = w.d.mark()
    status, _ = w.c.sh("su user -c true </dev/null")
    assert status == 0
    w.d.wait_for(lambda e: field(e, "container.full_id") == w.c.id and
                 field(e, "evt.type") in ("setuid", "setreuid", "setresuid") and
                 field(e, "rootwatch.to.euid") == 1000, "su's drop", mark)


def test_user_namespace(w):
    """In a mapped container both views are told: as it sees itself, as the host sees it."""
    with Runc(userns=True) as c:
        truth = c.act("act_setid", "setresuid:1000:1000:1000")
        event = w.expect(c, truth, {"evt.type": "setresuid"})
        assert ids(event, "from")[1] == USERNS_BASE, event
        assert ids(event, "to")[1] == USERNS_BASE + 1000, event
        assert field(event, "rootwatch.uid.container") == 1000, event
        assert field(event, "rootwatch.uid.host") == USERNS_BASE + 1000, event
        assert field(event, "rootwatch.root") == "none", event
        truth = c.act("act_setid", "setgid:27")
        event = w.expect(c, truth, {"evt.type": "setgid", "group.gid": 27})
        assert ids(event, "to", GIDS) == (USERNS_BASE + 27,) * 4, event


def test_user_namespace_by_fsuid(w):
    """Root there by the file system uid alone, which is moved into the saved one."""
    with Runc(userns=True) as c:
        truths = c.truths("act_setid", "keep", "setresuid:1000:1000:1000", "setfsuid:0", "setresuid:::0")
        assert truths[0]["ret"] == 0 and truths[3]["ret"] == 0, truths
        assert [truths[3]["from_" + name] for name in UIDS] == [1000, 1000, 1000, 0], truths
        event = w.expect(c, truths[2], {"evt.type": "setfsuid", "rule": "privilege-setuid"})
        assert ids(event, "to")[3] == USERNS_BASE, event
        event = w.expect(c, truths[3], {"evt.type": "setresuid", "rule": "privilege-setuid"})
        assert ids(event, "to") == (USERNS_BASE + 1000, USERNS_BASE + 1000, USERNS_BASE, USERNS_BASE + 1000), event


def test_host_is_silent(w):
    """The same on the host, where nothing is a container."""
    done = subprocess.run([TRIGGERS + "/act_setid", "setresuid:1000:1000:0", "setuid:0"],
                          capture_output=True, check=True)
    assert done.stdout.count(b'"ret": 0') == 2, done.stdout
    w.none({"proc.exepath": TRIGGERS + "/act_setid"})


if __name__ == "__main__":
    suite.main(two_users)
