# SPDX-License-Identifier: Apache-2.0
"""What all containers here have in common: a shell as first process, which is told what to run."""

import itertools
import json
import os
import queue
import subprocess
import threading

import clean
import patience
import uring
from rootfs import TRIGGERS
from suite import Skip

_serial = itertools.count(1)


def quote(word):
    """One word for the shell, as bytes: any byte but NUL may be in it."""
    raw = os.fsencode(word) if not isinstance(word, bytes) else word
    return b"'" + raw.replace(b"'", b"'\\''") + b"'"


def original(text):
    """The bytes of a string in a trigger's truth (one character per byte)."""
    return text.encode("latin-1")


class Container:
    """id: as its runtime has it. name: of the runtime's own, or ""."""

    def __init__(self, ident, name=""):
        self.id = ident
        self.name = name
        self._lines = queue.Queue()
        self._process = None
        self._errors = b""

    def _start(self, command, **options):
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, **options)
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def _read(self):
        for raw in self._process.stdout:
            self._lines.put(raw)
        self._lines.put(None)

    def _read_errors(self):
        for raw in self._process.stderr:
            self._errors += raw

    def sh(self, command, deadline=30):
        """Lets the shell run a command line; gives its status and the lines it printed."""
        deadline = patience.of(deadline)
        raw = command if isinstance(command, bytes) else command.encode()
        token = f"done-{next(_serial)}-{os.getpid()}".encode()
        try:
            self._process.stdin.write(raw + b"\necho " + token + b" $?\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise AssertionError(f"the container has gone: {self._errors!r:.400}") from None
        lines = []
        while True:
            try:
                line = self._lines.get(timeout=deadline)
            except queue.Empty:
                raise AssertionError(f"{command!r} took over {deadline} s; "
                                     f"{lines!r:.300} {self._errors!r:.300}") from None
            if line is None:
                raise AssertionError(f"the container has gone: {self._errors!r:.400}")
            if line.startswith(token):
                return int(line.split()[1]), lines
            lines.append(line)

    def truths(self, program, *words, deadline=30):
        """Runs a trigger program; gives what it said, a list of dicts, and its exit status."""
        if program.endswith("_32") and not os.path.exists(f"{TRIGGERS}/{os.path.basename(program)}"):
            raise Skip("no 32-bit toolchain here: its programs were not built")
        line = b" ".join(quote(word) for word in (program, *words))
        mark = len(self._errors)
        status, lines = self.sh(line + b" </dev/null", deadline)
        if status == 97:
            raise Skip(f"{program} {' '.join(map(str, words))}: no such call on this architecture or kernel")
        if status == 96:
            uring.skip_if_refused(user_only=True)
            raise AssertionError(f"{program} {words}: io_uring is refused in the container only, {self._errors[mark:]!r:.300}")
        said = self.truths_of(lines)
        if not said or status in (98, 99):
            raise AssertionError(f"{program} {words} ended with {status}, said {lines!r:.300}, "
                                 f"{self._errors[mark:]!r:.300}")
        for truth in said:
            truth["status"] = status
        return said

    @staticmethod
    def truths_of(lines):
        """What triggers said among these lines."""
        return [json.loads(raw) for raw in lines if raw.startswith(b"{")]

    def act(self, program, *words, deadline=30):
        """Runs a trigger program that says one thing; gives it as a dict."""
        return self.truths(program, *words, deadline=deadline)[-1]

    def start(self, command):
        """
        Runs a command line in the background, with an input that never comes; gives the first
        line it prints, as a dict.
        """
        fifo = f"/tmp/.said-{next(_serial)}"
        status, lines = self.sh(f"mkfifo {fifo} {fifo}.in; {command} >{fifo} <>{fifo}.in & "
                                f"head -n 1 <{fifo}; rm -f {fifo}*")
        if status or not lines:
            raise AssertionError(f"{command} said nothing: {self._errors[-300:]!r}")
        return json.loads(lines[0])

    def host_pid(self, vpid):
        """The host's pid of a process of this container, by the kernel's own NSpid."""
        for pid in self.pids():
            try:
                with open(f"/proc/{pid}/status", encoding="utf-8") as status:
                    for line in status:
                        if line.startswith("NSpid:") and line.split()[-1] == str(vpid):
                            return pid
            except OSError:
                continue
        raise AssertionError(f"no process {vpid} in container {self.id[:12]}")

    def pids(self):
        """Host pids of all its processes, by its cgroup."""
        return sorted({pid for _, pids in clean.cgroups_and_pids(self.id) for pid in pids})

    def _end_shell(self, deadline=15):
        """The shell ends with its input; gives False when it did not."""
        if not self._process:
            return True
        try:
            self._process.stdin.close()
        except OSError:
            pass
        try:
            self._process.wait(patience.of(deadline))
        except subprocess.TimeoutExpired:
            return False
        return True
