#!/usr/bin/env bash
# Wrong input as a new user would give it: the right class, one clear last line, the next step, nothing lost.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
conf=$WORK/t/custody.conf
C=("$CUSTODY" --lang en)

wrong() { # STATUS NAME PATTERN COMMAND…: the last line must match
	local want=$1 name=$2 pattern=$3
	shift 3
	expect "$want" "$name: exit $want" "$@"
	if tail -1 "$WORK/err" | grep -qiE "^custody: .*$pattern"; then pass "$name: says why"; else fail "$name: last line: $(tail -1 "$WORK/err")"; fi
}
edited() { sed -E "$1" "$conf" > "$WORK/t/edited.conf"; }
fresh() { rm -rf "$WORK/t/store"; }

wrong 2 "no command" "command" "${C[@]}"
wrong 2 "misspelt command" 'did you mean .custody export' "${C[@]}" exprot acme
wrong 2 "unknown option" "did you mean --since" "${C[@]}" -c "$conf" export acme --sinse 2026-01-01
wrong 2 "one dash too few" 'option "-s"; next: did you mean --since' "${C[@]}" -c "$conf" export acme -since 2026-01-01
wrong 2 "unknown letter" 'option "-z"' "${C[@]}" -qzv -c "$conf" export acme
wrong 2 "unknown letter before others" 'option "-z"' "${C[@]}" -c "$conf" -zq export acme
wrong 2 "a flag with a value" "option --quiet takes no value" "${C[@]}" --quiet=yes -c "$conf" export acme
wrong 2 "no such tenant" "acme" "${C[@]}" -c "$conf" export acmee
wrong 2 "missing configuration" "nowhere.conf" "${C[@]}" -c "$WORK/nowhere.conf" export acme
edited 's/^corp_id/corp_idd/'
wrong 2 "misspelt key" "corp_id" "${C[@]}" -c "$WORK/t/edited.conf" export acme
wrong 2 "not a time" "since" "${C[@]}" -c "$conf" export acme --since yesterday
# A scope that is misspelt, or leaves nothing, must not become an empty archive that calls itself complete.
for scope in '--area:contact:contacts' '--stream:aprovals:approvals' '--exclude:mesages:messages'; do
	IFS=: read -r option word near <<<"$scope"
	fresh; wrong 2 "misspelt $option" "no area or stream \"$word\"; near: \"$near\"" "${C[@]}" -c "$conf" -q export acme "$option" "$word"
