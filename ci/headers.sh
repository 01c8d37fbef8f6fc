#!/usr/bin/env bash
# Every header compiles alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
flags="-std=c++20 -I. $(pkg-config --cflags hwloc) -Wall -Wextra -Wpedantic -Werror -fsyntax-only"
git ls-files '*.hpp' | xargs -P "$(nproc)" -I{} sh -c \
    "echo '#include \"{}\"' | \${CXX:-g++} $flags -x c++ - || { echo 'does not compile alone: {}'; exit 255; }"
echo "headers: $(git ls-files '*.hpp' | wc -l) compile alone"
