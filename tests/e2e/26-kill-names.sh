#!/usr/bin/env bash
# Killed where a file is about to lose or change its name: of each kind of name in a whole run the first and the last time.  Whatever is left lying, `resume` finishes.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
sim_start "$WORK/t" --scale small --seed 29 || { finish; exit; }
C=("$CUSTODY" -c "$WORK/t/custody.conf" --lang en -q --store "$WORK/s")
export CUSTODY_TEST_COMMIT=page CUSTODY_TEST_BACKOFF=5
LIB=$BUILD/lib_killed.so
LD_PRELOAD=$LIB KILLED_LOG=$WORK/names "${C[@]}" export acme >out 2>err
status=$?
# Numbers and random parts of a name are any: what is left is the kind.
sed -E 's/[0-9a-f]{8,}/*/g; s/[0-9]+/*/g; s/^tmp\..*/tmp.*/' names | sort | uniq -c | sort -k2 >kinds
[ "$(wc -l <kinds)" -gt 30 ] && pass "$(wc -l <kinds) kinds of names" || { fail "the names of a run"; cat out err kinds; finish; exit; }
while read -r n glob; do
	printf '1 %s\n' "$glob"
	[ "$n" = 1 ] || printf '%s %s\n' "$n" "$glob"
done <kinds >places
[ -n "${ALL:-}" ] || { shuf -n "${POINTS:-6}" --random-source=<(yes "${SEED:-$(date -u +%j)}") places >some; mv some places; }
tried=0 bad=0
while read -r at glob; do
	chmod -R u+w s; rm -rf s
	{ LD_PRELOAD=$LIB KILLED_NAME=$glob KILLED_AT=$at "${C[@]}" export acme >out 2>err; got=$?; } 2>/dev/null # the shell, too, tells of the killed
	# The last of a kind may come earlier in one run than in another.
	[ $got = 137 ] || [ $got = $status ] || { bad=$((bad + 1)); echo "      $glob $at: exit $got: $(tail -n 1 err)"; continue; }
	tried=$((tried + 1))
	if ! ls s/*.tar.gz >/dev/null 2>&1; then
		if ls -d s/*.work/state >/dev/null 2>&1; then verb=(resume); else verb=(export acme); fi
		"${C[@]}" "${verb[@]}" >out 2>err
		got=$?
		[ $got = $status ] || { bad=$((bad + 1)); echo "      $glob $at: then ${verb[*]}: exit $got: $(tail -n 1 err)"; continue; }
	elif [ $got = 137 ]; then
		"${C[@]}" resume >out 2>err || true
	fi
	"$CUSTODY" -q verify --trust t/trust.conf s/acme-00000001.tar.gz >out 2>err || { bad=$((bad + 1)); echo "      $glob $at: not VALID"; continue; }
	bash "$TOP/tests/judge/compare.sh" t/truth.jsonl s >out 2>&1 || { bad=$((bad + 1)); echo "      $glob $at: differs from the truth"; continue; }
	left=$(find s -path '*.seal/*' -prune -o -name '.custody-tmp-*' -print -o -name '*.partial' -print -o -name '*.work' -print)
	[ -z "$left" ] || { bad=$((bad + 1)); echo "      $glob $at: left lying: $left"; }
done <places
[ $bad = 0 ] && [ $tried -gt 0 ] && pass "killed at $tried places" || fail "killed at $tried places: $bad of them"
finish
