#!/usr/bin/env bash
# Any CI that runs a shell script: fails where the work tree's transport is slower than that of a
# revision (default: where this branch left main). Usage: compare.sh [REVISION]
set -euo pipefail
base=${1:-$(git merge-base HEAD main)}
ipcmark ab --a "$base" --b HEAD --build ./build.sh --built build/libmine.so \
    --payload 64,64k --time-budget 10m --confirm --html ab.html --force --json ab.json
