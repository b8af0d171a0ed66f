/* browse_extract.c: members to files in one more reading of all. */
#include "archive/browse.h"
#include "archive/extract.h"

static enum status
begin(void *ctx, const struct browse_member *m, bool *wanted, struct err *err)
{
	*wanted = extract_selected(ctx, m->path);
	return *wanted ? extract_begin(ctx, m->path, err) : ST_OK;
}

static enum status
data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct extraction *x = ctx;

	return fs_write_all(x->fd, x->name, p, n, err);
}

static enum status
end(void *ctx, const struct browse_member *m, struct err *err)
{
	return extract_end(ctx, m->path, err);
}

enum status
browse_extract(struct browse *b, int dir, const char *const *paths, size_t n, uint64_t *n_files, struct err *err)
{
	struct extraction x;
	const struct browse_visit v = { &x, begin, data, end };
	enum status st;

	*n_files = 0;
	if ((st = extract_init(&x, dir, paths, n, err)) != ST_OK)
		return st;
	st = extract_finish(&x, browse_walk(b, &v, err), err);
	*n_files = x.n_files;
	return st;
}
