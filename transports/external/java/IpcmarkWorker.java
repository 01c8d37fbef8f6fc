import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/**
 * A worker of ipcmark in Java 17: harness/worker/PROTOCOL.md for round trips and one-way streams. What
 * it consumed it cannot read: the parent does. Its warm-up is longer than asked for, so that the
 * virtual machine has compiled what is timed.
 */
final class IpcmarkWorker {
    /** One side of a mechanism. */
    interface Endpoint {
        /** Blocks until the mechanism has the message. */
        void send(byte[] message) throws Exception;

        /** null: the peer has closed. */
        byte[] recv() throws Exception;

        /** Hands on what comes, and sends what is given back, until the handler says that it is over. */
        default void serve(Handler handler) throws Exception {
            for (boolean more = true; more; ) {
                byte[] message = recv();
                if (message == null) throw peerGone();
                more = handler.handle(message);
                if (handler.reply != null) send(handler.reply);
            }
        }

        default void close() throws Exception {}
    }

    /** What is done with a message that came. */
    abstract static class Handler {
        byte[] reply;

        abstract boolean handle(byte[] message) throws Failed;
    }

    interface Opener {
        Endpoint open(Cell cell) throws Exception;
    }

    /** What an endpoint may know. */
    record Cell(boolean producer, boolean bothWays, int payloadBytes, Path directory, Peer peer) {}

    /** What is reported instead of figures. */
    static final class Failed extends Exception {
        final String code;
        final String status;

        Failed(String text, String code, String status) {
            super(text);
            this.code = code;
            this.status = status;
        }
    }

    static Failed peerGone() {
        return new Failed("the peer has gone", "peer", "failed");
    }

    static Failed error(String text) {
        return new Failed(text, "error", "failed");
    }

    private static final String PROTOCOL = "{\"name\":\"ipcmark.worker\",\"version\":1}";
    private static final long STEP = 0x9E3779B97F4A7C15L;
    private static final long END_MARK = 1L << 63;
    private static final int LEAD_IN = 16;
    private static final int BEFORE_SILENCE = 16;
    private static final int ORDER_AT_MOST = 2048;
    private static final long COMPILED_AFTER = 10_000; // messages: what has run so often is compiled
    private static final int WARM_UP_FACTOR = 8;
    static final VarHandle WORD =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Reads and writes a descriptor that was inherited. */
    static final class Channel {
        final FileInputStream in;
        final FileOutputStream out;

        Channel(int number) throws ReflectiveOperationException {
            FileDescriptor descriptor = new FileDescriptor();
            var field = FileDescriptor.class.getDeclaredField("fd");
            field.setAccessible(true);
            field.setInt(descriptor, number);
            in = new FileInputStream(descriptor);
            out = new FileOutputStream(descriptor);
        }

        byte[] exactly(int size) throws IOException {
            byte[] data = new byte[size];
            for (int got = 0; got < size; ) { // readNBytes asks for a position, which a socket has not
                int part = in.read(data, got, size - got);
                if (part <= 0) return null;
                got += part;
            }
            return data;
        }
    }

    /** The untimed line to the other side. */
    static final class Peer {
        private final Channel line;

        Peer(Channel line) {
            this.line = line;
        }

        private void post(String text) throws Failed {
            try {
                line.out.write(text.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw peerGone();
            }
        }

        private String expect(char kind) throws Failed {
            byte[] data = new byte[4097];
            int got = 0;
            try {
                got = line.in.read(data);
            } catch (IOException e) {
                throw peerGone();
            }
            if (got <= 0) throw peerGone();
            if (data[0] != kind) throw error("rendezvous out of step");
            return new String(data, 1, got - 1, StandardCharsets.UTF_8);
        }

        void meet() throws Failed {
            post("M");
            expect('M');
        }

        void tell(String text) throws Failed {
            post("T" + text);
        }

        String hear() throws Failed {
            return expect('T');
        }
    }

    /** Writes the messages of one stream, or checks them. */
    static final class Payload {
        private static final int[] CRC = new int[256];

        static {
            for (int i = 0; i < CRC.length; ++i) {
                int value = i;
                for (int bit = 0; bit < 8; ++bit)
                    value = (value >>> 1) ^ ((value & 1) != 0 ? 0x82F63B78 : 0);
                CRC[i] = value;
            }
        }

        private final String touch;
        private final int bytes;
        private final long tag;
        private final byte[] wanted;
        long sequence;
        boolean lastWasEnd;

