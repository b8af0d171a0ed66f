#!/usr/bin/env bash
# Encrypted, in volumes, with SM3 beside SHA-256; killed again and again, and resumed: the parts are random, what is in them is not.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
KILLS=${KILLS:-12}
export CUSTODY_TEST_SEED=$(printf 'e%.0s' {1..32} | od -v -An -tx1 | tr -d ' \n')
export CUSTODY_TEST_COMMIT=page
RANDOM=${SEED:-1207}
sim_start "$WORK/t" --scale "${SCALE:-60}" --seed 5 ${FAULTS:-} || { finish; exit; }
for k in legal escrow; do
	openssl req -x509 -newkey ec -pkeyopt "ec_paramgen_curve:P-$([ $k = legal ] && echo 256 || echo 384)" -nodes -keyout $k.key -out t/$k.crt -days 30 -subj "/CN=$k" 2>/dev/null
done
export CUSTODY_TEST_CLOCK=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
sed -i "s/^\[store\]/[store]\nvolume = ${VOLUME:-6 MiB}\nencrypt_to = legal.crt, escrow.crt/; s/^\[seal\]/[seal]\ndigest = ${DIGEST:-sm3}/" t/custody.conf
C=("$CUSTODY" -c t/custody.conf --lang en -q)
K=(--trust t/trust.conf --decrypt-key escrow.key --decrypt-cert t/escrow.crt)

began=$(date +%s%3N)
"${C[@]}" --store "$WORK/whole" --json export acme >out 2>err
status=$?
took=$(($(date +%s%3N) - began))
n=$(jq '.archives | length' out)
{ [ $status = 0 ] || [ $status = 3 ]; } && [ "$n" -ge "${VOLUMES:-3}" ] && pass "export in $n volumes" || fail "export: $status, $(cat out err)"
expect 0 "the chain is VALID, opened" "$CUSTODY" --lang en -q verify "${K[@]}" whole
[ "$(grep -c 'all content was opened' out)" = "$n" ] && pass "every volume was opened" || fail "$(cat out)"
expect 0 "and VALID without a key" "$CUSTODY" -q verify --trust t/trust.conf whole
check "by hand, opened" bash "$TOP/tests/judge/by-hand.sh" "$(ls whole/*.tar.gz | head -1)" t/trust legal.key t/legal.crt
tar -tzf "$(ls whole/*.tar.gz | tail -1)" >names
grep -q "/manifest-${DIGEST:-sm3}.txt" names && pass "the second digest is there" || fail "no second manifest"

# What a commit names stays as it is: its octets are in the archive that comes out.
committed() {
	local w p at
	for w in cut/*.work; do
		p=${w%.work}.tar.gz.partial at=$(sed -n 's/^tar \([0-9]*\).*/\1/p' "$w/state" 2>/dev/null)
		[ -n "$at" ] && [ -s "$p" ] && [ "$at" -gt 0 ] && printf '%s %s %s\n' "$(basename "${p%.partial}")" "$at" "$(head -c "$at" "$p" | sha256sum | cut -c1-64)" >>kept
	done
}
# Killed within a part of the time that all of it took; within more of it where a kill left no more than the one before.
kills=0 verb=(export acme) within=$((took / 4 + 20)) before=0
while :; do
	if [ $kills -lt "$KILLS" ]; then
		ms=$((RANDOM % within + 15))
		kill_after "$((ms / 1000)).$(printf '%03d' $((ms % 1000)))" "${C[@]}" --store "$WORK/cut" "${verb[@]}" >cut.log 2>&1
	else
		"${C[@]}" --store "$WORK/cut" "${verb[@]}" >cut.log 2>&1
	fi
	got=$?
	[ $got = 10 ] && sleep 0.1 && continue	# the one before is killed, but not gone yet
	[ $got = 137 ] || break
	kills=$((kills + 1))
	if [ -n "$(ls cut/*.seal/seal.txt cut/*.work/state 2>/dev/null)" ]; then verb=(resume); committed; else verb=(export acme); fi
	now=$(cat cut/*.work/state 2>/dev/null | cksum)
	if [ "$now" = "$before" ]; then within=$((within * 5 / 4)); else within=$((took / 4 + 20)); fi
	before=$now
done
[ $got = $status ] && pass "ended after $kills kills" || fail "after $kills kills: exit $got: $(tail -1 cut.log)"
bad=0
while read -r a at hash; do [ "$(head -c "$at" "cut/$a" | sha256sum | cut -c1-64)" = "$hash" ] || { bad=1; echo "$a: its first $at octets were made anew"; }; done <kept
[ -s kept ] && [ $bad = 0 ] && pass "what was committed at $(wc -l <kept) kills was kept" || fail "committed parts"
expect 0 "the chain is VALID, opened" "$CUSTODY" --lang en -q verify "${K[@]}" cut
[ "$(grep -c 'all content was opened' out)" = "$n" ] && pass "every volume was opened" || fail "$(cat out)"
mkdir plain-whole plain-cut
bad=0
for a in whole/*.tar.gz; do
	a=$(basename "$a")
	for d in whole cut; do touch plain-$d/$a; bash "$TOP/tests/judge/opened.sh" $d/$a legal.key t/legal.crt plain-$d/$a || bad=1; done
	bash "$TOP/tests/judge/same.sh" plain-whole/$a plain-cut/$a >same.log 2>&1 || { bad=1; tail -3 same.log; }
	cmp -s whole/$a cut/$a && { bad=1; echo "$a: the same ciphertext twice"; }
done
[ $bad = 0 ] && [ "$(ls cut/*.tar.gz | wc -l)" = "$n" ] && pass "decrypted by openssl, every volume is equal" || fail "volumes differ after $kills kills"
check "decrypted, equal to the truth" bash "$TOP/tests/judge/compare.sh" t/truth.jsonl plain-cut
ls -d cut/*.work >/dev/null 2>&1 && fail "work directories are left" || pass "nothing is left over"
finish
