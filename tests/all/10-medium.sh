#!/usr/bin/env bash
# Scale medium: ids and contents equal the truth, clean and with every fault at once.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"
for faults in "" "--fault all"; do
	d=$WORK/m
	chmod -R u+w "$d" 2>/dev/null; rm -rf "$d"
	# shellcheck disable=SC2086
	sim_start "$d" --scale medium --seed 9 $faults || break
	expect "$([ -n "$faults" ] && echo 3 || echo 0)" "medium ${faults:-clean}: export" "$CUSTODY" -c "$d/custody.conf" -q export acme
	check "medium ${faults:-clean}: equal to the truth" bash "$TOP/tests/judge/compare.sh" "$d/truth.jsonl" "$d/store"
	expect 0 "medium ${faults:-clean}: VALID" "$CUSTODY" -q verify --trust "$d/trust.conf" "$d/store/acme-00000001.tar.gz"
	sim_stop
done
finish
