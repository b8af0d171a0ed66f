#!/usr/bin/env bash
# Chat pages before other judges: xmllint, Python's HTML parser, and a browser that is shown a hostile chat: no script runs, nobody is called.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
hostile=$TOP/tests/judge/html-hostile.py
pages() { find "$1" -name '*.html' -print0 | LC_ALL=C sort -z; }

# An export: well-formed, every message in one article, links that lead somewhere.
sim_start "$WORK/t" --scale small --seed 21 --fault media-expired || { finish; exit; }
expect 3 "export with gaps" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
mkdir x && tar -xzf "$WORK/t/store/acme-00000001.tar.gz" -C x --strip-components=1
check "pages are well-formed XML" bash -c 'find x/data/views/chat x/data/report -name "*.html" -print0 | xargs -0 xmllint --nonet --noout'
cat x/data/records/messages/*.jsonl | python3 -I -c 'import json, sys
for l in sys.stdin:
    r = json.loads(l)
    if r["kind"] == "message": print(json.dumps(r["id"]), json.dumps(r.get("version", "")), sep="\t")' | LC_ALL=C sort >want
python3 -I "$hostile" ids x/data/views/chat | LC_ALL=C sort >got
[ -s want ] && cmp -s want got && pass "every one of $(wc -l <want) messages stands in one article" || fail "articles differ from records: $(diff want got | head -3)"
python3 -I - x/data <<'P' && pass "every link and picture leads to a file" || fail "a link leads nowhere"
import os, re, sys
bad = n = 0
for where, _, names in os.walk(sys.argv[1]):
    for name in names:
        if name.endswith(".html"):
            for href in re.findall(r'(?:href|src)="([^"#:]+)(?:#[^"]*)?"', open(os.path.join(where, name), encoding="utf-8").read()):
                n += 1
                if not os.path.isfile(os.path.normpath(os.path.join(where, href))):
                    bad += 1
                    print("     ", where, name, href)
sys.exit(bad > 0 or n < 1000)
P
grep -rqF '已过期 <span lang="en">expired</span>' x/data/views/chat && grep -qF 'Incomplete' x/data/report/report.html &&
	pass "what is missing is told with its reason" || fail "no reason of a gap in the pages"

# A browser.
command -v chromium >/dev/null || { skip chromium; finish; exit; }
browse() { # FILE → its DOM, after three seconds of the page's own time
	rm -rf profile
	timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update \
		--disable-sync --user-data-dir="$WORK/profile" --virtual-time-budget=3000 --dump-dom "file://$WORK/$1" 2>chromium.log
}
python3 -I "$hostile" listen hits >port & LISTENER=$!
trap 'kill "$LISTENER" 2>/dev/null; cleanup' EXIT
for _ in $(seq 100); do [ -s port ] && break; sleep 0.05; done
port=$(cat port)
# First that the judge sees what it is to see: the same payloads on a page that escapes nothing.
: >hits
python3 -I "$hostile" payloads "$port" >open.html
browse open.html >open.dom
grep -q '<title>pwned' open.dom && [ "$(grep -c beacon hits)" -gt 5 ] && pass "the judge sees scripts and $(grep -c beacon hits) requests on an open page" ||
	fail "the judge is blind: $(cat hits) $(tail -2 chromium.log)"
python3 -I "$hostile" records "$port" >hostile.jsonl
mkdir h && check "hostile records become pages" "$BUILD/views_driver" html hostile.jsonl h
check "hostile pages are well-formed XML" bash -c 'find h -name "*.html" -print0 | xargs -0 xmllint --nonet --noout'
page=h/data/views/chat/wr1/2026-11-22.html
: >hits
browse $page >page.dom
check "no element, attribute or address but ours; every payload is shown as text" python3 -I "$hostile" dom page.dom "$port"
[ ! -s hits ] && pass "no request" || fail "requests: $(sort hits | uniq -c)"
# And should an escape ever be forgotten: the policy of the page alone, with the payloads raw inside it.
python3 -I - "$page" open.html >raw.html <<'P'
import sys
page, raw = (open(f, encoding="utf-8").read() for f in sys.argv[1:])
print(page.replace("<main>", "<main>" + raw.split("<body>", 1)[1], 1))
P
: >hits
browse raw.html >raw.dom
! grep -q '<title>pwned' raw.dom && grep -q 'document.title' raw.dom && [ ! -s hits ] && pass "the policy alone stops all of it" || fail "policy: $(sort hits | uniq -c)"
finish
