#!/usr/bin/env bash
# Evidence that stands alone: the commands of about/VERIFY.txt, as they stand in the archive, run where no custody can be found: a plain archive, one with SM2 and SM3,
# an encrypted one, and a renewal; then with a clock far past the end of every certificate of the older ones.
. "$(dirname "$0")/../harness.sh"
. "$TOP/tests/interop/pki.sh"
cd "$WORK"
for tool in python3 faketime; do command -v $tool >/dev/null || { skip $tool; finish; exit; }; done
sim_start "$WORK/t" --scale small --seed 21 || { finish; exit; }
conf=t/custody.conf
C=("$CUSTODY" -c $conf --lang en -q)

# --- four archives of one chain; the last one's time stamp is of an authority that goes on for decades ---
expect 0 "plain" "${C[@]}" export acme
id=distid:1234567812345678
{
	openssl ecparam -name SM2 -genkey -noout -out sm2.key
	openssl req -new -x509 -sm3 -sigopt $id -key sm2.key -days 3650 -subj "/CN=SM2 test root" -out sm2-roots.pem
	openssl ecparam -name SM2 -genkey -noout -out sm2o.key && chmod 600 sm2o.key
	openssl req -new -sm3 -sigopt $id -key sm2o.key -subj "/CN=Officer" -out sm2o.csr
	openssl x509 -req -sm3 -sigopt $id -vfyopt $id -in sm2o.csr -CA sm2-roots.pem -CAkey sm2.key -set_serial 3 -days 2000 -out sm2o.crt -extfile <(echo keyUsage=critical,digitalSignature)
	for who in legal escrow; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $who.key -out t/$who.crt -days 30 -subj "/CN=$who" -addext keyUsage=critical,keyAgreement; done
} >pki.log 2>&1 || fail "certificates: $(tail -3 pki.log)"
cp $conf plain.conf
cp t/trust/roots.pem roots.pem
cat sm2-roots.pem >>t/trust/roots.pem
sed -i "/^\[role compliance-officer\]/a cert = sha256:$(openssl x509 -in sm2o.crt -outform DER | sha256sum | cut -c1-64)" t/trust.conf
sed -i -e "s|^\(signer.compliance-officer\).*|\1 = cert=$WORK/sm2o.crt key=file:$WORK/sm2o.key|" -e 's/^\[seal\]/[seal]\ndigest = sm3, sha512/' $conf
expect 0 "SM2 and SM3" "${C[@]}" export acme
sed 's/^\[store\]/[store]\nencrypt_to = legal.crt, escrow.crt/' plain.conf >$conf
expect 0 "encrypted" "${C[@]}" export acme
PKI_DAYS=10000 PKI_ROOT_DAYS=12000 make_pki "$WORK/pki" 2>/dev/null
python3 "$TOP/tests/authority.py" "$WORK/pki" port 2>authority.log & SERVER=$!
trap 'kill $SERVER 2>/dev/null; cleanup' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
cat pki/root.crt >>t/trust/tsa-roots.pem
sed -i "s|^timestamp .*|timestamp = http://127.0.0.1:$(cat port)/tsa|" $conf
expect 0 "renewal" "${C[@]}" chain renew
tar -tzf t/store/acme-00000004.tar.gz | grep -q 'cms$' && fail "the renewal is encrypted" || pass "a renewal can be read by everybody"

