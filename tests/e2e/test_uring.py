#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is done through io_uring beside opens: told as the system call that does the same would be."""

import contextlib
import errno
import itertools
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from test_inet import ON as DATAGRAMS  # noqa: E402
from world import World, field, kernel, matches, of, rules, skipped  # noqa: E402

HOWS = ("now", "worker", "poll")
HOOK = "io_wq_submit_work"
skippable = suite.again_where(skipped)
# Of the container's own network, and each used once: one that was used may have to wait for a minute.
ports = itertools.count(8110)
# For calls that no shipped rule asks for where these acts are done.
ASKED = """
- rule: Asked for
  desc: what io_uring does
  condition: >
    evt.type in (mkdirat, unlinkat, ftruncate) and rootwatch.io_uring = true and
    fd.name contains asked-for
  output: "%evt.type"
  priority: NOTICE
  x-rootwatch:
    id: asked-for
"""


@contextlib.contextmanager
def containers():
    """root and uid 1000, who may use io_uring (seccomp would refuse it), and a socket of the host's."""
    top = clean.work_dir()
    with open(top + "/asked.yaml", "w", encoding="utf-8") as file:
        file.write(ASKED + DATAGRAMS.lstrip())
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(top + "/docker.sock")
    listener.listen(100)
    os.chmod(top + "/docker.sock", 0o666)
    mounts = [bind(top + "/docker.sock", "/opt/innocent")]
    with listener, Runc(privileged=True, extra=mounts) as c, \
            Runc(privileged=True, user=1000, extra=mounts) as user, \
            Detector("--all", "--blocked", "-r", top + "/asked.yaml") as detector:
        w = World(detector, c)
        w.user = user
        c.sh("mkdir -p /etc/cron.d /tmp/dir; ln -s /etc /tmp/e; touch /tmp/x")
        user.sh("mkdir -p /tmp/dir; touch /tmp/x /tmp/new")
        yield w


def is_seen(w):
    """Does this kernel have the hooks? Else only the ring itself is seen, as where it is the tracepoints' tier."""
    return HOOK in w.d.start["output_fields"]["rootwatch.hooks"]


def only_ring(w, c, truth):
    w.expect(c, truth, {"evt.type": "io_uring_setup", "rule": "io-uring-used"})
    w.none(of(c, truth, **{"rootwatch.io_uring": True}))
    print("    only the ring: no hooks in io_uring here", file=sys.stderr)


def acts(w, want, how, *words, before="", ok=True):
    """The one event of an act; None where nobody can see it."""
    if before:
        assert w.c.sh(before)[0] == 0, before
    truth = w.c.act("act_ring", how, *words)
    if not is_seen(w):
        only_ring(w, w.c, truth)
        return None
    assert (truth["errno"] == 0) is ok, truth
    event = w.expect(w.c, truth, {"rootwatch.io_uring": True, **want})
    assert field(event, "container.id") == w.c.id[:12], event
    assert field(event, "rootwatch.tier") == "fentry", event
    assert field(event, "rootwatch.blocked") is not ok, event
    assert field(event, "user.uid") == 0, event
    assert field(event, "proc.exepath").endswith("/act_ring"), event
    same = w.all(of(w.c, truth, **{"evt.type": field(event, "evt.type")}))
    assert len(same) == 1, [(e["rule"], field(e, "rootwatch.io_uring")) for e in same]
    return event


@suite.cases(*[(f"{how} {act}", how, act, kind) for how in HOWS for act, kind in (
    ("rename", "renameat2"), ("link", "linkat"), ("symlink", "symlinkat"))])
@skippable
def test_put_in_place(w, _label, how, act, kind):
    event = acts(w, {"rule": "etc-written", "evt.type": kind, "fd.name": "/etc/new"}, how, act, "/tmp/new", "/etc/new",
                 before="echo x >/tmp/new; rm -f /etc/new")
    if event:
        assert field(event, "rootwatch.call.from") == "/tmp/new", event
        assert field(event, "rootwatch.call.unresolved") is False, event


@suite.cases(
    ("relative", ["--chdir", "/etc", "rename", "../tmp/new", "new"]),
    ("dirfd", ["--fd", "/etc", "rename", "/tmp/new", "new"]),
    ("a link", ["rename", "/tmp/new", "/tmp/e/new"]),
    ("long", ["rename", "/tmp/new", "/etc/" + 1000 * "./" + "new"]),
)
@skippable
def test_disguise(w, _label, words):
    acts(w, {"rule": "etc-written", "fd.name": "/etc/new"}, "now", *words, before="echo x >/tmp/new; rm -f /etc/new")


