#!/usr/bin/env bash
# A redacted copy: what is masked is gone, the rest is proven, by custody and by hand; the index beside the archive, false in every way, costs time and nothing else.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
export XDG_STATE_HOME=$WORK/state
sim_start "$WORK/t" --scale small --seed 7 || { finish; exit; }
expect 0 "export" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
a=$WORK/t/store/acme-00000001.tar.gz index=$WORK/t/store/acme-00000001.index trust=$WORK/t/trust.conf
C() { "$CUSTODY" --lang en "$@"; }
tar -xzf "$a"; tree=$WORK/acme-00000001
users=data/records/users/000000.jsonl
one=$(sed -n 5p "$tree/$users" | jq -r .id)

expect 0 "redact two users" C -q redact "$a" "users/$one" users@0 -o copy --trust "$trust"
[ "$(grep -c '"_redacted"' copy/$users)" = 2 ] && [ "$(wc -l <copy/$users)" = "$(wc -l <"$tree/$users")" ] && pass "two lines are hashes, none is missing" || fail "lines"
diff <(grep -v _redacted copy/$users) <(sed '1d;5d' "$tree/$users") >/dev/null && pass "the others are the archive's, byte for byte" || fail "other lines"
! grep -rqF "$(sed -n 5p "$tree/$users" | cut -c1-40)" copy/data && pass "the masked one is gone" || fail "the masked record is still there"
[ "$(ls copy/data/records)" = users ] && pass "no other stream is in it" || fail "streams: $(ls copy/data/records)"
expect 0 "check: VALID" C --json check copy --trust "$trust"
jq -e '.verdict == "VALID" and .records[0].masked == 2' out >/dev/null && pass "masked records are counted" || fail "count: $(head -c 300 out)"
expect 0 "whole streams, nothing masked, files too" C -q redact "$a" --stream users,files -o whole --with-files --trust "$trust"
expect 0 "check: VALID" C check whole --trust "$trust"
diff -r whole/data/files "$tree/data/files" >/dev/null && pass "all files are there" || fail "files"
line=$(grep -n '"kind":"file"' "$tree/data/records/files/000000.jsonl" | head -1 | cut -d: -f1)
path=$(sed -n "${line}p" "$tree/data/records/files/000000.jsonl" | jq -r .n.path)
expect 0 "a masked attachment" C -q redact "$a" "files@$((line - 1))" --with-files -o nofile --trust "$trust"
[ ! -e "nofile/$path" ] && pass "its file is not in the copy" || fail "the file of a masked record"
cp "$tree/$path" "nofile/$path"
expect 7 "put there all the same: INVALID" C check nofile --trust "$trust"
forged() { expect "$2" "$1" C check x --trust "$trust"; rm -rf x; }
begin() { rm -rf x; cp -r copy x; }
begin; sed -i '3s/"kind"/"kinD"/' x/$users; forged "a record changed" 7
begin; sed -i 3d x/$users; forged "a record removed" 7
begin; sed -i '3{h;d};4{G}' x/$users; forged "two records swapped" 7
begin; sed -i '1s/:"./:"g/' x/$users; forged "a hash that is none" 7
begin; sed -i '1s/"}$/","x":1}/' x/$users; forged "a marker with more in it" 7
begin; sed -i '1s/^{/{ /' x/$users; forged "a marker with a space" 7
begin; truncate -s -1 x/$users; forged "the last line end missing" 7
begin; : > x/$users; forged "an empty segment" 7
begin; mv x/$users x/data/records/users/000001.jsonl; forged "another number" 7
begin; mkdir x/data/records/rooms; mv x/$users x/data/records/rooms/; forged "another stream" 7
begin; touch x/data/more; forged "a file too many" 7
begin; rm -r x/data/records; forged "nothing in it" 7
begin; mkdir x/data/views; touch x/data/views/users.csv; forged "a view" 7
expect 2 "redact a record that is not there" C redact "$a" users/nobody -o none --trust "$trust"
expect 2 "redact of no stream" C redact "$a" --stream nothing -o none --trust "$trust"
expect 2 "redact of nothing" C redact "$a" -o none --trust "$trust"
[ ! -e none ] && pass "a failure leaves nothing behind" || fail "something was left"

