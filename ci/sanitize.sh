#!/usr/bin/env bash
# Address and undefined-behaviour sanitizers over the unit tests, and over every mechanism by every
# law but wait_style, which needs the CPUs to itself and whose code is no other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset asan-ubsan >/dev/null
cmake --build --preset asan-ubsan
ctest --preset asan-ubsan --parallel "$(nproc)" -R '^unit\.'

ipcmark=build/asan-ubsan/bench/ipcmark
laws=$($ipcmark conform --list --json | sed -n 's/.*"name": "\(.*\)".*/\1/p' | grep -v '^wait_style$' | paste -sd,)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
examine() {
    # 4: the mechanism is not in this build.
    "$1" conform --mechanism "$2" --law "$3" >"$4/$2" 2>&1 || [ $? = 4 ] || { cat "$4/$2"; return 1; }
}
export -f examine
$ipcmark list --json | sed -n 's/^    "name": "\(.*\)".*/\1/p' |
    xargs -P $(($(nproc) * 2)) -I{} bash -c 'examine "$@"' _ "$ipcmark" {} "$laws" "$folder"
echo "sanitize: $(ls "$folder" | wc -l) mechanisms by $(tr ',' '\n' <<<"$laws" | wc -l) laws"
