#!/usr/bin/env bash
# Two computers: the store's, and the officer's, which has only seal.txt, a certificate and a key.  openssl judges what is signed.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
S=$WORK/store.d OFF=$WORK/officer
sim_start "$S" --scale small --seed 5 || { finish; exit; }
sed -i 's,^\(signer.compliance-officer.*\) key=.*,\1,' "$S/custody.conf"	# the officer's key is elsewhere
mkdir "$OFF" && mv "$S/officer.key" "$OFF/" && cp "$S/officer.crt" "$S/admin.crt" "$OFF/" && cp "$S/admin.key" "$OFF/other.key"
A=$S/store/acme-00000001
here() { XDG_STATE_HOME=$WORK/state-store "$CUSTODY" -c "$S/custody.conf" --lang en "$@"; }
there() { (cd "$OFF" && XDG_STATE_HOME=$OFF/state "$CUSTODY" --lang en "$@"); }
officer() { there sign "$@" --role compliance-officer --cert officer.crt --key file:officer.key; }
field() { jq -r "$1" "$WORK/out"; }
is() { [ "$2" = "$3" ] && pass "$1" || fail "$1: $2, not $3"; }
says() { grep -qE "$2" "$WORK/err" && pass "$1" || { fail "$1"; tail -5 "$WORK/err"; }; }

# --- pending, told apart ---
expect 0 "export without the officer's key: no failure" here --json -q export acme
is "status" "$(field .status)" pending
is "stage: partly signed" "$(field .stage)" partly-signed
is "who is missing" "$(field '.missing|join(",")')" compliance-officer
expect 8 "verify: INDETERMINATE" here --json verify --trust "$S/trust.conf" "$A.tar.gz.partial"
is "verify tells the stage" "$(field .stage)" partly-signed
expect 0 "runs" here --json runs
is "runs tells the stage" "$(field 'select(.archive=="acme-00000001")|.status+" "+.stage')" "pending partly-signed"
expect 8 "list of a pending archive" here --json list "$A.tar.gz.partial"
is "list tells the stage" "$(field .stage)" partly-signed

# --- the officer's computer: seal.txt, certificate, key; no configuration, no store ---
cp "$A.seal/seal.txt" "$OFF/"
expect 2 "nobody there to confirm: nothing is signed" officer seal.txt -o o.p7s
says "what to do is said" 'next: .*--yes'
says "the officer sees the counts" 'records in .* files'
says "the officer sees that nothing is missing" 'gaps +none'
says "the officer sees the period and its zone" 'covers .*Asia/Shanghai'
says "the officer sees that this chain is new" '! no seal of this chain'
[ -e "$OFF/o.p7s" ] || [ -e "$OFF/state/custody/signed" ] && fail "something was written" || pass "nothing was written"
# The key is not touched before the answer: one that cannot be read does not matter until then.
expect 2 "asked before the key is used" there sign seal.txt --role compliance-officer --cert officer.crt --key file:/nonexistent -o o.p7s
if command -v script >/dev/null; then
	printf 'no\n' | there_tty=1 script -qec "env XDG_STATE_HOME=$OFF/state $CUSTODY --lang zh sign $OFF/seal.txt --role compliance-officer --cert $OFF/officer.crt --key file:$OFF/officer.key -o $OFF/o.p7s" /dev/null >"$WORK/out" 2>&1
	[ ! -e "$OFF/o.p7s" ] && grep -q '缺口' "$WORK/out" && pass "asked at a terminal in Chinese, answered no: not signed" || { fail "answered no"; tail -5 "$WORK/out"; }
	printf '是\n' | script -qec "env XDG_STATE_HOME=$OFF/state $CUSTODY --lang zh sign $OFF/seal.txt --role compliance-officer --cert $OFF/officer.crt --key file:$OFF/officer.key -o $OFF/tty.p7s" /dev/null >"$WORK/out" 2>&1
	[ -s "$OFF/tty.p7s" ] && pass "answered 是: signed" || { fail "answered yes"; tail -5 "$WORK/out"; }
	rm -rf "$OFF/state"
