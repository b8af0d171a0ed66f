#!/usr/bin/env bash
# Time and revocation: several authorities with and without login, one of them down, lists at sealing, and a clock far past every certificate's end.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
. "$TOP/tests/interop/pki.sh"
cd "$WORK"
command -v python3 >/dev/null || { skip python3; finish; exit; }
SERVERS=()
serve() { # PORTFILE DIR OPTIONS…: its port
	local portfile=$1; shift
	python3 "$TOP/tests/authority.py" "$1" "$portfile" "${@:2}" 2>"$portfile.log" & SERVERS+=($!)
	for _ in $(seq 100); do [ -s "$portfile" ] && return; sleep 0.1; done
	fail "no server: $(cat "$portfile.log")"
}
trap 'kill "${SERVERS[@]}" 2>/dev/null; cleanup' EXIT
mkdir pki
serve a.port "$WORK/pki"; A=$(cat a.port)
CRL_URL=http://127.0.0.1:$A/ca.crl make_pki "$WORK/pki" 2>/dev/null
chmod 600 pki/*.key
mkdir b && cp pki/tsa.* pki/ca.cnf b/
serve b.port "$WORK/b" --login "acme:correct horse"; B=$(cat b.port)
# a server that wants a client certificate, under an authority of its own
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 5 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout client.key -out client.crt -subj "/CN=archive client" -days 5 2>/dev/null
chmod 600 client.key
serve c.port "$WORK/pki" --tls "$WORK/tls.crt" "$WORK/tls.key" "$WORK/client.crt"; C=$(cat c.port)
printf 'correct horse\n' > good.password; printf 'wrong horse\n' > bad.password; chmod 600 ./*.password
gencrl() { openssl ca -config pki/ca.cnf -gencrl -keyfile pki/sub.key -cert pki/sub.crt -out sub.pem 2>/dev/null && openssl crl -in sub.pem -outform DER -out pki/ca.crl; }
gencrl

S=$WORK/s
sim_start "$S" --scale small --seed 4 || { finish; exit; }
conf() { # the lines of [seal] that matter here, in place of the simulator's
	sed -i '/^timestamp/d; /^signer\./d' "$S/custody.conf"
	sed -i "/^\[seal\]/a signer.administrator = cert=$WORK/pki/admin.crt key=file:$WORK/pki/admin.key\nsigner.compliance-officer = cert=$WORK/pki/officer.crt key=file:$WORK/pki/officer.key\n$1" "$S/custody.conf"
}
mkdir trust && cp pki/root.crt trust/roots.pem && cp pki/root.crt trust/tsa-roots.pem
cat > trust.conf <<T
[trust]
roots = trust/roots.pem
tsa_roots = trust/tsa-roots.pem
roles = administrator, compliance-officer
[role administrator]
cert = sha256:$(openssl x509 -in pki/admin.crt -outform DER | sha256sum | cut -c1-64)
[role compliance-officer]
cert = sha256:$(openssl x509 -in pki/officer.crt -outform DER | sha256sum | cut -c1-64)
T
sed -i "s,^file .*,file = $WORK/trust.conf," "$S/custody.conf"
run() { "$CUSTODY" -c "$S/custody.conf" --lang en "$@"; }
verdict() { "$CUSTODY" --json verify --trust "${2:-$WORK/trust.conf}" "$1" 2>err | jq -r .verdict; }
is() { [ "$2" = "$3" ] && pass "$1" || { fail "$1: $2, not $3"; tail -3 err; }; }
N=0
export_next() { N=$((N + 1)); X=$S/store/$(printf acme-%08d $N); "$CUSTODY" -c "$S/custody.conf" --lang en --json export acme >out 2>err; }

# --- three authorities: open, with a password, with a client certificate ---
THREE="timestamp = http://127.0.0.1:$A/tsa, http://127.0.0.1:$B/tsa\ntimestamp.2 = user=acme password=file:$WORK/good.password\n"
THREE+="timestamp.3 = url=https://localhost:$C/tsa cert=$WORK/client.crt key=file:$WORK/client.key ca=$WORK/tls.crt"
conf "$THREE"
export_next; is "three authorities" "$? $(jq -r .status out)" "0 complete"
is "three tokens" "$(tar -tzf "$X.tar.gz" | grep -c 'tsr$')" 3
is "VALID" "$(verdict "$X.tar.gz")" VALID
check "verified by hand, every token" bash "$TOP/tests/judge/by-hand.sh" "$X.tar.gz" "$WORK/trust"
is "the revocation list of the day is inside" "$(tar -tzf "$X.tar.gz" | grep -c 'seal/01.crl.pem')" 1
grep -rqF 'correct horse' "$S/store" err out && fail "the password is somewhere" || pass "the password is nowhere"

# --- one of several is down, or does not let us in: pending, the others' tokens are kept ---
touch b/down; export_next
is "one of three is down: pending" "$(jq -r '.status+" "+.stage+" "+(.tokens|tostring)' out)" "pending signed 2"
expect 8 "verify of the pending one" run --json verify --trust trust.conf "$X.tar.gz.partial"
is "its stage" "$(jq -r '.stage+" "+(.tokens|tostring)' out)" "signed 2"
before=$(sha256sum "$X.seal/sha256sums.txt.tsr" "$X.seal/sha256sums.txt.3.tsr")
expect 4 "timestamp while it is down" run timestamp "acme-0000000$N"
rm b/down; sed -i "s,good.password,bad.password," "$S/custody.conf"
expect 6 "the wrong password: AUTH" run timestamp "acme-0000000$N"
grep -q 'refuses the login' err && pass "said so" || fail "$(tail -1 err)"
conf "$(sed "s,http://127.0.0.1:$B/tsa,http://192.0.2.1:9/tsa," <<<"$THREE")"
expect 4 "no password over plain http to another host" run timestamp "acme-0000000$N"
grep -q 'no login over plain http' err && pass "said so" || fail "$(tail -1 err)"
conf "$(sed "s,cert=$WORK/client.crt key=file:$WORK/client.key,," <<<"$THREE")"
cp "$X.seal/sha256sums.txt.3.tsr" kept; rm "$X.seal/sha256sums.txt.3.tsr"
expect 4 "no client certificate" run timestamp "acme-0000000$N"
cp kept "$X.seal/sha256sums.txt.3.tsr"
conf "$THREE"
expect 0 "timestamp closes it" run --json timestamp "acme-0000000$N"
is "all three" "$(tar -tzf "$X.tar.gz" | grep -c 'tsr$')" 3
is "VALID" "$(verdict "$X.tar.gz")" VALID
is "those that were there were not asked again" "$(sha256sum "$X.seal/sha256sums.txt.tsr" "$X.seal/sha256sums.txt.3.tsr")" "$before"

# --- an authority given up leaves no hole ---
touch b/down; export_next
conf "timestamp = http://127.0.0.1:$A/tsa"
expect 0 "an authority is given up: closed with the others" run timestamp "acme-0000000$N"
is "numbered without gap" "$(tar -tzf "$X.tar.gz" | grep 'tsr$' | sed 's,.*/,,' | tr '\n' ' ')" "sha256sums.txt.tsr sha256sums.txt.2.tsr "
is "VALID" "$(verdict "$X.tar.gz")" VALID
is "the directory beside it agrees" "$(ls "$X.seal" | grep -c 'tsr$')" 2
rm b/down

