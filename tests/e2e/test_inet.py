#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""IP, raw and packet sockets: where a connection really leads, and who may not be asked."""

import contextlib
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import subprocess  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402

BOTH = ("act_inet", "act_inet_32")
# Of the container's own network namespace; nobody else ever sees them.
PEERS = ("172.30.0.1/32", "169.254.169.254/32", "fd00:ec2::254/128", "fd00:30::1/128")
PEER, PEER6 = "172.30.0.1", "fd00:30::1"

# Those that only these acts raise, for test_detections.
RULES = [(rule,) for rule in (
    "runtime-api", "kubelet-api", "etcd-api", "cluster-port-tried", "metadata-service",
    "packet-socket", "raw-socket", "low-port-bound")]

ON = """
- list: connect_calls
  items: [sendto, sendmsg, sendmmsg]
  override:
    items: append
- rule: Datagram sent
  desc: a datagram to port 9999, whatever sends it
  condition: >
    evt.type in (sendto, sendmsg, sendmmsg) and fd.l4proto = udp and fd.sport = 9999 and
    fd.name_changed = true
  output: "%proc.name sent to %fd.name"
  priority: NOTICE
"""


def give_addresses(container):
    """Addresses of this container's own, so that a connection to them needs no network."""
    pid = str(container.pids()[0])
    for words in (["link", "set", "lo", "up"], *(["addr", "add", a, "dev", "lo"] for a in PEERS)):
        subprocess.run(["nsenter", "-t", pid, "-n", "ip", *words], check=True, capture_output=True)


@contextlib.contextmanager
def containers():
    own = clean.work_dir() + "/on.yaml"
    with open(own, "w", encoding="utf-8") as file:
        file.write(ON)
    with Runc() as plain, Runc(user=1000) as user, Runc(host_network=True) as hosts, \
            Detector("--blocked", "-r", own) as detector:
        w = World(detector, plain)
        w.user, w.hosts = user, hosts
        give_addresses(plain)
        give_addresses(user)
        for port in ("2375", "10250", "2379", "80"):
            plain.start(f"act_inet --v6 listen :: {port}")
        yield w


def act(w, c, *words, program="act_inet", want=None, error=0):
    """The event of one act that is news, and its truth."""
    truth = c.act(program, *words)
    assert truth["errno"] == error, truth
    name = next(word for word in words if not word.startswith("--"))
    kinds = {"fastopen": "sendto", "fastopen-msg": "sendmsg", "unspec": "connect"}
    event = w.expect(c, truth, {"evt.type": kinds.get(name, name), **(want or {})})
    assert field(event, "container.id") == c.id[:12], event
    assert field(event, "rootwatch.compat") is program.endswith("_32"), event
    return event, truth


@suite.cases(*[(f"{program} {' '.join(words)}", program, words) for program in BOTH for words in (
    ["connect", PEER, "2375"],
    ["--v6", "connect", PEER6, "2375"],
    ["--v6", "connect", "::ffff:" + PEER, "2375"],
    ["--nonblock", "connect", PEER, "2375"],
    ["--nonblock", "--v6", "connect", "::ffff:" + PEER, "2375"],
    ["--mptcp", "connect", PEER, "2375"],
    ["fastopen", PEER, "2375"],
    ["fastopen-msg", PEER, "2375"],
    ["unspec", PEER, "2375"],
)] + [("socketcall", "act_inet_32", ["--multiplexed", "connect", PEER, "2375"]),
      ("socketcall, sendto", "act_inet_32", ["--multiplexed", "fastopen", PEER, "2375"])])
