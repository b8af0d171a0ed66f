#!/usr/bin/env python3
"""tables.py DIR [EXPECT]: every workbook below DIR/data/views against the CSV of the same name, cell by cell, by openpyxl; nothing in either may be live.

EXPECT (hostile-records.py): what the text fields say, row by row.  Prints what was compared; every difference is a line and exit status 1."""
import datetime, glob, json, os, re, sys, zipfile
import openpyxl
from openpyxl.utils.escape import unescape

DIR = os.path.join(sys.argv[1], 'data', 'views')
LIVE = '=+-@\t\r\n\0＝＋－＠'
NUMBER = re.compile(r'-?\d+(\.\d+)?([eE][-+]?\d+)?\Z', re.A)
CELL = re.compile(r'("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n|\n|\Z)')
TIME = re.compile(r'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[-+]\d\d:\d\d)\Z', re.A)
FIRST, AFTER = datetime.datetime(1900, 3, 1), 10000
bad = []


def wrong(*what):
    if len(bad) < 40:
        print('  ', *(str(w)[:300] for w in what))
    bad.append(what)


def read_csv(path):
    """Rows of cells: None without quotes, else the text with its guard taken off."""
    text = open(path, encoding='utf-8', newline='').read()
    assert text[0] == '\ufeff', path
    rows, row, at = [], [], 1
    while at < len(text):
        m = CELL.match(text, at)
        if m is None or m.end() == m.start():
            raise SystemExit(f'{path}: not CSV at {at}')
        raw, end, at = m.group(1), m.group(2), m.end()
        cell = None if raw == '' else raw[1:-1].replace('""', '"')
        if cell and cell[0] in LIVE and not NUMBER.match(cell):
            wrong(path, 'a live cell', repr(cell[:40]))
        if cell and cell[0] == "'" and cell.lstrip("'")[:1] and cell.lstrip("'")[0] in LIVE:
            cell = cell[1:]
        row.append(cell)
        if end != ',':
            rows.append(row)
            row = []
    return rows


def same_time(text, cell, zone):
    """A CSV time and a date cell by the same clock."""
    clock = datetime.datetime.strptime(text[:23], '%Y-%m-%dT%H:%M:%S.%f') if text[:4] != '0000' else None
    if clock is None or clock < FIRST:
        return cell.value == text
    value = cell.value
    return isinstance(value, datetime.datetime) and abs(value - clock) < datetime.timedelta(microseconds=500) and ('.000' in cell.number_format) == (text[20:23] != '000')


def same_text(text, value):
    if value is None:
        return False
    value = unescape(value) if isinstance(value, str) else value
    text = text.replace('\0', '\ufffd')
    if isinstance(value, int):
        return str(value) == text and len(text.lstrip('-')) <= 15
    units = len(text.encode('utf-16-le')) // 2
    if units <= 32767:
        return value == text
    head, mark, rest = value.partition('… [单元格容量所限')
    return mark != '' and text.startswith(head) and len(head.encode('utf-16-le')) // 2 > 30000 and len(value.encode('utf-16-le')) // 2 <= 32767 and 'data/records' in rest


def check_package(path):
    with zipfile.ZipFile(path) as z:
        if z.testzip() is not None:
            wrong(path, 'checksum')
        for info in z.infolist():
            data = z.read(info)
            if info.date_time != (1980, 1, 1, 0, 0, 0):
                wrong(path, info.filename, 'has a time', info.date_time)
            if info.filename.startswith('xl/worksheets/') and (re.search(rb'<f[ >/]|<hyperlink', data) or b'_rels' in info.filename.encode()):
                wrong(path, info.filename, 'a formula or a link')
            if b'externalLink' in data or b'TargetMode="External"' in data:
                wrong(path, info.filename, 'leads outside')


def compare(path, expected):
    check_package(path)
    rows = read_csv(path[:-5] + '.csv')
    book = openpyxl.load_workbook(path)
    names = rows[0]
    sheets = book.worksheets
    if sheets[-1].title != '说明 Notes' or len(sheets) < 2:
        wrong(path, 'no notes', book.sheetnames)
    notes = {str(c.value) for r in sheets[-1].iter_rows() for c in r if c.value is not None}
    n = cells = 0
    for sheet in sheets[:-1]:
        headers = [c.value for c in sheet[1]]
        columns = [h.split(' ')[-1] for h in headers]
        if [c for c in columns if not c.endswith('_zone')] != names:
            wrong(path, 'columns', columns)
        if sheet.freeze_panes != 'A2' or not all(c.font.b for c in sheet[1]) or not set(headers) <= notes:
            wrong(path, sheet.title, 'header not frozen, bold or not explained')
        if sheet.auto_filter.ref != f'A1:{openpyxl.utils.get_column_letter(len(columns))}{sheet.max_row}':
            wrong(path, sheet.title, 'filter', sheet.auto_filter.ref, sheet.max_row)
        for row in sheet.iter_rows(min_row=2):
            n += 1
            if n >= len(rows):
                wrong(path, 'more rows than', len(rows) - 1)
                break
            want = dict(zip(names, rows[n]))
            for name, cell in zip(columns, row):
                cells += 1
                if cell.data_type == 'f' or cell.hyperlink is not None:
                    wrong(path, n, name, 'live', cell.value)
                if name.endswith('_zone'):
                    time = want[name[:-5]]
                    ok = cell.value == (time[23:] if time is not None and TIME.match(time) else None)
                elif want[name] is None:
                    ok = cell.value is None and cell.data_type == 'n'
                elif (name + '_utc' in want or name.endswith('_utc')) and TIME.match(want[name]):
                    ok = same_time(want[name], cell, name)
                else:
                    ok = same_text(want[name], cell.value)
                if not ok:
                    wrong(path, n, name, repr(want[name])[:90], repr(cell.value)[:90])
            for name, text in (expected[n - 1] if expected else {}).items():
                if want[name] != text or not same_text(text, row[columns.index(name)].value):
                    wrong(path, n, name, 'is not what went in', repr(text[:60]), repr(str(want[name])[:60]))
    if n != len(rows) - 1:
        wrong(path, n, 'rows of', len(rows) - 1)
    if expected is not None and len(expected) != n:
        wrong(path, n, 'rows of', len(expected), 'that went in')
    return n, cells


expect = {}
if len(sys.argv) > 2:
    for line in open(sys.argv[2], encoding='utf-8'):
        e = json.loads(line)
        expect.setdefault(e['table'], []).append(e['fields'])
books = sorted(glob.glob(os.path.join(DIR, '*.xlsx')))
tables = sorted(p[:-4] for p in glob.glob(os.path.join(DIR, '*.csv')) if os.path.basename(p) != 'columns.csv')
if not books or [b[:-5] for b in books] != tables:
    wrong('workbooks and tables', books, tables)
total = [compare(b, expect.get(os.path.basename(b)[:-5]) if expect else None) for b in books]
print(f'{len(books)} workbooks, {sum(t[0] for t in total)} rows, {sum(t[1] for t in total)} cells, {len(bad)} differences')
sys.exit(1 if bad else 0)