        Payload(String touch, int bytes, long tag) throws Failed {
            if (bytes < 8)
                throw new Failed(
                        "messages of fewer than 8 bytes end their phases through shared memory, which"
                                + " this worker does without",
                        "channel",
                        "skipped");
            if (!List.of("desc", "rw", "verify").contains(touch))
                throw error("this worker does not know the touch " + touch);
            this.touch = touch;
            this.bytes = bytes;
            this.tag = tag;
            wanted = new byte[bytes];
        }

        byte[] write(byte[] data, boolean last) {
            fill(data, tag + sequence++ + (last ? END_MARK : 0));
            return data;
        }

        void check(byte[] data) throws Failed {
            if (data.length != bytes)
                throw integrity("a message of " + data.length + " bytes arrived, " + bytes + " were sent");
            long word = (long) WORD.get(data, 0);
            long ahead = word - tag - sequence;
            if (ahead != 0 && ahead != END_MARK)
                throw integrity(
                        "message " + sequence + " was awaited and another arrived: lost, reordered or not"
                                + " ours");
            lastWasEnd = ahead == END_MARK;
            if (!touch.equals("desc")) {
                fill(wanted, word);
                if (!Arrays.equals(wanted, data))
                    throw integrity("the bytes of message " + sequence + " were changed on the way");
            }
            ++sequence;
        }

        private static Failed integrity(String text) {
            return new Failed(text, "integrity", "failed");
        }

        private void fill(byte[] data, long word) {
            boolean stream = touch.equals("verify");
            WORD.set(data, 0, word);
            if (touch.equals("desc")) return;
            long next = word;
            int at = 8;
            for (; at + 8 <= data.length; at += 8) {
                next += STEP;
                WORD.set(data, at, stream ? scrambled(word + at * STEP) : next);
            }
            long last = stream ? scrambled(word + at * STEP) : next + STEP;
            for (; at < data.length; ++at, last >>>= 8) data[at] = (byte) last;
            if (stream && data.length >= 16) putCrc(data);
        }

        private static long scrambled(long x) {
            x = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
            x = (x ^ x >>> 27) * 0x94D049BB133111EBL;
            return x ^ x >>> 31;
        }

        private static void putCrc(byte[] data) {
            int body = data.length - 4;
            int crc = -1;
            for (int i = 0; i < body; ++i) crc = CRC[(crc ^ data[i]) & 255] ^ crc >>> 8;
            crc = ~crc;
            for (int i = 0; i < 4; ++i) data[body + i] = (byte) (crc >>> 8 * i);
        }
    }

    private interface EndRule {
        boolean over(long nowNs, long messages);
    }

    private final Channel control;
    private final Map<String, Object> job;
    private final Map<String, Object> effort;
    private final List<Long> latencies = new ArrayList<>(1 << 16);
    private final Map<String, Object> measured = new TreeMap<>();
    private String stage = "starting";
    private Cell cell;
    private Endpoint end;
    private Payload out;
    private Payload incoming;
    private byte[] message;

    private IpcmarkWorker(Channel control, Map<String, Object> job) {
        this.control = control;
        this.job = job;
        effort = Json.object(job.get("effort"));
    }

    private void enter(String next) throws Exception {
        stage = next;
        sendFrame(control, "heartbeat", Map.of("stage", next, "messages", 0));
    }

    private void carryOut(Opener opener) throws Exception {
        Map<String, Object> what = Json.object(job.get("cell"));
        List<?> parties = (List<?>) job.get("parties");
        if (parties.size() != 2)
            throw error("this worker does not know how to be one of " + parties.size() + " parties");
        int position = (int) Json.number(job, "position", 0);
        String task = Json.text(Json.object(effort.get("task")), "kind", "measure");
        String pattern = Json.text(what, "pattern", "round_trip");
        if (!List.of("measure", "count", "idle").contains(task))
            throw error("this worker does not know the task " + task);
        if (!List.of("round_trip", "one_way").contains(pattern))
            throw error("this worker does not know the pattern " + pattern);
        boolean producer = "producer".equals(Json.object(parties.get(position)).get("side"));
        int bytes = (int) Json.number(what, "payload_bytes", 0);
        String touch = Json.text(what, "touch", "rw");
        long tag = Json.number(job, "tag", 0);
        Payload forward = new Payload(touch, bytes, tag);
        Payload backward = new Payload(touch, bytes, ~tag);
        out = producer ? forward : backward;
        incoming = producer ? backward : forward;
        message = new byte[bytes];
        Peer peer = new Peer(new Channel(5));
        boolean bothWays = pattern.equals("round_trip");
        cell = new Cell(producer, bothWays, bytes, Path.of(Json.text(job, "directory", "")), peer);
        enter("constructing");
        end = opener.open(cell);
        enter("meeting");
        peer.meet();
        if (task.equals("idle")) idle();
        else if (producer) send();
        else answer();
        peer.meet();
        end.close();
    }