else skip "script"; fi
expect 0 "signed" officer seal.txt -o o.p7s --yes --json
is "JSON: no report was at hand" "$(field .report_checked)" false
check "openssl agrees" openssl cms -verify -binary -inform DER -in "$OFF/o.p7s" -content "$OFF/seal.txt" -no-CApath -no-CAstore \
	-CAfile "$S/trust/roots.pem" -purpose any -signer "$WORK/signer.pem" -out /dev/null
is "one certificate, that of the Signer line" "$(openssl x509 -in "$WORK/signer.pem" -outform DER | sha256sum | cut -c1-64)" \
	"$(sed -n 's/^Signer: compliance-officer cms sha256://p' "$OFF/seal.txt")"
is "remembered as a head line" "$(cat "$OFF/state/custody/signed")" \
	"custody/1 head $(sed -n 's/^Chain: //p' "$OFF/seal.txt") 1 sha256:$(sha256sum <"$OFF/seal.txt" | cut -c1-64)"
is "for nobody else to read" "$(stat -c %a "$OFF/state/custody/signed")" 600
expect 2 "an existing file is not overwritten" officer seal.txt -o o.p7s --yes
expect 0 "the same seal again" officer seal.txt -o again.p7s --yes
is "one line still" "$(wc -l < "$OFF/state/custody/signed")" 1

# --- refused on the officer's computer ---
refused() { # STATUS NAME ARGUMENTS…
	local st=$1 name=$2; shift 2
	rm -f "$OFF/no.p7s"
	expect "$st" "$name" there sign "$@" -o no.p7s --yes
	[ ! -e "$OFF/no.p7s" ] || fail "$name: a signature was written"
}
K="--key file:officer.key"
refused 2 "another role" seal.txt --role auditor --cert officer.crt $K
refused 6 "the role with another's certificate" seal.txt --role compliance-officer --cert admin.crt --key file:other.key
refused 6 "another key" seal.txt --role compliance-officer --cert officer.crt --key file:other.key
refused 2 "no key" seal.txt --role compliance-officer --cert officer.crt
refused 2 "a key in place of its place" seal.txt --role compliance-officer --cert officer.crt --key "$(head -2 "$OFF/officer.key" | tail -1)"
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$OFF/weak.key" -out "$OFF/weak.crt" -subj /CN=weak -days 2 2>/dev/null
chmod 600 "$OFF/weak.key"
sed "s/^Signer: compliance-officer .*/Signer: compliance-officer cms sha256:$(openssl x509 -in "$OFF/weak.crt" -outform DER | sha256sum | cut -c1-64)/" "$OFF/seal.txt" > "$OFF/weak.txt"
refused 6 "a weak key" weak.txt --role compliance-officer --cert weak.crt --key file:weak.key
sed 's/$/\r/' "$OFF/seal.txt" > "$OFF/crlf.txt"
refused 7 "a seal with other line ends" crlf.txt --role compliance-officer --cert officer.crt $K
{ cat "$OFF/seal.txt"; echo "Note: harmless"; } > "$OFF/more.txt"
refused 7 "a seal with a line more" more.txt --role compliance-officer --cert officer.crt $K
sed 's/^Records: /Records: 1/' "$OFF/seal.txt" > "$OFF/second.txt"
refused 7 "a second, different seal for the same place in the chain" second.txt --role compliance-officer --cert officer.crt $K
for f in seal second; do grep -q "sha256:$(sha256sum <"$OFF/$f.txt" | cut -c1-64)" "$WORK/err" && pass "both hashes are named" || fail "hash of $f"; done
refused 2 "no such file" none.txt --role compliance-officer --cert officer.crt $K
echo "Dear officer" > "$OFF/letter.txt"
refused 2 "not a seal at all" letter.txt --role compliance-officer --cert officer.crt $K
chmod 644 "$OFF/officer.key"; refused 6 "a key that others can read" seal.txt --role compliance-officer --cert officer.crt $K; chmod 600 "$OFF/officer.key"
echo garbage >> "$OFF/state/custody/signed"
refused 7 "a damaged memory" seal.txt --role compliance-officer --cert officer.crt $K
sed -i '$d' "$OFF/state/custody/signed"
sed 's/^Sequence: 1$/Sequence: 4/; s/^Previous: none/Previous: sha256:'"$(printf '0%.0s' {1..64})"'/; s/^Archive: .*/Archive: acme-00000004/' "$OFF/seal.txt" > "$OFF/jump.txt"
expect 0 "a jump in the sequence is signed only with open eyes" officer jump.txt -o jump.p7s --yes
says "said loudly: sequence" 'ATTENTION: the last one .* sequence 1, this one 4'
says "said loudly: predecessor" 'ATTENTION: the seal before it .* is not among'
sed 's/^Sequence: 1$/Sequence: 2/; s/^Previous: none/Previous: sha256:'"$(printf '0%.0s' {1..64})"'/; s/^Archive: .*/Archive: acme-00000002/' "$OFF/seal.txt" > "$OFF/rewritten.txt"
rm -f "$OFF/state/custody/signed.bak"; expect 0 "another predecessor than was signed" officer rewritten.txt -o rewritten.p7s --yes
says "said loudly: the chain may have been rewritten" 'ATTENTION: for sequence 1 you signed ANOTHER seal'