@suite.cases(
    ("passwd", "passwd-written", ["rename", "/tmp/new", "/etc/passwd"], "/etc/passwd"),
    ("exchange", "passwd-written", ["exchange", "/tmp/new", "/etc/passwd"], "/etc/passwd"),
    ("cron", "cron-written", ["symlink", "/tmp/job", "/etc/cron.d/new"], "/etc/cron.d/new"),
    ("linked away", "watched-renamed", ["link", "/etc/passwd", "/tmp/other"], "/tmp/other"),
    ("capability", "suid-bit-set", ["setxattr", "/tmp/x", "security.capability"], "/tmp/x"),
    ("capability by descriptor", "suid-bit-set", ["fsetxattr", "/tmp/x", "security.capability"], "/tmp/x"),
    ("mkdir", "asked-for", ["mkdir", "/tmp/asked-for-dir"], "/tmp/asked-for-dir"),
    ("rmdir", "asked-for", ["rmdir", "/tmp/asked-for"], "/tmp/asked-for"),
    ("unlink", "asked-for", ["unlink", "/tmp/asked-for-file"], "/tmp/asked-for-file"),
)
@skippable
def test_rule(w, _label, rule, words, path):
    acts(w, {"rule": rule, "fd.name": path}, "now", *words,
         before="rm -rf /tmp/asked-for /etc/cron.d/new /tmp/other; cp /etc/passwd /tmp/kept; cp /etc/passwd /tmp/new; "
         "touch /tmp/asked-for-file; mkdir /tmp/asked-for")
    w.c.sh("mv /tmp/kept /etc/passwd; rm -rf /tmp/asked-for* /etc/cron.d/new /tmp/other")


@skippable
def test_ftruncate(w):
    w.c.sh("echo x >/tmp/asked-for-file")
    truth = w.c.act("act_ring", "now", "ftruncate", "/tmp/asked-for-file")
    if truth["errno"]:
        raise suite.Skip("this kernel's io_uring has no ftruncate (it came in 6.9)")
    if not is_seen(w):
        only_ring(w, w.c, truth)
        return
    w.expect(w.c, truth, {"rule": "asked-for", "evt.type": "ftruncate", "fd.name": "/tmp/asked-for-file"})


@suite.cases(*[(how,) for how in HOWS])
@skippable
def test_docker_socket(w, how):
    event = acts(w, {"rule": "runtime-socket", "evt.type": "connect"}, how, "connect", "/opt/innocent")
    if event:
        assert field(event, "rootwatch.fd.asked") == "/opt/innocent", event
        assert field(event, "rootwatch.peer.pid") == os.getpid(), event


@skippable
def test_inet(w):
    """It fails, which the first attempt did not know yet: one event."""
    w.c.sh("ip link set lo up 2>/dev/null || ifconfig lo up")
    truth = w.c.act("act_ring", "now", "inet", "127.0.0.1", "2375")
    if not is_seen(w):
        only_ring(w, w.c, truth)
        return
    event = w.expect(w.c, truth, {"evt.type": "connect", "fd.sport": 2375, "rootwatch.io_uring": True})
    assert field(event, "evt.rawres") == -truth["errno"], (event, truth)
    assert len(w.all(of(w.c, truth, **{"evt.type": "connect"}))) == 1


def sockets(w, c, how, *words):
    """The truth of an act on a socket, where hooks can see it and this io_uring can do it; else a skip."""
    c.sh("ip link set lo up 2>/dev/null || ifconfig lo up")
    truth = c.act("act_ring_net", how, *words)
    if truth["errno"] == errno.EINVAL:
        raise suite.Skip(f"this kernel's io_uring has no {words[0]}")
    if not is_seen(w):
        w.none(of(c, truth, **{"rootwatch.io_uring": True}))
        print("    nothing: no hooks in io_uring here", file=sys.stderr)
        return None
    return truth


def told(w, c, truth, kind, want, count=1):
    """The one event (or so many) of an act on a socket."""
    event = w.expect(c, truth, {"evt.type": kind, "rootwatch.io_uring": True, **want})
    assert field(event, "rootwatch.tier") == "fentry", event
    assert field(event, "container.id") == c.id[:12] and field(event, "user.uid") == 0, event
    same = w.all(of(c, truth, **{"evt.type": kind, "rootwatch.io_uring": True}))
    assert len(same) == count, [(e["rule"], e["output"]) for e in same]
    return event


@suite.cases(*[(f"{how} {port}", how, port) for how, port in (("now", "81"), ("worker", "82"), ("poll", "83"))])
@skippable
def test_low_port(w, _label, how, port):
    truth = sockets(w, w.c, how, "bind", "127.0.0.1", port)
    if truth:
        told(w, w.c, truth, "bind", {"rule": "low-port-bound", "fd.sport": int(port), "evt.rawres": 0,
                                     "fd.name": f"127.0.0.1:{port}"})


