"""multiprocessing.Queue: pickled by a thread, over a pipe, under locks. One for each direction.

A queue is made to be inherited by a process that Python starts; here it is pickled as for one, and its
descriptors are handed over to the peer.
"""

import _multiprocessing
import multiprocessing
from multiprocessing import context, process, resource_tracker, synchronize
from multiprocessing.reduction import ForkingPickler

import ipcmark_worker


class Handed:
    """Stands in a pickled queue for one of its descriptors."""

    taken = []

    def __init__(self, number):
        self._number = number

    def detach(self):
        return self.taken[self._number]


class Handover:
    """What pickling takes for the process that is about to be started."""

    DupFd = Handed

    def __init__(self):
        self.descriptors = []

    def duplicate_for_child(self, descriptor):
        self.descriptors.append(descriptor)
        return len(self.descriptors) - 1


def hand_over(queue, peer):
    handover = Handover()
    context.set_spawning_popen(handover)
    try:
        pickled = bytes(ForkingPickler.dumps(queue))
    finally:
        context.set_spawning_popen(None)
    peer.tell(f"{len(handover.descriptors)} {pickled.hex()}")
    for descriptor in handover.descriptors:
        peer.give(descriptor)


def take_over(peer):
    count, pickled = peer.hear().split()
    Handed.taken = [peer.take() for _ in range(int(count))]
    return ForkingPickler.loads(bytes.fromhex(pickled))


class Queue:
    def __init__(self, cell):
        # No helper process that outlives a killed worker: ipcmark removes what carries its name.
        resource_tracker.register = resource_tracker.unregister = lambda *_: None
        synchronize.SemLock._cleanup = lambda name: None  # the names go as soon as both have them
        process.current_process()._config["semprefix"] = "/" + cell.name
        self._peer = cell.peer
        queues = [self._share(cell) for _ in range(2 if cell.both_ways else 1)]
        self._out = queues[0] if cell.producer else queues[-1]
        self._in = queues[-1] if cell.producer else queues[0]

    def _share(self, cell):
        if not cell.producer:
            queue = take_over(cell.peer)
            cell.peer.meet()
            return queue
        queue = multiprocessing.get_context("spawn").Queue(max(cell.depth, 1))
        hand_over(queue, cell.peer)
        cell.peer.meet()
        for lock in (queue._rlock, queue._wlock, queue._sem):
            _multiprocessing.sem_unlink(lock._semlock.name)
        return queue

    def send(self, message):
        self._out.put(bytes(message))  # pickled later, by another thread

    def recv(self):
        return self._in.get()

    def close(self):
        self._out.close()
        self._out.join_thread()


if __name__ == "__main__":
    ipcmark_worker.main(Queue)
