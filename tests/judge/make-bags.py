#!/usr/bin/env python3
"""make-bags.py DIR: bags good, bad and odd, each with what a validator must say of it, in DIR/cases.tsv:
path TAB exit status TAB codes that must be among the findings (comma; - none) TAB codes that must not be.
Written from RFC 8493 and the drafts before it; the hashes are Python's."""
import gzip, hashlib, io, os, shutil, sys, tarfile, unicodedata, zipfile

TOP = sys.argv[1]
CASES = []
PAYLOAD = {'data/hello.txt': b'hello\n', 'data/sub/\u4e2d\u6587.txt': '合同'.encode()}


def h(alg, b):
    return hashlib.new(alg, b).hexdigest()


def lines(alg, files, sep='  ', enc=lambda p: p):
    return ''.join(h(alg, b) + sep + enc(p) + '\n' for p, b in sorted(files.items()))


def make(version='1.0', algs=('sha512',), payload=None, encoding='UTF-8', info=True, tags=True, sep='  ', name='bag-info.txt', codec=None, enc=lambda p: p):
    """A bag as {path: bytes}."""
    payload = dict(PAYLOAD if payload is None else payload)
    codec = codec or encoding
    bag = dict(payload)
    bag['bagit.txt'] = f'BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n'.encode()
    for a in algs:
        bag[f'manifest-{a}.txt'] = lines(a, payload, sep, enc).encode(codec)
    if info:
        n = sum(map(len, payload.values()))
        bag[name] = f'Source-Organization: Sample\nPayload-Oxum: {n}.{len(payload)}\n'.encode(codec)
    if tags:
        retag(bag, algs, codec)
    return bag


def retag(bag, algs=('sha512',), codec='UTF-8'):
    for a in algs:
        bag.pop(f'tagmanifest-{a}.txt', None)
    tag = {p: b for p, b in bag.items() if not p.startswith('data/') and not p.startswith('tagmanifest-')}
    for a in algs:
        bag[f'tagmanifest-{a}.txt'] = lines(a, tag).encode(codec)
    return bag


def case(name, status, must='', mustnot='', path=None):
    CASES.append((path or name, status, must or '-', mustnot or '-'))


def put(name, bag, status, must='', mustnot='', dirs=('data',)):
    base = os.path.join(TOP, name).encode()
    for d in dirs:
        os.makedirs(os.path.join(base, d.encode()), exist_ok=True)
    for p, b in bag.items():
        f = os.path.join(base, p.encode('utf-8', 'surrogateescape'))
        os.makedirs(os.path.dirname(f), exist_ok=True)
        with open(f, 'wb') as o:
            o.write(b)
    case(name, status, must, mustnot)
    return base.decode()


def change(bag, **kw):
    for p, b in kw.items():
        bag[p] = b
    return bag


def edit(bag, path, f, algs=('sha512',), again=True):
    bag[path] = f(bag[path])
    return retag(bag, algs) if again and any(p.startswith('tagmanifest-') for p in bag) else bag


# --- good ones, every version, every algorithm ---
for v in ('0.93', '0.94', '0.95'):
    put(f'ok-{v}', make(v, ('md5',), name='package-info.txt'), 0, 'weak-algorithm', 'old-tag-file')
for v in ('0.96', '0.97'):
    put(f'ok-{v}', make(v, ('sha1',)), 0)
for a in ('md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'):
    put(f'ok-{a}', make(algs=(a,)), 0)
for n, a in (('sha3256', 'sha3_256'), ('sha3512', 'sha3_512'), ('blake2b512', 'blake2b'), ('blake2s256', 'blake2s'), ('sm3', 'sm3'),
             ('sha512256', 'sha512_256'), ('sha3224', 'sha3_224'), ('sha3384', 'sha3_384')):
    b = make(algs=('sha512',))
    try:
        b[f'manifest-{n}.txt'] = lines(a, PAYLOAD).encode()
    except ValueError:
        continue
    put(f'ok-{n}', retag(b), 0)
    b = dict(b)
    b[f'manifest-{n}.txt'] = lines(a, {**PAYLOAD, 'data/hello.txt': b'x'}).encode()
    put(f'bad-{n}', retag(b), 7, 'checksum')
