# Signatures: their keys, their structure, their certificates; what the trust says of them.
officer() { printf 'signers="administrator cms admin admin\ncompliance-officer cms %s %s"' "$1" "${2:-$1}"; }	# officer CERTIFICATE [KEY]
admin() { printf 'signers="administrator cms %s %s\ncompliance-officer cms officer officer"' "$1" "${2:-$1}"; }
others='accept="administrator admin
compliance-officer officer"'

c VALID '' 'the plan itself'
c VALID '' 'signed with PKCS #1 v1.5' sign 'cms admin $A -cades -nosmimecap -md sha256'
c VALID '' 'RSA with SHA-384' sign 'cms admin $A -cades -nosmimecap -md sha384 $pss'
c VALID '' 'RSA with SHA-512' sign 'cms admin $A -cades -nosmimecap -md sha512 $pss'
c VALID '' 'P-384' plan "$(officer p384)"
c VALID '' 'P-384 with SHA-384' plan "$(officer p384)" sign 'cms p384 $O -cades -nosmimecap -md sha384'
c VALID '' 'P-256 with SHA-512' sign 'cms officer $O -cades -nosmimecap -md sha512'
c VALID '' 'a certificate without nonRepudiation' plan "$(officer repudiable)"
c VALID '' 'three signers' plan "signers=\"\$signers
auditor cms other other\""
c VALID '' '32 signers' plan 'for r in {1..30}; do signers="$signers
r$r cms other other"; done'
c VALID '' 'an intermediate certificate inside' plan "$(officer below)" sign 'cms below $O -cades -nosmimecap -md sha256 -certfile "$good/inter.crt"' \
    plan 'crls='
c VALID '' 'an intermediate certificate beside' plan "$(officer below)" plan 'crls=' sign 'openssl x509 -in "$good/inter.crt" -out seal/01.crt.pem; pems=" 01.crt.pem"'
c VALID '' 'CRLs of both authorities' plan "$(officer below)" plan 'crls="crl crl-inter-good"' sign 'openssl x509 -in "$good/inter.crt" -out seal/03.crt.pem; pems="$pems 03.crt.pem"'
c INDETERMINATE 'no root' 'an intermediate certificate missing' plan "$(officer below)"
c INVALID 'revoked' 'revoked by an intermediate authority' plan "$(officer below)" plan 'crls="crl crl-inter"' sign 'openssl x509 -in "$good/inter.crt" -out seal/03.crt.pem; pems="$pems 03.crt.pem"'
c INVALID 'too weak' 'RSA of 2048 bits' plan "$(admin weak)"
c INVALID 'too weak' 'RSA of 2048 bits, PKCS #1 v1.5' plan "$(admin weak)" sign 'cms weak $A -cades -nosmimecap -md sha256'
c INVALID 'too weak|does not fit' 'P-521' plan "$(officer p521)"
c INVALID 'too weak|does not fit' 'P-224' plan "$(officer p224)"
c INVALID 'too weak|does not fit' 'secp256k1' plan "$(officer k256)"
c INVALID 'weaker than SHA-256' 'SHA-1' sign 'cms officer $O -cades -nosmimecap -md sha1'
c INVALID 'weaker than SHA-256' 'SHA-1 with RSA' sign 'cms admin $A -cades -nosmimecap -md sha1'
c INVALID 'weaker than SHA-256' 'MD5 with RSA' sign 'cms admin $A -cades -nosmimecap -md md5'
c INVALID 'weaker than SHA-256' 'SHA-224' sign 'cms officer $O -cades -nosmimecap -md sha224'
c INDETERMINATE 'does not know' 'SHA3-256' sign 'for p in 1.0.1.0.0 1.0.4.0.2.0; do der put $O $p 0609608648016503040208; done; der put $O 1.0.4.0.4.0 060960864801650304030a
	for i in 0 1 2 3; do [ "$(der get $O 1.0.4.0.3.$i.0 | xxd -p)" = 06092a864886f70d010904 ] && break; done
	der put $O 1.0.4.0.3.$i.1.0 "0420$(openssl dgst -sha3-256 -r $R | cut -c1-64)"; resign officer $O sha3-256'
