"""A worker of ipcmark in Python: the whole of harness/worker/PROTOCOL.md that a mechanism of round
trips and one-way streams needs, with the standard library alone.

A mechanism is a class:

    class Endpoint:
        def __init__(self, cell): ...   # makes its side; cell is a Cell
        def send(self, message): ...    # a bytearray of cell.payload_bytes, its own only until the
                                        # call returns; blocks until the mechanism has it
        def recv(self): ...             # bytes-like, of the length that came; None: the peer closed
        def close(self): ...            # optional

and its program ends with `ipcmark_worker.main(Endpoint)`. mine.py beside this file is a complete one.
"""

import array
import ctypes
import errno
import gc
import json
import os
import resource
import signal
import socket
import struct
import sys
import time

PROTOCOL = {"name": "ipcmark.worker", "version": 1}
CONTROL = 3
FIRST_PEER = 5
FRAME_LIMIT = 64 << 20
MASK = (1 << 64) - 1
STEP = 0x9E3779B97F4A7C15
END_MARK = 1 << 63
LEAD_IN = 16
BEFORE_SILENCE = 16
ORDER_AT_MOST = 2048


class Failed(Exception):
    """What a worker reports instead of figures."""

    status = "failed"
    code = "error"


class PeerGone(Failed):
    code = "peer"


class Integrity(Failed):
    code = "integrity"


class Mismatch(Failed):
    code = "protocol"


class LimitExceeded(Failed):
    """A limit of the machine forbids the cell: which one, and how to raise it."""

    status = "skipped"
    code = "limit"


class ChannelLacks(Failed):
    status = "skipped"
    code = "channel"


def now_ns():
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


# --- frames and the control socket


def read_exactly(fd, size):
    """None: the other side closed before the first byte."""
    parts = bytearray()
    while len(parts) < size:
        part = os.read(fd, size - len(parts))
        if not part:
            if parts:
                raise PeerGone("the parent closed inside a frame")
            return None
        parts += part
    return bytes(parts)


def receive_frame():
    head = read_exactly(CONTROL, 4)
    if head is None:
        return None
    (size,) = struct.unpack("<I", head)
    if size > FRAME_LIMIT:
        raise Mismatch("a frame beyond 64 MiB")
    return json.loads(read_exactly(CONTROL, size) or b"null")


def send_frame(kind, content):
    text = json.dumps({"protocol": PROTOCOL, kind: content}).encode()
    data = memoryview(struct.pack("<I", len(text)) + text)
    while data:
        data = data[os.write(CONTROL, data) :]


# --- the untimed line to the other side


class Peer:
    def __init__(self, descriptor, may_hand_over):
        self._line = socket.socket(fileno=descriptor)
        self._may_hand_over = may_hand_over

    def _post(self, kind, text=b"", descriptors=()):
        try:
            if descriptors:
                socket.send_fds(self._line, [kind + text], list(descriptors))
            else:
                self._line.send(kind + text)
        except (BrokenPipeError, ConnectionResetError):
            raise PeerGone("the peer process has gone") from None

    def _expect(self, kind):
        try:
            data, descriptors, _, _ = socket.recv_fds(self._line, 4097, 1)
        except ConnectionResetError:
            data, descriptors = b"", []
        if not data:
            raise PeerGone("the peer process has gone")
        if data[:1] != kind:
            raise Failed(f"rendezvous out of step: expected {kind!r}, got {data[:1]!r}")
        return data[1:], descriptors

    def meet(self):
        self._post(b"M")
        self._expect(b"M")

    def tell(self, text):
        self._post(b"T", text.encode())

    def hear(self):
        return self._expect(b"T")[0].decode()

    def _require_descriptors(self):
        if not self._may_hand_over:
            raise ChannelLacks("it hands over a descriptor, which this channel cannot")

    def give(self, descriptor):
        self._require_descriptors()
        self._post(b"D", descriptors=[descriptor])

    def take(self):
        self._require_descriptors()
        return self._expect(b"D")[1][0]


