/* lookup.c: opening by index or by a full read; files.  Records are in lookup_records.c. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/lookup_parts.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/mem.h"

enum status
lookup_seek(struct lookup *l, uint64_t from, enum status (*put)(void *ctx, const unsigned char *, size_t, struct err *), void *ctx, struct err *err)
{
	struct tarseek t = { .fd = l->fd, .name = l->path, .gzip = index_gzip(l->index), .from = from, .put = put, .ctx = ctx };
	enum status st = index_member(l->index, from, &t.file_at, &t.tar_at, err);

	return st == ST_OK ? tarseek_run(&t, err) : st;
}

/* --- the tail: record-segments.tsv and what follows it --- */

struct tail { struct lookup *l; struct reader reader; struct buf file; char path[101]; bool wanted; };

static enum status
tail_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct tail *t = ctx;

	(void)at;
	if (t->path[0] == '\0' && strcmp(path, SEALED_SEGMENTS) != 0)
		return err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
	memcpy(t->path, path, strlen(path) + 1);
	t->wanted = strcmp(path, SEALED_SEGMENTS) == 0 || strcmp(path, SEALED_TAGMANIFEST) == 0 || strncmp(path, "seal/", 5) == 0;
	buf_clear(&t->file);
	if (t->wanted && size > t->file.max)
		return err_set(err, ST_UNSURE, _("%s is larger than %ju bytes"), path, (uintmax_t)t->file.max);
	return ST_OK;
}

static enum status
tail_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct tail *t = ctx;

	return t->wanted ? buf_add(&t->file, p, n, err) : ST_OK;
}

static enum status
tail_end(void *ctx, struct err *err)
{
	struct tail *t = ctx;

	return t->wanted ? sealed_take(&t->l->sealed, t->path, buf_str(&t->file), err) : ST_OK;
}

static enum status
tail_tar(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct tail *t = ctx;
	enum status st = reader_push(&t->reader, p, n, err);

	return st == ST_OK && t->reader.state == READER_END ? ST_END : st;
}

/* The seal and its surroundings, as the index says where they are; judged into ${report}. */
static enum status
read_tail(struct lookup *l, struct verify_report *report, struct err *err)
{
	struct tail t = { .l = l };
	const struct reader_events events = { &t, tail_entry, tail_data, tail_end };
	enum status st;

	sealed_free(&l->sealed);
	sealed_init(&l->sealed);
	buf_init(&t.file, SEALED_SEGMENTS_MAX);
	reader_init(&t.reader, &events);
	if ((st = lookup_seek(l, index_tail(l->index), tail_tar, &t, err)) == ST_OK && (st = sealed_judge(&l->sealed, l->trust, l->now_ms, report, err)) == ST_OK &&
	    (report->verdict == VERDICT_INVALID || memcmp(report->seal_sha256, index_seal(l->index), 32) != 0))
		st = err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
	reader_free(&t.reader);
	buf_free(&t.file);
	return st;
}

/* --- opening --- */

/* Read everything, judge it, make the index anew; beside the archive unless ${apart}. */
static enum status
read_all(struct lookup *l, bool apart, struct verify_report *report, struct err *err)
{
	struct index_build *b;
	struct verify_taps taps;
	struct verify_report tail;
	enum status st;

	index_close(l->index);
	l->index = NULL;
	l->group.there = false;
	if ((st = index_build_begin(&b, l->fd, &taps, err)) != ST_OK)
		return st;
	log_say(LOG_DEBUG_, "%s: read in full", l->path);
	st = apart ? verify_with_key(l->path, l->trust, l->key, l->now_ms, &taps, report, err) :
	    verify_archive(l->path, l->trust, l->now_ms, &taps, report, err);
	if (st == ST_OK && report->verdict == VERDICT_INVALID)
		st = err_set(err, ST_CORRUPT, _("INVALID, nothing of it is shown: %s"), verify_report_why(report));
	else if (st == ST_OK && (report->pending || !report->seal_ok))
		st = err_set(err, ST_UNSURE, _("INDETERMINATE, nothing of it is given out: %s"), verify_report_why(report));
	if (st == ST_OK && (st = index_build_end(b, apart ? NULL : l->path, report->seal_sha256, &l->index, err)) == ST_OK && (st = read_tail(l, &tail, err)) == ST_CORRUPT)
		st = err_set(err, ST_CORRUPT, _("%s changed since it was verified"), l->path);
	if (st == ST_OK && l->opened && memcmp(l->seal_sha256, report->seal_sha256, 32) != 0)
		st = err_set(err, ST_CORRUPT, _("%s changed since it was verified"), l->path);
	index_build_free(b);
	l->fresh = st == ST_OK;
	return st;
}

