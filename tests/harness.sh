# harness.sh: sourced by shell tests. Counts, a work directory, a simulator that dies with the test.
set -uo pipefail
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
BUILD=${BUILD:-$TOP/build}
CUSTODY=$BUILD/custody
SIM=$BUILD/custody-sim
WORK=$(mktemp -d "${TMPDIR:-/tmp}/custody-test.XXXXXX")
PASSED=0 FAILED=0 SKIPPED=0
SIM_PID=
export LSAN_OPTIONS=suppressions=$TOP/tests/lsan.supp:print_suppressions=0
export CUSTODY_LOCALEDIR=$BUILD/locale
export XDG_STATE_HOME=$WORK/state	# what a signer remembers is not the tester's own

cleanup() {
	[ -n "$SIM_PID" ] && kill "$SIM_PID" 2>/dev/null
	if [ -n "${KEEP:-}" ]; then echo "kept: $WORK"; else chmod -R u+w "$WORK" 2>/dev/null; rm -rf "$WORK"; fi
}
trap cleanup EXIT

pass() { PASSED=$((PASSED + 1)); printf 'ok    %s\n' "$*"; }
fail() { FAILED=$((FAILED + 1)); printf 'FAIL  %s\n' "$*"; }
skip() { SKIPPED=$((SKIPPED + 1)); printf 'skipped: %s\n' "$*"; }

# check NAME COMMAND…: passes when the command does; its output is shown when it does not.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then pass "$name"; else fail "$name (status $?)"; printf '%s\n' "$out" | tail -25 | sed 's/^/      /'; fi
}

# expect STATUS NAME COMMAND…: the exit status must be that; output in $WORK/out and $WORK/err.
expect() {
	local want=$1 name=$2 got
	shift 2
	"$@" >"$WORK/out" 2>"$WORK/err"
	got=$?
	if [ $got -eq "$want" ]; then pass "$name"; else
		fail "$name: exit $got, expected $want"
		cat "$WORK/out" "$WORK/err" | tail -n 8 | sed 's/^/      /'
	fi
}

# sim_start DIR ARGUMENTS…: a simulator in the background; its port in $PORT.  VIEWS: what its tenant makes, where a test is not about views and need not wait for all.
sim_start() {
	local dir=$1
	shift
	sim_stop
	mkdir -p "$dir"
	: >"$dir.log"
	"$SIM" wecom --dir "$dir" --port "${SIM_PORT:-0}" --speed fast "$@" >"$dir.log" 2>&1 &
	SIM_PID=$!
	for _ in $(seq 600); do
		PORT=$(sed -n 's/^listening 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$dir.log")
		if [ -n "$PORT" ]; then
			[ -z "${VIEWS:-}" ] || grep -q '^views' "$dir/custody.conf" || sed -i "s/^\[tenant acme\]/&\nviews = $VIEWS/" "$dir/custody.conf"
			return 0
		fi
		kill -0 "$SIM_PID" 2>/dev/null || break
		sleep 0.1
	done
	fail "simulator did not start: $(tail -3 "$dir.log")"
	return 1
}
sim_stop() {
	[ -n "$SIM_PID" ] && kill "$SIM_PID" 2>/dev/null && wait "$SIM_PID" 2>/dev/null
	SIM_PID=
}

# kill_after SECONDS COMMAND…: SIGKILL then, and dead when this returns (timeout(1) kills itself first and waits for nobody: the lock may still be held).
kill_after() {
	local after=$1 pid killer got
	shift
	"$@" &
	pid=$!
	{ sleep "$after"; kill -KILL "$pid"; } >/dev/null 2>&1 &
	killer=$!
	wait "$pid" 2>/dev/null
	got=$?
	kill -KILL "$killer" 2>/dev/null # not TERM: a shell that has just been forked still has the trap that removes $WORK
	wait "$killer" 2>/dev/null
	return $got
}

finish() {
	printf '%s passed, %s failed, %s skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
	[ "$FAILED" -eq 0 ]
}
