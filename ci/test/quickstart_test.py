#!/usr/bin/env python3
"""scripts/quickstart with a build that a made-up cmake plays."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "quickstart"
CMAKE = """#!/bin/sh
[ "$1" = --build ] || { mkdir -p build/release/bench; exit 0; }
i=0
while [ $((i += 1)) -le 200 ]; do echo "[$i/200] Building CXX object file_$i.o"; done
[ ! -e fails ] || {
    echo "FAILED: bench/main.o"
    echo "g++ -c main.cpp"
    for line in 1 2 3 4 5 6; do echo "main.cpp:$line: error: no such thing"; done
    echo "ninja: build stopped: subcommand failed."
    exit 1
}
printf '#!/bin/sh\necho measured "$@"\n' >build/release/bench/ipcmark
chmod +x build/release/bench/ipcmark
"""


class Quickstart(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        (self.root / "scripts" / "lib").mkdir(parents=True)
        shutil.copy(SOURCE, self.root / "scripts" / "quickstart")
        self.write("scripts/lib/packages.sh", 'build_needs=\nsay() { echo "==> $*" >&2; }\ninstall_missing() { :; }\n')
        self.write("bin/cmake", CMAKE)

    def write(self, name, text):
        file = self.root / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)

    def run_script(self):
        return subprocess.run([self.root / "scripts" / "quickstart"], capture_output=True, text=True,
                              env={"PATH": f"{self.root}/bin:/usr/bin:/bin"})

    def test_a_piped_build_tells_each_tenth_and_where_all_of_it_is(self):
        ended = self.run_script()
        self.assertEqual(ended.returncode, 0, ended.stderr)
        lines = ended.stdout.splitlines()
        self.assertEqual(sum(" of 200 steps" in line for line in lines), 10)
        self.assertLess(len(lines), 15)
        self.assertIn("measured run --profile quick", ended.stdout)
        log = self.root / "build/release/build.log"
        self.assertIn(str(log), ended.stdout)
        self.assertEqual(len(log.read_text().splitlines()), 200)

    def test_what_failed_is_shown_in_full(self):
        self.write("fails", "")
        ended = self.run_script()
        self.assertEqual(ended.returncode, 1)
        self.assertIn("FAILED: bench/main.o", ended.stderr)
        for line in range(1, 7):
            self.assertIn(f"main.cpp:{line}: error: no such thing", ended.stderr)
        self.assertIn("the build failed; all of it is in", ended.stderr)
        self.assertNotIn("measured", ended.stdout)


if __name__ == "__main__":
    unittest.main()
