/* retry.c: see retry.h. */
#include "exporters/retry.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"

static enum status
read_gap(const struct json_node *t, size_t i, struct arena *a, struct retry_gap *gap, struct err *err)
{
	size_t k = i + 1;
	enum status st;

	if (t[i].tok != JSON_ARR || t[i].n_children != 2 || t[k].tok != JSON_STR || t[t[k].next].tok != JSON_STR)
		return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
	if ((st = json_text(t[k].val, t[k].flags, a, &gap->run, err)) != ST_OK)
		return st;
	k = t[k].next;
	return json_text(t[k].val, t[k].flags, a, &gap->gap, err);
}

enum status
retry_read(const struct json_node *t, size_t i, struct arena *a, struct retry_gaps *gaps, struct err *err)
{
	size_t first = json_get(t, i, "first"), last = json_get(t, i, "last");
	enum status st;

	memset(gaps, 0, sizeof(*gaps));
	if (first == 0)
		return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
	if ((st = read_gap(t, first, a, &gaps->first, err)) != ST_OK)
		return st;
	gaps->last = gaps->first;
	return last == 0 ? ST_OK : read_gap(t, last, a, &gaps->last, err);
}

static enum status
put_gap(struct buf *b, const char *name, struct str run, struct str gap, struct err *err)
{
	enum status st;

	if ((st = buf_addf(b, err, ",\"%s\":[", name)) != ST_OK || (st = json_put_string(b, run, err)) != ST_OK || (st = buf_putc(b, ',', err)) != ST_OK ||
	    (st = json_put_string(b, gap, err)) != ST_OK)
		return st;
	return buf_putc(b, ']', err);
}

enum status
retry_add(struct retry *r, struct str what, const struct retry_gaps *before, uint64_t gap, bool *kept, struct err *err)
{
	struct str run = str_of(r->run == NULL ? "" : r->run);
	bool again = before != NULL && before->first.run.p != NULL;
	char number[24];
	struct buf b;
	enum status st;

	(void)snprintf(number, sizeof(number), "%" PRIu64, gap);
	buf_init(&b, (size_t)4 * IDSET_ID_MAX);
	if ((st = buf_putc(&b, '{', err)) != ST_OK || (st = buf_str_add(&b, what, err)) != ST_OK ||
	    (st = put_gap(&b, "first", again ? before->first.run : run, again ? before->first.gap : str_of(number), err)) != ST_OK ||
	    (again && (st = put_gap(&b, "last", run, str_of(number), err)) != ST_OK) || (st = buf_putc(&b, '}', err)) != ST_OK) {
		*kept = false;
		buf_free(&b);
		return st == ST_LIMIT ? ST_OK : st;
	}
	*kept = b.n <= IDSET_ID_MAX && r->n_old + r->set->n < RETRY_MAX && r->bytes_old + r->set->length + b.n <= r->bytes_max;
	if (*kept)
		st = idset_add(r->set, buf_str(&b), NULL, err);
	buf_free(&b);
	return st;
}

enum status
retry_put_old(struct buf *out, struct str entry, bool *first, struct err *err)
{
	enum status st = *first ? ST_OK : buf_putc(out, ',', err);

	*first = false;
	return st == ST_OK ? buf_str_add(out, entry, err) : st;
}

enum status
retry_put(struct retry *r, struct buf *out, bool *first, struct err *err)
{
	struct buf entry;
	uint64_t at = 0;
	enum status st;

	buf_init(&entry, IDSET_ID_MAX);
	while ((st = idset_read(r->set, &at, &entry, err)) == ST_OK && (st = retry_put_old(out, buf_str(&entry), first, err)) == ST_OK)
		;
	buf_free(&entry);
	return st == ST_END ? ST_OK : st;
}

static enum status
put_closed(struct buf *b, const struct retry_gap *gap, struct err *err)
{
	enum status st;

	if ((st = buf_addz(b, "{\"run\":", err)) != ST_OK || (st = json_put_string(b, gap->run, err)) != ST_OK || (st = buf_addz(b, ",\"gap\":", err)) != ST_OK ||
	    (st = json_put_string(b, gap->gap, err)) != ST_OK)
		return st;
	return buf_putc(b, '}', err);
}

enum status
retry_closed(const char *of, struct str object, const struct retry_gaps *gaps, struct arena *a, struct record *rec, struct err *err)
{
	struct str detail = STR_NONE;
	struct buf b;
	enum status st;

	buf_init(&b, (size_t)8 * IDSET_ID_MAX);
	if ((st = buf_addz(&b, "{\"of_stream\":", err)) == ST_OK && (st = json_put_string(&b, str_of(of), err)) == ST_OK &&
	    (st = buf_addz(&b, ",\"object\":", err)) == ST_OK && (st = json_put_string(&b, object, err)) == ST_OK &&
	    (st = buf_addz(&b, ",\"gaps\":[", err)) == ST_OK && (st = put_closed(&b, &gaps->first, err)) == ST_OK &&
	    ((str_eq(gaps->first.run, gaps->last.run) && str_eq(gaps->first.gap, gaps->last.gap)) ||
	    ((st = buf_putc(&b, ',', err)) == ST_OK && (st = put_closed(&b, &gaps->last, err)) == ST_OK)) &&
	    (st = buf_addz(&b, "]}", err)) == ST_OK)
		st = arena_dup(a, buf_str(&b), &detail, err);
	buf_free(&b);
	if (st != ST_OK)
		return st;
	record_init(rec, REC_EVENT, "events");
	record_set(rec, "action", STR("gap.closed"));
	record_set(rec, "detail", detail);
	return ST_OK;
}