# --- wrong configurations, told before anything is fetched ---
for bad in "timestamp = http://127.0.0.1:$A/tsa\ntimestamp.2 = user=acme password=file:$WORK/good.password" "timestamp.1 = url=http://127.0.0.1:$A/tsa user=acme" \
	"timestamp.3 = url=http://127.0.0.1:$A/tsa" "timestamp.1 = url=http://127.0.0.1:$A/tsa pasword=file:x user=a" "timestamp.x = url=http://127.0.0.1/" \
	"timestamp = http://127.0.0.1:$A/tsa\ntimestamp.1 = url=http://127.0.0.1:$A/tsa" "timestamp.1 = http://127.0.0.1:$A/tsa"; do
	conf "$bad"; expect 2 "refused: $bad" run export acme
done
is "nothing was begun" "$(ls "$S/store" | grep -c partial)" 0

# --- answers that are no evidence ---
conf "timestamp = http://127.0.0.1:$A/other"	# that authority has no certificate for stamps
cp pki/officer.crt pki/other.crt; cp pki/officer.key pki/other.key
export_next; is "an authority whose certificate is not for stamps: pending" "$(jq -r .status out)" pending
conf "timestamp = http://127.0.0.1:$A/tsa"; expect 0 "closed by a good one" run timestamp "acme-0000000$N"

