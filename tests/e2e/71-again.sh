#!/usr/bin/env bash
# What one run does not get the next ones ask for first: files that cannot be had now, messages whose key is missing; over kills, volumes and a lost catalogue, and encrypted.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK" || exit
export CUSTODY_TEST_BACKOFF=1 CUSTODY_TEST_COMMIT=page
RANDOM=${SEED:-71}

# lines STREAM ARCHIVES…: the records, by tar alone.
# jq refuses a high surrogate before another escape, which a platform may send.
lone() { perl -pe 's/(?<!\\)((?:\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])/$1\\ufffd/g'; }
lines() { for a in "${@:2}"; do tar -xzOf "$a" --wildcards "*/data/records/$1/*.jsonl" 2>/dev/null; done | lone; }
open_gaps() { lines gaps "$1" | jq -r 'select(.n.is_final == false) | .id' | sort; }
# closed NAME EARLIER LATER…: do the events of the later archives name every gap of the earlier one that is not final, each once?
closed() {
	lines events "${@:3}" | jq -r --arg a "$(basename "$2" .tar.gz)" 'select(.n.action == "gap.closed") | .n.detail.gaps[] | select(.archive == $a) | .gap' | sort > closed
	[ -s closed ] && cmp -s closed <(open_gaps "$2") && pass "$1: every gap is closed once ($(wc -l < closed))" || fail "$1: closed $(wc -l < closed), open $(open_gaps "$2" | wc -l)"
}
# equal NAME TRUTH ARCHIVES…: messages and their files of all archives together are the tenant's, each once; approvals are read again while they may change, and their
# files with them: there the set counts.  Bytes of all files.
equal() {
	local truth=$2 bad=0
	lone < "$truth" | jq -r 'select(.stream == "messages" and .expect == "present") | .id' | LC_ALL=C sort > want
	lines messages "${@:3}" | jq -r .id | LC_ALL=C sort > got
	cmp -s want got || { bad=1; diff want got | head -3; }
	rm -rf x; mkdir x
	for a in "${@:3}"; do tar -xzf "$a" -C x; done
	lone < "$truth" | jq -r 'select(.stream == "files" and .expect == "present") | "\(.id)\t\(.of)\t\(.sha256)"' "$truth" | LC_ALL=C sort > want
	for root in x/*/; do
		find "$root/data/records/files" -name '*.jsonl' 2>/dev/null | xargs -r cat | lone | jq -r --arg r "$root" '"\(.id)\t\(.n.of_stream)/\(.n.of_id)\t\($r)/\(.n.path)"'
	done > paths
	cut -f3 paths | tr '\n' '\0' | xargs -0 -r sha256sum | cut -c1-64 > sums
	paste <(cut -f1,2 paths) sums | LC_ALL=C sort > all
	grep -P '\tmessages/' all > chat; uniq -d chat > twice; [ -s twice ] && { bad=1; head -3 twice; }
	uniq all > got
	cmp -s want got || { bad=1; diff want got | head -3; }
	[ $bad = 0 ] && pass "$1: nothing lost, nothing doubled, every file names its record" || fail "$1: differs from the truth"
}

sim_start "$WORK/t" --scale small --seed 71 || { finish; exit; }
cp t/truth.jsonl whole.jsonl; cp t/custody.conf whole.conf
sim_stop
sim_start "$WORK/t" --scale small --seed 71 --fault media-down --fault key-missing || { finish; exit; }
SIM_PORT=$PORT
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)
expect 3 "first run: gaps" "${C[@]}" export acme
check "... as planned" bash "$TOP/tests/judge/compare.sh" t/truth.jsonl t/store
n=$(open_gaps t/store/acme-00000001.tar.gz | wc -l)
expect 3 "second run, nothing is better" "${C[@]}" export acme
[ "$(open_gaps t/store/acme-00000002.tar.gz | wc -l)" = "$n" ] && pass "all $n are gaps again" || fail "$(open_gaps t/store/acme-00000002.tar.gz | wc -l) of $n gaps again"
[ -z "$(lines files t/store/acme-00000002.tar.gz | jq -r 'select(.n.of_stream == "messages")')$(lines messages-undecrypted t/store/acme-00000002.tar.gz)" ] && pass "nothing is archived again" || fail "archived again"
cp -r t/store two; cp -r t/signed two.signed
rm two/custody.sqlite		# the archives themselves tell all of it

# The platform is well again and the key is found.
sim_start "$WORK/t" --scale small --seed 71 || { finish; exit; }
expect 0 "third run" "${C[@]}" export acme
closed "of the first run" t/store/acme-00000001.tar.gz t/store/acme-00000003.tar.gz
closed "of the second run" t/store/acme-00000002.tar.gz t/store/acme-00000003.tar.gz
equal "together" whole.jsonl t/store/*.tar.gz
tar -xzOf t/store/acme-00000003.tar.gz --wildcards '*/completeness.json' | jq -e --argjson n "$n" '[.closed_gaps[] | "\(.archive) \(.gaps | length)"] == ["acme-00000001 \($n)", "acme-00000002 \($n)"]' >/dev/null &&
	pass "the certificate lists them" || fail "certificate: $(tar -xzOf t/store/acme-00000003.tar.gz --wildcards '*/completeness.json' | jq -c .closed_gaps)"
expect 0 "fourth run: nothing is left to ask for" "${C[@]}" export acme
[ -z "$(lines files t/store/acme-00000004.tar.gz | jq -r 'select(.n.of_stream == "messages")')" ] && ! lines events t/store/acme-00000004.tar.gz | grep -q gap.closed && pass "nothing twice" || fail "something twice"
expect 0 "the chain is VALID" "$CUSTODY" -q verify --trust t/trust.conf t/store

# The same third run without the catalogue, in volumes, and killed.
sed -i 's/^\[store\]/[store]\nvolume = 1 MiB/; s,^signed.*,signed = '"$WORK"'/two.signed,' t/custody.conf
C+=(--store "$WORK/two")
kills=0 verb=(export acme)
while :; do
	if [ $kills -lt "${KILLS:-6}" ]; then kill_after "0.$(printf '%03d' $((RANDOM % 300 + 100)))" "${C[@]}" "${verb[@]}" >cut.log 2>&1; else "${C[@]}" "${verb[@]}" >cut.log 2>&1; fi
	got=$?
	[ $got = 10 ] && sleep 0.1 && continue
	[ $got = 137 ] || break
	kills=$((kills + 1))
	if compgen -G 'two/*.work/state' >/dev/null || compgen -G 'two/acme-00000003.seal/seal.txt' >/dev/null; then verb=(resume); fi
done
[ $got = 0 ] && pass "in $(($(ls two/*.tar.gz | wc -l) - 2)) volumes, after $kills kills" || fail "exit $got: $(tail -1 cut.log)"
later=(two/acme-0000000[3-9].tar.gz)
closed "killed, in volumes" two/acme-00000001.tar.gz "${later[@]}"
equal "killed, in volumes" whole.jsonl two/*.tar.gz
finish
