#!/usr/bin/env bash
# A first configuration from options and from answers at a terminal; with it: export, verify, and openssl as the judge of the keys.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
S=$WORK/sim
sim_start "$S" --scale small --seed 9 || { finish; exit; }
CORP=$(sed -n 's/^corp_id *= //p' "$S/custody.conf")
SDK=$(sed -n 's/^chat.sdk *= //p' "$S/custody.conf")
U=http://127.0.0.1:$PORT
init() { "$CUSTODY" --lang en init "$@"; }
base=(--yes --corp-id "$CORP" --base-url "$U" --tenant acme)
plain=(--yes --corp-id "$CORP" --secret "contacts=file:$S/contacts.secret")
full=("${base[@]}" --organization '示例 & Söhne "AG" <x>; GmbH' --secret "contacts=file:$S/contacts.secret" --secret "contacts_sync=file:$S/contacts_sync.secret"
	--secret "approvals=file:$S/approvals.secret" --secret "chat=file:$S/chat.secret" --chat-sdk "$SDK" --chat-proxy "$U"
	--chat-key "1=file:$S/chat-1.pem" --chat-key "2=file:$S/chat-2.pem" --chat-key "3=file:$S/chat-3.pem"
	--timestamp "$U/tsa" --tsa-roots "$S/trust/tsa-roots.pem" --receipt file:heads)
says() { grep -qE -- "$2" "$WORK/err" && pass "$1" || { fail "$1"; tail -5 "$WORK/err"; }; }
nothing() { [ -z "$(ls -A "$2" 2>/dev/null)" ] && pass "$1: nothing was written" || { fail "$1: $(ls -A "$2")"; }; }

# --- options: init, export, verify ---
expect 0 "everything as options" init "${full[@]}" --json a
jq -e '.evaluation_keys and .time_stamps and (.secrets|to_entries|all(.value=="accepted")) and (.secrets|length)==4' out >/dev/null && pass "all four secrets were tried and accepted" || { fail "JSON"; cat out; }
says "the evaluation keys are no evidence, and that is said" 'EVALUATION ONLY - NO EVIDENCE'
for f in custody.conf trust.conf; do grep -q '^; EVALUATION ONLY - NO EVIDENCE' a/$f && pass "$f says so too" || fail "$f is silent"; done
[ -z "$(find a -perm /077)" ] && pass "for its owner only" || { fail "modes"; find a -perm /077; }
[ "$(find a | sort | sed 's,^a/*,,' | tr '\n' ' ')" = " custody.conf keys keys/administrator.crt keys/administrator.key keys/compliance-officer.crt keys/compliance-officer.key trust trust.conf trust/roots.pem trust/tsa-roots.pem " ] &&
	pass "these files and no others" || { fail "files"; find a | sort; }
! grep -rqF "$(cat "$S/chat.secret")" a && pass "no secret in any of them" || fail "a secret was copied"
for r in administrator compliance-officer; do
	check "$r: openssl accepts the chain" openssl verify -x509_strict -no-CApath -no-CAstore -CAfile a/trust/roots.pem a/keys/$r.crt
	openssl x509 -in a/keys/$r.crt -noout -subject | grep -q 'EVALUATION ONLY' && pass "$r: its subject says what it is worth" || fail "$r: subject"
	cmp -s <(openssl x509 -in a/keys/$r.crt -pubkey -noout) <(openssl pkey -in a/keys/$r.key -pubout) && pass "$r: the key fits" || fail "$r: key"
	grep -q "sha256:$(openssl x509 -in a/keys/$r.crt -outform DER | sha256sum | cut -c1-64)" a/trust.conf && pass "$r: openssl's fingerprint stands in the trust file" || fail "$r: fingerprint"
