/* test_view_xlsx.c: workbooks byte for byte, texts, numbers and times of their cells, sheets at the row limit, more months than are open at once, faults, reading back. */
#include "shelf.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "core/mem.h"
#include "formats/view_xlsx.h"
#include "formats/xlsx_book.h"
#include "formats/xlsx_row.h"
#include "formats/xlsx_text.h"
#include "formats/xlsx_zip.h"

static const struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000), .chain = "urn:uuid:1", .archive = "acme-00000001" };

static int
scratch_open(void)
{
	char dir[] = "/tmp/custody-test-xlsx.XXXXXX";
	int fd;

	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	return fd;
}

/* Nothing may be left in it. */
static void
scratch_close(int fd)
{
	char path[64], name[4096];
	DIR *d = fdopendir(fd);
	struct dirent *e;
	ssize_t n;

	assert_non_null(d);
	rewinddir(d);
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			fail_msg("left in the scratch directory: %s", e->d_name);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, name, sizeof(name) - 1);
	assert_true(n > 0);
	name[n] = '\0';
	closedir(d);
	assert_int_equal(rmdir(name), 0);
}

static void
make(struct shelf *shelf, struct records *recs)
{
	struct view_input in = { .opt = &opt, .records = &recs->iter, .scratch = scratch_open() };
	struct err err;

	err_init(&err);
	if (xlsx_view.make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	scratch_close(in.scratch);
}

static void
exact_bytes(void **state)
{
	struct records recs;
	struct shelf shelf;
	size_t i;

	(void)state;
	records_open(&recs, "acme.jsonl");
	shelf_init(&shelf);
	make(&shelf, &recs);
	assert_int_equal(shelf.n, 10);
	shelf_holds(&shelf, &xlsx_view, &recs);
	for (i = 0; i < shelf.n; i++)
		shelf_golden(&shelf, shelf.at[i].path);
	shelf_empty(&shelf);
	make(&shelf, &recs);
	for (i = 0; i < shelf.n; i++)
		shelf_golden(&shelf, shelf.at[i].path);
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
texts(void **state)
{
	static const struct { const char *in, *markup; } cases[] = {
		{ "", "" }, { "plain", "plain" }, { "a<b>&c\"'", "a&lt;b&gt;&amp;c\"'" }, { "=1+1", "=1+1" }, { "两行\n\t完", "两行\n\t完" },
		{ "_x0041_", "_x005F_x0041_" }, { "_x005F_x0041_", "_x005F_x005F_x005F_x0041_" }, { "_xD83d_", "_x005F_xD83d_" }, { "_x004_", "_x004_" },
		{ "_X0041_", "_X0041_" }, { "__x0041__", "__x005F_x0041__" }, { "\r", "_x000D_" }, { "\x01\x1f\x7f", "_x0001__x001F_\x7f" },
		{ "\xEF\xBF\xBE|\xEF\xBF\xBF|\xEF\xB7\x90|\xF0\x9F\xBF\xBE", "\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD|\xEF\xBF\xBD" },
		{ "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" }, { "\xFF", "\xEF\xBF\xBD" }, { "]]>", "]]&gt;" }, { "😀字", "😀字" }
	};
	struct buf out, back;
	size_t i, taken;

	(void)state;
	buf_init(&out, 1 << 20);
	buf_init(&back, 1 << 20);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&out);
		assert_int_equal(xlsx_text(str_of(cases[i].in), 100, XLSX_MARKUP, &out, &taken, NULL), ST_OK);
		if (!str_is(buf_str(&out), cases[i].markup))
			fail_msg("%s became %.*s", cases[i].in, STR_ARG(buf_str(&out)));
		assert_int_equal(taken, strlen(cases[i].in));
		if (strpbrk(cases[i].in, "<>&") != NULL || strstr(cases[i].markup, "\xEF\xBF\xBD") != NULL)
			continue;
		buf_clear(&back);
		assert_int_equal(xlsx_text_back(buf_str(&out), &back, NULL), ST_OK);
		assert_true(str_is(buf_str(&back), cases[i].in));
	}
	/* NUL, and a cut that does not halve a character. */
	buf_clear(&out);
	assert_int_equal(xlsx_text(STR("a\0b"), 100, XLSX_PLAIN, &out, &taken, NULL), ST_OK);
	assert_true(str_is(buf_str(&out), "a\xEF\xBF\xBD" "b"));
	buf_clear(&out);
	assert_int_equal(xlsx_text(STR("a😀b"), 2, XLSX_PLAIN, &out, &taken, NULL), ST_OK);
	assert_true(str_is(buf_str(&out), "a"));
	assert_int_equal(taken, 1);
	buf_clear(&out);
	assert_int_equal(xlsx_text_back(STR("_xD83D__xDE00_|_xD83D_"), &out, NULL), ST_OK);
	assert_true(str_is(buf_str(&out), "😀|\xEF\xBF\xBD"));
	buf_free(&out);
	buf_free(&back);
}

