/*
 * transcript.h: a message in plain words, for mail and for the text of load files: one line "[time with offset] name <id> [type]: words", further lines of a text and what is
 * known of recalls and attachments indented behind it (a text by four blanks, our own lines by "  * "), so that no text can pass for either.  Lines end in CR LF; controls become U+FFFD, marks that turn
 * the direction of writing \u{202e}.
 */
#ifndef FORMATS_TRANSCRIPT_H
#define FORMATS_TRANSCRIPT_H

#include "formats/conversations.h"
#include "formats/reference.h"
#include "formats/stamp.h"

struct transcript {
	struct conversations *talk;	/* borrowed */
	struct reference *who;		/* borrowed */
	struct stamp	 stamp;
	struct arena	 arena;		/* of the message at hand */
	struct buf	 line;
	/*
	 * Called for every attachment that the message names, before it is told: *where gets the words that say where its content is, "附件 attachment" when it is left as it
	 * is.  ${f}->path is absent when there is none.
	 */
	enum status (*file)(void *ctx, const struct record *, const struct reference_file *f, const char **where, struct err *);
	void *ctx;
};

void transcript_init(struct transcript *, struct conversations *, struct reference *);
void transcript_free(struct transcript *);
/* transcript_message(t, rec, out, err): the lines of ${rec}; the view lives until the next call. */
enum status transcript_message(struct transcript *, const struct record *, struct str *out, struct err *) STATUS_USE;
/* transcript_name(t, id, a, name, err): as people know the member ${id}; the id itself where nobody does. */
enum status transcript_name(struct transcript *, struct str id, struct arena *, struct str *name, struct err *) STATUS_USE;
/* transcript_title(t, c, a, out, err): the name of the room, or of those who take part; appended. */
enum status transcript_title(struct transcript *, const struct conversation *, struct arena *, struct buf *out, struct err *) STATUS_USE;

#endif
