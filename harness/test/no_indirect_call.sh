#!/usr/bin/env bash
# Fails when the instantiated loop of shm_ring_spin in the given binary calls through a register or
# memory: static dispatch is a promise of the transport contract. Needs objdump; x86-64 only.
set -euo pipefail
binary=$1
[ "$(uname -m)" = x86_64 ] || { echo "skipped: x86-64 only"; exit 0; }
listing=$(objdump --demangle --disassemble --no-show-raw-insn "$binary")
# From the symbol's line to the next blank line.
loop=$(awk '/^[0-9a-f]+ <.*run_spawn<ipcmark::transports::shm_ring_spin>.*>:$/ {inside=1}
            inside {print}
            /^$/ {inside=0}' <<<"$listing")
instructions=$(grep -c $'\t' <<<"$loop" || true)
[ "$instructions" -gt 100 ] || { echo "the loop of shm_ring_spin was not found in $binary"; exit 1; }
# `call *x` and tail calls `jmp *x`; calls of the virtual table or a function pointer look like this.
if grep -E $'\t(call|jmp) +\\*' <<<"$loop"; then
    echo "an indirect call in the loop"
    exit 1
fi
echo "$instructions instructions, no indirect call"
