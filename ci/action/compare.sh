#!/usr/bin/env bash
# The step of action.yml: builds ipcmark where none is given, compares, tells GitHub the verdict and
# ends as `ipcmark ab` does. Its inputs are the variables IPCMARK_*.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${IPCMARK_A:?the input a is empty}" "${IPCMARK_B:?the input b is empty}"
out=${IPCMARK_OUTPUT:-ipcmark-ab}

program=${IPCMARK:-}
if [ -z "$program" ]; then
    # shellcheck source=scripts/lib/packages.sh
    . "$root/scripts/lib/packages.sh"
    # shellcheck disable=SC2034 # install_missing reads it
    no_install=0
    install_missing "$build_needs"
    cmake --preset release -S "$root" -B "$root/build/release" -DIPCMARK_DEVELOPER=OFF >/dev/null
    cmake --build "$root/build/release"
    program=$root/build/release/bench/ipcmark
fi

mkdir -p "$out"
more=()
[ "${IPCMARK_CONFIRM:-true}" != true ] || more+=(--confirm)
# The words of the input are arguments of their own; they come from the workflow, not from a pull request.
# shellcheck disable=SC2206
more+=(${IPCMARK_ARGUMENTS:-})
status=0
"$program" ab --a "$IPCMARK_A" --b "$IPCMARK_B" --format github --comment "$out/comment.md" \
    --json "$out/ab.json" --html "$out/ab.html" --force "${more[@]}" || status=$?
case $status in
    0) verdict=equal ;;
    1) verdict=worse ;;
    3) verdict=failed ;;
    6) verdict=undecided ;;
    *) verdict=refused ;;
esac
{
    echo "verdict=$verdict"
    echo "comment=$out/comment.md"
} >>"${GITHUB_OUTPUT:-/dev/null}"
exit "$status"
