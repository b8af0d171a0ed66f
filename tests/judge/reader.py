#!/usr/bin/env python3
"""reader.py [--trust FILE] [--key KEY --cert CERT] [--made] ARCHIVE: a verifier written from the format's description alone: the standard library and the openssl command.

--made: the archive is one of ours: what the description demands of a writer is checked, too (where members are cut, segments closed, salts repeated).
Prints the verdict and why; exit status 0 VALID, 7 INVALID, 8 INDETERMINATE.
"""
import hashlib, json, os, re, struct, subprocess, sys, time, zlib
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from writer import leaf, root, header

ALGS = ("sha256", "sha512", "sm3")
MIB = 1 << 20
HEAD = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
COMPONENT = r"(?!(?i:con|nul|aux|prn|com[0-9]|lpt[0-9])(?:\.|/|$))[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
PATH = re.compile(r"%s(?:/%s)*\Z" % (COMPONENT, COMPONENT))
ENCRYPTION = "cms-auth-enveloped aes-256-gcm gzip part=67108864"
PARTS = r"(?:\.gz\.(\d{4})\.cms)?\Z"
TIME = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
NUMBER = r"(0|[1-9]\d*)"


class Invalid(Exception):
    pass


def need(right, why):
    if not right:
        raise Invalid(why)


