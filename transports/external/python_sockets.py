"""What stream sockets share: whole messages of one length, received into one buffer."""


class StreamEndpoint:
    def __init__(self, cell):
        self._socket = self.connect(cell)
        self._buffer = bytearray(cell.payload_bytes)
        self._view = memoryview(self._buffer)

    def send(self, message):
        self._socket.sendall(message)

    def recv(self):
        got = self._socket.recv_into(self._view)
        while 0 < got < len(self._buffer):
            more = self._socket.recv_into(self._view[got:])
            if more == 0:
                return None
            got += more
        return self._buffer if got else None

    def close(self):
        self._socket.close()