class Cell:
    """What an endpoint may know."""

    def __init__(self, job, peer):
        cell = job.get("cell", {})
        self.mechanism = cell.get("mechanism", "")
        self.pattern = cell.get("pattern", "round_trip")
        self.touch = cell.get("touch", "rw")
        self.payload_bytes = cell.get("payload_bytes", 0)
        self.depth = cell.get("depth", 1)
        self.name = job.get("name", "")
        self.directory = job.get("directory", "")
        self.producer = job["parties"][job.get("position", 0)]["side"] == "producer"
        self.both_ways = self.pattern == "round_trip"
        self.peer = peer
        self.notes = {}  # facts worth keeping: whole numbers by name


# --- payload


def crc32c_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = crc32c_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    table = CRC_TABLE
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


class Words:
    """The words w + factor*i of a message, all at once: every other word in a lane of 128 bits of one
    large number, so that no sum or product reaches the next lane."""

    def __init__(self, payload_bytes, factor):
        self._bytes = payload_bytes
        count = (payload_bytes + 7) // 8
        self._halves = []
        for first in (0, 1):
            numbers = range(first, count, 2)
            steps = b"".join(struct.pack("<QQ", i * factor & MASK, 0) for i in numbers)
            ones = struct.pack("<QQ", 1, 0) * len(numbers)
            lane = int.from_bytes(ones, "little")
            self._halves.append((int.from_bytes(steps, "little"), lane, lane * MASK))
        self._padded = (count + 1) // 2 * 16

    def _lanes(self, word, half):
        steps, ones, lanes = self._halves[half]
        return (steps + word * ones) & lanes

    def plain(self, word):
        whole = self._lanes(word, 0) | self._lanes(word, 1) << 64
        return whole.to_bytes(self._padded, "little")[: self._bytes]

    def scrambled(self, word):
        """The finaliser of SplitMix64 of each."""
        whole = 0
        for half, shift in ((0, 0), (1, 64)):
            lanes = self._halves[half][2]
            x = self._lanes(word, half)
            x = ((x ^ (x >> 30 & lanes)) * 0xBF58476D1CE4E5B9) & lanes
            x = ((x ^ (x >> 27 & lanes)) * 0x94D049BB133111EB) & lanes
            whole |= (x ^ (x >> 31 & lanes)) << shift
        return whole.to_bytes(self._padded, "little")[: self._bytes]


class Payload:
    """Writes the messages of one stream, or checks them."""

    def __init__(self, touch, payload_bytes, tag):
        if payload_bytes < 8:
            raise ChannelLacks(
                "messages of fewer than 8 bytes end their phases through shared memory, which this "
                "worker does without"
            )
        known = {
            "desc": (self._nothing, self._anything),
            "line": (self._write_lines, self._lines_match),
            "rw": (self._write_words, self._words_match),
            "copy": (self._copy, self._copy_back),
            "verify": (self._write_stream, self._stream_matches),
        }
        if touch not in known:
            raise Failed(f"this worker does not know the touch {touch}")
        self._tag = tag
        self._bytes = payload_bytes
        self._buffer = bytearray(payload_bytes)
        self._write_body, self._body_matches = known[touch]
        self._words = None
        if touch in ("rw", "copy"):
            self._words = Words(payload_bytes, STEP)
        if touch == "verify":
            self._words = Words(payload_bytes, 8 * STEP)
        self._private = self._words.plain(tag) if touch == "copy" else b""
        self._sink = bytearray(payload_bytes if touch == "copy" else 0)
        self.sequence = 0  # of the next message
        self.last_was_end = False

    def write(self, last=False):
        word = (self._tag + self.sequence + (END_MARK if last else 0)) & MASK
        self._write_body(word)
        struct.pack_into("<Q", self._buffer, 0, word)
        self.sequence += 1
        return self._buffer

    def check(self, message):
        size = len(message)
        if size != self._bytes:
            raise Integrity(f"a message of {size} bytes arrived, {self._bytes} were sent")
        (word,) = struct.unpack_from("<Q", message)
        ahead = (word - self._tag - self.sequence) & MASK
        if ahead not in (0, END_MARK):
            raise Integrity(
                f"message {self.sequence} was awaited and another arrived: lost, reordered or not ours"
            )
        self.last_was_end = ahead == END_MARK
        if not self._body_matches(message, word):
            raise Integrity(f"the bytes of message {self.sequence} were changed on the way")
        self.sequence += 1

    def _nothing(self, word):
        pass

    def _anything(self, message, word):
        return True

    def _write_lines(self, word):
        for at in range(64, self._bytes - 7, 64):
            struct.pack_into("<Q", self._buffer, at, (word + at) & MASK)

    def _lines_match(self, message, word):
        return all(
            struct.unpack_from("<Q", message, at)[0] == (word + at) & MASK
            for at in range(64, self._bytes - 7, 64)
        )

    def _write_words(self, word):
        self._buffer[:] = self._words.plain(word)

    def _words_match(self, message, word):
        return message == self._words.plain(word)

    def _copy(self, word):
        self._buffer[:] = self._private

    def _copy_back(self, message, word):
        self._sink[:] = message
        return True

    def _stream(self, word):
        data = bytearray(self._words.scrambled(word))
        struct.pack_into("<Q", data, 0, word)
        if self._bytes >= 16:
            struct.pack_into("<I", data, self._bytes - 4, crc32c(memoryview(data)[:-4]))
        return data

    def _write_stream(self, word):
        self._buffer[:] = self._stream(word)

    def _stream_matches(self, message, word):
        if self._bytes < 16:
            return message == self._stream(word)
        (told,) = struct.unpack_from("<I", message, self._bytes - 4)
        return told == crc32c(memoryview(message)[:-4])