static void
long_texts(void **state)
{
	static const size_t sizes[] = { XLSX_CELL_MAX - 1, XLSX_CELL_MAX, XLSX_CELL_MAX + 1, 200000 };
	struct buf in, out;
	size_t i, k;

	(void)state;
	buf_init(&in, 1 << 22);
	buf_init(&out, 1 << 24);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		buf_clear(&in);
		buf_clear(&out);
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(buf_add(&in, "\xE5\xAD\x97", 3, NULL), ST_OK);
		assert_int_equal(xlsx_cell_text(buf_str(&in), STR("messages/m1"), XLSX_MARKUP, &out, NULL), ST_OK);
		if (sizes[i] <= XLSX_CELL_MAX)
			assert_true(str_eq(buf_str(&in), buf_str(&out)));
		else {
			assert_true(out.n < 3 * XLSX_CELL_MAX);
			assert_int_equal(memcmp(out.p, in.p, (size_t)30000 * 3), 0);
			assert_non_null(memmem(out.p, out.n, "messages/m1]", 12));
		}
	}
	buf_free(&in);
	buf_free(&out);
}

static void
numbers_and_times(void **state)
{
	static const struct { const char *in, *xml; } numbers[] = {
		{ "0", "<c r=\"A7\"><v>0</v></c>" }, { "-12", "<c r=\"A7\"><v>-12</v></c>" }, { "999999999999999", "<c r=\"A7\"><v>999999999999999</v></c>" },
		{ "1000000000000000", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t>1000000000000000</t></is></c>" },
		{ "007", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t>007</t></is></c>" }, { "-0", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t>-0</t></is></c>" },
		{ "-", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t>-</t></is></c>" }, { "1e3", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t>1e3</t></is></c>" },
		{ "", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t></t></is></c>" }, { " x", "<c r=\"A7\" s=\"5\" t=\"inlineStr\"><is><t xml:space=\"preserve\"> x</t></is></c>" }
	};
	/* Serials by the definition: days since 1899-12-30 for dates after February 1900. */
	static const struct { int64_t ms; const char *xml; } times[] = {
		{ INT64_C(-2203891200000), "<c r=\"A7\" s=\"6\"><v>61</v></c>" }, { INT64_C(-2203891200001), "" }, { 0, "<c r=\"A7\" s=\"6\"><v>25569</v></c>" },
		{ 500, "<c r=\"A7\" s=\"7\"><v>25569.000005787</v></c>" }, { 43200000, "<c r=\"A7\" s=\"6\"><v>25569.5</v></c>" },
		{ -1, "<c r=\"A7\" s=\"7\"><v>25568.9999999884</v></c>" }, { INT64_C(253402300799999), "<c r=\"A7\" s=\"7\"><v>2958465.9999999884</v></c>" },
		{ INT64_C(253402300800000), "" }
	};
	struct buf out;
	struct xlsx_row row = { .out = &out, .style = { 5, 6, 7 }, .where = STR("x") };
	bool in_range;
	size_t i, from;

	(void)state;
	buf_init(&out, 1 << 20);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_int_equal(xlsx_row_begin(&row, 7, NULL), ST_OK);
		from = out.n;
		assert_int_equal(xlsx_row_number(&row, str_of(numbers[i].in), NULL), ST_OK);
		if (!str_is((struct str){ out.p + from, out.n - from }, numbers[i].xml))
			fail_msg("%s: %.*s", numbers[i].in, (int)(out.n - from), out.p + from);
	}
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(xlsx_row_begin(&row, 7, NULL), ST_OK);
		from = out.n;
		assert_int_equal(xlsx_row_time(&row, times[i].ms, &in_range, NULL), ST_OK);
		assert_int_equal(in_range, times[i].xml[0] != '\0');
		assert_int_equal(row.column, in_range ? 1 : 0);
		if (!str_is((struct str){ out.p + from, out.n - from }, times[i].xml))
			fail_msg("%lld: %.*s", (long long)times[i].ms, (int)(out.n - from), out.p + from);
	}
	/* Columns behind Z. */
	assert_int_equal(xlsx_row_begin(&row, 7, NULL), ST_OK);
	for (i = 0; i < 27; i++)
		xlsx_row_blank(&row);
	from = out.n;
	assert_int_equal(xlsx_row_number(&row, STR("1"), NULL), ST_OK);
	assert_true(str_is((struct str){ out.p + from, out.n - from }, "<c r=\"AB7\"><v>1</v></c>"));
	buf_free(&out);
}

