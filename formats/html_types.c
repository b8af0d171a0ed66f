/* html_types.c: the tables of types. */
#include "formats/html_types.h"

#define END { NULL, SHOW_PLAIN, NULL, NULL, NULL, NULL }
#define ROW(name, show, zh, en) { name, show, zh, en, NULL, NULL }
#define FILE_ROWS ROW("md5sum", SHOW_FILE, "MD5", "MD5"), ROW("filesize", SHOW_FILE, "大小", "size")

static const struct html_word emotion_words[] = { { "1", "动图", "GIF" }, { "2", "图片", "PNG" }, { NULL, NULL, NULL } };
static const struct html_word vote_words[] = { { "101", "发起投票", "starts a vote" }, { "102", "参与投票", "takes part" }, { NULL, NULL, NULL } };
static const struct html_word packet_words[] = { { "1", "普通红包", "ordinary" }, { "2", "拼手气群红包", "lucky draw" },
	{ "3", "激励群红包", "incentive" }, { NULL, NULL, NULL } };
static const struct html_word meeting_words[] = { { "101", "发起会议邀请", "invitation" }, { "102", "处理会议邀请", "answer" }, { NULL, NULL, NULL } };
static const struct html_word answer_words[] = { { "1", "参加会议", "joins" }, { "2", "拒绝会议", "declines" }, { "3", "待定", "pending" },
	{ "4", "未被邀请", "not invited" }, { "5", "会议已取消", "cancelled" }, { "6", "会议已过期", "expired" }, { "7", "不在房间内", "not in the room" },
	{ NULL, NULL, NULL } };
static const struct html_word feed_words[] = { { "2", "图片", "picture" }, { "4", "视频", "video" }, { "9", "直播", "live" }, { NULL, NULL, NULL } };
static const struct html_word call_words[] = { { "1", "单人视频通话", "video call of two" }, { "2", "单人语音通话", "voice call of two" },
	{ "3", "多人视频通话", "video call of several" }, { "4", "多人语音通话", "voice call of several" }, { NULL, NULL, NULL } };
static const struct html_word truth_words[] = { { "true", "是", "yes" }, { "false", "否", "no" }, { NULL, NULL, NULL } };
static const struct html_word ask_words[] = { { "Text", "文本", "text" }, { "Number", "数字", "number" }, { "Date", "日期", "date" },
	{ "Time", "时间", "time" }, { NULL, NULL, NULL } };

static const struct html_row text_rows[] = { ROW("content", SHOW_TEXT, "内容", "content"), END };
static const struct html_row code_rows[] = { ROW("content", SHOW_CODE, "内容", "content"), END };
static const struct html_row none_rows[] = { END };
static const struct html_row revoke_rows[] = { ROW("pre_msgid", SHOW_PLAIN, "被撤回的消息", "recalled message"), END };
static const struct html_row image_rows[] = { FILE_ROWS, END };
static const struct html_row agree_rows[] = { ROW("userid", SHOW_PERSON, "外部联系人", "external contact"), ROW("agree_time", SHOW_AT, "同意时间", "agreed at"), END };
static const struct html_row disagree_rows[] = { ROW("userid", SHOW_PERSON, "外部联系人", "external contact"),
	ROW("disagree_time", SHOW_AT, "不同意时间", "refused at"), END };
static const struct html_row voice_rows[] = { ROW("play_length", SHOW_SECONDS, "时长", "duration"), ROW("md5sum", SHOW_FILE, "MD5", "MD5"),
	ROW("voice_size", SHOW_FILE, "大小", "size"), END };
static const struct html_row video_rows[] = { ROW("play_length", SHOW_SECONDS, "时长", "duration"), FILE_ROWS, END };
static const struct html_row card_rows[] = { ROW("corpname", SHOW_PLAIN, "所在企业", "company"), ROW("userid", SHOW_PERSON, "名片", "card of"), END };
static const struct html_row location_rows[] = { ROW("title", SHOW_HEAD, "地点", "place"), ROW("address", SHOW_TEXT, "地址", "address"),
	ROW("latitude", SHOW_PLAIN, "纬度", "latitude"), ROW("longitude", SHOW_PLAIN, "经度", "longitude"), ROW("zoom", SHOW_PLAIN, "缩放", "zoom"), END };
static const struct html_row emotion_rows[] = { { "type", SHOW_WORD, "类型", "kind", emotion_words, NULL }, ROW("width", SHOW_PLAIN, "宽", "width"),
	ROW("height", SHOW_PLAIN, "高", "height"), ROW("md5sum", SHOW_FILE, "MD5", "MD5"), ROW("imagesize", SHOW_FILE, "大小", "size"), END };
static const struct html_row file_rows[] = { ROW("filename", SHOW_FILE, "文件名", "file name"), ROW("fileext", SHOW_FILE, "扩展名", "extension"), FILE_ROWS, END };
static const struct html_row link_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("description", SHOW_TEXT, "说明", "description"),
	ROW("link_url", SHOW_URL, "地址", "address"), ROW("image_url", SHOW_URL, "图片地址", "address of the picture"), END };
