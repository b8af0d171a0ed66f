/*
 * fuzz_xlsx.c: any bytes as a workbook, and as the sheet of one, are read or refused; any text put into a cell comes back from a reader as it went in, but for
 * what no XML can hold.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/utf8.h"
#include "formats/view_xlsx.h"
#include "formats/xlsx_row.h"
#include "formats/xlsx_scan.h"
#include "formats/xlsx_text.h"
#include "formats/xlsx_zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
need(bool what)
{
	if (!what)
		abort();
}

static enum status
found_record(struct view_found *f, const char *stream, struct str id, struct str version, struct err *err)
{
	(void)f, (void)err, (void)version;
	need(stream != NULL && id.p != NULL);
	return ST_OK;
}

static void
read_file(int fd)
{
	struct view_found found = { found_record };
	struct err err;
	enum status st;

	err_init(&err);
	st = xlsx_read_ids(fd, "fuzz", "users", &found, &err);
	need(st == ST_OK || st == ST_INPUT || st == ST_LIMIT || st == ST_IO);
}

static void
as_file(const void *p, size_t n)
{
	const int fd = memfd_create("xlsx", MFD_CLOEXEC);

	need(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	read_file(fd);
	(void)close(fd);
}

static void
as_sheet(const void *p, size_t n)
{
	const int fd = memfd_create("xlsx", MFD_CLOEXEC);
	struct xlsx_zip *zip = NULL;

	need(fd >= 0 && xlsx_zip_open(&zip, fd, NULL) == ST_OK);
	need(xlsx_zip_entry(zip, "xl/sharedStrings.xml", NULL) == ST_OK && xlsx_zip_write(zip, "<sst/>", 6, NULL) == ST_OK);
	need(xlsx_zip_entry(zip, "xl/worksheets/sheet1.xml", NULL) == ST_OK && xlsx_zip_write(zip, p, n, NULL) == ST_OK);
	need(xlsx_zip_finish(zip, NULL) == ST_OK);
	xlsx_zip_close(zip);
	read_file(fd);
	(void)close(fd);
}

static enum status
came_back(void *ctx, uint32_t row, unsigned column, bool shared, struct str text, struct err *err)
{
	need(row == 3 && column == 0 && !shared && text.p != NULL);
	return xlsx_text_back(text, ctx, err);
}

/* What a cell may be asked to hold of ${s}. */
static void
shown(struct str s, struct buf *out)
{
	size_t at = 0;
	uint32_t cp;
	char to[4];

	while (at < s.n) {
		if (!utf8_next(s, &at, &cp) || cp == 0 || utf8_is_noncharacter(cp))
			cp = 0xFFFD;
		need(buf_add(out, to, utf8_put(cp, to), NULL) == ST_OK);
	}
}

static void
as_text(struct str s)
{
	struct buf xml, back, want;
	struct xlsx_row row = { .out = &xml, .style = { 2, 3, 4 }, .where = STR("x") };
	const struct xlsx_scan_to to = { .ctx = &back, .cell = came_back };
	struct xlsx_scan *scan;

	buf_init(&xml, (size_t)1 << 24);
	buf_init(&back, (size_t)1 << 24);
	buf_init(&want, (size_t)1 << 24);
	need(buf_addz(&xml, "<worksheet><sheetData>", NULL) == ST_OK && xlsx_row_begin(&row, 3, NULL) == ST_OK && xlsx_row_text(&row, s, NULL) == ST_OK);
	need(xlsx_row_end(&row, NULL) == ST_OK && buf_addz(&xml, "</sheetData></worksheet>", NULL) == ST_OK);
	need(xlsx_scan_open(&scan, "fuzz", &to, NULL) == ST_OK && xlsx_scan_feed(scan, xml.p, xml.n, NULL) == ST_OK && xlsx_scan_finish(scan, NULL) == ST_OK);
	xlsx_scan_close(scan);
	shown(s, &want);
	need(s.n > XLSX_CELL_MAX || str_eq(buf_str(&want), buf_str(&back)));
	buf_free(&xml);
	buf_free(&back);
	buf_free(&want);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	as_file(data, size);
	as_sheet(data, size);
	if (size <= 100000)
		as_text((struct str){ size == 0 ? "" : (const char *)data, size });
	return 0;
}
