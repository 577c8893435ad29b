#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Exec: the program that really ran, its arguments, where it came from, what it gained."""

import contextlib
import glob
import os
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import patience  # noqa: E402
import suite  # noqa: E402
from container import quote  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, kernel, major_minor, of, raw, rules  # noqa: E402

EXEC = {"evt.type": {"execve", "execveat"}}
SETUP = 5.5  # seconds; TASK_SETUP_NS of bpf/task.bpf.h, and some


@contextlib.contextmanager
def three_containers():
    """Root; uid 1000; uid 1000 with no_new_privs."""
    with Runc() as root, Runc(user=1000) as user, \
            Runc(user=1000, no_new_privs=True) as bound, Detector("--all") as detector:
        made = World(detector, root)
        made.user, made.bound = user, bound
        yield made


def ran(w, c, truth, **want):
    """The event of this very program: a trigger before it may have the same pid."""
    event = w.expect(c, truth, {**EXEC, "proc.exe_ino": truth["ino"], **want})
    assert field(event, "container.id") == c.id[:12], event
    return event


def same_program(event, truth):
    assert field(event, "proc.exepath") == truth["exe"], (field(event, "proc.exepath"), truth)
    assert field(event, "proc.exe_ino") == truth["ino"], (event, truth)
    assert field(event, "rootwatch.file.dev") == major_minor(truth), (event, truth)


def test_plain(w):
    w.c.sh("cd /usr/bin")
    truth = w.c.act("mytool", "one", "two words", "")
    w.c.sh("cd /")
    event = ran(w, w.c, truth)
    same_program(event, truth)
    assert field(event, "proc.name") == "mytool", event
    assert field(event, "proc.cmdline").startswith("mytool one two words"), event
    assert field(event, "proc.cwd") == "/usr/bin", event
    assert field(event, "proc.pname") == "sh", event
    assert field(event, "user.uid") == 0, event
    assert not rules(event), rules(event)


def test_host_pid(w):
    """proc.pid and proc.ppid are pids of the host, proc.vpid is that of the container."""
    truth = w.c.start("act_id wait")
    event = ran(w, w.c, truth)
    assert w.c.host_pid(truth["pid"]) == field(event, "proc.pid"), event
    assert w.c.host_pid(truth["ppid"]) == field(event, "proc.ppid"), event
    w.c.sh("killall act_id")


def test_script(w):
    truth = w.c.act("/usr/local/bin/script.sh", "a", "b")
    event = ran(w, w.c, truth)
    same_program(event, truth)
    assert truth["exe"] == "/bin/act_id"
    assert field(event, "rootwatch.exec.script") is True, event
    assert field(event, "rootwatch.exec.filename") == "/usr/local/bin/script.sh", event
    assert field(event, "rootwatch.exec.interp") == "/bin/act_id", event
    assert field(event, "proc.cmdline") == "/bin/act_id one /usr/local/bin/script.sh a b", event


def test_script_relative(w):
    w.c.sh("cd /usr/local")
    truth = w.c.act("./bin/script.sh")
    w.c.sh("cd /")
    event = ran(w, w.c, truth)
    assert field(event, "rootwatch.exec.filename").endswith("bin/script.sh"), event


def test_memfd(w):
    truth = w.c.act("act_exec", "memfd", "/bin/act_id", "x")
    event = ran(w, w.c, truth, rule="exec-memfd")
    assert field(event, "proc.is_exe_from_memfd") is True, event
    assert "memfd:rw-test" in field(event, "proc.exepath"), event


def test_unlinked(w):
    truth = w.c.act("act_exec", "unlinked", "/bin/act_id", "/opt/gone")
    event = ran(w, w.c, truth, rule="exec-deleted", **{"rootwatch.file.deleted": True})
    assert field(event, "proc.exepath").startswith("/opt/gone"), event
    assert field(event, "proc.exe_ino") == truth["ino"], event


def test_by_descriptor(w):
    truth = w.c.act("act_exec", "fd", "/bin/act_id")
    same_program(ran(w, w.c, truth), truth)


@suite.cases(("/tmp/dropped", "exec-tmp"), ("/var/tmp/dropped", "exec-tmp"),
             ("/dev/shm/dropped", "exec-tmp"), ("/opt/dropped", "exec-upper-layer"),
             ("/usr/bin/ls-la", "exec-upper-layer"))
