"""strangers_signed.py: sections 5.1 and 6.1: signatures, certificates, lists, tokens and trust.  Rows as in strangers_hostile.py; policy None: no trust given."""
from authorities import openssl
from der import Node, oid
from strangers_hostile import SEAL, SUMS, TSR, P1, P2, add, attribute, cut, drop, edit, replace, tail

SM2 = dict(signers=(("administrator", "cms", "admin"), ("compliance-officer", "sm2", "sm2officer")))
SM2_TRUST = dict(roles=(("administrator", "admin"), ("compliance-officer", "sm2officer")))
SIG, CRT = "seal/compliance-officer.sm2sig", "seal/compliance-officer.crt.pem"
NO_TOKEN = dict(more=("token = optional",))


def cms(who="admin", **how):
    """The administrator's signature, made in another way or by another."""
    return lambda a: a.put(P1, a.keys.cms(who, a.get(SEAL), **how))


def der(name, f):
    """A structure changed in place."""
    def spoil(a):
        n = Node.parse(a.get(name))
        f(n)
        a.put(name, n.der())
    return spoil


def signed(n):
    return n[1][0]


def token(n):
    return n[1][1][0]


def signer(s):
    return s.children[-1][0]


def unsigned(where):
    return lambda n: signer(where(n)).children.append(Node(0xA1, children=[Node(0x30, children=[Node(6, oid("1.2.3.4")), Node(0x31, children=[Node(5, b"")])])]))


def twice(where):
    def f(n):
        s = where(n).find(0xA0)
        s.children.append(s[0])
    return f


def value(where, new):
    def f(n):
        where(n).value = new
    return f


def restamp(who="tsa", data=None, **more):
    return lambda a: a.put(TSR, a.keys.stamp(who, a.get(SUMS) if data is None else data, **more))


def two_signers(a):
    k = a.keys
    a.put(P1, k.cms("admin", a.get(SEAL), more=("-signer", k.have("officer"), "-inkey", k.file("officer.key"))))


def as_pem(name, kind):
    return lambda a: a.put(name, openssl("cms", "-cmsout", "-inform", "DER", "-outform", "PEM", data=a.get(name)) if kind == "cms" else b"x")


def forged_list(a):
    """A list in the name of the issuing authority, signed by another key."""
    k = a.keys
    n = Node.parse(openssl("crl", "-outform", "DER", data=k.crl("sub")))
    n[2].value = n[2].value[:-1] + bytes([n[2].value[-1] ^ 1])
    text = openssl("crl", "-inform", "DER", data=n.der())
    a.entries = [e for e in a.entries if not e[0].endswith(".crl.pem")] + [["seal/01.crl.pem", text]]


def signers(first, second="officer"):
    return dict(signers=(("administrator", "cms", first), ("compliance-officer", "cms", second)))


def roles(first, second="officer", **more):
    return dict(roles=(("administrator", first), ("compliance-officer", second)), **more)


def revoked(keys):
    return (keys.crl("sub", ["revoked"]), "root")


