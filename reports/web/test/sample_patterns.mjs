// What schema 1.1 adds: cells of the patterns with a parameter, floors, noise, calibration.
import { logLinear } from "./sample_histogram.mjs";
import { around, random } from "./sample_random.mjs";

const cpus = { l3: [0, 1], same_cpu: [0, 0] };
const short = (value) => Number(value.toPrecision(5));

function blank(
  pattern,
  mechanism,
  payload,
  placement,
  repetitions,
  touch,
  suffix = "",
  parameter = null,
) {
  return {
    name: `${pattern}/${mechanism.name}/${payload}/${placement}${suffix}`,
    transport: mechanism.name,
    pattern,
    payload_bytes: payload,
    placement,
    touch,
    depth: 1,
    cpus: cpus[placement],
    status: "ok",
    reason: null,
    repetitions_planned: repetitions,
    repetitions_ok: repetitions,
    failures: [],
    summary: {},
    histogram: null,
    verify: null,
    counting: null,
    flags: [],
    parameter,
    floor: null,
  };
}

const units = { _ns: "ns", per_second: "1/s", share: "share", per_message: "1/message" };
const unitOf = (metric) => Object.entries(units).find(([end]) => metric.endsWith(end))?.[1] ?? "1";

function fill(document, repetitions, next, figures, summarise) {
  const runs = Array.from({ length: repetitions }, () => ({
    count: 4000,
    trip: figures.p50_ns ?? Object.values(figures)[0] ?? 0,
    ...Object.fromEntries(
      Object.entries(figures).map(([k, v]) => [k, v === null ? null : v * around(next, 0.04)]),
    ),
  }));
  for (const metric of Object.keys(figures)) {
    document.summary[metric] = summarise(
      runs.map((run) => run[metric]),
      unitOf(metric),
      metric.includes("achieved")
        ? "higher"
        : ["offered_per_second", "spawn_ns"].includes(metric)
          ? "neither"
          : "lower",
    );
  }
  return { document, runs };
}

const paced = (mechanism, rate, payload) => {
  const service =
    (mechanism.wait === "spins" ? mechanism.base_ns / 2 : mechanism.base_ns * 0.32) +
    payload * mechanism.ns_per_byte;
  const load = (rate * service) / 1e9;
  const idle = mechanism.base_ns / 2 + payload * mechanism.ns_per_byte;
  const queue = load < 0.97 ? 1 + (0.9 * load * load) / (1 - load) : 4000;
  return {
    saturated: load >= 0.97,
    service,
    p50: idle * Math.min(queue, 4000),
    p99:
      idle *
      Math.max(
        mechanism.tail * Math.min(1 + (3 * load) / Math.max(0.02, 1 - load), 6000),
        1.3 * Math.min(queue, 4000),
      ),
    load,
  };
};

