#!/usr/bin/env bash
# Runs after the first: the chain goes on, nothing comes twice, a lost window is a gap, a lost catalogue loses nothing, a broken store is not built on.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
# compare_new STORE: no message id stands in two archives
messages() { for a in "$1"/*.tar.gz; do tar -xzOf "$a" --wildcards '*/data/records/messages/*.jsonl' 2>/dev/null; done | perl -pe 's/^.*?"id":"([^"]*)".*$/$1/'; }

sim_start "$WORK/t" --scale small --seed 13 --fault seq-end:500 || { finish; exit; }
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)
SIM_PORT=$PORT
expect 0 "first run" "${C[@]}" export acme
sim_start "$WORK/t" --scale small --seed 13
expect 0 "second run, more messages" "${C[@]}" export acme
check "store of two: VALID" "$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK/t/store"
n=$(messages "$WORK/t/store" | wc -l) d=$(messages "$WORK/t/store" | sort | uniq -d | wc -l)
[ "$n" = 2000 ] && [ "$d" = 0 ] && pass "2000 messages over both archives, none twice" || fail "$n messages, $d twice"
prev=$(sha256sum < "$WORK/t/store/acme-00000001.seal/seal.txt" | cut -c1-64)
grep -q "^Previous: sha256:$prev$" "$WORK/t/store/acme-00000002.seal/seal.txt" && pass "Previous is the hash of the seal before" || fail "Previous"
[ "$(sed -n 's,^Covers: .*/,,p' "$WORK/t/store/acme-00000001.seal/seal.txt")" = "$(sed -n 's,^Covers: \(.*\)/.*,\1,p' "$WORK/t/store/acme-00000002.seal/seal.txt")" ] &&
	pass "Covers go on without a hole" || fail "Covers"

rm "$WORK/t/store/custody.sqlite"
expect 0 "third run, the catalogue lost" "${C[@]}" export acme
d=$(messages "$WORK/t/store" | sort | uniq -d | wc -l)
[ "$d" = 0 ] && pass "still none twice" || fail "$d messages twice after the catalogue was lost"
expect 0 "runs" "$CUSTODY" -c "$WORK/t/custody.conf" --lang en --json runs
[ "$(jq -s 'map(select(.status == "complete")) | length' "$WORK/out")" = 3 ] && pass "runs shows three" || fail "runs: $(cat "$WORK/out")"
mkdir "$WORK/s" && cp -r "$WORK/t/store/." "$WORK/s" && rm -rf "$WORK"/s/acme-00000002.*
expect 7 "an archive removed from the middle: INVALID" "$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK/s"

sim_start "$WORK/w" --scale small --seed 13 --fault seq-end:500 || { finish; exit; }
SIM_PORT=$PORT
C=("$CUSTODY" -c "$WORK/w/custody.conf" --lang en -q)
expect 0 "first run of another tenant" "${C[@]}" export acme
sim_start "$WORK/w" --scale small --seed 13 --fault window-lost:701,500
expect 3 "second run after a lost window ends with 3" "${C[@]}" export acme
tar -xzOf "$WORK"/w/store/acme-00000002.tar.gz acme-00000002/data/records/gaps/000000.jsonl > gaps.jsonl
check "the lost window is a counted gap" jq -e -s 'map(select(.n.of_stream == "messages" and .n.reason == "window_lost")) | length == 1 and .[0].n.count == 200' gaps.jsonl

SIM_PORT=
sim_start "$WORK/p" --scale small --seed 2 || { finish; exit; }
sed -i 's,^timestamp.*,timestamp = http://127.0.0.1:9/tsa,' "$WORK/p/custody.conf"
expect 0 "authority out of reach: pending is no failure" "$CUSTODY" -c "$WORK/p/custody.conf" --json -q export acme
[ "$(jq -r .status "$WORK/out")" = pending ] && pass "status pending" || fail "status $(jq -r .status "$WORK/out")"
expect 8 "a pending archive: INDETERMINATE" "$CUSTODY" -q verify --trust "$WORK/p/trust.conf" "$WORK"/p/store/*.partial
sed -i "s,^timestamp.*,timestamp = http://127.0.0.1:$PORT/tsa," "$WORK/p/custody.conf"
expect 0 "resume closes it" "$CUSTODY" -c "$WORK/p/custody.conf" -q resume
expect 0 "and it is VALID" "$CUSTODY" -q verify --trust "$WORK/p/trust.conf" "$WORK/p/store"
finish
