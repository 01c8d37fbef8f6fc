#!/usr/bin/env python3
"""usage: prove_test.py IPCMARK BARE: the bare programs of the designs and what they prove, briefly."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # the source tree stays as it is
sys.path.insert(0, str(HERE.parent))
import prove  # noqa: E402

IPCMARK, BARE = sys.argv[1], pathlib.Path(sys.argv[2])
DESIGNS = HERE.parents[1] / "plans/designs"
CHANNELS = ["pipe", "fifo_poll", "socketpair_stream", "unix_stream_epoll", "unix_abstract",
            "unix_seqpacket", "unix_dgram", "tcp", "tcp_nagle", "posix_mq", "sysv_msg",
            "shm_ring_futex", "shm_ring_spin"]


def figures(program, *words):
    ended = subprocess.run([str(BARE / program), *words], capture_output=True, text=True, timeout=50)
    assert ended.returncode == 0, f"{program} {words}: {ended.stderr}"
    return json.loads(ended.stdout)


class BarePrograms(unittest.TestCase):
    def test_every_channel_carries_every_message(self):
        for channel in CHANNELS:
            with self.subTest(channel):
                found = figures("bare_paced", channel, "200", "500", "1", "0.2")
                self.assertEqual(found["messages"], 100)  # after the one that ends the silence
                self.assertGreater(found["latency.p50"], 0)
                self.assertLessEqual(found["latency.p50"], found["latency.p99"])
                self.assertGreater(found["cpu"], 0)

    def test_many_clients_and_many_producers_are_served(self):
        clients = figures("bare_requests", "unix_stream", "64", "0", "5", "0.2")
        self.assertGreater(clients["messages"], 5)
        self.assertGreater(clients["latency.p50"], 0)
        for channel in ("unix_seqpacket", "fifo"):  # one each, and one for all
            self.assertGreater(figures("bare_stream", channel, "256", "0", "5", "0.2")["throughput"], 0)

    def test_who_spins_is_found_out_by_the_silence(self):
        idle = [figures("bare_paced", channel, "64", "500", "1", "0.1")["idle_cpu"]
                for channel in ("shm_ring_futex", "shm_ring_spin")]
        self.assertLess(idle[0], idle[1])

    def test_what_there_is_no_channel_of_is_refused(self):
        ended = subprocess.run([BARE / "bare_paced", "carrier_pigeon", "64", "1", "1", "1"],
                               capture_output=True, text=True)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("no bare channel 'carrier_pigeon'", ended.stderr)


class Promises(unittest.TestCase):
    def test_a_figure_is_held_against_its_limit(self):
        def of(outcome, below, bare):
            return prove.promise({"limit_value": 10, "below": below, "outcome": outcome}, bare)
        self.assertEqual(of("met", True, 9), "holds")
        self.assertEqual(of("met", True, 11), "BROKEN")
        self.assertEqual(of("met", False, 9), "BROKEN")
        self.assertEqual(of("missed", False, 9), "missed there too")
        self.assertEqual(of("missed", True, 9), "the bare one meets it")
        self.assertEqual(of("not proven", True, 11), "none given; the bare one misses it")

    def test_a_design_is_proved_requirement_by_requirement(self):
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "proof.md"
            ended = subprocess.run(
                [sys.executable, HERE.parent / "prove.py", IPCMARK, BARE, "--mechanism",
                 "unix_scm_rights,fifo", "--time-budget", "3s", "--seconds", "0.3", "--runs", "2",
                 "--output", output, DESIGNS / "commands.json"],
                capture_output=True, text=True)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            self.assertEqual(output.read_text(), ended.stdout)
        rows = [[cell.strip() for cell in line.strip("|").split("|")]
                for line in ended.stdout.splitlines() if line.startswith("| commands")]
        self.assertEqual([row[2].split()[0] for row in rows],
                         ["latency.p50", "latency.p99", "cpu", "idle_cpu", "rate", "sleeps"])
        for row in rows:
            self.assertEqual(row[1], "fifo")
            self.assertNotEqual(row[5], "-")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