c INVALID 'text of its own' 'the seal inside the signature' sign 'cms officer $O -cades -nosmimecap -md sha256 -nodetach'
c INVALID 'text of its own' 'another text inside the signature' sign 'sed "s/Gaps: 0/Gaps: 5/" $R >"$work/was"; text=$work/was; cms officer $O -cades -nosmimecap -md sha256 -nodetach'
c INVALID 'over other bytes' 'signature over another seal' seal 'sed "s/Gaps: 0/Gaps: 5/" $R >"$work/was"' sign 'text=$work/was; cms officer $O'
c INVALID 'over other bytes' 'signature over the seal in CR LF' sign 'sed "s/\$/\r/" $R >"$work/was"; text=$work/was; cms officer $O'
c INVALID 'unsignedAttrs' 'an unsigned attribute' sign 'der ins $O 1.0.4.0.6 a1173015060b2a864886f70d0109100b0131063004020101'
c INVALID 'unsignedAttrs' 'an empty set of unsigned attributes' sign 'der ins $O 1.0.4.0.6 a100'
c INVALID 'unsignedAttrs' 'a time stamp of the signature as an unsigned attribute' sign 'stamp tsa $O "$work/s.tsr"; der ins $O 1.0.4.0.6 "$(tlv a1 "$(tlv 30 "060b2a864886f70d010910020e$(tlv 31 "$(der get "$work/s.tsr" 1 | xxd -p | tr -d "\n")")")")"'
c INVALID 'signed attributes' 'S/MIME capabilities' sign 'cms officer $O -cades -md sha256'
c INVALID 'signed attributes' 'a further signed attribute' sign 'der ins $O 1.0.4.0.3.0 3015060b2a864886f70d010910020531060c0461626364; resign officer $O'
c INVALID 'signed attributes|signingCertificateV2' 'without signingCertificateV2' sign 'cms officer $O -nosmimecap -md sha256'
c INVALID 'not exactly|signedAttrs' 'without signing time' sign 'der del $O 1.0.4.0.3.1; resign officer $O'
c INVALID 'not exactly' 'without content type' sign 'der del $O 1.0.4.0.3.0; resign officer $O'
c INVALID 'signedAttrs' 'without signed attributes' sign 'cms officer $O -noattr -md sha256'
c INVALID 'signedAttrs' 'an attribute twice' sign 'der ins $O 1.0.4.0.3.0 "$(der get $O 1.0.4.0.3.0 | xxd -p | tr -d "\n")"; resign officer $O'
c INVALID 'signedAttrs' 'attributes in another order' sign 'a=$(der get $O 1.0.4.0.3.1 | xxd -p | tr -d "\n"); der del $O 1.0.4.0.3.1; der ins $O 1.0.4.0.3.0 "$a"; resign officer $O'
c INVALID 'signedAttrs' 'an attribute with two values' sign 'der ins $O 1.0.4.0.3.0.1.1 06092a864886f70d010702; resign officer $O'
c INVALID 'contentType' 'content type signedData' sign 'der put $O 1.0.4.0.3.0.1.0 06092a864886f70d010702; resign officer $O'
c INVALID 'another certificate' 'signingCertificateV2 of another certificate' sign 'for i in 0 1 2 3; do [ "$(der get $O 1.0.4.0.3.$i.0 | xxd -p)" = 060b2a864886f70d010910022f ] && break; done; der put $O 1.0.4.0.3.$i.1.0 "$(tlv 30 "$(tlv 30 "$(tlv 30 "0420$(fingerprint other)")")")"; resign officer $O'
c INVALID 'comes twice' 'the certificate twice' sign 'der ins $O 1.0.3.0 "$(der_of officer | xxd -p | tr -d "\n")"'
c INVALID 'without use' 'the root inside' sign 'cms officer $O -cades -nosmimecap -md sha256 -certfile "$good/root.crt"'
c INVALID 'without use' 'another root inside' sign 'cms officer $O -cades -nosmimecap -md sha256 -certfile "$good/other-root.crt"'
c INVALID 'without use' 'a certificate of nobody inside' sign 'cms officer $O -cades -nosmimecap -md sha256 -certfile "$good/stranger.crt"'
c INVALID 'certificates' 'no certificate inside' sign 'cms officer $O -cades -nosmimecap -md sha256 -nocerts'
c INVALID 'not inside' 'only another certificate inside' sign 'der put $O 1.0.3.0 "$(der_of other | xxd -p | tr -d "\n")"'
c INVALID 'signerInfos' 'CRLs inside' sign 'der ins $O 1.0.4 "$(tlv a1 "$(openssl crl -in "$good/crl.pem" -outform DER | xxd -p | tr -d "\n")")"'
c INVALID 'signerInfos' 'two signers in one' sign 'openssl cms -sign -binary -cades -nosmimecap -md sha256 -in $R -signer "$good/officer.crt" -inkey "$good/officer.key" -signer "$good/other.crt" -inkey "$good/other.key" -outform DER -out $O'
c INVALID 'signerInfos' 'the same signer twice' sign 'der ins $O 1.0.4.0 "$(der get $O 1.0.4.0 | xxd -p | tr -d "\n")"'
c INVALID 'signerInfos' 'no signer' sign 'der del $O 1.0.4.0'
c INVALID 'ContentInfo' 'BER outermost' sign 'der ber $O ""'
c INVALID 'ContentInfo' 'BER inside' sign 'der ber $O 1.0'
c INVALID 'certificates' 'BER around the certificates' sign 'der ber $O 1.0.3'
c INVALID 'signature' 'a length in more octets than needed' sign 's=$(der body $O 1.0.4.0.5 | xxd -p | tr -d "\n"); der put $O 1.0.4.0.5 "0481$(printf %02x $((${#s} / 2)))$s"'
c INVALID 'ContentInfo' 'ContentInfo of another type' sign 'der put $O 0 06092a864886f70d010701'
c INVALID 'eContentType' 'another type of content' sign 'der put $O 1.0.2.0 06092a864886f70d010702'
c INVALID 'version' 'SignedData of version 3' sign 'der put $O 1.0.0 020103'
c INVALID 'version' 'SignerInfo of version 3' sign 'der put $O 1.0.4.0.0 020103'
c INVALID 'SignerIdentifier|version' 'the signer by key identifier' sign 'cms officer $O -cades -nosmimecap -md sha256 -keyid'
c INVALID 'digestAlgorithm' 'two digest algorithms listed' sign 'der ins $O 1.0.1.1 300b0609608648016503040203'
c INVALID 'digestAlgorithm' 'another digest algorithm listed' sign 'der put $O 1.0.1.0 300b0609608648016503040203'
c INVALID 'does not fit' 'ECDSA named with another digest' sign 'der put $O 1.0.4.0.4.0 06082a8648ce3d040303'
c INDETERMINATE 'does not know' 'a signature algorithm of nobody' sign 'der put $O 1.0.4.0.4.0 06032a0304'
c INVALID 'does not hold' 'a bit of the signature' sign 's=$(der get $A 1.0.4.0.5 | xxd -p | tr -d "\n"); der put $A 1.0.4.0.5 "${s%??}$(printf %02x $((0x${s: -2} ^ 1)))"'
c INVALID 'signatureAlgorithm' 'RSA-PSS with a salt of 20' sign 'cms admin $A -cades -nosmimecap -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:20'
c INVALID 'signatureAlgorithm' 'RSA-PSS without salt' sign 'cms admin $A -cades -nosmimecap -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:0'
c INVALID 'signatureAlgorithm' 'RSA-PSS with the longest salt' sign 'cms admin $A -cades -nosmimecap -md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:max'
c INVALID 'signatureAlgorithm' 'RSA-PSS with MGF1 over SHA-1' sign 'cms admin $A -cades -nosmimecap -md sha256 $pss -keyopt rsa_mgf1_md:sha1'
c INVALID 'signatureAlgorithm' 'RSA-PSS without parameters' sign 'der del $A 1.0.4.0.4.1'
c INVALID 'missing' 'an empty signature' sign ': >$O'
c INVALID 'ContentInfo' 'PEM instead of DER' sign 'openssl cms -sign -binary -cades -nosmimecap -in $R -signer "$good/officer.crt" -inkey "$good/officer.key" -outform PEM -out $O'
c INVALID 'ContentInfo' 'a byte behind' sign 'printf x >>$O'

