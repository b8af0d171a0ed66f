/*
 * approval.h: one approval as a document for people: what was asked for, by whom, who decided what and when, with what, and where the record stands.
 *
 * Everything of the normalised record has its place; a control, a role or a result that is not known here is shown as labelled JSON or as the platform's own
 * word, never dropped.  What is too long for paper (PDF_TEXT_MAX for one text, APPROVAL_PAPER for the form, the route and the comments together) is cut with
 * its length and a pointer to the record inside the file.
 */
#ifndef FORMATS_APPROVAL_H
#define FORMATS_APPROVAL_H

#include "core/json.h"
#include "core/view.h"
#include "formats/approval_words.h"
#include "formats/reference.h"
#include "formats/stamp.h"

#define APPROVAL_PAPER ((size_t)2 << 20) /* bytes of text and of what every row costs, some 600 pages */
#define APPROVAL_ROW 48 /* what a row costs besides its text */
#define APPROVAL_PICTURES ((size_t)16 << 20) /* bytes of pictures in one document; others are listed */

/* A JSON value of the record; t is NULL where there is none. */
struct approval_tree { struct json_node *t; size_t n; struct str text; bool broken; };

/* An attachment's id, its number on the page from 1, whether its picture is on a page already, or looked like one and could not be drawn. */
struct approval_id { struct str id; size_t at, number; bool shown, undrawn; };

struct approval {
	const struct record *rec;
	const struct format_options *opt;
	struct view_blobs *blobs; /* NULL: none */
	struct reference *ref;
	struct arena *arena; /* of this record */
	struct stamp *stamp;
	struct str leaf; /* SHA-256 of a zero octet and the line, hexadecimal */
	struct approval_tree fields, route, comments, files, applicants, notified;
	struct approval_id *ids, **by_number; /* of files, each once: by id, and in their order */
	size_t n_ids;
	/* Anew with each telling: */
	struct pdf_doc *d;
	size_t left, pictures_left; /* of APPROVAL_PAPER, APPROVAL_PICTURES */
	bool cut_said;
	struct buf picture;
};

/* approval_begin(a, err): read the record's lists.  Set before: rec, opt, blobs, ref, arena, stamp; picture is initialised. */
enum status approval_begin(struct approval *, struct err *) STATUS_USE;
/* The body of the document (pdf_job.body); ctx is the struct approval. */
void approval_tell(struct pdf_doc *, void *ctx);
/* approval_qr(a, out, err): the text of the QR code: lines "chain …", "archive …", "record …", "leaf sha256 …". */
enum status approval_qr(const struct approval *, struct buf *out, struct err *) STATUS_USE;

/* --- for the parts of the document: approval.c, approval_form.c, approval_route.c, approval_files.c --- */
#define NODES(tree, i, c, k) (k) = 0, (c) = (i) + 1; (k) < (tree)->t[i].n_children; (k)++, (c) = (tree)->t[c].next
struct str approval_text(struct approval *, const struct approval_tree *, size_t i); /* a string's text, unescaped; anything else as it stands */
struct str approval_get(struct approval *, const struct approval_tree *, size_t i, const char *path); /* of a member; absent */
/* Is there room for this much on paper?  The first no is said in column 0 as a row of its own. */
bool approval_room(struct approval *, size_t bytes);
void approval_person(struct approval *, unsigned column, enum record_kind, struct str id); /* "林月 (linyue)" */
void approval_time(struct approval *, unsigned column, enum pdf_style, int64_t ms); /* "2026-11-22 10:00:00 +08:00" */
int64_t approval_ms(struct str rfc3339);
int64_t approval_seconds(struct str seconds);
void approval_file(struct approval *, unsigned column, struct str id); /* "附件 2 attachment 2: 发票.png" */
void approval_word_say(struct approval *, unsigned column, enum approval_list, struct str value);
/* Every member of the object ${i} that is not among ${known} (ended by NULL), as labelled JSON. */
void approval_rest(struct approval *, unsigned column, const struct approval_tree *, size_t i, const char *const *known);
/* The pictures among ${list} (an array of file ids), each once in a document, with ${where} it was added, and by whom (may be absent). */
void approval_pictures(struct approval *, const struct approval_tree *, size_t list, struct str where, struct str by);

enum status approval_number_files(struct approval *, struct err *) STATUS_USE; /* of approval_begin */
void approval_form(struct approval *);
void approval_route(struct approval *);
void approval_comments(struct approval *);
void approval_attachments(struct approval *);

#endif
