#!/usr/bin/env bash
# The whole attack suite: every bit, every cut, every crafted archive.
. "$(dirname "$0")/../harness.sh"
check "attacks, all of them" bash "$TOP/tests/attack/run.sh" "$BUILD/attack" "$BUILD/judge" --all
check "attacks on a disclosure package, all of them" bash "$TOP/tests/attack/run_package.sh" "$BUILD/attack_package" --all
finish
