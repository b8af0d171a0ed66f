#!/usr/bin/env bash
# Killed 50 times at random moments and resumed each time: equal to the undisturbed run.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
KILLS=${KILLS:-50}
export CUSTODY_TEST_SEED=$(printf 'k%.0s' {1..32} | od -v -An -tx1 | tr -d ' \n')
export CUSTODY_TEST_COMMIT=page
RANDOM=${SEED:-4711}

sim_start "$WORK/t" --scale "${SCALE:-small}" --seed 11 ${FAULTS:-} || { finish; exit; }
export CUSTODY_TEST_CLOCK=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)	# behind the birth of the certificates
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)
"${C[@]}" --store "$WORK/whole" export acme >whole.log 2>&1
status=$?
if [ $status = 0 ] || [ $status = 3 ]; then pass "undisturbed run ends with $status"; else fail "undisturbed run: $(tail -1 whole.log)"; finish; exit; fi

kills=0
verb=(export acme)
while [ $kills -lt "$KILLS" ]; do
	"${C[@]}" --store "$WORK/cut" "${verb[@]}" >cut.log 2>&1 &
	pid=$!
	sleep "$(printf '0.%03d' $((RANDOM % 400 + 20)))"
	if kill -KILL $pid 2>/dev/null; then kills=$((kills + 1)); fi
	wait $pid 2>/dev/null
	got=$?
	if [ $got != 137 ] && [ $got != 0 ] && [ $got != 3 ]; then fail "after $kills kills: exit $got: $(tail -1 cut.log)"; break; fi
	if ls "$WORK"/cut/*.tar.gz >/dev/null 2>&1; then
		check "archive after $kills kills is equal" bash "$TOP/tests/judge/same.sh" "$WORK/whole/acme-00000001.tar.gz" "$WORK/cut/acme-00000001.tar.gz"
		[ $kills -ge "$KILLS" ] && break
		chmod -R u+w "$WORK/cut"; rm -rf "$WORK/cut"; verb=(export acme)
		continue
	fi
	if ls -d "$WORK"/cut/*.work/state >/dev/null 2>&1; then verb=(resume); else verb=(export acme); fi
done
if ! ls "$WORK"/cut/*.tar.gz >/dev/null 2>&1; then
	"${C[@]}" --store "$WORK/cut" "${verb[@]}" >cut.log 2>&1
	got=$?
	if [ $got = $status ]; then pass "ended after $kills kills: exit $got"; else fail "end after $kills kills: exit $got: $(tail -1 cut.log)"; fi
fi
check "archive after $kills kills is equal" bash "$TOP/tests/judge/same.sh" "$WORK/whole/acme-00000001.tar.gz" "$WORK/cut/acme-00000001.tar.gz"
expect 0 "a second resume does nothing" "${C[@]}" --store "$WORK/cut" resume
expect 0 "VALID" "$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK/cut/acme-00000001.tar.gz"
finish
