/* html_words.c: the tables. */
#include "formats/html_words.h"

const struct html_word html_reasons[] = {
	{ "gone", "平台上已不存在", "no longer on the platform" },
	{ "expired", "已过期", "expired" },
	{ "denied", "被拒绝，缺少权限", "refused for want of a right" },
	{ "access_refused", "密钥或本机地址被拒绝", "the secret or this computer's address is refused" },
	{ "licence_expired", "许可已到期", "the licence has expired" },
	{ "hidden", "不在应用的可见范围内", "outside the application's visible range" },
	{ "refused", "平台拒绝", "the platform refused" },
	{ "refused_url", "下载地址不被接受", "the address of the download was not accepted" },
	{ "broken", "传输不完整", "broken off" },
	{ "hash_mismatch", "内容与平台给出的散列值不符", "the content differs from the platform's hash" },
	{ "size_mismatch", "内容与平台给出的大小不符", "the content differs from the platform's size" },
	{ "count_mismatch", "数量与平台的计数不符", "the number differs from the platform's count" },
	{ "fetch_failed", "读取失败", "reading failed" },
	{ "not_tried", "先前的缺口，本次未再尝试", "earlier gaps that were not tried again" },
	{ "unreadable", "无法读取", "cannot be read" },
	{ "missing_key", "缺少解密密钥", "the key for decryption is missing" },
	{ "undecryptable", "无法解密", "cannot be decrypted" },
	{ "window_lost", "已超出平台的保留期", "outside the time the platform keeps" },
	{ "before_window", "早于平台的保留期", "before the time the platform keeps" },
	{ "seq_jump", "平台的序号不连续", "the platform's numbers are not contiguous" },
	{ "no_file_id", "平台没有给出文件编号", "the platform gives no id of the file" },
	{ "no_sdk", "没有平台的程序库", "the platform's library is not there" },
	{ "no_secret", "没有该领域的密钥", "no secret for this area was given" },
	{ "no_api", "平台没有这样的接口", "the platform has no interface for it" },
	{ "no_count", "平台没有独立计数", "the platform gives no independent count" },
	{ "needs_stream", "依赖另一个未读取的记录流", "needs another stream that was not read" },
	{ "not_granted", "未授权", "not granted" },
	{ "not_offered", "平台未提供", "not offered by the platform" },
	{ "not_covered", "不在本程序的范围内", "not covered by this program" },
	{ "not_found", "未找到", "not found" },
	{ "external_room", "外部群，接口不提供", "an external room, which the interface does not give" },
	{ "over_limit", "超过上限", "over a limit" },
	{ NULL, NULL, NULL }
};

const struct html_word html_flags[] = {
	{ "duplicate_key", "有重复的字段名", "a name occurs twice" },
	{ "hash_mismatch", "散列值不符", "hash differs" },
	{ "size_mismatch", "大小不符", "size differs" },
	{ "id_differs", "内外编号不一致", "ids differ" },
	{ "lone_surrogate", "含不完整的字符", "contains half a character" },
	{ "invalid_utf8", "含无效的 UTF-8", "contains invalid UTF-8" },
	{ "missing_fields", "缺少字段", "fields are missing" },
	{ "unknown_type", "未知类型", "unknown type" },
	{ "not_json", "不是 JSON", "not JSON" },
	{ "over_limit", "超过上限", "over a limit" },
	{ "undecryptable", "无法解密", "cannot be decrypted" },
	{ NULL, NULL, NULL }
};

const struct html_word html_streams[] = {
	{ "messages", "消息", "messages" },
	{ "messages-undecrypted", "未解密的消息", "messages not decrypted" },
	{ "departments", "部门", "departments" },
	{ "users", "成员", "members" },
	{ "rooms", "群聊", "rooms" },
	{ "approvals", "审批", "approvals" },
	{ "approval-templates", "审批模板", "approval forms" },
	{ "files", "文件", "files" },
	{ "gaps", "缺口", "gaps" },
	{ "limits", "边界", "limits" },
	{ "events", "程序自身的操作", "the program's own actions" },
	/* areas, where a limit concerns all of one */
	{ "contacts", "通讯录", "contacts" },
	{ "chat", "会话", "chat" },
	{ "drive", "微盘", "drive" },
	{ "customers", "客户联系", "customers" },
	{ "attendance", "打卡", "attendance" },
	{ "reports", "汇报", "reports" },
	{ "calendar", "日程", "calendar" },
	{ "meetings", "会议", "meetings" },
	{ "apps", "应用", "apps" },
	{ "audit", "操作日志", "audit logs" },
	{ NULL, NULL, NULL }
};

const struct html_word *
html_word_find(const struct html_word *table, struct str word)
{
	for (; table->word != NULL; table++)
		if (str_is(word, table->word))
			return table;
	return NULL;
}

void
html_word(struct html_out *h, const struct html_word *table, struct str word, bool keep)
{
	const struct html_word *w = html_word_find(table, word);

	if (w == NULL) {
		html_bdi(h, "id", word);
		return;
	}
	html_words(h, w->zh, w->en);
	if (keep) {
		html_z(h, " ");
		html_el(h, "code", "id", word);
	}
}
