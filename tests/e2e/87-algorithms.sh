#!/usr/bin/env bash
# Algorithms with an end: the same archive, other lists in the trust file.  Never VALID past an end, never INVALID for it.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
S=$WORK/sim
sim_start "$S" --scale small --seed 11 || { finish; exit; }
expect 0 "an archive" "$CUSTODY" -q -c "$S/custody.conf" export acme
A=$S/store/acme-00000001.tar.gz
[ -f "$A" ] || { fail "no archive"; ls -lR "$S/store"; finish; exit; }
with() { # STATUS NAME STEP-THAT-IS-NOT-VALID LINE…
	local want=$1 name=$2 step=$3; shift 3
	{ cat "$S/trust.conf"; printf '\n[algorithms]\n'; printf '%s\n' "$@"; } > "$S/t.conf"
	expect "$want" "$name" "$CUSTODY" --json verify --trust "$S/t.conf" "$A"
	[ "$(jq -r '[.steps[]?|select(.verdict!="VALID").step]|join(" ")' out 2>/dev/null)" = "$step" ] && pass "$name: step" || { fail "$name: step"; jq -c '.steps[]?|select(.verdict!="VALID")' out; }
}
T=$(date -u +%F) Y=$(date -u -d '+1 year' +%F)
# openssl says what the archive has: an administrator with RSA, an officer with ECDSA on P-256, an authority with RSA.
openssl x509 -in "$S/admin.crt" -noout -text | grep -q 'Public-Key: (3072 bit)' && openssl x509 -in "$S/officer.crt" -noout -text | grep -q 'NIST CURVE: P-256' && pass "keys as expected" || fail "keys"
with 0 "all in time" "" "sha256 = until $Y" "rsa-3072 = until $Y" "p-256 = yes" "sha512 = no" "rsa-2048 = no" "p-384 = no" "sm2 = no"
with 8 "SHA-256 has ended: manifests, token and signatures" "token signature.administrator signature.compliance-officer algorithms" "sha256 = no"
grep -q 'renewal archive must vouch' out && pass "what is needed is said" || fail "renewal is not named"
with 8 "P-256 is not accepted" "signature.compliance-officer" "p-256 = no"
with 8 "ECDSA is not accepted" "signature.compliance-officer" "ecdsa = no"
with 8 "RSA below 4096 ended today" "token signature.administrator" "rsa-3072 = until $T"
with 2 "an unknown name" "" "sha265 = no"
grep -q 'sha256' err && pass "the nearest name is told" || fail "nearest"
with 2 "no date" "" "sha256 = until tomorrow"
# A signature is judged at the time of its token, the token today: years later RSA has ended for the token, ECDSA was good when it was used.
if command -v faketime >/dev/null; then
	{ cat "$S/trust.conf"; printf '\n[algorithms]\np-256 = until %s\n' "$Y"; } > "$S/t.conf"
	expect 0 "a signature made in time stays good while the token stands" faketime '+3 years' "$CUSTODY" verify --trust "$S/t.conf" "$A"
	{ cat "$S/trust.conf"; printf '\n[algorithms]\nsha256 = until %s\n' "$Y"; } > "$S/t.conf"
	expect 8 "three years later SHA-256 has ended" faketime '+3 years' "$CUSTODY" verify --trust "$S/t.conf" "$A"
else skip "faketime"; fi
# --- roles by issuer and subject instead of a fingerprint ---
name() { openssl x509 -in "$2" -noout "-$1" -nameopt RFC2253,-esc_msb,utf8 | sed 's/^[a-z]*=//'; }
by_name() { # STATUS NAME ISSUER SUBJECT
	{ sed '/^\[role compliance-officer\]/,$d' "$S/trust.conf"; printf '[role compliance-officer]\nissuer = %s\nsubject = %s\n' "$3" "$4"; } > "$S/n.conf"
	expect "$1" "$2" "$CUSTODY" --lang en verify --trust "$S/n.conf" "$A"
}
I=$(name issuer "$S/officer.crt") O=$(name subject "$S/officer.crt")
by_name 0 "as openssl prints them" "$I" "$O"
by_name 0 "within its sequences" "$I" "from=1 to=1 $O"
by_name 8 "not named for this sequence" "$(name subject "$S/admin.crt")" "from=5 $O"
by_name 7 "out of its sequences" "$I" "from=2 $O"
by_name 7 "another subject" "$I" "$(name subject "$S/admin.crt")"
by_name 7 "another issuer" "$O" "$O"
by_name 7 "a part of the name is not the name" "$I" "${O%,*}"
by_name 2 "no subject" "$I" ""
cp "$A" bad.tar.gz; chmod u+w bad.tar.gz; printf X | dd of=bad.tar.gz bs=1 seek=9000 conv=notrunc 2>/dev/null
expect 7 "a contradiction stays INVALID whatever is accepted" "$CUSTODY" verify --trust "$S/t.conf" bad.tar.gz
finish
