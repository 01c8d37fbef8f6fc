#!/usr/bin/env python3
"""ci/test_files.py over small projects that CMake builds."""

import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "test_files.py"

PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES CXX)
enable_testing()
add_executable(small_test good_test.cpp)
add_test(NAME small COMMAND small_test)
add_test(NAME page COMMAND node --test test/page.test.mjs)
add_test(NAME script COMMAND ${PROJECT_SOURCE_DIR}/tools/tool_test.sh)
"""


class TestFiles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name, "source")
        self.build = pathlib.Path(folder.name, "build")
        self.source.mkdir()
        subprocess.run(["git", "init", "-q", self.source], check=True)
        self.project = PROJECT
        self.write("good_test.cpp", "int main() {}\n")
        self.write("web/test/page.test.mjs")
        self.write("tools/tool_test.sh")

    def write(self, name, text=""):
        file = self.source / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run_script(self):
        self.write("CMakeLists.txt", self.project)
        subprocess.run(["cmake", "-G", "Ninja", "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-S", self.source,
                        "-B", self.build], check=True, capture_output=True)
        subprocess.run(["cmake", "--build", self.build], check=True, capture_output=True)
        return subprocess.run([SCRIPT, self.build, self.source], capture_output=True, text=True)

    def expect_fault(self, sentence):
        ended = self.run_script()
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertIn(sentence + "\n", ended.stderr)
        self.assertEqual(ended.stderr.count("\n"), 2, ended.stderr)

    def test_a_tree_whose_tests_all_run_passes(self):
        ended = self.run_script()
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertEqual(ended.stdout, "test_files: 3 looked at\n")

    def test_the_log_of_the_run_that_it_is_part_of_is_left_alone(self):
        log = self.build / "Testing" / "Temporary" / "LastTest.log"
        log.parent.mkdir(parents=True)
        log.write_text("what the tests before this one said")
        self.assertEqual(self.run_script().returncode, 0)
        self.assertEqual(log.read_text(), "what the tests before this one said")

    def test_a_file_that_no_target_compiles_fails(self):
        self.write("lost_test.cpp")
        self.expect_fault("lost_test.cpp: no target compiles it")

    def test_a_file_that_git_does_not_know_yet_counts(self):
        subprocess.run(["git", "-C", self.source, "add", "."], check=True)
        self.write("sub/new_test.cpp")
        self.expect_fault("sub/new_test.cpp: no target compiles it")

    def test_a_program_that_no_test_runs_fails(self):
        self.write("idle_test.cpp", "int main() {}\n")
        self.project += "add_executable(idle_program idle_test.cpp)\n"
        self.expect_fault("idle_test.cpp: it is in idle_program, which no test runs")

    def test_a_script_that_no_test_names_fails(self):
        self.write("web/test/views.test.mjs")
        self.expect_fault("web/test/views.test.mjs: no test names it")

    def test_a_script_of_that_name_in_another_folder_does_not_stand_for_it(self):
        self.write("other/tool_test.sh")
        self.expect_fault("other/tool_test.sh: no test names it")

    def test_without_npm_the_page_has_no_tests(self):
        self.project = self.project.replace("page.test.mjs", "nothing") + "find_program(IPCMARK_NPM no-such-npm)\n"
        ended = self.run_script()
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("page.test.mjs: not looked at, npm was not found", ended.stdout)

    def test_outside_git_it_is_skipped(self):
        (self.source / ".git").rename(self.source / "no-git")
        ended = self.run_script()
        self.assertEqual(ended.returncode, 77)
        self.assertIn("skipped: ", ended.stdout)


if __name__ == "__main__":
    unittest.main()
