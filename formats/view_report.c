/* view_report.c: the completeness certificate and the list of gaps. */
#include "formats/view_report.h"

#include "core/i18n.h"
#include "formats/csv.h"
#include "formats/csv_read.h"
#include "formats/report_html.h"
#include "formats/view_certificate.h"

#define REPORT_JSON "data/report/completeness.json"
#define REPORT_GAPS "data/report/gaps.csv"

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	return csv_format.put(ctx, rec, err);
}

static enum status
gaps(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct writer *w = NULL;
	struct sink *sink;
	enum status st;

	if ((st = place->begin(place, REPORT_GAPS, &sink, err)) == ST_OK && (st = csv_format.open(&w, REC_GAP, in->opt, sink, err)) == ST_OK &&
	    (st = in->records->run(in->records, "gaps", each, w, err)) == ST_OK &&
	    (st = in->records->run(in->records, "limits", each, w, err)) == ST_OK && (st = csv_format.finish(w, err)) == ST_OK)
		st = place->end(place, err);
	csv_format.close(w);
	return st;
}

static enum status
certificate(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct sink *sink;
	enum status st;

	if (in->opt->report.p == NULL)
		return ST_OK;
	if ((st = place->begin(place, REPORT_JSON, &sink, err)) != ST_OK ||
	    (st = sink_write(sink, in->opt->report.p, in->opt->report.n, err)) != ST_OK)
		return st;
	return place->end(place, err);
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	enum status st = certificate(in, place, err);

	if (st != ST_OK || (st = report_html(in, place, err)) != ST_OK || (st = gaps(in, place, err)) != ST_OK)
		return st;
	return in->opt->no_pdf ? ST_OK : certificate_make(in, place, err);
}

static bool
owns(const char *path)
{
	return strcmp(path, REPORT_GAPS) == 0;
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	return csv_read_ids(fd, path, NULL, found, err);
}

const struct view_family report_view = { "report", N_("the completeness certificate and the list of gaps"), 1u << REC_GAP | 1u << REC_LIMIT, VIEW_USUAL,
	make, owns, read_back, { 100, 200, 200u << 10 } };