# --- revocation: before the time stamp, after it, and a list that cannot be had ---
serial() { openssl x509 -in pki/officer.crt -noout -serial | cut -d= -f2; }
revoke() { printf 'R\t491231235959Z\t%s\t%s\tunknown\t/O=Example/CN=Officer\n' "$(date -u -d "$1" +%y%m%d%H%M%SZ)" "$(serial)" > pki/index; gencrl; }
# The officer has signed elsewhere, but not given it in: then the certificate is revoked.
cp "$S/custody.conf" both.conf; sed -i 's,^\(signer.compliance-officer.*\) key=.*,\1,' "$S/custody.conf"
export_next; is "the officer's signature is missing" "$(jq -r '.missing|join(",")' out)" compliance-officer
openssl cms -sign -binary -in "$X.seal/seal.txt" -signer pki/officer.crt -inkey pki/officer.key -outform DER -cades -nosmimecap -out late.p7s -md sha256
cp both.conf "$S/custody.conf"; revoke "1 hour ago"
one_line() { [ "$(grep -c . err)" = 1 ] && grep -qE "$2" err && pass "$1: one clear line" || fail "$1: $(cat err)"; }
expect 6 "a revoked certificate signs nothing: export" run -q export acme
one_line "export" '^custody: export acme: the certificate of compliance-officer is revoked; next: '
is "nothing was begun, no seal on disk" "$(ls "$S/store" | grep -c "acme-0000000$((N + 1))")" 0
expect 6 "nor a pending archive" run -q sign "acme-0000000$N" --role compliance-officer --yes
one_line "sign" 'the certificate of compliance-officer is revoked; next: '
expect 6 "nor with the key of the options" run -q sign "acme-0000000$N" --role compliance-officer --yes --cert pki/officer.crt --key file:pki/officer.key
expect 6 "nor when its run is resumed" run -q resume "acme-0000000$N"
is "no signature on disk" "$(ls "$X.seal" | tr '\n' ' ')" "administrator.p7s seal.txt "
run sign "acme-0000000$N" --role compliance-officer --attach late.p7s >out 2>err; is "what was signed before is taken in" $? 0
grep -q 'is revoked.*will be INVALID' err && pass "said at sealing" || fail "nothing was said at sealing: $(tail -3 err)"
is "revoked before the time stamp: INVALID" "$(verdict "$X.tar.gz")" INVALID
bash "$TOP/tests/judge/by-hand.sh" "$X.tar.gz" "$WORK/trust" >/dev/null 2>&1 && fail "openssl does not see the revocation" || pass "openssl says so too"
revoke "2 days"; export_next
is "revoked after the time stamp: VALID" "$(verdict "$X.tar.gz")" VALID
: > pki/index; gencrl
# a list of the right name that another key signed
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out forger.key 2>/dev/null
openssl req -x509 -new -key forger.key -subj "/O=Example/CN=Issuing" -days 5 -out forger.crt 2>/dev/null
openssl ca -config pki/ca.cnf -gencrl -keyfile forger.key -cert forger.crt 2>/dev/null | openssl crl -outform DER -out pki/ca.crl
export_next
grep -q 'no revocation list from.*does not stand' err && pass "a forged list is not taken in" || fail "a forged list: $(tail -3 err)"
is "and cannot spoil the archive" "$(verdict "$X.tar.gz")" VALID
rm pki/ca.crl; export_next
is "no list to be had: sealed all the same" "$(jq -r .status out)" complete
grep -q 'no revocation list from' err && pass "said so" || fail "$(tail -1 err)"
is "VALID where revocation is optional" "$(verdict "$X.tar.gz")" VALID
sed 's/^roles/revocation = required\nroles/' trust.conf > strict.conf
is "INDETERMINATE where it is required" "$(verdict "$X.tar.gz" "$WORK/strict.conf")" INDETERMINATE

# --- lists for what names no address: of the intermediate certificate and of the authority, whose token is not there yet ---
gencrl; openssl ca -config pki/ca.cnf -gencrl -keyfile pki/root.key -cert pki/root.crt -out root.pem 2>/dev/null; openssl crl -in root.pem -outform DER -out pki/root.crl
conf "timestamp = http://127.0.0.1:$A/tsa\ncrl = http://127.0.0.1:$A/root.crl, http://127.0.0.1:$A/none.crl"
export_next
is "both lists are inside" "$(tar -tzf "$X.tar.gz" | grep -c 'crl.pem$')" 2
grep -q 'no revocation list from http://127.0.0.1:[0-9]*/none.crl' err && pass "the one that cannot be had is said" || fail "$(cat err)"
is "VALID where lists are required" "$(verdict "$X.tar.gz" "$WORK/strict.conf")" VALID
openssl req -x509 -new -key forger.key -subj "/O=示例/CN=Root" -utf8 -days 5 -out froot.crt 2>/dev/null
openssl ca -config pki/ca.cnf -gencrl -keyfile forger.key -cert froot.crt 2>/dev/null | openssl crl -outform DER -out pki/root.crl
export_next; is "a forged one is not taken in" "$(tar -tzf "$X.tar.gz" | grep -c 'crl.pem$') $(verdict "$X.tar.gz")" "1 VALID"
conf "timestamp = http://127.0.0.1:$A/tsa"

# --- decades later ---
if command -v faketime >/dev/null; then
	F="$S/store/acme-00000001.tar.gz"
	expect 8 "long after every certificate has ended, and never renewed: cannot tell" faketime '2056-03-01' "$CUSTODY" --lang en verify --trust trust.conf "$F"
	grep -q 'renewal archive must vouch' out && pass "and says that a renewal must vouch" || fail "silent about the end"
	expect 2 "by hand too" faketime '2056-03-01' bash "$TOP/tests/judge/by-hand.sh" "$F" "$WORK/trust"
	expect 6 "an ended certificate does not sign" faketime '2056-03-01' "$CUSTODY" --lang en sign "$S/store/acme-00000001.seal/seal.txt" --role administrator \
		--cert pki/admin.crt --key file:pki/admin.key -o late.p7s --yes
else skip faketime; fi
finish
