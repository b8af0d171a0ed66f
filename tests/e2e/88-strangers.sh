#!/usr/bin/env bash
# Archives of other writers and hostile ones, made from the format's description alone (tests/judge/strangers*.py): a part of them; tests/all/70-strangers.sh has all.
. "$(dirname "$0")/../harness.sh"
EVERY=${EVERY:-17} python3 "$TOP/tests/judge/strangers.py" "$CUSTODY" "$WORK" good hostile signed encrypted store >"$WORK/log" 2>&1
grep -v ' passed, ' "$WORK/log"
PASSED=$(grep -c '^ok ' "$WORK/log") FAILED=$(grep -c '^FAIL ' "$WORK/log")
grep -q ' passed, ' "$WORK/log" && [ "$PASSED" -gt 35 ] && pass "all of them were judged" || fail "ended early: $(tail -3 "$WORK/log")"
finish
