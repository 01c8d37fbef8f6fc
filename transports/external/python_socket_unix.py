"""A Unix stream socket by path, socket.sendall and recv_into."""

import socket

import ipcmark_worker
import python_sockets


class UnixSocket(python_sockets.StreamEndpoint):
    def connect(self, cell):
        path = f"{cell.directory}/socket"
        if not cell.producer:
            made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            cell.peer.hear()
            made.connect(path)
            return made
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(path)
            listener.listen(1)
            cell.peer.tell("listening")
            return listener.accept()[0]


if __name__ == "__main__":
    ipcmark_worker.main(UnixSocket)
