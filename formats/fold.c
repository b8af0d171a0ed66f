/* fold.c: see fold.h. */
#include "formats/fold.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/limits.h"

enum status
fold_line(struct str line, size_t width, const char *end, struct buf *out, struct err *err)
{
	enum status st;
	size_t room = width, n;

	for (;;) {
		n = line.n < room ? line.n : room;
		/* Back to where a character begins; bytes that are no character are cut where they stand. */
		if (n < line.n)
			while (n + 4 > room && n > 1 && ((unsigned char)line.p[n] & 0xC0) == 0x80)
				n--;
		if ((st = buf_add(out, line.p, n, err)) != ST_OK || (st = buf_addz(out, end, err)) != ST_OK)
			return st;
		line.p += n;
		line.n -= n;
		if (line.n == 0)
			return ST_OK;
		if ((st = buf_putc(out, ' ', err)) != ST_OK)
			return st;
		room = width - 1;
	}
}

static enum status
ahead(struct unfold *u, struct err *err)
{
	if ((u->n_next = getline(&u->next, &u->room, u->f)) < 0)
		return ferror(u->f) ? err_sys(err, _("cannot read %s"), u->path) : ST_OK;
	if (u->n_next > 0 && u->next[u->n_next - 1] == '\n')
		u->n_next--;
	if (u->n_next > 0 && u->next[u->n_next - 1] == '\r')
		u->n_next--;
	return ST_OK;
}

enum status
unfold_open(struct unfold *u, int fd, const char *path, struct err *err)
{
	int own = dup(fd);

	*u = (struct unfold){ .path = path };
	buf_init(&u->line, 16 * LIMIT_RECORD);
	if (own < 0 || (u->f = fdopen(own, "r")) == NULL) {
		if (own >= 0)
			close(own);
		return err_sys(err, _("cannot read %s"), path);
	}
	rewind(u->f);
	return ahead(u, err);
}

enum status
unfold_next(struct unfold *u, struct str *line, struct err *err)
{
	enum status st;

	if (u->n_next < 0)
		return ST_END;
	buf_clear(&u->line);
	if ((st = buf_add(&u->line, u->next, (size_t)u->n_next, err)) != ST_OK)
		return st;
	while ((st = ahead(u, err)) == ST_OK && u->n_next > 0 && (u->next[0] == ' ' || u->next[0] == '\t'))
		if ((st = buf_add(&u->line, u->next + 1, (size_t)u->n_next - 1, err)) != ST_OK)
			return st;
	*line = buf_str(&u->line);
	return st;
}

void
unfold_close(struct unfold *u)
{
	if (u->f != NULL)
		fclose(u->f);
	free(u->next);
	buf_free(&u->line);
}
