#!/usr/bin/env bash
# Encrypted runs killed sixty times each: in many volumes with SM3, in one with SHA-512.
. "$(dirname "$0")/../harness.sh"
killed() { check "$1, killed $2 times" env KILLS="$2" "${@:3}" bash "$TOP/tests/e2e/86-encrypt-kill.sh"; }
killed "many volumes, SM3" 60 SCALE=small VOLUME='2 MiB' VOLUMES=5
killed "one volume, SHA-512" 60 SCALE=small VOLUME='1 GiB' VOLUMES=1 DIGEST=sha512
killed "several volumes, another sample" 60 SEED=99
finish
