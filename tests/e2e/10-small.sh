#!/usr/bin/env bash
# A small tenant, without and with every fault: everything is there, verifies, and verifies without custody too.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"

run() { # NAME DIR STATUS FAULTS…
	local name=$1 dir=$2 status=$3
	shift 3
	sim_start "$dir" --scale small --seed 7 "$@" || return
	expect "$status" "$name: export ends with $status" "$CUSTODY" -c "$dir/custody.conf" --lang en -q export acme
	check "$name: equal to the truth" bash "$TOP/tests/judge/compare.sh" "$dir/truth.jsonl" "$dir/store"
	expect 0 "$name: VALID" "$CUSTODY" -q verify --trust "$dir/trust.conf" "$dir"/store/acme-00000001.tar.gz
	check "$name: verified by hand" bash "$TOP/tests/judge/by-hand.sh" "$dir/store/acme-00000001.tar.gz" "$dir/trust"
	if grep -rqaF -f <(cat "$dir"/*.secret 2>/dev/null) "$WORK/out" "$WORK/err" "$dir/store"; then fail "$name: a secret in the output"; else pass "$name: no secret in output or store"; fi
	sim_stop
}
run "clean" "$WORK/clean" 0
run "every fault" "$WORK/faults" 3 --fault all
finish
