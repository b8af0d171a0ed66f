#!/usr/bin/env bash
# Other people's bags: what every version of BagIt allows, wants warned of and forbids; hostile containers; our own archives; other validators.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"

check "the bags are made" python3 "$TOP/tests/judge/make-bags.py" "$WORK/bags"
cd bags
n=0 ok=0
while IFS=$'\t' read -r path status must mustnot; do
	n=$((n + 1))
	timeout 60 "$CUSTODY" --json verify --bag "$path" > ../out 2> ../err
	got=$?
	codes=",$(jq -r '[.issues[]?.code] | unique | join(",")' ../out 2>/dev/null),"
	wrong= must=${must#-} mustnot=${mustnot#-}
	[ "$got" -eq "$status" ] || wrong="exit $got, expected $status"
	for c in ${must//,/ }; do [[ $codes == *",$c,"* ]] || wrong+=" without $c"; done
	for c in ${mustnot//,/ }; do [[ $codes == *",$c,"* ]] && wrong+=" with $c"; done
	[ "$status" -eq 0 ] || [ "$(wc -l < ../err)" -eq 1 ] || wrong+=" not one last line: $(head -c 300 ../err)"
	if [ -n "$wrong" ]; then fail "$path:$wrong ($codes)"; else ok=$((ok + 1)); fi
done < cases.tsv
[ "$ok" -eq "$n" ] && [ "$n" -gt 150 ] && pass "$n bags are judged as they should be"

# What people see: nothing raw on a terminal, no secret of a URL, one last line with the next step.
expect 8 "a bag with files still to be fetched" "$CUSTODY" --lang en verify --bag fetch-open
check "names what is to be fetched" grep -q 'data/hello.txt <- https://example.org/a?…' "$WORK/out"
check "and no password or token of its address" sh -c "! grep -q geheim '$WORK/out' '$WORK/err'"
check "and says the next step" grep -q 'next: fetch the files' "$WORK/err"
mkdir -p esc/data && printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' > esc/bagit.txt && printf x > "esc/data/$(printf '\033[31mred')" && : > esc/manifest-sha256.txt
expect 7 "a name with terminal codes" "$CUSTODY" --lang en verify --bag esc
check "reaches the terminal as text" sh -c "! grep -q \$(printf '\\033') '$WORK/out' '$WORK/err' && grep -q 'x1b' '$WORK/out'"
expect 7 "the same in Chinese" "$CUSTODY" --lang zh verify --bag bad-changed
check "is in Chinese" grep -q '无效' "$WORK/out"
expect 2 "no such bag" sh -c "'$CUSTODY' verify --bag text.tar"
expect 5 "no such path" "$CUSTODY" verify --bag gone
expect 2 "--trust says nothing about bags" "$CUSTODY" verify --bag --trust x ok-0.97
expect 2 "a bag without --bag" "$CUSTODY" --lang en verify ok-0.97
check "says how" grep -q 'custody verify --bag ok-0.97' "$WORK/err"
expect 7 "the worst of several decides" "$CUSTODY" -q verify --bag ok-0.97 fetch-open bad-changed
expect 5 "a full output" sh -c "'$CUSTODY' verify --bag ok-0.97 > /dev/full"
expect 5 "no file descriptors left" prlimit --nofile=5 -- "$CUSTODY" verify --bag link-inside

# Bombs: little memory, little time.
python3 - <<'EOF'
import gzip
with gzip.open('bomb.tar.gz', 'wb', 9) as o:
    for i in range(400):
        o.write(b'\0' * (1 << 20))
EOF
expect 2 "zeros are no tar" "$CUSTODY" verify --bag text.tar
expect 7 "a gzip of zeros" sh -c "timeout 20 '$CUSTODY' verify --bag bomb.tar.gz"

# Many names in bounded memory: their table goes to an unlinked file.
python3 - <<'EOF'
import hashlib, os
os.makedirs('many/data')
open('many/bagit.txt', 'w').write('BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n')
open('many/data/one', 'w').write('1')
with open('many/manifest-md5.txt', 'w') as m:
    m.write(hashlib.md5(b'1').hexdigest() + '  data/one\n')
    for i in range(300000):
        m.write('%032x  data/%06d/%s\n' % (i, i, 'name' * 10))
with open('many/fetch.txt', 'w') as f:
    for i in range(300000):
        f.write('http://example.org/%d - data/%06d/%s\n' % (i, i, 'name' * 10))
EOF
expect 8 "300,000 files still to be fetched" timeout 120 "$CUSTODY" --json verify --bag many
check "each of them counted" test "$(jq .unfetched "$WORK/out")" = 300000
if ! grep -qa __asan_init "$CUSTODY" && [ -x /usr/bin/time ]; then
	check "in 64 MiB" sh -c "test \$(/usr/bin/time -f %M '$CUSTODY' -q verify --bag many 2>&1 >/dev/null | tail -1) -lt 65536"
else
	skip "memory of many names (no /usr/bin/time, or sanitizers)"
fi

# Our own archives are bags.
cd "$WORK"
if sim_start "$WORK/sim" --scale small --seed 3; then
	expect 0 "an export" "$CUSTODY" -c sim/custody.conf -q export acme
	sim_stop
	expect 0 "its archive is a bag, packed" "$CUSTODY" --json verify --bag sim/store/acme-00000001.tar.gz
	check "without any finding" jq -e '.bag == "valid" and (.issues | length) == 0 and .version == "1.0"' "$WORK/out"
	mkdir un && tar -xzf sim/store/acme-00000001.tar.gz -C un
	expect 0 "and unpacked" "$CUSTODY" --json verify --bag un/acme-00000001
	check "with the same numbers" test "$(jq -c '[.files,.octets]' "$WORK/out")" = "[$(find un/*/data -type f | wc -l),$(find un/*/data -type f -printf '%s\n' | awk '{n += $1} END {print n}')]"
fi

# Another validator agrees wherever it claims to know.
if python3 -c 'import bagit' 2>/dev/null; then
	for b in ok-0.96 ok-0.97 ok-md5 ok-sha256 ok-sha512 ok-tag-directory bad-changed bad-missing bad-extra bad-tag-changed bad-no-bagit bad-declaration-version; do
		python3 -m bagit --validate --quiet "bags/$b" > /dev/null 2>&1; theirs=$?
		"$CUSTODY" -q verify --bag "bags/$b" > /dev/null 2>&1; ours=$?
		check "agrees with bagit-python: $b" test $((theirs != 0)) = $((ours != 0))
	done
else
	skip bagit
fi
finish