put('ok-all', make(algs=('md5', 'sha1', 'sha256', 'sha512')), 0)
put('ok-minimal', make('0.97', ('md5',), {}, info=False, tags=False), 0, 'no-tagmanifest')
put('ok-empty-file', make(payload={'data/empty': b''}), 0)
put('ok-upper-hex', edit(make(), 'manifest-sha512.txt', lambda m: b''.join(l[:128].upper() + l[128:] for l in m.splitlines(True))), 0)
put('ok-tab', make(sep='\t'), 0)
put('ok-many-blanks', make(sep=' \t  '), 0)
put('ok-space-in-name', make(payload={'data/a name  with spaces.txt': b'1'}), 0)
put('ok-crlf', edit(edit(make(), 'manifest-sha512.txt', lambda m: m.replace(b'\n', b'\r\n')), 'bagit.txt', lambda m: m.replace(b'\n', b'\r\n')), 0)
put('ok-cr', edit(make(), 'manifest-sha512.txt', lambda m: m.replace(b'\n', b'\r')), 0)
put('ok-tag-directory', retag({**make(), 'metadata/mets.xml': b'<a/>', 'metadata/x/y.bin': b'\0\1'}), 0)
put('ok-hidden', make(payload={'data/.keep': b'', 'data/.hidden/x': b'1'}), 0)
put('ok-bag-in-bag', make(payload={**PAYLOAD, 'data/inner/bagit.txt': b'BagIt-Version: 0.97\n'}), 0, 'bag-in-bag')
put('ok-repeated-metadata', edit(make('0.97'), 'bag-info.txt', lambda m: m + b'Contact-Name: Li\nContact-Name: Wang\n  and others\n'), 0)
put('ok-odd-separators-097', edit(make('0.97'), 'bag-info.txt', lambda m: m + b'A :b\nC\t:\td\nE:f\n'), 0)
put('bad-odd-separators-10', edit(make(), 'bag-info.txt', lambda m: m + b'A :b\n'), 7, 'info-line')
put('ok-latin1', make('0.97', payload={'data/n\u00fa\u00f1ez.txt': b'1'}, encoding='ISO-8859-1'), 0, 'tag-encoding')
put('ok-utf16', make('0.97', encoding='UTF-16', codec='UTF-16'), 0, 'tag-encoding')
put('ok-utf16be', make('0.97', encoding='UTF-16BE'), 0)
put('ok-gb18030', make('0.97', encoding='GB18030'), 0)
put('ok-some-in-one-097', retag({**make('0.97', ('md5', 'sha1')), 'manifest-md5.txt': lines('md5', {'data/hello.txt': b'hello\n'}).encode()}, ('md5', 'sha1')), 0)
odd = {'data/a\nb': b'1', 'data/c\rd': b'2', 'data/100%': b'3', 'data/%0A': b'4', 'data/%41': b'5'}
put('ok-percent', make(payload=odd, enc=lambda p: p.replace('%', '%25').replace('\n', '%0A').replace('\r', '%0d')), 0, '', 'percent')
put('ok-percent-as-written', make(payload={'data/100%': b'3', 'data/a%25b': b'4'}), 0, 'percent')
put('ok-percent-097', make('0.97', payload={'data/100%25 %0A': b'1'}), 0, '', 'percent')
put('ok-percent-097-decoded', make('0.97', payload={'data/a\nb': b'1'}, enc=lambda p: p.replace('\n', '%0A')), 0)

