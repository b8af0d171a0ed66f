/* lookup_records.c: groups of 1,024 records: read, hashed, and held against the sealed root before anything of them is given out. */
#include "archive/line.h"
#include "archive/lookup_parts.h"
#include "core/i18n.h"
#include "core/mem.h"

static enum status
not_right(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
}

/* --- one group --- */

static enum status
take_lines(void *ctx, const unsigned char *bytes, size_t n, struct err *err)
{
	const char *p = (const char *)bytes, *end = p + n, *lf;
	struct lookup *l = ctx;
	struct group *g = &l->group;
	enum status st = ST_OK;
	uint32_t had = 0;

	while (had < g->n && g->ends[had] != UINT32_MAX)
		had++;
	while (p < end && had < g->n && st == ST_OK) {
		const size_t part = (lf = memchr(p, '\n', (size_t)(end - p))) == NULL ? (size_t)(end - p) : (size_t)(lf - p) + 1;

		if (part > g->text.max - g->text.n)
			return not_right(err);
		if ((st = buf_add(&g->text, p, part, err)) == ST_OK && lf != NULL)
			g->ends[had++] = (uint32_t)(g->text.n - 1);
		p += part;
	}
	return st == ST_OK && had == g->n ? ST_END : st;
}

static struct str
line_of(const struct group *g, uint32_t i)
{
	const uint32_t from = i == 0 ? 0 : g->ends[i - 1] + 1;

	return (struct str){ g->text.p + from, g->ends[i] - from };
}

/* Group ${number} of segment ${s} into memory, with its leaves. */
static enum status
load_group(struct lookup *l, const struct sealed_segment *s, uint32_t number, struct err *err)
{
	struct index_segment where;
	struct group *g = &l->group;
	unsigned char root[32];
	enum status st;
	uint64_t at;
	uint32_t i;

	if (g->there && g->segment == s->number && g->number == number)
		return ST_OK;
	g->there = false;
	g->segment = s->number;
	g->number = number;
	g->n = s->count - number * TREE_GROUP < TREE_GROUP ? s->count - number * TREE_GROUP : TREE_GROUP;
	buf_clear(&g->text);
	for (i = 0; i < g->n; i++)
		g->ends[i] = UINT32_MAX;
	if (l->key != NULL && lookup_encrypted(l)) {
		st = lookup_crypt_group(l, s, number, err);
		g->there = st == ST_OK;
		return st;
	}
	if ((st = index_segment(l->index, s->number, &where, err)) != ST_OK)
		return st;
	if (where.count != s->count)
		return not_right(err);
	if ((st = index_group(l->index, where.first_group + number, &at, root, err)) != ST_OK || (st = lookup_seek(l, at, take_lines, l, err)) != ST_OK)
		return st;
	for (i = 0; i < g->n && st == ST_OK; i++)
		st = tree_leaf(&l->digest, line_of(g, i).p, line_of(g, i).n, g->leaves[i], err);
	g->there = st == ST_OK;
	return st;
}

/* --- one record --- */

/* The path of record ${i} of the group in memory, and the root it leads to. */
static enum status
path_in_group(struct lookup *l, uint32_t i, struct proof *p, unsigned char root[32], struct err *err)
{
	unsigned char (*work)[32] = mem_get(TREE_GROUP, sizeof(*work), err);
	enum status st;

	if (work == NULL)
		return ST_NOMEM;
	memcpy(work, l->group.leaves, l->group.n * sizeof(*work));
	st = tree_path(&l->digest, work, l->group.n, i, p->hashes, &p->n_hashes, root, err);
	mem_free(work);
	return st;
}

