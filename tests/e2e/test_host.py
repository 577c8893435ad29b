#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Silence: the same acts by a process of the host, by uid 1000, and a harmless root container."""

import contextlib
import os
import secrets
import stat
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from rootfs import TRIGGERS  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402


def some_disk():
    """A block device of this machine's that can be opened for reading."""
    for name in sorted(name for name in os.listdir("/dev") if stat.S_ISBLK(os.lstat(f"/dev/{name}").st_mode)):
        with contextlib.suppress(OSError):
            os.close(os.open(f"/dev/{name}", os.O_RDONLY))
            return name
    return None


@contextlib.contextmanager
def with_user():
    with Runc() as root, Runc(user=1000) as user, Detector("--all", "--blocked") as everything, \
            Detector() as plain:
        w = World(plain, root)
        w.user, w.everything = user, World(everything, root)
        yield w


@suite.cases(
    ("open for writing", "act_open", ["openat", "wc", "{work}/etc/passwd"]),
    ("32-bit open", "act_open_32", ["open", "wc", "{work}/etc/shadow"]),
    ("core_pattern", "act_open", ["openat", "w", "/proc/sys/kernel/core_pattern"]),
    ("shadow", "act_open", ["openat", "r", "/etc/shadow"]),
    ("setuid", "act_setid", ["setresuid:1000:1000:0", "setuid:0"]),
    ("memfd", "act_exec", ["memfd", TRIGGERS + "/act_id"]),
    ("from /tmp", "act_exec", ["copy", TRIGGERS + "/act_id", "{work}/dropped"]),
    ("block device", "act_open", ["openat", "r", "/dev/{disk}"]),
)
def test_host_process(w, _label, program, words):
    """Also in a mount namespace of its own: that alone is no container."""
    work = clean.work_dir()
    os.makedirs(work + "/etc", exist_ok=True)
    mark = w.everything.d.mark()
    if "{disk}" in words[-1] and not some_disk():
        raise suite.Skip("no block device in /dev that can be opened")
    words = [word.format(work=work, disk=some_disk()) for word in words]
    for before in ([], ["unshare", "--mount"]):
        child = subprocess.Popen([*before, f"{TRIGGERS}/{program}", *words],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        said = child.communicate()[0]
        assert b'"errno": 0' in said or b'"act": "id"' in said, said
        w.everything.none({"proc.pid": child.pid}, mark)


@suite.cases(
    ("passwd", "act_open", ["openat", "w", "/etc/passwd"]),
    ("cron", "act_open", ["openat", "wc", "/etc/cron.d/x"]),
    ("shadow", "act_open", ["openat", "r", "/etc/shadow"]),
    ("core_pattern", "act_open", ["openat", "w", "/proc/sys/kernel/core_pattern"]),
    ("own file", "act_open", ["openat", "wc", "/tmp/mine"]),
    ("package manager", "/sbin/apk", ["add", "curl"]),
    ("user added", "/usr/sbin/useradd", ["eve"]),
    ("dropped", "act_exec", ["copy", "/bin/act_id", "/tmp/dropped"]),
    ("memfd", "act_exec", ["memfd", "/bin/act_id"]),
    ("setuid", "act_setid", ["setuid:0"]),
    ("private key", "act_open", ["openat", "r", "/app/.env"]),
)
def test_user(w, _label, program, words):
    truth = w.user.act(program, *words)
    w.none(of(w.user, truth))


@suite.cases(
    ("true", "true"),
    ("shell work", "for i in 1 2 3; do echo $i; done | sort | tail -n 1"),
    ("reading etc", "cat /etc/passwd /etc/hosts /etc/resolv.conf /etc/profile"),
    ("a file in tmp", "echo x >/tmp/harmless; cat /tmp/harmless; rm /tmp/harmless"),
    ("a file in root", "echo x >>/root/notes.txt"),
    ("proc", "cat /proc/self/status /proc/sys/kernel/core_pattern /proc/mounts"),
    # (In /sys files come and go under a listing's hands, which then says so by its status.)
    ("listing", "ls -lR /etc /usr && { ls -lR /sys/kernel || test $? = 1; }"),
    ("devices", "echo x >/dev/null; head -c 10 /dev/urandom; head -c 10 /dev/zero"),
    ("a folder", "mkdir -p /srv/a/b; touch /srv/a/b/c; rm -r /srv/a"),
    ("log", "echo x >>/var/log/app.log"),
)
def test_harmless_root(w, _label, command):
    mark = w.d.mark()
    status, _ = w.c.sh(f"( {command} ) >/tmp/out 2>&1")
    assert status == 0, w.c.sh("cat /tmp/out")
    came = [e for e in w.all(of(w.c), mark)
            if not (field(e, "fd.name") or "").startswith("/etc/fence-")]
    assert not came, [(rules(e), field(e, "proc.cmdline"), field(e, "fd.name")) for e in came]


def test_whole_container(w):
    """From its start to its end: the runtime's own work in it raises nothing."""
    made = [Runc(args=["/bin/true"]), Runc(args=["/bin/true"], user=1000),
            Runc(args=["/bin/true"], userns=True), Runc(args=["/bin/true"], privileged=True),
            Runc(args=["/bin/true"], readonly=True)]
    for c in made:
        done = c.run()
        assert done.returncode == 0, done.stderr
    for c in made:
        w.none(of(c))
        c.close()


# An engine has a mount namespace of its own from a snap, from a unit with PrivateTmp= or
# MountFlags=slave, and where it is rootless.
OWN_MOUNTS = ["unshare", "--mount"]


@suite.cases(("the host's mounts", []), ("mounts of its own", OWN_MOUNTS))
def test_all_shows_the_entry_point_first(w, _label, before):
    """With --all the container's first event is its entry point: nothing of runc's own."""
    c = Runc(args=["/bin/act_id", "entry"])
    assert c.run(before=before).returncode == 0
    events = w.everything.all(of(c))
    c.close()
    shown = [(field(e, "evt.type"), field(e, "proc.exepath"), field(e, "fd.name"))
             for e in events]
    assert shown and shown[0][:2] == ("execve", "/bin/act_id"), shown
    assert all("runc" not in str(s) for s in shown), shown
    assert field(events[0], "proc.vpid") == 1, events[0]
    assert not [rules(e) for e in events if rules(e)], events


# A parent outside the container; its child joins the container's cgroup, starts the same program
# again, writes below /etc, and runs the container's program: what "runc init" does, but that runc
# starts itself again on some runs before it joins.
PREPARES = """sh -c 'echo $$ >"$0/cgroup.procs"; exec sh -c "echo x >$1/etc/set-up; exec $2 begun"' "$@"; true"""


@suite.cases(("the host's mounts", []), ("mounts of its own", OWN_MOUNTS))
def test_set_up_is_not_the_containers(w, _label, before):
    ident = secrets.token_hex(32)
    root = next(r for r in clean.cgroup_roots() if "cpuset" not in r)
    os.mkdir(f"{root}/{ident}")
    forget = clean.defer(clean.remove_cgroup, ident)
    os.makedirs(clean.work_dir() + "/etc", exist_ok=True)
    done = subprocess.run([*before, "sh", "-c", PREPARES, "sh", f"{root}/{ident}", clean.work_dir(),
                           TRIGGERS + "/act_id"], capture_output=True, check=False)
    assert done.returncode == 0 and b"uid" in done.stdout, done
    assert os.path.exists(clean.work_dir() + "/etc/set-up")
    events = w.everything.all({"container.full_id": ident})
    shown = [(field(e, "evt.type"), field(e, "proc.cmdline"), field(e, "fd.name")) for e in events]
    assert shown[0][:2] == ("execve", TRIGGERS + "/act_id begun"), shown
    assert all("begun" in s[1] for s in shown), shown
    forget()


# The same without a program of its own, as LXC: the new task goes on in what its parent runs.
FORKS = """import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
libc.unshare(0x20000000)  # CLONE_NEWPID
if os.fork() == 0:
    with open(sys.argv[1] + "/cgroup.procs", "w") as file:
        file.write("0")
    if libc.unshare(0x20000):  # CLONE_NEWNS
        os._exit(1)
    open(sys.argv[2] + "/etc/set-up", "w").close()
    os.execv(sys.argv[3], ["act_id", "begun"])
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@suite.cases(("the host's mounts", []), ("mounts of its own", OWN_MOUNTS))
def test_set_up_without_a_program(w, _label, before):
    name = f"lxc.payload.e2e-{os.getpid()}-{len(before)}"
    root = next(r for r in clean.cgroup_roots() if "cpuset" not in r)
    os.mkdir(f"{root}/{name}")
    forget = clean.defer(clean.remove_cgroup, name)
    os.makedirs(clean.work_dir() + "/etc", exist_ok=True)
    mark = w.everything.d.mark()
    done = subprocess.run([*before, "python3", "-c", FORKS, f"{root}/{name}", clean.work_dir(),
                           TRIGGERS + "/act_id"], capture_output=True, check=False)
    assert done.returncode == 0 and b"uid" in done.stdout, done
    events = w.everything.all({"container.full_id": name.removeprefix("lxc.payload.")}, mark)
    shown = [(field(e, "evt.type"), field(e, "proc.cmdline"), field(e, "fd.name")) for e in events]
    assert shown and shown[0][:2] == ("execve", "act_id begun"), shown
    assert all(s[1] == "act_id begun" for s in shown), shown
    forget()


@suite.cases(("beside the pod's containers", "conmon", False), ("in the pod", "other", True))
def test_monitor_of_a_pod(w, _label, below, seen):
    """podman's monitor (conmon) and what that starts has a cgroup below the pod's."""
    pod = secrets.token_hex(32)
    root = next(r for r in clean.cgroup_roots() if "cpuset" not in r)
    path = f"{root}/libpod_parent/{pod}/{below}"
    os.makedirs(path)
    forget = clean.defer(clean.remove_cgroup, f"libpod_parent/{pod}")
    os.makedirs(clean.work_dir() + "/etc", exist_ok=True)
    mark = w.everything.d.mark()
    done = subprocess.run(["sh", "-c", 'echo $$ >"$0"; exec sh -c "echo x >$1/etc/monitor"',
                           path + "/cgroup.procs", clean.work_dir()], capture_output=True, check=False)
    assert done.returncode == 0, done
    events = w.everything.all({"fd.name": clean.work_dir() + "/etc/monitor"}, mark)
    assert [field(e, "container.full_id") for e in events] == ([pod] if seen else []), events
    forget()
    with contextlib.suppress(OSError):  # podman's own may be there
        os.rmdir(root + "/libpod_parent")


if __name__ == "__main__":
    suite.main(with_user)
