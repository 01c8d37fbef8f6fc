#!/usr/bin/env python3
"""Counts what was skipped in a run of ctest and fails where a skip is not on the list.

Counted are tests (GTEST_SKIP, SKIP_RETURN_CODE) and the single checks of `ipcmark conform`, which its
tests print. The list says for each skip why it may be: a skip that does not occur is fine, so it holds
on a machine that has more as well.

Usage: ci/skips.py RESULTS.xml [LIST]    (from `ctest --output-junit`; LIST: ci/allowed_skips.txt)
"""

import collections
import fnmatch
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

Skip = collections.namedtuple("Skip", "kind name reason")

CHECK = re.compile(r"^  (pass|skip|fail) (\S+) +(.*)$", re.MULTILINE)
LACKING = re.compile(r"^\S+ \(not usable here: (.*)\)$", re.MULTILINE)
GTEST = re.compile(r"^\S+: Skipped\n(.*)$", re.MULTILINE)
NODE = re.compile(r"^\S+ skipped ([1-9]\d*)$", re.MULTILINE)


def reason_of(output, message):
    for pattern in (LACKING, GTEST):
        if found := pattern.search(output):
            return found[1]
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else message


def read_results(file):
    """The skips, the number of tests, the number of single checks."""
    skips, tests, checks = [], 0, 0
    for case in ElementTree.parse(file).getroot().iter("testcase"):
        tests += 1
        name = case.get("name")
        output = case.findtext("system-out") or ""
        skipped = case.find("skipped")
        if "test output was removed since it exceeds" in output:
            sys.exit(f"skips: the output of {name} is cut: run ctest by a preset, which keeps it whole")
        if skipped is not None:
            skips.append(Skip("test", name, reason_of(output, skipped.get("message", ""))))
        of_conform = name.startswith(("check.", "check_alone."))  # others may quote such lines
        for outcome, check, text in CHECK.findall(output) if of_conform else []:
            checks += 1
            if outcome == "skip":
                # Of a test that was skipped as a whole its reason counts.
                reason = text if skipped is None else skips[-1].reason
                skips.append(Skip("check", f"{name}/{check}", reason))
        if found := NODE.search(output):
            skips.append(Skip("test", name, f"{found[1]} tests of the page"))
    return skips, tests, checks


def read_list(file):
    rows = []
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 3 or not all(parts):
            sys.exit(f"{file}:{number}: a line is NAME | REASON | WHY IT MAY BE")
        rows.append(parts)
    return rows


def allowed(skip, rows):
    return any(fnmatch.fnmatchcase(skip.name, name) and fnmatch.fnmatchcase(skip.reason, reason)
               for name, reason, _ in rows)


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    listed = sys.argv[2] if len(sys.argv) == 3 else pathlib.Path(__file__).with_name("allowed_skips.txt")
    skips, tests, checks = read_results(sys.argv[1])
    rows = read_list(pathlib.Path(listed))

    groups = collections.Counter((skip.kind, skip.reason) for skip in skips)
    for (kind, reason), count in sorted(groups.items(), key=lambda group: (group[0][0], -group[1])):
        print(f"{count:6} {kind}{'s' if count > 1 else ' '}  {reason}")
    kinds = collections.Counter(skip.kind for skip in skips)
    print(f"skips: {kinds['test']} of {tests} tests and {kinds['check']} of {checks} single checks were skipped")

    unexpected = [skip for skip in skips if not allowed(skip, rows)]
    for skip in unexpected:
        print(f"{skip.name}: {skip.reason}", file=sys.stderr)
    if unexpected:
        sys.exit(f"skips: these may not be skipped; mend it, or say in {listed} why they may")


if __name__ == "__main__":
    main()
