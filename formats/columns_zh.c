/* columns_zh.c: the Chinese of every note about a column.  Not by gettext: the tables speak both languages whatever the operator's. */
#include "formats/columns.h"

static const struct { const char *en, *zh; } notes[] = {
	/* departments */
	{ "department id, unique in the tenant", "部门编号，在租户内唯一" },
	{ "id of the department above; 0 above the root", "上级部门编号；根部门之上为 0" },
	{ "name in the tenant's language", "以租户语言书写的名称" },
	{ "English name", "英文名称" },
	{ "position among siblings as the platform gives it: the larger stands first", "平台给出的同级排序值：值大者在前" },
	{ "ids of the department's leaders", "部门负责人的成员编号" },
	/* users */
	{ "member id, unique in the tenant", "成员编号，在租户内唯一" },
	{ "alias", "别名" },
	{ "active, disabled, inactive (never signed in), left; else the platform's value",
	  "active 已激活、disabled 已禁用、inactive 未激活（从未登录）、left 已离职；其他情况为平台的原值" },
	{ "id of the main department", "主部门编号" },
	{ "list of {id, order, is_leader}: every department the member belongs to",
	  "{id, order, is_leader} 列表：成员所属的每个部门及其排序值、是否为负责人" },
	{ "ids of direct superiors", "直属上级的成员编号" },
	{ "job title", "职务" },
	{ "male, female or unset", "male 男、female 女、unset 未设置" },
	{ "mobile telephone", "手机号码" },
	{ "office telephone", "座机号码" },
	{ "private or registered e-mail address", "个人或注册邮箱地址" },
	{ "e-mail address of the organisation", "企业邮箱地址" },
	{ "address", "地址" },
	{ "address of the portrait", "头像的网址" },
	{ "job title shown outside", "对外职务" },
	{ "list of {name, value, url}: attributes the tenant added", "{name, value, url} 列表：租户自定义的扩展属性" },
	/* messages */
	{ "message id", "消息编号" },
	{ "when it was sent", "发送时间" },
	{ "send, recall or switch (a member changed company log)", "send 发送、recall 撤回、switch 切换企业日志" },
	{ "the platform's message type", "平台的消息类型" },
	{ "sender's id", "发送者编号" },
	{ "member, external or robot", "member 成员、external 外部联系人、robot 机器人" },
	{ "recipients' ids", "接收者编号" },
	{ "room id; empty in a conversation of two", "群聊编号；单聊时为空" },
	{ "the text as sent, or what the message shows in words (title, file name, address, amount)",
	  "发送的文本，或消息中可读的文字（标题、文件名、地址、金额）" },
	{ "id of the message that this one recalls", "本条消息所撤回的消息编号" },
	{ "ids of attachments, see stream files", "附件编号，见 files 记录流" },
	{ "position in the platform's archive of messages", "在平台会话存档中的序号" },
	{ "version of the key the message was encrypted with", "加密该消息所用密钥的版本" },
	{ "what the type carries besides, as the platform gave it", "该类型消息的其余内容，与平台所给一致" },
	/* rooms */
	{ "room id", "群聊编号" },
	{ "name of the room", "群聊名称" },
	{ "id of who made or owns it", "创建者或群主的编号" },
	{ "when it was made", "创建时间" },
	{ "notice shown in the room", "群公告" },
	{ "list of {id, joined_at} of present members: who left before is not known", "现有群成员的 {id, joined_at} 列表：此前退群者不可知" },
	/* approvals */
	{ "number of the approval", "审批编号" },
	{ "name of the form", "审批单名称" },
	{ "id of the form's template", "审批模板编号" },
	{ "in_progress, approved, rejected, withdrawn, revoked, deleted, paid; else the platform's value",
	  "in_progress 审批中、approved 已通过、rejected 已驳回、withdrawn 已撤回、revoked 通过后撤销、deleted 已删除、paid 已支付；其他情况为平台的原值" },
	{ "when it was submitted", "提交时间" },
	{ "id of the applicant", "申请人编号" },
	{ "id of the applicant's department at that time", "申请人提交时所在部门编号" },
	{ "ids of those it was submitted for, when several", "代多人提交时各申请人的编号" },
	{ "list of {id, control, title, text, value}: the form as filled in; rows of a table in rows",
	  "{id, control, title, text, value} 列表：填写的表单；明细表的各行在 rows 中" },
	{ "list of {role, mode, status, people}: every step with its signers, results, times and remarks",
	  "{role, mode, status, people} 列表：每个审批节点及其审批人、结果、时间和意见" },
	{ "ids of those who got a copy", "抄送人编号" },
	{ "list of {id, by, at, text, files}", "{id, by, at, text, files} 列表：备注编号、作者、时间、内容、附件" },
	/* templates */
	{ "template id", "模板编号" },
	{ "the form's controls as the platform gave them", "表单控件，与平台所给一致" },
	/* files */
	{ "the platform's id of the file", "平台的文件编号" },
	{ "stream of the record that names the file", "引用该文件的记录所在的记录流" },
	{ "id of the record that names the file", "引用该文件的记录编号" },
	{ "name as the platform gave it: never a path", "平台给出的文件名：从不作为路径" },
	{ "media type as the platform gave it", "平台给出的媒体类型" },
	{ "octets", "字节数" },
	{ "SHA-256 of the content, hexadecimal", "内容的 SHA-256，十六进制" },
	{ "MD5 that the platform announced, for comparison", "平台公布的 MD5，用于比对" },
	{ "path of the content in this archive", "内容在本归档包中的路径" },
	/* gaps and limits */
	{ "number of the entry", "条目编号" },
	{ "stream that lacks it", "缺少该对象的记录流" },
	{ "id of the missing object; empty when only a period or a count is known", "缺失对象的编号；只知道时段或数量时为空" },
	{ "typed reason", "规定的原因类别" },
	{ "how many objects; 1 for a single one", "对象数量；单个对象为 1" },
	{ "true: it cannot be fetched again", "true：无法再次获取" },
	{ "first moment of the period concerned", "所涉时段的起始时刻" },
	{ "end of the period concerned", "所涉时段的结束时刻" },
	{ "what was seen, with the platform's code", "所见情况及平台返回码" },
	{ "how to fetch it again", "再次获取的方法" },
	/* events */
	{ "when", "时间" },
	{ "who: operator@host", "操作者：操作员@主机" },
	{ "what was done", "操作" },
	{ "with which values", "操作所用的值" },
	/* renewal */
	{ "name of the earlier archive", "以前的归档包名称" },
	{ "its sequence in the chain", "该归档包在链中的序号" },
	{ "closed: its tar was read; destroyed: only its seal was left", "closed 已读取其 tar；destroyed 仅剩封签" },
	{ "what its verification said when the renewal was made: VALID, INDETERMINATE or INVALID",
	  "制作续期归档包时的验证结论：VALID 有效、INDETERMINATE 无法判定、INVALID 无效" },
	{ "SHA-256 of its seal.txt, hexadecimal", "其 seal.txt 的 SHA-256，十六进制" },
	{ "how many files of its seal follow", "其后所附该封签文件的数量" },
	{ "time that its time stamp proves", "其时间戳所证明的时间" },
	{ "octets of its whole uncompressed tar", "其未压缩 tar 整体的字节数" },
	{ "SHA-256 of its whole uncompressed tar, hexadecimal", "其未压缩 tar 整体的 SHA-256，十六进制" },
	{ "SHA-512 of its whole uncompressed tar, hexadecimal", "其未压缩 tar 整体的 SHA-512，十六进制" },
	/* unknown */
	{ "id, where one was found", "编号（如能找到）" },
	/* columns that the tables add */
	{ "gap: in scope and not there; limit: never offered by platform, edition or grant",
	  "gap 缺口：在范围内而未取得；limit 边界：平台、版本或授权从未提供" },
	{ "which version of the object; without a value where the platform keeps one", "对象的版本；平台只保留一个版本时没有值" },
	{ "when the platform handed it over", "从平台取得的时间" },
	{ "the same moment in UTC", "同一时刻的 UTC 时间" },
	{ "what a reader must know of this record (duplicate_key, hash_mismatch, …)", "阅读该记录时须知的标记（duplicate_key、hash_mismatch 等）" },
	{ "columns that the platform did not grant: their cells have no value", "平台未授权的列：其单元格没有值" },
	{ "the object as the platform gave it", "平台给出的原始对象" }
};

const char *
columns_zh(const char *note)
{
	size_t i;

	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++)
		if (strcmp(notes[i].en, note) == 0)
			return notes[i].zh;
	return NULL;
}
