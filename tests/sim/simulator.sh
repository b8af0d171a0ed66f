#!/bin/bash
# simulator.sh: custody-sim judged by curl, jq and openssl against what the
# platform's documents say, and its chat library driven as an exporter would.
#
#   tests/sim/simulator.sh BUILD_DIR
#
# BUILD_DIR holds custody-sim and libcustody_fakesdk.so; the driver is built
# here with $CC and $CFLAGS.  Says what failed and exits 1 if anything did.
set -u
export LC_ALL=C.UTF-8

top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:?build directory}" && pwd)
tmp=$(mktemp -d)
pid=
trap 'stop; rm -rf "$tmp"' EXIT
n_ok=0 n_bad=0

# shellcheck disable=SC2086 # flags are words
${CC:-cc} -std=c11 -D_GNU_SOURCE -g ${CFLAGS:-} -o "$tmp/driver" "$top/tests/sim/sdk_driver.c" -ljansson -lcrypto -ldl || exit 1

stop() {
	[ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid"
	pid=
}
start() {	# start OPTION...: a new tenant in $d, its parts in variables
	d=$tmp/tenant
	if [ "${keep:-}" != yes ]; then	# making keys takes time: once is enough
		rm -rf "$d"
		[ ! -d "$tmp/keys" ] || cp -r "$tmp/keys" "$d"
	fi
	: >"$tmp/out"	# or the line of the one before would be taken
	"$build/custody-sim" wecom --dir "$d" --now 1795392000 --log "$@" >"$tmp/out" &
	pid=$!
	for _ in $(seq 400); do
		grep -q '^listening 127\.0\.0\.1:[0-9]*$' "$tmp/out" && break
		kill -0 "$pid" 2>/dev/null || { echo "FAILED: start $*"; exit 1; }
		sleep 0.05
	done
	base=http://127.0.0.1:$(sed 's/.*://' "$tmp/out")
	if [ ! -d "$tmp/keys" ]; then
		cp -r "$d" "$tmp/keys"
		rm -f "$tmp"/keys/{chat-*.pem,custody.conf,*.secret,truth.jsonl,now,requests.log}
	fi
	corp=$(sed -n 's/^corp_id *= *//p' "$d/custody.conf")
}
is() {		# is WHAT WANTED GOT
	if [ "$2" = "$3" ]; then
		n_ok=$((n_ok + 1))
	else
		n_bad=$((n_bad + 1))
		echo "FAILED: $1: wanted '$2', got '${3:0:300}'"
	fi
}
token() {	# token AREA
	curl -s "$base/cgi-bin/gettoken?corpid=$corp&corpsecret=$(cat "$d/$1.secret")" | jq -er .access_token 2>/dev/null
}
get() {		# get TOKEN PATH [PARAMETER]
	curl -s "$base/cgi-bin/$2?access_token=$1${3:+&$3}"
}
post() {	# post TOKEN PATH JSON
	curl -s -d "$3" "$base/cgi-bin/$2?access_token=$1"
}
code() {	# the errcode of what comes in
	jq -r .errcode
}
# What jq cannot read is legal JSON all the same: half a surrogate pair.
mend() {
	perl -pe 's/(?<!\\)((?:\\\\)*)\\u([dD][89abAB]..)(?!\\u[dD][c-fC-F])/$1\\ufffd/g'
}
truth() {	# truth STREAM [EXPECT]: ids
	jq -r --arg s "$1" --arg e "${2:-present}" 'select(.stream == $s and .expect == $e) | .id' "$d/truth.jsonl" | sort
}
sdk() {
	"$tmp/driver" "$build/libcustody_fakesdk.so" "$base" "$corp" "${secret:-$(cat "$d/chat.secret")}" "$@"
}
approvals() {	# all approval numbers of four months, page after page
	local t=$1 from=1784764800 cursor next page tries=0
	while [ $from -lt 1795392000 ]; do
		cursor=
		while :; do
			page=$(post "$t" oa/getapprovalinfo "{\"starttime\":\"$from\",\"endtime\":\"$((from + 2678399))\",\"new_cursor\":\"$cursor\",\"size\":20}")
			[ "$(code <<<"$page")" = 0 ] || return 1
			jq -r '.sp_no_list[]' <<<"$page"
			next=$(jq -r '.new_next_cursor // ""' <<<"$page")
			[ -n "$next" ] || break
			if [ "$next" = "$cursor" ]; then
				tries=$((tries + 1))
				[ $tries -lt 9 ] || return 1
			fi
			cursor=$next
		done
		from=$((from + 2678400))
	done
}

start
# --- tokens and errors
is 'wrong secret' 40001 "$(curl -s "$base/cgi-bin/gettoken?corpid=$corp&corpsecret=x" | code)"
is 'wrong corp' 40013 "$(curl -s "$base/cgi-bin/gettoken?corpid=ww0&corpsecret=x" | code)"
is 'no secret' 41004 "$(curl -s "$base/cgi-bin/gettoken?corpid=$corp" | code)"
c=$(token contacts) y=$(token contacts_sync) a=$(token approvals) m=$(token chat)
is 'same token again' "$c" "$(token contacts)"
is 'tokens differ' 4 "$(printf '%s\n' "$c" "$y" "$a" "$m" | sort -u | wc -l)"
is 'no token' 41001 "$(curl -s "$base/cgi-bin/department/list" | code)"
is 'bad token' 40014 "$(get nonsense department/list | code)"
is 'errors are HTTP 200' 200 "$(curl -s -o /dev/null -w '%{http_code}' "$base/cgi-bin/department/list")"
is 'sync secret may not list' 48002 "$(get "$y" user/list department_id=1 | code)"
is 'only it may list ids' 48002 "$(post "$c" user/list_id '{}' | code)"
is 'chat secret may not' 48002 "$(post "$m" oa/getapprovalinfo '{}' | code)"
is 'no secret for customers' 48002 "$(post "$c" externalcontact/groupchat/list '{}' | code)"
is 'any may ask for addresses' 0 "$(get "$m" get_api_domain_ip | code)"
# --- contacts
get "$c" department/list >"$tmp/depts"
is departments "$(truth departments)" "$(jq -r '.department[].id' "$tmp/depts" | sort)"
is 'order above int32' 4294967295 "$(jq '[.department[].order] | max' "$tmp/depts")"
is 'simple list' "$(truth departments)" "$(get "$y" department/simplelist | jq -r '.department_id[].id' | sort)"
for id in $(jq -r '.department[].id' "$tmp/depts"); do
	get "$c" user/list department_id="$id"
done | mend >"$tmp/users"
is users "$(truth users)" "$(jq -r '.userlist[].userid' "$tmp/users" | sort -u)"
is 'names' "$(jq -r 'select(.stream == "users") | .id + " " + (.name | tojson)' "$d/truth.jsonl" | sort)" \
    "$(jq -r '.userlist[] | .userid + " " + (.name | tojson)' "$tmp/users" | sort -u)"
is 'not granted is absent' 0 "$(jq '.userlist[] | has("mobile") or has("email") or has("avatar") or has("gender") or has("address")' "$tmp/users" | grep -c true)"
is 'list_id pages' "$(truth users)" "$(
	cursor=
	while :; do
		page=$(post "$y" user/list_id "{\"cursor\":\"$cursor\",\"limit\":7}")
		jq -r '.dept_user[].userid' <<<"$page"
		cursor=$(jq -r .next_cursor <<<"$page")
		[ -n "$cursor" ] || break
	done | sort -u)"
