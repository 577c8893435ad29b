# SPDX-License-Identifier: Apache-2.0
"""The verifier's work, compared with the table that is committed (tests/vm/verifier.txt)."""

import image

TABLE = image.ROOT / "tests/vm/verifier.txt"
GROWTH = 1.25
HEAD = """# Instructions that the verifier looks at, by kernel and program, and the milliseconds that it took in
# QEMU (those only tell the order: they are of an emulated, busy machine). `make test-kernels` prints what
# has grown by more than a quarter; VM_WRITE=1 writes the table anew. The limit is 1,000,000.
"""


def _table():
    """{(kernel, program): (instructions, milliseconds)}"""
    if not TABLE.exists():
        return {}
    rows = [line.split() for line in TABLE.read_text(encoding="utf-8").splitlines() if line[:1] not in ("#", "")]
    return {(row[0], row[1]): (int(row[2]), int(row[3]) if len(row) > 3 else 0) for row in rows}


def committed():
    """{(kernel, program): instructions}"""
    return {key: cost[0] for key, cost in _table().items()}


def write(costs):
    new = {(k, p): (c[0], c[1] // 1000) for k, by_program in costs for p, c in by_program.items()}
    kernels = {kernel for kernel, _ in costs}
    table = {**{key: cost for key, cost in _table().items() if key[0] not in kernels}, **new}
    rows = sorted(table.items(), key=lambda row: row[0][0])
    lines = [f"{kernel:<12} {program:<20} {count:>7} {milliseconds:>6}\n"
             for (kernel, program), (count, milliseconds) in rows]
    TABLE.write_text(HEAD + "".join(lines), encoding="utf-8")


def report(costs, say):
    """costs: [(kernel, {program: (instructions, microseconds)})]"""
    if not costs:
        return
    before = committed()
    programs = sorted({program for _, by_program in costs for program in by_program})
    width = max(map(len, programs))
    say("  verifier: instructions, and the emulated machine's time")
    say("  " + " " * width + "".join(f"{kernel:>18}" for kernel, _ in costs))
    for program in programs:
        cells = [by.get(program) for _, by in costs]
        say(f"  {program:<{width}}" + "".join(
            f"{c[0]:>9} {c[1] / 1000:>5.0f} ms" if c else f"{'-':>18}" for c in cells))
    sums = [(sum(c[0] for c in by.values()), sum(c[1] for c in by.values())) for _, by in costs]
    say(f"  {'all':<{width}}" + "".join(f"{s[0]:>9} {s[1] / 1000:>5.0f} ms" for s in sums))
    for kernel, by_program in costs:
        news = {p: c[0] for p, c in by_program.items() if (kernel, p) not in before}
        if news:
            say(f"  note: not in tests/vm/verifier.txt yet (VM_WRITE=1 writes it): {kernel} {' '.join(news)}")
        for program, (count, _) in by_program.items():
            old = before.get((kernel, program), count)
            if count > old * GROWTH:
                say(f"  note: {kernel} {program} has grown from {old} to {count} instructions")
    say("")
