import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.rmi.Remote;
import java.rmi.RemoteException;
import java.rmi.server.UnicastRemoteObject;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;

/** Java RMI over loopback: a call with a byte array and, for a round trip, one back. The stub is told to
 * the peer, so that there is no registry between them. */
final class JavaRmi implements IpcmarkWorker.Endpoint {
    /** What the consumer serves. */
    interface Service extends Remote {
        byte[] call(byte[] request) throws RemoteException;
    }

    /** Takes calls for the phase that is served; one that comes between two phases waits for the next. */
    private static final class Server implements Service {
        private IpcmarkWorker.Handler handler;
        private CountDownLatch over;
        private Exception failed;

        @Override
        public synchronized byte[] call(byte[] request) {
            try {
                while (handler == null) wait();
                if (!handler.handle(request)) finish(null);
                else return handler.reply;
            } catch (Exception e) {
                finish(e);
                return new byte[0];
            }
            return lastReply;
        }

        private byte[] lastReply;

        private void finish(Exception why) {
            failed = why;
            lastReply = handler == null ? null : handler.reply;
            handler = null;
            over.countDown();
        }

        void serve(IpcmarkWorker.Handler next) throws Exception {
            CountDownLatch latch = new CountDownLatch(1);
            synchronized (this) {
                over = latch;
                handler = next;
                notifyAll();
            }
            latch.await();
            if (failed != null) throw failed;
        }
    }

    private final Server server;
    private final Service stub;
    private byte[] reply;

    private JavaRmi(IpcmarkWorker.Cell cell) throws Exception {
        if (cell.producer()) {
            server = null;
            byte[] told = HexFormat.of().parseHex(cell.peer().hear());
            stub = (Service) new ObjectInputStream(new ByteArrayInputStream(told)).readObject();
            return;
        }
        System.setProperty("java.rmi.server.hostname", "127.0.0.1");
        server = new Server();
        stub =
                (Service)
                        UnicastRemoteObject.exportObject(
                                server,
                                0,
                                null,
                                port -> new ServerSocket(port, 50, InetAddress.getLoopbackAddress()));
        var bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(stub);
        cell.peer().tell(HexFormat.of().formatHex(bytes.toByteArray()));
    }

    @Override
    public void send(byte[] message) throws Exception {
        reply = stub.call(message);
    }

    @Override
    public byte[] recv() {
        return reply;
    }

    @Override
    public void serve(IpcmarkWorker.Handler handler) throws Exception {
        server.serve(handler);
    }

    public static void main(String[] arguments) throws Exception {
        IpcmarkWorker.run(JavaRmi::new);
    }
}
