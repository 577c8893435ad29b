#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job with a real Docker engine: names, images, layers, volumes, its own socket."""

import contextlib
import itertools
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from docker import IMAGE, PRIVILEGED, Docker, Engine  # noqa: E402
from world import World, field, matches, of, rules  # noqa: E402

_serial = itertools.count(1)


@contextlib.contextmanager
def with_engine():
    with Engine() as engine, Detector("--all", "--blocked") as d, Docker(engine, name="web") as c, \
            Docker(engine, "--user", "1000:1000", name="user") as user:
        w = World(d, c)
        w.engine, w.user = engine, user
        w.data = clean.work_dir() + "/hostdata"
        os.makedirs(w.data + "/etc")
        yield w


def run_once(w, *options, words=("true",)):
    """docker run to its end; gives the container's id."""
    cidfile = f"{clean.work_dir()}/cid-{next(_serial)}"
    done = w.engine.cli("run", "--rm", "--net=none", "--cidfile", cidfile, *options, IMAGE, *words,
                        check=False)
    with open(cidfile, encoding="utf-8") as file:
        return file.read().strip(), done


def check(w, c, truth, want):
    event = w.expect(c, truth, want)
    assert field(event, "container.id") == c.id[:12], event
    assert field(event, "container.type") == "docker", event
    assert len(c.id) == 64
    return event


def test_name_and_image(w):
    truth = w.c.act("act_open", "openat", "wc", "/etc/x")
    event = check(w, w.c, truth, {"rule": "etc-written", "fd.name": "/etc/x"})
    assert field(event, "container.name") == "web", event
    assert field(event, "container.image.repository") == IMAGE.split(":")[0], event
    assert field(event, "container.image.tag") == IMAGE.split(":")[1], event
    assert field(event, "k8s.pod.name") is None and field(event, "k8s.ns.name") is None, event
    assert field(event, "container.privileged") is False, event
    assert field(event, "fd.ino") == truth["ino"], (event, truth)


@suite.cases(
    ("passwd", ["act_open", "openat", "w", "/etc/passwd"], "passwd-written"),
    ("shadow", ["act_open", "openat", "r", "/etc/shadow"], "shadow-read"),
    ("cron", ["act_open", "creat", "w", "/etc/cron.d/x"], "cron-written"),
    ("preload", ["act_open", "openat", "wc", "/etc/ld.so.preload"], "preload-written"),
    ("package manager", ["/sbin/apk", "add", "curl"], "package-manager"),
    ("package database", ["act_open", "openat", "w", "/var/lib/dpkg/status"],
     "package-database-written"),
    ("user added", ["/usr/sbin/useradd", "eve"], "user-added"),
    ("memfd", ["act_exec", "memfd", "/bin/act_id"], "exec-memfd"),
    ("dropped", ["act_exec", "copy", "/bin/act_id", "/usr/sbin/dropped"], "exec-upper-layer"),
    ("from /tmp", ["act_exec", "copy", "/bin/act_id", "/tmp/dropped"], "exec-tmp"),
    ("private key", ["act_open", "openat", "r", "/root/.ssh/id_rsa"], "private-key-read"),
)
def test_detection(w, _label, words, rule):
    truth = w.c.act(*words)
    check(w, w.c, truth, {"rule": rule, "rootwatch.blocked": False})


@suite.cases(
    ("passwd", ["act_open", "openat", "w", "/etc/passwd"]),
    ("cron", ["act_open", "creat", "w", "/etc/cron.d/x"]),
    ("shadow", ["act_open", "openat", "r", "/etc/shadow"]),
)
def test_user_is_denied(w, _label, words):
    truth = w.user.act(*words)
    assert truth["errno"] == 13, truth
    check(w, w.user, truth, {"rootwatch.blocked": True, "evt.res": "EACCES", "user.uid": 1000})


@suite.cases(
    ("package manager", ["/sbin/apk", "add", "curl"]),
    ("dropped", ["act_exec", "copy", "/bin/act_id", "/tmp/mine"]),
    ("own file", ["act_open", "openat", "wc", "/home/user/own.txt"]),
)
def test_user_is_silent(w, _label, words):
    w.none(of(w.user, w.user.act(*words)))


def test_suid_by_user(w):
    truth = w.user.act("/usr/bin/suid")
    assert truth["euid"] == 0, truth
    event = check(w, w.user, truth, {"rule": "privilege-suid-exec"})
    assert field(event, "rootwatch.from.euid") == 1000, event


