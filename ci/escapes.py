#!/usr/bin/env python3
"""Fails when another file than harness/base/terminal.* asks what a terminal can or writes escapes.

usage: ci/escapes.py [ROOT]

Tests may look for escape sequences, and write them as hostile text.
"""
import pathlib
import re
import sys

OWNER = ("harness/base/terminal.cpp", "harness/base/terminal.hpp")
TOP = ("harness", "transports", "reports", "bench")
MARKS = re.compile(r"\\x1[bB]|\\033|\\e\[|\\u001[bB]|\bisatty\b|\bttyname\b|TIOCGWINSZ"
                   r'|getenv\("(?:TERM|NO_COLOR|COLUMNS|CLICOLOR\w*)"\)')


def faults(root):
    files = [path for top in TOP for path in sorted((root / top).rglob("*.[ch]pp"))]
    for path in files:
        file = path.relative_to(root).as_posix()
        if file in OWNER or "/test/" in file:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if found := MARKS.search(line):
                yield f"{file}:{number}: {found[0]} belongs in harness/base/terminal.*"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    missing = [file for file in OWNER if not (root / file).is_file()]
    found = [f"{file}: it is not there" for file in missing] + list(faults(root))
    print("\n".join(found) or "escapes: one module knows of terminals")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
