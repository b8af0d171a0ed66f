#!/bin/bash
# pki.sh: the evaluation's keys, certificates and time stamps, judged by the
# openssl command.
#
#   tests/sim/pki.sh [DRIVER]
#
# DRIVER is pki_driver.c built, possibly with a tool in front of it ("valgrind
# -q --error-exitcode=9 ./pki_driver").  Without it the driver is built here,
# with $CC and $CFLAGS.  Says what failed and exits 1 if anything did.
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/../.." && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n_ok=0 n_bad=0

if [ $# -gt 0 ]; then
	driver=$1
else
	driver=$tmp/pki_driver
	# shellcheck disable=SC2086 # flags are words
	${CC:-cc} -std=c11 -g ${CFLAGS:-} -I"$top" -o "$driver" \
	    "$top"/tests/sim/pki_driver.c \
	    "$top"/fixtures/simulator/{pki,ca,tsa}.c -lcrypto -pthread || exit 1
fi

d=$tmp/dir
pki() { $driver "$d" 8123 7 "$@"; }	# may be several words

ok() {		# ok WHAT COMMAND...: must succeed
	local what=$1; shift
	if "$@" >"$tmp/log" 2>&1; then
		n_ok=$((n_ok + 1))
	else
		n_bad=$((n_bad + 1))
		echo "FAILED: $what: $*"; sed 's/^/    /' "$tmp/log"
	fi
}
says() {	# says WHAT TEXT COMMAND...: must fail, not crash, and say TEXT
	local what=$1 text=$2 rc; shift 2
	"$@" >"$tmp/log" 2>&1; rc=$?
	if [ $rc -ge 1 ] && [ $rc -le 4 ] && grep -qF -- "$text" "$tmp/log"; then
		n_ok=$((n_ok + 1))
	else
		n_bad=$((n_bad + 1))
		echo "FAILED: $what: status $rc, wanted 1 to 4 and '$text': $*"
		sed 's/^/    /' "$tmp/log"
	fi
}
has() {		# has WHAT FILE TEXT...: every TEXT stands in FILE
	local what=$1 file=$2 text; shift 2
	for text; do ok "$what: '$text'" grep -qF -- "$text" "$file"; done
}
lacks() {	# lacks WHAT FILE TEXT: the file has something, but not TEXT
	ok "$1" test -s "$2" -a "$(grep -cF -- "$3" "$2")" = 0
}
same() { ok "$1" test "$2" = "$3"; }	# same WHAT GOT WANTED
only="-no-CApath -no-CAstore -no-CAfile"

# --- a first start ---
ok "first start" pki open
same "files" "$(cd "$d" && find . -type f | sort | tr '\n' ' ')" \
    "./admin.crt ./admin.key ./ca.crt ./officer.crt ./officer.key ./pki/ca.key ./pki/tsa-ca.crt ./pki/tsa-ca.key ./pki/tsa.key ./trust.conf ./trust/roots.pem ./trust/tsa-roots.pem ./tsa.crt "
same "modes of keys" "$(find "$d" -name '*.key' ! -perm 600)" ""
same "number of keys" "$(find "$d" -name '*.key' -perm 600 | wc -l)" 5
same "roots.pem" "$(cat "$d/trust/roots.pem")" "$(cat "$d/ca.crt")"
same "tsa-roots.pem" "$(cat "$d/trust/tsa-roots.pem")" "$(cat "$d/pki/tsa-ca.crt")"

fingerprint() { openssl x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }
cat >"$tmp/trust.want" <<EOF
; who may sign, and which authorities are trusted: handed over outside the archives
[trust]
roots      = trust/roots.pem          ; paths relative to this file
tsa_roots  = trust/tsa-roots.pem
token      = required
revocation = optional
roles      = administrator, compliance-officer

[role administrator]
cert = sha256:$(fingerprint "$d/admin.crt")

[role compliance-officer]
cert = sha256:$(fingerprint "$d/officer.crt")
EOF
ok "trust.conf" diff "$tmp/trust.want" "$d/trust.conf"

# --- certificates ---
text() { openssl x509 -in "$1" -noout -text -nameopt utf8,sep_comma_plus >"$2"; }
for c in admin officer tsa ca; do text "$d/$c.crt" "$tmp/$c.txt"; done
text "$d/pki/tsa-ca.crt" "$tmp/tsa-ca.txt"
for c in ca tsa-ca; do
	has "root $c" "$tmp/$c.txt" "X509v3 Basic Constraints: critical" "CA:TRUE" \
	    "X509v3 Key Usage: critical" "Certificate Sign, CRL Sign" \
	    "X509v3 Subject Key Identifier" "Version: 3"
done
for c in admin officer; do
	has "$c" "$tmp/$c.txt" "X509v3 Key Usage: critical" "CA:FALSE" \
	    "Digital Signature, Non Repudiation" "X509v3 Subject Key Identifier" \
	    "X509v3 Authority Key Identifier" "URI:http://127.0.0.1:8123/crl/ca.crl" \
	    "O=示例集团 Example Group" "OU=evaluation 7" "Version: 3"
	ok "$c: no more usages" grep -qE "^ +Digital Signature, Non Repudiation$" "$tmp/$c.txt"
	lacks "$c: no extended usage" "$tmp/$c.txt" "Extended Key Usage"
done
has "admin" "$tmp/admin.txt" "CN=林知远" "title=administrator" "Public-Key: (3072 bit)" "rsaEncryption"
has "officer" "$tmp/officer.txt" "CN=苏明岚" "title=compliance officer" "NIST CURVE: P-256"
has "tsa" "$tmp/tsa.txt" "X509v3 Extended Key Usage: critical" "Time Stamping" "CA:FALSE" \
    "URI:http://127.0.0.1:8123/crl/tsa.crl" "Public-Key: (3072 bit)"
for c in admin officer; do
	same "$c: UTF8String but for the country, in subject and issuer" \
	    "$(openssl x509 -in "$d/$c.crt" -outform DER | openssl asn1parse -inform DER |
	        grep -A1 -E ':(countryName|organizationName|organizationalUnitName|title|commonName)' |
	        grep -oE '(UTF8|PRINTABLE)STRING' | sort | uniq -c | tr -s ' \n' ' ')" \
	    " 2 PRINTABLESTRING 7 UTF8STRING "
