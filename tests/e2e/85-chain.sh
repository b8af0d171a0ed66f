#!/usr/bin/env bash
# The chain of real exports: receipts are sent, sent again and compared; an export without news is a heartbeat; a pending head counts.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 13 || { finish; exit; }
conf=$WORK/t/custody.conf
cat >mail <<T
#!/bin/sh
cat >>"$WORK/mail.txt"
T
chmod +x mail
sed -i "/^receipt/d; s,^\[seal\],[seal]\nreceipt = file:heads.txt\, command:$WORK/mail," "$conf"
sed -i 's,^\[store\],[store]\nheartbeat = 2 days,' "$conf"
C=("$CUSTODY" -c "$conf" --lang en)
expect 0 "export" "${C[@]}" -q export acme
expect 0 "a second export with nothing new: a heartbeat" "${C[@]}" -q export acme
files=$(sed -n 's/^Payload: [0-9]*\.//p; s/^Payload: [0-9]* octets, \([0-9]*\) files/\1/p' t/store/acme-00000002.seal/seal.txt)
[ "$(tar -tzf t/store/acme-00000002.tar.gz | grep -c '/data/')" -ge 1 ] && pass "it has payload" || fail "payload: $files"
[ "$(tar -xzOf t/store/acme-00000002.tar.gz --wildcards '*/data/records/messages/*' 2>/dev/null | wc -l)" = 0 ] && pass "and no message twice" || fail "messages"
sum=$(sha256sum < t/store/acme-00000002.seal/seal.txt | cut -c1-64)
chain=$(sed -n 's/^Chain: //p' t/store/acme-00000002.seal/seal.txt)
[ "$(tail -1 t/heads.txt)" = "custody/1 head $chain 2 sha256:$sum" ] && [ "$(wc -l < t/heads.txt)" = 2 ] && pass "two heads in the file" || fail "$(cat t/heads.txt)"
cmp -s t/heads.txt mail.txt && pass "the same at the program" || fail "mail"
expect 0 "chain check, everything from the configuration" "${C[@]}" --json -q chain check
jq -e -s '.[-1] | .end_proven_by == "receipt" and .receipt_up_to == 2 and .receipts == 2 and .archives == 2' out >/dev/null && pass "the receipts agree" || fail "$(tail -1 out)"
expect 0 "chain alone is chain check" "${C[@]}" -q chain
grep -q 'a receipt names the head' out && pass "said in words" || fail "$(tail -3 out)"
expect 0 "in Chinese" "$CUSTODY" -c "$conf" --lang zh -q chain check
LC_ALL=C grep -q 'VALID$' out && fail "untranslated: $(tail -3 out)" || pass "translated"
expect 0 "chain head" "${C[@]}" chain head
cmp -s out <(tail -1 t/heads.txt) && pass "the head" || fail "$(cat out)"
expect 0 "chain receipt" "${C[@]}" chain receipt
[ "$(wc -l < t/heads.txt)" = 3 ] && [ "$(wc -l < mail.txt)" = 3 ] && pass "sent again to both" || fail "$(wc -l t/heads.txt mail.txt)"
printf '#!/bin/sh\nexit 4\n' >mail
expect 5 "a place that fails" "${C[@]}" --json chain receipt
[ "$(jq -s 'map(.delivered)' -c out)" = '[true,false]' ] && grep -q 'mail failed (status 4)' err && pass "which one is told" || fail "$(cat out err)"
if command -v faketime >/dev/null; then
	expect 8 "later than the heartbeat allows" faketime '+5 days' "${C[@]}" --json -q chain check
	grep -q chain.heartbeat out && pass "told by the heartbeat" || fail "$(cat out)"
else
	skip "faketime is missing"
fi
# a pending head is a link and has a receipt
sed -i 's,^timestamp.*,timestamp = http://127.0.0.1:9/tsa,' "$conf"
expect 0 "a pending archive" "${C[@]}" -q export acme
expect 8 "it is part of the chain" "${C[@]}" --json -q chain check
jq -e -s '.[-1] | .end_proven_by == "receipt" and .archives == 3' out >/dev/null && pass "its receipt is known" || fail "$(tail -1 out)"
rm -r t/store/acme-00000003.*
expect 7 "the pending one taken away" "${C[@]}" --json -q chain check
grep -q 'its end was cut off' err && pass "told by the receipt" || fail "$(cat err)"
finish
