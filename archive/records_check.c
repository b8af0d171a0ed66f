/* records_check.c: lines, leaves and roots of a segment; see records_check.h. */
#include "archive/records_check.h"

#include <string.h>

#include "archive/line.h"
#include "archive/line_fast.h"
#include "core/i18n.h"
#include "core/limits.h"

void
records_check_init(struct records_check *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->held, LIMIT_RECORD + 1);
	line_names_init(&r->names);
}

void
records_check_free(struct records_check *r)
{
	digest_free(&r->leaf);
	digest_free(&r->node);
	buf_free(&r->held);
	line_names_free(&r->names);
}

void
records_check_begin(struct records_check *r)
{
	tree_init(&r->tree);
	buf_clear(&r->held);
	r->n = r->at = r->line_at = 0;
}

static const unsigned char base64url[256] = { ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1, ['0' ... '9'] = 1, ['-'] = 1, ['_'] = 1 };

enum status
records_check_line(struct records_check *r, struct str line, struct err *err)
{
	static const char head[] = "{\"_s\":\"";
	const size_t n_head = sizeof(head) - 1, n_salt = 22;
	const char *salt = line.p + n_head;
	unsigned good = 1;
	size_t i;

	if (line.n < RECORDS_HEAD || memcmp(line.p, head, n_head) != 0)
		return err_set(err, ST_CORRUPT, _("a record does not begin with its salt"));
	for (i = 0; i < n_salt; i++)
		good &= base64url[(unsigned char)salt[i]];
	if (!good)
		return err_set(err, ST_CORRUPT, _("the salt of a record is not base64url"));
	/* 22 characters hold 132 bits; the last 4 of them must be zero */
	if (strchr("AQgw", salt[n_salt - 1]) == NULL || salt[n_salt] != '"' || (salt[n_salt + 1] != ',' && salt[n_salt + 1] != '}'))
		return err_set(err, ST_CORRUPT, _("the salt of a record does not end as it must"));
	return line_fast(line) ? ST_OK : line_check(&r->names, line, err);
}

static enum status
take_line(struct records_check *r, const char *p, size_t n, struct err *err)
{
	unsigned char leaf[32];
	enum status st;

	if (n > LIMIT_RECORD)
		return err_set(err, ST_CORRUPT, _("a record is longer than 16 MiB"));
	if (r->n == RECORDS_SEGMENT_MAX)
		return err_set(err, ST_CORRUPT, _("a segment has more than %u records"), RECORDS_SEGMENT_MAX);
	if ((st = records_check_line(r, (struct str){ p, n }, err)) != ST_OK ||
	    (st = tree_leaf(&r->leaf, p, n, leaf, err)) != ST_OK || (st = tree_add(&r->tree, &r->node, leaf, err)) != ST_OK)
		return st;
	if (r->line != NULL && (st = r->line(r->ctx, (struct str){ p, n }, r->line_at, &r->tree, err)) != ST_OK)
		return st;
	r->n++;
	r->line_at += n + 1;
	return ST_OK;
}

enum status
records_check_add(struct records_check *r, const unsigned char *bytes, size_t n, struct err *err)
{
	const char *p = (const char *)bytes, *end = p + n, *lf;
	enum status st;

	r->at += n;
	if (r->held.n > 0) {
		size_t take;

		lf = memchr(p, '\n', n);
		take = lf == NULL ? n : (size_t)(lf - p);
		if (take > LIMIT_RECORD + 1 - r->held.n)
			return err_set(err, ST_CORRUPT, _("a record is longer than 16 MiB"));
		if ((st = buf_add(&r->held, p, take, err)) != ST_OK || lf == NULL)
			return st;
		if ((st = take_line(r, r->held.p, r->held.n, err)) != ST_OK)
			return st;
		buf_clear(&r->held);
		p = lf + 1;
	}
	while (p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if ((st = take_line(r, p, (size_t)(lf - p), err)) != ST_OK)
			return st;
		p = lf + 1;
	}
	return p < end ? buf_add(&r->held, p, (size_t)(end - p), err) : ST_OK;
}

enum status
records_check_end(struct records_check *r, unsigned char root[32], struct err *err)
{
	if (r->held.n > 0)
		return err_set(err, ST_CORRUPT, _("the last record of a segment has no line end"));
	if (r->n == 0)
		return err_set(err, ST_CORRUPT, _("a segment without records"));
	return tree_root(&r->tree, &r->node, root, err);
}