# --- with the archive at hand the report is shown, once it is known to be the sealed one ---
mkdir "$OFF/near" && cp "$OFF/seal.txt" "$OFF/near/" && cp "$A.tar.gz.partial" "$OFF/near/"
expect 0 "archive beside the seal" officer near/seal.txt -o near/o.p7s --yes --json
is "its report was checked" "$(field .report_checked)" true
says "and shown" 'Completeness report \(checked'
expect 0 "as a directory" bash -c "cd $OFF/near && mkdir x && tar -xzf acme-00000001.tar.gz.partial -C x 2>/dev/null; [ -d x/acme-00000001 ]"
expect 0 "archive named, unpacked" officer seal.txt --archive near/x/acme-00000001 -o near/2.p7s --yes --json
is "its report was checked too" "$(field .report_checked)" true
sed -i 's/"complete":true/"complete":null/; s/"gaps":0/"gaps":9/' "$OFF/near/x/acme-00000001/data/report/completeness.json"
refused 7 "a report that is not the sealed one" seal.txt --archive near/x/acme-00000001 --role compliance-officer --cert officer.crt $K
"$CUSTODY" -c "$S/custody.conf" -q export acme >/dev/null 2>&1	# sequence 2, also pending
refused 7 "another archive's report" seal.txt --archive "$S/store/acme-00000002.tar.gz.partial" --role compliance-officer --cert officer.crt $K

# --- brought back: refused ---
attach() { here sign acme-00000001 --role compliance-officer --attach "$1"; }
expect 7 "a signature over another seal" attach "$OFF/jump.p7s"
openssl cms -sign -binary -in "$OFF/crlf.txt" -signer "$OFF/officer.crt" -inkey "$OFF/officer.key" -outform DER -cades -nosmimecap -out "$OFF/crlf.p7s" -md sha256
expect 7 "a signature over other line ends" attach "$OFF/crlf.p7s"
openssl cms -sign -binary -in "$OFF/seal.txt" -signer "$OFF/officer.crt" -inkey "$OFF/officer.key" -outform DER -cades -nosmimecap -certfile "$OFF/weak.crt" -out "$OFF/extra.p7s" -md sha256
expect 7 "a signature with a certificate too many" attach "$OFF/extra.p7s"
openssl cms -sign -binary -in "$OFF/seal.txt" -signer "$OFF/officer.crt" -inkey "$OFF/officer.key" -outform DER -cades -nosmimecap -certfile "$S/trust/roots.pem" -out "$OFF/root.p7s" -md sha256
expect 7 "a signature with the root inside" attach "$OFF/root.p7s"
openssl cms -sign -binary -nodetach -in "$OFF/seal.txt" -signer "$OFF/officer.crt" -inkey "$OFF/officer.key" -outform DER -cades -nosmimecap -out "$OFF/whole.p7s" -md sha256
expect 7 "a signature with the text inside" attach "$OFF/whole.p7s"
openssl cms -sign -binary -in "$OFF/seal.txt" -signer "$OFF/admin.crt" -inkey "$OFF/other.key" -outform DER -cades -nosmimecap -out "$OFF/admin.p7s" -md sha256
expect 7 "the administrator's signature as the officer's" attach "$OFF/admin.p7s"
expect 7 "not a signature" attach "$OFF/letter.txt"
expect 2 "no such file" attach "$OFF/none.p7s"
expect 2 "a role the seal does not name" here sign acme-00000001 --role auditor --attach "$OFF/o.p7s"
expect 2 "no such archive" here sign acme-00000077 --role compliance-officer --attach "$OFF/o.p7s"
expect 2 "the key is not here" here sign acme-00000001 --role compliance-officer --yes
is "nothing was taken in" "$(ls "$A.seal" | tr '\n' ' ')" "administrator.p7s seal.txt "

