#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The open family: which file it really was, whatever the caller called it."""

import errno
import functools
import os
import socket
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import field, major_minor, of, raw, skipped, world  # noqa: E402

PASSWD = "/etc/passwd"


def same_file(event, truth):
    assert field(event, "fd.ino") == truth["ino"], (event, truth)
    assert field(event, "fd.dev") == truth["dev"], (event, truth)
    assert field(event, "rootwatch.file.dev") == major_minor(truth), (event, truth)


def tier(w):
    return w.d.start["output_fields"]["rootwatch.tier"]


def check(w, c, truth, want):
    assert truth["fd"] >= 0, truth
    event = w.expect(c, truth, want)
    same_file(event, truth)
    assert field(event, "container.id") == c.id[:12], event
    assert field(event, "evt.res") == "SUCCESS", event
    return event


@suite.cases(*[(f"{program} {call}", program, call) for program in ("act_open", "act_open_32")
               for call in ("open", "openat", "openat2", "creat", "reopen")])
def test_call(w, _label, program, call):
    path = f"/etc/{program}-{call}"
    w.c.sh(f"touch {path}")
    truth = w.c.act(program, call, "w", path)
    kind = {"reopen": "openat"}.get(call, call)
    event = check(w, w.c, truth, {"evt.type": kind, "fd.name": path, "rule": "etc-written"})
    assert field(event, "rootwatch.compat") is (program == "act_open_32"), event


def test_again_and_again(w):
    """Each open of a run has its own path: of the second file, and under the folder's other name."""
    w.c.sh("mkdir -p /etc/one; touch /etc/one/x /etc/one/yy")
    truth = w.c.act("act_again", "/etc/one", "/etc/two", "20", "5")
    came = [e for e in w.all(of(w.c, truth, **{"rule": "etc-written"}))
            if field(e, "evt.type") in ("open", "openat")]
    came.sort(key=lambda e: field(e, "evt.time"))
    want = [f"/etc/{folder}/{name}" for folder in ("one", "two") * 3 for name in ("x", "yy") for _ in range(20)]
    assert [field(e, "fd.name") for e in came] == want, came
    assert len({field(e, "fd.ino") for e in came[:20]}) == 1 and came[0] != came[20], came[0]
    assert {field(e, "fd.ino") for e in came[::40]} == {field(came[0], "fd.ino")}, came[0]


@suite.cases("act_open", "act_open_32")
def test_by_handle(w, program):
    with Runc(privileged=True, overlay=False) as c:  # an overlay has no handles
        c.sh("echo >/etc/x")
        truth = c.act(program, "handle", "w", "/etc/x")
        check(w, c, truth, {"evt.type": "open_by_handle_at", "fd.name": "/etc/x",
                            "rule": "etc-written"})


@suite.cases(
    ("plain", "", [PASSWD]),
    ("symlink", "ln -s /etc/passwd /tmp/link", ["/tmp/link"]),
    ("chain of symlinks", "ln -s ../etc /tmp/e; ln -s e/passwd /tmp/f", ["/tmp/f"]),
    ("dot dot", "", ["/tmp/../usr/bin/../../etc/./passwd"]),
    ("slashes", "", ["//etc///passwd"]),
    ("relative", "", ["--chdir", "/etc", "passwd"]),
    ("relative up", "", ["--chdir", "/usr/bin", "../../etc/passwd"]),
    ("dirfd", "", ["--dirfd", "/etc", "passwd"]),
    ("proc self root", "", ["/proc/self/root/etc/passwd"]),
    ("proc 1 cwd", "", ["/proc/1/root/proc/self/cwd/etc/passwd"]),
    ("chroot", "", ["--chroot", "/etc", "/passwd"]),
    ("chroot of the parent", "mkdir -p /usr/lib/a; ln -s ../../../etc /usr/lib/a/b",
     ["--chdir", "/", "--chroot", "/usr", "etc/passwd"]),
    ("thread", "", ["--thread", PASSWD]),
)
def test_disguise(w, _label, before, words):
    if before:
        assert w.c.sh(before)[0] == 0
    truth = w.c.act("act_open", *words[:-1], "openat", "w", words[-1])
    event = check(w, w.c, truth, {"evt.type": "openat", "fd.name": PASSWD, "rule": "passwd-written"})
    assert field(event, "thread.vtid") == truth["tid"], event
    assert field(event, "evt.is_open_write") is True, event


