#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A second thread changes what is opened meanwhile: told is what was opened, each time, once."""

import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402

OPENS = 10000
WATCHED, HARMLESS = "/etc/race", "/tmp/race"  # of one length, for the text that is rewritten


@contextlib.contextmanager
def racers():
    with Runc() as c, Detector("--stats") as detector:
        c.sh(f"touch {WATCHED} {HARMLESS}")
        yield World(detector, c)


@suite.cases("link", "text")
def test_flipped(w, how):
    truth = w.c.act("act_race", how, WATCHED, HARMLESS, str(OPENS), deadline=120)
    assert truth["watched"] + truth["harmless"] == OPENS and not truth["unknown"], truth
    assert truth["watched"] > 0 and truth["harmless"] > 0, truth
    came = w.all(of(w.c, truth))
    opens = [e for e in came if field(e, "evt.type") == "openat"]
    assert len(opens) == truth["watched"], (len(opens), truth)
    assert {(field(e, "fd.name"), field(e, "fd.ino"), field(e, "fd.dev")) for e in opens} == \
        {(WATCHED, truth["ino"], truth["dev"])}, opens[0]
    assert all(field(e, "evt.res") == "SUCCESS" for e in opens)


def test_closed_by_another(_w):
    """What was closed before it could be described is counted, not passed over."""
    with Runc() as c, Detector("--stats") as detector:
        w = World(detector, c)
        c.sh(f"touch {WATCHED}")
        opens = patience.fewer(OPENS, 2000)  # both processors of a guest spin
        truth = c.act("act_race", "close", WATCHED, str(opens), deadline=120)
        told = [e for e in w.all(of(c, truth)) if field(e, "evt.type") == "openat"]
        detector.stop()
        lost = detector.stats()["lost_read"]  # 0 where no race was won
        assert len(told) + lost == truth["opened"] == opens, (len(told), lost, truth)
        assert {field(e, "fd.name") for e in told} <= {WATCHED}, told[0]


@suite.cases(
    ("open", "/etc/race", {"evt.type": "openat", "rule": "etc-written", "evt.res": "SUCCESS"}),
    ("denied", "/etc/race", {"evt.type": "openat", "rule": "etc-written", "evt.res": "EACCES"}),
    ("rename", "/etc/race-new", {"evt.type": "renameat2", "rule": "etc-written"}),
    ("exec", "/tmp/race-id", {"evt.type": "execve", "rule": "exec-tmp"}),
)
def test_path_on_an_untouched_page(w, how, path, want):
    """In a mapped file that nobody has read, across a page border: the name is there."""
    w.c.sh("cp /bin/act_id /tmp/race-id")
    truth = w.c.act("act_page", "kept", how, path)
    name = "proc.exepath" if how == "exec" else "fd.name"
    w.expect(w.c, truth, {**want, name: path})


@suite.cases(("denied", "/etc/race", "openat"), ("rename", "/etc/race-new", "renameat2"))
def test_path_taken_away(w, how, path, kind):
    """A second thread takes the page away: what cannot be read any more is said to be missing."""
    truth = w.c.act("act_page", "dropped", how, path, "3000", deadline=60)
    assert truth["done"] == 3000, truth
    came = [e for e in w.all(of(w.c, truth)) if field(e, "evt.type") == kind]
    named = [e for e in came if field(e, "fd.name") == path and "etc-written" in rules(e)]
    hidden = [e for e in came if "path-hidden" in rules(e)]
    assert len(named) + len(hidden) == len(came) == 3000, (len(named), len(hidden), len(came))
    assert all(not field(e, "fd.name") and field(e, "rootwatch.truncated") for e in hidden)


if __name__ == "__main__":
    suite.main(racers)
