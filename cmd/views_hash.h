/* views_hash.h: a place that keeps of every view nothing but its SHA-256, and one that reads such hashes together: path by path. */
#ifndef CMD_VIEWS_HASH_H
#define CMD_VIEWS_HASH_H

#include "archive/sorter.h"
#include "core/digest.h"
#include "core/view.h"

struct hash_place;

enum views_side { VIEWS_SEALED, VIEWS_MADE };

/* hash_place_open(out, to, err): ${to} gets each view when it is complete, those that grow by hash_place_finish; borrowed. */
enum status hash_place_open(struct hash_place **out, struct sorter *to, struct err *) STATUS_USE;
struct view_place *hash_place_of(struct hash_place *);
enum status hash_place_finish(struct hash_place *, struct err *) STATUS_USE;
void hash_place_close(struct hash_place *);	/* NULL does nothing */

/* views_hash_add(to, side, path, sha256, err) */
enum status views_hash_add(struct sorter *to, enum views_side, const char *path, const unsigned char sha256[32], struct err *) STATUS_USE;
/* views_hash_compare(s, each, ctx, err): every path of either side, in byte order; ${sealed}, ${made}: whether it has it. */
enum status views_hash_compare(struct sorter *, enum status (*each)(void *ctx, const char *path, bool sealed, bool made, bool same, struct err *), void *ctx, struct err *) STATUS_USE;

#endif
