#!/usr/bin/env python3
"""Fails when an #include runs against an arrow of the layout.

usage: ci/arrows.py [ROOT]

A folder may include itself and what its row names. A folder's tests may use what the folder may,
itself, GoogleTest and the rows of TESTS. What has a body is also held by the linker: see
harness/ipcmark_part.cmake.
"""
import pathlib
import re
import sys

MAY_USE = {
    "harness/base": "",
    "harness/stats": "",
    "harness/contract": "base",
    "harness/endpoints": "contract base",
    "harness/host/facts": "base stats",
    "harness/host/noise": "host/facts base stats",
    "harness/host/ipc": "host/facts base stats",
    "harness/host/checks": "host/facts host/ipc host/noise base stats",
    "harness/result": "contract host/noise stats base",
    "harness/worker": "result endpoints contract stats base",
    "harness/run": "worker result host/facts host/noise host/ipc contract stats base",
    "harness/analysis": "result host/noise contract stats base",
    "harness/history": "analysis result contract stats base",
    "harness/conform": "run worker result host/ipc endpoints contract base",
    "transports": "worker endpoints contract base",
    "reports": "analysis result contract stats base",
    "bench/designs": "",
    "bench": "base stats contract endpoints host/facts host/noise host/ipc host/checks result"
             " worker run analysis history conform transports reports",
}
TOP = ("harness", "transports", "reports", "bench")
# What tests use beyond their folder's row: fakes, and the mechanisms that they try things on.
TESTS = {
    "harness/host": "host/facts host/noise host/ipc host/checks run contract base",
    "harness/run": "transports endpoints",
    "harness/worker": "transports host/facts",
    "harness/conform": "transports",
    "harness/endpoints": "worker",
}


def folder_of(path):
    rows = [row for row in [*MAY_USE, "harness/host"] if path.startswith(row + "/")]
    return max(rows, key=len, default=None)


def allowed(file):
    folder = folder_of(file)
    names = MAY_USE.get(folder, "").split()
    if "/test/" in file:
        names += TESTS.get(folder, "").split()
    rows = {name if name in MAY_USE else "harness/" + name for name in names}
    return rows | {folder}


def faults(root):
    files = [path for top in TOP for path in sorted((root / top).rglob("*.[ch]pp"))]
    for path in files:
        file = path.relative_to(root).as_posix()
        if folder_of(file) is None:
            yield f"{file}: no row of ci/arrows.py has its folder"
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            used = folder_of(found[1]) if found else None
            # Tests lend each other their helpers.
            if used is None or ("/test/" in file and "/test/" in found[1]):
                continue
            if used not in allowed(file):
                yield f"{file}:{number}: {folder_of(file)} may not use {found[1]}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    found = list(faults(root))
    print("\n".join(found) or "arrows: every include runs along them")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
