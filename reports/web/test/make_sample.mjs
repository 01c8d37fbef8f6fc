// A deterministic, schema-valid result with every kind of cell the page must show.
//   node make_sample.mjs [--kind=golden|full|rich|small|many] [--repetitions=N] [--seed=N] > FILE
// golden and full are results of schema 1.0; rich, small and many hold everything that 1.1 knows.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { manyMechanisms, mechanisms as usual, notifications } from "./sample_mechanisms.mjs";
import { frame, publicPart } from "./sample_frame.mjs";
import { addBlocks, addFloors, parameterCells } from "./sample_patterns.mjs";
import { logLinear } from "./sample_histogram.mjs";
import { around, random } from "./sample_random.mjs";

const allPayloads = [64, 4096, 65536, 1048576];
const cpus = { l3: [0, 1], same_cpu: [0, 0], numa: [] };

const newer = ["rich", "small", "many"];

export function mechanismsOf(kind) {
  if (kind === "many") return manyMechanisms();
  if (kind === "rich") return [...usual, ...notifications];
  if (kind === "small")
    return [
      ...usual.filter((m) =>
        ["null", "pipe", "udp", "posix_mq", "shm_ring_spin", "shm_ring_futex"].includes(m.name),
      ),
      notifications[0],
    ];
  return usual;
}

export function makeSample({
  kind = "full",
  repetitions = 5,
  seed = 7,
  touch = "rw",
  payloads = allPayloads,
  bins = 60,
} = {}) {
  const mechanisms = mechanismsOf(kind);
  const plan = planned(kind, mechanisms, payloads);
  const result = {
    ...frame(repetitions, seed, plan.length),
    mechanisms: mechanisms.map(publicPart),
    cells: [],
    benchmarks: [],
  };
  let sequence = 0;
  for (const [pattern, mechanism, payload, placement] of plan) {
    const next = random(`${seed}/${pattern}/${mechanism.name}/${payload}/${placement}`);
    const cell = measured({
      pattern,
      mechanism,
      payload,
      placement,
      repetitions,
      touch,
      next,
      bins,
    });
    result.cells.push(cell.document);
    for (const repetition of cell.repetitions)
      result.benchmarks.push(entry(cell.document, repetition, sequence++, newer.includes(kind)));
  }
  if (newer.includes(kind)) {
    result.schema.version = "1.1";
    addFloors(result);
    for (const { document, runs } of parameterCells(mechanisms, {
      kind,
      repetitions,
      seed,
      touch,
      summarise,
    })) {
      result.cells.push(document);
      for (const run of runs) result.benchmarks.push(entry(document, run, sequence++, true));
    }
    addBlocks(result, repetitions, seed);
  }
  result.run.repetitions = sequence;
  result.plan.cells = result.cells.length;
  return result;
}

function planned(kind, mechanisms, payloads) {
  const cells = [];
  for (const pattern of ["round_trip", "one_way"]) {
    for (const placement of ["l3", "same_cpu", "numa"]) {
      for (const mechanism of mechanisms) {
        for (const payload of mechanism.payload_max_bytes === 0 ? [0] : payloads) {
          const small = ["golden", "small"].includes(kind) && payload === 65536;
          if (kind === "many" && placement !== "l3") continue;
          if (kind === "small" && placement !== "l3") continue;
          if (mechanism.payload_max_bytes === 0 && placement === "numa") continue;
          const second =
            placement !== "l3" &&
            (["golden", "small"].includes(kind)
              ? payload > 64
              : placement === "numa" && payload !== 64);
          if (!small && !second) cells.push([pattern, mechanism, payload, placement]);
        }
      }
    }
  }
  return cells;
}

function gap(pattern, mechanism, payload, placement) {
  if (placement === "numa")
    return ["skipped", { code: "placement", stage: null, text: "this machine has one NUMA node" }];
  if (payload > mechanism.payload_max_bytes) {
    return ["skipped", { code: "limit", stage: null, text: mechanism.limit(payload) }];
  }
  if (mechanism.wait === "spins" && placement === "same_cpu") {
    return [
      "skipped",
      {
        code: "placement",
        stage: null,
        text: "two spinning processes on one CPU only wait for the scheduler",
      },
    ];
  }
  if (
    mechanism.name === "boost_shm_condition" &&
    pattern === "one_way" &&
    payload === 4096 &&
    placement === "l3"
  ) {
    return [
      "timed_out",
      {
        code: "stall",
        stage: "timed loop",
        text: "no message for 2000 ms after message 18231; both processes were killed",
      },
    ];
  }
  if (mechanism.name === "unix_seqpacket" && payload === 1048576 && placement === "l3") {
    return [
      "failed",
      {
        code: "error",
        stage: "timed loop",
        text: "send: Message too long (EMSGSIZE; raise net.core.wmem_max, now 212992)",
      },
    ];
  }
  return null;
}

