/*
 * test_view_approvals.c: approvals as PDF: the same bytes twice and in another order of asking, read back, pictures, long tables and long texts, room for a signature.  What
 * stands on the pages is judged by other programs: tests/e2e/55-paper.sh.
 */
#include "shelf.h"

#include <dirent.h>
#include <fcntl.h>
#include <qpdf/qpdf-c.h>
#include <sys/wait.h>

#include "core/fs.h"
#include "formats/approval.h"
#include "formats/formats.h"
#include "formats/pdf_file.h"

static struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000),
	.chain = "urn:uuid:00000000-0000-4000-8000-000000000007", .archive = "acme-00000001" };
static char scratch_path[64] = "/tmp/custody-paper.XXXXXX";
static int scratch;

static enum status
blob_read(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	const char *slash = memrchr(path.p, '/', path.n);
	char name[4096];
	struct buf all;
	enum status st = ST_END;

	(void)b;
	(void)snprintf(name, sizeof(name), GOLDEN "pictures/%.*s", (int)(path.n - (size_t)(slash + 1 - path.p)), slash + 1);
	buf_init(&all, max);
	if (shelf_load(name, &all))
		st = sink_write(to, all.p, all.n, err);
	buf_free(&all);
	return st;
}

static struct view_blobs blobs = { blob_read };

static void
make(struct shelf *shelf, struct records *recs)
{
	struct view_input in = { .opt = &opt, .records = &recs->iter, .blobs = &blobs, .scratch = scratch };
	struct err err;
	DIR *d;
	struct dirent *e;

	err_init(&err);
	shelf_init(shelf);
	if (formats_find(STR("pdf"))->make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	/* Nothing is left in the private directory. */
	d = opendir(scratch_path);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL)
		assert_int_equal(e->d_name[0], '.');
	closedir(d);
}

/* Objects that a file has of some type, by libqpdf; -1: not a PDF. */
static int
count(struct str pdf, const char *key, const char *value)
{
	qpdf_data q = qpdf_init();
	int id, n = 0;

	qpdf_silence_errors(q);
	assert_int_equal(qpdf_read_memory(q, "pdf", pdf.p, pdf.n, NULL), QPDF_SUCCESS);
	assert_false(qpdf_more_warnings(q));
	for (id = 1; id < qpdf_oh_get_int_value(q, qpdf_oh_get_key(q, qpdf_get_trailer(q), "/Size")); id++) {
		qpdf_oh o = qpdf_get_object_by_id(q, id, 0);

		if (qpdf_oh_is_stream(q, o))
			o = qpdf_oh_get_dict(q, o);
		if (qpdf_oh_is_dictionary(q, o))
			n += qpdf_oh_is_name_and_equals(q, qpdf_oh_get_key(q, o, key), value);
	}
	qpdf_cleanup(&q);
	return n;
}

static void
paper(void **state)
{
	const struct view_family *family = formats_find(STR("pdf"));
	struct shelf *one = test_malloc(sizeof(*one)), *two = test_malloc(sizeof(*two));
	struct records recs;
	size_t i;

	(void)state;
	records_open(&recs, "paper.jsonl");
	make(one, &recs);
	assert_int_equal(one->n, 4);
	assert_non_null(shelf_get(one, "data/views/approvals/202604110042.pdf").p);
	assert_non_null(shelf_get(one, "data/views/approvals/202604110042-2.pdf").p);
	assert_non_null(shelf_get(one, "data/views/approvals/bare.pdf").p);
	shelf_holds(one, family, &recs);
	make(two, &recs);
	for (i = 0; i < one->n; i++)
		assert_true(str_eq(buf_str(&one->at[i].buf), shelf_get(two, one->at[i].path)));
	/* A signature and a photograph; the damaged one is listed, not drawn. */
	assert_int_equal(count(shelf_get(one, "data/views/approvals/202604110042.pdf"), "/Subtype", "/Image"), 2);
	assert_int_equal(count(shelf_get(one, "data/views/approvals/202604110042.pdf"), "/Type", "/Sig"), 0);
	shelf_empty(one);
	shelf_empty(two);
	test_free(one);
	test_free(two);
	records_close(&recs);
}

/* An archive without an approval has no file. */
static void
none(void **state)
{
	struct shelf *shelf = test_malloc(sizeof(*shelf));
	struct records recs;

	(void)state;
	records_open(&recs, NULL);
	assert_int_equal(buf_addz(&recs.text, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"user\",\"id\":\"a\",\"tenant\":\"t\",\"source\":{\"platform\":\"p\",\"endpoint\":"
	    "\"users\",\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"a\"},\"raw\":{}}\n", NULL), ST_OK);
	make(shelf, &recs);
	assert_int_equal(shelf->n, 0);
	test_free(shelf);
	records_close(&recs);
}

