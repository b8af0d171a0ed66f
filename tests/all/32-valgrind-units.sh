#!/usr/bin/env bash
# Every unit test program under valgrind: 0 errors, nothing definitely lost.
. "$(dirname "$0")/../harness.sh"
command -v valgrind >/dev/null || { skip valgrind; finish; exit; }
export CUSTODY_HISTORIES=20
cd "$BUILD" || exit 1
for t in test_*; do
	[ -x "$t" ] || continue
	case $t in *.so) continue ;; esac
	check "$t under valgrind" valgrind -q --suppressions="$TOP/tests/valgrind.supp" --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --child-silent-after-fork=yes "./$t"
done
finish
