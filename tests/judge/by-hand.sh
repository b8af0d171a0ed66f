#!/usr/bin/env bash
# by-hand.sh ARCHIVE TRUST-DIR: the verification that about/VERIFY.txt describes, with tar, sha256sum and openssl alone.
# TRUST-DIR holds roots.pem and tsa-roots.pem.  Exit 0: everything agrees.
set -euo pipefail
archive=$(readlink -f "$1") trust=$(readlink -f "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
PATH=/usr/bin:/bin
command -v custody >/dev/null && { echo "custody is on the path: this test must not see it"; exit 1; }
name=$(basename "$archive" .tar.gz)

empty() { local out; out=$("$@" || true); [ -z "$out" ] || { printf 'not empty: %s\n%s\n' "$*" "$out"; exit 1; }; }
empty sh -c "tar -tvzf '$archive' | grep -v '^-rw-r--r-- '"
empty sh -c "tar -tzf '$archive' | sort -f | uniq -di"
tar -xzf "$archive"
cd "$name"
sha256sum -c --strict --quiet manifest-sha256.txt
sha256sum -c --strict --quiet tagmanifest-sha256.txt
(cd seal && sha256sum -c --strict --quiet sha256sums.txt)
{
	cut -c67- manifest-sha256.txt tagmanifest-sha256.txt
	cut -c67- seal/sha256sums.txt | sed 's,^,seal/,'
	ls tagmanifest-*.txt seal/sha256sums.txt seal/*.tsr
} | LC_ALL=C sort > ../want
find . ! -type d | cut -c3- | LC_ALL=C sort | diff ../want -
[ "$(sed -n 's/^Tagmanifest: sha256://p' seal/seal.txt)" = "$(sha256sum tagmanifest-sha256.txt | cut -c1-64)" ]
T=
for token in seal/*.tsr; do
	at=$(date -d "$(openssl ts -reply -in "$token" -text 2>/dev/null | sed -n 's/^Time stamp: //p')" +%s)
	if ! openssl ts -verify -data seal/sha256sums.txt -in "$token" -CAfile "$trust/tsa-roots.pem" 2>&1 | grep -q '^Verification: OK'; then
		# The authority's certificate has ended: judged inside its validity, which a renewal archive must vouch for.
		openssl ts -verify -data seal/sha256sums.txt -in "$token" -CAfile "$trust/tsa-roots.pem" -attime "$at" 2>&1 | grep -q '^Verification: OK'
		echo "certificate of the time-stamp authority ended: $token"
	fi
	[ -n "$T" ] && [ "$T" -le "$at" ] || T=$at
done
check=()
cat "$trust/roots.pem" > ../with-crls.pem
if ls seal/*.crl.pem >/dev/null 2>&1; then cat seal/*.crl.pem >> ../with-crls.pem; check=(-crl_check); fi
n=0
while read -r _ role kind hash; do
	[ "$kind" = cms ]
	openssl cms -verify -binary -inform DER -in "seal/$role.p7s" -content seal/seal.txt -no-CApath -no-CAstore \
		-CAfile ../with-crls.pem "${check[@]}" -purpose any -attime "$T" -signer ../signer.pem -out /dev/null 2>../cms.err ||
		{ cat ../cms.err; exit 1; }
	[ "sha256:$(openssl x509 -in ../signer.pem -outform DER | sha256sum | cut -c1-64)" = "$hash" ]
	n=$((n + 1))
done < <(grep '^Signer: ' seal/seal.txt)
[ $n -ge 1 ]
echo "verified by hand: $name, $n signatures, $(wc -l < manifest-sha256.txt) files"