done
for c in admin officer tsa; do
	key=$d/$c.key; [ -e "$key" ] || key=$d/pki/$c.key
	same "$c: key and certificate" "$(openssl pkey -in "$key" -pubout 2>&1)" \
	    "$(openssl x509 -in "$d/$c.crt" -noout -pubkey)"
	same "$c: ten years" "$(($(date -d "$(openssl x509 -in "$d/$c.crt" -noout -enddate | cut -d= -f2)" +%s) - $(date -d "$(openssl x509 -in "$d/$c.crt" -noout -startdate | cut -d= -f2)" +%s)))" $((3652 * 86400))
done

# --- revocation lists ---
list() { pki crl "$1" >"$2"; }
for c in ca tsa; do
	ok "crl $c" list $c "$tmp/$c.crl"
	ok "crl $c is DER" openssl crl -inform DER -in "$tmp/$c.crl" -out "$tmp/$c.crl.pem"
	openssl crl -inform DER -in "$tmp/$c.crl" -noout -text >"$tmp/$c.crl.txt"
	has "crl $c" "$tmp/$c.crl.txt" "Version 2" "X509v3 Authority Key Identifier" \
	    "X509v3 CRL Number" "No Revoked Certificates"
	from=$(date -d "$(openssl crl -in "$tmp/$c.crl.pem" -noout -lastupdate | cut -d= -f2)" +%s)
	to=$(date -d "$(openssl crl -in "$tmp/$c.crl.pem" -noout -nextupdate | cut -d= -f2)" +%s)
	same "crl $c: 30 days" $((to - from)) $((30 * 86400))