static void
add_message(struct records *r, unsigned i, unsigned month)
{
	assert_int_equal(buf_addf(&r->text, NULL,
	    "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"message\",\"id\":\"m%u\",\"tenant\":\"acme\",\"source\":{\"platform\":\"wecom\",\"endpoint\":\"messages\","
	    "\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"m%u\",\"sent_at\":\"%04u-%02u-15T02:00:00.000Z\",\"text\":\"=%u\"},\"raw\":{}}\n",
	    i, i, 2020 + month / 12, month % 12 + 1, i), ST_OK);
}

/* Months come in turn, more of them than workbooks are open at once. */
static void
many_months(void **state)
{
	struct records recs;
	struct shelf shelf;
	unsigned i;

	(void)state;
	records_open(&recs, NULL);
	for (i = 0; i < 200; i++)
		add_message(&recs, i, i * 7 % 60);
	shelf_init(&shelf);
	make(&shelf, &recs);
	assert_int_equal(shelf.n, 60);
	shelf_holds(&shelf, &xlsx_view, &recs);
	shelf_empty(&shelf);
	records_close(&recs);
}

static enum status
into_book(void *ctx, const struct record *rec, struct err *err)
{
	return xlsx_book_put(ctx, rec, err);
}

struct parts { struct buf all; };

static enum status
each_part(void *ctx, struct xlsx_entry *e, struct err *err)
{
	struct parts *p = ctx;
	char block[1000];
	size_t n = 1;

	assert_int_equal(buf_addf(&p->all, err, "\n[%s]", e->name), ST_OK);
	while (n > 0) {
		assert_int_equal(e->read(e, block, sizeof(block), &n, err), ST_OK);
		assert_int_equal(buf_add(&p->all, block, n, err), ST_OK);
	}
	return ST_OK;
}

static void
row_limit(void **state)
{
	static const struct { unsigned n, sheets; } cases[] = { { 9, 1 }, { 10, 2 }, { 27, 3 }, { 28, 4 } };
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter };
	const struct xlsx_notes gaps = { .n = 0 };
	const struct xlsx_book_spec spec = { &in, "messages", "messages-2020-01", REC_MESSAGE, &gaps, 10 };
	struct parts parts;
	size_t c;

	(void)state;
	for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct shelf_ids found = { .found = { shelf_found } };
		struct xlsx_book *book;
		struct sink_mem mem;
		struct buf out;
		struct err err;
		char last[64], dir[80];
		unsigned i;
		int fd;

		err_init(&err);
		records_open(&recs, NULL);
		for (i = 0; i < cases[c].n; i++)
			add_message(&recs, i, 0);
		in.scratch = scratch_open();
		buf_init(&out, 1 << 24);
		buf_init(&parts.all, 1 << 24);
		buf_init(&found.text, 1 << 20);
		sink_mem_init(&mem, &out);
		assert_int_equal(xlsx_book_open(&book, &spec, &err), ST_OK);
		assert_int_equal(recs.iter.run(&recs.iter, "messages", into_book, book, &err), ST_OK);
		assert_int_equal(xlsx_book_finish(book, &mem.sink, &err), ST_OK);
		xlsx_book_close(book);
		scratch_close(in.scratch);
		fd = shelf_fd(buf_str(&out));
		assert_int_equal(xlsx_read_ids(fd, "t", "messages", &found.found, &err), ST_OK);
		assert_int_equal(found.n, cases[c].n);
		assert_int_equal(xlsx_unzip(fd, "t", each_part, &parts, &err), ST_OK);
		assert_int_equal(buf_z(&parts.all, &err), ST_OK);
		(void)snprintf(last, sizeof(last), "name=\"聊天记录 (%u)\"", cases[c].sheets);
		assert_int_equal(strstr(parts.all.p, last) != NULL, cases[c].sheets > 1);
		(void)snprintf(last, sizeof(last), "name=\"聊天记录 (%u)\"", cases[c].sheets + 1);
		assert_null(strstr(parts.all.p, last));
		(void)snprintf(dir, sizeof(dir), "<autoFilter ref=\"A1:V%u\"/>", cases[c].n - (cases[c].sheets - 1) * 9 + 1);
		assert_non_null(strstr(parts.all.p, dir));
		close(fd);
		buf_free(&out);
		buf_free(&parts.all);
		buf_free(&found.text);
		records_close(&recs);
	}
}

