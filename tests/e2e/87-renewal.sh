#!/usr/bin/env bash
# A renewal archive: every earlier seal and hashes of every whole archive, checked by hand; what is broken, gone or not to be had is listed; the next export does not notice.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
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
	jq -e --arg a $name 'select(.kind == "renewal" and .id == $a) | .n' "$WORK/renewal" >"$WORK/raw.json"
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
# the lists of today, of signers and of the authority, as openssl sees them
for who in ca tsa-ca; do
	[ $who = ca ] && roots=$WORK/t/trust/roots.pem || roots=$WORK/t/trust/tsa-roots.pem
	said=$(for p in $(jq -r 'select(.id | startswith("crl/")) | .n.path' "$WORK/renewal"); do openssl crl -in "$p" -CAfile "$roots" -no-CApath -noout 2>&1; done)
	grep -q '^verify OK' <<<"$said" && pass "the revocation list of $who" || fail "no list of $who"
done
jq -e -s '[.[] | select(.id | startswith("crl/")) | .source.endpoint | test("^http://127.0.0.1:[0-9]+/crl/(ca|tsa).crl$")] == [true, true]' "$WORK/renewal" >/dev/null && pass "and where they are from" || fail "$(grep -c crl/ "$WORK/renewal")"
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
	CUSTODY_TEST_COMMIT=page kill_after 0.$d "${C[@]}" --store "$WORK/s" chain renew >/dev/null 2>&1 || k=$((k + 1))
	CUSTODY_TEST_COMMIT=page kill_after 0.$d "${C[@]}" --store "$WORK/s" resume >/dev/null 2>&1
done
"${C[@]}" --store "$WORK/s" resume >/dev/null 2>&1
[ -e s/acme-00000006.tar.gz ] || "${C[@]}" --store "$WORK/s" chain renew >/dev/null 2>&1
expect 0 "killed $k times, the store is whole" "${C[@]}" chain check "$WORK/s" --trust t/trust.conf
tar -xzOf s/acme-00000006.tar.gz --wildcards '*/data/records/renewal/*' >r6
[ "$(jq -r 'select(.kind == "renewal" or (.id | startswith("crl/"))) | .id' r6 | sort | uniq -c | awk '{print $1}' | tr -d '\n')" = 1111111 ] && pass "every archive and every list once" || fail "$(jq -r .id r6)"
# STORE ARCHIVE REASON OBJECT: a gap or limit of that archive
gap() { tar -xzOf $1/$2.tar.gz --wildcards '*/data/records/*' | jq -e --arg r "$3" --arg o "$4" 'select((.kind == "gap" or .kind == "limit") and .n.reason == $r and .n.object == $o) | .kind' | tr -d '"\n'; }
again() { rm -rf s t/signed*; cp -a t/store s && chmod -R u+w s; }
renew() { expect "$1" "$2" "${C[@]}" --store "$WORK/s" chain renew; }
# destroyed: its seal alone; told as a gap once, known from then on
again; rm s/acme-00000001.tar.gz
renew 3 "renewal beside a destroyed archive"
[ "$(gap s acme-00000006 archive_destroyed acme-00000001)" = gap ] && pass "a gap" || fail "no gap"
tar -xzOf s/acme-00000006.tar.gz --wildcards '*/data/records/renewal/*' >rd
jq -e -s 'any(.[]; .id == "acme-00000001" and .n.state == "destroyed" and (.n | has("tar_sha512") | not)) and ([.[] | select(.n.of_id == "acme-00000001")] | length) > 3' rd >/dev/null && pass "its seal alone is kept" || fail "destroyed: $(head -c 300 rd)"
renew 0 "the next one"
[ "$(gap s acme-00000007 archive_destroyed acme-00000001)" = limit ] && pass "knows of it" || fail "not known"
expect 8 "chain check misses the archive" "${C[@]}" chain check s --trust t/trust.conf
grep -q 'acme-00000001.tar.gz is missing, and no record says that it was destroyed' out && pass "and says what" || fail "$(grep missing out)"
# damaged, without its seal, and with a hole in the chain: each a gap, and the others are renewed
again; gzip -dc s/acme-00000002.tar.gz >a.tar; printf X | dd of=a.tar bs=1 seek=90000 conv=notrunc status=none; mv a.tar a; gzip -c a >s/acme-00000002.tar.gz
rm -r s/acme-00000003.seal s/acme-00000004.*
renew 3 "what is damaged or missing is listed"
for g in "archive_damaged acme-00000002" "archive_damaged acme-00000003" "archive_missing acme-00000004"; do [ "$(gap s acme-00000006 $g)" = gap ] && pass "$g" || fail "no gap: $g"; done
tar -xzOf s/acme-00000006.tar.gz --wildcards '*/data/records/renewal/*' >rd
[ "$(jq -r 'select(.kind == "renewal") | .n | [.id, .verdict, has("tar_sha512")] | join(" ")' rd)" = "acme-00000001 VALID true
acme-00000002 INVALID false
acme-00000003 INVALID false
acme-00000005 VALID true" ] && pass "each as it was found" || fail "$(jq -c .n rd)"
cp t/store/acme-00000002.tar.gz b.tar.gz
expect 0 "brought back from a copy, nothing contradicts it" "${C[@]}" verify --trust t/trust.conf --renewal s/acme-00000006.tar.gz b.tar.gz
# what is no file, in the directory of a seal that a renewal knows: a contradiction, and not a fault of reading
again; renew 0 "to be disturbed"
mkdir s/acme-00000002.seal/zz
expect 7 "a directory in it is INVALID" "${C[@]}" verify --trust t/trust.conf s
# lists that cannot be had
again; sed "s,^\[seal\],[seal]\ncrl = http://127.0.0.1:9/gone.crl\, http://127.0.0.1:$PORT/no.crl," "$conf" >t/crl.conf
C=("$CUSTODY" -c t/crl.conf --lang en -q); renew 3 "lists that cannot be had"
[ "$(gap s acme-00000006 crl_unreachable http://127.0.0.1:9/gone.crl)$(gap s acme-00000006 crl_refused "http://127.0.0.1:$PORT/no.crl")" = gapgap ] && pass "each a gap" || fail "no gaps"
# no trust: refused
sed '/^\[trust\]/,/^\[/{/^file/d}' "$conf" >t/none.conf
expect 2 "without trust nothing is renewed" "$CUSTODY" -c t/none.conf -q chain renew
finish
