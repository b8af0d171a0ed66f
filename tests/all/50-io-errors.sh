#!/usr/bin/env bash
# Each kind of I/O call failing at sampled places: class IO, no archive under its final name unless it is whole, and the run can be finished afterwards.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null || { skip strace; finish; exit; }
POINTS=${POINTS:-6}
sim_start "$WORK/t" --scale small --seed 17 || { finish; exit; }
export CUSTODY_TEST_COMMIT=page CUSTODY_TEST_BACKOFF=5
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q --store "$WORK/s")

count() { # CALL: how often it is made in a whole run, by whichever thread
	rm -rf "$WORK/s"
	strace -f -qq -o "$WORK/calls" -e trace="$1" "${C[@]}" export acme >/dev/null 2>&1
	wc -l < "$WORK/calls"
}
sweep() { # CALL ERROR
	local call=$1 error=$2 total step n got bad=0 tried=0 why=
	total=$(count "$call")
	step=$((total / POINTS + 1))
	for ((n = 1 + RANDOM % step; n <= total; n += step)); do
		chmod -R u+w "$WORK/s" 2>/dev/null; rm -rf "$WORK/s"
		strace -f -qq -o /dev/null -e trace="$call" -e inject="$call":error="$error":when="$n" "${C[@]}" export acme >"$WORK/out" 2>"$WORK/err"
		got=$?
		tried=$((tried + 1))
		if [ $got = 0 ]; then	# a call whose failure does no harm (a lock file's text, a probe) must still leave a whole archive
			"$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK"/s/acme-00000001.tar.gz >/dev/null 2>&1 || { bad=$((bad + 1)); why="$why $n:0-but-not-valid"; }
			continue
		fi
		case $got in 2 | 4 | 5 | 6) ;; *) bad=$((bad + 1)); why="$why $n:exit-$got"; continue ;; esac
		"${C[@]}" resume >"$WORK/out2" 2>"$WORK/err2" && ls "$WORK"/s/*.tar.gz >/dev/null 2>&1 || "${C[@]}" export acme >"$WORK/out2" 2>"$WORK/err2"
		"$CUSTODY" -q verify --trust "$WORK/t/trust.conf" "$WORK"/s/acme-00000001.tar.gz >/dev/null 2>&1 || { bad=$((bad + 1)); why="$why $n:exit-$got-then-$(tail -1 "$WORK/err2" | cut -c1-120)"; continue; }
		bash "$TOP/tests/judge/compare.sh" "$WORK/t/truth.jsonl" "$WORK/s" >"$WORK/cmp" 2>&1 || { bad=$((bad + 1)); why="$why $n:differs"; }
	done
	if [ $bad = 0 ] && [ $tried -gt 0 ]; then pass "$call $error: $tried places of $total"; else fail "$call $error: $bad of $tried places:$why"; fi
}
RANDOM=31
sweep write ENOSPC
sweep write EDQUOT
sweep pwrite64 ENOSPC
sweep pwrite64 EDQUOT
sweep fsync EIO
sweep renameat EXDEV
sweep rename EXDEV
sweep openat EMFILE
sweep close EIO
sweep copy_file_range EIO
sweep unlinkat EACCES
finish
