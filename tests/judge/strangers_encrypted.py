"""strangers_encrypted.py: section 8.  Rows as in strangers_hostile.py."""
from authorities import openssl
from der import Node, oid
from writer import digest, member
from strangers_hostile import INFO, SEG, V, add, edit, re_line

ENC = dict(readers=("reader1", "reader2"), files=((b"x", ".txt"), (b"y", "")))
M, F1 = "data/records/messages/000000.jsonl.gz.0001.cms", "data/files/000000/000000001.txt.gz.0001.cms"
VIEW = V + ".gz.0001.cms"


def spoiled(name, f):
    def spoil(a):
        n = Node.parse(a.get(name))
        f(n)
        a.put(name, n.der())
    return spoil


def cases():
    c = []
    put = lambda name, verdict, stage, f, settings=ENC: c.append(("8", name, verdict, stage, f, settings, {}))
    put("a plain file among encrypted ones", "I", "encrypt", add("data/views/plain.csv"))
    put("an encrypted file among plain ones", "I", "payload", lambda a: a.rename(V, VIEW), {})
    put("part 0000", "I", "encrypt", lambda a: a.rename(VIEW, VIEW.replace("0001", "0000")))
    put("part 0002 alone", "I", "encrypt", lambda a: a.rename(VIEW, VIEW.replace("0001", "0002")))
    put("part 1", "I", "encrypt", lambda a: a.rename(VIEW, VIEW.replace("0001", "1")))
    put("part 0001 twice, in other letters", "I", "encrypt", lambda a: a.add(VIEW.replace("messages", "Messages"), a.get(VIEW)))
    put("parts apart", "I", "encrypt", lambda a: a.add(VIEW.replace("0001", "0002"), a.get(VIEW)))
    put("without .gz", "I", "encrypt", lambda a: a.rename(VIEW, VIEW.replace(".gz", "")))
    put("without .cms", "I", "encrypt", lambda a: a.rename(VIEW, VIEW.replace(".cms", "")))
    put("a short part before the last", "I", "encrypt", lambda a: a.add(VIEW.replace("0001", "0002"), a.get(VIEW), "data/report/gaps.csv.gz.0001.cms"))
    put("one recipient", "I", "head", lambda a: setattr(a, "readers", ("reader1",)))
    put("the same recipient twice", "I", "info", lambda a: (lambda x: a.put(INFO, a.get(INFO).replace(x[-1], x[-2])))(a.get(INFO).splitlines()))
    put("no Encryption line", "I", "info", re_line(lambda x: None if x.startswith("Encryption:") else x, INFO))
    put("no recipients named", "I", "info", re_line(lambda x: None if x.startswith("Encryption-Recipient") else x, INFO))
    put("one recipient named", "I", "info", lambda a: a.put(INFO, a.get(INFO)[:a.get(INFO).rindex(b"Encryption-Recipient")]))
    put("a recipient by SHA-1", "I", "info", edit(INFO, "Recipient: sha256:", "Recipient: sha1:"))
    put("recipients before Encryption", "I", "info", lambda a: (lambda x: a.put(INFO, b"\n".join(x[:-4] + [x[-3], x[-4], x[-2], b""])))(a.get(INFO).split(b"\n")))
    put("Encryption of plain files", "I", "info", lambda a: a.put(INFO, a.get(INFO) + b"Encryption: cms-auth-enveloped aes-256-gcm gzip part=67108864\nEncryption-Recipient: sha256:%064d\nEncryption-Recipient: sha256:%064d\n" % (1, 2)), {})
    put("another kind of encryption", "Q", "info", edit(INFO, "aes-256-gcm", "sm4-gcm"))
    put("another length of parts", "Q", "info", edit(INFO, "67108864", "1048576"))
    put("bytes that are no CMS", "I", "encrypt", lambda a: a.put(VIEW, b"x" * 100))
    put("no bytes", "I", "encrypt", lambda a: a.put(VIEW, b""))
    put("an octet behind a part", "I", "encrypt", lambda a: a.put(VIEW, a.get(VIEW) + b"\0"))
    put("a part cut", "I", "encrypt", lambda a: a.put(VIEW, a.get(VIEW)[:-1]))
    put("a part in PEM", "I", "encrypt", lambda a: a.put(VIEW, openssl("cms", "-cmsout", "-inform", "DER", "-outform", "PEM", data=a.get(VIEW))))
    put("AES-256-CBC", "I", "encrypt", lambda a: a.put(VIEW, openssl("cms", "-encrypt", "-binary", "-aes-256-cbc", "-outform", "DER", "-recip", a.keys.have("reader1"), "-keyopt", "rsa_padding_mode:oaep", "-recip", a.keys.have("reader2"), data=b"x")))
    put("AES-128-GCM", "I", "encrypt", lambda a: a.put(VIEW, openssl("cms", "-encrypt", "-binary", "-aes-128-gcm", "-outform", "DER", "-recip", a.keys.have("reader1"), "-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256", "-recip", a.keys.have("reader2"), data=b"x")))
    put("RSA with PKCS#1 v1.5", "I", "encrypt", lambda a: a.put(VIEW, openssl("cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER", "-recip", a.keys.have("reader1"), "-recip", a.keys.have("reader2"), "-keyopt", "ecdh_kdf_md:sha256", data=b"x")))
    put("RSA with OAEP-SHA-1", "I", "encrypt", lambda a: a.put(VIEW, openssl("cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER", "-recip", a.keys.have("reader1"), "-keyopt", "rsa_padding_mode:oaep", "-recip", a.keys.have("reader2"), "-keyopt", "ecdh_kdf_md:sha256", data=b"x")))
    put("a password beside", "I", "encrypt", spoiled(VIEW, lambda n: n[1][0].find(0x31).children.append(Node(0xA3, children=[Node(2, b"\0"), Node(0x30, children=[Node(6, oid("1.2.840.113549.1.9.16.3.9"))]), Node(4, bytes(32))]))))
    put("a tag file encrypted", "I", "tokens", lambda a: a.rename(SEG, SEG + ".gz.0001.cms"))
    put("ciphertext changed, manifests as before", "I", "tokens", lambda a: a.put(VIEW, a.get(VIEW)[:-1] + bytes([a.get(VIEW)[-1] ^ 1])))
    put("segments' list with the path of a part", "I", "segments", lambda a: a.put(SEG, a.get(SEG).replace(b".jsonl", b".jsonl.gz.0001.cms")))
    put("segments' list lacks a segment", "I", "segments", lambda a: a.put(SEG, a.get(SEG).splitlines(True)[0]))
    return c


