// Measures a small result of every pattern, for the tests that want a real one.
//   node real_result.mjs IPCMARK RESULT.json
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const options = [
  "--mechanism=null,pipe,shm_ring_spin,shm_ring_futex,eventfd,shm_seqlock",
  "--pattern=round_trip,one_way,paced,wake,burst,setup,switch,switch_ring",
  "--payload=64,4Ki",
  // Two payloads of the two patterns that the large table shows, one of the others.
  "--filter=-^(paced|wake|burst|setup|switch).*/4096/",
  "--placement=cross",
  "--repetitions=6",
  "--repetition-ms=20",
  "--idle-ms=0",
  "--rate=10k",
  "--gap=100us",
  "--burst=8",
  "--ring-processes=2",
  "--working-set=0",
  "--seed=1",
  "--reruns=0",
  "--no-floors",
  "--quiet",
  "--force",
];

export function writeRealResult(program, file) {
  execFileSync(program, ["run", ...options, `--json=${file}`], { stdio: "ignore" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [program, file] = process.argv.slice(2);
  writeRealResult(program, file);
}