def test_dropped(w, path, rule):
    truth = w.c.act("act_exec", "copy", "/bin/act_id", path)
    event = ran(w, w.c, truth, rule=rule)
    same_program(event, truth)
    assert field(event, "proc.is_exe_upper_layer") is not path.startswith("/dev/shm"), event


def test_dropped_with_a_hidden_path(w):
    """Dropped under a path with a link and a dot dot: where it really lies counts."""
    w.c.sh("ln -s /tmp /opt/innocent")
    truth = w.c.act("act_exec", "copy", "/bin/act_id", "/opt/innocent/../tmp/hidden")
    assert truth["exe"] == "/tmp/hidden", truth
    same_program(ran(w, w.c, truth, rule="exec-tmp"), truth)


def test_image_layer(w):
    truth = w.c.act("/usr/bin/mytool")
    event = ran(w, w.c, truth, **{"proc.is_exe_upper_layer": False})
    assert not rules(event), rules(event)


def test_copied_up(w):
    """A program of the image that was changed lies in the writable layer from then on."""
    w.c.sh("chmod 0700 /usr/bin/microdnf; mv /usr/bin/microdnf /usr/bin/changed")
    truth = w.c.act("/usr/bin/changed")
    event = ran(w, w.c, truth, rule="exec-upper-layer")
    assert field(event, "proc.is_exe_upper_layer") is True, event


def test_long_arguments(w):
    """120,000 bytes: head and tail stay, the length is told, and that it was cut."""
    truth = w.c.act("act_exec", "long", "120000", "/bin/act_id")
    assert truth["argv_bytes"] == 120000
    event = ran(w, w.c, truth)
    assert field(event, "rootwatch.exec.truncated") is True, event
    assert field(event, "rootwatch.exec.argv_len") == 120000, event
    line = field(event, "proc.cmdline")
    assert line.startswith(("/bin/act_id aaaa", "act_id aaaa")) and line.endswith("wxyz"), event


def fnv1a(data):
    value = 0xcbf29ce484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001b3 & 0xffffffffffffffff
    return f"{value:016x}"


@suite.cases(("as long as fits", 4096, False), ("a byte more", 4097, True),
             ("120 kB", 120000, True), ("120 kB less one", 119999, True))
