#!/usr/bin/env bash
# A renewal archive: every earlier seal and hashes of every whole archive, checked by hand; nothing broken is renewed; the next export does not notice.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 13 || { finish; exit; }
conf=$WORK/t/custody.conf
C=("$CUSTODY" -c "$conf" --lang en -q)
expect 0 "first export" "${C[@]}" export acme
expect 0 "second export" "${C[@]}" export acme
expect 0 "chain renew" "${C[@]}" chain renew
A=acme-00000003
[ "$(cat out)" = "$WORK/t/store/$A.tar.gz" ] && pass "its path is told" || fail "$(cat out err)"
expect 0 "the chain with it" "${C[@]}" --json chain check
mkdir x && tar -xzf t/store/$A.tar.gz -C x && cd x/$A
check "its manifest, by hand" sha256sum -c --strict --quiet manifest-sha256.txt
check "its tag manifest, by hand" sha256sum -c --strict --quiet tagmanifest-sha256.txt
(cd seal && check "its seal, by hand" sha256sum -c --strict --quiet sha256sums.txt)
cat data/records/renewal/*.jsonl >"$WORK/renewal"
for n in 1 2; do
	name=acme-0000000$n
	jq -e --arg a $name 'select(.kind == "unknown" and .id == $a) | .raw' "$WORK/renewal" >"$WORK/raw.json"
	[ "$(gzip -dc "$WORK/t/store/$name.tar.gz" | sha512sum | cut -c1-128)" = "$(jq -r .tar_sha512 "$WORK/raw.json")" ] && pass "$name: SHA-512 of the whole tar" || fail "$name: $(cat "$WORK/raw.json")"
	[ "$(gzip -dc "$WORK/t/store/$name.tar.gz" | wc -c)" = "$(jq -r .tar_octets "$WORK/raw.json")" ] && pass "$name: its length" || fail "$name: length"
	[ "$(gzip -dc "$WORK/t/store/$name.tar.gz" | sha256sum | cut -c1-64)" = "$(jq -r .tar_sha256 "$WORK/raw.json")" ] && pass "$name: SHA-256 too" || fail "$name: SHA-256"
	lost=0
	for f in "$WORK"/t/store/$name.seal/*; do
		p=$(jq -r --arg i "$name/${f##*/}" 'select(.kind == "file" and .id == $i) | .n.path' "$WORK/renewal")
		[ -n "$p" ] && cmp -s "$f" "$p" || { lost=$((lost + 1)); echo "$f: $p"; }
	done
	[ $lost = 0 ] && pass "$name: every file of its seal" || fail "$name: $lost files"
done
covers() { sed -n 's/^Covers: //p' "$WORK/t/store/acme-0000000$1.seal/seal.txt"; }
[ "$(covers 3)" = "$(covers 2 | cut -d/ -f2)/$(covers 2 | cut -d/ -f2)" ] && pass "it covers no time" || fail "$(covers 2) $(covers 3)"
cd "$WORK"
expect 0 "third export" "${C[@]}" export acme
[ "$(tar -xzOf t/store/acme-00000004.tar.gz --wildcards '*/data/records/messages/*' 2>/dev/null | wc -l)" = 0 ] && pass "the next export begins where the last one ended" || fail "messages again"
[ "$(covers 4 | cut -d/ -f1)" = "$(covers 2 | cut -d/ -f2)" ] && pass "and leaves no time uncovered" || fail "$(covers 4)"
rm t/store/custody.sqlite
expect 0 "the catalogue lost, another export" "${C[@]}" export acme
[ "$(tar -xzOf t/store/acme-00000005.tar.gz --wildcards '*/data/records/messages/*' 2>/dev/null | wc -l)" = 0 ] && pass "nothing twice" || fail "messages again"
# killed under way, taken up: the same result
rm -rf s t/signed*; cp -a t/store s && chmod -R u+w s
k=0
for d in 03 05 08 12 18 25 35; do
	CUSTODY_TEST_COMMIT=page timeout -s KILL 0.$d "${C[@]}" --store "$WORK/s" chain renew >/dev/null 2>&1 || k=$((k + 1))
	CUSTODY_TEST_COMMIT=page timeout -s KILL 0.$d "${C[@]}" --store "$WORK/s" resume >/dev/null 2>&1
done
"${C[@]}" --store "$WORK/s" resume >/dev/null 2>&1
[ -e s/acme-00000006.tar.gz ] || "${C[@]}" --store "$WORK/s" chain renew >/dev/null 2>&1
expect 0 "killed $k times, the store is whole" "${C[@]}" chain check "$WORK/s" --trust t/trust.conf
tar -xzOf s/acme-00000006.tar.gz --wildcards '*/data/records/renewal/*' >r6
[ "$(jq -r 'select(.kind == "unknown") | .id' r6 | sort | uniq -c | awk '{print $1}' | tr -d '\n')" = 11111 ] && pass "every archive once" || fail "$(jq -r 'select(.kind == "unknown") | .id' r6)"
# destroyed: its seal alone
rm -rf s t/signed*; cp -a t/store s && chmod -R u+w s; rm s/acme-00000001.tar.gz
expect 0 "renewal beside a destroyed archive" "${C[@]}" --store "$WORK/s" chain renew
tar -xzOf s/acme-00000006.tar.gz --wildcards '*/data/records/renewal/*' >rd
jq -e -s 'any(.[]; .id == "acme-00000001" and .raw.state == "destroyed" and (.raw | has("tar_sha512") | not))' rd >/dev/null && pass "said so" || fail "destroyed: $(head -c 300 rd)"
# damaged: refused
rm -rf s t/signed*; cp -a t/store s && chmod -R u+w s; gzip -dc s/acme-00000002.tar.gz >a.tar; printf X | dd of=a.tar bs=1 seek=90000 conv=notrunc status=none; mv a.tar a; gzip -c a >s/acme-00000002.tar.gz
expect 7 "a damaged archive is not renewed" "${C[@]}" --store "$WORK/s" chain renew
grep -q 'acme-00000002 cannot be renewed' err && pass "and named" || fail "$(cat err)"
ls s/acme-00000006.tar.gz >/dev/null 2>&1 && fail "a renewal was sealed all the same" || pass "nothing was sealed"
# no trust: refused
sed '/^\[trust\]/,/^\[/{/^file/d}' "$conf" >t/none.conf
expect 2 "without trust nothing is renewed" "$CUSTODY" -c t/none.conf -q chain renew
finish