static const struct html_row weapp_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("description", SHOW_TEXT, "说明", "description"),
	ROW("displayname", SHOW_PLAIN, "小程序", "mini program"), ROW("username", SHOW_PLAIN, "小程序编号", "its id"), END };
static const struct html_row bundle_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("item", SHOW_ITEMS, "内容", "items"), END };
/* WeCom gives type, time and content of what was forwarded, and whether it comes from a room; not its author. */
static const struct html_row forwarded_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("item", SHOW_FORWARDED, "内容", "items"), END };
static const struct html_row todo_rows[] = { ROW("title", SHOW_HEAD, "来源", "from"), ROW("content", SHOW_TEXT, "内容", "content"), END };
static const struct html_row vote_rows[] = { ROW("votetitle", SHOW_HEAD, "主题", "subject"), { "votetype", SHOW_WORD, "类型", "kind", vote_words, NULL },
	ROW("voteitem", SHOW_LIST, "选项", "options"), ROW("voteid", SHOW_PLAIN, "投票编号", "vote id"), END };
static const struct html_row ask_rows[] = { ROW("id", SHOW_PLAIN, "编号", "number"), ROW("ques", SHOW_PLAIN, "问题", "question"),
	{ "type", SHOW_WORD, "类型", "kind", ask_words, NULL }, END };
static const struct html_row collect_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("room_name", SHOW_PLAIN, "群聊", "room"),
	ROW("creator", SHOW_PERSON, "创建者", "made by"), ROW("create_time", SHOW_PLAIN, "创建时间", "made at"),
	{ "details", SHOW_EACH, "填写项", "questions", NULL, ask_rows }, END };
static const struct html_row packet_rows[] = { ROW("wish", SHOW_HEAD, "祝福语", "wish"), { "type", SHOW_WORD, "类型", "kind", packet_words, NULL },
	ROW("totalamount", SHOW_FEN, "总金额", "total"), ROW("totalcnt", SHOW_PLAIN, "个数", "how many"), END };
static const struct html_row meeting_rows[] = { ROW("topic", SHOW_HEAD, "主题", "topic"), { "meetingtype", SHOW_WORD, "类型", "kind", meeting_words, NULL },
	{ "status", SHOW_WORD, "答复", "answer", answer_words, NULL }, ROW("starttime", SHOW_AT, "开始", "begins"), ROW("endtime", SHOW_AT, "结束", "ends"),
	ROW("address", SHOW_PLAIN, "地点", "place"), ROW("remarks", SHOW_PLAIN, "备注", "remarks"), ROW("meetingid", SHOW_PLAIN, "会议编号", "meeting id"), END };
static const struct html_row notice_rows[] = { ROW("meeting_id", SHOW_PLAIN, "会议编号", "meeting id"),
	ROW("notification_type", SHOW_PLAIN, "通知类型", "kind of notice"), END };
static const struct html_row doc_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("link_url", SHOW_URL, "地址", "address"),
	ROW("doc_creator", SHOW_PERSON, "创建者", "made by"), END };
static const struct html_row news_item_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("description", SHOW_TEXT, "摘要", "summary"),
	ROW("url", SHOW_URL, "地址", "address"), ROW("picurl", SHOW_URL, "图片地址", "address of the picture"), END };
static const struct html_row news_rows[] = { ROW("title", SHOW_HEAD, "标题", "title"), ROW("description", SHOW_TEXT, "摘要", "summary"),
	ROW("url", SHOW_URL, "地址", "address"), ROW("picurl", SHOW_URL, "图片地址", "address of the picture"),
	{ "item", SHOW_EACH, "图文", "articles", NULL, news_item_rows }, END };
static const struct html_row calendar_rows[] = { ROW("title", SHOW_HEAD, "主题", "subject"), ROW("starttime", SHOW_AT, "开始", "begins"),
	ROW("endtime", SHOW_AT, "结束", "ends"), ROW("place", SHOW_PLAIN, "地点", "place"), ROW("creatorname", SHOW_PERSON, "组织者", "organiser"),
	ROW("attendeename", SHOW_PEOPLE, "参与者", "attendees"), ROW("remarks", SHOW_PLAIN, "备注", "remarks"), END };
static const struct html_row shown_rows[] = { ROW("filename", SHOW_PLAIN, "文件名", "file name"), ROW("demooperator", SHOW_PERSON, "演示者", "shown by"),
	ROW("starttime", SHOW_AT, "开始", "begins"), ROW("endtime", SHOW_AT, "结束", "ends"), END };
static const struct html_row screen_rows[] = { ROW("share", SHOW_PERSON, "共享者", "shared by"), ROW("starttime", SHOW_AT, "开始", "begins"),
	ROW("endtime", SHOW_AT, "结束", "ends"), END };
