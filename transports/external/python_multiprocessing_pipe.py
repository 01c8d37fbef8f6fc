"""multiprocessing.Pipe: a Unix stream socket pair, one end handed over; send and recv pickle."""

import multiprocessing
from multiprocessing.connection import Connection

import ipcmark_worker


class Pipe:
    def __init__(self, cell):
        if cell.producer:
            self._end, theirs = multiprocessing.Pipe(duplex=True)
            cell.peer.give(theirs.fileno())
            theirs.close()
        else:
            self._end = Connection(cell.peer.take())

    def send(self, message):
        self._end.send(message)

    def recv(self):
        try:
            return self._end.recv()
        except EOFError:
            return None

    def close(self):
        self._end.close()


if __name__ == "__main__":
    ipcmark_worker.main(Pipe)
