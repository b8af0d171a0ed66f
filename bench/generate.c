/*
 * generate.c: invented Chinese work chat, one decrypted message a line, the same bytes for the same seed on every machine.
 *
 *   bench_generate SEED COUNT          to stdout
 *
 * Shapes as WeCom's chat archive gives them after decryption: text (four in five), pictures, files, voice, links, stickers, places, mixed,
 * forwarded conversations, recalls and a robot's markdown; emoji, line ends, quotes, and file ids of some 200 characters.  A busy
 * organisation: a message every two seconds, beginning 30 January 2026 in Shanghai, so that a month ends early in every run.
 * Only integers, and never two draws in one call (their order would be the compiler's): nothing depends on processor, compiler or locale.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BEGIN_MS	INT64_C(1769702400000)	/* 2026-01-30T00:00:00+08:00 */
#define STEP_MS		4000u			/* largest time between two messages; half of it on average */
#define PEOPLE		400u
#define ROOMS		60u
#define N(a)		(sizeof(a) / sizeof((a)[0]))

static uint64_t state;

/* splitmix64: public domain, Sebastiano Vigna. */
static uint64_t
next(void)
{
	uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static unsigned
below(unsigned n)
{
	return (unsigned)((next() >> 32) * n >> 32);
}

/* The small ones often: roughly as words and people occur. */
static unsigned
skewed(unsigned n)
{
	uint64_t a = below(n);
	uint64_t b = below(n);

	return (unsigned)(a * b / n);
}

static const char *const words[] = {
	"的", "我", "你", "了", "是", "在", "这个", "我们", "好", "不", "有", "一下", "可以", "今天", "明天", "会议", "客户", "项目", "方案", "看",
	"发", "请", "大家", "那个", "合同", "就", "都", "还", "要", "和", "已经", "没有", "问题", "时间", "下午", "上午", "确认", "收到", "谢谢", "麻烦",
	"报价", "系统", "测试", "上线", "数据", "文件", "审批", "流程", "部门", "领导", "同事", "财务", "发票", "报销", "采购", "供应商", "产品", "设计", "需求", "版本",
	"更新", "修改", "完成", "进度", "计划", "安排", "周一", "周三", "周五", "月底", "年底", "预算", "成本", "利润", "市场", "销售", "渠道", "推广", "活动", "培训",
	"招聘", "面试", "入职", "离职", "考勤", "请假", "加班", "出差", "机票", "酒店", "高铁", "上海", "北京", "深圳", "广州", "杭州", "成都", "办公室", "会议室", "电话",
	"邮件", "附件", "链接", "截图", "照片", "视频", "表格", "文档", "幻灯片", "模板", "格式", "内容", "标题", "说明", "备注", "签字", "盖章", "快递", "地址", "联系人",
	"负责人", "经理", "总监", "主管", "助理", "老师", "老板", "团队", "小组", "合作", "伙伴", "对接", "沟通", "协调", "支持", "帮忙", "处理", "解决", "反馈", "意见",
	"建议", "讨论", "决定", "同意", "拒绝", "延期", "提前", "暂停", "继续", "开始", "结束", "检查", "核对", "统计", "汇总", "分析", "报告", "总结", "复盘", "目标",
	"指标", "完成率", "增长", "下降", "稳定", "风险", "质量", "安全", "备份", "归档", "迁移", "权限", "账号", "密码", "登录", "服务器", "网络", "接口", "日志", "故障",
	"恢复", "正常", "异常", "紧急", "重要", "一般", "可能", "应该", "必须", "需要", "希望", "觉得", "知道", "明白", "清楚", "辛苦", "不客气", "没关系", "稍等", "马上",
	"什么", "怎么", "为什么", "哪里", "谁", "多少", "几点", "如果", "但是", "因为", "所以", "而且", "或者", "然后", "最后", "另外", "先", "再", "吧", "呢", "吗", "啊",
	"仓库", "物流", "订单", "库存", "发货", "退货", "质检", "生产线", "设备", "维修", "厂房", "班组", "图纸", "材料", "规格", "型号", "样品", "打样", "批次", "交期"
};
static const char *const stops[] = { "，", "，", "，", "。", "。", "！", "？", "、", "；", "……", "：" };
static const char *const emoji[] = { "😀", "😂", "👍", "🙏", "🎉", "❤️", "🚀", "☕", "👨‍👩‍👧", "🇨🇳", "[强]", "[呲牙]", "[抱拳]", "[OK]" };
static const char *const latin[] = { "OK", "PPT", "Excel", "v2.3", "API", "KPI", "Q4", "ddl", "email", "A/B", "SQL", "100%", "C&D", "<b>", "@all" };
static const char *const exts[] = { "docx", "xlsx", "pdf", "pptx", "zip", "png", "txt" };

static char line[65536];
static size_t len;

__attribute__((format(printf, 1, 2))) static void
put(const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line) - len) {
		fputs("bench_generate: a message does not fit its line\n", stderr);
		exit(1);
	}
	len += (size_t)n;
}

