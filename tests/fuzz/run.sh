#!/usr/bin/env bash
# run.sh [TARGET] [SECONDS]: libFuzzer over every target, or one, each for SECONDS (60). New inputs stay in build-fuzz/; a crash ends with its file's path.
set -euo pipefail
cd "$(dirname "$0")/../.."
only=${1:-} seconds=${2:-60}
cmake -S . -B build-fuzz -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang-14 -DCUSTODY_SANITIZE=address,undefined -DCUSTODY_FUZZ=ON >/dev/null
failed=0
for source in tests/fuzz/fuzz_*.c; do
	target=$(basename "$source" .c) name=${target#fuzz_}
	[ -z "$only" ] || [ "$only" = "$name" ] || continue
	cmake --build build-fuzz --target "$target" >/dev/null
	mkdir -p "build-fuzz/found/$name"
	printf '==> %s for %s s\n' "$name" "$seconds"
	corpus=("build-fuzz/found/$name")
	[ -d "tests/fuzz/corpus/$name" ] && corpus+=("tests/fuzz/corpus/$name")
	"build-fuzz/$target" -max_total_time="$seconds" -timeout=2 -rss_limit_mb=512 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/crash-$name-" "${corpus[@]}" 2>&1 | tail -4 || failed=1
done
exit $failed
