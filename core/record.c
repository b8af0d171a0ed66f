/* record.c: the vocabulary.  One table per kind; writing and reading lines is in record_json.c and record_decode.c. */
#include "core/record.h"

#include <assert.h>

#include "core/i18n.h"

const char *const record_kind_names[REC__MAX] = {
	"department", "user", "message", "room", "approval", "approval-template", "file", "gap", "limit", "event", "unknown", "renewal"
};

static const struct field department_fields[] = {
	{ "id", F_STR, N_("department id, unique in the tenant") },
	{ "parent_id", F_STR, N_("id of the department above; 0 above the root") },
	{ "name", F_STR, N_("name in the tenant's language") },
	{ "name_en", F_STR, N_("English name") },
	{ "order", F_INT, N_("position among siblings as the platform gives it: the larger stands first") },
	{ "leaders", F_LIST, N_("ids of the department's leaders") },
	{ NULL, F_STR, NULL }
};
static const struct field user_fields[] = {
	{ "id", F_STR, N_("member id, unique in the tenant") },
	{ "name", F_STR, N_("name in the tenant's language") },
	{ "name_en", F_STR, N_("English name") },
	{ "alias", F_STR, N_("alias") },
	{ "status", F_STR, N_("active, disabled, inactive (never signed in), left; else the platform's value") },
	{ "main_department", F_STR, N_("id of the main department") },
	{ "departments", F_JSON, N_("list of {id, order, is_leader}: every department the member belongs to") },
	{ "leaders", F_LIST, N_("ids of direct superiors") },
	{ "position", F_STR, N_("job title") },
	{ "gender", F_STR, N_("male, female or unset") },
	{ "mobile", F_STR, N_("mobile telephone") },
	{ "telephone", F_STR, N_("office telephone") },
	{ "email", F_STR, N_("private or registered e-mail address") },
	{ "work_email", F_STR, N_("e-mail address of the organisation") },
	{ "address", F_STR, N_("address") },
	{ "avatar_url", F_STR, N_("address of the portrait") },
	{ "external_position", F_STR, N_("job title shown outside") },
	{ "attributes", F_JSON, N_("list of {name, value, url}: attributes the tenant added") },
	{ NULL, F_STR, NULL }
};
static const struct field message_fields[] = {
	[MESSAGE_ID] = { "id", F_STR, N_("message id") },
	[MESSAGE_SENT_AT] = { "sent_at", F_TIME, N_("when it was sent") },
	[MESSAGE_ACTION] = { "action", F_STR, N_("send, recall or switch (a member changed company log)") },
	[MESSAGE_TYPE] = { "type", F_STR, N_("the platform's message type") },
	[MESSAGE_FROM] = { "from", F_STR, N_("sender's id") },
	[MESSAGE_FROM_KIND] = { "from_kind", F_STR, N_("member, external or robot") },
	[MESSAGE_TO] = { "to", F_LIST, N_("recipients' ids") },
	[MESSAGE_ROOM] = { "room", F_STR, N_("room id; empty in a conversation of two") },
	[MESSAGE_TEXT] = { "text", F_STR, N_("the text as sent, or what the message shows in words (title, file name, address, amount)") },
	[MESSAGE_RECALLS] = { "recalls", F_STR, N_("id of the message that this one recalls") },
	[MESSAGE_FILES] = { "files", F_LIST, N_("ids of attachments, see stream files") },
	[MESSAGE_SEQ] = { "seq", F_INT, N_("position in the platform's archive of messages") },
	[MESSAGE_KEY_VERSION] = { "key_version", F_INT, N_("version of the key the message was encrypted with") },
	[MESSAGE_PAYLOAD] = { "payload", F_JSON, N_("what the type carries besides, as the platform gave it") },
	[MESSAGE__MAX] = { NULL, F_STR, NULL }
};
static const struct field room_fields[] = {
	{ "id", F_STR, N_("room id") },
	{ "name", F_STR, N_("name of the room") },
	{ "owner", F_STR, N_("id of who made or owns it") },
	{ "created_at", F_TIME, N_("when it was made") },
	{ "notice", F_STR, N_("notice shown in the room") },
	{ "members", F_JSON, N_("list of {id, joined_at} of present members: who left before is not known") },
	{ NULL, F_STR, NULL }
};
static const struct field approval_fields[] = {
	{ "id", F_STR, N_("number of the approval") },
	{ "form", F_STR, N_("name of the form") },
	{ "template", F_STR, N_("id of the form's template") },
	{ "status", F_STR, N_("in_progress, approved, rejected, withdrawn, revoked, deleted, paid; else the platform's value") },
	{ "applied_at", F_TIME, N_("when it was submitted") },
	{ "applicant", F_STR, N_("id of the applicant") },
	{ "applicant_department", F_STR, N_("id of the applicant's department at that time") },
	{ "applicants", F_LIST, N_("ids of those it was submitted for, when several") },
	{ "fields", F_JSON, N_("list of {id, control, title, text, value}: the form as filled in; rows of a table in rows") },
	{ "route", F_JSON, N_("list of {role, mode, status, people}: every step with its signers, results, times and remarks") },
	{ "notified", F_LIST, N_("ids of those who got a copy") },
	{ "comments", F_JSON, N_("list of {id, by, at, text, files}") },
	{ "files", F_LIST, N_("ids of attachments, see stream files") },
	{ NULL, F_STR, NULL }
};
static const struct field template_fields[] = {
	{ "id", F_STR, N_("template id") },
	{ "name", F_STR, N_("name of the form") },
	{ "controls", F_JSON, N_("the form's controls as the platform gave them") },
	{ NULL, F_STR, NULL }
};
static const struct field file_fields[] = {
	{ "id", F_STR, N_("the platform's id of the file") },
	{ "of_stream", F_STR, N_("stream of the record that names the file") },
	{ "of_id", F_STR, N_("id of the record that names the file") },
	{ "name", F_STR, N_("name as the platform gave it: never a path") },
	{ "media_type", F_STR, N_("media type as the platform gave it") },
	{ "size", F_INT, N_("octets") },
	{ "sha256", F_STR, N_("SHA-256 of the content, hexadecimal") },
	{ "md5_platform", F_STR, N_("MD5 that the platform announced, for comparison") },
	{ "path", F_STR, N_("path of the content in this archive") },
	{ NULL, F_STR, NULL }
};
static const struct field gap_fields[] = {
	{ "id", F_STR, N_("number of the entry") },
	{ "of_stream", F_STR, N_("stream that lacks it") },
	{ "object", F_STR, N_("id of the missing object; empty when only a period or a count is known") },
	{ "reason", F_STR, N_("typed reason") },
	{ "count", F_INT, N_("how many objects; 1 for a single one") },
	{ "is_final", F_BOOL, N_("true: it cannot be fetched again") },
	{ "from", F_TIME, N_("first moment of the period concerned") },
	{ "until", F_TIME, N_("end of the period concerned") },
	{ "detail", F_STR, N_("what was seen, with the platform's code") },
	{ "retry", F_STR, N_("how to fetch it again") },
	{ NULL, F_STR, NULL }
};
static const struct field event_fields[] = {
	{ "id", F_STR, N_("number of the entry") },
	{ "at", F_TIME, N_("when") },
	{ "actor", F_STR, N_("who: operator@host") },
	{ "action", F_STR, N_("what was done") },
	{ "detail", F_JSON, N_("with which values") },
	{ NULL, F_STR, NULL }
};
static const struct field unknown_fields[] = {
	{ "id", F_STR, N_("id, where one was found") },
	{ NULL, F_STR, NULL }
};
static const struct field renewal_fields[] = {
	{ "id", F_STR, N_("name of the earlier archive") },
	{ "sequence", F_INT, N_("its sequence in the chain") },
	{ "state", F_STR, N_("closed: its tar was read; destroyed: only its seal was left") },
	{ "verdict", F_STR, N_("what its verification said when the renewal was made: VALID, INDETERMINATE or INVALID") },
	{ "seal_sha256", F_STR, N_("SHA-256 of its seal.txt, hexadecimal") },
	{ "seal_files", F_INT, N_("how many files of its seal follow") },
	{ "time_stamp", F_TIME, N_("time that its time stamp proves") },
	{ "tar_octets", F_INT, N_("octets of its whole uncompressed tar") },
	{ "tar_sha256", F_STR, N_("SHA-256 of its whole uncompressed tar, hexadecimal") },
	{ "tar_sha512", F_STR, N_("SHA-512 of its whole uncompressed tar, hexadecimal") },
	{ NULL, F_STR, NULL }
};