def cases(keys):
    c = []
    put = lambda section, name, verdict, stage, f, settings=None, policy={}: c.append((section, name, verdict, stage, f, settings or {}, policy))
    keep = lambda a: None
    # --- 5.1: cms ---
    for name, verdict, f in (
            ("with embedded content", "I", cms(more=("-nodetach",))), ("without CAdES", "I", cms(cades=False)), ("without signed attributes", "I", cms(cades=False, more=("-noattr",))),
            ("with S/MIME capabilities", "I", lambda a: a.put(P1, openssl("cms", "-sign", "-binary", "-cades", "-md", "sha256", "-signer", a.keys.have("admin"), "-inkey", a.keys.file("admin.key"), "-outform", "DER", data=a.get(SEAL)))),
            ("with an unsigned attribute", "I", der(P1, unsigned(signed))), ("with a certificate twice", "I", der(P1, twice(signed))), ("with the root", "I", cms(chain=["sub", "root"])), ("with a certificate nobody needs", "I", cms(chain=["sub", "subsub"])),
            ("without its intermediate certificate", "Q", cms(chain=[])), ("without certificates", "I", cms(more=("-nocerts",))), ("of two signers", "I", two_signers), ("with CRLs", "I", der(P1, lambda n: signed(n).children.insert(4, Node(0xA1, children=[])))),
            ("in BER", "I", lambda a: a.put(P1, b"\x30\x80" + b"".join(n.der() for n in Node.parse(a.get(P1)).children) + b"\0\0")), ("with an octet behind", "I", tail(P1, b"\0")), ("in PEM", "I", as_pem(P1, "cms")), ("empty", "I", replace(P1, b"")), ("cut", "I", cut(P1)), ("of other text", "I", lambda a: a.put(P1, a.keys.cms("admin", a.get(SEAL) + b"x"))),
            ("of the text with CR LF", "I", lambda a: a.put(P1, a.keys.cms("admin", a.get(SEAL).replace(b"\n", b"\r\n")))), ("with SHA-1", "I", cms(digest="sha1")), ("with SHA-224", "I", cms(digest="sha224")), ("of the other officer", "I", cms("officer")),
            ("with the longest salt", "I", cms(padding="", more=("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:max"))), ("with a salt of 20", "I", cms(padding="", more=("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:20"))),
            ("by key identifier", "I", cms(more=("-keyid",))), ("with a wrong version", "I", der(P1, value(lambda n: signed(n)[0], b"\3"))), ("of the officer copied", "I", lambda a: a.put(P1, a.get(P2))),
            ("missing its bits", "I", der(P1, value(lambda n: signer(signed(n)).children[-1], bytes(384))))):
        put("5.1", "signature " + name, verdict, "signatures", f)
    put("5.1", "signature without its intermediate, that in row 13", "V", "signatures", cms(chain=[]), dict(lists=("sub", "root", keys.pem("sub").encode())))
    put("5.1", "a key of 2048 bits", "I", "head", keep, signers("short"), roles("short"))
    put("5.1", "a key on P-521", "I", "head", keep, signers("wide"), roles("wide"))
    put("5.1", "an ssh signature in seal/", "I", "signatures", add("seal/administrator.sig"))
    put("5.1", "a signature the seal does not name", "I", "signatures", lambda a: a.add("seal/auditor.p7s", a.keys.cms("auditor", a.get(SEAL))))
    # --- 5.1: sm2 ---
    for name, f in (("of another identity", lambda a: a.put(SIG, a.keys.sm2("sm2officer", a.get(SEAL), "distid:someone"))), ("of other text", lambda a: a.put(SIG, a.keys.sm2("sm2officer", b"x"))), ("with an octet behind", tail(SIG, b"\0")), ("empty", replace(SIG, b"")),
            ("without its certificate", drop(CRT)), ("with two certificates", lambda a: a.put(CRT, a.get(CRT) * 2)), ("with text before its certificate", lambda a: a.put(CRT, b"x\n" + a.get(CRT))), ("with text behind its certificate", tail(CRT, "x\n")), ("with another certificate", lambda a: a.put(CRT, a.keys.pem("sm2root").encode())),
            ("with its certificate in DER", lambda a: a.put(CRT, openssl("x509", "-outform", "DER", data=a.get(CRT)))), ("with r and s alone", lambda a: a.put(SIG, b"".join(c.value for c in Node.parse(a.get(SIG)).children))), ("with its certificate in CR LF", lambda a: a.put(CRT, a.get(CRT).replace(b"\n", b"\r\n"))),
            ("with a zero before r", lambda a: a.put(SIG, (lambda n: (setattr(n[0], "value", b"\0\0" + n[0].value), n.der())[1])(Node.parse(a.get(SIG)))))):
        put("5.1", "SM2 signature " + name, "I", "signatures", f, SM2, SM2_TRUST)
    put("5.1", "SM2 certificate before its signature", "I", "signatures", lambda a: a.move(CRT, SIG), SM2, SM2_TRUST)
    put("5.1", "kind sm2 with a key on P-256", "I", "head", keep, dict(signers=(("administrator", "cms", "admin"), ("compliance-officer", "sm2", "auditor"))), roles("admin", "auditor"))
    put("6.1", "SM2 root not trusted", "Q", "head", keep, SM2, dict(SM2_TRUST, roots=("root",)))
    # --- 6.1: certificates at T ---
    early = dict(tsas=(("tsa", dict(days=-3)),))
    put("6.1", "certificate ended before T", "I", "head", keep, signers("expired"), roles("expired"))
    put("6.1", "certificate ended, no token", "Q", "head", keep, dict(tsas=(), **signers("expired")), roles("expired", **NO_TOKEN))
    put("6.1", "certificate not yet valid", "I", "head", keep, signers("future"), roles("future"))
    put("6.1", "certificate not yet valid, no token", "Q", "head", keep, dict(tsas=(), **signers("future")), roles("future", **NO_TOKEN))
    put("6.1", "certificate revoked", "I", "head", keep, dict(lists=revoked(keys), **signers("revoked")), roles("revoked"))
    put("6.1", "certificate revoked, no token", "Q", "head", keep, dict(lists=revoked(keys), tsas=(), **signers("revoked")), roles("revoked", **NO_TOKEN))
    put("6.1", "another certificate revoked", "V", "head", keep, dict(lists=revoked(keys)))
    put("6.1", "certificate ended since, token older", "V", "head", keep, dict(lists=(), **signers("expired"), **early), roles("expired"))
    put("6.1", "the earliest of two tokens counts", "V", "head", keep, dict(lists=(), tsas=("tsa2", ("tsa", dict(days=-3))), **signers("expired")), roles("expired"))
    put("6.1", "the authority's certificate ended since", "Q", "head", keep, dict(lists=(), tsas=(("oldtsa", dict(days=-3)),)))
    put("6.1", "an ended authority and a standing one", "V", "head", keep, dict(lists=(), tsas=(("oldtsa", dict(days=-3)), "tsa2")))
    put("6.1", "token made after the authority's certificate ended", "I", "head", keep, dict(lists=(), tsas=("oldtsa",)))
    put("6.1", "a forged list", "I", "lists", forged_list)
    put("6.1", "a list of a stranger", "V", "head", keep, dict(lists=("sub", "evil")))
    # --- 5.1, 6.1: tokens ---
    for name, verdict, f in (("over other data", "I", restamp(data=b"x")), ("over the seal alone", "I", lambda a: a.put(TSR, a.keys.stamp("tsa", a.get(SEAL)))), ("of an unknown authority", "Q", restamp("eviltsa")), ("without its certificate", "I", restamp(cert=False)), ("empty", "I", replace(TSR, b"")), ("cut", "I", cut(TSR)),
            ("with an octet behind", "I", tail(TSR, b"\0")), ("alone, without the answer around", "I", lambda a: a.put(TSR, Node.parse(a.get(TSR))[1].der())), ("with status granted with changes", "I", der(TSR, value(lambda n: n[0][0], b"\1"))), ("with status refused", "I", der(TSR, value(lambda n: n[0][0], b"\2"))),
            ("with a text in its status", "I", der(TSR, lambda n: n[0].children.append(Node(0x30, children=[Node(0x0C, b"ok")])))), ("with an unsigned attribute", "I", der(TSR, unsigned(token))), ("with a certificate twice", "I", der(TSR, twice(token))), ("with a wrong version", "I", der(TSR, value(lambda n: token(n)[0], b"\1"))),
            ("with another digest named", "I", der(TSR, value(lambda n: token(n)[1][0][0], oid("2.16.840.1.101.3.4.2.3")))), ("over SHA-1", "I", None), ("with a certificate nobody needs", "I", der(TSR, lambda n: token(n).find(0xA0).children.append(Node.parse(openssl("x509", "-in", keys.have("sub"), "-outform", "DER"))))),
            ("whose bits are others", "I", der(TSR, value(lambda n: signer(token(n)).children[-1], bytes(70)))), ("that is a signature", "I", lambda a: a.put(TSR, a.get(P1)))):
        if f:
            put("6.1", "token " + name, verdict, "tokens", f)
    put("6.1", "no token", "Q", "head", keep, dict(tsas=()))
    put("6.1", "a second token of an unknown authority", "Q", "head", keep, dict(tsas=("tsa", "eviltsa")))
    put("6.1", "a first token of an unknown authority", "Q", "head", keep, dict(tsas=("eviltsa", "tsa")))
    put("6.1", "a second token over other data", "I", "tokens", lambda a: a.put("seal/sha256sums.txt.2.tsr", a.keys.stamp("tsa2", b"x")), dict(tsas=("tsa", "tsa2")))
    put("6.1", "token optional, and over other data", "I", "tokens", restamp(data=b"x"), None, NO_TOKEN)
    # --- 6.1: trust ---
    evil = dict(tsas=("eviltsa",), lists=("evil",), **signers("eviladmin", "evilofficer"))
    put("6.1", "everything by strangers", "I", "head", keep, evil)
    put("6.1", "everything by strangers, no trust", "Q", "head", keep, evil, None)
    put("6.1", "everything by strangers, only roots trusted", "Q", "head", keep, evil, dict(roles=(), required=()))
    put("6.1", "one officer by a stranger", "I", "head", keep, signers("admin", "evilofficer"))
    put("6.1", "no trust", "Q", "head", keep, None, None)
    put("6.1", "no trust, a wrong hash", "I", "payload", lambda a: None, dict(hooks={"payload": keep, "manifests": edit("manifest-sha256.txt", "  data/v", "  data/V")}), None)
    put("6.1", "no trust, a signature over other text", "I", "signatures", lambda a: a.put(P1, a.keys.cms("admin", b"x")), None, None)
    put("6.1", "no trust, token over other data", "I", "tokens", restamp(data=b"x"), None, None)
    put("6.1", "no trust, signed with another certificate", "I", "signatures", cms("auditor"), None, None)
    put("6.1", "another chain trusted", "I", "head", keep, None, dict(chain="urn:uuid:11234567-89ab-cdef-0123-456789abcdef"))
    put("6.1", "other certificates for a role", "I", "head", keep, None, roles("auditor"))
    put("6.1", "certificates exchanged between the roles", "I", "head", keep, None, roles("officer", "admin"))
    put("6.1", "a role required that is not there", "I", "head", keep, None, dict(required=("administrator", "auditor"), roles=(("administrator", "admin"), ("compliance-officer", "officer"), ("auditor", "auditor"))))
    put("6.1", "no certificate for a role", "Q", "head", keep, None, dict(roles=(("administrator", "admin"),), required=("administrator",)))
    put("6.1", "a third signer of whom the trust knows nothing", "Q", "head", keep, dict(signers=signers("admin")["signers"] + (("auditor", "cms", "auditor"),)))
    put("6.1", "an officer dropped from the seal", "I", "head", keep, dict(signers=(("administrator", "cms", "admin"),)))
    put("6.1", "no roots", "Q", "head", keep, None, dict(roots=()))
    put("6.1", "no roots for tokens", "Q", "head", keep, None, dict(tsas=()))
    put("6.1", "other roots", "Q", "head", keep, None, dict(roots=("evil",)))
    put("6.1", "the signers' root trusted for tokens only", "Q", "head", keep, None, dict(roots=("stamps",), tsas=("stamps", "root")))
    put("6.1", "lists required and missing", "Q", "head", keep, dict(lists=()), dict(more=("revocation = required",)))
    put("6.1", "one list required and missing", "Q", "head", keep, dict(lists=("sub", "stamps")), dict(more=("revocation = required",)))
    return c
