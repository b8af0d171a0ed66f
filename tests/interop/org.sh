#!/usr/bin/env bash
# org.sh: other programs open the views and agree: xmllint with the schema, jq on the org chart, Python's csv module on the tables.
# The files are those of tests/golden, which the unit tests hold against the program byte by byte.
. "$(dirname "$0")/../harness.sh"
V=$TOP/tests/golden/views/data/views
XSD=$TOP/formats/departments.xsd
XML=$V/org/departments.xml

validates() { xmllint --noout --nonet --schema "$XSD" "$1"; }
refuses() { ! xmllint --noout --nonet --schema "$XSD" "$1" 2>/dev/null; }
jq_true() { jq -e "$1" "$V/org/org.json" >/dev/null; }

check "departments.xml is valid by departments.xsd" validates "$XML"

# What the schema must refuse: each line changes one thing.
while IFS='|' read -r name change; do
	sed "$change" "$XML" >"$WORK/changed.xml"
	cmp -s "$XML" "$WORK/changed.xml" && { fail "$name: nothing was changed"; continue; }
	check "the schema refuses: $name" refuses "$WORK/changed.xml"
done <<'T'
an id twice|s,<id>left1</id>,<id>odd</id>,
a department without id|0,/<id>1<.id>/s///
an element nobody described|s,<status>left</status>,<state>left</state>,
no counts, as in a document that was cut|/<counts/d
a count that is no number|s/members="4"/members="many"/
fields in another order|s,<id>left1</id>,<!-- --><status>x</status><id>left1</id>,
a time that is none|s,<fetched_at>2026-11-22T02,<fetched_at>2026-22-11T02,
T

check "org.json: counts are those of the lists" jq_true '.counts.departments == (.departments|length) and .counts.members == (.members|length)'
check "org.json: ids are unique" jq_true '([.departments[].id]|length == (unique|length)) and ([.members[].id]|length == (unique|length))'
check "org.json: not granted is not there, and there is not not granted" jq_true \
	'all(.departments[], .members[]; . as $e | all(.not_granted[]; . as $f | $e | has($f) | not))'
check "org.json: every member has its departments with order and leader" jq_true \
	'all(.members[].departments[]; has("id") and (.order|type == "number") and (.is_leader|type == "boolean"))'
check "org.json: large numbers keep their digits" jq_true '.departments[0].order == 4294967295'
check "org.json: both languages of a name" jq_true '.members[0].name == "林月" and .members[0].name_en == "Lin Yue"'
check "org.json and departments.xml name the same members" bash -c '
	diff <(jq -r ".members[].id" "$1/org/org.json") <(xmllint --xpath "//*[local-name()=\"member\"]/*[local-name()=\"id\"]/text()" "$1/org/departments.xml")' _ "$V"

cat >"$WORK/read.py" <<'P'
# Every table: one header, as many cells in every row, a column description for each column; no cell starts like a formula.
import csv, glob, os, sys, re
top = sys.argv[1]
described = {}
for row in csv.DictReader(open(top + "/columns.csv", encoding="utf-8-sig", newline="")):
    assert row["meaning_zh"] and row["meaning_en"] and re.search("[一-鿿]", row["meaning_zh"]), row
    described.setdefault(os.path.basename(row["file"]), []).append(row["column"])
tables = sorted(glob.glob(top + "/*.csv")) + [top + "/../report/gaps.csv"]
assert len(tables) >= 10
for path in tables:
    name = os.path.basename(path)
    if name == "columns.csv":
        continue
    name = re.sub(r"messages-[0-9-]+|messages-undated", "messages-YYYY-MM", name)
    name = re.sub(r"^.*-unknown", "<stream>-unknown", name)
    text = open(path, encoding="utf-8", newline="").read()
    assert text.startswith("\ufeff") and text.endswith("\r\n"), path
    rows = list(csv.reader(text[1:].replace("\0", "NUL").splitlines(keepends=True), strict=True))
    assert rows[0] == described[name], (path, rows[0], described.get(name))
    for row in rows[1:]:
        assert len(row) == len(rows[0]), (path, row)
        for cell in row:
            assert cell[:1] not in tuple("=+@\t\r\n＝＋－＠") and not re.match(r"-(?!\d+(\.\d+)?$)", cell), (path, cell)
P
check "every table is read by Python as it is described" python3 "$WORK/read.py" "$V"
finish
