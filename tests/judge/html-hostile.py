#!/usr/bin/env python3
"""Records of a chat whose every text tries to run a script or to call home; and a listener that counts who calls.

html-hostile.py records PORT        lines of records on stdout
html-hostile.py payloads PORT       the same payloads raw, as a page that escapes nothing would have them
html-hostile.py listen FILE         prints its port, then appends a line to FILE for every request
html-hostile.py dom FILE PORT       judges what a browser made of the page (--dump-dom)
html-hostile.py ids DIR             "id<TAB>version" of every article below DIR, by Python's own HTML parser
"""
import html.parser, json, os, sys

def payloads(port):
    home = f"http://127.0.0.1:{port}/beacon"
    run = f"document.title='pwned';new Image().src='{home}?script'"
    return [
        f"<script>{run}</script>",
        f"</title></bdi></p></article></main></body><script>{run}</script>",
        f"<img src='{home}?img' onerror=\"{run}\">",
        f"\"><svg onload=\"{run}\"><image href='{home}?svg'/></svg>",
        f"' onmouseover='{run}' autofocus onfocus='{run}' x='",
        f"<iframe src='{home}?iframe' srcdoc=\"<script>parent.document.title='pwned'</script>\"></iframe>",
        f"<link rel=stylesheet href='{home}?link'><link rel=prefetch href='{home}?prefetch'><link rel=preconnect href='{home}'>",
        f"<style>@import '{home}?import';body{{background:url({home}?css)}}</style>",
        f"<object data='{home}?object'></object><embed src='{home}?embed'>",
        f"<video autoplay src='{home}?video' poster='{home}?poster'></video><audio autoplay src='{home}?audio'></audio>",
        f"<base href='{home}/'><form action='{home}'><input autofocus onfocus=\"{run}\"></form>",
        f"<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror={run}&gt;\">",
        f"<details open ontoggle=\"{run}\">x</details><marquee onstart=\"{run}\">x</marquee>",
        f"]]><![CDATA[<script>{run}</script>]]>",
        f"<noscript><p title=\"</noscript><img src=x onerror={run}>\">",
        f"&lt;script&gt;{run}&lt;/script&gt;&#60;script&#62;{run}",
        f"javascript:{run}",
        f"data:text/html,<script>{run}</script>",
        f"[x](javascript:{run}) ![y]({home}?markdown) <{home}?auto>",
        f"\u202e<script>{run}</script>\u0000<script>{run}</script>",
    ]

def records(port):
    n = 0
    def line(kind, stream, ident, fields, flags=()):
        print(json.dumps({"_s": "A" * 22, "kind": kind, "id": ident, "tenant": "t", "source": {"platform": "wecom", "endpoint": stream,
              "fetched_at": "2026-11-22T02:00:00.000Z"}, "flags": list(flags), "n": {"id": ident, **fields}, "raw": {"x": ident}}, separators=(",", ":")))
    for p in payloads(port):
        line("user", "users", p, {"name": p})
    line("room", "rooms", "wr1", {"name": payloads(port)[1]})
    def types(p):
        inner = json.dumps({"title": p, "item": [{"type": p, "content": json.dumps({"content": p})}, {"type": "ChatRecordText", "content": json.dumps({"content": p})}]})
        yield "text", {"text": p}
        yield "markdown", {"text": p}
        yield "link", {"payload": {"title": p, "description": p, "link_url": p, "image_url": p, p: p}}
        yield "news", {"payload": {"item": [{"title": p, "description": p, "url": p, "picurl": p, p: [p]}]}}
        yield "vote", {"payload": {"votetitle": p, "voteitem": [p, {p: p}], "votetype": p, "voteid": p}}
        yield "chatrecord", {"payload": {"title": p, "item": [{"type": "ChatRecord", "content": inner, "msgtime": p, p: p}]}}
        yield "file", {"payload": {"sdkfileid": p, "filename": p, "fileext": p, "md5sum": p, "filesize": p}, "files": [p, p + "2"]}
        yield "revoke", {"recalls": p, "payload": {"pre_msgid": p}}
        yield p, {"payload": {"any": p}, "text": p}
        yield "calendar", {"payload": {"title": p, "attendeename": [p], "creatorname": p, "starttime": p, "place": p}}
    for p in payloads(port):
        for kind, fields in types(p):
            n += 1
            line("message", "messages", f"{p}{n}", {"sent_at": f"2026-11-22T02:{n // 60:02}:{n % 60:02}.000Z", "action": "send", "type": kind, "from": p,
                 "from_kind": p, "to": [p], "room": "wr1", **fields}, ["unknown_type"])
        line("file", "files", p, {"of_stream": "messages", "of_id": p, "name": p, "media_type": p, "size": 1, "sha256": p, "path": "data/files/000/000001.png"})
        line("gap", "gaps", str(n), {"of_stream": "files", "object": p + "2", "reason": p, "detail": p})

def listen(path):
    import http.server
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with open(path, "a") as f:
                f.write(self.path + "\n")
            self.send_response(204)
            self.end_headers()
        do_POST = do_HEAD = do_GET
        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()

class Dom(html.parser.HTMLParser):
    allowed = set("html head meta link title body div p h1 main article header span bdi a time blockquote dl dt dd ol li pre code img".split())
    def __init__(self):
        super().__init__()
        self.bad, self.articles, self.title, self.in_title, self.text = [], 0, "", False, []
    def handle_starttag(self, tag, attrs):
        if tag not in self.allowed:
            self.bad.append(f"<{tag}>")
        self.articles += tag == "article"
        self.in_title = tag == "title"
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "ping", "action", "formaction"):
                self.bad.append(f"{tag} {name}")
            if name in ("href", "src", "data", "poster", "srcset") and value:
                relative = ":" not in value.split("/")[0].split("#")[0] and not value.startswith("/")
                if not relative and not (tag == "a" and value.lower().startswith(("http://", "https://"))):
                    self.bad.append(f"{tag} {name}={value}")
                if tag == "a" and not relative and dict(attrs).get("rel") != "noopener noreferrer nofollow":
                    self.bad.append(f"{tag} without rel")
    def handle_endtag(self, tag):
        self.in_title &= tag != "title"
    def handle_data(self, data):
        if self.in_title:
            self.title += data
        self.text.append(data)

def dom(path, port):
    d = Dom()
    d.feed(open(path, encoding="utf-8").read())
    text, want = "".join(d.text), len(payloads(port)) * 10
    for p in payloads(port)[:-1]:
        if p not in text:
            d.bad.append(f"not shown: {p}")
    if d.articles != want:
        d.bad.append(f"{d.articles} articles of {want}")
    if d.title.strip() == "pwned":
        d.bad.append("the title is pwned")
    print("\n".join(d.bad[:20]))
    sys.exit(1 if d.bad else 0)

class Ids(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "article":
            value = lambda k: a.get(k) if k in a else json.loads('"' + a[k + "-json"] + '"') if k + "-json" in a else ""
            print(json.dumps(value("data-id")), json.dumps(value("data-version")), sep="\t")

def ids(top):
    for where, _, names in os.walk(top):
        for name in names:
            if name.endswith(".html"):
                Ids().feed(open(os.path.join(where, name), encoding="utf-8", newline="").read())

if __name__ == "__main__":
    what, arguments = sys.argv[1], sys.argv[2:]
    if what == "payloads":
        print("<!DOCTYPE html><meta charset=utf-8><title>untouched</title><body>" + "\n".join(f"<p>{p}</p>" for p in payloads(arguments[0])))
    else:
        {"records": records, "listen": listen, "dom": dom, "ids": ids}[what](*arguments)
