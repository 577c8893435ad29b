#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which container it was: by the cgroup layouts of every runtime, mapped users, nested ones."""

import contextlib
import json
import os
import secrets
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from rootfs import TRIGGERS  # noqa: E402
from runc import USERNS_BASE, Runc, bind, spec  # noqa: E402
from world import World, field, matches, rules  # noqa: E402

TOP = f"/rw-e2e-{os.getpid()}"  # another run on this machine has its own
POD = "0c5a7a9e-1f7d-4c7e-9d7f-2f5d9a1b3c4d"


@contextlib.contextmanager
def detector():
    with Runc() as c, Detector("--all") as d:
        yield World(d, c)


@suite.cases(
    ("docker", "/docker/{id}", "docker", None),
    ("docker systemd", "/system.slice/docker-{id}.scope", "docker", None),
    ("cri-containerd", "/system.slice/cri-containerd-{id}.scope", "containerd", None),
    ("docker in docker", "/docker/" + "0123456789abcdef" * 4 + "/docker/{id}", "docker",
     None),
    ("crio", "/system.slice/crio-{id}.scope", "cri-o", None),
    ("podman", "/machine.slice/libpod-{id}.scope", "podman", None),
    ("pod", "/kubepods/besteffort/pod" + POD + "/{id}", None, POD),
    ("pod systemd", "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" +
     POD.replace("-", "_") + ".slice/cri-containerd-{id}.scope", "containerd", POD),
    # The kubelet's name for systemd where containerd goes by cgroupfs: one name, and a long one.
    ("pod of two minds", "/system.slice/containerd.service/kubelet-kubepods-besteffort-pod" +
     POD.replace("-", "_") + ".slice:cri-containerd:{id}", "containerd", POD),
    ("the longest name", "/" + "a" * 169 + ".slice:cri-containerd:{id}", "containerd", None),
    ("a long path", "/" + "a" * 171 + "/" + "b" * 171 + "/docker/{id}", "docker", None),
    # As deep as root goes that may make cgroups of its own.
    ("deep inside", "/docker/{id}" + "/below" * 40, "docker", None),
)
def test_cgroup_layout(w, _label, path, kind, pod):
    ident = secrets.token_hex(32)
    with Runc(ident=ident, cgroups_path=TOP + path.format(id=ident)) as c:
        truth = c.act("act_open", "openat", "wc", "/etc/x")
        event = w.expect(c, truth, {"rule": "etc-written"})
        assert field(event, "container.id") == ident[:12], event
        assert kind is None or field(event, "container.type") == kind, event
        assert field(event, "k8s.pod.uid") == pod, event
        assert field(event, "k8s.pod.name") is None, event
    clean.remove_cgroup(TOP)


@contextlib.contextmanager
def process_1(folder):
    """
    Starts a process in mounts of its own, in which the files of a folder lie over those of /etc, and gives words that
    start a program which takes it for process 1: as from a container that shares the host's pid namespace, the host's
    files are not those that the program itself sees (container_host_root()).
    """
    process = subprocess.Popen(["unshare", "--mount", "--propagation", "private", "sh", "-c",
                                'mount -t overlay -o "lowerdir=$0:/etc" etc /etc && echo && exec sleep infinity', folder],
                               bufsize=0, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                               preexec_fn=clean.die_with_parent)
    end = clean.defer(clean.end_process, process)
    try:
        assert process.stdout.read(1) == b"\n", "its /etc could not be mounted"
        yield ["unshare", "--mount", "--propagation", "private", "sh", "-c",
               'mount --bind "/proc/$0" /proc/1 && exec "$@"', str(process.pid)]
    finally:
        end()
        process.stdout.close()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


@suite.cases("graphroot", "runroot")
def test_storage_elsewhere(w, key):
    """podman's files where storage.conf says: a detector whose host has that file has the names, another one has none."""
    ident = secrets.token_hex(32)
    top = f"{clean.work_dir()}/storage-{key}"
    store = top + "/store/overlay-containers"
    write(top + "/etc/containers/storage.conf", f'[storage]\ndriver = "overlay"\n{key} = "{top}/store"\n')
    write(f"{store}/{ident}/userdata/config.json",
          json.dumps(spec(["/bin/sh"], annotations={"io.container.manager": "libpod"})))
    write(store + "/containers.json", json.dumps([{
        "id": ident, "names": ["moved"], "image": 64 * "a",
        "metadata": json.dumps({"image-name": "registry.example/moved:7", "name": "moved"})}]))
    path = f"{TOP}/machine.slice/libpod-{ident}.scope"
    with Runc(ident=ident, cgroups_path=path) as c, process_1(top + "/etc") as words, Detector(before=words) as there:
        truth = c.act("act_open", "openat", "wc", "/etc/x")
        event = World(there, c).expect(c, truth, {"rule": "etc-written"})
        assert field(event, "container.type") == "podman", event
        assert field(event, "container.name") == "moved", event
        assert field(event, "container.image.repository") == "registry.example/moved", event
        assert field(event, "container.image.tag") == "7", event
        event = w.expect(c, truth, {"rule": "etc-written", "container.type": "podman"})
        assert field(event, "container.name") is None, event
    clean.remove_cgroup(TOP)


