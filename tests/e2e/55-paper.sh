#!/usr/bin/env bash
# Approvals and the certificate as PDF, judged by other programs: poppler (text, attachments, pictures, signature), qpdf, zbar, sha256sum, jq.
. "$(dirname "$0")/../harness.sh"
for t in pdftotext qpdf pdfdetach pdftoppm pdfsig zbarimg certutil jq; do
	command -v $t >/dev/null || { skip "paper: $t is not here"; finish; exit; }
done
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 21 || { finish; exit; }
# A key of its own for pages: a CA, and a certificate of it.
mkdir seal-keys
openssl req -x509 -newkey rsa:3072 -nodes -keyout seal-keys/ca.key -out seal-keys/ca.crt -days 30 -subj "/CN=Paper CA" -addext keyUsage=critical,keyCertSign >/dev/null 2>&1
openssl req -newkey rsa:3072 -nodes -keyout seal-keys/paper.key -out seal-keys/paper.csr -subj "/CN=Paper" >/dev/null 2>&1
openssl x509 -req -in seal-keys/paper.csr -CA seal-keys/ca.crt -CAkey seal-keys/ca.key -CAcreateserial -days 20 -out seal-keys/paper.crt \
	-extfile <(printf 'keyUsage=critical,digitalSignature,nonRepudiation\nbasicConstraints=critical,CA:FALSE\n') >/dev/null 2>&1
