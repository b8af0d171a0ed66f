#!/usr/bin/env bash
# pki.sh GOOD: further keys, certificates and CRLs beside those of a good archive (make_archive.sh): each wrong, or right, in one way.
set -eu
export LC_ALL=C TZ=UTC
cd "$1"
day() { date -d "$1" '+%Y-%m-%d %H:%M:%S'; }
sign_ext='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature,nonRepudiation\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n'
tsa_ext='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n'
stamping=extendedKeyUsage=critical,timeStamping
ca_ext='basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n'
p256="-algorithm EC -pkeyopt ec_paramgen_curve:P-256"

key() { openssl genpkey "${@:2}" -out "$1.key" 2>/dev/null; }
cert() {	# cert NAME CA EXTENSIONS FROM DAYS [OPTIONS]: from the key NAME.key, valid from the time FROM
	printf '%b' "$3" >"$1.ext"
	openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
	faketime "$(day "$4")" openssl x509 -req -in "$1.csr" -CA "$2.crt" -CAkey "$2.key" -set_serial "0x$(openssl rand -hex 9 | sed s/^./1/)" \
	    -days "$5" -extfile "$1.ext" -out "$1.crt" "${@:6}" 2>/dev/null
}
ec() { # shellcheck disable=SC2086
	key "$1" $p256; cert "$@"; }

# signers
key weak -algorithm RSA -pkeyopt rsa_keygen_bits:2048; cert weak root "$sign_ext" yesterday 3650
key p384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384; cert p384 root "$sign_ext" yesterday 3650
key p521 -algorithm EC -pkeyopt ec_paramgen_curve:P-521; cert p521 root "$sign_ext" yesterday 3650
key k256 -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1; cert k256 root "$sign_ext" yesterday 3650
key p224 -algorithm EC -pkeyopt ec_paramgen_curve:P-224; cert p224 root "$sign_ext" yesterday 3650
ec expired root "$sign_ext" '500 days ago' 365
ec future root "$sign_ext" '40 days' 365
ec short root "$sign_ext" '20 days ago' 40
ec revoked root "$sign_ext" '400 days ago' 3650
ec other root "$sign_ext" yesterday 3650
ec elsewhere other-root "$sign_ext" yesterday 3650
ec no-signing root 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,keyAgreement\n' yesterday 3650
ec repudiable root 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n' yesterday 3650
ec strange-critical root "${sign_ext}1.2.3.4.5=critical,ASN1:NULL\n" yesterday 3650
ec old-digest root "$sign_ext" yesterday 3650 -sha1
ec inter root "$ca_ext" '2 days ago' 3650
ec below inter "$sign_ext" yesterday 3650
ec no-ca root "$sign_ext" '2 days ago' 3650
ec below-no-ca no-ca "$sign_ext" yesterday 3650
openssl req -x509 -key other.key -days 3000 -subj /CN=self -out self.crt 2>/dev/null; cp other.key self.key
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out sm2.key 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:SM2 -out sm2b.key 2>/dev/null
for k in sm2 sm2b; do
	openssl req -x509 -new -key $k.key -sm3 -sigopt distid:1234567812345678 -days 3650 -subj "/CN=$k Officer" \
	    -addext "keyUsage=critical,digitalSignature,keyCertSign" -out $k.crt 2>/dev/null
done
# authorities
ec tsa-no-use tsa-root "$tsa_ext" yesterday 3650
ec tsa-not-critical tsa-root "${tsa_ext}extendedKeyUsage=timeStamping\n" yesterday 3650
ec tsa-more-uses tsa-root "${tsa_ext}extendedKeyUsage=critical,timeStamping,codeSigning\n" yesterday 3650
ec tsa-short tsa-root "${tsa_ext}$stamping\n" '10 days ago' 15
ec tsa-ended tsa-root "${tsa_ext}$stamping\n" '500 days ago' 365
ec tsa-later tsa-root "${tsa_ext}$stamping\n" '40 days' 365
key tsa-weak -algorithm RSA -pkeyopt rsa_keygen_bits:1024; cert tsa-weak tsa-root "${tsa_ext}$stamping\n" yesterday 3650
key tsa-rsa -algorithm RSA -pkeyopt rsa_keygen_bits:2048; cert tsa-rsa tsa-root "${tsa_ext}$stamping\n" yesterday 3650
# whom archives are encrypted to
crypt_ext='basicConstraints=critical,CA:FALSE\nkeyUsage=critical,%s\nsubjectKeyIdentifier=hash\n'
for k in legal third; do key $k -algorithm RSA -pkeyopt rsa_keygen_bits:3072; cert $k root "${crypt_ext/\%s/keyEncipherment}" yesterday 3650; done
key escrow -algorithm EC -pkeyopt ec_paramgen_curve:P-384; cert escrow root "${crypt_ext/\%s/keyAgreement}" yesterday 3650
ec fourth root "${crypt_ext/\%s/keyAgreement}" yesterday 3650
# CRLs of the root: CRL NAME THIS-UPDATE [CERTIFICATE REVOKED-AT]
crl() {
	printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ncrlnumber=crlnumber\ndefault_md=sha256\n' "$1.index" >"$1.cnf"
	: >"$1.index"
	if [ $# -gt 2 ]; then
		printf 'R\t%s\t%s\t%s\tunknown\t/CN=%s\n' "$(date -d '3000 days' +%y%m%d%H%M%SZ)" "$(date -d "$4" +%y%m%d%H%M%SZ)" \
		    "$(openssl x509 -in "$3.crt" -noout -serial | cut -d= -f2)" "$3" >"$1.index"
	fi
	faketime "$(day "$2")" openssl ca -config "$1.cnf" -gencrl -keyfile "${5:-root}.key" -cert "${5:-root}.crt" -crldays 30 -out "$1.pem" 2>/dev/null
}
crl crl-before yesterday revoked '30 days ago'
crl crl-after yesterday revoked '10 days'
crl crl-later '20 days' revoked '10 days'
crl crl-stale '90 days ago'
crl crl-other yesterday revoked '30 days ago' other-root
crl crl-second '2 days ago'
crl crl-inter yesterday below '30 days ago' inter
crl crl-inter-good yesterday revoked '30 days ago' inter