def test_the_first_exec_has_its_id(w):
    """A container that lives for a moment: its very first event is identified."""
    c = Runc(args=["/usr/bin/mytool"])
    assert c.run().returncode == 0
    event = w.d.wait_for(lambda e: field(e, "container.full_id") == c.id, "the first event")
    assert field(event, "proc.exepath") == "/usr/bin/mytool", event
    c.close()


def test_mapped_root(w):
    """Root of its own user namespace: reported, with both uids, and as userns."""
    with Runc(userns=True) as c:
        truth = c.act("act_open", "openat", "wc", "/etc/x")
        event = w.expect(c, truth, {"rule": "etc-written"})
        assert field(event, "rootwatch.root") == "userns", event
        assert field(event, "rootwatch.uid.container") == 0, event
        assert field(event, "rootwatch.uid.host") == USERNS_BASE, event
        assert field(event, "user.uid") == 0, event
        truth = c.act("act_exec", "memfd", "/bin/act_id")
        w.expect(c, truth, {"rule": "exec-memfd", "rootwatch.root": "userns"})


def test_plain_root(w):
    truth = w.c.act("act_open", "openat", "wc", "/etc/x")
    event = w.expect(w.c, truth, {"rule": "etc-written"})
    assert field(event, "rootwatch.root") == "host", event
    assert field(event, "rootwatch.uid.container") == field(event, "rootwatch.uid.host") == 0


def test_user_of_a_mapped_container(w):
    """uid 1000 in there is 101000 here: neither view is root."""
    with Runc(userns=True) as c:
        truth = c.act("act_open", "--uid", "1000", "openat", "wc", "/tmp/mine")
        assert truth["fd"] >= 0, truth
        w.none({"container.full_id": c.id, "proc.vpid": truth["pid"], "fd.name": "/tmp/mine"})


def test_user_namespace_inside(w):
    """uid 1000 that makes itself root of a user namespace inside the container."""
    with Runc(user=1000) as c:
        status, lines = c.sh("unshare -U -r act_open openat wc /tmp/as-mapped </dev/null")
        if not lines:
            raise suite.Skip("uid 1000 may not make a user namespace here")
        assert status == 0 and b'"errno": 0' in lines[0], lines
        event = w.d.wait_for(lambda e: matches(e, {"container.full_id": c.id,
                                                   "fd.name": "/tmp/as-mapped"}), "the write")
        assert field(event, "rootwatch.root") == "userns", event
        assert field(event, "rootwatch.uid.host") == 1000, event


@suite.cases(("one more", 1), ("the deepest that there may be", 31))
def test_pid_namespace_inside(w, _label, deeper):
    """Namespaces made inside a container do not make another container of it."""
    with Runc(privileged=True) as c:
        status, lines = 1, []
        while status and deeper:  # this machine's own may not be the topmost
            status, lines = c.sh("unshare -p -m -f " * deeper + "act_open openat wc /etc/deeper </dev/null")
            deeper -= 1
        assert status == 0 and lines, lines
        event = w.d.wait_for(lambda e: matches(e, {"container.full_id": c.id,
                                                   "fd.name": "/etc/deeper"}), "the write")
        assert field(event, "proc.vpid") == 1, event


