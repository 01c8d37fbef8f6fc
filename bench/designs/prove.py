#!/usr/bin/env python3
"""What `ipcmark recommend` promises for the worked designs, held against plain programs.

usage: bench/designs/prove.py IPCMARK BARE [options] [DESIGN.json...]

IPCMARK is the program, BARE the folder with bare_paced, bare_requests and bare_stream (the build's
bench/designs). Without designs: all of bench/plans/designs. Each is recommended for; the first
mechanism in the answer that there is a bare program of is run at the design's rate and parties, and
each figure is held against the limit. Prints a table in Markdown.

Exit codes: 0, or with --require-holds 1 where a promise is not kept.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAME_FIGURE = {"sleeps": "idle_cpu"}  # requirements that another word of a program answers
NEXT = 0.9995  # of a unit: what is written as 1 of it
HEAD = ["design", "mechanism", "limit", "recommend says", "its figure", "bare program", "promise"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("ipcmark")
    parser.add_argument("bare", type=pathlib.Path)
    parser.add_argument("designs", nargs="*", type=pathlib.Path)
    parser.add_argument("--time-budget", default="150s", help="of each recommendation")
    parser.add_argument("--mechanism", help="only these")
    parser.add_argument("--seconds", type=float, default=5, help="of each run of a bare program")
    parser.add_argument("--runs", type=int, default=5, help="of each bare program")
    parser.add_argument("--results", type=pathlib.Path, help="folder for what was measured")
    parser.add_argument("--output", type=pathlib.Path, help="Markdown file")
    parser.add_argument("--require-holds", action="store_true")
    options = parser.parse_intermixed_args()
    options.designs = options.designs or sorted((ROOT / "bench/plans/designs").glob("*.json"))
    return options


def recommended(options, design):
    command = [options.ipcmark, "recommend", str(design), "--format", "json", "--quiet",
               "--time-budget", options.time_budget]
    if options.mechanism:
        command += ["--mechanism", options.mechanism]
    if options.results:
        folder = options.results / design.stem
        folder.mkdir(parents=True, exist_ok=True)
        command += ["--results", str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True)
    if ended.returncode != 0:
        sys.exit(f"prove: {design.name}: {ended.stderr.strip()}")
    return json.loads(ended.stdout)


def command_for(options, flow, mechanism):
    """The bare program of a flow; a list of words for subprocess."""
    rate = flow.get("rate_hz", 0)
    requests = flow["kind"] == "request"
    program = "requests" if requests else "paced" if rate else "stream"
    producers, consumers = flow.get("parties", "1:1").split(":")
    return [str(options.bare / ("bare_" + program)), mechanism, str(flow["payload_bytes"]), str(rate),
            consumers if requests else producers, str(options.seconds)]


def run_bare(options, flow, mechanism):
    """The figures of each run; None where there is no bare program of the mechanism."""
    found = []
    for _ in range(options.runs):
        ended = subprocess.run(command_for(options, flow, mechanism), capture_output=True, text=True,
                               timeout=20 * options.seconds + 60)
        if ended.returncode != 0:
            known = "no bare channel" in ended.stderr or "nothing to poll" in ended.stderr
            if known:
                return None
            sys.exit(f"prove: {ended.stderr.strip()}")
        found.append(json.loads(ended.stdout))
    return found


def figure_text(value, word):
    """In the unit that the requirement's limit has."""
    if word.startswith("latency."):
        for unit, size in (("ms", 1e6), ("us", 1e3), ("ns", 1)):
            if value >= NEXT * size or unit == "ns":
                return f"{value / size:.3g} {unit}"
    if word in ("cpu", "idle_cpu", "sleeps"):
        return f"{100 * value:.2g} %"
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3), ("", 1)):
        if value >= NEXT * size or unit == "":
            return f"{value / size:.3g} {unit}{'B/s' if word == 'bandwidth' else '/s'}"
    raise AssertionError(word)


def between(low, middle, high, word):
    if low is None or high is None:
        return figure_text(middle, word)
    return (f"{figure_text(middle, word)} ({figure_text(low, word)} to "
            f"{figure_text(high, word)})")


def promise(verdict, bare):
    """Whether the bare figure, the median of its runs, bears out what was said."""
    meets = bare < verdict["limit_value"] if verdict["below"] else bare > verdict["limit_value"]
    said = verdict["outcome"]
    if said == "met":
        return "holds" if meets else "BROKEN"
    if said == "missed":
        return "missed there too" if not meets else "the bare one meets it"
    return "none given; the bare one " + ("meets it" if meets else "misses it")


def rows_of(design, mechanism, verdicts, runs):
    for verdict in verdicts:
        word = verdict["requirement"]
        values = [run[SAME_FIGURE.get(word, word)] for run in runs
                  if SAME_FIGURE.get(word, word) in run]
        ours = verdict.get("figures")
        figure = between(ours.get("low"), ours["median"], ours.get("high"), word) if ours else "-"
        if not values:
            yield [design, mechanism, f"{word} {verdict['limit']}", verdict["outcome"], figure, "-",
                   "not looked at"]
            continue
        bare = statistics.median(values)
        yield [design, mechanism, f"{word} {verdict['limit']}", verdict["outcome"], figure,
               between(min(values), bare, max(values), word), promise(verdict, bare)]


def prove(options, design, notes):
    """The rows of one design."""
    started = time.monotonic()
    answer = recommended(options, design)
    took_s = time.monotonic() - started
    rows = []
    for flow, asked in zip(answer["flows"], answer["design"]["flows"], strict=True):
        asked = {**asked, **flow["measured"]}
        passed_over = []
        for candidate in flow["candidates"]:
            if not candidate.get("verdicts"):
                continue
            name = candidate["mechanism"]
            runs = run_bare(options, asked, name)
            if runs is None:
                passed_over.append(name)
                continue
            first = "" if flow["recommended"] else ", nothing meets all"
            rows += rows_of(f"{design.stem}{first}", name, candidate["verdicts"], runs)
            break
        else:
            notes.append(f"{design.stem}: no bare program of any mechanism in the answer.")
        if passed_over:
            notes.append(f"{design.stem}: before it in the answer, without a bare program: "
                         f"{', '.join(passed_over)}.")
    names = tuple(flow["name"] + ": " for flow in answer["flows"])
    notes += [f"{design.stem}: {line}" for line in answer["answer"] if line.startswith(names)]
    notes.append(f"{design.stem}: {answer['machine']}; answered after {took_s:.0f} s; load "
                 f"{os.getloadavg()[0]:.1f} when the bare program was through.")
    return rows


def markdown(rows, notes):
    def line(cells):
        return "| " + " | ".join(cell.replace("<", "&lt;") for cell in cells) + " |"
    text = [line(HEAD), "|" + " --- |" * len(HEAD)]
    text += [line(row) for row in rows]
    return "\n".join(text + [""] + [f"- {note.strip()}" for note in notes]) + "\n"


def main():
    options = arguments()
    rows, notes = [], []
    for design in options.designs:
        print(f"prove: {design.stem}", file=sys.stderr)
        rows += prove(options, design, notes)
    text = markdown(rows, notes)
    print(text, end="")
    if options.output:
        options.output.write_text(text)
    broken = sum(row[-1] == "BROKEN" for row in rows)
    return 1 if broken and options.require_holds else 0


if __name__ == "__main__":
    sys.exit(main())
