#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Unix sockets: who listens counts, not what the client called the socket."""

import contextlib
import errno
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, of, rules  # noqa: E402

SOCKETS = ("docker.sock", "containerd.sock", "crio.sock", "podman.sock", "other.sock")
LONGEST = "/tmp".ljust(101, "/") + "longest"  # UNIX_PATH_MAX bytes


class Listener:
    """A daemon's stand-in on the host: it accepts nothing, which connect does not need."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(path)
        self.socket.listen(100)
        os.chmod(path, 0o660)
        self.path = path
        self.ino = os.stat(path).st_ino
        clean.defer(self.socket.close)


@contextlib.contextmanager
def with_listeners():
    run = clean.work_dir() + "/run"
    for folder in ("docker", "containerd", "crio", "podman", "other"):
        os.makedirs(f"{run}/{folder}")
    w = World(None, None)
    w.listeners = {name: Listener(f"{run}/{name.split('.')[0]}/{name}") for name in SOCKETS}
    w.plain = Listener(run + "/plain")
    mounts = [bind(w.listeners["docker.sock"].path, "/opt/innocent"),
              bind(w.listeners["docker.sock"].path, "/var/docker.sock"),
              bind(run, "/host-run")]
    with Runc(extra=mounts) as root, Runc(extra=mounts, user=1000) as user, \
            Detector("--all", "--blocked") as detector:
        w.d, w.c, w.user = detector, root, user
        yield w


def check(w, truth, want):
    event = w.expect(w.c, truth, {"evt.type": "connect", **want})
    assert field(event, "container.id") == w.c.id[:12], event
    return event


@suite.cases(
    ("by its name", "", ["/var/docker.sock"]),
    ("another name", "", ["/opt/innocent"]),
    ("below a folder", "", ["/host-run/docker/docker.sock"]),
    ("symlink", "ln -s /opt/innocent /tmp/x", ["/tmp/x"]),
    ("relative", "", ["--chdir", "/host-run/docker", "docker.sock"]),
    ("relative up", "", ["--chdir", "/tmp", "../opt/innocent"]),
    ("proc self root", "", ["/proc/self/root/opt/innocent"]),
)
def test_docker_socket(w, _label, before, words):
    w.c.sh(before or "true")
    truth = w.c.act("act_connect", *words)
    assert truth["ret"] == 0, truth
    listener = w.listeners["docker.sock"]
    event = check(w, truth, {"rule": "runtime-socket"})
    assert field(event, "fd.name") == listener.path, event
    assert field(event, "fd.ino") == listener.ino, event
    assert field(event, "rootwatch.fd.asked") == words[-1], event
    assert field(event, "rootwatch.peer.pid") == os.getpid(), event
    assert field(event, "rootwatch.peer.comm").startswith("python"), event
    assert field(event, "rootwatch.peer.container") is False, event


def test_docker_socket_32_bit(w):
    truth = w.c.act("act_connect_32", "/opt/innocent")
    assert truth["ret"] == 0, truth
    event = check(w, truth, {"rule": "runtime-socket"})
    assert field(event, "rootwatch.fd.asked") == "/opt/innocent", event
    assert field(event, "rootwatch.compat") is True, event


@suite.cases("containerd.sock", "crio.sock", "podman.sock")
def test_other_runtimes(w, name):
    truth = w.c.act("act_connect", f"/host-run/{name.split('.')[0]}/{name}")
    event = check(w, truth, {"rule": "runtime-socket"})
    assert field(event, "fd.name") == w.listeners[name].path, event


@suite.cases("other/other.sock", "plain")
def test_harmless_socket(w, path):
    """--all shows it, no detection matches."""
    truth = w.c.act("act_connect", "/host-run/" + path)
    assert truth["ret"] == 0, truth
    assert not rules(check(w, truth, {})), truth


def test_lookalike(w):
    """A socket of the container's own that is merely called docker.sock."""
    w.c.start("act_connect --listen /run/docker.sock")
    truth = w.c.act("act_connect", "/run/docker.sock")
    assert truth["ret"] == 0, truth
    event = check(w, truth, {"rule": "runtime-socket-lookalike"})
    assert "runtime-socket" not in rules(event), rules(event)
    assert field(event, "fd.ino") == truth["ino"], event
    assert field(event, "rootwatch.peer.same_container") is True, event
    w.c.sh("killall act_connect; rm /run/docker.sock")


