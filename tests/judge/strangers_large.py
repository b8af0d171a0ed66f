"""strangers_large.py: attachments of 8 GiB and more in a sparse plain tar (2.1: the pax entry, the size in twelve digits)."""
import hashlib, os
import writer
from writer import Archive, header

HOLE = bytes(1 << 24)


class Zeros:
    """So many zero octets, held nowhere."""

    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n


def digest(alg, data):
    h = hashlib.new(alg)
    if isinstance(data, Zeros):
        for _ in range(data.n // len(HOLE)):
            h.update(HOLE)
        h.update(HOLE[:data.n % len(HOLE)])
    else:
        h.update(data)
    return h.hexdigest()


class Large(Archive):
    def do_tar(self):
        self.mtime = 1770076800     # 2026-02-03
        self.packed = b""

    def do_gzip(self):
        pass

    def save(self, where, spoil=None):
        os.makedirs(where, exist_ok=True)
        file = os.path.join(where, self.name + ".tar")
        with open(file, "wb") as f:
            for name, data in self.entries:
                h = header(self.name + "/" + name, len(data), self.mtime)
                f.write(spoil(h) if spoil and isinstance(data, Zeros) else h)
                f.seek(len(data), 1) if isinstance(data, Zeros) else f.write(data)
                f.seek(-len(data) % 512, 1)
            f.seek(1023, 1)
            f.write(b"\0")
        return file


def run(judge):
    writer.digest = digest
    a = Large(judge.keys, files=((b"x", ""), (Zeros((1 << 33) + 5), ".bin"))).make()
    t = writer.trust(judge.keys, os.path.join(judge.where, "large-trust"))
    where = judge.place()
    changed = lambda at, new: (lambda h: h[:at] + new + h[at + len(new):])
    swap = lambda old, new: (lambda h: h.replace(old, new))
    for name, want, spoil in (("8 GiB and 5 octets", "VALID", None), ("without the pax entry", "INVALID", lambda h: h[1024:]), ("another pax size", "INVALID", swap(b" size=8589934597", b" size=8589934598")),
            ("a pax line more", "INVALID", swap(b" size=8589934597\n", b" size=8589934597\n11 uid=0000\n")), ("pax padding not zero", "INVALID", changed(1023, b"x")), ("pax entry of another name", "INVALID", swap(b"/PaxHeader/", b"/PaxHeaderX/")),
            ("own size 0", "INVALID", changed(1024 + 124, b"00000000000 "))):
        file = a.save(where, spoil)
        got, text = judge.ask("verify", "--trust", t, file)
        judge.told("2.1 large: " + name, want, got, text)
        os.remove(file)