function measured({ pattern, mechanism, payload, placement, repetitions, touch, next, bins }) {
  const document = {
    name: `${pattern}/${mechanism.name}/${payload}/${placement}`,
    transport: mechanism.name,
    pattern,
    payload_bytes: payload,
    placement,
    touch,
    depth: pattern === "one_way" ? 64 : 1,
    cpus: cpus[placement],
    status: "ok",
    reason: null,
    repetitions_planned: repetitions,
    repetitions_ok: repetitions,
    failures: [],
    summary: {},
    histogram: null,
    verify: { status: "ok", messages: 2000 },
    counting: null,
    flags: [],
  };
  const why = gap(pattern, mechanism, payload, placement);
  if (why) {
    [document.status, document.reason] = why;
    Object.assign(document, { repetitions_ok: 0, verify: null });
    if (document.status !== "skipped") document.failures = Array(repetitions).fill(document.reason);
    return { document, repetitions: [] };
  }
  if (mechanism.name === "tcp" && payload === 4096 && placement === "l3")
    document.flags = ["bimodal"];
  const runs = Array.from({ length: repetitions }, () =>
    repetition(pattern, mechanism, payload, placement, next),
  );
  for (const [metric, unit, better] of metrics(pattern, touch, payload)) {
    document.summary[metric] = summarise(
      runs.map((run) => run[metric]),
      unit,
      better,
    );
  }
  if (pattern === "round_trip") {
    const p50 = document.summary.p50_ns.median;
    document.histogram = logLinear(p50, mechanism.tail, repetitions * Math.round(6e7 / p50), bins);
  }
  return { document, repetitions: runs };
}

// Per-message base cost, a copy cost per byte, and switches as the mechanism and placement imply.
function repetition(pattern, mechanism, payload, placement, next) {
  const onOneCpu = placement === "same_cpu";
  const jitter = around(next, 0.03);
  const base = (onOneCpu ? mechanism.same_cpu_ns : mechanism.base_ns) * jitter;
  const bytes = payload * mechanism.ns_per_byte * around(next, 0.02);
  const trip = base + 2 * bytes;
  const count = Math.round(6e7 / trip);
  const deep = (p, factor) => (count * (1 - p) >= 10 ? trip * factor * around(next, 0.05) : null);
  const sleeps = mechanism.wait !== "spins";
  const perTrip = sleeps ? 2 : 0;
  const gapNs = pattern === "round_trip" ? trip : base / (onOneCpu ? 3 : 5) + 1.1 * bytes;
  const voluntary = (pattern === "round_trip" ? perTrip : perTrip * 0.06) * around(next, 0.02);
  const involuntary = (onOneCpu ? 0.04 : 0.002) * around(next, 0.5);
  const producer = gapNs * (sleeps && pattern === "round_trip" ? 0.34 : 0.92) * around(next, 0.03);
  const consumer = producer * (pattern === "round_trip" ? 1.04 : 0.8);
  const lost =
    mechanism.traits.may_drop && pattern === "one_way"
      ? 0.04 + payload / 400000 + 0.01 * next()
      : 0;
  const rate = (1e9 / gapNs) * (1 - lost);
  return {
    count,
    trip,
    min_ns: trip * 0.82,
    mean_ns: trip * 1.06,
    p50_ns: trip,
    p90_ns: deep(0.9, 1.09),
    p99_ns: deep(0.99, mechanism.tail),
    "p99.9_ns": deep(0.999, mechanism.tail ** 1.8),
    "p99.99_ns": deep(0.9999, mechanism.tail ** 2.8),
    max_ns: trip * mechanism.tail ** 3.4 * around(next, 0.4),
    messages_per_second: rate,
    bytes_per_second: rate * payload,
    lost_share: lost,
    producer_cpu_ns_per_message: producer,
    consumer_cpu_ns_per_message: consumer,
    cpu_ns_per_message: producer + consumer,
    user_ns_per_message: (producer + consumer) * (sleeps ? 0.22 : 0.99),
    system_ns_per_message: (producer + consumer) * (sleeps ? 0.78 : 0.01),
    voluntary_switches_per_message: voluntary,
    involuntary_switches_per_message: involuntary,
    switches_per_message: voluntary + involuntary,
    run_delay_ns_per_message: (onOneCpu ? 400 : 35) * around(next, 0.3),
    minor_faults_per_message: 0,
    major_faults_per_message: 0,
    peak_rss_bytes: 3.1e6 + 2 * payload,
  };
}

