#!/bin/bash
# kill.sh: the writer is killed at system calls and at random moments, goes on, and makes the same archive up to seal/seal.txt.
#
#   tests/interop/kill.sh WRITER_DRIVER [every|NUMBER]     NUMBER: at most so many points per system call, spread evenly (default 12)
set -u
export LC_ALL=C.UTF-8
driver=$(readlink -f "$1")
points=${2:-12}
here=$(dirname "$(readlink -f "$0")")
. "$here/pki.sh"
command -v strace >/dev/null || { echo "skipped: strace"; exit 77; }
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
A=demo-00000001
PAGES=9
n=0 bad=0
umask 077
make_pki "$tmp/pki"
export ASAN_OPTIONS=detect_leaks=0
mkdir "$tmp/want"
"$driver" "$tmp/want" 2 $PAGES "$tmp/pki" none >"$tmp/log" 2>&1 || { echo "the undisturbed run failed"; cat "$tmp/log"; exit 1; }
gzip -dc "$tmp/want/$A.tar.gz" >"$tmp/want.tar" || exit 1
end=$(($(tar --block-number -tf "$tmp/want.tar" | sed -n "s,^block \([0-9]*\): $A/seal/administrator.p7s,\1,p") * 512))
[ "$end" -gt 100000 ] || { echo "no end found"; exit 1; }

judge() { # WHAT: finish what is in $tmp/s, compare
	n=$((n + 1))
	if ! "$driver" "$tmp/s" 2 $PAGES "$tmp/pki" none >"$tmp/log" 2>&1; then
		bad=$((bad + 1)); echo "FAILED: $1: cannot go on"; head -3 "$tmp/log"; return
	fi
	gzip -dc "$tmp/s/$A.tar.gz" >"$tmp/got.tar" 2>"$tmp/log" && cmp -n "$end" "$tmp/got.tar" "$tmp/want.tar" >"$tmp/log" 2>&1 &&
	    tar -tf "$tmp/got.tar" >/dev/null 2>"$tmp/log" && [ "$(tail -c 1024 "$tmp/got.tar" | tr -d '\0' | wc -c)" = 0 ] &&
	    [ "$(ls "$tmp/s" | tr '\n' ' ')" = "$A.seal $A.tar.gz " ] &&
	    [ "$(ls -A "$tmp/s/$A.seal" | tr '\n' ' ')" = "01.crl.pem 01.crt.pem 02.crl.pem administrator.p7s compliance-officer.p7s seal.txt sha256sums.txt " ] && return
	bad=$((bad + 1)); echo "FAILED: $1: another archive"; head -3 "$tmp/log"; ls -A "$tmp/s" "$tmp/s/$A.seal"
}
first_of() { # a seal that was there when it was killed must be the seal afterwards
	[ -f "$tmp/s/$A.seal/seal.txt" ] && cp "$tmp/s/$A.seal/seal.txt" "$tmp/seal.before" || rm -f "$tmp/seal.before"
}

for call in openat write pwrite64 copy_file_range fsync ftruncate renameat unlinkat mkdirat fchmodat close; do
	rm -rf "$tmp/s"; mkdir "$tmp/s"
	strace -f -qq -o "$tmp/trace" -e trace=$call "$driver" "$tmp/s" 2 $PAGES "$tmp/pki" none >"$tmp/log" 2>&1
	total=$(grep -c "$call(" "$tmp/trace")
	step=1
	[ "$points" = every ] || step=$(((total + points - 1) / points))
	[ "$step" -gt 0 ] || step=1
	for ((k = 1; k <= total; k += step)); do
		rm -rf "$tmp/s"; mkdir "$tmp/s"
		(strace -f -qq -o /dev/null -e trace=$call -e inject=$call:signal=KILL:when=$k "$driver" "$tmp/s" 2 $PAGES "$tmp/pki" none; :) >"$tmp/log" 2>&1
		first_of
		judge "$call $k of $total"
		if [ -f "$tmp/seal.before" ] && ! cmp -s "$tmp/seal.before" "$tmp/s/$A.seal/seal.txt"; then
			bad=$((bad + 1)); echo "FAILED: $call $k: a second seal"
		fi
	done
done

# Killed again and again at random moments, until it is done.
for round in 1 2 3; do
	rm -rf "$tmp/s"; mkdir "$tmp/s"
	for ((k = 0; k < 40; k++)); do
		"$driver" "$tmp/s" 2 $PAGES "$tmp/pki" none >"$tmp/log" 2>&1 &
		pid=$!
		sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
		kill -KILL $pid 2>/dev/null
		wait $pid 2>/dev/null || :
		[ -d "$tmp/s/$A.work" ] || break
	done
	judge "random $round"
done

# A failing call is class IO, and the run goes on afterwards.
for fault in write:error=ENOSPC fsync:error=EIO renameat:error=EXDEV openat:error=EMFILE ftruncate:error=EIO close:error=EIO; do
	call=${fault%%:*}
	for k in 3 17 40 71; do
		rm -rf "$tmp/s"; mkdir "$tmp/s"
		strace -f -qq -o "$tmp/trace" -e trace=$call -e inject="$fault:when=$k+" "$driver" "$tmp/s" 2 $PAGES "$tmp/pki" none >"$tmp/log" 2>&1
		rc=$?
		if grep -q INJECTED "$tmp/trace"; then
			n=$((n + 1))
			# Before main the loader opens and closes files too; what it does with a failure is its own.
			[ $rc -eq 20 ] || [ $rc -ne 0 -a "$call" = openat ] || [ $rc -eq 127 -a "$call" = close ] || { bad=$((bad + 1)); echo "FAILED: $fault $k: status $rc"; head -3 "$tmp/log"; }
		fi
		[ $rc -eq 0 ] || judge "$fault $k"
	done
done

# EINTR and short writes are no errors.
rm -rf "$tmp/s"; mkdir "$tmp/s"
strace -f -qq -o /dev/null -e trace=write -e inject=write:error=EINTR:when=2+2 "$driver" "$tmp/s" 2 $PAGES "$tmp/pki" none >"$tmp/log" 2>&1 || { bad=$((bad + 1)); echo "FAILED: EINTR"; }
judge EINTR

echo "kill: $n points, $bad failed"
[ $bad -eq 0 ]
