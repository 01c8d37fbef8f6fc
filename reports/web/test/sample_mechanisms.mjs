// Figures are invented, of the order such mechanisms have on a two-CPU virtual machine.
const traits = (changes) => ({
  message_boundaries: false,
  ordered: true,
  duplex: false,
  unrelated_processes: true,
  cross_host: false,
  fan_in: true,
  fan_out: false,
  may_drop: false,
  needs_daemon: false,
  peer_death_detected: true,
  ...changes,
});

const mib = 1048576;
const none = () => "";

function mechanism(
  name,
  family,
  wait,
  summary,
  figures,
  changes = {},
  payload_max_bytes = 64 * mib,
  limit = none,
) {
  const [base_ns, same_cpu_ns, ns_per_byte, tail, copies_per_message] = figures;
  return {
    name,
    family,
    wait,
    summary,
    copies_per_message,
    payload_min_bytes: 1,
    payload_max_bytes,
    limit,
    traits: traits(changes),
    base_ns,
    same_cpu_ns,
    ns_per_byte,
    tail,
    reference: references[name] ?? "",
  };
}

const references = {
  pipe: "pipe(7)",
  fifo: "fifo(7)",
  unix_stream: "unix(7)",
  unix_seqpacket: "unix(7)",
  tcp: "tcp(7)",
  udp: "udp(7)",
  posix_mq: "mq_overview(7)",
  boost_message_queue: "Boost.Interprocess, message_queue",
  shm_ring_futex: "futex(7)",
  boost_shm_condition: "Boost.Interprocess, condition",
};

export const mechanisms = [
  mechanism(
    "null",
    "instrument",
    "spins",
    "no mechanism: the cost of the measuring loop",
    [38, 38, 0.02, 1.4, 0],
    { unrelated_processes: false },
  ),
  mechanism("pipe", "byte stream", "blocks", "anonymous pipe pair", [8640, 3920, 0.11, 2.6, 2], {
    unrelated_processes: false,
  }),
  mechanism("fifo", "byte stream", "blocks", "named pipe pair", [8710, 3960, 0.112, 2.6, 2]),
  mechanism(
    "unix_stream",
    "socket",
    "blocks",
    "Unix domain stream socket",
    [9350, 4810, 0.13, 2.4, 2],
    { duplex: true },
  ),
  mechanism(
    "unix_seqpacket",
    "socket",
    "blocks",
    "Unix domain socket that keeps message boundaries",
    [9420, 4790, 0.14, 2.4, 2],
    { duplex: true, message_boundaries: true },
  ),
  mechanism(
    "tcp",
    "socket",
    "blocks",
    "TCP over loopback, no delay",
    [18900, 12700, 0.16, 2.2, 2],
    { duplex: true, cross_host: true },
  ),
  mechanism(
    "udp",
    "datagram",
    "blocks",
    "UDP over loopback; may lose messages",
    [14800, 9900, 0.15, 2.3, 2],
    { duplex: true, cross_host: true, message_boundaries: true, ordered: false, may_drop: true },
    65507,
    (payload) => `payload ${payload} exceeds the largest UDP datagram, 65507 bytes`,
  ),
  mechanism(
    "posix_mq",
    "message queue",
    "blocks",
    "POSIX message queue",
    [7980, 3590, 0.2, 2.7, 2],
    { message_boundaries: true, priorities: true },
    8192,
    (payload) =>
      `mq_open: Invalid argument (payload ${payload} exceeds ` +
      "/proc/sys/fs/mqueue/msgsize_max = 8192; raise it or drop the size)",
  ),
  mechanism(
    "boost_message_queue",
    "message queue",
    "blocks",
    "Boost message queue in shared memory",
    [11900, 6300, 0.19, 3.1, 2],
    { message_boundaries: true, priorities: true, peer_death_detected: false },
  ),
  mechanism(
    "shm_ring_spin",
    "shared memory",
    "spins",
    "ring in shared memory, both sides spin",
    [412, 1, 0.045, 1.9, 0],
    { message_boundaries: true, peer_death_detected: false },
  ),
  mechanism(
    "shm_ring_futex",
    "shared memory",
    "spins_then_blocks",
    "ring in shared memory, futex when empty or full",
    [6120, 2650, 0.047, 3.0, 0],
    { message_boundaries: true },
  ),
  mechanism(
    "boost_shm_condition",
    "shared memory",
    "blocks",
    "slot in shared memory with a mutex and a condition",
    [10400, 5600, 0.06, 3.3, 0],
    { message_boundaries: true, peer_death_detected: false },
  ),
];

const wakeUp = (name, wait, summary, base_ns, same_cpu_ns, reference) => {
  const made = mechanism(
    name,
    "notifications",
    wait,
    summary,
    [base_ns, same_cpu_ns, 0, 2.2, 0],
    { message_boundaries: true, latest_value: true, back_pressure: false },
    0,
  );
  return { ...made, payload_min_bytes: 0, reference };
};

export const notifications = [
  wakeUp("eventfd", "blocks", "eventfd counter", 7900, 3300, "eventfd(2)"),
  wakeUp("futex_word", "blocks", "futex on a shared word", 6200, 2700, "futex(2)"),
  wakeUp("signal_usr1", "blocks", "signal with sigwaitinfo", 9400, 4400, "signal(7)"),
  wakeUp(
    "semaphore_posix",
    "blocks",
    "POSIX semaphore in shared memory",
    6500,
    2800,
    "sem_overview(7)",
  ),
  wakeUp("flag_spin", "spins", "a flag in shared memory, both sides spin", 380, 1, ""),
];

const families = {
  pipes: ["pipe", 8600, 0.11],
  "unix sockets": ["unix", 9300, 0.13],
  "network sockets": ["inet", 16800, 0.16],
  io_uring: ["uring", 9900, 0.12],
  "message queues": ["mq", 8400, 0.2],
  "shared memory": ["shm", 5200, 0.05],
  "direct memory": ["vm", 10400, 0.06],
  files: ["file", 23000, 0.3],
  "desktop bus": ["dbus", 64000, 0.9],
};

const variants = [
  "plain",
  "wide",
  "batch",
  "vector",
  "splice",
  "huge",
  "sealed",
  "poll",
  "epoll",
  "ring",
  "lockfree",
];

// About a hundred, as a full run has them.
export function manyMechanisms() {
  const waits = ["blocks", "blocks", "spins_then_blocks", "spins"];
  const made = Object.entries(families).flatMap(([family, [stem, base, perByte]]) =>
    Array.from({ length: family === "desktop bus" ? 4 : 11 }, (_, n) => {
      const wait =
        family === "shared memory" || family === "direct memory"
          ? waits[n % 4]
          : n % 5 === 4
            ? "spins_then_blocks"
            : "blocks";
      const factor = wait === "spins" ? 0.08 : 0.8 + 0.11 * n;
      return mechanism(
        `${stem}_${variants[n]}`,
        family,
        wait,
        `${family}, variant ${n + 1}`,
        [
          base * factor,
          base * 0.45 * factor,
          perByte * (1.3 - 0.05 * n),
          1.8 + 0.15 * (n % 7),
          n % 3,
        ],
        { latest_value: n === 3, back_pressure: n !== 3 },
      );
    }),
  );
  return [mechanisms[0], ...made, ...notifications];
}