done
# Its exit status does not tell, its words do.
crl_under() { openssl crl -inform DER -in "$tmp/$1.crl" -CAfile "$d/trust/$2" -no-CApath -noout >"$tmp/verdict" 2>&1; }
crl_under ca roots.pem; has "crl ca" "$tmp/verdict" "verify OK"
crl_under tsa tsa-roots.pem; has "crl tsa" "$tmp/verdict" "verify OK"
crl_under ca tsa-roots.pem; lacks "crl ca under the other root" "$tmp/verdict" "verify OK"
ok "no third list" test "$(pki crl admin 2>&1; echo $?)" = 1

for c in admin officer; do
	ok "$c is valid" openssl verify $only -x509_strict -crl_check -CAfile "$d/trust/roots.pem" \
	    -CRLfile "$tmp/ca.crl.pem" "$d/$c.crt"
	says "$c needs a list" "unable to get certificate CRL" openssl verify $only -crl_check \
	    -CAfile "$d/trust/roots.pem" "$d/$c.crt"
	says "$c and the other list" "unable to get certificate CRL" openssl verify $only -crl_check \
	    -CAfile "$d/trust/roots.pem" -CRLfile "$tmp/tsa.crl.pem" "$d/$c.crt"
	says "$c under the other root" "unable to get local issuer" openssl verify $only \
	    -CAfile "$d/trust/tsa-roots.pem" "$d/$c.crt"
	says "$c is no time stamper" "unsuitable certificate purpose" openssl verify $only \
	    -purpose timestampsign -CAfile "$d/trust/roots.pem" "$d/$c.crt"
done
ok "tsa is valid" openssl verify $only -x509_strict -purpose timestampsign -crl_check \
    -CAfile "$d/trust/tsa-roots.pem" -CRLfile "$tmp/tsa.crl.pem" "$d/tsa.crt"

# --- signatures as an archive has them ---
printf 'Format: custody/1\nSequence: 1\n' >"$tmp/seal.txt"
cat "$d/trust/roots.pem" "$tmp/ca.crl.pem" >"$tmp/with-crls.pem"
cms_verify() {
	openssl cms -verify -binary -inform DER -in "$1" -content "$2" -no-CApath -no-CAstore \
	    -CAfile "$tmp/with-crls.pem" -crl_check -purpose any -signer "$tmp/signer.pem" -out /dev/null
}
for c in admin officer; do
	pss=; [ $c = admin ] && pss="-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest"
	# shellcheck disable=SC2086
	ok "$c signs" openssl cms -sign -binary -cades -nosmimecap -md sha256 -in "$tmp/seal.txt" \
	    -signer "$d/$c.crt" -inkey "$d/$c.key" $pss -outform DER -out "$tmp/$c.p7s"
	ok "$c: signature" cms_verify "$tmp/$c.p7s" "$tmp/seal.txt"
	same "$c: signer" "$(fingerprint "$tmp/signer.pem")" "$(fingerprint "$d/$c.crt")"
	says "$c: other text" "erification failure" cms_verify "$tmp/$c.p7s" "$d/trust.conf"
done

# --- time stamps ---
reply_text() { openssl ts -reply -in "$1" -text >"$2" 2>&1; }
ts_verify() { openssl ts -verify -in "$tmp/r.tsr" -CAfile "$d/trust/tsa-roots.pem" "$@"; }
stamp() { pki stamp <"$1" >"$2"; }
for md in sha256 sha384 sha512 sm3; do
	ok "query $md" openssl ts -query -data "$tmp/seal.txt" -$md -cert -out "$tmp/q.tsq"
	ok "reply $md" stamp "$tmp/q.tsq" "$tmp/r.tsr"
	ok "token $md: data" ts_verify -data "$tmp/seal.txt"
	ok "token $md: query and nonce" ts_verify -queryfile "$tmp/q.tsq"
	says "token $md: other data" "message imprint mismatch" ts_verify -data "$d/trust.conf"
	reply_text "$tmp/r.tsr" "$tmp/r.txt"
	has "token $md" "$tmp/r.txt" "Status: Granted." "Status description: unspecified" "Version: 1" \
	    "Policy OID: 1.3.6.1.4.1.99999.3161.1" "Hash Algorithm: $md" \
	    "Accuracy: 0x01 seconds, unspecified millis, unspecified micros" "Ordering: no" \
	    "Time Stamping Authority"
	lacks "token $md: nonce" "$tmp/r.txt" "Nonce: unspecified"