@suite.cases(("plain", []), ("privileged", PRIVILEGED), ("user", ["--user", "1000"]),
             ("init", ["--init"]), ("read only", ["--read-only"]),
             ("no new privileges", ["--security-opt", "no-new-privileges"]),
             ("working folder", ["-w", "/made/by/docker"]), ("tty", ["-t"]),
             ("host's pid namespace", ["--pid=host"]),
             ("host's cgroup namespace", ["--cgroupns=host"]),
             ("another cgroup", ["--cgroup-parent=/rw-e2e/odd"]))
def test_plain_run_is_silent(w, _label, options):
    """docker run IMAGE true: no alert, and nothing of the runtime's own even with --all."""
    mark = w.d.mark()
    ident, done = run_once(w, *options)
    clean.remove_cgroup("/rw-e2e")
    assert done.returncode == 0, done.stderr
    events = w.all({"container.full_id": ident}, mark)
    alerts = [(rules(e), field(e, "proc.cmdline"), field(e, "fd.name")) for e in events
              if rules(e)]
    assert not alerts, alerts
    shown = [(field(e, "evt.type"), field(e, "proc.exepath"), field(e, "fd.name"))
             for e in events]
    assert not [s for s in shown if "runc" in str(s)], shown
    if "--user" not in options:
        assert any(s[1] == "/bin/busybox" for s in shown), shown


def test_first_exec_is_identified(w):
    mark = w.d.mark()
    ident, done = run_once(w, words=("/usr/bin/mytool", "short-lived"))
    assert done.returncode == 0, done.stderr
    event = w.d.wait_for(lambda e: "short-lived" in (field(e, "proc.cmdline") or ""),
                         "the exec", mark)
    assert field(event, "container.full_id") == ident, event


def test_layers(w):
    """The image is the lower layer; what is changed or added lies in the upper one."""
    truth = w.c.act("/usr/bin/mytool")
    event = check(w, w.c, truth, {"proc.is_exe_upper_layer": False})
    assert not rules(event), rules(event)
    assert w.c.sh("chmod 0700 /usr/bin/mytool")[0] == 0
    truth = w.c.act("/usr/bin/mytool")
    check(w, w.c, truth, {"proc.is_exe_upper_layer": True, "rule": "exec-upper-layer"})


def test_bind_mounts(w):
    with Docker(w.engine, "-v", w.data + ":/data", "-v", "e2e-volume:/volume",
                "--tmpfs", "/scratch") as c:
        truth = c.act("act_open", "openat", "wc", "/data/file")
        event = check(w, c, truth, {"rule": "host-file-written", "fd.name": "/data/file"})
        assert field(event, "rootwatch.file.bind") is True, event
        assert field(event, "rootwatch.file.sbpath").endswith("/hostdata/file"), event
        for path in ("/volume/file", "/scratch/file", "/tmp/file"):
            truth = c.act("act_open", "openat", "wc", path)
            event = check(w, c, truth, {"fd.name": path})
            assert not {r for r in rules(event) if r.startswith("host-")}, rules(event)
    w.engine.cli("volume", "rm", "--force", "e2e-volume")


MOUNT_RULE = """
- rule: Marked
  desc: a file of that name
  condition: >
    evt.type = openat and fd.name endswith /marked and evt.is_open_write=true and
    container.mount.dest[%s*] = /data and container.mount.rdwr[%s] = true
  output: >
    %%container.mount.source[/ro] %%container.mount.rdwr[%s] %%container.mount[/*/readonly]
    %%container.mount.source[/volume] %%container.mount.rdwr[/none] %%container.mounts
  priority: INFO
"""


def test_mounts(w):
    """What the engine mounted, by its own file; a rule asks for it."""
    path = clean.work_dir() + "/mounts.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(MOUNT_RULE % (w.data, w.data, w.data))
    os.chmod(path, 0o600)
    readonly = clean.work_dir() + "/readonly"
    os.makedirs(readonly)
    with Docker(w.engine, "-v", w.data + ":/data", "-v", readonly + ":/ro:ro",
                "-v", "e2e-volume:/volume") as c, Detector("-r", path) as d:
        truth = c.act("act_open", "openat", "wc", "/tmp/marked")
        event = d.wait_for(lambda e: matches(e, of(c, truth, **{"fd.name": "/tmp/marked"})))
        assert "marked" in rules(event), rules(event)
        fields = event["output_fields"]
        assert fields["container.mount.source[/ro]"] == readonly, fields
        assert fields[f"container.mount.rdwr[{w.data}]"] == "true", fields
        assert fields["container.mount[/*/readonly]"].startswith(readonly + ":/ro:"), fields
        assert ":false:" in fields["container.mount[/*/readonly]"], fields
        assert "e2e-volume" in fields["container.mount.source[/volume]"], fields
        assert fields["container.mount.rdwr[/none]"] is None, fields
        assert ":/data:" in fields["container.mounts"], fields
    w.engine.cli("volume", "rm", "--force", "e2e-volume")


