#!/usr/bin/env bash
# A chain of fifty archives, then what somebody might do to it: each is found, and the report says by what.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../harness.sh"
. "$HERE/pki.sh"
driver=$1
command -v faketime >/dev/null || { echo "faketime is missing"; exit 77; }
cd "$WORK"
export TZ=UTC
chain=urn:uuid:11111111-2222-4333-8444-555555555555
now=$(date +%s)
first=$((now - 420 * 86400))		# fifty archives, one a day, more than a year ago
at() { date -u -d "@$1" '+%Y-%m-%d %H:%M:%S'; }
PKI_DAYS=500 PKI_ROOT_DAYS=4000 faketime "$(at $first)" bash -c ". '$HERE/pki.sh'; make_pki '$WORK/pki'" 2>pki.log || { cat pki.log; fail "pki"; }
cat >stamp <<T
#!/usr/bin/env bash
. "$HERE/pki.sh"
export -f stamp
faketime "\$(date -u -d "@\${STAMP_AT:-\$3}" '+%Y-%m-%d %H:%M:%S')" bash -c 'stamp "\$0" "\$1" "\$2"' "$WORK/pki" "\$1" "\$2"
T
chmod +x stamp
fingerprint() { openssl x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }
cat >trust.conf <<T
[trust]
chain = $chain
roots = pki/root.crt
tsa_roots = pki/root.crt
roles = administrator, compliance-officer
[role administrator]
cert = sha256:$(fingerprint pki/admin.crt)
[role compliance-officer]
cert = sha256:$(fingerprint pki/officer.crt)
T
mkdir good
check "fifty archives" "$driver" "$WORK/good/store" acme $chain 1 50 $first one "$WORK/pki" "$WORK/stamp"
C=("$CUSTODY" --lang en -q)
fresh() { rm -rf "$1"; mkdir "$1"; cp -a "$WORK/good/store" "$1/store"; chmod -R u+w "$1"; }
# finds ID VERDICT NAME: the report of the last check has a step with that id and verdict
finds() { jq -e -s --arg id "$1" --arg v "$2" 'any(.[]; (.steps // [])[] | .step == $id and .verdict == $v)' "$WORK/out" >/dev/null && pass "$3: told by $1" || fail "$3: no $1 $2"; }
last() { jq -r -s 'map(select(has("end_proven_by"))) | .[-1].'"$1" "$WORK/out"; }

# --- head and receipts ---
expect 0 "chain head" "${C[@]}" chain head good/store
sum=$(sha256sum < good/store/acme-00000050.seal/seal.txt | cut -c1-64)
[ "$(cat out)" = "custody/1 head $chain 50 sha256:$sum" ] && pass "the line of the format" || fail "head: $(cat out)"
cp out head.txt
{ echo "custody/1 head urn:uuid:99999999-2222-4333-8444-555555555555 7 sha256:$sum"; echo; printf '%s\r\n' "$(cat head.txt)"; } >mixed.txt
expect 0 "chain check" "${C[@]}" --json chain check good/store --trust trust.conf
[ "$(last end_proven_by) $(last archives) $(last verdict)" = "nothing 50 VALID" ] && pass "without a receipt the end is not proven, and it says so" || fail "$(last .)"
expect 0 "with a receipt, other chains' lines beside it" "${C[@]}" --json chain check good/store --trust trust.conf --receipt mixed.txt
[ "$(last end_proven_by) $(last receipt_up_to)" = "receipt 50" ] && pass "the receipt proves the end" || fail "$(last .)"
expect 0 "verify with a receipt" "${C[@]}" verify --trust trust.conf --receipt head.txt good/store
expect 0 "verify of the head alone with its receipt" "${C[@]}" verify --trust trust.conf --receipt head.txt good/store/acme-00000050.tar.gz
expect 8 "a receipt that says nothing of this archive" "${C[@]}" verify --trust trust.conf --receipt head.txt good/store/acme-00000007.tar.gz
expect 0 "the seals alone" "${C[@]}" --json chain check good/store --trust trust.conf --seals
sed -n 1p mixed.txt >foreign.txt
expect 8 "receipts of other chains only: cannot tell" "${C[@]}" chain check good/store --trust trust.conf --receipt foreign.txt
sed 's/sha256:../sha256:XX/' head.txt >bad.txt; expect 2 "a receipt that is none" "${C[@]}" chain check good/store --trust trust.conf --receipt bad.txt
head -c 60 head.txt >cut.txt; expect 2 "a receipt cut off" "${C[@]}" chain check good/store --trust trust.conf --receipt cut.txt
: >empty.txt; expect 2 "no receipt in the file" "${C[@]}" chain check good/store --trust trust.conf --receipt empty.txt
expect 2 "no such file" "${C[@]}" chain check good/store --trust trust.conf --receipt nowhere.txt
expect 2 "no such verb" "${C[@]}" chain chek good/store
grep -q 'did you mean "check"' err && pass "the nearest verb" || fail "$(cat err)"
expect 2 "not a length of time" "${C[@]}" chain check good/store --heartbeat 7
expect 2 "an empty directory" "${C[@]}" chain check pki
expect 8 "no heartbeat for more than a year" "${C[@]}" --json chain check good/store --trust trust.conf --heartbeat '7 days'
finds chain.heartbeat INDETERMINATE "heartbeat"
expect 0 "within the heartbeat" "${C[@]}" --json chain check good/store --trust trust.conf --heartbeat 60w --seals
[ "$(last end_proven_by)" = heartbeat ] && pass "the heartbeat stands in the answer" || fail "$(last .)"

