#!/usr/bin/env python3
"""ci/commits.sh over small histories."""

import pathlib
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "commits.sh"


class Commits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source = pathlib.Path(folder.name, "source")
        self.git("init", "-q", self.source, where=folder.name)
        self.commit("whatever was written before the rule")
        self.base = self.git("rev-parse", "HEAD")

    def git(self, *arguments, where=None):
        identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"]
        return subprocess.run(["git", *identity, *arguments], cwd=where or self.source, check=True,
                              capture_output=True, text=True).stdout.strip()

    def commit(self, subject):
        self.git("commit", "-q", "--allow-empty", "-m", subject)

    def run_script(self, where=None):
        return subprocess.run([SCRIPT, self.base], cwd=where or self.source, capture_output=True, text=True)

    def expect_fault(self, subject, sentence):
        self.commit(subject)
        ended = self.run_script()
        self.assertEqual(ended.returncode, 1, ended.stdout)
        self.assertIn(f"{sentence}: {subject}\n", ended.stderr)
        self.assertIn("commits: 1 of ", ended.stderr)

    def test_good_subjects_pass(self):
        self.commit("harness/test: the open loop's tests are built again")
        self.commit(".ci, scripts: one step more")
        self.commit("reports: " + "\u00e4" * 63)
        ended = self.run_script()
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("commits: 3 since", ended.stdout)

    def test_a_subject_needs_an_area(self):
        self.expect_fault("more tests", "does not say `area: what it does`")

    def test_a_subject_is_short(self):
        self.expect_fault("bench: " + "x" * 66, "has 73 characters, 72 are allowed")

    def test_a_draft_is_refused(self):
        for subject in ("wip", "WIP: conform", "fixup! bench: a flag", "tmp: try", "squash! bench: a flag"):
            with self.subTest(subject):
                self.expect_fault(subject, "is called a draft")
                self.git("reset", "-q", "--hard", self.base)

    def test_a_word_that_begins_like_a_draft_is_none(self):
        self.commit("tmpfs: a file of its own")
        self.assertEqual(self.run_script().returncode, 0)

    def merge(self, subject):
        self.git("checkout", "-q", "-b", "side")
        self.commit("bench: a flag")
        self.git("checkout", "-q", "-")
        self.git("merge", "-q", "--no-ff", "-m", subject, "side")

    def test_a_merge_needs_no_area(self):
        self.merge("Merge branch 'side'")
        self.assertEqual(self.run_script().returncode, 0)

    def test_a_merge_into_a_draft_branch_is_refused(self):
        self.merge("Merge branch 'side' into integ")
        self.assertIn("is called a draft: Merge branch", self.run_script().stderr)

    def test_a_shallow_clone_passes(self):
        self.commit("more tests")
        self.commit("still more")
        clone = self.source.parent / "clone"
        self.git("clone", "-q", "--depth", "1", self.source.as_uri(), clone)
        ended = self.run_script(clone)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        self.assertIn("so nothing was checked", ended.stdout)

    def test_a_repository_with_another_history_passes(self):
        self.git("checkout", "-q", "--orphan", "other")
        self.commit("first")
        self.assertEqual(self.run_script().returncode, 0)


if __name__ == "__main__":
    unittest.main()
