"""authorities.py: keys, certificates, revocation lists, signatures and time stamps for archives that other programs than ours make, all by the openssl command."""
import hashlib, os, subprocess, time

DISTID = "distid:1234567812345678"


def run(*words, data=None, bad=False):
    done = subprocess.run([str(w) for w in words], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode and not bad:
        raise SystemExit("%s: %s" % (" ".join(str(w) for w in words), done.stderr.decode(errors="replace")))
    return done


def openssl(*words, **more):
    return run("openssl", *words, **more).stdout


CONF = """[req]
distinguished_name = dn
[dn]
[ca]
default_ca = any
[any]
database = {d}/{ca}.index
serial = {d}/{ca}.serial
crlnumber = {d}/{ca}.number
new_certs_dir = {d}
default_md = {md}
policy = policy
default_days = 400
default_crl_days = 30
copy_extensions = none
unique_subject = no
rand_serial = yes
[policy]
O = optional
CN = supplied
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[sub]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature,nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[reads]
basicConstraints = critical,CA:false
keyUsage = critical,keyEncipherment,keyAgreement
subjectKeyIdentifier = hash
[tsa]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[stamp]
signer_digest = {stamp}
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
serial = {d}/{ca}.stamps
"""
KEYS = {"rsa": ("RSA", "rsa_keygen_bits:3072"), "p256": ("EC", "ec_paramgen_curve:P-256"), "p384": ("EC", "ec_paramgen_curve:P-384"), "sm2": ("EC", "ec_paramgen_curve:SM2"),
    "rsa2048": ("RSA", "rsa_keygen_bits:2048"), "p521": ("EC", "ec_paramgen_curve:P-521")}


class Authorities:
    """A directory of authorities; who is not there yet is made when first asked for."""

    # name: key, issuer (None: itself), extensions, from and until in days from today
    PEOPLE = {
        "root": ("p256", None, "root", -9, 900), "sub": ("p256", "root", "sub", -8, 800), "subsub": ("p384", "sub", "sub", -8, 800),
        "admin": ("rsa", "sub", "leaf", -7, 700), "officer": ("p384", "root", "leaf", -7, 700), "auditor": ("p256", "subsub", "leaf", -7, 700),
        "sm2root": ("sm2", None, "root", -9, 900), "sm2officer": ("sm2", "sm2root", "leaf", -7, 700),
        "stamps": ("p256", None, "root", -9, 900), "tsa": ("p256", "stamps", "tsa", -7, 700), "stamps2": ("rsa", None, "root", -9, 900), "tsa2": ("rsa", "stamps2", "tsa", -7, 700), "oldtsa": ("p256", "stamps", "tsa", -7, -2),
        "evil": ("p256", None, "root", -9, 900), "eviladmin": ("p256", "evil", "leaf", -7, 700), "evilofficer": ("p256", "evil", "leaf", -7, 700), "eviltsa": ("p256", "evil", "tsa", -7, 700),
        "expired": ("p256", "sub", "leaf", -7, -2), "future": ("p256", "sub", "leaf", 2, 700), "revoked": ("p256", "sub", "leaf", -7, 700), "notsa": ("p256", "stamps", "leaf", -7, 700),
        "short": ("rsa2048", "sub", "leaf", -7, 700), "wide": ("p521", "sub", "leaf", -7, 700),
        "reader1": ("rsa", None, "reads", -7, 700), "reader2": ("p256", None, "reads", -7, 700), "reader3": ("p384", None, "reads", -7, 700),
    }

    def __init__(self, directory):
        self.d, self.lists, self.kdf = directory, {}, "sha256"
        os.makedirs(directory, exist_ok=True)

    def file(self, name):
        return os.path.join(self.d, name)

    def config(self, ca, md="sha256", stamp="sha256"):
        name = self.file("%s.%s.%s.cnf" % (ca, md, stamp))
        if not os.path.exists(name):
            for end, text in (("index", ""), ("index.attr", "unique_subject = no\n"), ("number", "01\n"), ("stamps", "01\n")):
                if not os.path.exists(self.file(ca + "." + end)):
                    with open(self.file(ca + "." + end), "w") as f:
                        f.write(text)
            with open(name, "w") as f:
                f.write(CONF.format(d=self.d, ca=ca, md=md, stamp=stamp))
        return name

    def have(self, name):
        """The certificate's path; made with its issuer when it is not there."""
        crt, key = self.file(name + ".crt"), self.file(name + ".key")
        if os.path.exists(crt):
            return crt
        kind, issuer, extensions, begin, end = self.PEOPLE[name]
        issuer = issuer or name
        if issuer != name:
            self.have(issuer)
        day = lambda n: time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + n * 86400))
        sm2 = kind == "sm2"
        conf = self.config(issuer, "sm3" if sm2 else "sha256")
        openssl("genpkey", "-algorithm", KEYS[kind][0], "-pkeyopt", KEYS[kind][1], "-out", key)
        dist = ("-sigopt", DISTID) if sm2 else ()
        openssl("req", "-new", "-config", conf, "-key", key, "-subj", "/O=Judges/CN=" + name, "-out", crt + ".csr", *dist, *(("-sm3",) if sm2 else ()))
        if sm2:
            openssl("x509", "-req", "-sm3", "-in", crt + ".csr", "-extfile", conf, "-extensions", extensions, "-days", end, "-out", crt, *dist, "-vfyopt", DISTID,
                *(("-signkey", key) if issuer == name else ("-CA", self.file(issuer + ".crt"), "-CAkey", self.file(issuer + ".key"))))
        else:
            openssl("ca", "-batch", "-notext", "-config", conf, "-extensions", extensions, "-startdate", day(begin), "-enddate", day(end), "-in", crt + ".csr", "-out", crt,
                *(("-selfsign", "-keyfile", key) if issuer == name else ("-cert", self.file(issuer + ".crt"), "-keyfile", self.file(issuer + ".key"))))
        return crt

    def pem(self, name):
        with open(self.have(name)) as f:
            return f.read()

    def issuer(self, name):
        return self.PEOPLE[name][1]

    def above(self, name):
        """Names of the certificates between this one and its root."""
        out, at = [], self.issuer(name)
        while at and self.issuer(at):
            out.append(at)
            at = self.issuer(at)
        return out

    def fingerprint(self, name):
        return hashlib.sha256(openssl("x509", "-in", self.have(name), "-outform", "DER")).hexdigest()

    def cms(self, name, data, padding="pss", digest="sha256", chain=None, more=(), cades=True):
        """A detached CAdES-BES signature in DER with the certificates of CHAIN (absent: up to the root, without it)."""
        words = ["cms", "-sign", "-binary", "-nosmimecap", "-md", digest, "-signer", self.have(name), "-inkey", self.file(name + ".key"), "-outform", "DER"]
        words += ["-cades"] if cades else []
        if self.PEOPLE[name][0].startswith("rsa") and padding == "pss":
            words += ["-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:digest"]
        chain = self.above(name) if chain is None else chain
        if chain:
            bundle = self.file("chain-%s.pem" % "-".join(chain))
            with open(bundle, "w") as f:
                f.write("".join(self.pem(c) for c in chain))
            words += ["-certfile", bundle]
        return openssl(*words, *more, data=data)

    def sm2(self, name, data, distid=DISTID):
        self.have(name)
        return openssl("dgst", "-sm3", "-sign", self.file(name + ".key"), *(["-sigopt", distid] if self.PEOPLE[name][0] == "sm2" else []), data=data)

    def stamp(self, name, data, digest="sha256", signer="sha256", cert=True, days=0):
        crt = self.have(name)
        conf = self.config(self.issuer(name), stamp=signer)
        query = openssl("ts", "-query", "-digest", hashlib.new(digest, data).hexdigest(), "-" + digest, *(["-cert"] if cert else []))
        return run(*(["faketime", "-f", "%+dd" % days] if days else []), "openssl", "ts", "-reply", "-queryfile", "/dev/stdin", "-config", conf, "-section", "stamp", "-signer", crt, "-inkey", self.file(name + ".key"), data=query).stdout

    def crl(self, ca, revoked=()):
        if not revoked and ca in self.lists:
            return self.lists[ca]
        self.have(ca)
        conf = self.config(ca)
        for who in revoked:
            openssl("ca", "-config", conf, "-cert", self.have(ca), "-keyfile", self.file(ca + ".key"), "-revoke", self.have(who), bad=True)
        made = openssl("ca", "-config", conf, "-cert", self.file(ca + ".crt"), "-keyfile", self.file(ca + ".key"), "-gencrl")
        return self.lists.setdefault(ca, made) if not revoked else made

    def encrypt(self, names, data):
        """One part of an encrypted archive; self.kdf None: what the openssl command chooses."""
        words = ["cms", "-encrypt", "-binary", "-aes-256-gcm", "-outform", "DER"]
        for n in names:
            words += ["-recip", self.have(n)]
            if self.PEOPLE[n][0] == "rsa":
                words += ["-keyopt", "rsa_padding_mode:oaep", "-keyopt", "rsa_oaep_md:sha256"]
            elif self.kdf:
                words += ["-keyopt", "ecdh_kdf_md:" + self.kdf]
        return openssl(*words, data=data)
