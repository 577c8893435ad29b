#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""System calls that open nothing: what they were asked for, and what the rules make of it."""

import contextlib
import errno
import os
import shutil
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
import uring  # noqa: E402
from detector import Detector, short  # noqa: E402
from runc import Runc, bind  # noqa: E402
from world import World, field, matches, of, rules  # noqa: E402

BOTH = ("act_call", "act_call_32")
ASKED = """
- rule: Asked for
  desc: files of that name
  condition: >
    evt.type in (mkdirat, memfd_create, ftruncate, name_to_handle_at, ioctl, removexattr, removexattrat,
      fsconfig) and
    (fd.name contains asked-for or rootwatch.call.from contains asked-for)
  output: "%evt.type"
  priority: NOTICE
  x-rootwatch:
    id: asked-for
"""


# Those that only these acts raise, for test_detections.
RULES = [(rule,) for rule in (
    "bpf-called", "device-made", "io-uring-used", "mount-called", "namespace-entered",
    "process-traced", "reboot-called", "root-changed", "user-namespace-made", "watched-renamed", "accounting-set",
    "capabilities-raised", "cgroup-moved", "clock-set", "descriptor-taken", "fanotify-used",
    "file-flags-set", "file-handle-opened", "io-ports-opened", "kernel-keys-used", "kernel-log-read",
    "perf-event-opened", "swap-changed", "terminal-injected", "userfaultfd-made")]


def own_rules():
    """A rule for calls that no shipped one asks for."""
    path = clean.work_dir() + "/asked.yaml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(ASKED)
    return path


@contextlib.contextmanager
def containers():
    """A common container, one that may do all, and one of another user; attempts are seen, too."""
    with Runc() as plain, Runc(privileged=True) as mighty, Runc(user=1000) as user, \
            Detector("--blocked", "-r", own_rules()) as detector:
        w = World(detector, plain)
        w.mighty, w.user = mighty, user
        plain.sh("echo x >/tmp/x; ln -s /etc /tmp/e; mkdir -p /tmp/a/b /mnt; ln -s ../../etc /tmp/a/c")
        plain.sh("mkdir -p /data/etc; ln -s /data/etc /tmp/etc; ln -s /etc/passwd /tmp/name; ln -s /tmp/e /tmp/f")
        mighty.sh("mkdir -p /mnt /tmp; echo x >/tmp/x")
        user.sh("echo x >/tmp/x")
        yield w


def acts(w, c, want, *words, program="act_call", before="", ok=True):
    """The event of one call."""
    if before:
        assert c.sh(before)[0] == 0, before
    truth = c.act(program, *words)
    assert (truth["errno"] == 0) is ok, truth
    event = w.expect(c, truth, want)
    assert field(event, "rootwatch.compat") is program.endswith("_32"), event
    assert field(event, "container.id") == c.id[:12], event
    assert field(event, "rootwatch.blocked") is not ok, event
    return event


MADE = "echo x >/tmp/new; rm -f /etc/new"


@suite.cases(*[(f"{program} {words[0]}", program, words) for program in BOTH for words in (
    ["rename", "=/tmp/new", "=/etc/new"],
    ["renameat", "cwd", "=/tmp/new", "cwd", "=/etc/new"],
    ["renameat2", "cwd", "=/tmp/new", "cwd", "=/etc/new", "1"],
    ["link", "=/tmp/new", "=/etc/new"],
    ["linkat", "cwd", "=/tmp/new", "cwd", "=/etc/new", "0"],
    ["symlink", "=/tmp/new", "=/etc/new"],
    ["symlinkat", "=/tmp/new", "cwd", "=/etc/new"],
)])
def test_put_in_place(w, _label, program, words):
    event = acts(w, w.c, {"rule": "etc-written", "evt.type": words[0], "fd.name": "/etc/new"},
                 *words, program=program, before=MADE)
    assert field(event, "rootwatch.call.from") == "/tmp/new", event
    assert field(event, "rootwatch.call.unresolved") is False, event


@suite.cases(
    ("relative", ["--chdir", "/etc", "renameat", "cwd", "=../tmp/new", "cwd", "=new"]),
    ("relative to where a link led", ["--chdir", "/tmp/e", "renameat", "cwd", "=/tmp/new", "cwd", "=new"]),
    ("dirfd", ["--fd", "/etc", "renameat", "cwd", "=/tmp/new", "fd", "=new"]),
    ("dirfd of a link", ["--fd", "/tmp/a/c", "renameat", "cwd", "=/tmp/new", "fd", "=./new"]),
    ("dot dot", ["renameat", "cwd", "=/tmp/new", "cwd", "=//tmp/../etc/./new"]),
)
def test_disguise(w, _label, words):
    acts(w, w.c, {"rule": "etc-written", "fd.name": "/etc/new", "rootwatch.call.from": "/tmp/new"},
         *words, before=MADE)


