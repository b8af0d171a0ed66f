#!/usr/bin/env bash
# The archive without ISA-L, as on machines that have none: zlib compresses and decompresses; every unit test of the archive, and the attacks.
. "$(dirname "$0")/../harness.sh"
B=$TOP/build-zlib
check "configured without ISA-L" cmake -S "$TOP" -B "$B" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCUSTODY_ISAL=OFF
units=$(cd "$TOP/tests/unit/archive" && for f in test_*.c; do f=${f#test_}; echo "test_archive_${f%.c}"; done)
# shellcheck disable=SC2086 # words
check "built without ISA-L" ninja -C "$B" $units attack judge
is_without() { ! ldd "$1" | grep -q isal; }
check "no ISA-L in it" is_without "$B/judge"
for t in $units; do check "$t, zlib" bash -c "cd '$B' && './$t'"; done
check "attacks, zlib" bash "$TOP/tests/attack/run.sh" "$B/attack" "$B/judge"
finish
