#!/usr/bin/env bash
# The small export and its verification under valgrind: 0 errors, nothing lost.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
command -v valgrind >/dev/null || { skip valgrind; finish; exit; }
V=(valgrind -q --suppressions="$TOP/tests/valgrind.supp" --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite --child-silent-after-fork=yes)
sim_start "$WORK/t" --scale small --seed 7 --fault all || { finish; exit; }
expect 3 "export under valgrind" "${V[@]}" "$CUSTODY" -c "$WORK/t/custody.conf" -q export acme
expect 0 "verify under valgrind" "${V[@]}" "$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK/t/store/acme-00000001.tar.gz"
expect 0 "list under valgrind" "${V[@]}" "$CUSTODY" -q list --trust "$WORK/t/trust.conf" "$WORK/t/store/acme-00000001.tar.gz" --records users --ids
finish
