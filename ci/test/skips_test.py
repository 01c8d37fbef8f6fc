#!/usr/bin/env python3
"""ci/skips.py over made-up results of ctest."""

import pathlib
import subprocess
import tempfile
import unittest
from xml.sax.saxutils import escape

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "skips.py"

PIPE = """pipe
  pass description               anonymous pipe
  skip fan_in                    it does not claim fan-in
26 checks in 1.0 s: 1 pass, 1 skip, 0 fail
"""
VSOCK = """vsock (not usable here: no loopback transport)
  pass description               vsock stream
  skip limits                    not usable here
"""
GTEST = """[ RUN      ] nobody.reads
somewhere/a_test.cpp:76: Skipped
needs root

[  SKIPPED ] nobody.reads (0 ms)
"""


class Skips(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cases = ""

    def case(self, name, output, skipped=None):
        mark = f'<skipped message="{skipped}"/>' if skipped else ""
        self.cases += f'<testcase name="{name}">{mark}<system-out>{escape(output)}</system-out></testcase>'

    def run_script(self, listed):
        results = self.folder / "tests.xml"
        results.write_text(f"<testsuite>{self.cases}</testsuite>")
        rows = self.folder / "list.txt"
        rows.write_text(listed)
        return subprocess.run([SCRIPT, results, rows], capture_output=True, text=True)

    def test_what_is_on_the_list_passes_and_is_counted(self):
        self.case("unit.fine", "ok")
        self.case("check.pipe", PIPE)
        self.case("check.vsock", VSOCK, "SKIP_RETURN_CODE=4")
        self.case("unit.nobody.reads", GTEST, "SKIP_REGULAR_EXPRESSION_MATCHED")
        ended = self.run_script("# a comment\n\n"
                                "check.*/fan_in | it does not claim * | a trait\n"
                                "check.vsock* | no loopback transport | a module\n"
                                "unit.* | needs root | an ordinary user\n")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("skips: 2 of 4 tests and 2 of 4 single checks were skipped\n", ended.stdout)
        self.assertIn("1 test   needs root\n", ended.stdout)

    def test_a_check_that_is_not_on_the_list_fails(self):
        self.case("check.pipe", PIPE)
        ended = self.run_script("check.*/fan_out | * | another check\n")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("check.pipe/fan_in: it does not claim fan-in\n", ended.stderr)

    def test_a_reason_that_is_not_on_the_list_fails(self):
        self.case("unit.nobody.reads", GTEST, "SKIP_REGULAR_EXPRESSION_MATCHED")
        ended = self.run_script("unit.nobody.* | needs two CPUs | a small machine\n")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("unit.nobody.reads: needs root\n", ended.stderr)

    def test_a_mechanism_that_may_not_be_lacking_fails(self):
        self.case("check.vsock", VSOCK, "SKIP_RETURN_CODE=4")
        ended = self.run_script("check.*/* | * | any single check\n")
        self.assertEqual(ended.returncode, 1)
        self.assertIn("check.vsock: no loopback transport\n", ended.stderr)

    def test_a_test_of_the_page_that_is_skipped_fails(self):
        self.case("page.schema", "# pass 3\n# skipped 2\n")
        ended = self.run_script("")
        self.assertIn("page.schema: 2 tests of the page\n", ended.stderr)

    def test_any_other_test_gives_its_last_line_as_the_reason(self):
        self.case("ci.test_files", "looking\nskipped: no git checkout\n", "SKIP_RETURN_CODE=77")
        self.assertEqual(self.run_script("ci.* | skipped: no git* | a tarball\n").returncode, 0)

    def test_a_test_that_quotes_the_program_skips_nothing(self):
        self.case("cli.conform.prints", PIPE)
        ended = self.run_script("")
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("0 of 0 single checks", ended.stdout)

    def test_cut_output_is_refused(self):
        self.case("check.pipe", PIPE + "...\n[This part of the test output was removed since it exceeds "
                                       "the threshold of 1024 bytes.]\n")
        self.assertIn("is cut", self.run_script("* | * | all").stderr)

    def test_a_line_without_a_reason_is_refused(self):
        self.assertIn("list.txt:2: a line is", self.run_script("\ncheck.*/* | *\n").stderr)


if __name__ == "__main__":
    unittest.main()
