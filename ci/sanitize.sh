#!/usr/bin/env bash
# Address and undefined-behaviour sanitizers over the unit tests and the conformance checks. What a
# sanitizer saw fails, whatever a check made of the crash: to some of them a refusal is an answer.
# The checks that must run alone stay out: they judge how processes wait, which a sanitizer changes.
# The programs stand at fixed addresses: to move tens of megabytes of the sanitizers' tables takes
# each process longer than its check. `ci/sanitize.sh --build` builds and runs nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
cmake --preset asan-ubsan >/dev/null
cmake --build --preset asan-ubsan --target unit_tests conform_checks
[ "${1:-}" != --build ] || exit 0
ctest --preset asan-ubsan --parallel "$(($(nproc) + 1))" -R '^(unit|check)\.'
ci/skips.py build/asan-ubsan/tests.xml
if grep -En 'ERROR: (Address|Leak)Sanitizer|runtime error:' build/asan-ubsan/Testing/Temporary/LastTest.log; then
    echo "sanitize: a sanitizer complained above, though the test passed" >&2
    exit 1
fi
