# SPDX-License-Identifier: Apache-2.0
"""A detector and containers together: expect an event of an act, or prove that none came."""

import contextlib
import itertools
import os
import re

from detector import Detector, short
from runc import Runc

_fence = itertools.count(1)
_escape = re.compile(rb"\\(?:x([0-9A-Fa-f]{2})|(\\))")


def kernel():
    """The version of the kernel that runs, to be compared with a tuple of two numbers."""
    return tuple(int(n) for n in os.uname().release.split(".")[:2])


def field(event, name):
    return event["output_fields"].get(name)


def rules(event):
    """Ids of all detections that an event raised."""
    return set(filter(None, (field(event, "rootwatch.rules") or "").split(",")))


def raw(text):
    """The bytes that a printed string stands for (user/output/line.h says how)."""
    def byte(match):
        return b"\\" if match[2] else bytes([int(match[1], 16)])
    return _escape.sub(byte, text.encode("utf-8"))


def matches(event, want):
    """want: field -> value, a set of allowed values, or a function; "rule": an id among all."""
    for name, value in want.items():
        if name == "rule":
            if value not in rules(event):
                return False
            continue
        got = field(event, name)
        if callable(value):
            if got is None or not value(got):
                return False
        elif isinstance(value, (set, frozenset)):
            if got not in value:
                return False
        elif got != value:
            return False
    return True


def skipped(w):
    """
    How many runs of its programs the kernel has skipped so far, or had no room for: it does where a task was stopped
    in the middle of one, and another one comes to the same on that processor (user/doc/limits.md).
    """
    counters = w.d.counters()
    return counters["lost_recursion"] + counters["lost_busy"]


def major_minor(truth):
    return f"{os.major(truth['dev'])}:{os.minor(truth['dev'])}"


def of(container, truth=None, **more):
    """Fields by which an event belongs to a container, and to the process of a truth."""
    want = {"container.full_id": container.id, **more}
    if truth is not None:
        want["proc.vpid"] = truth["pid"]
    return want


class World:
    """fence: a container whose root can make a known alert at any time."""

    def __init__(self, detector, container):
        self.d = detector
        self.c = container

    def expect(self, container, truth, want, mark=0):
        """The event of the process in truth, in that container, with all fields of want."""
        own = of(container, truth)
        try:
            return self.d.wait_for(lambda e: matches(e, {**own, **want}), f"{want}", mark)
        except AssertionError as missing:
            same = [e for e in self.d.since(mark) if matches(e, own)]
            if not same:
                raise
            kind = want.get("evt.type")
            near = next((e for e in same if field(e, "evt.type") == kind), same[0])
            wrong = {name: (sorted(rules(near)) if name == "rule" else field(near, name))
                     for name, value in want.items() if not matches(near, {name: value})}
            raise AssertionError(f"{short(near)}: wanted {want}, has {wrong}") from missing

    def fence(self):
        """After this every event of an act that is over has been read."""
        path = f"/etc/fence-{next(_fence)}"
        truth = self.c.act("act_open", "openat", "wc", path)
        self.d.wait_for(lambda e: matches(e, of(self.c, truth, **{"fd.name": path})), path)

    def all(self, want, mark=0):
        """All events with these fields that have come, once the fence is through."""
        self.fence()
        return [e for e in self.d.since(mark) if matches(e, want)]

    def none(self, want, mark=0):
        """Proves that no event with these fields came."""
        came = self.all(want, mark)
        if came:
            raise AssertionError(f"{len(came)} came for {want}: {short(came[0])}, "
                                 f"rules {sorted(rules(came[0]))}")


@contextlib.contextmanager
def world(*options, **container):
    """A detector with these options and one container; for suite.main."""
    with Runc(**container) as made, Detector(*options) as detector:
        yield World(detector, made)
