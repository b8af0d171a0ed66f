#!/bin/bash
# make_archive.sh: a small good archive, made from the format's description with printf, tar's layout, sha256sum, gzip and openssl only, so that the
# verifier is judged by something that shares no code with it.
#
#   make_archive.sh DIR [KEYS]
#
# DIR gets a.tar, a.tar.gz (several members), trust.conf with its roots, keys, and parts/ with the tree that was packed.  KEYS: a DIR of an
# earlier call whose keys are used again.  MAKE_ALGS="sha256 sha512 sm3" adds further manifests.  MAKE_SM2=1 has the officer sign with SM2.
set -eu
export LC_ALL=C TZ=UTC

out=$1 keys=${2:-$1}
mkdir -p "$out/parts"
algs=${MAKE_ALGS:-sha256}
name=demo-00000001
day=2026-11-22
mtime=$(date -d "$day" +%s)
root=$out/parts/$name
rm -rf "$root"
mkdir -p "$root/about" "$root/data/records/messages" "$root/data/records/users" "$root/data/files/000000" "$root/data/views" "$root/seal"

say() { echo "make_archive: $*" >&2; exit 1; }
x509() { openssl x509 "$@" 2>/dev/null; }

# --- keys: a root, two officers, an authority for time stamps ---
ca() {		# ca NAME SUBJECT
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$out/$1.key" -out "$out/$1.crt" -days 7300 \
	    -subj "$2" -addext "keyUsage=critical,keyCertSign,cRLSign" 2>/dev/null
}
leaf() {	# leaf NAME SUBJECT CA EXTENSIONS KEY...
	local n=$1 s=$2 ca=$3 ext=$4; shift 4
	openssl req -new -nodes -keyout "$out/$n.key" -subj "$s" -out "$out/$n.csr" "$@" 2>/dev/null
	printf '%b' "$ext" >"$out/ext"
	openssl x509 -req -in "$out/$n.csr" -CA "$out/$ca.crt" -CAkey "$out/$ca.key" -CAcreateserial -days 3650 -extfile "$out/ext" -out "$out/$n.crt" 2>/dev/null
}
p256="-newkey ec -pkeyopt ec_paramgen_curve:P-256"
sign_ext='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
tsa_ext='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n'
if [ "$keys" != "$out" ]; then
	cp "$keys"/*.key "$keys"/*.crt "$keys/crl.pem" "$out/"
else
	ca root "/CN=Root/O=示例"
	ca other-root "/CN=Other Root"
	ca tsa-root "/CN=Time Root"
	# shellcheck disable=SC2086 # words
	{
		leaf officer "/CN=Officer" root "$sign_ext" $p256
		leaf stranger "/CN=Stranger" root "$sign_ext" $p256
		leaf tsa "/CN=Time Stamps" tsa-root "$tsa_ext" $p256
		leaf other-tsa "/CN=Other Time Stamps" other-root "$tsa_ext" $p256
	}
	leaf admin "/CN=Admin" root "$sign_ext" -newkey rsa:3072
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ncrlnumber=%s\ndefault_md=sha256\n' "$out/index" "$out/crlnumber" >"$out/ca.cnf"
	: >"$out/index"; echo 01 >"$out/crlnumber"
	openssl ca -config "$out/ca.cnf" -gencrl -keyfile "$out/root.key" -cert "$out/root.crt" -crldays 30 -out "$out/crl.pem" 2>/dev/null
	if [ -n "${MAKE_SM2:-}" ]; then
		openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out "$out/officer.key" 2>/dev/null
		openssl req -x509 -new -key "$out/officer.key" -sm3 -sigopt distid:1234567812345678 -days 3650 -subj "/CN=SM2 Officer" \
		    -addext "keyUsage=critical,digitalSignature,keyCertSign" -out "$out/officer.crt" 2>/dev/null
	fi
fi
fingerprint() { x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }

# --- content ---
salt() { openssl rand 16 | basenc --base64url | tr -d '=\n'; }
put() { printf '%s' "$2" >"$root/$1"; }
put bagit.txt "$(printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8')
"
put about/VERIFY.txt "how to verify
"
put about/FORMAT.txt "the format
"
records() {	# records FILE COUNT TEXT
	local i
	for ((i = 0; i < $2; i++)); do
		printf '{"_s":"%s","kind":"message","n":{"text":"%s %d"},"raw":{"a":[1,-2.5e3,true,null],"b":"\\u4f60\\n"}}\n' "$(salt)" "$3" "$i"
	done >"$root/$1"
}
records data/records/messages/000000.jsonl 5 "你好"
records data/records/messages/000001.jsonl 3 "hello"
records data/records/users/000000.jsonl 1 "谁"
put data/files/000000/000000001.txt "an attachment
"
head -c 1500 /dev/zero | tr '\0' 'x' >"$root/data/files/000000/000000002"
: >"$root/data/views/empty.csv"
put data/views/messages.csv "a,b
1,2
"
payload="data/records/messages/000000.jsonl data/files/000000/000000001.txt data/records/users/000000.jsonl data/records/messages/000001.jsonl
data/files/000000/000000002 data/views/messages.csv data/views/empty.csv"

sum() {		# sum ALG FILE
	if [ "$1" = sm3 ]; then openssl dgst -sm3 -r "$2" | cut -d' ' -f1; else "$1sum" "$2" | cut -d' ' -f1; fi
}
lines() {	# lines ALG FILE...
	local alg=$1 f; shift
	for f; do printf '%s  %s\n' "$(cd "$root" && sum "$alg" "$f")" "$f"; done
}
# shellcheck disable=SC2086
for a in $algs; do lines "$a" $payload >"$root/manifest-$a.txt"; done

# RFC 9162 2.1.1, by its recursive definition, on hexadecimal hashes
hex() { printf '%s' "$1" | xxd -r -p; }
node() { { printf '\1'; hex "$1"; hex "$2"; } | sha256sum | cut -c1-64; }
tree() {
	local k=1
	if [ $# = 1 ]; then echo "$1"; return; fi
	while [ $((k * 2)) -lt $# ]; do k=$((k * 2)); done
	node "$(tree "${@:1:k}")" "$(tree "${@:k+1}")"
}
segment() {
	local leaves=() line
	while IFS= read -r line; do leaves+=("$({ printf '\0'; printf '%s' "$line"; } | sha256sum | cut -c1-64)"); done <"$root/$1"
	printf '%s\t%d\t%s\n' "$(tree "${leaves[@]}")" "${#leaves[@]}" "$1"
}
for f in $payload; do case $f in data/records/*) segment "$f";; esac; done >"$root/record-segments.tsv"
octets=0 files=0
for f in $payload; do octets=$((octets + $(stat -c %s "$root/$f"))); files=$((files + 1)); done
cat >"$root/bag-info.txt" <<END
Source-Organization: 示例集团
External-Identifier: $name
Bagging-Date: $day
Payload-Oxum: $octets.$files
Bag-Group-Identifier: run-1
Bag-Count: 1 of 1
Software: make_archive
END
manifests= tagmanifests=
for a in $algs; do manifests="$manifests manifest-$a.txt"; tagmanifests="$tagmanifests tagmanifest-$a.txt"; done
# shellcheck disable=SC2086
for a in $algs; do
	lines "$a" bagit.txt about/VERIFY.txt about/FORMAT.txt $manifests record-segments.tsv bag-info.txt >"$root/tagmanifest-$a.txt"
done

# --- seal ---
kind=cms; [ -n "${MAKE_SM2:-}" ] && kind=sm2
{
	printf 'Format: custody/1\nChain: urn:uuid:01234567-89ab-cdef-0123-456789abcdef\nSequence: 1\nPrevious: none\n'
	printf 'Archive: %s\nSealed-At: 2026-11-22T02:00:00Z\nCovers: 2026-01-01T00:00:00Z/2026-11-22T00:00:00Z\n' $name
	printf 'Payload: %s.%s\nRecords: 9\nGaps: 0\n' $octets $files
	for a in $algs; do printf 'Tagmanifest: %s:%s\n' "$a" "$(sum "$a" "$root/tagmanifest-$a.txt")"; done
	printf 'Signer: administrator cms sha256:%s\n' "$(fingerprint "$out/admin.crt")"
	printf 'Signer: compliance-officer %s sha256:%s\n' $kind "$(fingerprint "$out/officer.crt")"
} >"$root/seal/seal.txt"
cms() {		# cms NAME FILE OPTIONS...
	local n=$1 f=$2; shift 2
	openssl cms -sign -binary -cades -nosmimecap -md sha256 -in "$root/seal/seal.txt" -signer "$out/$n.crt" -inkey "$out/$n.key" \
	    -outform DER -out "$f" "$@" 2>/dev/null
}
cms admin "$root/seal/administrator.p7s" -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest
signatures="administrator.p7s"
if [ $kind = sm2 ]; then
	openssl dgst -sm3 -sign "$out/officer.key" -sigopt distid:1234567812345678 -out "$root/seal/compliance-officer.sm2sig" "$root/seal/seal.txt"
	x509 -in "$out/officer.crt" -out "$root/seal/compliance-officer.crt.pem"
	signatures="$signatures compliance-officer.sm2sig compliance-officer.crt.pem"
else
	cms officer "$root/seal/compliance-officer.p7s"
	signatures="$signatures compliance-officer.p7s"
fi
openssl crl -in "$out/crl.pem" -out "$root/seal/01.crl.pem"
(cd "$root/seal" && for f in seal.txt $signatures 01.crl.pem; do sha256sum "$f"; done) >"$root/seal/sha256sums.txt"
stamp() {	# stamp TSA DATA REPLY
	openssl ts -query -data "$2" -sha256 -cert -out "$out/q.tsq" 2>/dev/null
	printf '[tsa]\ndefault_tsa=t\n[t]\nserial=%s\nsigner_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\ness_cert_id_alg=sha256\n' "$out/tsa.srl" >"$out/tsa.cnf"
	openssl ts -reply -config "$out/tsa.cnf" -queryfile "$out/q.tsq" -signer "$out/$1.crt" -inkey "$out/$1.key" -out "$3" 2>/dev/null
}
[ -e "$out/tsa.srl" ] || echo 01 >"$out/tsa.srl"
stamp tsa "$root/seal/sha256sums.txt" "$root/seal/sha256sums.txt.tsr"
stamp other-tsa "$root/seal/sha256sums.txt" "$out/other.tsr"
stamp tsa "$root/bagit.txt" "$out/other-data.tsr"
cms stranger "$out/stranger.p7s"
cms admin "$out/admin-again.p7s" -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest

# --- tar, header by header ---
pad() { local n=$(( (512 - $1 % 512) % 512 )); [ $n = 0 ] || head -c $n /dev/zero; }
field() { printf '%s' "$1"; head -c $(($2 - ${#1})) /dev/zero; }
header() {	# header PATH SIZE
	local sum before after
	before() { field "$1" 100; field "000644 " 8; field "000000 " 8; field "000000 " 8; printf '%011o %011o ' "$2" "$mtime"; }
	after() { printf 0; head -c 100 /dev/zero; printf 'ustar\00000'; head -c 64 /dev/zero; field "000000 " 8; field "000000 " 8; head -c 167 /dev/zero; }
	sum=$({ before "$1" "$2"; printf '        '; after; } | od -An -v -tu1 | awk '{ for (i = 1; i <= NF; i++) s += $i } END { printf "%d", s }')
	before "$1" "$2"; printf '%06o\0 ' "$sum"; after
}
entry() { header "$name/$1" "$(stat -c %s "$root/$1")"; cat "$root/$1"; pad "$(stat -c %s "$root/$1")"; }
order="bagit.txt about/VERIFY.txt about/FORMAT.txt $payload $manifests record-segments.tsv bag-info.txt $tagmanifests seal/seal.txt"
for f in $signatures 01.crl.pem sha256sums.txt sha256sums.txt.tsr; do order="$order seal/$f"; done
# shellcheck disable=SC2086
printf '%s\n' $order >"$out/order"
for f in $order; do entry "$f"; done >"$out/a.tar"
head -c 1024 /dev/zero >>"$out/a.tar"

# --- gzip: members cut anywhere, the ten fixed header bytes ---
member() { printf '\037\213\010\0\0\0\0\0\0\377'; gzip -n -6 | tail -c +11; }
size=$(stat -c %s "$out/a.tar")
{
	head -c 700 "$out/a.tar" | member
	tail -c +701 "$out/a.tar" | head -c 5000 | member
	tail -c +5701 "$out/a.tar" | head -c 1 | member
	tail -c +5702 "$out/a.tar" | member
} >"$out/a.tar.gz"
[ "$(gzip -dc "$out/a.tar.gz" | wc -c)" = "$size" ] || say "the members do not give the tar back"

# --- trust ---
cat "$out/root.crt" >"$out/roots.pem"
[ $kind = cms ] || cat "$out/officer.crt" >>"$out/roots.pem"
cp "$out/tsa-root.crt" "$out/tsa-roots.pem"
cat >"$out/trust.conf" <<END
[trust]
chain = urn:uuid:01234567-89ab-cdef-0123-456789abcdef
roots = roots.pem
tsa_roots = tsa-roots.pem
roles = administrator, compliance-officer
[role administrator]
cert = sha256:$(fingerprint "$out/admin.crt")
[role compliance-officer]
cert = file:officer.crt
END