export function parameterCells(mechanisms, { kind, repetitions, seed, touch, summarise }) {
  const made = [];
  const each = (
    pattern,
    mechanism,
    payload,
    placement,
    suffix,
    parameter,
    figures,
    change = {},
  ) => {
    const next = random(`${seed}/${pattern}/${mechanism.name}/${payload}/${suffix}`);
    const document = Object.assign(
      blank(pattern, mechanism, payload, placement, repetitions, touch, suffix, parameter),
      change,
    );
    made.push(fill(document, repetitions, next, figures, summarise));
  };
  const competing = mechanisms.filter((m) => m.name !== "null");
  const few = kind === "many" ? competing.filter((_, n) => n % 9 === 0) : competing;
  for (const mechanism of few) {
    const payload = mechanism.payload_max_bytes === 0 ? 0 : 64;
    if (payload > 0) {
      for (const rate of kind === "small"
        ? [1e4, 1e5, 1e6]
        : [1e3, 1e4, 3e4, 1e5, 2e5, 3e5, 5e5, 1e6]) {
        const at = paced(mechanism, rate, payload);
        each(
          "paced",
          mechanism,
          payload,
          "l3",
          `/rate=${rate}`,
          { name: "rate_hz", value: rate, text: `${rate / 1000} k/s` },
          {
            p50_ns: at.p50,
            p90_ns: at.p50 * 1.3,
            p99_ns: at.p99,
            "p99.9_ns": at.p99 * 2.1,
            max_ns: at.p99 * 5,
            send_p50_ns: at.p50 / 1.05,
            send_p99_ns: at.p99 / 1.4,
            sched_lag_p99_ns: 900,
            offered_per_second: rate,
            achieved_per_second: Math.min(rate, 1e9 / at.service),
            missed_share: at.saturated ? 1 - 1e9 / at.service / rate : 0,
          },
          { saturated: at.saturated, flags: at.saturated ? ["saturated"] : [] },
        );
      }
    }
    for (const gap of kind === "small" ? [1e4, 1e7] : [1e4, 1e5, 1e6, 1e7, 1e8]) {
      const deep = mechanism.wait === "spins" ? 1.1 : 1 + 0.9 * Math.log10(gap / 1e4);
      each(
        "wake",
        mechanism,
        payload,
        "l3",
        `/gap=${gap}`,
        { name: "gap_ns", value: gap, text: "" },
        {
          p50_ns: (mechanism.base_ns / 2) * deep,
          p90_ns: mechanism.base_ns * 0.7 * deep,
          p99_ns: mechanism.base_ns * 1.2 * deep,
          idle_cpu_share: mechanism.wait === "spins" ? 0.96 : 0.0003,
        },
      );
    }
    each("setup", mechanism, payload, "l3", "", null, {
      construct_ns: 12000 + mechanism.base_ns * 3,
      first_message_ns: mechanism.base_ns * 6,
      teardown_ns: 9000 + mechanism.base_ns,
      spawn_ns: 820000,
    });
    const copy = (300 + payload * mechanism.ns_per_byte) * (mechanism.wait === "spins" ? 0.3 : 4);
    const sleeps = mechanism.wait !== "spins";
    const inside = Math.min(copy, 0.4 * mechanism.base_ns);
    const transfer = 580;
    const polling = sleeps && mechanism.name === "pipe" ? inside + 2 * transfer : null;
    const rest = Math.max(0, mechanism.base_ns - (polling ?? inside)) / 2;
    each(
      "switch",
      mechanism,
      payload,
      "l3",
      "",
      null,
      {
        one_process_ns: inside,
        one_cpu_ns: mechanism.same_cpu_ns,
        two_cpus_ns: mechanism.base_ns,
        hop_ns: mechanism.base_ns / 2,
        syscall_copy_ns: inside / 2,
        polling_ns: polling,
        cross_core_transfer_ns: polling === null ? null : transfer,
        wake_up_ns: polling === null ? null : rest,
        sleep_and_transfer_ns: sleeps && polling === null ? rest : null,
        context_switch_ns: sleeps ? (mechanism.same_cpu_ns - inside) / 2 : null,
      },
      mechanism.wait === "spins"
        ? {
            hop_note:
              "both sides spin: on one CPU the exchange would measure the scheduler's time slice",
          }
        : {},
    );
    if (payload > 0 && kind !== "many") {
      for (const n of [8, 64]) {
        each(
          "burst",
          mechanism,
          payload,
          "l3",
          `/n=${n}`,
          { name: "burst", value: n, text: String(n) },
          {
            drain_ns: n * mechanism.base_ns * 0.2,
            p50_ns: (n * mechanism.base_ns * 0.2) / 2,
            p99_ns: n * mechanism.base_ns * 0.25,
          },
        );
      }
    }
  }
  for (const [processes, set] of kind === "many"
    ? []
    : [
        [2, 0],
        [8, 65536],
        [8, 1048576],
      ]) {
    each(
      "switch_ring",
      mechanisms.find((m) => m.name === "pipe"),
      0,
      "same_cpu",
      `/procs=${processes},set=${set}`,
      {
        name: "processes",
        value: processes,
        text: `${processes} processes`,
        working_set_bytes: set,
      },
      { context_switch_ns: 1400 + 40 * processes + set / 900 },
    );
  }
  if (made.length > 0 && kind !== "many") {
    const skipped = blank(
      "paced",
      mechanisms.find((m) => m.name === "udp"),
      64,
      "l3",
      repetitions,
      touch,
      "/load=0.5",
      { name: "load", value: 0.5, text: "50 %" },
    );
    made.push({
      document: Object.assign(skipped, {
        status: "skipped",
        repetitions_ok: 0,
        reason: {
          code: "pattern",
          stage: null,
          text: "the capacity of this cell was not measured first",
        },
      }),
      runs: [],
    });
  }
  return made;
}

