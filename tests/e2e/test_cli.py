#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line of rootwatch run: options, exit codes, signals, where the lines go."""

import fcntl
import json
import os
import re
import select
import signal
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

import clean  # noqa: E402
import patience  # noqa: E402
import suite  # noqa: E402
from detector import BINARY, Detector, run  # noqa: E402
from runc import Runc  # noqa: E402
from world import World, field, matches, of  # noqa: E402


def container():
    return Runc()


@suite.cases(("--blokced", "--blocked"), ("--alll", "--all"), ("--conatiner", "--container"),
             ("--durations", "--duration"), ("--statz", "--stats"), ("--ouptut", "--output"))
def test_wrong_option(_c, wrong, right):
    done = run("run", wrong)
    text = done.stderr.decode()
    assert done.returncode == 2, (done.returncode, text)
    assert right in text, text
    assert not done.stdout, done.stdout


@suite.cases(("-o xml", ["run", "-o", "xml"]), ("no such command", ["rnu"]),
             ("duration", ["run", "--duration", "soon"]), ("extra word", ["run", "word"]),
             ("extra word of help", ["help", "run", "word"]),
             ("missing value", ["run", "--container"]),
             ("no file", ["run", "--output", ""]), ("no rules", ["run", "-r", ""]),
             ("a standard stream", ["run", "--ready-fd", "2"]),
             ("negative duration", ["run", "--duration", "-1"]),
             ("descriptor that is not open", ["run", "--ready-fd", "9", "--duration", "1"]))
def test_usage(_c, _label, words):
    done = run(*words)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stderr and not done.stdout, done


def test_help(_c):
    for words in (["--help"], ["help", "run"], ["run", "--help"], ["--version"],
                  ["help", "rules", "list"], ["-h"], ["run", "-h"], ["rules", "list", "-h"]):
        done = run(*words)
        assert done.returncode == 0 and done.stdout, (words, done)
    text = run("help", "run").stdout.decode()
    for option in ("--output", "--all", "--blocked", "--container", "--duration", "--stats"):
        assert option in text, option


@suite.cases("--help", "--version", "help run", "run --help", "help fields", "rules list", "check")
def test_answer_cannot_be_written(_c, words):
    with open("/dev/full", "wb") as full:
        done = run(*words.split(), stdout=full)
    assert done.returncode == 1 and b"cannot write to stdout: No space left" in done.stderr, done


def test_without_privilege(_c):
    os.chmod(clean.work_dir(), 0o755)
    copy = clean.work_dir() + "/rootwatch"
    subprocess.run(["cp", BINARY, copy], check=True)
    done = subprocess.run(["setpriv", "--reuid", "1000", "--regid", "1000", "--clear-groups",
                           copy, "run"], capture_output=True, timeout=patience.of(30), check=False)
    assert done.returncode == 4, (done.returncode, done.stderr)
    assert done.stderr and not done.stdout, done


@suite.cases("full id", "short id", "name of another")
def test_container_filter(c, how):
    with Runc() as other:
        pick = {"full id": c.id, "short id": c.id[:12], "name of another": other.id}[how]
        wanted, unwanted = (other, c) if how == "name of another" else (c, other)
        with Detector("--container", pick) as d:
            unwanted.act("act_open", "openat", "wc", "/etc/filtered")
            World(d, wanted).fence()
            seen = {field(e, "container.full_id") for e in d.since()}
            assert seen == {wanted.id}, seen


@suite.cases(("few digits", "{id}", 5, True, True), ("enough digits", "{id}", 6, False, False),
             ("a short name", "web", 3, False, True))
def test_container_not_found(c, _label, pick, n, short, nothing):
    """An id of too few digits, or a name that nobody has, is not met with silence."""
    pick = pick.format(id=c.id)[:n]
    with Detector() as all_of_them, Detector("--container", pick) as d:
        c.act("act_open", "openat", "wc", "/etc/chosen")
        World(all_of_them, c).fence()
        d.stop()
    came = [field(e, "container.full_id") for e in d.events]
    assert (c.id not in came) == nothing, came
    assert (f"--container {pick} is taken for a name" in d.stderr) == short, d.stderr
    assert bool(re.search(rf"no event came of a container with the name or id {pick}, [1-9]\d* of others\n",
                          d.stderr)) == nothing, d.stderr


