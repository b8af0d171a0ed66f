"""writer.py: archives made from the format's description alone, not with our program: each stage can be interfered with, and all later ones are made anew from what it left."""
import base64, hashlib, hmac, os, struct, time, zlib

CHAIN = "urn:uuid:01234567-89ab-cdef-0123-456789abcdef"
STAGES = ("head", "payload", "encrypt", "manifests", "segments", "info", "tagmanifests", "seal", "signatures", "lists", "sums", "tokens", "tar", "gzip")
PART = 67108864


def salt(key, stream, number):
    return base64.urlsafe_b64encode(hmac.new(key, b"record-salt\0" + stream.encode() + b"\0" + struct.pack(">Q", number), "sha256").digest()[:16])[:22].decode()


def leaf(line):
    return hashlib.sha256(b"\0" + line).digest()


def root(leaves):
    """RFC 9162 2.1.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(leaves[:k]) + root(leaves[k:])).digest()


def path(leaves, m):
    """RFC 9162 2.1.3.1: the siblings of leaf m, from the leaf upwards."""
    if len(leaves) == 1:
        return []
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return path(leaves[:k], m) + [root(leaves[k:])] if m < k else path(leaves[k:], m - k) + [root(leaves[:k])]


def digest(alg, data):
    return hashlib.new(alg, data).hexdigest()


def header(name, size, mtime, kind=b"0"):
    """The one permitted header; of a file of 8 GiB or more with the pax entry before it."""
    out = b""
    if size >= 1 << 33:
        body = b" size=%d\n" % size
        n = len(body) + 1
        while n != len(b"%d" % n + body):
            n = len(b"%d" % n + body)
        body = b"%d" % n + body
        where, _, base = name.rpartition("/")
        out = header(where + "/PaxHeader/" + base, len(body), mtime, b"x") + body.ljust(512, b"\0")
        field = b"%012o" % size if size < 1 << 36 else b"\x80" + size.to_bytes(11, "big")
    else:
        field = b"%011o " % size
    front = name.encode().ljust(100, b"\0") + b"000644 \0" + b"000000 \0" * 2 + field + b"%011o " % mtime
    back = kind + bytes(100) + b"ustar\00000" + bytes(64) + b"000000 \0" * 2 + bytes(167)
    return out + front + b"%06o\0 " % (sum(front + back) + 8 * 32) + back


def member(data, level=6, head=b"\x1f\x8b\x08\0\0\0\0\0\0\xff"):
    z = zlib.compressobj(level, zlib.DEFLATED, -15)
    return head + z.compress(data) + z.flush() + struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)


def squeeze(data, cuts):
    """Members that end at each of CUTS."""
    cuts = sorted({c for c in cuts if 0 < c < len(data)})
    return b"".join(member(data[a:b]) for a, b in zip([0] + cuts, cuts + [len(data)]))


class Archive:
    """make() goes through STAGES; hooks: {stage: function(archive)} run after theirs."""

    def __init__(self, keys, label="judge", sequence=1, previous=(), covers="2026-01-01T00:00:00Z/2026-02-01T00:00:00Z", algs=("sha256",), day="2026-02-03", records=None,
                 files=((b"an attachment\n", ".txt"), (b"", "")), views=(("data/views/messages.csv", b"id\r\n1\r\n"), ("data/report/gaps.csv", b"")), info=(), count="1 of 1", group="run-1",
                 signers=(("administrator", "cms", "admin"), ("compliance-officer", "cms", "officer")), lists=("sub", "root"), tsas=("tsa",), gaps=0, readers=(), cuts=None, chain=CHAIN,
                 hooks=None, cms=None, key=bytes(range(32))):
        self.keys, self.sequence, self.previous, self.covers, self.algs, self.day = keys, sequence, previous, covers, algs, day
        self.name = "%s-%08d" % (label, sequence)
        self.records = records if records is not None else {"messages": [('"n":%d,"text":"你好 %d"' % (i, i)) for i in range(5)], "users": ['"id":"u1"', ""]}
        self.attached, self.views, self.info, self.count, self.group = files, views, list(info), count, group
        self.signers, self.crls, self.tsas, self.gaps, self.readers, self.cuts, self.chain = signers, lists, tsas, gaps, readers, cuts, chain
        self.hooks, self.cms, self.key = hooks or {}, cms or {}, key
        self.entries, self.plain, self.header = [], [], header
        self.padding, self.end = b"\0", bytes(1024)

    # --- what a hook uses ---
    def add(self, name, data, before=None):
        at = len(self.entries) if before is None else self.index(before)
        self.entries.insert(at, [name, data])

    def index(self, name):
        return [e[0] for e in self.entries].index(name)

    def get(self, name):
        return self.entries[self.index(name)][1]

    def put(self, name, data):
        self.entries[self.index(name)][1] = data

    def edit(self, name, old, new, count=1):
        old, new = [x.encode() if isinstance(x, str) else x for x in (old, new)]
        data = self.get(name)
        assert old in data, (name, old, data[:400])
        self.put(name, data.replace(old, new, count))

    def drop(self, name):
        del self.entries[self.index(name)]

    def rename(self, old, new):
        self.entries[self.index(old)][0] = new

    def move(self, name, before):
        e = self.entries.pop(self.index(name))
        self.entries.insert(self.index(before), e)

    def under(self, *starts):
        return [e for e in self.entries if e[0].startswith(starts)]

    # --- the stages ---
    def make(self):
        for stage in STAGES:
            getattr(self, "do_" + stage)()
            if stage in self.hooks:
                self.hooks[stage](self)
        return self

    def do_head(self):
        self.add("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")
        self.add("about/VERIFY.txt", "怎样验证\n".encode())
        self.add("about/FORMAT.txt", b"another text than any program's own\n")

    def do_payload(self):
        for stream, bodies in self.records.items():
            lines = []
            for i, body in enumerate(bodies):
                lines.append(('{"_s":"%s"%s}\n' % (salt(self.key, stream, i), "," + body if body else "")).encode())
            part, size, number = [], 0, 0
            for line in lines + [None]:
                if part and (line is None or len(part) == 65536 or size + len(line) > 1 << 26):
                    self.add("data/records/%s/%06d.jsonl" % (stream, number), b"".join(part))
                    part, size, number = [], 0, number + 1
                if line is not None:
                    part.append(line)
                    size += len(line)
        for n, (data, ext) in enumerate(self.attached, 1):
            self.add("data/files/%06d/%09d%s" % (n // 1000, n, ext), data)
        for name, data in self.views:
            self.add(name, data)

    def do_encrypt(self):
        self.plain = [list(e) for e in self.under("data/records/")]
        if not self.readers:
            return
        parts = []
        for name, data in self.entries:
            if not name.startswith("data/"):
                parts.append([name, data])
                continue
            z = member(data)
            for k in range(0, len(z), PART):
                parts.append(["%s.gz.%04d.cms" % (name, k // PART + 1), self.keys.encrypt(self.readers, z[k:k + PART])])
        self.entries = parts

    def sums(self, alg, entries, cut=0):
        return "".join("%s  %s\n" % (digest(alg, data), name[cut:]) for name, data in entries).encode()

    def do_manifests(self):
        made = [("manifest-%s.txt" % a, self.sums(a, self.under("data/"))) for a in self.algs]
        for name, data in made:
            self.add(name, data)

    def segment(self, name, data):
        lines = data.split(b"\n")[:-1] or [b""]
        return "%s\t%d\t%s\n" % (root([leaf(x) for x in lines]).hex(), len(lines), name)

    def do_segments(self):
        self.n_records = sum(data.count(b"\n") for _, data in self.plain)
        self.add("record-segments.tsv", "".join(self.segment(*e) for e in (self.plain if self.readers else self.under("data/records/"))).encode())

    def do_info(self):
        payload = self.under("data/")
        self.oxum = "%d.%d" % (sum(len(d) for _, d in payload), len(payload))
        lines = [("Source-Organization", "示例集团"), ("External-Identifier", self.name), ("Bagging-Date", self.day), ("Payload-Oxum", self.oxum), ("Bag-Group-Identifier", self.group),
            ("Bag-Count", self.count)] + self.info
        if self.readers:
            lines += [("Encryption", "cms-auth-enveloped aes-256-gcm gzip part=67108864")] + [("Encryption-Recipient", "sha256:" + self.keys.fingerprint(r)) for r in self.readers]
        self.add("bag-info.txt", "".join("%s: %s\n" % x for x in lines).encode())

    def do_tagmanifests(self):
        tags = [e for e in self.entries if not e[0].startswith("data/")]
        for name, data in [("tagmanifest-%s.txt" % a, self.sums(a, tags)) for a in self.algs]:
            self.add(name, data)

    def do_seal(self):
        lines = ["Format: custody/1", "Chain: " + self.chain, "Sequence: %d" % self.sequence]
        lines += ["Previous: %s:%s" % (a, digest(a, self.previous)) for a in self.algs] if self.previous else ["Previous: none"]
        lines += ["Archive: " + self.name, "Sealed-At: " + time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "Covers: " + self.covers, "Payload: " + self.oxum,
            "Records: %d" % self.n_records, "Gaps: %d" % self.gaps]
        lines += ["Tagmanifest: %s:%s" % (a, digest(a, self.get("tagmanifest-%s.txt" % a))) for a in self.algs if any(e[0] == "tagmanifest-%s.txt" % a for e in self.entries)]
        lines += ["Signer: %s %s sha256:%s" % (role, kind, self.keys.fingerprint(who)) for role, kind, who in self.signers]
        self.add("seal/seal.txt", "".join(x + "\n" for x in lines).encode())

    def do_signatures(self):
        seal = self.get("seal/seal.txt") if any(e[0] == "seal/seal.txt" for e in self.entries) else b""
        self.seal = seal
        for role, kind, who in self.signers:
            if kind == "cms":
                self.add("seal/%s.p7s" % role, self.keys.cms(who, seal, **self.cms.get(who, {})))
            elif kind == "sm2":
                self.add("seal/%s.sm2sig" % role, self.keys.sm2(who, seal))
                self.add("seal/%s.crt.pem" % role, self.keys.pem(who).encode())

    def do_lists(self):
        made = sorted((x if isinstance(x, bytes) else self.keys.crl(x), "crl") for x in self.crls)
        for n, (data, kind) in enumerate(made, 1):
            self.add("seal/%02d.%s.pem" % (n, "crt" if b"BEGIN CERT" in data else kind), data)

    def do_sums(self):
        self.add("seal/sha256sums.txt", self.sums("sha256", self.under("seal/"), 5))

    def do_tokens(self):
        for n, tsa in enumerate(self.tsas, 1):
            who, more = tsa if isinstance(tsa, tuple) else (tsa, {})
            self.add("seal/sha256sums.txt%s.tsr" % ("" if n == 1 else ".%d" % n), self.keys.stamp(who, self.get("seal/sha256sums.txt"), **more))

    def do_tar(self):
        mtime = int(time.mktime(time.strptime(self.day + " UTC", "%Y-%m-%d %Z"))) - time.timezone
        self.mtime = mtime
        out = []
        for name, data in self.entries:
            pad = -len(data) % 512
            out += [self.header(self.name + "/" + name, len(data), mtime), data, (self.padding * pad)[:pad]]
        self.tar = b"".join(out) + self.end

    def do_gzip(self):
        self.packed = self.tar if self.cuts == () else squeeze(self.tar, self.cuts or range(0, len(self.tar), 700))

    # --- on disk ---
    def save(self, where, pending=False):
        end = ".tar" if self.cuts == () else ".tar.gz"
        file = os.path.join(where, self.name + end + (".partial" if pending else ""))
        os.makedirs(where, exist_ok=True)
        with open(file, "wb") as f:
            f.write(self.packed)
        beside = os.path.join(where, self.name + ".seal")
        os.makedirs(beside, exist_ok=True)
        for name, data in self.under("seal/"):
            with open(os.path.join(beside, name[5:]), "wb") as f:
                f.write(data)
        return file


def trust(keys, where, chain=CHAIN, roots=("root", "sm2root"), tsas=("stamps", "stamps2"), roles=(("administrator", "admin"), ("compliance-officer", "officer")), more=(),
          required=("administrator", "compliance-officer"), file="trust.conf"):
    """A trust file, as docs/configuration.md describes it."""
    os.makedirs(where, exist_ok=True)
    lines = ["[trust]"] + (["chain = " + chain] if chain else [])
    for key, names in (("roots", roots), ("tsa_roots", tsas)):
        if names:
            with open(os.path.join(where, "%s-%s.pem" % (key, "-".join(names))), "w") as f:
                f.write("".join(keys.pem(n) for n in names))
            lines.append("%s = %s-%s.pem" % (key, key, "-".join(names)))
    lines += ["roles = " + ", ".join(required)] if required else []
    lines += list(more)
    for role, who in roles:
        lines += ["[role %s]" % role] + ["cert = sha256:" + keys.fingerprint(w) for w in ([who] if isinstance(who, str) else who)]
    with open(os.path.join(where, file), "w") as f:
        f.write("\n".join(lines) + "\n")
    return os.path.join(where, file)