/* Another kind in a table, and the same of a sink that fails. */
static enum status
full(struct sink *s, const void *p, size_t n, struct err *err)
{
	(void)p;
	if (s->n_bytes + n > 5000)
		return err_set(err, ST_IO, "full");
	s->n_bytes += n;
	return ST_OK;
}

static enum status
full_begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	static struct sink sink = { full, 0 };

	(void)p, (void)path, (void)err;
	*out = &sink;
	return ST_OK;
}

static enum status
full_end(struct view_place *p, struct err *err)
{
	(void)p, (void)err;
	return ST_OK;
}

static void
faults(void **state)
{
	struct view_place place = { full_begin, full_begin, full_end };
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = scratch_open() };
	struct err err;
	long n;

	(void)state;
	err_init(&err);
	records_open(&recs, NULL);
	add_message(&recs, 1, 0);
	assert_int_equal(xlsx_view.make(&in, &place, &err), ST_IO);
	assert_non_null(strstr(err.text, "full"));
	for (n = 1;; n++) { /* memory, wherever it ends; libxlsxwriter and libarchive have their own */
		struct shelf shelf;
		enum status st;

		shelf_init(&shelf);
		mem_fail_at(n);
		st = xlsx_view.make(&in, &shelf.place, &err);
		if (!mem_fail_hit()) {
			mem_fail_at(0);
			assert_int_equal(st, ST_OK);
			shelf_empty(&shelf);
			break;
		}
		mem_fail_at(0);
		assert_int_equal(st, ST_NOMEM);
		shelf_empty(&shelf);
	}
	assert_true(n > 20);
	scratch_close(in.scratch);
	records_close(&recs);
}

/* Files that may not grow beyond some size: an error, or the same bytes as ever; nothing is left. */
static void
disk_full(void **state)
{
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = scratch_open() };
	struct rlimit was, limit;
	struct shelf want, got;
	struct err err;
	unsigned n_failed = 0, n_ok = 0, i;

	(void)state;
	err_init(&err);
	records_open(&recs, NULL);
	for (i = 0; i < 300; i++)
		add_message(&recs, i, 0);
	shelf_init(&want);
	assert_int_equal(xlsx_view.make(&in, &want.place, &err), ST_OK);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	for (i = 0; i < 30000; i += 1499) {
		enum status st;

		limit = (struct rlimit){ i, was.rlim_max };
		shelf_init(&got);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		st = xlsx_view.make(&in, &got.place, &err);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
		if (st == ST_OK) {
			assert_true(str_eq(shelf_get(&want, "data/views/messages-2020-01.xlsx"), shelf_get(&got, "data/views/messages-2020-01.xlsx")));
			n_ok++;
		} else {
			assert_int_equal(st, ST_IO);
			n_failed++;
		}
		shelf_empty(&got);
	}
	assert_true(n_failed > 3);
	assert_true(n_ok > 3);
	shelf_empty(&want);
	scratch_close(in.scratch);
	records_close(&recs);
}

/* A workbook as another program saves it: shared strings, attributes left out, a sheet before ours; and what is refused. */
static enum status
read_crafted(const char *strings, const char *sheet, struct shelf_ids *found)
{
	int fd = memfd_create("crafted", MFD_CLOEXEC);
	struct xlsx_zip *zip;
	struct err err;
	enum status st;

	err_init(&err);
	assert_true(fd >= 0);
	assert_int_equal(xlsx_zip_open(&zip, fd, &err), ST_OK);
	assert_int_equal(xlsx_zip_entry(zip, "xl/worksheets/sheet1.xml", &err), ST_OK);
	assert_int_equal(xlsx_zip_write(zip, sheet, strlen(sheet), &err), ST_OK);
	assert_int_equal(xlsx_zip_entry(zip, "xl/sharedStrings.xml", &err), ST_OK);
	assert_int_equal(xlsx_zip_write(zip, strings, strlen(strings), &err), ST_OK);
	assert_int_equal(xlsx_zip_finish(zip, &err), ST_OK);
	xlsx_zip_close(zip);
	st = xlsx_read_ids(fd, "crafted", "users", &found->found, &err);
	close(fd);
	return st;
}

