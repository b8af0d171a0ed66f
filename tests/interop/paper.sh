#!/usr/bin/env bash
# paper.sh DRIVER: the same pages as PDF/A-1b before a validator (PDFBox preflight), and what poppler makes of the texts no font or reader may change.
set -uo pipefail
DRIVER=$1 TOP=$(cd "$(dirname "$0")/../.." && pwd) J=/usr/share/java
command -v java >/dev/null && [ -e $J/preflight.jar ] || { echo "skipped: PDF/A-1b: java or libpdfbox2-java is not here"; exit 77; }
command -v pdftotext >/dev/null && command -v qpdf >/dev/null || { echo "skipped: paper: poppler-utils or qpdf is not here"; exit 77; }
W=$(mktemp -d "${TMPDIR:-/tmp}/custody-paper.XXXXXX")
trap 'rm -rf "$W"' EXIT
bad() { echo "FAIL $*"; exit 1; }

cp -r "$TOP/tests/golden/pictures" "$W/blobs"
"$DRIVER" "$TOP/tests/golden/records/paper.jsonl" "$W/1b" 1b || bad "1b"
"$DRIVER" "$TOP/tests/golden/records/paper.jsonl" "$W/3b" || bad "3b"
preflight() {
	java -XX:TieredStopAtLevel=1 -Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.NoOpLog \
		-cp $J/preflight.jar:$J/pdfbox2.jar:$J/fontbox2.jar:$J/xmpbox.jar:$J/commons-logging.jar:$J/javax.activation.jar:$J/jaxb-api.jar \
		org.apache.pdfbox.preflight.Validator_A1b "$1"
}
for f in 202604110042 Passwd; do
	preflight "$W/1b/$f.pdf" >"$W/out" 2>/dev/null || bad "$f: $(cat "$W/out")"
	grep -q 'is a valid PDF/A-1b file' "$W/out" || bad "$f: $(cat "$W/out")"
	echo "ok $f is valid PDF/A-1b"
done
# The judge can say no: what is made, 3b, differs from 1b in what only 3b allows and in nothing else.
preflight "$W/3b/202604110042.pdf" >"$W/out" 2>/dev/null && bad "preflight finds nothing wrong with 3b"
grep -E '^[0-9]' "$W/out" | grep -vE 'EmbeddedFile|transparency|part must be 1' && bad "3b differs in more"
echo "ok 3b differs from 1b in the embedded file, the page group and the part number only"
for f in "$W"/3b/*.pdf; do qpdf --check "$f" >"$W/out" || bad "$f: $(cat "$W/out")"; done
pdfinfo "$W/3b/202604110042.pdf" | grep -q '^Tagged: *yes' || bad "not tagged"

pdftotext -raw "$W/3b/202604110042.pdf" "$W/text"
for w in 添置缆绳 童𠮷梅 罗宁 同意 转董琪 手写签名.png 缆绳报价单 "40007 invalid media_id" 平台上已不存在 TideGauge 18446744073709551616 "东堤 2 号" \
	6200110022003300 202604110041 "2026-04-11 09:00:00" "2026-04-11 10:30:15.250" 会签 platform unknown_control; do
	grep -qF "$w" "$W/text" || bad "\"$w\" is not in the text"
done
f=$(ls "$W"/3b/h-*.pdf)
pdftotext -raw "$f" "$W/text"
tr -d ' \n' <"$W/text" >"$W/flat"
for w in '[U+202E]' '[U+2066]' '[U+0000]' '[U+001B]' '[U+FEFF]' '[U+E0041]' '<script>alert(1)</script>' '𠮷㐀龘䶮' 臺灣繁體 👍 ../../ETC/Passwd '{"currency":"CNY","upper":"壹佰元整"}' 里层的字; do
	grep -qF "$w" "$W/flat" || bad "\"$w\" is not in the text of the hostile one"
done
[ "$(grep -oF W "$W/flat" | wc -l)" -ge 6000 ] || bad "a long string lost letters"
LC_ALL=C.UTF-8 grep -qP '[\x{202d}-\x{202e}\x{2066}-\x{2069}\x{200b}\x{feff}\x01-\x08]' "$W/flat" && bad "a mark that nobody sees is in the text"
echo "ok texts copy out as they were"
