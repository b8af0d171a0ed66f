/*
 * orgtree.h: the departments of an archive as a tree, and who is in them, in a temporary database: for views that need a path up, or a list down.
 *
 * Of a department or member with several versions the last one counts.  Every department has a place: below its parent; or on top, for the reason named in ${why}.  So a
 * walk up or down always ends, whatever the records say.
 */
#ifndef FORMATS_ORGTREE_H
#define FORMATS_ORGTREE_H

#include "core/view.h"

#define ORGTREE_DEPTH 64 /* departments in a path */

enum orgtree_why {
	ORGTREE_BELOW, /* its parent is in the tree */
	ORGTREE_TOP, /* nothing is above it */
	ORGTREE_UNKNOWN, /* its parent was not granted */
	ORGTREE_MISSING, /* its parent is not in the archive */
	ORGTREE_CYCLE, /* it is above itself: of each ring, the first in the order of the archive is on top */
	ORGTREE_DEEP /* ORGTREE_DEPTH departments are above it */
};
struct orgtree_node {
	struct str id, parent, name, version; /* absent where the record has none */
	enum orgtree_why why;
	unsigned depth; /* 0 on top */
};

struct orgtree;

/* orgtree_open(out, in, err): reads departments, then users.  Names are absent unless set. */
enum status orgtree_open(struct orgtree **out, const struct view_input *, struct err *) STATUS_USE;
void orgtree_close(struct orgtree *); /* NULL does nothing */
unsigned orgtree_depth(const struct orgtree *); /* of the deepest department */

/* All texts given out live in ${a}. */
/* orgtree_get(t, id, a, node, err): ST_END: no such department. */
enum status orgtree_get(struct orgtree *, struct str id, struct arena *a, struct orgtree_node *, struct err *) STATUS_USE;
/* orgtree_path(t, id, a, path, n, err): from the department to its top, so ${path}[0] is itself; *n is 0 when there is no such department. */
enum status orgtree_path(
    struct orgtree *, struct str id, struct arena *a, struct orgtree_node path[ORGTREE_DEPTH], size_t *n, struct err *) STATUS_USE;
/* orgtree_person(t, id, a, out, err): ${home} is the department the member stands in, of orgtree_home; absent: none.  ST_END: no such member. */
struct orgtree_person {
	struct str name, version, home;
};
enum status orgtree_person(struct orgtree *, struct str id, struct arena *a, struct orgtree_person *out, struct err *) STATUS_USE;
/* orgtree_home(t, rec, a, home, err): the main department if it is in the archive, else the first one that is; absent: none. */
enum status orgtree_home(struct orgtree *, const struct record *, struct arena *a, struct str *home, struct err *) STATUS_USE;

/* Down, in byte order of ids; what is given lives for the call.  Neither may be called again from inside itself. */
typedef enum status orgtree_each(void *ctx, struct str id, struct str name, struct err *);
enum status orgtree_below(struct orgtree *, struct str id, orgtree_each *, void *ctx, struct err *) STATUS_USE;
enum status orgtree_members(struct orgtree *, struct str id, orgtree_each *, void *ctx, struct err *) STATUS_USE;

#endif