def opened(judge):
    """With a recipient's key: what the parts hold against roots and records (6.1 step 7).  (name, verdict, stage, what is done)"""
    part = lambda name, data: (lambda a: a.put(name, a.keys.encrypt(a.readers, data(a) if callable(data) else data)))
    seg = "data/records/messages/000000.jsonl"
    plain = lambda a: next(d for n, d in a.plain if n == seg)
    record = '"kind":"file","id":"f1","path":"data/files/000000/000000001.txt","name":"x","size":1,"sha256":"%s"' % digest("sha256", b"x")
    second = '"kind":"file","id":"f2","n":{"path":"data/files/000000/000000002","name":"y","size":1,"sha256":"%s"}' % digest("sha256", b"y")
    base = dict(ENC, records={"messages": ['"n":1', '"n":2'], "files": [record, second]})
    return [base] + [
        ("as it should be", "VALID", "encrypt", lambda a: None),
        ("several members", "VALID", "encrypt", part(M, lambda a: member(plain(a)[:20]) + member(plain(a)[20:]))),
        ("another record", "INVALID", "encrypt", part(M, lambda a: member(plain(a).replace(b'"n":1', b'"n":3')))),
        ("a record less", "INVALID", "encrypt", part(M, lambda a: member(plain(a).splitlines(True)[0]))),
        ("no gzip", "INVALID", "encrypt", part(VIEW, b"id\r\n1\r\n")),
        ("a gzip stream cut", "INVALID", "encrypt", part(VIEW, member(b"id\r\n")[:-4])),
        ("something after the gzip stream", "INVALID", "encrypt", part(VIEW, member(b"id\r\n") + b"x")),
        ("an attachment changed", "INVALID", "encrypt", part(F1, member(b"z"))),
        ("the tag of a part changed", "INVALID", "encrypt", lambda a: a.put(VIEW, a.get(VIEW)[:-1] + bytes([a.get(VIEW)[-1] ^ 1]))),
    ]
