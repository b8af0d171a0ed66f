#!/usr/bin/env bash
# The same small export under the address and undefined sanitizers, clean and with every fault.
BUILD=${ASAN_BUILD:-$(cd "$(dirname "$0")/../.." && pwd)/build-asan}
export BUILD ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
exec bash "$(dirname "$0")/10-small.sh"
