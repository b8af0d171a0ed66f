/*
 * chat_payload.h: what a chat message carries: where its payload stands, what it shows in words, which files it names.
 *
 * One table of message types (document 91774, "message formats", read 2026-11) drives all of it; a type that is not in it is no error.
 */
#ifndef EXPORTERS_CHAT_PAYLOAD_H
#define EXPORTERS_CHAT_PAYLOAD_H

#include "core/json.h"

struct chat_file {
	struct str id;		/* sdkfileid */
	struct str name;	/* absent where the type has none */
	struct str md5;		/* absent, or empty: both occur */
	struct str size;	/* digits as given, absent */
	struct str raw;		/* the object that names it, as it stands */
};
struct chat_files { struct chat_file *v; size_t n, cap; };

struct chat_type {
	const char *type, *key;	/* payload's documented name; NULL: as the type */
	const char *text;	/* paths of what it shows, see chat_payload.c */
	bool	    is_text;	/* the text is all it carries */
};
const struct chat_type *chat_payload_type(struct str type);	/* NULL: unknown */

/*
 * chat_payload_find(t, type, row): index of the payload in message ${t}: the member named as the type, then as documented, then "info", then any
 * object that is no common field; 0: the fields stand at top level, or there are none.
 */
size_t chat_payload_find(const struct json_node *t, struct str type, const struct chat_type *row);
bool chat_payload_is_common(struct str key);	/* "msgid", "from", … (key as it stands, unescaped names only) */

/* chat_payload_text(t, i, row, a, out, err): append what the payload at ${i} shows, a line each. ${a} holds nested values until its reset. */
enum status chat_payload_text(const struct json_node *t, size_t i, const struct chat_type *row, struct arena *a, struct buf *out, struct err *) STATUS_USE;
/* chat_payload_files(t, i, a, files, err): every object below ${i} with an "sdkfileid", also inside the JSON strings of forwarded and mixed messages. */
enum status chat_payload_files(const struct json_node *t, size_t i, struct arena *a, struct chat_files *, struct err *) STATUS_USE;

#endif
