/* scim.h: one record as a line of SCIM; what stands in it: view_scim.h. */
#ifndef FORMATS_SCIM_H
#define FORMATS_SCIM_H

#include "formats/orgtree.h"

#define SCIM_USER "urn:ietf:params:scim:schemas:core:2.0:User"
#define SCIM_ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define SCIM_GROUP "urn:ietf:params:scim:schemas:core:2.0:Group"
#define SCIM_OWN_USER "urn:custody:scim:1:User"
#define SCIM_OWN_GROUP "urn:custody:scim:1:Group"

struct scim {
	const struct view_input *in;
	struct orgtree *tree;
	struct sink *to;
	struct buf out, names;
	struct arena arena;
	bool first; /* nothing stands behind the last bracket yet */
};

/* scim_init(s, in, tree): borrows; s->to is the caller's to set.  scim_free accepts a zeroed one. */
void scim_init(struct scim *, const struct view_input *, struct orgtree *);
void scim_free(struct scim *);
/* scim_put(s, rec, err): a user or a department, written to s->to. */
enum status scim_put(struct scim *, const struct record *, struct err *) STATUS_USE;

#endif