/* ${n_words} words; ${depth} 1: inside a string that holds JSON itself, so escaped twice. */
static void
put_text(unsigned n_words, unsigned depth)
{
	static const char *const newline[] = { "\\n", "\\\\n" };
	static const char *const quote[] = { "\\\"", "\\\\\\\"" };
	unsigned i, kind;

	for (i = 0; i < n_words; i++) {
		put("%s", words[skewed(N(words))]);
		kind = below(100);
		if (kind < 14)
			put("%s", stops[below(N(stops))]);
		else if (kind < 17)
			put("%s", emoji[below(N(emoji))]);
		else if (kind < 20)
			put(" %s ", latin[below(N(latin))]);
		else if (kind < 22)
			put("%u", below(100000));
		else if (kind < 24)
			put("%s", newline[depth]);
		else if (kind < 25)
			put("%s%s%s", quote[depth], words[skewed(N(words))], quote[depth]);
	}
}

static void
put_chars(const char *alphabet, unsigned n_alphabet, unsigned n)
{
	char text[512];
	unsigned i;

	for (i = 0; i < n && i < sizeof(text) - 1; i++)
		text[i] = alphabet[below(n_alphabet)];
	text[i] = '\0';
	put("%s", text);
}

static void
put_hex(void)
{
	put_chars("0123456789abcdef", 16, 32);
}

