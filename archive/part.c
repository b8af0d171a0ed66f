/* part.c: see part.h. */
#include "archive/part.h"

#define WAIT_MAX	((size_t)32 << 10)

enum status
part_open(struct part *p, int dir, const char *name, uint64_t length, struct err *err)
{
	buf_init(&p->wait, WAIT_MAX);
	p->name = name;
	p->n = length;
	p->dirty = false;
	return fs_open_append(dir, name, length, &p->fd, err);
}

enum status
part_flush(struct part *p, struct err *err)
{
	enum status st;

	if (p->wait.n == 0)
		return ST_OK;
	if ((st = fs_write_all(p->fd, p->name, p->wait.p, p->wait.n, err)) == ST_OK)
		buf_clear(&p->wait);
	return st;
}

enum status
part_add(struct part *p, const void *bytes, size_t n, struct err *err)
{
	enum status st;

	p->dirty = true;
	if (n > WAIT_MAX - p->wait.n && (st = part_flush(p, err)) != ST_OK)
		return st;
	st = n > WAIT_MAX ? fs_write_all(p->fd, p->name, bytes, n, err) : buf_add(&p->wait, bytes, n, err);
	if (st == ST_OK)
		p->n += n;
	return st;
}

enum status
part_sync(struct part *p, struct err *err)
{
	enum status st;

	if (!p->dirty)
		return ST_OK;
	if ((st = part_flush(p, err)) == ST_OK && (st = fs_sync(p->fd, p->name, err)) == ST_OK)
		p->dirty = false;
	return st;
}

void
part_close(struct part *p)
{
	fs_drop(&p->fd);
	buf_free(&p->wait);
}
