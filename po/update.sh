#!/usr/bin/env bash
# update.sh: bring the catalogues up to the messages in the sources. `update.sh --check` only tells whether zh_CN is complete.
set -euo pipefail
cd "$(dirname "$0")/.."
pot=$(mktemp)
trap 'rm -f "$pot"' EXIT
git ls-files --cached --others --exclude-standard 'core/*.[ch]' 'exporters/*.[ch]' 'formats/*.[ch]' 'archive/*.[ch]' 'store/*.[ch]' 'cmd/*.[ch]' | LC_ALL=C sort |
	xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --add-location=file --package-name=custody --msgid-bugs-address=maintainers \
		--flag=_:1:pass-c-format --flag=err_set:3:c-format -o "$pot" -f -
if [ "${1:-}" = --check ]; then
	missing=$(msgmerge -q --no-fuzzy-matching -o - po/zh_CN.po "$pot" | msgattrib --untranslated --no-obsolete - | grep -c '^msgid' || true)
	[ "${missing:-0}" -eq 0 ] || { echo "zh_CN.po lacks $((missing - 1)) messages: run po/update.sh and translate"; exit 1; }
	[ -z "$(msgattrib --only-fuzzy --no-obsolete po/zh_CN.po)" ] || { echo "zh_CN.po has fuzzy messages"; exit 1; }
	exit 0
fi
sed -i '/^"POT-Creation-Date/d' "$pot"
if [ -e po/zh_CN.po ]; then
	msgmerge -q --no-fuzzy-matching --sort-by-file -o po/zh_CN.po.new po/zh_CN.po "$pot" && msgattrib --no-obsolete -o po/zh_CN.po po/zh_CN.po.new && rm po/zh_CN.po.new
else
	msginit --no-translator -l zh_CN.UTF-8 -i "$pot" -o po/zh_CN.po
fi
msgfmt --statistics -o /dev/null po/zh_CN.po