@suite.cases("openat2", "reopen", "creat")
def test_disguise_by_call(w, call):
    w.c.sh("ln -sf /etc/passwd /tmp/by-call; cp /etc/passwd /tmp/kept")
    truth = w.c.act("act_open", call, "w", "/tmp/by-call")
    w.c.sh("cat /tmp/kept >/etc/passwd")
    check(w, w.c, truth, {"fd.name": PASSWD, "rule": "passwd-written"})


def test_bind_mount_inside(w):
    with Runc(privileged=True) as c:
        truth = c.act("act_open", "--bind", "/etc", "/mnt", "openat", "w", "/mnt/passwd")
        check(w, c, truth, {"rule": "passwd-written", "fd.name": {"/mnt/passwd", PASSWD}})


def test_bind_mount_of_one_file(w):
    with Runc(privileged=True) as c:
        c.sh("touch /tmp/innocent")
        truth = c.act("act_open", "--bind", "/etc/shadow", "/tmp/innocent", "openat", "w",
                      "/tmp/innocent")
        check(w, c, truth, {"rule": "shadow-written"})


def test_proc_mounted_elsewhere(w):
    with Runc(privileged=True) as c:
        truth = c.act("act_open", "--mount", "proc", "/mnt", "openat", "w",
                      "/mnt/sys/kernel/core_pattern")
        check(w, c, truth, {"rule": "kernel-knob-escape",
                            "fd.name": "/mnt/sys/kernel/core_pattern"})


def test_mount_namespace_of_its_own(w):
    with Runc(privileged=True) as c:
        _, lines = c.sh("unshare -m act_open openat w /etc/passwd </dev/null")
        assert lines, "unshare did not run it"
        w.expect(c, None, {"rule": "passwd-written", "fd.name": PASSWD})


@suite.cases(("new", "wc", "/etc/made-now", True), ("there", "wc", "/etc/motd", False),
             ("exclusive", "wcx", "/etc/made-exclusively", True))
def test_created(w, _label, flags, path, created):
    truth = w.c.act("act_open", "openat", flags, path)
    event = check(w, w.c, truth, {"fd.name": path, "rule": "etc-written"})
    assert field(event, "rootwatch.file.created") is created, event


@suite.cases(("read", "r", "/etc/motd"), ("path only", "p", PASSWD),
             ("not there", "r", "/etc/not-there"))
def test_harmless(w, _label, flags, path):
    truth = w.c.act("act_open", "openat", flags, path)
    w.none(of(w.c, truth, **{"evt.type": "openat"}))


def test_all_shows_a_plain_write(w):
    truth = w.c.act("act_open", "openat", "wc", "/root/plain.txt")
    event = w.expect(w.c, truth, {"evt.type": "openat", "fd.name": "/root/plain.txt"})
    same_file(event, truth)
    assert not field(event, "rootwatch.rules"), event


@suite.cases(
    ("newline", b"/etc/a\nb"), ("escape", b"/etc/\x1b[31mred\x1b]0;title\x07"),
    ("invalid UTF-8", b"/etc/\xff\xfe\xc3"), ("quotes", b"/etc/\"'\\x41\\\\ $(true)"),
    ("percent", b"/etc/%s%n%d"), ("long", b"/etc/" + b"\xff" * 40),
    ("bidi", "/etc/\u202egpj.exe".encode()),
)
def test_hostile_name(w, _label, path):
    truth = w.c.act("act_open", "openat", "wc", path)
    event = w.expect(w.c, truth, {"rule": "etc-written"})
    assert raw(field(event, "fd.name")) == path, event
    same_file(event, truth)


