/*
 * tree.h: RFC 9162 section 2.1.1 Merkle trees with SHA-256, built record by record with a stack of at most 64 hashes.
 * leaf = SHA-256(0x00 || record bytes), node = SHA-256(0x01 || left || right).
 */
#ifndef ARCHIVE_TREE_H
#define ARCHIVE_TREE_H

#include "core/digest.h"

#define TREE_GROUP	1024u	/* leaves of a group: a complete subtree of height 10, but for the last one of a tree */

struct tree { uint64_t n; unsigned char stack[64][32]; unsigned top; unsigned char group[32]; /* root of the group completed last */ };

void tree_init(struct tree *);
/* tree_leaf(d, record, n, out): ${d} is any initialised SHA-256 digest of the caller (one per thread). */
enum status tree_leaf(struct digest *d, const void *, size_t, unsigned char out[32], struct err *) STATUS_USE;
enum status tree_node(struct digest *d, const unsigned char left[32], const unsigned char right[32], unsigned char out[32], struct err *) STATUS_USE;
/* tree_add(t, d, leaf): append one leaf hash. */
enum status tree_add(struct tree *, struct digest *d, const unsigned char leaf[32], struct err *) STATUS_USE;
/* tree_root: of the leaves so far (n > 0); the tree may grow on. */
enum status tree_root(const struct tree *, struct digest *d, unsigned char out[32], struct err *) STATUS_USE;
/* tree_group(t, d, out): of the group of the leaf added last, as far as it has leaves (n > 0). */
enum status tree_group(const struct tree *, struct digest *d, unsigned char out[32], struct err *) STATUS_USE;
/*
 * tree_path(d, hashes, n, i, out, n_out, err): what RFC 9162 2.1.3.1 calls the inclusion proof of hash ${i} of ${n} > 0, siblings from below (TREE_PATH_MAX of them
 * at most, in a segment).  ${hashes} are leaves, or the roots of the groups of one tree (the tree above groups splits where the tree above leaves does); they are overwritten.
 * ${root} gets the root over them.
 */
#define TREE_PATH_MAX	16u	/* of a segment: 65,536 leaves */
enum status tree_path(struct digest *d, unsigned char (*hashes)[32], size_t n, size_t i, unsigned char (*out)[32], size_t *n_out, unsigned char root[32],
    struct err *) STATUS_USE;

#endif
