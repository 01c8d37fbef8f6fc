#!/usr/bin/env bash
# clang-tidy over the sources that changed since the given revision (default: the merge base with
# origin/main, else the last commit); `ci/tidy.sh --all` takes every source. Each is compiled alone,
# so that an include which only a neighbour brings is found.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/tidy
cmake --preset tidy >/dev/null
if [ "${1:-}" = --all ]; then
    files=$(git ls-files '*.cpp')
else
    base=${1:-$(git merge-base HEAD origin/main 2>/dev/null || true)}
    if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
        base=$(git rev-parse HEAD~1 2>/dev/null || git hash-object -t tree /dev/null)
    fi
    files=$(git diff --name-only --diff-filter=d "$base" -- '*.cpp')
fi
[ -n "$files" ] || { echo "tidy: no source changed"; exit 0; }
# Two compilers read the same flags: what only g++ knows is not clang's business.
xargs -P "$(nproc)" -n 4 clang-tidy -p $build --quiet --extra-arg=-Wno-unknown-warning-option <<<"$files"
echo "tidy: $(wc -w <<<"$files") files"