def test_link_named_docker_sock(w):
    """A link called docker.sock to a harmless socket is not the daemon either."""
    w.c.sh("mkdir -p /tmp/l; ln -s /host-run/plain /tmp/l/docker.sock")
    truth = w.c.act("act_connect", "/tmp/l/docker.sock")
    event = check(w, truth, {})
    assert "runtime-socket" not in rules(event), rules(event)


def test_nobody_listens(w):
    w.c.sh("touch /run/file")
    truth = w.c.act("act_connect", "/run/not-there")
    assert truth["errno"] == 2, truth
    w.none(of(w.c, truth, **{"evt.type": "connect"}))


def test_denied(w):
    """uid 1000 may not: with --blocked that is news."""
    truth = w.user.act("act_connect", "/opt/innocent")
    assert truth["errno"] == 13, truth
    event = w.expect(w.user, truth, {"evt.type": "connect", "rootwatch.blocked": True})
    assert field(event, "evt.res") == "EACCES", event
    assert field(event, "user.uid") == 1000, event


def test_abstract(w):
    w.c.start("act_connect --abstract --listen docker.sock")
    truth = w.c.act("act_connect", "--abstract", "docker.sock")
    assert truth["ret"] == 0, truth
    event = check(w, truth, {})
    assert "runtime-socket" not in rules(event), rules(event)
    assert field(event, "rootwatch.fd.abstract") is True, event
    assert field(event, "fd.name") == "@docker.sock", event
    w.c.sh("killall act_connect")


@suite.cases(("connect", "root", 0), ("denied", "user", errno.EACCES))
def test_exact_address(w, _label, who, error):
    """A name without a NUL, behind which nothing can be read, is whole."""
    c = {"root": w.c, "user": w.user}[who]
    truth = c.act("act_connect", "--exact", "/opt/innocent")
    assert truth["errno"] == error, truth
    event = w.expect(c, truth, {"evt.type": "connect", "rootwatch.truncated": False})
    assert field(event, "rootwatch.fd.asked") == "/opt/innocent", event


@suite.cases(("abstract", ["--abstract", "exact"], "@exact", "@exact"), ("longest", [LONGEST], LONGEST, "/tmp/longest"))
def test_exact_listener(w, _label, words, asked, name):
    """Nor is the listener's name cut, which has none either."""
    w.c.start("act_connect --exact --listen " + " ".join(words))
    truth = w.c.act("act_connect", "--exact", *words)
    assert truth["ret"] == 0, truth
    event = check(w, truth, {"rootwatch.truncated": False})
    assert field(event, "rootwatch.fd.asked") == asked and field(event, "fd.name") == name, event
    w.c.sh("killall act_connect")


def test_exact_address_bound(w):
    """Where a bind was denied the name that was passed is all there is of it."""
    truth = w.user.act("act_connect", "--exact", "--listen", "/etc/exact.sock")
    assert truth["errno"] == errno.EACCES, truth
    event = w.expect(w.user, truth, {"evt.type": "bind", "rule": "etc-written", "fd.name": "/etc/exact.sock"})
    assert field(event, "rootwatch.truncated") is False, event


def test_host_is_silent(w):
    mark = w.d.mark()
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(w.listeners["docker.sock"].path)
    w.none({"evt.type": "connect", "proc.pid": os.getpid()}, mark)


if __name__ == "__main__":
    suite.main(with_listeners)
