#!/usr/bin/env bash
# crafted.sh GOOD JUDGE [--all | NAME-PATTERN]: archives made anew with one thing wrong (or unusual, and right), sealed, signed and stamped by the
# attacker: the verdict must be of the right class, and its reason name the thing.  Without --all every sixth.
set -uo pipefail
good=$(readlink -f "$1") judge=$(readlink -f "$2") pattern=${3:-}
top=$(cd "$(dirname "$0")" && pwd)
export LC_ALL=C TZ=UTC
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
. "$top/crafted/craft.sh"
[ -e "$good/fourth.crt" ] || "$top/crafted/pki.sh" "$good" || { echo "crafted: no keys"; exit 1; }

step=6 workers=$(nproc) number=0 worker=0
[ "$pattern" = --all ] && { step=1 pattern=; }
[ -n "$pattern" ] && step=1

# c CLASS REASON NAME [STAGE CODE]...: one archive.  REASON: an extended regular expression that the verifier's reason must match, "" for VALID.
# k CLASS REASON CLASS REASON NAME [STAGE CODE]...: an encrypted one: judged without a key and then with that of "legal".
# Two stages more: "now" gives the judge another clock; "gz" turns a.tar (cwd: work) into a.tar.gz, which is then what is judged.
c() {
	local class=$1 reason=$2 name=$3 now='' file=a.tar i verdict out; shift 3
	number=$((number + 1))
	if [ -n "$pattern" ]; then case $name in *$pattern*) ;; *) return;; esac; fi
	[ $((number % step)) = 0 ] && [ $((number / step % workers)) = $worker ] || return 0
	work=$tmp/$worker.$number
	mkdir "$work"
	(set -e; craft "$@") >"$work.log" 2>&1	# not in a condition, where bash would go on after a failure
	[ $? = 0 ] || { echo "FAILED: $name: not made: $(cat "$work.log")" >>"$tmp/$worker.bad"; }
	for ((i = 1; i < $#; i += 2)); do
		case ${!i} in
		now) i=$((i + 1)); now=${!i}; i=$((i - 1));;
		gz) i=$((i + 1)); (cd "$work" && eval "${!i}" >a.tar.gz); file=a.tar.gz; i=$((i - 1));;
		esac
	done
	cd "$work" || exit 1
	judged "$class" "$reason" "$name"
	[ -z "$keyed" ] || judged "${keyed%% *}" "${keyed#* }" "$name, with a key" -k "$good/${who:-legal}.key" "$good/${who:-legal}.crt"
	cd "$tmp" || exit 1
	[ -n "${KEEP:-}" ] && { mkdir -p "$KEEP"; mv "$work" "$KEEP/$number"; return; }
	rm -rf "$work"
}

keyed=
k() { local keyed="$3 $4"; c "$1" "$2" "${@:5}"; }

# judged CLASS REASON NAME [-k KEY CERT]: the verdict on what lies in the current directory
judged() {
	local class=$1 reason=$2 name=$3 with=("${@:4}")
	if [ -n "$now" ]; then
		out=$(faketime "$(date -d "$now" '+%Y-%m-%d %H:%M:%S')" "$judge" -a "${with[@]}" trust.conf $file 2>&1)
	else
		out=$("$judge" -a "${with[@]}" trust.conf $file 2>&1)
	fi
	verdict=${out%%$'\n'*}; verdict=${verdict#*: }; verdict=${verdict%% *}; verdict=${verdict%:}
	echo "$class $name" >>"$tmp/$worker.done"
	if [ "$verdict" != "$class" ] || { [ -n "$reason" ] && ! grep -qE -- "$reason" <<<"$out"; }; then
		printf 'FAILED: %s: wanted %s /%s/, got: %s\n' "$name" "$class" "$reason" "$out" >>"$tmp/$worker.bad"
	fi
	[ $step = 1 ] || [ $((number / step % 3)) = 0 ] && by_hand "${with[@]:1}"
	[ -z "${SHOW:-}" ] || printf '%s\n    %s\n' "$name" "$out" >>"$tmp/$worker.show"
}

# by_hand [KEY CERT]: the same archive judged in shell: what that sees, the program must see at least as badly.
by_hand() {
	local hand rank=(VALID INDETERMINATE INVALID) i mine=0 theirs=0
	if [ -n "$now" ]; then hand=$(faketime "$(date -d "$now" '+%Y-%m-%d %H:%M:%S')" "$top/../judge/by-hand.sh" $file . "$@" 2>/dev/null | tail -1)
	else hand=$("$top/../judge/by-hand.sh" $file . "$@" 2>/dev/null | tail -1); fi
	for i in 1 2; do
		[ "$verdict" != ${rank[i]} ] || mine=$i
		[ "$verdict" != DENIED ] || mine=1
		[ "${hand%%:*}" != ${rank[i]} ] || theirs=$i
	done
	case $hand in VALID* | INVALID:* | INDETERMINATE:* | 'verified by hand'*) ;; *) theirs=9;; esac
	if [ $theirs -gt $mine ]; then echo "FAILED: $name: $verdict, and by hand: $hand" >>"$tmp/$worker.bad"
	elif [ $theirs = $mine ]; then echo agreed >>"$tmp/$worker.hand"
	else echo "weaker $verdict $name ($hand)" >>"$tmp/$worker.hand"; fi
}

for ((worker = 0; worker < workers; worker++)); do
	( for f in "$top"/crafted/cases-*.sh; do . "$f"; done ) &
done
wait
touch "$tmp/0.done" "$tmp/0.bad" "$tmp/0.show"
cat "$tmp"/*.show
cat "$tmp"/*.bad
printf 'crafted: %d archives (%d VALID, %d INDETERMINATE, %d INVALID wanted), %d wrong\n' "$(cat "$tmp"/*.done | wc -l)" \
    "$(cat "$tmp"/*.done | grep -c '^VALID')" "$(cat "$tmp"/*.done | grep -c '^INDET')" "$(cat "$tmp"/*.done | grep -c '^INVALID')" "$(cat "$tmp"/*.bad | grep -c ^FAILED)"
cat "$tmp"/*.hand >"$tmp/hand" 2>/dev/null
printf 'crafted: %d of them compared with the verifier in shell: %d judged the same, %d seen by the program alone\n' "$(wc -l <"$tmp/hand")" \
    "$(grep -c ^agreed "$tmp/hand")" "$(grep -c ^weaker "$tmp/hand")"
[ -z "${SHOW:-}" ] || grep ^weaker "$tmp/hand"
[ -s "$tmp/0.done" ] && ! cat "$tmp"/*.bad | grep -q .
