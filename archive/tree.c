/*
 * tree.c: the stack holds the roots of complete subtrees, largest first: one per bit set in the number of leaves.
 */
#include "archive/tree.h"

#include "core/i18n.h"

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
	unsigned top = t->top;
	enum status st;
	uint64_t bits;

	if (t->n == UINT64_MAX)
		return err_set(err, ST_LIMIT, _("a tree of too many records"));
	memcpy(hash, leaf, 32);
	for (bits = t->n; (bits & 1) != 0; bits >>= 1)
		if ((st = tree_node(d, t->stack[--top], hash, hash, err)) != ST_OK)
			return st;
	memcpy(t->stack[top], hash, 32);
	t->top = top + 1;
	t->n++;
	return ST_OK;
}

enum status
tree_root(const struct tree *t, struct digest *d, unsigned char out[32], struct err *err)
{
	unsigned char hash[32];
	enum status st;
	unsigned i;

	if (t->top == 0)
		return err_set(err, ST_LIMIT, _("a tree without records has no root"));
	memcpy(hash, t->stack[t->top - 1], 32);
	for (i = t->top - 1; i > 0; i--)
		if ((st = tree_node(d, t->stack[i - 1], hash, hash, err)) != ST_OK)
			return st;
	memcpy(out, hash, 32);
	return ST_OK;
}
