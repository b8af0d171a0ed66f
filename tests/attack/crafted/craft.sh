# craft.sh: sourced; makes one archive after the plan of make_archive.sh, with an attacker's hand in every stage of it.
#
# ${good}: the directory of make_archive.sh with pki.sh; ${work}: an empty directory; the archive becomes ${work}/a.tar, its trust ${work}/trust.conf.
# craft [STAGE CODE]...: CODE is run as shell text at its stage, in the root directory of the tree, with the variables below.
#	plan	before anything: the variables		payload	the payload stands: change it
#	tags	manifests, segments, bag-info stand	tagm	the tag manifests stand
#	seal	seal.txt stands				sign	signatures and CRLs stand
#	sums	seal/sha256sums.txt stands		stamp	tokens stand
#	order	the list of entries, "order"		tar	a.tar stands (cwd: work)
#	trust	trust.conf stands (cwd: work)
export LC_ALL=C TZ=UTC
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
der() { "$here/der.pl" "$@"; }
A=seal/administrator.p7s O=seal/compliance-officer.p7s S=seal/sha256sums.txt T=seal/sha256sums.txt.tsr R=seal/seal.txt
M0=data/records/messages/000000.jsonl M1=data/records/messages/000001.jsonl U0=data/records/users/000000.jsonl
F1=data/files/000000/000000001.txt F2=data/files/000000/000000002 V1=data/views/messages.csv V2=data/views/empty.csv

