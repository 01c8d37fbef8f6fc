"""POSIX message queues through the package posix_ipc, one for each direction; mq_overview(7)."""

import posix_ipc

import ipcmark_worker


class PosixQueues:
    def __init__(self, cell):
        queues = [
            self._open(cell, f"/{cell.name}-{way}")
            for way in (("forward", "backward") if cell.both_ways else ("forward",))
        ]
        cell.peer.meet()
        if cell.producer:
            for queue in queues:
                queue.unlink()
        self._out = queues[0] if cell.producer else queues[-1]
        self._in = queues[-1] if cell.producer else queues[0]
        self._queues = queues

    @staticmethod
    def _open(cell, name):
        if not cell.producer:
            cell.peer.meet()
            return posix_ipc.MessageQueue(name)
        try:
            made = posix_ipc.MessageQueue(
                name,
                posix_ipc.O_CREX,
                mode=0o600,
                max_messages=min(cell.depth, 10),
                max_message_size=cell.payload_bytes,
            )
        except (OSError, ValueError) as error:
            raise ipcmark_worker.LimitExceeded(
                f"mq_open of {cell.payload_bytes} bytes: {error}; raise fs.mqueue.msgsize_max and "
                "RLIMIT_MSGQUEUE (ulimit -q)"
            ) from None
        cell.notes["queue_messages"] = made.max_messages
        cell.peer.meet()
        return made

    def send(self, message):
        self._out.send(bytes(message))

    def recv(self):
        return self._in.receive()[0]

    def close(self):
        for queue in self._queues:
            queue.close()


if __name__ == "__main__":
    ipcmark_worker.main(PosixQueues)
