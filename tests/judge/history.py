"""history.py DIR…: unpacked archives of one chain, oldest first, those that could be read; the last one is judged: are its dates of departments and members what follows from the records
of the others?  The rule is that of cmd/history.h, written again.  Also: all views of the last one give the same dates.
"""
import glob, json, re, sys, xml.etree.ElementTree as xml

dirs, faults = sys.argv[1:], 0


def fault(*what):
    global faults
    faults += 1
    print("fault:", *what)


def records(d):
    for stream in ("departments", "users"):
        for f in sorted(glob.glob("%s/data/records/%s/*.jsonl" % (d, stream))):
            for line in open(f, encoding="utf-8", newline="\n"):
                r = json.loads(line)
                if r["kind"] in ("department", "user"):
                    yield r


def standing(r):
    n = r["n"]
    if r["kind"] == "department":
        return json.dumps([n.get(k, "absent") for k in ("name", "parent_id", "leaders")])
    return json.dumps([n.get(k, "absent") for k in ("status", "name", "position", "main_department", "leaders")]
                      + [[(x["id"], x["is_leader"]) for x in n.get("departments") or []]])


name = lambda d: re.search("External-Identifier: (.*)", open(d + "/bag-info.txt").read())[1]
whole = name(dirs[0]).endswith("-00000001")
seen = [(name(d), {(r["kind"], r["id"]): (standing(r), r["source"]["fetched_at"]) for r in records(d)}) for d in dirs]
want, counts = {}, {}
for key, (how, at) in seen[-1][1].items():
    known = unchanged = (at, seen[-1][0])
    broken = False
    for archive, objects in reversed(seen[:-1]):
        if key not in objects:
            continue
        known = (objects[key][1], archive)
        if not broken and objects[key][0] == how:
            unchanged = known
        else:
            broken = True
    want[key] = (known + (not whole,), unchanged + (not whole and not broken,))
    kind = (want[key][0][1], want[key][1][1], want[key][1][2])
    counts[kind] = counts.get(kind, 0) + 1

org = dirs[-1] + "/data/views/org/"
same = lambda what, got, want: got == want or fault(what, got, "instead of", want)
moment = lambda m, least: (m["at"], m["archive"], m[least])
document = json.load(open(org + "org.json", encoding="utf-8"))
got = {(k, e["id"]): (moment(e["known_since"], "at_least"), moment(e["unchanged_since"], "at_least")) for k, l in (("department", "departments"), ("user", "members")) for e in document[l]}
same("org.json", got, want)
got = {}
for k, f, urn in (("department", "groups", "Group"), ("user", "users", "User")):
    for line in open("%sscim-%s.jsonl" % (org, f), encoding="utf-8", newline="\n"):
        e = json.loads(line)
        own = e["urn:custody:scim:1:" + urn]
        got[(k, own["recordId"])] = (moment(own["knownSince"], "atLeast"), moment(own["unchangedSince"], "atLeast"))
        same("meta.created", e["meta"].get("created"), None if own["knownSince"]["atLeast"] else own["knownSince"]["at"])
        same("meta.lastModified", e["meta"].get("lastModified"), None if own["unchangedSince"]["atLeast"] else own["unchangedSince"]["at"])
same("scim", got, want)
ns = "{urn:custody:org:1}"
got = {}
for e in xml.parse(org + "departments.xml").getroot().iter():
    if e.tag in (ns + "department", ns + "member"):
        m = [(e.find(ns + x).text, e.find(ns + x).get("archive"), e.find(ns + x).get("at_least") == "true") for x in ("known_since", "unchanged_since")]
        got[(e.tag[len(ns):].replace("member", "user"), e.find(ns + "id").text)] = tuple(m)
same("departments.xml", got, want)
people = {k: v for k, v in want.items() if k[0] == "user"}
for f in ("contacts.vcf", "contacts-3.vcf"):
    got = {}
    for card in open(org + f, encoding="utf-8", newline="").read().replace("\r\n ", "").split("BEGIN:VCARD")[1:]:
        m = [re.search(r"X-CUSTODY-%s-SINCE;X-ARCHIVE=([^;:]*)(;X-AT-LEAST=true)?:(.*)\r" % x, card) for x in ("KNOWN", "UNCHANGED")]
        got[("user", re.search("X-CUSTODY-ID:(.*)\r", card)[1])] = tuple((x[3], x[1], x[2] is not None) for x in m)
    same(f, got, people)
oldest = json.load(open(dirs[-1] + "/data/report/completeness.json"))["views"]["history"]
same("completeness.json", oldest, seen[0][0] if len(seen) > 1 else None)
for k, n in sorted(counts.items()):
    print("%d known since %s, unchanged since %s%s" % (n, k[0], k[1], " at least" if k[2] else ""))
print("%d faults" % faults)
sys.exit(1 if faults else 0)