# --- what is measured


def bucket_of(value):
    value = min(max(value, 0), (1 << 36) - 1)
    if value < 128:
        return value
    shift = value.bit_length() - 8
    return (shift + 1) * 128 + (value >> shift) - 128


def histogram_of(values):
    if not values:
        return {"least_ns": 0, "greatest_ns": 0, "buckets": []}
    counts = {}
    for value in values:
        number = bucket_of(value)
        counts[number] = counts.get(number, 0) + 1
    return {"least_ns": min(values), "greatest_ns": max(values), "buckets": sorted(counts.items())}


def run_delay_ns():
    try:
        with open("/proc/self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1])
    except (OSError, IndexError, ValueError):
        return None


def read_usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "user_ns": round(used.ru_utime * 1e9),
        "system_ns": round(used.ru_stime * 1e9),
        "voluntary_switches": used.ru_nvcsw,
        "involuntary_switches": used.ru_nivcsw,
        "minor_faults": used.ru_minflt,
        "major_faults": used.ru_majflt,
        "run_delay_ns": run_delay_ns(),
    }


def difference(later, earlier):
    return {
        key: None if value is None or earlier[key] is None else value - earlier[key]
        for key, value in later.items()
    }


def status_number(key, file="/proc/self/status"):
    with open(file, encoding="ascii", errors="replace") as lines:
        for line in lines:
            if line.startswith(key + ":"):
                return int(line.split()[1])
    return None


def stamp_cost_ns():
    """The least of some pairs of readings: what a stamp adds to a latency."""
    return min(-now_ns() + now_ns() for _ in range(1000))


