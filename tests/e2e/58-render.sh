#!/usr/bin/env bash
# Views made again from a sealed archive: every format of the table, byte for byte what the export wrote; and the scope.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
listed() { "$CUSTODY" --lang en "$1" --help | sed -n '/^formats:/,/^$/p'; }
names() { sed -n 's/^  \([a-z0-9-]*\) .*/\1/p' | tr '\n' ' '; }
formats=$(listed render | grep -v 'custody render only' | names)	# those that an export may hold
[ "$(wc -w <<<"$formats")" -ge 4 ] && pass "formats in help: $formats" || fail "formats in help: $formats"
[ "$(listed render)" = "$(listed export)" ] && pass "export --help has them too" || fail "export --help"
sim_start "$WORK/t" --scale small --seed 21 || { finish; exit; }
formats=${formats% }
sed -i "s/^\[tenant acme\]/[tenant acme]\nviews = $formats/" t/custody.conf
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)
V=("$CUSTODY" --lang en -q verify --views --trust t/trust.conf)
T=(--trust t/trust.conf)

same() { # NAME ARCHIVE DIR: the views of the archive, taken out by tar, and those rendered
	rm -rf theirs; mkdir theirs; tar -xzf "$2" -C theirs --strip-components=1 --wildcards '*/data/views/*' '*/data/report/*'
	if diff -rq theirs/data "$3/data" >diff 2>&1 && [ "$(find theirs/data -type f | wc -l)" -ge 10 ]; then pass "$1: $(find theirs/data -type f | wc -l) files, equal"
	else fail "$1: $(head -3 diff)"; fi
}

# --- equality ---
expect 0 "export with every format" "${C[@]}" export acme
A=t/store/acme-00000001.tar.gz
expect 0 "render" "$CUSTODY" --lang en -q render $A "${T[@]}" -o all
[ "$(cat out)" = all ] && pass "says where" || fail "$(cat out)"
same "rendered from the archive alone" $A all
[ "$(stat -c %a all all/data/views all/derived.json | tr '\n' ' ')" = "700 700 600 " ] && pass "for the owner alone" || fail "modes: $(stat -c %a all all/data/views all/derived.json | tr '\n' ' ')"
for f in $formats; do
	expect 0 "render --format $f" env TZ=America/Lima LC_ALL=C "$CUSTODY" -q render $A "${T[@]}" --format "$f" -o "one-$f"
	diff -rq "one-$f/data" all/data 2>&1 | grep -v "^Only in all" >diff
	[ -s diff ] && fail "$f alone: $(head -3 diff)" || pass "$f alone: the same files"
done
expect 0 "a VALID archive whose views agree" "${V[@]}" $A
grep -q 'the same byte for byte' out && pass "made again, all the same" || fail "$(tail -12 out)"
seal=$(sha256sum t/store/acme-00000001.seal/seal.txt | cut -c1-64)
check "derived.json" jq -e --arg s "$seal" '.format == "custody-derived/1" and .archive == "acme-00000001" and .sequence == 1 and .seal_sha256 == $s and .verdict == "VALID" and (.formats | length) >= 4' all/derived.json

# --- what is refused ---
expect 2 "nothing is written over" "$CUSTODY" -q render $A "${T[@]}" -o all
expect 2 "no such format" "$CUSTODY" --lang en -q render $A "${T[@]}" --format cvs -o none
grep -q 'did you mean "csv"' err && pass "the nearest is named" || fail "$(cat err)"
expect 2 "no such stream" "$CUSTODY" -q render $A "${T[@]}" --stream mesages -o none
cp $A bad.tar.gz; chmod u+w bad.tar.gz; printf '\x55' | dd of=bad.tar.gz bs=1 seek=30000 conv=notrunc status=none
expect 7 "INVALID is not rendered" "$CUSTODY" -q render bad.tar.gz "${T[@]}" -o none
expect 0 "INDETERMINATE is, and it is said" "$CUSTODY" --lang en -q render $A --format json -o unsure
grep -q 'not proven who sealed' err && [ "$(jq -r .verdict unsure/derived.json)" = INDETERMINATE ] && pass "said" || fail "$(cat err)"
ls -A | grep -q '^\.custody-tmp' && fail "something is left behind" || pass "nothing is left behind"
[ -e none ] && fail "a directory was made" || pass "nothing was made"

