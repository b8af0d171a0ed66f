/*
 * bag_join.c: every name against every list.  Records come sorted so that all names which may mean one another follow each other: such a group
 * (nearly always one file and its lines) is looked at as a whole, by exact bytes first, then as written, then in one Unicode form.
 */
#include "archive/bag_parts.h"
#include "core/i18n.h"
#include "core/mem.h"

#define GROUP_MAX	((size_t)2048)		/* records; more are an attack on our time */
#define GROUP_BYTES	((size_t)32 << 20)

struct rec {
	struct str	path, alt;	/* alt: as written, of lines */
	const unsigned char *rest;
	char		kind;
	size_t		at, n;		/* in the group's bytes */
	uint64_t	lists;		/* of files and of what is to be fetched: the manifests that list it */
};

struct group { struct bag *bag; struct buf bytes, nfc_a, nfc_b; struct rec *recs; size_t n; };

static unsigned manifest_of(const struct rec *l) { return l->rest[0]; }
static struct str hash_of(const struct rec *l) { return (struct str){ (const char *)l->rest + 2, l->rest[1] }; }

/* The pointers of a complete group; the bytes no longer move. */
static void
take_apart(struct group *g)
{
	size_t i;

	for (i = 0; i < g->n; i++) {
		struct rec *r = &g->recs[i];
		const char *p = g->bytes.p + r->at;
		const char *nul = memchr(p + 16, '\0', r->n - 16);
		size_t skip;

		r->path = (struct str){ p + 16, (size_t)(nul - (p + 16)) };
		r->kind = nul[1];
		r->rest = (const unsigned char *)nul + 2;
		r->lists = 0;
		skip = r->kind == BAG_REC_LISTED ? 2 + (size_t)r->rest[1] + 8 : r->kind == BAG_REC_FETCH ? 16 : (size_t)(p + r->n - (nul + 2));
		r->alt = (struct str){ nul + 2 + skip, (size_t)(p + r->n - (nul + 2 + skip)) };
	}
}

static enum status
same_nfc(struct group *g, struct str a, struct str b, bool *same, struct err *err)
{
	enum status st;

	buf_clear(&g->nfc_a);
	buf_clear(&g->nfc_b);
	if ((st = bag_path_nfc(a, &g->nfc_a, err)) == ST_OK && (st = bag_path_nfc(b, &g->nfc_b, err)) == ST_OK)
		*same = str_eq(buf_str(&g->nfc_a), buf_str(&g->nfc_b));
	return st;
}

/* The record of ${kind} that a line means; how says what had to be forgiven. */
enum how { HOW_EXACT, HOW_PERCENT, HOW_UNICODE };

static enum status
resolve(struct group *g, const struct rec *line, char kind, struct rec **out, enum how *how, struct err *err)
{
	enum status st;
	bool same = false;
	size_t i;

	*out = NULL;
	for (*how = HOW_EXACT; *how <= HOW_UNICODE; (*how)++)
		for (i = 0; i < g->n; i++) {
			struct rec *r = &g->recs[i];

			if (r->kind != kind)
				continue;
			if (*how == HOW_EXACT) {
				same = str_eq(r->path, line->path);
			} else if (*how == HOW_PERCENT) {
				buf_clear(&g->nfc_a);
				if ((st = bag_path_decode(line->path, &g->nfc_a, err)) != ST_OK)
					return st;
				same = str_eq(r->path, line->alt) || str_eq(r->path, buf_str(&g->nfc_a));
			} else if ((st = same_nfc(g, r->path, line->path, &same, err)) != ST_OK) {
				return st;
			}
			if (same) {
				*out = r;
				return ST_OK;
			}
		}
	*how = HOW_EXACT;
	return ST_OK;
}

static enum status
check_hash(struct bag *b, const struct bag_manifest *m, const struct rec *line, const struct rec *file, struct err *err)
{
	const struct bag_algs *algs = m->tag ? &b->tags : &b->payload;
	size_t i, at = 9;

	if (!m->known || (file->rest[0] & BAG_FILE_UNREAD) != 0)
		return ST_OK;
	for (i = 0; i < algs->n && algs->alg[i] != m->alg; i++)
		at += digest_size(algs->alg[i]);
	if (i < algs->n && memcmp(file->rest + at, hash_of(line).p, digest_size(m->alg)) == 0)
		return ST_OK;
	return bag_issue(b->report, BAG_ERROR, "checksum", file->path, err, _("its %s checksum is not the one in %s, line %ju"), digest_name(m->alg),
	    m->name, (uintmax_t)bag_get64(line->rest + 2 + line->rest[1]));
}

