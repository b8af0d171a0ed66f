#!/bin/bash
# run_package.sh ATTACK_PACKAGE [--all]: disclosure packages out of archives of three kinds, attacked.
set -eu
attack=$1; shift
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
export XDG_STATE_HOME=$tmp/state
"$here/make_archive.sh" "$tmp/good"
MAKE_ALGS="sha256 sha512 sm3" "$here/make_archive.sh" "$tmp/algs"
MAKE_SM2=1 "$here/make_archive.sh" "$tmp/sm2"
"$attack" "$tmp/good" "$@"
for d in algs sm2; do
	"$attack" "$tmp/$d" "${1:---sample}"
done
