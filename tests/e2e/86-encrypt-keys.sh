#!/usr/bin/env bash
# Encrypted archives, keys and commands: whoever cannot be a recipient, whoever is none; list, show, prove, redact and extract with a key and without; what an insider sealed.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK" || exit
sim_start "$WORK/t" --scale 60 --seed 5 || { finish; exit; }
self() { openssl req -x509 -newkey "$2" "${@:3}" -nodes -keyout "$1.key" -out "t/$1.crt" -subj "/CN=$1" 2>/dev/null; }
P256='ec -pkeyopt ec_paramgen_curve:P-256'
self legal rsa:3072 -days 30
# shellcheck disable=SC2086 # words
{
	self escrow $P256 -days 30; self other $P256 -days 30
	self signer $P256 -days 30 -addext keyUsage=critical,digitalSignature
}
self brainpool ec -pkeyopt ec_paramgen_curve:brainpoolP256r1 -days 30
self ed ed25519 -days 30
openssl req -x509 -key escrow.key -subj /CN=again -days 30 -out t/again.crt
faketime '-90 days' openssl req -x509 -key other.key -subj /CN=past -days 30 -out t/past.crt
faketime '+90 days' openssl req -x509 -key other.key -subj /CN=future -days 30 -out t/future.crt
openssl pkey -in legal.key -aes256 -passout pass:x -out locked.key; openssl pkey -in legal.key -out open.key; chmod 644 open.key; cp t/legal.crt cert.key; chmod 600 locked.key cert.key
echo nothing >t/nothing.crt
C=("$CUSTODY" -c t/custody.conf --lang en -q --store "$WORK/s")
T=(--trust t/trust.conf)

# one STATUS WORDS NAME COMMAND…: that class, one line, which says these words; in Chinese too, a line in Chinese
one() {
	local want=$1 words=$2 name=$3; shift 3
	expect "$want" "$name" "$@"
	[ "$(wc -l <err)" = 1 ] && grep -qE -- "$words" err && pass "$name: one line says it" || fail "$name: $(cat err)"
	"${@/#en/zh}" >out 2>err
	grep -qP '[\x{4e00}-\x{9fff}]' err && ! grep -qE -- "$words" err && pass "$name: in Chinese" || fail "$name: $(cat err)"
}
to() { sed -i '/^encrypt_to/d' t/custody.conf; sed -i "s/^\[store\]/[store]\nencrypt_to = $1/" t/custody.conf; }
refused() { to "legal.crt, $4"; one "$1" "$2" "$3" "${C[@]}" export acme; }

# --- who cannot be a recipient ---
refused 6 'no longer valid' 'a recipient whose certificate has expired' past.crt
refused 6 'not yet valid' 'a recipient whose certificate begins later' future.crt
refused 6 'its key usage lacks' 'a certificate for signatures' signer.crt
refused 6 'is not P-256 or' 'a key on another curve' brainpool.crt
refused 6 'encrypted to a key of this kind' 'a key that can only sign' ed.crt
refused 6 'no certificate in PEM' 'a file that is no certificate' nothing.crt
refused 5 'there is no such' 'a file that is not there' nowhere.crt
refused 2 'key is that of another' 'the same key under two certificates' 'escrow.crt, again.crt'
refused 2 'separated by commas' 'a name missing' 'escrow.crt,'
to 'legal.crt, escrow.crt'; sed 's/^label .*/label = abcdefghijklm/' t/custody.conf >t/long.conf
one 2 'at most 12 characters' 'a label that makes paths too long' "$CUSTODY" -c t/long.conf --lang en -q --store s export acme
to legal.crt; one 2 'is not enough' 'one recipient alone' "${C[@]}" export acme
[ -z "$(find s -name '*.work' -o -name '*.partial' -o -name '*.tar.gz' 2>/dev/null)" ] && pass "nothing was begun" || fail "$(ls -R s)"