# --- what the authors of the RFC want warned of ---
put('warn-star', make('0.97', sep=' *'), 0, 'checksum-tool')
put('warn-dot-slash', make('0.97', enc=lambda p: './' + p), 0, 'relative-path')
put('warn-relative', make('0.97', enc=lambda p: p.replace('data/', 'data/x/../')), 0, 'relative-path')
put('warn-system-file', make(payload={**PAYLOAD, 'data/Thumbs.db': b'1', 'data/sub/.DS_Store': b'2'}), 0, 'system-file')
put('warn-case', make(payload={'data/Hello.txt': b'1', 'data/hello.txt': b'2'}), 0, 'same-case')
put('warn-case-chinese-and-greek', make(payload={'data/ΣΑΣ': b'1', 'data/σας': b'2'}), 0, 'same-case')
nfc, nfd = 'data/Núñez', unicodedata.normalize('NFD', 'data/Núñez')
put('warn-two-forms', make('0.97', payload={nfc: b'1', nfd: b'2'}), 0, 'same-unicode')
put('warn-other-form', make(payload={nfc: b'1'}, enc=lambda p: nfd), 0, 'normalization')
put('warn-listed-twice-097', edit(make('0.97'), 'manifest-sha512.txt', lambda m: m + m.splitlines(True)[0]), 0, 'listed-twice')
put('warn-blank-line', edit(make(), 'manifest-sha512.txt', lambda m: m + b'\n'), 0, 'blank-line')
put('warn-no-line-end', edit(make(), 'manifest-sha512.txt', lambda m: m[:-1]), 0, 'no-line-end')
put('warn-old-name', make('0.97', name='package-info.txt'), 0, 'old-tag-file')
put('warn-bom-097', edit(make('0.97'), 'manifest-sha512.txt', lambda m: b'\xef\xbb\xbf' + m), 0, 'bom')
put('warn-algorithm-name', (lambda b: retag({**{p: c for p, c in b.items() if 'manifest' not in p}, 'manifest-SHA-512.txt': b['manifest-sha512.txt']}))(make()), 0, 'algorithm-name')
put('warn-md5sum-backslash', make('0.97', ('md5',), {'data/a\\b': b'1'}, tags=False, enc=lambda p: p.replace('\\', '\\\\')), 7, 'missing')
b = make('0.97', ('md5',), {'data/a\\b': b'1'}, tags=False)
b['manifest-md5.txt'] = b'\\' + h('md5', b'1').encode() + b'  data/a\\\\b\n'
put('warn-md5sum-escaped', b, 0, 'checksum-tool')

# --- bad ones ---
put('bad-no-bagit', {p: c for p, c in make().items() if p != 'bagit.txt'}, 7, 'no-bagit')
for n, t in (('no-encoding', b'BagIt-Version: 1.0\n'), ('version', b'BagIt-Version: .97\nTag-File-Character-Encoding: UTF-8\n'),
             ('space', b'BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n'), ('two-spaces', b'BagIt-Version:  1.0\nTag-File-Character-Encoding: UTF-8\n'),
             ('third-line', b'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nMore: x\n'), ('swapped', b'Tag-File-Character-Encoding: UTF-8\nBagIt-Version: 1.0\n'),
             ('empty', b''), ('binary', bytes(range(256)))):
    put(f'bad-declaration-{n}', edit(make(), 'bagit.txt', lambda m: t), 7, 'declaration')