const struct field *const record_fields[REC__MAX] = {
	department_fields, user_fields, message_fields, room_fields, approval_fields, template_fields,
	file_fields, gap_fields, gap_fields, event_fields, unknown_fields, renewal_fields
};

int
record_field(enum record_kind kind, const char *name)
{
	const struct field *f = record_fields[kind];
	int i;

	for (i = 0; f[i].name != NULL; i++)
		if (f[i].name[0] == name[0] && strcmp(f[i].name, name) == 0)	/* the first byte tells nearly all apart */
			return i;
	return -1;
}

void
record_init(struct record *rec, enum record_kind kind, const char *stream)
{
	size_t i;

	memset(rec, 0, sizeof(*rec));
	rec->kind = kind;
	rec->stream = stream;
	rec->fetched_ms = WHEN_UNKNOWN;
	for (i = 0; i < RECORD_FIELDS_MAX; i++)
		rec->n[i].ms = WHEN_UNKNOWN;
}

void
record_set(struct record *rec, const char *field, struct str s)
{
	int i = record_field(rec->kind, field);

	assert(i >= 0);
	rec->n[i].s = s;
	rec->n[i].as_is = false;
}

void
record_set_time(struct record *rec, const char *field, int64_t ms)
{
	int i = record_field(rec->kind, field);

	assert(i >= 0);
	rec->n[i].ms = ms;
}

struct str
record_get(const struct record *rec, const char *field)
{
	int i = record_field(rec->kind, field);

	return i < 0 ? STR_NONE : rec->n[i].s;
}

void
record_flag(struct record *rec, const char *flag)
{
	size_t i;

	for (i = 0; i < RECORD_FLAGS_MAX; i++) {
		if (rec->flags[i] == NULL) {
			rec->flags[i] = flag;
			return;
		}
		if (strcmp(rec->flags[i], flag) == 0)
			return;
	}
}

bool
record_has_flag(const struct record *rec, const char *flag)
{
	size_t i;

	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if (strcmp(rec->flags[i], flag) == 0)
			return true;
	return false;
}
