/* vcard.h: one member as one card; what stands in it: view_vcard.h. */
#ifndef FORMATS_VCARD_H
#define FORMATS_VCARD_H

#include "formats/orgtree.h"

enum vcard_version { VCARD_3, VCARD_4 };

struct vcard {
	enum vcard_version version;
	const struct view_input *in;
	struct orgtree *tree;
	struct buf line, value, out; /* the line being made; a value that is put together; the cards to be written */
	struct arena arena;
	bool replaced; /* in the value that was written last */
	struct buf replaced_names;
};

/* vcard_init(c, version, in, tree): borrows.  vcard_free accepts a zeroed one. */
void vcard_init(struct vcard *, enum vcard_version, const struct view_input *, struct orgtree *);
void vcard_free(struct vcard *);
/* vcard_put(c, rec, err): append the card of a user to c->out. */
enum status vcard_put(struct vcard *, const struct record *, struct err *) STATUS_USE;

#endif
