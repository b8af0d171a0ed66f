# pki.sh: sourced by the scripts here: make_pki DIR makes a root, an issuing authority, two signers, their revocation lists and a time-stamp authority.
make_pki() {
	local d=$1
	mkdir -p "$d"
	cat >"$d/ca.cnf" <<-T
	[ca]
	default_ca = d
	[d]
	database = $d/index
	crlnumber = $d/crlnumber
	default_md = sha256
	default_crl_days = 30
	[root]
	basicConstraints = critical,CA:true
	keyUsage = critical,keyCertSign,cRLSign
	subjectKeyIdentifier = hash
	[sub]
	basicConstraints = critical,CA:true,pathlen:0
	keyUsage = critical,keyCertSign,cRLSign
	subjectKeyIdentifier = hash
	authorityKeyIdentifier = keyid
	[leaf]
	basicConstraints = critical,CA:false
	keyUsage = critical,digitalSignature,nonRepudiation
	subjectKeyIdentifier = hash
	authorityKeyIdentifier = keyid
	crlDistributionPoints = URI:${CRL_URL:-http://127.0.0.1:9/ca.crl}
	[tsa]
	basicConstraints = critical,CA:false
	keyUsage = critical,digitalSignature
	extendedKeyUsage = critical,timeStamping
	subjectKeyIdentifier = hash
	authorityKeyIdentifier = keyid
	[tsaconf]
	signer_digest = sha256
	default_policy = 1.2.3.4.1
	digests = sha256, sha384, sha512
	accuracy = secs:1
	ess_cert_id_chain = no
	ess_cert_id_alg = sha256
	serial = $d/tsaserial
	T
	: >"$d/index"; echo 01 >"$d/crlnumber"; echo 01 >"$d/tsaserial"
	key() { openssl genpkey -quiet -algorithm "$1" -pkeyopt "$2" -out "$d/$3.key" 2>/dev/null || openssl genpkey -algorithm "$1" -pkeyopt "$2" -out "$d/$3.key" 2>/dev/null; }
	cert() { # name subject extensions issuer
		openssl req -new -key "$d/$1.key" -subj "$2" -out "$d/$1.csr" -utf8
		openssl x509 -req -in "$d/$1.csr" -CA "$d/$4.crt" -CAkey "$d/$4.key" -days ${PKI_DAYS:-30} -extfile "$d/ca.cnf" -extensions "$3" -out "$d/$1.crt" 2>/dev/null
	}
	key EC ec_paramgen_curve:P-256 root
	openssl req -x509 -new -key "$d/root.key" -subj "/O=示例/CN=Root" -utf8 -days ${PKI_ROOT_DAYS:-60} -config <(printf '[req]\ndistinguished_name=n\n[n]\n'; cat "$d/ca.cnf") -extensions root -out "$d/root.crt"
	key EC ec_paramgen_curve:P-256 sub; cert sub "/O=Example/CN=Issuing" sub root
	key RSA rsa_keygen_bits:3072 admin; cert admin "/O=Example/CN=Admin" leaf sub
	key EC ec_paramgen_curve:P-384 officer; cert officer "/O=Example/CN=Officer" leaf sub
	key EC ec_paramgen_curve:P-256 tsa; cert tsa "/O=Example/CN=TSA" tsa root
	cat "$d/sub.crt" "$d/root.crt" >"$d/tail"; cat "$d/tail" >>"$d/admin.crt"; cat "$d/tail" >>"$d/officer.crt"
	openssl ca -config "$d/ca.cnf" -gencrl -keyfile "$d/sub.key" -cert "$d/sub.crt" -out "$d/sub.pem" 2>/dev/null
	openssl crl -in "$d/sub.pem" -outform DER -out "$d/administrator.crl"
	openssl ca -config "$d/ca.cnf" -gencrl -keyfile "$d/root.key" -cert "$d/root.crt" -out "$d/compliance-officer.crl" 2>/dev/null
}
stamp() { # DIR DATA OUT
	openssl ts -query -data "$2" -sha256 -cert -out "$3.tsq" 2>/dev/null &&
	openssl ts -reply -queryfile "$3.tsq" -signer "$1/tsa.crt" -inkey "$1/tsa.key" -config "$1/ca.cnf" -section tsaconf -out "$3" 2>/dev/null
}
