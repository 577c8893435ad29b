#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Datagrams to Unix sockets by their address: told as a connect is, once for a socket and its receiver."""

import contextlib
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, of, rules, skipped  # noqa: E402

ASKED = """
- rule: Journal written
  desc: the socket of a service of the host
  condition: evt.type = connect and rootwatch.fd.unconnected = true and rootwatch.socket.name in (journal.sock, hidden)
  output: "%fd.name"
  priority: NOTICE
  x-rootwatch:
    id: journal-written
"""
HOOK = "security_unix_may_send"
MANY = 2000


class Service:
    """A service of the host's that reads what it is sent."""

    def __init__(self, path, name=None):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(name or path)
        if not name:
            os.chmod(path, 0o660)
            self.ino = os.stat(path).st_ino
        self.path = path
        self.got = 0
        threading.Thread(target=self.read, daemon=True).start()
        clean.defer(self.socket.close)

    def read(self):
        with contextlib.suppress(OSError):
            while self.socket.recv(16):
                self.got += 1


@contextlib.contextmanager
def with_services():
    top = clean.work_dir()
    os.makedirs(top + "/run")
    with open(top + "/asked.yaml", "w", encoding="utf-8") as file:
        file.write(ASKED)
    w = World(None, None)
    w.journal = Service(top + "/run/journal.sock")
    w.other = Service(top + "/run/other.sock")
    mounts = [bind(w.journal.path, "/opt/innocent"), bind(top + "/run", "/host-run")]
    with Runc(extra=mounts) as root, Runc(extra=mounts, user=1000) as user, \
            Detector("--blocked", "-r", top + "/asked.yaml", "--stats") as detector:
        w.d, w.c, w.user = detector, root, user
        yield w


def hooked(w):
    """Is the receiver seen? Else the address that was passed is all there is."""
    return HOOK in w.d.start["output_fields"]["rootwatch.hooks"]


def told(w, c, truth):
    return [e for e in w.all(of(c, truth, **{"evt.type": "connect"})) if "journal-written" in rules(e)]


def check(w, truth, asked, **more):
    event = w.expect(w.c, truth, {"rule": "journal-written", "evt.type": "connect", **more})
    assert field(event, "container.id") == w.c.id[:12] and field(event, "rootwatch.fd.unconnected") is True, event
    assert field(event, "rootwatch.fd.asked") == asked, event
    assert field(event, "evt.res") == "SUCCESS" and field(event, "fd.typechar") == "u", event
    if hooked(w):
        assert field(event, "fd.name") == w.journal.path, event
        assert field(event, "fd.ino") == w.journal.ino, event
        assert field(event, "rootwatch.tier") == "fentry", event
    return event


@suite.cases(
    ("by its name", "", ["/host-run/journal.sock"]),
    ("relative", "", ["--chdir", "/host-run", "./journal.sock"]),
    ("proc self root", "", ["/proc/self/root/host-run/journal.sock"]),
    ("another name", "", ["/opt/innocent"]),
    ("symlink", "ln -s /host-run/journal.sock /tmp/x", ["/tmp/x"]),
)
def test_disguised(w, label, before, words):
    w.c.sh(before or "true")
    for how in ("sendto", "sendmsg", "sendmmsg"):
        truth = w.c.act("act_datagram", *words[:-1], how, words[-1])
        assert truth["ret"] == 1, truth
        if not hooked(w) and label in ("another name", "symlink"):
            print(f"    without {HOOK}: known by the name that was asked for, which is another", file=sys.stderr)
            w.none(of(w.c, truth, **{"evt.type": "connect"}))
        else:
            check(w, truth, words[-1])


def test_32_bit(w):
    for how in ("sendto", "sendmsg", "sendmmsg"):
        truth = w.c.act("act_datagram_32", how, "/host-run/journal.sock")
        assert truth["ret"] == 1, truth
        check(w, truth, "/host-run/journal.sock", **{"rootwatch.compat": True})


