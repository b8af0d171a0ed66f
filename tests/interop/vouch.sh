#!/usr/bin/env bash
# Who may vouch for whom: archives whose authority has ended, and renewals of them, true and false, written by hand after the format's description (hashes by
# sha256sum and sha512sum, records by printf).  A false one never makes anything VALID.
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/../harness.sh"
. "$HERE/pki.sh"
driver=$(readlink -f "$1")
command -v faketime >/dev/null || { echo "faketime is missing"; exit 77; }
cd "$WORK"
export TZ=UTC
chain=urn:uuid:11111111-2222-4333-8444-555555555555
now=$(date +%s)
ago() { echo $((now - $1 * 86400)); }
day() { date -u -d "@$(ago "$1")" '+%Y-%m-%d %H:%M:%S'; }
# The first authority and all signers end 300 days ago; the second authority, of RSA, goes on.
{
	PKI_DAYS=600 PKI_ROOT_DAYS=8000 faketime "$(day 900)" bash -c ". '$HERE/pki.sh'; make_pki '$WORK/pki'"
	made() { # name subject extensions days-ago days [parameter…]
		openssl genpkey -algorithm "${6:-EC}" -pkeyopt "${7:-ec_paramgen_curve:P-384}" -out pki/$1.key
		openssl req -new -key pki/$1.key -subj "$2" -out pki/$1.csr -utf8
		faketime "$(day $4)" openssl x509 -req -in pki/$1.csr -CA pki/root.crt -CAkey pki/root.key -days $5 -extfile pki/ca.cnf -extensions $3 -out pki/$1.crt
	}
	made officer2 "/O=Example/CN=Officer two" leaf 900 600
	made stranger "/O=Example/CN=Stranger" leaf 900 600
	made tsa2 "/O=Example/CN=TSA two" tsa 500 4000 RSA rsa_keygen_bits:3072
	openssl req -x509 -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout pki/tsa3.key -subj "/CN=Nobody's" -days 30 -out pki/tsa3.crt -addext extendedKeyUsage=critical,timeStamping
} >pki.log 2>&1 || { cat pki.log; fail pki; }
for k in "" 2 3; do
	cat >stamp$k <<-T
	#!/usr/bin/env bash
	cd "$WORK/pki"
	openssl ts -query -data "\$1" -sha256 -cert -out "\$2.tsq" 2>/dev/null &&
	faketime "\$(date -u -d "@\$3" '+%Y-%m-%d %H:%M:%S')" openssl ts -reply -queryfile "\$2.tsq" -signer tsa$k.crt -inkey tsa$k.key -config ca.cnf -section tsaconf -out "\$2" 2>/dev/null
	T
	chmod +x stamp$k
done
fingerprint() { openssl x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }
cat >trust.conf <<T
[trust]
chain = $chain
roots = pki/root.crt
tsa_roots = pki/root.crt
roles = administrator, compliance-officer
[role administrator]
cert = sha256:$(fingerprint pki/admin.crt)
[role compliance-officer]
cert = sha256:$(fingerprint pki/officer.crt)
cert = sha256:$(fingerprint pki/officer2.crt)
T
sed 's/^roles/revocation = required\nroles/' trust.conf >strict.conf

