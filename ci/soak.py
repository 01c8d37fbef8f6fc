#!/usr/bin/env python3
"""Ten thousand repetitions over every mechanism: does anything pile up?

usage: ci/soak.py [--repetitions N] [--rss-per-repetition BYTES] IPCMARK

One run is watched from outside: the descriptors, threads and memory of the parent, the processes of
the run, what it has in the system (shared memory, queues, semaphores, sockets) and its files. The
median over the second eighth of the run is held against that over the last: nothing may have grown,
but for the parent's memory, which keeps a record of each repetition. Afterwards nothing may be left.
Exit codes: 0 flat; 1 something grew or was left; 2 usage; 5 the run could not be watched.
"""
import argparse
import glob
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TICK_S = 0.25


def text_of(path):
    try:
        return pathlib.Path(path).read_text(errors="replace")
    except OSError:
        return ""


def lines_in(path):
    return max(0, text_of(path).count("\n") - 1)  # without the heading


def of_status(pid, key):
    for line in text_of(f"/proc/{pid}/status").splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1])
    return 0


def descriptors(pid):
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0


def session_of(stat):
    # After the name, which may hold blanks and brackets: state, parent, group, session.
    fields = stat.rpartition(")")[2].split()
    return int(fields[3]) if len(fields) > 3 and fields[0] != "Z" else -1


def processes(session):
    return sum(session_of(text_of(path)) == session for path in glob.glob("/proc/[0-9]*/stat"))


def sockets():
    found = [line.split() for line in text_of("/proc/net/sockstat").splitlines()]
    return next((int(words[2]) for words in found if words[:1] == ["sockets:"]), 0)


class Watched:
    """One row a figure: what it is called, how to read it, and by how much its median may grow."""

    def __init__(self, pid, folder):
        self.rows = [
            ("descriptors", lambda: descriptors(pid), 2),
            ("threads", lambda: of_status(pid, "Threads"), 1),
            ("processes", lambda: processes(pid), 16),
            ("shared memory", lambda: len(glob.glob(f"/dev/shm/*ipcmark-{pid}-*")), 4),
            ("message queues", lambda: len(glob.glob(f"/dev/mqueue/ipcmark-{pid}-*")), 4),
            ("System V objects", system_v, 4),
            ("sockets", sockets, 64),
            ("files", lambda: sum(len(names) for _, _, names in os.walk(folder)), 32),
        ]
        self.pid = pid
        self.samples = []

    def look(self, done):
        figures = {name: read() for name, read, _ in self.rows}
        figures["memory"] = 1024 * of_status(self.pid, "VmRSS")
        self.samples.append((done, figures))


def system_v():
    return sum(lines_in(f"/proc/sysvipc/{kind}") for kind in ("shm", "msg", "sem"))


def medians(samples, names):
    return {name: statistics.median(figures[name] for _, figures in samples) for name in names}


def report(watched, rss_limit):
    """Prints the table; the names of what grew."""
    samples = [each for each in watched.samples if each[0] > 0]
    eighth = len(samples) // 8
    if eighth < 4:
        print("soak: the run was too short to be watched", file=sys.stderr)
        sys.exit(5)
    early, late = samples[eighth:2 * eighth], samples[-eighth:]
    first, last = (medians(part, [*late[0][1]]) for part in (early, late))
    grown = []
    print(f"{'':<18}{'second eighth':>16}{'last eighth':>16}{'may grow by':>16}")
    for name, _, most in watched.rows:
        print(f"{name:<18}{first[name]:>16g}{last[name]:>16g}{most:>16}")
        if last[name] - first[name] > most:
            grown.append(name)
    done = statistics.median(n for n, _ in late) - statistics.median(n for n, _ in early)
    each = (last["memory"] - first["memory"]) / done
    print(f"{'memory, MiB':<18}{first['memory'] / 2**20:>16.1f}{last['memory'] / 2**20:>16.1f}"
          f"{'':>16}  {each / 1024:.1f} KiB a repetition, at most {rss_limit / 1024:.1f}")
    if each > rss_limit:
        grown.append("memory")
    return grown


def left_behind(pid, folder, before):
    left = []
    for _ in range(20):  # what the kernel ends after the last process
        left = [*glob.glob(f"/dev/shm/*ipcmark-{pid}-*"), *glob.glob(f"/dev/mqueue/ipcmark-{pid}-*"),
                *(str(path) for path in pathlib.Path(folder).iterdir())]
        if processes(pid) > 0:
            left.append(f"{processes(pid)} processes")
        if system_v() > before:
            left.append(f"{system_v() - before} System V objects")
        if not left:
            break
        time.sleep(0.1)
    return left


def runnable_cells(command):
    listed = subprocess.run([*command, "--dry-run"], check=True, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL).stdout.splitlines()
    return max(1, sum("skipped(" not in line for line in listed))


def watch(command, temporary, journal):
    """Runs it to its end; what was seen, and how it ended."""
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True,
                           env={**os.environ, "TMPDIR": str(temporary)})
    watched = Watched(run.pid, temporary)
    done, read = 0, 0
    try:
        while run.poll() is None:
            if journal.exists():
                with journal.open("rb") as lines:
                    lines.seek(read)
                    new = lines.read()
                read += len(new)
                done += new.count(b"\n")
            watched.look(done)
            time.sleep(TICK_S)
    except BaseException:
        os.killpg(run.pid, signal.SIGINT)
        raise
    return watched, run.returncode


def print_effort(document, took_s):
    ended = [cell["status"] for cell in document["cells"]]
    measured = sum(cell.get("repetitions_ok", 0) for cell in document["cells"])
    print(f"{measured} repetitions of {ended.count('ok')} cells in {took_s:.0f} s "
          f"({len(ended) - ended.count('ok')} cells were skipped or failed)")


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", metavar="IPCMARK")
    parser.add_argument("--repetitions", type=int, default=10_000)
    parser.add_argument("--rss-per-repetition", type=int, default=16 << 10)
    asked = parser.parse_args()
    cells = [asked.program, "run", "--mechanism", "all", "--pattern", "round_trip",
             "--payload", "64", "--placement", "cross"]
    rounds = -(-asked.repetitions // runnable_cells(cells))
    before = system_v()
    with tempfile.TemporaryDirectory(prefix="soak") as place:
        temporary = pathlib.Path(place, "tmp")
        temporary.mkdir()
        result = pathlib.Path(place, "soak.json")
        begun = time.monotonic()
        watched, code = watch([*cells, "--repetitions", str(rounds), "--repetition-ms", "1",
                               "--idle-ms", "0", "--no-floors", "--reruns", "0", "--quiet",
                               "--json", str(result)],
                              temporary, pathlib.Path(place, "soak.json.journal"))
        if code not in (0, 3):
            print(f"soak: the run ended with {code}", file=sys.stderr)
            sys.exit(5)
        print_effort(json.loads(result.read_text()), time.monotonic() - begun)
        grown = report(watched, asked.rss_per_repetition)
        left = left_behind(watched.pid, temporary, before)
    for name in grown:
        print(f"soak: grew: {name}", file=sys.stderr)
    for name in left:
        print(f"soak: left behind: {name}", file=sys.stderr)
    sys.exit(1 if grown or left else 0)


if __name__ == "__main__":
    main()
