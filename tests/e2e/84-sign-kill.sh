#!/usr/bin/env bash
# Killed at every step of signing and of taking a signature in: never a signature that is not remembered, never half a file, and the second try succeeds.
# And a store put back from an older copy is noticed before anything is fetched.
. "$(dirname "$0")/../harness.sh"
VIEWS="csv, json, report"
cd "$WORK"
S=$WORK/s
sim_start "$S" --scale 30 --seed 6 || { finish; exit; }
cp "$S/custody.conf" both.conf; sed -i 's,^\(signer.compliance-officer.*\) key=.*,\1,' "$S/custody.conf"
expect 0 "export, the officer's signature missing" "$CUSTODY" -c "$S/custody.conf" -q --json export acme
A=$S/store/acme-00000001
cp "$A.seal/seal.txt" .
strace -qq -o /dev/null true 2>/dev/null || { skip strace; finish; exit; }
CALLS="openat write fsync rename renameat unlinkat close"
head_line="custody/1 head $(sed -n 's/^Chain: //p' seal.txt) 1 sha256:$(sha256sum <seal.txt | cut -c1-64)"
signs() { openssl cms -verify -binary -inform DER -in "$1" -content seal.txt -no-CApath -no-CAstore -CAfile "$S/trust/roots.pem" -purpose any -out /dev/null 2>/dev/null; }

# --- the officer ---
points=0 bad=0
sign() { { env XDG_STATE_HOME="$WORK/off" "$@" "$CUSTODY" -q sign seal.txt --role compliance-officer --cert "$S/officer.crt" --key "file:$S/officer.key" --archive "$A.tar.gz.partial" -o o.p7s --yes; } >/dev/null 2>&1; }
for call in $CALLS; do
	for n in $(seq 1 200); do
		rm -rf off o.p7s
		# files opened before main are the loader's: those of ours come after
		sign strace -f -qq -o trace -e trace="$call" -e inject="$call:signal=KILL:when=$n" && break
		points=$((points + 1))
		if [ -e o.p7s ]; then
			signs o.p7s || { bad=$((bad + 1)); echo "$call $n: half a signature"; }
			[ "$(cat off/custody/signed 2>/dev/null)" = "$head_line" ] || { bad=$((bad + 1)); echo "$call $n: signed and not remembered"; }
		else
			[ ! -e off/custody/signed ] || [ "$(cat off/custody/signed)" = "$head_line" ] || { bad=$((bad + 1)); echo "$call $n: half a memory"; }
		fi
		rm -f o.p7s
		sign && signs o.p7s && [ "$(cat off/custody/signed)" = "$head_line" ] || { bad=$((bad + 1)); echo "$call $n: the second try fails"; }
	done
done
[ $bad = 0 ] && [ $points -gt 30 ] && pass "$points kills of the officer's client" || fail "$bad of $points kills of the officer's client"

# --- the store ---
cp -a "$S/store" before
points=0 bad=0
attach() { { env "$@" "$CUSTODY" -c "$S/custody.conf" -q sign acme-00000001 --role compliance-officer --attach o.p7s; } >/dev/null 2>&1; }
for call in fsync rename renameat unlinkat; do
	for n in $(seq 1 100); do
		chmod -R u+w "$S/store"; rm -rf "$S/store"; cp -a before "$S/store"
		attach strace -f -qq -o trace -e trace="$call" -e inject="$call:signal=KILL:when=$n" && break
		points=$((points + 1))
		if [ $((points % 2)) = 0 ]; then attach; else attach && "$CUSTODY" -c "$S/custody.conf" -q resume >/dev/null 2>&1; fi
		"$CUSTODY" -q verify --trust "$S/trust.conf" "$A.tar.gz" >/dev/null 2>&1 || { bad=$((bad + 1)); echo "$call $n: not VALID after the second try"; }
		is=$("$CUSTODY" -c "$S/custody.conf" --json runs 2>/dev/null | jq -r .status)
		[ "$is" = complete ] || { bad=$((bad + 1)); echo "$call $n: runs says $is"; }
		[ ! -e "$A.work" ] && [ ! -e "$A.tar.gz.partial" ] || { bad=$((bad + 1)); echo "$call $n: something is left over"; }
	done
done
[ $bad = 0 ] && [ $points -gt 10 ] && pass "$points kills while a signature is taken in" || fail "$bad of $points kills while a signature is taken in"

# --- two at once ---
chmod -R u+w "$S/store"; rm -rf "$S/store"; cp -a before "$S/store"
flock "$A.work/closing.lock" sleep 3 & sleep 0.5
expect 10 "another program is closing it: BUSY" "$CUSTODY" -c "$S/custody.conf" --lang en sign acme-00000001 --role compliance-officer --attach o.p7s
wait $!
( exec 9>"$S/store/custody.lock"; flock 9; sleep 4 ) & sleep 0.5
expect 0 "an export beside it is no hindrance" "$CUSTODY" -c "$S/custody.conf" -q sign acme-00000001 --role compliance-officer --attach o.p7s
wait $!

# --- rollback ---
cp both.conf "$S/custody.conf"; cp -a "$S/store" old
expect 0 "the next archive" "$CUSTODY" -c "$S/custody.conf" -q export acme
chmod -R u+w "$S/store"; rm -rf "$S/store"; cp -a old "$S/store"
expect 7 "a store put back from an older copy: INVALID" "$CUSTODY" -c "$S/custody.conf" --lang en export acme
grep -q 'ends at sequence 1, but this computer has signed up to 2' err && pass "both ends are named" || fail "$(tail -1 err)"
[ ! -e "$S/store/acme-00000002.tar.gz.partial" ] && [ ! -e "$S/store/acme-00000002.tar.gz" ] && pass "nothing was begun" || fail "a second archive 2"
finish
