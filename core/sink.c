/* sink.c: sinks into memory and into a descriptor. */
#include "core/sink.h"

#include "core/fs.h"
#include "core/i18n.h"

static enum status
mem_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	enum status st = buf_add(((struct sink_mem *)s)->to, p, n, err);

	if (st == ST_OK)
		s->n_bytes += n;
	return st;
}

void
sink_mem_init(struct sink_mem *s, struct buf *to)
{
	s->sink.write = mem_write;
	s->sink.n_bytes = 0;
	s->to = to;
}

static enum status
fd_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct sink_fd *f = (struct sink_fd *)s;
	enum status st;

	if (f->failed)
		return err_set(err, ST_IO, _("%s: an earlier write failed"), f->name);
	if ((st = fs_write_all(f->fd, f->name, p, n, err)) != ST_OK)
		f->failed = true;
	else
		s->n_bytes += n;
	return st;
}

void
sink_fd_init(struct sink_fd *s, int fd, const char *name)
{
	s->sink.write = fd_write;
	s->sink.n_bytes = 0;
	s->fd = fd;
	s->name = name;
	s->failed = false;
}
