/* sealed_iter.c: see sealed_iter.h. */
#include "cmd/sealed_iter.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/stop.h"

#define LOOK_AT_SIGNALS	1024u	/* records */

/* --- records --- */

struct running {
	struct sealed_iter *s;
	const char	*stream;
	enum status	(*each)(void *ctx, const struct record *, struct err *);
	void		*ctx;
	struct arena	 arena;
};

static enum status
give(void *ctx, uint32_t index, struct str line, struct err *err)
{
	struct running *r = ctx;
	struct record rec;
	enum status st;

	(void)index;
	if (++r->s->n_records % LOOK_AT_SIGNALS == 0 && (st = stop_check(err)) != ST_OK)
		return st;
	arena_reset(&r->arena);
	if ((st = record_decode(line, &r->arena, &rec, err)) != ST_OK)
		return st == ST_INPUT ? err_set(err, ST_UNSURE, _("a record of the stream %s is of a form that this program does not know"), r->stream) : st;
	rec.stream = r->stream;
	return r->each(r->ctx, &rec, err);
}

static enum status
run(struct record_iter *iter, const char *stream, enum status (*each)(void *ctx, const struct record *, struct err *), void *ctx, struct err *err)
{
	struct sealed_iter *s = (struct sealed_iter *)iter;
	struct running r = { .s = s, .stream = stream, .each = each, .ctx = ctx };
	struct sealed_segment g = { .at = 0 };
	enum status st = stop_check(err);

	arena_init(&r.arena, LIMIT_ARENA);
	while (st == ST_OK && sealed_next(lookup_sealed(s->l), &g))
		if (strcmp(g.stream, stream) == 0)
			st = lookup_segment(s->l, &g, give, &r, err);
	arena_free(&r.arena);
	return st;
}

static enum status
streams(struct record_iter *iter, enum status (*each)(void *ctx, const char *stream, struct err *), void *ctx, struct err *err)
{
	struct sealed_iter *s = (struct sealed_iter *)iter;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < s->n_names && st == ST_OK; i++)
		st = each(ctx, s->names[i], err);
	return st;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static enum status
add_name(struct sealed_iter *s, size_t *room, const char *name, struct err *err)
{
	void *grown;

	if (s->n_names > 0 && strcmp(s->names[s->n_names - 1], name) == 0)
		return ST_OK;
	if (s->n_names == *room) {
		*room = *room == 0 ? 16 : *room * 2;
		if ((grown = mem_grow(s->names, *room, sizeof(*s->names), err)) == NULL)
			return ST_NOMEM;
		s->names = grown;
	}
	memcpy(s->names[s->n_names++], name, strlen(name) + 1);
	return ST_OK;
}

/* --- attachments --- */

uint64_t
sealed_file_number(struct str path)
{
	uint64_t n = 0;
	size_t i;

	if (!str_has_prefix(path, "data/files/") || path.n < 27 || path.p[17] != '/')
		return 0;
	for (i = 18; i < 27; i++) {
		if (path.p[i] < '0' || path.p[i] > '9')
			return 0;
		n = n * 10 + (uint64_t)(path.p[i] - '0');
	}
	return n;
}

enum status
sealed_mark(unsigned char **marks, size_t *n_marks, uint64_t number, struct err *err)
{
	const size_t at = (size_t)(number / 8);
	size_t want = *n_marks == 0 ? 1024 : *n_marks;
	unsigned char *grown;

	while (at >= want)
		want *= 2;
	if (want > *n_marks) {
		if ((grown = mem_grow(*marks, want, 1, err)) == NULL)
			return ST_NOMEM;
		memset(grown + *n_marks, 0, want - *n_marks);
		*marks = grown;
		*n_marks = want;
	}
	(*marks)[at] |= (unsigned char)(1u << number % 8);
	return ST_OK;
}

bool
sealed_is_marked(const unsigned char *marks, size_t n_marks, uint64_t number)
{
	return number / 8 < n_marks && (marks[number / 8] >> number % 8 & 1) != 0;
}

