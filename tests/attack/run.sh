#!/bin/bash
# run.sh ATTACK JUDGE [--all]: make good archives of three kinds, see that they are VALID, attack the first, and craft others anew.
set -eu
attack=$1 judge=$2; shift 2
here=$(cd "$(dirname "$0")" && pwd)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
"$here/make_archive.sh" "$tmp/good"
MAKE_ALGS="sha256 sha512 sm3" "$here/make_archive.sh" "$tmp/algs"
MAKE_SM2=1 "$here/make_archive.sh" "$tmp/sm2"
for d in good algs sm2; do
	"$judge" "$tmp/$d/trust.conf" "$tmp/$d/a.tar" "$tmp/$d/a.tar.gz"
done
"$attack" "$tmp/good" "$@"
"$here/crafted.sh" "$tmp/good" "$judge" "$@"