@suite.cases(*[(f"{program} {label}", program, words) for program in BOTH for label, words in (
    ("a link", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/e/new"]),
    ("a link to a link", ["linkat", "cwd", "=/tmp/new", "cwd", "=/tmp/f/new", "0"]),
    ("a relative one", ["symlinkat", "=/tmp/new", "cwd", "=/tmp/a/c/new"]),
    ("dirfd", ["--fd", "/tmp", "renameat", "cwd", "=/tmp/new", "fd", "=e/new"]),
    ("working directory", ["--chdir", "/tmp", "renameat", "cwd", "=new", "cwd", "=./e/new"]),
    ("dot dot behind it", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/e/cron.d/../new"]),
    ("the old path, too", ["renameat", "cwd", "=/tmp/e/../tmp/new", "cwd", "=/tmp/e/new"]),
)])
def test_link(w, _label, program, words):
    """The process has ended before anybody looks: its container has not."""
    w.c.sh("mkdir -p /etc/cron.d")
    event = acts(w, w.c, {"rule": "etc-written", "fd.name": "/etc/new", "rootwatch.call.unresolved": False},
                 *words, program=program, before=MADE)
    assert field(event, "rootwatch.call.from") == "/tmp/new", event
    assert field(event, "rootwatch.call.asked") == words[-1 - (words[-1] == "0")][1:], event


@suite.cases(
    ("a directory", "mv /tmp/new /proc/self/fd/3/new 3</etc", {"rule": "etc-written", "fd.name": "/etc/new"}),
    ("written oddly", "mv /tmp/new //proc/./thread-self/fd//3/new 3</etc", {"rule": "etc-written", "fd.name": "/etc/new"}),
    ("of /dev", "ln -s /tmp/new /dev/fd/3/new 3</etc", {"rule": "etc-written", "fd.name": "/etc/new"}),
    ("a file", "chmod 666 /proc/self/fd/3 3</etc/crontab", {"evt.type": {"chmod", "fchmodat"}, "fd.name": "/etc/crontab"}),
    ("standard input", "chown user /dev/stdin </etc/passwd", {"rule": "permissions-opened", "fd.name": "/etc/passwd"}),
    ("working directory", "cd /etc; mv /tmp/new /proc/self/cwd/new; cd /", {"rule": "etc-written", "fd.name": "/etc/new"}),
    ("of the shell", "exec 3</etc; mv /tmp/new /proc/$$/fd/3/new", {"rule": "etc-written", "fd.name": "/etc/new"}),
    ("of process 1", "cd /; chmod 666 /proc/1/cwd/etc/shadow", {"rule": "permissions-opened", "fd.name": "/etc/shadow"}),
    ("the old path", "act_call linkat cwd =/proc/self/fd/3 cwd =/tmp/hard 0x400 3</etc/shadow", {"rule": "watched-renamed", "rootwatch.call.from": "/etc/shadow"}),
)
def test_magic_link(w, _label, command, want):
    """The process has ended before anybody looks, and its descriptors are gone. (A shell lives on.)"""
    w.c.sh("rm -rf /etc/new /tmp/hard; echo x >/tmp/new; ln -sfn /proc/self/fd /dev/fd; ln -sf /proc/self/fd/0 /dev/stdin")
    mark = w.d.mark()
    status, lines = w.c.sh(command + " 2>&1")
    assert status == 0, lines
    w.d.wait_for(lambda e: matches(e, of(w.c, **want)), f"{want}", mark)
    w.c.sh("exec 3<&-; rm -rf /etc/new /tmp/hard; chown root /etc/passwd; chmod 640 /etc/shadow; chmod 644 /etc/crontab")


@suite.cases(
    ("elsewhere", "mv /tmp/new /proc/self/fd/3/new 3</data"),
    ("made by hand", "mkdir -p /tmp/self/fd/3; mv /tmp/new /tmp/self/fd/3/new 3</etc"),
    ("a pipe", "echo x | chmod 666 /dev/stdin"),
)
def test_magic_link_harmless(w, _label, command):
    w.c.sh("rm -rf /data/new; echo x >/tmp/new; ln -sf /proc/self/fd/0 /dev/stdin")
    mark = w.d.mark()
    status, lines = w.c.sh(command + " 2>&1")
    assert status == 0, lines
    acted = of(w.c, **{"evt.type": {"rename", "renameat", "renameat2", "chmod", "fchmodat", "fchmodat2"}})
    told = [e for e in w.all(acted, mark) if rules(e)]
    assert not told, (short(told[0]), rules(told[0]))


@suite.cases(
    ("through a link", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/e/passwd"], "passwd-written"),
    ("truncate follows", ["truncate", "=/tmp/name", "1000"], "passwd-written"),
    ("truncate in a link", ["truncate", "=/tmp/f/passwd", "1000"], "passwd-written"),
)
def test_link_rule(w, _label, words, rule):
    w.c.sh("cp /etc/passwd /tmp/kept; cp /etc/passwd /tmp/new")
    acts(w, w.c, {"rule": rule, "fd.name": "/etc/passwd"}, *words)
    w.c.sh("cp /tmp/kept /etc/passwd")


@suite.cases(
    ("a link elsewhere", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/etc/passwd"]),
    ("in place of a link", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/name2"]),
    ("dot dot out of it", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/e/../data/new"]),
)
def test_link_harmless(w, _label, words):
    w.c.sh("echo x >/tmp/new; ln -sf /etc/passwd /tmp/name2")
    truth = w.c.act("act_call", *words)
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, **{"evt.type": words[0]}))


@suite.cases(*[(f"{program} {' '.join(words[-4:])}", program, words) for program in BOTH for words in (
    ["link", "=/etc/motd", "=/tmp/other"],
    ["linkat", "cwd", "=/tmp/e/motd", "cwd", "=/tmp/other", "0"],
    ["linkat", "cwd", "=/tmp/motd", "cwd", "=/tmp/other", "1024"],
    ["--chdir", "/tmp", "linkat", "cwd", "=motd", "cwd", "=other", "1024"],
)])
def test_watched_renamed(w, _label, program, words):
    """What is written by the other name has that name alone; so the giving of it is told."""
    w.c.sh("rm -f /tmp/other; ln -sf /etc/motd /tmp/motd")
    event = acts(w, w.c, {"rule": "watched-renamed", "fd.name": "/tmp/other"}, *words, program=program,
                 before=MADE)
    assert field(event, "rootwatch.call.from") == "/etc/motd", event
    truth = w.c.act(program, "link", "=/tmp/other", "=/tmp/third")
    w.none(of(w.c, truth, **{"rule": "watched-renamed"}))
    w.c.sh("rm -f /tmp/other /tmp/third")


@suite.cases(("by its name", "/tmp/m/cron.d/new"), ("by a link", "/tmp/l/new"))
def test_second_mount(w, _label, path):
    """A directory of the container's own, by another mount of it."""
    w.mighty.sh("mkdir -p /tmp/m /etc/cron.d; mount --bind /etc /tmp/m; ln -sf /tmp/m/cron.d /tmp/l")
    acts(w, w.mighty, {"rule": "cron-written", "fd.name": "/tmp/m/cron.d/new"}, "symlinkat", "=x", "cwd", f"={path}")
    w.mighty.sh("rm -f /etc/cron.d/new /tmp/l; umount /tmp/m")


def test_host_directory(w):
    """What a bind mount shows of the host, by its path there."""
    name = f"rootwatch-{os.getpid()}"
    os.makedirs(f"/usr/local/sbin/{name}")
    try:
        with Runc(extra=[bind(f"/usr/local/sbin/{name}", "/data")]) as c:
            c.sh("mkdir -p /tmp; ln -s /data /tmp/l; echo x >/tmp/new; echo x >/data/old")
            acts(w, c, {"rule": "host-takeover-written", "fd.name": "/data/new"},
                 "linkat", "cwd", "=/data/old", "cwd", "=/tmp/l/new", "0")
            truth = c.act("act_call", "linkat", "cwd", "=/tmp/new", "cwd", "=/tmp/newer", "0")
            w.none(of(c, truth, **{"evt.type": "linkat"}))
    finally:
        shutil.rmtree(f"/usr/local/sbin/{name}")


def test_exchange(w):
    acts(w, w.c, {"rule": "etc-written", "evt.arg.flags": "RENAME_EXCHANGE"},
         "renameat2", "cwd", "=/etc/swap", "cwd", "=/tmp/swap", "2",
         before="echo x >/tmp/swap; echo x >/etc/swap")


@suite.cases(
    ("passwd", "/etc/passwd", "passwd-written"), ("shadow", "/etc/shadow", "shadow-written"),
    ("keys", "/root/authorized_keys", "authorized-keys-written"),
    ("cron", "/etc/cron.d/new", "cron-written"),
    ("preload", "/etc/ld.so.preload", "preload-written"),
)
def test_rule(w, _label, path, rule):
    before = f"mkdir -p /etc/cron.d; cp {path} /tmp/kept 2>/dev/null; echo >/tmp/new"
    acts(w, w.c, {"rule": rule, "fd.name": path}, "renameat", "cwd", "=/tmp/new", "cwd", f"={path}", before=before)
    w.c.sh(f"if [ -e /tmp/kept ]; then mv /tmp/kept {path}; else rm {path}; fi")


@suite.cases(
    ("elsewhere", ["renameat", "cwd", "=/tmp/new", "cwd", "=/tmp/y"]),
    ("fails", ["renameat", "cwd", "=/tmp/not-there", "cwd", "=/etc/y"]),
    ("nobody asks", ["unlinkat", "cwd", "=/tmp/new", "0"]),
)
def test_harmless(w, _label, words):
    w.c.sh("echo x >/tmp/new; echo x >/etc/new")
    truth = w.c.act("act_call", *words)
    w.none(of(w.c, truth, **{"evt.type": words[0]}))


@suite.cases(
    ("chmod", ["chmod", "=/tmp/x", "04755"], "/tmp/x"),
    ("fchmod", ["--fd", "/tmp/x", "fchmod", "fd", "04755"], "/tmp/x"),
    ("fchmodat", ["--fd", "/tmp", "fchmodat", "fd", "=x", "04755"], "/tmp/x"),
    ("32-bit", ["chmod", "=/tmp/x", "04755"], "/tmp/x"),
    ("32-bit fd", ["--fd", "/tmp/x", "fchmod", "fd", "04755"], "/tmp/x"),
)
def test_suid(w, label, words, path):
    program = BOTH[label.startswith("32")]
    event = acts(w, w.c, {"rule": "suid-bit-set", "fd.name": path}, *words, program=program)
    assert "S_ISUID|" in field(event, "evt.arg.mode"), event
    truth = w.c.act(program, *[word.replace("04755", "0755") for word in words])
    w.none(of(w.c, truth, **{"rule": "suid-bit-set"}))


def test_suid_without_chmod(w):
    """The bit comes with the file when it is made; and who may write such a file, has it."""
    w.c.sh("rm -f /tmp/s")
    acts(w, w.c, {"rule": "suid-bit-set", "fd.name": "/tmp/s"}, "mknod", "=/tmp/s", "0104755", "0")
    truth = w.c.act("act_open", "openat", "w", "/tmp/s")
    w.expect(w.c, truth, {"rule": "suid-bit-set", "fd.name": "/tmp/s"})
    w.none(of(w.c, w.c.act("act_open", "openat", "r", "/tmp/s"), **{"rule": "suid-bit-set"}))
    w.c.sh("chmod 0755 /tmp/s")
    w.none(of(w.c, w.c.act("act_open", "openat", "w", "/tmp/s"), **{"rule": "suid-bit-set"}))
    w.c.sh("rm -f /tmp/s")


@suite.cases(*[(f"{program} {label}", program, words, path) for program in BOTH for label, words, path in (
    ("setxattr", ["setxattr", "=/tmp/x", "=security.capability", "caps", "20", "0"], "/tmp/x"),
    ("through a link", ["setxattr", "=/tmp/to-x", "=security.capability", "caps", "20", "0"], "/tmp/x"),
    ("lsetxattr", ["lsetxattr", "=/tmp/e/../tmp/x", "=security.capability", "caps", "20", "0"], "/tmp/x"),
    ("fsetxattr", ["--fd", "/tmp/x", "fsetxattr", "fd", "=security.capability", "caps", "20", "0"], "/tmp/x"),
    ("setxattrat", ["setxattrat", "cwd", "=/tmp/to-x", "0", "=security.capability", "xattr", "16"], "/tmp/x"),
    ("setxattrat of fd", ["--fd", "/tmp/x", "setxattrat", "fd", "=", "0x1000", "=security.capability", "xattr", "16"],
     "/tmp/x"),
)])
def test_file_capabilities(w, _label, program, words, path):
    if "setxattrat" in words and w.c.act(program, *words)["errno"] == errno.ENOSYS:
        raise suite.Skip("setxattrat: not on this kernel (it came in 6.13)")
    event = acts(w, w.c, {"rule": "suid-bit-set", "fd.name": path}, *words, program=program,
                 before="ln -sf x /tmp/to-x")
    assert field(event, "rootwatch.call.from") == "security.capability", event
    other = ["=trusted.none" if word == "=security.capability" else word for word in words]
    w.none(of(w.c, w.c.act(program, *other), **{"rule": "suid-bit-set"}))


@suite.cases(
    ("block", ["mknod", "=/tmp/disk", "060600", "0x801"], "disk-tool-run", "/tmp/disk"),
    ("block at", ["--fd", "/tmp", "mknodat", "fd", "=disk", "060600", "0x801"], "disk-tool-run",
     "/tmp/disk"),
    ("char", ["mknodat", "cwd", "=/tmp/char", "020600", "0x101"], "device-made", "/tmp/char"),
)
def test_node(w, _label, words, rule, path):
    acts(w, w.c, {"rule": rule, "fd.name": path}, *words)
    w.c.sh(f"rm -f {path}")


@suite.cases(*[(f"{program} {label}", program, rule, words, want) for program in BOTH
               for label, rule, words, want in (
    ("mount", "mount-called", ["mount", "=none", "=/mnt", "=tmpfs", "0", "0"],
     {"fd.name": "/mnt", "rootwatch.call.from": "none"}),
    ("bind mount", "mount-called", ["mount", "=/etc", "=/mnt", "0", "0x1000", "0"],
     {"fd.name": "/mnt", "rootwatch.call.from": "/etc", "evt.arg.flags": "MS_BIND"}),
    ("mount, as of old", "mount-called", ["mount", "=none", "=/mnt", "=tmpfs", "0xc0ed0000", "0"],
     {"fd.name": "/mnt", "evt.arg.flags": "0"}),
    ("bind mount, as private", "mount-called", ["mount", "=/etc", "=/mnt", "0", "0x41000", "0"],
     {"fd.name": "/mnt", "rootwatch.call.from": "/etc", "evt.arg.flags": "MS_BIND|MS_PRIVATE"}),
    ("fsopen", "mount-called", ["fsopen", "=tmpfs", "0"], {"rootwatch.call.from": "tmpfs"}),
    ("chroot", "root-changed", ["chroot", "=/mnt"], {"fd.name": "/mnt"}),
    ("setns", "namespace-entered", ["--fd", "/proc/self/ns/uts", "setns", "fd", "0x4000000"], {}),
    ("unshare", "user-namespace-made", ["unshare", "0x10000000"], {"evt.arg.flags": "CLONE_NEWUSER"}),
    ("ptrace", "process-traced", ["ptrace", "16", "child", "0", "0"], {}),
    ("bpf", "bpf-called", ["bpf", "11", "zeros", "16"], {}),  # the first program's id: no map, no limit on it
    ("io_uring", "io-uring-used", ["io_uring_setup", "4", "zeros"], {}),
)])
def test_mighty(w, _label, program, rule, words, want):
    call = next(word for word in words if not word.startswith(("-", "/")))
    if call == "io_uring_setup":
        uring.skip_if_refused()
    event = acts(w, w.mighty, {"rule": rule, "evt.type": call, **want}, *words, program=program)
    assert "uid <NA>" not in event["output"], event["output"]
    w.mighty.sh("umount /mnt 2>/dev/null")


ACL_TAGS = {"user": 1, "user of": 2, "group": 4, "group of": 8, "mask": 16, "other": 32}


def acl(*entries):
    """The words by which system.posix_acl_access is set to (tag, mode bits, id) each."""
    packed = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", ACL_TAGS[tag], bits, who)
                                             for tag, bits, who in entries)
    return ["=system.posix_acl_access", "hex:" + packed.hex(), str(len(packed))]


NOBODY = 0xffffffff
AS_MODE = [("user", 6, NOBODY), ("group", 4, NOBODY), ("other", 0, NOBODY)]
NAMED = [("user", 6, NOBODY), ("user of", 6, 1000), ("group", 0, NOBODY)]
MANY = [("user", 6, NOBODY), *(("user of", 0, uid) for uid in range(1000, 1022)), ("group", 0, NOBODY),
        ("mask", 7, NOBODY), ("other", 0, NOBODY)]


@suite.cases(*[(f"{program} {label}", program, entries, mode) for program in BOTH for label, entries, mode in (
    ("another user", [*NAMED, ("mask", 6, NOBODY), ("other", 0, NOBODY)], "S_IRUSR|S_IWUSR|S_IROTH|S_IWOTH"),
    ("another user to read", [*NAMED, ("mask", 4, NOBODY), ("other", 0, NOBODY)], "S_IRUSR|S_IWUSR|S_IROTH"),
    ("another group", [*AS_MODE[:2], ("group of", 4, 1000), ("mask", 4, NOBODY), AS_MODE[2]],
     "S_IRUSR|S_IWUSR|S_IRGRP|S_IROTH"),
    ("all others", [*AS_MODE[:2], ("other", 4, NOBODY)], "S_IRUSR|S_IWUSR|S_IRGRP|S_IROTH"),
    ("more than is looked at", MANY, "S_IRUSR|S_IWUSR|S_IXUSR|S_IRGRP|S_IWGRP|S_IXGRP|S_IROTH|S_IWOTH|S_IXOTH"),
)])
def test_acl(w, _label, program, entries, mode):
    """Who is named is one of the others, as far as the mask lets him."""
    w.c.sh("cp /etc/shadow /tmp/kept-shadow")
    for words in (["setxattr", "=/etc/shadow", *acl(*entries), "0"],
                  ["--fd", "/etc/shadow", "fsetxattr", "fd", *acl(*entries), "0"]):
        acts(w, w.c, {"rule": "permissions-opened", "fd.name": "/etc/shadow", "evt.arg.mode": mode}, *words,
             program=program)
    w.c.sh("rm /etc/shadow; mv /tmp/kept-shadow /etc/shadow; chmod 0640 /etc/shadow")


@suite.cases(*[(f"{program} {label}", program, entries) for program in BOTH for label, entries in (
    ("as the mode is", AS_MODE), ("for root", [("user", 6, NOBODY), ("user of", 6, 0), *AS_MODE[1:2],
                                               ("mask", 6, NOBODY), AS_MODE[2]]),
    ("masked", [*NAMED, ("mask", 0, NOBODY), ("other", 0, NOBODY)]))])
def test_acl_is_harmless(w, _label, program, entries):
    """install, cp -p and sed -i set one as they find it."""
    w.c.sh("cp /etc/shadow /tmp/kept-shadow")
    truth = w.c.act(program, "setxattr", "=/etc/shadow", *acl(*entries), "0")
    assert truth["errno"] == 0, truth
    w.none(of(w.c, truth, **{"rule": "permissions-opened"}))
    w.c.sh("rm /etc/shadow; mv /tmp/kept-shadow /etc/shadow; chmod 0640 /etc/shadow")


@suite.cases(*[(f"{program} {how}", program, path) for program in BOTH for how, path in (
    ("plain", "/odd/place"), ("by a link", "/tmp/to-odd"))])
def test_chroot_to_the_host(w, _label, program, path):
    """Whatever the place is called: told by what became the root."""
    with Runc(privileged=True, extra=[bind("/", "/odd/place"), bind(clean.work_dir(), "/part")]) as c:
        want = {"evt.type": "chroot", "rootwatch.call.unresolved": False}
        event = acts(w, c, {"rule": "host-entered", "fd.name": "/odd/place", **want}, "chroot", f"={path}",
                     program=program, before="ln -s /odd/place /tmp/to-odd")
        assert field(event, "fd.ino") == os.stat("/").st_ino, event
        for harmless in ("/part", "/tmp"):
            event = acts(w, c, {"rule": "root-changed", "fd.name": harmless, **want}, "chroot",
                         f"={harmless}", program=program)
            assert "host-entered" not in rules(event), event


@suite.cases("act_open", "act_open_32")
def test_root_of_a_host_process(w, program):
    """Its files are the host's, though they lie on what is the caller's root then."""
    folder = clean.work_dir() + "/of-the-host"
    os.makedirs(folder, exist_ok=True)
    top = f"/host-proc/{os.getpid()}/root"
    with Runc(privileged=True, extra=[bind("/proc", "/host-proc")]) as c:
        acts(w, c, {"rule": "host-entered", "evt.type": "chroot", "fd.name": "/"}, "chroot", f"={top}")
        for opened in (folder + "/a", folder + "/a"): # the second is like one that is known
            truth = c.act(program, "--chroot", top, "openat", "wc", opened)
            assert truth["errno"] == 0, truth
            event = w.expect(c, truth, {"rule": "host-file-written", "fd.name": opened})
            assert field(event, "rootwatch.file.rootfs") is False, event
            assert field(event, "fd.ino") == os.stat(opened).st_ino, event
        event = w.expect(c, c.act(program, "openat", "wc", "/etc/own"), {"rule": "etc-written"})
        assert field(event, "rootwatch.file.rootfs") is True, event


TIME = "hex:00ca9a3b"
APPEND = "hex:20"
# struct __user_cap_header_struct, and data: only CAP_CHOWN is left, which becomes inheritable.
CAPS = ["hex:22050820", "hex:010000000100000001000000"]
FEWER = ["hex:22050820", "hex:010000000100000000000000"]
# struct clone_args: CLONE_NEWUSER, and SIGCHLD at its end.
NEW_USER = "hex:0000001000000000" + 24 * "00" + "11"


def none_of(w, c, program, words):
    """The call is made, and nothing is said of it."""
    call = next(word for word in words if not word.startswith(("-", "/")))
    truth = c.act(program, *words)
    w.none(of(c, truth, **{"evt.type": call}))


def one_of(w, c, program, rule, words, want, res):
    """The event of a call that came to that result; nothing when the kernel does not have it."""
    call = next(word for word in words if not word.startswith(("-", "/")))
    truth = c.act(program, *words)
    if truth["errno"] in (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTTY):
        print(f"    {call}: not on this kernel")
        w.none(of(c, truth, **{"evt.type": call}))
        return
    assert truth["errno"] in res, truth
    w.expect(c, truth, {"rule": rule, "evt.type": call, **want})


@suite.cases(*[(f"{program} {label}", program, rule, words, want, near) for program in BOTH
               for label, rule, words, want, near in (
    ("flags", "file-flags-set", ["--fd", "/tmp/x", "ioctl", "fd", "FLAGS", APPEND],
     {"fd.name": "/tmp/x", "evt.arg.flags": "FS_APPEND_FL"},
     ["--fd", "/tmp/x", "ioctl", "fd", "FLAGS", "hex:00"]),
    ("flags by path", "file-flags-set",
     ["file_setattr", "cwd", "=/tmp/x", "hex:10", "24", "0"],
     {"fd.name": "/tmp/x", "evt.arg.flags": "FS_XFLAG_APPEND"},
     ["file_setattr", "cwd", "=/tmp/x", "hex:00", "24", "0"]),
    ("terminal", "terminal-injected", ["--fdw", "/dev/ptmx", "ioctl", "fd", "0x5412", "=x"], {},
     ["--fdw", "/dev/ptmx", "ioctl", "fd", "0x5413", "zeros"]),
    ("taken", "descriptor-taken", ["--fd", "/tmp/x", "pidfd_getfd", "pidfd", "3", "0"], {"fd.name": "/tmp/x"},
     ["getpid"]),
    ("pipe taken", "descriptor-taken", ["pidfd_getfd", "pidfd", "1", "0"], {"fd.name": "..."}, ["getpid"]),
    ("read memory", "process-traced", ["process_vm_readv", "child", "zeros", "0", "zeros", "0", "0"],
     {}, ["getpid"]),
    ("key made", "kernel-keys-used", ["add_key", "=user", "=x", "=y", "1", "-2"],
     {"rootwatch.call.from": "user"}, ["keyctl", "0", "-2", "0"]),
    ("keys listed", "kernel-keys-used", ["keyctl", "11", "-4", "zeros", "8"], {},
     ["keyctl", "0", "-4", "0"]),
    ("userfaultfd", "userfaultfd-made", ["userfaultfd", "0x80000"], {}, ["getpid"]),
    ("perf", "perf-event-opened", ["perf_event_open", "hex:0100000040", "0", "-1", "-1", "0"], {},
     ["getpid"]),
    ("capset", "capabilities-raised", ["capset", *CAPS], {}, ["capset", *FEWER]),
    ("kernel log", "kernel-log-read", ["syslog", "3", "zeros", "100"], {},
     ["syslog", "10", "0", "0"]),
    ("fanotify", "fanotify-used", ["fanotify_init", "0", "0"], {}, ["getpid"]),
    ("clone", "user-namespace-made", ["clone", "0x10000011", "0"],
     {"evt.arg.flags": "CLONE_NEWUSER"}, ["clone", "17", "0"]),
    ("clone3", "user-namespace-made", ["clone3", NEW_USER, "88"],
     {"evt.arg.flags": "CLONE_NEWUSER"}, ["clone3", "hex:" + 32 * "00" + "11", "88"]),
    ("mount options", "mount-called", ["mount_setattr", "cwd", "=/dev/shm", "0", "hex:02", "32"],
     {"fd.name": "/dev/shm", "evt.arg.flags": "MOUNT_ATTR_NOSUID"},
     ["mount_setattr", "cwd", "=/dev/shm", "0", "hex:" + 16 * "00" + "00000400", "32"]),
    ("mount cloned", "mount-called", ["open_tree_attr", "cwd", "=/dev/shm", "1", "hex:02", "32"],
     {"fd.name": "/dev/shm", "evt.arg.flags": "MOUNT_ATTR_NOSUID"},
     ["open_tree_attr", "cwd", "=/dev/shm", "1", "zeros", "32"]),
    ("mount source", "mount-called", ["fsconfig", "fs", "1", "=source", "=/dev/sda", "0"],
     {"rootwatch.call.from": "/dev/sda"},
     ["fsconfig", "fs", "1", "=size", "=1M", "0"]),
    ("mount picked", "mount-called", ["fspick", "cwd", "=/dev/shm", "0"], {"fd.name": "/dev/shm"},
     ["getpid"]),
    ("memfd", "", ["memfd_create", "=x", "1"], {}, ["memfd_create", "=x", "1"]),
)])
def test_kernel(w, _label, program, rule, words, want, near):
    """What reaches past the container, and the nearest call that does not."""
    flags = "0x40046602" if program.endswith("_32") else "0x40086602"
    if rule:
        one_of(w, w.mighty, program, rule, [flags if word == "FLAGS" else word for word in words], want,
               (0, errno.EPERM) if words[0] == "syslog" else (0,))
    none_of(w, w.mighty, program, [flags if word == "FLAGS" else word for word in near])


@suite.cases(*[(f"{program} {label}", program, rule, words, want) for program in BOTH
               for label, rule, words, want in (
    ("swapon", "swap-changed", ["swapon", "=/tmp/x", "0"], {"fd.name": "/tmp/x"}),
    ("swapoff", "swap-changed", ["swapoff", "=/tmp/x"], {"fd.name": "/tmp/x"}),
    ("acct", "accounting-set", ["acct", "=/tmp/x"], {"fd.name": "/tmp/x"}),
    ("acct, off", "accounting-set", ["acct", "0"], {"fd.name": None, "rootwatch.call.unresolved": False}),
    ("clock_settime", "clock-set", ["clock_settime", "0", TIME], {}),
    ("adjtimex", "clock-set", ["adjtimex", "hex:10"], {"evt.arg.flags": "ADJ_STATUS"}),
    ("clock_adjtime", "clock-set", ["clock_adjtime", "0", "hex:10"], {"evt.arg.flags": "ADJ_STATUS"}),
    ("iopl", "io-ports-opened", ["iopl", "3"], {}),
)])
def test_denied(w, _label, program, rule, words, want):
    """Of the host, and refused: the attempt is seen."""
    if words[0] == "iopl" and os.uname().machine != "x86_64":
        return
    one_of(w, w.c, program, rule, words, {"evt.res": "EPERM", **want}, (errno.EPERM,))


@suite.cases(*[(f"{program} {words[0]}", program, words) for program in BOTH for words in (
    ["adjtimex", "zeros"], ["clock_adjtime", "0", "zeros"], ["mkdirat", "cwd", "=/tmp/made", "0755"])])
def test_kernel_harmless(w, _label, program, words):
    none_of(w, w.c, program, words)
    w.c.sh("rmdir /tmp/made 2>/dev/null")


@suite.cases(*[(f"{program} {words[0]}", program, words, want) for program in BOTH for words, want in (
    (["mkdirat", "cwd", "=/tmp/asked-for", "0750"], {"fd.name": "/tmp/asked-for"}),
    (["memfd_create", "=asked-for", "1"], {"rootwatch.call.from": "asked-for", "evt.arg.flags": "MFD_CLOEXEC"}),
    (["--fdw", "/tmp/asked-for", "ftruncate", "fd", "1"], {"fd.name": "/tmp/asked-for"}),
    (["name_to_handle_at", "cwd", "=/tmp/asked-for", "hex:80", "zeros", "0"], {"fd.name": "/tmp/asked-for"}),
    (["--fd", "/tmp/asked-for", "ioctl", "fd", "0x541b", "zeros"], {"fd.name": "/tmp/asked-for"}),
    (["removexattr", "=/tmp/asked-for", "=trusted.none"], {"fd.name": "/tmp/asked-for"}),
    (["removexattrat", "cwd", "=/tmp/asked-for", "0", "=trusted.none"], {"fd.name": "/tmp/asked-for"}),
)])
def test_asked(w, _label, program, words, want):
    """Calls that only a rule of somebody's own asks for, also what is dull otherwise."""
    call = next(word for word in words if not word.startswith(("-", "/")))
    w.c.sh("rm -rf /tmp/asked-for" + ("" if call == "mkdirat" else "; echo x >/tmp/asked-for"))
    truth = w.c.act(program, *words)
    if truth["errno"] not in (0, errno.EPERM):  # trusted.* is the host's
        w.none(of(w.c, truth, **{"evt.type": call}))
        print(f"    {call}: {errno.errorcode[truth['errno']]}, which is not told")
        return
    w.expect(w.c, truth, {"rule": "asked-for", "evt.type": call, **want})
    w.c.sh("rm -rf /tmp/asked-for")


def test_handle(w):
    """A file is opened by its handle, whatever it is."""
    with Runc(privileged=True, overlay=False) as c:  # an overlay has no handles
        c.sh("echo >/tmp/x")
        truth = c.act("act_open", "handle", "r", "/tmp/x")
        w.expect(c, truth, {"rule": "file-handle-opened", "evt.type": "open_by_handle_at"})
        truth = c.act("act_open", "openat", "r", "/tmp/x")
        w.none(of(c, truth, **{"rule": "file-handle-opened"}))


@suite.cases("act_open", "act_open_32")
def test_handle_refused(w, program):
    """Without CAP_DAC_READ_SEARCH: no file is known, but the handle, and where it was to be looked for."""
    with Runc(overlay=False) as c:
        c.sh("echo >/tmp/x")
        truth = c.act(program, "handle", "rw", "/tmp/x")
        assert truth["errno"] == errno.EPERM, truth
        event = w.expect(c, truth, {"rule": "file-handle-opened", "evt.type": "open_by_handle_at",
                                    "evt.res": "EPERM", "rootwatch.blocked": True, "fd.name": None})
        assert field(event, "rootwatch.handle.at") == "/", event
        kind, name = field(event, "rootwatch.handle").split(":")
        assert int(kind) > 0 and bytes.fromhex(name), event
        assert field(event, "evt.is_open_write") is True, event
        assert len(w.all(of(c, truth, **{"evt.type": "open_by_handle_at"}))) == 1
        user = c.exec(f"/bin/{program}", "handle", "r", "/tmp/x", user=1000)
        w.expect(c, c.truths_of(user.stdout.splitlines())[-1],
                 {"rule": "file-handle-opened", "evt.res": "EPERM", "user.uid": 1000})


def test_cgroup(w):
    """A cgroup's list of processes, opened for writing and for reading."""
    where = next(path for path in ("/sys/fs/cgroup/pids", "/sys/fs/cgroup") if os.path.exists(f"{path}/cgroup.procs"))
    with Runc(privileged=True, extra=[bind(where, "/cg")]) as c:
        truth = c.act("act_open", "openat", "w", "/cg/cgroup.procs")
        w.expect(c, truth, {"rule": "cgroup-moved", "evt.type": "openat"})
        truth = c.act("act_open", "openat", "r", "/cg/cgroup.procs")
        w.none(of(c, truth, **{"rule": "cgroup-moved"}))


@suite.cases(*BOTH)
def test_born_into_a_cgroup(w, program):
    """A process made in another cgroup; one made in its parent's is nothing."""
    with Runc(privileged=True) as c:
        if c.sh("mkdir /tmp/cg && mount -t cgroup2 none /tmp/cg && mkdir /tmp/cg/sub")[0] != 0:
            raise suite.Skip("the container cannot make a cgroup of its own")
        # struct clone_args: CLONE_INTO_CGROUP, SIGCHLD, and the descriptor that --fd gives.
        into = "hex:0000000002000000" + 24 * "00" + "11" + 47 * "00" + "03"
        truth = c.act(program, "--fd", "/tmp/cg/sub", "clone3", into, "88")
        assert truth["errno"] == 0, truth
        event = w.expect(c, truth, {"rule": "cgroup-moved", "evt.type": "clone3", "evt.arg.flags": "CLONE_INTO_CGROUP"})
        assert field(event, "fd.name").endswith("/sub"), event
        none_of(w, c, program, ["clone3", "hex:" + 32 * "00" + "11", "88"])
        c.sh("rmdir /tmp/cg/sub; umount /tmp/cg")


@suite.cases(
    ("renameat", ["renameat", "cwd", "=/tmp/x", "cwd", "=/etc/passwd"], "passwd-written", "EACCES"),
    ("rename 32-bit", ["rename", "=/tmp/x", "=/etc/passwd"], "passwd-written", "EACCES"),
    ("mount", ["mount", "=none", "=/tmp", "=tmpfs", "0", "0"], "mount-called", "EPERM"),
    ("module", ["init_module", "zeros", "1", "zeros"], "kernel-module", "EPERM"),
    ("setns", ["--fd", "/proc/self/ns/uts", "setns", "fd", "0x4000000"], "namespace-entered", "EPERM"),
    ("reboot", ["reboot", "0xfee1dead", "672274793", "0x1234567"], "reboot-called", "EPERM"),
)
def test_user(w, label, words, rule, name):
    program = BOTH[label.endswith("32-bit")]
    if w.user.act(program, *words)["errno"] == errno.ENOSYS:
        # The kernel has no such call: nothing was done, and nothing is said.
        w.none({"container.full_id": w.user.id, "evt.type": words[0]})
        return
    event = acts(w, w.user, {"rule": rule}, *words, program=program, ok=False)
    assert field(event, "user.uid") == 1000, event
    assert field(event, "evt.res") == name, event


def sees_filters(w):
    """Is the end of seccomp filters hooked?"""
    hooks = str(w.d.start["output_fields"]["rootwatch.hooks"])
    return "__seccomp_permit_syscall" in hooks or "__secure_computing" in hooks


def tells_refused(w):
    """Is there a hook that what a seccomp filter refuses comes by? (Return probes alone see nothing of it.)"""
    hooks = str(w.d.start["output_fields"]["rootwatch.hooks"])
    return sees_filters(w) or "kretprobe.multi" not in hooks


@suite.cases(*[(f"{program} {label}", program, rule, words, want) for program in BOTH for label, rule, words, want in (
    ("mount", "mount-called", ["mount", "=none", "=/mnt", "=tmpfs", "0", "0"],
     {"fd.name": "/mnt", "rootwatch.call.from": "none"}),
    ("setns", "namespace-entered", ["--fd", "/proc/self/ns/uts", "setns", "fd", "0x4000000"], {}),
    ("ptrace", "process-traced", ["ptrace", "16", "child", "0", "0"], {}),
    ("chmod", "suid-bit-set", ["chmod", "=/tmp/x", "04755"], {"fd.name": "/tmp/x"}),
)])
def test_seccomp(w, _label, program, rule, words, want):
    """What a filter refuses is an attempt; it never gets to the call's own function, where return probes are."""
    if not tells_refused(w):
        raise suite.Skip("no hook at the end of seccomp filters on this kernel")
    call = next(word for word in words if not word.startswith(("-", "/")))
    with Runc(privileged=True, refused=[call]) as c:
        c.sh("mkdir -p /mnt; echo x >/tmp/x")
        event = acts(w, c, {"rule": rule, "evt.type": call, "evt.res": "EPERM", **want}, *words, program=program,
                     ok=False)
        assert field(event, "evt.rawres") == -errno.EPERM, event
        if sees_filters(w):
            assert field(event, "rootwatch.tier") == "fentry", event
        mark = w.d.mark()
        assert len(w.all(of(c, None, **{"evt.type": call}))) == 1
        # And what it lets pass is seen as without a filter, once.
        acts(w, c, {"rule": "etc-written", "fd.name": "/etc/new"}, "symlinkat", "=/tmp/new", "cwd", "=/etc/new",
             program=program)
        truth = c.act("act_open", "openat", "wc", "/etc/opened")
        w.expect(c, truth, {"rule": "etc-written", "fd.name": "/etc/opened", "fd.ino": truth["ino"]})
        assert len(w.all({"container.full_id": c.id}, mark)) == 2


@suite.cases("act_connect", "act_connect_32")
def test_seccomp_bind(w, program):
    """A socket's file that was not made, since a filter refused the bind."""
    if not tells_refused(w):
        raise suite.Skip("no hook at the end of seccomp filters on this kernel")
    with Runc(refused=["bind"]) as c:
        truth = c.act(program, "--listen", "/etc/x.sock")
        assert truth["errno"] == errno.EPERM, truth
        event = w.expect(c, truth, {"rule": "etc-written", "evt.type": "bind", "fd.name": "/etc/x.sock"})
        assert field(event, "rootwatch.blocked") is True and field(event, "evt.res") == "EPERM", event
        assert len(w.all(of(c, truth, **{"evt.type": "bind"}))) == 1


@suite.cases(*BOTH)
def test_seccomp_unwatched(w, program):
    """
    A refused call that no rule asks for, or not like this, is nobody's business; nor is one that a
    filter answers otherwise, as if there were no such call.
    """
    if not tells_refused(w):
        raise suite.Skip("no hook at the end of seccomp filters on this kernel")
    answers = {"unshare": errno.EPERM, "renameat": errno.EPERM, "mount": errno.EPERM, "symlinkat": errno.ENOSYS}
    with Runc(privileged=True, refused=answers) as c:
        c.sh("echo x >/tmp/x; mkdir -p /mnt")
        mark = w.d.mark()
        for words in (["renameat", "cwd", "=/tmp/x", "cwd", "=/tmp/y"], ["unshare", "0x400"]):
            truth = c.act(program, *words)
            assert truth["errno"] == errno.EPERM, truth
        truth = c.act(program, "symlinkat", "=/tmp/new", "cwd", "=/etc/new")
        assert truth["errno"] == errno.ENOSYS, truth
        w.none(of(c, truth))
        assert not [e for e in w.all({"container.full_id": c.id}, mark) if e["rule"] != "Blocked"]
        # Those that count are seen in this very container.
        acts(w, c, {"rule": "mount-called", "evt.res": "EPERM"}, "mount", "=none", "=/mnt", "=tmpfs", "0", "0",
             program=program, ok=False)


@suite.cases(("root", 0, True), ("elsewhere", 0, False), ("user", 1000, True))
def test_seccomp_open(w, _label, user, watched):
    """An open that a filter refuses is one that was denied."""
    if not sees_filters(w) and w.d.start["output_fields"]["rootwatch.tier"] != "tracepoint":
        raise suite.Skip("no hook at the end of seccomp filters on this kernel")
    with Runc(user=user, refused=["creat"]) as c:
        path = "/etc/passwd" if watched else "/tmp/file"
        truth = c.act("act_open", "creat", "w", path)
        assert truth["errno"] == errno.EPERM, truth
        if not watched:
            w.none(of(c, truth, **{"evt.type": "creat"}))
            return
        event = w.expect(c, truth, {"evt.type": "creat", "rule": "passwd-written", "fd.name": path})
        assert field(event, "rootwatch.blocked") is True and field(event, "evt.res") == "EPERM", event
        assert len(w.all(of(c, truth, **{"evt.type": "creat"}))) == 1


def test_runtime_is_silent(w):
    """What runc does to set a container up, and to get into one, is not the container's doing."""
    mark = w.d.mark()
    with Runc(args=["/bin/true"]) as alone:
        assert alone.run().returncode == 0
        w.none({"container.full_id": alone.id}, mark)
    assert w.mighty.exec("/bin/true").returncode == 0
    w.none({"container.full_id": w.mighty.id}, mark)


if __name__ == "__main__":
    suite.main(containers)