# --- one removed ---
fresh removed; rm -r removed/store/acme-00000017.*
for o in "" --seals; do
	expect 7 "one removed $o" "${C[@]}" --json chain check removed/store --trust trust.conf $o
	finds chain.sequence INVALID "one removed"
done
fresh first; rm -r first/store/acme-00000001.*
expect 8 "the first removed" "${C[@]}" --json chain check first/store --trust trust.conf --seals; finds chain.first INDETERMINATE "the first removed"
fresh gone; rm gone/store/acme-00000017.tar.gz
expect 8 "an archive gone, its seal left" "${C[@]}" --json chain check gone/store --trust trust.conf; finds content INDETERMINATE "archive gone"
expect 0 "its seal alone is in order" "${C[@]}" --json chain check gone/store --trust trust.conf --seals
[ "$(last destroyed)" = 1 ] && pass "one destroyed is counted" || fail "$(last .)"
fresh noseal; rm -r noseal/store/acme-00000017.seal
expect 7 "a seal directory removed" "${C[@]}" --json chain check noseal/store --trust trust.conf

# --- two swapped ---
fresh swapped; cd swapped/store
for s in tar.gz seal; do mv acme-00000020.$s x; mv acme-00000031.$s acme-00000020.$s; mv x acme-00000031.$s; done
cd "$WORK"
for o in "" --seals; do
	expect 7 "two swapped $o" "${C[@]}" --json chain check swapped/store --trust trust.conf $o
	finds chain.name INVALID "two swapped"
done
fresh other; mkdir alt
check "another archive for sequence 50" bash -c "cp -a '$WORK/good/store' alt/store; chmod -R u+w alt; rm -r alt/store/acme-0000004[0-9]* alt/store/acme-00000050*; '$driver' '$WORK/alt/store' acme $chain 40 50 $first two '$WORK/pki' '$WORK/stamp'"
rm -r other/store/acme-00000045.*; cp -a alt/store/acme-00000045.* other/store/
expect 7 "one exchanged for another, signed by both" "${C[@]}" --json chain check other/store --trust trust.conf; finds chain.previous INVALID "exchanged"

# --- the tail cut off ---
fresh cut; rm -r cut/store/acme-0000004[89].* cut/store/acme-00000050.*
expect 0 "tail cut: nothing here tells" "${C[@]}" --json chain check cut/store --trust trust.conf
[ "$(last end_proven_by)" = nothing ] && pass "and the report says so" || fail "$(last .)"
expect 7 "tail cut, with a receipt" "${C[@]}" --json chain check cut/store --trust trust.conf --receipt head.txt --seals
finds chain.receipt INVALID "tail cut"
expect 7 "verify finds it too" "${C[@]}" verify cut/store --trust trust.conf --receipt head.txt

# --- everything written anew and signed by both officers ---
mkdir new; check "rewritten, stamped today" env STAMP_AT=$now "$driver" "$WORK/new/store" acme $chain 1 50 $first other "$WORK/pki" "$WORK/stamp"
expect 7 "rewritten, with a receipt" "${C[@]}" --json chain check new/store --trust trust.conf --receipt head.txt
finds chain.receipt INVALID "rewritten"
expect 8 "rewritten, without one" "${C[@]}" --json chain check new/store --trust trust.conf
finds chain.late INDETERMINATE "rewritten"
"${C[@]}" chain head new/store >late.txt
expect 0 "a receipt of the late ones confirms them" "${C[@]}" chain check new/store --trust trust.conf --receipt late.txt --seals

# --- a seal changed, a signature taken away, a file added ---
fresh bent; sed -i 's/^Gaps: 0/Gaps: 1/' bent/store/acme-00000009.seal/seal.txt
expect 7 "a seal changed" "${C[@]}" chain check bent/store --trust trust.conf --seals
fresh bent; rm bent/store/acme-00000009.seal/compliance-officer.p7s
expect 7 "a signature taken away" "${C[@]}" chain check bent/store --trust trust.conf --seals
fresh bent; echo x >bent/store/acme-00000009.seal/x.txt
expect 7 "a file added beside a seal" "${C[@]}" chain check bent/store --trust trust.conf --seals
expect 8 "without trust: cannot tell" env -u XDG_CONFIG_HOME HOME="$WORK" "${C[@]}" chain check good/store --seals

# --- several chains in one store; one chain under two labels ---
fresh two; check "a second chain" "$driver" "$WORK/two/store" beta urn:uuid:22222222-2222-4333-8444-555555555555 1 3 $first b "$WORK/pki" "$WORK/stamp"
sed '/^chain/d' trust.conf >any.conf
expect 0 "two chains in one store" "${C[@]}" --json chain check two/store --trust any.conf --seals
[ "$(jq -s 'map(select(has("end_proven_by"))) | length' out)" = 2 ] && pass "each has its own answer" || fail "$(cat out)"
check "the same chain under another label" "$driver" "$WORK/two/store" gamma $chain 1 2 $first b "$WORK/pki" "$WORK/stamp"
expect 7 "one chain under two labels" "${C[@]}" --json chain check two/store --trust any.conf --seals; finds chain.other INVALID "two labels"
finish