static enum status
try_record(struct lookup *l, const struct sealed_segment *s, uint32_t index, struct lookup_record *r, struct err *err)
{
	const uint32_t number = index / TREE_GROUP, n_groups = (s->count + TREE_GROUP - 1) / TREE_GROUP;
	unsigned char roots[LOOKUP_GROUPS][32], root[32];
	struct index_segment where;
	size_t n_more;
	enum status st;
	uint64_t at;
	uint32_t i;

	memset(r, 0, sizeof(*r));
	memcpy(r->proof.segment, s->path, sizeof(r->proof.segment));
	r->proof.index = index;
	r->proof.count = s->count;
	r->number = s->first + index;
	if ((st = load_group(l, s, number, err)) != ST_OK || (st = path_in_group(l, index % TREE_GROUP, &r->proof, root, err)) != ST_OK ||
	    (st = index_segment(l->index, s->number, &where, err)) != ST_OK)
		return st;
	for (i = 0; i < n_groups && st == ST_OK; i++)
		st = l->key != NULL && lookup_encrypted(l) ? lookup_crypt_root(l, s, i, roots[i], err) :
		    index_group(l->index, where.first_group + i, &at, roots[i], err);
	if (st != ST_OK)
		return st;
	memcpy(roots[number], root, 32);	/* ours from the records; the others must fit to it */
	if ((st = tree_path(&l->digest, roots, n_groups, number, r->proof.hashes + r->proof.n_hashes, &n_more, root, err)) != ST_OK)
		return st;
	r->proof.n_hashes += n_more;
	r->line = line_of(&l->group, index % TREE_GROUP);
	return memcmp(root, s->root, 32) == 0 ? ST_OK : not_right(err);
}

static enum status
check_plain(const struct lookup *l, struct err *err)
{
	if (l->key == NULL && l->sealed.evidence.parsed.records > 0 && index_rows(l->index, INDEX_GROUPS) == 0 && index_own(l->index)) {
		err_set(err, ST_UNSURE, _("the records of this archive are encrypted"));
		return err_next(err, _("give the key and the certificate of one recipient: --decrypt-key KEY.pem --decrypt-cert CERT.pem"));
	}
	return ST_OK;
}

enum status
lookup_number(struct lookup *l, const char *stream, uint64_t number, struct lookup_record *r, struct err *err)
{
	struct sealed_segment s;
	enum status st;

	if (!sealed_find(&l->sealed, stream, number, &s))
		return ST_END;
	if ((st = check_plain(l, err)) != ST_OK)
		return st;
	st = try_record(l, &s, (uint32_t)(number - s.first), r, err);
	if (st != ST_CORRUPT || l->fresh)
		return st;
	if ((st = lookup_renew(l, err)) != ST_OK || (st = check_plain(l, err)) != ST_OK)
		return st;
	return try_record(l, &s, (uint32_t)(number - s.first), r, err);
}

/* --- by id --- */

struct hits { uint64_t *numbers; size_t n, room; uint64_t first; };

static enum status
add_hit(void *ctx, uint32_t number, struct err *err)
{
	struct hits *h = ctx;

	if (h->n == h->room) {
		const size_t room = h->room == 0 ? 16 : h->room * 2;
		uint64_t *grown = mem_grow(h->numbers, room, sizeof(*grown), err);

		if (grown == NULL)
			return ST_NOMEM;
		h->numbers = grown;
		h->room = room;
	}
	h->numbers[h->n++] = h->first + number;
	return ST_OK;
}

/* Every record of the stream that may have this id. */
static enum status
candidates(struct lookup *l, const char *stream, uint64_t hash, struct hits *h, struct err *err)
{
	struct sealed_segment s = { .at = 0 };
	struct index_segment where;
	enum status st;

	for (h->first = h->n = 0; sealed_next(&l->sealed, &s);) {
		if (strcmp(s.stream, stream) != 0)
			continue;
		if ((st = index_segment(l->index, s.number, &where, err)) != ST_OK)
			return st;
		if (where.count != s.count)
			return not_right(err);
		if ((st = index_ids(l->index, &where, hash, add_hit, h, err)) != ST_OK)
			return st;
		h->first += s.count;
	}
	return ST_OK;
}

enum status
lookup_id(struct lookup *l, const char *stream, struct str id, enum status (*each)(void *ctx, const struct lookup_record *, struct err *), void *ctx,
    struct err *err)
{
	struct hits h = { .n = 0 };
	struct lookup_record r;
	struct str found;
	bool any = false;
	enum status st = ST_OK;
	size_t i;

