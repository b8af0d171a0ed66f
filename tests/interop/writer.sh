#!/bin/bash
# writer.sh: a whole archive, judged only by programs that are not ours.
#
#   tests/interop/writer.sh WRITER_DRIVER
set -u
export LC_ALL=C.UTF-8
driver=$(readlink -f "$1")
here=$(dirname "$(readlink -f "$0")")
. "$here/pki.sh"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 bad=0
ok() { # WHAT COMMAND…
	local what=$1; shift
	n=$((n + 1))
	if ! "$@" >"$tmp/log" 2>&1; then bad=$((bad + 1)); echo "FAILED: $what"; head -20 "$tmp/log"; fi
}
no() { # WHAT COMMAND…: must fail
	local what=$1; shift
	n=$((n + 1))
	if "$@" >"$tmp/log" 2>&1; then bad=$((bad + 1)); echo "NOT REFUSED: $what"; head -20 "$tmp/log"; fi
}
same() { ok "$1" test "$2" = "$3"; [ "$2" = "$3" ] || printf '  %s\n  %s\n' "$2" "$3"; }
A=demo-00000001
make_pki "$tmp/pki"
umask 077

# --- made in two sittings: seal and signatures, then the token ---
mkdir "$tmp/a"
"$driver" "$tmp/a" 2 14 "$tmp/pki" >"$tmp/log" 2>&1
same "stops for the token" $? 10
cd "$tmp/a" || exit 1
no "key erased" test -e $A.work/key
ok "stamp" stamp "$tmp/pki" $A.seal/sha256sums.txt "$tmp/token"
ok "closes" "$driver" "$tmp/a" 2 14 "$tmp/pki" "$tmp/token"
same "what is left" "$(ls | tr '\n' ' ')" "$A.seal $A.tar.gz "
same "read-only" "$(stat -c %a $A.tar.gz)" 400
ok "again: nothing to do" "$driver" "$tmp/a" 2 14 "$tmp/pki" "$tmp/token"

