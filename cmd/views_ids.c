/*
 * views_ids.c: see views_ids.h.  An item of the sorter is
 *
 *	stream NUL  form  length of id (4)  id  length of version (4)  version  |  tag  kind
 *
 * form: 0 without a version, 1 with one; 2 and 3: id and version are so long that their hashes stand for them.  Everything before the tag is the record: no such key is the
 * beginning of another one, so all items of a record come together.  tag: 0 the archive's, with its kind; else the number of a family and 1.
 */
#include "cmd/views_ids.h"

#include <stdio.h>

#include "archive/sorter.h"
#include "core/digest.h"
#include "core/i18n.h"
#include "core/mem.h"

#define MEMORY		((size_t)48 << 20)
#define LONG		((size_t)8192)	/* bytes of id and version together that stand as they are */
#define KEY_MAX		(LONG + 256)

struct views_ids { struct sorter *sorter; struct buf clean, item; };

enum status
views_ids_open(struct views_ids **out, struct err *err)
{
	struct views_ids *v = mem_get(1, sizeof(*v), err);

	*out = v;
	if (v == NULL)
		return ST_NOMEM;
	buf_init(&v->clean, (size_t)64 << 20);
	buf_init(&v->item, KEY_MAX + 2);
	return sorter_open(&v->sorter, MEMORY, err);
}

void
views_ids_close(struct views_ids *v)
{
	if (v == NULL)
		return;
	sorter_close(v->sorter);
	buf_free(&v->clean);
	buf_free(&v->item);
	mem_free(v);
}

/* A byte that begins what XML 1.0 cannot hold: C0 but TAB, LF, CR; U+FFFE and U+FFFF. */
static size_t
forbidden(const unsigned char *p, size_t n)
{
	if (p[0] < 0x20 && p[0] != '\t' && p[0] != '\n' && p[0] != '\r')
		return 1;
	return n >= 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 3 : 0;
}

/* ${s} as views hold it; a view into ${s} or v->clean behind what is there. */
static enum status
clean(struct views_ids *v, struct str *s, struct err *err)
{
	const unsigned char *p = (const unsigned char *)s->p;
	const size_t at = v->clean.n;
	size_t i, bad;
	enum status st;

	for (i = 0; i < s->n && forbidden(p + i, s->n - i) == 0; i++)
		;
	if (i == s->n)
		return ST_OK;
	for (i = 0; i < s->n; i += bad == 0 ? 1 : bad) {
		bad = forbidden(p + i, s->n - i);
		if ((st = bad == 0 ? buf_putc(&v->clean, s->p[i], err) : buf_add(&v->clean, "\xef\xbf\xbd", 3, err)) != ST_OK)
			return st;
	}
	*s = (struct str){ v->clean.p + at, v->clean.n - at };
	return ST_OK;
}

static enum status
put(struct buf *b, struct str s, struct err *err)
{
	const unsigned char n[4] = { (unsigned char)(s.n >> 24), (unsigned char)(s.n >> 16), (unsigned char)(s.n >> 8), (unsigned char)s.n };
	enum status st = buf_add(b, n, sizeof(n), err);

	return st == ST_OK ? buf_str_add(b, s, err) : st;
}

static enum status
add(struct views_ids *v, const char *stream, struct str id, struct str version, unsigned char tag, unsigned char kind, struct err *err)
{
	unsigned char hash[2][32];
	char form = version.p != NULL;
	enum status st;

	buf_clear(&v->clean);
	buf_clear(&v->item);
	/* Both at once, or the buffer could move under the first. */
	if ((st = buf_room(&v->clean, 3 * (id.n + version.n) + 1, err)) != ST_OK || (st = clean(v, &id, err)) != ST_OK || (st = clean(v, &version, err)) != ST_OK)
		return st;
	if (id.n + version.n > LONG) {
		form = (char)(form + 2);
		if ((st = digest_of(DIGEST_SHA256, id.p, id.n, hash[0], err)) != ST_OK ||
		    (st = digest_of(DIGEST_SHA256, version.p == NULL ? "" : version.p, version.n, hash[1], err)) != ST_OK)
			return st;
		id = (struct str){ (const char *)hash[0], 32 };
		version = (struct str){ (const char *)hash[1], 32 };
	}
	if (strlen(stream) > 128)
		return err_set(err, ST_INPUT, _("\"%s\" cannot be the name of a stream"), stream);
	if ((st = buf_add(&v->item, stream, strlen(stream) + 1, err)) != ST_OK || (st = buf_putc(&v->item, form, err)) != ST_OK ||
	    (st = put(&v->item, id, err)) != ST_OK || (st = put(&v->item, version, err)) != ST_OK || (st = buf_putc(&v->item, (char)tag, err)) != ST_OK ||
	    (st = buf_putc(&v->item, (char)kind, err)) != ST_OK)
		return st;
	return sorter_add(v->sorter, v->item.p, v->item.n, err);
}

