# SPDX-License-Identifier: Apache-2.0
"""The console of a guest that did not end by itself: what its kernel said of that, kept for good."""

import re
import shutil
import time

# How a kernel begins when it tells what went wrong with it.
TROUBLE = re.compile(r"BUG\b|\bOops\b|Kernel panic|general protection|stack segment:|double fault|invalid opcode|int3:|"
                     r"divide error|Internal error|Unable to handle|WARNING:|rcu: INFO|soft lockup|Out of memory")
OOPS = re.compile(r"\bOops\b|BUG: (?!soft lockup)|kernel BUG|Kernel panic|general protection|stack segment:|double fault|"
                  r"invalid opcode|int3:|divide error|Internal error|Unable to handle")
# QEMU 7.2 with a thread for each processor: one goes on with its translation of a breakpoint that another
# one has just taken away, which is how a kernel changes its own code (to attach a program, too). A guest
# without rootwatch in which tracepoints are switched on and off dies of it within 20 s (6.12), or hangs
# (6.1); with one thread for all it does not. On the console this comes first, and in memory there was no
# breakpoint (cc) before the next instruction (<..>) any more.
EMULATORS = re.compile(r"\bint3: 0000 \[#1\]")
STALE = re.compile(r"\bCode: [0-9a-f ]*\b(?!cc)[0-9a-f]{2} <[0-9a-f]{2}>")
SHOWN = 60  # lines: an oops with its registers and its trace has some 50


def _lines(path):
    text = path.read_text(encoding="utf-8", errors="backslashreplace") if path.exists() else ""
    return [line.strip() for line in text.splitlines() if line.strip()]


def trouble(folder):
    """What the emulator said, and the console's lines from the first that tells of trouble on; else its last ones."""
    lines = _lines(folder / "console.log")
    first = next((i for i, line in enumerate(lines) if TROUBLE.search(line)), len(lines) - 3)
    told = lines[max(first, 0):]
    if len(told) > SHOWN:
        told[SHOWN - 10:-10] = [f"... {len(told) - SHOWN} more lines ..."]
    return _lines(folder / "qemu.log")[-3:] + told


def is_emulators(told):
    """Is this trouble the emulator's own defect?"""
    first = next((line for line in told if TROUBLE.search(line)), "")
    code = next((line for line in told if "Code: " in line), "")
    return bool(EMULATORS.search(first) and STALE.search(code))


def is_oops(told):
    """Did the kernel go wrong (and was not only too slow, or off)?"""
    return any(OOPS.search(line) for line in told)


def keep(folder):
    """Copies the logs to names that no later run takes; gives the console's, or None where there is none."""
    mark = time.strftime("%Y%m%d-%H%M%S")
    number = 0
    while True:
        kept = folder / f"died-{mark}{f'.{number}' if number else ''}.console.log"
        if not kept.exists():
            break
        number += 1
    for name in ("results.log", "console.log"):
        if (folder / name).exists():
            shutil.copyfile(folder / name, str(kept).replace("console.log", name))
    return kept if kept.exists() else None