is 'no such member' 60111 "$(get "$c" user/get userid=nobody | code)"
is 'no such department' 60003 "$(get "$c" user/list department_id=77777 | code)"
is 'department missing' 40058 "$(get "$c" user/list | code)"
is 'limit too big' 40058 "$(post "$y" user/list_id '{"limit":10001}' | code)"
# --- approvals
approvals "$a" >"$tmp/numbers"
is approvals "$(truth approvals)" "$(sort "$tmp/numbers")"
is 'milliseconds' 301025 "$(post "$a" oa/getapprovalinfo '{"starttime":1784764800000,"endtime":1784764900000,"size":1}' | code)"
is '32 days' 301025 "$(post "$a" oa/getapprovalinfo '{"starttime":"1784764800","endtime":"1787529601","size":1}' | code)"
is 'size 101' 301025 "$(post "$a" oa/getapprovalinfo '{"starttime":"1784764800","endtime":"1784764801","size":101}' | code)"
is 'last page has no cursor' false "$(post "$a" oa/getapprovalinfo '{"starttime":"1784764800","endtime":"1784764801","new_cursor":"","size":100}' | jq 'has("new_next_cursor")')"
is 'no such form' 301056 "$(post "$a" oa/getapprovaldetail '{"sp_no":"1"}' | code)"
while read -r n; do post "$a" oa/getapprovaldetail "{\"sp_no\":\"$n\"}"; done <"$tmp/numbers" | mend >"$tmp/forms"
is 'form facts' "$(jq -r 'select(.stream == "approvals") | "\(.id) \(.sp_status) \(.apply_time) \(.applyer) \(.template_id)"' "$d/truth.jsonl" | sort)" \
    "$(jq -r '.info | "\(.sp_no) \(.sp_status) \(.apply_time) \(.applyer.userid) \(.template_id)"' "$tmp/forms" | sort)"
