#!/usr/bin/env bash
# Workbooks as openpyxl and xmllint read them: equal to the CSV cell by cell, for a tenant and for everything that ever broke a table; nothing live, nothing malformed; and disks that fill up.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
python=
for p in /usr/bin/python3 python3; do "$p" -I -c 'import openpyxl' 2>/dev/null && { python=$p; break; }; done
[ -n "$python" ] || { skip openpyxl; finish; exit; }
judge() { "$python" -I "$TOP/tests/judge/tables.py" "$@"; }
well_formed() { # DIR: every part of every workbook
	rm -rf parts && "$python" -I -c '
import sys, zipfile
for n, f in enumerate(sys.argv[1:]): zipfile.ZipFile(f).extractall(f"parts/{n}")' "$1"/data/views/*.xlsx || return 1
	[ "$(find parts -type f | wc -l)" -gt 50 ] && find parts -type f -print0 | xargs -0 xmllint --huge --noout
}

sim_start "$WORK/t" --scale small --seed 22 || { finish; exit; }
expect 0 "export" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
mkdir x && tar -xzf "$WORK/t/store/acme-00000001.tar.gz" -C x --strip-components=1
check "a tenant: every workbook equals its CSV" judge x
check "a tenant: every part is XML" well_formed "$WORK/x"

views() { "$BUILD/views_driver" "$@"; }
views fields >fields
check "records of all code points and known injections" "$python" -I "$TOP/tests/judge/hostile-records.py" fields hostile.jsonl expect.jsonl
expect 0 "hostile records: CSV" views csv hostile.jsonl h
expect 0 "hostile records: XLSX" views xlsx hostile.jsonl h
check "hostile records: both say what went in, nothing is live" judge h expect.jsonl
check "hostile records: every part is XML" well_formed "$WORK/h"
expect 0 "again, with another language, zone and day" env TZ=America/St_Johns LC_ALL=C LANG=C "$BUILD/views_driver" xlsx hostile.jsonl h2
check "the same bytes" bash -c 'for f in h2/data/views/*; do cmp "$f" "h/${f#h2/}" || exit 1; done'

# A single write that fails: libxlsxwriter does not always tell.  An error, or the workbook as it should be.
head -n 40 hostile.jsonl >few.jsonl
views xlsx few.jsonl few
if command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null; then
	strace -f -qq -o calls -e trace=write "$BUILD/views_driver" xlsx few.jsonl w >/dev/null 2>&1
	total=$(wc -l <calls) failed=0 silent=
	for ((i = 1; i <= 12; i++)); do
		n=$((i * total / 12))
		rm -rf w
		if strace -f -qq -o /dev/null -e trace=write -e inject=write:error=ENOSPC:when=$n "$BUILD/views_driver" xlsx few.jsonl w >out 2>&1; then
			cmp -s few/data/views/departments.xlsx w/data/views/departments.xlsx || silent="$silent $n"
		else
			failed=$((failed + 1))
		fi
	done
	[ -z "$silent" ] && [ $failed -gt 6 ] && pass "a full disk at any of $total writes is told" || fail "writes that failed without a word:$silent ($failed of 12 told)"
else
	skip strace
fi
finish