    // Phases. The end of one is told by its last message.

    private long ping(EndRule rule, LongConsumer record) throws Exception {
        long exchanges = 0;
        long previous = System.nanoTime();
        for (boolean last = false; !last; ++exchanges) {
            last = rule.over(previous, exchanges + 1);
            end.send(out.write(message, last));
            byte[] reply = end.recv();
            if (reply == null) throw peerGone();
            incoming.check(reply);
            long now = System.nanoTime();
            record.accept(now - previous);
            previous = now;
        }
        return exchanges;
    }

    private long stream(EndRule rule) throws Exception {
        long messages = 0;
        for (boolean last = false; !last; ++messages) {
            last = rule.over(System.nanoTime(), messages + 1);
            end.send(out.write(message, last));
        }
        return messages;
    }

    private long produce(EndRule rule, LongConsumer record) throws Exception {
        return cell.bothWays() ? ping(rule, record) : stream(rule);
    }

    /** Receives, and answers where there is a way back, until the phase is over. */
    private long consume(LongConsumer onMessage) throws Exception {
        long[] received = {0};
        end.serve(
                new Handler() {
                    @Override
                    boolean handle(byte[] request) throws Failed {
                        incoming.check(request);
                        onMessage.accept(++received[0]);
                        boolean last = incoming.lastWasEnd;
                        if (cell.bothWays()) {
                            out.sequence = incoming.sequence - 1;
                            reply = out.write(message, last);
                        }
                        return !last;
                    }
                });
        return received[0];
    }

    private static void ignore(long value) {}

    private void warmUp(boolean producer) throws Exception {
        enter("warming_up");
        long start = System.nanoTime();
        long latest = start + WARM_UP_FACTOR * Json.number(effort, "warm_up_max_ns", 250_000_000);
        long enough = start + Json.number(effort, "warm_up_min_ns", 20_000_000);
        long least = Math.max(COMPILED_AFTER, Json.number(effort, "warm_up_messages", 1000));
        EndRule rule = (now, n) -> now - latest >= 0 || (now - enough >= 0 && n >= least);
        measured.put(
                "warm_up_messages",
                producer ? produce(rule, IpcmarkWorker::ignore) : consume(IpcmarkWorker::ignore));
        measured.put("warm_up_ns", System.nanoTime() - start);
        System.gc();
        enter("timing");
        cell.peer().meet();
    }

    private void told(long first, long last, long messages, long counted) throws Exception {
        enter("reporting"); // the parent reads what was consumed
        measured.put("first_ticks", first);
        measured.put("last_ticks", last);
        measured.put("messages", messages);
        measured.put("counted_messages", counted);
    }

    private void send() throws Exception {
        warmUp(true);
        long led = 0;
        if (cell.bothWays()) led = ping((now, n) -> n >= LEAD_IN, IpcmarkWorker::ignore);
        long limit = Json.number(effort, "max_messages", 0);
        long first = System.nanoTime();
        long deadline = first + Json.number(effort, "timed_ns", 150_000_000);
        long messages =
                produce((now, n) -> now - deadline >= 0 || n == limit, ns -> latencies.add(ns));
        told(first, System.nanoTime(), messages, led + messages);
        if (!cell.bothWays() || !Boolean.TRUE.equals(effort.get("unstamped_block"))) return;
        cell.peer().tell("");
        cell.peer().meet();
    }

    private void answer() throws Exception {
        warmUp(false);
        long took = Math.max(1, (long) measured.get("warm_up_ns"));
        long block = Math.max(1, (long) measured.get("warm_up_messages") * 5_000_000 / took);
        List<Long> stamps = new ArrayList<>(4096);
        long led = cell.bothWays() ? consume(IpcmarkWorker::ignore) : 0;
        long first = System.nanoTime();
        long messages =
                consume(
                        n -> {
                            if (n % block == 0 && stamps.size() < 4096) stamps.add(System.nanoTime());
                        });
        told(first, System.nanoTime(), messages, led + messages);
        if (!cell.bothWays()) {
            measured.put("block_messages", block);
            measured.put("block_ticks", stamps);
        } else if (Boolean.TRUE.equals(effort.get("unstamped_block"))) {
            boolean wanted = !cell.peer().hear().isEmpty();
            cell.peer().meet();
            if (wanted) consume(IpcmarkWorker::ignore);
        }
    }