done
[ "$(grep -h 'BEGIN' -r a | grep -c 'PRIVATE KEY')" = 2 ] && pass "the authority's key was not kept" || fail "private keys"
expect 0 "export with it" "$CUSTODY" -q -c a/custody.conf export acme
A=a/archives/acme-00000001.tar.gz
expect 0 "VALID with the written trust file" "$CUSTODY" --lang en verify --trust a/trust.conf "$A"
expect 0 "VALID with the configuration alone" "$CUSTODY" -c a/custody.conf verify "$A"
check "verified by hand" bash "$TOP/tests/judge/by-hand.sh" "$A" a/trust
expect 7 "another's trust file: INVALID or worse, never VALID" "$CUSTODY" verify --trust "$S/trust.conf" "$A"
tar -xzOf "$A" --wildcards '*/bag-info.txt' | grep -qF '示例 & Söhne "AG" <x>; GmbH' && pass "the organisation's name as it was given" || fail "organisation"
[ -s a/heads ] && pass "the receipt went where it was told" || fail "receipt"

# --- without a time-stamp authority: said, and it works all the same ---
expect 0 "without time stamps" init "${base[@]}" --secret "contacts=file:$S/contacts.secret" b
says "what that costs is said" 'nothing proves when an archive existed'
grep -q '^; NO TIME STAMP' b/custody.conf && grep -q '^token = optional' b/trust.conf && pass "in the files too" || fail "files are silent"
expect 0 "export of one area" "$CUSTODY" -q -c b/custody.conf export acme
expect 0 "VALID, of no known time" "$CUSTODY" verify --trust b/trust.conf b/archives/acme-00000001.tar.gz

# --- own certificates ---
expect 0 "certificates that exist" init "${full[@]}" --signer "administrator=cert=$S/admin.crt key=file:$S/admin.key" --signer "compliance-officer=cert=$S/officer.crt" --roots "$S/trust/roots.pem" c
! grep -qi evaluation c/custody.conf c/trust.conf && [ ! -e c/keys ] && pass "no word of evaluation, no keys made" || fail "evaluation"
cmp -s c/trust/roots.pem "$S/trust/roots.pem" && pass "their authority is in the trust file" || fail "roots"

# --- existing files ---
before=$(find a -type f -exec sha256sum {} + | sort | sha256sum)
expect 2 "never over existing files" init "${full[@]}" a
says "which one, and what next" 'a/keys exists already.*another directory|a/trust exists already'
[ "$(find a -type f -exec sha256sum {} + | sort | sha256sum)" = "$before" ] && pass "they are as they were" || fail "changed"
for f in custody.conf trust.conf trust secrets keys; do
	mkdir -p "e-$f"; ln -s nowhere "e-$f/$f"
	expect 2 "a link called $f is in the way" init "${full[@]}" "e-$f"
	[ "$(ls -A "e-$f")" = "$f" ] || fail "something was left beside $f"
done

# --- wrong options ---
# wrong NAME WHAT-IS-SAID ARGUMENTS…
wrong() { local name=$1 why=$2; shift 2; rm -rf w; mkdir w; expect 2 "$name" init "$@" w; says "$name: said" "$why"; nothing "$name" w; }
wrong "no corp id" "corp-id is missing" --yes --secret "contacts=file:$S/contacts.secret"
wrong "no secret at all" "no secret was given" "${base[@]}"
wrong "a secret in place of its place" "--secret: not file:" "${base[@]}" --secret contacts=hunter2hunter2
! grep -q hunter2 "$WORK/err" && pass "and it is not repeated" || fail "the secret was shown"
wrong "an area that does not exist" "not AREA=PLACE" "${base[@]}" --secret "mail=file:$S/contacts.secret"
wrong "a secret's file that is not there" "no such file" "${base[@]}" --secret contacts=file:none.secret
wrong "another platform" "there is wecom" "${full[@]}" --platform dingtalk
wrong "a directory in place of a file" "not a file" "${full[@]}" --ca "$S"
cp "$S/contacts.secret" open.secret && chmod 644 open.secret
expect 6 "a secret that others can read" init "${base[@]}" --secret contacts=file:open.secret w
wrong "a tenant with capital letters" "1 to 16 of a-z" "${plain[@]}" --tenant ACME
wrong "plain http to elsewhere" "begins with https" "${plain[@]}" --base-url http://example.org
wrong "a time-stamp address without scheme" "time-stamp authorities begin" "${plain[@]}" --timestamp tsa.example
wrong "a line break in a name" "nobody sees" "${plain[@]}" --organization "$(printf 'x\n[store]\npath = /')"
wrong "what would be a comment" "begin a comment" "${plain[@]}" --organization 'Example ;-) Ltd'
wrong "a bidirectional override" "nobody sees" "${plain[@]}" --organization $'\342\200\256gro'
wrong "signers without their authority" "--roots is missing" "${full[@]}" --signer "administrator=cert=$S/admin.crt"
wrong "both kinds of keys" "either evaluation keys" "${full[@]}" --evaluation-keys --signer "administrator=cert=$S/admin.crt" --roots "$S/trust/roots.pem"
wrong "roots that are none" "no certificate in it" "${full[@]}" --signer "administrator=cert=$S/admin.crt" --roots "$S/custody.conf"
mkdir w2; expect 6 "a key of another certificate" init "${full[@]}" --signer "administrator=cert=$S/admin.crt key=file:$S/officer.key" --roots "$S/trust/roots.pem" w2
nothing "a key of another certificate" w2
expect 2 "nobody there to answer" init --corp-id "$CORP" w </dev/null
says "what to do is said" 'next: .*--yes'
nothing "nobody there" w

