/* sink.c: sinks into memory and into a descriptor. */
#include "core/sink.h"

#include "core/fs.h"
#include "core/i18n.h"

static enum status
mem_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct sink_mem *m = (struct sink_mem *)s;
	enum status st;

	if ((st = buf_add(m->to, p, n, err)) == ST_OK)
		s->n_bytes += n;
	return st;
}

void
sink_mem_init(struct sink_mem *m, struct buf *to)
{
	m->sink.write = mem_write;
	m->sink.n_bytes = to->n;
	m->to = to;
}

static enum status
fd_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct sink_fd *f = (struct sink_fd *)s;
	enum status st;

	if (f->failed)		/* part of an earlier call may be missing: nothing may follow it */
		return err_set(err, ST_IO, _("%s: an earlier write has failed"), f->name);
	if ((st = fs_write_all(f->fd, f->name, p, n, err)) != ST_OK) {
		f->failed = true;
		return st;
	}
	s->n_bytes += n;
	return ST_OK;
}

void
sink_fd_init(struct sink_fd *f, int fd, const char *name)
{
	f->sink.write = fd_write;
	f->sink.n_bytes = 0;
	f->fd = fd;
	f->name = name;
	f->failed = false;
}