@skippable
def test_listen(w):
    truth = sockets(w, w.c, "now", "listen", "127.0.0.1", "8081")
    if truth:
        told(w, w.c, truth, "listen", {"fd.sport": 8081, "evt.rawres": 0})


@suite.cases(*[(f"{how} {act}", how, act, count) for how in HOWS
               for act, count in (("accept", 1), ("accept-direct", 1), ("accept-many", 3))])
@skippable
def test_accept(w, _label, how, act, count):
    """What is accepted may lie in the ring's own table: which descriptor it is, is not told."""
    port = next(ports)
    truth = sockets(w, w.c, how, act, "127.0.0.1", str(port))
    if truth:
        told(w, w.c, truth, "accept", {"fd.sport": port, "evt.rawres": None, "fd.sip": "127.0.0.1"}, count)


@skippable
def test_accept_hidden(w):
    """The task is at an accept4 of its own from the same listener, which gives nothing, when the ring accepts."""
    port = next(ports)
    truth = sockets(w, w.c, "now", "accept-hidden", "127.0.0.1", str(port))
    if truth:
        told(w, w.c, truth, "accept", {"fd.sport": port, "evt.rawres": None}, 3)
        w.none(of(w.c, truth, **{"evt.type": {"accept", "accept4"}, "rootwatch.io_uring": False}))


@suite.cases(*[(how,) for how in HOWS])
@skippable
def test_bound_file(w, how):
    """A Unix socket's file, made by a bind."""
    w.c.sh("rm -f /etc/socket")
    truth = sockets(w, w.c, how, "bind-unix", "/tmp/e/socket")
    if truth:
        assert truth["errno"] == 0, truth
        event = told(w, w.c, truth, "bind", {"rule": "etc-written", "fd.name": "/etc/socket"})
        assert field(event, "rootwatch.call.asked") == "/tmp/e/socket", event


def test_bound_file_harmless(w):
    w.c.sh("rm -f /tmp/socket")
    truth = sockets(w, w.c, "now", "bind-unix", "/tmp/socket")
    if truth:
        assert not [e for e in w.all(of(w.c, truth, **{"rootwatch.io_uring": True})) if rules(e)]


@skippable
def test_bound_file_denied(w):
    truth = sockets(w, w.user, "now", "bind-unix", "/etc/socket")
    if truth:
        assert truth["errno"] == errno.EACCES, truth
        event = w.expect(w.user, truth, {"evt.type": "bind", "rule": "etc-written", "rootwatch.io_uring": True,
                                         "fd.name": "/etc/socket"})
        assert field(event, "rootwatch.blocked") is True, event


@skippable
def test_low_port_denied(w):
    """(A runtime may let everybody bind such ports; no shipped rule asks for who may not.)"""
    truth = sockets(w, w.user, "now", "bind", "127.0.0.1", "84")
    if not truth:
        return
    if truth["errno"] == 0:
        raise suite.Skip("low ports are everybody's in this container")
    assert truth["errno"] == errno.EACCES, truth
    event = w.expect(w.user, truth, {"evt.type": "bind", "rootwatch.io_uring": True, "fd.sport": 84,
                                     "fd.sip": "127.0.0.1", "evt.res": "EACCES"})
    assert field(event, "rootwatch.blocked") is True, event


@suite.cases(*[(f"{how} {act} {words}", how, act, words, rule) for how in HOWS for act, words, rule in (
    ("socket", ("2", "3", "1"), "raw-socket"), ("socket", ("17", "3", "768"), "packet-socket"),
    ("socket-direct", ("10", "3", "58"), "raw-socket"))])
@skippable
def test_socket(w, _label, how, act, words, rule):
    truth = sockets(w, w.c, how, act, *words)
    if truth:
        told(w, w.c, truth, "socket", {"rule": rule, "evt.arg.type": 3, "evt.rawres": None})


@suite.cases(("stream", "2", "1", "0"), ("unix", "1", "1", "0"))
def test_socket_harmless(w, _label, *words):
    truth = sockets(w, w.c, "now", "socket", *words)
    if truth:
        w.none(of(w.c, truth, **{"evt.type": "socket"}))


@skippable
def test_socket_denied(w):
    truth = sockets(w, w.user, "now", "socket", "17", "3", "768")
    if truth:
        assert truth["errno"] == errno.EPERM, truth
        event = w.expect(w.user, truth, {"evt.type": "socket", "rule": "packet-socket", "rootwatch.io_uring": True})
        assert field(event, "rootwatch.blocked") is True, event


@suite.cases(("now",), ("worker",))
@skippable
def test_fastopen(w, how):
    for act, kind in (("fastopen", "sendto"), ("fastopen-msg", "sendmsg")):
        port = next(ports)
        truth = sockets(w, w.c, how, act, "127.0.0.1", str(port))
        if truth:
            told(w, w.c, truth, kind, {"fd.sport": port, "fd.sip": "127.0.0.1"})