is 'typed values' "$(jq -c 'select(.stream == "approvals") | .values[]' "$d/truth.jsonl" | sort)" \
    "$(jq -c '.info.apply_data.contents[] | {id, control, value: (.value | .text // .new_number // .number // .new_money // .money // .formula.value)} | select(.value != null)' "$tmp/forms" | sort)"
is 'every control' "Attendance BankAccount Contact Date DateRange File Formula FutureControl Location Money Number PunchCorrection RelatedApproval Selector Table Text Textarea Tips Vacation" \
    "$(jq -r '.info.apply_data.contents[].control' "$tmp/forms" | sort -u | xargs)"
is 'old forms' true "$(jq -s 'any(.[]; .info | has("sp_record") and (has("process_list") | not))' "$tmp/forms")"
for id in $(truth approval-templates); do post "$a" oa/gettemplatedetail "{\"template_id\":\"$id\"}"; done >"$tmp/templates"
is templates "$(truth approval-templates | wc -l)" "$(jq -r 'select(.errcode == 0) | .template_names[0].text' "$tmp/templates" | wc -l)"
# --- attachments
is 'bad media id' 40007 "$(get "$a" media/get media_id=WWCISP_0 | code)"
jq -r 'select(.stream == "files" and (.of | startswith("approvals"))) | "\(.id) \(.size) \(.sha256)"' "$d/truth.jsonl" >"$tmp/media"
is 'attachments in forms' "$(cut -d' ' -f1 "$tmp/media" | sort)" \
    "$(jq -r '.info | .apply_data.contents[].value.files[].file_id, .comments[].media_id[], .sp_record[].details[].media_id[]' "$tmp/forms" | sort -u)"
while read -r id size sum; do
	if [ "$size" -gt 20971520 ]; then
		is 'too big at once' 830002 "$(get "$a" media/get media_id="$id" | code)"
		for r in 0-20971519 20971520-; do
			curl -s -H "Range: bytes=$r" "$base/cgi-bin/media/get?access_token=$a&media_id=$id"
		done >"$tmp/file"
	else
		get "$a" media/get media_id="$id" >"$tmp/file"
	fi
	is "attachment $id" "$sum" "$(sha256sum <"$tmp/file" | cut -d' ' -f1)"
done <"$tmp/media"
is 'range is 206' 206 "$(curl -s -o /dev/null -w '%{http_code}' -H 'Range: bytes=1-5' "$base/cgi-bin/media/get?access_token=$a&media_id=$(head -1 "$tmp/media" | cut -d' ' -f1)")"
is 'file name' 1 "$(curl -s -o /dev/null -D - -H 'Range: bytes=1-5' "$base/cgi-bin/media/get?access_token=$a&media_id=$(head -1 "$tmp/media" | cut -d' ' -f1)" | grep -ci '^content-disposition: attachment; filename=')"
# --- chat
sdk chat "$d" >"$tmp/chat"
is 'all decrypt' 0 "$(cut -f4 "$tmp/chat" | sort -u)"
is messages "$(jq -r 'select(.stream == "messages") | .id + " " + .seq' "$d/truth.jsonl" | sort)" "$(awk -F'\t' '{ print $2, $1 }' "$tmp/chat" | sort)"
cut -f5- "$tmp/chat" | mend >"$tmp/plain"
is 'message facts' "$(jq -c 'select(.stream == "messages" and .action != "switch") | [.id, .from, .roomid, .msgtime, .msgtype, .text]' "$d/truth.jsonl" | sort | sha256sum)" \
    "$(jq -c 'select(.action != "switch") | [.msgid, .from, .roomid, .msgtime, .msgtype, .text.content]' "$tmp/plain" | sort | sha256sum)"
is 'every type' "agree calendar card chatrecord collect disagree docmsg emotion external_redpacket file image link location markdown meeting meeting_notification meeting_voice_call mixed news null qydiskfile redpacket revoke solitaire_2030 sphfeed text todo video voice voip_doc_share voiptext vote weapp" \
    "$(jq -r .msgtype "$tmp/plain" | sort -u | xargs)"
