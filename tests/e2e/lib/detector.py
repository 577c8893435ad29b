# SPDX-License-Identifier: Apache-2.0
"""The program under test: started, read line by line, waited for, stopped."""

import json
import os
import select
import signal
import subprocess
import threading
import time

import clean
import patience
from patience import DEADLINE
from suite import Skip

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "../../.."))
BINARY = os.environ.get("ROOTWATCH", TOP + "/build/rootwatch")
LINE_MAX = 4096
TIER = os.environ.get("E2E_TIER")  # the one tier of hooks to run under
LACKING = 3  # the exit status for what the kernel has not got


class Missing(AssertionError):
    """The expected event did not come."""
    times = 0  # so often in this file


def short(event):
    """One event in a few words, for failure messages."""
    fields = event.get("output_fields", {})
    keys = ("evt.type", "proc.vpid", "proc.name", "fd.name", "evt.res")
    return event.get("rule", "?") + "".join(f" {k}={fields[k]}" for k in keys if k in fields)


class Detector:
    """
    rootwatch run; every line that it prints is kept and checked. The ring is large, so that
    another load on this machine takes nothing from a test (ring=None: the default). before: words of
    a program that is to become it.
    """

    def __init__(self, *options, output="json", stdout=None, env=None, ring=64, before=()):
        self.options = options
        self.start = None  # the first line: through what it watches
        self.statistics = []  # the lines of counters, which are no events
        self.events = []
        self.bad_lines = []
        self.lines = 0
        self.stderr = ""
        self.text = []
        self.json = output == "json"
        self._read_to_the_end = False  # stdout, of one that has ended
        self._arrived = threading.Condition()
        ready_read, ready_write = os.pipe()
        command = [*before, BINARY, "run", "-o", output, "--ready-fd", str(ready_write), *options]
        if ring:
            command += ["--ring", str(ring)]
        if TIER and "--tier" not in options:
            command += ["--tier", TIER]
        self.process = subprocess.Popen(
            command, pass_fds=[ready_write], stdin=subprocess.DEVNULL,
            stdout=stdout if stdout is not None else subprocess.PIPE,
            stderr=subprocess.PIPE, env=env, start_new_session=True,
            preexec_fn=clean.die_with_parent)
        os.close(ready_write)
        self._forget = clean.defer(clean.end_process, self.process)
        self._threads = [threading.Thread(target=self._read_stderr, daemon=True)]
        if stdout is None:
            self._threads.append(threading.Thread(target=self._read_stdout, daemon=True))
        for thread in self._threads:
            thread.start()
        try:
            ready, _, _ = select.select([ready_read], [], [], patience.of(30))
            if not ready or not os.read(ready_read, 1):
                if ready:  # it has ended, or is about to
                    self.process.wait(DEADLINE)
                    self._threads[0].join(DEADLINE)  # what it said is told below
                if TIER and self.process.poll() == LACKING:
                    raise Skip(f"--tier {TIER}: {self.stderr.strip()}")
                raise AssertionError(f"the detector did not get ready: {self.stderr.strip()[-600:]!r}")
        finally:
            os.close(ready_read)
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _read_stdout(self):
        for raw in self.process.stdout:
            event = None
            if self.json:
                try:
                    event = json.loads(raw.decode("utf-8"))
                    if not isinstance(event, dict) or not event.get("output_fields"):
                        raise ValueError("no output_fields")
                except ValueError as error:
                    self.bad_lines.append(f"{error}: {raw[:200]!r}")
            if len(raw) > LINE_MAX or not raw.endswith(b"\n"):
                self.bad_lines.append(f"{len(raw)} bytes: {raw[:80]!r}")
            with self._arrived:
                if event is not None and event.get("rule") == "Watching" and not self.lines:
                    self.start = event
                    continue
                if event is not None and event.get("rule") == "Statistics":
                    self.statistics.append(event)
                    self._arrived.notify_all()
                    continue
                self.lines += 1
                if event is not None:
                    self.events.append(event)
                elif not self.json:
                    self.text.append(raw)
                self._arrived.notify_all()
        with self._arrived:
            self._read_to_the_end = True
            self._arrived.notify_all()

    def _read_stderr(self):
        for raw in self.process.stderr:
            with self._arrived:
                self.stderr += raw.decode("utf-8", "replace")
                self._arrived.notify_all()

    def mark(self):
        """A place in the stream, for since and wait_for."""
        with self._arrived:
            return len(self.events)

    def since(self, mark=0):
        with self._arrived:
            return self.events[mark:]

    def wait_for(self, wanted, what="the event", mark=0, deadline=DEADLINE):
        """
        The first event from mark on for which wanted(event) holds. While others come, of another load on this
        machine, it may be behind them: waited is until nothing came for the deadline, though not for ever.
        """
        if Missing.times > 4:  # the file has failed by then, and shall end
            deadline /= 4
        begun = time.monotonic()
        end = begun + deadline
        seen = mark
        with self._arrived:
            while True:
                for event in self.events[seen:]:
                    if wanted(event):
                        return event
                if len(self.events) > seen:
                    end = min(time.monotonic(), begun + 9 * deadline) + deadline
                seen = len(self.events)
                left = end - time.monotonic()
                if left <= 0 or self._read_to_the_end:
                    break
                self._arrived.wait(min(left, 1))
            near = "; ".join(short(event) for event in self.events[mark:][-8:])
        Missing.times += 1
        raise Missing(f"{what} did not come; came: {near or 'nothing'}")

    def wait_text(self, wanted, what, deadline=DEADLINE, stream="stdout"):
        """The first line (stdout) or the whole text (stderr) for which wanted() holds."""
        end = time.monotonic() + deadline
        with self._arrived:
            while True:
                for text in self.text if stream == "stdout" else [self.stderr]:
                    if wanted(text):
                        return text
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._arrived.wait(min(left, 1))
        raise Missing(f"{what} did not come; {stream}: {(self.text, self.stderr)!r:.600}")

    def kernel_objects(self):
        """Ids of BPF programs, maps and links that the detector holds: [("prog", 7), ...]."""
        found = set()
        base = f"/proc/{self.pid}/fdinfo/"
        for fd in os.listdir(base):
            try:
                with open(base + fd, encoding="utf-8") as info:
                    for line in info:
                        key, _, value = line.partition(":")
                        if key in ("prog_id", "map_id", "link_id"):
                            found.add((key[:-3], int(value)))
            except OSError:
                continue
        return sorted(found)

    def stop(self, number=signal.SIGTERM, deadline=30):
        """Ends it and gives its exit status; all that it printed has been read by then."""
        deadline = patience.of(deadline)
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            status = self.process.wait(deadline)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"the detector did not end within {deadline} s") from None
        for thread in self._threads:
            thread.join(deadline)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe:
                pipe.close()
        self._forget()
        if self.bad_lines:
            raise AssertionError(f"{len(self.bad_lines)} bad lines: {self.bad_lines[0]}")
        return status

    def counters(self):
        """The counters as they are now."""
        with self._arrived:
            said = self.stderr.count("stats:")
        self.process.send_signal(signal.SIGUSR1)
        self.wait_text(lambda text: text.count("stats:") > said, "the counters", stream="stderr")
        return self.stats()

    def told_counters(self, n, what):
        """The first n lines of counters in the stream, as dicts of names without rootwatch.stats."""
        end = time.monotonic() + DEADLINE
        with self._arrived:
            while len(self.statistics) < n and not self._read_to_the_end:
                if time.monotonic() > end:
                    break
                self._arrived.wait(1)
            if len(self.statistics) < n:
                raise Missing(f"{what}: {len(self.statistics)} lines of counters came, not {n}")
            return [{key.removeprefix("rootwatch.stats."): value for key, value in line["output_fields"].items()
                     if key.startswith("rootwatch.stats.")} for line in self.statistics[:n]]

    def stats(self):
        """The last "stats: name=number ..." line of stderr as a dict."""
        lines = [line for line in self.stderr.splitlines() if "stats:" in line]
        if not lines:
            raise AssertionError(f"no stats line on stderr: {self.stderr[-300:]!r}")
        words = lines[-1].split("stats:", 1)[1].split()
        return {key: int(value) for key, _, value in (w.partition("=") for w in words)
                if value.isdigit()}


def run(*arguments, timeout=30, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=None):
    """rootwatch with these arguments, to its end."""
    return subprocess.run([BINARY, *arguments], stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                          timeout=patience.of(timeout), check=False, env=env)
