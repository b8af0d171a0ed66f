#!/usr/bin/env bash
# A package against head receipts, and the report on it: four groups as text, as JSON and as a page.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 7 || { finish; exit; }
S=$WORK/t/store trust=$WORK/t/trust.conf
for n in 1 2 3; do "$CUSTODY" -c "$WORK/t/custody.conf" -q --lang en export acme >"$WORK/out" 2>&1 || { fail "export $n"; cat "$WORK/out"; }; done
sim_stop
for n in 1 2 3; do	# what a receipt is, by the format's description and sha256sum
	s=$S/acme-0000000$n.seal/seal.txt
	printf 'custody/1 head %s %s sha256:%s\n' "$(sed -n 's/^Chain: //p' "$s")" "$(sed -n 's/^Sequence: //p' "$s")" "$(sha256sum <"$s" | cut -c1-64)" >r$n
done
[ "$("$CUSTODY" chain head "$S")" = "$(cat r3)" ] && pass "three links" || fail "the head: $("$CUSTODY" chain head "$S" 2>&1)"
C() { "$CUSTODY" --lang en "$@" --trust "$trust"; }
C -q prove "$S/acme-00000003.tar.gz" users@0 -o p >out || fail "prove"
C -q prove "$S/acme-00000001.tar.gz" users@0 -o p1 >out || fail "prove"
id=$(jq -r .id p/0001/record.json)
step() { jq -r '.steps[] | select(.step == "chain.receipt") | .verdict' out; }

# --- receipts ---
expect 0 "without a receipt none is spoken of" C --json check p
[ -z "$(step)" ] && pass "no step of it" || fail "a step: $(step)"
expect 0 "its own receipt: VALID" C --json check p --receipt r3
[ "$(step)" = VALID ] && pass "and a step says so" || fail "step: $(step)"
expect 0 "among others" C --json check p --receipt r1 --receipt r3
sed 's/sha256:./sha256:/; s/$/f/' r3 >other
expect 7 "another hash for its place: INVALID" C check p --receipt other
grep -q 'X a receipt names another seal for sequence 3' out && pass "and says so" || fail "$(tail -5 out)"
grep -qF "$id" out && fail "its record was shown" || pass "its record is not shown"
cat r3 other >both
expect 7 "one that agrees does not outweigh one that does not" C --json check p --receipt both
jq -e '.verdict == "INVALID" and .records[0].verdict == "INVALID" and (.records[0] | has("record") | not)' out >/dev/null && pass "nor in JSON is anything shown" || fail "$(head -c 400 out)"
expect 8 "the seal before it: INDETERMINATE" C check p --receipt r2
grep -q '? a receipt names the seal before this one, which it continues' out && pass "what it proves, and what not" || fail "$(tail -12 out)"
grep -q 'next: give a receipt of this seal' err && pass "and what to do" || fail "$(cat err)"
sed 's/sha256:./sha256:/; s/$/f/' r2 >other
expect 7 "it continues another seal than the receipt's: INVALID" C check p --receipt other
grep -q 'it continues another seal than the one a receipt names for sequence 2' out && pass "and says so" || fail "$(tail -5 out)"
expect 7 "the same of the archive" C verify "$S/acme-00000003.tar.gz" --receipt other
expect 8 "an earlier seal: INDETERMINATE" C check p --receipt r1
grep -q '? a receipt names an earlier seal' out && pass "what it does not prove" || fail "$(tail -12 out)"
expect 8 "a later seal: INDETERMINATE" C check p1 --receipt r3
grep -q '? a receipt names a later seal' out && pass "what it does not prove" || fail "$(tail -12 out)"
sed 's/urn:uuid:[0-9a-f]*/urn:uuid:00000000/' r3 >other
expect 8 "another chain: INDETERMINATE" C check p --receipt other
grep -q '? no receipt is of its chain' out && pass "it says nothing" || fail "$(tail -12 out)"
expect 8 "a record is shown only when all of it holds" C check p --receipt r1
grep -qF "$id" out && fail "shown" || pass "not when a receipt leaves a doubt"
echo hello >other
expect 2 "no receipt" C check p --receipt other
expect 2 "no such receipt" C check p --receipt nowhere

