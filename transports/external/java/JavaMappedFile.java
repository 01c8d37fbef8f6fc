import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A mapped file with a slot for each direction; both sides poll its counters, acquire and release. */
final class JavaMappedFile implements IpcmarkWorker.Endpoint {
    private static final VarHandle COUNTER =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int RECEIVED = 64; // a cache line for each counter
    private static final int BODY = 128;
    private static final int POLLS = 1000; // before the CPU is given away

    private final MappedByteBuffer memory;
    private final int out;
    private final int in;
    private final byte[] message;
    private long sent;
    private long received;

    private JavaMappedFile(IpcmarkWorker.Cell cell) throws Exception {
        int stride = BODY + (cell.payloadBytes() + 63) / 64 * 64;
        Path file = cell.directory().resolve("memory");
        if (!cell.producer()) cell.peer().hear();
        try (var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * stride);
        }
        if (cell.producer()) cell.peer().tell("there");
        out = cell.producer() ? 0 : stride;
        in = stride - out;
        message = new byte[cell.payloadBytes()];
    }

    private void await(int counter, long value) {
        for (int polls = 0; (long) COUNTER.getAcquire(memory, counter) != value; ++polls)
            if (polls < POLLS) Thread.onSpinWait();
            else Thread.yield();
    }

    @Override
    public void send(byte[] bytes) {
        await(out + RECEIVED, sent);
        memory.put(out + BODY, bytes);
        COUNTER.setRelease(memory, out, ++sent);
    }

    @Override
    public byte[] recv() {
        await(in, received + 1);
        memory.get(in + BODY, message);
        COUNTER.setRelease(memory, in + RECEIVED, ++received);
        return message;
    }

    public static void main(String[] arguments) throws Exception {
        IpcmarkWorker.run(JavaMappedFile::new);
    }
}
