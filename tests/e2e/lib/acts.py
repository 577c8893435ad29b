# SPDX-License-Identifier: Apache-2.0
"""Rows of acts: one that raises a detection, and the nearest one that must not."""

import contextlib
import os
import socket

import clean
from detector import Detector, short
from runc import Runc, bind
from suite import Skip
from world import World, matches, of, rules

BEFORE = "mknod /tmp/disk b 7 7; mknod /dev/mem c 1 1; touch /root/.ssh/authorized_keys"
CGROUP_V1 = "/sys/fs/cgroup/pids"  # seen as /cg
OF_HOST = ("etc/cron.d/x", "etc/kubernetes/admin.conf", "etc/kubernetes/ca.crt")


@contextlib.contextmanager
def with_mounts():
    """c: as Docker would make it. user: uid 1000. strong: privileged, with folders of the host."""
    top = clean.work_dir()
    os.makedirs(top + "/hostdata")
    os.makedirs(top + "/fakehost")
    # Its own file system, so that its paths are those of a host and no host is touched.
    clean.mount("tmpfs", "tmpfs", top + "/fakehost")
    for path in OF_HOST:
        os.makedirs(os.path.dirname(f"{top}/fakehost/{path}"), exist_ok=True)
        with open(f"{top}/fakehost/{path}", "wb"):
            pass
    mounts = [bind(top + "/hostdata", "/data"), bind(top + "/fakehost/etc", "/mnt")]
    if os.path.isdir(CGROUP_V1):
        mounts.append(bind(CGROUP_V1, "/cg"))
    with open(top + "/hostdata/file", "w", encoding="utf-8") as file:
        file.write("x\n")
    w = World(None, None)
    for name in ("docker.sock", "plain"):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(f"{top}/hostdata/{name}")
        listener.listen(10)
        clean.defer(listener.close)
    with Runc() as root, Runc(user=1000) as user, \
            Runc(privileged=True, extra=mounts) as strong, Detector("--all", "--blocked") as detector:
        w.d, w.c, w.user, w.strong = detector, root, user, strong
        for c in (root, strong):
            c.sh(BEFORE)
        yield w


def write(path, flags="wc"):
    return ["act_open", "openat", flags, path]


def read(path):
    return ["act_open", "openat", "r", path]


def _done(c, act):
    """Does it; gives what its events have in common. A string is for the container's shell."""
    if isinstance(act, str):
        c.sh(act)
        return of(c)
    return of(c, c.act(*act))


def check(w, rule, where, act, near_where, near):
    """The act raises the rule, in all its parts; the one that comes near does not."""
    if "/cg/release_agent" in act and not os.path.isdir(CGROUP_V1):
        raise Skip("no hierarchy of cgroup v1 here, so no release_agent")
    mark = w.d.mark()
    want = _done(getattr(w, where), act)
    event = w.d.wait_for(lambda e: matches(e, {**want, "rule": rule}), f"{rule} of {act}", mark)
    assert event["rule"] and event["priority"] and event["output"], event
    assert "rootwatch.advice" in event["output_fields"], event
    w.fence()
    mark = w.d.mark()
    want = _done(getattr(w, near_where), near)
    came = [e for e in w.all(want, mark) if rule in rules(e)]
    assert not came, (near, short(came[0]))
