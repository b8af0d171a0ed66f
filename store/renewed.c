/* renewed.c: see renewed.h. */
#include "store/renewed.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"

/* A seal beside the archive that says nothing of the kind costs a renewal its say, never more. */
static bool
may_be(const struct store *s, const struct store_entry *e)
{
	struct seal seal;
	struct buf text;
	enum status st;

	if (e->state != STORE_CLOSED)
		return false;
	buf_init(&text, LIMIT_SEAL);
	st = store_seal(s, e->name, &text, &seal, NULL);
	buf_free(&text);
	return (st == ST_OK || st == ST_UNSURE) && seal.has_previous && seal.covers_from_ms == seal.covers_until_ms;
}

static bool
is_of(const char *name, const char *label)
{
	const char *dash = strrchr(name, '-');

	return dash != NULL && strlen(label) == (size_t)(dash - name) && strncmp(name, label, (size_t)(dash - name)) == 0;
}

enum status
renewed_load(const struct store *s, const char *label, uint64_t below, const struct trust *trust, int64_t now_ms, struct renewals *rs, struct err *err)
{
	struct store_entry *list = NULL;
	struct buf path;
	struct err why;
	enum status st;
	size_t i, n = 0;

	buf_init(&path, 8192);
	st = store_list(s, true, &list, &n, err);
	for (i = n; st == ST_OK && i-- > 0;) {
		if (list[i].sequence >= below || !is_of(list[i].name, label) || !may_be(s, &list[i]))
			continue;
		buf_clear(&path);
		if ((st = buf_addf(&path, err, "%s/%s.tar.gz", s->path, list[i].name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
			break;
		err_init(&why);
		if ((st = renewals_take(rs, path.p, trust, now_ms, &why)) == ST_IO) {
			log_say(LOG_WARN_, "%s", why.text);
			st = ST_OK;
		} else if (st != ST_OK)
			*err = why;
	}
	free(list);
	buf_free(&path);
	return st;
}
