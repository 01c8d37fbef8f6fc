import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A Unix stream socket by path: SocketChannel, blocking, with direct buffers. */
final class JavaUnixSocket implements IpcmarkWorker.Endpoint {
    private final SocketChannel channel;
    private final ByteBuffer outgoing;
    private final ByteBuffer incoming;
    private final byte[] message;

    private JavaUnixSocket(IpcmarkWorker.Cell cell) throws Exception {
        outgoing = ByteBuffer.allocateDirect(cell.payloadBytes());
        incoming = ByteBuffer.allocateDirect(cell.payloadBytes());
        message = new byte[cell.payloadBytes()];
        var address = UnixDomainSocketAddress.of(cell.directory().resolve("socket"));
        if (!cell.producer()) {
            cell.peer().hear();
            channel = SocketChannel.open(address);
            return;
        }
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(address);
            cell.peer().tell("listening");
            channel = server.accept();
        }
    }

    @Override
    public void send(byte[] bytes) throws Exception {
        outgoing.clear().put(bytes).flip();
        while (outgoing.hasRemaining()) channel.write(outgoing);
    }

    @Override
    public byte[] recv() throws Exception {
        incoming.clear();
        while (incoming.hasRemaining()) if (channel.read(incoming) < 0) return null;
        incoming.flip().get(message);
        return message;
    }

    @Override
    public void close() throws Exception {
        channel.close();
    }

    public static void main(String[] arguments) throws Exception {
        IpcmarkWorker.run(JavaUnixSocket::new);
    }
}
