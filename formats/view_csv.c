/* view_csv.c: the tables made again from the records of an archive, and read back. */
#include "formats/csv_read.h"
#include "formats/tables.h"

#include "core/i18n.h"

struct making {
	const struct view_input *in;
	struct tables *tables;
};

static enum status
each_record(void *ctx, const struct record *rec, struct err *err)
{
	return tables_put(((struct making *)ctx)->tables, rec, err);
}

static enum status
each_stream(void *ctx, const char *stream, struct err *err)
{
	struct making *m = ctx;

	return m->in->records->run(m->in->records, stream, each_record, m, err);
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct making m = { in, NULL };
	enum status st;

	if ((st = tables_open(&m.tables, in->opt, place, err)) == ST_OK && (st = in->records->streams(in->records, each_stream, &m, err)) == ST_OK)
		st = tables_finish(m.tables, err);
	tables_close(m.tables);
	return st;
}

static bool
owns(const char *path)
{
	char stream[TABLES_STREAM];

	return tables_stream(path, ".csv", stream);
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	char stream[TABLES_STREAM];

	if (!tables_stream(path, ".csv", stream))
		return err_set(err, ST_INPUT, _("%s: not the path of a table"), path);
	return csv_read_ids(fd, path, stream, found, err);
}

const struct view_family csv_view = { "csv", N_("tables of every stream, messages by month"), TABLES_KINDS, VIEW_USUAL, make, owns, read_back, { 0, 0, 0 } };
