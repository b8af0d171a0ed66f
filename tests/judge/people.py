"""people.py RECORDS ORG: are the files for HR systems and address books in the directory ORG what their standards want, and do they say of every department and member
what the records say?  RECORDS: a file of record lines, or a directory with departments/*.jsonl and users/*.jsonl.

Judges: vobject (vCard 3.0), a parser from RFC 6350 below (4.0), python-ldap (LDIF, DNs), jsonschema with tests/judge/scim.schema.json (RFC 7643).
Prints one line per fault; exit status 1 when there is one.
"""
import base64, glob, io, json, os, re, sys, uuid
import jsonschema, ldap.dn, ldif, vobject

records_at, org = sys.argv[1:3]
faults = 0


def fault(*what):
    global faults
    faults += 1
    print("fault:", *what)


def same(what, got, want):
    if got != want:
        fault(what, "has", repr(got), "instead of", repr(want))


files = [records_at] if os.path.isfile(records_at) else sorted(glob.glob(records_at + "/departments/*.jsonl")) + sorted(glob.glob(records_at + "/users/*.jsonl"))
# A half of a surrogate pair was made U+FFFD by the program; json lets it through.
records = [json.loads(line) for f in files for line in open(f, encoding="utf-8", newline="\n")]
users = [r for r in records if r["kind"] == "user"]
departments = [r for r in records if r["kind"] == "department"]
state = lambda r, v: [k for k, x in r["n"].items() if x in v and x is not False]
set_ = lambda r, k: (r["n"].get(k) or None)
key = lambda r: (r["id"], r.get("version"))


def lists(r, k, inside):
    """The list in a field, or None when it is not of the shape it should be."""
    v = r["n"].get(k)
    ok = isinstance(v, list) and all(isinstance(x, dict) if inside else not isinstance(x, (dict, list)) for x in v)
    return v if ok else None


# --- vCard 4.0: RFC 6350 section 3.3 and 4 ---
LINE = re.compile(r'^(?:([A-Za-z0-9-]+)\.)?([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*)(?:,(?:"[^"\x00-\x08\x0a-\x1f\x7f]*"|[^";:,\x00-\x08\x0a-\x1f\x7f]*))*)*):(.*)$', re.S)
KNOWN = set("BEGIN END SOURCE KIND XML FN N NICKNAME PHOTO BDAY ANNIVERSARY GENDER ADR TEL EMAIL IMPP LANG TZ GEO TITLE ROLE LOGO ORG MEMBER RELATED CATEGORIES NOTE "
            "PRODID REV SOUND UID CLIENTPIDMAP URL VERSION KEY FBURL CALADRURI CALURI".split())
ONE = {"KIND", "N", "GENDER", "PRODID", "REV", "UID", "VERSION"}


def logical(data, what):
    text = []
    if not data.endswith(b"\r\n"):
        fault(what, "does not end in CRLF")
    for line in data[:-2].split(b"\r\n"):
        if len(line) > 75:
            fault(what, "has a line of", len(line), "octets")
        try:
            line = line.decode("utf-8")
        except UnicodeDecodeError:
            fault(what, "is folded inside of a character")
            line = line.decode("utf-8", "replace")
        if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line):
            fault(what, "has a control in", repr(line))
        if line[:1] in (" ", "\t"):
            text[-1] += line[1:]
        else:
            text.append(line)
    return text


def unescape(s):
    if re.search(r"[^\\,;nN]", "".join(re.findall(r"\\(.?)", s, flags=re.S))):
        fault("an escape that RFC 6350 does not know:", repr(s))
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], s, flags=re.S)


split = lambda s, at: [unescape(x) for x in re.findall(r"(?:^|(?<=%s))((?:\\.|[^\\%s])*)(?=%s|$)" % (at, at, at), s, flags=re.S)]
caret = lambda s: re.sub(r"\^(.)", lambda m: {"n": "\n", "'": '"', "^": "^"}.get(m[1], m[0]), s)


