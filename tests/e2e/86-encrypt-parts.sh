#!/usr/bin/env bash
# A file of several encrypted parts, end to end: by custody, by openssl and gunzip, and the platform's own sha256; what is read for one file; memory.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
MIB=${MIB:-132} LIMIT=${LIMIT:-250000}
sim_start "$WORK/t" --scale 20 --seed 5 --fault "large-media:$MIB" || { finish; exit; }
openssl req -x509 -newkey rsa:3072 -nodes -keyout legal.key -out t/legal.crt -days 30 -subj /CN=legal 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes -keyout escrow.key -out t/escrow.crt -days 30 -subj /CN=escrow 2>/dev/null
sed -i "s/^\[store\]/[store]\nencrypt_to = legal.crt, escrow.crt/" t/custody.conf
K=(--trust t/trust.conf --decrypt-key escrow.key --decrypt-cert t/escrow.crt)
A=s/acme-00000001.tar.gz
small() {	# small NAME COMMAND…: it works, and never takes more than LIMIT kB
	local name=$1 kb; shift
	expect 0 "$name" /usr/bin/time -o memory -f %M "$@"
	kb=$(tail -1 memory)
	[ "$kb" -lt "$LIMIT" ] && pass "$name: $((kb / 1000)) MB of memory" || fail "$name: $kb kB of memory"
}
small "export" "$CUSTODY" -c t/custody.conf -q --store "$WORK/s" export acme
sim_stop
tar -tzf $A >names
f=$(sed -n 's,^acme-00000001/\(data/files/.*\)\.gz\.0002\.cms$,\1,p' names)
parts=$(grep -cF "/$f.gz." names)
[ -n "$f" ] && [ "$parts" -ge $((MIB / 64)) ] && [ "$parts" -le $((MIB / 64 + 1)) ] && pass "$MIB MiB in $parts parts" || fail "parts: $(grep -F .gz.0002 names)"
small "verify with a key" "$CUSTODY" -q verify "${K[@]}" $A
small "extract" "$CUSTODY" -q extract $A "$f" -C x "${K[@]}"
got=$(sha256sum <"x/$f" | cut -c1-64); rm -r x
tar -xzf $A "acme-00000001/data/records" "acme-00000001/$(dirname "$f")"
for p in acme-00000001/data/records/files/*.cms; do openssl cms -decrypt -binary -inform DER -in "$p" -recip t/legal.crt -inkey legal.key; done | gunzip >files
record=$(grep -nF "\"path\":\"$f\"" files | head -1) line=${record%%:*}
hand=$(for p in acme-00000001/"$f".gz.0*.cms; do openssl cms -decrypt -binary -inform DER -in "$p" -recip t/legal.crt -inkey legal.key; done | gunzip | sha256sum | cut -c1-64)
[ "$got" = "$hand" ] && pass "as openssl and gunzip give it" || fail "$got, by hand $hand"
truth=$(jq -r --arg id "$(sed -E 's/.*"kind":"file","id":"([^"]*)".*/\1/' <<<"$record")" 'select(.stream == "files" and .id == $id) | .sha256' t/truth.jsonl)
[ "$got" = "$truth" ] && pass "as the platform has it" || fail "$got, the platform's $truth"
small "prove, with the file" "$CUSTODY" -q prove $A "files@$((line - 1))" -o proof --with-files "${K[@]}"
[ "$(sha256sum <proof/0001/file | cut -c1-64)" = "$truth" ] && pass "the same file" || fail "another file"
rm -r proof
small "everything" "$CUSTODY" -q extract $A -C all "${K[@]}"
[ "$(sha256sum <"all/$f" | cut -c1-64)" = "$truth" ] && pass "the same file" || fail "another file"
other=$(cd all && find data/files -type f -size -20k | sort | head -1)
strace -f -qq -e trace=read,pread64 -o reads "$CUSTODY" -q extract $A "$other" -C one "${K[@]}"
got=$(awk '/pread64/ { n += $NF } END { print n + 0 }' reads)
cmp -s "one/$other" "all/$other" && [ "$got" -lt 4000000 ] && pass "a small file: $got of $(stat -c %s $A) octets are read" || fail "$got octets read for $other"
finish
