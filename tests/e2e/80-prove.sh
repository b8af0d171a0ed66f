#!/usr/bin/env bash
# One record: proven with and without the index, checked by custody and by hand with coreutils and openssl as the package's own text says; forged in every way.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
export XDG_STATE_HOME=$WORK/state
sim_start "$WORK/t" --scale small --seed 7 || { finish; exit; }
expect 0 "export" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
a=$WORK/t/store/acme-00000001.tar.gz index=$WORK/t/store/acme-00000001.index trust=$WORK/t/trust.conf
C() { "$CUSTODY" --lang en "$@"; }
prove() { C -q prove "$a" "$@" --trust "$trust"; }
tar -xzf "$a"; tree=$WORK/acme-00000001
id=$(sed -n 1500p "$tree/data/records/messages/000000.jsonl" | jq -r .id)

# --- packages ---
rm -f "$index"
expect 0 "prove, without an index" prove "messages/$id" users@0 -o first
[ -s "$index" ] && [ "$(stat -c %a "$index")" = 600 ] && pass "an index lies beside the archive, for its owner alone" || fail "no index"
expect 0 "prove, with the index" prove "messages/$id" users@0 messages@1499 -o again
check "the same package, the record named twice in it once" diff -r first again
cmp -s first/0001/record.json <(sed -n 1500p "$tree/data/records/messages/000000.jsonl" | head -c -1) && pass "the record is the one of the archive" || fail "another record"
cmp -s first/record-segments.tsv "$tree/record-segments.tsv" && cmp -s first/tagmanifest-sha256.txt "$tree/tagmanifest-sha256.txt" && diff -r first/seal "$tree/seal" &&
	pass "tag manifest, segments and seal are the archive's" || fail "other files than the archive's"
expect 0 "check: VALID" C check first --trust "$trust"
grep -q "$id" out && pass "the record is shown" || fail "the record is not shown"
expect 0 "check --json" C --json check first --trust "$trust"
jq -e --arg id "$id" '.verdict == "VALID" and (.records | length == 2) and .records[0].record.id == $id and .records[0].index == 1499' out >/dev/null && pass "its JSON" || fail "its JSON: $(head -c 300 out)"
expect 8 "check without trust: INDETERMINATE" C check first
grep -q "$id" out && fail "a record was shown before it was proven" || pass "nothing is shown of it"
expect 8 "check --json without trust" C --json check first
jq -e '.verdict == "INDETERMINATE" and ([.records[] | has("record")] | any | not)' out >/dev/null && pass "nor in JSON" || fail "JSON without trust: $(head -c 300 out)"
sed -E 's/^cert *= *.*/cert = sha256:'"$(printf '0%.0s' {1..64})"'/' "$trust" > "$WORK/t/others.conf"
expect 7 "check, the trust names other signers: INVALID" C check first --trust "$WORK/t/others.conf"
expect 2 "never over something that is there" prove users@0 -o first
mkdir empty; expect 2 "nor over an empty directory" prove users@0 -o empty
expect 2 "no such record" prove messages/nobody -o none
expect 2 "no such number" prove messages@99999999 -o none
expect 2 "no such stream" prove nothing/x -o none
for wrong in messages messages/ Messages/1 messages@ messages@-1 messages@x @1 /1 ../1; do expect 2 "wrong reference \"$wrong\"" prove "$wrong" -o none; done
expect 2 "no directory given" prove users@0
[ ! -e none ] && [ -z "$(ls -A | grep custody-tmp)" ] && pass "a failure leaves nothing behind" || fail "something was left: $(ls -A)"

