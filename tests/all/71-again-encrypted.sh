#!/usr/bin/env bash
# As e2e/71-again.sh, encrypted: nobody here can read the archives, so what is still to be had stands beside them, without a word that people wrote.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
export CUSTODY_TEST_BACKOFF=1
sim_start "$WORK/t" --scale small --seed 71 --fault media-down --fault key-missing || { finish; exit; }
SIM_PORT=$PORT
for who in legal escrow; do
	openssl req -x509 -newkey rsa:3072 -nodes -keyout $who.key -out $who.crt -days 30 -subj "/CN=$who" -addext keyUsage=critical,keyEncipherment 2>/dev/null
done
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q)
to() { sed -i "s,^\[store\],[store]\nencrypt_to = $WORK/legal.crt\, $WORK/escrow.crt," t/custody.conf; }
opened() { touch "plain-$1.tar.gz"; bash "$TOP/tests/judge/opened.sh" "t/store/acme-0000000$1.tar.gz" legal.key legal.crt "plain-$1.tar.gz"; }
lines() { tar -xzOf "plain-$2.tar.gz" --wildcards "*/data/records/$1/*.jsonl" 2>/dev/null; }

to; expect 3 "first run: gaps" "${C[@]}" export acme
opened 1 && n=$(lines gaps 1 | jq -r 'select(.n.is_final == false) | .id' | sort | tee open.gaps | wc -l)
[ "$n" -gt 50 ] && pass "$n of them are not final" || fail "$n gaps"
lines files 1 | jq -r '.n.name // empty' | awk 'length > 6' | sort -u > names
grep -qFf names t/store/acme-00000001.carry && fail "names of files stand beside the archive: $(grep -oFf names t/store/acme-00000001.carry | head -2)" || pass "no name of a file beside the archive"
grep -q '"file":"' t/store/acme-00000001.carry && pass "but what is needed to ask again" || fail "nothing to ask again with"
rm t/store/custody.sqlite
sim_start "$WORK/t" --scale small --seed 71 || { finish; exit; }
to; expect 0 "second run, the catalogue lost" "${C[@]}" export acme
opened 2
lines events 2 | jq -r 'select(.n.action == "gap.closed") | .n.detail.gaps[] | select(.archive == "acme-00000001") | .gap' | sort > closed
cmp -s open.gaps closed && pass "every gap is closed, each once" || fail "closed $(wc -l < closed) of $n"
d=$( (lines messages 1; lines messages 2) | perl -ne 'print "$1\n" if /"id":"([^"]*)"/' | sort | tee all | uniq -d | wc -l)
[ "$d" = 0 ] && [ "$(wc -l < all)" = "$(grep -c '"stream":"messages".*"expect":"present"\|"expect":"present".*"stream":"messages"' t/truth.jsonl)" ] && pass "all messages, none twice" || fail "$(wc -l < all) messages, $d twice"
finish