static void
begin_approval(struct records *recs)
{
	records_open(recs, NULL);
	assert_int_equal(buf_addz(&recs->text, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"approval\",\"id\":\"1\",\"tenant\":\"t\",\"source\":{\"platform\":\"p\","
	    "\"endpoint\":\"approvals\",\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"1\",\"form\":\"大表\",\"fields\":[", NULL), ST_OK);
}

/* An approval whose form has this name, drawn with a font cut for it alone. */
static void
named(const char *form, struct shelf *shelf)
{
	struct records recs;

	records_open(&recs, NULL);
	assert_int_equal(buf_addf(&recs.text, NULL, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"approval\",\"id\":\"1\",\"tenant\":\"t\",\"source\":{\"platform\":\"p\","
	    "\"endpoint\":\"approvals\",\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"1\",\"form\":\"%s\"},\"raw\":{}}\n", form), ST_OK);
	make(shelf, &recs);
	assert_int_equal(shelf->n, 1);
	records_close(&recs);
}

/* What a process made before, for another archive, changes no character: the same file as from a process that made nothing yet. */
static void
made_before(void **state)
{
	struct shelf *shelf = test_malloc(sizeof(*shelf));
	char path[] = "/tmp/custody-fresh.XXXXXX";
	int fd = mkstemp(path), status;
	struct buf fresh;
	pid_t child;

	(void)state;
	assert_true(fd >= 0);
	if ((child = fork()) == 0) {
		named("龘", shelf);
		_exit(fs_write_all(fd, path, shelf->at[0].buf.p, shelf->at[0].buf.n, NULL) == ST_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	close(fd);
	named("䶮", shelf);
	shelf_empty(shelf);
	named("龘", shelf);
	buf_init(&fresh, (size_t)64 << 20);
	assert_true(shelf_load(path, &fresh));
	unlink(path);
	assert_true(str_eq(buf_str(&fresh), buf_str(&shelf->at[0].buf)));
	buf_free(&fresh);
	shelf_empty(shelf);
	test_free(shelf);
}

static int
pages(struct str pdf)
{
	return count(pdf, "/Type", "/Page");
}

/* A table over more than fifty pages; a text longer than its bound; more rows than paper has room for. */
static void
long_ones(void **state)
{
	struct shelf *shelf = test_malloc(sizeof(*shelf));
	struct records recs;
	struct str pdf;
	size_t i;

	(void)state;
	begin_approval(&recs);
	assert_int_equal(buf_addz(&recs.text, "{\"id\":\"t\",\"control\":\"Table\",\"title\":\"明细\",\"text\":\"\",\"rows\":[", NULL), ST_OK);
	for (i = 0; i < 1600; i++)
		assert_int_equal(buf_addf(&recs.text, NULL, "%s[{\"id\":\"a\",\"control\":\"Text\",\"title\":\"品名\",\"text\":\"第 %zu 件 缆绳与浮标，码头东侧第三仓库\\n第二行\"},{\"id\":\"b\","
		    "\"control\":\"Money\",\"title\":\"价\",\"text\":\"%zu.50\"}]", i == 0 ? "" : ",", i + 1, i), ST_OK);
	assert_int_equal(buf_addz(&recs.text, "]}]},\"raw\":{}}\n", NULL), ST_OK);
	make(shelf, &recs);
	assert_int_equal(shelf->n, 1);
	assert_in_range(pages(buf_str(&shelf->at[0].buf)), 50, 120);
	shelf_empty(shelf);
	records_close(&recs);

	begin_approval(&recs);
	assert_int_equal(buf_addz(&recs.text, "{\"id\":\"a\",\"control\":\"Textarea\",\"title\":\"长\",\"text\":\"", NULL), ST_OK);
	for (i = 0; i < 1500000; i++)
		assert_int_equal(buf_addz(&recs.text, "长长长", NULL), ST_OK);
	assert_int_equal(buf_addz(&recs.text, "\"}]},\"raw\":{}}\n", NULL), ST_OK);
	make(shelf, &recs);
	pdf = buf_str(&shelf->at[0].buf);
	assert_in_range(pages(pdf), 5, 30);
	shelf_empty(shelf);
	records_close(&recs);
	test_free(shelf);
}

/* A signer that says which bytes it was given. */
struct signer { struct view_signer signer; struct buf seen; };

static enum status
sign(struct view_signer *s, struct str bytes, struct buf *der, struct err *err)
{
	struct signer *signer = (struct signer *)s;

	buf_clear(&signer->seen);
	assert_int_equal(buf_str_add(&signer->seen, bytes, err), ST_OK);
	return buf_addz(der, "\x30\x05 sign", err);
}

static void
room_for_a_signature(void **state)
{
	struct signer signer = { .signer = { 3000, sign } };
	struct shelf *shelf = test_malloc(sizeof(*shelf));
	struct records recs;
	struct str pdf;
	unsigned long at[4];
	const char *p;

	(void)state;
	buf_init(&signer.seen, (size_t)1 << 26);
	opt.signer = &signer.signer;
	records_open(&recs, "paper.jsonl");
	make(shelf, &recs);
	pdf = buf_str(&shelf->at[shelf->n - 1].buf);
	assert_int_equal(count(pdf, "/Type", "/Sig"), 1);
	p = memmem(pdf.p, pdf.n, "/ByteRange [", 12);
	assert_non_null(p);
	assert_int_equal(sscanf(p + 12, "%lu %lu %lu %lu ", &at[0], &at[1], &at[2], &at[3]), 4);
	/* All but "<hex>": from the first byte to the last. */
	assert_int_equal(at[0], 0);
	assert_int_equal(at[2] + at[3], pdf.n);
	assert_int_equal(at[2] - at[1], 2 + 2 * 3000);
	assert_int_equal(pdf.p[at[1]], '<');
	assert_int_equal(pdf.p[at[2] - 1], '>');
	assert_memory_equal(pdf.p + at[1] + 1, "3005207369676e00", 16);
	assert_int_equal(signer.seen.n, at[1] + at[3]);
	assert_memory_equal(signer.seen.p, pdf.p, at[1]);
	assert_memory_equal(signer.seen.p + at[1], pdf.p + at[2], at[3]);
	shelf_holds(shelf, formats_find(STR("pdf")), &recs);
	shelf_empty(shelf);
	/* Too long for its room: no file. */
	signer.signer.room = 4;
	{
		struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = scratch };

		shelf_init(shelf);
		assert_int_equal(formats_find(STR("pdf"))->make(&in, &shelf->place, NULL), ST_LIMIT);
		shelf_empty(shelf);
	}
	opt.signer = NULL;
	buf_free(&signer.seen);
	test_free(shelf);
	records_close(&recs);
}

/* The certificate: its data inside, gaps on paper. */
static void
certificate(void **state)
{
	static const char json[] = "{\"format\":\"custody-completeness/1\",\"complete\":false,\"gaps\":1,\"limits\":0,\"operator\":null,\"new\":{\"x\":1},\"method\":{\"zh\":\"法\",\"en\":\"m\"},"
				   "\"streams\":[{\"stream\":\"users\",\"expected\":6,\"expected_from\":[{\"how\":\"x\",\"count\":6}],\"archived\":6,\"missing\":0,\"gaps\":[],\"limited\":0,\"limits\":[]}]}\n";
	struct shelf *shelf = test_malloc(sizeof(*shelf));
	struct records recs;
	struct buf file, about;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = scratch };
	struct str pdf;
	int fd;

	(void)state;
	records_open(&recs, "paper.jsonl");
	shelf_init(shelf);
	opt.report = STR(json);
	assert_int_equal(formats_find(STR("report"))->make(&in, &shelf->place, NULL), ST_OK);
	pdf = shelf_get(shelf, "data/report/report.pdf");
	assert_non_null(pdf.p);
	buf_init(&file, 65536);
	buf_init(&about, 64);
	fd = shelf_fd(pdf);
	assert_int_equal(pdf_a_file(fd, "report.pdf", &file, &about, NULL), ST_OK);
	assert_true(str_is(buf_str(&file), json));
	close(fd);
	shelf_empty(shelf);
	opt.no_pdf = true;
	shelf_init(shelf);
	assert_int_equal(formats_find(STR("report"))->make(&in, &shelf->place, NULL), ST_OK);
	assert_null(shelf_get(shelf, "data/report/report.pdf").p);
	opt.no_pdf = false;
	opt.report = STR_NONE;
	shelf_empty(shelf);
	buf_free(&file);
	buf_free(&about);
	test_free(shelf);
	records_close(&recs);
}

/* What is no file of ours is told so. */
static void
not_ours(void **state)
{
	static const char *const texts[] = { "", "%PDF-1.7\n", "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer << /Root 1 0 R /Size 2 >>\n" };
	struct shelf_ids ids = { .found = { shelf_found } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int fd = shelf_fd(str_of(texts[i]));

		assert_int_equal(formats_find(STR("pdf"))->read(fd, "data/views/approvals/x.pdf", &ids.found, NULL), ST_INPUT);
		close(fd);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(made_before), cmocka_unit_test(paper), cmocka_unit_test(none), cmocka_unit_test(long_ones),
		cmocka_unit_test(room_for_a_signature), cmocka_unit_test(certificate), cmocka_unit_test(not_ours) };
	int failed;

	if (when_zone("Asia/Shanghai", NULL) != ST_OK || mkdtemp(scratch_path) == NULL || (scratch = open(scratch_path, O_RDONLY | O_DIRECTORY)) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(scratch);
	rmdir(scratch_path);
	return failed;
}
