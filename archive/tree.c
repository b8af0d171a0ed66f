/*
 * tree.c: the stack holds the roots of complete subtrees, largest first: one per bit set in the number of leaves.
 */
#include "archive/tree.h"

#include "core/i18n.h"

#define GROUP_HEIGHT	10u
_Static_assert(1u << GROUP_HEIGHT == TREE_GROUP, "a group is a complete subtree");

void
tree_init(struct tree *t)
{
	t->n = 0;
	t->top = 0;
}

enum status
tree_leaf(struct digest *d, const void *p, size_t n, unsigned char out[32], struct err *err)
{
	enum status st;

	if ((st = digest_begin(d, DIGEST_SHA256, err)) != ST_OK || (st = digest_add(d, "\0", 1, err)) != ST_OK ||
	    (st = digest_add(d, p, n, err)) != ST_OK)
		return st;
	return digest_end(d, out, err);
}

enum status
tree_node(struct digest *d, const unsigned char left[32], const unsigned char right[32], unsigned char out[32], struct err *err)
{
	unsigned char all[65];
	enum status st;

	all[0] = 1;
	memcpy(all + 1, left, 32);
	memcpy(all + 33, right, 32);
	if ((st = digest_begin(d, DIGEST_SHA256, err)) != ST_OK || (st = digest_add(d, all, sizeof(all), err)) != ST_OK)
		return st;
	return digest_end(d, out, err);
}

enum status
tree_add(struct tree *t, struct digest *d, const unsigned char leaf[32], struct err *err)
{
	unsigned char hash[32];
	unsigned top = t->top, height = 0;
	enum status st;
	uint64_t bits;

	if (t->n == UINT64_MAX)
		return err_set(err, ST_LIMIT, _("a tree of too many records"));
	memcpy(hash, leaf, 32);
	for (bits = t->n; (bits & 1) != 0; bits >>= 1) {
		if ((st = tree_node(d, t->stack[--top], hash, hash, err)) != ST_OK)
			return st;
		if (++height == GROUP_HEIGHT)
			memcpy(t->group, hash, 32);
	}
	memcpy(t->stack[top], hash, 32);
	t->top = top + 1;
	t->n++;
	return ST_OK;
}

/* Fold the last ${n} subtrees into one. */
static enum status
fold(const struct tree *t, unsigned n, struct digest *d, unsigned char out[32], struct err *err)
{
	unsigned char hash[32];
	enum status st;
	unsigned i;

	memcpy(hash, t->stack[t->top - 1], 32);
	for (i = 1; i < n; i++)
		if ((st = tree_node(d, t->stack[t->top - 1 - i], hash, hash, err)) != ST_OK)
			return st;
	memcpy(out, hash, 32);
	return ST_OK;
}

enum status
tree_root(const struct tree *t, struct digest *d, unsigned char out[32], struct err *err)
{
	if (t->top == 0)
		return err_set(err, ST_LIMIT, _("a tree without records has no root"));
	return fold(t, t->top, d, out, err);
}

enum status
tree_group(const struct tree *t, struct digest *d, unsigned char out[32], struct err *err)
{
	if (t->top == 0)
		return err_set(err, ST_LIMIT, _("a tree without records has no root"));
	if (t->n % TREE_GROUP == 0) {
		memcpy(out, t->group, 32);
		return ST_OK;
	}
	return fold(t, (unsigned)__builtin_popcountll(t->n % TREE_GROUP), d, out, err);
}

/* Level by level: pairs become nodes, an odd one at the end goes up as it is; that is the split at the largest power of two. */
enum status
tree_path(struct digest *d, unsigned char (*hashes)[32], size_t n, size_t i, unsigned char (*out)[32], size_t *n_out, unsigned char root[32],
    struct err *err)
{
	enum status st;
	size_t k;

	for (*n_out = 0; n > 1; n = (n + 1) / 2, i /= 2) {
		if ((i ^ 1) < n)
			memcpy(out[(*n_out)++], hashes[i ^ 1], 32);
		for (k = 0; k + 1 < n; k += 2)
			if ((st = tree_node(d, hashes[k], hashes[k + 1], hashes[k / 2], err)) != ST_OK)
				return st;
		if (n % 2 != 0)
			memmove(hashes[n / 2], hashes[n - 1], 32);
	}
	memcpy(root, hashes[0], 32);
	return ST_OK;
}