static void
put_file_id(void)
{
	put("CtYBMzA2OTAyMDEw");
	put_chars("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 64, 168 + below(48));
	put("==");
}

static void
put_person(unsigned k)
{
	if (k % 11 == 3)
		put("wmQm%08" PRIx32 "AAv%03uExternal", (uint32_t)(k * UINT32_C(2654435761)), k);
	else
		put("zhang.wei%03u", k);
}

static void
put_room(unsigned k)
{
	put("wrQm%08" PRIx32 "AAroom%02uBench", (uint32_t)((k + 1) * UINT32_C(2246822519)), k);
}

static void
put_msgid(uint64_t i, int64_t ms)
{
	put("%" PRIu64 "_%" PRId64 "%s", UINT64_C(1000000000000000000) + i * UINT64_C(7919) % UINT64_C(8000000000000000000), ms / 1000,
	    i % 11 == 3 ? "_external" : "");
}

/* Everything up to the payload. */
static void
put_head(uint64_t i, int64_t ms, const char *action, const char *type)
{
	unsigned from = skewed(PEOPLE), n_to, k;
	bool room = below(10) < 4;

	put("{\"msgid\":\"");
	put_msgid(i, ms);
	put("\",\"action\":\"%s\",\"from\":\"", action);
	put_person(from);
	put("\",\"tolist\":[");
	n_to = room ? 2 + below(8) : 1;
	for (k = 0; k < n_to; k++) {
		put("%s\"", k == 0 ? "" : ",");
		put_person((from + 1 + k * 7 + below(5)) % PEOPLE);
		put("\"");
	}
	put("],\"roomid\":\"");
	if (room)
		put_room(skewed(ROOMS));
	put("\",\"msgtime\":%" PRId64 ",\"msgtype\":\"%s\",", ms, type);
}

static void
put_media(const char *type, const char *size)
{
	put("\"%s\":{\"md5sum\":\"", type);
	put_hex();
	put("\",\"%s\":%u,\"sdkfileid\":\"", size, 1000 + below(4000000));
	put_file_id();
}

static void
put_message(uint64_t i, int64_t ms)
{
	unsigned kind = below(100), k;

	if (kind < 79) {
		put_head(i, ms, "send", "text");
		put("\"text\":{\"content\":\"");
		put_text(3 + skewed(150), 0);
		put("\"}}");
	} else if (kind < 86) {
		put_head(i, ms, "send", "image");
		put_media("image", "filesize");
		put("\"}}");
	} else if (kind < 90) {
		put_head(i, ms, "send", "file");
		put_media("file", "filesize");
		put("\",\"filename\":\"%s", words[below(N(words))]);
		put("%s", words[below(N(words))]);
		put("（%u）.", below(20));
		k = below(N(exts));
		put("%s\",\"fileext\":\"%s\"}}", exts[k], exts[k]);
	} else if (kind < 92) {
		put_head(i, ms, "send", "voice");
		put_media("voice", "voice_size");
		put("\",\"play_length\":%u}}", 1 + below(60));
	} else if (kind < 94) {
		put_head(i, ms, "send", "link");
		put("\"link\":{\"title\":\"");
		put_text(6, 0);
		put("\",\"description\":\"");
		put_text(20, 0);
		put("\",\"link_url\":\"https:\\/\\/www.example.com\\/doc\\/%08x\",\"image_url\":\"\"}}", below(1u << 31));
	} else if (kind < 96) {
		put_head(i, ms, "send", "emotion");
		put_media("emotion", "imagesize");
		put("\",\"type\":1,\"width\":290,\"height\":290}}");
	} else if (kind < 97) {
		put_head(i, ms, "send", "location");
		put("\"location\":{\"longitude\":%u", 100 + below(20));
		put(".%06u,\"latitude\":30", below(1000000));
		put(".%06u,\"address\":\"示例路", below(1000000));
		put("%u号\",\"title\":\"示例大厦\",\"zoom\":15}}", 1 + below(900));
	} else if (kind < 98) {
		put_head(i, ms, "send", "mixed");
		put("\"mixed\":{\"item\":[{\"type\":\"text\",\"content\":\"{\\\"content\\\":\\\"");
		put_text(15, 1);
		put("\\\"}\"},{\"type\":\"image\",\"content\":\"{\\\"md5sum\\\":\\\"");
		put_hex();
		put("\\\",\\\"filesize\\\":%u,\\\"sdkfileid\\\":\\\"", below(900000));
		put_file_id();
		put("\\\"}\"}]}}");
	} else if (kind < 99) {
		put_head(i, ms, "send", "chatrecord");
		put("\"chatrecord\":{\"title\":\"群聊的聊天记录\",\"item\":[");
		for (k = 0; k < 3; k++) {
			put("%s{\"type\":\"ChatRecordText\",\"msgtime\":%" PRId64 ",\"content\":\"{\\\"content\\\":\\\"", k == 0 ? "" : ",",
			    ms / 1000 - 600 + (int64_t)k);
			put_text(8, 1);
			put("\\\"}\",\"from_chatroom\":true}");
		}
		put("]}}");
	} else if (i > 0 && below(2) == 0) {
		put_head(i, ms, "recall", "revoke");
		put("\"revoke\":{\"pre_msgid\":\"");
		put_msgid(i - 1, ms - 2000);
		put("\"}}");
	} else {
		put_head(i, ms, "send", "markdown");
		put("\"info\":{\"content\":\"**日报** \\n> ");
		put_text(20, 0);
		put("\"}}");
	}
	put("\n");
}

static bool
number(const char *text, uint64_t *out)
{
	char *end;

	*out = strtoull(text, &end, 10);
	return text[0] >= '0' && text[0] <= '9' && *end == '\0';
}

int
main(int argc, char **argv)
{
	int64_t ms = BEGIN_MS;
	uint64_t count, i;

	if (argc != 3 || !number(argv[1], &state) || !number(argv[2], &count)) {
		fputs("usage: bench_generate SEED COUNT\n", stderr);
		return 2;
	}
	for (i = 0; i < count; i++) {
		len = 0;
		ms += 1 + below(STEP_MS);
		put_message(i, ms);
		if (fwrite(line, 1, len, stdout) != len)
			break;
	}
	if (i < count || fflush(stdout) != 0) {
		perror("bench_generate");
		return 1;
	}
	return 0;
}