# --- by hand ---
tools=$WORK/tools; mkdir "$tools"
for f in $(dpkg -L coreutils | grep -E '^(/usr)?/bin/[^/]+$') "$(command -v bash)"; do ln -sf "$f" "$tools/"; done
{
	echo "cd $WORK/copy && set -e"
	awk 'index($0, "一、") == 1 { on = 1 } index($0, "    h=$({") == 1 { on = 0 } on && /^    / { print substr($0, 5) }' copy/EXPLAIN.txt
	awk 'index($0, "遮盖副本中") == 1 { on = 1; next } index($0, "二、") == 1 { on = 0 } on && /^    / { print substr($0, 5) }' copy/EXPLAIN.txt | sed "s,SEGMENT,$users,g"
} > hand.sh
env -i PATH="$tools" LC_ALL=C "$tools/bash" hand.sh > hand.out 2>&1
[ "$(cat hand.out)" = "$(grep "$users" copy/record-segments.tsv)" ] && pass "by hand: the root over hashes and records" || { fail "by hand"; tail -5 hand.out hand.sh; }

# --- an index that lies ---
want=$(sed -n 5p "$tree/$users")
shows() { # NAME: the record, all of it, whatever the index says; then again with the new index
	for _ in 1 2; do
		got=$(C -q show "$a" "users/$one" --trust "$trust" 2>err)
		[ "$got" = "$want" ] || { fail "$1: $(tail -1 err | cut -c1-200)"; return; }
	done
	pass "$1"
}
C -q show "$a" "users/$one" --trust "$trust" >/dev/null; cp "$index" good.index
size=$(stat -c %s good.index)
for cut in 0 1 4095 4096 8192 $((size / 2)) $((size - 1)) $((size - 4096)); do head -c $cut good.index > "$index"; shows "index cut to $cut bytes"; done
{ cat good.index; head -c 4096 /dev/urandom; } > "$index"; shows "index with a page too many"
head -c "$size" /dev/urandom > "$index"; shows "index of random bytes"
head -c "$size" /dev/zero > "$index"; shows "index of zeros"
rm "$index"; ln -s /dev/zero "$index"; shows "index is a link to a device"; rm -f "$index"
mkdir "$index"; shows "index is a directory"; rmdir "$index"
RANDOM=7 bad=0
for _ in $(seq "${FLIPS:-60}"); do
	cp good.index "$index"
	at=$(((RANDOM * 32768 + RANDOM) % size))
	printf "\\x$(printf %02x $(($(od -An -tu1 -j $at -N1 good.index) ^ (1 << (RANDOM % 8)))))" | dd of="$index" bs=1 seek=$at conv=notrunc status=none
	[ "$(C -q show "$a" "users/$one" --trust "$trust" 2>err)" = "$want" ] || { bad=$((bad + 1)); echo "flip at $at: $(tail -1 err)"; }
done
[ $bad = 0 ] && pass "${FLIPS:-60} flipped bits: always the record" || fail "$bad flips gave another answer"
for page in $(seq 1 $((size / 4096 - 1))); do	# whole pages exchanged, and the maker forgotten: tags no longer help, proofs do
	cp good.index "$index"
	dd if=good.index of="$index" bs=4096 skip=$page seek=$((page % (size / 4096 - 1) + 1)) count=1 conv=notrunc status=none
	[ "$(C -q show "$a" "users/$one" --trust "$trust" 2>err)" = "$want" ] || fail "page $page exchanged: $(tail -1 err)"
	cp good.index "$index"
	dd if=good.index of="$index" bs=4096 skip=$page seek=$((page % (size / 4096 - 1) + 1)) count=1 conv=notrunc status=none
	printf 'somebody' | dd of="$index" bs=1 seek=64 conv=notrunc status=none
	[ "$(C -q show "$a" users@4 --trust "$trust" 2>err)" = "$want" ] || fail "page $page exchanged, another maker: $(tail -1 err)"