def test_runtime_api(w, _label, program, words):
    nonblock = "--nonblock" in words
    event, truth = act(w, w.c, *words, program=program, want={"rule": "runtime-api"},
                       error=errno.EINPROGRESS if nonblock else 0)
    assert field(event, "evt.res") == ("EINPROGRESS" if nonblock else "SUCCESS"), event
    v6 = PEER6 in words
    assert field(event, "fd.sip") == (PEER6 if v6 else PEER), event
    assert field(event, "fd.typechar") == ("6" if v6 else "4"), event
    assert field(event, "fd.sport") == 2375, event
    assert field(event, "fd.l4proto") == "tcp", event
    assert field(event, "rootwatch.net.asked") is False, event
    assert field(event, "rootwatch.net.host") is False, event
    if "unspec" in words:
        return
    client, server = field(event, "fd.name").split("->")
    assert server == field(event, "fd.sip") + ":2375", event
    # A port is only sure once the connection is there.
    if not nonblock:
        said = [field(event, name) for name in ("fd.connected", "fd.name", "evt.rawres", "rootwatch.tier")]
        assert field(event, "fd.connected") is True, (said, truth)
        assert field(event, "fd.cport") == truth["local"], (said, truth)
        assert client.endswith(f":{truth['local']}"), event


def test_anything_becomes_the_loopback(w):
    """0.0.0.0 is this host: the socket says what came of it."""
    truth = w.c.act("act_inet", "connect", "0.0.0.0", "2375")
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, rule="runtime-api"))


@suite.cases(("own loopback", ["connect", "127.0.0.1", "2375"]),
             ("own loopback, mapped", ["--v6", "connect", "::ffff:127.0.0.1", "2375"]),
             ("own loopback, IPv6", ["connect", "::1", "2375"]),
             ("a datagram", ["--udp", "connect", PEER, "2375"]),
             ("another port", ["connect", PEER, "80"]),
             ("a port bound", ["bind", PEER, "2376"]))
def test_harmless(w, _label, words):
    truth = w.c.act("act_inet", *words)
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, **{"evt.type": "connect"}))


@suite.cases(("10250", "kubelet-api"), ("2379", "etcd-api"))
def test_cluster(w, port, rule):
    act(w, w.c, "connect", PEER, port, want={"rule": rule, "fd.sport": int(port)})


def test_exempt_by_its_name_only_from_the_image(w):
    w.c.sh("cp /usr/bin/act_inet /tmp/etcd 2>/dev/null || cp $(command -v act_inet) /tmp/etcd")
    truth = w.c.act("/tmp/etcd", "connect", PEER, "2379")
    w.expect(w.c, truth, {"evt.type": "connect", "rule": "etcd-api", "proc.name": "etcd"})


@suite.cases("2376", "10255", "2380")
def test_refused(w, port):
    event, _ = act(w, w.c, "connect", PEER, port, error=errno.ECONNREFUSED,
                   want={"rule": "cluster-port-tried"})
    assert field(event, "fd.name") == f"{PEER}:{port}", event
    assert field(event, "rootwatch.net.asked") is True, event
    assert field(event, "fd.connected") is False, event
    assert field(event, "rootwatch.blocked") is False, event


@suite.cases(("IPv4", ["connect", "169.254.169.254", "80"]),
             ("mapped", ["--v6", "connect", "::ffff:169.254.169.254", "80"]),
             ("IPv6", ["connect", "fd00:ec2::254", "80"]),
             ("not blocking", ["--nonblock", "connect", "169.254.169.254", "80"]))
def test_metadata(w, _label, words):
    event, _ = act(w, w.c, *words, want={"rule": "metadata-service"},
                   error=errno.EINPROGRESS if "--nonblock" in words else 0)
    assert field(event, "fd.sip") in ("169.254.169.254", "fd00:ec2::254"), event


def test_unreachable(w):
    """A container without that address or a route to it. (In the host's network there may be one.)"""
    truth = w.c.act("act_inet", "--v6", "connect", "fd00:30::2", "2375")
    assert truth["errno"] == errno.ENETUNREACH, truth
    event = w.expect(w.c, truth, {"evt.type": "connect", "rule": "cluster-port-tried"})
    assert field(event, "fd.sip") == "fd00:30::2", event
    assert field(event, "rootwatch.net.host") is False, event


