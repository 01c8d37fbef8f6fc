// A worker of ipcmark in JavaScript for Node.js: harness/worker/PROTOCOL.md for round trips and
// one-way streams.
//
// An endpoint is an object that `open(cell)` gives (it may be a promise): send(buffer) gives a promise
// where the mechanism has no room, and the buffer is its own from then on; flush() gives one until all
// that was sent has left the process, since nothing does while it waits for its peer; it calls
// cell.received(buffer) for each message, cell.closed() when the peer has gone; close().

import { openSync, readFileSync, readSync, writeSync } from "node:fs";

const protocol = { name: "ipcmark.worker", version: 1 };
const control = 3;
const firstPeer = 5;
const frameLimit = 64 << 20;
const endMark = 1n << 63n;
const mask = (1n << 64n) - 1n;
const step = 0x9e3779b97f4a7c15n;
const leadIn = 16;
const beforeSilence = 16;
const orderAtMost = 2048;

class Failed extends Error {
  constructor(text, code = "error", status = "failed") {
    super(text);
    this.code = code;
    this.status = status;
  }
}

export const limitExceeded = (text) => new Failed(text, "limit", "skipped");
const channelLacks = (text) => new Failed(text, "channel", "skipped");
const peerGone = () => new Failed("the peer has gone", "peer");

// CLOCK_MONOTONIC: Node reaches no other. Seconds and nanoseconds, so that a double holds a span.
function nowNs() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}

// --- frames and the line to the peer: untimed, so that they may block

function readExactly(fd, size) {
  const data = Buffer.alloc(size);
  for (let got = 0; got < size;) {
    const part = readSync(fd, data, got, size - got, null);
    if (part === 0) return null;
    got += part;
  }
  return data;
}

/** The job's 64-bit tag is no number of JavaScript: it is read from the text. */
function receiveJob() {
  const head = readExactly(control, 4);
  if (head === null) return null;
  const size = head.readUInt32LE(0);
  if (size > frameLimit) throw new Failed("a frame beyond 64 MiB", "protocol");
  const text = readExactly(control, size).toString();
  const frame = JSON.parse(text);
  const tag = /"tag":\s*(\d+)/.exec(text);
  return { frame, tag: BigInt(tag ? tag[1] : 0) };
}

function sendFrame(kind, content) {
  const text = Buffer.from(JSON.stringify({ protocol, [kind]: content }));
  const data = Buffer.alloc(4 + text.length);
  data.writeUInt32LE(text.length, 0);
  text.copy(data, 4);
  for (let sent = 0; sent < data.length;) sent += writeSync(control, data, sent);
}

const peer = {
  post(kind, text = "") {
    try {
      writeSync(firstPeer, kind + text);
    } catch (error) {
      throw error.code === "EPIPE" || error.code === "ECONNRESET" ? peerGone() : error;
    }
  },
  expect(kind) {
    const data = Buffer.alloc(4097);
    let got = 0;
    try {
      got = readSync(firstPeer, data, 0, data.length, null);
    } catch (error) {
      if (error.code !== "ECONNRESET") throw error;
    }
    if (got === 0) throw peerGone();
    const text = data.toString("utf8", 0, got);
    if (text[0] !== kind)
      throw new Failed(`rendezvous out of step: expected ${kind}, got ${text[0]}`);
    return text.slice(1);
  },
  meet() {
    this.post("M");
    this.expect("M");
  },
  tell(text) {
    this.post("T", text);
  },
  hear() {
    return this.expect("T");
  },
};

// --- payload

const crcTable = Uint32Array.from({ length: 256 }, (_, value) => {
  for (let bit = 0; bit < 8; ++bit) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  return value;
});

