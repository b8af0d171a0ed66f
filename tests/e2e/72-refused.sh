#!/usr/bin/env bash
# A secret that the platform refuses concerns its own area: the others are read and sealed, the exit status says AUTH, and the next run fetches what is missing.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
ids() { for a in "${@:2}"; do tar -xzOf "$a" --wildcards "*/data/records/$1/*.jsonl" 2>/dev/null; done | perl -ne 'print "$1\n" if /"id":"([^"]*)"/' | LC_ALL=C sort; }
for area in chat:messages approvals:approvals; do
	IFS=: read -r area stream <<<"$area"
	SIM_PORT=; sim_start "$WORK/$area" --scale small --seed 9 --fault "bad-secret:$area" || continue
	C=("$CUSTODY" -c "$WORK/$area/custody.conf" --lang en -q)
	S=$WORK/$area/store
	expect 6 "$area: AUTH" "${C[@]}" export acme
	grep -q "refuses .*$stream.*next: correct the secret" err && pass "... and what to do" || fail "$(cat err)"
	grep -q "warning: .*40001.*secret\.$area" err && pass "... and which secret" || fail "$(cat err)"
	expect 0 "... the archive is VALID" "$CUSTODY" -q verify --trust "$WORK/$area/trust.conf" "$S/acme-00000001.tar.gz"
	tar -xzOf "$S/acme-00000001.tar.gz" --wildcards '*/records/gaps/*' | jq -se --arg s $stream 'any(.[]; .n.of_stream == $s and .n.reason == "access_refused" and .n.is_final == false)' >/dev/null &&
		pass "... $stream are a gap" || fail "... no gap of $stream"
	[ -z "$(ids $stream "$S/acme-00000001.tar.gz")" ] && [ "$(ids users "$S/acme-00000001.tar.gz" | wc -l)" = 60 ] && pass "... members are there" || fail "... members"
	SIM_PORT=$PORT; sim_start "$WORK/$area" --scale small --seed 9 || continue
	expect 0 "$area: the secret corrected" "${C[@]}" export acme
	jq -r --arg s $stream 'select(.stream == $s and .expect == "present") | .id' "$WORK/$area/truth.jsonl" | LC_ALL=C sort > want
	ids $stream "$S"/*.tar.gz > got
	cmp -s want got && pass "... all $(wc -l < want) $stream are there, each once" || fail "... $(diff want got | head -3)"
done
# A run that wants nothing else has nothing to go on with.
SIM_PORT=; sim_start "$WORK/one" --scale small --seed 9 --fault bad-secret:approvals || { finish; exit; }
expect 6 "only that area: AUTH" "$CUSTODY" -c one/custody.conf --lang en -q export acme --area approvals
compgen -G 'one/store/*.tar.gz' >/dev/null && fail "an archive of nothing" || pass "... and no archive"
finish
