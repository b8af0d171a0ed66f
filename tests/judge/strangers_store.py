"""strangers_store.py: chains (6.3), pending archives (5.2), receipts (5.3), disclosure packages (4.4) and redacted copies (4.5) that no program of ours has made."""
import hashlib, os, shutil
from writer import Archive, leaf, path, root, trust
from strangers_hostile import M, SEAL, SEG, TAG

MONTHS = ["2026-%02d-01T00:00:00Z" % m for m in range(1, 13)]
ANY = "not VALID"


def chain(keys, where, specs=({}, {}, {})):
    """Archives one after the other; settings of each, None: not written."""
    made, before = [], b""
    for n, s in enumerate(specs, 1):
        settings = dict(sequence=n, previous=before, covers="%s/%s" % (MONTHS[n - 1], MONTHS[n]), lists=())
        settings.update(s or {})
        a = Archive(keys, **settings).make()
        before = a.get(SEAL)
        made.append(a)
        if s is not None:
            a.save(where)
    return made


def receipt(a, seal=None):
    return "custody/1 head %s %d sha256:%s\n" % (a.chain, a.sequence, hashlib.sha256(seal or a.get(SEAL)).hexdigest())


def write(where, name, data):
    name = os.path.join(where, name)
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "wb") as f:
        f.write(data.encode() if isinstance(data, str) else data)


def read(where, name):
    with open(os.path.join(where, name), "rb") as f:
        return f.read()


def remove(where, name):
    name = os.path.join(where, name)
    shutil.rmtree(name) if os.path.isdir(name) else os.remove(name)


# --- packages ---
FILE = b"an attachment\n"
RECORDS = {"messages": ['"n":%d,"text":"你好 %d"' % (i, i) for i in range(1027)],
    "files": ['"kind":"file","id":"f1","n":{"path":"data/files/000000/000000001.txt","name":"附件.txt","size":%d,"sha256":"%s"}' % (len(FILE), hashlib.sha256(FILE).hexdigest())]}


def skeleton(a, where):
    for name in (SEG, TAG):
        write(where, name, a.get(name))
    for name, data in a.under("seal/"):
        write(where, name, data)
    write(where, "EXPLAIN.txt", "no evidence\n")


def package(a, where, wanted=((M, 5),), files=False):
    skeleton(a, where)
    for n, (segment, i) in enumerate(wanted, 1):
        lines = a.get(segment).split(b"\n")[:-1]
        proof = "Format: custody/1 record-proof\nSegment: %s\nIndex: %d\nCount: %d\n" % (segment, i, len(lines))
        proof += "".join("Hash: %s\n" % h.hex() for h in path([leaf(x) for x in lines], i))
        write(where, "%04d/record.json" % n, lines[i])
        write(where, "%04d/proof.txt" % n, proof)
        if files:
            write(where, "%04d/file" % n, FILE)


def redacted(a, where, hidden=(1, 3), segments=(M,)):
    skeleton(a, where)
    for s in segments:
        lines = a.get(s).split(b"\n")[:-1]
        for i in hidden:
            if i < len(lines):
                lines[i] = b'{"_redacted":"%s"}' % leaf(lines[i]).hex().encode()
        write(where, s, b"".join(x + b"\n" for x in lines))