# certificates in time
c INVALID 'validity' 'certificate ended before T' plan "$(officer expired)"
c INVALID 'validity' 'certificate begins after T' plan "$(officer future)"
c VALID '' 'certificate ended after T' plan "$(officer short)" now '100 days'
c INDETERMINATE 'renewal' 'long after every end' now '12000 days'
c INVALID 'revoked' 'revoked before T' plan "$(officer revoked)" plan 'crls=crl-before'
c VALID '' 'revoked after T' plan "$(officer revoked)" plan 'crls=crl-after'
c INVALID 'revoked' 'revoked before T, CRL second' plan "$(officer revoked)" plan 'crls="crl-second crl-before"'
c INDETERMINATE 'revocation' 'revocation data required and only those of another authority' plan 'crls=crl-other' plan 'trust_more="revocation = required
"'
c INDETERMINATE 'revocation' 'revocation data required and missing' plan 'crls=' plan 'trust_more="revocation = required
"'
c VALID '' 'no revocation data' plan 'crls='
c INDETERMINATE 'token|time stamp' 'ended, and no token says when' plan "$(officer expired)" plan 'tsas='
c INDETERMINATE 'time stamp' 'revoked, and no token says when' plan "$(officer revoked)" plan 'crls=crl-before tsas='

# whose certificates
c INVALID 'Signer line' 'signed with another certificate than the seal names' plan "$(officer officer other)"
c INVALID 'Signer line' 'the other role signs' plan "$(officer officer admin)"
c INVALID 'other certificates' 'another certificate of the same root' plan "$(officer other)" plan "$others"
c INVALID 'other certificates' 'the roles changed over' plan 'signers="administrator cms officer officer
compliance-officer cms admin admin"' plan "$others"
c INVALID 'other certificates' 'one officer for both roles' plan "$(officer admin)" plan "$others"
c INDETERMINATE 'no root' 'certificate of an unknown root' plan "$(officer elsewhere)"
c INDETERMINATE 'no root' 'self-signed' plan "$(officer self)"
c VALID '' 'self-signed and trusted' plan "$(officer self)" plan 'roots="root self" crls='
c INVALID 'usage' 'a certificate not for signatures' plan "$(officer no-signing)"
c INDETERMINATE 'critical extension' 'a critical extension nobody knows' plan "$(officer strange-critical)"
c INVALID 'does not stand|without use' 'an issuer that is no authority' plan "$(officer below-no-ca)" sign 'cms below-no-ca $O -cades -nosmimecap -md sha256 -certfile "$good/no-ca.crt"' plan 'crls='
c INDETERMINATE 'no certificate for the role' 'a role the trust does not know' plan "signers=\"\$signers
auditor cms other other\"" plan "$others"
c INVALID 'lacks the role' 'a required role is not in the seal' plan 'signers="administrator cms admin admin"'
c VALID '' 'one signer where one is required' plan 'signers="administrator cms admin admin" required=administrator'
c INVALID 'another chain' 'another chain' plan 'chain=urn:uuid:11234567-89ab-cdef-0123-456789abcdef'
c INDETERMINATE 'roots|no root' 'no roots' plan 'roots=other-root'