function crc32c(data, size) {
  let crc = -1;
  for (let i = 0; i < size; ++i) crc = crcTable[(crc ^ data[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function scrambled(x) {
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & mask;
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & mask;
  return x ^ (x >> 31n);
}

/** 64-bit words as pairs of 32 bits: numbers of JavaScript without BigInt. */
const low = (word) => Number(word & 0xffffffffn);
const high = (word) => Number(word >> 32n);
const stepLow = low(step);
const stepHigh = high(step);

/** Writes w + i*c, or says whether it is there. */
function words(data, word, use) {
  let l = low(word);
  let h = high(word);
  const whole = data.length - (data.length % 8);
  for (let at = 8; at < data.length; at += 8) {
    l += stepLow;
    h = (h + stepHigh + (l > 0xffffffff ? 1 : 0)) >>> 0;
    l >>>= 0;
    if (at < whole) {
      if (!use(data, at, l, h)) return false;
      continue;
    }
    const last = Buffer.alloc(8);
    last.writeUInt32LE(l, 0);
    last.writeUInt32LE(h, 4);
    for (let i = at; i < data.length; ++i) if (!use.byte(data, i, last[i - at])) return false;
  }
  return true;
}

function write(data, at, l, h) {
  data.writeUInt32LE(l, at);
  data.writeUInt32LE(h, at + 4);
  return true;
}
write.byte = (data, at, value) => {
  data[at] = value;
  return true;
};
const same = (data, at, l, h) => data.readUInt32LE(at) === l && data.readUInt32LE(at + 4) === h;
same.byte = (data, at, value) => data[at] === value;

function stream(data, word) {
  data.writeBigUInt64LE(word, 0);
  const last = Buffer.alloc(8);
  for (let at = 8; at < data.length; at += 8) {
    last.writeBigUInt64LE(scrambled((word + BigInt(at) * step) & mask), 0);
    last.copy(data, at);
  }
  if (data.length >= 16) data.writeUInt32LE(crc32c(data, data.length - 4), data.length - 4);
}

const touches = {
  desc: { write() {}, matches: () => true },
  rw: {
    write: (data, word) => words(data, word, write),
    matches: (data, word) => words(data, word, same),
  },
  verify: {
    write: stream,
    matches(data, word) {
      if (data.length >= 16)
        return data.readUInt32LE(data.length - 4) === crc32c(data, data.length - 4);
      const wanted = Buffer.alloc(data.length);
      stream(wanted, word);
      return wanted.equals(data);
    },
  },
};

class Payload {
  constructor(touch, bytes, tag) {
    if (bytes < 8)
      throw channelLacks(
        "messages of fewer than 8 bytes end their phases through shared memory, which this worker " +
          "does without",
      );
    if (!(touch in touches)) throw new Failed(`this worker does not know the touch ${touch}`);
    this.how = touches[touch];
    this.bytes = bytes;
    this.tag = tag;
    this.sequence = 0;
    this.lastWasEnd = false;
  }
  write(last) {
    const data = Buffer.allocUnsafe(this.bytes);
    const word = (this.tag + BigInt(this.sequence++) + (last ? endMark : 0n)) & mask;
    this.how.write(data, word);
    data.writeBigUInt64LE(word, 0);
    return data;
  }
  check(data) {
    if (data.length !== this.bytes)
      throw new Failed(
        `a message of ${data.length} bytes arrived, ${this.bytes} were sent`,
        "integrity",
      );
    const word = data.readBigUInt64LE(0);
    const ahead = (word - this.tag - BigInt(this.sequence)) & mask;
    if (ahead !== 0n && ahead !== endMark)
      throw new Failed(
        `message ${this.sequence} was awaited and another arrived: lost, reordered or not ours`,
        "integrity",
      );
    this.lastWasEnd = ahead === endMark;
    if (!this.how.matches(data, word))
      throw new Failed(
        `the bytes of message ${this.sequence} were changed on the way`,
        "integrity",
      );
    ++this.sequence;
  }
}

// --- what is measured

function bucketOf(value) {
  value = Math.min(Math.max(value, 0), 2 ** 36 - 1);
  if (value < 128) return value;
  const shift = Math.floor(Math.log2(value)) - 7;
  return (shift + 1) * 128 + Math.floor(value / 2 ** shift) - 128;
}

function histogramOf(values) {
  const counts = new Map();
  let least = Infinity;
  let greatest = 0;
  for (const value of values) {
    const number = bucketOf(value);
    counts.set(number, (counts.get(number) ?? 0) + 1);
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return {
    least_ns: values.length > 0 ? least : 0,
    greatest_ns: greatest,
    buckets: [...counts].sort((a, b) => a[0] - b[0]),
  };
}

function readUsage() {
  const used = process.resourceUsage();
  return {
    user_ns: used.userCPUTime * 1000,
    system_ns: used.systemCPUTime * 1000,
    voluntary_switches: used.voluntaryContextSwitches,
    involuntary_switches: used.involuntaryContextSwitches,
    minor_faults: used.minorPageFault,
    major_faults: used.majorPageFault,
  };
}

const difference = (later, earlier) =>
  Object.fromEntries(Object.entries(later).map(([key, value]) => [key, value - earlier[key]]));

const statusNumber = (key) =>
  Number(
    new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0,
  );

function stampCostNs() {
  let least = Infinity;
  for (let i = 0; i < 1000; ++i) {
    const before = nowNs();
    least = Math.min(least, nowNs() - before);
  }
  return Math.max(0, Math.round(least));
}

/** Counts what was handed to the system and has not left the process yet. */
export class Pending {
  #count = 0;
  #waiting = [];

  /** The callback of one write. */
  add() {
    ++this.#count;
    return () => {
      if (--this.#count > 0) return;
      for (const resume of this.#waiting) resume();
      this.#waiting = [];
    };
  }

  flush() {
    if (this.#count === 0) return undefined;
    return new Promise((resume) => this.#waiting.push(resume));
  }
}

class Worker {
  constructor(job, tag) {
    this.job = job;
    this.tag = tag;
    this.effort = job.effort ?? {};
    this.stage = "starting";
    this.measured = {};
    this.latencies = [];
    this.notes = {};
    this.queue = [];
    this.waiting = null;
    this.gone = false;
  }

  enter(stage) {
    this.stage = stage;
    sendFrame("heartbeat", { stage, messages: 0 });
  }

  async carryOut(open) {
    const { cell, parties, position = 0, channel = {} } = this.job;
    if (parties.length !== 2)
      throw new Failed(`this worker does not know how to be one of ${parties.length} parties`);
    const task = this.effort.task?.kind ?? "measure";
    if (!["measure", "count", "idle"].includes(task))
      throw new Failed(`this worker does not know the task ${task}`);
    if (!["round_trip", "one_way"].includes(cell.pattern))
      throw new Failed(`this worker does not know the pattern ${cell.pattern}`);
    const producer = parties[position].side === "producer";
    const forward = new Payload(cell.touch, cell.payload_bytes, this.tag);
    const backward = new Payload(cell.touch, cell.payload_bytes, ~this.tag & mask);
    [this.out, this.incoming] = producer ? [forward, backward] : [backward, forward];
    this.cell = {
      producer,
      mechanism: cell.mechanism,
      bothWays: cell.pattern === "round_trip",
      payloadBytes: cell.payload_bytes,
      directory: this.job.directory,
      descriptors: channel.descriptors ?? true,
      peer,
      channelLacks,
      received: (message) => this.deliver(message),
      closed: () => {
        this.gone = true;
        this.deliver(null);
      },
    };
    this.enter("constructing");
    const end = await open(this.cell);
    this.end = end;
    this.enter("meeting");
    await this.meet();
    const side = producer ? "Producer" : "Consumer";
    await this[
      (task === "idle" ? "idle" : cell.pattern === "one_way" ? "oneWay" : "roundTrip") + side
    ]();
    await this.meet();
    end.close();
  }

  async meet() {
    await this.end.flush();
    peer.meet();
  }

  deliver(message) {
    if (this.waiting === null) return void this.queue.push(message);
    const resume = this.waiting;
    this.waiting = null;
    resume(message);
  }

  next() {
    if (this.queue.length > 0) return this.queue.shift();
    if (this.gone) return null;
    return new Promise((resume) => (this.waiting = resume));
  }

  // Phases. The end of one is told by its last message.

  async receive() {
    const message = await this.next();
    if (message === null) throw peerGone();
    this.incoming.check(message);
  }

  async exchange(last) {
    await this.end.send(this.out.write(last));
    await this.receive();
  }

  async ping(over, record = () => {}) {
    let exchanges = 0;
    let previous = nowNs();
    for (let last = false; !last; ++exchanges) {
      last = over(previous, exchanges + 1);
      await this.exchange(last);
      const now = nowNs();
      record(now - previous);
      previous = now;
    }
    return exchanges;
  }

  async echo() {
    for (let replies = 1; ; ++replies) {
      await this.receive();
      const last = this.incoming.lastWasEnd;
      this.out.sequence = this.incoming.sequence - 1;
      await this.end.send(this.out.write(last));
      if (last) return replies;
    }
  }

  async stream(over) {
    let messages = 0;
    for (let last = false; !last; ++messages) {
      last = over(nowNs(), messages + 1);
      await this.end.send(this.out.write(last));
    }
    return messages;
  }

  async drain(onMessage = () => {}) {
    for (let received = 1; ; ++received) {
      await this.receive();
      onMessage(received);
      if (this.incoming.lastWasEnd) return received;
    }
  }

  // When a phase ends.

  warmedUp(start) {
    const latest = start + (this.effort.warm_up_max_ns ?? 250e6);
    const enough = start + (this.effort.warm_up_min_ns ?? 20e6);
    const messages = this.effort.warm_up_messages ?? 1000;
    return (now, count) => now >= latest || (now >= enough && count >= messages);
  }

  timedOut(start) {
    const deadline = start + (this.effort.timed_ns ?? 150e6);
    const limit = this.effort.max_messages || Infinity;
    return (now, count) => now >= deadline || count >= limit;
  }

  // Patterns.

  async beginTiming() {
    this.enter("timing");
    await this.meet();
    this.before = readUsage();
  }

  endTiming(messages) {
    this.measured.usage = difference(readUsage(), this.before);
    this.measured.counted_messages = messages;
  }

  async warmUp(part) {
    this.enter("warming_up");
    const start = nowNs();
    this.measured.warm_up_messages = await part(start);
    this.measured.warm_up_ns = Math.round(nowNs() - start);
  }

  async roundTripProducer() {
    await this.warmUp((start) => this.ping(this.warmedUp(start)));
    await this.beginTiming();
    const led = await this.ping((_, count) => count >= leadIn);
    const first = nowNs();
    const exchanges = await this.ping(this.timedOut(first), (ns) =>
      this.latencies.push(Math.round(ns)),
    );
    this.measured.last_ticks = nowNs();
    this.endTiming(led + exchanges);
    this.measured.first_ticks = first;
    this.measured.messages = exchanges;
    if (!this.effort.unstamped_block) return;
    peer.tell("");
    await this.meet();
  }

  async roundTripConsumer() {
    await this.warmUp(() => this.echo());
    await this.beginTiming();
    const led = await this.echo();
    this.measured.messages = await this.echo();
    this.endTiming(led + this.measured.messages);
    if (!this.effort.unstamped_block) return;
    await this.end.flush();
    const wanted = peer.hear() !== "";
    await this.meet();
    if (wanted) await this.echo();
  }

  async oneWayProducer() {
    await this.warmUp((start) => this.stream(this.warmedUp(start)));
    await this.beginTiming();
    const first = nowNs();
    const messages = await this.stream(this.timedOut(first));
    this.measured.last_ticks = nowNs();
    this.endTiming(messages);
    this.measured.first_ticks = first;
    this.measured.messages = messages;
  }

  async oneWayConsumer() {
    await this.warmUp(() => this.drain());
    const { warm_up_messages, warm_up_ns } = this.measured;
    const block = Math.max(1, Math.floor((warm_up_messages * 5e6) / Math.max(1, warm_up_ns)));
    const stamps = [];
    await this.beginTiming();
    const first = nowNs();
    const received = await this.drain((count) => {
      if (count % block === 0 && stamps.length < 4096) stamps.push(nowNs());
    });
    this.measured.last_ticks = nowNs();
    this.endTiming(received);
    Object.assign(this.measured, {
      first_ticks: first,
      messages: received,
      block_messages: block,
      block_ticks: stamps,
    });
  }

  some(count) {
    const over = (_, sent) => sent >= count;
    return this.cell.bothWays ? this.ping(over) : this.stream(over);
  }

  async idleProducer() {
    this.enter("warming_up");
    await this.some(beforeSilence);
    this.enter("timing");
    await this.meet();
    await new Promise((resume) => setTimeout(resume, (this.effort.timed_ns ?? 0) / 1e6));
    await this.some(1);
  }

  async idleConsumer() {
    const part = () => (this.cell.bothWays ? this.echo() : this.drain());
    this.enter("warming_up");
    await part();
    await this.beginTiming();
    this.measured.first_ticks = nowNs();
    this.measured.messages = await part();
    this.measured.last_ticks = nowNs();
    this.endTiming(this.measured.messages);
  }
}

function failureOf(error, stage) {
  const gone = ["EPIPE", "ECONNRESET", "ERR_IPC_CHANNEL_CLOSED"].includes(error.code);
  return {
    status: error.status ?? "failed",
    code: gone ? "peer" : error instanceof Failed ? error.code : "error",
    stage,
    text: error.message || String(error),
  };
}

async function reportOf({ frame, tag }, open) {
  const report = { measured: {} };
  let worker = null;
  try {
    if (frame.protocol?.name !== protocol.name || frame.protocol?.version !== protocol.version)
      throw new Failed(
        `the parent speaks ${JSON.stringify(frame.protocol)}, this worker ${JSON.stringify(protocol)}`,
        "protocol",
      );
    worker = new Worker(frame.job, tag);
    await worker.carryOut(open);
  } catch (error) {
    report.failed = failureOf(error, worker?.stage ?? "starting");
  }
  if (worker) {
    let stride = 1;
    while (worker.latencies.length > orderAtMost * stride) stride *= 2;
    report.measured = worker.measured;
    report.latencies = histogramOf(worker.latencies);
    report.latencies_in_order = worker.latencies.filter((_, number) => number % stride === 0);
    report.order_stride = stride;
    report.notes = { ...worker.notes, stamp_cost_ns: stampCostNs() };
  }
  report.peak_resident_bytes = statusNumber("VmHWM") * 1024;
  report.last_cpu = Number(readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[36]);
  return report;
}

/** Carries out one job with the endpoint that `open` makes, and ends with the parent's word. */
export async function main(open) {
  openSync("/dev/null"); // 4 may be free: nothing else is to get that number
  sendFrame("heartbeat", { stage: "starting", messages: 0 });
  const job = receiveJob();
  if (job === null) process.exit(0);
  sendFrame("report", await reportOf(job, open));
  const rest = Buffer.alloc(4096);
  while (readSync(control, rest, 0, rest.length, null) > 0);
  process.exit(0);
}