def test_container_name(_c):
    """runc has no names beside the id: the id is one."""
    with Runc(ident=f"rw-e2e-named-{os.getpid()}") as c, Detector("--container", c.id) as d:
        truth = c.act("act_open", "openat", "wc", "/etc/x")
        event = World(d, c).expect(c, truth, {"rule": "etc-written"})
        assert field(event, "container.type") == "runc", event


def test_duration(_c):
    d = Detector("--duration", "2")
    assert d.process.wait(patience.of(20)) == 0
    assert d.stop() == 0


@suite.cases("SIGTERM", "SIGINT")
def test_everything_is_delivered(c, name):
    """Acts just before the signal: all of them come out."""
    d = Detector()
    truth = c.act("act_storm", "2000", "/etc/before-the-end")
    assert d.stop(getattr(signal, name)) == 0
    came = [e for e in d.events if matches(e, of(c, truth))]
    assert len(came) == 2000, len(came)
    # (That events of others were lost is told by a line without a number.)
    numbers = [field(e, "evt.num") for e in d.events if e["rule"] != "Events lost"]
    assert numbers == sorted(set(numbers)), "evt.num does not rise"


def test_all_or_alerts_only(c):
    with Detector() as plain, Detector("--all") as everything:
        truth = c.act("act_open", "openat", "wc", "/root/plain.txt")
        World(everything, c).expect(c, truth, {"fd.name": "/root/plain.txt"})
        World(everything, c).expect(c, truth, {"evt.type": "execve"})
        World(plain, c).none(of(c, truth))


def test_text(c):
    """One readable line, no escape sequence of ours in a pipe and none of theirs at all."""
    with Detector(output="text") as d:
        c.act("act_open", "openat", "wc", b"/etc/\x1b[31mred\nline")
        line = d.wait_text(lambda t: b"/etc/" in t and c.id[:12].encode() in t, "the text line")
        assert b"\x1b" not in line and b"\\x1b" in line, line
        assert line.count(b"\n") == 1, line
        assert all(t.count(b"\n") == 1 for t in d.text)


@suite.cases(("terminal", {}, True), ("NO_COLOR", {"NO_COLOR": "1"}, False))
def test_terminal(c, _label, env, colour):
    """At a terminal lines are text, coloured unless NO_COLOR says otherwise."""
    master, slave = os.openpty()
    environ = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
    environ.update({"TERM": "xterm"}, **env)
    ready_read, ready_write = os.pipe()
    process = subprocess.Popen([BINARY, "run", "--ready-fd", str(ready_write)], stdout=slave,
                               stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ,
                               pass_fds=[ready_write])
    done = clean.defer(clean.end_process, process)
    os.close(slave)
    os.close(ready_write)
    patience.until(lambda: is_readable(ready_read), "ready, or its end")
    assert os.read(ready_read, 1), "not ready"
    c.act("act_open", "openat", "wc", "/etc/on-a-terminal")
    text = b""
    while b"on-a-terminal" not in text or not text.endswith(b"\n"):
        patience.until(lambda: is_readable(master), f"more than {text}")
        text += os.read(master, 65536)
    done()
    os.close(master)
    os.close(ready_read)
    line = next(raw for raw in text.splitlines() if b"on-a-terminal" in raw)
    assert (b"\x1b[" in line) is colour, line
    assert not line.startswith(b"{"), line


def written(path):
    """The events in a file that is being written: its last line may not be all there yet."""
    with open(path, "rb") as file:
        return [json.loads(line) for line in file.read().split(b"\n")[:-1]]


def test_output_file(c):
    path = clean.work_dir() + "/alerts.json"
    with Detector("--output", path) as d:
        truth = c.act("act_open", "openat", "wc", "/etc/to-a-file")
        patience.until(lambda: any(field(e, "proc.vpid") == truth["pid"] for e in written(path)), "the line in the file")
        assert not d.lines, "lines on stdout as well"
        assert os.stat(path).st_mode & 0o777 == 0o600
    with open(path, encoding="utf-8") as file:
        before = len(file.readlines())
    with Detector("--output", path):
        c.act("act_open", "openat", "wc", "/etc/to-a-file")
    with open(path, encoding="utf-8") as file:
        assert len(file.readlines()) > before, "the file was not appended to"