# --- who is none ---
to 'legal.crt, escrow.crt'; expect 0 "export" "${C[@]}" export acme
A=s/acme-00000001.tar.gz R=acme-00000001
tar -xzf $A
K=(--decrypt-key escrow.key --decrypt-cert t/escrow.crt) O=(--decrypt-key other.key --decrypt-cert t/other.crt)
V=("$CUSTODY" --lang en -q verify "${T[@]}" $A)
one 6 'does not belong to the certificate' 'a key and another certificate' "${V[@]}" --decrypt-key escrow.key --decrypt-cert t/legal.crt
one 6 'cannot be read .*takes a passphrase off' 'a key behind a passphrase' "${V[@]}" --decrypt-key locked.key --decrypt-cert t/legal.crt
one 6 'by others|by other' 'a key that others can read' "${V[@]}" --decrypt-key open.key --decrypt-cert t/legal.crt
one 6 'cannot be read' 'a certificate given as key' "${V[@]}" --decrypt-key cert.key --decrypt-cert t/legal.crt
one 2 'decrypt-cert is missing' 'a key without its certificate' "${V[@]}" --decrypt-key escrow.key
one 2 'decrypt-key is missing' 'a certificate without its key' "${V[@]}" --decrypt-cert t/escrow.crt
one 5 'cannot read' 'a key that is not there' "${V[@]}" --decrypt-key nokey --decrypt-cert t/escrow.crt
one 8 'does not name its certificate' 'the key of a recipient, another certificate for it' "${V[@]}" --decrypt-key escrow.key --decrypt-cert t/again.crt
file=$(cd $R && find data/files -name '*.gz.0001.cms' | sort | tail -1) file=${file%.gz.0001.cms}
for who in none other; do
	if [ $who = none ]; then with=() class=8 say='encrypted.*--decrypt-key'; else with=("${O[@]}") class=6 say='not encrypted for this certificate'; fi
	E=("$CUSTODY" --lang en -q)
	one $class "$say" "show: $who" "${E[@]}" show $A users@0 "${T[@]}" "${with[@]}"
	one $class "$say" "list: $who" "${E[@]}" list $A --records users "${T[@]}" "${with[@]}"
	one $class "$say" "prove: $who" "${E[@]}" prove $A users@0 -o p "${T[@]}" "${with[@]}"
	one $class "$say" "redact: $who" "${E[@]}" redact $A users@0 -o p "${T[@]}" "${with[@]}"
	one $class "$say" "extract of one file: $who" "${E[@]}" extract $A "$file" -C x-$who "${T[@]}" "${with[@]}"
	[ ! -e p ] && [ -z "$(find x-$who -type f)" ] && pass "$who: nothing is left behind" || fail "$who: $(ls -R p x-$who)"
done
one 6 'not encrypted for this certificate' "verify: other" "${V[@]}" "${O[@]}"
one 6 'not encrypted for this certificate' "extract of everything: other" "$CUSTODY" --lang en -q extract $A -C x-all "${T[@]}" "${O[@]}"
[ -z "$(find x-all -type f)" ] && pass "nothing is left behind" || fail "$(find x-all)"
expect 0 "extract without a key" "$CUSTODY" --lang en -q extract $A data -C raw "${T[@]}"
grep -q 'written as they are, encrypted' err && diff -r raw/data $R/data && pass "the parts as they are, and it is said" || fail "$(cat err)"

