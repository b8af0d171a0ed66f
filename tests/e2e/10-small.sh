#!/usr/bin/env bash
# A small tenant, without and with every fault: everything is there, verifies, and verifies without custody too.
. "$(dirname "$0")/../harness.sh"
cd "$WORK"

# spellings FILES…: each secret raw (its first eight characters too), in hexadecimal, base64 and percent-encoded.
spellings() {
	local f raw
	for f in "$@"; do
		raw=$(cat "$f")
		printf '%s\n%s\n' "$raw" "${raw:0:8}"
		printf '%s' "$raw" | od -v -An -tx1 | tr -d ' \n'; echo
		printf '%s' "$raw" | base64 -w0; echo
		printf '%s' "$raw" | od -v -An -tx1 | tr -d '\n' | sed 's/ /%/g'; echo
	done | sed '/^$/d'
}
run() { # NAME DIR STATUS FAULTS…
	local name=$1 dir=$2 status=$3
	shift 3
	sim_start "$dir" --scale small --seed 7 "$@" || return
	expect "$status" "$name: export ends with $status" "$CUSTODY" -c "$dir/custody.conf" --lang en -q export acme
	check "$name: equal to the truth" bash "$TOP/tests/judge/compare.sh" "$dir/truth.jsonl" "$dir/store"
	expect 0 "$name: VALID" "$CUSTODY" -q verify --trust "$dir/trust.conf" "$dir"/store/acme-00000001.tar.gz
	check "$name: verified by hand" bash "$TOP/tests/judge/by-hand.sh" "$dir/store/acme-00000001.tar.gz" "$dir/trust"
	spellings "$dir"/*.secret > needles
	mkdir -p "$dir/unpacked" && tar -xzf "$dir/store/acme-00000001.tar.gz" -C "$dir/unpacked"
	if grep -rlaF -f needles out err "$dir/store" "$dir/unpacked" > hits 2>/dev/null; then fail "$name: a secret in $(head -3 hits)"; else pass "$name: no secret in output, store or archive"; fi
	# the search must be able to find: a planted secret is found
	cat "$dir/contacts.secret" > planted; grep -qaF -f needles planted && pass "$name: the search finds a planted secret" || fail "$name: the search is blind"
	sim_stop
}
run "clean" "$WORK/clean" 0
run "every fault" "$WORK/faults" 3 --fault all
finish
