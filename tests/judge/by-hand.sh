#!/usr/bin/env bash
# by-hand.sh [-r RENEWAL] ARCHIVE TRUST-DIR [KEY CERT]: a verifier in shell, written from the format's description alone: tar, sha256sum, cksum, grep, jq and openssl.
# TRUST-DIR holds roots.pem and tsa-roots.pem, and perhaps trust.conf (chain, roles, cert = …, token = optional).
# KEY CERT: of a recipient; encrypted content is then opened with openssl and gzip, and held against roots and records.
# RENEWAL: a later archive of the chain that may vouch for it, where an authority's certificate has ended.
# Last line and exit status: 0 verified by hand, 1 INVALID: why, 2 INDETERMINATE: why.  It is less strict than the program where these tools are:
# it must never say worse of an archive than the program does.
set -uo pipefail
renewal=
[ "$1" = -r ] && { renewal=$(readlink -f "$2"); shift 2; }
archive=$(readlink -f "$1") trust=$(readlink -f "$2") key=${3:+$(readlink -f "$3")} cert=${4:+$(readlink -f "$4")} self=$(readlink -f "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 3
export PATH=/usr/bin:/bin LC_ALL=C TZ=UTC
command -v custody >/dev/null && { echo "custody is on the path: this test must not see it"; exit 3; }

unsure=
bad() { echo "INVALID: $*"; exit 1; }
maybe() { unsure=${unsure:-$*}; }
whole() { grep -zqP "\\A$2\\z" "$1"; }		# the whole file matches
sums() { if [ "$1" = sm3 ]; then xargs -r -d '\n' cksum -a sm3 --untagged; else xargs -r -d '\n' "$1sum"; fi; }

# --- the container ---
tar --numeric-owner --full-time -tvf "$archive" >list 2>err || bad "tar cannot read it: $(tail -1 err)"
tar -tf "$archive" >paths 2>/dev/null
[ -s paths ] || bad "no entries"
grep -vq '^-rw-r--r-- 0/0 ' list && bad "not only regular files of mode 0644 and owner 0"
awk '{ print $4, $5 }' list | sort -u >times
[ "$(wc -l <times)" = 1 ] && grep -q ' 00:00:00$' times || bad "the entries have several times, or not the beginning of a day"
[ -z "$(sort -f paths | uniq -di)" ] || bad "a path comes twice"
awk 'length > 100' paths | grep -q . && bad "a path is longer than 100 octets"
grep -qvE '^([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_-])?/)+[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_-])?$' paths && bad "a path that is not allowed"
grep -qiE '(^|/)(con|nul|aux|prn|com[0-9]|lpt[0-9])(\.|/|$)' paths && bad "a device name in a path"
name=$(head -1 paths); name=${name%%/*}
[[ $name =~ ^[a-z0-9][a-z0-9-]{0,15}-([0-9]{8}|[1-9][0-9]{8,})$ ]] || bad "the root directory is no archive name"
grep -qv "^$name/" paths && bad "an entry outside of the root directory"
cut -d/ -f2- paths >entries
mkdir x && tar -xf "$archive" -C x 2>err || bad "tar cannot unpack it"
cd "x/$name" || exit 3
list=../../entries

# --- every entry in its row, the rows in their order ---
awk '	/^bagit\.txt$/ { print 1; next } /^about\/VERIFY\.txt$/ { print 2; next } /^about\/FORMAT\.txt$/ { print 3; next }
	/^data\/(records\/[a-z][a-z0-9-]*\/[0-9][0-9][0-9][0-9][0-9][0-9]\.jsonl|files\/[0-9]+\/[0-9]+(\.[a-z0-9]+)?|(views|report)\/.*)(\.gz\.[0-9][0-9][0-9][0-9]\.cms)?$/ { print 4; next }
	/^manifest-sha256\.txt$/ { print 5; next } /^manifest-sha512\.txt$/ { print 6; next } /^manifest-sm3\.txt$/ { print 7; next }
	/^record-segments\.tsv$/ { print 8; next } /^bag-info\.txt$/ { print 9; next }
	/^tagmanifest-sha256\.txt$/ { print 10; next } /^tagmanifest-sha512\.txt$/ { print 11; next } /^tagmanifest-sm3\.txt$/ { print 12; next }
	/^seal\/seal\.txt$/ { print 13; next } /^seal\/[0-9][0-9]\.cr[lt]\.pem$/ { print 15; next }
	/^seal\/sha256sums\.txt$/ { print 16; next } /^seal\/sha256sums\.txt\.tsr$/ { print 17; next }
	/^seal\/sha256sums\.txt\.[2-9]\.tsr$/ { print 16 + substr($0, length - 4, 1); next } /^seal\/[^\/]*$/ { print 14; next } { print 0; exit }' $list >../../rows
grep -q '^0$' ../../rows && bad "a file that has no place"
sort -nc ../../rows 2>/dev/null || bad "files in another order"
for row in 1 2 3 4 5 8 9 10 13 14 16; do grep -qx $row ../../rows || bad "row $row of the format is missing"; done
[ "$(grep -v '^4$\|^14$\|^15$' ../../rows | uniq -d)" = "" ] || bad "a row that comes once comes twice"
awk '$1 > 16 && $1 != 17 + n++ { exit 1 }' ../../rows || bad "tokens are not numbered without gap"
grep -E '^data/' $list >../../payload
sed -E 's/\.gz\.[0-9]{4}\.cms$//' ../../payload | uniq >../../plain
sort -f ../../plain | uniq -di | grep -q . && bad "a file plain and encrypted, or parts apart"
awk -F/ '/^data\/files/ { n = substr($4, 1, 9) + 0; if (n != ++k || $3 + 0 != int(n / 1000)) exit 1 }' ../../plain || bad "attachments are not numbered from 1"
awk -F/ '/^data\/records/ { if (substr($4, 1, 6) + 0 != 0 + k[$3]++) exit 1 }' ../../plain || bad "segments are not numbered from 0"
awk 'match($0, /\.gz\.[0-9][0-9][0-9][0-9]\.cms$/) { p = substr($0, 1, RSTART - 1); n = substr($0, RSTART + 4, 4) + 0; if (p != last) k = 0; if (n != k + 1) exit 1; last = p; k = n }' \
    ../../payload || bad "a part of an encrypted file is missing"
encrypted=$(grep -cE '\.gz\.[0-9]{4}\.cms$' ../../payload)
[ "$encrypted" = 0 ] || [ "$encrypted" = "$(wc -l <../../payload)" ] || bad "some files are encrypted, others not"

# --- manifests, byte for byte ---
algs=$(sed -n 's/^manifest-\(.*\)\.txt$/\1/p' $list | tr '\n' ' ')
[ "$algs" = "$(sed -n 's/^tagmanifest-\(.*\)\.txt$/\1/p' $list | tr '\n' ' ')" ] || bad "manifests and tag manifests of different algorithms"
for a in $algs; do
	sums "$a" <../../payload | cmp -s - "manifest-$a.txt" || bad "manifest-$a.txt is not what the files give"
	grep -xE 'bagit.txt|about/.*|manifest-.*|record-segments.tsv|bag-info.txt' $list | sums "$a" | cmp -s - "tagmanifest-$a.txt" || bad "tagmanifest-$a.txt is not what the files give"
done
(cd seal && sed -n 's,^seal/,,p' ../$list | grep -v '^sha256sums' | sums sha256 | cmp -s - sha256sums.txt) || bad "seal/sha256sums.txt is not what the files give"
whole bagit.txt 'BagIt-Version: 1\.0\nTag-File-Character-Encoding: UTF-8\n' || bad "bagit.txt"
oxum=$(xargs -r -d '\n' cat <../../payload | wc -c).$(wc -l <../../payload)
day=$(cut -d' ' -f1 ../../times)
N='(0|[1-9][0-9]*)' V='[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?'
whole bag-info.txt "Source-Organization: $V\nExternal-Identifier: $name\nBagging-Date: $day\nPayload-Oxum: ${oxum/./\\.}\nBag-Group-Identifier: $V\nBag-Count: [1-9][0-9]* of ([1-9][0-9]*|\?)\n([A-Za-z0-9-]+: $V\n)*" ||
	bad "bag-info.txt"
iconv -f UTF-8 -t UTF-16 bag-info.txt >/dev/null 2>&1 || bad "bag-info.txt is not UTF-8"
if [ "$encrypted" -gt 0 ]; then
	grep -q '^Encryption: ' bag-info.txt || bad "encrypted, and bag-info.txt does not say so"
	grep -qx 'Encryption: cms-auth-enveloped aes-256-gcm gzip part=67108864' bag-info.txt || maybe "an unknown kind of encryption"
	[ "$(grep -xE 'Encryption-Recipient: sha256:[0-9a-f]{64}' bag-info.txt | sort -u | wc -l)" -ge 2 ] || bad "fewer than two recipients"
else
	grep -q '^Encryption: ' bag-info.txt && bad "bag-info.txt speaks of encryption, and nothing is encrypted"
fi

# --- encrypted parts: their form, which needs no key; with one, their content ---
form() {	# form PART: one line per element of its ASN.1: offset, depth, octets of its header, length, cons or prim, type and value
	openssl asn1parse -inform DER -in "$1" 2>/dev/null | sed -E 's/^ *([0-9]+):d=([0-9]+) +hl=([0-9]+) +l= *([0-9a-z]+) +(cons|prim): +(.*[^ ]) *$/\1 \2 \3 \4 \5 \6/'
}
part() {	# part SIZE <FORM: prints its number of recipients and the length of its ciphertext, or nothing
	awk -v size="$1" '
	$4 == "inf" { exit 1 }
	NR == 1 { if ($3 + $4 != size) exit 1; next }
	$2 == 0 { exit 1 }
	$2 == 1 { if (++one == 1 ? $0 !~ /OBJECT +:id-smime-ct-authEnvelopedData$/ : one != 2 || $0 !~ /cont \[ 0 \]$/) exit 1 }
	$2 == 3 { n++; t = substr($0, index($0, $5) + 5); gsub(/ /, "", t); if (t !~ (n == 1 ? "^INTEGER:00$" : n == 2 ? "^SET$" : n == 3 ? "^SEQUENCE$" : n == 4 ? "^OCTETSTRING" : "^$")) exit 1
		if (n == 4 && $4 != 16) exit 1 }
	n == 2 && $2 == 4 { to++; rsa = $0 ~ /cons SEQUENCE$/; if (!rsa && $0 !~ /cons cont \[ 1 \]$/) exit 1 }
	n == 2 && rsa && $2 == 5 && /OCTET STRING/ { if ($4 < 384) exit 1 }
	n == 2 && rsa && $2 == 6 && /OBJECT/ { if ($0 !~ /:rsaesOaep$/) exit 1 }
	n == 2 && /:sha1$/ { exit 1 }
	n == 3 && $2 == 4 { if (++c == 1 ? $0 !~ /:pkcs7-data$/ : c == 2 ? $0 !~ /SEQUENCE$/ : c != 3 || $0 !~ /prim cont \[ 0 \]$/) exit 1; cipher = $4 }
	n == 3 && $2 == 5 { if (++d == 1 ? $0 !~ /:aes-256-gcm$/ : d != 2 || $0 !~ /SEQUENCE$/) exit 1 }
	n == 3 && $2 == 6 { if (++g == 1 ? $0 !~ /OCTET STRING/ || $4 != 12 : g != 2 || $0 !~ /INTEGER +:10$/) exit 1 }
	END { if (n == 4 && c == 3 && g == 2) print to, cipher }'
}
opened=
if [ "$encrypted" -gt 0 ]; then
	to=$(grep -c '^Encryption-Recipient: ' bag-info.txt) short=
	while read -r p; do
		read -r n cipher < <(form "$p" | part "$(stat -c %s "$p")") || bad "$p: not the form of an encrypted part"
		[ "$n" = "$to" ] || bad "$p: $n recipients, bag-info.txt names $to"
		[ "$cipher" -gt 0 ] && [ "$cipher" -le 67108864 ] || bad "$p: $cipher octets"
		case $p in *.gz.0001.cms) ;; *) [ -z "$short" ] || bad "$p: follows a part that is not full";; esac
		[ "$cipher" = 67108864 ] && short= || short=1
	done <../../payload
	if [ -n "$key" ]; then
		grep -qx "Encryption-Recipient: sha256:$(openssl x509 -in "$cert" -outform DER | sha256sum | cut -c1-64)" bag-info.txt && named=1 || named=
		opened=1
		while read -r f; do
			: >../../cannot
			for p in "$f".gz.[0-9]*.cms; do
				openssl cms -decrypt -binary -inform DER -in "$p" -recip "$cert" -inkey "$key" 2>/dev/null || { echo "$p" >../../cannot; break; }
			done | gzip -dc >"$f" 2>/dev/null
			zipped=${PIPESTATUS[1]}
			if [ -s ../../cannot ]; then
				[ -n "$named" ] && bad "$(cat ../../cannot): cannot be opened with the key of its recipient"
				maybe "not encrypted for this key"; opened=; break
			fi
			[ -n "$named" ] || maybe "$f: opened with a certificate that bag-info.txt does not name"
			[ "$zipped" = 0 ] || bad "$f: not one whole gzip stream"
		done <../../plain
	fi
fi
if [ -n "$opened" ] && grep -q '^data/files/' ../../plain; then
	# jq refuses a high surrogate before another escape, which a platform may send and an archive must keep.
	if grep '^data/records/' ../../plain | xargs -r -d '\n' cat | perl -pe 's/(?<!\\)((?:\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])/$1\\ufffd/g' |
	    jq -r 'select(.kind == "file" and .n.path != null) | .n.sha256 + "  " + .n.path' >../../claims 2>/dev/null; then
		sha256sum -c --strict --quiet ../../claims >/dev/null 2>&1 || bad "a record says another sha256 of its file"
		grep '^data/files/' ../../plain | sort | cmp -s - <(cut -c67- ../../claims | sort -u) || maybe "a file that no record names"
	else maybe "records that jq cannot read"; fi
fi

# --- records ---
sed -n '/^data\/records\//p' ../../plain | cmp -s - <(cut -f3 record-segments.tsv) || bad "record-segments.tsv does not list the segments"
[ ! -s record-segments.tsv ] || whole record-segments.tsv '([0-9a-f]{64}\t[1-9][0-9]*\tdata/[^\n]*\n)*' || bad "record-segments.tsv"
hex() { printf '%s' "$1" | xxd -r -p; }
node() { { printf '\1'; hex "$1"; hex "$2"; } | sha256sum | cut -c1-64; }
tree() {
	local k=1
	[ $# != 1 ] || { echo "$1"; return; }
	while [ $((k * 2)) -lt $# ]; do k=$((k * 2)); done
	node "$(tree "${@:1:k}")" "$(tree "${@:k+1}")"
}
while [ "$encrypted" = 0 ] || [ -n "$opened" ] && IFS=$'\t' read -r root count path; do
	[ "$(wc -l <"$path")" = "$count" ] && [ "$(tail -c 1 "$path" | xxd -p)" = 0a ] && [ "$count" -le 65536 ] || bad "$path: number of lines"
	grep -qvaE '^\{"_s":"[A-Za-z0-9_-]{21}[AQgw]"[,}]' "$path" && bad "$path: a record without its salt"
	grep -qP '[\x00-\x09\x0b-\x1f]' "$path" && bad "$path: a control character"
	iconv -f UTF-8 -t UTF-16 "$path" >/dev/null 2>&1 || bad "$path: not UTF-8"
	[ "$count" -le 64 ] || continue		# the rest of this loop is slow
	leaves=()
	while IFS= read -r line; do leaves+=("$({ printf '\0'; printf '%s' "$line"; } | sha256sum | cut -c1-64)"); done <"$path"
	[ "$(tree "${leaves[@]}")" = "$root" ] || bad "$path: its root"
done <record-segments.tsv
records=$(awk '{ n += $2 } END { print n + 0 }' record-segments.tsv)

# --- the seal ---
seal=seal/seal.txt
field() { sed -n "s/^$1: //p" $seal; }
LC_ALL=C grep -qP '[^\x20-\x7e]' $seal && bad "seal.txt: not printable ASCII"
if head -1 $seal | grep -qxE 'Format: custody/([2-9]|[1-9][0-9]+)'; then
	echo "INDETERMINATE: $(head -1 $seal)"; exit 2
fi
H='([a-z0-9-]+:[0-9a-f]+)' D='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z'
whole $seal "Format: custody/1\nChain: urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\nSequence: [1-9][0-9]*\n(Previous: none\n|(Previous: $H\n)+)Archive: $name\nSealed-At: $D\nCovers: $D/$D\nPayload: ${oxum/./\\.}\nRecords: $records\nGaps: $N\n(Tagmanifest: $H\n)+(Signer: [a-z][a-z0-9-]{0,31} [a-z0-9]+ sha256:[0-9a-f]{64}\n)+" ||
	bad "seal.txt is not as the format demands, or not of this content"
seq=$(field Sequence)
[ "$((10#${name##*-}))" = "$seq" ] || bad "Sequence and Archive differ"
[ "$seq" = 1 ] && [ "$(field Previous)" != none ] && bad "a Previous in the first archive"
[ "$seq" != 1 ] && { [ "$(field Previous)" != none ] && [ "$(field Previous | cut -d: -f1)" = "$(field Tagmanifest | cut -d: -f1)" ] || bad "Previous"; }
field Previous | grep -vE '^(none|sha256:.{64}|sm3:.{64}|sha512:.{128})$' | grep -q . && bad "Previous"
for t in $(field Sealed-At) $(field Covers | tr / ' '); do [ "$(date -d "$t" +%FT%TZ 2>/dev/null)" = "$t" ] || bad "a time that does not exist: $t"; done
[[ $(field Covers | cut -d/ -f1) > $(field Covers | cut -d/ -f2) ]] && bad "Covers backwards"
field Tagmanifest | grep -qvE '^(sha256|sha512|sm3):' && { echo "INDETERMINATE: a Tagmanifest line of an unknown algorithm"; exit 2; }
for a in $algs; do printf '%s:%s\n' "$a" "$(echo "tagmanifest-$a.txt" | sums "$a" | cut -d' ' -f1)"; done | cmp -s - <(field Tagmanifest) || bad "Tagmanifest lines"
[ -z "$(field Signer | cut -d' ' -f1 | sort | uniq -d)" ] || bad "a role signs twice"

# --- signature files in the order of the Signer lines, nothing else ---
while read -r role kind _; do
	case $kind in cms) echo "seal/$role.p7s";; sm2) echo "seal/$role.sm2sig"; echo "seal/$role.crt.pem";; *) maybe "an unknown kind of signature: $kind"; grep "^seal/$role\." $list;; esac
done < <(field Signer) >../../want
grep -E '^seal/' $list | sed -E '/^seal\/(seal\.txt|[0-9][0-9]\.cr[lt]\.pem|sha256sums\.txt.*)$/d' | cmp -s - ../../want || bad "the signature files are not those of the Signer lines"
for pem in seal/*.crt.pem seal/*.crl.pem; do
	[ -e "$pem" ] || continue
	[ "$(grep -c -- '-----BEGIN' "$pem")" = 1 ] || bad "$pem: not one PEM text"
	case $pem in *.crl.pem) openssl crl -in "$pem";; *) openssl x509 -in "$pem";; esac 2>/dev/null | cmp -s - "$pem" || bad "$pem: not one PEM text"
done
awk '/^seal\/[0-9][0-9]\.cr[lt]\.pem$/ { n = substr($0, 6, 2) + 0; if (n != k && n != k + 1 || n == 0) exit 1; k = n }' $list || bad "CRLs are not numbered from 01"

# --- time ---
unknown='unable to get (local )?issuer|self.signed certificate|unable to verify the first|unable to get certificate$'
outside='expired|not yet valid'
T= conf=$trust/trust.conf
plain() { case $1 in *.gz) gzip -dc "$1";; *) cat "$1";; esac; }
stamped() { openssl ts -reply -in "$1" -text 2>/dev/null | sed -n 's/^Time stamp: //p'; }
# The renewal held the hash of this whole tar: all of it existed then, and so it is judged as of then.
as_of=
if [ -n "$renewal" ]; then
	"$self" "$renewal" "$trust" >../../renewal.out 2>&1 || { tail -1 ../../renewal.out; maybe "the renewal is not VALID itself"; }
	plain "$renewal" | tar -xO --wildcards '*/data/records/renewal/*' >../../renewal.jsonl 2>/dev/null
	held=$(grep -F "\"kind\":\"renewal\",\"id\":\"$name\"," ../../renewal.jsonl | sed -n 's/.*"tar_sha512":"\([0-9a-f]*\)".*/\1/p')
	[ -n "$held" ] || maybe "the renewal says nothing of this archive"
	if [ -n "$held" ] && [ -z "$unsure" ]; then
		[ "$held" = "$(plain "$archive" | sha512sum | cut -c1-128)" ] || bad "the renewal holds the hash of another tar"
		plain "$renewal" | tar -xO --wildcards '*/seal/sha256sums.txt.tsr' >../../renewal.tsr
		as_of=$(date -d "$(stamped ../../renewal.tsr)" +%s) || bad "the renewal's time"
		echo "vouched for by $(basename "$renewal"), as of $(date -d "@$as_of" +%FT%TZ)"
	fi
fi
for token in $(grep '\.tsr$' $list); do
	openssl ts -reply -in "$token" -text >../../reply 2>/dev/null || bad "$token: no answer of an authority"
	grep -qx 'Status: Granted.' ../../reply || bad "$token: not granted"
	at=$(date -d "$(sed -n 's/^Time stamp: //p' ../../reply)" +%s) || bad "$token: its time"
	# shellcheck disable=SC2086
	if ! openssl ts -verify -data seal/sha256sums.txt -in "$token" -CAfile "$trust/tsa-roots.pem" ${as_of:+-attime $as_of} 2>&1 | grep -q '^Verification: OK'; then
		# Had the authority's certificate ended?  Judged inside its validity, which a renewal archive must vouch for.
		openssl ts -verify -data seal/sha256sums.txt -in "$token" -CAfile "$trust/tsa-roots.pem" -attime "$at" >../../err 2>&1
		if ! grep -q '^Verification: OK' ../../err; then
			grep -qiE "$unknown" ../../err && { maybe "$token: an authority nobody trusts"; continue; }
			bad "$token: $(grep -v '^Verif' ../../err | tail -1)"
		fi
		echo "certificate of the time-stamp authority ended: $token"
		ended=$token
		continue
	fi
	[ -n "$T" ] && [ "$T" -le "$at" ] || T=$at
done
if [ -z "$T" ] && [ -n "${ended:-}" ]; then
	maybe "$ended: the authority's certificate has ended, and no renewal vouches for it"
	T=$(date -d "$(stamped "$ended")" +%s)
fi
proven=$T
if [ -z "$T" ]; then
	T=$(date +%s)
	grep -qsE '^token *= *optional' "$conf" || maybe "no time stamp"
fi

# --- signatures ---
crls=()
cat "$trust/roots.pem" >../../with-crls.pem
if grep -q '\.crl\.pem$' $list; then cat seal/[0-9][0-9].crl.pem >>../../with-crls.pem; crls=(-crl_check); fi
grep -q '^seal/[0-9][0-9]\.crt\.pem$' $list && cat seal/[0-9][0-9].crt.pem >>../../with-crls.pem	# no roots: each must still lead to one
# Was the certificate of signer.pem revoked only after T?  openssl takes any line of a list as revoked before.
revoked_later() {
	local serial at
	serial=$(openssl x509 -in ../../signer.pem -noout -serial | cut -d= -f2)
	at=$(for f in seal/*.crl.pem; do openssl crl -in "$f" -noout -text; done | sed -n "/Serial Number: $serial\$/{n;s/.*Revocation Date: //p}" | head -1)
	[ -n "$at" ] && [ "$(date -d "$at" +%s)" -gt "$T" ]
}
fault() {	# fault ROLE TEXT: what openssl said, as a verdict
	if grep -qE "$unknown" <<<"$2"; then maybe "$1: its certificate leads to no root that is trusted"
	elif grep -qE 'unhandled critical' <<<"$2"; then maybe "$1: an extension nobody knows"
	elif [ -z "$proven" ] && grep -qE "$outside|revoked" <<<"$2"; then maybe "$1: not valid now, and no time stamp says when"
	else bad "$1: $(tail -1 <<<"$2")"; fi
}
n=0
while read -r role kind hash; do
	# Once more without the lists: that of this certificate's authority need not be there, or tells of a later day.
	for check in "${crls[*]}" ''; do
		case $kind in
		cms)
			# shellcheck disable=SC2086 # one word or none
			out=$(openssl cms -verify -binary -inform DER -in "seal/$role.p7s" -content $seal -no-CApath -no-CAstore -CAfile ../../with-crls.pem \
			    $check -purpose any -attime "$T" -signer ../../signer.pem -out /dev/null 2>&1) && out=
			;;
		sm2)
			cp "seal/$role.crt.pem" ../../signer.pem
			openssl x509 -in ../../signer.pem -pubkey -noout >../../pub.pem
			openssl dgst -sm3 -verify ../../pub.pem -sigopt distid:1234567812345678 -signature "seal/$role.sm2sig" $seal >/dev/null 2>&1 || bad "$role: the signature does not hold"
			# shellcheck disable=SC2086
			out=$(openssl verify -no-CApath -no-CAstore -vfyopt distid:1234567812345678 -attime "$T" $check \
			    -CAfile ../../with-crls.pem ../../signer.pem 2>&1) && out=
			;;
		*) continue 2;;
		esac
		if grep -q 'certificate revoked' <<<"$out"; then
			[ "$kind" = sm2 ] || openssl cms -verify -noverify -binary -inform DER -in "seal/$role.p7s" -content $seal -signer ../../signer.pem -out /dev/null 2>/dev/null
			revoked_later || break
		else
			grep -q 'unable to get certificate CRL' <<<"$out" || break
		fi
	done
	if [ -n "$out" ]; then fault "$role" "$out"; continue; fi
	fingerprint=sha256:$(openssl x509 -in ../../signer.pem -outform DER | sha256sum | cut -c1-64)
	[ "$fingerprint" = "$hash" ] || bad "$role: signed with another certificate than the Signer line names"
	n=$((n + 1))
done < <(field Signer)

# --- what the trust says ---
if [ -e "$conf" ] && grep -q "^\[role " "$conf"; then
	chain=$(sed -n 's/^chain *= *//p' "$conf")
	[ -z "$chain" ] || [ "$chain" = "$(field Chain)" ] || bad "another chain"
	for role in $(sed -n 's/^roles *= *//p' "$conf" | tr , ' '); do field Signer | grep -q "^$role " || bad "the role $role is missing"; done
	while read -r role _ hash; do
		certs=$(sed -n "/^\[role $role\]/,/^\[/s/^cert *= *//p" "$conf")
		[ -n "$certs" ] || { maybe "the trust names no certificate for $role"; continue; }
		while read -r f range; do
			case $f in file:*) f=${f#file:}; [ -e "$f" ] || f=$trust/$f; f=sha256:$(openssl x509 -in "$f" -outform DER | sha256sum | cut -c1-64);; esac
			from=1 to=$seq
			for r in $range; do case $r in from=*) from=${r#*=};; to=*) to=${r#*=};; esac; done
			[ "$f" = "$hash" ] && [ "$from" -le "$seq" ] && [ "$seq" -le "$to" ] && continue 2
		done <<<"$certs"
		bad "the trust names other certificates for $role"
	done < <(field Signer)
	grep -qE '^revocation *= *required' "$conf" && [ ${#crls[@]} = 0 ] && maybe "revocation data missing"
fi
[ -z "$unsure" ] || { echo "INDETERMINATE: $unsure"; exit 2; }
[ $n -ge 1 ] || bad "no signature"
echo "verified by hand: $name, $n signatures, $(wc -l <manifest-sha256.txt) files"
