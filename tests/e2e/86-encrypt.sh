#!/usr/bin/env bash
# Encrypted archives: verified without a key, opened with one and by hand with openssl alone; what is refused; a lost catalogue.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK" || exit
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
person() { openssl req -x509 -newkey "$2" "${@:3}" -nodes -keyout "$1.key" -out "t/$1.crt" -days 30 -subj "/CN=$1" 2>/dev/null; }
person legal rsa:3072 -addext keyUsage=critical,keyEncipherment
person escrow ec -pkeyopt ec_paramgen_curve:P-384 -addext keyUsage=critical,keyAgreement
person weak rsa:2048
person other rsa:3072
C=("$CUSTODY" -c t/custody.conf --lang en -q --store "$WORK/s")
to() { sed -i '/^encrypt_to/d' t/custody.conf; sed -i "s/^\[store\]/[store]\nencrypt_to = $1/" t/custody.conf; }

to legal.crt; expect 2 "one recipient alone" "${C[@]}" export acme
to 'legal.crt, legal.crt'; expect 2 "the same key twice" "${C[@]}" export acme
to 'legal.crt, weak.crt'; expect 6 "a weak key" "${C[@]}" export acme
ls s/*.partial s/*.tar.gz >/dev/null 2>&1 && fail "something was begun" || pass "nothing was begun"
to 'legal.crt, escrow.crt'; expect 0 "export" "${C[@]}" export acme
A=s/acme-00000001.tar.gz
expect 0 "VALID without a key" "$CUSTODY" --lang en -q verify --trust t/trust.conf $A
grep -q 'was not opened' out && pass "says that nothing was opened" || fail "$(cat out)"
check "by hand" bash "$TOP/tests/judge/by-hand.sh" $A t/trust
for who in legal escrow; do
	expect 0 "VALID with the key of $who" "$CUSTODY" --lang en -q verify --trust t/trust.conf --decrypt-key $who.key --decrypt-cert t/$who.crt $A
	grep -q 'all content was opened' out && pass "all of it opened" || fail "$(cat out)"
done
expect 6 "a key of nobody's" "$CUSTODY" -q verify --trust t/trust.conf --decrypt-key other.key --decrypt-cert t/other.crt $A
expect 8 "no record without a key" "$CUSTODY" -q show $A users@0 --trust t/trust.conf

# Every file by openssl and gunzip, against the roots' own lines and against what extract gives.
tar -xzf $A
K=(--trust t/trust.conf --decrypt-key escrow.key --decrypt-cert t/escrow.crt)
expect 0 "extract" "$CUSTODY" -q extract $A data -C x "${K[@]}"
bad=0 n=0
for first in $(cd acme-00000001 && find data -name '*.gz.0001.cms'); do
	f=${first%.gz.0001.cms} n=$((n + 1))
	for p in acme-00000001/"$f".gz.0*.cms; do
		openssl cms -decrypt -binary -inform DER -in "$p" -recip t/legal.crt -inkey legal.key || bad=1
	done 2>/dev/null | gunzip | cmp -s - "x/$f" || { bad=1; echo "$f"; }
done
[ $bad = 0 ] && [ $n -gt 100 ] && pass "$n files by hand, equal" || fail "by hand: $n files"

# Bytes changed without the seal: INVALID, with and without a key.
size=$(stat -c %s $A)
for at in $((size / 3)) $((size / 2)); do
	cp $A bad.tar.gz; chmod u+w bad.tar.gz
	printf '\x55' | dd of=bad.tar.gz bs=1 seek="$at" conv=notrunc status=none
	expect 7 "octet $at changed" "$CUSTODY" -q verify --trust t/trust.conf bad.tar.gz
	expect 7 "octet $at changed, with a key" "$CUSTODY" -q verify "${K[@]}" bad.tar.gz
done

# What the next run must know is never lost in silence.
rm s/custody.sqlite; expect 0 "the catalogue from what lies beside" "${C[@]}" export acme
rm s/custody.sqlite s/*.carry; expect 8 "neither catalogue nor carry" "${C[@]}" export acme
expect 0 "from the events, with a key" "${C[@]}" runs --decrypt-key legal.key --decrypt-cert t/legal.crt
expect 0 "and it goes on" "${C[@]}" export acme
finish