// The probes of harness/worker/probes/floors.cpp, as a machine of two CPUs might answer them.
const floorFigures = {
  line_round_trip: 338,
  futex_wake: { l3: 2900, same_cpu: 1250 },
  eventfd_wake: { l3: 3150, same_cpu: 1320 },
  pipe_wake: { l3: 3260, same_cpu: 1410 },
  syscall: 214,
  clock_read: 18.6,
  fork_exec: 801000,
};
const blockFigures = {
  xfer: [2.6e10, 2.5e10, 2.6e10],
  memcpy: [4.4e10, 3.9e10, 3.14e10],
  stream_read: [6.1e10, 5.2e10, 4.4e10],
  memcpy_pair: [3.8e10, 3.1e10, 2.5e10],
};
const blocks = [4096, 65536, 1048576];
const isAcross = (name) => ["xfer", "memcpy_pair"].includes(name);

// The rules of harness/analysis/floor_ratios.cpp for the mechanisms of the sample.
function floorOf(cell, { wait, family, copies_per_message }) {
  const onOneCpu = cell.placement === "same_cpu";
  const polls = wait !== "blocks";
  const byKernel = copies_per_message > 0 && family !== "shared memory";
  const name = !byKernel ? "xfer" : copies_per_message === 1 || onOneCpu ? "memcpy" : "memcpy_pair";
  const passes = name === "memcpy" ? copies_per_message : 1;
  const block = cell.payload_bytes <= 64 ? null : Math.max(cell.payload_bytes, blocks[0]);
  const rate = onOneCpu && !byKernel ? undefined : blockFigures[name][blocks.indexOf(block)];
  if (cell.pattern === "one_way")
    return rate === undefined || block !== cell.payload_bytes
      ? null
      : {
          name,
          value: rate / passes,
          unit: "bytes_per_second",
          why: `${cell.payload_bytes} bytes at the speed of ${name}`,
        };
  if (polls && (byKernel || onOneCpu)) return null;
  const across = rate === undefined ? 0 : (2e9 * passes * (cell.payload_bytes - 64)) / rate;
  const signal = polls
    ? floorFigures.line_round_trip
    : 2 * floorFigures.futex_wake[onOneCpu ? "same_cpu" : "l3"];
  return {
    name: (polls ? "line_round_trip" : "futex_wake") + (across > 0 ? ` + ${name}` : ""),
    value: signal + across,
    unit: "ns",
    why: polls
      ? "a polling exchange moves a cache line there and back"
      : "a sleeping exchange takes a wake-up there and one back",
  };
}

