#!/usr/bin/env bash
# Departments and members for HR systems and address books, read by other programs; their dates against the records of the archives before.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
py() { /usr/bin/python3 -I "$@"; }
judge=yes
for p in ldap ldif vobject jsonschema; do py -c "import $p" 2>/dev/null || { skip "python3-$p"; judge=; }; done
if [ -n "$judge" ]; then
	check "hard cases as others read them" py "$TOP/tests/judge/people.py" "$TOP/tests/golden/records/people.jsonl" "$TOP/tests/golden/views/people/data/views/org"
	# The judge must see what is wrong.
	cp -r "$TOP/tests/golden/views/people/data/views/org" bad
	while read -r file change; do
		cp "$TOP/tests/golden/views/people/data/views/org/$file" bad/; perl -0pi -e "$change" bad/"$file"
		if py "$TOP/tests/judge/people.py" "$TOP/tests/golden/records/people.jsonl" bad >out 2>&1; then fail "not seen by the judge: $file $change"; else pass "seen by the judge: $file $change"; fi
		cp "$TOP/tests/golden/views/people/data/views/org/$file" bad/
	done <<-'T'
	contacts.vcf s/FN:林月/FN:林日/
	contacts.vcf s/\r\n 折/\r\n折/
	contacts-3.vcf s/TEL;TYPE=CELL:\+86/TEL;TYPE=CELL:/
	organization.ldif s/uid: left/uid: lefty/
	scim-users.jsonl s/"userName":"left",//
	scim-groups.jsonl s/"type":"User"/"type":"Usr"/
	T
fi
conf=$WORK/t/custody.conf
unpack() { mkdir "x$1"; tar -xzf "$WORK/t/store/acme-0000000$1.tar.gz" -C "x$1" --strip-components=1; }
# serve SEED: the tenant as that seed makes it; ids are partly the same, what stands under them is not.
serve() {
	sim_start "$WORK/t" --scale small --seed "$1" || exit
	sed -i '/^\[tenant acme\]/a views = csv, json, xml, scim, vcard, vcard3, ldif' "$conf"
}
run() { "$CUSTODY" -c "$conf" --lang en export acme --area contacts >out 2>err || [ $? = 3 ] || fail "export: $(tail -3 err)"; }
# archive NUMBER: one more export, and what others read in it.
archive() {
	run
	unpack "$1"
	[ -z "$judge" ] || check "archive $1: HR files and contacts" py "$TOP/tests/judge/people.py" "x$1/data/records" "x$1/data/views/org"
	check "archive $1: departments.xml" xmllint --noout --schema "x$1/data/views/org/departments.xsd" "x$1/data/views/org/departments.xml"
}
dates() { check "dates of archive ${*: -1}" py "$TOP/tests/judge/history.py" "$@"; }
serve 21; archive 1
jq -e '.views.history == null' x1/data/report/completeness.json >/dev/null && ! grep -q since x1/data/views/org/org.json && pass "the first archive has no dates" || fail "dates in the first archive"
serve 22; archive 2; dates x1 x2
serve 21; archive 3; dates x1 x2 x3
py "$TOP/tests/judge/history.py" x1 x2 x3 | grep -q 'known since acme-00000001, unchanged since acme-00000003' && pass "some changed and changed back" || fail "nothing changed: the test is too weak"
mv t/store/acme-00000001.tar.gz kept
archive 4; dates x2 x3 x4
mv kept t/store/acme-00000001.tar.gz
chmod u+w t/store/acme-00000003.tar.gz; cp t/store/acme-00000003.tar.gz kept; printf 'XXXX' | dd of=t/store/acme-00000003.tar.gz bs=1 seek=20000 conv=notrunc status=none
archive 5; dates x4 x5
grep -q 'go back to acme-00000004; acme-00000003 was not read' err && pass "where the dates end is said" || fail "not said: $(cat err)"
cp kept t/store/acme-00000003.tar.gz
# Behind an encrypted archive nothing is read: an export has no key.
for p in legal escrow; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -addext keyUsage=critical,keyAgreement -nodes -keyout $p.key -out t/$p.crt -days 30 -subj "/CN=$p" 2>/dev/null
done
cp "$conf" plain.conf; sed -i 's/^\[store\]/&\nencrypt_to = legal.crt, escrow.crt/' "$conf"; run; cp plain.conf "$conf"
archive 7; dates x7
sim_stop
finish
