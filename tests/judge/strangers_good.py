"""strangers_good.py: what the format's description allows and our own writer never does.  name: (settings of writer.Archive, settings of writer.trust)."""
SIGNERS = (("administrator", "cms", "admin"), ("compliance-officer", "cms", "officer"))
ONE = dict(signers=SIGNERS[:1])
ONE_TRUST = dict(required=("administrator",))
AUDITOR = dict(signers=(("auditor", "cms", "auditor"),))
AUDITOR_TRUST = dict(required=("auditor",), roles=(("auditor", "auditor"),))


def line(body):
    return dict(records={"messages": [body]})


def many(n, width=1):
    return dict(records={"messages": ['"n":%d,"t":"%s"' % (i, "x" * width) for i in range(n)]})


def at(stage, f):
    return dict(hooks={stage: f})


def interleaved(a):
    """Rows 4 to 6 in any order, as long as the numbers of each stream and of the files count up."""
    a.move("data/views/messages.csv", "data/records/messages/000000.jsonl")
    a.move("data/files/000000/000000001.txt", "data/records/users/000000.jsonl")


def crt_lists(keys):
    return ("sub", "root", keys.pem("sub").encode())


def good(keys):
    hundred = "data/views/" + "p" * (100 - len("judge-00000001/data/views/"))
    c = {
        "plain": ({}, {}),
        "a plain tar": (dict(cuts=()), {}),
        "one member": (dict(cuts=[1 << 40]), {}),
        "members of one byte": (dict(cuts=range(1, 1 << 16)), {}),
        "members of 511 bytes": (dict(cuts=range(0, 1 << 20, 511)), {}),
        "members cut in headers and lines": (dict(cuts=[1, 99, 511, 512, 513, 1024, 5000, 5001, 6000]), {}),
        "stored members": (at("gzip", lambda a: setattr(a, "packed", b"".join(__import__("writer").member(a.tar[i:i + 3000], 0) for i in range(0, len(a.tar), 3000)))), {}),
        "SHA-512 beside": (dict(algs=("sha256", "sha512")), {}),
        "SM3 beside": (dict(algs=("sha256", "sm3")), {}),
        "SHA-512 and SM3 beside": (dict(algs=("sha256", "sha512", "sm3")), {}),
        "signed with SM2": (dict(signers=(SIGNERS[0], ("compliance-officer", "sm2", "sm2officer"))), dict(roles=(("administrator", "admin"), ("compliance-officer", "sm2officer")))),
        "SM2 alone, SM3 beside": (dict(algs=("sha256", "sm3"), signers=(("administrator", "sm2", "sm2officer"),)), dict(roles=(("administrator", "sm2officer"),), **ONE_TRUST)),
        "heartbeat": (dict(records={}, files=(), views=(("data/report/completeness.json", b"{}"),)), {}),
        "heartbeat of one empty file": (dict(records={}, files=(), views=(("data/report/none", b""),)), {}),
        "2,049 records": (many(2049), {}),
        "1,025 records in one member": (dict(cuts=[1 << 40], **many(1025)), {}),
        "two segments": (dict(cuts=range(0, 1 << 30, 300000), **many(65537)), {}),
        "two authorities": (dict(tsas=("tsa", "tsa2")), {}),
        "nine authorities": (dict(tsas=("tsa", "tsa2") * 4 + ("tsa",)), {}),
        "token over SHA-512": (dict(tsas=(("tsa", dict(digest="sha512")),)), {}),
        "token over SHA-384, signed with SHA-512": (dict(tsas=(("tsa2", dict(digest="sha384", signer="sha512")),)), {}),
        "no lists": (dict(lists=()), {}),
        "lists required and there": (dict(lists=("sub", "root", "stamps")), dict(more=("revocation = required",))),
        "one list": (dict(lists=("sub",)), {}),
        "lists and certificates": (dict(lists=crt_lists(keys)), {}),
        "RSA PKCS#1 v1.5": (dict(cms={"admin": dict(padding="pkcs1")}), {}),
        "PSS with SHA-384": (dict(cms={"admin": dict(digest="sha384")}), {}),
        "PSS with SHA-512": (dict(cms={"admin": dict(digest="sha512")}), {}),
        "ECDSA with SHA-512": (dict(cms={"officer": dict(digest="sha512")}), {}),
        "signer below two intermediates": (AUDITOR, AUDITOR_TRUST),
        "one signer": (ONE, ONE_TRUST),
        "three signers": (dict(signers=SIGNERS + (("auditor", "cms", "auditor"),)), dict(roles=(("administrator", "admin"), ("compliance-officer", "officer"), ("auditor", "auditor")))),
        "role of one letter": (dict(signers=(("a", "cms", "admin"),)), dict(required=("a",), roles=(("a", "admin"),))),
        "role of 32 characters": (dict(signers=(("a" * 29 + "-09", "cms", "admin"),)), dict(required=(), roles=(("a" * 29 + "-09", "admin"),))),
        "several certificates for a role": ({}, dict(roles=(("administrator", ("expired", "admin")), ("compliance-officer", ("officer", "short"))))),
        "no chain in the trust": ({}, dict(chain=None)),
        "no roles required": ({}, dict(required=())),
        "token not required and not there": (dict(tsas=()), dict(more=("token = optional",))),
        "label of one digit": (dict(label="0"), {}),
        "label of 16 characters": (dict(label="9a-b-c-d-e-f-g-h"), {}),
        "sequence 100,000,000": (dict(sequence=100000000, previous=b"any"), {}),
        "sequence of eleven digits": (dict(sequence=12345678901, previous=b"any"), {}),
        "all labels of bag-info": (dict(info=(("External-Description", "说明: a: b"), ("Software", "another 1.0"))), {}),
        "Software alone": (dict(info=(("Software", "another 1.0"),)), {}),
        "volume 3 of ?": (dict(sequence=3, previous=b"x", count="3 of ?"), {}),
        "volume 1 of ?": (dict(count="1 of ?"), {}),
        "volume 7 of 7": (dict(sequence=7, previous=b"x", count="7 of 7"), {}),
        "volume 1 of 2": (dict(count="1 of 2"), {}),
        "rows 4 to 6 interleaved": (at("payload", interleaved), {}),
        "many streams": (dict(records={"a": [""], "z9-": ["", ""], "a-b-c": ['"x":1']}), {}),
        "1,001 files": (dict(files=[(b"%d" % i, (".txt", "", ".a1b2c3d4")[i % 3]) for i in range(1001)]), {}),
        "deep and mixed names": (dict(views=(("data/views/A/b.C_d/E-f.x..y", b"1"), ("data/report/_", b""), ("data/views/conx/aux1.txt", b"2"))), {}),
        "path of 100 bytes": (dict(views=((hundred, b"1"),)), {}),
        "sizes around a block": (dict(files=[(b"x" * n, "") for n in (511, 512, 513, 1023, 1024, 1025)]), {}),
        "a record without members": (line(""), {}),
        "blanks between tokens": (line(' "a" : [ 1 , 2 ] \t, "b":{ }'), {}),
        "numbers of any size": (line('"a":[1e999,-0,0.1e-5,123456789012345678901234567890123456789012345678901234567890,-1E+2]'), {}),
        "escapes": (line(r'"a":"\u4f60\ud83d\ude00\"\\\/\b\f\n\r\t\u0000"'), {}),
        "any character": (line('"a":"é\u2028\x7f\U0001f600"'), {}),
        "raw as received": (line(r'"raw":{"a":1,"a":2,"b":"\ud800","_s":3,"c":[{"x":1,"x":1}]},"after":1'), {}),
        "the same name in two objects": (line('"a":{"x":1},"b":{"x":1,"y":{"x":2}}'), {}),
        "nested 100 deep": (line('"a":' + "[" * 100 + "]" * 100), {}),
        "true, false, null": (line('"a":[true,false,null,"",{},[]]'), {}),
        "a line of 16 MiB": (line('"a":"%s"' % ("x" * ((16 << 20) - 40))), {}),
        "gaps": (dict(gaps=7), {}),
        "covers nothing": (dict(covers="2026-01-01T00:00:00Z/2026-01-01T00:00:00Z"), {}),
        "another day": (dict(day="1999-12-31"), {}),
        "a leap day": (dict(day="2024-02-29"), {}),
        "no organisation's name": (at("info", lambda a: a.edit("bag-info.txt", "示例集团", "x")), {}),
        "lists and certificates, each numbered": (at("lists", lambda a: [a.add("seal/01.crt.pem", a.keys.pem("sub").encode(), "seal/02.crl.pem")]), {}),
        "names that begin alike": (dict(views=(("data/views/a", b""), ("data/views/a.b", b""), ("data/views/a-b/c", b""), ("data/views/ab/c", b""))), {}),
        "encrypted": (dict(readers=("reader1", "reader2")), {}),
        "encrypted, KDF with SHA-384": (dict(readers=("reader2", "reader3"), **at("head", lambda a: setattr(a.keys, "kdf", "sha384"))), {}),
        "encrypted, KDF as openssl chooses": (dict(readers=("reader1", "reader2"), **at("head", lambda a: setattr(a.keys, "kdf", None))), {}),
        "encrypted for three": (dict(readers=("reader1", "reader2", "reader3"), algs=("sha256", "sha512")), {}),
    }
    return c