static const struct html_row call_rows[] = { ROW("endtime", SHOW_AT, "结束", "ends"), { "demofiledata", SHOW_EACH, "演示文件", "files shown", NULL, shown_rows },
	{ "sharescreendata", SHOW_EACH, "屏幕共享", "screens shared", NULL, screen_rows }, END };
static const struct html_row feed_rows[] = { ROW("sph_name", SHOW_HEAD, "视频号", "channel"), { "feed_type", SHOW_WORD, "类型", "kind", feed_words, NULL },
	ROW("feed_desc", SHOW_TEXT, "说明", "description"), END };
static const struct html_row voip_rows[] = { { "invitetype", SHOW_WORD, "类型", "kind", call_words, NULL }, ROW("callduration", SHOW_SECONDS, "通话时长", "duration"), END };
static const struct html_row disk_rows[] = { ROW("filename", SHOW_PLAIN, "文件名", "file name"), END };
/* Of an item, beside its content. */
static const struct html_row item_rows[] = { { "from_chatroom", SHOW_WORD, "来自群聊", "from a room", truth_words, NULL }, ROW("type", SHOW_PLAIN, "类型", "kind"),
	ROW("msgtime", SHOW_AT, "时间", "time"), ROW("content", SHOW_TEXT, "内容", "content"), END };

static const struct html_type types[] = {
	{ "text", "文本", "text", MEDIA_LINK, text_rows },
	{ "image", "图片", "picture", MEDIA_IMAGE, image_rows },
	{ "revoke", "撤回", "recall", MEDIA_LINK, revoke_rows },
	{ "agree", "同意会话存档", "agrees to the archiving of chat", MEDIA_LINK, agree_rows },
	{ "disagree", "不同意会话存档", "does not agree to the archiving of chat", MEDIA_LINK, disagree_rows },
	{ "voice", "语音", "voice", MEDIA_AUDIO, voice_rows },
	{ "video", "视频", "video", MEDIA_VIDEO, video_rows },
	{ "card", "名片", "card", MEDIA_LINK, card_rows },
	{ "location", "位置", "location", MEDIA_LINK, location_rows },
	{ "emotion", "表情", "sticker", MEDIA_IMAGE, emotion_rows },
	{ "file", "文件", "file", MEDIA_LINK, file_rows },
	{ "link", "链接", "link", MEDIA_LINK, link_rows },
	{ "weapp", "小程序", "mini program", MEDIA_LINK, weapp_rows },
	{ "chatrecord", "转发的聊天记录", "forwarded chat", MEDIA_LINK, forwarded_rows },
	{ "todo", "待办", "to do", MEDIA_LINK, todo_rows },
	{ "vote", "投票", "vote", MEDIA_LINK, vote_rows },
	{ "collect", "填表", "form to fill in", MEDIA_LINK, collect_rows },
	{ "redpacket", "红包", "red packet", MEDIA_LINK, packet_rows },
	{ "external_redpacket", "互通红包", "red packet with an outsider", MEDIA_LINK, packet_rows },
	{ "meeting", "会议邀请", "meeting", MEDIA_LINK, meeting_rows },
	{ "meeting_notification", "会议控制消息", "notice of a meeting", MEDIA_LINK, notice_rows },
	{ "docmsg", "在线文档", "online document", MEDIA_LINK, doc_rows },
	{ "markdown", "Markdown", "Markdown", MEDIA_LINK, code_rows },
	{ "news", "图文", "news", MEDIA_LINK, news_rows },
	{ "calendar", "日程", "calendar", MEDIA_LINK, calendar_rows },
	{ "mixed", "混合消息", "mixed", MEDIA_LINK, bundle_rows },
	{ "meeting_voice_call", "音频存档", "archived call", MEDIA_AUDIO, call_rows },
	{ "voip_doc_share", "音频共享文档", "document shared in a call", MEDIA_LINK, file_rows },
	{ "sphfeed", "视频号", "channel post", MEDIA_LINK, feed_rows },
	{ "voiptext", "音视频通话", "call", MEDIA_LINK, voip_rows },
	{ "qydiskfile", "微盘文件", "drive file", MEDIA_LINK, disk_rows },
	{ "switch", "切换企业日志", "changed to another company", MEDIA_LINK, none_rows },
};
static const struct html_type item_type = { "", "条目", "item", MEDIA_LINK, item_rows };

const struct html_type *
html_type(struct str name)
{
	size_t i;

	if (name.n == 0)
		return NULL;
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is(name, types[i].type))
			return &types[i];
	return NULL;
}

const struct html_type *
html_type_item(struct str name)
{
	static const char prefix[] = "ChatRecord";
	char small[32];
	size_t i;

	if (name.p == NULL)
		return &item_type;
	if (str_has_prefix(name, prefix)) {
		name.p += sizeof(prefix) - 1;
		name.n -= sizeof(prefix) - 1;
		if (name.n == 0)
			return html_type(STR("chatrecord"));
	}
	if (name.n >= sizeof(small))
		return NULL;
	for (i = 0; i < name.n; i++)
		small[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] + 32 : name.p[i]);
	return html_type((struct str){ small, name.n });
}