# --- with a key: each against openssl ---
plain() { for p in "$R/$1".gz.0*.cms; do openssl cms -decrypt -binary -inform DER -in "$p" -recip t/legal.crt -inkey legal.key; done | gzip -dc; }
plain data/records/users/000000.jsonl >users
sed -E 's/^\{"_s":"[^"]*","kind":"user","id":"([^"]*)".*/\1/' users >ids	# jq refuses some of what a platform may send
expect 0 "show" "$CUSTODY" -q show $A users@3 "${T[@]}" "${K[@]}"
cmp -s out <(sed -n 4p users) && pass "the record openssl gives" || fail "$(cat out)"
id=$(sed -n 5p ids)
expect 0 "show by id" "$CUSTODY" -q show $A "users/$id" "${T[@]}" "${K[@]}"
cmp -s out <(sed -n 5p users) && pass "the same" || fail "$(cat out)"
expect 0 "list" "$CUSTODY" -q list $A --records users "${T[@]}" "${K[@]}"
[ "$(wc -l <out)" = "$(wc -l <users)" ] && pass "every record" || fail "$(wc -l out users)"
expect 0 "list of ids" "$CUSTODY" -q list $A --records users --ids "${T[@]}" "${K[@]}"
cmp -s out ids && pass "every id" || fail "$(diff out ids | head -3)"
f=$(plain data/records/files/000000.jsonl | grep -nm1 '"path":"' | cut -d: -f1)
expect 0 "prove, with its file" "$CUSTODY" -q prove $A "files@$((f - 1))" "users/$id" -o proof --with-files "${T[@]}" "${K[@]}"
expect 0 "check" "$CUSTODY" -q check proof "${T[@]}"
path=$(jq -r .n.path proof/0001/record.json)
cmp -s proof/0001/file <(plain "$path") && cmp -s proof/0002/record.json <(sed -n 5p users | head -c -1) && pass "record and file as openssl gives them" || fail "proof: $path"
expect 0 "redact" "$CUSTODY" -q redact $A "users/$id" -o copy --with-files --stream files "${T[@]}" "${K[@]}"
expect 0 "check of the copy" "$CUSTODY" -q check copy "${T[@]}"
[ "$(grep -ca '^{"_redacted' copy/data/records/users/000000.jsonl)" = 1 ] && cmp -s <(grep -av '^{"_redacted' copy/data/records/users/000000.jsonl) <(sed 5d users) && pass "shown decrypted, without the one" || fail "copy"

# One file: its own parts and the records are read, and hardly anything else of the archive.
strace -f -qq -e trace=read,pread64 -o reads "$CUSTODY" -q extract $A "$file" -C one "${T[@]}" "${K[@]}"
got=$(awk '/pread64/ { n += $NF } END { print n + 0 }' reads) size=$(stat -c %s $A) part=$(cat "$R/$file".gz.* "$R"/data/records/files/* | wc -c)
cmp -s "one/$file" <(plain "$file") && [ "$got" -lt $((part + 1500000)) ] && [ "$got" -lt $((size / 3)) ] && pass "one file: $got of $size octets read" || fail "read $got of $size, the file has $part"
expect 2 "never over a file" "$CUSTODY" -q extract $A "$file" -C one "${T[@]}" "${K[@]}"
expect 2 "a file that is not there" "$CUSTODY" -q extract $A data/files/000000/000099999 -C one "${T[@]}" "${K[@]}"
expect 0 "everything" "$CUSTODY" -q extract $A -C all "${T[@]}" "${K[@]}"
expect 0 "data" "$CUSTODY" -q extract $A data -C data "${T[@]}" "${K[@]}"
bad=0; (cd all && find data -type f) >names; while read -r n; do plain "$n" 2>/dev/null | cmp -s - "all/$n" || bad=1; done <names
[ $bad = 0 ] && diff -rq all/data data/data && [ -e all/seal/seal.txt ] && pass "$(wc -l <names) files, as openssl gives them" || fail "extract"
printf x | dd of=s/acme-00000001.index bs=1 seek=6000 conv=notrunc status=none
expect 0 "with a damaged index" "$CUSTODY" -q extract $A "$file" -C two "${T[@]}" "${K[@]}"
cmp -s "two/$file" "one/$file" && pass "the same" || fail "another file"

# --- what somebody with both officers' keys sealed falsely: nothing false is given out ---
mkdir good; bash "$TOP/tests/attack/make_archive.sh" "$WORK/good" && bash "$TOP/tests/attack/crafted/pki.sh" "$WORK/good" >/dev/null 2>&1
good=$WORK/good step=0
. "$TOP/tests/attack/crafted/craft.sh"
c() { :; }
k() { [ "$5" != "crypt: $wanted" ] || { work=$WORK/crafted; rm -rf "$work"; mkdir "$work"; (set -e; craft "${@:6}") >craft.log 2>&1; }; }
G=(--trust crafted/trust.conf --decrypt-key good/legal.key --decrypt-cert good/legal.crt)
sealed_falsely() {	# STATUS CASE FILE
	wanted=$2; . "$TOP/tests/attack/crafted/cases-encrypted.sh"
	cd "$WORK" || exit
	expect "$1" "$2: $3" "$CUSTODY" -q extract crafted/a.tar "$3" -C "y.$2" "${G[@]}"
	[ "$1" = 0 ] || [ -z "$(find "y.$2" -type f)" ] && pass "nothing false is left" || fail "$(find "y.$2" -type f)"
}
F1=data/files/000000/000000001.txt M1=data/records/messages/000001.jsonl
sealed_falsely 0 'the plan itself' $F1
sealed_falsely 7 'two attachments changed places' $F1
sealed_falsely 7 'two segments changed places' $M1
sealed_falsely 8 'an attachment without its record' data/files/000000/000000002
sealed_falsely 7 'the last octet of the gzip stream missing' data/views/messages.csv
sealed_falsely 7 'a bit of the tag' $M1
finish