chmod 600 seal-keys/*.key
sed -i "s|^\[seal\]|[seal]\npdf.signer = cert=$WORK/seal-keys/paper.crt key=file:$WORK/seal-keys/paper.key|" t/custody.conf
expect 0 "export with signed pages" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
mkdir x && tar -xzf "$WORK/t/store/acme-00000001.tar.gz" -C x --strip-components=1
paper=x/data/views/approvals
n=$(cat x/data/records/approvals/*.jsonl | wc -l) m=$(find $paper -name '*.pdf' | wc -l)
[ "$n" = "$m" ] && pass "$n approvals, as many files" || fail "$m files of $n approvals"

# Ten of them: the record inside is the record, its leaf hash is on the page, and every word of the form is there as text.
all=yes
for f in $(ls $paper/*.pdf | awk 'NR % 8 == 1' | head -10); do
	id=$(basename $f .pdf)
	qpdf --check $f >q.txt 2>&1 || { fail "$f: qpdf: $(tail -1 q.txt)"; all=no; }
	pdfdetach -save 1 -o record.json $f || { fail "$f: nothing inside"; all=no; continue; }
	grep -qxF -f record.json x/data/records/approvals/*.jsonl || { fail "$f: the file inside is no record of the archive"; all=no; }
	pdftotext -raw $f - | tr -d ' \n\f' >text
	leaf=$( (printf '\0'; cat record.json) | sha256sum | cut -d' ' -f1)
	grep -qF "$leaf" text || { fail "$f: the leaf hash $leaf is not on the page"; all=no; }
	# Strings of two Han characters or more, of the form, the route and the comments; long ones by their beginning.
	jq -r '[.n.form, (.n.fields, .n.route, .n.comments | .. | objects | .title?, .text?) | strings | scan("[\\p{Han}]{2,}") | .[0:40]] | unique[]' record.json >words
	while read -r w; do
		grep -qF "$w" text || { fail "$f: \"$w\" is not in its text"; all=no; }
	done <words
	words=$((${words:-0} + $(wc -l <words)))
done
[ $all = yes ] && [ "${words:-0}" -gt 50 ] && pass "ten approvals: $words Chinese strings, records and leaf hashes found by pdftotext and pdfdetach" || fail "text: ${words:-0} strings"

expect 0 "its views agree, as far as signed pages can be compared" "$CUSTODY" --lang en verify --views --trust t/trust.conf t/store/acme-00000001.tar.gz
grep -q "were not compared: $((n + 1))" out && pass "and those that cannot are counted" || fail "$(grep -i views out)"

# Where the platform's state of the whole and of its steps disagree the page says so, and nowhere else.  The simulator has none of those: records are bent.
cat x/data/records/approvals/*.jsonl >all.jsonl
bent() { jq -c "select(.n.status == \"$1\" and (.n.route[0].role == \"approver\")) | $2 | .id = \"$3\" | .source.endpoint = \"approvals\"" all.jsonl | head -1; }
{
	bent approved . right-1
	bent rejected . right-2
	bent in_progress . right-3
	bent approved '.n.route[0].status = "rejected"' odd-1
	bent approved '.n.route[0].status = "in_progress"' odd-2
	bent rejected '.n.route |= map(.status = "approved")' odd-3
} >bent.jsonl
mkdir bent && "$BUILD/views_driver" pdf bent.jsonl bent && [ "$(find bent -name '*.pdf' | wc -l)" = 6 ] || fail "bent records: $(find bent | wc -l)"
for f in $(find bent -name '*.pdf' | sort); do pdftotext -raw $f told && grep -q '的状态不一致' told && basename $f .pdf; done >got
[ "$(tr '\n' ' ' <got)" = "odd-1 odd-2 odd-3 " ] && pass "states that contradict each other are told as such" || fail "contradictions: $(tr '\n' ' ' <got)"
# What a form's author may call a column, or a step's mode be, fills pages: they end, nothing is lost in silence, and an id with a quote is no command.
{
	for n in 400 20000; do
		bent approved ".n.fields = [{control:\"Table\",id:\"T\",title:\"t\",rows:[[range(6) | {control:\"Text\",id:\"a\\(.)\",title:(\"审\" * $n),text:\"x\"}]]}]" "head-$n"
	done
	bent approved '.n.route[0].mode = ("模" * 20000)' mode
	bent approved '.n.form = ("\u0001" * 300)' controls
	bent approved . "q';reboot;'"
} >odd.jsonl
mkdir odd && expect 0 "odd forms are drawn" timeout 60 "$BUILD/views_driver" pdf odd.jsonl odd
[ "$(find odd -name '*.pdf' | wc -l)" = 5 ] && pass "all of them" || fail "$(find odd -name '*.pdf')"
pdftotext -raw odd/data/views/approvals/mode.pdf told && grep -q 'more bytes stand' told && pass "a band that is cut says so" || fail "cut in silence"
pdftotext -raw odd/data/views/approvals/h-*.pdf told && ! grep -q 'custody .*reboot' told && grep -q "'approvals/ID'" told && pass "no command out of an id" || fail "$(grep custody told)"
jq -r '(.n.route // [] | map(select(.role != "copy") | .status)) as $s
	| select(((.n.status | IN("approved", "paid")) and ($s | any(IN("rejected", "in_progress")))) or (.n.status == "rejected" and ($s | length > 0 and all(. != "rejected")))) | .id' all.jsonl | sort >want
for f in $paper/*.pdf; do pdftotext -raw $f told && grep -q '的状态不一致' told && basename $f .pdf; done | sort >got
cmp -s want got && pass "$(wc -l <want) of $m in the archive" || { fail "pages that contradict themselves"; diff want got | head; }

f=$(ls $paper/*.pdf | sed -n 3p)
last=$(pdfinfo $f | awk '/^Pages/ { print $2 }')
pdftoppm -r 150 -f $last -l $last -png $f page
pdfdetach -save 1 -o record.json $f
leaf=$( (printf '\0'; cat record.json) | sha256sum | cut -d' ' -f1)
for p in page*.png; do zbarimg -q --raw $p; done >qr.txt 2>/dev/null
if grep -q "^leaf sha256 $leaf$" qr.txt && grep -q "^archive acme-00000001$" qr.txt && grep -q "^record approvals/$(jq -r .id record.json)$" qr.txt; then
	pass "the QR code, read back from the picture, leads to the record"; else fail "QR code: $(cat qr.txt)"; fi

mkdir nss && certutil -d sql:nss -N --empty-password && certutil -d sql:nss -A -t C,C,C -n paper -i seal-keys/ca.crt
pdfsig -nssdir sql:nss $f >sig.txt 2>/dev/null
grep -q "Signature is Valid" sig.txt && grep -q "Total document signed" sig.txt && grep -q "Certificate is Trusted" sig.txt && grep -q "ETSI.CAdES.detached" sig.txt &&
	pass "the signature is valid, trusted and covers all" || fail "pdfsig: $(cat sig.txt)"
cp $f bad.pdf && chmod u+w bad.pdf && at=$(grep -abo 'CreationDate (D:2' bad.pdf | head -1 | cut -d: -f1) &&
	printf 3 | dd of=bad.pdf bs=1 seek=$((at + 16)) conv=notrunc status=none
pdfsig -nssdir sql:nss bad.pdf >sig.txt 2>/dev/null
grep -q "Signature is Valid" sig.txt && fail "one changed byte, and still valid" || pass "one changed byte: not valid"
# The CMS itself: no signingTime, as PAdES wants it.
off=$(grep -abo '/Contents <' $f | tail -1 | cut -d: -f1)
tail -c +$((off + 12)) $f | head -c 40000 | tr -d '\n' | sed 's/>.*//; s/\(00\)*$//' | xxd -r -p >cms.der
openssl cms -cmsout -print -inform DER -in cms.der 2>/dev/null >cms.txt
grep -q "id-smime-aa-signingCertificateV2" cms.txt && ! grep -q signingTime cms.txt && pass "CAdES attributes without signingTime" || fail "signed attributes: $(grep object cms.txt)"

check "report.pdf is a sound PDF" qpdf --check x/data/report/report.pdf
pdfdetach -save 1 -o completeness.json x/data/report/report.pdf
cmp -s completeness.json x/data/report/completeness.json && pass "the certificate holds completeness.json" || fail "the certificate does not hold completeness.json"
pdftotext x/data/report/report.pdf text && grep -q 完整性证明 text && pass "the certificate in words" || fail "the certificate has no text"

# No font that writes Chinese: told before the first request.
mkdir nofonts && cat >nofonts/fonts.conf <<'F'
<?xml version="1.0"?><fontconfig><dir>/nonexistent</dir></fontconfig>
F
FONTCONFIG_FILE=$WORK/nofonts/fonts.conf expect 2 "no Chinese font" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
grep -q fonts-noto-cjk "$WORK/err" && pass "the package is named" || fail "$(cat "$WORK/err")"
finish
