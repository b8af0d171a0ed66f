/*
 * reference.h: who is who and what is where, for views that people read: names of members, departments, rooms and forms, attachments of a record, and why something is
 * missing.  Read once from the records into a scratch database.  Of an object with several versions the last one in the archive counts.
 */
#ifndef FORMATS_REFERENCE_H
#define FORMATS_REFERENCE_H

#include "core/view.h"

struct reference;

/* One attachment as its record (or, where it is missing, the gap) has it.  Absent: the record has no such value. */
struct reference_file {
	struct str id, name, media_type, size, sha256, path;
	struct str gap;			/* the reason why it is not there; absent: it is */
	struct str gap_detail;
};

/* reference_open(out, in, err): reads users, departments, rooms, approval-templates, files and gaps. */
enum status reference_open(struct reference **out, const struct view_input *in, struct err *) STATUS_USE;
void reference_close(struct reference *); /* NULL does nothing */

/* reference_name(r, kind, id, a, name, err): of REC_USER, REC_DEPARTMENT, REC_ROOM, REC_TEMPLATE; in ${a}.  ST_END: not known, or it has no name. */
enum status reference_name(struct reference *, enum record_kind kind, struct str id, struct arena *, struct str *name, struct err *) STATUS_USE;
/* reference_above(r, id, a, parent, err): the department above the department ${id}.  ST_END: not known. */
enum status reference_above(struct reference *, struct str id, struct arena *, struct str *parent, struct err *) STATUS_USE;
/*
 * reference_file(r, stream, of, id, a, out, err): the attachment ${id} of the record ${of} of ${stream}, or of whatever record it was stored with; otherwise the gap that
 * names it.  ST_END: nothing is known of it.
 */
enum status reference_file(
    struct reference *, const char *stream, struct str of, struct str id, struct arena *, struct reference_file *out, struct err *) STATUS_USE;
/* reference_gap(r, stream, object, a, reason, detail, err): ST_END: there is no gap of this object. */
enum status reference_gap(
    struct reference *, const char *stream, struct str object, struct arena *, struct str *reason, struct str *detail, struct err *) STATUS_USE;

#endif