# --- attachments ---
n=$(jq -r 'select(.kind == "file") | .n.path' "$tree"/data/records/files/000000.jsonl 2>/dev/null | head -1)
stream=$(grep -l '"kind":"file"' "$tree"/data/records/*/000000.jsonl | head -1 | sed 's,.*/records/\([^/]*\)/.*,\1,')
line=$(grep -n '"kind":"file"' "$tree/data/records/$stream/000000.jsonl" | head -1 | cut -d: -f1)
expect 0 "prove with its file" prove "$stream@$((line - 1))" -o with --with-files
path=$(jq -r .n.path with/0001/record.json)
cmp -s with/0001/file "$tree/$path" && pass "the file is the archive's" || fail "another file"
expect 0 "check: the file too" C --json check with --trust "$trust"
jq -e '.records[0].file' out >/dev/null && pass "its file is named" || fail "no file named"
printf x >> with/0001/file
expect 7 "another file: INVALID" C check with --trust "$trust"

# --- by hand: the commands of EXPLAIN.txt, with nothing but coreutils, openssl and a shell ---
tools=$WORK/tools; mkdir "$tools"
for f in $(dpkg -L coreutils | grep -E '^(/usr)?/bin/[^/]+$') "$(command -v openssl)" "$(command -v bash)"; do ln -sf "$f" "$tools/"; done
cp "$WORK"/t/trust/roots.pem "$WORK"/t/trust/tsa-roots.pem .
section() { # FROM TO FILE: the commands between two headings
	awk -v from="$1" -v to="$2" 'index($0, from) == 1 { on = 1; next } index($0, to) == 1 { on = 0 } on && /^    / { print substr($0, 5) }' "$3"
}
by_hand() { # PACKAGE DIRECTORY-OF-RECORD; prints what the commands print
	local e=$1/EXPLAIN.txt role
	{
		echo "cd $WORK/$1 && set -e"
		section 一、 遮盖副本 "$e" | sed "s/^d=0001/d=$2/; /sha256sum \$d\/file/d"
		section 二、 三、 "$e"
		section 三、 签名种类 "$e" | sed '/ROLE/,$d'
		for role in $(sed -n 's/^Signer: \([a-z-]*\) cms.*/\1/p' "$1/seal/seal.txt"); do
			section 三、 签名种类 "$e" | sed -n '/ROLE/,$p' | sed "s/ROLE/$role/g"
		done
	} > hand.sh
	env -i PATH="$tools" LC_ALL=C "$tools/bash" hand.sh > hand.out 2>&1
}
for d in 0001 0002; do
	if by_hand first $d && grep -qxF "$(grep "$(jq -R -r 'select(startswith("Segment: ")) | .[9:]' first/$d/proof.txt)\$" first/record-segments.tsv)" hand.out &&
	    grep -qx 'record-segments.tsv: OK' hand.out && grep -q '^Verification: OK' hand.out &&
	    grep -q "^$(sed -n 's/^Tagmanifest: sha256://p' first/seal/seal.txt)  tagmanifest" hand.out &&
	    [ "$(sed -n 's/^Signer: .* sha256:\(.*\)/\1  -/p' first/seal/seal.txt | sort)" = "$(grep '  -$' hand.out | sort)" ]; then
		pass "by hand: $d"
	else fail "by hand: $d"; tail -20 hand.out; fi
done
cp -r first forged; sed -i 's/"kind"/"kinD"/' forged/0001/record.json
by_hand forged 0001; grep -q "$(printf '\t')data/records/messages" hand.out && fail "by hand: a forged record passes" || pass "by hand: a forged record does not lead to the root"

# --- forgeries ---
forged() { # NAME STATUS: the directory x is judged
	expect "$2" "$1" C check x --trust "$trust"
	grep -q "$id" out && fail "$1: shown"
	chmod -R u+w x; rm -rf x
}
begin() { rm -rf x; prove "messages/$id" -o x >/dev/null || fail "prove"; }
begin; sed -i 's/^Index: .*/Index: 1498/' x/0001/proof.txt; forged "another index" 7
begin; sed -i 's/^Count: .*/Count: 1999/' x/0001/proof.txt; forged "another count" 7
begin; sed -i 's,messages,users,' x/0001/proof.txt; forged "another segment" 7
begin; sed -i 's,000000.jsonl,000001.jsonl,' x/0001/proof.txt; forged "a segment that is not there" 7
begin; tail -n 1 x/0001/proof.txt >> x/0001/proof.txt; forged "a hash too many" 7
begin; sed -i '$d' x/0001/proof.txt; forged "a hash missing" 7
begin; sed -i '5{h;d};6{G}' x/0001/proof.txt; forged "two hashes swapped" 7
begin; printf '\n' >> x/0001/record.json; forged "a line end behind the record" 7
begin; cp first/0002/record.json x/0001/; forged "another record" 7
begin; printf '{"_redacted":"%s"}' "$({ printf '\0'; cat x/0001/record.json; } | sha256sum | cut -c1-64)" > x/0001/record.json; forged "a redaction marker as a record" 7
begin; { printf '\1'; sed -n 's/^Hash: //p' x/0001/proof.txt | head -2 | tr -d '\n' | xxd -r -p; } > x/0001/record.json; forged "an interior node as a record" 7
begin; mv x/0001 x/0002; forged "numbers that do not begin with 0001" 7
begin; touch x/more; forged "a file too many" 7
begin; touch x/.hidden; forged "a hidden file" 7
begin; touch x/0001/note; forged "a file too many beside the record" 7
begin; touch x/seal/note; forged "a file too many in seal/" 7
begin; cp x/0001/record.json x/0001/file; forged "a file that no record names" 7
begin; mv x/0001/record.json r; ln -s ../../r x/0001/record.json; forged "a symbolic link" 7
begin; rm x/EXPLAIN.txt; forged "the explanation missing" 7
begin; rm x/0001/proof.txt; forged "the proof missing" 7
begin; rm x/seal/compliance-officer.p7s; forged "a signature missing" 7
begin; sed -i '/compliance-officer.p7s/d' x/seal/sha256sums.txt; rm x/seal/compliance-officer.p7s; forged "a signature missing, and from the list" 7
begin; rm x/seal/sha256sums.txt.tsr; forged "the time stamp missing: INDETERMINATE" 8
begin; rm x/record-segments.tsv; forged "the segments missing" 7
begin; sed -i '1s/^./g/' x/record-segments.tsv; forged "the segments changed" 7
begin; rm -r x/0001; forged "no record at all" 7
begin; mkdir -p x/data/records; forged "records and segments together" 7
begin; h=$({ printf '\0'; cat first/0002/record.json; } | sha256sum | cut -c1-64)
printf '%s\t1\tdata/records/messages/000009.jsonl\n' "$h" >> x/record-segments.tsv; cp first/0002/record.json x/0001/
printf 'Format: custody/1 record-proof\nSegment: data/records/messages/000009.jsonl\nIndex: 0\nCount: 1\n' > x/0001/proof.txt; forged "a segment of one's own" 7
# one wrong record does not hide that the others hold
rm -rf x; cp -r first x; sed -i 's/^Index: .*/Index: 0/' x/0001/proof.txt
expect 7 "one of two records forged" C --json check x --trust "$trust"
jq -e '.records[0].verdict == "INVALID" and (.records[0] | has("record") | not) and .records[1].verdict == "VALID"' out >/dev/null && pass "each has its own verdict" || fail "verdicts: $(head -c 400 out)"
expect 2 "check of an archive" C check "$a" --trust "$trust"
expect 5 "check of nothing" C check nowhere --trust "$trust"
finish
