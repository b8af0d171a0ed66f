#!/usr/bin/env bash
# All archives of other writers and all hostile ones, before our verifier and before a second one written from the format's description alone (tests/judge/reader.py);
# then that one judges archives of ours: plain, encrypted, with national algorithms, in volumes, a renewal; with what is demanded of a writer.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
J=$TOP/tests/judge
READER=1 python3 "$J/strangers.py" "$CUSTODY" "$WORK/s" good hostile signed encrypted large store >log 2>&1
grep -v ' passed, ' log
PASSED=$(grep -c '^ok ' log) FAILED=$(grep -c '^FAIL ' log)
grep -q ' passed, ' log && pass "all of them were judged" || fail "ended early: $(tail -3 log)"

sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
reads() { check "read by another: $1" python3 "$J/reader.py" --made --trust "${3:-t/trust.conf}" "${@:4}" "$2"; }
put() { sed -i "s|^\[$1\]|[$1]\n$2|" t/custody.conf; }
C=("$CUSTODY" -c t/custody.conf --lang en -q)
expect 0 "export" "${C[@]}" --store "$WORK/plain" export acme
expect 0 "renewal" "${C[@]}" --store "$WORK/plain" chain renew
for a in plain/*.tar.gz; do
	reads "$(basename "$a")" "$a"
	[ -e "${a%.tar.gz}.work" ] && fail "a work directory is left: K may be in it" || pass "nothing but archive, index and seal is left"
done
# Nothing rests on the index beside an archive, which the first look makes.
expect 0 "a look" "$CUSTODY" -q show plain/acme-00000001.tar.gz users@0 --trust t/trust.conf
cp out first
chmod u+w plain/acme-00000001.index && head -c "$(stat -c %s plain/acme-00000001.index)" /dev/urandom >plain/acme-00000001.index
expect 0 "a broken index changes nothing" "$CUSTODY" -q verify --trust t/trust.conf plain
expect 0 "and shows nothing else" "$CUSTODY" -q show plain/acme-00000001.tar.gz users@0 --trust t/trust.conf
check "the same record" cmp out first
grep -q '^INDETERMINATE' <<<"$(python3 "$J/reader.py" plain/acme-00000001.tar.gz)" && pass "no trust, no VALID" || fail "reader without trust"
cp t/custody.conf plain.conf
put store 'volume = 2 MiB'
expect 0 "export in volumes" "${C[@]}" --store "$WORK/volumes" export acme
for a in volumes/*.tar.gz; do reads "volume $(basename "$a")" "$a"; done
cp plain.conf t/custody.conf
person() { openssl req -x509 -newkey "$2" "${@:3}" -nodes -keyout "$1.key" -out "t/$1.crt" -days 30 -subj "/CN=$1" 2>/dev/null; }
person legal rsa:3072 -addext keyUsage=critical,keyEncipherment
person escrow ec -pkeyopt ec_paramgen_curve:P-384 -addext keyUsage=critical,keyAgreement
put store 'encrypt_to = legal.crt, escrow.crt'
expect 0 "encrypted export" "${C[@]}" --store "$WORK/closed" export acme
reads "encrypted" closed/acme-00000001.tar.gz
for who in legal escrow; do reads "encrypted, with the key of $who" closed/acme-00000001.tar.gz t/trust.conf --key $who.key --cert t/$who.crt; done
cp plain.conf t/custody.conf
# National algorithms: an SM2 authority and officer.
id="distid:1234567812345678"
{
	openssl ecparam -name SM2 -genkey -noout -out ca.key && openssl ecparam -name SM2 -genkey -noout -out sm.key
	openssl req -new -x509 -sm3 -sigopt $id -key ca.key -days 3650 -subj "/CN=SM2 root" -out ca.crt
	openssl req -new -sm3 -sigopt $id -key sm.key -subj "/CN=SM2 officer" -out sm.csr
	openssl x509 -req -sm3 -sigopt $id -vfyopt $id -in sm.csr -CA ca.crt -CAkey ca.key -set_serial 3 -days 2000 -out sm.crt -extfile <(printf 'keyUsage=critical,digitalSignature\n')
	chmod 600 sm.key
} >log 2>&1 || fail "certificates: $(tail -3 log)"
sed -i -e "s|^\(signer.compliance-officer\).*|\1 = cert=$WORK/sm.crt key=file:$WORK/sm.key|" -e 's/^\[seal\]/[seal]\ndigest = sm3, sha512/' t/custody.conf
cat ca.crt >>t/trust/roots.pem
fp=$(openssl x509 -in sm.crt -outform DER | sha256sum | cut -c1-64)
awk -v fp="$fp" '/^\[/{r=($0=="[role compliance-officer]")} r && /^cert/{print "cert = sha256:" fp; next} {print}' t/trust.conf >trust2 && cp trust2 t/trust.conf
expect 0 "export with SM2, SM3 and SHA-512" "${C[@]}" --store "$WORK/national" export acme
reads "SM2, SM3 and SHA-512" national/acme-00000001.tar.gz
finish