def openssl(*words, data=None):
    return subprocess.run(["openssl"] + [str(w) for w in words], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def digest(alg, data):
    return hashlib.new(alg, data).hexdigest()


# --- 2.2: members ---
def unpack(packed, out):
    """The tar into OUT; [(tar offset, length, stored?)] of the members; none: it was a plain tar."""
    if packed[:2] != b"\x1f\x8b":
        out.write(packed)
        return []
    at, total, members = 0, 0, []
    while at < len(packed):
        need(packed[at:at + 10] == HEAD, "member at %d: not the ten octets" % at)
        z, crc, size, start, stored = zlib.decompressobj(-15), 0, 0, at, packed[at + 10] & 6 == 0
        at += 10
        while not z.eof:
            piece = packed[at:at + MIB]
            need(piece, "member at %d is cut" % start)
            try:
                data = z.decompress(piece)
            except zlib.error as e:
                raise Invalid("member at %d: %s" % (start, e))
            crc, size, at = zlib.crc32(data, crc), size + len(data), at + len(piece) - len(z.unused_data)
            out.write(data)
        need(size > 0, "an empty member at %d" % start)
        need(packed[at:at + 8] == struct.pack("<II", crc, size & 0xFFFFFFFF), "member at %d: CRC or length" % start)
        at += 8
        members.append((total, size, stored))
        total += size
    return members


# --- 1, 2.1: tar ---
def entries(tar):
    """[(path below the root, data offset, size)], the root, the time; every header is built anew and compared."""
    out, at, base, mtime, seen = [], 0, None, None, set()
    while True:
        block = bytes(tar[at:at + 512])
        need(len(block) == 512, "the tar is cut")
        if block == bytes(512):
            need(bytes(tar[at:]) == bytes(1024), "not exactly two zero blocks at the end")
            break
        try:
            large = block[156:157] == b"x"
            own = bytes(tar[at + 1024:at + 1536]) if large else block
            name = own[:100].rstrip(b"\0").decode("ascii")
            size = int.from_bytes(own[125:136], "big") if own[124] == 0x80 else int(own[124:136], 8)
            mtime = int(own[136:148], 8) if mtime is None else mtime
        except (ValueError, IndexError):
            raise Invalid("header at %d" % at)
        want = header(name, size, mtime)
        need(large == (size >= 1 << 33) and bytes(tar[at:at + len(want)]) == want, "header at %d is not the permitted one" % at)
        need(PATH.match(name) and len(name) <= 100, "path " + name)
        top, _, rest = name.partition("/")
        base = base or top
        need(rest and top == base, "outside of the root: " + name)
        need(name.lower() not in seen, "twice: " + name)
        seen.add(name.lower())
        at += len(want)
        out.append((rest, at, size))
        at += size
        need(not any(tar[at:at + -size % 512]), "padding")
        at += -size % 512
    names = {n for n, _, _ in out}
    need(not any(n[:i] in names for n in names for i in range(len(n)) if n[i] == "/"), "a file is a directory")
    need(out, "no entries")
    return out, base, mtime


# --- 4.1: lines ---
def unique(value):
    if isinstance(value, Pairs):
        names = [k for k, _ in value]
        need(len(set(names)) == len(names), "a name twice")
        for k, v in value:
            unique(k), unique(v)
    elif isinstance(value, list):
        for v in value:
            unique(v)
    elif isinstance(value, str):
        need(not any(0xD800 <= ord(c) < 0xE000 for c in value), "a lone surrogate")


class Pairs(list):
    pass


def refuse(name):
    raise ValueError(name)


def check_line(line):
    need(len(line) <= 16 * MIB, "a line over 16 MiB")
    need(re.match(rb'\{"_s":"[A-Za-z0-9_-]{21}[AQgw]"[,}]', line) and b"\r" not in line, "a line does not begin with its salt: %r" % line[:40])
    try:
        record = json.loads(line.decode("utf-8"), object_pairs_hook=Pairs, parse_int=str, parse_float=str, parse_constant=refuse)
    except (UnicodeDecodeError, ValueError) as e:
        raise Invalid("a line is not JSON: %s" % e)
    except RecursionError:
        return None
    names = [k for k, _ in record]
    need(len(set(names)) == len(names), "a name twice")
    need(not any(n.startswith("_") for n in names[1:]), "a reserved name")
    for k, v in record:
        unique(k)
        if k != "raw":
            unique(v)
    return record


def claims(line):
    """(path, sha256) of the file that a record tells of."""
    record = json.loads(line.decode("utf-8"))
    for part in (record.get("n"), record):
        if isinstance(part, dict) and str(part.get("path", "")).startswith("data/files/") and "sha256" in part:
            return [(part["path"], part["sha256"])]
    return []


def check_segment(data, salts):
    need(data[-1:] == b"\n", "no LF at the end of a segment")
    need(len(data) <= 64 * MIB, "a segment over 64 MiB")
    lines = data[:-1].split(b"\n")
    need(len(lines) <= 65536, "a segment over 65,536 records")
    for x in lines:
        check_line(x)
        if salts is not None:
            need(x[7:29] not in salts, "a salt twice")
            salts.add(x[7:29])
    return root([leaf(x) for x in lines]).hex(), len(lines)


# --- 3: the order of rows ---
def grammar(names, algs):
    numbers, file_number, parts, rank, plain = {}, 0, None, 0, {}
    rows = [r"bagit\.txt", r"about/VERIFY\.txt", r"about/FORMAT\.txt", None]
    rows += [r"manifest-%s\.txt" % a for a in algs] + [r"record-segments\.tsv", r"bag-info\.txt"] + [r"tagmanifest-%s\.txt" % a for a in algs] + [r"seal/seal\.txt", r"seal/[a-z].*"]
    at, payload = 0, 0
    for name in names:
        if name.startswith("seal/") and name != "seal/seal.txt":
            break
        if name.startswith("data/"):
            need(at == 3, "payload out of its place: " + name)
            payload += 1
            m = re.match(r"(data/records/([a-z][a-z0-9-]*)/(\d{6})\.jsonl)" + PARTS, name)
            f = re.match(r"(data/files/(\d{6})/(\d{9})(?:\.[a-z0-9]{1,8})?)" + PARTS, name)
            v = re.match(r"(data/(?:views|report)/.+?)" + PARTS, name)
            found = m or f or v
            need(found, "no place for " + name)
            base, part = found.group(1), found.groups()[-1]
            if part is not None and int(part) > 1:
                need(parts == (base, int(part) - 1), "a part without the one before: " + name)
            else:
                need(part is None or int(part) == 1, "first part is no 0001")
                need(base.lower() not in plain, "twice: " + base)
                if m:
                    need(int(m.group(3)) == numbers.get(m.group(2), 0), "segment's number: " + name)
                    numbers[m.group(2)] = int(m.group(3)) + 1
                if f and not m:
                    file_number += 1
                    need(int(f.group(3)) == file_number and int(f.group(2)) == file_number // 1000, "file's number: " + name)
            parts = (base, int(part or 0))
            plain.setdefault(base.lower(), (base, []))[1].append(name)
            continue
        if at == 3:
            need(payload, "no payload")
            at = 4
        need(at < len(rows) - 1 and rows[at] and re.match(rows[at] + r"\Z", name), "not in its place: " + name)
        at += 1
    need(at == len(rows) - 1, "rows are missing")
    encrypted = {bool(re.search(r"\.gz\.\d{4}\.cms\Z", n)) for n in names if n.startswith("data/")}
    need(len(encrypted) == 1, "some files are encrypted, others not")
    return list(plain.values()), encrypted.pop()


def seal_names(seal, names):
    """Rows 12 to 15 as they must be."""
    want = []
    for role, kind, _ in seal["signers"]:
        want += {"cms": ["%s.p7s" % role], "sm2": ["%s.sm2sig" % role, "%s.crt.pem" % role]}.get(kind, [])
    need(names[:len(want)] == want, "signatures are not those the seal names")
    rest, pem = names[len(want):], []
    while rest and re.match(r"\d\d\.cr[lt]\.pem\Z", rest[0]):
        pem.append(rest.pop(0))
    need(pem == sorted(pem), "lists are not in order")
    numbers = [int(p[:2]) for p in pem]
    each = lambda end: [int(p[:2]) for p in pem if p.endswith(end)]
    need(numbers == list(range(1, len(pem) + 1)) or all(each(e) == list(range(1, len(each(e)) + 1)) for e in ("crl.pem", "crt.pem")), "lists are not numbered from 01")
    need(rest[:1] == ["sha256sums.txt"], "sha256sums.txt is missing, or a file that has no place")
    tokens = ["sha256sums.txt.tsr"] + ["sha256sums.txt.%d.tsr" % n for n in range(2, 10)]
    need(rest[1:] == tokens[:len(rest) - 1], "tokens")
    return want, pem, rest[1:]


# --- 3.2, 5: the texts ---
def is_time(text):
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) == text and not text.endswith(":60Z") and not text.endswith(":61Z")
    except ValueError:
        return False


def parse_info(text):
    try:
        text = text.decode("utf-8")
    except UnicodeDecodeError:
        raise Invalid("bag-info.txt is not UTF-8")
    need(text.endswith("\n") and "\r" not in text and "\0" not in text, "bag-info.txt: line ends")
    pairs = []
    for x in text[:-1].split("\n"):
        m = re.match(r"([A-Za-z0-9-]+): (\S(?:.*\S)?)\Z", x)
        need(m, "bag-info.txt: " + x)
        pairs.append(m.groups())
    order = ["Source-Organization", "External-Identifier", "Bagging-Date", "Payload-Oxum", "Bag-Group-Identifier", "Bag-Count", "External-Description", "Encryption", "Encryption-Recipient", "Software"]
    need([k for k, _ in pairs[:6]] == order[:6], "bag-info.txt: the first six labels")
    known = [order.index(k) for k, _ in pairs if k in order]
    need(known == sorted(known) and len([k for k in known if k != 8]) == len({k for k in known if k != 8}), "bag-info.txt: order")
    info = dict(pairs)
    info["recipients"] = [v for k, v in pairs if k == "Encryption-Recipient"]
    m = re.match(r"([1-9]\d*) of (\?|[1-9]\d*)\Z", info["Bag-Count"])
    need(m and (m.group(2) == "?" or int(m.group(1)) <= int(m.group(2))), "Bag-Count")
    need(re.match(NUMBER + r"\." + NUMBER + r"\Z", info["Payload-Oxum"]), "Payload-Oxum")
    return info


def parse_seal(data, unsure):
    need(len(data) <= 65536 and re.match(rb"(?:[\x20-\x7e]+\n)+\Z", data), "seal.txt: not printable ASCII")
    text = data.decode()
    m = re.match(r"Format: custody/([1-9]\d*)\n", text)
    need(m, "seal.txt: Format")
    if m.group(1) != "1":
        unsure.append("a newer format")
        return None
    uuid = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    m = re.match(r"Format: custody/1\nChain: (urn:uuid:%s)\nSequence: ([1-9]\d*)\n((?:Previous: .*\n)+)Archive: (.*)\nSealed-At: %s\nCovers: %s/%s\nPayload: (%s\.%s)\nRecords: %s\nGaps: %s\n((?:Tagmanifest: .*\n)+)((?:Signer: .*\n)+)\Z"
        % (uuid, TIME, TIME, TIME, "(?:0|[1-9]\\d*)", "(?:0|[1-9]\\d*)", NUMBER, NUMBER), text)
    need(m, "seal.txt: not its lines in their order")
    chain, sequence, previous, archive, at, since, until, oxum, records, gaps, tags, signers = m.groups()
    need(is_time(at) and is_time(since) and is_time(until) and since <= until, "seal.txt: times")
    need(int(sequence) < 1 << 64, "seal.txt: Sequence")
    known = []
    for x in tags.splitlines():
        m = re.match(r"Tagmanifest: ([A-Za-z0-9-]+):([0-9a-f]+)\Z", x)
        need(m, "seal.txt: " + x)
        if m.group(1) not in ALGS:
            unsure.append("digest " + m.group(1))
            return None
        need(len(m.group(2)) == hashlib.new(m.group(1)).digest_size * 2, "seal.txt: " + x)
        known.append(m.groups())
    algs = [a for a, _ in known]
    need(algs[0] == "sha256" and [a for a in ALGS if a in algs] == algs, "seal.txt: Tagmanifest lines")
    if sequence == "1":
        need(previous == "Previous: none\n", "seal.txt: Previous of the first")
    else:
        need(re.match("".join(r"Previous: %s:[0-9a-f]{%d}\n" % (a, hashlib.new(a).digest_size * 2) for a in algs) + r"\Z", previous), "seal.txt: Previous")
    who = []
    for x in signers.splitlines():
        m = re.match(r"Signer: ([a-z][a-z0-9-]{0,31}) ([A-Za-z0-9-]+) sha256:([0-9a-f]{64})\Z", x)
        need(m, "seal.txt: " + x)
        who.append(m.groups())
    need(len({r for r, _, _ in who}) == len(who), "seal.txt: a role twice")
    return dict(chain=chain, sequence=int(sequence), archive=archive, oxum=oxum, records=int(records), gaps=int(gaps), tags=known, signers=who, covers=(since, until), previous=previous)


if __name__ == "__main__":
    import reader_verdict
    reader_verdict.main()