static void
crafted(void **state)
{
#define NS "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\""
#define SHEET(cells) "<worksheet " NS "><sheetData><row r=\"1\"><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>" cells "</sheetData></worksheet>"
	static const char strings[] = "<sst " NS "><si><t>成员编号 id</t></si><si><r><t>版本 </t></r><r><t>version</t></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></si>"
				      "<si><t>li_x005F_x0041_</t></si></sst>";
	static const struct { const char *strings, *sheet; } refused[] = {
		{ strings, SHEET("<row r=\"2\"><c r=\"A2\"><f>1+1</f><v>2</v></c></row>") },
		{ strings, SHEET("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>3</v></c></row>") },
		{ strings, SHEET("<row r=\"2\"><c r=\"A2\" t=\"s\"><v>-1</v></c></row>") },
		{ strings, SHEET("<row r=\"9999999\"></row>") }, { strings, SHEET("<row r=\"2\"><c r=\"ZZZ2\"/></row>") },
		{ strings, SHEET("<row>") }, { strings, "" }, { strings, "<worksheet/>" },
		{ "<!DOCTYPE sst [<!ENTITY a \"aaaa\">]><sst " NS "><si><t>&a;</t></si></sst>", SHEET("") }
	};
	struct shelf_ids found = { .found = { shelf_found } };
	struct err err;
	size_t i;
	int fd;

	(void)state;
	err_init(&err);
	buf_init(&found.text, 1 << 20);
	assert_int_equal(read_crafted(strings, SHEET("<row><c t=\"s\"><v>2</v></c></row><row r=\"5\"><c r=\"A5\" t=\"inlineStr\"><is><t>b</t></is></c>"
						     "<c r=\"B5\" t=\"str\"><v>2</v></c></row>"), &found), ST_OK);
	assert_int_equal(found.n, 2);
	assert_true(str_is(buf_str(&found.text), "users/li_x0041_@\nusers/b@2\n"));
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (read_crafted(refused[i].strings, refused[i].sheet, &found) != ST_INPUT)
			fail_msg("%s was read", refused[i].sheet);
	fd = shelf_fd(STR("PK\3\4 no zip at all"));
	assert_int_equal(xlsx_read_ids(fd, "t", "users", &found.found, &err), ST_INPUT);
	close(fd);
	buf_free(&found.text);
}

static void
names_of_sheets(void **state)
{
	static const struct { const char *stream; enum record_kind kind; unsigned n; const char *want; } cases[] = {
		{ "messages", REC_MESSAGE, 1, "聊天记录" }, { "messages", REC_MESSAGE, 2, "聊天记录 (2)" }, { "users", REC_UNKNOWN, 1, "成员 未识别" },
		{ "calls", REC_MESSAGE, 1, "calls" }, { "history", REC_MESSAGE, 1, "history 记录流" },
		{ "a-very-long-name-of-a-stream-that-goes-on-and-on", REC_UNKNOWN, 999, "a-very-long-name- 未识别 (999)" }
	};
	char name[XLSX_SHEET_NAME];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		xlsx_sheet_name(cases[i].stream, cases[i].kind, cases[i].n, name);
		assert_string_equal(name, cases[i].want);
	}
}

/* Every column of every table has a label of its own, and a meaning in Chinese. */
static void
labels(void **state)
{
	struct xlsx_column columns[XLSX_COLUMNS_MAX];
	size_t n, i, k;
	unsigned kind;

	(void)state;
	for (kind = 0; kind < REC__MAX; kind++) {
		if (!(xlsx_view.kinds & 1u << kind))
			continue;
		n = xlsx_columns((enum record_kind)kind, columns);
		assert_true(n > 5 && n < XLSX_COLUMNS_MAX);
		for (i = 0; i < n; i++) {
			const char *space = strrchr(columns[i].header, ' ');

			if (space == NULL || space == columns[i].header || strcmp(space + 1, columns[i].name) != 0)
				fail_msg("%s has no label: %s", columns[i].name, columns[i].header);
			assert_string_not_equal(columns[i].zh, columns[i].note);
			for (k = 0; k < i; k++)
				assert_string_not_equal(columns[k].header, columns[i].header);
		}
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(texts), cmocka_unit_test(long_texts),
		cmocka_unit_test(numbers_and_times), cmocka_unit_test(many_months), cmocka_unit_test(row_limit), cmocka_unit_test(faults),
		cmocka_unit_test(disk_full), cmocka_unit_test(crafted), cmocka_unit_test(names_of_sheets), cmocka_unit_test(labels) };
	struct err err;

	err_init(&err);
	assert_int_equal(when_zone("Asia/Shanghai", &err), ST_OK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
