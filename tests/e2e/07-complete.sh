#!/usr/bin/env bash
# What bash offers behind custody: from the program's own tables, so nothing that help shows is missing.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit
. "$TOP/completions/custody.bash"
printf '[tenant acme]\nplatform = wecom\n[tenant beta]\nplatform = wecom\n' >custody.conf
# offered WORD…: what is offered for the last of these words, one line
offered() { COMP_WORDS=("$CUSTODY" "$@") COMP_CWORD=$# COMPREPLY=(); _custody; printf '%s\n' "${COMPREPLY[@]}" | paste -sd' '; }
is() { local want=$1; shift; local got; got=$(offered "$@"); [ "$got" = "$want" ] && pass "custody $*: $want" || fail "custody $*: \"$got\", not \"$want\""; }
help() { "$CUSTODY" --lang en "$@" --help; }

[ "$(offered "" | tr ' ' '\n')" = "$(help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')" ] && pass "every command" || fail "$(offered "")"
for c in $(offered ""); do
	[ "$(offered "$c" -- | tr ' ' '\n' | sort -u)" = "$(help "$c" | grep -oE '^ +(-., )?--[a-z-]+' | sed 's/.*--/--/' | sort -u)" ] && pass "every option of $c" || fail "options of $c: $(offered "$c" --)"
done
[ "$(offered render a.tar.gz --format "" | tr ' ' '\n')" = "$(help render | sed -n '/^formats:/,/^$/s/^  \([a-z0-9-]*\) .*/\1/p')" ] && pass "every format" || fail "$(offered render --format "")"
is "resume render redact" re
is "csv,pdf csv,person csv,person-json" render --format csv,p
is "pdf person person-json" render --format = p
is "--format=person --format=person-json" render --format=pe
is "zh en auto" --lang = ""
is "auto always" export --color a
is "acme beta" export ""
is "beta" -c custody.conf export b
is "" -c none.conf export ""
is "" export acme ""
is "" verify ""
is "" nothing ""
[ -z "$(offered export --config "")" ] && pass "files are left to the shell" || fail "$(offered export --config "")"
"$CUSTODY" __complete </dev/null >out 2>err && [ ! -s err ] && pass "no word at all" || fail "$(cat err)"
head -c 100000 /dev/zero | tr '\0' , | xargs -0 "$CUSTODY" __complete render --format >out 2>err && [ ! -s err ] && pass "a very long word" || fail "$(cat err)"
finish