# --- the commands of archive format 7 ---
ok "gzip" gzip -t $A.tar.gz
same "regular files only" "$(tar -tvzf $A.tar.gz | grep -v '^-rw-r--r-- ')" ""
same "no repeated path" "$(tar -tzf $A.tar.gz | sort -f | uniq -di)" ""
ok "tar" tar -xzf $A.tar.gz
cd $A || exit 1
ok "manifest" sha256sum -c --strict --quiet manifest-sha256.txt
ok "tag manifest" sha256sum -c --strict --quiet tagmanifest-sha256.txt
ok "sums" bash -c 'cd seal && sha256sum -c --strict --quiet sha256sums.txt'
{ cut -c67- manifest-sha256.txt tagmanifest-sha256.txt; cut -c67- seal/sha256sums.txt | sed 's,^,seal/,'
  ls tagmanifest-*.txt seal/sha256sums.txt seal/*.tsr; } | LC_ALL=C sort > ../want
same "every file listed once" "$(find . ! -type d | cut -c3- | LC_ALL=C sort | diff ../want -)" ""
same "Tagmanifest line" "$(sed -n 's/^Tagmanifest: sha256://p' seal/seal.txt)" "$(sha256sum tagmanifest-sha256.txt | cut -c1-64)"
ok "time stamp" openssl ts -verify -data seal/sha256sums.txt -in seal/sha256sums.txt.tsr -CAfile "$tmp/pki/root.crt"
T=$(date -d "$(openssl ts -reply -in seal/sha256sums.txt.tsr -text 2>/dev/null | sed -n 's/^Time stamp: //p')" +%s)
cat "$tmp/pki/root.crt" seal/*.crl.pem >"$tmp/with-crls.pem"
for role in administrator compliance-officer; do
	ok "signature of $role" openssl cms -verify -binary -inform DER -in seal/$role.p7s -content seal/seal.txt -no-CApath -no-CAstore \
		-CAfile "$tmp/with-crls.pem" -crl_check -purpose any -attime "$T" -signer "$tmp/signer.pem" -out /dev/null
	same "one certificate" "$(grep -c BEGIN "$tmp/signer.pem")" 1
	same "Signer line" "$(sed -n "s/^Signer: $role cms sha256://p" seal/seal.txt)" "$(openssl x509 -in "$tmp/signer.pem" -outform DER | sha256sum | cut -c1-64)"
	sed 's/^Gaps: 0/Gaps: 1/' seal/seal.txt >"$tmp/other.txt"
	no "another text" openssl cms -verify -binary -inform DER -in seal/$role.p7s -content "$tmp/other.txt" -CAfile "$tmp/pki/root.crt" -purpose any -out /dev/null
	openssl cms -cmsout -print -inform DER -in seal/$role.p7s -noout >"$tmp/cms.txt" 2>&1
	same "signed attributes of $role" "$(sed -n '/signedAttrs:/,/signatureAlgorithm:/s/.*object: \([^ ]*\).*/\1/p' "$tmp/cms.txt" | sort | tr '\n' ' ')" \
		"contentType id-smime-aa-signingCertificateV2 messageDigest signingTime "
	same "detached" "$(grep -c 'eContent: <ABSENT>' "$tmp/cms.txt")" 1
	same "no unsigned attributes" "$(grep -A1 unsignedAttrs "$tmp/cms.txt" | tr -s ' \n' ' ')" " unsignedAttrs: <ABSENT> "
	openssl cms -cmsout -inform DER -in seal/$role.p7s -outform DER -out "$tmp/again.der"
	ok "DER of $role" cmp seal/$role.p7s "$tmp/again.der"
	openssl cms -cmsout -inform DER -in seal/$role.p7s -certsout "$tmp/inside.pem" -noout
	same "certificates inside: leaf and issuing" "$(grep -c BEGIN "$tmp/inside.pem")" 2
done
openssl asn1parse -inform DER -in seal/administrator.p7s >"$tmp/asn1.txt" 2>&1
same "RSA: PSS" "$(grep -c ':rsassaPss' "$tmp/asn1.txt")" 1
same "RSA: SHA-256 inside, salt of 32" "$(sed -n '/:rsassaPss/,$p' "$tmp/asn1.txt" | head -16 | grep -c ':sha256\|:mgf1\|INTEGER *:20')" 4
same "numbered" "$(cd seal && ls ./*.pem | tr '\n' ' ')" "./01.crl.pem ./01.crt.pem ./02.crl.pem "

# --- what stands where ---
same "bagit.txt" "$(od -An -c bagit.txt | tr -d ' \n')" 'BagIt-Version:1.0\nTag-File-Character-Encoding:UTF-8\n'
same "organisation on one line" "$(sed -n 's/^Source-Organization: //p' bag-info.txt)" "示例 Example Ltd"
same "test key" "$(sed -n 's/^Software: //p' bag-info.txt)" "custody test (test key)"
same "labels" "$(cut -d: -f1 bag-info.txt | tr '\n' ' ')" \
	"Source-Organization External-Identifier Bagging-Date Payload-Oxum Bag-Group-Identifier Bag-Count Software "
same "Oxum" "$(sed -n 's/^Payload-Oxum: //p' bag-info.txt)" "$(find data -type f -printf '%s\n' | awk '{ s += $1; n++ } END { print s "." n }')"
same "records" "$(sed -n 's/^Records: //p' seal/seal.txt)" "$(cat data/records/*/*.jsonl | wc -l)"
same "manifest in tar order" "$(cut -c67- manifest-sha256.txt)" "$(tar -tzf ../$A.tar.gz | grep "^$A/data/" | cut -d/ -f2-)"
same "rows in order" "$(tar -tzf ../$A.tar.gz | grep -v "^$A/data/" | cut -d/ -f2- | tr '\n' ' ')" \
	"bagit.txt about/VERIFY.txt about/FORMAT.txt manifest-sha256.txt record-segments.tsv bag-info.txt tagmanifest-sha256.txt seal/seal.txt seal/administrator.p7s seal/compliance-officer.p7s seal/01.crl.pem seal/01.crt.pem seal/02.crl.pem seal/sha256sums.txt seal/sha256sums.txt.tsr "
same "views in the order of their paths" "$(grep -o 'data/views/.*\|data/report/.*' manifest-sha256.txt)" "$(grep -o 'data/views/.*\|data/report/.*' manifest-sha256.txt | LC_ALL=C sort)"
ok "every record is JSON" bash -c 'cat data/records/*/*.jsonl | jq -e -c "._s | length == 22" >/dev/null'
same "salts differ" "$(cat data/records/*/*.jsonl | cut -c1-30 | sort | uniq -d)" ""
gzip -dc ../$A.tar.gz >"$tmp/a.tar"
same "two zero blocks and no more" "$(tail -c 1024 "$tmp/a.tar" | tr -d '\0' | wc -c) $(tail -c 1536 "$tmp/a.tar" | head -c 512 | tr -d '\0' | wc -c | sed 's/[1-9][0-9]*/some/')" "0 some"
ok "same copy beside the archive" diff -r seal ../$A.seal
if command -v python3 >/dev/null; then
	# An independent reading: header bytes and members, and the Merkle roots by the recursion of RFC 9162 2.1.1.
	ok "members and trees" python3 - ../$A.tar.gz <<-'P'
	import sys, zlib, hashlib
	raw = open(sys.argv[1], 'rb').read()
	at = 0; members = []
	while at < len(raw):
	    assert raw[at:at+10] == bytes.fromhex('1f8b08000000000000ff'), at
	    d = zlib.decompressobj(31); out = d.decompress(raw[at:]); assert d.eof and out
	    members.append(out); at = len(raw) - len(d.unused_data)
	# content of a large file or segment begins a member, whose header is the member before
	for k, m in enumerate(members):
	    assert len(m) <= (1 << 20) or m.startswith(b'{"_s":"'), (k, len(m))
	    if m.startswith(b'{"_s":"'):
	        lines = m.count(b'\n'); assert m.endswith(b'\n') and lines <= 1024
	        last = members[k + 1].startswith(b'{"_s":"')
	        if last: assert lines == 1024 or len(m) >= 1 << 20, (k, lines, len(m))
	        if lines > 1: assert len(m) - len(m[:-1].split(b'\n')[-1]) - 1 < 1 << 20
	def root(l):
	    if len(l) == 1: return l[0]
	    k = 1
	    while k * 2 < len(l): k *= 2
	    return hashlib.sha256(b'\1' + root(l[:k]) + root(l[k:])).digest()
	for line in open('record-segments.tsv'):
	    want, count, path = line.rstrip('\n').split('\t')
	    leaves = [hashlib.sha256(b'\0' + r).digest() for r in open(path, 'rb').read()[:-1].split(b'\n')]
	    assert len(leaves) == int(count) and root(leaves).hex() == want, path
	P
fi

# --- the same bytes for any number of threads ---
for threads in x 1 5; do
	mkdir "$tmp/t$threads"
	"$driver" "$tmp/t$threads" $threads 14 "$tmp/pki" >"$tmp/log" 2>&1
	same "threads $threads" $? 10
	ok "threads $threads: the same seal" cmp "$tmp/t$threads/$A.seal/seal.txt" "$tmp/a/$A.seal/seal.txt"
	gzip -dc "$tmp/t$threads/$A.tar.gz.partial" >"$tmp/t.tar" 2>/dev/null
	ok "threads $threads: the same tar up to the seal" cmp -n "$(stat -c %s "$tmp/t.tar")" "$tmp/t.tar" "$tmp/a.tar"
done

# --- no room: class IO, what was committed is kept ---
mkdir "$tmp/small"
( ulimit -f 3000; exec "$driver" "$tmp/small" 2 14 "$tmp/pki" ) >"$tmp/log" 2>&1
same "file size limit" $? 20
ok "committed members are whole" bash -c "head -c \$(sed -n 's/^tar //p' '$tmp/small/$A.work/state') '$tmp/small/$A.tar.gz.partial' | gzip -t"
"$driver" "$tmp/small" 2 14 "$tmp/pki" >"$tmp/log" 2>&1
same "goes on when there is room" $? 10
ok "the same seal" cmp "$tmp/small/$A.seal/seal.txt" "$tmp/a/$A.seal/seal.txt"
if [ "$(id -u)" = 0 ] && mkdir "$tmp/full" && mount -t tmpfs -o size=4m none "$tmp/full" 2>/dev/null; then
	"$driver" "$tmp/full/s" 2 14 "$tmp/pki" >"$tmp/log" 2>&1
	same "full disk" $? 20
	ok "full disk: committed members are whole" bash -c "head -c \$(sed -n 's/^tar //p' '$tmp/full/s/$A.work/state') '$tmp/full/s/$A.tar.gz.partial' | gzip -t"
	mount -o remount,size=60m "$tmp/full"
	"$driver" "$tmp/full/s" 2 14 "$tmp/pki" >"$tmp/log" 2>&1
	same "full disk: goes on" $? 10
	ok "full disk: the same seal" cmp "$tmp/full/s/$A.seal/seal.txt" "$tmp/a/$A.seal/seal.txt"
	umount "$tmp/full"
else
	echo "skipped: tmpfs"
fi

# --- a damaged state or a cut file is said, not repaired ---
mkdir "$tmp/d"
"$driver" "$tmp/d" 1 6 - >"$tmp/log" 2>&1
same "stops before the seal" $? 10
cp -r "$tmp/d" "$tmp/e"; truncate -s -1 "$tmp/e/$A.tar.gz.partial"
"$driver" "$tmp/e" 1 6 - >"$tmp/log" 2>&1; same "cut archive" $? 1
cp -r "$tmp/d" "$tmp/f"; sed -i 's/^records ./records 9/' "$tmp/f/$A.work/state"
"$driver" "$tmp/f" 1 6 - >"$tmp/log" 2>&1; same "changed state" $? 1

echo "writer: $n checks, $bad failed"
[ $bad -eq 0 ]