def cards(path):
    out, card = [], None
    for line in logical(open(path, "rb").read(), path):
        m = LINE.match(line)
        if not m:
            fault(path, "is no content line:", repr(line))
            continue
        name, value = m[2].upper(), m[4]
        params = {k.upper(): v[1:-1] if v[:1] == '"' else v for k, v in re.findall(r';([A-Za-z0-9-]+)=("[^"]*"|[^;]*)', m[3])}
        if name == "BEGIN":
            card = []
        if name not in KNOWN and not name.startswith("X-"):
            fault(path, "has a property that RFC 6350 does not name:", name)
        if card is None:
            fault(path, "has a line outside of a card:", repr(line))
            continue
        card.append((name, params, value))
        if name == "END":
            names = [n for n, _, _ in card]
            same("the first line behind BEGIN", names[1], "VERSION")
            for n in ONE:
                if names.count(n) > 1:
                    fault(path, "has a card with two", n)
            if "FN" not in names:
                fault(path, "has a card without FN")
            out.append(card)
            card = None
    return out


def shown(s):
    """What a text value can hold of a text."""
    return None if s is None else re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", "\ufffd", s.replace("\r\n", "\n").replace("\r", "\n"))


def one(card, name, where=lambda p: True):
    got = [v for n, p, v in card if n == name and where(p)]
    return got[0] if got else None


def exact_id(card, name):
    for n, p, v in card:
        if n == name:
            return bytes.fromhex(v).decode("utf-8") if p.get("X-FORM") == "hex" else unescape(v)
    return None


def contacts4():
    found = cards(org + "/contacts.vcf")
    same("contacts.vcf: number of cards", len(found), len(users))
    for card, r in zip(found, users):
        what = "contacts.vcf " + r["id"]
        text = lambda name, where=lambda p: True: (lambda v: None if v is None else unescape(v))(one(card, name, where))
        has = lambda t: lambda p: t in p.get("TYPE", "")
        same(what + " id", exact_id(card, "X-CUSTODY-ID"), r["id"])
        same(what + " version", exact_id(card, "X-CUSTODY-VERSION"), r.get("version"))
        same(what + " VERSION", one(card, "VERSION"), "4.0")
        same(what + " UID", one(card, "UID"), "urn:uuid:%s" % uuid.uuid5(uuid.NAMESPACE_URL, "urn:custody:person:%s:%s:%s" % (r["source"]["platform"], r["tenant"], r["id"])))
        same(what + " FN", text("FN"), shown(set_(r, "name") or set_(r, "name_en") or r["id"]))
        n = split(one(card, "N"), ";")
        same(what + " N", n, [shown(set_(r, "name") or set_(r, "name_en") or r["id"]), "", "", "", ""])
        sort = [p.get("SORT-AS") for k, p, v in card if k == "N"][0]
        same(what + " SORT-AS", None if sort is None else caret(sort), shown(set_(r, "name_en")))
        for k, name, where in (("alias", "NICKNAME", None), ("position", "TITLE", None), ("mobile", "TEL", has("cell")), ("telephone", "TEL", has("work")),
                               ("work_email", "EMAIL", has("work")), ("email", "EMAIL", has("home")), ("status", "X-CUSTODY-STATUS", None),
                               ("external_position", "X-CUSTODY-EXTERNAL-POSITION", None)):
            same("%s %s" % (what, name), text(name, where or (lambda p: True)), shown(set_(r, k)))
        adr = one(card, "ADR")
        same(what + " ADR", adr and split(adr, ";"), set_(r, "address") and ["", "", shown(set_(r, "address")), "", "", "", ""])
        same(what + " not granted", sorted((one(card, "X-CUSTODY-NOT-GRANTED") or "").split(",")), sorted(state(r, [None]) or [""]))
        same(what + " empty", sorted((one(card, "X-CUSTODY-EMPTY") or "").split(",")), sorted(state(r, ["", []]) or [""]))
        rev = one(card, "REV")
        same(what + " REV", rev, r["source"].get("fetched_at") and re.sub(r"[-:]|\.\d+", "", r["source"]["fetched_at"]))
        if any(v == "" for _, _, v in card):
            fault(what, "has an empty property")


def contacts3():
    data = open(org + "/contacts-3.vcf", "rb").read()
    logical(data, "contacts-3.vcf")
    found = list(vobject.readComponents(io.StringIO(data.decode("utf-8"), newline="")))
    same("contacts-3.vcf: number of cards", len(found), len(users))
    for card, r in zip(found, users):
        what = "contacts-3.vcf " + r["id"]
        same(what + " VERSION", card.version.value, "3.0")
        same(what + " FN", card.fn.value, shown(set_(r, "name") or set_(r, "name_en") or r["id"]))
        same(what + " N", card.n.value.family, shown(set_(r, "name") or set_(r, "name_en") or r["id"]))
        get = lambda name, t=None: next((x.value for x in card.contents.get(name, []) if t is None or t in x.params.get("TYPE", [])), None)
        for k, name, t in (("alias", "nickname", None), ("position", "title", None), ("mobile", "tel", "CELL"), ("telephone", "tel", "WORK"),
                           ("work_email", "email", "WORK"), ("email", "email", "HOME"), ("name_en", "sort-string", None)):
            same("%s %s" % (what, name), get(name, t), shown(set_(r, k)))
        adr = get("adr")
        same(what + " adr", adr and adr.street, shown(set_(r, "address")))