def test_hosts_loopback(w):
    """In the network of the host the loopback is the host's: port 10255 of it is the kubelet's."""
    truth = w.hosts.act("act_inet", "connect", "127.0.0.1", "10255")
    want = "kubelet-api" if truth["errno"] == 0 else "cluster-port-tried"
    event = w.expect(w.hosts, truth, {"evt.type": "connect", "rule": want, "rootwatch.net.host": True})
    assert field(event, "fd.sip") == "127.0.0.1", event


@suite.cases(*[(f"{program} {words[-3:]}", program, words, rule) for program in BOTH
               for words, rule in ((["socket", "17", "3", "768"], "packet-socket"),
                                   (["socket", "17", "2", "0"], "packet-socket"),
                                   (["socket", "44", "3", "0"], "packet-socket"),
                                   (["socket", "2", "3", "1"], "raw-socket"),
                                   (["socket", "10", "3", "58"], "raw-socket"))]
             + [("socketcall", "act_inet_32", ["--multiplexed", "socket", "17", "3", "768"],
                 "packet-socket")])
def test_raw(w, _label, program, words, rule):
    event, _ = act(w, w.c, *words, program=program, want={"rule": rule})
    assert field(event, "evt.arg.type") == int(words[-2]), event
    assert field(event, "evt.arg.domain") == {"2": "AF_INET", "10": "AF_INET6",
                                              "17": "AF_PACKET", "44": "AF_XDP"}[words[-3]], event


def test_raw_denied(w):
    """uid 1000 has no CAP_NET_RAW: with --blocked that is news."""
    event, _ = act(w, w.user, "socket", "17", "3", "768", error=errno.EPERM,
                   want={"rule": "packet-socket", "rootwatch.blocked": True})
    assert field(event, "user.uid") == 1000, event


def test_ordinary_sockets_are_silent(w):
    for family in ("2", "10"):
        truth = w.c.act("act_inet", "socket", family, "1", "0")
        assert truth["errno"] == 0, truth
        w.none(of(w.c, truth, **{"evt.type": "socket"}))


@suite.cases(*[(f"{program} {' '.join(words)}", program, words) for program in BOTH for words in (
    ["bind", "0.0.0.0", "81"], ["--v6", "bind", "::", "82"], ["--udp", "bind", "127.0.0.1", "83"])]
    + [("socketcall", "act_inet_32", ["--multiplexed", "bind", "0.0.0.0", "84"])])
def test_low_port(w, _label, program, words):
    event, truth = act(w, w.c, *words, program=program, want={"rule": "low-port-bound"})
    assert field(event, "fd.sport") == truth["local"] == int(words[-1]), event
    assert field(event, "fd.name") == f"{words[-2]}:{words[-1]}", event
    assert field(event, "fd.cip") is None, event


def test_high_port_is_silent(w):
    truth = w.c.act("act_inet", "bind", "0.0.0.0", "8081")
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, **{"evt.type": "bind"}))


@suite.cases(*[(f"{program} {name}", program, name) for program in BOTH
               for name in ("sendto", "sendmsg", "sendmmsg")])
def test_datagram(w, _label, program, name):
    """Sent with an address: the socket has no peer, what was passed counts."""
    event, _ = act(w, w.c, "--udp", name, PEER, "9999", program=program,
                   want={"rule": "datagram-sent"})
    assert field(event, "fd.sip") == PEER, event
    assert field(event, "rootwatch.net.asked") is True, event
    assert field(event, "fd.l4proto") == "udp", event


def test_other_user_is_silent(w):
    truth = w.user.act("act_inet", "connect", "169.254.169.254", "80")
    w.none(of(w.user, truth, **{"evt.type": "connect"}))


if __name__ == "__main__":
    suite.main(containers)
