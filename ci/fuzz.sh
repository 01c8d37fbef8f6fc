#!/usr/bin/env bash
# What reads files and messages of others under libFuzzer and the address sanitizer, each reader for
# so many seconds, as many at a time as there are CPUs. Seeds are made of the recorded results; what
# was found before lies in build/fuzz/corpus and is begun from. A find fails, and its input is kept in
# build/fuzz/found.
# usage: ci/fuzz.sh [SECONDS [TARGET...]]    (default: 600, every target)
#        ci/fuzz.sh --build                  (builds and runs nothing)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build_only=0
[ "${1:-}" != --build ] || { build_only=1; shift; }
seconds=${1:-600}
shift || true
build=build/fuzz
command -v clang++ >/dev/null || { echo "fuzz: clang++ is missing (Debian: apt-get install clang)" >&2; exit 5; }
cmake --preset fuzz >/dev/null 2>&1 || { cmake --preset fuzz; exit 1; }
cmake --build $build --target ipcmark_fuzz
[ $build_only = 0 ] || exit 0
export fuzzer=$build/ci/fuzz/ipcmark_fuzz build seconds
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <($fuzzer --names)

fuzz_one() {
    local corpus=$build/corpus/$1 log=$build/$1.log
    mkdir -p "$corpus" "$build/found"
    IPCMARK_FUZZ=$1 $fuzzer --seeds "$corpus"
    IPCMARK_FUZZ=$1 $fuzzer "$corpus" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 \
        -max_len=200000 -print_final_stats=1 -artifact_prefix="$build/found/$1-" >"$log" 2>&1 ||
        { tail -40 "$log"; return 1; }
}
export -f fuzz_one
failed=0
printf '%s\n' "${targets[@]}" | xargs -P "$(nproc)" -I{} bash -c 'fuzz_one {}' || failed=1

printf '%-14s%12s%12s%12s%12s\n' reader inputs a_second edges corpus
for target in "${targets[@]}"; do
    awk -v name="$target" '/stat::number_of_executed_units/ {n = $2}
        /stat::average_exec_per_sec/ {rate = $2}
        / cov: / {for (i = 1; i <= NF; ++i) {if ($i == "cov:") edges = $(i + 1); if ($i == "corp:") corpus = $(i + 1)}}
        END {printf "%-14s%12s%12s%12s%12s\n", name, n, rate, edges, corpus}' "$build/$target.log"
done
[ $failed = 0 ] || { echo "fuzz: a reader failed; its input is in $build/found" >&2; exit 1; }
