/*
 * documents.h: chat as documents of a legal review: one document per conversation and day, and one for each attachment of it.  Natives and texts are written below a
 * directory of views; what lists them (a load file) is the caller's.
 *
 *   <dir>/natives/<NNN>/<NNNNNNNNN>.jsonl   the records of the day, byte for byte      <dir>/text/<NNN>/<NNNNNNNNN>.txt   its transcript
 *   <dir>/natives/<NNN>/<NNNNNNNNN>.<ext>   an attachment, where the input gives files
 * Documents are numbered from 1, a day before its attachments; <NNN> is the number divided by 1000.
 */
#ifndef FORMATS_DOCUMENTS_H
#define FORMATS_DOCUMENTS_H

#include "core/view.h"
#include "core/when.h"

/* Views live for the call. */
struct document {
	uint64_t	 number, parent;	/* parent 0: a conversation's day */
	uint64_t	 last;			/* of its family: the last attachment's number, its own when there is none */
	struct str	 title, key;		/* of the conversation, as people know it, and what tells it from every other */
	const char	*day;			/* "2026-11-21" or "undated" */
	int64_t		 from_ms, until_ms;	/* of the first and last message of the day; of an attachment: of its message */
	struct str	 from, people;		/* who wrote first; everybody who takes part: "name <id>", separated by "; " */
	uint64_t	 n_messages;		/* of a day */
	struct str	 records;		/* what the document holds: of a day its messages, each "id" or "id@version", separated by ";"; ; @ and \ in them have \ in front; octets outside of 0x20 to 0x7e: \x and two hexadecimal digits */
	struct str	 name, media_type, size, sha256;	/* of the native: of an attachment as its record has them */
	struct str	 path;			/* of an attachment: in the archive */
	struct str	 missing;		/* of an attachment: why there is nothing */
	char		 native[VIEW_PATH_MAX + 1], text[VIEW_PATH_MAX + 1];	/* relative to ${dir}, "" where there is none */
};

struct documents_sink { enum status (*document)(void *ctx, const struct document *, struct err *); void *ctx; };

/*
 * documents_make(in, place, dir, to, err): ${dir} is "data/views/…" without a slash at its end, at most 24 bytes.  No page of ${place} is open when ${to} is called.
 * The attachments of a day are told before the day.
 */
enum status documents_make(const struct view_input *, struct view_place *, const char *dir, const struct documents_sink *to, struct err *) STATUS_USE;
/* documents_record(list, at, id, version, a, err): the next of document.records from *at, unescaped into ${a}.  ST_END: no more; ST_INPUT: not such a list. */
enum status documents_record(struct str list, size_t *at, struct str *id, struct str *version, struct arena *, struct err *) STATUS_USE;

#endif