export function addFloors(result) {
  const mechanisms = new Map(result.mechanisms.map((each) => [each.name, each]));
  for (const cell of result.cells) {
    cell.parameter = null;
    cell.floor = null;
    if (cell.status !== "ok" || cell.transport === "null") continue;
    cell.floor = floorOf(cell, mechanisms.get(cell.transport));
    if (cell.floor === null) continue;
    const from = cell.floor.unit === "ns" ? cell.summary.p50_ns : cell.summary.bytes_per_second;
    if (typeof from?.median !== "number") continue;
    const ratio = (value) =>
      value === null
        ? null
        : short(cell.floor.unit === "ns" ? value / cell.floor.value : cell.floor.value / value);
    const ends = [ratio(from.low), ratio(from.high)].sort((a, b) => a - b);
    cell.summary.ratio_to_floor = {
      ...from,
      median: ratio(from.median),
      low: ends[0],
      high: ends[1],
      min: null,
      max: null,
      unit: "1",
      better: "lower",
    };
    if (from.low === null) Object.assign(cell.summary.ratio_to_floor, { low: null, high: null });
    if (ratio(from.median) < 1) cell.flags.push("beats_floor");
  }
}

export function addBlocks(result, repetitions, seed) {
  const next = random(`floors/${seed}`);
  const series = (name, unit, value, more = {}) => ({
    name,
    unit,
    placement: null,
    block_bytes: null,
    ...more,
    samples: Array.from({ length: repetitions * 2 }, (_, round) => ({
      round: Math.floor(round / 2),
      value: short(value * around(next, 0.02)),
    })),
    summary: {
      n: repetitions * 2,
      median: value,
      low: short(value * 0.98),
      high: short(value * 1.03),
      level: 0.96,
      unit,
      better: unit === "ns" ? "lower" : "higher",
    },
    drift: 1.012,
  });
  result.floors = [
    ...Object.entries(floorFigures).flatMap(([name, figure]) =>
      typeof figure === "number"
        ? [series(name, "ns", figure, name === "line_round_trip" ? { placement: "l3" } : {})]
        : Object.entries(figure).map(([placement, value]) =>
            series(name, "ns", value, { placement }),
          ),
    ),
    ...Object.entries(blockFigures).flatMap(([name, figures]) =>
      figures.map((value, n) =>
        series(name, "bytes_per_second", value, {
          block_bytes: blocks[n],
          ...(isAcross(name) ? { placement: "l3" } : {}),
        }),
      ),
    ),
  ];
  const all = result.benchmarks.map((b) => b.ipc.quality);
  const count = (word) => all.filter((q) => q === word).length;
  result.noise = {
    verdict: "noisy",
    text: "Other work took part of the CPU in 12 % of the repetitions; medians hold, tails do not.",
    repetitions: { quiet: count("quiet"), usable: count("usable"), disturbed: count("disturbed") },
    rerun: 4,
    smallest_ratio: 1.06,
  };
  result.calibration = {
    date: "2026-11-20T08:00:00+00:00",
    repetitions: 200,
    false_alarm_rate: 0.008,
    cells: [{ name: "round_trip/pipe/64/l3", spread: 1.05 }],
    detectable: [
      { repetitions: 10, ratio: 1.12 },
      { repetitions: 20, ratio: 1.08 },
      { repetitions: 40, ratio: 1.05 },
    ],
  };
  for (const mechanism of result.mechanisms) {
    mechanism.role = mechanism.name === "null" ? "instrument" : "mechanism";
    Object.assign(mechanism.traits, {
      latest_value: mechanism.traits.latest_value ?? false,
      back_pressure: mechanism.traits.back_pressure ?? true,
      allocates: mechanism.family === "desktop bus",
    });
  }
  const pair = result.build.git.revision === "0123abc";
  result.plan.argv = pair
    ? [
        "ipcmark",
        "run",
        `--repetitions=${repetitions}`,
        `--seed=${seed}`,
        "--placement=l3,same_cpu,numa",
        "--pattern=all",
        "--json=results.json",
      ]
    : result.plan.argv;
  for (const cell of result.cells)
    if (cell.histogram === null && cell.pattern === "paced" && cell.status === "ok")
      cell.histogram = logLinear(cell.summary.p50_ns.median ?? 1, 2.5, 4000);
}
