#!/usr/bin/env bash
# The views as other programs read them: Miller, jq, xmllint, python's csv.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 21 || { finish; exit; }
expect 0 "export" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
mkdir x && tar -xzf "$WORK/t/store/acme-00000001.tar.gz" -C x --strip-components=1 && cd x/data
rows() { mlr --icsv --ojson count "$1" | jq ".[0].count"; }
for s in departments users approvals files rooms; do
	[ -d records/$s ] || continue
	n=$(cat records/$s/*.jsonl | wc -l)
	m=$(rows views/$s.csv)
	[ "$n" = "$m" ] && pass "$s.csv: $n rows read back" || fail "$s.csv: $m rows of $n"
done
n=$(cat records/messages/*.jsonl | wc -l); m=0
for f in views/messages-*.csv; do m=$((m + $(rows "$f"))); done
[ "$n" = "$m" ] && pass "messages by month: $n rows read back" || fail "messages: $m rows of $n"
for f in views/*.csv; do
	head -c3 "$f" | cmp -s - <(printf '\xef\xbb\xbf') || { fail "$f: no BOM"; continue; }
	if python3 -I - "$f" <<'P'
import csv, sys
csv.field_size_limit(1 << 30)
bad = [c for row in csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline=""), strict=True) for c in row
       if c[:1] in "=@\t\r\n\0＝＋－＠" and c[:1] != "" ]
sys.exit(1 if bad else 0)
P
	then pass "$f: no live formula"; else fail "$f: a live formula"; fi
done
check "departments.xml is valid by its schema" xmllint --noout --schema views/org/departments.xsd views/org/departments.xml
check "org.json is JSON with every member" jq -e --argjson n "$(cat records/users/*.jsonl | wc -l)" '(.members // .users) | length == $n' views/org/org.json
check "completeness.json" jq -e '.format == "custody-completeness/1" and .complete and (.streams | length > 3) and .method.zh != null' report/completeness.json
# What a reader must know of records is totalled in the certificate, stream by stream.
# (Not by jq: it refuses lone surrogates, which are evidence here.)
cat records/*/*.jsonl | perl -ne 'print map { /"(\w+)"/ ? "$1\n" : "" } split /,/, $1 if /"flags":\[(.*?)\],"n":/' | LC_ALL=C sort | uniq -c | awk '{print $2, $1}' > ../../flags.records
jq -r '[.streams[].flagged[]] | group_by(.flag)[] | "\(.[0].flag) \(map(.records) | add)"' report/completeness.json | LC_ALL=C sort > ../../flags.report
check "flags are totalled: $(tr '\n' ';' < ../../flags.report)" cmp -s ../../flags.records ../../flags.report
check "an unknown type is among them" grep -q ^unknown_type ../../flags.report
finish