# --- LDIF ---
class Entries(ldif.LDIFParser):
    def __init__(self, f):
        super().__init__(f)
        self.all = []

    def handle(self, dn, entry):
        self.all.append((dn, {k: [v.decode("utf-8") for v in values] for k, values in entry.items()}))


def directory():
    raw = open(org + "/organization.ldif", "rb").read()
    if any(b >= 0x80 for b in raw) or b"\r" in raw or b"\0" in raw:
        fault("organization.ldif is not ASCII with LF")
    if max(map(len, raw.split(b"\n"))) > 76:
        fault("organization.ldif has a line above 76")
    parser = Entries(io.BytesIO(raw))
    parser.parse()
    seen, found = set(), {}
    for dn, entry in parser.all:
        parts = ldap.dn.str2dn(dn)
        name = ldap.dn.dn2str(parts).lower()
        if name in seen:
            fault("organization.ldif has twice", dn)
        if seen and ldap.dn.dn2str(parts[1:]).lower() not in seen:
            fault("organization.ldif: the parent does not stand before", dn)
        seen.add(name)
        for attribute, value, _ in parts[0]:
            if value not in entry.get(attribute, []):
                fault("organization.ldif:", dn, "does not have its own name", attribute, value)
        need = {"organization": ["o"], "organizationalUnit": ["ou"], "inetOrgPerson": ["cn", "sn", "uid"]}[entry["objectClass"][-1]]
        if not all(entry.get(x) for x in need):
            fault("organization.ldif:", dn, "lacks one of", need)
        for attribute, values in entry.items():
            folded = [re.sub(" +", "", v.lower()) for v in values]
            if "" in values or len(set(folded)) != len(folded):
                fault("organization.ldif:", dn, attribute, "has an empty value or one twice:", values)
            if attribute in ("mobile", "telephoneNumber") and not re.fullmatch(r"[A-Za-z0-9'()+,\-./:=? ]+", values[0]):
                fault("organization.ldif:", dn, attribute, "is no printable string:", values)
            if attribute == "mail" and not all(v.isascii() for v in values):
                fault("organization.ldif:", dn, "mail is not IA5:", values)
        version = next((v[9:] for v in entry.get("description", []) if v.startswith("version: ")), None)
        found[(entry["objectClass"][-1], parts[0][0][1], version)] = (dn, entry)
    for name, (dn, entry) in found.items():
        for m in entry.get("manager", []):
            if ldap.dn.dn2str(ldap.dn.str2dn(m)).lower() not in seen:
                fault("organization.ldif:", dn, "has a manager who is not there:", m)
    same("organization.ldif: number of entries", len(parser.all), 1 + len(users) + len(departments))
    for r in users + departments:
        dn, entry = found.get(("inetOrgPerson" if r["kind"] == "user" else "organizationalUnit",) + key(r), (None, None))
        if dn is None:
            fault("organization.ldif lacks", key(r))
            continue
        described = dict(d.split(": ", 1) for d in entry.get("description", []) if ": " in d)
        for k, a in (("name", "displayName"), ("position", "title")) if r["kind"] == "user" else ():
            same("%s %s" % (dn, a), (entry.get(a) or [None])[0], set_(r, k))
        for k, a in (("mobile", "mobile"), ("telephone", "telephoneNumber"), ("work_email", "mail")) if r["kind"] == "user" else ():
            got = described.get(k) or (entry.get(a) or [None])[0]
            if k == "work_email" and set_(r, k) is None:
                continue
            same("%s %s" % (dn, a), got, set_(r, k))
        same(dn + " not granted", sorted(described.get("not granted 未授权", "").split(",")), sorted(state(r, [None]) or [""]))
        same(dn + " empty", sorted(described.get("empty 空值", "").split(",")), sorted(state(r, ["", []]) or [""]))


