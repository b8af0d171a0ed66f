#!/usr/bin/env bash
# The whole attack suite: every bit, every cut, every crafted archive.
. "$(dirname "$0")/../harness.sh"
check "attacks, all of them" bash "$TOP/tests/attack/run.sh" "$BUILD/attack" "$BUILD/judge" --all
finish
