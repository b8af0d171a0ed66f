/* xlsx_scan.c: SAX events to cells. */
#include "formats/xlsx_scan.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <limits.h>

#include "core/i18n.h"
#include "core/mem.h"
#include "formats/xlsx_row.h"

struct xlsx_scan {
	const char *path;
	struct xlsx_scan_to to;
	xmlParserCtxtPtr parser;
	struct buf text;
	uint32_t row;
	unsigned column, next; /* of the cell at hand, of the one behind it */
	bool in_text, in_phonetic, in_cell, shared, has_value;
	enum status st;
	struct err err;
};

static void
fail(struct xlsx_scan *s, enum status st)
{
	if (s->st == ST_OK)
		s->st = st;
	if (st != ST_OK)
		xmlStopParser(s->parser);
}

static void
refuse(struct xlsx_scan *s, const char *what)
{
	if (s->st == ST_OK)
		fail(s, err_set(&s->err, ST_INPUT, _("%s: not a table of records: %s"), s->path, what));
}

static struct str
attribute(const char *name, int n, const xmlChar **a)
{
	for (; n > 0; n--, a += 5)
		if (a[2] == NULL && strcmp((const char *)a[0], name) == 0)
			return (struct str){ (const char *)a[3], (size_t)(a[4] - a[3]) };
	return STR_NONE;
}

/* "AB12"; without one a cell stands behind the one before. */
static void
place(struct xlsx_scan *s, struct str ref)
{
	unsigned c = 0;
	size_t i;

	s->column = s->next;
	if (ref.p != NULL) {
		for (i = 0; i < ref.n && i < 3 && ref.p[i] >= 'A' && ref.p[i] <= 'Z'; i++)
			c = c * 26 + (unsigned)(ref.p[i] - 'A') + 1;
		s->column = c - 1;
	}
	if (s->column >= 16384)
		refuse(s, "r");
	s->next = s->column + 1;
}

static void
on_start(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_spaces, const xmlChar **spaces, int n, int n_default,
    const xmlChar **a)
{
	struct xlsx_scan *s = ctx;
	const char *tag = (const char *)name;
	uint64_t number;

	(void)prefix, (void)uri, (void)n_spaces, (void)spaces, (void)n_default;
	if (strcmp(tag, "c") == 0) {
		place(s, attribute("r", n, a));
		s->shared = str_is(attribute("t", n, a), "s");
		s->in_cell = true;
		s->has_value = false;
		buf_clear(&s->text);
	} else if (strcmp(tag, "t") == 0 || strcmp(tag, "v") == 0) {
		s->in_text = !s->in_phonetic;
		s->has_value |= s->in_text;
	} else if (strcmp(tag, "rPh") == 0)
		s->in_phonetic = true;
	else if (strcmp(tag, "si") == 0)
		buf_clear(&s->text);
	else if (strcmp(tag, "f") == 0 || strcmp(tag, "hyperlink") == 0)
		refuse(s, tag);
	else if (strcmp(tag, "row") == 0) {
		number = (uint64_t)s->row + 1;
		if (attribute("r", n, a).p != NULL && str_u64(attribute("r", n, a), 1, 1048576, &number, NULL) != ST_OK)
			refuse(s, "r");
		s->row = (uint32_t)number;
		s->next = 0;
	}
}

static void
on_end(void *ctx, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	struct xlsx_scan *s = ctx;
	const char *tag = (const char *)name;

	(void)prefix, (void)uri;
	if (s->st != ST_OK)
		return;
	if (strcmp(tag, "t") == 0 || strcmp(tag, "v") == 0)
		s->in_text = false;
	else if (strcmp(tag, "rPh") == 0)
		s->in_phonetic = false;
	else if (strcmp(tag, "c") == 0 && s->in_cell) {
		s->in_cell = false;
		fail(s, s->to.cell(s->to.ctx, s->row, s->column, s->shared, s->has_value ? buf_str(&s->text) : STR_NONE, &s->err));
	} else if (strcmp(tag, "row") == 0 && s->to.row_end != NULL)
		fail(s, s->to.row_end(s->to.ctx, s->row, &s->err));
	else if (strcmp(tag, "si") == 0 && s->to.string != NULL)
		fail(s, s->to.string(s->to.ctx, buf_str(&s->text), &s->err));
}

static void
on_text(void *ctx, const xmlChar *text, int n)
{
	struct xlsx_scan *s = ctx;

	if (s->in_text && s->st == ST_OK)
		fail(s, buf_add(&s->text, text, (size_t)n, &s->err));
}

static void
on_subset(void *ctx, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name, (void)external, (void)system;
	refuse(ctx, "DOCTYPE");
}

static void
on_error(void *ctx, xmlErrorPtr e)
{
	(void)ctx;
	(void)e; /* told by xlsx_scan_feed */
}

enum status
xlsx_scan_open(struct xlsx_scan **out, const char *path, const struct xlsx_scan_to *to, struct err *err)
{
	struct xlsx_scan *s = mem_get(1, sizeof(*s), err);
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC, .internalSubset = on_subset, .startElementNs = on_start, .endElementNs = on_end,
		.characters = on_text, .cdataBlock = on_text, .serror = on_error };

	*out = s;
	if (s == NULL)
		return ST_NOMEM;
	s->path = path;
	s->to = *to;
	err_init(&s->err);
	buf_init(&s->text, XLSX_TEXT_MAX);
	if ((s->parser = xmlCreatePushParserCtxt(&sax, s, NULL, 0, NULL)) == NULL) {
		mem_free(s);
		*out = NULL;
		return err_oom(err, 0);
	}
	(void)xmlCtxtUseOptions(s->parser, XML_PARSE_NONET | XML_PARSE_HUGE); /* huge: a sheet may be; without entities nothing grows */
	return ST_OK;
}

static enum status
answer(struct xlsx_scan *s, int code, struct err *err)
{
	const xmlError *e = xmlCtxtGetLastError(s->parser);

	if (s->st != ST_OK) {
		if (err != NULL)
			*err = s->err;
		return s->st;
	}
	if (code == XML_ERR_NO_MEMORY)
		return err_oom(err, 0);
	if (code != XML_ERR_OK)
		return err_set(err, ST_INPUT, _("%s: row %u is not XML: %.*s"), s->path, s->row,
		    e == NULL || e->message == NULL ? 0 : (int)strcspn(e->message, "\n"), e == NULL || e->message == NULL ? "" : e->message);
	return ST_OK;
}

enum status
xlsx_scan_feed(struct xlsx_scan *s, const void *p, size_t n, struct err *err)
{
	const char *at = p;
	enum status st = ST_OK;

	while (st == ST_OK && n > 0) {
		const int piece = n > INT_MAX / 2 ? INT_MAX / 2 : (int)n;

		st = answer(s, xmlParseChunk(s->parser, at, piece, 0), err);
		at += piece;
		n -= (size_t)piece;
	}
	return st;
}

enum status
xlsx_scan_finish(struct xlsx_scan *s, struct err *err)
{
	return answer(s, xmlParseChunk(s->parser, NULL, 0, 1), err);
}

void
xlsx_scan_close(struct xlsx_scan *s)
{
	if (s == NULL)
		return;
	if (s->parser->myDoc != NULL)
		xmlFreeDoc(s->parser->myDoc);
	xmlFreeParserCtxt(s->parser);
	buf_free(&s->text);
	mem_free(s);
}
