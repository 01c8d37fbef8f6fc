#!/usr/bin/env bash
# Every shell script, those without an ending included, through shellcheck.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mapfile -t scripts < <(
    git ls-files '*.sh'
    git grep -lE '^#!.*\b(ba)?sh$' -- ':!*.sh' # by their first line
)
shellcheck --external-sources "${scripts[@]}"
echo "shell: ${#scripts[@]} scripts"