done
age=$(($(date +%s) - $(date -d "$(sed -n 's/^Time stamp: //p' "$tmp/r.txt")" +%s)))
ok "token: the time is now" test $age -ge -1 -a $age -le 600
says "token: the other root" "unable to get local issuer" openssl ts -verify -in "$tmp/r.tsr" \
    -data "$tmp/seal.txt" -CAfile "$d/trust/roots.pem"
openssl ts -reply -in "$tmp/r.tsr" -token_out -out "$tmp/token.der" 2>/dev/null
openssl cms -cmsout -inform DER -in "$tmp/token.der" -noout -print >"$tmp/token.txt" 2>&1
same "token: one certificate" "$(grep -c '^ *d.certificate:' "$tmp/token.txt")" 1
same "token: one signer" "$(grep -c 'd.issuerAndSerialNumber:' "$tmp/token.txt")" 1
same "token: no unsigned attributes" "$(grep -A1 unsignedAttrs "$tmp/token.txt" | tr -s ' \n' ' ')" \
    " unsignedAttrs: <ABSENT> "
same "token: signed attributes" "$(sed -n '/signedAttrs:/,/signatureAlgorithm:/s/.*object: \([^ ]*\).*/\1/p' "$tmp/token.txt" | sort | tr '\n' ' ')" \
    "contentType id-smime-aa-signingCertificateV2 messageDigest signingTime "
same "token: versions" "$(grep -E '^ +version: ' "$tmp/token.txt" | head -1 | tr -d ' ')" "version:3"
ok "token: the same bytes when encoded again" openssl cms -cmsout -inform DER -in "$tmp/token.der" \
    -outform DER -out "$tmp/again.der"
ok "token: the same bytes when encoded again" cmp "$tmp/token.der" "$tmp/again.der"
openssl cms -cmsout -inform DER -in "$tmp/token.der" -certsout "$tmp/inside.pem" -noout
same "token: its certificate" "$(fingerprint "$tmp/inside.pem")" "$(fingerprint "$d/tsa.crt")"

openssl ts -query -data "$tmp/seal.txt" -sha256 -no_nonce -out "$tmp/q.tsq" 2>"$tmp/log"
ok "reply without certificate" stamp "$tmp/q.tsq" "$tmp/r.tsr"
ok "token without certificate" ts_verify -data "$tmp/seal.txt" -untrusted "$d/tsa.crt"
says "token without certificate, alone" "Verification: FAILED" ts_verify -data "$tmp/seal.txt"
reply_text "$tmp/r.tsr" "$tmp/r.txt"
has "token without nonce" "$tmp/r.txt" "Nonce: unspecified"

