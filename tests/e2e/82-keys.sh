#!/usr/bin/env bash
# What is wrong with a key or its certificate, at signing: one clear line, AUTH, and nothing of a seal on disk; and the verdict where somebody signed all the same.
# (Wrong PIN: 82-token.sh; revoked: 83-time.sh; what a verifier says of crafted archives: tests/attack/crafted/cases-signature.sh.)
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
. "$TOP/tests/interop/pki.sh"
cd "$WORK"
S=$WORK/s
sim_start "$S" --scale 30 --seed 8 || { finish; exit; }
cp "$S/custody.conf" good.conf
run() { "$CUSTODY" -c "$S/custody.conf" --lang en "$@"; }
signer() { # ROLE CERT KEY: in place of the simulator's
	sed "s,^signer.$1 .*,signer.$1 = cert=$2 key=file:$3," good.conf >"$S/custody.conf"
}
left() { ls -A "$S/store" 2>/dev/null | grep -vE '^custody\.(lock|sqlite.*)$'; }
refused() { # NAME REASON: an export with the configuration as it is
	expect 6 "$1: export" run -q export acme
	[ "$(grep -c . err)" = 1 ] && grep -qE "^custody: export acme: .*$2.*; next: " err && pass "$1: one clear line" || fail "$1: $(cat err)"
	[ -z "$(left)" ] && [ ! -e "$XDG_STATE_HOME/custody/signed" ] && pass "$1: nothing on disk" || fail "$1: left: $(left)"
}
elsewhere() { # NAME REASON CERT KEY: the officer's own computer, where seal.txt alone is
	expect 6 "$1: sign" "$CUSTODY" --lang en -q sign seal.txt --role compliance-officer --cert "$3" --key "file:$4" -o o.p7s --yes
	[ "$(grep -c '^custody: ' err)" = 1 ] && grep -qE "^custody: sign seal.txt: .*$2.*; next: " err && pass "$1: one clear line" || fail "$1: $(cat err)"
	[ ! -e o.p7s ] && [ ! -e "$XDG_STATE_HOME/custody/signed" ] && pass "$1: nothing on disk" || fail "$1: something was written"
}
fingerprint() { openssl x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }
seal_for() { sed "s/^Signer: compliance-officer .*/Signer: compliance-officer cms sha256:$(fingerprint "$1")/" sealed.txt >seal.txt; }

# a seal to sign elsewhere
sed 's,^\(signer\..*\) key=.*,\1,' good.conf >"$S/custody.conf"
expect 0 "a seal that nobody has signed" run -q --json export acme
cp "$S/store/acme-00000001.seal/seal.txt" sealed.txt; cp -a "$S/store" unsigned; chmod -R u+w "$S/store"; rm -rf "$S/store"

# --- a key under a password ---
openssl pkcs8 -topk8 -in "$S/officer.key" -passout pass:secret -out locked.key && chmod 600 locked.key
signer compliance-officer "$S/officer.crt" "$WORK/locked.key"
refused "a key under a password" "private key of compliance-officer cannot be read"
cp sealed.txt seal.txt; elsewhere "a key under a password" "private key of compliance-officer cannot be read" "$S/officer.crt" locked.key

# --- a weak key ---
openssl req -x509 -newkey rsa:2048 -nodes -keyout weak.key -out weak.crt -subj /CN=weak -days 2 2>/dev/null; chmod 600 weak.key
signer compliance-officer "$WORK/weak.crt" "$WORK/weak.key"
refused "a weak key" "2048 bits is too weak"
seal_for weak.crt; elsewhere "a weak key" "2048 bits is too weak" weak.crt weak.key

# --- an ended certificate ---
PKI_DAYS=0 make_pki "$WORK/ended" 2>/dev/null; chmod 600 ended/*.key
sleep 1
signer compliance-officer "$WORK/ended/officer.crt" "$WORK/ended/officer.key"
refused "an ended certificate" "certificate of compliance-officer is no longer valid at"
seal_for ended/officer.crt; elsewhere "an ended certificate" "is no longer valid at" ended/officer.crt ended/officer.key

# --- the certificate of another role, or of nobody the trust names ---
signer compliance-officer "$S/admin.crt" "$S/admin.key"
refused "the other role's certificate" "trust names other certificates for the role compliance-officer"
cp sealed.txt seal.txt; elsewhere "the other role's certificate" "compliance-officer" "$S/admin.crt" "$S/admin.key"
signer compliance-officer "$S/officer.crt" "$S/admin.key"
refused "another's key" "private key does not belong to the certificate of compliance-officer"

# --- somebody signs all the same: the trust is not configured there ---
signer compliance-officer "$S/admin.crt" "$S/admin.key"; sed -i '/^\[trust\]/,/^$/d' "$S/custody.conf"
expect 0 "without a trust file nobody can tell" run -q export acme
expect 7 "and the verifier finds it: INVALID" "$CUSTODY" --lang en -q verify --trust "$S/trust.conf" "$S/store/acme-00000001.tar.gz"
grep -q 'the trust names other certificates for the role compliance-officer' err && pass "by its reason" || fail "$(cat err)"

# --- timestamp needs no key, and makes no signature ---
chmod -R u+w "$S/store"; rm -rf "$S/store"; cp -a unsigned "$S/store"
signer compliance-officer "$WORK/weak.crt" "$WORK/weak.key"
expect 6 "timestamp with a weak signer in [seal]" run -q timestamp acme-00000001
[ "$(grep -c . err)" = 1 ] && grep -q '2048 bits is too weak' err && pass "one clear line" || fail "$(cat err)"
cp good.conf "$S/custody.conf"
expect 8 "timestamp of what is not signed: INDETERMINATE" run -q timestamp acme-00000001
[ "$(ls "$S/store/acme-00000001.seal")" = seal.txt ] && pass "no signature, no token" || fail "$(ls "$S/store/acme-00000001.seal")"
finish