enum status
views_ids_record(struct views_ids *v, const struct record *rec, struct err *err)
{
	return add(v, rec->stream, rec->id, rec->version, 0, (unsigned char)rec->kind, err);
}

enum status
views_ids_found(struct views_ids *v, unsigned family, const char *stream, struct str id, struct str version, struct err *err)
{
	return add(v, stream, id, version, (unsigned char)(family + 1), 0, err);
}

/* --- record by record --- */

static size_t
number(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (size_t)u[0] << 24 | (size_t)u[1] << 16 | (size_t)u[2] << 8 | u[3];
}

/* "messages/ID@version", cut. */
static void
name_of(struct str key, char out[200])
{
	const size_t n_stream = strlen(key.p), n_id = number(key.p + n_stream + 2);
	const char *id = key.p + n_stream + 6, *version = id + n_id + 4;
	const size_t n_version = number(id + n_id);
	const char form = key.p[n_stream + 1];
	char hex[65];

	if (form >= 2) {
		digest_hex((const unsigned char *)id, 32, hex);
		(void)snprintf(out, 200, "%s/sha256:%s", key.p, hex);
	} else
		(void)snprintf(out, 200, "%s/%.*s%s%.*s", key.p, (int)(n_id < 80 ? n_id : 80), id, form == 1 ? "@" : "", (int)(n_version < 40 ? n_version : 40), version);
}

struct group { uint64_t kinds[REC__MAX], found[VIEWS_FAMILIES]; };

static void
judge(const struct group *g, struct str key, const unsigned *kinds, size_t n, struct views_sum *out)
{
	uint64_t want;
	size_t f, k;

	for (f = 0; f < n; f++) {
		for (want = 0, k = 0; k < REC__MAX; k++)
			want += kinds[f] >> k & 1 ? g->kinds[k] : 0;
		out[f].n_records += want;
		if (want > g->found[f]) {
			if (out[f].n_missing == 0)
				name_of(key, out[f].missing);
			out[f].n_missing += want - g->found[f];
		} else if (g->found[f] > want) {
			if (out[f].n_extra == 0)
				name_of(key, out[f].extra);
			out[f].n_extra += g->found[f] - want;
		}
	}
}

enum status
views_ids_sum(struct views_ids *v, const unsigned *kinds, size_t n, struct views_sum *out, struct err *err)
{
	struct group g;
	struct str item, key;
	enum status st;

	memset(out, 0, n * sizeof(*out));
	memset(&g, 0, sizeof(g));
	buf_clear(&v->item);
	while ((st = sorter_next(v->sorter, &item, err)) == ST_OK) {
		const unsigned char tag = (unsigned char)item.p[item.n - 2], kind = (unsigned char)item.p[item.n - 1];

		key = (struct str){ item.p, item.n - 2 };
		if (v->item.n > 0 && !str_eq(buf_str(&v->item), key)) {
			judge(&g, buf_str(&v->item), kinds, n, out);
			memset(&g, 0, sizeof(g));
		}
		buf_clear(&v->item);
		if ((st = buf_str_add(&v->item, key, err)) != ST_OK)
			return st;
		if (tag == 0 && kind < REC__MAX)
			g.kinds[kind]++;
		else if (tag > 0 && tag <= VIEWS_FAMILIES)
			g.found[tag - 1]++;
	}
	if (st == ST_END && v->item.n > 0)
		judge(&g, buf_str(&v->item), kinds, n, out);
	return st == ST_END ? ST_OK : st;
}
