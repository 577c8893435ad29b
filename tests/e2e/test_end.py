#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Storms of things that end while they are looked at: tasks, namespaces, mounts, directories. Neither the kernel
(in a guest, whose oops ends it) nor the detector may mind, and what comes after is told as ever. E2E_ACTS=N
makes so many rounds.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import patience  # noqa: E402
import suite  # noqa: E402
from world import field, world  # noqa: E402

ROUNDS = 100


def test_end(w):
    number = int(os.environ.get("E2E_ACTS", patience.fewer(ROUNDS, 50)))
    w.c.sh("mkdir -p /srv/end")
    truth = w.c.act("act_end", str(number), "/srv/end", deadline=300)
    assert truth["rounds"] == number, truth
    w.fence()
    # The calls of a task that ended in the middle of them may be told or not; those that are told are of this container.
    came = [e for e in w.d.since() if field(e, "proc.name") == "act_end"]
    assert came and {field(e, "container.full_id") for e in came} == {w.c.id}, len(came)
    print(f"    {number} rounds, {len(came)} events", file=sys.stderr)
    after = w.c.act("act_open", "openat", "wc", "/etc/after")
    event = w.expect(w.c, after, {"evt.type": "openat", "rule": "etc-written", "fd.name": "/etc/after"})
    assert field(event, "fd.ino") == after["ino"], event


if __name__ == "__main__":
    suite.main(lambda: world(privileged=True))
