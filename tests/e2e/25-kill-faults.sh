#!/usr/bin/env bash
# Every fault of the platform at once, and killed again and again: in the end still equal to the truth.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
export CUSTODY_TEST_COMMIT=page CUSTODY_TEST_BACKOFF=20
RANDOM=${SEED:-77}
sim_start "$WORK/t" --scale small --seed 23 --fault all || { finish; exit; }
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)
verb=(export acme) kills=0
while [ $kills -lt "${KILLS:-25}" ] && ! ls "$WORK"/t/store/*.tar.gz >/dev/null 2>&1; do
	"${C[@]}" "${verb[@]}" >cut.log 2>&1 &
	pid=$!
	sleep "0.$(printf %03d $((RANDOM % 700 + 100)))"
	kill -KILL $pid 2>/dev/null && kills=$((kills + 1))
	wait $pid 2>/dev/null
	got=$?
	[ $got = 137 ] || [ $got = 3 ] || { fail "after $kills kills: ${verb[*]}: exit $got: $(tail -1 cut.log)"; finish; exit; }
	ls -d "$WORK"/t/store/*.work/state >/dev/null 2>&1 && verb=(resume)
done
if ls "$WORK"/t/store/*.tar.gz >/dev/null 2>&1; then pass "ended by itself after $kills kills"; else expect 3 "ended after $kills kills" "${C[@]}" "${verb[@]}"; fi
check "equal to the truth" bash "$TOP/tests/judge/compare.sh" "$WORK/t/truth.jsonl" "$WORK/t/store"
expect 0 "VALID" "$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK/t/store"
finish
