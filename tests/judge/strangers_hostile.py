"""strangers_hostile.py: one violation of one sentence of the format's description each, everything behind it signed and stamped anew with the true keys.

(section, name, verdict by section 6.1: I INVALID, Q INDETERMINATE, stage after which it is done, what is done[, settings[, trust]])
"""
from writer import digest, header, leaf, member, root, salt

M, U, F1, F2, V = "data/records/messages/000000.jsonl", "data/records/users/000000.jsonl", "data/files/000000/000000001.txt", "data/files/000000/000000002", "data/views/messages.csv"
INFO, SEG, MAN, TAG, SEAL, SUMS, TSR = "bag-info.txt", "record-segments.tsv", "manifest-sha256.txt", "tagmanifest-sha256.txt", "seal/seal.txt", "seal/sha256sums.txt", "seal/sha256sums.txt.tsr"
P1, P2 = "seal/administrator.p7s", "seal/compliance-officer.p7s"
BOTH = dict(algs=("sha256", "sha512"))
ALL = dict(algs=("sha256", "sha512", "sm3"))


def edit(name, old, new):
    return lambda a: a.edit(name, old, new)


def tail(name, more):
    return lambda a: a.put(name, a.get(name) + (more if isinstance(more, bytes) else more.encode()))


def cut(name, n=1):
    return lambda a: a.put(name, a.get(name)[:-n])


def drop(*names):
    return lambda a: [a.drop(n) for n in names]


def rename(old, new):
    return lambda a: a.rename(old, new)


def move(name, before):
    return lambda a: a.move(name, before)


def add(name, data=b"x\n", before=None):
    return lambda a: a.add(name, data, before)


def replace(name, data):
    return lambda a: a.put(name, data)


def attribute(**more):
    return lambda a: [setattr(a, k, v) for k, v in more.items()]


def head(at, new, which="bagit.txt", fix=True):
    """Octets of one header replaced; its checksum made anew."""
    def spoil(a):
        def changed(name, size, mtime, kind=b"0"):
            h = bytearray(header(name, size, mtime, kind))
            if name.endswith("/" + which):
                h[at:at + len(new)] = new
                if fix:
                    h[148:156] = b" " * 8
                    h[148:156] = b"%06o\0 " % sum(h)
            return bytes(h)
        a.header = changed
    return spoil


def before(which, kind, body=b"", name=None):
    """An entry of another kind before one."""
    def spoil(a):
        def changed(n, size, mtime, k=b"0"):
            h = header(n, size, mtime, k)
            if not n.endswith("/" + which):
                return h
            extra = header(name or n, len(body), mtime, kind) + body + bytes(-len(body) % 512)
            return extra + h
        a.header = changed
    return spoil


def packed(f):
    return lambda a: setattr(a, "packed", f(a.packed, a.tar))


def line(body, old='"n":1,"text":"你好 1"'):
    return edit(M, old, body)


def second_seal_line(prefix, new):
    def spoil(a):
        lines = a.get(SEAL).decode().split("\n")
        out = []
        for x in lines:
            out.append(x)
            if x.startswith(prefix):
                out.append(new if new is not None else x)
        a.put(SEAL, "\n".join(out).encode())
    return spoil


def seal(old, new):
    return "seal", edit(SEAL, old, new)


def re_line(f, name=SEAL):
    """Every line through f; None drops it."""
    def spoil(a):
        lines = [f(x) for x in a.get(name).decode().split("\n")[:-1]]
        a.put(name, "".join(x + "\n" for x in lines if x is not None).encode())
    return spoil


def swap(one, two, name=SEAL):
    def spoil(a):
        lines = a.get(name).decode().split("\n")
        i, j = [next(k for k, x in enumerate(lines) if x.startswith(p)) for p in (one, two)]
        lines[i], lines[j] = lines[j], lines[i]
        a.put(name, "\n".join(lines).encode())
    return spoil


PATHS = ("..", ".", ".hidden", "-x", "end.", "a b", "a+b", "a@b", "名", "a\\b", "a:b", "a%20b", "", "con", "CON.txt", "nul", "aux.h", "Prn.a.b", "com0", "COM9.x", "lpt1", "LPT0.csv", "~a", "a*", "a\tb", "a\nb", "a'b")


