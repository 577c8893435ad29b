# SPDX-License-Identifier: Apache-2.0
"""A Docker engine of its own, with everything it has below one folder, and its containers."""

import itertools
import os
import socket
import subprocess
import sys
import time

import clean
import patience
import rootfs
from container import Container
from runc import CAP_NAMES, own_caps

IMAGE = "rootwatch-e2e:one"
_serial = itertools.count(1)
PRIVILEGED = ["--privileged", "--runtime=own-caps"]

# A runtime for --privileged, which asks for all capabilities: this machine may not have them all,
# and runc would refuse.
RUNTIME = """#!{python}
import json, os, sys
def without(path, key):
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    process = config[key] if key else config
    for kind, names in (process.get("capabilities") or {{}}).items():
        process["capabilities"][kind] = [name for name in names if name not in {lacking!r}]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
words = sys.argv[1:]
if "create" in words:
    without(words[words.index("--bundle") + 1] + "/config.json", "process")
if "--process" in words:
    without(words[words.index("--process") + 1], None)
os.execvp("runc", ["runc", *words])
"""


class Engine:
    """dockerd from Debian's docker.io: no bridge, no iptables, no systemd needed."""

    def __init__(self):
        self.top = clean.work_dir() + "/docker"
        os.mkdir(self.top, 0o755)
        self.socket = self.top + "/docker.sock"
        self._log = open(self.top + "/dockerd.log", "wb")
        # Neither the machine's nor the caller's settings: both could send us to another engine.
        with open(self.top + "/daemon.json", "w", encoding="utf-8") as settings:
            settings.write("{}\n")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("DOCKER_")}
        self.environment["DOCKER_CONFIG"] = self.top + "/config"
        self._forget = clean.defer(self._remove)
        self.cgroup_was_there = bool(clean.cgroups_named("/docker"))
        self.process = subprocess.Popen(
            ["dockerd", "--config-file", self.top + "/daemon.json", "--iptables=false", "--ip6tables=false",
             "--ip-forward=false", "--bridge=none",  # the host's network stays as it is
             "--add-runtime", "own-caps=" + self._runtime(), "--data-root", self.top + "/data",
             "--exec-root", self.top + "/exec",
             "--pidfile", self.top + "/dockerd.pid", "-H", "unix://" + self.socket],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            start_new_session=True, preexec_fn=clean.die_with_parent, env=self.environment)
        self._wait()
        self._import()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._forget()

    def _wait(self, deadline=60):
        end = time.monotonic() + patience.of(deadline)
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.settimeout(5)
                    probe.connect(self.socket)
                    probe.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                    if b"200 OK" in probe.recv(100):
                        return
            except OSError:
                pass
            time.sleep(0.1)
        with open(self.top + "/dockerd.log", encoding="utf-8", errors="replace") as log:
            raise AssertionError(f"dockerd did not start: {log.read()[-600:]}")

    def _runtime(self):
        path = self.top + "/own-caps"
        lacking = ["CAP_" + name for name in CAP_NAMES if name not in own_caps()]
        with open(path, "w", encoding="utf-8") as file:
            file.write(RUNTIME.format(python=sys.executable, lacking=lacking))
        os.chmod(path, 0o755)
        return path

    def _import(self):
        with subprocess.Popen(["tar", "--xattrs", "--xattrs-include=security.capability", "-C",
                               rootfs.build(), "-c", "."], stdout=subprocess.PIPE) as tar:
            self.cli("import", "-", IMAGE, stdin=tar.stdout)

    def cli(self, *words, stdin=subprocess.DEVNULL, deadline=90, check=True):
        """docker WORDS; gives the finished process."""
        done = subprocess.run(["docker", "-H", "unix://" + self.socket, *words], stdin=stdin,
                              capture_output=True, timeout=patience.of(deadline), check=False,
                              env=self.environment)
        if check and done.returncode:
            raise AssertionError(f"docker {' '.join(words)}: {done.stderr.decode()[-400:]}")
        return done

    def _remove(self):
        if self.process.poll() is None:
            left = self.cli("ps", "-aq", check=False).stdout.decode().split()
            if left:
                self.cli("rm", "--force", *left, check=False)
        clean.end_process(self.process, 30)
        self._log.close()
        clean.remove_tree(self.top)
        if not self.cgroup_was_there:
            for folder in clean.cgroups_named("/docker"):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass  # another engine of this machine has containers there now


class Docker(Container):
    """One container of the engine, with a shell; options are those of docker run."""

    def __init__(self, engine, *options, name=None):
        self.engine = engine
        name = name or f"e2e-{next(_serial)}"
        created = engine.cli("create", "-i", "--net=none", "--name", name, *options, IMAGE,
                             "/bin/sh")
        super().__init__(created.stdout.decode().strip(), name)
        clean.cgroup_paths.add("/docker/" + self.id)
        self._forget = clean.defer(self._remove)
        self._start(["docker", "-H", "unix://" + engine.socket, "start", "-ai", self.id],
                    env=engine.environment)

    def __enter__(self):
        self.sh("true")
        return self

    def __exit__(self, *_):
        self._forget()

    def exec(self, *words, options=()):
        return self.engine.cli("exec", *options, self.id, *words, check=False)

    def _remove(self):
        self._end_shell()
        self.engine.cli("rm", "--force", "--volumes", self.id, check=False)
        clean.end_process(self._process)
