#!/usr/bin/env bash
# A good archive, changed: never VALID, and the member and offset are named.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 3 || { finish; exit; }
expect 0 "export" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
sim_stop
a=$WORK/t/store/acme-00000001.tar.gz trust=$WORK/t/trust.conf
gzip -dc "$a" > good.tar
size=$(stat -c %s good.tar)
verify() { "$CUSTODY" --json verify --trust "$trust" "$1" >out.json 2>err.txt; }

verify good.tar; got=$?
[ $got = 0 ] && pass "the plain tar is VALID too" || fail "plain tar: $got $(tail -1 err.txt)"
RANDOM=99
bad=0 unnamed=0 n=${FLIPS:-150}
for _ in $(seq "$n"); do
	at=$(((RANDOM * 32768 + RANDOM) % size))
	cp good.tar flipped.tar
	byte=$(od -An -tu1 -j $at -N1 good.tar)
	printf "\\x$(printf %02x $((byte ^ (1 << (RANDOM % 8)))))" | dd of=flipped.tar bs=1 seek=$at conv=notrunc status=none
	verify flipped.tar
	[ $? = 7 ] || { bad=$((bad + 1)); echo "flip at $at: $(jq -r .verdict out.json)"; }
	jq -e 'select(.verdict == "INVALID") | has("offset")' out.json >/dev/null || unnamed=$((unnamed + 1))
done
[ $bad = 0 ] && pass "$n flipped bits: all INVALID" || fail "$bad of $n flipped bits not INVALID"
[ $unnamed = 0 ] && pass "each names an offset" || fail "$unnamed without offset"

for cut in 1 511 512 1024 $((size / 2)); do
	head -c $((size - cut)) good.tar > cut.tar
	verify cut.tar; [ $? = 7 ] && pass "cut by $cut bytes: INVALID" || fail "cut by $cut bytes"
done
cp "$a" more.tar.gz; chmod u+w more.tar.gz; printf x >> more.tar.gz
verify more.tar.gz; [ $? = 7 ] && pass "a byte after the end: INVALID" || fail "a byte after the end"
gzip -c good.tar > again.tar.gz
verify again.tar.gz; [ $? = 7 ] && pass "compressed by another program: INVALID until unpacked" || fail "recompressed: $(jq -r .verdict out.json)"

# members removed, added, renamed, reordered by another tar program
mkdir x && tar -xf good.tar -C x
repack() { (cd x && tar --format=ustar --mtime=@"$mtime" --owner=0 --group=0 --mode=0644 -cf ../re.tar -T ../names); }
mtime=$(date -d "$(tar -tvf good.tar --full-time | head -1 | awk '{print $4" "$5}') UTC" +%s 2>/dev/null || echo 0)
tar -tf good.tar > all-names
for change in "removed sed 5d" "reordered sed -n 5!p;5h;\$G;\$p" ; do
	set -- $change
	case $1 in
	removed) sed '/data\/records\/users/d' all-names > names ;;
	reordered) tac all-names > names ;;
	esac
	repack; verify re.tar; [ $? = 7 ] && pass "member $1: INVALID" || fail "member $1"
done
echo extra > x/acme-00000001/data/extra.txt; { cat all-names; echo acme-00000001/data/extra.txt; } > names
repack; verify re.tar; [ $? = 7 ] && pass "member added: INVALID" || fail "member added"
mv x/acme-00000001/data/views/users.csv x/acme-00000001/data/views/members.csv; sed 's,views/users.csv,views/members.csv,' all-names > names
repack; verify re.tar; [ $? = 7 ] && pass "member renamed: INVALID" || fail "member renamed"

"$CUSTODY" --json verify "$a" >out.json 2>/dev/null; [ $? = 8 ] && pass "without trust: INDETERMINATE" || fail "without trust"
sed -E 's/^cert *= *sha256:.*/cert = sha256:'"$(printf '0%.0s' {1..64})"'/' "$trust" > "$WORK/t/others.conf"
"$CUSTODY" --json verify --trust "$WORK/t/others.conf" "$a" >out.json 2>/dev/null; [ $? = 7 ] && pass "trust names other signers: INVALID" || fail "trust names other signers: $(jq -r .verdict out.json)"
sed -E '/^\[role/,$d; s/^roles .*//' "$trust" > "$WORK/t/nobody.conf"
"$CUSTODY" --json verify --trust "$WORK/t/nobody.conf" "$a" >out.json 2>/dev/null; [ $? = 8 ] && pass "trust knows nothing of the signers: INDETERMINATE" || fail "trust knows nobody: $(jq -r .verdict out.json)"
finish
