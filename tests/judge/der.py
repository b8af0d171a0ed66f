"""der.py: just enough DER to look at signatures, and to spoil them."""


def read(data, at=0, end=None):
    """[(tag, start, content start, end)] of what lies between AT and END; anything but short, definite DER raises."""
    end = len(data) if end is None else end
    out = []
    while at < end:
        start, tag = at, data[at]
        if tag & 31 == 31:
            raise ValueError("a tag of several octets")
        n, at = data[at + 1], at + 2
        if n == 128:
            raise ValueError("indefinite length")
        if n > 128:
            k = n & 127
            n = int.from_bytes(data[at:at + k], "big")
            if k > 4 or n < 128 or data[at] == 0:
                raise ValueError("length not in its shortest form")
            at += k
        if at + n > end:
            raise ValueError("longer than what holds it")
        out.append((tag, start, at, at + n))
        at += n
    return out


class Node:
    """A tree of DER that can be changed and written again."""

    def __init__(self, tag, value=b"", children=None):
        self.tag, self.value, self.children = tag, value, children

    @classmethod
    def parse(cls, data):
        nodes = cls.many(data)
        if len(nodes) != 1:
            raise ValueError("not one value")
        return nodes[0]

    @classmethod
    def many(cls, data):
        return [cls(tag, data[a:e], cls.many(data[a:e]) if tag & 32 else None) for tag, _, a, e in read(data)]

    def der(self):
        body = self.value if self.children is None else b"".join(c.der() for c in self.children)
        n = len(body)
        size = bytes([n]) if n < 128 else (lambda b: bytes([128 | len(b)]) + b)(n.to_bytes((n.bit_length() + 7) // 8, "big"))
        return bytes([self.tag]) + size + body

    def __getitem__(self, i):
        return self.children[i]

    def find(self, tag):
        found = [c for c in self.children if c.tag == tag]
        return found[0]     # IndexError when there is none


def oid(text):
    parts = [int(x) for x in text.split(".")]
    out = bytes([parts[0] * 40 + parts[1]])
    for p in parts[2:]:
        b = [p & 127]
        while p > 127:
            p >>= 7
            b.insert(0, p & 127 | 128)
        out += bytes(b)
    return out