is 'three keys' 3 "$(cut -f3 "$tmp/chat" | sort -u | wc -l)"
is 'recalls name a message' 0 "$(jq -r 'select(.action == "recall") | .revoke.pre_msgid' "$tmp/plain" | sort -u | comm -23 - <(cut -f2 "$tmp/chat" | sort) | wc -l)"
truth files | grep ^Ct | sdk media >"$tmp/files"
is 'chat media' "$(jq -r 'select(.stream == "files" and (.of | startswith("messages"))) | "\(.id) 0 \(.size) \(.sha256)"' "$d/truth.jsonl" | sort)" \
    "$(awk -F'\t' '{ print $1, $2, $3, $4 }' "$tmp/files" | sort)"
is 'in pieces' true "$(awk -F'\t' '$5 > 1 { x = 1 } END { print x ? "true" : "false" }' "$tmp/files")"
is 'bad file id' 10005 "$(echo CtYB | sdk media | cut -f2)"
is 'wrong secret in the library' 40001 "$(secret=x sdk raw 0 1 | tail -1 | code)"
is 'limit 1001' 10000 "$(sdk raw 0 1001 | head -1)"
room=$(truth rooms | head -1)
is room "$(jq -c --arg r "$room" 'select(.id == $r) | [.name, .creator, .members]' "$d/truth.jsonl")" \
    "$(post "$m" msgaudit/groupchat/get "{\"roomid\":\"$room\"}" | jq -c '[.roomname, .creator, (.members | length)]')"
is 'external room' 90501 "$(post "$m" msgaudit/groupchat/get "{\"roomid\":\"$(truth rooms limit | head -1)\"}" | code)"
is 'agreement' exteranalopenid "$(post "$m" msgaudit/check_single_agree '{"info":[{"userid":"admin","exteranalopenid":"wmX"}]}' | jq -r '.agreeinfo[0] | keys[1]')"
is 'permitted' 0 "$(post "$m" msgaudit/get_permit_user_list '{}' | code)"
# --- time stamps, secrets, a second start
echo x >"$tmp/x"
openssl ts -query -data "$tmp/x" -sha256 -cert -out "$tmp/q" 2>/dev/null
curl -s -H 'Content-Type: application/timestamp-query' --data-binary "@$tmp/q" "$base/tsa" >"$tmp/r"
is 'time stamp' 'Verification: OK' "$(openssl ts -verify -queryfile "$tmp/q" -in "$tmp/r" -CAfile "$d/trust/tsa-roots.pem" 2>/dev/null)"
is 'revocation lists' 'CA and TSA' "$(for n in ca tsa; do curl -s "$base/crl/$n.crl" | openssl crl -inform DER -noout 2>&1; done | grep -q . || echo 'CA and TSA')"
is 'secret files' 600 "$(stat -c %a "$d"/*.secret "$d"/chat-*.pem "$d/admin.key" | sort -u)"
is 'no secret in the log' 0 "$(grep -cF -f <(cat "$d"/*.secret; echo "$c"; echo "$a") "$d/requests.log")"
sum=$(sha256sum <"$d/truth.jsonl")
stop
keep=yes start
is 'same tenant again' "$sum" "$(sha256sum <"$d/truth.jsonl")"
is 'same keys again' 0 "$(sdk chat "$d" | cut -f4 | sort -u)"
is 'old token' 40014 "$(get "$c" department/list | code)"
stop
start --seed 8
is 'another seed, another tenant' no "$([ "$sum" = "$(sha256sum <"$d/truth.jsonl")" ] && echo yes || echo no)"
stop

# --- planned gaps
start --fault vanish --fault hidden-range --fault media-expired --fault media-hash --fault poison --fault key-missing
gone=$(truth approvals gap | head -1)
is 'form gone' 301056 "$(post "$(token approvals)" oa/getapprovaldetail "{\"sp_no\":\"$gone\"}" | code)"
is 'gone is listed' 1 "$(approvals "$(token approvals)" | grep -c "^$gone\$")"
for r in gone:60111 denied:60011; do
	user=$(jq -r --arg r "${r%:*}" 'select(.stream == "users" and .reason == $r) | .id' "$d/truth.jsonl" | head -1)
	is "member ${r%:*}" "${r#*:}" "$(get "$(token contacts)" user/get "userid=$user" | code)"
	is "member ${r%:*} has an id" true "$(post "$(token contacts_sync)" user/list_id '{}' | jq --arg u "$user" 'any(.dept_user[]; .userid == $u)')"