# --- SCIM ---
def scim():
    schema = json.load(open(os.path.dirname(os.path.abspath(__file__)) + "/scim.schema.json"))
    user_judge, group_judge = (jsonschema.Draft7Validator({"$ref": "#/definitions/" + d, "definitions": schema["definitions"]}) for d in ("User", "Group"))
    resources = [[json.loads(line) for line in open(org + "/" + f, encoding="utf-8", newline="\n")] for f in ("scim-users.jsonl", "scim-groups.jsonl")]
    same("scim: numbers", [len(x) for x in resources], [len(users), len(departments)])
    last = {r["id"]: r for r in departments}
    members = {}
    for r in {u["id"]: u for u in users}.values():
        for d in lists(r, "departments", True) or []:
            if d.get("id") is not None:
                members.setdefault(d["id"], set()).add("user:" + r["id"])
    for s, r in zip(resources[0], users):
        what, own = "scim-users " + r["id"], s.get("urn:custody:scim:1:User", {})
        for e in user_judge.iter_errors(s):
            fault(what, "/".join(map(str, e.path)), e.message[:200])
        same(what + " key", (own.get("recordId"), own.get("recordVersion")), key(r))
        same(what + " ids", (s["id"], s["externalId"], s["userName"]), ("user:" + r["id"], r["id"], r["id"]))
        same(what + " notGranted", sorted(own["notGranted"]), sorted(state(r, [None])))
        same(what + " empty", sorted(own["empty"]), sorted(state(r, ["", []])))
        same(what + " active", s.get("active"), {"active": True, "inactive": True, "disabled": False, "left": False}.get(set_(r, "status")))
        typed = lambda a, t: next((x["value"] for x in s.get(a, []) if x.get("type") == t), None)
        for k, got in (("name", s.get("displayName")), ("name", s.get("name", {}).get("formatted")), ("alias", s.get("nickName")), ("position", s.get("title")),
                       ("work_email", typed("emails", "work")), ("email", typed("emails", "home")), ("mobile", typed("phoneNumbers", "mobile")),
                       ("telephone", typed("phoneNumbers", "work")), ("name_en", own.get("nameEn")), ("status", own.get("status")), ("gender", own.get("gender")),
                       ("address", s.get("addresses", [{}])[0].get("formatted"))):
            same("%s %s" % (what, k), got, set_(r, k))
        same(what + " groups", [g["value"] for g in s.get("groups", [])],
             ["department:" + d["id"] for d in lists(r, "departments", True) or [] if d.get("id") in last])
        leaders = lists(r, "leaders", False) or []
        same(what + " manager", s.get("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", {}).get("manager", {}).get("value"),
             "user:" + leaders[0] if leaders else None)
        for word in ("password",):
            if word in s:
                fault(what, "has a", word)
    parents = {}
    for s, r in zip(resources[1], departments):
        what, own = "scim-groups " + r["id"], s.get("urn:custody:scim:1:Group", {})
        for e in group_judge.iter_errors(s):
            fault(what, "/".join(map(str, e.path)), e.message[:200])
        same(what + " key", (own.get("recordId"), own.get("recordVersion")), key(r))
        same(what + " displayName", s["displayName"], set_(r, "name") or r["id"])
        same(what + " users", {m["value"] for m in s["members"] if m["type"] == "User"}, members.get(r["id"], set()))
        for m in s["members"]:
            if m["type"] == "Group":
                same(what + " child", last[m["value"][11:]]["n"]["parent_id"], r["id"])
                parents[m["value"]] = s["id"]
    # Nested groups end: nobody is above himself.  And whoever is left out of every group says why.
    for s in resources[1]:
        at, steps = s["id"], 0
        while at in parents and steps <= len(departments):
            at, steps = parents[at], steps + 1
        if steps > len(departments):
            fault("scim-groups: a ring at", s["id"])
        placed, parent = s["urn:custody:scim:1:Group"]["placed"], last[s["externalId"]]["n"].get("parent_id")
        want = "below-parent" if s["id"] in parents else "cycle" if parent in last else "parent-not-granted" if "parent_id" in last[s["externalId"]]["n"] and parent is None \
            else "top" if parent in (None, "", "0") else "parent-missing"
        same("scim-groups %s placed" % s["id"], placed, want)


scim()
contacts4()
contacts3()
if os.path.exists(org + "/organization.ldif"):
    directory()
print("%d departments, %d members, %d faults" % (len(departments), len(users), faults))
sys.exit(1 if faults else 0)
