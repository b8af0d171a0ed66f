#!/usr/bin/env bash
# Views made again go into the chain, and `verify --views` finds what its signer changed; encrypted archives and volumes too. Few formats, so that it is quick: 58-render.sh has them all.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
sim_start "$WORK/t" --scale small --seed 21 || { finish; exit; }
sed -i "s/^\[tenant acme\]/[tenant acme]\nviews = csv, json, xml, report/" t/custody.conf
V=("$CUSTODY" --lang en -q verify --views --trust t/trust.conf)
T=(--trust t/trust.conf)
out() { sed -n 's/^    [X?] //p' "$WORK/out"; }

same() { # NAME ARCHIVE DIR KEYS…: the views of the archive, taken out by extract, and those rendered
	rm -rf theirs; mkdir theirs
	"$CUSTODY" -q extract "$2" data/views data/report -C theirs "${T[@]}" "${@:4}" >/dev/null 2>&1
	if diff -rq theirs/data "$3/data" >diff 2>&1 && [ "$(find theirs/data -type f | wc -l)" -ge 10 ]; then pass "$1: $(find theirs/data -type f | wc -l) files, equal"
	else fail "$1: $(head -3 diff)"; fi
}

# --- into the chain ---
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q --store "$WORK/w")
expect 0 "export" "${C[@]}" export acme
A=w/acme-00000001.tar.gz B=w/acme-00000002.tar.gz
who=$(tar -xzOf $A --wildcards '*/data/records/users/*' | jq -r .id | sed -n 2p)
cp $A bad.tar.gz; chmod u+w bad.tar.gz; printf '\x55' | dd of=bad.tar.gz bs=1 seek=30000 conv=notrunc status=none
seal=$(sha256sum w/acme-00000001.seal/seal.txt | cut -c1-64)
expect 0 "rendered" "$CUSTODY" -q render $A "${T[@]}" -o all
expect 0 "into the chain" "${C[@]}" render $A --into-chain
[ "$(cat out)" = "$WORK/$B" ] && pass "its path is told" || fail "$(cat out err)"
expect 0 "both archives are VALID, and their views agree" "${V[@]}" w
rm -rf theirs; mkdir theirs; tar -xzf $B -C theirs --strip-components=1
diff -rq theirs/data/views all/data/views >diff && pass "the same views" || fail "$(head -3 diff)"
check "the certificate says what it is" jq -e --arg s "$seal" '.complete == null and .derived_from.seal_sha256 == $s and .derived_from.archive == "acme-00000001" and (.method.zh | length > 10)' theirs/data/report/completeness.json
grep -q 'it says nothing of the platform' theirs/data/report/report.html && ! grep -q 'Incomplete\|Complete:' theirs/data/report/report.html && pass "and so does its page" || fail "verdict of a rendering"
jq -e --arg s "$seal" -s '[.[] | select(.n.action == "rendering.begin" and .n.detail.derived_from.seal_sha256 == $s and .n.detail.scope != null)] | length == 1' theirs/data/records/events/*.jsonl >/dev/null && pass "one event says it" || fail "events"
c=$(sed -n 's/^Covers: //p' w/acme-00000001.seal/seal.txt | cut -d/ -f2)
grep -qx "Covers: $c/$c" theirs/seal/seal.txt && pass "it covers no time" || fail "$(grep Covers theirs/seal/seal.txt)"
expect 0 "show" "$CUSTODY" -q show $B events@0 "${T[@]}"
expect 0 "prove" "$CUSTODY" -q prove $B events@0 "${T[@]}" -o proof
expect 2 "a rendering is not rendered" "$CUSTODY" -q render $B "${T[@]}" -o none
mkdir alone; cp $B alone/
expect 8 "without its archive beside it the views cannot be told" "${V[@]}" alone/acme-00000002.tar.gz
expect 0 "another with a scope" "${C[@]}" render $A --into-chain --format csv,json --user "$who"
expect 0 "its views agree too" "${V[@]}" w/acme-00000003.tar.gz
cp -a w s; chmod -R u+w s
expect 0 "the next export does not notice" "${C[@]}" export acme
[ "$(tar -xzOf w/acme-00000004.tar.gz --wildcards '*/data/records/messages/*' 2>/dev/null | wc -l)" = 0 ] && pass "it begins where the last one ended" || fail "messages again"
killed() { # DELAY STORE COMMAND…: killed so long after its first commit; the rest is the caller's
	local delay=$1 store=$2 p; shift 2
	"$@" >/dev/null 2>&1 & p=$!
	while kill -0 $p 2>/dev/null && ! compgen -G "$store/*.work/state" >/dev/null; do :; done
	sleep "$delay"; kill -KILL $p; wait $p
} 2>/dev/null
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q --store "$WORK/s")
for d in 0 0.01 0.03; do
	killed $d s "${C[@]}" render $A --into-chain
	expect 0 "killed $d s behind its first commit, resumed" "${C[@]}" resume
done
expect 0 "every view is right" "${V[@]}" s
ls s/*.partial s/*.work >/dev/null 2>&1 && fail "left: $(ls s)" || pass "nothing is left open"

# --- sealed wrongly: the signers themselves changed a view ---
sed 's/^token .*/token = optional/' t/trust.conf >t/loose.conf
W=("$CUSTODY" --lang en -q verify --views --trust t/loose.conf)
wrong() { # NAME PATTERN COMMANDS: PATTERN must be among what is found; "" for nothing
	local name=$1 pattern=$2; shift 2
	rm -rf m; mkdir m; tar -xzf $A -C m
	(cd m/acme-00000001 && eval "$*") || fail "$name: not made"
	"$TOP/tests/judge/reseal.sh" m/acme-00000001 t m.tar 2>/dev/null || fail "$name: not sealed"
	expect "$([ -n "$pattern" ] && echo 3 || echo 0)" "$name" "${W[@]}" m.tar
	grep -q '^m.tar: VALID' out || fail "$name: $(head -1 out)"
	[ -z "$pattern" ] || { out | grep -qE -- "$pattern" && pass "$name: named" || fail "$name: $(out)"; }
}
touch m.tar
wrong "sealed anew, nothing changed" ""
wrong "a row removed" 'csv: records missing: 1 \(users/' 'sed -i "\$d" data/views/users.csv'
wrong "a row twice" 'csv: records that the archive does not have: 1 \(users/' 'tail -1 data/views/users.csv >r; cat r >>data/views/users.csv; rm r'
wrong "an id changed" 'csv: records missing: 1 \(users/.*\); records that the archive does not have: 1 \(users/nobody-99' 'sed -i "\$s/^\"[^\"]*\"/\"nobody-99\"/" data/views/users.csv'
wrong "a file missing" 'csv: records missing: 80|data/views/approvals.csv is missing' 'rm data/views/approvals.csv'
wrong "all of a format missing" 'json: the certificate names this format, and no file of it is there' 'rm data/views/org/org.json'
wrong "a word changed and no id" 'users.csv is another file' 'sed -i "\$s/active/left/" data/views/users.csv'
wrong "a file that nobody made" 'is made from no record' 'echo hello >data/views/notes.txt'
wrong "a view that is none" 'xml: a file cannot be read back' 'echo "<organisation>" >data/views/org/departments.xml'
wrong "an entry of XML removed" 'xml: records missing: 1' 'perl -0pi -e "s/<member\\b.*?<\\/member>//s" data/views/org/departments.xml'
wrong "a gap too few in the report" 'report: records missing: 1' 'sed -i "\$d" data/report/gaps.csv'
wrong "another version wrote it" "" 'sed -i "s/\"program\":\"custody [^\"]*\"/\"program\":\"custody 0.0.1\"/" data/report/completeness.json'
grep -q 'not compared byte for byte' out && pass "said so" || fail "$(tail -8 out)"
wrong "another version, and a row removed" 'csv: records missing: 1' 'sed -i "s/\"program\":\"custody [^\"]*\"/\"program\":\"custody 0.0.1\"/" data/report/completeness.json; sed -i "\$d" data/views/users.csv'
"${W[@]}" --json m.tar 2>/dev/null >json
check "JSON: VALID, views differ" jq -se '.[0].verdict == "VALID" and .[0].views == "differ" and any(.[0].steps[]; .step == "views.csv" and .verdict == "INVALID" and .counts == false)' json
expect 3 "as a page, in Chinese" "$CUSTODY" --lang zh -q verify --views --trust t/loose.conf --html page.html m.tar
grep -q '视图' page.html && xmllint --html --noout page.html 2>/dev/null && pass "the page says it" || fail "page"
expect 7 "INVALID stays INVALID" "${W[@]}" bad.tar.gz

