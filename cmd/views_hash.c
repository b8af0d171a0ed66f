/* views_hash.c: see views_hash.h. */
#include "cmd/views_hash.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

struct view {
	struct sink	sink;		/* first */
	struct digest	digest;
	char		path[LIMIT_PATH + 1];
};
struct hash_place {
	struct view_place place;	/* first */
	struct sorter	*to;
	struct view	**growing; size_t n_growing;
	struct view	page;
};

/* path, NUL, side, hash: the two of one path come together. */
#define REST	(1 + 1 + 32)

enum status
views_hash_add(struct sorter *to, enum views_side side, const char *path, const unsigned char sha256[32], struct err *err)
{
	char item[LIMIT_PATH + REST];
	const size_t n = strlen(path);

	if (n > LIMIT_PATH)
		return err_set(err, ST_LIMIT, _("%s: a path has at most %u bytes"), path, LIMIT_PATH);
	memcpy(item, path, n + 1);
	item[n + 1] = side == VIEWS_SEALED ? 0 : 1;
	memcpy(item + n + 2, sha256, 32);
	return sorter_add(to, item, n + REST, err);
}

enum status
views_hash_compare(struct sorter *s, enum status (*each)(void *, const char *, bool, bool, bool, struct err *), void *ctx, struct err *err)
{
	char path[LIMIT_PATH + 1] = "";
	unsigned char hash[2][32];
	bool has[2] = { false, false };
	enum status st, last;
	struct str item;

	do {
		last = sorter_next(s, &item, err);
		if (last != ST_OK && last != ST_END)
			return last;
		if ((has[0] || has[1]) && (last == ST_END || strcmp(item.p, path) != 0)) {
			st = each(ctx, path, has[0], has[1], has[0] && has[1] && memcmp(hash[0], hash[1], 32) == 0, err);
			if (st != ST_OK)
				return st;
			has[0] = has[1] = false;
		}
		if (last == ST_OK) {
			const int side = item.p[item.n - 33] != 0;

			memcpy(path, item.p, item.n - REST + 1);
			memcpy(hash[side], item.p + item.n - 32, 32);
			has[side] = true;
		}
	} while (last == ST_OK);
	return ST_OK;
}

/* --- the place --- */

static enum status
write(struct sink *s, const void *p, size_t n, struct err *err)
{
	const enum status st = digest_add(&((struct view *)s)->digest, p, n, err);

	if (st == ST_OK)
		s->n_bytes += n;
	return st;
}

static enum status
start(struct view *v, const char *path, struct err *err)
{
	v->sink = (struct sink){ write, 0 };
	(void)snprintf(v->path, sizeof(v->path), "%s", path);
	return digest_begin(&v->digest, DIGEST_SHA256, err);
}

static enum status
finish(struct hash_place *h, struct view *v, struct err *err)
{
	unsigned char hash[32];
	enum status st = digest_end(&v->digest, hash, err);

	return st == ST_OK ? views_hash_add(h->to, VIEWS_MADE, v->path, hash, err) : st;
}

static enum status
append(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct hash_place *h = (struct hash_place *)p;
	struct view **grown, *v;
	size_t i;

	for (i = 0; i < h->n_growing; i++)
		if (strcmp(h->growing[i]->path, path) == 0) {
			*out = &h->growing[i]->sink;
			return ST_OK;
		}
	if ((grown = mem_grow(h->growing, h->n_growing + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	h->growing = grown;
	if ((v = mem_get(1, sizeof(*v), err)) == NULL)
		return ST_NOMEM;
	h->growing[h->n_growing++] = v;
	*out = &v->sink;
	return start(v, path, err);
}

static enum status
begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct hash_place *h = (struct hash_place *)p;

	*out = &h->page.sink;
	return start(&h->page, path, err);
}

static enum status
end(struct view_place *p, struct err *err)
{
	struct hash_place *h = (struct hash_place *)p;

	return finish(h, &h->page, err);
}

enum status
hash_place_open(struct hash_place **out, struct sorter *to, struct err *err)
{
	struct hash_place *h = mem_get(1, sizeof(*h), err);

	*out = h;
	if (h == NULL)
		return ST_NOMEM;
	h->place = (struct view_place){ append, begin, end };
	h->to = to;
	return ST_OK;
}

struct view_place *hash_place_of(struct hash_place *h) { return &h->place; }

enum status
hash_place_finish(struct hash_place *h, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < h->n_growing && st == ST_OK; i++)
		st = finish(h, h->growing[i], err);
	return st;
}

void
hash_place_close(struct hash_place *h)
{
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->n_growing; i++) {
		digest_free(&h->growing[i]->digest);
		mem_free(h->growing[i]);
	}
	mem_free(h->growing);
	digest_free(&h->page.digest);
	mem_free(h);
}
