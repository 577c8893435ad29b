# SPDX-License-Identifier: Apache-2.0
"""One guest: QEMU started on a kernel and the archive, read until it is off."""

import ctypes
import os
import re
import select
import shutil
import signal
import subprocess
import time
from pathlib import Path

import console
import image

RESULT = re.compile(r"^(ok|not ok|skip) (.+)$")
# For each architecture the emulator, its machine, the kernel's console and how the guest gives results.
MACHINES = {
    # Its cmpxchg16b breaks the flags now and then, and 6.12 and later live on it.
    "amd64": ("qemu-system-x86_64", ["-cpu", "Nehalem,-cx16"], "ttyS0", ["-serial", "stdio"], "ttyS1"),
    "arm64": ("qemu-system-aarch64", ["-M", "virt", "-cpu", "cortex-a72"], "ttyAMA0",
              ["-chardev", "stdio,id=results", "-device", "pci-serial,chardev=results"], "ttyS0"),
}
_libc = ctypes.CDLL(None)


class Case:
    """
    What one case said. verdict: pass, degraded or fail; reasons: why not pass. clock: gives the seconds
    of CPU that the emulator took so far: what else this machine does is not in them.
    """

    def __init__(self, name, clock=lambda: 0.0):
        self.name, self.lines, self.code = name, [], None
        self.clock, self.start, self.seconds = clock, clock(), 0.0
        self.passed, self.failed, self.skipped = 0, [], []
        self.times, self._last = [], self.start

    def line(self, text):
        self.lines.append(text)
        found = RESULT.match(text)
        if found:
            now = self.clock()
            self.times.append((now - self._last, found[2].split(": ")[0]))
            self._last = now
        if self.name == "check":
            word = text.split(" ", 1)[0]
            if word == "degraded":
                self.skipped.append(" ".join(text.split()[1:]))
            elif word == "missing":
                self.failed.append(" ".join(text.split()[1:]))
        elif found and found[1] == "ok":
            self.passed += 1
        elif found:
            (self.failed if found[1] == "not ok" else self.skipped).append(found[2])

    def end(self, code):
        self.code, self.seconds = code, self.clock() - self.start
        if self.name in ("check", "demo", "verifier") and code == 0 and not self.failed:
            self.passed += 1
        if code != 0 and not self.failed:
            self.failed.append(f"{self.name}: exit code {code}: " + " ".join(self.lines[-3:])[-300:])
        elif code == 0 and not self.passed + len(self.failed) + len(self.skipped):
            self.failed.append(f"{self.name}: ended without a result")

    @property
    def verdict(self):
        return "FAIL" if self.failed else "degraded" if self.skipped else "pass"


def _die_with_parent():
    _libc.prctl(1, signal.SIGKILL, 0, 0, 0)