def test_name_too_long_for_a_line(w):
    """What does not fit in 4 KiB is cut in its middle, and the line says so."""
    path = b"/etc/" + b"\xff" * 250
    truth = w.c.act("act_open", "openat", "wc", path)
    event = w.expect(w.c, truth, {"rule": "etc-written", "rootwatch.truncated": True})
    name = field(event, "fd.name")
    assert name.startswith("/etc/\\xff") and "..." in name and name.endswith("\\xff"), name
    same_file(event, truth)


@suite.cases("number", "userns", "fsuid")
def test_hidden_root(w, how):
    """A call number with junk in its upper half; uid 0 that is mapped to nobody; fsuid 0 alone."""
    truth = w.c.act("act_evade", how, "/etc/passwd")
    check(w, w.c, truth, {"rule": "passwd-written", "fd.name": PASSWD})


def test_deep_path(w):
    """Longer than PATH_MAX: the end is there, and the event says that its head is missing."""
    part = "d" * 200
    w.c.sh("cd /etc; i=0; while [ $i -lt 25 ]; do mkdir " + part + "; cd " + part +
           "; i=$((i+1)); done; act_open openat wc leaf </dev/null >/tmp/truth; cd /")
    _, lines = w.c.sh("cat /tmp/truth; cd /")
    assert b'"errno": 0' in lines[0], lines
    w.d.wait_for(lambda e: (field(e, "fd.name") or "").endswith("leaf") and
                 field(e, "container.full_id") == w.c.id and
                 field(e, "rootwatch.truncated"), "the deep file")
    w.c.sh("rm -rf /etc/" + part)


def test_without_a_name(w):
    """O_TMPFILE makes a file in a directory that no name leads to (yet)."""
    truth = w.c.act("act_open", "openat", "wm", "/etc")
    if truth["errno"] == errno.EOPNOTSUPP:
        raise suite.Skip("this kernel's overlayfs makes no nameless files (they came in 6.3)")
    event = check(w, w.c, truth, {"evt.type": "openat", "rule": "etc-written"})
    assert field(event, "fd.name").startswith("/etc/#"), event
    assert field(event, "rootwatch.file.deleted") is True, event
    assert field(event, "rootwatch.file.created") is True, event


@suite.cases("now", "worker", "later")
@suite.again_where(skipped)
def test_io_uring(w, when):
    """Seen where the kernel opens; a hook at the end of system calls sees only that a ring is made."""
    with Runc(privileged=True) as c:
        truth = c.act("act_uring", when, "wc", "/etc/by-ring")
        assert truth["fd"] >= 0, truth
        if tier(w) == "tracepoint":
            w.expect(c, truth, {"evt.type": "io_uring_setup", "rule": "io-uring-used"})
            w.none(of(c, truth, **{"fd.name": "/etc/by-ring"}))
            print("only the ring, by tier tracepoint", file=sys.stderr)
            return
        event = check(w, c, truth, {"evt.type": "openat", "fd.name": "/etc/by-ring",
                                    "rule": "etc-written"})
        assert field(event, "rootwatch.io_uring") is True, event
        assert len(w.all(of(c, truth, **{"fd.name": "/etc/by-ring"}))) == 1


RECEIVING = [("act_open", "recvmsg"), ("act_open", "recvmmsg")] + [
    ("act_open_32", call) for call in ("recvmsg", "recvmmsg", "recvmmsg_time64", "socketcall", "socketcall-many")]


def hand_over(listener, files):
    """Gives these open files to whoever connects, in a thread that ends with it."""
    def give():
        with listener.accept()[0] as client:
            socket.send_fds(client, [b"x"], files)
            client.recv(1)

    giver = threading.Thread(target=give, daemon=True)
    giver.start()
    return giver


def box(name):
    """A socket that listens, and the folder that it lies in."""
    top = f"{clean.work_dir()}/{name}"
    os.makedirs(top)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{top}/box")
    listener.listen(1)
    return listener, top


