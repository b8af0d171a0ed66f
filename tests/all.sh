#!/usr/bin/env bash
# all.sh [--all]: every test, in an order that tells of the simplest fault first. The last line counts everything.
set -uo pipefail
cd "$(dirname "$0")/.."
ALL=
[ "${1:-}" = --all ] && ALL=1
export ALL
total_passed=0 total_failed=0 total_skipped=0
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

say() { printf '\033[1m==> %s\033[0m\n' "$*"; }
step() { # NAME COMMAND…: one step that passes or fails as a whole
	local name=$1 began=$SECONDS log=$logs/step
	shift
	if "$@" >"$log" 2>&1; then
		total_passed=$((total_passed + 1))
		printf 'ok    %s (%d s)\n' "$name" $((SECONDS - began))
	else
		total_failed=$((total_failed + 1))
		printf 'FAIL  %s\n' "$name"
		tail -40 "$log" | sed 's/^/      /'
	fi
}
units() { # BUILD-DIR LABEL: ctest, its counts added to ours; twice as many as there are processors, for many of them wait for disks and for each other
	local began=$SECONDS n f log=$logs/units
	ctest --test-dir "$1" -j $((2 * $(nproc))) --output-on-failure "${@:3}" >"$log" 2>&1
	n=$(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\2 \1/p' "$log" | tail -1)
	f=${n#* } n=${n% *}
	if [ -z "$n" ]; then total_failed=$((total_failed + 1)); printf 'FAIL  %s: no tests ran\n' "$2"; tail -5 "$log"; return; fi
	total_passed=$((total_passed + n - f)) total_failed=$((total_failed + f))
	printf '%s  %s: %d of %d programs (%d s)\n' "$([ "$f" = 0 ] && echo 'ok  ' || echo FAIL)" "$2" $((n - f)) "$n" $((SECONDS - began))
	[ "$f" = 0 ] || grep -E '^ *[0-9]+ - |\*\*\*' "$log" | head -30
}
told() { # FILE LOG SECONDS: a shell test has run, which ends with its own count
	local log=$2 counts p f s
	counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$log" | tail -1)
	if [ -z "$counts" ]; then total_failed=$((total_failed + 1)); printf 'FAIL  %s: ended early\n' "$1"; tail -20 "$log"; return; fi
	read -r p f s <<<"$counts"
	total_passed=$((total_passed + p)) total_failed=$((total_failed + f)) total_skipped=$((total_skipped + s))
	printf '%s  %s: %s (%d s)\n' "$([ "$f" = 0 ] && echo 'ok  ' || echo FAIL)" "$1" "$p passed, $f failed, $s skipped" "$3"
	grep -E '^skipped:' "$log"
	[ "$f" = 0 ] || grep -A25 '^FAIL' "$log" | head -60
}
script() { # FILE: alone
	local began=$SECONDS
	bash "$1" >"$logs/script" 2>&1
	told "$1" "$logs/script" $((SECONDS - began))
}
# FILE…: one more at a time than there are processors, for each waits a good deal: for the simulator's faults, for disks, for what it has killed.
# They share nothing: each has its own directory, ports and keys.
scripts() {
	local -A file began
	local pid running=0 most=$(($(nproc) + 1)) t
	reap() {
		wait -n -p pid
		running=$((running - 1))
		told "${file[$pid]}" "$logs/$pid" $((SECONDS - began[$pid]))
		rm -f "$logs/$pid"
	}
	for t in "$@"; do
		[ $running -lt $most ] || reap
		( exec bash "$t" >"$logs/$BASHPID" 2>&1 ) &
		file[$!]=$t began[$!]=$SECONDS running=$((running + 1))
	done
	while [ $running -gt 0 ]; do reap; done
}
build() { cmake --preset "$1" >/dev/null && cmake --build --preset "$1" -j "$(nproc)"; }

build_tsan() {
	cmake --preset tsan >/dev/null &&
		cmake --build --preset tsan -j "$(nproc)" --target test_core_ring test_core_log test_core_progress test_archive_writer test_exporters_chat_keys
}

say "building"
step "release build, gcc" build release
step "address and undefined sanitizers, gcc" build asan
step "release build, clang" build clang
step "thread sanitizer build" build_tsan
say "units"
units build "units, release"
units build-asan "units, address and undefined sanitizers" -E '^((interop|sim|attack)_|attack$)'
units build-tsan "threads, thread sanitizer" -R '^(core_ring|core_log|core_progress|archive_writer|exporters_chat_keys)$'
say "whole program against the simulator"
scripts tests/e2e/*.sh
if [ -n "$ALL" ]; then
	say "longer sweeps"
	for t in tests/all/*.sh; do [ -e "$t" ] && script "$t"; done
fi
printf '%d passed, %d failed, %d skipped\n' "$total_passed" "$total_failed" "$total_skipped"
[ "$total_failed" -eq 0 ]