done
fresh; wrong 2 "a stream given as an area" 'no area or stream "departments"' "${C[@]}" -c "$conf" -q export acme --area departments
fresh; wrong 2 "everything excluded" "nothing is left in scope" "${C[@]}" -c "$conf" -q export acme --area approvals --exclude approvals
fresh; wrong 2 "files of nothing" "nothing is left in scope" "${C[@]}" -c "$conf" -q export acme --stream files
fresh; wrong 2 "people who left" "no API that lists people who have left.*--user" "${C[@]}" -c "$conf" -q export acme --left
if ls "$WORK"/t/store/*.tar.gz* >/dev/null 2>&1; then fail "a wrong scope leaves no archive"; else pass "a wrong scope leaves no archive"; fi
# An id that nobody has: a gap where members were read; where they were not, or of a room, a limit; never silence.
for case in '3:gap:users:--user admin,nobody' '0:limit:users:--user nobody --stream messages' '0:limit:rooms:--room nowhere'; do
	IFS=: read -r want what of words <<<"$case"
	rm -rf "$WORK/named"
	# shellcheck disable=SC2086
	expect "$want" "scope $words" "${C[@]}" -c "$conf" --store "$WORK/named" -q export acme $words
	grep -q 'nothing that was read shows no' "$WORK/err" && tar -xzOf "$WORK"/named/*.tar.gz --wildcards "*/data/records/${what}s/*" |
		jq -se --arg of "$of" 'any(.[]; .n.reason == "not_found" and .n.of_stream == $of)' >/dev/null && pass "... is a $what of $of" || fail "... is a $what of $of"
done
# However many are named: the last of as many as a list takes is looked for like the first.
rm -rf "$WORK/named"
expect 3 "255 members and one that nobody is" "${C[@]}" -c "$conf" --store "$WORK/named" -q export acme --stream users --user "$(printf 'admin,%.0s' {1..255})nobody"
tar -xzOf "$WORK"/named/*.tar.gz --wildcards "*/data/records/gaps/*" | jq -r 'select(.n.reason == "not_found") | .n.object' > missing
[ "$(cat missing)" = nobody ] && pass "... is the one gap" || fail "... not found: $(head -3 missing)"
edited 's,^(secret\.contacts *= *)file:.*,\1file:'"$WORK"'/none.secret,'
wrong 5 "missing secret" "none.secret" "${C[@]}" -c "$WORK/t/edited.conf" export acme
cp "$(sed -n 's/^secret\.contacts *= *file://p' "$conf")" open.secret && chmod 644 open.secret
edited 's,^(secret\.contacts *= *)file:.*,\1file:'"$WORK"'/open.secret,'
wrong 6 "secret readable by others" "open.secret" "${C[@]}" -c "$WORK/t/edited.conf" export acme
printf 'not-the-secret' > wrong.secret && chmod 600 wrong.secret
edited 's,^(secret\.contacts *= *)file:.*,\1file:'"$WORK"'/wrong.secret,'
fresh; wrong 6 "wrong secret" "40001|secret" "${C[@]}" -c "$WORK/t/edited.conf" -q export acme
edited 's,^(chat\.sdk *= *).*,\1/nowhere/libsdk.so,'
fresh; wrong 2 "library not there" "libsdk.so" "${C[@]}" -c "$WORK/t/edited.conf" -q export acme
edited 's,^(chat\.sdk *= *).*,\1'"$conf"','
fresh; wrong 2 "library is none" "custody.conf" "${C[@]}" -c "$WORK/t/edited.conf" -q export acme
edited 's,^signer\..*,,'
fresh; wrong 2 "no signer" "signer" "${C[@]}" -c "$WORK/t/edited.conf" export acme
# Standard descriptors that are closed: nothing meant for people may end in a file.
fresh
(ulimit -c 0; exec "${C[@]}" -c "$conf" export acme <&- >&- 2>&-)
[ $? = 5 ] && pass "closed outputs: IO" || fail "closed outputs: exit status"
if grep -qaE 'store|records' "$WORK/t/store/custody.lock" || [ "$(wc -l < "$WORK/t/store/custody.lock")" -gt 1 ]; then
	fail "closed outputs: the lock holds $(cat "$WORK/t/store/custody.lock")"; else pass "closed outputs: the lock is a lock"; fi
expect 0 "closed outputs: the archive is whole" "${C[@]}" verify --trust "$WORK/t/trust.conf" "$WORK/t/store/acme-00000001.tar.gz"
fresh
(exec "${C[@]}" -c "$conf" -q export acme <&- >&- 2>err)
[ $? = 5 ] && pass "closed input and output: IO" || fail "closed input and output: exit status"
[ "$(grep -vc "head receipt" err)" = 1 ] && grep -q "standard output" err && pass "closed input and output: one line" || fail "closed input and output: $(cat err)"
"${C[@]}" -c "$conf" --json export nobody >/dev/full 2>err
[ $? = 5 ] && [ "$(wc -l < err)" = 1 ] && pass "json on a full device: IO, one line" || fail "json on a full device: $(cat err)"
printf 'this is not an archive\n' > note.tar.gz
wrong 7 "not an archive" "note.tar.gz" "${C[@]}" verify --trust "$WORK/t/trust.conf" note.tar.gz
wrong 5 "no such archive" "none.tar.gz" "${C[@]}" verify --trust "$WORK/t/trust.conf" none.tar.gz
: > empty.tar.gz
wrong 7 "empty archive" "empty.tar.gz" "${C[@]}" verify --trust "$WORK/t/trust.conf" empty.tar.gz
fresh
mkdir small
if mount -t tmpfs -o size=512k none small 2>/dev/null; then
	mkdir -m 700 small/store
	wrong 5 "disk full" "space" "${C[@]}" -c "$conf" -q --store "$WORK/small/store" export acme
	if ls small/store/*.tar.gz >/dev/null 2>&1; then fail "disk full: no archive under a final name"; else pass "disk full: no archive under a final name"; fi
	umount small
else
	skip "tmpfs (no right to mount)"
fi
expect 0 "export for what follows" "${C[@]}" -c "$conf" -q export acme
a=$WORK/t/store/acme-00000001.tar.gz
wrong 8 "no trust" "trust" "${C[@]}" verify "$a"
"${C[@]}" -c "$conf" verify "$a" >/dev/full 2>"$WORK/err"
[ $? = 5 ] && pass "output to a full device is an error" || fail "output to a full device"
sim_stop
wrong 4 "platform out of reach" "127.0.0.1|network error" env CUSTODY_TEST_BACKOFF=1 "${C[@]}" -c "$conf" -q export acme
sim_start "$WORK/ip" --scale small --seed 5 --fault ip-untrusted
wrong 6 "address not trusted" "60020|10009|127.0.0.1|trusted" "${C[@]}" -c "$WORK/ip/custody.conf" -q export acme
finish