static enum status
mark(void *ctx, const struct record *rec, struct err *err)
{
	struct sealed_iter *s = ctx;
	uint64_t number;

	if (rec->kind != REC_FILE || !str_is(record_get(rec, "of_stream"), "approvals") || (number = sealed_file_number(record_get(rec, "path"))) == 0)
		return ST_OK;
	return sealed_mark(&s->marks, &s->n_marks, number, err);
}

/* As an export looks at them (run_blobs.c). */
static bool
is_picture(int fd)
{
	unsigned char head[8];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	    (memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0 || memcmp(head, "\xff\xd8\xff", 3) == 0);
}

static enum status
copy_out(int fd, const char *path, uint64_t max, struct sink *to, struct err *err)
{
	const off_t length = lseek(fd, 0, SEEK_END);
	char chunk[16384];
	enum status st = ST_OK;
	uint64_t at, n;

	if (length < 0)
		return err_sys(err, _("cannot read %s"), path);
	if ((uint64_t)length > max)
		return err_set(err, ST_LIMIT, _("%s is larger than %ju bytes"), path, (uintmax_t)max);
	for (at = 0; st == ST_OK && at < (uint64_t)length; at += n) {
		n = (uint64_t)length - at < sizeof(chunk) ? (uint64_t)length - at : sizeof(chunk);
		if ((st = fs_pread_all(fd, path, chunk, (size_t)n, at, err)) == ST_OK)
			st = sink_write(to, chunk, (size_t)n, err);
	}
	return st;
}

static enum status
read_blob(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	struct sealed_iter *s = (struct sealed_iter *)(void *)((char *)b - offsetof(struct sealed_iter, blobs));
	const uint64_t number = sealed_file_number(path);
	char name[LIMIT_PATH + 1];
	enum status st;

	if (!s->marked && (st = run(&s->iter, "files", mark, s, err)) != ST_OK)
		return st;
	s->marked = true;
	if (number == 0 || path.n > LIMIT_PATH || !sealed_is_marked(s->marks, s->n_marks, number))
		return ST_END;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	if (s->spool < 0 && (st = fs_nameless(-1, &s->spool, err)) != ST_OK)
		return st;
	if ((st = lookup_payload(s->l, name, VIEW_PICTURE_MAX, s->spool, err)) != ST_OK)
		return st == ST_LIMIT ? ST_END : st;
	return is_picture(s->spool) ? copy_out(s->spool, name, max, to, err) : ST_END;
}

static enum status
read_file(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	struct sealed_iter *s = (struct sealed_iter *)(void *)((char *)b - offsetof(struct sealed_iter, files));
	char name[LIMIT_PATH + 1];
	enum status st;

	if (path.n > LIMIT_PATH || sealed_file_number(path) == 0)
		return ST_END;
	memcpy(name, path.p, path.n);
	name[path.n] = '\0';
	if ((s->spool < 0 && (st = fs_nameless(-1, &s->spool, err)) != ST_OK) || (st = lookup_payload(s->l, name, max, s->spool, err)) != ST_OK)
		return st;
	return copy_out(s->spool, name, max, to, err);
}

/* --- life --- */

enum status
sealed_iter_open(struct sealed_iter *s, struct lookup *l, struct err *err)
{
	struct sealed_segment g = { .at = 0 };
	enum status st = ST_OK;
	size_t room = 0, i, n;

	memset(s, 0, sizeof(*s));
	s->iter = (struct record_iter){ run, streams };
	s->blobs = (struct view_blobs){ read_blob };
	s->files = (struct view_blobs){ read_file };
	s->l = l;
	s->spool = -1;
	while (st == ST_OK && sealed_next(lookup_sealed(l), &g))
		st = add_name(s, &room, g.stream, err);
	if (s->n_names > 1)
		qsort(s->names, s->n_names, sizeof(*s->names), by_name);
	for (i = n = 0; i < s->n_names; i++)
		if (i == 0 || strcmp(s->names[n - 1], s->names[i]) != 0)
			memmove(s->names[n++], s->names[i], sizeof(*s->names));
	s->n_names = n;
	return st;
}

void
sealed_iter_close(struct sealed_iter *s)
{
	if (s->l == NULL)
		return;
	mem_free(s->names);
	mem_free(s->marks);
	fs_drop(&s->spool);
	s->l = NULL;
}
