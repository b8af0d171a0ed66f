/*
 * orglist.h: what several views of departments and members ask of a record: is a field there, what stands in its lists, how does the chain's history date it.
 */
#ifndef FORMATS_ORGLIST_H
#define FORMATS_ORGLIST_H

#include "core/view.h"

enum org_state {
	ORG_ABSENT, /* the platform has no such value */
	ORG_EMPTY, /* "" or [] */
	ORG_NOT_GRANTED,
	ORG_SET
};
/* org_state(rec, field): asserts that the kind has the field.  org_set(rec, field): its text when it is set, else absent. */
enum org_state org_state(const struct record *, const char *field);
struct str org_set(const struct record *, const char *field);
/* org_names(rec, state, out, err): append the names of the fields in ${state}, commas between them. */
enum status org_names(const struct record *, enum org_state, struct buf *out, struct err *) STATUS_USE;

/* org_texts(value, a, out, n, err): a list of texts, or of numbers as text.  ST_INPUT: it is something else. */
enum status org_texts(struct str value, struct arena *, struct str **out, size_t *n, struct err *) STATUS_USE;
/*
 * org_objects(value, names, a, out, n, err): a list of objects, of each the members ${names} (three, NULL for fewer) as text: absent when missing or null; numbers and
 * booleans as they are written.  ST_INPUT: it is something else, or one of these members is a list or object.
 */
struct org_object {
	struct str v[3];
};
enum status org_objects(
    struct str value, const char *const names[3], struct arena *, struct org_object **out, size_t *n, struct err *) STATUS_USE;
extern const char *const org_membership[3], *const org_attribute[3]; /* id, order, is_leader; name, value, url */

/* org_number(rec, a, out, err): the number of an employee, of an attribute that says so (工号, employee number, …); absent: none does. */
enum status org_number(const struct record *, struct arena *, struct str *out, struct err *) STATUS_USE;
/* org_is_url(s): http or https, and nothing that a URI cannot hold (RFC 3986). */
bool org_is_url(struct str);

/* org_since(in, rec, out, err): *out->known.archive NULL: no history, or it can say nothing. */
enum status org_since(const struct view_input *, const struct record *, struct view_since *out, struct err *) STATUS_USE;

#endif
