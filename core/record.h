/*
 * record.h: the only shape that crosses from sources to formats and archives.
 *
 * One table per kind names the normalised fields ("n" of a record line): the order of a table is the order of the JSON
 * members and of CSV columns.  A record line is, behind the salt that the archive puts first:
 *   ,"kind":"message","id":"…","version":"…","tenant":"…","source":{"platform":"wecom","endpoint":"…","cursor":"…",
 *   "fetched_at":"…Z"},"flags":[…],"n":{…},"raw":…}      (version only where an object has several)
 * In "n" a name that is missing means the platform has no such value, "" or [] that it is empty, null that it was not granted.
 */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/arena.h"
#include "core/buf.h"
#include "core/when.h"

enum record_kind {
	REC_DEPARTMENT, REC_USER, REC_MESSAGE, REC_ROOM, REC_APPROVAL, REC_TEMPLATE,
	REC_FILE,	/* an attachment: its bytes are at n.path of the archive */
	REC_GAP,	/* something in scope that should be there and is not */
	REC_LIMIT,	/* what platform, edition or grant never offered */
	REC_EVENT,	/* an action of the program itself */
	REC_UNKNOWN,	/* kept raw: an object of a kind the description does not map */
	REC_RENEWAL,	/* what a renewal archive says of an earlier one (archive format 10): behind those that a description may name, for no platform may say it */
	REC__MAX
};

enum field_type {
	F_STR,		/* text, UTF-8 */
	F_TIME,		/* value.ms; in JSON RFC 3339, UTC, milliseconds */
	F_INT,		/* number text as the platform gave it, any size */
	F_BOOL,		/* "true" or "false" */
	F_LIST,		/* JSON array of strings */
	F_JSON		/* any JSON value */
};
struct field {
	const char	*name;		/* JSON name and CSV header */
	enum field_type	 type;
	const char	*note;		/* N_(): what it means, with unit; shown in the column description */
};
#define RECORD_FIELDS_MAX	24
extern const struct field *const record_fields[REC__MAX];	/* each ended by name == NULL */
extern const char *const record_kind_names[REC__MAX];		/* "department", "user", … as in "kind" */

/* Places in the table of REC_MESSAGE, for the one mapping whose speed counts. */
enum message_field {
	MESSAGE_ID, MESSAGE_SENT_AT, MESSAGE_ACTION, MESSAGE_TYPE, MESSAGE_FROM, MESSAGE_FROM_KIND, MESSAGE_TO, MESSAGE_ROOM, MESSAGE_TEXT,
	MESSAGE_RECALLS, MESSAGE_FILES, MESSAGE_SEQ, MESSAGE_KEY_VERSION, MESSAGE_PAYLOAD, MESSAGE__MAX
};

/* record_field(kind, name): index in the kind's table, -1 when there is none. */
int record_field(enum record_kind, const char *name);

/*
 * One normalised value; views borrowed.  Absent: s.p == NULL and ms == WHEN_UNKNOWN.
 * as_is: a parser has seen that it can be written without being looked at again.  Of F_STR: there is no quote, backslash, control, noncharacter
 * or bad byte in it.  Of F_LIST: it is a list of such strings, without white space between them.  Of F_JSON: I-JSON without white space between tokens.
 */
struct value { struct str s; int64_t ms; bool not_granted, as_is; };

enum raw_form {
	RAW_JSON,	/* raw is a JSON value, already without white space between tokens, valid UTF-8: member "raw" */
	RAW_TEXT,	/* UTF-8 that is not JSON: "raw_text" */
	RAW_BYTES	/* not UTF-8: "raw_base64" */
};
#define RECORD_FLAGS_MAX	12

struct record {
	enum record_kind kind;
	const char	*stream;	/* "messages"; lives as long as the program or the source */
	struct str	 id;		/* the platform's id as text, unique per stream (with version) */
	struct str	 version;	/* absent where an object has one version */
	struct str	 tenant;
	struct str	 platform, endpoint, cursor;	/* where it came from; cursor absent if none */
	int64_t		 fetched_ms;
	const char	*flags[RECORD_FLAGS_MAX];	/* names in [a-z_]+, ended by NULL or full */
	struct value	 n[RECORD_FIELDS_MAX];		/* by the kind's table */
	enum raw_form	 raw_form;
	struct str	 raw;		/* absent for the program's own records (gap, limit, event, renewal) */
	bool		 raw_as_is;	/* RAW_JSON: a parser has seen that it is what RAW_JSON says */
	struct str	 line;		/* of a record read again: its whole line with the salt, which its leaf hash is made of; else absent */
};

/* record_init(rec, kind, stream): all absent. */
void record_init(struct record *, enum record_kind, const char *stream);
/* Setters by field name; assert that the kind has it.  Views are borrowed. */
void record_set(struct record *, const char *field, struct str);
void record_set_time(struct record *, const char *field, int64_t ms);
struct str record_get(const struct record *, const char *field);	/* absent when not set or unknown */
void record_flag(struct record *, const char *flag);			/* once each; a full list keeps what it has */
bool record_has_flag(const struct record *, const char *flag);

/* record_encode(rec, out, err): append the line behind the salt, from "," to "}" (no line end).  ST_LIMIT above LIMIT_RECORD. */
enum status record_encode(const struct record *, struct buf *out, struct err *) STATUS_USE;
/*
 * record_decode(line, a, rec, err): a whole line with its salt, without line end.  Views point into ${line} or ${a}.
 * Unknown members are ignored (an older program reads a newer archive).  rec->stream is NULL: the line does not name it.
 * rec->line is ${line}.  ST_INPUT: not a record line; ST_LIMIT: longer than LIMIT_RECORD.
 */
enum status record_decode(struct str line, struct arena *a, struct record *rec, struct err *) STATUS_USE;

#endif