# --- brought back: the archive is closed ---
expect 0 "attached" here --json sign "$A.tar.gz.partial" --role compliance-officer --attach "$OFF/o.p7s"
is "complete" "$(field .status)" complete
is "the archive's name" "$(field '.archives[0]')" "$A.tar.gz"
expect 0 "attached again: nothing to do" attach "$OFF/o.p7s"
expect 0 "time-stamped again: nothing to do" here timestamp acme-00000001
expect 0 "VALID" here -q verify --trust "$S/trust.conf" "$A.tar.gz"
check "verified by hand" bash "$TOP/tests/judge/by-hand.sh" "$A.tar.gz" "$S/trust"

# --- a signature made by the openssl command alone is as good ---
O=$S/store/acme-00000002
openssl cms -sign -binary -in "$O.seal/seal.txt" -signer "$OFF/officer.crt" -inkey "$OFF/officer.key" -outform DER -cades -nosmimecap -out "$OFF/hand.p7s" -md sha256
sed -i 's,^timestamp .*,timestamp = http://127.0.0.1:9/tsa,' "$S/custody.conf"
expect 0 "the authority is down: signed, pending" here --json sign acme-00000002 --role compliance-officer --attach "$OFF/hand.p7s"
is "stage: signed" "$(field .stage)" signed
expect 0 "runs" here --json runs
is "runs: signed, not stamped" "$(field 'select(.archive=="acme-00000002")|.stage')" signed
expect 4 "timestamp: still down" here timestamp acme-00000002
says "it stays pending" 'stays pending'
sed -i "s,^timestamp .*,timestamp = http://127.0.0.1:$PORT/tsa," "$S/custody.conf"
expect 0 "timestamp closes it" here timestamp acme-00000002
expect 0 "the store is VALID" here -q verify --trust "$S/trust.conf" "$S/store"

# --- nobody's key is here: unsigned, partly signed, closed; and what somebody slips in is found before it is too late ---
sed -i 's,^\(signer.administrator.*\) key=.*,\1,' "$S/custody.conf"
expect 0 "export without any key" here --json export acme
is "stage: unsigned" "$(field .stage) $(field '.missing|join(",")')" "unsigned administrator,compliance-officer"
U=$S/store/acme-00000003
cp "$OFF/o.p7s" "$U.seal/compliance-officer.p7s"
cp "$U.seal/seal.txt" "$OFF/three.txt"
expect 0 "the administrator signs" there sign three.txt --role administrator --cert admin.crt --key file:other.key -o three-a.p7s --yes
expect 7 "a signature of another seal was slipped in: the archive is not closed" here sign acme-00000003 --role administrator --attach "$OFF/three-a.p7s"
says "which file" 'compliance-officer.p7s'
rm "$U.seal/compliance-officer.p7s"
expect 0 "taken out: partly signed" here --json sign acme-00000003 --role administrator --attach "$OFF/three-a.p7s"
is "stage: partly signed" "$(field .stage) $(field '.missing|join(",")')" "partly-signed compliance-officer"
expect 8 "timestamp: the signatures come first" here timestamp acme-00000003
expect 0 "the officer signs on the store's computer" here --json sign acme-00000003 --role compliance-officer --cert "$OFF/officer.crt" --key "file:$OFF/officer.key" --yes
is "complete" "$(field .status)" complete
expect 0 "the store is VALID" here -q verify --trust "$S/trust.conf" "$S/store"
finish