class Guest:
    """
    row: of kernels.txt. accel: QEMU's option; "tcg" alone has a thread for each processor. When it did not end by itself, trouble holds what its console says of that, and
    kept the file that has all of it.
    """

    # What the kernel does against the processor's leaks (page tables changed at each call) takes a
    # quarter of an emulated processor, and there is nothing to leak to.
    OPTIONS = "mitigations=off"

    def __init__(self, row, kernel, archive, folder, cases, words, deadline, accel="tcg"):
        self.accel = accel
        self.row, self.kernel, self.archive = row, kernel, archive
        self.folder = Path(folder)
        self.names, self.words, self.deadline = cases, words, deadline
        self.cases, self.costs, self.notes = [], {}, []
        self.release, self.boot_seconds, self.why, self._cpu = "", 0.0, "", 0.0
        self.trouble, self.kept = [], None
        self._child = self._case = None
        self._done = False
        self._start = 0.0

    def _write_initrd(self, path):
        settings = {"cgroup": self.row.cgroup, "cases": " ".join(self.names), "words": " ".join(self.words),
                    "tty": MACHINES[self.row.arch][4]}
        text = "".join(f"{key}='{value}'\n" for key, value in settings.items())
        with open(path, "wb") as out:
            with open(self.archive, "rb") as base:
                shutil.copyfileobj(base, out)
            image.write_modules(out, self.kernel.modules, text)

    def _command(self, initrd):
        emulator, machine, tty, results, _ = MACHINES[self.row.arch]
        # (After an oops in the middle of a test it could go on to its end, as if nothing had been.)
        line = f"console={tty} panic=-1 oops=panic loglevel=4 {self.OPTIONS} {self.row.line}"
        return [emulator, "-accel", self.accel, *machine, "-smp", "2", "-m", "1024", "-nodefaults",
                "-no-user-config", "-display", "none", "-no-reboot", "-kernel", self.kernel.image, "-initrd", initrd,
                "-append", line, "-serial", f"file:{self.folder}/console.log", *results]

    def run(self, stopped):
        """To its end, its deadline, or until stopped (an Event) is set."""
        self.folder.mkdir(parents=True, exist_ok=True)
        initrd = self.folder / "initrd"
        try:
            self._write_initrd(initrd)
            self._start = time.monotonic()
            with open(self.folder / "qemu.log", "wb") as errors, open(self.folder / "results.log", "wb") as log:
                self._child = subprocess.Popen(
                    [str(word) for word in self._command(initrd)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                    stderr=errors, preexec_fn=_die_with_parent, start_new_session=True)
                self._read(stopped, log)
        finally:
            self.stop()
            initrd.unlink(missing_ok=True)
        self._conclude(stopped)
        self._write_times()

    @property
    def emulators_fault(self):
        return console.is_emulators(self.trouble)

    @property
    def may_try_again(self):
        """Not when its kernel went wrong: that is a failure, however seldom it comes."""
        return self.emulators_fault or not console.is_oops(self.trouble)

    def take_second_try(self, again):
        """Of cases that failed here: what they said in another guest counts, and both are told."""
        for case in again.cases:
            at = next(i for i, mine in enumerate(self.cases) if mine.name == case.name)
            if not case.failed:
                self.notes += [f"passed at the second try only: {reason}" for reason in self.cases[at].failed]
            self.cases[at] = case
        self.costs = self.costs or again.costs

    @property
    def verified(self):
        """Did the kernel take all programs, so that the costs are complete?"""
        return any(case.name == "verifier" and not case.failed for case in self.cases)

    def cpu_seconds(self):
        """What the emulator used up so far."""
        try:
            fields = Path(f"/proc/{self._child.pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            return self._cpu
        self._cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self._cpu

    def _write_times(self):
        """What took how many seconds of CPU, the slowest first, in the folder of the logs."""
        rows = [row for case in self.cases for row in [(case.seconds, case.name), *case.times]]
        text = "".join(f"{seconds:8.1f} {name}\n" for seconds, name in sorted(rows, reverse=True))
        (self.folder / "times.log").write_text(text, encoding="utf-8")

    def stop(self):
        if self._child and self._child.poll() is None:
            self._child.kill()
            self._child.wait()

    def _read(self, stopped, log):
        end, rest = self._start + self.deadline, b""
        out = self._child.stdout
        while not stopped.is_set():
            if time.monotonic() > end:
                self.why = f"no end within {self.deadline} s"
                return
            if not select.select([out], [], [], 0.2)[0]:
                continue
            data = os.read(out.fileno(), 65536)
            if not data:
                return
            log.write(data)
            log.flush()
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._line(line.decode("utf-8", "backslashreplace").rstrip("\r"))

    def _line(self, line):
        word, _, rest = line.partition(" ")
        if word == "@kernel":
            self.release, self.boot_seconds = rest, self.cpu_seconds()
        elif word == "@begin":
            self._case = Case(rest, self.cpu_seconds)
            self.cases.append(self._case)
        elif word == "@end" and self._case:
            self._case.end(int(rest.split()[-1]))
            self._case = None
        elif word == "@done":
            self._done = self._case is None
        elif word in ("@note", "@kernel-says"):
            self.notes.append(rest)
        elif self._case:
            self._case.line(line)
            # (The kernel's own messages can stand in the middle of a line: then there is no cost.)
            cost = re.fullmatch(r"cost (\w+) (\d+) (\d+)", line)
            if cost and self._case.name == "verifier":
                self.costs[cost[1]] = (int(cost[2]), int(cost[3]))

    def _conclude(self, stopped):
        if self._done:
            return
        if stopped.is_set():
            self.why = self.why or "interrupted"
        else:
            self.trouble, self.kept = console.trouble(self.folder), console.keep(self.folder)
            self.why = self.why or "it went off before its time: " + self._last_words()
        if self._case:
            self._case.failed.append(f"{self._case.name}: {self.why}")
        ran = {case.name for case in self.cases}
        for name in self.names:
            if name not in ran:
                case = Case(name)
                case.failed.append(f"{name}: not run: {self.why}")
                self.cases.append(case)

    def _last_words(self):
        telling = [line for line in self.trouble if re.search(r"panic|BUG|error|fault|refus", line, re.I)]
        return " / ".join((telling or self.trouble)[-3:])[-400:] or "it said nothing"