class Worker:
    def __init__(self, job, endpoint_type):
        self.job = job
        self.endpoint_type = endpoint_type
        self.effort = job.get("effort", {})
        self.task = self.effort.get("task", {}).get("kind", "measure")
        self.stage = "starting"
        self.measured = {}
        self.latencies = array.array("q")
        self.cell = None
        self.messages = 0

    def enter(self, stage):
        self.stage = stage
        send_frame("heartbeat", {"stage": stage, "messages": self.messages})

    def carry_out(self):
        parties = self.job["parties"]
        if len(parties) != 2:
            raise Failed(f"this worker does not know how to be one of {len(parties)} parties")
        channel = self.job.get("channel", {})
        self.cell = Cell(self.job, Peer(FIRST_PEER, channel.get("descriptors", True)))
        if self.task not in ("measure", "count", "idle"):
            raise Failed(f"this worker does not know the task {self.task}")
        if self.cell.pattern not in ("round_trip", "one_way"):
            raise Failed(f"this worker does not know the pattern {self.cell.pattern}")
        tag = self.job.get("tag", 0)
        forward = Payload(self.cell.touch, self.cell.payload_bytes, tag)
        backward = Payload(self.cell.touch, self.cell.payload_bytes, ~tag & MASK)
        self.out, self.incoming = (
            (forward, backward) if self.cell.producer else (backward, forward)
        )
        self.enter("constructing")
        endpoint = self.endpoint_type(self.cell)
        self.send, self.recv = endpoint.send, endpoint.recv
        try:
            self.enter("meeting")
            self.cell.peer.meet()
            self.run()
            self.cell.peer.meet()
        finally:
            getattr(endpoint, "close", lambda: None)()

    def run(self):
        side = "producer" if self.cell.producer else "consumer"
        kind = "idle" if self.task == "idle" else self.cell.pattern
        gc.collect()
        gc.disable()
        getattr(self, f"{kind}_{side}")()
        gc.enable()

    # Phases. The end of one is told by its last message.

    def receive(self):
        message = self.recv()
        if message is None:
            raise PeerGone("the peer closed the channel before the last message")
        self.incoming.check(message)

    def exchange(self, last):
        self.send(self.out.write(last))
        self.receive()

    def ping(self, over, latencies=None):
        """One clock reading a round trip; over(stamp, exchanges with the next) ends the phase."""
        exchanges = 0
        previous = now_ns()
        last = False
        while not last:
            last = over(previous, exchanges + 1)
            self.exchange(last)
            now = now_ns()
            if latencies is not None:
                latencies.append(now - previous)
            previous = now
            exchanges += 1
        return exchanges

    def echo(self):
        replies = 0
        while True:
            self.receive()
            last = self.incoming.last_was_end
            self.out.sequence = self.incoming.sequence - 1
            self.send(self.out.write(last))
            replies += 1
            if last:
                return replies

    def stream(self, over):
        messages = 0
        last = False
        while not last:
            last = over(now_ns(), messages + 1)
            self.send(self.out.write(last))
            messages += 1
        return messages

    def drain(self, on_message=None):
        received = 0
        while True:
            self.receive()
            received += 1
            if on_message is not None:
                on_message(received)
            if self.incoming.last_was_end:
                return received

    # When a phase ends.

    def warmed_up(self, start):
        latest = start + self.effort.get("warm_up_max_ns", 250_000_000)
        enough = start + self.effort.get("warm_up_min_ns", 20_000_000)
        messages = self.effort.get("warm_up_messages", 1000)
        return lambda now, count: now >= latest or (now >= enough and count >= messages)

    def timed_out(self, start):
        deadline = start + self.effort.get("timed_ns", 150_000_000)
        limit = self.effort.get("max_messages", 0) or MASK
        return lambda now, count: now >= deadline or count >= limit

    # Patterns.

    def begin_timing(self):
        self.enter("timing")
        self.cell.peer.meet()
        self._before = read_usage()

    def end_timing(self, messages):
        self.measured["usage"] = difference(read_usage(), self._before)
        self.measured["counted_messages"] = messages

    def warm_up(self, part):
        self.enter("warming_up")
        start = now_ns()
        self.measured["warm_up_messages"] = part(start)
        self.measured["warm_up_ns"] = now_ns() - start

    def round_trip_producer(self):
        self.warm_up(lambda start: self.ping(self.warmed_up(start)))
        self.begin_timing()
        lead_in = self.ping(lambda _, count: count >= LEAD_IN)
        first = now_ns()
        exchanges = self.ping(self.timed_out(first), self.latencies)
        self.measured["last_ticks"] = now_ns()
        self.end_timing(lead_in + exchanges)
        self.measured["first_ticks"] = first
        self.measured["messages"] = exchanges
        if self.effort.get("unstamped_block"):
            self.cell.peer.tell("")  # no further block: a stamp is little beside an interpreter
            self.cell.peer.meet()

    def round_trip_consumer(self):
        self.warm_up(lambda _: self.echo())
        self.begin_timing()
        lead_in = self.echo()
        self.measured["messages"] = self.echo()
        self.end_timing(lead_in + self.measured["messages"])
        if self.effort.get("unstamped_block"):
            wanted = self.cell.peer.hear() != ""
            self.cell.peer.meet()
            if wanted:
                self.echo()

    def one_way_producer(self):
        self.warm_up(lambda start: self.stream(self.warmed_up(start)))
        self.begin_timing()
        first = now_ns()
        messages = self.stream(self.timed_out(first))
        self.measured["last_ticks"] = now_ns()
        self.end_timing(messages)
        self.measured["first_ticks"] = first
        self.measured["messages"] = messages

    def one_way_consumer(self):
        self.warm_up(lambda _: self.drain())
        took = max(self.measured["warm_up_ns"], 1)
        block = max(self.measured["warm_up_messages"] * 5_000_000 // took, 1)
        stamps = []

        def stamp(received):
            if received % block == 0 and len(stamps) < 4096:
                stamps.append(now_ns())

        self.begin_timing()
        first = now_ns()
        received = self.drain(stamp)
        self.measured["last_ticks"] = now_ns()
        self.end_timing(received)
        self.measured["first_ticks"] = first
        self.measured["messages"] = received
        self.measured["block_messages"] = block
        self.measured["block_ticks"] = stamps

    def idle_producer(self):
        def some(count):
            over = lambda _, sent: sent >= count
            return self.ping(over) if self.cell.both_ways else self.stream(over)

        self.enter("warming_up")
        some(BEFORE_SILENCE)
        self.enter("timing")
        self.cell.peer.meet()
        time.sleep(self.effort.get("timed_ns", 0) / 1e9)
        some(1)

    def idle_consumer(self):
        part = self.echo if self.cell.both_ways else self.drain
        self.enter("warming_up")
        part()
        self.begin_timing()
        self.measured["first_ticks"] = now_ns()
        self.measured["messages"] = part()
        self.measured["last_ticks"] = now_ns()
        self.end_timing(self.measured["messages"])


def failure_of(error, stage):
    if isinstance(error, Failed):
        status, code = error.status, error.code
    elif isinstance(error, OSError) and error.errno in (errno.EPIPE, errno.ECONNRESET):
        status, code = "failed", "peer"
    else:
        status, code = "failed", "error"
    text = str(error) or type(error).__name__
    if not isinstance(error, (Failed, OSError)):
        text = f"{type(error).__name__}: {text}"
    return {"status": status, "code": code, "stage": stage, "text": text}


def report_of(frame, endpoint_type, started_ns):
    report = {"started_ns": started_ns, "measured": {}}
    worker = None
    try:
        if frame.get("protocol") != PROTOCOL:
            raise Mismatch(f"the parent speaks {frame.get('protocol')}, this worker {PROTOCOL}")
        worker = Worker(frame["job"], endpoint_type)
        worker.carry_out()
    except Exception as error:  # an error is data
        report["failed"] = failure_of(error, worker.stage if worker else "starting")
    if worker:
        latencies = worker.latencies
        stride = 1
        while len(latencies) > ORDER_AT_MOST * stride:
            stride *= 2
        report["measured"] = worker.measured
        report["latencies"] = histogram_of(latencies)
        report["latencies_in_order"] = list(latencies[::stride])
        report["order_stride"] = stride
        report["notes"] = {**(worker.cell.notes if worker.cell else {}),
                           "stamp_cost_ns": stamp_cost_ns()}
    report["peak_resident_bytes"] = (status_number("VmHWM") or 0) * 1024
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        report["last_cpu"] = int(file.read().rpartition(")")[2].split()[36])
    return report


def number_after(flag, otherwise):
    for argument in sys.argv:
        if argument.startswith(flag):
            return int(argument[len(flag) :])
    return otherwise


def main(endpoint_type):
    started_ns = now_ns()
    parent = number_after("--parent=", None)
    if parent is None:
        sys.exit("ipcmark starts this program by itself: ipcmark run --external FILE.json")
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)  # it went before the line above took hold
    cpu = number_after("--cpu=", -1)
    if cpu >= 0:
        os.sched_setaffinity(0, {cpu})
    try:
        send_frame("heartbeat", {"stage": "starting", "messages": 0})
        frame = receive_frame()
        if frame is None:
            return
        send_frame("report", report_of(frame, endpoint_type, started_ns))
        while os.read(CONTROL, 4096):  # until the parent lets this process go
            pass
    except (BrokenPipeError, ConnectionResetError):
        pass
    sys.stdout.flush()
    os._exit(0)  # what is released was released by close()