def test_own_namespaces_without_a_container_cgroup(w):
    """Foreign pid and mount namespaces, a cgroup that tells nothing: unknown, never the host."""
    path = clean.work_dir() + "/etc"
    os.makedirs(path, exist_ok=True)
    done = subprocess.run(["unshare", "--pid", "--mount", "--fork", "--propagation", "private",
                           f"{TRIGGERS}/act_open", "openat", "wc", path + "/x"],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert b'"errno": 0' in done.stdout, done
    event = w.d.wait_for(lambda e: field(e, "fd.name") == path + "/x", "the unknown container")
    assert field(event, "container.id") == "unknown", event


def only_root():
    """One hierarchy that is enough to tell a container by: v1's pids, else v2."""
    roots = clean.cgroup_roots()
    return next((r for r in roots if os.path.basename(r) == "pids"), None) or \
        next(r for r in roots if os.path.exists(r + "/cgroup.controllers"))


def test_inner_in_some_hierarchies(w):
    """
    Docker in Docker on a hybrid host: the inner runtime makes cgroups in the hierarchies that the outer
    container has mounted, and v2's, which is asked first, goes on telling the outer one.
    """
    path = clean.work_dir() + "/etc"
    os.makedirs(path, exist_ok=True)
    outer, inner = secrets.token_hex(32), secrets.token_hex(32)
    roots = [r for r in clean.cgroup_roots() if "cpuset" not in r]
    clean.cgroup_paths.add(TOP)
    homes = [f"{r}{TOP}/docker/{outer}" + (f"/docker/{inner}" if r == only_root() else "") for r in roots]
    for home in homes:
        os.makedirs(home)
    done = subprocess.run(["sh", "-c", 'for d in $0; do echo $$ >"$d/cgroup.procs" || exit; done; exec "$@"',
                           " ".join(homes), "unshare", "--pid", "--mount", "--fork", "--propagation", "private",
                           f"{TRIGGERS}/act_open", "openat", "wc", path + "/inner"],
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)
    clean.remove_cgroup(TOP)
    assert b'"errno": 0' in done.stdout, done
    event = w.d.wait_for(lambda e: field(e, "fd.name") == path + "/inner", "the write")
    assert field(event, "container.full_id") == inner, (outer, inner, event)


def test_where_another_was(w):
    """
    Many in a row, each known by one hierarchy alone (as where memory is off): what the kernel keeps
    of one lies where that of the last one did, whose id it must not get.
    """
    path = clean.work_dir() + "/etc"
    os.makedirs(path, exist_ok=True)
    for i in range(200):
        ident = secrets.token_hex(32)
        cgroup = f"{only_root()}/docker-{ident}.scope"
        os.mkdir(cgroup)
        done = subprocess.run(["sh", "-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', cgroup, "unshare", "--pid",
                               "--mount", "--fork", "--propagation", "private", f"{TRIGGERS}/act_open", "openat",
                               "wc", f"{path}/{i}"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        os.rmdir(cgroup)
        assert b'"errno": 0' in done.stdout, done
        event = w.d.wait_for(lambda e, name=f"{path}/{i}": field(e, "fd.name") == name, "the write")
        assert field(event, "container.full_id") == ident, (i, ident, event)


def test_out_of_its_cgroup(w):
    """
    Root that can write the host's cgroups leaves its own: unknown then, but not the host. (Where they
    are mounted with nsdelegate, as systemd does, it gets out of none that is a namespace's root.)
    """
    mounts = [bind(root, "/cgroups/" + os.path.basename(root)) for root in clean.cgroup_roots()]
    with Runc(privileged=True, host_cgroups=True, extra=mounts) as c:
        status, _ = c.sh("for d in /cgroups/*; do echo $$ >$d/cgroup.procs || exit 1; done")
        assert status == 0
        path = "/etc/escaped-" + c.id[:12]
        truth = c.act("act_open", "openat", "wc", path)
        event = w.d.wait_for(lambda e: field(e, "fd.name") == path, "the write")
        assert "etc-written" in rules(event), event
        assert field(event, "container.id") == "unknown", event
        assert field(event, "proc.vpid") == truth["pid"], event


def test_moved_to_and_fro(w):
    """A shell that the host moves from one container's cgroups to another's, and back, and again:
    each act is told of the container that it was in, whatever a CPU remembers."""
    with Runc() as a, Runc() as b:
        _, (vpid,) = a.sh("echo $$")
        shell = a.host_pid(int(vpid))
        homes = {c.id: clean.cgroups_of(c.pids()[0]) for c in (a, b)}
        for i in range(6):
            home = (b, a)[i % 2]
            for path in homes[home.id]:
                with open(path + "/cgroup.procs", "w", encoding="ascii") as f:
                    f.write(str(shell))
            path = f"/etc/moved-{a.id[:12]}-{i}"
            status, _ = a.sh("echo x >" + path)
            assert status == 0
            event = w.d.wait_for(lambda e, p=path: field(e, "fd.name") == p, "the write")
            assert field(event, "container.full_id") == home.id, (i, event)


def test_one_process_that_changes(w):
    """Its name, its directory's name, ids, session and parent: each act is told as it was then."""
    told = {}
    for truth in w.c.truths("act_change"):
        told[truth["act"]] = w.expect(w.c, truth, {"fd.name": truth["path"]})

    def all_of(name):
        return [field(event, name) for event in told.values()]

    assert list(told) == ["first", "comm", "cwd", "renamed", "ids", "session", "orphan"], list(told)
    assert all_of("proc.cwd") == ["/"] * 2 + ["/now-a"] + ["/now-b"] * 4, all_of("proc.cwd")
    assert all_of("proc.name") == ["act_change"] + ["an-other-name"] * 6, all_of("proc.name")
    assert all_of("group.gid") == [0] * 4 + [8] * 3, all_of("group.gid")
    sids, ppids, parents = all_of("proc.sid"), all_of("proc.ppid"), all_of("proc.pname")
    assert len(set(sids[:5])) == 1 and sids[5] == sids[6] != sids[4], sids
    assert len(set(ppids[:6])) == 1 and ppids[6] != ppids[5], ppids
    assert parents[5] == "act_change" != parents[6], parents


def test_plain_folder_as_root(w):
    """A container whose root is a plain folder of the host's disk, not an overlay."""
    with Runc(overlay=False) as c:
        truth = c.act("act_open", "openat", "wc", "/etc/x")
        event = w.expect(c, truth, {"rule": "etc-written", "fd.name": "/etc/x"})
        assert not {r for r in rules(event) if "host" in r}, rules(event)
        assert field(event, "rootwatch.file.rootfs") is True, event
        truth = c.act("act_id")
        event = w.expect(c, truth, {"evt.type": "execve", "proc.exepath": "/bin/act_id"})
        assert not rules(event), rules(event)


if __name__ == "__main__":
    suite.main(detector)