@suite.cases(("no rules in it", ["-r", "{folder}"], ["no *.yaml"], ["no rule is active"]),
             ("no rule left", ["-D", "*"], ["no rule is active"], []), ("as usual", [], [], ["no *.yaml", "no rule"]))
def test_no_rules(_c, _label, words, said, silent):
    """Where nothing is loaded, or nothing can match, it is said."""
    folder = clean.work_dir() + "/no-rules"
    os.makedirs(folder, exist_ok=True)
    done = run("run", "--duration", "1", *[word.format(folder=folder) for word in words])
    text = done.stderr.decode()
    assert done.returncode == 0 and all(s in text for s in said) and not any(s in text for s in silent), text


def test_output_file_renamed(c):
    """SIGHUP after a rename: nothing is lost, and no line is in two pieces."""
    path = clean.work_dir() + "/rotated.json"
    opens = 2000
    with Detector("--output", path) as d:
        c.act("act_storm", str(opens), "/etc/to-a-file")
        patience.until(lambda: os.path.getsize(path) > 0, "lines in the file")
        os.rename(path, path + ".1")
        d.process.send_signal(signal.SIGHUP)
        d.wait_text(lambda text: "loaded again" in text, "the reload", stream="stderr")
        assert os.stat(path).st_mode & 0o777 == 0o600
        c.act("act_storm", str(opens), "/etc/to-a-file")
        patience.until(lambda: os.path.getsize(path) > 0, "lines in the new file")
        # One that was not renamed goes on in the middle; a new one that cannot be made: the old one does.
        d.process.send_signal(signal.SIGHUP)
        d.wait_text(lambda text: text.count("loaded again") == 2, "another reload", stream="stderr")
        os.rename(path, path + ".2")
        os.mkdir(path)
        d.process.send_signal(signal.SIGHUP)
        d.wait_text(lambda text: "cannot be opened again" in text, "the complaint", stream="stderr")
        c.act("act_storm", str(opens), "/etc/to-a-file")
        assert d.stop() == 0
    came = []
    for name in (path + ".1", path + ".2"):
        with open(name, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        assert [n for n, e in enumerate(lines) if e["rule"] == "Watching"] == [0], [e["rule"] for e in lines[:3]]
        came += lines
    assert sum(field(e, "fd.name") == "/etc/to-a-file" for e in came) == 3 * opens, len(came)


@suite.cases(("output", "<&- >&-"), ("messages", "2>&-"), ("all", "<&- >&- 2>&-"))
def test_closed_streams(_c, _label, closed):
    """What is closed is not taken for what was opened first."""
    path = f"{clean.work_dir()}/closed-{_label}"
    done = subprocess.run(["sh", "-c", f'exec "$0" run --stats -o json --duration 1s --output "$1" {closed}', BINARY,
                           path], capture_output=True, timeout=patience.of(60), check=False)
    assert done.returncode == 0, done
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    assert lines[0]["rule"] == "Watching", lines[0]
    assert bool(done.stderr) == ("2>&-" not in closed), done.stderr


def test_output_closed(_c):
    done = subprocess.run(["sh", "-c", 'exec "$0" run -o json --duration 1s >&-', BINARY],
                          capture_output=True, timeout=patience.of(60), check=False)
    assert done.returncode == 1 and b"Bad file descriptor" in done.stderr, done


def test_output_cannot_be_opened(_c):
    done = run("run", "--output", "/proc/no/such/file", "--duration", "1")
    assert done.returncode == 1, (done.returncode, done.stderr)
    assert b"/proc/no/such/file" in done.stderr, done.stderr


@suite.cases(("a symbolic link", "symbolic link"), ("a block device", "block device"))
def test_output_is_refused(_c, kind, said):
    """What it is, and not what its error number is called."""
    path = clean.work_dir() + "/refused-" + kind.split()[-1]
    if kind == "a symbolic link":
        os.symlink("/dev/null", path)
    else:
        os.mknod(path, 0o600 | stat.S_IFBLK, os.makedev(7, 0))
    done = run("run", "--output", path, "--duration", "1")
    os.remove(path)
    if b"No such device" in done.stderr:
        raise suite.Skip("no loop device, of which a node could be opened")
    assert done.returncode == 1 and said in done.stderr.decode(), done


def test_output_dash(_c):
    done = run("run", "--output", "-", "--duration", "1")
    assert done.returncode == 0 and json.loads(done.stdout.splitlines()[0])["rule"] == "Watching", done
    assert not os.path.exists("-")


def on_fifo(name):
    """run --output of a FIFO that nobody reads, when it has said so; and the FIFO."""
    path = f"{clean.work_dir()}/fifo-{name}"
    os.mkfifo(path)
    process = subprocess.Popen([BINARY, "run", "--output", path], stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    clean.defer(clean.end_process, process)
    assert b"waiting for a reader of " in process.stderr.readline()
    return process, path


def status_of(pid, key):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(line.split()[1] for line in status if line.startswith(key + ":"))


def pending(pid):
    """Signals that were sent to the process, and that it has not taken yet."""
    return int(status_of(pid, "ShdPnd"), 16)


def slept(pid):
    """How often it has waited for something."""
    return int(status_of(pid, "voluntary_ctxt_switches"))


@suite.cases("SIGTERM", "SIGINT")
def test_output_fifo_ends(_c, name):
    """A signal ends it also while it waits for a reader; one that asks for statistics does not."""
    process, _ = on_fifo(name)
    process.send_signal(signal.SIGUSR1)
    process.send_signal(signal.SIGHUP)
    patience.until(lambda: process.poll() is not None or not pending(process.pid), "both signals have arrived")
    looks = slept(process.pid)
    patience.until(lambda: process.poll() is not None or slept(process.pid) > looks + 4, "it waits again")
    assert process.poll() is None, process.returncode
    process.send_signal(getattr(signal, name))
    assert process.wait(patience.of(20)) == 0


def test_output_fifo_is_read(c):
    process, path = on_fifo("read")
    with open(path, "rb") as fifo:
        assert json.loads(fifo.readline())["rule"] == "Watching"
        c.act("act_open", "openat", "wc", "/etc/to-a-fifo")
        process.send_signal(signal.SIGTERM)
        assert b"/etc/to-a-fifo" in fifo.read()
    assert process.wait(patience.of(20)) == 0


def test_reader_goes_away(c):
    """A closed pipe ends it, it does not hang or spin."""
    read, write = os.pipe()
    d = Detector(stdout=write)
    os.close(write)
    os.close(read)
    c.act("act_open", "openat", "wc", "/etc/nobody-reads")
    end = time.monotonic() + patience.DEADLINE
    while d.process.poll() is None:
        assert time.monotonic() < end, "still running without a reader"
        c.act("act_open", "openat", "wc", "/etc/nobody-reads")
        time.sleep(0.1)
    d.stop()


@suite.cases("pipe", "terminal")
def test_reader_goes_away_unseen(_c, kind):
    """Nothing is written that would show it: it ends all the same, as who closes a window or a pager expects."""
    read, write = os.pipe() if kind == "pipe" else os.openpty()
    d = Detector("-D", "*", "--container", "nobody", stdout=write, output="text")
    os.close(write)
    assert d.process.poll() is None, d.process.returncode
    os.close(read)
    assert d.process.wait(patience.of(20)) == 0, d.process.returncode
    d.stop()


def is_readable(fd):
    return bool(select.select([fd], [], [], 0)[0])


def is_full(pipe):
    """Its writer has to wait. (How many bytes that is depends on how they were written.)"""
    return not select.select([], [pipe], [], 0)[1]


@suite.cases("reader goes on", "second signal", "no second signal")
def test_reader_stops(c, how):
    """A full pipe that nobody reads: everything comes when it is read, else it is said what did not."""
    opens = 2000
    read, write = os.pipe()
    d = Detector("--container", c.id, stdout=write)  # others' lines would fill the pipe as well
    c.act("act_storm", str(opens), "/etc/nobody-reads")
    patience.until(lambda: is_full(write), "the pipe is full")
    os.close(write)
    d.process.send_signal(signal.SIGINT)
    if how == "second signal":
        d.process.send_signal(signal.SIGTERM)
    if how != "reader goes on":
        assert d.process.wait(patience.of(20)) == 1
    with os.fdopen(read, "rb") as pipe:
        lines = pipe.read().splitlines(keepends=True)
    came = sum(b"/etc/nobody-reads" in line and line.endswith(b"\n") for line in lines)
    status = d.stop()
    said = re.findall(r"not taken; lost: (\d+) lines?, and (\d+) records?", d.stderr)
    if how == "reader goes on":
        assert (status, came, said) == (0, opens, []), (status, came, d.stderr)
    else:
        assert status == 1 and len(said) == 1, (status, d.stderr)
        # The record at which it was given up is in neither.
        assert 0 < came < opens <= came + sum(map(int, said[0])) + 1, (came, said)


def test_disk_is_full(c):
    """It ends, and says how much of what happened is not in the file."""
    opens = 2000
    disk = clean.work_dir() + "/disk"
    os.mkdir(disk)
    clean.mount("tmpfs", "small", disk, data="size=256k")
    d = Detector("--output", disk + "/alerts.json")
    c.act("act_storm", str(opens), "/etc/no-room")
    assert d.process.wait(patience.of(20)) == 1
    d.stop()
    with open(disk + "/alerts.json", "rb") as file:
        lines = file.read().splitlines(keepends=True)
    clean.umount(disk)
    came = sum(b"/etc/no-room" in line and line.endswith(b"\n") for line in lines)
    said = re.findall(r"No space left on device; lost: (\d+) lines?, and (\d+) records?", d.stderr)
    assert len(said) == 1, d.stderr
    assert 0 < came < opens, came
    assert int(said[0][0]) > 0, d.stderr


def limited(what, soft, hard):
    """Words of a program that goes on under a limit."""
    return (sys.executable, "-c", "import os, resource, sys\n"
            f"resource.setrlimit(resource.RLIMIT_{what}, ({soft}, {hard}))\n"
            "os.execv(sys.argv[1], sys.argv[1:])")


def test_file_may_not_grow(c):
    """A limit on the size of files ends it as a full disk does, and not by a signal."""
    path = clean.work_dir() + "/limited.json"
    size = 2 << 20
    d = Detector("--output", path, before=limited("FSIZE", size, size))
    c.act("act_storm", "4000", "/etc/no-room")
    assert d.process.wait(patience.of(20)) == 1, d.process.returncode
    d.stop()
    assert re.search(r"File too large; lost: \d+ lines?,", d.stderr), d.stderr
    assert os.stat(path).st_size == size


def test_few_descriptors(c):
    """It opens more than some shells and units allow, and what it may have it takes."""
    with Detector(before=limited("NOFILE", 16, 4096)) as d:
        World(d, c).fence()


def test_too_few_descriptors(_c):
    """Who may not raise the limit is told that it is the limit, and not the kernel."""
    done = subprocess.run(["setpriv", "--bounding-set", "-sys_resource", *limited("NOFILE", 16, 16),
                           BINARY, "run", "--duration", "1"], capture_output=True, timeout=patience.of(60), check=False)
    assert done.returncode == 1 and b"Too many open files" in done.stderr, done


def test_stats(c):
    with Detector("--stats") as d:
        World(d, c).fence()
        d.process.send_signal(signal.SIGUSR1)
        d.wait_text(lambda text: "produced" in text, "statistics on SIGUSR1", stream="stderr")
        before = d.stderr.count("produced")
        assert d.stop() == 0
        assert d.stderr.count("produced") > before, d.stderr
        stats = d.stats()
        assert stats["produced"] > 0, stats
        lost = stats["lost_ring"] + stats["lost_busy"] + stats["lost_read"]
        assert stats["produced"] == stats["delivered"] + lost, stats


def test_stats_in_the_stream(c):
    """A program gets the counters as lines: when it asks, each so often, and at the end; the last ones are all told."""
    with Detector("--stats") as d:
        World(d, c).fence()
        asked = d.counters()
        one = d.told_counters(1, "SIGUSR1")[0]
        assert set(one) == set(asked) and one["rules"] > 100 and one["alerts"] > 0, (one, asked)
        assert one["produced"] >= asked["produced"], (one, asked)
        assert d.stop() == 0
        last = d.told_counters(2, "the end")[1]
        assert len(d.statistics) == 2 and {**last, "uptime": 0} == {**d.stats(), "uptime": 0}, (last, d.stats())
        assert last["produced"] == last["delivered"] + last["lost_ring"] + last["lost_busy"] + last["lost_read"], last
    with Detector("--stats=1") as d:
        one, other = d.told_counters(2, "each second")
        assert other["uptime"] > one["uptime"], (one, other)
        assert "stats:" not in d.stderr, d.stderr
    with Detector("--stats=1s", output="text") as d:
        d.wait_text(lambda text: text.count("stats: produced=") > 1, "counters for a person", stream="stderr")
        assert d.stop() == 0 and not any(b"produced=" in text for text in d.text), d.text
    done = run("run", "--stats=soon")
    assert done.returncode == 2 and b"'soon' is no time" in done.stderr, done
    for words, hint in ((("--stats", "5m"), True), (("--stats", "soon"), False), (("5m",), False)):
        done = run("run", *words)
        assert done.returncode == 2 and (b"--stats=5m" in done.stderr) == hint, done


def test_stats_of_a_reader_that_stands(c):
    """Asked while its reader takes nothing, it answers on stderr at once, and in the stream between two whole lines."""
    read, write = os.pipe()
    fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    with Detector(stdout=write) as d:
        os.close(write)
        c.act("act_storm", "200", "/etc/nobody-takes-it")
        d.counters()
        text = b""
        while b'"rule":"Statistics"' not in text or not text.endswith(b"\n"):
            patience.until(lambda: is_readable(read), f"the counters, after {text[-200:]}")
            text += os.read(read, 65536)
    os.close(read)
    events = [json.loads(line) for line in text.splitlines()]
    assert sum(e["rule"] == "Statistics" for e in events) == 1, [e["rule"] for e in events]


def test_two_at_once(c):
    with Detector() as one, Detector() as two:
        truth = c.act("act_open", "openat", "wc", "/etc/for-two")
        for d in (one, two):
            World(d, c).expect(c, truth, {"rule": "etc-written"})


def test_own_work_is_left_out(c):
    """What the detector itself does is never an event, even where it could be one."""
    with Detector("--all", "--blocked") as d:
        World(d, c).fence()
        assert not [e for e in d.since() if field(e, "proc.pid") == d.pid]


def test_machine_is_left_clean(c):
    """No program, map or link stays in the kernel, and nothing pinned."""
    pinned = set(os.listdir("/sys/fs/bpf")) if os.path.isdir("/sys/fs/bpf") else set()
    d = Detector()
    World(d, c).fence()
    held = d.kernel_objects()
    assert any(kind == "prog" for kind, _ in held), held
    assert d.stop() == 0
    end = time.monotonic() + patience.DEADLINE
    for kind, number in held:
        while subprocess.run(["bpftool", kind, "show", "id", str(number)], capture_output=True,
                             check=False).returncode == 0:
            assert time.monotonic() < end, f"{kind} {number} is still there"
            time.sleep(0.1)
    if os.path.isdir("/sys/fs/bpf"):
        assert set(os.listdir("/sys/fs/bpf")) <= pinned, "something was pinned"


def test_killed(c):
    """SIGKILL: the kernel side goes with the process."""
    d = Detector()
    World(d, c).fence()
    held = [number for kind, number in d.kernel_objects() if kind == "prog"]
    d.process.kill()
    assert d.stop() == -signal.SIGKILL
    end = time.monotonic() + patience.DEADLINE
    for number in held:
        while subprocess.run(["bpftool", "prog", "show", "id", str(number)], capture_output=True,
                             check=False).returncode == 0:
            assert time.monotonic() < end, f"program {number} is still there"
            time.sleep(0.1)


if __name__ == "__main__":
    suite.main(container)
