#!/usr/bin/env bash
# compare.sh TRUTH STORE: is what the archives hold what the tenant had?  Uses tar, sha256sum and jq, and nothing of custody.
# Prints one line per stream and every difference; exits 0 only when nothing is lost, doubled, altered or unexplained.
set -uo pipefail
truth=$(readlink -f "$1") store=$(readlink -f "$2")
here=$(dirname "$(readlink -f "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

[ -s "$truth" ] || { echo "no truth: $1"; exit 2; }
for a in "$store"/*.tar.gz; do
	mkdir -p "$work/x"
	tar -xzf "$a" -C "$work/x" || { echo "cannot unpack $a"; exit 2; }
done
cd "$work/x"
say() { printf '%s\n' "$*"; }
fail() { say "DIFFERENT: $*"; bad=1; }

# jq refuses a high surrogate before another escape, which a platform may send and an archive must keep: both sides show it as U+FFFD.
lone() { perl -pe 's/(?<!\\)((?:\\\\)*)\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])/$1\\ufffd/g'; }
lone < "$truth" > "$work/truth"
truth=$work/truth
lines() { # stream
	find . -path "*/data/records/$1/*.jsonl" | LC_ALL=C sort | xargs -r cat | lone
}

# --- ids: present in the truth = in the archive, each once ---
for s in $(jq -r .stream "$truth" | sort -u); do
	jq -r --arg s "$s" 'select(.stream == $s and .expect == "present") | .id' "$truth" | LC_ALL=C sort > "$work/want"
	jq -r --arg s "$s" 'select(.stream == $s and .expect == "gap") | .id' "$truth" | LC_ALL=C sort > "$work/gaps"
	lines "$s" | jq -r .id | LC_ALL=C sort > "$work/got"
	lost=$(LC_ALL=C comm -23 "$work/want" <(uniq "$work/got") | wc -l)
	doubled=$(uniq -d "$work/got" | wc -l)
	extra=$(LC_ALL=C comm -13 <(sort -u "$work/want" "$work/gaps") <(uniq "$work/got") | wc -l)
	# every planned gap is listed, with its reason
	jq -r --arg s "$s" 'select(.stream == $s and .expect == "gap") | "\(.id)\t\(.reason)"' "$truth" | LC_ALL=C sort -u > "$work/gap-want"
	lines gaps | jq -r --arg s "$s" 'select(.n.of_stream == $s) | "\(.n.object)\t\(.n.reason)"' | LC_ALL=C sort -u > "$work/gap-got"
	unlisted=$(LC_ALL=C comm -23 "$work/gap-want" "$work/gap-got" | wc -l)
	unplanned=$(LC_ALL=C comm -13 "$work/gap-want" "$work/gap-got" | wc -l)
	say "$(printf '%-20s truth %8d  archived %8d  lost %d  doubled %d  not in truth %d  gaps %d  unlisted %d  unplanned %d' \
		"$s" "$(wc -l < "$work/want")" "$(wc -l < "$work/got")" "$lost" "$doubled" "$extra" "$(wc -l < "$work/gap-want")" "$unlisted" "$unplanned")"
	if [ $((lost + doubled + extra + unlisted + unplanned)) -ne 0 ]; then
		bad=1
		LC_ALL=C comm -23 "$work/want" <(uniq "$work/got") | head -3 | sed 's/^/  lost: /' || true
		uniq -d "$work/got" | head -3 | sed 's/^/  doubled: /'
		LC_ALL=C comm -13 <(sort -u "$work/want" "$work/gaps") <(uniq "$work/got") | head -3 | sed 's/^/  not in truth: /'
		LC_ALL=C comm -23 "$work/gap-want" "$work/gap-got" | head -3 | sed 's/^/  gap not listed: /'
		LC_ALL=C comm -13 "$work/gap-want" "$work/gap-got" | head -3 | sed 's/^/  gap not planned: /'
	fi
done

# --- contents, field by field, from the raw records ---
# Normalised fields are I-JSON: there noncharacters stand as U+FFFD; what was sent is compared in raw.
as_is() { cat; }
ijson() { perl -pe 's/\xef\xbf[\xbe\xbf]|\xef\xb7[\x90-\xaf]|[\xf0-\xf4][\x80-\xbf]\xbf[\xbe\xbf]/\xef\xbf\xbd/g'; }
facts() { # stream, truth filter, record filter, how the truth is written there
	jq -c --arg s "$1" "select(.stream == \$s and .expect == \"present\") | $2" "$truth" | "${4:-as_is}" | LC_ALL=C sort > "$work/want"
	lines "$1" | jq -c "$3" | LC_ALL=C sort > "$work/got"
	if cmp -s "$work/want" "$work/got"; then
		say "$(printf '%-20s contents equal (%d)' "$1" "$(wc -l < "$work/got")")"
	else
		fail "contents of $1"
		diff "$work/want" "$work/got" | cut -c1-300 | head -6 || true
	fi
}
. "$here/facts.sh"

# --- files: bytes in the archive hash to the truth ---
jq -r 'select(.stream == "files" and .expect == "present") | "\(.id)\t\(.sha256)"' "$truth" | LC_ALL=C sort > "$work/want"
for root in */; do
	find "$root" -path '*/data/records/files/*.jsonl' | LC_ALL=C sort | xargs -r cat |
		jq -r --arg root "$root" 'select(((.flags // []) | index("hash_mismatch")) == null) | "\(.id)\t\($root)\(.n.path)"'
done > "$work/paths"
cut -f2 "$work/paths" | tr '\n' '\0' | xargs -0 -r sha256sum | cut -c1-64 > "$work/sums"
paste <(cut -f1 "$work/paths") "$work/sums" | LC_ALL=C sort > "$work/got"
if cmp -s "$work/want" "$work/got"; then
	say "files                hashes equal ($(wc -l < "$work/got"))"
else
	fail "hashes of files"
	diff "$work/want" "$work/got" | cut -c1-200 | head -6 || true
fi
[ $bad -eq 0 ] && say "equal to the truth: 0 lost, 0 doubled, 0 altered"
exit $bad
