# SPDX-License-Identifier: Apache-2.0
"""
One test file: its functions test_*, in the order written, each given the world that the file's
world() makes once. Prints "ok NAME", "not ok NAME: reason" or "skip NAME: reason".
"""

import contextlib
import functools
import os
import random
import sys
import traceback

import clean


class Skip(Exception):
    """This machine cannot show the case, and the message says why."""


def cases(*table):
    """Runs a test once for each row: the function gets world and the row's values."""
    def mark(function):
        function.cases = table
        return function
    return mark


def _one_line(error):
    where = traceback.extract_tb(error.__traceback__)
    here = [frame for frame in where if "/e2e/test_" in frame.filename]
    line = f" (line {here[-1].lineno})" if here else ""
    text = " ".join((str(error) or repr(error)).split())
    return f"{type(error).__name__}: {text[:1200]}{line}"


def _expand(module):
    for name, function in vars(module).items():
        if not name.startswith("test_") or not callable(function):
            continue
        if not hasattr(function, "cases"):
            yield name[5:], function, ()
            continue
        for row in function.cases:
            row = row if isinstance(row, tuple) else (row,)
            label = str(row[0]).replace(" ", "-").replace(":", "_")
            yield f"{name[5:]}[{label}]", function, row


def _report(verdict, name, reason=""):
    print(f"{verdict} {name}" + (f": {reason}" if reason else ""), flush=True)


def _same_everywhere():
    """What the caller's shell has set must not decide a test: files are made for other users, too, and lines are UTF-8."""
    os.umask(0o022)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _shuffle(chosen):
    """E2E_SHUFFLE=SEED: in another order, which no test may depend on; that one ends the detector stays the last."""
    seed = os.environ.get("E2E_SHUFFLE")
    if seed:
        print(f"# E2E_SHUFFLE={seed}", flush=True)
        random.Random(seed).shuffle(chosen)
        chosen.sort(key=lambda test: getattr(test[1], "at_the_end", False))


def at_the_end(function):
    """A test that ends what its file's world has started: after the others."""
    function.at_the_end = True
    return function


TRIES = 5


def again_where(counted, what="runs of programs that the kernel skipped"):
    """
    For a test of what the kernel may skip, and counts: one that fails is run anew when counted(world), a number,
    has risen meanwhile, some times at most, and it is said each time. Nothing else is tried again. what: that was.
    """
    def mark(function):
        @functools.wraps(function)
        def tried(world, *row):
            for left in reversed(range(TRIES)):
                before = counted(world)
                try:
                    return function(world, *row)
                except AssertionError as error:
                    skipped = counted(world) - before
                    if not skipped or not left:
                        raise
                    print(f"# once more: {skipped} {what} ({_one_line(error):.300})", flush=True)
        return tried
    return mark


def main(world=contextlib.nullcontext):
    """Runs the calling script's tests; words on the command line pick those that hold one."""
    if os.geteuid() != 0:
        print(f"not ok {sys.argv[0]}: needs root")
        sys.exit(1)
    module = sys.modules["__main__"]
    stem = os.path.splitext(os.path.basename(sys.argv[0]))[0].removeprefix("test_")
    words = sys.argv[1:]
    chosen = [(f"{stem}.{name}", function, row) for name, function, row in _expand(module)
              if not words or any(word in f"{stem}.{name}" for word in words)]
    if not chosen:
        print(f"not ok {stem}: no test of that name")
        sys.exit(1)
    _shuffle(chosen)
    _same_everywhere()
    clean.install()
    failed = 0
    try:
        with world() as made:
            for name, function, row in chosen:
                failed += _run(name, function, (made, *row))
    except Skip as why:  # of the world
        for name, _, _ in chosen:
            _report("skip", name, str(why))
    except Exception as error:  # noqa: whatever it was, the file has failed
        _report("not ok", f"{stem}.world", _one_line(error))
        if "-v" in os.environ.get("E2E", ""):
            traceback.print_exception(error)
        failed += 1
    left = clean.run_all() + clean.leftovers()
    if left:
        _report("not ok", f"{stem}.clean", "; ".join(left)[:1000])
        failed += 1
    sys.exit(1 if failed else 0)


def _run(name, function, arguments):
    try:
        function(*arguments)
    except Skip as why:
        _report("skip", name, str(why))
        return 0
    except Exception as error:  # noqa: a test may fail in any way
        _report("not ok", name, _one_line(error))
        if "-v" in os.environ.get("E2E", ""):
            traceback.print_exception(error)
        return 1
    _report("ok", name)
    return 0