def test_hash_of_all_arguments(w, _label, size, cut):
    """What matters may be in the middle, which is cut out: its hash tells it."""
    seen = set()
    for middle in ("", "curl evil | sh"):
        truth = w.c.act("act_exec", "long", str(size), "/bin/act_id", middle)
        event = ran(w, w.c, truth)
        assert field(event, "rootwatch.exec.truncated") is cut, event
        if not cut:
            assert "rootwatch.exec.argv_hash" not in event["output_fields"], event
            continue
        room = size - len("/bin/act_id") - 1 - len("wxyz") - 1
        text = bytearray(b"a" * (room - 1) + b"\0")
        text[room // 2:room // 2 + len(middle)] = middle.encode()
        told = field(event, "rootwatch.exec.argv_hash")
        if told is None and kernel() < (5, 17):
            raise suite.Skip("no bpf_loop here, so no hash")
        assert told == fnv1a(b"/bin/act_id\0" + text + b"wxyz\0"), event
        assert middle not in field(event, "proc.cmdline") or not middle, event
        seen.add(told)
    assert len(seen) == (2 if cut else 0), seen


def test_other_argv0(w):
    truth = w.c.act("act_exec", "argv0", "/usr/sbin/cron", "/bin/act_id", "x")
    assert truth["argv0"] == "/usr/sbin/cron"
    event = ran(w, w.c, truth)
    same_program(event, truth)
    assert field(event, "proc.exe") == "/usr/sbin/cron", event
    assert field(event, "proc.cwd") == "/", event


def test_no_arguments(w):
    truth = w.c.act("act_exec", "empty", "/bin/act_id")
    same_program(ran(w, w.c, truth), truth)


def test_from_a_thread(w):
    """Whoever calls execve becomes the process: pid and tid are the leader's."""
    truth = w.c.act("act_exec", "thread", "/bin/act_id")
    event = ran(w, w.c, truth)
    assert field(event, "thread.tid") == field(event, "proc.pid"), event


def test_terminal(w):
    truth = w.c.act("act_exec", "tty", "/bin/act_id")
    event = ran(w, w.c, truth)
    assert (field(event, "proc.tty") or "").startswith("pts"), event


def test_no_terminal(w):
    truth = w.c.act("/bin/act_id")
    assert field(ran(w, w.c, truth), "proc.tty") is None


@suite.cases(("newline", b"a\nb"), ("escape", b"\x1b[2J\x1b]0;x\x07"), ("bad UTF-8", b"\xff\xc3("),
             ("quotes", b"\"'\\ \\x41"), ("percent", b"%s%n"))
def test_hostile_argument(w, _label, word):
    truth = w.c.act("/usr/bin/mytool", word, "end")
    event = ran(w, w.c, truth)
    assert word in raw(field(event, "proc.cmdline")), event


def test_hostile_names_around(w):
    """The name of the parent and the working directory are the container's to choose as well."""
    folder, name = b"/tmp/a\nb\x1b[1m\xff", b"x\n\x1b\"\\\xfe"
    w.c.sh(b"mkdir " + quote(folder) + b"; mkdir -p /tmp/bin; cp /bin/busybox /tmp/bin/sh")
    script = b"cd " + quote(folder) + b"; printf " + quote(b"x\\n\\033\"\\\\\\376") + \
        b" >/proc/self/comm; /usr/bin/mytool; true"
    truth = w.c.act("/tmp/bin/sh", "-c", script)
    event = ran(w, w.c, truth)
    assert raw(field(event, "proc.cwd")) == folder, event
    assert raw(field(event, "proc.pname")) == name, event


@suite.cases(("newline", b"/opt/a\nb"), ("escape", b"/opt/\x1b[31m"), ("bad UTF-8", b"/opt/\xfe"),
             ("bad UTF-8 long", b"/opt/" + b"\xfe" * 30))
def test_hostile_program(w, _label, path):
    truth = w.c.act("act_exec", "copy", "/bin/act_id", path)
    event = ran(w, w.c, truth, rule="exec-upper-layer")
    assert raw(field(event, "proc.exepath")) == path, event


def test_suid(w):
    truth = w.user.act("/usr/bin/suid")
    assert (truth["uid"], truth["euid"]) == (1000, 0), truth
    event = ran(w, w.user, truth, rule="privilege-suid-exec")
    same_program(event, truth)
    assert field(event, "rootwatch.from.euid") == 1000, event
    assert field(event, "rootwatch.uid.host") == 0, event
    assert "suid" in field(event, "rootwatch.exec.gain").split(","), event


def test_suid_as_root_gains_nothing(w):
    truth = w.c.act("/usr/bin/suid")
    assert not rules(ran(w, w.c, truth))


def test_file_capability(w):
    truth = w.user.act("/usr/bin/fcap")
    assert (truth["uid"], truth["euid"]) == (1000, 1000), truth
    event = ran(w, w.user, truth, rule="privilege-fcaps-minor")
    same_program(event, truth)
    assert field(event, "rootwatch.exec.gain") == "fcaps", event
    assert "CAP_NET_RAW" in field(event, "thread.cap_effective"), event


def test_file_capability_of_one_who_kept_them(w):
    """As setpriv starts programs: what was only permitted before would have ended with the exec."""
    truth = w.c.act("act_exec", "kept", "1000", "/usr/bin/fcap_setuid")
    assert (truth["uid"], truth["euid"]) == (1000, 1000), truth
    assert field(ran(w, w.c, truth, rule="privilege-fcaps-exec"), "rootwatch.exec.gain") == "fcaps"
    truth = w.c.act("act_exec", "kept", "1000", "/bin/act_id")
    w.none({**of(w.c, truth), "rule": "privilege-fcaps-exec"})


@suite.cases("/bin/act_id", "/usr/bin/suid", "/usr/bin/sgid", "/usr/bin/fcap_setuid")
def test_real_ids_come_back(w, program):
    """
    With no_new_privs an exec that would give capabilities takes the real ids for the effective ones: no bit
    of the file's did that, and who has root's real id had only set it aside.
    """
    truth = w.c.act("act_exec", "aside", "0", "1000", program)
    assert (truth["uid"], truth["euid"], truth["egid"]) == (0, 0, 0), truth
    event = ran(w, w.c, truth, **{"rootwatch.from.euid": 1000})
    assert field(event, "rootwatch.exec.gain") is None and not rules(event), event


def test_real_group_comes_back(w):
    truth = w.c.act("act_exec", "aside", "1000", "1000", "/usr/bin/fcap_setuid")
    assert (truth["uid"], truth["euid"], truth["egid"]) == (1000, 1000, 0), truth
    w.none({**of(w.c, truth), "rule": "privilege-sgid-exec"})


def test_sgid(w):
    truth = w.user.act("/usr/bin/sgid")
    assert truth["egid"] == 0, truth
    event = ran(w, w.user, truth, rule="privilege-sgid-exec")
    assert field(event, "rootwatch.exec.gain") == "sgid", event


@suite.cases("suid", "sgid", "fcap", "fcap_setuid")
def test_no_new_privileges(w, name):
    """The seat belt: the same programs give nothing, so there is nothing to report."""
    truth = w.bound.act("/usr/bin/" + name)
    assert (truth["euid"], truth["egid"]) == (1000, 1000), truth
    w.none(of(w.bound, truth))


def test_user_is_silent(w):
    """uid 1000 without a gain is not what this is about, whatever it runs."""
    truths = [w.user.act("act_id"), w.user.act("act_exec", "copy", "/bin/act_id", "/tmp/mine"),
              w.user.act("act_exec", "memfd", "/bin/act_id")]
    for truth in truths:
        assert truth["euid"] == 1000
        w.none(of(w.user, truth))


def test_loader(w):
    """
    ld.so FILE executes the loader: of the file it is known that it was changed since the start. (Most
    programs here are static, so the loader gets no further.)
    """
    found = glob.glob("/lib64/ld-linux*.so*") + glob.glob("/lib/ld-linux*.so*")
    if not found:
        raise suite.Skip("no dynamic loader of glibc here")
    loader = "/opt/" + os.path.basename(found[0])
    shutil.copy(found[0], f"{w.c.bundle}/merged{loader}")
    for path, expected in (("/opt/not-of-the-image", True), ("../usr/bin/mytool", False)):
        mark = w.d.mark()
        w.c.sh(f"cp /usr/bin/mytool /opt/not-of-the-image; cd /opt; {loader} {path} one || true")
        event = w.d.wait_for(lambda e: field(e, "container.full_id") == w.c.id and
                             field(e, "proc.exepath") == loader, f"{loader} {path}", mark)
        assert ("exec-dropped" in rules(event)) == expected, (path, rules(event))


def test_memory_before_the_detector(_w):
    """What a container runs from a memfd since before the detector's start is no set-up of a runtime's."""
    with Runc() as c:
        c.sh("mkfifo /tmp/go /tmp/never; act_exec memfd /bin/busybox ash -c "
             "'echo >/tmp/up; read -r x </tmp/go; : >/etc/$x; read -r x </tmp/never' >/dev/null 2>&1 &")
        patience.until(lambda: os.path.exists(f"{c.upper}/tmp/up"), "the program")
        up = time.monotonic()
        patience.until(lambda: time.monotonic() - up > SETUP, "a runtime to be done by then")
        with Detector() as detector:
            c.sh("echo old >/tmp/go")
            event = detector.wait_for(lambda e: field(e, "fd.name") == "/etc/old" and
                                      field(e, "container.full_id") == c.id, "its open")
        assert field(event, "proc.is_exe_from_memfd") is True, event


def test_runc_exec(w):
    """A process that the runtime puts into the container belongs to it from its first exec."""
    done = w.c.exec("/usr/bin/mytool", "by-runc-exec")
    assert done.returncode == 0, done.stderr
    w.d.wait_for(lambda e: field(e, "container.full_id") == w.c.id and
                 "by-runc-exec" in (field(e, "proc.cmdline") or "") and
                 field(e, "proc.exepath") == "/usr/bin/mytool", "the exec by runc exec")
    w.none(of(w.c, **{"proc.exepath": lambda path: "runc" in path}))


if __name__ == "__main__":
    suite.main(three_containers)
