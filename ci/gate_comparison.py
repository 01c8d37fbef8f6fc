#!/usr/bin/env python3
"""How often rules alarm over comparisons of equal sides, and how often they find a slow-down.

usage: ci/gate_comparison.py PROGRAM FILE.json...

PROGRAM is ipcmark, the files are what `ipcmark ab` wrote of two equal sides. Each is judged as it is
and with B's times made longer by arithmetic, so that the noise is the machine's own and the change
is known: by `ipcmark report`, by compare.py of Google Benchmark (Debian: libbenchmark-tools,
python3-scipy), by a threshold of 5 % on the median, and by github-action-benchmark's default of
200 %. Prints a table in Markdown.
"""

import copy
import json
import math
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

COMPARE = pathlib.Path("/usr/share/benchmark/compare.py")
SLOWER = [1.0, 1.03, 1.05, 1.10, 1.20]


def is_repetition(entry):
    return entry.get("run_type") == "iteration" and "ipc" in entry


def times(result):
    """Of each cell the figures that count, one a repetition."""
    found = {}
    for entry in filter(is_repetition, result["benchmarks"]):
        found.setdefault(entry["name"], []).append(entry["real_time"])
    return found


def stretched(document, factor):
    """The comparison with every time of B `factor` as long and every rate as much lower."""
    changed = copy.deepcopy(document)
    for block in ("benchmarks", "set_aside"):
        for entry in changed["results"][1][block]:
            if not is_repetition(entry):
                continue
            for key, value in entry.items():
                if not isinstance(value, (int, float)) or isinstance(value, bool):
                    continue
                if key in ("real_time", "cpu_time") or key.endswith("_ns") or "_ns_" in key:
                    entry[key] = value * factor
                elif key.endswith("_per_second"):
                    entry[key] = value / factor
    return changed


def by_ipcmark(program, document, folder):
    """Cells with a figure that is worse."""
    file = folder / "ab.json"
    file.write_text(json.dumps(document))
    text = subprocess.run([program, "report", str(file), "--format", "markdown"], check=True,
                          capture_output=True, text=True).stdout
    found = set()
    decides = True  # p90 and p99 warn alone
    for line in text.splitlines():
        if line.startswith("**"):
            decides = not re.match(r"\*\*.*, p9[09]\*\*", line)
        row = re.match(r"\| *(?:<a [^>]*>)?`?([a-z_]+/[^ `|<]+).*\| *\**worse\** *\|$", line)
        if row and decides:
            found.add(row.group(1))
    return found


def by_compare(document, folder):
    """Cells whose U test says that the time changed, and whose median rose."""
    files = []
    for side, result in zip("ab", document["results"]):
        file = folder / f"{side}.json"
        kept = dict(result, benchmarks=[e for e in result["benchmarks"] if is_repetition(e)])
        file.write_text(json.dumps(kept))
        files.append(str(file))
    text = subprocess.run(["/usr/bin/python3", str(COMPARE), "--no-color", "benchmarks", *files],
                          check=True, capture_output=True, text=True).stdout
    old, new = (times(result) for result in document["results"])
    found = set()
    for name, p in re.findall(r"^(\S+)_pvalue\s+([0-9.]+)", text, re.M):
        if float(p) < 0.05 and statistics.median(new[name]) > statistics.median(old[name]):
            found.add(name)
    return found


def by_threshold(document, threshold):
    old, new = (times(result) for result in document["results"])
    return {name for name in old
            if name in new and statistics.median(new[name]) > threshold * statistics.median(old[name])}


def interval(hits, tries, level=0.95):
    """Clopper and Pearson's, by bisection over the binomial distribution."""

    def tail(p, at_least):
        return sum(math.comb(tries, k) * p**k * (1 - p) ** (tries - k)
                   for k in range(at_least, tries + 1))

    def solve(condition):
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if condition(middle) else (low, middle)
        return low

    half = (1 - level) / 2
    low = 0.0 if hits == 0 else solve(lambda p: tail(p, hits) < half)
    high = 1.0 if hits == tries else solve(lambda p: 1 - tail(p, hits + 1) > half)
    return low, high


def share(hits, tries):
    low, high = interval(hits, tries)
    return f"{100 * hits / tries:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


def main(arguments):
    if len(arguments) < 2 or arguments[0] in ("-h", "--help"):
        print(__doc__.strip())
        return 0 if arguments and arguments[0] in ("-h", "--help") else 2
    program, *files = arguments
    documents = [json.loads(pathlib.Path(file).read_text()) for file in files]
    rules = {
        "`ipcmark ab`": lambda d, f: by_ipcmark(program, d, f),
        "compare.py, U test below 0.05": by_compare,
        "median more than 5 % longer": lambda d, f: by_threshold(d, 1.05),
        "github-action-benchmark, 200 %": lambda d, f: by_threshold(d, 2.0),
    }
    if not COMPARE.exists():
        print(f"gate_comparison: {COMPARE} is missing: compare.py is left out", file=sys.stderr)
        del rules["compare.py, U test below 0.05"]
    cells = sum(len(times(document["results"][0])) for document in documents)
    print(f"{len(documents)} comparisons of equal sides, {cells} cells in all.\n")
    print("| rule | comparisons with a false alarm | "
          + " | ".join(f"cells found at +{100 * f - 100:.0f} %" for f in SLOWER[1:]) + " |")
    print("| --- |" + " --- |" * len(SLOWER))
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for title, rule in rules.items():
            row = []
            for factor in SLOWER:
                found = [rule(stretched(document, factor), folder) for document in documents]
                if factor == 1.0:
                    row.append(share(sum(1 for each in found if each), len(documents)))
                else:
                    row.append(share(sum(len(each) for each in found), cells))
            print(f"| {title} | " + " | ".join(row) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