# record KIND ID FIELDS: a line as it stands behind the salt; PLATFORM: whose word it is
record() { printf ',"kind":"%s","id":"%s","tenant":"acme","source":{"platform":"%s","endpoint":"chain renew","fetched_at":"2026-11-22T00:00:00.000Z"},"flags":[],"n":{"id":"%s",%s}}\n' "$1" "$2" "${PLATFORM:-custody}" "$2" "$3"; }
# words STORE NAME…: what a true renewal says of these archives
words() {
	local s=$1 n f; shift
	for n; do
		record renewal $n '"sequence":1,"state":"closed","verdict":"VALID","seal_sha256":"'"$(sha256sum <"$s/$n.seal/seal.txt" | cut -c1-64)"'","seal_files":'"$(ls "$s/$n.seal" | wc -l)"',"tar_octets":'"$(gzip -dc "$s/$n.tar.gz" | wc -c)"',"tar_sha256":"'"$(gzip -dc "$s/$n.tar.gz" | sha256sum | cut -c1-64)"'","tar_sha512":"'"$(gzip -dc "$s/$n.tar.gz" | sha512sum | cut -c1-128)"'"'
		for f in $(cd "$s/$n.seal" && LC_ALL=C ls); do record file $n/$f '"name":"'$f'","sha256":"'"$(sha256sum <"$s/$n.seal/$f" | cut -c1-64)"'"'; done
	done
}
both=admin:administrator,officer:compliance-officer two=admin:administrator,officer2:compliance-officer
# archive STORE SEQUENCE SEALED STAMPED COVERS STAMPER SIGNERS STREAM RECORDS [FILE]…
archive() { local s=$1 q=$2 x=$3 t=$4 c=$5 k=$6 g=$7; shift 7; "$driver" "$WORK/$s" acme "${CHAIN:-$chain}" $q $x $t $c "$WORK/pki" "$WORK/stamp$k" $g "$@" || fail "archive $q of $s: status $?"; }
A=acme-00000001 B=acme-00000002 R=acme-00000003 R4=acme-00000004
mkdir good && record unknown 1 '"x":1' >plain
archive good/store 1 $(ago 800) $(($(ago 800) + 60)) 86400 "" $both messages plain
archive good/store 2 $(ago 790) $(($(ago 790) + 60)) 86400 "" $both messages plain
[ -e good/store/$B.tar.gz ] || { finish; exit; }
fresh() { rm -rf $1; mkdir $1; cp -a good/store $1/store; chmod -R u+w $1; }
words good/store $A $B >true
C=("$CUSTODY" --lang en -q --json)
verdict() { jq -r --arg p "$1" 'select(.path | endswith($p)) | .verdict' out | head -1; }
by() { jq -r --arg p "$1" 'select(.path | endswith($p)) | .vouched_by // "nobody"' out | head -1; }
# is NAME STORE "VERDICT-OF-A BY" [TRUST [OPTION]…]: of the store, of the file alone, and, where the verdict is of the seal, by the seals
is() {
	local name=$1 s=$2 want=$3 t=${4:-trust.conf}; shift 3; [ $# -gt 0 ] && shift
	"${C[@]}" verify --trust $t "$@" $s/store >out 2>err
	[ "$(verdict $A.tar.gz) $(by $A.tar.gz)" = "$want" ] && pass "$name" || { fail "$name: $(verdict $A.tar.gz) $(by $A.tar.gz), not $want"; jq -c '.steps[]? | select(.verdict != "VALID")' out; }
	"${C[@]}" verify --trust $t "$@" $s/store/$A.tar.gz >out 2>err
	[ "$(verdict $A.tar.gz) $(by $A.tar.gz)" = "$want" ] || { fail "$name, alone: $(verdict $A.tar.gz) $(by $A.tar.gz), not $want"; }
}

# --- without a renewal, and with a true one ---
is "its authority has ended, and nobody vouches" good "INDETERMINATE nobody"
fresh one; archive one/store 3 $(ago 400) $(ago 400) 0 2 $two renewal true
is "a renewal made in time" one "VALID acme-00000003"
expect 0 "all of the store is VALID" "${C[@]}" chain check one/store --trust trust.conf
jq -e -s '[.[].steps[]? | select(.step == "renewal") | .text | contains("acme-00000003") and contains("sha512")] == [true, true]' out >/dev/null && pass "the report says by whom and by what" || fail "$(cat out)"
expect 0 "the seals alone" "${C[@]}" chain check one/store --trust trust.conf --seals
[ "$(by $A.seal)" = $R ] && pass "vouched for by the files of the seal" || fail "$(cat out)"
mkdir away; cp good/store/$A.tar.gz away/x.tar.gz
expect 8 "the archive alone" "${C[@]}" verify --trust trust.conf away/x.tar.gz
expect 0 "with the renewal given" "${C[@]}" verify --trust trust.conf --renewal one/store/$R.tar.gz away/x.tar.gz
expect 2 "no renewal for bags" "${C[@]}" verify --bag --renewal one/store/$R.tar.gz away
expect 8 "nothing is given out that nobody vouches for" "${C[@]}" extract good/store/$A.tar.gz data -C x0 --trust trust.conf
expect 0 "extract of what is vouched for" "${C[@]}" extract one/store/$A.tar.gz data -C x1 --trust trust.conf
cmp -s <(tar -xzOf one/store/$A.tar.gz $A/data/records/messages/000000.jsonl) x1/data/records/messages/000000.jsonl && pass "it is there" || fail "nothing extracted"
expect 0 "a proof of one record" "${C[@]}" prove one/store/$A.tar.gz messages/1 -o proof --trust trust.conf
expect 8 "the proof alone" "${C[@]}" check proof --trust trust.conf
expect 0 "the proof with the renewal" "${C[@]}" check proof --trust trust.conf --renewal one/store/$R.tar.gz
with() { { cat trust.conf; printf '[algorithms]\n%s\n' "$1"; } >alg.conf; }
with "p-256 = until $(date -u -d "@$(ago 350)" +%F)"; is "an algorithm that ended after the renewal" one "VALID acme-00000003" alg.conf
is "and without the renewal" good "INDETERMINATE nobody" alg.conf
with "p-256 = until $(date -u -d "@$(ago 500)" +%F)"; is "an algorithm that had ended before the renewal" one "INDETERMINATE acme-00000003" alg.conf
with "sha512 = no"; is "compared by the strongest digest that is accepted" one "VALID acme-00000003" alg.conf
grep -q 'whole archive (sha256)' out && pass "by SHA-256 then" || fail "$(cat out)"

# a volume of a renewal that ended among the files of a seal: nothing follows from those that are there
grep -v 'acme-00000001/seal.txt\|acme-00000001/sha256sums' true >cut; fresh part; archive part/store 3 $(ago 400) $(ago 400) 0 2 $two renewal cut
is "some of its seal's files are in another volume" part "VALID acme-00000003"
expect 8 "so the seal alone is not vouched for" "${C[@]}" chain check part/store --trust trust.conf --seals
[ "$(verdict $A.seal)" = INDETERMINATE ] && pass "and not contradicted" || fail "$(cat out)"

# --- two generations: the first renewal's own authority has ended ---
fresh gen; archive gen/store 3 $(ago 400) $(ago 400) 0 "" $two renewal true
is "a renewal whose authority has ended too" gen "INDETERMINATE nobody"
grep -q 'vouches for nothing' out && pass "said so" || fail "$(cat out)"
words gen/store $R >only; archive gen/store 4 $(ago 350) $(ago 350) 0 2 $two renewal only
is "a second renewal vouches for the first, and that for the archive" gen "VALID acme-00000003"
"${C[@]}" verify --trust trust.conf gen/store >out; [ "$(verdict $R.tar.gz) $(by $R.tar.gz)" = "VALID $R4" ] && pass "each by the next" || fail "$(verdict $R.tar.gz) $(by $R.tar.gz)"
expect 0 "both given, in whatever order" "${C[@]}" verify --trust trust.conf --renewal gen/store/$R.tar.gz --renewal gen/store/$R4.tar.gz away/x.tar.gz

# --- false ones ---
false() { # NAME WANT RECORDS [SEALED STAMPED COVERS STAMPER SIGNERS STREAM]
	fresh bad; archive bad/store 3 ${4:-$(ago 400)} ${5:-$(ago 400)} ${6:-0} ${7:-2} ${8:-$two} ${9:-renewal} $3
	is "$1" bad "$2"
	"${C[@]}" verify --trust trust.conf --renewal bad/store/$R.tar.gz away/x.tar.gz >out 2>err; [ "$(verdict x.tar.gz)" = VALID ] && fail "$1: VALID when given by hand" || pass "$1: nor when given by hand"
}
sed -E '/"kind":"renewal","id":"acme-00000001"/{s/"tar_sha512":"[0-9a-f]{8}/"tar_sha512":"00000000/;s/"tar_sha256":"[0-9a-f]{8}/"tar_sha256":"00000000/}' true >forged
false "the hash of another tar" "INVALID nobody" forged
sed -E '/"kind":"renewal","id":"acme-00000001"/s/"seal_sha256":"[0-9a-f]{8}/"seal_sha256":"00000000/' true >forged
false "another seal" "INVALID nobody" forged
sed '/"kind":"renewal","id":"acme-00000001"/s/,"tar_octets.*/}}/' true >forged
false "no hash of the tar" "INDETERMINATE nobody" forged
sed '/acme-00000001/d' true >forged; false "it speaks of others only" "INDETERMINATE nobody" forged
PLATFORM=wecom words good/store $A $B >forged; false "a platform's word" "INDETERMINATE nobody" forged
false "in another stream" "INDETERMINATE nobody" true $(ago 400) $(ago 400) 0 2 $two messages
false "a time stamp after the end" "INDETERMINATE nobody" true $(ago 400) $(ago 200)
false "a time stamp of an authority that is not trusted" "INDETERMINATE nobody" true $(ago 400) $(ago 0) 0 3
false "signed by one of two roles" "INDETERMINATE nobody" true $(ago 400) $(ago 400) 0 2 admin:administrator
false "signed by a stranger" "INDETERMINATE nobody" true $(ago 400) $(ago 400) 0 2 admin:administrator,stranger:compliance-officer
false "an archive that covers a time, as an export does" "INDETERMINATE nobody" true $(ago 400) $(ago 400) 86400
CHAIN=urn:uuid:99999999-2222-4333-8444-555555555555 false "of another chain" "INDETERMINATE nobody" true
fresh bent; archive bent/store 3 $(ago 400) $(ago 400) 0 2 $two renewal true
chmod u+w bent/store/$R.tar.gz; gzip -dc bent/store/$R.tar.gz >tar; at=$(grep -abo 'tar_sha512' tar | head -1 | cut -d: -f1)
printf 0000 | dd of=tar bs=1 seek=$((at + 14)) conv=notrunc status=none; rm bent/store/$R.tar.gz; gzip -n tar; mv tar.gz bent/store/$R.tar.gz
is "a renewal changed afterwards" bent "INDETERMINATE nobody"
# sealed with what is true, after the archive had become another one
fresh swap; rm -r swap/store/$B.*; sed 's/"x":1/"x":2/' plain >plain2; archive swap/store 2 $(ago 790) $(($(ago 790) + 60)) 86400 "" $both messages plain2
cp one/store/$R.tar.gz swap/store/; cp -r one/store/$R.seal swap/store/
"${C[@]}" verify --trust trust.conf swap/store/$B.tar.gz >out; [ "$(verdict $B.tar.gz)" = INVALID ] && pass "an archive exchanged after the renewal" || fail "$(cat out)"
# one that was damaged then and was brought back from a copy is contradicted by nothing
sed -E '/"kind":"renewal","id":"acme-00000001"/{s/"VALID"/"INVALID"/;s/,"tar_octets.*/}}/}' true >mended
fresh mend; archive mend/store 3 $(ago 400) $(ago 400) 0 2 $two renewal mended
is "damaged when the renewal was made, intact now" mend "INDETERMINATE nobody"

# --- lists fetched later ---
list() { # OUT KEY CERT [INDEX-LINE]
	printf '%s' "${4:+$4
}" >pki/index; echo 01 >pki/crlnumber
	faketime "$(day 401)" openssl ca -config pki/ca.cnf -gencrl -keyfile pki/$2.key -cert $3 -out $1 2>/dev/null; : >pki/index
}
revoked() { printf 'R\t491231235959Z\t%s\t%s\tunknown\t/O=Example/CN=Officer' "$(date -u -d "@$(ago $1)" +%y%m%d%H%M%SZ)" "$(openssl x509 -in pki/officer.crt -noout -serial | cut -d= -f2)"; }
cert() { openssl x509 -in pki/$1.crt -out $1.pem; }; cert sub; cert root
list sub.pem.crl sub sub.pem; list root.pem.crl root root.pem
for k in sub root; do openssl crl -in $k.pem.crl -out $k.crl.pem; done
crl() { record file crl/0$1 '"name":"0'$1'.crl.pem","sha256":"'"$(sha256sum <$2 | cut -c1-64)"'","path":"data/files/000000/00000000'$1'.pem"'; }
renewed() { # STORE CRL: a renewal with that list of the issuing authority, and the root's
	fresh $1; { cat true; crl 1 $2; crl 2 root.crl.pem; } >with; archive $1/store 3 $(ago 400) $(ago 400) 0 2 $two renewal with $2 root.crl.pem crl:sub.crl.pem crl:root.crl.pem
}
is "lists are required, and none is there" one "INDETERMINATE nobody" strict.conf
renewed lists sub.crl.pem; is "fetched by the renewal" lists "VALID acme-00000003" strict.conf
list later.pem sub sub.pem "$(revoked 500)"; openssl crl -in later.pem -out later.crl.pem
renewed after later.crl.pem; is "revoked after the time stamp: it does not count" after "VALID acme-00000003"
list before.pem sub sub.pem "$(revoked 850)"; openssl crl -in before.pem -out before.crl.pem
renewed before before.crl.pem; is "revoked before it: INVALID" before "INVALID acme-00000003"
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out pki/forger.key 2>/dev/null; openssl req -x509 -new -key pki/forger.key -subj "/O=Example/CN=Issuing" -days 5 -out forger.pem 2>/dev/null
list forged.pem forger forger.pem "$(revoked 850)"; openssl crl -in forged.pem -out forged.crl.pem
renewed forged forged.crl.pem; is "a list that another key signed tells nothing" forged "VALID acme-00000003"
is "nor does it stand for the missing one" forged "INDETERMINATE acme-00000003" strict.conf
# the list of the renewal speaks against its own signer
fresh own; { cat true; crl 1 later.crl.pem; crl 2 root.crl.pem; } >with
archive own/store 3 $(ago 400) $(ago 400) 0 2 $both renewal with later.crl.pem root.crl.pem
is "a renewal whose own list has its signer revoked" own "INDETERMINATE nobody"
finish