put('bad-declaration-bom', edit(make(), 'bagit.txt', lambda m: b'\xef\xbb\xbf' + m), 7, 'bom')
put('bad-bom-manifest', edit(make(), 'manifest-sha512.txt', lambda m: b'\xef\xbb\xbf' + m), 7, 'bom')
put('bad-no-manifest', retag({p: c for p, c in make().items() if p != 'manifest-sha512.txt'}), 7, 'no-manifest')
put('bad-no-data', make('0.97', ('md5',), {}), 7, 'no-data', dirs=())
put('bad-changed', change(make(), **{'data/hello.txt': b'hellO\n'}), 7, 'checksum', 'oxum')
put('bad-longer', change(make(), **{'data/hello.txt': b'hello\n\n'}), 7, 'checksum,oxum')
put('bad-missing', {p: c for p, c in make().items() if p != 'data/hello.txt'}, 7, 'missing')
put('bad-extra', {**make(info=False), 'data/extra': b'1'}, 7, 'unlisted')
put('bad-tag-changed', edit(make(), 'bag-info.txt', lambda m: m + b'More: 1\n', again=False), 7, 'checksum')
put('bad-tag-missing', {p: c for p, c in make().items() if p != 'bag-info.txt'}, 7, 'missing')
put('bad-twice-different', edit(make(), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  data/hello.txt\n'), 7, 'listed-twice')
put('bad-twice-different-097', edit(make('0.97'), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  data/hello.txt\n'), 7, 'listed-twice')
put('bad-twice-10', edit(make(), 'manifest-sha512.txt', lambda m: m + m.splitlines(True)[0]), 7, 'listed-twice')
put('bad-some-in-one-10', retag({**make('1.0', ('md5', 'sha1')), 'manifest-md5.txt': lines('md5', {'data/hello.txt': b'hello\n'}).encode()}, ('md5', 'sha1')), 7, 'unlisted')
put('bad-case-only', make(payload={'data/A': b'1'}, enc=lambda p: 'data/a'), 7, 'missing,unlisted')
put('bad-checksum-length', edit(make(), 'manifest-sha512.txt', lambda m: m[1:]), 7, 'list-line')
put('bad-checksum-short', edit(make(), 'manifest-sha512.txt', lambda m: m[2:]), 7, 'checksum-length')
put('bad-line', edit(make(), 'manifest-sha512.txt', lambda m: m + b'nonsense\n'), 7, 'list-line')
put('bad-nul', edit(make(), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  data/a\0b\n'), 7, 'list-line')
put('bad-utf8', edit(make(), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  data/\xff\n'), 7, 'encoding')
put('bad-payload-manifest-lists-tag', edit(make(), 'manifest-sha512.txt', lambda m: m + h('sha512', b'').encode() + b'  bagit.txt\n'), 7, 'outside-payload')
put('bad-tagmanifest-lists-payload', edit(make(), 'tagmanifest-sha512.txt', lambda m: m + h('sha512', b'hello\n').encode() + b'  data/hello.txt\n', again=False), 7, 'payload-in-tagmanifest')
put('bad-tagmanifest-lists-itself', edit(make(), 'tagmanifest-sha512.txt', lambda m: m + b'0' * 128 + b'  tagmanifest-sha512.txt\n', again=False), 7, 'tagmanifest-listed')
put('bad-tagmanifest-without-manifest', edit(make(), 'tagmanifest-sha512.txt', lambda m: b''.join(l for l in m.splitlines(True) if b' manifest' not in l), again=False), 7, 'manifest-unlisted')
for n, o in (('wrong', '9.9'), ('form', 'many'), ('half', '8.'), ('negative', '-8.2')):
    put(f'bad-oxum-{n}', edit(make(), 'bag-info.txt', lambda m: f'Payload-Oxum: {o}\n'.encode()), 7, 'oxum')
put('bad-oxum-twice', edit(make(), 'bag-info.txt', lambda m: m + m.splitlines(True)[1]), 7, 'oxum')

# --- paths that leave the bag ---
for i, p in enumerate(('../../outside', 'data/../../outside', '/etc/passwd', '~/x', '~root/x', 'C:\\Windows\\x', '\\\\?\\UNC\\server\\x', 'data/../../../etc/passwd')):
    line = b'0' * 128 + b'  ' + p.encode() + b'\n'
    put(f'leaves-manifest-{i}', edit(make(), 'manifest-sha512.txt', lambda m: m + line), 7, 'path-leaves')
    put(f'leaves-tagmanifest-{i}', edit(make(), 'tagmanifest-sha512.txt', lambda m: m + line, again=False), 7, 'path-leaves')
    put(f'leaves-fetch-{i}', retag({**make(), 'fetch.txt': f'http://example.org/x 1 {p}\n'.encode()}), 7, 'path-leaves')
put('leaves-drive-variable', edit(make(), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  %HomeDrive%\\x\n'), 7, 'outside-payload')

# --- fetch.txt ---
def holey(version='1.0', line='https://user:geheim@example.org/a?sig=geheim 6 data/hello.txt\n', drop='data/hello.txt'):
    b = make(version)
    b['fetch.txt'] = line.encode()
    if drop:
        del b[drop]
    return retag(b)
put('fetch-open', holey(), 8, 'unfetched', 'missing,oxum')
put('fetch-open-097', holey('0.97', 'http://example.org/a - data/hello.txt\n'), 8, 'unfetched')
put('fetch-complete', holey(drop=None), 0)
put('fetch-length', holey(line='https://example.org/a 7 data/hello.txt\n', drop=None), 0, 'fetch-length')
put('fetch-unlisted', holey(line='https://example.org/a 6 data/hello.txt\nhttps://example.org/b 1 data/other\n'), 7, 'fetch-unlisted')
put('fetch-tag-file', holey(line='https://example.org/a 6 data/hello.txt\nhttps://example.org/b 1 other.txt\n'), 7, 'outside-payload')
put('fetch-no-length', holey(line='https://example.org/a data/hello.txt\n'), 7, 'list-line')
put('fetch-relative-url', holey(line='/a 6 data/hello.txt\n'), 7, 'list-line')
put('fetch-and-broken', change(holey(), **{'data/sub/\u4e2d\u6587.txt': b'x'}), 7, 'checksum')

# --- what this program cannot tell ---
put('unsure-version', make('1.1'), 8, 'version')
put('unsure-version-2', make('2.0'), 8, 'version')
b = make()
b['manifest-k12256.txt'] = ''.join(f'{"0" * 64}  {p}\n' for p in sorted(PAYLOAD)).encode()
put('unsure-algorithm', retag(b), 8, 'algorithm')
put('unsure-encoding', retag({**make(), 'bagit.txt': b'BagIt-Version: 1.0\nTag-File-Character-Encoding: EBCDIC-KLINGON\n'}), 8, 'encoding')
put('unsure-encoding-trick', retag({**make(), 'bagit.txt': b'BagIt-Version: 1.0\nTag-File-Character-Encoding: ASCII//IGNORE\n'}), 8, 'encoding')

# --- links and special files in a directory ---
d = put('link-inside', make(payload={**PAYLOAD, 'data/link': b'hello\n'}), 0, 'link')
os.remove(d + '/data/link'); os.symlink('hello.txt', d + '/data/link')
for n, t in (('outside', '/etc/passwd'), ('dotdot', '../../ok-0.97/bagit.txt'), ('nowhere', 'gone'), ('directory', 'sub')):
    d = put(f'link-{n}', make(info=False), 7, 'link')
    os.symlink(t, d + '/data/link')
d = put('link-proc', make(info=False), 7, 'link'); os.symlink('/proc/self/root/etc/passwd', d + '/data/l')
d = put('special-fifo', make(info=False), 7, 'special-file'); os.mkfifo(d + '/data/pipe')

# --- packed ---
def packed(bag, base, fmt=tarfile.PAX_FORMAT, extra=()):
    o = io.BytesIO()
    with tarfile.open(fileobj=o, mode='w', format=fmt) as t:
        for p, b in bag.items():
            i = tarfile.TarInfo(base + p); i.size = len(b); t.addfile(i, io.BytesIO(b))
        for i, b in extra:
            t.addfile(i, io.BytesIO(b) if b is not None else None)
    return o.getvalue()
def file(name, data, status, must='', mustnot=''):
    with open(os.path.join(TOP, name), 'wb') as o:
        o.write(data)
    case(name, status, must, mustnot)
def info(name, **kw):
    i = tarfile.TarInfo(name)
    for k, v in kw.items():
        setattr(i, k, v)
    return i
good = packed(make(), 'bag/')
for n, f in (('pax', tarfile.PAX_FORMAT), ('gnu', tarfile.GNU_FORMAT), ('ustar', tarfile.USTAR_FORMAT)):
    file(f'tar-{n}.tar', packed(make(), 'bag/', f), 0)
long = {'data/' + '/'.join(['d' * 90] * 20) + '/\u957f.txt': b'1'}
file('tar-long-pax.tar', packed(make(payload=long), 'bag/'), 0)
file('tar-long-gnu.tar', packed(make(payload=long), 'bag/', tarfile.GNU_FORMAT), 0)
file('tar-dot.tar', packed(make(), './bag/'), 0)
file('tar-no-base.tar', packed(make(), ''), 0, 'no-base')
file('tar-no-base-097.tar', packed(make('0.97'), './'), 7, 'no-base')
file('tar-forms.tar', packed(make(payload={nfd: b'1'}), 'bag/'), 0, '', 'normalization')
file('tar-two-forms.tar', packed(make('0.97', payload={nfc: b'1', nfd: b'2'}), 'bag/'), 0, 'same-unicode')
file('gz.tar.gz', gzip.compress(good), 0)
file('gz-members.tgz', gzip.compress(good[:1000]) + gzip.compress(good[1000:]), 0)
file('gz-named-tar.tar', gzip.compress(good), 0)
file('gz-cut.tar.gz', gzip.compress(good)[:-200], 7, 'container')
file('gz-crc.tar.gz', gzip.compress(good)[:-8] + b'\1\2\3\4' + gzip.compress(good)[-4:], 7, 'container')
file('gz-tail.tar.gz', gzip.compress(good) + b'more', 7, 'container')
file('gz-twice.tar.gz', gzip.compress(gzip.compress(good)), 7)
file('tar-cut.tar', good[:3000], 7)
file('tar-second.tar', good + packed({'x': b'1'}, 'evil/'), 7, 'container')
file('tar-tail.tar', good + b'more' * 200, 7, 'container')
file('tar-two-bags.tar', packed({**{'a/' + p: c for p, c in make().items()}, **{'b/' + p: c for p, c in make().items()}}, ''), 7, 'several-bags')
file('tar-beside.tar', packed(make(), 'bag/', extra=[(info('other/x', size=1), b'1')]), 7, 'several-tops')
file('tar-macosx.tar', packed(make(), 'bag/', extra=[(info('__MACOSX/x', size=1), b'1')]), 0)
file('tar-doubled.tar', packed(make(), 'bag/', extra=[(info('bag/data/hello.txt', size=6), b'hello\n')]), 7, 'entry-twice')
file('tar-doubled-other.tar', packed(make(), 'bag/', extra=[(info('bag/data/hello.txt', size=6), b'hellO\n')]), 7, 'entry-twice,checksum')
file('tar-doubled-dots.tar', packed(make(), 'bag/', extra=[(info('bag/./data//hello.txt', size=6), b'hellO\n')]), 7, 'entry-twice')
for i, p in enumerate(('../evil', '/evil', 'bag/../../evil')):
    file(f'tar-leaves-{i}.tar', packed(make(), 'bag/', extra=[(info(p, size=1), b'1')]), 7, 'path-leaves')
file('tar-link-out.tar', packed(make(), 'bag/', extra=[(info('bag/data/l', type=tarfile.SYMTYPE, linkname='../../../etc/passwd'), None)]), 7, 'link')
file('tar-link-abs.tar', packed(make(), 'bag/', extra=[(info('bag/data/l', type=tarfile.SYMTYPE, linkname='/etc/passwd'), None)]), 7, 'link')
b = make(payload={**PAYLOAD, 'data/l': b'hello\n'}, info=False)
del b['data/l']
file('tar-link-in.tar', packed(b, 'bag/', extra=[(info('bag/data/l', type=tarfile.SYMTYPE, linkname='hello.txt'), None)]), 8, 'link', 'missing')
file('tar-hardlink.tar', packed(b, 'bag/', extra=[(info('bag/data/l', type=tarfile.LNKTYPE, linkname='bag/data/hello.txt'), None)]), 8, 'link', 'missing')
file('tar-device.tar', packed(make(info=False), 'bag/', extra=[(info('bag/data/dev', type=tarfile.CHRTYPE), None)]), 7, 'special-file')
file('tar-changed.tar', packed(change(make(), **{'data/hello.txt': b'hellO\n'}), 'bag/'), 7, 'checksum')
file('tar-empty.tar', b'bag/bagit.txt'.ljust(512, b'\0'), 2)
file('text.tar', b'not a tar at all\n' * 100, 2)
file('nothing.tar', b'', 2)

def zipped(bag, base='bag/', how=zipfile.ZIP_DEFLATED, dirs=False):
    o = io.BytesIO()
    with zipfile.ZipFile(o, 'w', how) as z:
        if dirs:
            z.writestr(zipfile.ZipInfo(base), b'')
        for p, b in bag.items():
            z.writestr(zipfile.ZipInfo(base + p) if how == zipfile.ZIP_STORED else base + p, b)
    return o.getvalue()
zgood = zipped(make())
file('zip-deflate.zip', zgood, 0)
file('zip-stored.zip', zipped(make(), how=zipfile.ZIP_STORED), 0)
file('zip-dirs.zip', zipped(make(), dirs=True), 0)
file('zip-forms.zip', zipped(make(payload={nfd: b'1', 'data/big': b'0' * 3000000})), 0, '', 'normalization')
file('zip-bzip2.zip', zipped(make(), how=zipfile.ZIP_BZIP2), 8, 'container')
file('zip-cut.zip', zgood[:-30], 7, 'container')
file('zip-leaves.zip', zipped({**{'bag/' + p: c for p, c in make().items()}, '../evil': b'1'}, ''), 7, 'path-leaves')
file('zip-changed.zip', zipped(change(make(), **{'data/hello.txt': b'hellO\n'})), 7, 'checksum')
file('zip-flip.zip', zgood[:45] + bytes([zgood[45] ^ 1]) + zgood[46:], 7)
file('zip-local-name.zip', zgood.replace(b'bag/data/hello.txt', b'bag/data/hellX.txt', 1), 7, 'container')
file('zip-no-entries.zip', b'PK\5\6' + b'\0' * 18, 7, 'no-bagit')
z = io.BytesIO()
with zipfile.ZipFile(z, 'w') as o:
    for p, c in make().items():
        o.writestr('bag/' + p, c)
    i = zipfile.ZipInfo('bag/data/l'); i.external_attr = 0o120777 << 16
    o.writestr(i, '../../../etc/passwd')
file('zip-link-out.zip', z.getvalue(), 7, 'link')
# Every entry of the directory points to one local header: a small file that unpacks without end.
raw = io.BytesIO()
with zipfile.ZipFile(raw, 'w', zipfile.ZIP_DEFLATED) as o:
    o.writestr('bag/data/big', b'\0' * 1000000)
raw = raw.getvalue(); at = raw.index(b'PK\1\2'); end = raw.index(b'PK\5\6')
row = raw[at:end]
file('zip-overlap.zip', raw[:at] + row * 1000 + b'PK\5\6\0\0\0\0' + (1000).to_bytes(2, 'little') * 2 + (len(row) * 1000).to_bytes(4, 'little') + at.to_bytes(4, 'little') + b'\0\0', 7, 'container')

# --- limits: one over ends at once ---
put('limit-line', edit(make(), 'bag-info.txt', lambda m: m + b'A: ' + b'x' * 70000 + b'\n'), 9)
put('limit-path-ok', edit(make(), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  data/' + b'a' * 4091 + b'\n'), 7, 'missing')
put('limit-path', edit(make(), 'manifest-sha512.txt', lambda m: m + b'0' * 128 + b'  data/' + b'a' * 4092 + b'\n'), 9)
put('limit-same-name', edit(make(), 'manifest-sha512.txt', lambda m: m + m.splitlines(True)[0] * 3000), 9)
put('limit-depth', make(), 9, dirs=('data/' + 'd/' * 200,))
file('limit-path.tar', packed(make(payload={'data/' + 'a' * 5000: b'1'}), 'bag/'), 9)

with open(os.path.join(TOP, 'cases.tsv'), 'w') as o:
    for c in CASES:
        o.write('\t'.join(map(str, c)) + '\n')
print(len(CASES))
