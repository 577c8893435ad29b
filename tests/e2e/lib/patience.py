# SPDX-License-Identifier: Apache-2.0
"""How long is waited before something counts as hanging. It decides no test: it ends one that hangs."""

import os
import time

_USUAL = 15.0  # seconds that are far too many on a machine that is none too slow
DEADLINE = float(os.environ.get("E2E_DEADLINE", 4 * _USUAL))  # of a busy one; an emulated machine has a longer one


def of(seconds):
    """As many seconds as this machine needs for what others do in so many."""
    return seconds * max(1.0, DEADLINE / _USUAL)


def fewer(number, least):
    """So many rounds of something, or an emulated machine's share of them; never under least, which proves it too."""
    return max(least, number // int(os.environ.get("E2E_FEWER", "1")))


def until(condition, what):
    """Waits until condition() holds."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, f"not within {DEADLINE} s: {what}"
        time.sleep(0.02)
