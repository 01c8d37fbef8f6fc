#!/usr/bin/env python3
"""Fails where a test file is part of no test.

A *_test.cpp must be compiled by a target whose program a ctest test runs; any other *_test.* or
*.test.* script must be named by a test's command. Both are read from a configured build folder, not
from the text of CMakeLists.txt.

Usage: ci/test_files.py BUILD [SOURCE]    (SOURCE: the git checkout, default this one)
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

SKIP = 77  # no git checkout: which files there are cannot be told


def files_in_git(source):
    """What git knows or would add, so that a new file counts before it is committed."""
    listed = subprocess.run(
        ["git", "-C", source, "ls-files", "--cached", "--others", "--exclude-standard"],
        capture_output=True, text=True)
    if listed.returncode != 0:
        print(f"test_files: skipped: {source} is no git checkout: {listed.stderr.strip()}")
        sys.exit(SKIP)
    names = sorted(set(listed.stdout.splitlines()))
    return [name for name in names if (source / name).exists()]


def files_of_unit(file):
    """What is compiled with a file: CMake's unity files include sources by their full names."""
    if not re.fullmatch(r"unity_\d+_cxx\.cxx", file.name):
        return [file]
    included = re.findall(r'^#include "(/[^"]+)"', file.read_text(), re.MULTILINE)
    return [pathlib.Path(name).resolve() for name in included]


def targets_of_sources(source, build):
    """For each source of the tree, the targets that compile it."""
    targets = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        file = pathlib.Path(entry["directory"], entry["file"]).resolve()
        output = entry.get("output") or entry.get("command", "")
        target = re.search(r"CMakeFiles/([^/ ]+)\.dir/", output)
        for compiled in files_of_unit(file):
            if target and compiled.is_relative_to(source):
                targets.setdefault(str(compiled.relative_to(source)), set()).add(target[1])
    return targets


def commands_of_tests(build):
    """A program that GoogleTest's discovery waits for has a test PROGRAM_NOT_BUILT and no command."""
    # From a folder of its own: even to list, ctest empties the log of the run in the build folder,
    # which may be the one that this is a test of.
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "CTestTestfile.cmake").write_text(f'subdirs("{build}")\n')
        listed = subprocess.run(["ctest", "--test-dir", folder, "--show-only=json-v1"],
                                capture_output=True, text=True, check=True)
    return [test.get("command", [test["name"].removesuffix("_NOT_BUILT")])
            for test in json.loads(listed.stdout)["tests"]]


def faults(source, build):
    targets = targets_of_sources(source, build)
    commands = commands_of_tests(build)
    programs = {pathlib.Path(word).name for command in commands for word in command}
    ends = {tuple(pathlib.Path(word).parts[-2:]) for command in commands for word in command}
    cache = (build / "CMakeCache.txt").read_text()
    without_npm = re.search(r"^IPCMARK_NPM:.*-NOTFOUND$", cache, re.MULTILINE)

    found = 0
    for name in files_in_git(source):
        if not re.search(r"(_test|\.test)\.(cpp|mjs|py|sh)$", name):
            continue
        found += 1
        if name.endswith(".cpp"):
            compiled_by = targets.get(name, set())
            if not compiled_by:
                yield f"{name}: no target compiles it"
            elif not compiled_by & programs:
                yield f"{name}: it is in {' and '.join(sorted(compiled_by))}, which no test runs"
        elif name.endswith(".mjs") and without_npm:
            print(f"{name}: not looked at, npm was not found")
        elif pathlib.Path(name).parts[-2:] not in ends:
            yield f"{name}: no test names it"
    print(f"test_files: {found} looked at")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    here = pathlib.Path(__file__).resolve().parent.parent
    source = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else here
    missing = list(faults(source, pathlib.Path(sys.argv[1]).resolve()))
    for each in missing:
        print(each, file=sys.stderr)
    if missing:
        sys.exit("test_files: name each of these in the CMakeLists.txt beside it")


if __name__ == "__main__":
    main()