/* By the index beside the archive; ST_END: there is none that is of use. */
static enum status
open_index(struct lookup *l, struct verify_report *report, struct err *err)
{
	struct err quiet;
	struct buf name;
	enum status st;
	int fd;

	err_init(&quiet);
	buf_init(&name, 8192);
	if ((st = index_path(l->path, &name, err)) == ST_OK)
		st = fs_open_read(AT_FDCWD, name.p, &fd, &quiet) != ST_OK ? ST_END : index_open(&l->index, fd, l->fd, err);
	if (st == ST_OK && (st = read_tail(l, report, &quiet)) == ST_OK && !report->seal_ok)
		st = ST_END;
	if (st == ST_CORRUPT || st == ST_UNSURE || st == ST_LIMIT || st == ST_IO) {
		log_say(LOG_DEBUG_, "%s: %s", name.p, quiet.text);
		st = ST_END;
	}
	buf_free(&name);
	return st;
}

static enum status
new_lookup(struct lookup **out, const char *path, const struct trust *trust, int64_t now_ms, struct err *err)
{
	struct lookup *l = mem_get(1, sizeof(*l), err);
	const size_t n = strlen(path) + 1;
	enum status st = ST_NOMEM;

	*out = l;
	if (l == NULL)
		return ST_NOMEM;
	l->fd = l->payload.manifest = l->payload.places = -1;
	l->trust = trust;
	l->now_ms = now_ms;
	sealed_init(&l->sealed);
	arena_init(&l->arena, LIMIT_ARENA);
	buf_init(&l->group.text, RECORDS_SEGMENT_BYTES);
	if ((l->path = mem_get(1, n, err)) != NULL) {
		memcpy(l->path, path, n);
		st = fs_open_read(AT_FDCWD, path, &l->fd, err);
	}
	return st;
}

static enum status
opened(struct lookup *l, const struct verify_report *report, enum status st, struct lookup **out)
{
	if (st != ST_OK) {
		lookup_close(l);
		return st;
	}
	memcpy(l->seal_sha256, report->seal_sha256, 32);
	l->verdict = report->verdict;
	l->opened = true;
	*out = l;
	return ST_OK;
}

enum status
lookup_open(struct lookup **out, const char *path, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
{
	struct lookup *l;
	enum status st;

	*out = NULL;
	if ((st = new_lookup(&l, path, trust, now_ms, err)) == ST_OK && (st = open_index(l, report, err)) == ST_END)
		st = read_all(l, false, report, err);
	return opened(l, report, st, out);
}

enum status
lookup_judge(struct lookup **out, const char *path, const struct trust *trust, const struct crypt_key *key, int64_t now_ms, struct verify_report *report,
    struct err *err)
{
	struct lookup *l = NULL;
	enum status st;

	*out = NULL;
	memset(report, 0, sizeof(*report));
	if (strlen(path) > strlen(".partial") && strcmp(path + strlen(path) - strlen(".partial"), ".partial") == 0)
		return verify_with_key(path, trust, key, now_ms, NULL, report, err);
	if ((st = new_lookup(&l, path, trust, now_ms, err)) == ST_OK) {
		if (key != NULL)
			lookup_use_key(l, key);
		st = read_all(l, true, report, err);
	}
	st = opened(l, report, st, out);
	/* What was judged is in the report, and nothing of it is given out. */
	return (st == ST_CORRUPT && report->verdict == VERDICT_INVALID) || (st == ST_UNSURE && report->verdict == VERDICT_INDETERMINATE) ? ST_OK : st;
}

void
lookup_close(struct lookup *l)
{
	if (l == NULL)
		return;
	index_close(l->index);
	sealed_free(&l->sealed);
	fs_drop(&l->payload.manifest);
	fs_drop(&l->payload.places);
	buf_free(&l->group.text);
	lookup_crypt_free(l);
	digest_free(&l->digest);
	arena_free(&l->arena);
	fs_drop(&l->fd);
	mem_free(l->path);
	mem_free(l);
}

const struct sealed *lookup_sealed(const struct lookup *l) { return &l->sealed; }
enum verdict lookup_verdict(const struct lookup *l) { return l->verdict; }
bool lookup_read_in_full(const struct lookup *l) { return l->fresh; }

enum status
lookup_renew(struct lookup *l, struct err *err)
{
	struct verify_report report;

	l->whole.there = false;
	if (l->fresh)
		return err_set(err, ST_CORRUPT, _("%s changed since it was verified"), l->path);
	return read_all(l, false, &report, err);
}

enum status
lookup_all(struct lookup *l, struct err *err)
{
	return l->fresh ? ST_OK : lookup_renew(l, err);
}

/* --- files --- */

struct file { struct lookup *l; const char *path; int fd; struct reader reader; bool right, done; };

static enum status
file_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct file *f = ctx;

	(void)size;
	(void)at;
	return strcmp(path, f->path) == 0 ? digest_begin(&f->l->digest, DIGEST_SHA256, err) : err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
}