# SM2
sm2='signers="administrator cms admin admin
compliance-officer sm2 sm2 sm2" roots="root sm2"'
P=seal/compliance-officer.sm2sig C=seal/compliance-officer.crt.pem
c VALID '' 'SM2' plan "$sm2" plan 'crls='
c VALID '' 'SM2 and CRLs of the other authority' plan "$sm2"
c VALID '' 'SM2 with SM3 manifests' plan "$sm2" plan 'algs="sha256 sm3" crls='
c INVALID 'does not hold' 'SM2 with the other distinguished id' plan "$sm2" sign 'openssl dgst -sm3 -sign "$good/sm2.key" -sigopt distid:ALICE123@YAHOO.COM -out $P $R'
c INVALID 'does not hold' 'SM2 without distinguished id' plan "$sm2" sign 'openssl dgst -sm3 -sign "$good/sm2.key" -out $P $R'
c INVALID 'does not hold' 'SM2 with SHA-256' plan "$sm2" sign 'openssl dgst -sha256 -sign "$good/officer.key" -out $P $R'
c INVALID 'does not hold' 'SM2 by another key' plan "$sm2" sign 'openssl dgst -sm3 -sign "$good/sm2b.key" -sigopt distid:1234567812345678 -out $P $R'
c INVALID 'does not hold' 'SM2 over another seal' plan "$sm2" sign 'sed "s/Gaps: 0/Gaps: 1/" $R >"$work/was"; openssl dgst -sm3 -sign "$good/sm2.key" -sigopt distid:1234567812345678 -out $P "$work/was"'
c INVALID 'Signer line' 'SM2 with another certificate' plan "$sm2" sign 'openssl dgst -sm3 -sign "$good/sm2b.key" -sigopt distid:1234567812345678 -out $P $R; openssl x509 -in "$good/sm2b.crt" -out $C'
c INVALID 'PEM' 'SM2 with two certificates' plan "$sm2" sign 'cat "$good/sm2b.crt" >>$C'
c INVALID 'PEM' 'SM2 with text before the certificate' plan "$sm2" sign 'sed -i "1i subject=x" $C'
c INVALID 'PEM' 'SM2 with a CRL as certificate' plan "$sm2" sign 'cp "$good/crl.pem" $C'
c INVALID 'SEQUENCE' 'SM2 signature as 64 octets' plan "$sm2" sign 'openssl asn1parse -inform DER -in $P | sed -n "s/.*INTEGER *://p" | tr -d "\n" | xxd -r -p >"$work/raw"; cp "$work/raw" $P'
c INVALID 'SEQUENCE' 'SM2 signature with a byte behind' plan "$sm2" sign 'printf x >>$P'
c INVALID 'SEQUENCE' 'SM2 signature with a third number' plan "$sm2" sign 'der ins $P 2 020101'
c INVALID 'SEQUENCE|does not hold' 'SM2 signature with a zero too many' plan "$sm2" sign 'n=$(der body $P 0 | xxd -p | tr -d "\n"); der put $P 0 "$(tlv 02 "0000$n")"'
c INVALID 'must not stand|missing' 'SM2 certificate missing' plan "$sm2" sign 'signatures=${signatures% *}'
c INVALID 'must not stand|missing' 'SM2 certificate before the signature' plan "$sm2" sign 'signatures=" administrator.p7s compliance-officer.crt.pem compliance-officer.sm2sig"'
c INVALID 'does not hold' 'kind sm2 with a P-256 certificate' plan 'signers="administrator cms admin admin
compliance-officer sm2 officer sm2"'
c INVALID 'not fit' 'kind cms with an SM2 certificate' plan 'signers="administrator cms admin admin
compliance-officer cms sm2 officer" roots="root sm2"' sign 'der put $O 1.0.3.0 "$(der_of sm2 | xxd -p | tr -d "\n")"; der_of sm2 >"$work/c"
	der put $O 1.0.4.0.1.0 "$(der get "$work/c" 0.3 | xxd -p | tr -d "\n")"; der put $O 1.0.4.0.1.1 "$(der get "$work/c" 0.1 | xxd -p | tr -d "\n")"
	for i in 0 1 2 3; do [ "$(der get $O 1.0.4.0.3.$i.0 | xxd -p)" = 060b2a864886f70d010910022f ] && break; done
	der put $O 1.0.4.0.3.$i.1.0 "$(tlv 30 "$(tlv 30 "$(tlv 30 "0420$(fingerprint sm2)")")")"; resign officer $O'
c INDETERMINATE 'no root' 'SM2 of an unknown root' plan "$sm2" plan 'roots=root'