# --- a secret that is refused; a platform that is away ---
printf 'wrong-wrong-wrong' >bad.secret && chmod 600 bad.secret
expect 6 "a refused secret" init "${base[@]}" --secret "contacts=file:$WORK/bad.secret" d
says "which one" 'secret.contacts'
[ -f d/custody.conf ] && pass "the files are there to be corrected" || fail "files"
expect 0 "no check when told not to" init "${base[@]}" --secret "contacts=file:$WORK/bad.secret" --no-check d2
expect 0 "the platform is away: said, and no failure" timeout 60 "$CUSTODY" --lang en init --yes --corp-id "$CORP" --base-url http://127.0.0.1:9 --secret "contacts=file:$S/contacts.secret" f
says "said" 'could not be tried'

# --- at a terminal ---
if command -v script >/dev/null; then
	secret=$(cat "$S/contacts.secret")
	# Each answer once its question is there: a hidden one must not be typed before the echo is off.
	terminal() { # LANG DIR ANSWER…
		local lang=$1 dir=$2; shift 2
		( for a in "$@"; do sleep 0.25; printf '%s\n' "$a"; done; sleep 3 ) | timeout 60 script -qefc "$CUSTODY --lang $lang init --base-url $U $dir" /dev/null >"$WORK/out" 2>&1
	}
	terminal zh t nosuch wecom '' "$CORP" 'BAD NAME' acme 示例集团 store "$secret" '' '' '' 3 1 tsa.example "$U/tsa" none.pem "$S/trust/tsa-roots.pem" mail:x file:heads
	[ -f t/custody.conf ] && pass "answers in Chinese, wrong ones among them" || { fail "answers"; tail -20 out; }
	grep -q '仅供评估' out && pass "the warning in Chinese" || { fail "warning"; tail -5 out; }
	! grep -qF "$secret" out && pass "the secret was never shown" || fail "the secret was echoed"
	[ "$(cat t/secrets/contacts.secret 2>/dev/null)" = "$secret" ] && [ "$(stat -c %a t/secrets/contacts.secret)" = 600 ] && pass "it is in a file of its own, 0600" || fail "secret file"
	! grep -qF "$secret" t/custody.conf && grep -q '^organization = 示例集团' t/custody.conf && grep -q '^; .*时间戳' t/custody.conf && pass "comments in Chinese" || { fail "config"; cat t/custody.conf; }
	expect 0 "export with it" "$CUSTODY" -q -c t/custody.conf export acme
	expect 0 "VALID" "$CUSTODY" -c t/custody.conf verify t/store/acme-00000001.tar.gz
	terminal en u wecom "$CORP"
	[ ! -e u/custody.conf ] && pass "an end in the middle leaves nothing" || fail "half a configuration"
else skip "script"; fi
[ -z "$(find . -name '.custody-tmp-*')" ] && pass "no leftovers" || { fail "leftovers"; find . -name '.custody-tmp-*'; }
finish
