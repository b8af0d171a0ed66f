#!/usr/bin/env bash
# Going on with runs: whose they are, in which store, with which settings; several at once; and what is said when there is none.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
command -v strace >/dev/null && strace -o /dev/null true 2>/dev/null || { skip strace; finish; exit; }
export CUSTODY_TEST_COMMIT=page CUSTODY_TEST_BACKOFF=1
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
base=$WORK/t/custody.conf conf=$WORK/t/resume.conf
C=("$CUSTODY" --lang en -c "$conf")

# A tenant "beta" beside acme: the same account by another name.
section() { sed -n '/^\[tenant acme\]/,/^\[/{/^\[tenant acme\]/!{/^\[/!p}}' "$base"; }
two_tenants() { # EXPRESSION FOR ACME, LINES FOR BETA
	{ sed -E "$1" "$base"; printf '\n[tenant beta]\n'; section; printf '%s\n' "${2:-}"; } > "$conf"
}
fresh() { rm -rf "$WORK/t/store" "$WORK/two"; }
# A disk that fails ends a run in the middle: class IO, and it waits.
cut() { expect 5 "$1: interrupted" strace -qq -o /dev/null -e trace=fsync -e inject=fsync:error=EIO:when=400 "${C[@]}" -q export "$2"; }
says() { if grep -qE "$2" "$3"; then pass "$1"; else fail "$1: $(cat "$3")"; fi; }
once() { if [ "$(grep -cE "$2" "$3")" = 1 ]; then pass "$1"; else fail "$1: $(cat "$3")"; fi; }

two_tenants '/^\[tenant acme\]/,/^\[/s/^corp_id *=.*/corp_id = wwffffffffffffffff/'
fresh
cut "shared store" beta
expect 0 "runs with an interrupted one" "${C[@]}" --json runs
says "its row names tenant, run and store" '"status":"interrupted","began_at":"20.*"run":"run-.*"tenant":"beta","store":"/' out
once "a shared store is listed once" 'interrupted' out
expect 0 "resume takes the tenant from the run" "${C[@]}" -q resume
expect 0 "runs" "${C[@]}" --json runs
says "and it is beta's" '"status":"complete".*"tenant":"beta"' out
expect 0 "a second resume" "${C[@]}" -q resume
expect 0 "a second resume by name" "${C[@]}" -q resume "$(cd t/store && ls ./*.tar.gz | sed 's,./\(.*\).tar.gz,\1,')"
expect 2 "resume of a run that never was" "${C[@]}" -q resume acme-00000077
says "which" 'acme-00000077.*custody runs' err

# Two stores with one label: neither hides the other.
two_tenants '' 'store = two'
printf '\n[store two]\npath = %s\nlabel = acme\n' "$WORK/two" >> "$conf"
sed -i '/^\[tenant beta\]/,$!b;/^store *=  *$/d' "$conf"
fresh
cut "first store" acme
cut "second store" beta
expect 0 "resume goes on with both" "${C[@]}" -q resume
[ "$(wc -l < out)" = 2 ] && [ -f t/store/acme-00000001.tar.gz ] && [ -f two/acme-00000001.tar.gz ] && pass "both are there" || fail "both are there: $(cat out)"
expect 0 "runs in a store of --store" "${C[@]}" --json runs --store "$WORK/two"
once "are listed once" '"archive"' out
fresh
cut "first store" acme
cut "second store" beta
sim_stop
expect 4 "two runs that fail" "${C[@]}" -q --json resume
once "one object on standard output" '"class":"REMOTE"' out
[ "$(wc -l < out)" = 1 ] && pass "and nothing else" || fail "and nothing else: $(cat out)"
[ "$(grep -c 'acme-00000001: ' err)" = 2 ] && [ "$(wc -l < err)" = 2 ] && pass "each reason once" || fail "each reason once: $(cat err)"
SIM_PORT=$PORT
sim_start "$WORK/t" --scale small --seed 5 || { finish; exit; }
sed -i -E '/^\[tenant beta\]/,$s/^time_zone *=.*/time_zone = UTC/' "$conf"
cp "$conf" changed
expect 2 "one goes on, the other cannot" "${C[@]}" -q --json resume
says "the good one is told" '"status":"complete"' out
says "the other too" '"class":"USAGE"' out
says "with what differs" 'time_zone was "Asia/Shanghai", now "UTC"' err
sed -i -E '/^\[tenant beta\]/,$s/^time_zone *=.*/time_zone = Asia\/Shanghai/' "$conf"
expect 0 "set back, it goes on" "${C[@]}" -q resume

# Settings that change what is written.
cp "$base" "$conf"
fresh
cut "settings" acme
sed -i -E '/^\[tenant acme\]/a csv.crlf = yes' "$conf"
sed -i -E 's/^time_zone *=.*/time_zone = UTC/; s/^corp_id *=.*/corp_id = ww1111111111111111/' "$conf"
expect 2 "other settings" "${C[@]}" -q resume
says "all are listed" 'corp_id was .*; time_zone was "Asia/Shanghai", now "UTC"; csv.crlf was "no", now "yes"; next: set them back in \[tenant acme\], then: custody resume acme-00000001' err
cp "$base" "$conf"
expect 0 "as it began" "${C[@]}" -q resume
expect 0 "whole" bash "$TOP/tests/judge/compare.sh" "$WORK/t/truth.jsonl" "$WORK/t/store"

# A store that is not there is not made.
for command in resume runs "resume acme-00000001" "--yes runs --discard acme-00000001"; do
	# shellcheck disable=SC2086 # words
	expect 2 "$command with a store that is not there" "${C[@]}" -q --store "$WORK/mistyped" $command
	[ -e mistyped ] && fail "$command made it" || pass "$command made nothing"
done
fresh
expect 0 "resume before the first export" "${C[@]}" -q resume
[ -e t/store ] && fail "it made the store" || pass "it made nothing"

# Stopped before anything was kept: there is no run to go on with.
kill -STOP "$SIM_PID"
"${C[@]}" -q export acme >out 2>err &
pid=$!
sleep 1
kill -TERM "$pid"
wait "$pid"
[ $? = 143 ] && pass "stopped early: 143" || fail "stopped early: 143"
kill -CONT "$SIM_PID"
says "stopped early: the next step is a new export" 'next: custody export acme' err
expect 0 "stopped early: nothing waits" "${C[@]}" -q resume
finish
