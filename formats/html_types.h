/*
 * html_types.h: what the fields of each message type mean to people: WeCom's documents 91774 and 97834.  A member of a payload that stands in no row is shown as JSON with
 * its name; so is one that is not of the kind its row expects.
 */
#ifndef FORMATS_HTML_TYPES_H
#define FORMATS_HTML_TYPES_H

#include "formats/html_words.h"

enum html_show {
	SHOW_TEXT,	/* text as people wrote it, without a label */
	SHOW_HEAD,	/* the same as a heading */
	SHOW_CODE,	/* the same with its marks (Markdown): nothing in it is obeyed */
	SHOW_PLAIN,	/* label and text, number or truth value */
	SHOW_URL,
	SHOW_FEN,	/* hundredths of a yuan */
	SHOW_SECONDS,	/* a duration */
	SHOW_AT,	/* a moment: seconds, or milliseconds from 1e11 on */
	SHOW_PERSON, SHOW_PEOPLE,
	SHOW_LIST,	/* texts or numbers */
	SHOW_WORD,	/* a number or text that a table of words explains */
	SHOW_EACH,	/* a list of objects, by rows */
	SHOW_ITEMS,	/* a list of {type, content}: forwarded or mixed, content being JSON in a string */
	SHOW_FORWARDED,	/* the same, and the platform says of none of them who wrote it */
	SHOW_FILE	/* what the record of the attachment says better; shown only where there is none */
};
enum html_media { MEDIA_LINK, MEDIA_IMAGE, MEDIA_VIDEO, MEDIA_AUDIO };

struct html_row {
	const char *name;
	enum html_show show;
	const char *zh, *en;
	const struct html_word *words;
	const struct html_row *rows;
};
struct html_type {
	const char *type, *zh, *en;
	enum html_media media;		/* what its attachment is where neither name nor media type tells */
	const struct html_row *rows;	/* end with name == NULL */
};

/* html_type(name): NULL when it is not known.  html_type_item: of an item, "ChatRecordText" or "text". */
const struct html_type *html_type(struct str name);
const struct html_type *html_type_item(struct str name);

#endif
