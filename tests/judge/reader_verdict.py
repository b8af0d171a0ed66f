"""reader_verdict.py: signatures, tokens, trust and the verdict; the other half of reader.py."""
import argparse, calendar, gzip, hashlib, mmap, os, re, shutil, sys, tempfile, time, zlib
from der import Node, oid
import reader_parts
from reader import ALGS, ENCRYPTION, Invalid, check_segment, claims, digest, entries, grammar, need, openssl, parse_info, parse_seal, seal_names, unpack

ATTRIBUTES = [oid(x) for x in ("1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4", "1.2.840.113549.1.9.5", "1.2.840.113549.1.9.16.2.47")]
HASHES = {oid("2.16.840.1.101.3.4.2.1"): "sha256", oid("2.16.840.1.101.3.4.2.2"): "sha384", oid("2.16.840.1.101.3.4.2.3"): "sha512"}
DATA, TST = oid("1.2.840.113549.1.7.1"), oid("1.2.840.113549.1.9.16.1.4")
RSA, PSS = oid("1.2.840.113549.1.1.1"), oid("1.2.840.113549.1.1.10")
OUTSIDE = "expired|not yet valid|revoked"


class Trust:
    def __init__(self, file):
        self.top, self.roles, section = {}, {}, None
        for x in open(file, encoding="utf-8") if file else []:
            x = re.sub(r"(^|\s);.*", "", x).strip()
            if x.startswith("["):
                section = x.strip("[]").split()
                if section[0] == "role":
                    self.roles[section[1]] = []
            elif "=" in x:
                k, v = [y.strip() for y in x.split("=", 1)]
                if section[0] == "role" and k == "cert":
                    self.roles[section[1]].append(v.split()[:1] + [dict(y.split("=") for y in v.split()[1:])])
                elif section == ["trust"]:
                    self.top[k] = v
        self.base = os.path.dirname(os.path.abspath(file)) if file else ""
        self.given = bool(file)

    def file(self, key):
        return os.path.join(self.base, self.top[key]) if key in self.top else None

    def names(self, role, fingerprint, sequence):
        """Does it name this certificate for the role?  None: it says nothing of the role."""
        if not self.roles.get(role):
            return None
        for name, limits in self.roles[role]:
            if name.startswith("file:"):
                name = "sha256:" + hashlib.sha256(openssl("x509", "-in", os.path.join(self.base, name[5:]), "-outform", "DER").stdout).hexdigest()
            if name == "sha256:" + fingerprint and int(limits.get("from", 1)) <= sequence <= int(limits.get("to", sequence)):
                return True
        return False


