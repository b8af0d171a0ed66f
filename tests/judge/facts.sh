# facts.sh: sourced by compare.sh. What of each stream must be equal to the truth: once in the platform's own JSON (raw), once in the normalised fields (n).

facts departments '[.id, .name, .parentid]' '[.id, .raw.name, .raw.parentid]'
facts departments '[.id, .name, (.parentid | tostring)]' '[.n.id, .n.name, .n.parent_id]' ijson
facts users '[.id, .name, (.department | sort)]' '[.id, .raw.name, (.raw.department | sort)]'
facts users '[.id, .name, (.department | map(tostring) | sort)]' '[.n.id, .n.name, (.n.departments | map(.id | tostring) | sort)]' ijson
facts messages '[.id, .action, .from, .roomid, .msgtime, .msgtype, .text, .user]' \
	'[.id, .raw.action, .raw.from, .raw.roomid, (.raw.msgtime // .raw.time), .raw.msgtype, (if .raw.msgtype == "text" then .raw.text.content else null end), (if .raw.action == "switch" then .raw.user else null end)]'
facts messages '[.id, .action, (.from // .user), (.msgtime / 1000 | floor), .text]' \
	'[.n.id, .n.action, .n.from, (.n.sent_at | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601), (if .n.type == "text" then .n.text else null end)]' ijson
facts approvals '[.id, .sp_status, .apply_time, .applyer, .name, .template_id, .values]' \
	'[.id, .raw.sp_status, .raw.apply_time, .raw.applyer.userid, .raw.sp_name, .raw.template_id,
	 [.raw.apply_data.contents[] | select(.control | IN("Text", "Textarea", "Number", "Money", "Formula")) |
	  {id, control, value: (.value.text // .value.new_number // .value.number // .value.new_money // .value.money // .value.formula.value)}]]'
facts approvals '[.id, .apply_time, .applyer, .name, [.values[].value]]' \
	'[.n.id, (.n.applied_at | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601), .n.applicant, .n.form,
	 [.n.fields[] | select(.control | IN("Text", "Textarea", "Number", "Money", "Formula")) | .text]]' ijson
facts files '[.id, .size, .name]' 'select(((.flags // []) | index("hash_mismatch")) == null) | [.id, (.n.size | tonumber), (.n.name // "")]' ijson
