#!/usr/bin/env bash
# A run larger than an archive: several volumes that together are the tenant, also when it is killed again and again.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
KILLS=${KILLS:-25}
export CUSTODY_TEST_SEED=$(printf 'v%.0s' {1..32} | od -v -An -tx1 | tr -d ' \n')
export CUSTODY_TEST_COMMIT=page
RANDOM=${SEED:-815}

sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
export CUSTODY_TEST_CLOCK=$(date -u -d '+2 seconds' +%Y-%m-%dT%H:%M:%SZ)
sed -i 's/^\[store\]/[store]\nvolume = 2 MiB/' t/custody.conf
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)

expect 0 "export in volumes" "${C[@]}" --store "$WORK/whole" --json export acme
n=$(jq '.archives | length' out)
[ "$n" -ge 5 ] && pass "$n volumes, all of them named" || fail "volumes: $(cat out)"
expect 0 "the chain of volumes is VALID" "$CUSTODY" -q verify --trust t/trust.conf whole
check "together they are the tenant" bash "$TOP/tests/judge/compare.sh" t/truth.jsonl whole

# What a volume may hold, counted by tar: at most the limit, or one file and its record.
over=0 count=0 covers=
for a in whole/*.tar.gz; do
	count=$((count + 1))
	info=$(tar -xzOf "$a" --wildcards '*/bag-info.txt')
	octets=$(sed -n 's/^Payload-Oxum: \([0-9]*\)\..*/\1/p' <<< "$info")
	files=$(tar -tzf "$a" | grep -c '/data/files/')
	[ "$octets" -gt $((2 << 20)) ] && [ "$files" -gt 1 ] && { over=1; echo "$a: $octets octets, $files files"; }
	want="$count of $([ "$count" = "$n" ] && echo "$n" || echo '?')"
	grep -qx "Bag-Count: $want" <<< "$info" || { over=1; echo "$a: $info"; }
	grep Bag-Group <<< "$info" >> groups
	tar -xzOf "$a" --wildcards '*/seal/seal.txt' | grep '^Covers' >> covers
	tar -xzOf "$a" --wildcards '*/report/completeness.json' | jq -c '[.complete, .volume.number, .volume.of]' >> volumes
done
[ $over = 0 ] && pass "no volume over its limit, each with its Bag-Count" || fail "volumes over their limit"
[ "$(sort -u groups | wc -l)" = 1 ] && [ "$(sort -u covers | wc -l)" = 1 ] && pass "one group, one period" || fail "group or period: $(sort -u groups covers)"
[ "$(grep -c '^\[false' volumes)" = $((n - 1)) ] && [ "$(tail -1 volumes)" = "[true,$n,$n]" ] && pass "only the last certificate is of the whole" ||
	fail "certificates: $(cat volumes)"

kills=0
verb=(export acme)
while :; do
	if [ $kills -lt "$KILLS" ]; then
		kill_after "0.$(printf '%03d' $((RANDOM % 250 + 10)))" "${C[@]}" --store "$WORK/cut" "${verb[@]}" >cut.log 2>&1
	else
		"${C[@]}" --store "$WORK/cut" "${verb[@]}" >cut.log 2>&1
	fi
	got=$?
	[ $got = 10 ] && sleep 0.1 && continue	# the one before is killed, but not gone yet
	[ $got = 137 ] || break
	kills=$((kills + 1))
	if compgen -G "$WORK/cut/*.seal/seal.txt" >/dev/null || compgen -G "$WORK/cut/*.work/state" >/dev/null; then verb=(resume); else verb=(export acme); fi
done
[ $got = 0 ] && pass "ended after $kills kills" || fail "after $kills kills: exit $got: $(tail -1 cut.log)"
same=0
for a in whole/*.tar.gz; do
	bash "$TOP/tests/judge/same.sh" "$a" "cut/$(basename "$a")" >same.log 2>&1 || { same=1; tail -3 same.log; }
done
[ $same = 0 ] && [ "$(ls cut/*.tar.gz | wc -l)" = "$n" ] && pass "every volume is equal" || fail "volumes differ after $kills kills"
expect 0 "the chain is VALID" "$CUSTODY" -q verify --trust t/trust.conf cut
ls cut/*.work >/dev/null 2>&1 && fail "work directories are left" || pass "nothing is left over"

# The limit is the configuration's, and wrong ones are said.
sed -i 's/^volume = .*/volume = 12/' t/custody.conf
expect 2 "a volume of 12 octets" "${C[@]}" --store "$WORK/no" export acme
grep -q volume err && pass "says which key" || fail "$(cat err)"
finish
