/* package_segment.c: data/ of a redacted copy (archive format 4.5): whole segments, some lines of them only hashes, and the files of those that are shown. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "archive/package_parts.h"
#include "archive/records_check.h"
#include "core/i18n.h"
#include "core/mem.h"

struct segment { struct checking *c; struct package_item *it; struct tree tree; struct digest leaf; struct buf held; };

/* A shown record names a file that lies in the copy: remember it; it counts once the segment is proven. */
static enum status
note_file(struct checking *c, struct str line, struct err *err)
{
	struct shown_file f, *grown;
	struct stat sb;
	enum status st;

	arena_reset(&c->arena);
	if ((st = package_attachment(line, &c->arena, f.path, f.sha256, err)) != ST_OK)
		return st == ST_END || st == ST_UNSURE ? ST_OK : st;
	if (strncmp(f.path, "data/files/", 11) != 0 || fstatat(c->dir, f.path, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return ST_OK;
	if (c->n_files == c->files_room) {
		const size_t room = c->files_room == 0 ? 64 : c->files_room * 2;

		if ((grown = mem_grow(c->files, room, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		c->files = grown;
		c->files_room = room;
	}
	c->files[c->n_files++] = f;
	return ST_OK;
}

static enum status
take_line(struct segment *s, struct str line, struct err *err)
{
	unsigned char leaf[32];
	enum status st;

	if (s->it->count == RECORDS_SEGMENT_MAX)
		return err_set(err, ST_CORRUPT, _("a segment has more than %u records"), RECORDS_SEGMENT_MAX);
	if (package_is_redacted(line, leaf)) {
		s->it->n_redacted++;
		st = ST_OK;
	} else if ((st = records_check_line(&s->c->form, line, err)) == ST_OK && (st = tree_leaf(&s->leaf, line.p, line.n, leaf, err)) == ST_OK)
		st = note_file(s->c, line, err);
	if (st != ST_OK)
		return st;
	s->it->count++;
	return tree_add(&s->tree, &s->c->digest, leaf, err);
}

static enum status
take_bytes(struct segment *s, const char *p, size_t n, struct err *err)
{
	const char *end = p + n, *lf;
	enum status st = ST_OK;

	while (p < end && st == ST_OK) {
		const size_t part = (lf = memchr(p, '\n', (size_t)(end - p))) == NULL ? (size_t)(end - p) : (size_t)(lf - p);

		if (part > LIMIT_RECORD - s->held.n)
			return err_set(err, ST_CORRUPT, _("a record is longer than 16 MiB"));
		st = buf_add(&s->held, p, part, err);
		if (st == ST_OK && lf != NULL && (st = take_line(s, buf_str(&s->held), err)) == ST_OK)
			buf_clear(&s->held);
		p += part + 1;
	}
	return st;
}

static enum status
read_segment(struct segment *s, int dir, const char *name, struct err *err)
{
	unsigned char root[32];
	char chunk[16384];
	struct stat sb;
	ssize_t got = 1;
	enum status st;
	int fd;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(sb.st_mode))
		return err_set(err, ST_CORRUPT, _("%s is not a regular file"), name);
	if ((st = fs_open_read(dir, name, &fd, err)) != ST_OK)
		return st;
	while (st == ST_OK && got > 0) {
		do
			got = read(fd, chunk, sizeof(chunk));
		while (got < 0 && errno == EINTR);
		st = got < 0 ? err_sys(err, _("cannot read %s"), name) : take_bytes(s, chunk, (size_t)got, err);
	}
	fs_drop(&fd);
	if (st == ST_OK && s->held.n > 0)
		st = err_set(err, ST_CORRUPT, _("the last record of a segment has no line end"));
	if (st == ST_OK && s->it->count == 0)
		st = err_set(err, ST_CORRUPT, _("a segment without records"));
	if (st == ST_OK && (st = tree_root(&s->tree, &s->c->digest, root, err)) == ST_OK && !sealed_is(&s->c->sealed, s->it->segment, s->it->count, root))
		st = err_set(err, ST_CORRUPT, _("root and count of this segment are not those of record-segments.tsv"));
	return st;
}

static enum status
check_segment(struct checking *c, int dir, const char *stream, const char *name, struct err *err)
{
	struct package_item it = { .whole = true };
	struct segment s = { .c = c, .it = &it };
	const size_t n_files = c->n_files;
	struct str view;
	uint64_t number;
	enum status st;

	if ((size_t)snprintf(it.segment, sizeof(it.segment), "data/records/%s/%s", stream, name) >= sizeof(it.segment) ||
	    !proof_segment_ok(str_of(it.segment), &view, &number)) {
		it.name = name;
		it.segment[0] = '\0';
		return package_answer(c, &it, package_misplaced(name, err), err);
	}
	it.name = it.segment;
	tree_init(&s.tree);
	buf_init(&s.held, LIMIT_RECORD + 1);
	st = read_segment(&s, dir, name, err);
	buf_free(&s.held);
	digest_free(&s.leaf);
	if (st != ST_OK)
		c->n_files = n_files;	/* what its lines name counts for nothing */
	return package_answer(c, &it, st, err);
}

/* Every entry of the directory ${name} of ${dir}, in the order of its bytes. */
static enum status
each_entry(struct checking *c, int dir, const char *name, enum status (*each)(struct checking *, int dir, const char *below, const char *name, struct err *), struct err *err)
{
	struct package_item it = { .name = name };
	enum status st;
	char **names;
	size_t n, i;
	int fd;

	if ((st = package_enter(dir, name, &fd, err)) != ST_OK)
		return package_answer(c, &it, st, err);
	if ((st = fs_list(fd, &names, &n, err)) == ST_OK) {
		for (i = 0; i < n && st == ST_OK; i++)
			st = each(c, fd, name, names[i], err);
		fs_list_free(names, n);
	}
	fs_drop(&fd);
	return st;
}

static enum status
check_stream(struct checking *c, int dir, const char *below, const char *name, struct err *err)
{
	(void)below;
	return each_entry(c, dir, name, check_segment, err);
}

static enum status
check_file(struct checking *c, int dir, const char *below, const char *name, struct err *err)
{
	struct package_item it = { .name = name, .file = true };
	unsigned char hash[32];
	char path[LIMIT_PATH + 1];
	enum status st;
	size_t i;

	if ((size_t)snprintf(path, sizeof(path), "data/files/%s/%s", below, name) >= sizeof(path))
		return package_answer(c, &it, package_misplaced(name, err), err);
	it.name = path;
	if ((st = package_hash(dir, name, hash, err)) == ST_OK) {
		for (i = 0; i < c->n_files && (strcmp(c->files[i].path, path) != 0 || memcmp(c->files[i].sha256, hash, 32) != 0); i++)
			;
		if (i == c->n_files)
			st = err_set(err, ST_CORRUPT, _("no record that is shown names this file with this SHA-256"));
	}
	return package_answer(c, &it, st, err);
}

static enum status
check_files(struct checking *c, int dir, const char *below, const char *name, struct err *err)
{
	(void)below;
	return each_entry(c, dir, name, check_file, err);
}

static enum status
check_data(struct checking *c, int dir, const char *below, const char *name, struct err *err)
{
	struct package_item it = { .name = name };

	(void)below;
	if (strcmp(name, "records") == 0)
		return each_entry(c, dir, name, check_stream, err);
	if (strcmp(name, "files") == 0)
		return ST_OK;	/* once the records are known */
	return package_answer(c, &it, package_misplaced(name, err), err);
}

enum status
package_check_segments(struct checking *c, struct err *err)
{
	struct package_item it = { .name = "data" };
	struct stat sb;
	enum status st;
	int dir;

	if ((st = each_entry(c, c->dir, "data", check_data, err)) != ST_OK || (st = package_enter(c->dir, "data", &dir, err)) != ST_OK)
		return st == ST_CORRUPT ? package_answer(c, &it, st, err) : st;
	if (fstatat(dir, "files", &sb, AT_SYMLINK_NOFOLLOW) == 0)
		st = each_entry(c, dir, "files", check_files, err);
	fs_drop(&dir);
	if (st == ST_OK && c->report->n_items == 0)
		st = package_answer(c, &it, err_set(err, ST_CORRUPT, _("the package shows no record")), err);
	return st;
}
