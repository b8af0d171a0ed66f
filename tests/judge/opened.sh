#!/usr/bin/env bash
# opened.sh ARCHIVE KEY CERT OUT.tar.gz: an encrypted archive decrypted with openssl and gzip alone, as a plain one for same.sh and compare.sh: the plain files in their order, their
# SHA-256 manifest made anew.  Fails when a part cannot be opened or a file is not one whole gzip stream.
set -euo pipefail
archive=$(readlink -f "$1") key=$(readlink -f "$2") cert=$(readlink -f "$3") out=$(readlink -f "$4")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
tar -xzf "$archive"
root=$(echo *)
tar -tzf "$archive" | sed -E "s,^$root/,,; s,\.gz\.[0-9]{4}\.cms\$,," | grep -vE '^(tag)?manifest-(sm3|sha512)' | uniq >list
cd "$root"
while read -r f; do
	[ -e "$f.gz.0001.cms" ] || continue
	for p in "$f".gz.*.cms; do openssl cms -decrypt -binary -inform DER -in "$p" -recip "$cert" -inkey "$key"; rm "$p"; done | gzip -dc >"$f"
done <../list
grep '^data/' ../list | xargs -d '\n' sha256sum >manifest-sha256.txt
sed "s,^,$root/," ../list >../paths
cd ..
tar -czf "$out" --no-recursion -T paths
