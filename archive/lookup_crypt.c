/*
 * lookup_crypt.c: the same into an encrypted archive, with a recipient's key: a segment is opened whole and held against its sealed root before anything of it is given out.  There
 * is no table of ids: whoever asks for one has the stream read.
 */
#include "archive/lookup_parts.h"

#include <stdio.h>

#include "archive/line.h"
#include "core/i18n.h"
#include "core/mem.h"

static enum status
not_right(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
}

void
lookup_use_key(struct lookup *l, const struct crypt_key *key)
{
	l->key = key;
	l->opener.key = key;
	buf_init(&l->whole.text, RECORDS_SEGMENT_BYTES);
}

void
lookup_crypt_free(struct lookup *l)
{
	opener_free(&l->opener);
	buf_free(&l->whole.text);
	mem_free(l->whole.ends);
	mem_free(l->whole.leaves);
}

const char *lookup_path(const struct lookup *l) { return l->path; }

bool
lookup_encrypted(const struct lookup *l)
{
	return l->sealed.evidence.parsed.records > 0 && index_rows(l->index, INDEX_GROUPS) == 0;
}

/* --- the parts of one file --- */

struct parts { struct lookup *l; const char *plain; unsigned k; struct reader reader; };

static enum status
part_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct parts *p = ctx;
	char want[LIMIT_PATH + 32];

	(void)at;
	snprintf(want, sizeof(want), "%s.gz.%04u.cms", p->plain, p->k + 1);
	if (strcmp(path, want) != 0)
		return p->k == 0 ? not_right(err) : ST_END;
	p->k++;
	return opener_part(&p->l->opener, p->k == 1, size, err);
}

static enum status part_data(void *ctx, const unsigned char *b, size_t n, struct err *err) { return opener_add(&((struct parts *)ctx)->l->opener, b, n, err); }
static enum status part_end(void *ctx, struct err *err) { return opener_part_end(&((struct parts *)ctx)->l->opener, err); }
static enum status part_tar(void *ctx, const unsigned char *b, size_t n, struct err *err) { return reader_push(&((struct parts *)ctx)->reader, b, n, err); }

enum status
lookup_crypt_read(struct lookup *l, uint64_t at, const char *plain, enum status (*put)(void *, const unsigned char *, size_t, struct err *), void *ctx,
    struct err *err)
{
	struct parts p = { .l = l, .plain = plain };
	const struct reader_events events = { &p, part_entry, part_data, part_end };
	enum status st;

	l->opener.put = put;
	l->opener.ctx = ctx;
	reader_init(&p.reader, &events);
	if ((st = lookup_seek(l, at, part_tar, &p, err)) == ST_OK)
		st = opener_file_end(&l->opener, err);
	reader_free(&p.reader);
	return st;
}

/* --- a segment --- */

static enum status
take_text(void *ctx, const unsigned char *b, size_t n, struct err *err)
{
	struct buf *text = ctx;

	return n > text->max - text->n ? not_right(err) : buf_add(text, b, n, err);
}

