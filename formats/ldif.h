/* ldif.h: entries of a directory as text; what stands in them: view_ldif.h. */
#ifndef FORMATS_LDIF_H
#define FORMATS_LDIF_H

#include "formats/orgtree.h"

struct ldif {
	const struct view_input *in;
	struct orgtree *tree;
	struct buf suffix; /* "o=…", escaped */
	struct buf line, value, out; /* being made; what is to be written */
	struct arena arena;
};

/* ldif_init(l, in, tree, organization, err): borrows ${in} and ${tree}.  Appends what comes first to l->out.  ldif_free accepts a zeroed one. */
enum status ldif_init(struct ldif *, const struct view_input *, struct orgtree *, struct str organization, struct err *) STATUS_USE;
void ldif_free(struct ldif *);
/* ldif_put(l, rec, err): append the entry of a department or user to l->out. */
enum status ldif_put(struct ldif *, const struct record *, struct err *) STATUS_USE;

/* The parts that know the format and not the organisation (ldif_line.c). */
/* ldif_line(line, name, value, out, err): one attribute: as it is where it is a SAFE-STRING, else in base64; folded.  ${line} is scratch. */
enum status ldif_line(struct buf *line, const char *name, struct str value, struct buf *out, struct err *) STATUS_USE;
/* ldif_rdn(name, value, out, err): append name=value, escaped by RFC 4514. */
enum status ldif_rdn(const char *name, struct str value, struct buf *out, struct err *) STATUS_USE;
/* ldif_ascii(s, out, err): append ${s} with whatever is not printable ASCII as \u{…}: for comments. */
enum status ldif_ascii(struct str, struct buf *out, struct err *) STATUS_USE;
/* ldif_value(line, name, out, err): the value of a line into ${out}, and where it ends its name.  ST_INPUT: no such line. */
enum status ldif_value(struct str line, struct str *name, struct buf *out, struct err *) STATUS_USE;

#endif