# --- a place without custody: these tools and nothing else ---
mkdir bin hand
for tool in bash sh tar gzip gunzip sha256sum sha512sum cksum openssl grep sed sort uniq cut find diff date ls cat head; do ln -s "$(command -v $tool)" bin/$tool; done
lone() { env -i PATH="$WORK/bin" LC_ALL=C TZ=UTC "$@"; }
lone bash -c 'command -v custody custody-sim' >/dev/null && fail "custody can be found" || pass "no custody can be found"
cp t/store/*.tar.gz hand/ && cp -r t/store/*.seal hand/
cp t/trust/tsa-roots.pem sm2-roots.pem roots.pem t/legal.crt legal.key hand/

# block NAME N [LANGUAGE]: the N-th block of commands of the VERIFY.txt in that archive, as a reader takes them: names filled in, own files kept outside the directory
block() {
	[ -e "$1".txt ] || tar -xOzf hand/"$1".tar.gz "$1"/about/VERIFY.txt >"$1".txt
	awk -v n="$2" -v want="${3:-en}" '
		/^一、/ { on = want == "zh" } /^2\. In English/ { on = want == "en" }
		on && (/^    [^ ]/ || inside && /^    /) { if (!inside) k++; inside = 1; if (k == n) print substr($0, 5); next } { inside = 0 }' "$1".txt |
	    sed -E "s,\b(tsa-roots|sm2-roots|roots|with-crls|signer|pub|me)\.(pem|crt|key),$WORK/hand/\1.\2,g; s,\bA\.tar\.gz,$1.tar.gz,g; s,ARCHIVE_NAME,$1,g; s,\.\./want,../$1.want,g"
}
# run NAME N [SED-SCRIPT]: in the archive's directory (the first block: in the one above); what it prints, also its complaints, is in "said"
run() {
	local name=$1 n=$2
	{ [ "$n" = 1 ] && echo "cd '$WORK/hand' || exit 9" || echo "cd '$WORK/hand/$name' || exit 9"; echo "T=${T:-}"; block "$name" "$n" | sed -E "${3:-}"; [ "$n" = 6 ] && echo 'echo "T=$T"'; } >script
	lone "${CLOCK[@]}" bash script >said 2>&1
}
CLOCK=()
quiet() { local what=$1; shift; run "$@"; [ ! -s said ] && pass "$what" || fail "$what: $(head -c 300 said)"; }
stamp() { # NAME: step 5, which gives T
	run "$1" 6; T=$(sed -n 's/^T=//p' said)
	grep -q '^Verification: OK' said && [ -n "$T" ] && pass "$1: time stamp of $(date -u -d "@$T" +%F)" || fail "$1: time stamp: $(cat said)"
}
signer() { # NAME ROLE KIND FINGERPRINT
	if [ "$3" = cms ]; then run "$1" 7 "s/ROLE/$2/g"; else run "$1" 8 "s/ROLE/$2/g"; fi
	grep -q "^$4  -" said && grep -qE "^(CMS Verification successful|Verified OK)" said && { [ "$3" = cms ] || grep -q 'compliance-officer.crt.pem: OK' said; } &&
		pass "$1: $2 ($3) with the certificate of the Signer line" || fail "$1: $2: $(cat said)"
}
block acme-00000001 1 >said
diff <(for n in $(seq 20); do block acme-00000001 $n zh; done) <(for n in $(seq 20); do block acme-00000001 $n en; done) >said && pass "the same commands in both languages" || fail "$(cat said)"
for name in acme-00000001 acme-00000002 acme-00000003 acme-00000004; do
	quiet "$name: regular files only, no path twice" $name 1
	[ -d hand/$name ] || fail "$name: not unpacked"
	quiet "$name: manifests" $name 2
	[ ! -e hand/$name/manifest-sm3.txt ] || quiet "$name: SHA-512 and SM3" $name 3
	quiet "$name: every file listed, none missing" $name 4
	run $name 5; grep -qx "Tagmanifest: sha256:$(sed -n 's/  tagmanifest-sha256.txt$//p' said)" said && grep -qx "Archive: $name" said && pass "$name: the seal is of this archive" || fail "$name: $(cat said)"
	stamp $name
	while read -r role kind sum; do signer $name $role $kind "${sum#sha256:}"; done < <(sed -n 's/^Signer: //p' hand/$name/seal/seal.txt)
	n=${name#acme-0000000}
	[ "$n" = 1 ] || { run $name 9 "s/PREVIOUS/..\/acme-0000000$((n - 1))/g"; grep -qx "Previous: sha256:$(sed -n 's,  \.\./.*,,p' said)" said && pass "$name: linked to the one before" || fail "$name: $(cat said)"; }
done
cp legal.key hand/me.key; cp t/legal.crt hand/me.crt
run acme-00000003 13 's,data/x\.,data/report/completeness.json.,; s,> x,> ../opened,'
jq -e '.format == "custody-completeness/1"' hand/opened >/dev/null && pass "the encrypted one, opened" || fail "not opened: $(cat said)"
read -r list path < <(awk '$2 == 1 { print FILENAME, $3; exit }' hand/acme-0000000[124]/record-segments.tsv)	# its only record: the leaf is the root
name=$(basename "$(dirname "$list")")
head -c -1 "hand/$name/$path" >hand/$name/record.json
run $name 14; rm hand/$name/record.json
grep -qx "$(sed 's/ .*//' said)	1	$path" "$list" && pass "the leaf hash of a record" || fail "leaf: $path $(cat said)"