def test_dockers_own_files(w):
    """hosts, hostname and resolv.conf lie on the host, but are the container's own."""
    for name in ("hosts", "hostname", "resolv.conf"):
        truth = w.c.act("act_open", "openat", "w", "/etc/" + name)
        event = check(w, w.c, truth, {"rule": "etc-written", "fd.name": "/etc/" + name})
        assert not {r for r in rules(event) if r.startswith("host-")}, rules(event)


def test_its_own_socket(w):
    """The engine's real socket, mounted in under two names."""
    with Docker(w.engine, "-v", w.engine.socket + ":/var/run/docker.sock",
                "-v", w.engine.socket + ":/opt/innocent") as c:
        for path in ("/var/run/docker.sock", "/opt/innocent"):
            truth = c.act("act_connect", path)
            assert truth["ret"] == 0, truth
            event = check(w, c, truth, {"rule": "runtime-socket", "evt.type": "connect"})
            assert field(event, "fd.name") == w.engine.socket, event
            assert field(event, "rootwatch.peer.comm") == "dockerd", event
            assert field(event, "rootwatch.peer.pid") == w.engine.process.pid, event
            assert field(event, "rootwatch.fd.asked") == path, event


def test_privileged(w):
    with Docker(w.engine, *PRIVILEGED) as c:
        truth = c.act("act_open", "openat", "w", "/proc/sys/kernel/core_pattern")
        assert truth["fd"] >= 0, truth
        event = check(w, c, truth, {"rule": "kernel-knob-escape"})
        assert field(event, "container.privileged") is True, event
        c.sh("mknod /tmp/disk b 7 7")
        truth = c.act("act_open", "openat", "r", "/tmp/disk")
        assert truth["fd"] >= 0, truth
        check(w, c, truth, {"rule": "block-device-opened"})


def test_read_only(w):
    with Docker(w.engine, "--read-only") as c:
        truth = c.act("act_open", "openat", "w", "/etc/passwd")
        assert truth["errno"] == 30, truth
        check(w, c, truth, {"rule": "passwd-written", "rootwatch.blocked": True,
                            "evt.res": "EROFS"})


def test_exec(w):
    done = w.c.exec("/usr/bin/mytool", "by-docker-exec")
    assert done.returncode == 0, done.stderr
    w.d.wait_for(lambda e: matches(e, {"container.full_id": w.c.id}) and
                 "by-docker-exec" in (field(e, "proc.cmdline") or ""), "the exec")
    done = w.c.exec("/sbin/apk", "add", "x", options=("--user", "1000"))
    assert done.returncode == 0, done.stderr
    w.none(of(w.c, **{"proc.cmdline": lambda line: line.endswith("apk add x")}))


def test_renamed(w):
    """The old name or the new one, until it is started again."""
    with Docker(w.engine, name="again") as c:
        c.act("act_id")
        w.engine.cli("rename", "again", "renamed")
        truth = c.act("act_open", "openat", "wc", "/etc/x")
        event = check(w, c, truth, {"rule": "etc-written"})
        assert field(event, "container.name") in ("again", "renamed"), event
        w.engine.cli("restart", "--time=0", c.id)
        done = c.exec("act_open", "openat", "wc", "/etc/y")
        assert done.returncode == 0, done.stderr
        w.expect(c, None, {"fd.name": "/etc/y", "container.name": "renamed"})


def test_paused(w):
    with Docker(w.engine) as c:
        w.engine.cli("pause", c.id)
        w.engine.cli("unpause", c.id)
        check(w, c, c.act("act_open", "openat", "wc", "/etc/x"), {"rule": "etc-written"})


def test_filter_by_name(w):
    with Detector("--container", "web") as d:
        w.user.act("/usr/bin/suid")
        mine = World(d, w.c)
        mine.fence()
        assert {field(e, "container.full_id") for e in d.since()} == {w.c.id}


if __name__ == "__main__":
    suite.main(with_engine)
