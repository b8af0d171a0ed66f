/*
 * map_chat.h: one decrypted chat message → a record of kind message, and the files it names.  No network; fuzzed.
 */
#ifndef EXPORTERS_MAP_CHAT_H
#define EXPORTERS_MAP_CHAT_H

#include "core/record.h"
#include "exporters/chat_payload.h"

/* What stood around the message: digits as they came, absent where they were not. */
struct chat_envelope { struct str seq, key_version, msgid; };

struct chat_message {
	struct chat_files files;
	bool		 has_lost_file;	/* names a file that has no id and cannot be fetched (qydiskfile) */
	int64_t		 sent_ms;	/* WHEN_UNKNOWN where none was given */
	struct str	 from, room;	/* absent where none was given */
	struct str	*to;		/* recipients */
	size_t		 n_to;
};

/*
 * map_chat_message(plain, env, a, rec, m, err): fill ${rec} but for tenant, platform, endpoint, cursor and fetched_ms; views live in ${a} and
 * ${plain}.  What is not JSON, of an unknown type or lacks a field is kept all the same, with a flag: not_json, invalid_utf8, over_limit,
 * unknown_type, missing_fields, duplicate_key, lone_surrogate, id_differs.  ST_LIMIT: the arena is full; ST_NOMEM.
 */
enum status map_chat_message(struct str plain, const struct chat_envelope *env, struct arena *a, struct record *rec,
    struct chat_message *m, struct err *) STATUS_USE;

/* map_chat_compact(value, a, out, err): a JSON value without the white space between its tokens, in ${a}. */
enum status map_chat_compact(struct str value, struct arena *a, struct str *out, struct err *) STATUS_USE;

#endif
