/* vouch.c: see vouch.h. */
#include "cmd/vouch.h"

#include <stdio.h>
#include <string.h>

#include "archive/names.h"
#include "core/mem.h"
#include "core/when.h"

/* Those given by hand may need one of the store to vouch for them, and the other way round: again, until nothing more is proven. */
enum status
vouch_store(struct renewals *rs, const struct options *o, const struct store *s, const char *label, const struct trust *trust, struct err *err)
{
	bool given = false;
	enum status st = ST_OK;
	size_t i, before;

	renewals_free(rs);
	do {
		before = rs->n;
		rs->n_refused = 0;
		for (i = 0; o != NULL && i < o->n_given && st == ST_OK; i++) {
			if (strcmp(o->given[i].def->name, "renewal") != 0)
				continue;
			given = true;
			st = renewals_take(rs, o->given[i].value, trust, when_now_ms(), err);
		}
		if (st == ST_OK && s != NULL)
			st = renewed_load(s, label, UINT64_MAX, trust, when_now_ms(), rs, err);
	} while (st == ST_OK && given && rs->n > before);
	return st;
}

enum status
vouch_beside(const char *path, enum status (*each)(void *ctx, const struct store *, const char *label, struct err *), void *ctx, struct err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	struct store store = { .dir = -1 };
	char name[40], label[40] = "";
	struct buf dir;
	enum status st;

	(void)snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	if (names_sequence(str_of(name)) > 0)
		(void)snprintf(label, sizeof(label), "%.*s", (int)(strrchr(name, '-') - name), name);
	buf_init(&dir, 8192);
	st = slash == NULL ? buf_addz(&dir, ".", err) : buf_add(&dir, path, (size_t)(slash - path) + (slash == path), err);
	if (st == ST_OK && (st = buf_z(&dir, err)) == ST_OK)
		st = each(ctx, label[0] != '\0' && store_open(&store, dir.p, "archive", false, NULL) == ST_OK ? &store : NULL, label, err);
	store_close(&store);
	buf_free(&dir);
	return st;
}

struct vouching { struct trust *trust; const struct options *o; };

static enum status
into_trust(void *ctx, const struct store *s, const char *label, struct err *err)
{
	struct vouching *v = ctx;

	return vouch_store(v->trust->own_renewals, v->o, s, label, v->trust, err);
}

enum status
vouch_trust(struct trust *trust, const struct options *o, const char *path, struct err *err)
{
	struct vouching v = { trust, o };
	enum status st;

	if (trust->own_renewals == NULL && (trust->own_renewals = mem_get(1, sizeof(*trust->own_renewals), err)) == NULL)
		return ST_NOMEM;
	trust->renewals = NULL;
	if ((st = path == NULL ? into_trust(&v, NULL, "", err) : vouch_beside(path, into_trust, &v, err)) == ST_OK)
		trust->renewals = trust->own_renewals;
	return st;
}
