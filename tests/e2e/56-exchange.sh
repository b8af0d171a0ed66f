#!/usr/bin/env bash
# What goes to other programs and people, as these read it: mail by python's email, the load file by its own two separators, EDRM XML and all records of a person by their schemas. Judged against the archive's records, as jq and python's json read them.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
sim_start "$WORK/t" --scale small --seed 33 || { finish; exit; }
sed -i "s/^\[tenant acme\]/[tenant acme]\nviews = csv/" t/custody.conf
expect 0 "export" "$CUSTODY" -c t/custody.conf -q export acme
sim_stop
A=t/store/acme-00000001.tar.gz T=(--trust t/trust.conf)
expect 0 "render" "$CUSTODY" -q render $A "${T[@]}" --format eml,dat,edrm,person,person-json -o all
mkdir x && tar -xzf $A -C x --strip-components=1
expect 2 "an export does not take them: attachments come last" "$CUSTODY" -c <(sed 's/^views = .*/views = eml/' t/custody.conf) -q export acme
cat >judge.py <<'P'
import csv, email, email.policy, glob, hashlib, json, os, re, sys
from collections import Counter
import xml.etree.ElementTree as ET

what, A = sys.argv[1], "x/data/records"
def records(stream):
    for path in sorted(glob.glob(f"{A}/{stream}/*.jsonl")):
        for line in open(path, "rb"):
            yield line, json.loads(line)
messages = [(l, r) for l, r in records("messages") if r["kind"] in ("message", "unknown")]
name = lambda r: r["id"] + ("@" + str(r["version"]) if r.get("version") not in (None, "") else "")
attachments = Counter(r["n"]["sha256"] for _, r in records("files") if r["n"].get("of_stream", "messages") == "messages" and r["n"].get("path") and r["n"].get("of_id") in {m["id"] for _, m in messages})
sha = lambda b: hashlib.sha256(b).hexdigest()
def same(title, a, b):
    if a != b:
        a, b = Counter(a), Counter(b)
        sys.exit(f"{title}: {len(a)} and {len(b)}; only here {list((a - b).items())[:3]}, only there {list((b - a).items())[:3]}")
    print(f"{title}: {len(a)}")

def unescape_ids(text):
    out, cur, i = [], "", 0
    while i < len(text):
        if text[i] == "\\" and text[i + 1] == "x": cur += chr(int(text[i + 2:i + 4], 16)); i += 3
        elif text[i] == "\\": cur += text[i + 1]; i += 1
        elif text[i] == ";": out.append(cur.encode("latin-1").decode()); cur = ""
        else: cur += text[i]
        i += 1
    return out + [cur.encode("latin-1").decode()] if cur else out

if what == "mail":
    lines, files, threads, when = [], Counter(), {}, {}
    for path in glob.glob("all/data/views/mail/*/*.eml"):
        raw = open(path, "rb").read()
        assert b"\0" not in raw and max(map(len, raw.split(b"\n"))) <= 999, path
        m = email.message_from_bytes(raw, policy=email.policy.default)
        assert not m.defects and m["Message-ID"] and m["From"] and m["Date"].datetime.utcoffset() is not None, (path, m.defects)
        assert m["X-Custody-Day"] == os.path.basename(path)[:-4] == m["Date"].datetime.date().isoformat(), path
        threads.setdefault(os.path.dirname(path), set()).add(m["References"])
        own, text = None, None
        for part in m.walk():
            assert not part.defects, (path, part.defects)
            if part.is_multipart(): continue
            if part.get_filename() == "records.jsonl" and own is None: own = part.get_content().encode() if isinstance(part.get_content(), str) else part.get_content()
            elif part.get_content_disposition() == "attachment": files[sha(part.get_payload(decode=True))] += 1
            elif text is None: text = part.get_content()
        own = own.splitlines(keepends=True)
        assert len(own) == int(m["X-Custody-Messages"]) and text, path
        first = json.loads(own[0])
        lines += own
    assert all(len(t) == 1 for t in threads.values()) and len({next(iter(t)) for t in threads.values()}) == len(threads)
    same("records, byte for byte", sorted(l.replace(b"\r\n", b"\n") for l in lines), sorted(l for l, _ in messages))
    same("attachments by hash", set(files), set(attachments))