static enum status
missing(struct group *g, const struct bag_manifest *m, const struct rec *line, struct err *err)
{
	size_t i;

	for (i = 0; i < g->n && g->recs[i].kind != BAG_REC_FILE; i++)
		;
	if (i < g->n)
		return bag_issue(g->bag->report, BAG_ERROR, "missing", line->path, err,
		    _("listed in %s, but not there; a file whose name differs in case is"), m->name);
	return bag_issue(g->bag->report, BAG_ERROR, "missing", line->path, err, _("listed in %s, but not there"), m->name);
}

static enum status
one_line(struct group *g, size_t i, struct err *err)
{
	struct bag *b = g->bag;
	struct rec *l = &g->recs[i], *file, *fetch;
	const struct rec *before = i > 0 ? &g->recs[i - 1] : NULL;
	const struct bag_manifest *m = &b->manifests[manifest_of(l)];
	enum status st;
	enum how how;

	if (before != NULL && before->kind == BAG_REC_LISTED && manifest_of(before) == manifest_of(l) && str_eq(before->path, l->path)) {
		if (!str_eq(hash_of(before), hash_of(l)))
			st = bag_issue(b->report, BAG_ERROR, "listed-twice", l->path, err, _("listed twice in %s, with different checksums"), m->name);
		else
			st = bag_issue(b->report, b->v1 && !m->tag ? BAG_ERROR : BAG_WARNING, "listed-twice", l->path, err, _("listed twice in %s"), m->name);
		if (st != ST_OK)
			return st;
	}
	if ((st = resolve(g, l, BAG_REC_FILE, &file, &how, err)) != ST_OK)
		return st;
	if (file == NULL) {
		if (m->tag || (st = resolve(g, l, BAG_REC_FETCH, &fetch, &how, err)) != ST_OK || fetch == NULL)
			return st == ST_OK ? missing(g, m, l, err) : st;
		fetch->lists |= 1ull << manifest_of(l);
		return ST_OK;
	}
	file->lists |= 1ull << manifest_of(l);
	if (how == HOW_PERCENT && (st = bag_issue(b->report, BAG_WARNING, "percent", file->path, err,
	    _("found only by reading percent signs in %s otherwise than BagIt %s says"), m->name, b->report->version)) != ST_OK)
		return st;
	if (how == HOW_UNICODE && (st = bag_issue(b->report, BAG_WARNING, "normalization", file->path, err,
	    _("its name has another Unicode form than in %s"), m->name)) != ST_OK)
		return st;
	return check_hash(b, m, l, file, err);
}

static enum status
one_file(struct group *g, size_t i, struct err *err)
{
	struct bag *b = g->bag;
	struct rec *f = &g->recs[i];
	uint64_t all = b->n_payload == 64 ? UINT64_MAX : (1ull << b->n_payload) - 1;
	enum status st = ST_OK;
	size_t j;

	if (i > 0 && g->recs[i - 1].kind == BAG_REC_FILE && str_eq(g->recs[i - 1].path, f->path))
		st = bag_issue(b->report, BAG_ERROR, "entry-twice", f->path, err, _("stands in the %s more than once"), b->source->kind);
	if (st != ST_OK)
		return st;
	if (!bag_is_payload(f->path)) {
		for (j = 0; j < b->n_manifests; j++)
			if (b->manifests[j].tag && str_is(f->path, b->manifests[j].name))
				return ST_OK;
		b->report->loose_tags += f->lists == 0;
		return ST_OK;
	}
	if (f->lists == 0)
		st = bag_issue(b->report, BAG_ERROR, "unlisted", f->path, err, _("is in no payload manifest"));
	for (j = 0; j < b->n_payload && b->v1 && f->lists != 0 && f->lists != all && st == ST_OK; j++)
		if ((f->lists >> j & 1) == 0)
			st = bag_issue(b->report, BAG_ERROR, "unlisted", f->path, err, _("is not in %s: BagIt 1.0 wants every file in every manifest"),
			    b->manifests[j].name);
	if (st == ST_OK && bag_path_junk(f->path))
		st = bag_issue(b->report, BAG_WARNING, "system-file", f->path, err, _("was left by an operating system"));
	if (st == ST_OK && f->path.n > 15 && memcmp(f->path.p + f->path.n - 10, "/bagit.txt", 10) == 0)
		st = bag_issue(b->report, BAG_WARNING, "bag-in-bag", f->path, err, _("a bag within the payload: it was not examined itself"));
	return st;
}

