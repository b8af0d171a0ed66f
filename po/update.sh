#!/usr/bin/env bash
# update.sh: bring zh_CN.po up to the messages in the sources. `update.sh --check` changes nothing and only tells whether it is complete.
set -euo pipefail
cd "$(dirname "$0")/.."
po=po/zh_CN.po
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Every function that takes a format is named: a translation with other conversions than its message must not pass.
find core exporters formats archive store cmd -name '*.[ch]' | LC_ALL=C sort > "$work/files"
xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --add-location=file --package-name=custody \
	--flag={_,gettext}:1:pass-c-format --flag=printf:1:c-format --flag={err_sys,err_in,err_next,log_say}:2:c-format \
	--flag={err_set,buf_addf}:3:c-format --flag={arena_printf,verify_report_views}:4:c-format --flag=verify_report_step:5:c-format \
	--output="$work/dated.pot" --files-from="$work/files"
# Without the date of this run, the same sources give the same catalogue.
sed '/^"POT-Creation-Date:/d' "$work/dated.pot" > "$work/new.pot"
[ -e $po ] || msginit --no-translator --locale=zh_CN.UTF-8 --input="$work/new.pot" --output-file=$po
msgmerge --quiet --no-fuzzy-matching --sort-by-file --add-location=file --output-file="$work/merged.po" $po "$work/new.pot"
msgattrib --no-obsolete --output-file="$work/new.po" "$work/merged.po"
open=$(msgattrib --untranslated "$work/new.po")$(msgattrib --only-fuzzy "$work/new.po")

if [ "${1:-}" = --check ]; then
	if [ -n "$open" ]; then
		printf '%s\n%s\n' "$open" "$po is not complete: run po/update.sh and translate these" >&2
		exit 1
	fi
else
	cp "$work/new.po" $po
fi
msgfmt --check --statistics --output-file=/dev/null "$work/new.po"