done
sdk chat "$d" >"$tmp/chat"
is 'undecryptable' "$(jq -r 'select(.reason == "undecryptable") | .id' "$d/truth.jsonl" | sort)" "$(awk -F'\t' '$4 > 0 { print $2 }' "$tmp/chat" | sort)"
is 'key missing' "$(jq -r 'select(.reason == "missing_key") | .id' "$d/truth.jsonl" | sort)" "$(awk -F'\t' '$4 < 0 { print $2 }' "$tmp/chat" | sort)"
is 'no second key' 0 "$(grep -c chat.key.2 "$d/custody.conf")"
jq -r 'select(.stream == "files" and .expect == "gap" and (.of | startswith("messages"))) | .id' "$d/truth.jsonl" | sdk media >"$tmp/files"
is 'media gaps' "$(jq -r 'select(.stream == "files" and .expect == "gap" and (.of | startswith("messages"))) | .id + " " + (if .reason == "expired" then "10010" else "0" end)' "$d/truth.jsonl" | sort)" \
    "$(awk -F'\t' '{ print $1, $2 }' "$tmp/files" | sort)"
is 'attachment gaps' 40007 "$(get "$(token approvals)" media/get "media_id=$(truth files gap | grep ^WW | head -1)" | code)"
stop

# --- faults that heal
start --fault empty-page --fault short-page --fault overlap-page --fault repeat-page --fault repeat-cursor
is 'pages heal' "$(truth approvals)" "$(approvals "$(token approvals)" | sort -u)"
is 'short chat pages' "$(truth messages)" "$(sdk chat "$d" | cut -f2 | sort)"
stop
start --fault sdk-10001 --fault sdk-10002
is 'library heals' "$(truth messages)" "$(sdk chat "$d" | cut -f2 | sort)"
stop
start --fault token-expired
c=$(token contacts)
is 'dies early' 42001 "$(for _ in 1 2 3 4 5 6 7; do get "$c" department/list | code; done | grep -v '^0$' | head -1)"
is 'a new one lives' 0 "$(c=$(token contacts); for _ in 1 2 3 4 5 6 7; do get "$c" department/list | code; done | sort -u)"
stop
start --fault busy --fault cut-body
c=$(token contacts) || c=$(token contacts)	# the first reply is cut
for _ in 1 2 3; do get "$c" department/list >"$tmp/depts" && jq -e '.errcode == 0' "$tmp/depts" >/dev/null 2>&1 && break; done
is 'third try' "$(truth departments)" "$(jq -r '.department[].id' "$tmp/depts" | sort)"
stop
start --fault ban-page
c=$(token contacts)
get "$c" department/list | head -c 15 >"$tmp/page"
is 'ban page' '<!DOCTYPE html>' "$(cat "$tmp/page")"
sleep 1.1
is 'ban ends' 0 "$(get "$(token contacts)" department/list | code)"
stop
start --fault rate-limit
c=$(token contacts)
is 'too often' 45009 "$(get "$c" department/list | code)"
sleep 0.3
is 'not for ever' 0 "$(get "$c" department/list | code)"
stop
start --fault sdk-crash
sdk raw 0 1 >/dev/null 2>&1
is 'aborts' 134 $?
is 'then not' 0 "$(sdk raw 0 1 | head -1)"
stop

# --- windows and wrong set-ups
start --fault seq-end:500
is 'first 500' "$(truth messages)" "$(sdk chat "$d" | cut -f2 | sort)"
stop
keep=yes start --fault window-lost:701,500
is 'lost between' 200 "$(truth messages gap | wc -l)"
is 'oldest left' "$(truth messages)" "$(sdk chat "$d" 9007199254741492 | cut -f2 | sort)"
stop
start --fault ip-untrusted
is 'address' 60020 "$(get "$(token contacts)" department/list | code)"
is 'address in the library' 10009 "$(sdk raw 0 1 | head -1)"
stop
start --fault bad-secret:chat
is 'wrong secret written' 40001 "$(curl -s "$base/cgi-bin/gettoken?corpid=$corp&corpsecret=$(cat "$d/chat.secret")" | code)"
is 'others right' 0 "$(get "$(token contacts)" department/list | code)"
stop
is 'unknown fault' 2 "$("$build/custody-sim" wecom --dir "$tmp/z" --fault nonsense 2>/dev/null; echo $?)"

echo "simulator: $n_ok right, $n_bad wrong"
[ $n_bad -eq 0 ]