# --- refusals: answered, with the failure RFC 3161 names ---
refused() {	# refused WHAT FILE FAILURE
	ok "$1: answered" stamp "$2" "$tmp/r.tsr"
	reply_text "$tmp/r.tsr" "$tmp/r.txt"
	has "$1" "$tmp/r.txt" "Status: Rejected." "$3" "Not included."
}
openssl ts -query -data "$tmp/seal.txt" -sha1 -out "$tmp/sha1.tsq" 2>"$tmp/log"
refused "weak digest" "$tmp/sha1.tsq" "unrecognized or unsupported algorithm identifier"
openssl ts -query -data "$tmp/seal.txt" -sha256 -tspolicy 1.2.3.4 -out "$tmp/policy.tsq" 2>"$tmp/log"
refused "other policy" "$tmp/policy.tsq" "the requested TSA policy is not supported by the TSA"
echo "not DER" >"$tmp/junk.tsq"
: >"$tmp/empty.tsq"
head -c 20 "$tmp/q.tsq" >"$tmp/cut.tsq"
{ cat "$tmp/q.tsq"; echo; } >"$tmp/tail.tsq"
head -c 70000 /dev/zero >"$tmp/long.tsq"
for q in junk empty cut tail long; do
	refused "$q query" "$tmp/$q.tsq" "the data submitted has the wrong format"
done

# --- many at once ---
serials() { $driver "$d" 9999 8 threads "$1" "$2" <"$tmp/q.tsq" >"$3"; }
ok "threads" serials 8 25 "$tmp/serials"
same "threads: serial numbers" "$(sort -u "$tmp/serials" | wc -l)" 200

# --- a second start, on another port and seed ---
all() { (cd "$d" && find . -type f -exec sha256sum {} + | sort); }
before=$(all)
ok "another token" stamp "$tmp/q.tsq" "$tmp/r.tsr"
sleep 1		# lists are numbered by the second
second() { $driver "$d" 9999 8 crl ca >"$tmp/second.crl"; }
ok "second start" second
same "second start: every file as it was" "$(all)" "$before"
number() { openssl crl -inform DER -in "$1" -noout -crlnumber | sed 's/.*=//; s/^0x//'; }
ok "second start: a later list" test $((16#$(number "$tmp/second.crl"))) -gt $((16#$(number "$tmp/ca.crl")))
ok "second start: earlier token" ts_verify -data "$tmp/seal.txt" -untrusted "$d/tsa.crt"
ok "second start: serial numbers" serials 1 200 "$tmp/serials2"
same "second start: serial numbers are new" "$(cat "$tmp/serials2" "$tmp/serials" | sort -u | wc -l)" 400

# --- starts that go wrong ---
rm "$d/trust.conf" "$d/officer.crt"		# as if cut off
: >"$d/officer.crt.new"
ok "cut off: completed" pki open
same "cut off: nothing left over" "$(find "$d" -name '*.new')" ""
ok "cut off: certificate" openssl verify $only -x509_strict -CAfile "$d/trust/roots.pem" "$d/officer.crt"
has "cut off: trust.conf" "$d/trust.conf" "$(fingerprint "$d/officer.crt")" "$(fingerprint "$d/admin.crt")"
mv "$d/officer.crt" "$tmp/kept.crt"
says "certificate missing" "officer.crt: missing, though trust.conf is there" pki open
cp "$d/admin.crt" "$d/officer.crt"
says "other certificate" "officer.crt: does not belong to its key" pki open
cp "$tmp/kept.crt" "$d/officer.crt"
ok "certificate back" pki open
cp "$d/pki/ca.key" "$tmp/ca.key"
openssl pkey -in "$d/officer.key" -aes256 -passout pass:secret -out "$tmp/locked.key"
cp "$tmp/locked.key" "$d/pki/ca.key"
says "locked key: no question asked" "pki/ca.key" pki open </dev/null
: >"$d/pki/ca.key"
says "empty key" "pki/ca.key" pki open
cp "$tmp/ca.key" "$d/pki/ca.key"
ok "key back" pki open
says "no such place" "No such file or directory" $driver "$tmp/none/below" 1 1 open
: >"$tmp/file"
says "a file in the way" "Not a directory" $driver "$tmp/file" 1 1 open
ok "other installation" $driver "$tmp/other" 8123 7 open
says "other installation: other root" "unable to get local issuer" openssl verify $only \
    -CAfile "$d/trust/roots.pem" "$tmp/other/admin.crt"

echo "pki: $n_ok checks passed, $n_bad failed"
[ $n_bad -eq 0 ]
