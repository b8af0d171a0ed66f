#!/usr/bin/env bash
# The whole small export under the thread sanitizer, clean and with every fault.
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top" && cmake --preset tsan >/dev/null && cmake --build --preset tsan -j "$(nproc)" --target custody custody-sim custody_fakesdk catalogues >/dev/null ||
	{ echo "FAIL  thread sanitizer build"; echo "0 passed, 1 failed, 0 skipped"; exit 1; }
export BUILD=$top/build-tsan TSAN_OPTIONS="exitcode=66 suppressions=$top/tests/tsan.supp"
exec bash "$top/tests/e2e/10-small.sh"
