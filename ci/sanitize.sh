#!/usr/bin/env bash
# Address and undefined-behaviour sanitizers over the unit tests, and over every mechanism by the laws
# that move messages; the other laws run the same code of a mechanism.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset asan-ubsan >/dev/null
cmake --build --preset asan-ubsan
ctest --preset asan-ubsan --parallel "$(nproc)" -R '^unit\.'

ipcmark=build/asan-ubsan/bench/ipcmark
laws=delivery,exactly_once,ordered,round_trip_after_one_way,full_queue,latest_value,priorities
laws+=,survives_producer_exit,duplex,fan_in,fan_out,peer_death,no_allocation
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Twice before it counts: a polling pair may lose its time slices to another. A fault that a
# sanitizer saw counts at once, whatever the law made of it. 4: the mechanism is not in this build.
examine() {
    local attempt code
    for attempt in 1 2; do
        code=0
        "$1" conform --mechanism "$2" --law "$3" >"$4/$2" 2>&1 || code=$?
        if grep -Eq 'ERROR: AddressSanitizer|runtime error:' "$4/$2"; then break; fi
        if [ "$code" = 0 ] || [ "$code" = 4 ]; then return 0; fi
    done
    cat "$4/$2"
    return 1
}
export -f examine
$ipcmark list --json | sed -n 's/^    "name": "\(.*\)".*/\1/p' |
    xargs -P "$(nproc)" -I{} bash -c 'examine "$@"' _ "$ipcmark" {} "$laws" "$folder"
echo "sanitize: $(ls "$folder" | wc -l) mechanisms by $(tr ',' '\n' <<<"$laws" | wc -l) laws"
