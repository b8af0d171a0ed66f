#!/bin/bash
# lookup.sh WRITER_DRIVER LOOKUP_DRIVER: what is read out of an archive by its index is what tar takes out of it; also inside each other, and with an index that lies.
set -uo pipefail
export LC_ALL=C.UTF-8
writer=$(readlink -f "$1") driver=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
. "$here/pki.sh"
tmp=$(mktemp -d)
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
export XDG_STATE_HOME=$tmp/state
n=0 bad=0
ok() { local what=$1; shift; n=$((n + 1)); if ! "$@" >"$tmp/log" 2>&1; then bad=$((bad + 1)); echo "FAILED: $what"; head -20 "$tmp/log"; fi; }
same() { ok "$1" test "$2" = "$3"; [ "$2" = "$3" ] || printf '  %s\n  %s\n' "$2" "$3"; }
make_pki "$tmp/pki"
umask 077
mkdir "$tmp/a"; cd "$tmp/a" || exit 1
ok "an archive" "$writer" . 2 14 "$tmp/pki" none
A=demo-00000001
tar -xzf $A.tar.gz
all() { # WHAT
	"$driver" $A.tar.gz records >"$tmp/records" 2>"$tmp/log" || { bad=$((bad + 1)); echo "FAILED: $1: records"; cat "$tmp/log"; }
	cut -f3 $A/record-segments.tsv | sed "s,^,$A/," | xargs cat | cmp -s - "$tmp/records"; same "$1: records, others read inside" $? 0
	rm -rf "$tmp/walk"; mkdir "$tmp/walk"; (cd $A && find data -type d) | (cd "$tmp/walk" && xargs mkdir -p)
	(cd "$tmp/walk" && "$driver" "$tmp/a/$A.tar.gz" walk data/); same "$1: walk" $? 0
	ok "$1: every payload file" diff -r $A/data "$tmp/walk/data"
	for f in $(cut -c67- $A/manifest-sha256.txt | awk 'NR % 7 == 1 || /views/'); do
		"$driver" $A.tar.gz one "$f" 99999999999 | cmp -s - "$A/$f"; same "$1: $f" $? 0
	done
}
all "a new index"
all "the index that is there"
f=$(cut -c67- $A/manifest-sha256.txt | grep '^data/files' | head -1) size=$(stat -c %s "$A/$f")
"$driver" $A.tar.gz one "$f" "$size" 2>/dev/null | cmp -s - "$A/$f"; same "exactly as long as allowed" $? 0
"$driver" $A.tar.gz one "$f" $((size - 1)) >/dev/null 2>&1; same "one octet more is too long" $? 4
"$driver" $A.tar.gz one data/files/000000/000009999.txt 9999 >/dev/null 2>&1; same "no such file" $? 3
"$driver" $A.tar.gz one data/views/none.csv 9999 >/dev/null 2>&1; same "no such view" $? 3
cp $A.index good.index
for at in 40 300 4200 8300 12400 20500 30000; do
	[ "$at" -lt "$(stat -c %s good.index)" ] || continue
	cp good.index $A.index; chmod u+w $A.index; printf '\x5a' | dd of=$A.index bs=1 seek="$at" conv=notrunc status=none
	all "index with octet $at changed"
done
echo "$n checks, $bad failed"
[ $bad = 0 ]
