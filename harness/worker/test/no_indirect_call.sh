#!/usr/bin/env bash
# Fails when the loops instantiated for shm_ring_spin call through a register or memory: static
# dispatch is a promise of the transport contract. Needs objdump; x86-64 only.
set -euo pipefail
binary=$1
[ "$(uname -m)" = x86_64 ] || { echo "skipped: x86-64 only"; exit 0; }
listing=$(objdump --demangle --disassemble --no-show-raw-insn "$binary")
# Each function from its symbol's line to the next blank line: the loops and the ring's slow paths.
loops=$(awk '/^[0-9a-f]+ <.*(loops::|shm_ring<ipcmark::spin_wait>).*>:$/ {
                 inside = /shm_ring_spin|shm_ring<ipcmark::spin_wait>/ }
             /^[0-9a-f]+ <.*run_spawn<ipcmark::transports::shm_ring_spin>.*>:$/ { inside = 1 }
             inside { print }
             /^$/ { inside = 0 }' <<<"$listing")
instructions=$(grep -c $'\t' <<<"$loops" || true)
[ "$instructions" -gt 100 ] || { echo "the loops of shm_ring_spin were not found in $binary"; exit 1; }
if grep -E $'\t(call|jmp) +\\*' <<<"$loops"; then
    echo "an indirect call in the loops of shm_ring_spin"
    exit 1
fi
grep -E '^[0-9a-f]+ <' <<<"$loops" | sed 's/^[0-9a-f]* //'
echo "$instructions instructions, no indirect call"
