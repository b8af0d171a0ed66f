#!/usr/bin/env bash
# National algorithms: SM3 (and SHA-512) manifests beside SHA-256, SM2 signatures with SM2 certificates; judged by openssl and coreutils.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
export XDG_STATE_HOME=$WORK/memory
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }

# An authority of SM2, and an officer certified by it through an intermediate one.
id="distid:1234567812345678"
mkdir sm && cd sm
{
	openssl ecparam -name SM2 -genkey -noout -out ca.key
	openssl req -new -x509 -sm3 -sigopt $id -key ca.key -days 3650 -subj "/CN=SM2 test root" -out ca.crt
	openssl ecparam -name SM2 -genkey -noout -out mid.key
	openssl req -new -sm3 -sigopt $id -key mid.key -subj "/CN=SM2 test authority" -out mid.csr
	openssl x509 -req -sm3 -sigopt $id -vfyopt $id -in mid.csr -CA ca.crt -CAkey ca.key -set_serial 2 -days 3000 -out mid.crt \
		-extfile <(printf 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n')
	openssl ecparam -name SM2 -genkey -noout -out officer.key
	openssl req -new -sm3 -sigopt $id -key officer.key -subj "/O=Spruce/CN=Officer" -out officer.csr
	openssl x509 -req -sm3 -sigopt $id -vfyopt $id -in officer.csr -CA mid.crt -CAkey mid.key -set_serial 3 -days 2000 -out officer.one \
		-extfile <(printf 'keyUsage=critical,digitalSignature\n')
	cat officer.one mid.crt > officer.crt
	chmod 600 *.key
} > log 2>&1 || fail "certificates: $(tail -3 log)"
cd ..
conf=t/custody.conf
sed -i -e "s|^\(signer.compliance-officer\).*|\1 = cert=$WORK/sm/officer.crt key=file:$WORK/sm/officer.key|" -e 's/^\[seal\]/[seal]\ndigest = sm3, sha512/' $conf
cat sm/ca.crt >> t/trust/roots.pem
fp=$(openssl x509 -in sm/officer.one -outform DER | sha256sum | cut -c1-64)
awk -v fp="$fp" '/^\[/{r=($0=="[role compliance-officer]")} r && /^cert/{print "cert = sha256:" fp; next} {print}' t/trust.conf > trust2 && cp trust2 t/trust.conf

C=("$CUSTODY" -c $conf --lang en -q)
expect 0 "export with SM2 and SM3" "${C[@]}" export acme
expect 0 "a second one: the chain by every digest" "${C[@]}" export acme
expect 0 "VALID" "$CUSTODY" -q verify --trust t/trust.conf t/store
grep -q 'signature compliance-officer: holds' out && pass "the SM2 signature is told" || fail "$(cat out)"

# By hand, in an environment without custody.
mkdir hand && tar -xzf t/store/acme-00000002.tar.gz -C hand && cd hand/acme-00000002 || exit 1
check "Signer line of kind sm2" grep -qx "Signer: compliance-officer sm2 sha256:$fp" seal/seal.txt
[ "$(openssl x509 -in seal/compliance-officer.crt.pem -outform DER | sha256sum | cut -c1-64)" = "$fp" ] && pass "the certificate is the Signer line's" || fail "certificate"
openssl x509 -in seal/compliance-officer.crt.pem -pubkey -noout > ../pub.pem
check "openssl: the SM2 signature" openssl dgst -sm3 -verify ../pub.pem -sigopt $id -signature seal/compliance-officer.sm2sig seal/seal.txt
check "openssl: the intermediate SM2 certificate" openssl verify -no-CApath -no-CAstore -vfyopt $id -CAfile ../../sm/ca.crt seal/01.crt.pem
check "openssl: the SM2 certificate" openssl verify -no-CApath -no-CAstore -vfyopt $id -partial_chain -CAfile seal/01.crt.pem seal/compliance-officer.crt.pem
check "sha512sum: payload" sha512sum -c --strict --quiet manifest-sha512.txt
check "sha512sum: tag files" sha512sum -c --strict --quiet tagmanifest-sha512.txt
by_sm3() { cut -c67- "$1" | while read -r f; do cksum -a sm3 --untagged "$f"; done | cmp - "$1"; }
check "cksum: SM3 of the payload" by_sm3 manifest-sm3.txt
check "cksum: SM3 of the tag files" by_sm3 tagmanifest-sm3.txt
for a in sha256sum sha512sum "cksum -a sm3 --untagged"; do
	name=${a%% *}; name=${name/cksum/sm3}; name=${name/sum/}
	[ "$(grep "^Previous: $name:" seal/seal.txt)" = "Previous: $name:$($a ../../t/store/acme-00000001.seal/seal.txt | cut -d' ' -f1)" ] &&
		[ "$(grep "^Tagmanifest: $name:" seal/seal.txt)" = "Tagmanifest: $name:$($a tagmanifest-$name.txt | cut -d' ' -f1)" ] &&
		pass "seal and chain by $name" || fail "seal and chain by $name"
done
cd ../..

# Signed elsewhere and brought back.
sed -i "s|^\(signer.compliance-officer.*\) key=.*|\1|" $conf
expect 0 "export without the officer's key" "${C[@]}" export acme
mkdir officer && cp t/store/acme-00000003.seal/seal.txt officer/
expect 0 "signs on another computer" env -C officer XDG_STATE_HOME="$WORK/officer/memory" "$CUSTODY" --lang en --yes sign seal.txt --role compliance-officer \
	--cert ../sm/officer.crt --key file:../sm/officer.key -o officer.sm2sig
expect 7 "another's bytes are not taken in" "${C[@]}" sign t/store/acme-00000003.tar.gz.partial --role compliance-officer --attach hand/acme-00000002/seal/compliance-officer.sm2sig
expect 0 "brought back, it closes the archive" "${C[@]}" sign t/store/acme-00000003.tar.gz.partial --role compliance-officer --attach officer/officer.sm2sig
expect 0 "VALID" "$CUSTODY" -q verify --trust t/trust.conf t/store/acme-00000003.tar.gz

# One bit of the signature, a digest that is none.
cp t/store/acme-00000002.tar.gz x.tar.gz && gzip -dc x.tar.gz > x.tar
at=$(grep -abo 'seal/compliance-officer.sm2sig' x.tar | tail -1 | cut -d: -f1)
printf '\x01' | dd of=x.tar bs=1 seek=$((at - 15 + 512 + 20)) conv=notrunc status=none
expect 7 "a changed SM2 signature" "$CUSTODY" -q verify --trust t/trust.conf x.tar
sed -i 's/^digest = .*/digest = md5/' $conf
expect 2 "md5 is no digest of an archive" "${C[@]}" export acme
finish
