"""multiprocessing.shared_memory: a slot for each direction and two counters in it, polled.

The standard library has no wake-up for it, so both sides ask the counters again and give the CPU away
in between. The counters are single 8-byte stores; their order is that of x86 and of the interpreter,
which is to say: this measures what people do, it is no example to copy.
"""

import os
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

import ipcmark_worker

HEADER = 128  # sent and received, a cache line each


class Slot:
    """One message at a time; one writer, one reader."""

    def __init__(self, memory, begin, payload_bytes):
        self._sent = memory[begin : begin + 8].cast("Q")
        self._received = memory[begin + 64 : begin + 72].cast("Q")
        self._bytes = memory[begin + HEADER : begin + HEADER + payload_bytes]
        self._count = 0

    def put(self, message):
        while self._received[0] != self._count:
            os.sched_yield()
        self._bytes[:] = message
        self._count += 1
        self._sent[0] = self._count

    def get(self):
        while self._sent[0] == self._count:
            os.sched_yield()
        message = bytes(self._bytes)
        self._count += 1
        self._received[0] = self._count
        return message

    def release(self):
        for view in (self._sent, self._received, self._bytes):
            view.release()


class SharedMemorySlots:
    def __init__(self, cell):
        # No helper process that outlives a killed worker: ipcmark removes what carries its name.
        resource_tracker.register = resource_tracker.unregister = lambda *_: None
        stride = HEADER + (cell.payload_bytes + 63) // 64 * 64
        if cell.producer:
            self._memory = SharedMemory(cell.name, create=True, size=2 * stride)
            cell.peer.meet()
        else:
            cell.peer.meet()
            self._memory = SharedMemory(cell.name)
        cell.peer.meet()
        if cell.producer:
            self._memory.unlink()
        slots = [Slot(self._memory.buf, at, cell.payload_bytes) for at in (0, stride)]
        self._slots = slots
        self._out, self._in = slots if cell.producer else reversed(slots)
        self.send, self.recv = self._out.put, self._in.get

    def close(self):
        for slot in self._slots:
            slot.release()
        self._memory.close()


if __name__ == "__main__":
    ipcmark_worker.main(SharedMemorySlots)
