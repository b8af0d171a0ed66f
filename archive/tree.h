/*
 * tree.h: RFC 9162 section 2.1.1 Merkle trees with SHA-256, built record by record with a stack of at most 64 hashes.
 * leaf = SHA-256(0x00 || record bytes), node = SHA-256(0x01 || left || right).
 */
#ifndef ARCHIVE_TREE_H
#define ARCHIVE_TREE_H

#include "core/digest.h"

struct tree { uint64_t n; unsigned char stack[64][32]; unsigned top; };

void tree_init(struct tree *);
/* tree_leaf(d, record, n, out): ${d} is any initialised SHA-256 digest of the caller (one per thread). */
enum status tree_leaf(struct digest *d, const void *, size_t, unsigned char out[32], struct err *) STATUS_USE;
enum status tree_node(struct digest *d, const unsigned char left[32], const unsigned char right[32], unsigned char out[32], struct err *) STATUS_USE;
/* tree_add(t, d, leaf): append one leaf hash. */
enum status tree_add(struct tree *, struct digest *d, const unsigned char leaf[32], struct err *) STATUS_USE;
/* tree_root: of the leaves so far (n > 0); the tree may grow on. */
enum status tree_root(const struct tree *, struct digest *d, unsigned char out[32], struct err *) STATUS_USE;

#endif
