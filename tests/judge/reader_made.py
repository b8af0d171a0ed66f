"""reader_made.py: what the format's description demands of a writer and a verifier need not ask: where members are cut (2.2), when segments are closed (4.2)."""
import re
from reader import MIB, need


def check(found, members, get, encrypted, base, plain):
    starts = {at for at, _, _ in members}
    tar = [(base + "/" + n, at, size) for n, at, size in found]
    headers = {}
    for name, at, size in tar:
        large = size >= 1 << 33
        headers[name] = at - (1536 if large else 512)
    for name, at, size in tar:
        segment = re.match(r"[^/]*/data/records/.*\.jsonl\Z", name)
        if size >= MIB or segment:
            need(size < MIB or headers[name] in starts, "no member begins before the header of " + name)
        inside = sorted(s for s in starts if at < s < at + size)
        if segment:
            # After every 1,024 records, and between these after the record that fills 1 MiB.
            want, n, begun, pos = [], 0, 0, 0
            data = get(name.split("/", 1)[1])
            for x in data[:-1].split(b"\n"):
                pos += len(x) + 1
                n += 1
                if n % 1024 == 0 or pos - begun >= MIB:
                    want.append(at + pos)
                    begun = pos
            want = [w for w in want if w < at + size]
            need(inside == want and at in starts, "members inside of %s" % name)
        elif size >= MIB and not encrypted:
            cuts = [at] + inside + [at + size]
            need(all(b - a <= MIB + 512 for a, b in zip(cuts, cuts[1:])), "a member of more than 1 MiB in " + name)
    for at, size, stored in members:
        inside = [n for n, a, s in tar if at <= a - 512 < at + size]
        if len(inside) > 1:
            need(size <= 2 * MIB, "more than 1 MiB of small entries in one member")
    if not encrypted:
        closed(found, get)


def closed(found, get):
    """A segment ends only before the record that would bring it over its bounds, or with its stream."""
    last = {}
    for name, _, size in found:
        m = re.match(r"data/records/([^/]+)/\d{6}\.jsonl\Z", name)
        if not m:
            continue
        data = get(name)
        if m.group(1) in last:
            n, octets = last[m.group(1)]
            first = data.index(b"\n") + 1
            need(n == 65536 or octets + first > 64 * MIB, "a segment was closed early: before " + name)
        last[m.group(1)] = (data.count(b"\n"), size)