# --- scope: counted by jq from the records ---
mkdir x && tar -xzf $A -C x --strip-components=1 --wildcards '*/data/records/*'
sed -i 's/,"raw\(_text\|_base64\)\?":.*/}/' x/data/records/*/*.jsonl	# lone surrogates of the platform: jq refuses them
who=$(jq -r '.n.from // empty' x/data/records/messages/*.jsonl | grep -Fxf <(jq -r .id x/data/records/users/*.jsonl) | sort | uniq -c | sort -rn | sed -n '1s/^ *[0-9]* //p')
until=$(date -u -d "@$(($(cat t/now) - 200000))" +%Y-%m-%dT%H:%M:%S.000Z)	# in the middle of the chat
expect 0 "scope: a person, until a day, with files" "$CUSTODY" -q render $A "${T[@]}" --format csv --with-files --user "$who" --until "$until" -o scope
count() { jq -r --arg s "$1" '[.streams[] | select(.stream == $s) | .records] | add // 0' scope/derived.json; }
m=$(jq -c --arg w "$who" --arg u $until 'select(.kind == "message" and ((.n.sent_at // "") < $u) and (.n.from == $w or ((.n.to // []) | index($w)))) | .id' x/data/records/messages/*.jsonl | wc -l)
u=$(jq -c 'select(.kind != "message") | .id' x/data/records/messages/*.jsonl | wc -l)
[ "$(count messages)" = $((m + u)) ] && [ "$m" -gt 0 ] && pass "$m messages" || fail "$(count messages) messages of $m"
a=$(jq -c --arg w "$who" --arg u $until 'select(.kind != "approval" or (.n.applicant == $w and (.n.applied_at // "") < $u)) | .id' x/data/records/approvals/*.jsonl | wc -l)
[ "$(count approvals)" = "$a" ] && pass "$a approvals" || fail "$(count approvals) approvals of $a"
[ "$(count users)" = "$(jq -c --arg w "$who" 'select(.kind != "user" or .id == $w) | .id' x/data/records/users/*.jsonl | wc -l)" ] && pass "one member" || fail "$(count users) members"
jq -r --arg w "$who" --arg u $until 'select((.kind == "message" and ((.n.sent_at // "") < $u) and (.n.from == $w or ((.n.to // []) | index($w)))) or .kind == "unknown" or (.kind == "approval" and .n.applicant == $w and (.n.applied_at // "") < $u)) | .id' \
	x/data/records/messages/*.jsonl x/data/records/approvals/*.jsonl | sort -u >holders
jq -r '[.n.of_id, .n.path, .n.sha256] | @tsv' x/data/records/files/*.jsonl | sort -k1,1 | join -t "$(printf '\t')" - holders >want
(cd scope && find data/files -type f 2>/dev/null | sort) >have; cut -f2 want | sort -u | diff -q - have >/dev/null && [ -s have ] && pass "$(wc -l <have) attachments, no other" || fail "attachments: $(wc -l <have) of $(cut -f2 want | sort -u | wc -l)"
(cd scope && awk -F'\t' '{ print $3 "  " $2 }' ../want | sha256sum -c --quiet --strict) && pass "with their hashes" || fail "hashes of attachments"
d=$(jq -r 'select(.n.parent_id == "1") | .id' x/data/records/departments/*.jsonl | head -1)
expect 0 "scope: a department with those below" "$CUSTODY" -q render $A "${T[@]}" --format json --stream departments,users --department "$d" -o dept
below=" $d "; for _ in 1 2 3 4 5 6; do while read -r id up; do case "$below" in *" $id "*) ;; *" $up "*) below="$below$id ";; esac; done < <(jq -r '[.id, .n.parent_id] | @tsv' x/data/records/departments/*.jsonl); done
[ "$(jq -r '.departments[].id' dept/data/views/org/org.json | sort | tr '\n' ' ')" = "$(tr ' ' '\n' <<<"$below" | sed '/^$/d' | sort | tr '\n' ' ')" ] && pass "departments $below" || fail "$below: $(jq -c '[.departments[].id]' dept/data/views/org/org.json)"
n=$(jq -c --arg b "$below" 'select(.kind == "user" and any((.n.departments // [])[].id; . as $i | $b | contains(" \($i) "))) | .id' x/data/records/users/*.jsonl | wc -l)
[ "$(jq '.members | length' dept/data/views/org/org.json)" = "$n" ] && [ "$n" -gt 0 ] && pass "$n members" || fail "members: $(jq '.members | length' dept/data/views/org/org.json) of $n"

finish
