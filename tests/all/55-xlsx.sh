#!/usr/bin/env bash
# 1,100,000 messages in one workbook: two sheets, in little memory; and every code point in every text field of every table.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
"$BUILD/bench_generate" 7 100000 >m.jsonl
expect 0 "1,100,000 messages" "$BUILD/bench_xlsx" m.jsonl 1100000 big.xlsx
peak=$(sed -n 's/.* peak //p' "$WORK/out")
[ "${peak:-999999}" -le $((96 * 1024)) ] && pass "peak $peak KiB" || fail "peak $peak KiB"
cat "$WORK/out"
part() { python3 -I -c '
import shutil, sys, zipfile
with zipfile.ZipFile("big.xlsx").open(sys.argv[1]) as f: shutil.copyfileobj(f, sys.stdout.buffer)' "$1"; }
rows() { part "xl/worksheets/sheet$1.xml" | grep -o '<row r="[0-9]*"' | awk -F'"' '$2 != ++n { exit 1 } END { print n }'; }
[ "$(rows 1) $(rows 2)" = "1048576 51426" ] && pass "two sheets, 1,048,576 and 51,426 rows in order" || fail "rows: $(rows 1) $(rows 2)"
for n in 1 2 3; do
	part "xl/worksheets/sheet$n.xml" >sheet.xml
	check "sheet $n is XML" xmllint --stream --huge --noout sheet.xml
done
[ "$(part xl/workbook.xml | grep -o 'sheet name="[^"]*"' | tr '\n' ' ')" = 'sheet name="聊天记录" sheet name="聊天记录 (2)" sheet name="说明 Notes" ' ] && pass "names of sheets" || fail "names of sheets"
rm -f big.xlsx sheet.xml

python=
for p in /usr/bin/python3 python3; do "$p" -I -c 'import openpyxl' 2>/dev/null && { python=$p; break; }; done
[ -n "$python" ] || { skip openpyxl; finish; exit; }
"$BUILD/views_driver" fields >fields
check "records with every code point in every text field" "$python" -I "$TOP/tests/judge/hostile-records.py" fields hostile.jsonl expect.jsonl --all
expect 0 "CSV of them" "$BUILD/views_driver" csv hostile.jsonl h
expect 0 "XLSX of them" "$BUILD/views_driver" xlsx hostile.jsonl h
check "both say what went in, nothing is live" "$python" -I "$TOP/tests/judge/tables.py" h expect.jsonl
finish
