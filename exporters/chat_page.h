/* chat_page.h: one answer of GetChatData, its rows in views.  Document 91774, "GetChatData", read 2026-11. */
#ifndef EXPORTERS_CHAT_PAGE_H
#define EXPORTERS_CHAT_PAGE_H

#include "core/arena.h"
#include "exporters/chat_keys.h"

enum chat_row_state {
	CHAT_ROW_NEW,
	CHAT_ROW_PLAIN,		/* decrypted */
	CHAT_ROW_REPEATED,	/* its message was given under an earlier seq: only its place counts */
	CHAT_ROW_NO_KEY,	/* no private key of its version */
	CHAT_ROW_CLOSED		/* cannot be decrypted; code tells why, 0 when it was the message key */
};

struct chat_row {
	uint64_t	 seq;
	struct str	 seq_text, version_text;	/* digits as they came */
	struct str	 msgid;
	uint32_t	 version;
	struct str	 wrapped, cipher;		/* encrypt_random_key, encrypt_chat_msg */
	struct str	 raw;				/* the envelope as it stands in the page */
	bool		 has_version;			/* false: a row without publickey_ver cannot be decrypted */
	unsigned	 flags;				/* enum json_flag of everything in it */
	enum chat_row_state state;
	int		 code;
	struct str	 plain;
	char		 key[CHAT_KEY_TEXT_MAX];	/* wiped before chat_decrypt_rows returns */
	size_t		 n_key;
};

/* errcode inside an answer of the library, which itself said 0. */
struct chat_page { int64_t errcode; struct str errmsg; struct chat_row *rows; size_t n; size_t n_bad; };

/*
 * chat_page_read(text, a, page, err): views point into ${text} or ${a}.  Rows without a usable seq are counted in n_bad and left out of the
 * rows.  ST_INPUT: not the JSON that is expected.
 */
enum status chat_page_read(struct str text, struct arena *, struct chat_page *, struct err *) STATUS_USE;

#endif