static enum status
file_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct file *f = ctx;
	enum status st = digest_add(&f->l->digest, p, n, err);

	return st == ST_OK ? fs_write_all(f->fd, f->path, p, n, err) : st;
}

static enum status
file_end(void *ctx, struct err *err)
{
	(void)err;
	((struct file *)ctx)->done = true;
	return ST_END;
}

static enum status
file_tar(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return reader_push(&((struct file *)ctx)->reader, p, n, err);
}

enum status
lookup_copy(struct lookup *l, uint64_t at, const char *path, int fd, const unsigned char sha256[32], struct err *err)
{
	struct file f = { .l = l, .path = path, .fd = fd };
	const struct reader_events events = { &f, file_entry, file_data, file_end };
	unsigned char hash[32];
	enum status st;

	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot write %s"), path);
	reader_init(&f.reader, &events);
	if ((st = lookup_seek(l, at, file_tar, &f, err)) == ST_OK && (st = digest_end(&l->digest, hash, err)) == ST_OK &&
	    (!f.done || memcmp(hash, sha256, 32) != 0))
		st = err_set(err, ST_CORRUPT, _("%s is not the file with the signed hash"), path);
	reader_free(&f.reader);
	return st;
}

/* The same of an encrypted file, whose plain bytes must have the hash. */
static enum status
copy_decrypted(struct lookup *l, uint64_t at, const char *path, int fd, const unsigned char sha256[32], struct err *err)
{
	struct file f = { .l = l, .path = path, .fd = fd };
	unsigned char hash[32];
	enum status st;

	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot write %s"), path);
	if ((st = digest_begin(&l->digest, DIGEST_SHA256, err)) == ST_OK && (st = lookup_crypt_read(l, at, path, file_data, &f, err)) == ST_OK &&
	    (st = digest_end(&l->digest, hash, err)) == ST_OK && memcmp(hash, sha256, 32) != 0)
		st = err_set(err, ST_CORRUPT, _("%s is not the file with the signed hash"), path);
	return st;
}

static enum status
try_file(struct lookup *l, const char *path, uint64_t number, int fd, const unsigned char sha256[32], struct err *err)
{
	uint64_t at, size;
	enum status st = index_file(l->index, number, &at, &size, err);

	if (st != ST_OK)
		return st;
	return l->key != NULL && lookup_encrypted(l) ? copy_decrypted(l, at, path, fd, sha256, err) : lookup_copy(l, at, path, fd, sha256, err);
}

enum status
lookup_file(struct lookup *l, const char *path, int fd, const unsigned char sha256[32], struct err *err)
{
	const char *slash = strrchr(path, '/');
	uint64_t number = 0;
	enum status st;
	size_t i;

	for (i = 1; slash != NULL && i <= 9 && slash[i] >= '0' && slash[i] <= '9'; i++)
		number = number * 10 + (uint64_t)(slash[i] - '0');
	if (strncmp(path, "data/files/", 11) != 0 || i != 10 || number == 0)
		return ST_END;
	st = try_file(l, path, number, fd, sha256, err);
	if (st == ST_CORRUPT && !l->fresh && (st = lookup_renew(l, err)) == ST_OK)
		st = try_file(l, path, number, fd, sha256, err);
	return st;
}
