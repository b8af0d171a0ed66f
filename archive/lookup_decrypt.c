/*
 * lookup_decrypt.c: files of an encrypted archive, with a recipient's key, by their place in the index: only their own parts are read.  Each part is held against its line of the
 * signed manifest before it is opened, and what comes out against what the archive says of it: a segment against its root, an attachment against its record, which is looked for
 * in the stream "files" first.  Of views and reports, which are derived, the seal alone speaks.
 */
#include <inttypes.h>

#include "archive/lookup_parts.h"
#include "core/i18n.h"

#define RECORDS	"data/records/"
#define FILES	"data/files/"

bool
lookup_part_of(const char *path, char plain[LIMIT_PATH + 1], unsigned *number)
{
	const size_t n = strlen(path), suffix = strlen(".gz.0001.cms");
	const char *p = path + n - suffix;
	size_t i;

	if (n <= suffix || n > LIMIT_PATH || memcmp(p, ".gz.", 4) != 0 || strcmp(p + 8, ".cms") != 0)
		return false;
	for (*number = 0, i = 4; i < 8; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*number = *number * 10 + (unsigned)(p[i] - '0');
	}
	memcpy(plain, path, n - suffix);
	plain[n - suffix] = '\0';
	return *number > 0;
}

void
lookup_decrypt_init(struct decrypting *d, struct lookup *l, struct extraction *x)
{
	memset(d, 0, sizeof(*d));
	d->l = l;
	d->x = x;
	records_check_init(&d->records);
	attachments_init(&d->attachments);
}

void
lookup_decrypt_free(struct decrypting *d)
{
	records_check_free(&d->records);
	attachments_free(&d->attachments);
	digest_free(&d->digest);
	digest_free(&d->part_digest);
}

static bool is_below(const struct decrypting *d, const char *directory) { return strncmp(d->plain, directory, strlen(directory)) == 0; }

/* --- a part --- */

struct part { struct decrypting *d; const char *path; bool first, done; struct reader reader; };

static enum status
part_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct part *p = ctx;
	enum status st;

	(void)at;
	if (strcmp(path, p->path) != 0)
		return err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
	if ((st = opener_part(&p->d->l->opener, p->first, size, err)) != ST_OK)
		return st;
	return digest_begin(&p->d->part_digest, DIGEST_SHA256, err);
}

static enum status
part_data(void *ctx, const unsigned char *b, size_t n, struct err *err)
{
	struct part *p = ctx;
	enum status st = digest_add(&p->d->part_digest, b, n, err);

	return st == ST_OK ? opener_add(&p->d->l->opener, b, n, err) : st;
}

static enum status
part_end(void *ctx, struct err *err)
{
	(void)err;
	((struct part *)ctx)->done = true;
	return ST_END;
}

static enum status
part_tar(void *ctx, const unsigned char *b, size_t n, struct err *err)
{
	return reader_push(&((struct part *)ctx)->reader, b, n, err);
}

/* Entry ${i} of the tar into the opener, if it is ${path} with that hash. */
static enum status
read_part(struct decrypting *d, uint64_t i, const char *path, bool first, const unsigned char sha256[32], struct err *err)
{
	struct part p = { .d = d, .path = path, .first = first };
	const struct reader_events events = { &p, part_entry, part_data, part_end };
	unsigned char hash[32];
	uint64_t at, size;
	enum status st;

	reader_init(&p.reader, &events);
	if ((st = index_entry(d->l->index, i, &at, &size, err)) == ST_OK && (st = lookup_seek(d->l, at, part_tar, &p, err)) == ST_OK &&
	    (!p.done || (st = digest_end(&d->part_digest, hash, err)) != ST_OK || memcmp(hash, sha256, 32) != 0) && st == ST_OK)
		st = err_set(err, ST_CORRUPT, _("%s is not the file with the signed hash"), path);
	reader_free(&p.reader);
	return st;
}

static enum status
take_plain(void *ctx, const unsigned char *b, size_t n, struct err *err)
{
	struct decrypting *d = ctx;
	enum status st = ST_OK;

	if (is_below(d, FILES))
		st = digest_add(&d->digest, b, n, err);
	else if (is_below(d, RECORDS))
		st = d->l->opener.n_bytes > RECORDS_SEGMENT_BYTES ? err_set(err, ST_CORRUPT, _("%s is longer than 64 MiB"), d->plain) :
		    records_check_add(&d->records, b, n, err);
	return st == ST_OK ? fs_write_all(d->x->fd, d->plain, b, n, err) : st;
}