def run(judge):
    keys = judge.keys
    policy = os.path.join(judge.where, "store-trust")
    t = trust(keys, policy)
    ask = lambda *words: judge.ask(*words, "--trust", t)

    def told(name, want, words, where):
        got, text = ask(*words)
        judge.told(name, want, want if want == ANY and got in ("INVALID", "INDETERMINATE", "exit 2") else got, text, where)

    def store(name, want, specs=({}, {}, {}), spoil=None, receipts=None):
        if judge.passed_over():
            return
        where = judge.place()
        made = chain(keys, where, specs)
        if spoil:
            spoil(where, made)
        words = ["chain", "check", where]
        if receipts:
            write(judge.where, "receipts-%d" % judge.n, receipts(made))
            words += ["--receipt", os.path.join(judge.where, "receipts-%d" % judge.n)]
        told("6.3 chain check: " + name, want, words, None)
        told("6.3 verify: " + name, want, ["verify", where] + words[3:], where)

    name = lambda n, end=".tar.gz": "judge-%08d%s" % (n, end)
    V, I, Q = "VALID", "INVALID", "INDETERMINATE"
    store("three archives", V)
    store("volumes", V, [dict(covers="%s/%s" % (MONTHS[0], MONTHS[1]), group="g", count=c) for c in ("1 of ?", "2 of ?", "3 of 3")] + [dict(covers="%s/%s" % (MONTHS[1], MONTHS[2]))])
    store("an algorithm is added", V, [{}, dict(algs=("sha256", "sha512")), dict(algs=("sha256", "sha512", "sm3"))])
    store("an algorithm is given up", V, [dict(algs=("sha256", "sm3")), {}])
    store("a heartbeat between", V, [{}, dict(records={}, files=(), views=(("data/report/none", b""),)), {}])
    store("a gap in Covers", V, [{}, dict(covers="%s/%s" % (MONTHS[2], MONTHS[3])), dict(covers="%s/%s" % (MONTHS[3], MONTHS[4]))])
    store("Covers of nothing", V, [{}, dict(covers="%s/%s" % (MONTHS[1], MONTHS[1])), dict(covers="%s/%s" % (MONTHS[1], MONTHS[2]))])
    store("tokens going backwards", V, [{}, dict(tsas=(("tsa", dict(days=-3)),)), {}])
    store("an archive gone, its seal kept, no record of its destruction", Q, spoil=lambda w, m: remove(w, name(2)))
    store("the end cut off, no receipt", V, [{}, {}, None])
    store("the last receipt", V, receipts=lambda m: receipt(m[2]))
    store("all receipts", V, receipts=lambda m: "".join(receipt(a) for a in m))
    store("an older receipt", V, receipts=lambda m: receipt(m[0]))
    # "a gap is reported, not fatal": so is what is covered twice, as by an export of a time asked for (--since).
    store("Covers overlapping", V, [{}, dict(covers="2026-01-15T00:00:00Z/" + MONTHS[2]), {}])
    store("Covers going backwards", V, [{}, {}, dict(covers="%s/%s" % (MONTHS[0], MONTHS[1]))])
    store("the first missing", ANY, [None, {}, {}])
    store("the second missing", ANY, [{}, None, {}])
    store("the end cut off", ANY, [{}, {}, None], receipts=lambda m: receipt(m[2]))
    store("a receipt of another seal", I, receipts=lambda m: receipt(m[2], b"x"))
    store("an older receipt of another seal", I, receipts=lambda m: receipt(m[0], b"x") + receipt(m[2]))
    store("Previous is not the one before", I, [{}, dict(previous=b"x"), {}])
    store("Previous is right by SHA-256, wrong by SHA-512", I, [dict(algs=("sha256", "sha512")), dict(algs=("sha256", "sha512"), hooks={"seal": lambda a: a.put(SEAL, __import__("re").sub(rb"(Previous: sha512:)[0-9a-f]+", rb"\g<1>" + b"0" * 128, a.get(SEAL)))})])
    store("another chain in between", I, [{}, dict(chain="urn:uuid:11234567-89ab-cdef-0123-456789abcdef"), {}])
    store("the chain in another order", I, spoil=lambda w, m: [os.rename(os.path.join(w, name(2)), os.path.join(w, "x")), os.rename(os.path.join(w, name(3)), os.path.join(w, name(2))), os.rename(os.path.join(w, "x"), os.path.join(w, name(3)))])
    store("an archive of the chain by strangers", I, [{}, dict(signers=(("administrator", "cms", "eviladmin"), ("compliance-officer", "cms", "evilofficer"))), {}])
    store("a second archive of the same sequence", I, spoil=lambda w, m: Archive(keys, label="other", sequence=2, previous=m[0].get(SEAL), gaps=1, covers="%s/%s" % (MONTHS[1], MONTHS[2])).make().save(w))
    store("an archive damaged", I, spoil=lambda w, m: write(w, name(2), read(w, name(2))[:-9]))
    store("a seal beside changed", I, spoil=lambda w, m: write(w, name(2, ".seal/seal.txt"), m[1].get(SEAL).replace(b"Gaps: 0", b"Gaps: 1")))
    store("a signature beside missing", I, spoil=lambda w, m: remove(w, name(2, ".seal/administrator.p7s")))
    store("a file more beside", I, spoil=lambda w, m: write(w, name(2, ".seal/x"), b"x"))
    store("the seal of a destroyed archive changed", I, spoil=lambda w, m: [remove(w, name(2)), write(w, name(2, ".seal/seal.txt"), m[1].get(SEAL).replace(b"Gaps: 0", b"Gaps: 1"))])
    store("a destroyed archive without its token", ANY, spoil=lambda w, m: [remove(w, name(2)), remove(w, name(2, ".seal/sha256sums.txt.tsr"))])
    store("the last one pending", Q, spoil=lambda w, m: [os.rename(os.path.join(w, name(3)), os.path.join(w, name(3) + ".partial")), remove(w, name(3, ".seal/compliance-officer.p7s")), remove(w, name(3, ".seal/sha256sums.txt")), remove(w, name(3, ".seal/sha256sums.txt.tsr"))])
    # --- 5.2: pending ---
    def pending(title, want, lacks, spoil=None):
        if judge.passed_over():
            return
        where = judge.place()
        a = Archive(keys, lists=()).make()
        file = a.save(where, pending=True)
        for n in lacks:
            remove(where, name(1, ".seal/" + n))
        if spoil:
            spoil(where, a)
        told("5.2 pending: " + title, want, ["verify", file], where)
    late = ("sha256sums.txt", "sha256sums.txt.tsr")
    pending("nobody has signed", Q, ("administrator.p7s", "compliance-officer.p7s") + late)
    pending("one has signed", Q, ("administrator.p7s",) + late)
    pending("only the token is missing", Q, late)
    pending("only the token is missing, hashes are there", Q, late[1:])
    pending("a signature of other text", I, late, lambda w, a: write(w, name(1, ".seal/administrator.p7s"), keys.cms("admin", b"x")))
    pending("a signature by another", I, late, lambda w, a: write(w, name(1, ".seal/administrator.p7s"), keys.cms("auditor", a.get(SEAL))))
    pending("a broken seal", I, late, lambda w, a: write(w, name(1, ".seal/seal.txt"), a.get(SEAL) + b"x\n"))
    pending("no seal yet", Q, ("administrator.p7s", "compliance-officer.p7s", "seal.txt") + late)
    # --- 5.3: receipts and one archive ---
    def one(title, want, text):
        if judge.passed_over():
            return
        where = judge.place()
        a = Archive(keys, sequence=2, previous=b"x", lists=()).make()
        file = a.save(where)
        write(where, "r", text(a))
        told("5.3 receipt: " + title, want, ["verify", file, "--receipt", os.path.join(where, "r")], where)
    one("its own", V, receipt)
    one("of the same sequence and another hash", I, lambda a: receipt(a, b"x"))
    one("in other words", ANY, lambda a: receipt(a).replace("head", "Head"))
    one("of sequence 02", ANY, lambda a: receipt(a).replace(" 2 ", " 02 "))
    # --- 4.4: disclosure packages ---
    a = Archive(keys, records=RECORDS, files=((FILE, ".txt"),)).make()
    F = "data/records/files/000000.jsonl"

    def show(title, want, spoil=None, wanted=((M, 5),), files=False, made=package, section="4.4 package", **more):
        if judge.passed_over():
            return
        where = judge.place()
        made(a, where, wanted, files) if made is package else made(a, where, **more)
        if spoil:
            spoil(where)
        told("%s: %s" % (section, title), want, ["check", where], where)

    change = lambda n, old, new: (lambda w: [1 / (old.encode() in read(w, n)), write(w, n, read(w, n).replace(old.encode(), new.encode(), 1))])
    show("one record", V)
    for i in (0, 1, 1023, 1024, 1025, 1026):
        show("record %d of 1,027" % i, V, wanted=((M, i),))
    show("several records", V, wanted=((M, 0), (M, 1026), (F, 0)))
    show("a segment of one record", V, wanted=((F, 0),))
    show("with its file", V, wanted=((F, 0),), files=True)
    P, R = "0001/proof.txt", "0001/record.json"
    for title, f in (("record changed", change(R, "你好 5", "你好 6")), ("record with LF", lambda w: write(w, R, read(w, R) + b"\n")), ("record empty", lambda w: write(w, R, b"")), ("another record", lambda w: write(w, R, a.get(M).split(b"\n")[6])), ("a marker for a record", lambda w: write(w, R, '{"_redacted":"%s"}' % leaf(read(w, R)).hex())),
            ("index one more", change(P, "Index: 5", "Index: 6")), ("index 05", change(P, "Index: 5", "Index: 05")), ("index 1027", change(P, "Index: 5", "Index: 1027")), ("count one more", change(P, "Count: 1027", "Count: 1028")), ("count of half the tree", change(P, "Count: 1027", "Count: 1024")), ("count 0", change(P, "Count: 1027", "Count: 0")),
            ("another segment", change(P, "messages", "files")), ("a segment that is not there", change(P, "000000", "000001")), ("a hash less", lambda w: write(w, P, b"".join(read(w, P).splitlines(True)[:-1]))), ("a hash more", lambda w: write(w, P, read(w, P) + b"Hash: " + b"0" * 64 + b"\n")), ("hashes exchanged", lambda w: write(w, P, (lambda x: b"".join(x[:4] + [x[5], x[4]] + x[6:]))(read(w, P).splitlines(True)))),
            ("a hash in capitals", lambda w: write(w, P, read(w, P).replace(b"a", b"A"))), ("another format", change(P, "custody/1", "custody/2")), ("lines in another order", lambda w: write(w, P, (lambda x: b"".join([x[0], x[2], x[1]] + x[3:]))(read(w, P).splitlines(True)))), ("CR LF", change(P, "\n", "\r\n")), ("no last LF", lambda w: write(w, P, read(w, P)[:-1])),
            ("a line more", lambda w: write(w, P, read(w, P) + b"Note: x\n")), ("seventeen hashes", lambda w: write(w, P, read(w, P) + (b"Hash: " + b"0" * 64 + b"\n") * 6)), ("no proof", lambda w: remove(w, P)), ("no record", lambda w: remove(w, R)), ("a file more", lambda w: write(w, "0001/x", b"")), ("a file more above", lambda w: write(w, "notes.txt", b"")), ("a hidden file", lambda w: write(w, ".x", b"")),
            ("a directory more", lambda w: os.mkdir(os.path.join(w, "x"))), ("numbered 0002", lambda w: os.rename(os.path.join(w, "0001"), os.path.join(w, "0002"))), ("numbered 1", lambda w: os.rename(os.path.join(w, "0001"), os.path.join(w, "1"))), ("a link for the record", lambda w: [os.rename(os.path.join(w, R), os.path.join(judge.where, "elsewhere")), os.symlink(os.path.join(judge.where, "elsewhere"), os.path.join(w, R))]),
            ("segments' list changed", change(SEG, "\t1027\t", "\t1028\t")), ("no segments' list", lambda w: remove(w, SEG)), ("tag manifest changed", change(TAG, "  bagit.txt", "  bagit.tx")), ("no tag manifest", lambda w: remove(w, TAG)), ("seal changed", change(SEAL, "Gaps: 0", "Gaps: 1")), ("no seal", lambda w: remove(w, SEAL)), ("a signature less", lambda w: remove(w, "seal/administrator.p7s")), ("a file more in the seal", lambda w: write(w, "seal/x", b"")),
            ("hashes of the seal changed", change("seal/sha256sums.txt", "  seal.txt", "  seal.tx")), ("a file where the record has none", lambda w: write(w, "0001/file", FILE)), ("a manifest", lambda w: write(w, "manifest-sha256.txt", a.get("manifest-sha256.txt")))):
        show(title, ANY if title.startswith("no ") and title != "no last LF" else I, f)
    show("the seal's token missing", Q, lambda w: remove(w, "seal/sha256sums.txt.tsr"))
    show("the file another", I, lambda w: write(w, "0001/file", b"other\n"), wanted=((F, 0),), files=True)
    # --- 4.5: redacted copies ---
    cut = lambda title, want, spoil=None, **more: show(title, want, spoil, made=redacted, section="4.5 redacted copy", **more)
    cut("two records masked", V)
    cut("none masked", V, hidden=())
    cut("all masked", V, hidden=range(1027))
    cut("two segments", V, segments=(M, F))
    cut("with a shown record's file", V, lambda w: write(w, "data/files/000000/000000001.txt", FILE), segments=(M, F), hidden=())
    marker = lambda f: (lambda w: write(w, M, (lambda x: b"\n".join([x[0], f(x[1])] + x[2:]))(read(w, M).split(b"\n"))))
    for title, f in (("marker of another hash", marker(lambda x: x[:14] + b"0" * 64 + x[78:])), ("marker in capitals", marker(lambda x: x[:14] + x[14:78].upper() + x[78:])), ("marker with a blank", marker(lambda x: x.replace(b":", b": "))), ("marker with a member more", marker(lambda x: x[:-1] + b',"x":1}')), ("marker with white space behind", marker(lambda x: x + b" ")),
            ("a line dropped", lambda w: write(w, M, b"".join(read(w, M).splitlines(True)[1:]))), ("a line more", lambda w: write(w, M, read(w, M) + read(w, M).splitlines(True)[0])), ("a record changed", change(M, "你好 5", "你好 6")), ("no last LF", lambda w: write(w, M, read(w, M)[:-1])), ("CR LF", change(M, "}\n", "}\r\n")), ("at another place", lambda w: os.rename(os.path.join(w, M), os.path.join(w, M.replace("000000", "000001")))),
            ("a view", lambda w: write(w, "data/views/messages.csv", a.get("data/views/messages.csv"))), ("single records beside", lambda w: [write(w, "0001/" + n, b"x") for n in ("record.json", "proof.txt")]), ("an inner node for two records", lambda w: write(w, M, (lambda x: b"".join([b'{"_redacted":"%s"}\n' % root([leaf(x[4][:-1]), leaf(x[5][:-1])]).hex().encode()] + x[2:]))(read(w, M).splitlines(True))))):
        cut(title, I, f)
    cut("a file of a masked record", I, lambda w: write(w, "data/files/000000/000000001.txt", FILE), segments=(F,), hidden=(0,))
    cut("a shown record's file changed", I, lambda w: write(w, "data/files/000000/000000001.txt", b"x"), segments=(F,), hidden=())