static enum status
one_fetch(struct group *g, size_t i, struct err *err)
{
	struct bag *b = g->bag;
	struct rec *r = &g->recs[i], *file;
	uint64_t number = bag_get64(r->rest), length = bag_get64(r->rest + 8), all = b->n_payload == 64 ? UINT64_MAX : (1ull << b->n_payload) - 1;
	enum status st;
	enum how how;

	if (i > 0 && g->recs[i - 1].kind == BAG_REC_FETCH && str_eq(g->recs[i - 1].path, r->path))
		return bag_issue(b->report, BAG_WARNING, "fetch-twice", r->path, err, _("stands twice in fetch.txt"));
	if ((st = resolve(g, r, BAG_REC_FILE, &file, &how, err)) != ST_OK)
		return st;
	if (file == NULL)
		b->report->n_unfetched++;
	else if (number < b->report->n_fetch_kept)
		b->report->fetch[number].present = true;
	if (file != NULL && length != UINT64_MAX && length != bag_get64(file->rest + 1) && (file->rest[0] & BAG_FILE_UNREAD) == 0 &&
	    (st = bag_issue(b->report, BAG_WARNING, "fetch-length", r->path, err, _("its length is not the one in fetch.txt"))) != ST_OK)
		return st;
	if (file != NULL)
		return ST_OK;		/* whether it is listed has been said of the file */
	if (b->v1 ? r->lists != all : r->lists == 0)
		return bag_issue(b->report, BAG_ERROR, "fetch-unlisted", r->path, err, _("stands in fetch.txt, but not in every payload manifest"));
	return ST_OK;
}

/* Two different names of one kind in a group: somebody else's file system will take them for one. */
static enum status
collisions(struct group *g, char kind, struct err *err)
{
	const struct rec *before = NULL;
	enum status st;
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct rec *r = &g->recs[i];
		bool same = false;

		if (r->kind != kind)
			continue;
		if (before != NULL && !str_eq(before->path, r->path) && memchr(r->path.p, '%', r->path.n) == NULL &&
		    memchr(before->path.p, '%', before->path.n) == NULL) {
			if ((st = same_nfc(g, before->path, r->path, &same, err)) != ST_OK ||
			    (st = bag_issue(g->bag->report, BAG_WARNING, same ? "same-unicode" : "same-case", r->path, err,
			    same ? _("differs from another name only in its Unicode form") : _("differs from another name only in case"))) != ST_OK)
				return st;
		}
		before = r;
	}
	return ST_OK;
}

static enum status
judge(struct group *g, struct err *err)
{
	uint64_t warned = g->bag->report->n[BAG_WARNING];
	enum status st;
	size_t i;

	take_apart(g);
	for (i = 0; i < g->n; i++)
		if (g->recs[i].kind == BAG_REC_LISTED && (st = one_line(g, i, err)) != ST_OK)
			return st;
	for (i = 0; i < g->n; i++) {
		st = g->recs[i].kind == BAG_REC_FILE ? one_file(g, i, err) : g->recs[i].kind == BAG_REC_FETCH ? one_fetch(g, i, err) : ST_OK;
		if (st != ST_OK)
			return st;
	}
	if ((st = collisions(g, BAG_REC_FILE, err)) != ST_OK || warned != g->bag->report->n[BAG_WARNING])
		return st;
	return collisions(g, BAG_REC_LISTED, err);	/* of files that are not here */
}

enum status
bag_join(struct bag *b, struct err *err)
{
	struct group g = { .bag = b };
	struct str item;
	enum status st;

	buf_init(&g.bytes, GROUP_BYTES);
	buf_init(&g.nfc_a, 16 * LIMIT_BAG_PATH);
	buf_init(&g.nfc_b, 16 * LIMIT_BAG_PATH);
	if ((g.recs = mem_get(GROUP_MAX, sizeof(*g.recs), err)) == NULL)
		return ST_NOMEM;
	while ((st = sorter_next(b->names, &item, err)) == ST_OK) {
		if (g.n > 0 && memcmp(g.bytes.p, item.p, 16) != 0) {
			if ((st = judge(&g, err)) != ST_OK)
				break;
			g.n = 0;
			buf_clear(&g.bytes);
		}
		if (g.n == GROUP_MAX) {
			st = err_set(err, ST_LIMIT, _("one name stands there more than %zu times"), GROUP_MAX);
			break;
		}
		g.recs[g.n++] = (struct rec){ .at = g.bytes.n, .n = item.n };
		if ((st = buf_str_add(&g.bytes, item, err)) != ST_OK)
			break;
	}
	if (st == ST_END)
		st = g.n > 0 ? judge(&g, err) : ST_OK;
	buf_free(&g.bytes);
	buf_free(&g.nfc_a);
	buf_free(&g.nfc_b);
	mem_free(g.recs);
	return st;
}
