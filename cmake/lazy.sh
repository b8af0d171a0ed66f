#!/bin/sh
# lazy.sh NM READELF OUT OURS… -- LIBRARIES…: which functions of the shared LIBRARIES the static libraries OURS call; their stand-ins (core/lazy_asm.h) to OUT.
# The names of the libraries stand in the program for packagers, as https://systemd.io/ELF_DLOPEN_METADATA/ has it (readelf -p .note.dlopen).
set -eu
export LC_ALL=C
nm=$1 readelf=$2 out=$3
shift 3
said=$out.said names=$out.names
trap 'rm -f "$said" "$names" "$out.new"' EXIT
: >"$names"
while [ "$1" != -- ]; do
	"$nm" -P -g "$1" >"$said"
	awk 'NF > 1 { print (toupper($2) == "U" ? "called" : "ours"), $1 }' "$said" >>"$names"
	shift
done
shift
for library; do
	"$readelf" -d "$library" >"$said"
	awk -v file="$library" '/\(SONAME\)/ { sub(/.*\[/, ""); sub(/\].*/, ""); print "library", $0; found = 1 }
		END { if (!found) { print "lazy.sh: " file " is not a shared library with a name" >"/dev/stderr"; exit 1 } }' "$said" >>"$names"
	"$nm" -D -P -g --defined-only "$library" >"$said"	# name@@VERSION; name@VERSION is one that is no longer offered
	awk '$1 !~ /[^@]@[^@]/ { sub(/@.*/, "", $1); print "has", $1, $2 }' "$said" | sort >>"$names"
done
awk '
$1 == "ours" { ours[$2] = 1 }
$1 == "called" { called[$2] = 1 }
$1 == "library" { soname = $2; libraries[++n_libraries] = soname }
$1 == "has" && $2 in called && !($2 in ours) {
	if ($2 in from)
		wrong($2 " is in both " from[$2] " and " soname)
	if ($3 !~ /^[TWi]$/)
		wrong($2 " is a variable of " soname ", which cannot be reached before the library is opened: use a function of it")
	from[$2] = soname
	functions[soname, ++n[soname]] = $2
	total++
}
function wrong(what) { print "lazy.sh: " what >"/dev/stderr"; failed = 1 }
END {
	if (failed)
		exit 1
	print "/* Made by cmake/lazy.sh. */\n#include \"core/lazy_asm.h\"\n\n\tLAZY_TABLE " total + 0
	for (i = 1; i <= n_libraries; i++) {
		soname = libraries[i]
		if (!n[soname])
			continue
		print "\n\tLAZY_LIBRARY \"" soname "\""
		for (k = 1; k <= n[soname]; k++)
			print "\tLAZY " functions[soname, k] ", " index_++
		print "\tLAZY_END"
		note = note (note == "" ? "" : ",") "{\\\"soname\\\":[\\\"" soname "\\\"],\\\"priority\\\":\\\"required\\\"}"
	}
	print "\n\t.section .note.dlopen, \"a\", %note\n\t.balign 4\n\t.long 4, 2f - 1f, 0x407c0c0a\n\t.asciz \"FDO\"\n1:\t.asciz \"[" note "]\"\n2:\t.balign 4"
}' "$names" >"$out.new"
mv "$out.new" "$out"
