#!/usr/bin/env bash
# The head of the chain is told elsewhere after each seal: to files, to programs, or at least to whoever reads our messages.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
base=$WORK/t/custody.conf conf=$WORK/t/receipt.conf
C=("$CUSTODY" --lang en -c "$conf")
told() { # TEXT: the value of receipt, and nothing archived so far
	rm -rf "$WORK/t/store" "$WORK"/t/*.txt
	sed "s|^\\[seal\\]\$|[seal]\\nreceipt = $1|" "$base" > "$conf"
}
head_of() { printf 'custody/1 head %s %s sha256:%s' "$(sed -n 's/^Chain: //p' "$1")" "$(sed -n 's/^Sequence: //p' "$1")" "$(sha256sum < "$1" | cut -c1-64)"; }
seal=$WORK/t/store/acme-00000001.seal/seal.txt

cat > t/mail-head <<'END'
#!/bin/sh
cat > "$(dirname "$0")/mailed.txt"
echo "mailed as 4711"
END
chmod +x t/mail-head
cp "$base" "$conf"
expect 0 "without a place" "${C[@]}" -q export acme
grep -qF "$(head_of "$seal")" err && pass "the line is printed, quiet or not" || fail "the line is printed: $(cat err)"
told ' file:heads.txt , command:mail-head'
expect 0 "a file and a program beside the configuration" "${C[@]}" -q export acme
[ "$(cat t/heads.txt)" = "$(head_of "$seal")" ] && pass "the file has the line" || fail "the file has $(cat t/heads.txt)"
[ "$(cat t/mailed.txt)" = "$(head_of "$seal")" ] && pass "the program has it too" || fail "the program has $(cat t/mailed.txt)"
[ "$(cat out)" = "$WORK/t/store/acme-00000001.tar.gz" ] && pass "standard output is data" || fail "standard output: $(cat out)"
grep -q 4711 err && ! grep -q 'custody/1 head' err && pass "what the program says is a message" || fail "messages: $(cat err)"
told 'command:/bin/false, file:/nowhere/at/all'
expect 0 "places that fail" "${C[@]}" -q export acme
[ "$(grep -c 'was not delivered' err)" = 2 ] && grep -qF "$(head_of "$seal")" err && pass "are named, and the line is printed" || fail "places that fail: $(cat err)"
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	told 'file:heads.txt'
	expect 0 "durable" strace -qq -y -o calls -e trace=fsync "${C[@]}" -q export acme
	grep -A1 'heads.txt' calls | grep -q "fsync([0-9]*<$WORK/t>)" && pass "the file's directory is made durable" || fail "$(grep -A1 heads.txt calls)"
else
	skip strace
fi
for bad in 'mailto:someone' 'file:' 'file:a.txt,,file:b.txt' 'command:'; do
	told "$bad"
	expect 2 "receipt = $bad" "${C[@]}" -q export acme
	grep -q receipt err && [ ! -e t/store ] && pass "said before anything is made" || fail "said before anything: $(cat err)"
done
finish
