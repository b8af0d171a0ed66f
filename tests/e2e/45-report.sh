#!/usr/bin/env bash
# The report of verify as a page: for each verdict, in both languages, with names that would like to be markup.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
S=$WORK/sim
sim_start "$S" --scale small --seed 7 || { finish; exit; }
"$CUSTODY" -q -c "$S/custody.conf" --lang en export acme >/dev/null 2>&1
A=$S/store/acme-00000001.tar.gz
[ -f "$A" ] || { fail "no archive"; finish; exit; }
verify() { "$CUSTODY" -q --lang en verify --trust "$S/trust.conf" "$@"; }
# Well formed apart from the void <meta>, and nothing in it acts or loads.
sound() {
	sed '/^<!DOCTYPE/d; /^<meta /d; s/&emsp;/ /g' "$2" | xmllint --noout - 2>"$WORK/xml" && pass "$1: well formed" || { fail "$1: not well formed"; head -5 "$WORK/xml"; }
	! sed '/^<meta http-equiv/d' "$2" | grep -qiE '<(script|img|iframe|link|object|embed|svg|base|form|a) ?|[^a-z]on[a-z]+="|url\(|@import|javascript:|src=' &&
		pass "$1: no script, nothing loaded" || fail "$1: something acts or loads"
	! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$2" && pass "$1: no control characters" || fail "$1: control characters"
}
expect 0 "VALID with a page" verify --html r.html "$A"
sound "valid" r.html
grep -q '<b class="valid">✓ VALID</b></h2>' r.html && pass "the verdict" || fail "the verdict"
[ "$(grep -oE '<h3>[^<]*' r.html | cut -c5- | tr '\n' ';')" = "真实性 Authenticity;完整性 Integrity;可用性 Usability;安全性 Security;" ] &&
	pass "the four groups, in order" || { fail "groups"; grep '<h3>' r.html; }
grep -q "$(tar -xzOf "$A" --wildcards '*/seal/seal.txt' | sha256sum | cut -c1-64)" r.html && pass "the seal's hash as sha256sum has it" || fail "the seal's hash"
[ "$(grep -c '<li>' r.html)" = "$("$CUSTODY" --json verify --trust "$S/trust.conf" "$A" | jq '.steps|length')" ] && pass "as many steps as --json tells" || fail "steps"
[ "$(stat -c %a r.html)" = 600 ] && pass "for its owner" || fail "mode"
before=$(sha256sum <"$A")
expect 2 "not for bags, and told so" "$CUSTODY" verify --bag --html bag.html sim
expect 2 "never over an existing file" verify --html r.html "$A"
expect 2 "never over the archive itself" verify --html "$A" "$A"
[ "$(sha256sum <"$A")" = "$before" ] && pass "the archive is untouched" || fail "the archive was overwritten"
ln -s nowhere dangling; expect 2 "nor through a link" verify --html dangling "$A"
expect 5 "no such directory: the verdict is told, the failure too" verify --html none/r.html "$A"
grep -q VALID "$WORK/out" && pass "the verdict stands on standard output" || fail "no verdict"
[ -z "$(find . -name '.custody-tmp-*')" ] && pass "no leftovers" || fail "leftovers"

# --- Chinese ---
expect 0 "in Chinese" "$CUSTODY" -q --lang zh verify --trust "$S/trust.conf" --html zh.html "$A"
sound "Chinese" zh.html
grep -q '<html lang="zh-CN">' zh.html && ! grep -q '>Verification report<' zh.html && grep -q '有效' zh.html && pass "Chinese throughout" || fail "not Chinese"

# --- no trust, damage, pending ---
expect 8 "no trust" "$CUSTODY" -q --lang en verify --html unsure.html "$A"
grep -q 'class="unsure">? INDETERMINATE' unsure.html && grep -q 'No trust from outside' unsure.html && pass "INDETERMINATE and why" || fail "INDETERMINATE"
cp "$A" bad.tar.gz && chmod u+w bad.tar.gz && printf 'X' | dd of=bad.tar.gz bs=1 seek=5000 conv=notrunc 2>/dev/null
expect 7 "damaged" verify --html bad.html bad.tar.gz
sound "damaged" bad.html
grep -q 'class="invalid">✗ INVALID' bad.html && grep -q 'first contradiction\|offset' bad.html && pass "INVALID and where" || fail "INVALID"
expect 7 "INVALID weighs more than a page that cannot be written" verify --html none/r.html bad.tar.gz
sed -i 's,^\(signer.compliance-officer.*\) key=.*,\1,' "$S/custody.conf"
"$CUSTODY" -q -c "$S/custody.conf" --lang en export acme >/dev/null 2>&1
expect 8 "partly signed" verify --html part.html "$S/store/acme-00000002.tar.gz.partial"
grep -q 'pending: partly signed' part.html && pass "partly signed is told apart" || fail "stage"
expect 8 "the whole store" verify --html store.html "$S/store"
sound "store" store.html
[ "$(grep -c '<section ' store.html)" -ge 2 ] && pass "a section each" || fail "sections"

# --- names that would like to be markup ---
N=$(printf "<script>alert(1)</script>\"'&\033[31m\342\200\256.tar.gz")
mkdir h && cp "$A" "h/${N//\//_}"
expect 0 "a file of that name" verify --html hostile.html "h/${N//\//_}"
sound "hostile file name" hostile.html
grep -q '&lt;script&gt;' hostile.html && pass "shown as text" || fail "not shown"
! LC_ALL=C grep -q $'\033' "$WORK/out" && pass "nothing raw on the terminal" || fail "raw escape on standard output"
mkdir -p 'm/x/<img src=q onerror=alert(1)>' && echo a > 'm/x/<img src=q onerror=alert(1)>/"><script>alert(2)<'
tar --format=ustar -C m -czf m.tar.gz 'x/<img src=q onerror=alert(1)>/"><script>alert(2)<'
expect 7 "a member of such a name" verify --html member.html m.tar.gz
sound "hostile member" member.html
finish
