#!/usr/bin/env bash
# What the program binds when it starts, what each command opens, and what it says when a library that it opens later is not there.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"

if ! readelf -S "$CUSTODY" | grep -q '\.note\.dlopen'; then skip "this program is linked with all of its libraries (CUSTODY_LAZY)"; finish; exit; fi
# The names as packagers read them, out of the program itself.
readelf -p .note.dlopen "$CUSTODY" | grep -o '\[{.*}\]' >note
check "the note is JSON, every library required" jq -e 'length > 5 and all(.priority == "required" and (.soname | length == 1))' note
jq -r '.[].soname[]' note >later
readelf -d "$CUSTODY" | sed -n 's/.*(NEEDED).*\[\(.*\)\]$/\1/p' >needed
check "it names libraries that it is linked with" grep -q '^libcrypto\.so' needed
check "none of them is one of the others" test -z "$(grep -xF -f later needed)"
for l in curl xml2 archive sqlite3 gmime cairo qpdf; do check "lib$l is opened later" grep -q "^lib$l[-.0-9a-z]*\.so" later; done

# opened ARGUMENTS…: the names of the libraries that the loader took in, of those that are opened later, in $WORK/opened.
opened() {
	rm -f files.*
	LD_DEBUG=files LD_DEBUG_OUTPUT=$WORK/files "$CUSTODY" --lang en -q "$@" >out 2>err
	got=$?
	grep -hoE 'calling init: .*' files.* | sed 's|.*/||' | sort -u >all
	grep -xF -f later all >opened
	grep -q '^libcrypto\.so' all || fail "$1: the loader said nothing"
	return $got
}
# light NAME ARGUMENTS…: does its work and opens none.
light() {
	local name=$1
	shift
	if ! opened "$@"; then fail "$name: status $got: $(tail -n 1 err)"; elif [ -s opened ]; then fail "$name opens $(tr '\n' ' ' <opened)"; else pass "$name opens none"; fi
}
# needs LIBRARY NAME ARGUMENTS…
needs() {
	local library=$1 name=$2
	shift 2
	if ! opened "$@"; then fail "$name: status $got: $(tail -n 1 err)"; elif grep -q "^$library" opened; then pass "$name opens $library"; else fail "$name opens only $(tr '\n' ' ' <opened)"; fi
}

sim_start "$WORK/t" --scale small --seed 3 || { finish; exit; }
conf=(-c "$WORK/t/custody.conf") trust=(--trust "$WORK/t/trust.conf") a=$WORK/t/store/acme-00000001.tar.gz
# A library of the right name that is none: one line, class IO, also for programs; what is durable goes on.
mkdir broken
lost() { sed -n "/^lib$1[-.0-9a-z]*\.so/p" later | while read -r name; do echo "no library" >"broken/$name"; done; }
without() { LD_LIBRARY_PATH=$WORK/broken "$CUSTODY" --lang en -q "$@"; }
line() { [ "$(wc -l <err)" -eq 1 ] && grep -qx "custody: $1: the library lib$2[-.0-9a-z]*\.so[.0-9]* cannot be used: .*; next: install .*" err; }
lost curl
expect 5 "without libcurl: class IO" without "${conf[@]}" export acme
check "one line that names it" line "export acme" curl
rm broken/* && lost qpdf
expect 5 "without qpdf, found missing when pages are written: class IO" without "${conf[@]}" export acme
check "one line that names it" line "export acme" qpdf
check "what was fetched is kept" test -s "$(find "$WORK/t/store" -name state -path "*.work*")"
rm broken/*
needs libqpdf "resume goes on with all of them, and" "${conf[@]}" resume
light --help --help
light verify verify "${trust[@]}" "$a"
light list list "${trust[@]}" "$a"
id=$(tar -xzOf "$a" --wildcards '*/data/records/messages/*.jsonl' | head -n 1 | jq -r .id)
light show show "${trust[@]}" "$a" "messages/$id"
light prove prove "${trust[@]}" "$a" "messages/$id" -o p
light check check "${trust[@]}" p
light "chain check" chain check "${trust[@]}" "$WORK/t/store"
needs libsqlite3 runs "${conf[@]}" runs
echo x >x && tar -cf bag.tar x
opened verify --bag bag.tar
check "a bag in a tar opens libarchive" grep -q '^libarchive' opened
needs libcurl --version --version
for l in libcurl/ SQLite libxml2 libarchive cairo Pango qpdf GMime; do check "--version names $l" grep -q "^$l *[0-9]" out; done

# A copy works from anywhere.
mkdir -p else/where && cp "$CUSTODY" else/where/ && cd else/where
expect 0 "a copy, with libraries and from another directory" ./custody --version
cd "$WORK"

lost archive
expect 5 "without libarchive: class IO" without verify --bag bag.tar
check "one line that names it" line verify archive
expect 5 "for programs, too" without --json verify --bag bag.tar
check "with class and next step" jq -e '.class == "IO" and .exit == 5 and .what == "verify" and (.why | test("libarchive")) and (.next | test("install"))' out
expect 0 "what does not need it works" without show "${trust[@]}" "$a" "messages/$id"
rm broken/*
finish
