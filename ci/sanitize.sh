#!/usr/bin/env bash
# Address and undefined-behaviour sanitizers over the unit tests and the conformance laws.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset asan-ubsan >/dev/null
cmake --build --preset asan-ubsan
ctest --preset asan-ubsan --parallel "$(nproc)" -R '^(unit|law)\.'