# --- encrypted, and in volumes ---
for p in legal escrow; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext keyUsage=critical,keyAgreement -nodes -keyout $p.key -out t/$p.crt -days 30 -subj "/CN=$p" 2>/dev/null; done
sed 's/^\[store\]/[store]\nencrypt_to = legal.crt, escrow.crt/' t/custody.conf >t/crypt.conf
expect 0 "an encrypted archive" "$CUSTODY" -c t/crypt.conf -q --store "$WORK/e" export acme --exclude files
K=(--decrypt-key legal.key --decrypt-cert t/legal.crt)
expect 8 "without a key there is nothing to render" "$CUSTODY" -q render e/acme-00000001.tar.gz "${T[@]}" -o none
expect 0 "with one" "$CUSTODY" -q render e/acme-00000001.tar.gz "${T[@]}" "${K[@]}" -o plain
same "rendered from the encrypted archive" e/acme-00000001.tar.gz plain "${K[@]}"
expect 0 "its views agree" "${V[@]}" "${K[@]}" e/acme-00000001.tar.gz
expect 8 "without a key this cannot be told" "${V[@]}" e/acme-00000001.tar.gz
expect 2 "views of it do not go into a plain chain" "${C[@]}" render e/acme-00000001.tar.gz --into-chain "${K[@]}"
expect 0 "into its own chain" "$CUSTODY" -c t/crypt.conf -q --store "$WORK/e" render e/acme-00000001.tar.gz --into-chain --format csv,json "${K[@]}"
killed 0 e "$CUSTODY" -c t/crypt.conf -q --store "$WORK/e" render e/acme-00000001.tar.gz --into-chain --format csv,json "${K[@]}"
if "$CUSTODY" -c t/crypt.conf --store "$WORK/e" --lang en runs 2>/dev/null | grep -q interrupted; then
	expect 8 "killed, it does not go on without the key" "$CUSTODY" -c t/crypt.conf -q --store "$WORK/e" resume
fi
expect 0 "with the key it goes on" "$CUSTODY" -c t/crypt.conf -q --store "$WORK/e" resume "${K[@]}"
expect 0 "the views there agree" "${V[@]}" "${K[@]}" e/acme-00000002.tar.gz
sed 's/^\[store\]/[store]\nvolume = 1 MiB/' t/custody.conf >t/volume.conf
expect 0 "volumes" "$CUSTODY" -c t/volume.conf -q --store "$WORK/v" export acme --exclude files
v=$(find v -name '*.tar.gz' | sort | sed -n 2p)
expect 0 "render a volume" "$CUSTODY" -q render "$v" "${T[@]}" -o volume
rm -rf theirs; mkdir theirs; tar -xzf "$v" -C theirs --strip-components=1 --wildcards '*/data/views/*' '*/data/report/*'
diff -rq theirs/data volume/data >diff && pass "$v: equal" || fail "$v: $(head -3 diff)"
expect 0 "the views of every volume agree" "${V[@]}" v
finish