function metrics(pattern, touch, payload) {
  const tripOnly = ["p50", "p90", "p99", "p99.9", "p99.99", "min", "max", "mean"].map((m) => [
    `${m}_ns`,
    "ns",
    "lower",
  ]);
  const rateOnly = [
    ["messages_per_second", "1/s", "higher"],
    ...(touch === "desc" || payload === 0 ? [] : [["bytes_per_second", "B/s", "higher"]]),
    ["lost_share", "share", "lower"],
  ];
  const both = [
    ...["cpu", "user", "system", "producer_cpu", "consumer_cpu", "run_delay"].map((m) => [
      `${m}_ns_per_message`,
      "ns/message",
      "lower",
    ]),
    ...["voluntary_switches", "involuntary_switches"].map((m) => [
      `${m}_per_message`,
      "1/message",
      "neither",
    ]),
    ...["switches", "minor_faults", "major_faults"].map((m) => [
      `${m}_per_message`,
      "1/message",
      "lower",
    ]),
    ["peak_rss_bytes", "B", "lower"],
  ];
  return [...(pattern === "round_trip" ? tripOnly : rateOnly), ...both];
}

// The widest order-statistics interval below 100 %: good enough for a fixture.
function summarise(values, unit, better) {
  const present = values.filter((v) => v !== null).sort((a, b) => a - b);
  const n = present.length;
  if (n < values.length)
    return {
      n,
      median: null,
      low: null,
      high: null,
      min: null,
      max: null,
      level: null,
      method: "order_statistics",
      unit,
      better,
    };
  const median = n % 2 ? present[(n - 1) / 2] : (present[n / 2 - 1] + present[n / 2]) / 2;
  const enough = n >= 6;
  const skip = n >= 20 ? 5 : 0;
  const level = n >= 20 ? 0.9586 : 1 - 2 * 0.5 ** n;
  return {
    n,
    median: short(median),
    low: enough ? short(present[skip]) : null,
    high: enough ? short(present[n - 1 - skip]) : null,
    min: short(present[0]),
    max: short(present[n - 1]),
    level: enough ? Number(level.toFixed(4)) : null,
    method: "order_statistics",
    unit,
    better,
  };
}

const short = (value) => Number(value.toPrecision(6));

const reasons = {
  quiet: [],
  usable: ["run_delay 0.021 > 0.01"],
  disturbed: ["foreign_cpu 0.31 > 0.15"],
};
const qualities = ["quiet", "quiet", "quiet", "usable", "quiet", "disturbed", "quiet", "usable"];

function entry(cell, run, sequence, withFigures) {
  const { count, trip, ...figures } = run;
  const more = withFigures
    ? Object.fromEntries(Object.entries(figures).map(([k, v]) => [k, v === null ? null : short(v)]))
    : {};
  const quality = qualities[(sequence * 5) % 8];
  return {
    name: `${cell.name}/real_time`,
    run_name: `${cell.name}/real_time`,
    run_type: "iteration",
    repetitions: cell.repetitions_planned,
    repetition_index: sequence % cell.repetitions_planned,
    threads: 1,
    iterations: 1,
    real_time: short(run.trip),
    cpu_time: short(run.cpu_ns_per_message ?? 0),
    time_unit: "ns",
    ...more,
    ipc: {
      ...(withFigures
        ? {
            quality,
            noise: {
              foreign_cpu: quality === "disturbed" ? 0.31 : 0.004,
              steal: 0.001,
              run_delay: quality === "usable" ? 0.021 : 0.002,
              reasons: reasons[quality],
            },
          }
        : {}),
      cell: cell.name,
      sequence,
      round: sequence % cell.repetitions_planned,
      t_start_s: short(0.14 * sequence + 0.5),
      messages: run.count,
      elapsed_ns: Math.round(run.count * run.trip),
      peers: withFigures
        ? [peer("producer", run), peer("consumer", run)]
        : [{ role: "producer" }, { role: "consumer" }],
      clock: { source: "tsc" },
    },
  };
}

const peer = (role, run) => ({
  role,
  cpu: role === "producer" ? 0 : 1,
  counted_messages: run.count,
  user_ns: Math.round((run.count * (run.user_ns_per_message ?? 0)) / 2),
  system_ns: Math.round((run.count * (run.system_ns_per_message ?? 0)) / 2),
  notes: role === "producer" ? { ring_slots: 4 } : {},
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      kind: { type: "string", default: "golden" },
      repetitions: { type: "string", default: "6" },
      seed: { type: "string", default: "7" },
      touch: { type: "string", default: "rw" },
    },
  });
  const sample = makeSample({
    kind: values.kind,
    repetitions: Number(values.repetitions),
    seed: Number(values.seed),
    touch: values.touch,
  });
  process.stdout.write(`${JSON.stringify(sample)}\n`);
}