class Judge:
    def __init__(self, args):
        self.args, self.trust, self.unsure = args, Trust(args.trust), []
        self.d = tempfile.mkdtemp()

    def temp(self, name, data):
        name = os.path.join(self.d, name)
        with open(name, "wb") as f:
            f.write(data)
        return name

    # --- certificates ---
    def led(self, cert, others, at, roots, purpose, lists, proven, who):
        """Does it lead to a root at this time?"""
        if not roots:
            self.unsure.append(who + ": no roots given")
            return False
        words = ["verify", "-no-CApath", "-no-CAstore", "-CAfile", roots, "-attime", at, "-purpose", purpose]
        words += ["-untrusted", self.temp("others", others)] if others else []
        words += ["-vfyopt", "distid:1234567812345678"] if b"SM2" in openssl("x509", "-noout", "-text", data=cert).stdout else []
        for check in ([["-crl_check", "-CRLfile", self.temp("lists", lists)]] if lists else []) + [[]]:
            done = openssl(*words, *check, self.temp("cert", cert))
            text = (done.stdout + done.stderr).decode(errors="replace")
            if not (check and re.search("unable to get certificate CRL|CRL is not yet valid|CRL has expired", text)):
                break
        if done.returncode == 0:
            if not check and self.trust.top.get("revocation") == "required":
                self.unsure.append(who + ": revocation data missing")
            return True
        if re.search(OUTSIDE, text) and not proven:
            self.unsure.append(who + ": not valid now, and no token says when")
        elif re.search(OUTSIDE + "|signature failure|purpose", text):
            raise Invalid(who + ": " + "; ".join(re.findall("error .*", text)))
        else:
            self.unsure.append(who + ": " + text.strip().split("\n")[-1])
        return False

    def key_is_good(self, pem, who, least):
        text = openssl("x509", "-noout", "-text", data=pem).stdout.decode()
        rsa = re.search(r"rsaEncryption\n.*?Public-Key: \((\d+) bit\)", text, re.S)
        need(int(rsa.group(1)) >= least if rsa else re.search("NIST CURVE: P-(256|384)\n", text), who + ": key")

    # --- 5.1: the strict structure ---
    def structure(self, der, kind, who):
        """Of a SignedData: certificates (DER), the signer's first, the digest's name and the content."""
        try:
            info = Node.parse(der)
            need(info.der() == der, who + ": not DER")
            s = info[1][0]
            version, algs, content, certs, signers = s.children
            need(version.value == (b"\1" if kind == DATA else b"\3"), who + ": version")
            need(content[0].value == kind and len(content.children) == (1 if kind == DATA else 2), who + ": content")
            need(certs.tag == 0xA0 and len(signers.children) == 1, who + ": certificates, signers")
            one = signers[0]
            need([c.tag for c in one.children] == [2, 0x30, 0x30, 0xA0, 0x30, 4] and one[0].value == b"\1", who + ": signer's members")
            alg = HASHES.get(one[2][0].value)
            need(alg and len(algs.children) == 1 and algs[0].der() == one[2].der(), who + ": digest")
            types = [a[0].value for a in one[3].children]
            need(len(set(types)) == len(types) and all(len(a[1].children) == 1 for a in one[3].children), who + ": attributes")
            if kind == DATA:
                need(sorted(types) == sorted(ATTRIBUTES), who + ": not the four attributes")
            all_ = [c.der() for c in certs.children]
            need(len(set(all_)) == len(all_), who + ": a certificate twice")
            names = {}
            for c in certs.children:
                fields = [f for f in c[0].children if f.tag != 0xA0]
                names[c.der()] = (fields[2].der(), fields[4].der(), fields[0].der())
            mine = [c for c, n in names.items() if n[0] + n[2] == b"".join(x.der() for x in one[1].children)]
            need(len(mine) == 1, who + ": the signer's certificate")
            need(all(i != s_ for i, s_, _ in names.values()), who + ": a root among the certificates")
            chain, at = [mine[0]], mine[0]
            while True:
                up = [c for c, n in names.items() if n[1] == names[at][0] and c not in chain]
                if not up:
                    break
                chain.append(up[0])
                at = up[0]
            need(len(chain) == len(all_), who + ": a certificate nobody needs")
            ess = next(a for a in one[3].children if a[0].value == ATTRIBUTES[3])[1][0][0][0]
            named = HASHES[ess[0][0].value] if ess[0].tag == 0x30 and ess[0][0].tag == 6 else "sha256"
            need(digest(named, mine[0]) == ess.find(4).value.hex(), who + ": signingCertificateV2")
            if one[4][0].value == PSS:
                salt = [p[0].value for p in one[4][1].children if p.tag == 0xA2]
                need(salt == [bytes([hashlib.new(alg).digest_size])], who + ": salt")
            return chain, alg, content
        except (ValueError, IndexError, StopIteration, AttributeError, KeyError, TypeError) as e:
            raise Invalid("%s: not the structure (%s)" % (who, e))

    def pem(self, ders):
        return b"".join(openssl("x509", "-inform", "DER", data=c).stdout for c in ders)

    # --- 6.1 step 5 ---
    def token(self, name, data, sums, lists):
        """Its time, when it verifies under a root that is trusted."""
        try:
            answer = Node.parse(data)
            need(answer.der() == data and answer[0].der() == b"\x30\x03\x02\x01\x00" and len(answer.children) == 2, name + ": answer")
        except (ValueError, IndexError, TypeError) as e:
            raise Invalid("%s: not the structure (%s)" % (name, e))
        chain, _, content = self.structure(answer[1].der(), TST, name)
        info = Node.parse(content[1][0].value)
        alg = HASHES.get(info[2][0][0].value)
        need(alg and hashlib.new(alg, sums).digest() == info[2][1].value, name + ": over other data")
        done = openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", self.temp("tsr", answer[1].der()), "-out", os.devnull)
        need(done.returncode == 0, name + ": signature")
        at = calendar.timegm(time.strptime(info.find(0x18).value[:14].decode(), "%Y%m%d%H%M%S"))
        if not self.led(self.pem(chain[:1]), self.pem(chain[1:]), at, self.trust.file("tsa_roots"), "timestampsign", lists, True, name):
            return None
        ended = openssl("x509", "-noout", "-checkend", "0", "-in", self.temp("end", self.pem(chain[:1]))).returncode
        return at, bool(ended)

    # --- the whole ---
    def tar(self, tar, members):
        a = self.args
        found, base, mtime = entries(tar)
        names = [n for n, _, _ in found]
        place = {n: (at, size) for n, at, size in found}
        get = lambda n: bytes(tar[place[n][0]:place[n][0] + place[n][1]])
        for n in ("seal/seal.txt", "bag-info.txt", "record-segments.tsv", "bagit.txt", "seal/sha256sums.txt"):
            need(n in place, n + " is missing")
        need(all(re.match(r"(tag)?manifest-(%s)\.txt\Z" % "|".join(ALGS), n) for n in names if re.match("(tag)?manifest-", n)), "a manifest that has no place")
        seal = parse_seal(get("seal/seal.txt"), self.unsure)
        if seal is None:
            return
        strange = [kind for _, kind, _ in seal["signers"] if kind not in ("cms", "sm2")]
        if strange:
            self.unsure.append("kind of signature " + strange[0])
            return
        algs = [x for x, _ in seal["tags"]]
        plain, encrypted = grammar(names, algs)
        beyond = [n for n in names[names.index("seal/seal.txt") + 1:]]
        need(all(n.startswith("seal/") for n in beyond), "a file after the seal")
        signatures, pems, tokens = seal_names(seal, [n[5:] for n in beyond])
        # manifests
        need(get("bagit.txt") == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bagit.txt")
        for n in ("about/VERIFY.txt", "about/FORMAT.txt"):
            try:
                get(n).decode("utf-8")
            except UnicodeDecodeError:
                raise Invalid(n + " is not UTF-8")
        view = memoryview(tar)
        lines = lambda alg, some, cut=0: "".join("%s  %s\n" % (hashlib.new(alg, view[place[n][0]:place[n][0] + place[n][1]]).hexdigest(), n[cut:]) for n in some).encode()
        payload = [n for n in names if n.startswith("data/")]
        tags = [n for n in names if not n.startswith(("data/", "seal/", "tagmanifest-"))]
        for alg, want in seal["tags"]:
            need(get("manifest-%s.txt" % alg) == lines(alg, payload), "manifest-%s.txt" % alg)
            need(get("tagmanifest-%s.txt" % alg) == lines(alg, tags), "tagmanifest-%s.txt" % alg)
            need(digest(alg, get("tagmanifest-%s.txt" % alg)) == want, "Tagmanifest")
        need(get("seal/sha256sums.txt") == lines("sha256", ["seal/seal.txt"] + ["seal/" + n for n in signatures + pems], 5), "sha256sums.txt")
        view.release()
        # bag-info and seal against what is there
        info = parse_info(get("bag-info.txt"))
        oxum = "%d.%d" % (sum(place[n][1] for n in payload), len(payload))
        need(info["External-Identifier"] == base == seal["archive"], "archive's name")
        m = re.match(r"([a-z0-9][a-z0-9-]{0,15})-(\d{8}|[1-9]\d{8,})\Z", base)
        need(m and int(m.group(2)) == seal["sequence"], "archive's name and sequence")
        need(info["Bagging-Date"] == time.strftime("%Y-%m-%d", time.gmtime(mtime)) and mtime % 86400 == 0, "Bagging-Date")
        need(info["Payload-Oxum"] == seal["oxum"] == oxum, "Payload-Oxum")
        need(encrypted == ("Encryption" in info) and (encrypted or not info["recipients"]), "Encryption")
        if encrypted:
            need(len(info["recipients"]) >= 2 and len(set(info["recipients"])) == len(info["recipients"]) and all(re.match("sha256:[0-9a-f]{64}\\Z", r) for r in info["recipients"]), "recipients")
            if info["Encryption"] != ENCRYPTION:
                self.unsure.append("a kind of encryption")
                return
        # segments
        listed, counted, salts = [], 0, set() if a.made else None
        told, there = {}, {}
        for path, parts in plain:
            if encrypted:
                reader_parts.check([get(p) for p in parts])
            if not path.startswith("data/records/"):
                if encrypted and a.key:
                    there[path] = digest("sha256", self.opened([get(p) for p in parts]))
                continue
            if encrypted and not a.key:
                listed.append((None, None, path))
                continue
            data = self.opened([get(p) for p in parts]) if encrypted else get(path)
            h, n = check_segment(data, salts)
            listed.append((h, n, path))
            if encrypted:
                told.update(c for x in data[:-1].split(b"\n") for c in claims(x))
        need(all(there.get(p) == h for p, h in told.items()), "an attachment is not what its record says")
        rows = get("record-segments.tsv").decode("ascii", "replace")
        got = re.findall(r"([0-9a-f]{64})\t([1-9]\d*)\t(\S+)\n", rows)
        need("".join("%s\t%s\t%s\n" % r for r in got) == rows and len(got) == len(listed), "record-segments.tsv")
        for (h, n, p), (wh, wn, wp) in zip(listed, got):
            need(p == wp and (h is None or (h == wh and n == int(wn))), "record-segments.tsv: " + wp)
            counted += int(wn)
        need(counted == seal["records"], "Records")
        # signatures and tokens
        lists, certs = b"", b""
        for n in pems:
            text = get("seal/" + n)
            kind = "X509 CRL" if n.endswith("crl.pem") else "CERTIFICATE"
            need(re.match(rb"-----BEGIN %s-----\n[A-Za-z0-9+/=\n]+-----END %s-----\n\Z" % (kind.encode(), kind.encode()), text), n)
            need(openssl("crl" if "CRL" in kind else "x509", "-noout", data=text).returncode == 0, n)
            lists, certs = (lists + text, certs) if "CRL" in kind else (lists, certs + text)
        sums, times = get("seal/sha256sums.txt"), []
        for n in tokens:
            t = self.token(n, get("seal/" + n), sums, lists)
            times += [t] if t else []
        standing = [t for t, ended in times if not ended]
        if times and not standing:
            self.unsure.append("every authority's certificate has ended: a renewal archive must vouch")
        proven = bool(times)
        at = min(t for t, _ in times) if times else int(time.time())
        if not tokens and self.trust.top.get("token", "required") == "required":
            self.unsure.append("token missing")
        for role, kind, want in seal["signers"]:
            self.signature(role, kind, want, get, seal, at, proven, lists, certs)
        # trust
        t = self.trust
        if not t.given:
            self.unsure.append("no trust given")
        need(t.top.get("chain", seal["chain"]) == seal["chain"], "another chain than the trust names")
        for role in filter(None, re.split(r"[,\s]+", t.top.get("roles", ""))):
            need(role in [r for r, _, _ in seal["signers"]], "a required role is missing: " + role)
        if a.made:
            from reader_made import check
            check(found, members, get, encrypted, base, plain)

    def signature(self, role, kind, want, get, seal, at, proven, lists, certs):
        text = get("seal/seal.txt")
        if kind == "cms":
            data = get("seal/%s.p7s" % role)
            chain, alg, _ = self.structure(data, DATA, role)
            done = openssl("cms", "-verify", "-noverify", "-binary", "-inform", "DER", "-in", self.temp("p7s", data), "-content", self.temp("seal", text), "-out", os.devnull)
            need(done.returncode == 0, role + ": the signature does not hold")
            cert, others = self.pem(chain[:1]), self.pem(chain[1:]) + certs
            der = chain[0]
            self.key_is_good(cert, role, 3072)
        else:
            cert, others = get("seal/%s.crt.pem" % role), certs
            need(re.match(rb"-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n\Z", cert), role + ": certificate")
            der = openssl("x509", "-outform", "DER", data=cert).stdout
            need(b"SM2" in openssl("x509", "-noout", "-text", data=cert).stdout, role + ": no SM2 key")
            signed = get("seal/%s.sm2sig" % role)
            try:
                need(Node.parse(signed).der() == signed and [c.tag for c in Node.parse(signed).children] == [2, 2] and all(not (c.value[0] == 0 and c.value[1] < 128) for c in Node.parse(signed).children), role + ": not DER")
            except (ValueError, IndexError, TypeError):
                raise Invalid(role + ": not DER")
            done = openssl("dgst", "-sm3", "-verify", self.temp("pub", openssl("x509", "-pubkey", "-noout", data=cert).stdout), "-sigopt", "distid:1234567812345678", "-signature", self.temp("sig", signed), self.temp("seal", text))
            need(done.returncode == 0, role + ": the signature does not hold")
        need(hashlib.sha256(der).hexdigest() == want, role + ": another certificate than its Signer line")
        named = self.trust.names(role, want, seal["sequence"])
        need(named is not False, role + ": the trust names other certificates")
        if named is None:
            self.unsure.append(role + ": the trust says nothing of this role")
        self.led(cert, others, at, self.trust.file("roots"), "any", lists, proven, role)

    def opened(self, parts):
        out = b""
        for p in parts:
            done = openssl("cms", "-decrypt", "-binary", "-inform", "DER", "-in", self.temp("part", p), "-recip", self.args.cert, "-inkey", self.args.key)
            need(done.returncode == 0, "a part cannot be opened")
            out += done.stdout
        try:
            return gzip.decompress(out)
        except (OSError, EOFError, zlib.error) as e:
            raise Invalid("an encrypted file is no gzip stream: %s" % e)


def judge(args):
    j = Judge(args)
    try:
        with open(args.archive, "rb") as f, tempfile.TemporaryFile() as t:
            need(os.fstat(f.fileno()).st_size > 0, "empty")
            packed = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
            members = unpack(packed, t)
            t.flush()
            tar = mmap.mmap(t.fileno(), 0, access=mmap.ACCESS_READ)
            j.tar(tar, members)
    except Invalid as e:
        return 7, "INVALID: %s" % e
    finally:
        shutil.rmtree(j.d, ignore_errors=True)
    return (8, "INDETERMINATE: " + "; ".join(j.unsure)) if j.unsure else (0, "VALID")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--trust")
    p.add_argument("--key")
    p.add_argument("--cert")
    p.add_argument("--made", action="store_true")
    p.add_argument("archive")
    status, text = judge(p.parse_args())
    print(text)
    sys.exit(status)