	if (l->key != NULL && lookup_encrypted(l)) {
		st = lookup_crypt_ids(l, stream, id, add_hit, &h, &h.first, err);
		if (st == ST_CORRUPT && !l->fresh && (st = lookup_renew(l, err)) == ST_OK) {
			h.n = 0;
			st = lookup_crypt_ids(l, stream, id, add_hit, &h, &h.first, err);
		}
		goto found;
	}
	/* "That is all" is believed of our own index only. */
	if (!index_own(l->index))
		st = lookup_renew(l, err);
	if (st == ST_OK && (st = check_plain(l, err)) == ST_OK)
		st = candidates(l, stream, index_id_hash(id), &h, err);
	if (st == ST_CORRUPT && !l->fresh && (st = lookup_renew(l, err)) == ST_OK)
		st = candidates(l, stream, index_id_hash(id), &h, err);
found:
	for (i = 0; i < h.n && st == ST_OK; i++) {
		if ((st = lookup_number(l, stream, h.numbers[i], &r, err)) != ST_OK)
			break;
		arena_reset(&l->arena);
		if ((st = line_id(r.line, &l->arena, &found, err)) == ST_OK && found.p != NULL && str_eq(found, id)) {
			any = true;
			st = each(ctx, &r, err);
		}
	}
	mem_free(h.numbers);
	return st == ST_OK && !any ? ST_END : st;
}

/* --- a whole segment --- */

/* The roots of its groups, once the root over them is the sealed one. */
static enum status
prove_segment(struct lookup *l, const struct sealed_segment *s, unsigned char (*roots)[32], struct err *err)
{
	const uint32_t n_groups = (s->count + TREE_GROUP - 1) / TREE_GROUP;
	unsigned char work[LOOKUP_GROUPS][32], root[32];
	struct proof p;
	enum status st;
	size_t n;
	uint32_t i;

	for (i = 0; i < n_groups; i++)
		if ((st = load_group(l, s, i, err)) != ST_OK || (st = path_in_group(l, 0, &p, roots[i], err)) != ST_OK)
			return st;
	memcpy(work, roots, n_groups * sizeof(*work));
	if ((st = tree_path(&l->digest, work, n_groups, 0, p.hashes, &n, root, err)) != ST_OK)
		return st;
	return memcmp(root, s->root, 32) == 0 ? ST_OK : not_right(err);
}

static enum status
give_segment(struct lookup *l, const struct sealed_segment *s, enum status (*each)(void *ctx, uint32_t index, struct str line, struct err *), void *ctx,
    struct err *err)
{
	unsigned char roots[LOOKUP_GROUPS][32], root[32];
	struct proof p;
	enum status st;
	uint32_t i, k;

	if ((st = check_plain(l, err)) != ST_OK)
		return st;
	st = prove_segment(l, s, roots, err);
	if (st == ST_CORRUPT && !l->fresh && (st = lookup_renew(l, err)) == ST_OK)
		st = prove_segment(l, s, roots, err);
	for (i = 0; st == ST_OK && i * TREE_GROUP < s->count; i++) {
		/* Read a second time: again nothing is given out before its hash was computed. */
		if ((st = load_group(l, s, i, err)) != ST_OK || (st = path_in_group(l, 0, &p, root, err)) != ST_OK)
			break;
		if (memcmp(root, roots[i], 32) != 0)
			st = err_set(err, ST_CORRUPT, _("%s changed since it was verified"), l->path);
		for (k = 0; k < l->group.n && st == ST_OK; k++)
			st = each(ctx, i * TREE_GROUP + k, line_of(&l->group, k), err);
	}
	return st;
}

/* Inside a call of ${each} of another segment: what that one still gives out stays in its place. */
static enum status
give_nested(struct lookup *l, const struct sealed_segment *s, enum status (*each)(void *ctx, uint32_t index, struct str line, struct err *), void *ctx,
    struct err *err)
{
	struct group *group = mem_get(1, sizeof(*group), err);
	const struct whole whole = l->whole;
	enum status st;

	if (group == NULL)
		return ST_NOMEM;
	*group = l->group;
	memset(&l->whole, 0, sizeof(l->whole));
	memset(&l->group, 0, sizeof(l->group));
	buf_init(&l->whole.text, RECORDS_SEGMENT_BYTES);
	buf_init(&l->group.text, RECORDS_SEGMENT_BYTES);
	st = give_segment(l, s, each, ctx, err);
	buf_free(&l->group.text);
	buf_free(&l->whole.text);
	mem_free(l->whole.ends);
	mem_free(l->whole.leaves);
	l->group = *group;
	l->whole = whole;
	mem_free(group);
	return st;
}

enum status
lookup_segment(struct lookup *l, const struct sealed_segment *s, enum status (*each)(void *ctx, uint32_t index, struct str line, struct err *), void *ctx,
    struct err *err)
{
	enum status st;

	l->depth++;
	st = l->depth > 1 ? give_nested(l, s, each, ctx, err) : give_segment(l, s, each, ctx, err);
	l->depth--;
	return st;
}
