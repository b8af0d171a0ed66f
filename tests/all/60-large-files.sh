#!/usr/bin/env bash
# Files around the size where a tar header no longer holds it: one byte below 8 GiB, and one above.
. "$(dirname "$0")/../harness.sh"
. "$TOP/tests/interop/pki.sh"
cd "$WORK"
driver=$(find "$BUILD" -name writer_driver -type f | head -1)
make_pki "$WORK/pki"
fingerprint() { openssl x509 -in "$1" -outform DER | sha256sum | cut -c1-64; }
cat > trust.conf <<TRUST
[trust]
roots = pki/root.crt
token = optional
[role administrator]
cert = sha256:$(fingerprint pki/admin.crt)
[role compliance-officer]
cert = sha256:$(fingerprint pki/officer.crt)
TRUST
umask 077
for size in 8589934591 8589934593; do
	rm -rf s && mkdir s
	expect 0 "$size bytes: written" env WRITER_LARGE=$size "$driver" s 2 3 pki none
	a=s/demo-00000001.tar.gz
	expect 0 "$size bytes: VALID" "$CUSTODY" -q --lang en verify --trust trust.conf "$a"
	[ "$(tar -tvzf "$a" | awk '/\.bin$/{print $3}')" = $size ] && pass "$size bytes: as tar sees it" || fail "$size: $(tar -tvzf "$a" | grep bin)"
	want=$(tar -xzOf "$a" --wildcards '*/manifest-sha256.txt' | sed -n 's/^\([0-9a-f]*\)  .*\.bin$/\1/p')
	got=$({ head -c $((size - 4)) /dev/zero; echo end; } | openssl dgst -sha256 -r | cut -d' ' -f1)
	[ -n "$want" ] && [ "$want" = "$got" ] && pass "$size bytes: listed with its hash" || fail "$size: $want, $got"
	chmod -R u+w s
done
finish
