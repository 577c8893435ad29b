# SPDX-License-Identifier: Apache-2.0
"""What an operation costs, in instructions: the tables of `make bench-vm`, and tests/vm/bench.txt."""

import image
from guest import Guest

TABLE = image.ROOT / "tests/vm/bench.txt"
GROWTH = 1.03
TIERS = ["tracepoint", "fentry", "lsm"]
HEAD = """# Instructions of one operation of `make bench`, by `make bench-vm`: kernel, row, and with which detector.
# A row of rootwatch that grows by more than 3 % makes `make bench-vm` fail. VM_WRITE=1 writes the table
# anew; a change that makes a row dearer must say why in its commit message.
"""
# What the rows are to cost more than bare (object tiers) or than the empty programs (tracepoint), by
# the row or its letter. (On a3, a call under a seccomp filter, there is the hook that sees what filters refuse.)
OVER_BARE = {"a": 0, "a3": 240, "b": 200, "c": 200, "d": 700}
OVER_EMPTY = {"a": 60, "b": 60, "c": 60, "d": 400}


def target(tier, row):
    limits = OVER_EMPTY if tier == "tracepoint" else OVER_BARE
    return limits.get(row, limits.get(row[0]))


def committed():
    """({kernel: package}, {(kernel, row, variant): instructions})"""
    packages, counts = {}, {}
    text = TABLE.read_text(encoding="utf-8") if TABLE.exists() else ""
    for words in (line.split() for line in text.splitlines() if line[:1] not in ("#", "")):
        if words[1] == "package":
            packages[words[0]] = words[2]
        else:
            counts[tuple(words[:3])] = float(words[3])
    return packages, counts


def write(packages, counts):
    lines = []
    for kernel, package in packages.items():
        lines.append(f"{kernel:<6} package {package}\n")
        lines += [f"{k:<6} {row:<3} {variant:<21} {count:.0f}\n" for (k, row, variant), count in counts.items()
                  if k == kernel]
    TABLE.write_text(HEAD + "".join(lines), encoding="utf-8")


def cells(found, row):
    """The line of a row: bare, what each detector adds, and rootwatch against its target."""
    bare = found["none"][row]
    line = [row, f"{bare:.0f}"]
    for tier in TIERS:
        empty, ours = (found.get(f"{who}:{tier}", {}).get(row) for who in ("empty", "rootwatch"))
        line += [f"{count - bare:+.0f}" if count else "-" for count in (empty, ours)]
        over = None if not ours or (tier == "tracepoint" and not empty) else ours - (
            empty if tier == "tracepoint" else bare)
        if over is None:
            line.append("-")
            continue
        limit = target(tier, row)
        line.append(f"{over:.0f}" + ("" if limit is None else f" of {limit}" + (" OVER" if over > limit else "")))
    return line


def table(kernel, found):
    head = ["", "bare"]
    for tier in TIERS:
        head += [f"{tier}: empty", "rootwatch", "over empty" if tier == "tracepoint" else "over bare"]
    lines = [head, *(cells(found, row) for row in found["none"])]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    print(f"\n  {kernel}: instructions of one operation; what each detector adds")
    for line in lines:
        print("  " + "  ".join(word.rjust(width) for word, width in zip(line, widths)).rstrip())


def grown(before, now, kernel):
    """Prints what has grown; gives how many rows."""
    count = 0
    for (k, row, variant), old in before.items():
        new = now.get((k, row, variant))
        if k != kernel or new is None or abs(new - old) <= old * (GROWTH - 1):
            continue
        word = "GROWN " if new > old else "shrunk"
        print(f"  {word}  {k} {row:<3} {variant}: from {old:.0f} to {new:.0f} ({100 * (new / old - 1):+.1f} %)")
        count += new > old and variant.startswith("rootwatch")
    return count


def report(results, anew):
    """results: [(row of kernels.txt, guest or why there is none)]. Gives the exit code."""
    packages, counts = committed()
    failed = measured = 0
    for row, guest in results:
        if not isinstance(guest, Guest):
            print(f"  skip    {row.name}: {guest}")
            continue
        for note in guest.notes:
            print(f"  {row.name}: {note}")
        for case in guest.cases:
            for reason in case.failed:
                print(f"  FAILED  {row.name} {reason}   (log: build/vm/bench/{row.name}/results.log)")
                failed += 1
        # A rootwatch that knows no tiers has the tracepoint only.
        found = {"rootwatch:tracepoint" if variant == "rootwatch" else variant: by_row
                 for variant, by_row in guest.counts.items()}
        if "none" not in found:
            continue
        measured += 1
        table(f"{row.name} ({guest.kernel.package})", found)
        now = {(row.name, r, variant): count for variant, by_row in found.items() for r, count in by_row.items()}
        same = packages.get(row.name, guest.kernel.package) == guest.kernel.package
        if not same:
            print(f"  note: tests/vm/bench.txt is of {packages[row.name]}: nothing fails")
        more = grown(counts, now, row.name)
        failed += more if same and not anew else 0
        packages[row.name] = guest.kernel.package
        counts.update(now)
    if anew:
        write(packages, counts)
    elif measured and not failed:
        print("\n  no row of rootwatch grew by more than 3 %")
    return 1 if failed or not measured else 0