/* Where its lines end, their leaves, the roots of its groups; and is the root over them the sealed one? */
static enum status
prove(struct lookup *l, const struct sealed_segment *s, struct err *err)
{
	struct whole *w = &l->whole;
	const char *p = w->text.p, *end = p + w->text.n, *lf;
	unsigned char (*work)[32] = NULL, top[LOOKUP_GROUPS][32], root[32];
	const uint32_t n_groups = (s->count + TREE_GROUP - 1) / TREE_GROUP;
	struct proof proof;
	enum status st = ST_OK;
	uint32_t i, n;
	size_t hashes;

	for (i = 0; st == ST_OK && i < s->count; i++, p = lf + 1) {
		if (p == end || (lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			return not_right(err);
		w->ends[i] = (uint32_t)(lf - w->text.p);
		st = tree_leaf(&l->digest, p, (size_t)(lf - p), w->leaves[i], err);
	}
	if (st == ST_OK && p != end)
		return not_right(err);
	if (st == ST_OK && (work = mem_get(TREE_GROUP, sizeof(*work), err)) == NULL)
		return ST_NOMEM;
	for (i = 0; st == ST_OK && i < n_groups; i++) {
		n = s->count - i * TREE_GROUP < TREE_GROUP ? s->count - i * TREE_GROUP : TREE_GROUP;
		memcpy(work, w->leaves + (size_t)i * TREE_GROUP, n * sizeof(*work));
		st = tree_path(&l->digest, work, n, 0, proof.hashes, &hashes, w->roots[i], err);
	}
	mem_free(work);
	memcpy(top, w->roots, n_groups * sizeof(*top));
	if (st != ST_OK || (st = tree_path(&l->digest, top, n_groups, 0, proof.hashes, &hashes, root, err)) != ST_OK)
		return st;
	return memcmp(root, s->root, 32) == 0 ? ST_OK : not_right(err);
}

static enum status
load(struct lookup *l, const struct sealed_segment *s, struct err *err)
{
	struct whole *w = &l->whole;
	struct index_segment where;
	enum status st;

	if (w->there && w->segment == s->number)
		return ST_OK;
	w->there = false;
	w->segment = s->number;
	buf_clear(&w->text);
	if (s->count == 0 || s->count > RECORDS_SEGMENT_MAX)
		return not_right(err);
	if ((w->ends == NULL && (w->ends = mem_get(RECORDS_SEGMENT_MAX, sizeof(*w->ends), err)) == NULL) ||
	    (w->leaves == NULL && (w->leaves = mem_get(RECORDS_SEGMENT_MAX, sizeof(*w->leaves), err)) == NULL))
		return ST_NOMEM;
	if ((st = index_segment(l->index, s->number, &where, err)) != ST_OK ||
	    (st = lookup_crypt_read(l, where.at, s->path, take_text, &w->text, err)) != ST_OK || (st = prove(l, s, err)) != ST_OK)
		return st;
	w->there = true;
	return ST_OK;
}

enum status
lookup_crypt_group(struct lookup *l, const struct sealed_segment *s, uint32_t number, struct err *err)
{
	const struct whole *w = &l->whole;
	struct group *g = &l->group;
	const uint32_t first = number * TREE_GROUP;
	uint32_t i, from, end;
	enum status st;

	if ((st = load(l, s, err)) != ST_OK)
		return st;
	from = first == 0 ? 0 : w->ends[first - 1] + 1;
	end = w->ends[first + g->n - 1] + 1;
	for (i = 0; i < g->n; i++)
		g->ends[i] = w->ends[first + i] - from;
	memcpy(g->leaves, w->leaves + first, g->n * sizeof(g->leaves[0]));
	return buf_add(&g->text, w->text.p + from, end - from, err);
}

enum status
lookup_crypt_root(struct lookup *l, const struct sealed_segment *s, uint32_t number, unsigned char root[32], struct err *err)
{
	enum status st = load(l, s, err);

	if (st == ST_OK)
		memcpy(root, l->whole.roots[number], 32);
	return st;
}

static struct str
line_at(const struct whole *w, uint32_t i)
{
	const uint32_t from = i == 0 ? 0 : w->ends[i - 1] + 1;

	return (struct str){ w->text.p + from, w->ends[i] - from };
}

enum status
lookup_crypt_lines(struct lookup *l, const struct sealed_segment *s, enum status (*each)(void *ctx, struct str line, struct err *), void *ctx, struct err *err)
{
	enum status st = load(l, s, err);
	uint32_t i;

	for (i = 0; st == ST_OK && i < s->count; i++)
		st = each(ctx, line_at(&l->whole, i), err);
	return st;
}

/* --- by id: every record of the stream --- */

enum status
lookup_crypt_ids(struct lookup *l, const char *stream, struct str id, enum status (*hit)(void *ctx, uint32_t number, struct err *), void *ctx, uint64_t *first,
    struct err *err)
{
	struct sealed_segment s = { .at = 0 };
	enum status st = ST_OK;
	struct str found;
	uint32_t i;

	for (*first = 0; st == ST_OK && sealed_next(&l->sealed, &s);) {
		if (strcmp(s.stream, stream) != 0)
			continue;
		st = load(l, &s, err);
		for (i = 0; st == ST_OK && i < s.count; i++) {
			arena_reset(&l->arena);
			if ((st = line_id(line_at(&l->whole, i), &l->arena, &found, err)) == ST_OK && found.p != NULL && str_eq(found, id))
				st = hit(ctx, i, err);
		}
		if (st == ST_OK)
			*first += s.count;
	}
	return st;
}
