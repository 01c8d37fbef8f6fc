#!/usr/bin/env bash
# plugin_test.sh SOURCE BUILD COMPILER FLAGS
set -euo pipefail
source=$1 build=$2 compiler=$3 flags=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null

# The first C++ block of the README, its registration replaced as the README says.
awk '/^```cpp$/ && !seen {inside = seen = 1; next} /^```$/ {inside = 0} inside' \
    "$source/transports/README.md" >"$work/my_mechanism.cpp"
entry=$(sed -n 's/^\(extern "C" void ipcmark_register.*\)$/\1/p' "$source/transports/README.md")
[ -n "$entry" ] || { echo "the README shows no ipcmark_register"; exit 1; }
sed -i '/^void register_my_mechanism/d' "$work/my_mechanism.cpp"
echo "$entry" >>"$work/my_mechanism.cpp"

cat >"$work/CMakeLists.txt" <<'TXT'
cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES C CXX)
find_package(ipcmark REQUIRED)
add_library(mine MODULE my_mechanism.cpp)
target_link_libraries(mine PRIVATE ipcmark::harness)
TXT
cmake -S "$work" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_CXX_FLAGS="$flags" -DCMAKE_BUILD_TYPE=Release >/dev/null
cmake --build "$work/build"

ipcmark=$work/prefix/bin/ipcmark
plugin=$work/build/libmine.so
"$ipcmark" --plugin "$plugin" list --mechanism my_mechanism
"$ipcmark" run --plugin "$plugin" --mechanism my_mechanism --payload 64 --repetitions 2 --repetition-ms 20 \
    --json "$work/result.json" --quiet
"$ipcmark" conform --plugin "$plugin" --mechanism my_mechanism
