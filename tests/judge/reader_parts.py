"""reader_parts.py: the form of encrypted parts (section 8), which needs no key."""
from der import Node, oid
from reader import Invalid, need

PART = 67108864
OAEP, SHA256, MGF1 = oid("1.2.840.113549.1.1.7"), oid("2.16.840.1.101.3.4.2.1"), oid("1.2.840.113549.1.1.8")
ECDH = [oid("1.3.132.1.11.%d" % n) for n in (1, 2, 3)] + [bytes.fromhex("2b81051086483f0002")]   # the last: SHA-1, which the openssl command takes


def recipient(r):
    if r.tag == 0x30:
        hash_, mask = r[2][1].find(0xA0), r[2][1].find(0xA1)
        return r[2][0].value == OAEP and hash_[0][0].value == SHA256 and mask[0][0].value == MGF1 and mask[0][1][0].value == SHA256
    return r.tag == 0xA1 and [c for c in r.children if c.tag == 0x30 and c[0].tag == 6][0][0].value in ECDH


def check(parts):
    for k, data in enumerate(parts, 1):
        try:
            info = Node.parse(data)
            need(info.der() == data and info[0].value == oid("1.2.840.113549.1.9.16.1.23"), "a part is no AuthEnvelopedData in DER")
            body = info[1][0]
            version, who, content, tag = body.children
            need(version.value == b"\0" and who.tag == 0x31 and len(who.children) >= 2 and all(recipient(r) for r in who.children), "recipients of a part")
            need(content[1][0].value == oid("2.16.840.1.101.3.4.1.46") and tag.tag == 4 and len(tag.value) == 16, "a part is not in AES-256-GCM")
            n = len(content[2].value)
            need(0 < n <= PART and (n == PART or k == len(parts)), "length of a part")
        except (ValueError, IndexError, StopIteration, AttributeError, TypeError) as e:
            raise Invalid("a part has not the form of one (%s)" % e)