@suite.cases(("sendto",), ("sendmsg",))
@skippable
def test_datagram(w, act):
    if act == "sendto" and kernel() < (6, 0):
        raise suite.Skip("this kernel's io_uring takes no address for a datagram (it came in 6.0)")
    truth = sockets(w, w.c, "now", act, "127.0.0.1", "9999")
    if not truth:
        return
    assert truth["errno"] == 0, truth
    told(w, w.c, truth, act, {"rule": "datagram-sent", "fd.sip": "127.0.0.1", "fd.sport": 9999})


def test_accept_itself(w):
    """The system call passes the same function: told once, and as what it is."""
    w.c.sh("ip link set lo up 2>/dev/null || ifconfig lo up")
    port = next(ports)
    listens = w.c.start(f"act_inet accept 127.0.0.1 {port}")
    assert listens["errno"] == 0, listens
    truth = w.c.act("act_inet", "connect", "127.0.0.1", str(port))
    assert truth["errno"] == 0, truth
    want = of(w.c, **{"evt.type": {"accept", "accept4"}, "fd.sport": port})
    event = w.d.wait_for(lambda e: matches(e, want), "the accept")
    assert field(event, "rootwatch.io_uring") is False, event
    assert len(w.all(want)) == 1


@skippable
def test_lent(w):
    """User 1000 has it done by the root that it was: root did it."""
    acts(w, {"rule": "passwd-written", "fd.name": "/etc/passwd"}, "lent", "rename", "/tmp/new", "/etc/passwd",
         before="cp /etc/passwd /tmp/new; chmod 777 /tmp")


@skippable
def test_denied(w):
    """Where root must not write, it is told as an attempt."""
    w.c.sh("mkdir -p /etc/ro; umount /etc/ro 2>/dev/null; mount -t tmpfs -o ro none /etc/ro")
    event = acts(w, {"rule": "etc-written", "fd.name": "/etc/ro/new"}, "now", "symlink", "x", "/etc/ro/new", ok=False)
    if event:
        assert field(event, "evt.res") == "EROFS", event
    w.c.sh("umount /etc/ro")


@suite.cases(
    ("fails", ["rename", "/tmp/not-there", "/etc/y"]),
    ("elsewhere", ["rename", "/tmp/new", "/tmp/y"]),
    ("nobody asks", ["mkdir", "/tmp/made"]),
)
def test_harmless(w, _label, words):
    w.c.sh("echo x >/tmp/new; rm -rf /tmp/made")
    truth = w.c.act("act_ring", "now", *words)
    assert not [e for e in w.all(of(w.c, truth, **{"rootwatch.io_uring": True})) if rules(e)]


@suite.cases(
    ("rename", ["rename", "/tmp/new", "/tmp/newer"]), ("capability", ["setxattr", "/tmp/x", "user.capability"]),
    ("connect", ["connect", "/opt/innocent"]),
)
def test_user(w, _label, words):
    """What another user may do is not root's."""
    truth = w.user.act("act_ring", "now", *words)
    w.none(of(w.user, truth, **{"rootwatch.io_uring": True}))


@suite.cases(("rename", ["rename", "/tmp/x", "/etc/new"]), ("symlink", ["symlink", "x", "/etc/new"]))
@skippable
def test_user_denied(w, _label, words):
    """What it may not do is told as an attempt, by --blocked."""
    truth = w.user.act("act_ring", "now", *words)
    if not is_seen(w):
        w.none(of(w.user, truth, **{"rootwatch.io_uring": True}))
        return
    assert truth["errno"] == errno.EACCES, truth
    event = w.expect(w.user, truth, {"rule": "etc-written", "fd.name": "/etc/new", "rootwatch.io_uring": True})
    assert field(event, "rootwatch.blocked") is True and field(event, "user.uid") == 1000, event


@suite.cases(
    ("rename", ["act_call", "renameat2", "cwd", "=/tmp/new", "cwd", "=/etc/new", "0"], "renameat2"),
    ("symlink", ["act_call", "symlinkat", "=x", "cwd", "=/etc/new"], "symlinkat"),
    ("connect", ["act_connect", "/opt/innocent"], "connect"),
)
def test_plain(w, _label, words, kind):
    """The system call itself is told once, and as what it is."""
    w.c.sh("echo x >/tmp/new; rm -f /etc/new")
    truth = w.c.act(*words)
    w.expect(w.c, truth, {"evt.type": kind, "rootwatch.io_uring": False})
    assert len(w.all(of(w.c, truth, **{"evt.type": kind}))) == 1


if __name__ == "__main__":
    suite.main(containers)