elif what == "dat":
    raw = open("all/data/views/load/load.dat", encoding="utf-8-sig", newline="").read()
    rows = [[f[1:-1] for f in line.split("\x14")] for line in raw.replace("\r\n", "\n").rstrip("\n").split("\n")]
    head = rows[0]; rows = [dict(zip(head, r, strict=True)) for r in rows[1:]]
    ids = [r["DOCID"] for r in rows]
    assert len(set(ids)) == len(ids) and ids == sorted(ids) and all("\xfe" not in v for r in rows for v in r.values())
    at = {r["DOCID"]: r for r in rows}
    seen, files = [], Counter()
    for r in rows:
        assert r["BEGATTACH"] <= r["DOCID"] <= r["ENDATTACH"], r
        if r["DOCTYPE"] == "CHAT":
            own = unescape_ids(r["RECORDIDS"]); seen += own
            assert len(own) == int(r["MESSAGES"]) and re.fullmatch(r"\d{8}", r["DATESENT"]) and re.fullmatch(r"\d\d:\d\d:\d\d", r["TIMESENT"]), r
        else:
            assert at[r["PARENTID"]]["DOCTYPE"] == "CHAT" and r["BEGATTACH"] == r["PARENTID"], r
        for key in ("NATIVELINK", "TEXTLINK"):
            if r[key]:
                body = open("all/data/views/load/" + r[key].replace("\\", "/"), "rb").read()
                if key == "NATIVELINK":
                    assert sha(body) == r["SHA256HASH"] and len(body) == int(r["FILESIZE"]), r
                    if r["DOCTYPE"] != "CHAT": files[r["SHA256HASH"]] += 1
                else: body.decode("utf-8-sig")
        assert r["NATIVELINK"] or r["MISSING"], r
    same("record ids", sorted(seen), sorted(name(r) for _, r in messages))
    same("attachments by hash", set(files), set(attachments))
    links = {r[k].replace("\\", "/") for r in rows for k in ("NATIVELINK", "TEXTLINK") if r[k]}
    there = {os.path.relpath(os.path.join(d, f), "all/data/views/load") for d, _, fs in os.walk("all/data/views/load") for f in fs} - {"load.dat"}
    same("files beside it", there, links)
elif what == "edrm":
    root = ET.parse("all/data/views/edrm/edrm.xml").getroot()
    declared = {f.get("Name") for f in root.iter("Field")}
    seen, docs = [], {}
    for d in root.iter("Document"):
        docs[d.get("DocID")] = d
        for t in d.iter("Tag"):
            assert t.get("TagName") in declared or t.get("TagName").startswith("#"), t.attrib
            if t.get("TagName") == "RecordIDs" and d.get("DocType") == "Message": seen += unescape_ids(t.get("TagValue"))
        for f in d.iter("ExternalFile"):
            body = open(os.path.join("all/data/views/edrm", f.get("FilePath"), f.get("FileName")), "rb").read()
            if f.get("Hash"): assert sha(body) == f.get("Hash") and len(body) == int(f.get("FileSize")), f.attrib
    for r in root.iter("Relationship"):
        assert r.get("ParentDocId") in docs and r.get("ChildDocId") in docs, r.attrib
    kids = {r.get("ChildDocId") for r in root.iter("Relationship")}
    same("attachments related to their day", kids, {i for i, d in docs.items() if d.get("DocType") == "File"})
    same("record ids", sorted(seen), sorted(name(r) for _, r in messages))
elif what == "person":
    import jsonschema
    doc = json.load(open("all/data/views/person/records.json")); schema = json.load(open("all/data/views/person/records.schema.json"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(doc)
    every = sorted(os.path.basename(p) for p in glob.glob(f"{A}/*") if os.path.basename(p) != "events")
    want = [(s, json.dumps(r, sort_keys=True)) for s in every for _, r in records(s)]
    have = [(e["stream"], json.dumps(e["line"], sort_keys=True)) for e in doc["records"] if e["stream"] != "events"]
    same("records", sorted(have), sorted(want))
    got = [(e.get("stream"), e.get("id")) for e in ET.parse("all/data/views/person/records.xml").getroot().iter() if e.get("stream")]
    print("in XML:", len(got))
P
for w in mail dat edrm person; do check "$w: $(python3 -I judge.py $w 2>&1 | tr '\n' ';' | tail -c 300)" python3 -I judge.py $w; done
check "records.xml is valid by its schema" xmllint --huge --noout --schema all/data/views/person/records.xsd all/data/views/person/records.xml
check "EDRM XML is well-formed" xmllint --huge --noout all/data/views/edrm/edrm.xml
finish