def test_abstract(w):
    w.c.start("act_datagram listen @hidden")
    truth = w.c.act("act_datagram", "sendto", "@hidden")
    assert truth["ret"] == 1, truth
    event = w.expect(w.c, truth, {"rule": "journal-written", "fd.name": "@hidden"})
    assert field(event, "rootwatch.fd.abstract") is True and field(event, "rootwatch.fd.asked") == "@hidden", event
    w.c.sh("killall act_datagram")


def test_each_of_many_messages(w):
    """Of sendmmsg the second one goes to another socket than the first."""
    truth = w.c.act("act_datagram", "sendmmsg", "/host-run/other.sock", "/opt/innocent")
    assert truth["ret"] == 2, truth
    if not hooked(w):
        return w.none(of(w.c, truth, **{"evt.type": "connect"}))
    event = w.expect(w.c, truth, {"rule": "journal-written", "fd.name": w.journal.path})
    assert field(event, "rootwatch.fd.asked") is None, event


@suite.cases("ring", "worker")
@suite.again_where(skipped)
def test_io_uring(w, how):
    truth = w.c.act("act_datagram", how, "/opt/innocent")
    assert truth["ret"] == 1, truth
    if not hooked(w):
        return w.none(of(w.c, truth, **{"rootwatch.io_uring": True}))
    event = w.expect(w.c, truth, {"rule": "journal-written", "fd.name": w.journal.path, "rootwatch.io_uring": True})
    assert field(event, "fd.ino") == w.journal.ino, event


def test_once(w):
    """However many go that way; another process is told anew."""
    for _ in range(2):
        before = w.journal.got
        truth = w.c.act("act_datagram", "--times", str(MANY), "sendto", "/host-run/journal.sock", deadline=60)
        assert truth["ret"] == 1, truth
        patience.until(lambda before=before: w.journal.got >= before + MANY, "all of them received")
        w.expect(w.c, truth, {"rule": "journal-written"})
        w.fence()
        assert len(told(w, w.c, truth)) == (1 if hooked(w) else MANY), len(told(w, w.c, truth))


def test_both_receivers(w):
    """A socket that goes on to another receiver is told again; of the one nobody asks for nothing is."""
    truth = w.c.act("act_datagram", "--connected", "/host-run/other.sock", "--times", "3", "sendto", "/host-run/journal.sock")
    check(w, truth, "/host-run/journal.sock")
    truth = w.c.act("act_datagram", "--connected", "/host-run/journal.sock", "--times", "3", "sendto", "/host-run/other.sock")
    w.fence()
    assert not told(w, w.c, truth)


def test_connected(w):
    """To the socket that it is connected to: the connect was the act."""
    truth = w.c.act("act_datagram", "--connected", "/host-run/journal.sock", "sendto", "/host-run/journal.sock")
    w.fence()
    assert not hooked(w) or not told(w, w.c, truth), told(w, w.c, truth)


def test_not_asked_for(w):
    """Nothing reaches user space, however many are sent."""
    truth = w.c.act("act_datagram", "--times", str(MANY), "sendto", "/host-run/other.sock", deadline=60)
    assert truth["ret"] == 1, truth
    w.none(of(w.c, truth, **{"evt.type": "connect"}))


def test_other_user(w):
    truth = w.user.act("act_datagram", "sendto", "/host-run/journal.sock")
    assert truth["errno"] == 13, truth
    if hooked(w):  # that is denied before it comes to the hook
        return w.none(of(w.user, truth, **{"evt.type": "connect"}))
    event = w.expect(w.user, truth, {"rule": "journal-written", "rootwatch.blocked": True, "evt.res": "EACCES"})
    assert field(event, "fd.name") == "/host-run/journal.sock", event


def test_host_is_silent(w):
    mark = w.d.mark()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
        client.sendto(b"x", w.journal.path)
    w.none({"evt.type": "connect", "proc.pid": os.getpid()}, mark)


@suite.at_the_end
def test_counts(w):
    """What nobody asks for was not sent at all."""
    w.d.stop()
    stats = w.d.stats()
    assert stats["produced"] < (MANY if hooked(w) else 4 * MANY), stats


if __name__ == "__main__":
    suite.main(with_services)
