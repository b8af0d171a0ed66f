#!/usr/bin/env bash
# Chinese and English are equal: no message without its translation, and the choice works where no Chinese locale was ever generated.
. "$(dirname "$0")/../harness.sh"
cd "$WORK" || exit

check "zh_CN: every message is translated" "$TOP/po/update.sh" --check

# The same check must refuse what is wrong; on a copy, so that nobody's catalogue is touched.
mkdir tree && cp -r "$TOP"/{core,exporters,formats,archive,store,cmd,po} tree/
update=tree/po/update.sh po=tree/po/zh_CN.po
check "update: runs" "$update"
cp "$po" whole.po
check "update: runs again" "$update"
check "update: changes nothing where nothing is new" cmp whole.po "$po"
printf 'const char *text(void);\n\nconst char *\ntext(void)\n{\n\treturn _("a message that nobody translated yet");\n}\n' > tree/cmd/new.c
expect 1 "a new message is missed" "$update" --check
rm tree/cmd/new.c
sed '/^msgid "unknown command /{n;s/.*/msgstr ""/}' whole.po > "$po"
expect 1 "an empty translation is missed" "$update" --check
sed '/^msgid "unknown command /{n;s/%s/%d/}' whole.po > "$po"
expect 1 "a wrong conversion is refused" "$update" --check
sed '/^msgid "unknown command /i #, fuzzy' whole.po > "$po"
expect 1 "a fuzzy translation is missed" "$update" --check

chinese() { LC_ALL=C grep -qaP '[\xe4-\xe9][\x80-\xbf]{2}' "$@"; }	# ideographs; an ellipsis is none
speaks() { # LANGUAGE NAME COMMAND…: help on stdout, in that language and only there
	local want=$1 name=$2
	shift 2
	expect 0 "$name: exit 0" "$@"
	if { [ "$want" = zh ] && grep -q '^用法：' out && ! grep -qi 'usage:' out; } ||
	    { [ "$want" = en ] && grep -q '^usage:' out && ! chinese out; }; then pass "$name: $want"; else
		fail "$name: not $want"; head -3 out | sed 's/^/      /'; fi
	[ -s err ] && fail "$name: something on stderr"
}
for locale in C POSIX C.UTF-8 zh_CN.UTF-8 en_US.UTF-8; do
	E=(env -u LANGUAGE -u LC_MESSAGES -u LANG "LC_ALL=$locale")
	speaks zh "LC_ALL=$locale --lang zh" "${E[@]}" "$CUSTODY" --lang zh --help
	speaks en "LC_ALL=$locale --lang en" "${E[@]}" "$CUSTODY" --lang en --help
	speaks zh "LC_ALL=$locale LANGUAGE=en --lang=zh export" "${E[@]}" LANGUAGE=en "$CUSTODY" --lang=zh export --help
	speaks en "LC_ALL=$locale LANGUAGE=zh --lang=en export" "${E[@]}" LANGUAGE=zh_CN "$CUSTODY" --lang=en export --help
done
E=(env -u LANGUAGE -u LC_ALL -u LC_MESSAGES -u LANG)
speaks zh "LANG=zh_CN.UTF-8 alone" "${E[@]}" LANG=zh_CN.UTF-8 "$CUSTODY" --help
speaks en "LANG=en_US.UTF-8 alone" "${E[@]}" LANG=en_US.UTF-8 "$CUSTODY" --help
speaks en "no locale at all" "${E[@]}" "$CUSTODY" --help
speaks zh "LC_ALL=zh_CN.UTF-8 before LANG=C" "${E[@]}" LC_ALL=zh_CN.UTF-8 LANG=C "$CUSTODY" --lang auto --help
speaks zh "the catalogue beside the program" "${E[@]}" -u CUSTODY_LOCALEDIR "$CUSTODY" --lang zh --help

# Every line of help in Chinese holds Chinese: what a table of options or commands says is translated where it is printed.
for command in "" $("$CUSTODY" --lang en --help | sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
	LC_ALL=C "$CUSTODY" --lang zh $command --help > out
	if grep '^ ' out | while read -r line; do chinese <<<"$line" || { echo "$line"; exit 1; }; done; then pass "help ${command:-of all}: every line"; else
		fail "help ${command:-of all}: a line without Chinese"; fi
done
# The manual pages keep up with the tables: every command and every option that help knows.
"$CUSTODY" --lang en --help > all-help
commands=$(sed -n '/^commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' all-help)
for command in $commands; do "$CUSTODY" --lang en "$command" --help; done >> all-help
options=$(sed -n 's/^  .* --\([a-z]*\) .*/\1/p' all-help | sort -u)
manual() { # PAGE: its words, without escapes and macros
	sed 's/\\f[A-Z]//g; s/\\//g; s/Fl -/--/g; s/ , -/ , --/g' "$1" > page
	[ -n "$commands" ] && [ -n "$options" ] || return 1
	for word in $commands; do grep -qE "^(\.It Cm )?$word( |$)" page || { echo "command $word"; return 1; }; done
	for word in $options; do grep -qwe "--$word" page || { echo "option --$word"; return 1; }; done
}
check "custody.1 names every command and option" manual "$TOP/docs/custody.1"
check "zh/custody.1 names every command and option" manual "$TOP/docs/zh/custody.1"

expect 2 "misspelt command, in Chinese: exit 2" env LC_ALL=C "$CUSTODY" --lang zh exprot
if tail -1 err | grep -q '^custody: .*；下一步：.*custody export'; then pass "its last line and next step are Chinese"; else
	fail "last line: $(tail -1 err)"; fi
finish
