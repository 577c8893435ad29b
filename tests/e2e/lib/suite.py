# SPDX-License-Identifier: Apache-2.0
"""
One test file: its functions test_*, in the order written, each given the world that the file's
world() makes once. Prints "ok NAME", "not ok NAME: reason" or "skip NAME: reason".
"""

import contextlib
import os
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
