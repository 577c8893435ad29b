#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGHUP loads the rules again: validated first, with no event lost or judged by half a set."""

import os
import re
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, of, rules  # noqa: E402

AGAIN = "the rules are loaded again"
KEPT = "the rules stay as they were"
RELOADS = 20


def rule(name, condition):
    return (f"- rule: {name}\n  desc: d\n  condition: {condition}\n  output: x %fd.name\n"
            "  priority: WARNING\n  tags: [mine]\n")


def below(folder):
    return f"evt.is_open_write = true and fd.name startswith {folder}/"


# The fence of World is an alert of this rule; the others of the shipped set are off.
FENCE = rule("Fence", below("/etc"))


class Reloaded:
    """One detector with a file of rules of one's own, and a container."""

    def __init__(self, container, text):
        self.path = f"{clean.work_dir()}/mine.yaml"
        self.put(text)
        self.c = container
        self.d = Detector("--stats", "-r", self.path, "-T", "mine")
        self.w = World(self.d, container)

    def put(self, text, mode=0o644):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path, mode)

    def hup(self, answer=AGAIN):
        """Asks for a reload; gives what was said about it."""
        said = len(self.d.stderr)
        self.d.process.send_signal(signal.SIGHUP)
        self.d.wait_text(lambda text: answer in text[said:], answer, stream="stderr")
        return self.d.stderr[said:]

    def reload(self, text):
        self.put(text)
        return self.hup()

    def fired(self, path):
        """Ids of the rules that opening path for writing raises."""
        mark = self.d.mark()
        truth = self.c.act("act_open", "openat", "wc", path)
        events = self.w.all(of(self.c, truth, **{"fd.name": path}), mark)
        assert len(events) <= 1, events
        return rules(events[0]) if events else set()

    def produced(self):
        self.w.fence()
        return self.d.counters()["produced"]


def with_container():
    return Runc()


def open_reloaded(container, text):
    container.sh("mkdir -p /srv/a /srv/b /srv/both")
    return Reloaded(container, text)


def test_new_for_old(c):
    r = open_reloaded(c, FENCE + rule("First", below("/srv/a")))
    assert r.fired("/srv/a/1") == {"first"}
    assert r.fired("/srv/b/1") == set()
    said = r.reload(FENCE + rule("Second", below("/srv/b")))
    assert "2 active" in said, said
    assert r.fired("/srv/a/2") == set()
    assert r.fired("/srv/b/2") == {"second"}
    r.reload(FENCE + rule("Third", below("/srv/a")))
    assert r.fired("/srv/a/3") == {"third"}
    assert r.fired("/srv/b/3") == set()
    assert r.d.stop() == 0


@suite.cases(("field", rule("Bad", "evt.is_open_write = true and fd.nam = /x"), 0o644,
              r"/mine\.yaml:9:43: error: .*fd\.nam\b.*fd\.name"),
             ("not YAML", "- rule: [x\n", 0o644, r"/mine\.yaml:\d+:\d+: error: "),
             ("nothing selected", "- list: x\n  items: [y]\n", 0o644, "mine"),
             ("world-writable", rule("Bad", below("/srv/b")), 0o646, r":1:1: error: .*chmod go-w"),
             ("missing", None, 0, r":1:1: error: .*opened"))
def test_bad_file_keeps_the_old(c, _label, text, mode, wanted):
    r = open_reloaded(c, FENCE + rule("First", below("/srv/a")))
    if text is None:
        os.unlink(r.path)
    else:
        r.put((FENCE if text.startswith("- rule: Bad") and mode == 0o644 else "") + text, mode)
    said = r.hup(KEPT)
    assert re.search(wanted, said), said
    assert AGAIN not in said, said
    assert r.fired("/srv/a/1") == {"first"}
    assert r.fired("/srv/b/1") == set()
    said = r.reload(FENCE + rule("Second", below("/srv/b")))
    assert r.fired("/srv/b/2") == {"second"}, said
    counters = r.d.counters()
    assert (counters["reloads"], counters["reloads_failed"], counters["rules"]) == (1, 1, 2), counters
    assert r.d.stop() == 0


def test_nothing_is_lost(c):
    """Files opened one after the other while the sets change: each comes, once, by either set."""
    both = "(fd.name startswith /srv/both/)"
    sets = [FENCE + rule(f"Both {s}", f"evt.is_open_write = true and ({both} or "
                         f"fd.name startswith /srv/{s}/)") for s in "ab"]
    r = open_reloaded(c, sets[0])
    c.sh("(n=0; while [ ! -e /srv/stop ]; do n=$((n+1)); : >/srv/both/$n; usleep 500; done; "
         "echo $n >/srv/count) &")
    for number in range(1, RELOADS + 1):
        r.reload(sets[number % 2])
        before = len(os.listdir(f"{c.upper}/srv/both"))
        patience.until(lambda before=before: len(os.listdir(f"{c.upper}/srv/both")) > before, "an open")
    c.sh("touch /srv/stop; wait")
    count = int(c.sh("cat /srv/count")[1][0])
    events = [e for e in r.w.all(of(c)) if field(e, "fd.name").startswith("/srv/both/")]
    seen = [int(os.path.basename(field(e, "fd.name"))) for e in events]
    assert seen == list(range(1, count + 1)), (count, len(seen), len(set(seen)))
    ids = [rules(e) for e in events]
    assert all(i in ({"both-a"}, {"both-b"}) for i in ids), ids
    assert {"both-a"} in ids and {"both-b"} in ids, "one of the sets has judged nothing"
    assert r.d.stop() == 0
    stats = r.d.stats()
    lost = sum(stats[name] for name in ("lost_ring", "lost_busy", "lost_read"))
    assert lost == 0 and stats["produced"] == stats["delivered"] + lost, stats
    assert stats["malformed"] == 0 and stats["lost_seen"] == 0, stats


def test_the_kernel_follows(c):
    """A set that wants every open for reading gets them, and none come once it has gone."""
    opens = 500
    narrow = FENCE + rule("Narrow", below("/srv/a"))
    wide = narrow + rule("Wide", "evt.is_open_read = true and fd.name contains no-such-name")
    r = open_reloaded(c, narrow)

    def sent():
        before = r.produced()
        c.sh(f"n=0; while [ $n -lt {opens} ]; do n=$((n+1)); : </app/data.txt; done")
        return r.produced() - before

    few = sent()
    assert few < opens / 2, few
    r.reload(wide)
    many = sent()
    assert many >= opens, many
    r.reload(narrow)
    few = sent()
    assert few < opens / 2, few
    assert r.d.stop() == 0


if __name__ == "__main__":
    suite.main(with_container)
