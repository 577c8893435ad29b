#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tests/vm/run makes of a guest whose kernel died: with an emulator that only plays one."""

import contextlib
import io
import os
import sys
import tempfile
import threading
import time
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import SimpleNamespace

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/vm/lib"))

run = SourceFileLoader("run", str(ROOT / "tests/vm/run")).load_module()
Guest = run.Guest

# Writes what a guest's console said to where the serial port goes, and its results to stdout.
EMULATOR = """#!/bin/sh
for word; do
	case $word in
	*thread=single*) [ ! -e "$PLAYED/results.single" ] || mv "$PLAYED/results.single" "$PLAYED/results" ;;
	file:*) cat "$PLAYED/console" >"${word#file:}" ;;
	esac
done
printf '%s\\n' "$@" >"$PLAYED/words"
cat "$PLAYED/results"
"""
BOOTED = "[    0.000000] Linux version 6.12\n"
OOPS = """[   61.000001] Oops: general protection fault, probably for non-canonical address 0x6b6b6b6b6b6b6b6b: 0000 [#1] SMP
[   61.000002] RIP: 0010:bpf_prog_0123456789abcdef_sys_exit+0x1f/0x60
[   61.000003] Call Trace:
[   61.000004]  <IRQ>
[   61.000005] Kernel panic - not syncing: Fatal exception in interrupt
"""
STALE = """[   61.000001] Oops: int3: 0000 [#1] PREEMPT SMP NOPTI
[   61.000002] RIP: 0010:syscall_trace_enter+0xd1/0x1a0
[   61.000003] Code: 00 0c 00 00 01 74 b8 48 c7 c0 ff ff ff ff eb 83 eb <56> e9 5f ff ff ff 49 8b
[   61.000004] Kernel panic - not syncing: Fatal exception in interrupt
"""
HUNG = "[   28.496011] watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [busybox:490]\n"
BEGUN = "@kernel 6.12.0 bpf\n@begin random\nok random.all\n"
ENDED = BEGUN + "\n@end random 0\n@done\n"


class Player:
    """Plays guests in a folder of its own."""

    def __init__(self, top):
        self.top, self.row = Path(top), run.read_rows()[0]
        for name in ("kernel", "archive"):
            (self.top / name).write_bytes(b"")
        emulator = self.top / "qemu-system-x86_64"
        emulator.write_text(EMULATOR, encoding="utf-8")
        emulator.chmod(0o755)
        os.environ.update(PLAYED=top, PATH=f"{top}:{os.environ['PATH']}")

    def play(self, console, results, cases=("random",)):
        (self.top / "console").write_text(console, encoding="utf-8")
        (self.top / "results").write_text(results, encoding="utf-8")
        guest = Guest(self.row, self.kernel(), self.top / "archive", self.top / "logs", list(cases), [], 60)
        guest.run(threading.Event())
        return guest

    def kernel(self, *_):
        return SimpleNamespace(package="linux-image", image=str(self.top / "kernel"), modules=[])

    def boot(self, console, results):
        """As tests/vm/run does, a second try included; gives the guest and what was said."""
        (self.top / "console").write_text(console, encoding="utf-8")
        (self.top / "results").write_text(results, encoding="utf-8")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            guest = run.boot(self.row, {self.row.arch: self}, {self.row.arch: self.top / "archive"}, ["random"], [], 60,
                             time.monotonic() + 3600)
        return guest, out.getvalue()

    def words(self):
        return (self.top / "words").read_text(encoding="utf-8")


def reported(row, guest):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = run.report([(row, guest)], ["random"], {})
    return code, out.getvalue()


def panic_is_told_and_kept(player):
    dead = player.play(BOOTED + OOPS, BEGUN)
    code, said = reported(player.row, dead)
    assert code == 1, code
    for line in OOPS.splitlines():
        assert f"    | {line.strip()}" in said, (line, said)
    assert BOOTED.strip() not in said, said
    assert os.path.relpath(dead.kept, run.ROOT) in said, said
    # A later run, which dies of something else, takes nothing of it away.
    again = player.play(BOOTED + "[    1.000000] Kernel panic - not syncing: another\n", BEGUN)
    assert dead.kept.read_text(encoding="utf-8") == BOOTED + OOPS
    assert Path(str(dead.kept).replace("console.log", "results.log")).read_text(encoding="utf-8") == BEGUN
    assert again.kept != dead.kept and "another" in again.kept.read_text(encoding="utf-8"), again.kept


def silent_death_is_kept(player):
    dead = player.play(BOOTED, BEGUN)
    assert dead.trouble == [BOOTED.strip()], dead.trouble
    assert dead.kept.read_text(encoding="utf-8") == BOOTED
    assert reported(player.row, dead)[0] == 1


def long_oops_is_cut_in_the_middle(player):
    lines = [f"[   61.{i:06}] line {i}\n" for i in range(500)]
    dead = player.play(OOPS.splitlines(True)[0] + "".join(lines) + OOPS.splitlines(True)[-1], BEGUN)
    assert len(dead.trouble) < 100, len(dead.trouble)
    assert "general protection" in dead.trouble[0] and "Kernel panic" in dead.trouble[-1], dead.trouble
    assert dead.kept.read_text(encoding="utf-8").count("\n") == 502


def oops_ends_the_guest(player):
    player.play(BOOTED, ENDED)
    assert " oops=panic " in player.words() and " panic=-1 " in player.words(), player.words()


def end_keeps_nothing(player):
    before = set((player.top / "logs").glob("died-*"))
    ended = player.play(BOOTED, ENDED)
    assert ended.kept is None and not ended.trouble, ended.kept
    assert set((player.top / "logs").glob("died-*")) == before
    code, said = reported(player.row, ended)
    assert code == 0 and "console" not in said, said


def emulators_defect_is_tried_with_one_thread(player):
    (player.top / "results.single").write_text(ENDED, encoding="utf-8")
    guest, said = player.boot(BOOTED + STALE, BEGUN)
    assert "as the emulator failed" in said and "thread=single" in player.words(), (said, player.words())
    code, said = reported(player.row, guest)
    assert code == 0 and "passed at the second try only" in said and "a defect of QEMU's" in said, said
    # A breakpoint that is there, or an oops before that one, is not the emulator's.
    for console in (STALE.replace("83 eb <56>", "83 cc <56>"), OOPS + STALE, OOPS):
        guest, said = player.boot(BOOTED + console, BEGUN)
        assert "again" not in said and reported(player.row, guest)[0] == 1, said


def oops_is_not_tried_again(player):
    os.environ["VM_AGAIN"] = "1"
    try:
        said = player.boot(BOOTED + OOPS, BEGUN)[1]
        assert "again" not in said, said
        for console in (BOOTED, BOOTED + HUNG):
            said = player.boot(console, BEGUN)[1]
            assert "again" in said and "thread=single" not in player.words(), said
    finally:
        del os.environ["VM_AGAIN"]


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as top:
        player = Player(top)
        run.VM = Path(top) / "vm"
        for case in (panic_is_told_and_kept, silent_death_is_kept, long_oops_is_cut_in_the_middle, oops_ends_the_guest,
                     end_keeps_nothing, emulators_defect_is_tried_with_one_thread, oops_is_not_tried_again):
            name = case.__name__.replace("_", "-")
            try:
                case(player)
                print(f"ok {name}")
            except AssertionError as why:
                failed = 1
                print(f"not ok {name}: {why}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