@suite.cases(*[(f"{program} {call}{' '.join(('', *words))}", program, call, words)
               for program, call in RECEIVING for words in ((), ("--passcred",))])
def test_received(w, _label, program, call, words):
    """Open files that come over a Unix socket: opened on the host, each judged as an open is."""
    listener, top = box(f"box-{program}-{call}{len(words)}")
    with listener, Runc(extra=[bind(top, "/box")]) as c, open(f"{top}/handed", "ab") as first, \
            open(f"{c.bundle}/merged/etc/passwd", "ab") as second:
        giver = hand_over(listener, [first.fileno(), second.fileno()])
        truth = c.act(program, *words, call, "-", "/box/box")
        giver.join()
        assert truth["fd"] >= 0, truth
        event = w.expect(c, truth, {"evt.type": "recvmsg", "rule": "passwd-written"})
        same_file(event, truth)
        assert field(event, "rootwatch.received") is True, event
        assert field(event, "evt.is_open_write") is True, event
        assert field(event, "evt.rawres") is None, event
        assert field(event, "rootwatch.compat") is (program == "act_open_32"), event
        w.expect(c, truth, {"evt.type": "recvmsg", "rule": "host-file-written"})
        assert len(w.all(of(c, truth, **{"evt.type": "recvmsg"}))) == 2


@suite.cases("without a place", "nobody cares for", "to be used as a path only", "for another user")
def test_received_harmless(w, name):
    """Pipes and memfds have no place, and of what has one the rules decide."""
    listener, top = box(f"box-{name.replace(' ', '-')}")
    os.chmod(f"{top}/box", 0o666)
    with listener, Runc(extra=[bind(top, "/box")]) as c:
        flags = {"nobody cares for": os.O_RDONLY, "to be used as a path only": os.O_PATH}.get(name, os.O_RDWR)
        files = [os.open(f"{c.bundle}/merged/etc/group", flags) for _ in range(2)]
        if name == "without a place":
            for fd in files:
                os.close(fd)
            files = [os.memfd_create("handed"), *os.pipe()][:2]
        giver = hand_over(listener, files)
        words = ("--uid", "1000") if name == "for another user" else ()
        truth = c.act("act_open", *words, "recvmsg", "-", "/box/box")
        giver.join()
        for fd in files:
            os.close(fd)
        assert truth["fd"] >= 0, truth
        w.none(of(c, truth, **{"evt.type": "recvmsg"}))


def test_tier(w):
    """The first line and each event say by which kind of hook; one act is one event."""
    start = w.d.start["output_fields"]
    want = {"tracepoint": "tp_btf/sys_exit", "fentry": "fexit/path_openat",
            "lsm": "lsm/file_open"}[tier(w)]
    assert want in start["rootwatch.hooks"].split(","), start
    truth = w.c.act("act_open", "openat", "wc", "/etc/once")
    w.expect(w.c, truth, {"fd.name": "/etc/once", "rootwatch.tier": tier(w)})
    w.c.sh("echo twice:x:77: >>/etc/group")  # copied up from the image's layer
    seen = w.all(of(w.c, **{"evt.type": {"open", "openat"}}))
    for name in ("/etc/once", "/etc/group"):
        assert len([e for e in seen if field(e, "fd.name") == name]) == 1, seen


def test_emptied_though_read_only(w):
    """O_RDONLY with O_TRUNC empties the file: a change, though nothing was opened for writing."""
    w.c.sh("echo x >/etc/emptied")
    mark = w.d.mark()
    truth = w.c.act("act_open", "openat", "rt", "/etc/emptied")
    event = w.expect(w.c, truth, {"rule": "etc-written", "fd.name": "/etc/emptied"}, mark)
    assert "O_TRUNC" in field(event, "evt.arg.flags"), event
    assert field(event, "evt.is_open_write") is True, event


if __name__ == "__main__":
    suite.main(functools.partial(world, "--all"))
