/* review.h: what the tests of both load files for legal review share: the same documents, written as DAT and as EDRM. */
#ifndef TEST_FORMATS_REVIEW_H
#define TEST_FORMATS_REVIEW_H

#include "shelf.h"

static const struct format_options opt = { .made_ms = INT64_C(1795312800000), .archive = "acme-00000001" };

static enum status
blob(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	(void)b;
	(void)max;
	return str_has_prefix(path, "data/files/") ? sink_write(to, "content", 7, err) : ST_END;
}

static void
make(const struct view_family *family, struct shelf *shelf, struct records *recs, bool with_files)
{
	struct view_blobs blobs = { blob };

	shelf_make(shelf, family, &opt, with_files ? &blobs : NULL, recs);
}

/* ${native}: where the first attachment of m10 lies; m10 stands in the third document, its first attachment is the fourth, the missing one the fifth. */
static void
exact(const struct view_family *family, const char *native)
{
	struct records recs;
	struct shelf shelf;
	size_t i;

	records_open(&recs, "acme.jsonl");
	make(family, &shelf, &recs, false);
	assert_int_equal(shelf.n, 13);
	for (i = 0; i < shelf.n; i++)
		shelf_golden(&shelf, shelf.at[i].path);
	shelf_empty(&shelf);
	make(family, &shelf, &recs, true);
	assert_int_equal(shelf.n, 14);
	assert_true(str_is(shelf_get(&shelf, native), "content"));
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
put_text(struct records *r, const char *id, const char *version, const char *text)
{
	char n[1024];

	(void)snprintf(n, sizeof(n), "{\"id\":\"%s\",\"sent_at\":\"2026-11-22T02:00:00.000Z\",\"type\":\"text\",\"from\":\"%s\",\"to\":[\"b\"],\"text\":\"%s\"}", id, text, text);
	records_put(r, "messages", "message", id, version, n);
}

#endif
