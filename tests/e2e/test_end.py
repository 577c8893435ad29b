#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Things that end while they are in use: tasks, namespaces, mounts and directories that hooks look at, and the
detector with its hooks. Neither the kernel (in a guest, whose oops ends it) nor the detector may mind, and what
comes after is told as ever. E2E_ACTS=N makes so many rounds of the storm.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import Detector  # noqa: E402
from world import field, world  # noqa: E402

ROUNDS = 100


def test_storm(_):
    with world(privileged=True) as w:
        storm(w)


def storm(w):
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


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


@contextlib.contextmanager
def sleepers(top):
    """Processes that sleep in calls that are hooked at their end, and what wakes them."""
    paths = [f"{top}/{name}" for name in ("read", "write")]
    for path in paths:
        os.mkfifo(path)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        commands = [["sh", "-c", 'exec 3<"$0"', paths[0]], ["sh", "-c", 'exec 3>"$0"', paths[1]],
                    [sys.executable, "-c", f"import socket; socket.socket(fileno={listener.fileno()}).accept()"]]
        processes = [subprocess.Popen(command, pass_fds=[listener.fileno()], preexec_fn=clean.die_with_parent)
                     for command in commands]

        def wake():
            for path, how in zip(paths, (os.O_WRONLY, os.O_RDONLY)):
                os.close(os.open(path, how))
            with socket.create_connection(listener.getsockname()):
                return [process.wait(patience.DEADLINE) for process in processes]

        try:
            for process in processes:  # in their last call: once there it stays
                asleep = 0
                while asleep < 20:
                    asleep = asleep + 1 if state(process.pid) == "S" else 0
                    assert process.poll() is None, process.args
                    time.sleep(0.01)
            yield wake
        finally:
            for process in processes:
                process.kill()
                process.wait()


def test_hooks_leave(_):
    """Tasks return through hooks that have gone since, and whose memory others have."""
    top = clean.work_dir() + "/sleepers"
    os.mkdir(top)
    with Detector() as first:
        with sleepers(top) as wake:
            first.stop()
            with Detector():
                pass
            assert wake() == [0, 0, 0]


def test_hooks_come(_):
    """And through none where there are some now."""
    top = clean.work_dir() + "/sleepers-before"
    os.mkdir(top)
    with sleepers(top) as wake, Detector():
        assert wake() == [0, 0, 0]


if __name__ == "__main__":
    suite.main()
