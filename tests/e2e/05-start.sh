#!/usr/bin/env bash
# What the program binds when it starts, and what it says when a library that it opens later is not there.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
heavy='lib(curl|xml2|archive|icu|gnutls|krb5|ldap)'

readelf -d "$CUSTODY" >needed
check "it names the libraries it needs" grep -q 'NEEDED.*libcrypto' needed
for l in curl xml2 archive; do
	if grep -q "NEEDED.*lib$l\." needed; then fail "lib$l is bound at the start"; else pass "lib$l is not bound at the start"; fi
done
LD_DEBUG=files LD_DEBUG_OUTPUT=$WORK/files "$CUSTODY" --lang en check "$WORK" >out 2>err
check "the loader tells of what it opened" grep -q libcrypto files.*
if grep -qE "file=$heavy" files.*; then fail "check opens $(grep -hoE "file=$heavy" files.* | head -1)"; else pass "check opens none of them"; fi

LD_DEBUG=files LD_DEBUG_OUTPUT=$WORK/all "$CUSTODY" --version >version
check "--version does, and the loader tells" grep -qE "file=$heavy" all.*
for l in libcurl/ libarchive\ ; do check "--version opens and names $l" grep -q "^$l[0-9]" version; done

# A library of the right name that is none: one line, class IO, before anything else is done.
mkdir broken
for l in curl xml2 archive; do
	n=$(sed -n "s/^#define SONAME_[A-Z0-9]*	\"\(lib$l\.so[.0-9]*\)\"$/\1/p" "$BUILD/generated/sonames.h")
	if [ -n "$n" ]; then pass "lib$l is opened as $n"; else fail "no name of lib$l"; fi
	echo "no library" >"broken/$n"
done
echo x >x && tar -cf bag.tar x
expect 5 "without libarchive: class IO" env LD_LIBRARY_PATH="$WORK/broken" "$CUSTODY" --lang en verify --bag bag.tar
check "one line that names it" grep -qx 'custody: verify bag.tar: .*the library libarchive\.so\.[0-9]* cannot be used: .*; next: install .*' err
sim_start "$WORK/t" --scale small --seed 3 || { finish; exit; }
expect 5 "without libcurl: class IO" env LD_LIBRARY_PATH="$WORK/broken" "$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q export acme
check "one line that names it" grep -qx 'custody: export acme: .*the library libcurl\.so\.[0-9]* cannot be used: .*; next: install .*' err
rm broken/libcurl*
expect 5 "without libxml2: class IO" env LD_LIBRARY_PATH="$WORK/broken" "$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q export acme
check "one line that names it" grep -qx 'custody: export acme: .*the library libxml2\.so\.[0-9]* cannot be used: .*; next: custody resume .*' err
expect 0 "with all of them the run goes on" "$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q resume
expect 0 "and is whole" "$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK/t/store/acme-00000001.tar.gz"
finish