    private void idle() throws Exception {
        enter("warming_up");
        if (!cell.producer()) {
            consume(IpcmarkWorker::ignore);
            enter("timing");
            cell.peer().meet();
            long first = System.nanoTime();
            told(first, System.nanoTime(), consume(IpcmarkWorker::ignore), 1);
            measured.put("last_ticks", System.nanoTime());
            return;
        }
        produce((now, n) -> n >= BEFORE_SILENCE, IpcmarkWorker::ignore);
        enter("timing");
        cell.peer().meet();
        Thread.sleep(Json.number(effort, "timed_ns", 0) / 1_000_000);
        produce((now, n) -> n >= 1, IpcmarkWorker::ignore);
    }

    // The report.

    private static long bucketOf(long value) {
        value = Math.min(Math.max(value, 0), (1L << 36) - 1);
        if (value < 128) return value;
        int shift = 56 - Long.numberOfLeadingZeros(value);
        return (shift + 1) * 128L + (value >> shift) - 128;
    }

    private Map<String, Object> histogram() {
        Map<Long, Long> counts = new TreeMap<>();
        for (long each : latencies) counts.merge(bucketOf(each), 1L, Long::sum);
        List<Object> buckets = new ArrayList<>();
        counts.forEach((number, count) -> buckets.add(List.of(number, count)));
        long least = latencies.isEmpty() ? 0 : Long.MAX_VALUE;
        long greatest = 0;
        for (long each : latencies) {
            least = Math.min(least, each);
            greatest = Math.max(greatest, each);
        }
        return Map.of("least_ns", least, "greatest_ns", greatest, "buckets", buckets);
    }

    private void reportInto(Map<String, Object> report) {
        int stride = 1;
        while (latencies.size() > ORDER_AT_MOST * stride) stride *= 2;
        List<Long> inOrder = new ArrayList<>();
        for (int i = 0; i < latencies.size(); i += stride) inOrder.add(latencies.get(i));
        report.put("measured", measured);
        report.put("latencies", histogram());
        report.put("latencies_in_order", inOrder);
        report.put("order_stride", stride);
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 1000; ++i) least = Math.min(least, -System.nanoTime() + System.nanoTime());
        report.put("notes", Map.of("stamp_cost_ns", least));
    }

    private static Map<String, Object> failureOf(Throwable e, String stage) {
        String said = String.valueOf(e.getMessage());
        boolean gone = e instanceof java.rmi.RemoteException;
        gone |= e instanceof IOException && said.matches("(?s).*(Broken pipe|Connection reset).*");
        Failed told = e instanceof Failed failed ? failed : null;
        return Map.of(
                "status", told == null ? "failed" : told.status,
                "code", gone ? "peer" : told == null ? "error" : told.code,
                "stage", stage,
                "text", told == null ? e.toString() : told.getMessage());
    }

    private static void sendFrame(Channel control, String kind, Object content) throws IOException {
        String text = "{\"protocol\":" + PROTOCOL + ",\"" + kind + "\":" + Json.write(content) + "}";
        byte[] data = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[4 + data.length];
        for (int i = 0; i < 4; ++i) frame[i] = (byte) (data.length >>> 8 * i);
        System.arraycopy(data, 0, frame, 4, data.length);
        control.out.write(frame);
    }

    private static long lastCpu() throws IOException {
        String stat = Files.readString(Path.of("/proc/thread-self/stat"));
        return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[36]);
    }

    /** Carries out one job, and ends with the parent's word. */
    static void run(Opener opener) throws Exception {
        Channel control = new Channel(3);
        sendFrame(control, "heartbeat", Map.of("stage", "starting", "messages", 0));
        byte[] head = control.exactly(4);
        if (head == null) System.exit(0);
        int size = 0;
        for (int i = 0; i < 4; ++i) size |= (head[i] & 255) << 8 * i;
        Map<String, Object> report = new TreeMap<>();
        IpcmarkWorker worker = null;
        try {
            Object frame = Json.read(new String(control.exactly(size), StandardCharsets.UTF_8));
            Map<String, Object> spoken = Json.object(Json.object(frame).get("protocol"));
            if (!"ipcmark.worker".equals(spoken.get("name")) || Json.number(spoken, "version", 0) != 1)
                throw new Failed("the parent speaks " + spoken, "protocol", "failed");
            worker = new IpcmarkWorker(control, Json.object(Json.object(frame).get("job")));
            worker.carryOut(opener);
        } catch (Exception e) {
            report.put("failed", failureOf(e, worker == null ? "starting" : worker.stage));
        }
        // Of a failure at once: whoever waits for it gives a second.
        if (worker != null && !report.containsKey("failed")) worker.reportInto(report);
        report.put("last_cpu", lastCpu());
        sendFrame(control, "report", report);
        byte[] rest = new byte[4096];
        while (control.in.read(rest) > 0) {
            // until the parent lets this process go
        }
        Runtime.getRuntime().halt(0);
    }
}