# --- the renewal, today and in 2040: by then the certificates of the other three archives have ended ---
renewal() { # OLD
	run acme-00000004 10 "s/OLD/$1/g"
	[ "$(wc -l <said)" = 2 ] && [ "$(sed -n '1s/.*:"\(.*\)"/\1/p' said)" = "$(sed -n '2s/ .*//p' said)" ] && pass "$1: the renewal holds its hash and its seal" || fail "$1: renewal: $(cat said)"
	run acme-00000004 11 "s/OLD/$1/g"
	grep -q '^Verification: OK' said && pass "$1: its time stamp, as of the renewal" || fail "$1: $(cat said)"
}
ended() { expect "$1" "$2" lone "${CLOCK[@]}" openssl ts -verify -data hand/acme-00000001/seal/sha256sums.txt -in hand/acme-00000001/seal/sha256sums.txt.tsr -CAfile hand/tsa-roots.pem; }
CLOCK=("$(command -v faketime)" '2040-01-01 00:00:00')
ended 1 "2040: the authority of old has ended"
stamp acme-00000004
for old in acme-00000001 acme-00000002 acme-00000003; do renewal $old; done
run acme-00000004 12
[ "$(grep -c 'Certificate Revocation List' said)" -ge 2 ] && grep -q 'No Revoked Certificates' said && pass "the lists that it fetched" || fail "lists: $(head -5 said)"
for old in 1 2 3; do
	T=$(date -d "$(openssl ts -reply -in hand/acme-0000000$old/seal/sha256sums.txt.tsr -text 2>/dev/null | sed -n 's/^Time stamp: //p')" +%s)
	while read -r role kind sum; do signer acme-0000000$old $role $kind "${sum#sha256:}"; done < <(sed -n 's/^Signer: //p' hand/acme-0000000$old/seal/seal.txt)
done
expect 0 "2040: the program says VALID" "${CLOCK[@]}" "${C[@]}" --json verify --trust t/trust.conf t/store
[ "$(jq -r 'select(.vouched_by) | .archive + " " + .vouched_by' out)" = "acme-00000001 acme-00000004
acme-00000002 acme-00000004
acme-00000003 acme-00000004" ] && pass "and by whom they are vouched for" || fail "$(jq -c '[.archive, .vouched_by]' out)"
mkdir alone && cp t/store/acme-00000001.tar.gz alone/
expect 8 "2040: without the renewal it cannot tell" "${CLOCK[@]}" "${C[@]}" verify --trust t/trust.conf alone/acme-00000001.tar.gz
check "2040: the verifier in shell, with the renewal" "${CLOCK[@]}" bash "$TOP/tests/judge/by-hand.sh" -r t/store/acme-00000004.tar.gz t/store/acme-00000003.tar.gz t/trust
finish