# --- the report ---
expect 0 "text" C check p
[ "$(grep -E '^  [a-z]+$' out | tr -d ' ' | tr '\n' ' ')" = "authenticity integrity usability security " ] && pass "the four groups" || fail "groups: $(grep -E '^  [a-z]+$' out)"
expect 0 "text, in Chinese" "$CUSTODY" --lang zh check p --trust "$trust"
[ "$(grep -E '^  [^ +?X]+性$' out | tr -d ' ' | tr '\n' ' ')" = "真实性 完整性 可用性 安全性 " ] && pass "the four groups in Chinese" || fail "groups: $(cat out | cut -c1-100)"
expect 0 "JSON" C --json check p
[ "$(jq -r '[.steps[].group] | unique | join(" ")' out)" = "authenticity integrity security usability" ] && pass "the four groups in JSON" || fail "$(jq -c .steps out)"
steps=$(jq '.steps | length' out)
expect 0 "a page" C check p --html r.html
sed '/^<!DOCTYPE/d; /^<meta /d; s/&emsp;/ /g' r.html | xmllint --noout - 2>err && pass "well formed" || fail "not well formed: $(head -5 err)"
[ "$(grep -oE '<h3>[^<]*性 [^<]*' r.html | cut -c5- | tr '\n' ';')" = "真实性 Authenticity;完整性 Integrity;可用性 Usability;安全性 Security;" ] && pass "the four groups" || fail "$(grep '<h3>' r.html)"
[ "$(grep -c '<li>' r.html)" = $((steps + 1)) ] && pass "as many steps as in JSON, and the record" || fail "$(grep -c '<li>' r.html) lines, $steps steps"
grep -q "$(sha256sum <"$S/acme-00000003.seal/seal.txt" | cut -c1-64)" r.html && pass "the seal's hash as sha256sum has it" || fail "the seal's hash"
grep -qF "$id" r.html && fail "the record itself is on it" || pass "the record itself is not on it"
grep -q 'EXPLAIN.txt. What a package does not show is not judged' r.html && pass "what it does not tell" || fail "the foot: $(tail -3 r.html)"
expect 2 "never over what is there" C check p --html r.html
sed 's/sha256:./sha256:/; s/$/f/' r3 >other
expect 7 "INVALID, with a page" C check p --receipt other --html bad.html
grep -q 'class="invalid">✗ INVALID' bad.html && ! grep -q 'offset' bad.html && pass "a page that says so, and names no place in a tar" || fail "$(grep h2 bad.html)"
expect 7 "INVALID weighs more than a page that cannot be written" C check p --receipt other --html none/r.html
expect 5 "a page that cannot be written" C check p --html none/r.html
grep -q '^p: VALID' out && pass "the verdict is told all the same" || fail "$(head -3 out)"
N=$(printf "<script>alert(1)</script>\"'&\033[31m\342\200\256")
mkdir -p "${N%/script*}" && cp -r p "$N"
expect 0 "a package of a hostile name" C check "$N" --html h.html
sed '/^<!DOCTYPE/d; /^<meta /d; s/&emsp;/ /g' h.html | xmllint --noout - 2>err && ! grep -qi '<script' h.html && ! LC_ALL=C grep -q $'\033' out && pass "text, on the page and the terminal" || fail "hostile: $(head -3 err)"
sed -i 's/^Index: .*/Index: 1/' p/0001/proof.txt
expect 7 "a forged proof, with a page" C check p --html forged.html
grep -q '<h3>完整性 Integrity</h3>' forged.html && grep -q '✗</b>0001: ' forged.html && pass "which record, among the steps of integrity" || fail "$(grep '✗' forged.html)"
finish