done
pass "pages exchanged"
cp good.index "$index"; XDG_STATE_HOME=$WORK/other C -q show "$a" users/nobody --trust "$trust" >out 2>err; [ $? = 2 ] && pass "an index of another user does not say that something is not there" || fail "another user"
cmp -s good.index "$index" && fail "the other user's answer came from an index that is not his" || pass "he read it in full and made his own"
HOME=/nonexistent XDG_STATE_HOME= ; export XDG_STATE_HOME; shows "without a home"
export XDG_STATE_HOME=$WORK/state

# --- files by the index ---
C -q show "$a" "users/$one" --trust "$trust" >/dev/null
expect 0 "extract some files by the index" C -q extract -C some "$a" data/views data/records/users "$path" --trust "$trust"
diff -r some/data/views "$tree/data/views" && diff -r some/data/records "$tree/data/records" 2>&1 | grep -v '^Only in' ; cmp some/$path "$tree/$path" && [ "$(find some -type f | wc -l)" = $(($(find "$tree/data/views" "$tree/data/records/users" -type f | wc -l) + 1)) ] && pass "they are the archive's, and no others" || fail "extracted files"
expect 2 "never over a file" C -q extract -C some "$a" data/views --trust "$trust"
expect 2 "a path that is not there" C -q extract -C none "$a" data/nothing --trust "$trust"
expect 8 "nothing without trust" C -q extract -C none "$a" data/views
[ -z "$(find none -type f)" ] && pass "no file was written" || fail "files: $(find none -type f)"
for page in $(seq 1 $((size / 4096 - 1))); do
	cp good.index "$index"; printf 'somebody' | dd of="$index" bs=1 seek=64 conv=notrunc status=none
	dd if=good.index of="$index" bs=4096 skip=$page seek=$((page % (size / 4096 - 1) + 1)) count=1 conv=notrunc status=none
	rm -rf some; C -q extract -C some "$a" data/views --trust "$trust" >/dev/null 2>err && diff -r some/data/views "$tree/data/views" >/dev/null || fail "extract, page $page exchanged: $(tail -1 err)"
done
pass "extract with pages of the index exchanged"

# --- an archive that was changed, with an index that is still good ---
chmod u+w "$a"; cp -p "$a" good.tar.gz; C -q show "$a" "users/$one" --trust "$trust" >/dev/null
mtime=$(stat -c %y "$a"); gzip -dc good.tar.gz > a.tar
at=$(grep -obaF "$(sed -n 5p "$tree/$users" | cut -c1-60)" a.tar | head -1 | cut -d: -f1)
cp a.tar "$WORK/t/store/plain.tar"; C -q show "$WORK/t/store/plain.tar" "users/$one" --trust "$trust" > out && [ "$(cat out)" = "$want" ] && pass "a plain tar, with its index" || fail "plain tar"
mtime=$(stat -c %y "$WORK/t/store/plain.tar")
printf 'X' | dd of="$WORK/t/store/plain.tar" bs=1 seek=$((at + 45)) conv=notrunc status=none; touch -d "$mtime" "$WORK/t/store/plain.tar"
expect 7 "a record changed behind the index's back: INVALID" C show "$WORK/t/store/plain.tar" "users/$one" --trust "$trust"
[ -s out ] && fail "something was shown" || pass "nothing is shown"
rm -rf some; expect 7 "its segment is not extracted" C -q extract -C some "$WORK/t/store/plain.tar" data/records/users --trust "$trust"
[ -z "$(find some -type f)" ] && pass "no file is left" || fail "files are left"
expect 7 "list --records of it" C list "$WORK/t/store/plain.tar" --records users --trust "$trust"
[ -s out ] && fail "something was listed" || pass "nothing is listed"
expect 0 "another stream of it can still be shown" C show "$WORK/t/store/plain.tar" rooms@0 --trust "$trust"
diff <(C -q list "$a" --records messages --trust "$trust") <(cat "$tree"/data/records/messages/*.jsonl) >/dev/null && pass "list --records is the archive's records" || fail "list --records"
[ -z "$(find "$WORK/t/store" -name '.custody-tmp*')" ] && pass "no temporary file is left" || fail "temporary files"
chmod u-w "$WORK/t/store"; rm -f "$index" 2>/dev/null; finish