edit() { sed -i "$1" "$2"; }
sum() { case $1 in sm3) cksum -a sm3 --untagged "${@:2}";; *) "$1sum" "${@:2}";; esac; }
der_of() { openssl x509 -in "$good/$1.crt" -outform DER; }
fingerprint() { der_of "$1" | sha256sum | cut -c1-64; }
cms() {		# cms KEY FILE [OPTIONS]: sign seal.txt as the format wants it, or, with options, as they say
	local k=$1 f=$2; shift 2
	if [ $# = 0 ]; then
		set -- -cades -nosmimecap -md sha256
		if openssl pkey -in "$good/$k.key" -noout -text 2>/dev/null | head -1 | grep -q 'bit, 2 primes'; then set -- "$@" -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest; fi
		[ -z "${md:-}" ] || set -- "${@/sha256/$md}"
	fi
	openssl cms -sign -binary -in "${text:-$R}" -signer "$good/$k.crt" -inkey "$good/$k.key" -outform DER -out "$f" "$@" 2>/dev/null
}
pss="-keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:digest"
# resign KEY FILE [DIGEST]: the one signer's signature anew over its signed attributes, which were edited; ECDSA or RSA PKCS #1
resign() {
	local si=1.0.4; [ "$(der get "$2" 1.0.3 | head -c 1 | xxd -p)" = 31 ] && si=1.0.3
	{ printf '\061'; der get "$2" $si.0.3 | tail -c +2; } >"$work/attrs"
	openssl dgst "-${3:-sha256}" -sign "$good/$1.key" -out "$work/value" "$work/attrs"
	der put "$2" $si.0.5 "$(tlv 04 "$(xxd -p "$work/value" | tr -d '\n')")"
}
# restamp KEY FILE: the same for a token whose TSTInfo was edited
restamp() {
	local si=1.1.0.4.0 i n
	n=$(der count "$2" $si.3)
	for ((i = 0; i < n; i++)); do [ "$(der get "$2" $si.3.$i.0 | xxd -p)" != 06092a864886f70d010904 ] || break; done
	der put "$2" $si.3.$i.1.0 "0420$(der body "$2" 1.1.0.2.1.0 | sha256sum | cut -c1-64)"
	{ printf '\061'; der get "$2" $si.3 | tail -c +2; } >"$work/attrs"
	openssl dgst -sha256 -sign "$good/$1.key" -out "$work/value" "$work/attrs"
	der put "$2" $si.5 "$(tlv 04 "$(xxd -p "$work/value" | tr -d '\n')")"
}
# as KEY: the token of "tsa" in $T becomes one of KEY, which "openssl ts" would refuse to make
as() {
	local i n
	der put $T 1.1.0.3.0 "$(der_of "$1" | xxd -p | tr -d '\n')"
	der_of "$1" >"$work/cert"
	der put $T 1.1.0.4.0.1.0 "$(der get "$work/cert" 0.3 | xxd -p | tr -d '\n')"
	der put $T 1.1.0.4.0.1.1 "$(der get "$work/cert" 0.1 | xxd -p | tr -d '\n')"
	n=$(der count $T 1.1.0.4.0.3)
	for ((i = 0; i < n; i++)); do
		[ "$(der get $T 1.1.0.4.0.3.$i.0 | xxd -p)" != 060b2a864886f70d010910022f ] ||
			der put $T 1.1.0.4.0.3.$i.1.0 "$(tlv 30 "$(tlv 30 "$(tlv 30 "0420$(fingerprint "$1")")")")"
	done
	restamp "$1" $T
}
tlv() {		# tlv TAG HEX
	local n=$((${#2} / 2))
	if [ $n -lt 128 ]; then printf '%s%02x%s' "$1" $n "$2"; elif [ $n -lt 256 ]; then printf '%s81%02x%s' "$1" $n "$2"; else printf '%s82%04x%s' "$1" $n "$2"; fi
}
stamp() {	# stamp KEY DATA REPLY [TIME [DIGEST]]
	local at=${4:-now} d=${5:-sha256}
	printf '[tsa]\ndefault_tsa=t\n[t]\nserial=%s\nsigner_digest=%s\ndefault_policy=1.2.3.4\ndigests=sha1,sha256,sha384,sha512\ness_cert_id_alg=sha256\n' "$work/tsa.srl" "${6:-sha256}" >"$work/tsa.cnf"
	[ -e "$work/tsa.srl" ] || echo 01 >"$work/tsa.srl"
	openssl ts -query -data "$2" "-$d" -cert -out "$work/q.tsq" 2>/dev/null
	set -- openssl ts -reply -config "$work/tsa.cnf" -queryfile "$work/q.tsq" -signer "$good/$1.crt" -inkey "$good/$1.key" -out "$3"
	if [ "$at" = now ]; then "$@" 2>/dev/null; else faketime "$(date -d "$at" '+%Y-%m-%d %H:%M:%S')" "$@" 2>/dev/null; fi
}
hex() { printf '%s' "$1" | xxd -r -p; }
node() { { printf '\1'; hex "$1"; hex "$2"; } | sha256sum | cut -c1-64; }
tree() {	# RFC 9162 2.1.1
	local k=1
	if [ $# = 1 ]; then echo "$1"; return; fi
	while [ $((k * 2)) -lt $# ]; do k=$((k * 2)); done
	node "$(tree "${@:1:k}")" "$(tree "${@:k+1}")"
}
segment() {	# segment FILE: its line of record-segments.tsv
	local leaves=() line
	if cmp -s "$1" "$good/parts/demo-00000001/$1"; then grep "	$1\$" "$good/parts/demo-00000001/record-segments.tsv"; return; fi
	while IFS= read -r line || [ -n "$line" ]; do leaves+=("$({ printf '\0'; printf '%s' "$line"; } | sha256sum | cut -c1-64)"); done <"$1"
	[ ${#leaves[@]} = 0 ] || printf '%s\t%d\t%s\n' "$(tree "${leaves[@]}")" "${#leaves[@]}" "$1"
}

stage() {	# stage NAME: the hooks of this name, in order
	local i
	for ((i = 0; i < ${#hooks[@]}; i += 2)); do
		[ "${hooks[i]}" != "$1" ] || eval "${hooks[i+1]}"
	done
}
craft() {
	local hooks=("$@") f a role kind key by g=$good/parts/demo-00000001 chain=urn:uuid:01234567-89ab-cdef-0123-456789abcdef octets files
	local name=demo-00000001 day=2026-11-22 algs=sha256 seq=1 previous="Previous: none" gaps=0 count=9 text='' md='' bag_more='' encryption=''
	local covers=2026-01-01T00:00:00Z/2026-11-22T00:00:00Z sealed=2026-11-22T02:00:00Z crls=crl pems='' tsas=tsa
	local payload="$M0 $F1 $U0 $M1 $F2 $V1 $V2" segments='' signatures='' order='' manifests='' tagmanifests='' sums_more='' tokens=''
	# role, kind, certificate of the Signer line, key that signs
	local signers="administrator cms admin admin
compliance-officer cms officer officer"
	local accept='' required='administrator, compliance-officer' roots='root' tsa_roots='tsa-root' trust_more=''
	stage plan
	[ -n "$accept" ] || accept=$(awk '{ print $1, $3 }' <<<"$signers")
	root=$work/$name
	cp -r "$g" "$root"
	rm -rf "${root:?}"/seal "$root"/*manifest-*.txt
	mkdir "$root/seal"
	cd "$root"
	stage payload
	for a in $algs; do
		# shellcheck disable=SC2086 # words
		sum "$a" $payload >"manifest-$a.txt"; manifests="$manifests manifest-$a.txt" tagmanifests="$tagmanifests tagmanifest-$a.txt"
	done
	[ -n "$segments" ] || for f in $payload; do case $f in data/records/*.jsonl) segment "$f";; esac; done >record-segments.tsv
	count=$(awk '{ n += $2 } END { print n + 0 }' record-segments.tsv)
	# shellcheck disable=SC2086
	octets=$(cat $payload | wc -c) files=$(wc -w <<<"$payload")
	printf 'Source-Organization: 示例集团\nExternal-Identifier: %s\nBagging-Date: %s\nPayload-Oxum: %s\nBag-Group-Identifier: run-1\nBag-Count: 1 of 1\n%sSoftware: make_archive\n' \
	    "$name" "$day" "$octets.$files" "$bag_more" >bag-info.txt
	stage tags
	# shellcheck disable=SC2086
	for a in $algs; do sum "$a" bagit.txt about/VERIFY.txt about/FORMAT.txt $manifests record-segments.tsv bag-info.txt >"tagmanifest-$a.txt"; done
	stage tagm
	{
		printf 'Format: custody/1\nChain: %s\nSequence: %s\n%s\nArchive: %s\nSealed-At: %s\nCovers: %s\n' "$chain" "$seq" "$previous" "$name" "$sealed" "$covers"
		printf 'Payload: %s.%s\nRecords: %s\nGaps: %s\n' "$octets" "$files" "${count:-0}" "$gaps"
		for a in $algs; do printf 'Tagmanifest: %s:%s\n' "$a" "$(sum "$a" "tagmanifest-$a.txt" | cut -d' ' -f1)"; done
		while read -r role kind key by; do printf 'Signer: %s %s sha256:%s\n' "$role" "$kind" "$(fingerprint "$key")"; done <<<"$signers"
	} >$R
	stage seal
	while read -r role kind key by; do
		f=seal/$role.p7s
		if [ "$kind" = sm2 ]; then
			openssl dgst -sm3 -sign "$good/$by.key" -sigopt distid:1234567812345678 -out "seal/$role.sm2sig" $R
			openssl x509 -in "$good/$key.crt" -out "seal/$role.crt.pem"
			signatures="$signatures $role.sm2sig $role.crt.pem"
			continue
		fi
		signatures="$signatures $role.p7s"
		if cmp -s $R "$g/$R" && [ "$key $by" = "admin admin" ] || { cmp -s $R "$g/$R" && [ "$key $by" = "officer officer" ]; }; then
			cp "$g/$f" "$f"
		else
			cms "$by" "$f"
		fi
	done <<<"$signers"
	local n=1
	for a in $crls; do openssl crl -in "$good/$a.pem" -out "seal/0$n.crl.pem"; pems="$pems 0$n.crl.pem"; n=$((n + 1)); done
	stage sign
	# shellcheck disable=SC2086
	(cd seal && sha256sum seal.txt $signatures $pems) >$S
	stage sums
	n=1
	for a in $tsas; do
		f=sha256sums.txt$([ $n = 1 ] || echo .$n).tsr
		if cmp -s $S "$g/$S" && [ "$a" = tsa ]; then cp "$g/$T" "seal/$f"; else stamp "$a" $S "seal/$f"; fi
		tokens="$tokens $f" n=$((n + 1))
	done
	stage stamp
	order="bagit.txt about/VERIFY.txt about/FORMAT.txt $payload $manifests record-segments.tsv bag-info.txt $tagmanifests seal/seal.txt"
	for f in $signatures $pems $sums_more sha256sums.txt $tokens; do order="$order seal/$f"; done
	order=$(tr -s ' \n' '\n' <<<"$order")
	stage order
	"$here/pack.pl" "$root" "$name" "$(date -d "$day" +%s)" <<<"$order" >"$work/a.tar"
	cd "$work"
	stage tar
	: >"$work/roots.pem"
	for f in $roots; do cat "$good/$f.crt" >>roots.pem; done
	: >"$work/tsa-roots.pem"
	for f in $tsa_roots; do cat "$good/$f.crt" >>tsa-roots.pem; done
	{
		printf '[trust]\nchain = urn:uuid:01234567-89ab-cdef-0123-456789abcdef\nroots = roots.pem\ntsa_roots = tsa-roots.pem\nroles = %s\n%s' "$required" "$trust_more"
		while read -r role key; do printf '[role %s]\ncert = sha256:%s\n' "$role" "$(fingerprint "$key")"; done <<<"$accept"
	} >trust.conf
	stage trust
}
