/* test_view_edrm.c: chat as documents of a review: exact bytes, which records each holds, separators inside texts. */
#include "review.h"

#include "formats/documents.h"
#include "formats/view_edrm.h"

static void
exact_bytes(void **state)
{
	(void)state;
	exact(&edrm_view, "data/views/edrm/natives/000/000000004.dwg");
}

/* Ids that hold separators of the list, texts with what XML cannot hold: the document stays well-formed (read back by libxml2) and names the same records. */
static void
odd_texts(void **state)
{
	struct records recs;
	struct shelf shelf;

	(void)state;
	records_open(&recs, NULL);
	put_text(&recs, "a;b@c\\\\d", ",\"version\":\"1;@2\"", "]]><!--&\\u0000\\u0001\\uffff");
	put_text(&recs, "a;b@c\\\\d", ",\"version\":\"2\"", "\\\"");
	put_text(&recs, "a\\u0001b\\r\\u000b®þ中\\ufffe", ",\"version\":\"\\u007f®\"", "z");
	put_text(&recs, ";", "", "<x>");
	make(&edrm_view, &shelf, &recs, false);
	shelf_empty(&shelf);
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(odd_texts) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
