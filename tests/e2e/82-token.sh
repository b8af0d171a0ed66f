#!/usr/bin/env bash
# Keys that never leave their token: SoftHSM2 through OpenSSL's engine, for the officer and for the store's own signer.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
MODULE=
for m in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do [ -e "$m" ] && MODULE=$m && break; done
ls /usr/lib/*/engines-3/pkcs11.so >/dev/null 2>&1 || MODULE=
if [ -z "$MODULE" ] || ! command -v softhsm2-util pkcs11-tool >/dev/null; then skip softhsm2; finish; exit; fi
S=$WORK/store.d OFF=$WORK/officer
sim_start "$S" --scale small --seed 9 || { finish; exit; }
mkdir -p "$OFF/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$OFF/tokens" > "$OFF/softhsm2.conf"
export SOFTHSM2_CONF=$OFF/softhsm2.conf
softhsm2-util --init-token --free --label "case of keys" --pin 271828 --so-pin 314159 >/dev/null
printf '271828\n' > "$OFF/pin"; printf '000000\n' > "$OFF/wrong"; chmod 600 "$OFF/pin" "$OFF/wrong"
T='pkcs11:token=case%20of%20keys'
Q="?module-path=$MODULE"
# The simulator's own keys go into the token: its certificates then stay as they are.
put() { # KEYFILE LABEL ID
	openssl pkcs8 -topk8 -nocrypt -in "$1" -out p8 && softhsm2-util --import p8 --token "case of keys" --label "$2" --id "$3" --pin 271828 >/dev/null; rm -f p8
}
put "$S/admin.key" admin 01; put "$S/officer.key" officer 02
mv "$S/admin.key" "$WORK/admin.key"; mv "$S/officer.key" "$WORK/officer.key"
cp "$S/officer.crt" "$OFF/"

# --- the store's own signer (RSA, PSS) ---
sed -i "s,^signer.administrator .*,signer.administrator = cert=$S/admin.crt key=$T;object=admin$Q pin=file:$OFF/pin," "$S/custody.conf"
sed -i 's,^\(signer.compliance-officer.*\) key=.*,\1,' "$S/custody.conf"
expect 0 "export signs with the token" "$CUSTODY" -c "$S/custody.conf" --lang en --json export acme
[ "$(jq -r '.missing|join(",")' out)" = compliance-officer ] && pass "only the officer is missing" || fail "missing: $(cat out)"
A=$S/store/acme-00000001
check "openssl agrees (RSA-PSS from a token)" openssl cms -verify -binary -inform DER -in "$A.seal/administrator.p7s" -content "$A.seal/seal.txt" \
	-no-CApath -no-CAstore -CAfile "$S/trust/roots.pem" -purpose any -out /dev/null
openssl cms -cmsout -print -inform DER -in "$A.seal/administrator.p7s" 2>/dev/null | grep -q rsassaPss && pass "it is PSS" || fail "not PSS"

# --- the officer (ECDSA) ---
cp "$A.seal/seal.txt" "$OFF/"
sign() { "$CUSTODY" --lang en sign "$OFF/seal.txt" --role compliance-officer --cert "$OFF/officer.crt" --yes "$@" </dev/null; }
expect 2 "a PIN in the address" sign --key "$T;object=officer?pin-value=271828" -o "$OFF/o.p7s"
grep -q 271828 err out && fail "the PIN is shown" || pass "the PIN is not shown"
expect 2 "no key named" sign --key "$T" -o "$OFF/o.p7s"
expect 2 "blanks in the address" sign --key "pkcs11:token=case of keys;object=officer" -o "$OFF/o.p7s"
expect 2 "a PIN for a key in a file" sign --key "file:$WORK/officer.key" --pin "file:$OFF/pin" -o "$OFF/o.p7s"
expect 6 "the wrong PIN" sign --key "$T;object=officer$Q" --pin "file:$OFF/wrong" -o "$OFF/o.p7s"
expect 6 "no PIN and no terminal" setsid -w "$CUSTODY" --lang en sign "$OFF/seal.txt" --role compliance-officer --cert "$OFF/officer.crt" --yes --key "$T;object=officer$Q" -o "$OFF/o.p7s"
grep -q 'pin=file\|--pin' err && pass "how to give it is said" || fail "$(cat err)"
expect 6 "no such key" sign --key "$T;object=nobody$Q" --pin "file:$OFF/pin" -o "$OFF/o.p7s"
expect 6 "no such token" sign --key "pkcs11:token=other;object=officer$Q" --pin "file:$OFF/pin" -o "$OFF/o.p7s"
expect 6 "another key of the token" sign --key "$T;object=admin$Q" --pin "file:$OFF/pin" -o "$OFF/o.p7s"
expect 6 "no such library" sign --key "$T;object=officer?module-path=/nonexistent.so" --pin "file:$OFF/pin" -o "$OFF/o.p7s"
[ ! -e "$OFF/o.p7s" ] && [ ! -e "$XDG_STATE_HOME/custody/signed" ] && pass "nothing was signed or remembered" || fail "something was written"
if command -v script >/dev/null; then
	{ sleep 2; printf '271828\n'; } | script -qec "$CUSTODY --lang en sign $OFF/seal.txt --role compliance-officer --cert $OFF/officer.crt --yes --key '$T;object=officer$Q' -o $OFF/asked.p7s" /dev/null > out 2>&1
	[ -s "$OFF/asked.p7s" ] && pass "the terminal is asked for the PIN" || { fail "asked for the PIN"; tail -3 out; }
else skip script; fi
expect 0 "signed by the token" sign --key "$T;object=officer$Q" --pin "file:$OFF/pin" -o "$OFF/o.p7s"
expect 0 "found by its id too, library from the environment" env PKCS11_MODULE_PATH="$MODULE" "$CUSTODY" sign "$OFF/seal.txt" --role compliance-officer \
	--cert "$OFF/officer.crt" --yes --key "$T;id=%02" --pin "file:$OFF/pin" -o "$OFF/id.p7s"
check "openssl agrees (ECDSA from a token)" openssl cms -verify -binary -inform DER -in "$OFF/o.p7s" -content "$OFF/seal.txt" \
	-no-CApath -no-CAstore -CAfile "$S/trust/roots.pem" -purpose any -out /dev/null
expect 0 "attached" "$CUSTODY" -c "$S/custody.conf" sign acme-00000001 --role compliance-officer --attach "$OFF/o.p7s"
expect 0 "VALID" "$CUSTODY" -q verify --trust "$S/trust.conf" "$A.tar.gz"
check "verified by hand" bash "$TOP/tests/judge/by-hand.sh" "$A.tar.gz" "$S/trust"
grep -q 'Unable to load\|returned NULL' err && fail "the engine talks to the terminal" || pass "the engine keeps quiet"
grep -rlaF 271828 "$S" >/dev/null 2>&1 && fail "the PIN is somewhere in the store" || pass "the PIN is nowhere in the store"

# --- the wrong PIN, and a token that is not plugged in: told at the start, not after hours ---
sed -i "s,pin=file:$OFF/pin,pin=file:$OFF/wrong," "$S/custody.conf"
expect 6 "export with the wrong PIN" "$CUSTODY" -c "$S/custody.conf" --lang en -q export acme
[ "$(grep -c . err)" = 1 ] && grep -q '^custody: export acme: .*; next: check token, object and PIN' err && pass "one clear line" || fail "$(cat err)"
[ ! -e "$S/store/acme-00000002.seal" ] && [ ! -e "$S/store/acme-00000002.work" ] && pass "no seal on disk" || fail "a run was begun"
sed -i "s,pin=file:$OFF/wrong,pin=file:$OFF/pin," "$S/custody.conf"
mv "$OFF/tokens" "$OFF/away"; mkdir "$OFF/tokens"
expect 6 "export without the token" "$CUSTODY" -c "$S/custody.conf" --lang en export acme
[ ! -e "$S/store/acme-00000002.tar.gz.partial" ] && pass "before anything was fetched" || fail "a run was begun"
finish