static enum status
begin(struct decrypting *d, struct err *err)
{
	enum status st;

	if (!extract_selected(d->x, d->plain))
		return ST_OK;
	if ((st = extract_begin(d->x, d->plain, err)) != ST_OK)
		return st;
	d->open = true;
	d->l->opener.key = d->l->key;
	d->l->opener.put = take_plain;
	d->l->opener.ctx = d;
	records_check_begin(&d->records);
	return digest_begin(&d->digest, DIGEST_SHA256, err);
}

enum status
lookup_decrypt_part(struct decrypting *d, uint64_t i, const char *path, const unsigned char sha256[32], struct err *err)
{
	char plain[LIMIT_PATH + 1];
	unsigned number;
	enum status st;

	if (!lookup_part_of(path, plain, &number))
		return ST_OK;
	if (number == 1) {
		if ((st = lookup_decrypt_end(d, err)) != ST_OK)
			return st;
		memcpy(d->plain, plain, sizeof(d->plain));
		st = begin(d, err);
	} else
		st = strcmp(plain, d->plain) == 0 && number == d->number + 1 ? ST_OK : err_set(err, ST_CORRUPT, _("%s: a part does not follow the one before it"), path);
	d->number = number;
	if (st != ST_OK || !d->open)
		return st;
	st = read_part(d, i, path, number == 1, sha256, err);
	if (st == ST_CORRUPT && !d->l->fresh && (st = lookup_renew(d->l, err)) == ST_OK)
		st = read_part(d, i, path, number == 1, sha256, err);
	if (st == ST_OK && (st = opener_part_end(&d->l->opener, err)) != ST_OK)
		err_in(err, "%s", path);
	return st;
}

/* --- what the archive says of it --- */

static enum status
claim(void *ctx, struct str line, struct err *err)
{
	return attachments_record(&((struct decrypting *)ctx)->attachments, line, err);
}

/* The next segment that was not looked through yet: those of "files", then the others; false: no more. */
static bool
next_segment(struct decrypting *d)
{
	for (; d->round < 2; d->round++, d->segment.at = 0)
		while (sealed_next(&d->l->sealed, &d->segment))
			if ((strcmp(d->segment.stream, "files") == 0) == (d->round == 0))
				return true;
	return false;
}

static enum status
check_claim(struct decrypting *d, struct err *err)
{
	const uint64_t number = attachments_number(d->plain);
	unsigned char want[32], hash[DIGEST_MAX];
	enum status st;

	if ((st = digest_end(&d->digest, hash, err)) != ST_OK)
		return st;
	while ((st = attachments_claim(&d->attachments, number, want, err)) == ST_END && next_segment(d)) {
		st = lookup_crypt_lines(d->l, &d->segment, claim, d, err);
		if (st == ST_CORRUPT && !d->l->fresh && (st = lookup_renew(d->l, err)) == ST_OK)
			st = lookup_crypt_lines(d->l, &d->segment, claim, d, err);
		if (st != ST_OK)
			return st;
	}
	if (st == ST_END)
		return err_set(err, ST_UNSURE, _("no record names file %" PRIu64 ": what it should be is unknown"), number);
	if (st == ST_OK && memcmp(want, hash, 32) != 0)
		st = err_set(err, ST_CORRUPT, _("the content of file %" PRIu64 " has another sha256 than its record says"), number);
	return st;
}

static enum status
check_root(struct decrypting *d, struct err *err)
{
	unsigned char root[32];
	enum status st = records_check_end(&d->records, root, err);

	if (st == ST_OK && (d->records.n > UINT32_MAX || !sealed_is(&d->l->sealed, d->plain, (uint32_t)d->records.n, root)))
		st = err_set(err, ST_CORRUPT, _("record-segments.tsv does not hold the roots and counts that the records give"));
	return st;
}

enum status
lookup_decrypt_end(struct decrypting *d, struct err *err)
{
	enum status st;

	if (!d->open)
		return ST_OK;
	d->open = false;
	if ((st = opener_file_end(&d->l->opener, err)) == ST_OK)
		st = is_below(d, FILES) ? check_claim(d, err) : is_below(d, RECORDS) ? check_root(d, err) : ST_OK;
	if (st == ST_OK)
		return extract_end(d->x, d->plain, err);
	err_in(err, "%s", d->plain);
	return st;
}