def hostile():
    c = []
    put = lambda section, name, verdict, stage, f, settings=None, policy=None: c.append((section, name, verdict, stage, f, settings or {}, policy or {}))
    # --- 1: names ---
    for bad in ("Judge", "-judge", "a" * 17, "ju_dge", "ju.dge"):
        put("1", "label " + bad, "I", "head", lambda a, b=bad: setattr(a, "name", b + "-00000001"))
    for bad in ("judge-1", "judge-0000001", "judge-000000001", "judge", "judge-00000002", "judge00000001", "judge-0000000x"):
        put("1", "archive name " + bad, "I", "head", lambda a, b=bad: setattr(a, "name", b))
    put("1", "nine digits of a small sequence", "I", "head", lambda a: setattr(a, "name", "judge-012345678"), dict(sequence=12345678, previous=b"x"))
    for n, bad in enumerate(PATHS):
        put("1", "component %r" % bad, "I", "payload", rename(V, "data/views/%s/x" % bad))
        if n % 3 == 0:
            put("1", "last component %r" % bad, "I", "payload", rename(V, "data/views/x/%s" % bad))
    put("1", "path of 101 octets", "I", "payload", rename(V, "data/views/" + "p" * (101 - len("judge-00000001/data/views/"))))
    put("1", "path of 101 octets in prefix and name", "I", "payload", rename(V, "data/views/" + "p" * 60 + "/" + "q" * 60))
    put("1", "the same but for letter case", "I", "payload", add("data/views/Messages.csv"))
    put("1", "a directory the same but for letter case", "I", "payload", add("data/Views/messages.csv"))
    put("1", "case, far apart", "I", "payload", lambda a: [a.add("data/views/%s" % n, b"") for n in ("b/X", "c", "d", "B/x")])
    put("1", "absolute path", "I", "tokens", lambda a: setattr(a, "name", "/judge-00000001"))
    put("1", "an entry outside of the root", "I", "tar", lambda a: setattr(a, "tar", a.tar[:-1024] + header("x", 0, a.mtime) + bytes(1024)))
    put("1", "an entry in another root", "I", "tar", lambda a: setattr(a, "tar", a.tar[:-1024] + header("judge-00000002/x", 0, a.mtime) + bytes(1024)))
    # --- 2.1: tar ---
    for name, at, new in (("mode 0755", 100, b"000755 \0"), ("mode 0600", 100, b"000600 \0"), ("mode with the kind of file", 100, b"100644 \0"), ("mode in another form", 100, b"0000644\0"),
            ("uid 1", 108, b"000001 \0"), ("gid 1", 116, b"000001 \0"), ("uid in another form", 108, b"0000000\0"), ("size in another form", 124, b"00000000066\0"),
            ("size in twelve digits", 124, b"000000000066"), ("size in base 256", 124, b"\x80" + bytes(10) + b"\x36"), ("time another", 136, b"00000000000 "),
            ("time ended by NUL", 147, b"\0"), ("type NUL", 156, b"\0"), ("type 7", 156, b"7"), ("type 5", 156, b"5"), ("type 1", 156, b"1"), ("type 2", 156, b"2"), ("type 3", 156, b"3"),
            ("type 6", 156, b"6"), ("type S", 156, b"S"), ("type L", 156, b"L"), ("type g", 156, b"g"), ("type x", 156, b"x"), ("a link's name", 157, b"x"), ("GNU's mark", 257, b"ustar  \0"),
            ("no mark", 257, bytes(8)), ("version 01", 263, b"01"), ("a user's name", 265, b"root"), ("a group's name", 297, b"root"), ("a device's number", 329, b"000001 \0"),
            ("no device's number", 329, bytes(8)), ("a prefix", 345, b"x"), ("something in the last twelve octets", 500, b"x"), ("octets behind the path's NUL", 99, b"x")):
        put("2.1", name, "I", "tokens", head(at, new))
    put("2.1", "a wrong checksum", "I", "tokens", head(148, b"000000\0 ", fix=False))
    put("2.1", "checksum in another form", "I", "tokens", lambda a: setattr(a, "header", lambda n, s, m, k=b"0": (lambda h: h[:154] + b" \0" + h[156:])(header(n, s, m, k))))
    put("2.1", "padding not zero", "I", "payload", attribute(padding=b"x"))
    put("2.1", "another time for one entry", "I", "tokens", head(136, b"16000000000 ", "about/FORMAT.txt"))
    put("2.1", "a second past midnight", "I", "tokens", lambda a: setattr(a, "header", lambda n, s, m, k=b"0": header(n, s, m + 1, k)))
    put("2.1", "the day after Bagging-Date", "I", "tokens", lambda a: setattr(a, "header", lambda n, s, m, k=b"0": header(n, s, m + 86400, k)))
    put("2.1", "a pax entry of a small file", "I", "tokens", before("about/FORMAT.txt", b"x", b"11 size=37\n"))
    put("2.1", "a pax entry with a comment", "I", "tokens", before("about/FORMAT.txt", b"x", b"13 comment=x\n"))
    put("2.1", "a pax entry with another path", "I", "tokens", before("about/FORMAT.txt", b"x", b"14 path=../../x\n"))
    put("2.1", "a global pax entry", "I", "tokens", before("bagit.txt", b"g", b"13 comment=x\n", "judge-00000001/pax_global_header"))
    put("2.1", "a long GNU name", "I", "tokens", before("about/FORMAT.txt", b"L", b"judge-00000001/about/FORMAT.txt\0"))
    put("2.1", "a directory", "I", "tokens", before("about/VERIFY.txt", b"5", b"", "judge-00000001/about"))
    put("2.1", "a directory at the end", "I", "tar", lambda a: setattr(a, "tar", a.tar[:-1024] + header("judge-00000001/seal/", 0, a.mtime, b"5") + bytes(1024)))
    put("2.1", "a link at the end", "I", "tar", lambda a: setattr(a, "tar", a.tar[:-1024] + header("judge-00000001/seal/x", 0, a.mtime, b"2") + bytes(1024)))
    for name, end in (("no end", b""), ("one zero block", bytes(512)), ("three zero blocks", bytes(1536)), ("padding to 10 KiB", bytes(10240)), ("something after the end", bytes(1024) + b"x"),
            ("a block after the end", bytes(1024) + b"x" * 512), ("half a block less", bytes(700))):
        put("2.1", name, "I", "payload", attribute(end=end))
    put("2.1", "a second archive after the end", "I", "tar", lambda a: setattr(a, "tar", a.tar + a.tar))
    put("2.1", "zero blocks in the middle", "I", "tokens", lambda a: setattr(a, "header", lambda n, s, m, k=b"0": (bytes(1024) if n.endswith("seal.txt") else b"") + header(n, s, m, k)))
    put("2.1", "cut within a header", "I", "tar", lambda a: setattr(a, "tar", a.tar[:5000]))
    put("2.1", "cut within a file", "I", "tar", lambda a: setattr(a, "tar", a.tar[:len(a.tar) - 1024 - 700]))
    # --- 2.2: gzip ---
    wrong = lambda h: packed(lambda p, t: member(t[:600], head=h) + member(t[600:]))
    for name, h in (("a time", b"\x1f\x8b\x08\0\1\0\0\0\0\xff"), ("system 3", b"\x1f\x8b\x08\0\0\0\0\0\0\x03"), ("extra flags", b"\x1f\x8b\x08\0\0\0\0\0\x02\xff"), ("a name", b"\x1f\x8b\x08\x08\0\0\0\0\0\xffa\0"),
            ("a comment", b"\x1f\x8b\x08\x10\0\0\0\0\0\xffa\0"), ("an extra field", b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\2\0ab"), ("flag text", b"\x1f\x8b\x08\1\0\0\0\0\0\xff"), ("a reserved flag", b"\x1f\x8b\x08\x80\0\0\0\0\0\xff")):
        put("2.2", "a member with " + name, "I", "gzip", wrong(h))
    put("2.2", "the second member with a time", "I", "gzip", packed(lambda p, t: member(t[:600]) + member(t[600:], head=b"\x1f\x8b\x08\0\1\0\0\0\0\xff")))
    put("2.2", "an empty member first", "I", "gzip", packed(lambda p, t: member(b"") + member(t)))
    put("2.2", "an empty member between", "I", "gzip", packed(lambda p, t: member(t[:9000]) + member(b"") + member(t[9000:])))
    put("2.2", "an empty member last", "I", "gzip", packed(lambda p, t: member(t) + member(b"")))
    put("2.2", "a wrong CRC", "I", "gzip", packed(lambda p, t: p[:-8] + bytes([p[-8] ^ 1]) + p[-7:]))
    put("2.2", "a wrong length", "I", "gzip", packed(lambda p, t: p[:-4] + bytes([p[-4] ^ 1]) + p[-3:]))
    put("2.2", "a wrong CRC in the middle", "I", "gzip", packed(lambda p, t: (lambda m: m[:-8] + bytes([m[-8] ^ 1]) + m[-7:])(member(t[:600])) + member(t[600:])))
    put("2.2", "zeros between members", "I", "gzip", packed(lambda p, t: member(t[:600]) + b"\0" + member(t[600:])))
    put("2.2", "zeros after the members", "I", "gzip", packed(lambda p, t: p + bytes(512)))
    put("2.2", "text after the members", "I", "gzip", packed(lambda p, t: p + b"x"))
    put("2.2", "a member after the end", "I", "gzip", packed(lambda p, t: p + member(b"x")))
    put("2.2", "cut before its CRC", "I", "gzip", packed(lambda p, t: p[:-8]))
    put("2.2", "cut in a header", "I", "gzip", packed(lambda p, t: p + b"\x1f\x8b\x08"))
    put("2.2", "gzip in gzip", "I", "gzip", packed(lambda p, t: member(p)))
    put("2.2", "bzip2", "I", "gzip", packed(lambda p, t: __import__("bz2").compress(t)))
    put("2.2", "xz", "I", "gzip", packed(lambda p, t: __import__("lzma").compress(t)))
    put("2.2", "no bytes", "I", "gzip", packed(lambda p, t: b""))
    # --- 2.3: volumes ---
    for bad in ("0 of 1", "0 of ?", "2 of 1", "1", "1 of", "? of ?", "01 of 01", "1 of 01", "1 of  1", "1/1", "-1 of ?", "1 of ? ", "3 of 2", "1 OF 1"):
        put("2.3", "Bag-Count " + bad, "I", "info", edit(INFO, "Bag-Count: 1 of 1", "Bag-Count: " + bad))
    # --- 3: rows ---
    for name in ("bagit.txt", "about/VERIFY.txt", "about/FORMAT.txt"):
        put("3", name + " missing", "I", "payload", drop(name))
    put("3", "about in another order", "I", "payload", move("about/FORMAT.txt", "about/VERIFY.txt"))
    put("3", "bagit.txt after about", "I", "payload", move("bagit.txt", M))
    for old, new in (("1.0", "0.97"), ("UTF-8", "utf-8"), ("1.0\n", "1.0\r\n"), ("UTF-8\n", "UTF-8"), ("UTF-8\n", "UTF-8\n\n"), ("BagIt", "\ufeffBagIt"), (": 1", ":1")):
        put("3", "bagit.txt with %r" % new, "I", "head", edit("bagit.txt", old, new))
    put("3", "about/FORMAT.txt not in UTF-8", "I", "head", tail("about/FORMAT.txt", b"\xff"))
    put("3", "about/VERIFY.txt not in UTF-8", "I", "head", tail("about/VERIFY.txt", b"\xc3"))
    for bad in ("data/records/Messages/000000.jsonl", "data/records/1a/000000.jsonl", "data/records/a_b/000000.jsonl", "data/records/messages/0000000.jsonl", "data/records/messages/00000.jsonl",
            "data/records/messages/000000.json", "data/records/messages/000000", "data/records/messages/x/000000.jsonl", "data/records/000000.jsonl", "data/records/messages/000001.jsonl", "data/messages/000000.jsonl",
            "data/records/messages/000000.jsonl.gz", "data/records/messages/00000a.jsonl"):
        put("3", "segment at " + bad, "I", "payload", rename(M, bad))
    for bad in ("data/files/000000/000000000.txt", "data/files/000000/000000003.txt", "data/files/000001/000000001.txt", "data/files/000000001.txt", "data/files/000000/00000001.txt", "data/files/000000/000000001.TXT",
            "data/files/000000/000000001.a123456789", "data/files/000000/000000001.tar.gz", "data/files/0/000000001.txt", "data/files/000000/x/000000001.txt", "data/files/000000/0000000001.txt", "data/file/000000/000000001.txt"):
        put("3", "file at " + bad, "I", "payload", rename(F1, bad))
    for bad in ("data/view/messages.csv", "data/messages.csv", "data/views", "data/report", "data/x/messages.csv", "views/messages.csv"):
        put("3", "view at " + bad, "I", "payload", rename(V, bad))
    put("3", "files in another order", "I", "payload", move(F2, F1))
    put("3", "a file's number twice", "I", "payload", lambda a: a.rename(F2, "data/files/000000/000000001"))
    put("3", "segments in another order", "I", "payload", lambda a: [a.add("data/records/messages/000001.jsonl", a.get(M).replace(b"\n", b"\n", 1)), a.move("data/records/messages/000001.jsonl", M)])
    put("3", "a segment's number left out", "I", "payload", lambda a: a.add("data/records/messages/000002.jsonl", a.get(M), V))
    put("3", "a view twice", "I", "payload", lambda a: a.add(V, a.get(V)))
    put("3", "a file where a directory is", "I", "payload", add("data/views/messages.csv/x"))
    put("3", "a directory where a file is", "I", "payload", add("data/views/messages.csv/x", before=V))
    put("3", "no payload", "I", "payload", lambda a: [a.drop(n) for n in (M, U, F1, F2, V, "data/report/gaps.csv")])
    put("3", "fetch.txt", "I", "payload", add("fetch.txt", b""))
    put("3", "fetch.txt behind the tag files", "I", "info", add("fetch.txt", b""))
    put("3", "another tag file", "I", "info", add("notes.txt"))
    put("3", "another file in about", "I", "head", add("about/README.txt"))
    put("3", "a hidden file", "I", "payload", add(".DS_Store"))
    put("3", "the segments' list before the manifest", "I", "info", move(SEG, MAN))
    put("3", "bag-info.txt before the segments' list", "I", "info", move(INFO, SEG))
    put("3", "the tag manifest before bag-info.txt", "I", "tagmanifests", move(TAG, INFO))
    put("3", "payload behind the manifest", "I", "manifests", lambda a: a.entries.append(a.entries.pop(a.index(V))))
    put("3", "the seal before the tag manifest", "I", "seal", move(SEAL, TAG))
    put("3", "signatures in another order", "I", "signatures", move(P2, P1))
    put("3", "lists before signatures", "I", "lists", move("seal/01.crl.pem", P1))
    put("3", "lists in another order", "I", "lists", move("seal/02.crl.pem", "seal/01.crl.pem"))
    put("3", "lists from 02", "I", "lists", lambda a: [a.rename("seal/02.crl.pem", "seal/03.crl.pem"), a.rename("seal/01.crl.pem", "seal/02.crl.pem")])
    put("3", "lists from 00", "I", "lists", lambda a: [a.rename("seal/01.crl.pem", "seal/00.crl.pem"), a.rename("seal/02.crl.pem", "seal/01.crl.pem")])
    put("3", "a gap between lists", "I", "lists", rename("seal/02.crl.pem", "seal/03.crl.pem"))
    put("3", "a list with one digit", "I", "lists", rename("seal/02.crl.pem", "seal/2.crl.pem"))
    put("3", "an OCSP answer", "I", "lists", add("seal/03.ocsp.pem"))
    put("3", "a list that is none", "I", "lists", replace("seal/01.crl.pem", b"x\n"))
    put("3", "a list in DER", "I", "lists", lambda a: a.put("seal/01.crl.pem", __import__("authorities").openssl("crl", "-outform", "DER", data=a.get("seal/01.crl.pem"))))
    put("3", "a certificate named as a list", "I", "lists", lambda a: a.put("seal/01.crl.pem", a.keys.pem("sub").encode()))
    put("3", "a list named as a certificate", "I", "lists", rename("seal/01.crl.pem", "seal/01.crt.pem"))
    put("3", "the hashes of the seal before its lists", "I", "sums", move(SUMS, "seal/01.crl.pem"))
    put("3", "the token before what it stamps", "I", "tokens", move(TSR, SUMS))
    put("3", "the second token first", "I", "tokens", lambda a: a.move("seal/sha256sums.txt.2.tsr", TSR), dict(tsas=("tsa", "tsa2")))
    put("3", "only a second token", "I", "tokens", rename(TSR, "seal/sha256sums.txt.2.tsr"))
    put("3", "a third token without a second", "I", "tokens", rename("seal/sha256sums.txt.2.tsr", "seal/sha256sums.txt.3.tsr"), dict(tsas=("tsa", "tsa2")))
    put("3", "a token numbered 1", "I", "tokens", rename("seal/sha256sums.txt.2.tsr", "seal/sha256sums.txt.1.tsr"), dict(tsas=("tsa", "tsa2")))
    put("3", "a tenth token", "I", "tokens", lambda a: a.add("seal/sha256sums.txt.10.tsr", a.get(TSR)), dict(tsas=("tsa",) * 9))
    put("3", "ended before the tokens", "Q", "sums", attribute(tsas=()))
    for n in (MAN, SEG, INFO):
        put("3", n + " missing", "I", "info", drop(n))
    put("3", TAG + " missing", "I", "seal", drop(TAG))
    put("3", "the seal missing", "I", "seal", drop(SEAL))
    put("3", "the hashes of the seal missing", "I", "tokens", drop(SUMS))
    put("3", "a signature missing", "I", "signatures", drop(P2))
    put("3", "a second manifest before that of SHA-256", "I", "manifests", lambda a: a.move("manifest-sha512.txt", MAN), BOTH)
    # --- 3.1: manifests ---
    for name, old, new in (("one blank", "  data", " data"), ("a star", "  data", " *data"), ("three blanks", "  data", "   data"), ("a dot", "  data", "  ./data"), ("a TAB", "  data", "\tdata"), ("CR LF", "\n", "\r\n"), ("a blank line", "\n", "\n\n"),
            ("a comment", "", "# x\n"), ("a blank at the end", ".jsonl\n", ".jsonl \n")):
        put("3.1", "manifest with " + name, "I", "manifests", edit(MAN, old, new))
        put("3.1", "tag manifest with " + name, "I", "tagmanifests", edit(TAG, old.replace("data", "bagit").replace(".jsonl", ".txt"), new.replace("data", "bagit").replace(".jsonl", ".txt")))
    put("3.1", "manifest in capitals", "I", "manifests", lambda a: a.put(MAN, b"".join(x[:64].upper() + x[64:] for x in a.get(MAN).splitlines(True))))
    put("3.1", "manifest without its last line's end", "I", "manifests", cut(MAN))
    put("3.1", "tag manifest without its last line's end", "I", "tagmanifests", cut(TAG))
    put("3.1", "manifest sorted", "I", "manifests", lambda a: a.put(MAN, b"".join(sorted(a.get(MAN).splitlines(True)))))
    put("3.1", "manifest with a line twice", "I", "manifests", lambda a: a.put(MAN, a.get(MAN) + a.get(MAN).splitlines(True)[-1]))
    put("3.1", "manifest lists what is not there", "I", "manifests", tail(MAN, "%s  data/views/none.csv\n" % digest("sha256", b"")))
    put("3.1", "manifest lacks a file", "I", "manifests", lambda a: a.put(MAN, b"".join(a.get(MAN).splitlines(True)[:-1])))
    put("3.1", "manifest lists a tag file", "I", "manifests", lambda a: a.put(MAN, a.get(MAN) + a.sums("sha256", a.under("bagit"))))
    put("3.1", "manifest with a wrong hash", "I", "manifests", lambda a: a.put(MAN, b"0" * 64 + a.get(MAN)[64:]))
    put("3.1", "empty manifest", "I", "manifests", replace(MAN, b""))
    put("3.1", "tag manifest with a wrong hash", "I", "tagmanifests", lambda a: a.put(TAG, b"0" * 64 + a.get(TAG)[64:]))
    put("3.1", "tag manifest lacks bagit.txt", "I", "tagmanifests", lambda a: a.put(TAG, b"".join(a.get(TAG).splitlines(True)[1:])))
    put("3.1", "tag manifest lacks the manifest", "I", "tagmanifests", re_line(lambda x: None if x.endswith("  " + MAN) else x, TAG))
    put("3.1", "tag manifest sorted otherwise", "I", "tagmanifests", lambda a: a.put(TAG, b"".join(sorted(a.get(TAG).splitlines(True)))))
    put("3.1", "tag manifest lists itself", "I", "tagmanifests", tail(TAG, "%s  %s\n" % ("0" * 64, TAG)))
    put("3.1", "tag manifest lists a file of the seal", "I", "tagmanifests", tail(TAG, "%s  %s\n" % ("0" * 64, SEAL)))
    put("3.1", "a manifest of SHA-512 without its tag manifest", "I", "seal", lambda a: [a.drop("tagmanifest-sha512.txt"), a.put(SEAL, b"".join(x for x in a.get(SEAL).splitlines(True) if b"sha512:" not in x))], BOTH)
    put("3.1", "a tag manifest of SHA-512 without its manifest", "I", "manifests", drop("manifest-sha512.txt"), BOTH)
    put("3.1", "the manifest of SHA-512 lacks a file", "I", "manifests", lambda a: a.put("manifest-sha512.txt", b"".join(a.get("manifest-sha512.txt").splitlines(True)[:-1])), BOTH)
    put("3.1", "the manifest of SM3 with a wrong hash", "I", "manifests", lambda a: a.put("manifest-sm3.txt", b"0" * 64 + a.get("manifest-sm3.txt")[64:]), ALL)
    put("3.1", "the tag manifest of SHA-512 with a wrong hash", "I", "tagmanifests", lambda a: a.put("tagmanifest-sha512.txt", b"0" * 128 + a.get("tagmanifest-sha512.txt")[128:]), BOTH)
    put("3.1", "the tag manifest of SHA-512 lacks its manifest", "I", "tagmanifests", re_line(lambda x: None if x.endswith("  manifest-sha512.txt") else x, "tagmanifest-sha512.txt"), BOTH)
    put("3.1", "the tag manifest of SHA-256 lacks the other manifest", "I", "tagmanifests", re_line(lambda x: None if x.endswith("  manifest-sha512.txt") else x, TAG), BOTH)
    put("3.1", "SM3 before SHA-512", "I", "head", attribute(algs=("sha256", "sm3", "sha512")))
    put("3.1", "SHA-512 alone", "I", "head", attribute(algs=("sha512",)))
    put("3.1", "SHA-1 beside", "I", "head", attribute(algs=("sha256", "sha1")))
    put("3.1", "MD5 beside", "I", "head", attribute(algs=("sha256", "md5")))
    put("3.1", "SHA-384 beside", "I", "head", attribute(algs=("sha256", "sha384")))
    put("3.1", "a tag manifest the seal does not name", "I", "seal", re_line(lambda x: None if x.startswith("Tagmanifest: sha512") else x), BOTH)
    put("3.1", "the seal names a tag manifest that is not there", "I", "seal", second_seal_line("Tagmanifest", "Tagmanifest: sha512:" + "0" * 128))
    put("3.1", "Tagmanifest lines in another order", "I", "seal", swap("Tagmanifest: sha256", "Tagmanifest: sha512"), BOTH)
    put("3.1", "the hashes of the seal with a path", "I", "sums", edit(SUMS, "  seal.txt", "  seal/seal.txt"))
    put("3.1", "the hashes of the seal with a wrong hash", "I", "sums", lambda a: a.put(SUMS, b"0" * 64 + a.get(SUMS)[64:]))
    put("3.1", "the hashes of the seal in another order", "I", "sums", lambda a: a.put(SUMS, b"".join(sorted(a.get(SUMS).splitlines(True)))))
    put("3.1", "the hashes of the seal without a list", "I", "sums", lambda a: a.put(SUMS, b"".join(a.get(SUMS).splitlines(True)[:-1])))
    # --- 3.2: bag-info ---
    labels = ("Source-Organization", "External-Identifier", "Bagging-Date", "Payload-Oxum", "Bag-Group-Identifier", "Bag-Count")
    for l in labels:
        put("3.2", "without " + l, "I", "info", re_line(lambda x, l=l: None if x.startswith(l + ":") else x, INFO))
        put("3.2", l + " twice", "I", "info", lambda a, l=l: a.put(INFO, b"".join(x * (2 if x.startswith(l.encode() + b":") else 1) for x in a.get(INFO).splitlines(True))))
    for one, two in zip(labels, labels[1:]):
        put("3.2", "%s before %s" % (two, one), "I", "info", swap(one, two, INFO))
    for name, old, new in (("folded", "run-1\n", "run-1\n more\n"), ("no blank", "Bag-Count: ", "Bag-Count:"), ("two blanks", "Bag-Count: ", "Bag-Count:  "), ("a TAB", "Bag-Count: ", "Bag-Count:\t"), ("label in other case", "Bag-Count", "Bag-count"),
            ("CR LF", "run-1\n", "run-1\r\n"), ("blank line", "run-1\n", "run-1\n\n"), ("not UTF-8", "示例集团".encode(), b"\xd6\xd0"), ("another name", "judge-00000001", "judge-00000002"), ("another date", "2026-02-03", "2026-02-04"),
            ("date in another form", "2026-02-03", "2026-2-3"), ("date with time", "2026-02-03", "2026-02-03T00:00:00Z"), ("no day of the calendar", "2026-02-03", "2026-02-30"), ("a line without label", "run-1\n", "run-1\nx\n")):
        put("3.2", "bag-info: " + name, "I", "info", edit(INFO, old, new))
    put("3.2", "no last line end", "I", "info", cut(INFO))
    put("3.2", "byte order mark", "I", "info", edit(INFO, "Source", "\ufeffSource"))
    put("3.2", "Oxum: another number of octets", "I", "info", lambda a: a.edit(INFO, a.oxum, str(int(a.oxum.split(".")[0]) + 1) + "." + a.oxum.split(".")[1]))
    put("3.2", "Oxum: another number of files", "I", "info", lambda a: a.edit(INFO, a.oxum, a.oxum + "0"))
    put("3.2", "Oxum, also in the seal", "I", "info", lambda a: (lambda o: (a.edit(INFO, a.oxum, o), setattr(a, "oxum", o)))("1" + a.oxum))
    put("3.2", "Oxum with a leading zero", "I", "info", lambda a: (lambda o: (a.edit(INFO, a.oxum, o), setattr(a, "oxum", o)))("0" + a.oxum))
    put("3.2", "optional labels in another order", "I", "info", tail(INFO, "Software: x\nExternal-Description: y\n"))
    put("3.2", "Software twice", "I", "info", tail(INFO, "Software: x\nSoftware: y\n"))
    put("3.2", "External-Description twice", "I", "info", tail(INFO, "External-Description: x\nExternal-Description: y\n"))
    put("3.2", "Software before Bag-Count", "I", "info", edit(INFO, "Bag-Count", "Software: x\nBag-Count"))
    # --- 4.1: lines ---
    for name, body in (("no JSON", '"n":1,'), ("a name twice", '"n":1,"n":2'), ("a name twice, once escaped", r'"n":1,"\u006e":2'), ("a name twice below", '"a":[{"x":1,"x":2}]'), ("the salt's name twice", '"_s":"x"'), ("the salt's name escaped", r'"\u005fs":1'), ("lone surrogate", r'"a":"\ud800"'),
            ("lone low surrogate", r'"a":"\udc00"'), ("surrogates the wrong way", r'"a":"\ude00\ud83d"'), ("lone surrogate in a name", r'"\ud800":1'), ("NaN", '"a":NaN'), ("Infinity", '"a":-Infinity'), ("leading zero", '"a":01'), ("plus", '"a":+1'), ("no digit before the point", '"a":.5'),
            ("no digit after the point", '"a":5.'), ("no exponent", '"a":1e'), ("hexadecimal", '"a":0x1'), ("single quotes", "'a':1"), ("a comment", '"a":1/*x*/'), ("a comma too many", '"a":[1,]'), ("a TAB in a string", '"a":"\t"'), ("a NUL", '"a":"\0"'), ("unknown escape", r'"a":"\x41"'),
            ("half an escape", r'"a":"\u00"'), ("True", '"a":True'), ("two values", '"a":1 2'), ("no colon", '"a" 1'), ("a form feed", '"a":\f1'), ("NEL between tokens", '"a":\u00851'), ("not closed", '"a":{"b":1'), ("more closed than opened", '"a":1}}{'), ("CR", '"a":1,\r"b":2'),
            ("a reserved name", '"_x":1'), ("raw outside of its place", '"a":{"raw":{"x":1,"x":2}}'), ("something behind the object", '"a":1} ')):
        put("4.1", "record: " + name, "I", "payload", line(body))
    for name, body in (("no UTF-8", b'"a":"\xff"'), ("overlong", b'"a":"\xc0\xaf"'), ("a surrogate in UTF-8", b'"a":"\xed\xa0\x80"'), ("beyond Unicode", b'"a":"\xf4\x90\x80\x80"'), ("no UTF-8 in raw", b'"raw":{"a":"\xff"}'), ("no JSON in raw", b'"raw":{"a":01}')):
        put("4.1", "record: " + name, "I", "payload", line(body))
    for name, old, new in (("salt of 21 characters", '","n":1', 'Q","n":1'), ("standard base64", '{"_s":"', '{"_s":"+/'), ("a blank before the salt", '{"_s"', '{ "_s"'), ("a blank after the colon", '{"_s":', '{"_s": '), ("a blank after the salt", '","n":1', '" ,"n":1'), ("a blank before the object", '{"_s"', ' {"_s"'),
            ("no salt", '{"_s":', '{"s":'), ("BOM", '{"_s":', '\ufeff{"_s":')):
        put("4.1", "record: " + name, "I", "payload", edit(M, old, new))
    spoil_salt = lambda f: (lambda a: a.put(M, (lambda d: d[:7] + f(d[7:29]) + d[29:])(a.get(M))))
    put("4.1", "salt's last character", "I", "payload", spoil_salt(lambda s: s[:21] + b"B"))
    put("4.1", "salt with a star", "I", "payload", spoil_salt(lambda s: b"*" + s[1:]))
    put("4.1", "salt with a plus", "I", "payload", spoil_salt(lambda s: b"+" + s[1:]))
    put("4.1", "salt short", "I", "payload", spoil_salt(lambda s: s[:20] + b"=="))
    put("4.1", "salt with padding", "I", "payload", spoil_salt(lambda s: s + b"=="))
    put("4.1", "an array", "I", "payload", edit(M, '{"_s"', '[{"_s"'))
    put("4.1", "two objects in a line", "I", "payload", lambda a: a.put(M, a.get(M).replace(b"\n", b"", 1)))
    put("4.1", "an empty line", "I", "payload", edit(M, "}\n", "}\n\n"))
    put("4.1", "an empty line at the end", "I", "payload", tail(M, "\n"))
    put("4.1", "CR LF", "I", "payload", edit(M, "}\n", "}\r\n"))
    put("4.1", "no last LF", "I", "payload", cut(M))
    put("4.1", "over 16 MiB", "I", "payload", line('"a":"%s"' % ("x" * ((16 << 20) + 1))))
    put("4.1", "a redaction marker", "I", "payload", tail(M, '{"_redacted":"%s"}\n' % ("0" * 64)))
    put("4.1", "a redaction marker in place of a record, root unchanged", "I", "segments", redact)
    # --- 4.2, 4.3: segments ---
    put("4.2", "65,537 records in a segment", "I", "payload", lambda a: a.put(M, b"".join(('{"_s":"%s"}\n' % salt(a.key, "messages", i)).encode() for i in range(65537))))
    put("4.2", "64 MiB and one octet", "I", "payload", lambda a: a.put(M, b"".join(('{"_s":"%s","a":"%s"}\n' % (salt(a.key, "messages", i), "x" * n)).encode() for i, n in enumerate([(16 << 20) - 38] * 4 + [1]))), dict(cuts=[1 << 40]))
    put("4.2", "an empty segment", "I", "payload", add("data/records/z/000000.jsonl", b""))
    put("4.2", "an empty segment, not in the list", "I", "segments", lambda a: None, dict(hooks={"payload": add("data/records/z/000000.jsonl", b""), "segments": re_line(lambda x: None if "/z/" in x else x, SEG)}))
    flip = lambda x: ("1" if x[0] == "0" else "0") + x[1:]
    for name, f in (("wrong root", lambda x: flip(x)), ("root in capitals", lambda x: x.upper().replace("DATA/RECORDS", "data/records").replace("/MESSAGES/", "/messages/").replace("/USERS/", "/users/").replace("JSONL", "jsonl")), ("count with a leading zero", lambda x: x.replace("\t", "\t0", 1)),
            ("blanks for TABs", lambda x: x.replace("\t", " ")), ("the path of another segment", lambda x: x.replace("messages/000000", "messages/000001")), ("a fourth field", lambda x: x + "\t"), ("CR LF", lambda x: x + "\r"), ("./", lambda x: x.replace("data", "./data"))):
        put("4.3", "segments: " + name, "I", "segments", re_line(f, SEG))
    put("4.3", "segments: wrong count", "I", "segments", edit(SEG, "\t5\t", "\t6\t"))
    put("4.3", "segments: counts exchanged", "I", "segments", lambda a: [a.edit(SEG, "\t5\t", "\t7\t"), a.edit(SEG, "\t2\t", "\t5\t"), a.edit(SEG, "\t7\t", "\t2\t")])
    put("4.3", "segments: lines in another order", "I", "segments", lambda a: a.put(SEG, b"".join(reversed(a.get(SEG).splitlines(True)))))
    put("4.3", "segments: one missing", "I", "segments", lambda a: a.put(SEG, a.get(SEG).splitlines(True)[0]))
    put("4.3", "segments: one more", "I", "segments", lambda a: a.put(SEG, a.get(SEG) + a.get(SEG).replace(b"/000000", b"/000001").splitlines(True)[0]))
    put("4.3", "segments: one twice", "I", "segments", lambda a: a.put(SEG, a.get(SEG) + a.get(SEG).splitlines(True)[1]))
    put("4.3", "segments: a head line", "I", "segments", lambda a: a.put(SEG, b"root\tcount\tpath\n" + a.get(SEG)))
    put("4.3", "segments: no last LF", "I", "segments", cut(SEG))
    put("4.3", "segments: empty", "I", "segments", replace(SEG, b""))
    put("4.3", "segments: a view", "I", "segments", tail(SEG, "%s\t1\t%s\n" % ("0" * 64, V)))
    put("4.3", "the tree of RFC 6962 without prefixes", "I", "segments", lambda a: a.put(SEG, a.get(SEG).replace(a.get(SEG)[:64], digest("sha256", a.get(M)).encode())))
    put("4.3", "an unbalanced tree", "I", "segments", lambda a: a.put(SEG, a.get(SEG).replace(a.get(SEG)[:64], bitcoin([leaf(x) for x in a.get(M).splitlines()]).hex().encode())))
    put("4.3", "two records exchanged", "I", "segments", lambda a: None, dict(hooks={"payload": lambda a: setattr(a, "wrong", a.get(M)), "segments": lambda a: a.edit(SEG, a.segment(M, a.get(M)), a.segment(M, b"".join(reversed(a.wrong.splitlines(True)))))}))
    # --- 5: seal ---
    for name, old, new, want in (("Format: custody/0", "custody/1", "custody/0", "I"), ("Format: custody/2", "custody/1", "custody/2", "Q"), ("Format: custody/10", "custody/1", "custody/10", "Q"), ("Format: custody/01", "custody/1", "custody/01", "I"), ("Format: other/1", "custody/1", "other/1", "I"), ("Format in capitals", "Format", "FORMAT", "I"),
            ("Format: custody/1.0", "custody/1", "custody/1.0", "I"), ("Chain without urn", "urn:uuid:", "", "I"), ("Chain in capitals", "89ab", "89AB", "I"), ("Chain short", "456789abcdef", "456789abcde", "I"), ("Chain with another urn", "urn:uuid:", "urn:oid:", "I"), ("Chain another", "urn:uuid:0", "urn:uuid:1", "I"),
            ("Sequence 0", "Sequence: 1", "Sequence: 0", "I"), ("Sequence 01", "Sequence: 1", "Sequence: 01", "I"), ("Sequence 2", "Sequence: 1", "Sequence: 2", "I"), ("Sequence -1", "Sequence: 1", "Sequence: -1", "I"), ("Sequence +1", "Sequence: 1", "Sequence: +1", "I"), ("Sequence 2^64+1", "Sequence: 1", "Sequence: 18446744073709551617", "I"), ("Sequence absent", "Sequence: 1", "Sequence: ", "I"), ("Previous of the first", "Previous: none", "Previous: sha256:" + "0" * 64, "I"),
            ("Previous None", "Previous: none", "Previous: None", "I"), ("Archive another", "Archive: judge", "Archive: other", "I"), ("Sealed-At with fraction", "Z\nCovers", ".0Z\nCovers", "I"), ("Sealed-At with zone", "Z\nCovers", "+00:00\nCovers", "I"), ("Sealed-At in small letters", "Z\nCovers", "z\nCovers", "I"), ("Sealed-At with a blank", "Z\nCovers", " Z\nCovers", "I"),
            ("Covers without a day", "2026-01-01T00:00:00Z/", "2026-02-30T00:00:00Z/", "I"), ("Covers backwards", "2026-01-01T00:00:00Z/", "2026-02-02T00:00:00Z/", "I"), ("Covers hour 24", "00:00:00Z/", "24:00:00Z/", "I"), ("Covers minute 60", "00:00:00Z/", "00:60:00Z/", "I"), ("Covers second 61", "00:00:00Z/", "00:00:61Z/", "I"), ("Covers month 0", "2026-01-01", "2026-00-01", "I"),
            ("Covers one date", "2026-01-01T00:00:00Z/", "", "I"), ("Covers with two strokes", "Z/2026", "Z//2026", "I"), ("Covers open", "/2026-02-01T00:00:00Z", "/", "I"), ("Records one more", "Records: 7", "Records: 8", "I"), ("Records 07", "Records: 7", "Records: 07", "I"), ("Records in hexadecimal", "Records: 7", "Records: 0x7", "I"), ("Gaps -1", "Gaps: 0", "Gaps: -1", "I"), ("Gaps 00", "Gaps: 0", "Gaps: 00", "I"),
            ("Gaps absent", "Gaps: 0\n", "", "I"), ("Tagmanifest absent", "Tagmanifest: sha256:", "Tagmanifest: ", "I"), ("Tagmanifest of SHA-384", "Tagmanifest: sha256:", "Tagmanifest: sha384:", "Q"), ("Tagmanifest SHA256", "Tagmanifest: sha256:", "Tagmanifest: SHA256:", "Q"), ("two blanks", "Gaps: 0", "Gaps:  0", "I"), ("no blank", "Gaps: 0", "Gaps:0", "I"), ("a blank at the end", "Gaps: 0", "Gaps: 0 ", "I"), ("a TAB", "Gaps: 0", "Gaps:\t0", "I"),
            ("CR LF", "Gaps: 0\n", "Gaps: 0\r\n", "I"), ("a blank line", "Gaps: 0\n", "Gaps: 0\n\n", "I"), ("another line", "Gaps: 0\n", "Gaps: 0\nNote: x\n", "I"), ("a line twice", "Gaps: 0\n", "Gaps: 0\nGaps: 0\n", "I"), ("a comment", "Gaps: 0\n", "# x\nGaps: 0\n", "I"), ("not ASCII", "Gaps: 0", "Gaps: ０", "I"), ("NUL", "Gaps: 0", "Gaps: 0\0", "I"), ("BOM", "Format", "\ufeffFormat", "I"),
            ("role with capitals", "Signer: administrator", "Signer: Administrator", "I"), ("role with a digit first", "Signer: administrator", "Signer: 1administrator", "I"), ("role with underline", "Signer: administrator", "Signer: admini_strator", "I"), ("role of 33", "Signer: administrator", "Signer: " + "a" * 33, "I"), ("role twice", "Signer: compliance-officer", "Signer: administrator", "I"), ("kind CMS", " cms ", " CMS ", "Q"),
            ("kind unknown", "compliance-officer cms", "compliance-officer mldsa", "Q"), ("kind exchanged", "compliance-officer cms", "compliance-officer sm2", "I"), ("signer's hash short", "Signer: administrator cms sha256:", "Signer: administrator cms sha256:0", "I"), ("signer's hash with SHA-512", "Signer: administrator cms sha256:", "Signer: administrator cms sha512:", "I"), ("signer without kind", "administrator cms ", "administrator ", "I")):
        put("5", "seal: " + name, want, "seal", edit(SEAL, old, new))
    put("5", "seal: hash in capitals", "I", "seal", re_line(lambda x: x[:20] + x[20:].upper() if x.startswith("Tagmanifest") else x))
    put("5", "seal: Tagmanifest another", "I", "seal", re_line(lambda x: "Tagmanifest: sha256:" + "0" * 64 if x.startswith("Tagmanifest") else x))
    put("5", "seal: no last LF", "I", "seal", cut(SEAL))
    put("5", "seal: over 64 KiB", "I", "seal", lambda a: a.put(SEAL, a.get(SEAL) + b"".join(b"Signer: r%d cms sha256:%064d\n" % (i, i) for i in range(800))))
    put("5", "seal: no signer", "I", "head", attribute(signers=()), None, dict(required=()))
    put("5", "seal: no signer, trusted roles", "I", "head", attribute(signers=()))
    put("5", "seal: Payload another", "I", "seal", edit(SEAL, "Payload: ", "Payload: 1"))
    put("5", "seal: not the first and no Previous", "I", "seal", re_line(lambda x: "Previous: none" if x.startswith("Previous") else x), dict(sequence=2, previous=b"x"))
    put("5", "seal: Previous short", "I", "seal", edit(SEAL, "Previous: sha256:", "Previous: sha256:0"), dict(sequence=2, previous=b"x"))
    put("5", "seal: Previous lacks an algorithm", "I", "seal", re_line(lambda x: None if x.startswith("Previous: sha512") else x), dict(sequence=2, previous=b"x", **BOTH))
    put("5", "seal: Previous with an algorithm more", "I", "seal", second_seal_line("Previous", "Previous: sha512:" + "0" * 128), dict(sequence=2, previous=b"x"))
    put("5", "seal: Previous in another order", "I", "seal", swap("Previous: sha256", "Previous: sha512"), dict(sequence=2, previous=b"x", **BOTH))
    put("5", "seal: none and a hash", "I", "seal", second_seal_line("Previous", "Previous: sha512:" + "0" * 128))
    names = ("Format", "Chain", "Sequence", "Previous", "Archive", "Sealed-At", "Covers", "Payload", "Records", "Gaps", "Tagmanifest", "Signer")
    for one, two in zip(names, names[1:]):
        put("5", "seal: %s before %s" % (two, one), "I", "seal", swap(one, two))
        put("5", "seal: without " + one, "I", "seal", re_line(lambda x, one=one: None if x.startswith(one + ":") else x))
    return c


def redact(a):
    """A record is masked after the root was taken: as 4.5 counts, the root is the same."""
    lines = a.get(M).splitlines()
    lines[1] = b'{"_redacted":"%s"}' % leaf(lines[1]).hex().encode()
    a.put(M, b"".join(x + b"\n" for x in lines))
    a.put(MAN, a.sums("sha256", a.under("data/")))


def bitcoin(leaves):
    import hashlib
    while len(leaves) > 1:
        if len(leaves) % 2:
            leaves.append(leaves[-1])
        leaves = [hashlib.sha256(b"\1" + a + b).digest() for a, b in zip(leaves[::2], leaves[1::2])]
    return leaves[0]
