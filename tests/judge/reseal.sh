#!/usr/bin/env bash
# reseal.sh ROOT KEYS OUT.tar: the unpacked archive ROOT, whose payload somebody changed, sealed anew by the signers themselves: manifests, counts, seal and signatures are right again.
# KEYS holds admin and officer (.key, .crt).  Without revocation lists and time stamp.  The order of entries is that of its old manifest; what is new comes last.
set -euo pipefail
export LC_ALL=C TZ=UTC
root=$(readlink -f "$1") keys=$(readlink -f "$2") out=$(readlink -f "$3")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$root"
payload=$({ cut -c67- manifest-sha256.txt; find data -type f | sort; } | awk '!seen[$0]++' | while read -r f; do [ ! -e "$f" ] || echo "$f"; done)
# shellcheck disable=SC2086 # words
sha256sum $payload >manifest-sha256.txt
# shellcheck disable=SC2086
oxum=$(cat $payload | wc -c).$(wc -w <<<"$payload")
sed -i "s/^Payload-Oxum: .*/Payload-Oxum: $oxum/" bag-info.txt
sha256sum bagit.txt about/VERIFY.txt about/FORMAT.txt manifest-sha256.txt record-segments.tsv bag-info.txt >tagmanifest-sha256.txt
sed -i "s/^Payload: .*/Payload: $oxum/; s/^Tagmanifest: .*/Tagmanifest: sha256:$(sha256sum tagmanifest-sha256.txt | cut -c1-64)/" seal/seal.txt
find seal -type f ! -name seal.txt -delete
for who in administrator:admin compliance-officer:officer; do
	key=$keys/${who#*:}
	openssl cms -sign -binary -in seal/seal.txt -signer "$key.crt" -inkey "$key.key" -outform DER -out "seal/${who%%:*}.p7s" -cades -nosmimecap -md sha256 2>/dev/null
done
(cd seal && sha256sum seal.txt administrator.p7s compliance-officer.p7s >sha256sums.txt)
# shellcheck disable=SC2086
printf '%s\n' bagit.txt about/VERIFY.txt about/FORMAT.txt $payload manifest-sha256.txt record-segments.tsv bag-info.txt tagmanifest-sha256.txt \
	seal/seal.txt seal/administrator.p7s seal/compliance-officer.p7s seal/sha256sums.txt |
	"$here/../attack/crafted/pack.pl" "$root" "$(basename "$root")" "$(date -d "$(sed -n 's/^Bagging-Date: //p' bag-info.txt)" +%s)" >"$out"
