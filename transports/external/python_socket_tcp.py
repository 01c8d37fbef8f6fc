"""TCP over loopback with TCP_NODELAY, socket.sendall and recv_into."""

import socket

import ipcmark_worker
import python_sockets


class TcpSocket(python_sockets.StreamEndpoint):
    def connect(self, cell):
        if cell.producer:
            with socket.create_server(("127.0.0.1", 0)) as listener:
                cell.peer.tell(str(listener.getsockname()[1]))
                made = listener.accept()[0]
        else:
            made = socket.create_connection(("127.0.0.1", int(cell.peer.hear())))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


if __name__ == "__main__":
    ipcmark_worker.main(TcpSocket)
