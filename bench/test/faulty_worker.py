"""The template's worker with one fault, the first argument, to prove that each is found out."""

import os
import sys
import time

sys.path.insert(0, sys.argv[2])
sys.dont_write_bytecode = True

import ipcmark_worker  # noqa: E402
import mine  # noqa: E402

FAULT = sys.argv[1]


class Broken(mine.NamedPipes):
    def recv(self):
        message = super().recv()
        if message is not None and FAULT == "damages":
            message[-1] ^= 1
        return message


class Late(mine.NamedPipes):
    """Does not look at its peer: it waits before it reads and never sees the end."""

    def recv(self):
        message = super().recv()
        while message is None:
            time.sleep(60)
        return message


if FAULT == "rubbish":
    os.write(3, b"hello, world\n")
    time.sleep(60)
if FAULT == "promises":
    os.write(3, b"\x40\0\0\0{")
    time.sleep(60)
if FAULT == "dies":
    sys.exit("no such luck")
if FAULT == "other_version":
    ipcmark_worker.PROTOCOL = {"name": "ipcmark.worker", "version": 7}
if FAULT == "believes_all":

    def believe(self, message):
        word = int.from_bytes(bytes(message[:8]), "little")
        ahead = (word - self._tag - self.sequence) & ipcmark_worker.MASK
        self.last_was_end = bool(ahead & ipcmark_worker.END_MARK)
        self.sequence += 1

    ipcmark_worker.Payload.check = believe
if FAULT == "takes_any_version":
    original_report = ipcmark_worker.report_of

    def report_of(frame, *rest):
        frame["protocol"] = ipcmark_worker.PROTOCOL
        return original_report(frame, *rest)

    ipcmark_worker.report_of = report_of
if FAULT == "takes_any_task":
    original_init = ipcmark_worker.Worker.__init__

    def take_any(self, *rest):
        original_init(self, *rest)
        self.task = "measure"

    ipcmark_worker.Worker.__init__ = take_any
if FAULT == "miscounts":
    original_timed_out = ipcmark_worker.Worker.timed_out

    def one_more(self, start):
        over = original_timed_out(self, start)
        return lambda now, count: over(now, count - 1)

    ipcmark_worker.Worker.timed_out = one_more
if FAULT == "no_usage":

    def leave_it_to_the_parent(self, messages):
        self.enter("reporting")

    ipcmark_worker.Worker.end_timing = leave_it_to_the_parent
if FAULT == "small":
    original_write = mine.NamedPipes.send

    def refuse(self, message):
        if len(message) > 10_000:
            raise ipcmark_worker.LimitExceeded("too large after all")
        original_write(self, message)

    mine.NamedPipes.send = refuse

ipcmark_worker.main(Late if FAULT == "deaf_to_death" else Broken)
