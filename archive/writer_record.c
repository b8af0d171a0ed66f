/* writer_record.c: records get their salt, gather in segments (archive format 4), and closed segments go into the tar. */
#include "archive/writer_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/names.h"
#include "core/i18n.h"
#include "core/mem.h"

#define SALT_LEN	16u
#define SALT_TEXT	22u
#define HEAD_LEN	(7u + SALT_TEXT + 1u)	/* {"_s":" salt " */

/* The first 16 octets of HMAC(K, "record-salt" 0 stream 0 number), in base64url. */
static enum status
salt(struct archive *a, const struct writer_stream *s, char out[SALT_TEXT + 3], struct err *err)
{
	static const char label[] = "record-salt";	/* with its NUL */
	unsigned char text[sizeof(label) + LIMIT_PATH + 1 + 8], mac[32];
	size_t n = strlen(s->name) + 1, i;
	enum status st;

	memcpy(text, label, sizeof(label));
	memcpy(text + sizeof(label), s->name, n);
	n += sizeof(label);
	for (i = 0; i < 8; i++)
		text[n + i] = (unsigned char)(s->n_records >> (56 - 8 * i));
	if ((st = digest_hmac_with(&a->spools.digest, a->key, sizeof(a->key), text, n + 8, mac, err)) == ST_OK)
		digest_base64url(mac, SALT_LEN, out);
	return st;
}

static struct writer_stream *
find(const struct archive *a, const char *name)
{
	size_t i;

	for (i = 0; i < a->n_streams; i++)
		if (strcmp(a->streams[i].name, name) == 0)
			return &a->streams[i];
	return NULL;
}

enum status
writer_add_stream(struct archive *a, struct str name, struct writer_stream **out, struct err *err)
{
	struct writer_stream *grown;
	char path[LIMIT_PATH + 1], whole[LIMIT_PATH + 1];

	if (!names_stream_ok(name))
		return err_set(err, ST_USAGE, _("\"%.*s\" is no name for a stream"), STR_ARG(name));
	if ((size_t)snprintf(path, sizeof(path), "data/records/%.*s/000000.jsonl", STR_ARG(name)) >= sizeof(path) ||
	    writer_path(a, path, whole, err) != ST_OK || writer_crypt_path(a, path, err) != ST_OK || !names_path_ok(str_of(whole)))
		return err_set(err, ST_USAGE, _("\"%.*s\" is no name for a stream"), STR_ARG(name));
	if ((grown = mem_grow(a->streams, (a->n_streams + 1), sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	a->streams = grown;
	*out = &grown[a->n_streams++];
	memset(*out, 0, sizeof(**out));
	memcpy((*out)->name, name.p, name.n);
	return ST_OK;
}

void
writer_segment_spool_name(const struct writer_stream *s, char out[LIMIT_PATH + 24])
{
	snprintf(out, LIMIT_PATH + 24, "r.%s.%06" PRIu64, s->name, s->n_segments);
}

static enum status
open_segment(struct archive *a, struct writer_stream *s, struct err *err)
{
	char name[LIMIT_PATH + 24];

	writer_segment_spool_name(s, name);
	return spool_open(&s->spool, &a->spools, name, true, err);
}

static enum status
list_segment(struct archive *a, const char *path, const struct spool *spool, uint64_t offset, struct err *err)
{
	char line[LIMIT_PATH + 160], hex[65];
	unsigned char root[32];
	enum status st;
	int n;

	if ((st = tree_root(spool->tree, &a->spools.digest, root, err)) != ST_OK)
		return st;
	digest_hex(root, sizeof(root), hex);
	n = snprintf(line, sizeof(line), "%s\t%" PRIu64 "\t%s\n", hex, spool->n_records, path);
	if ((st = part_add(&a->segments, line, (size_t)n, err)) != ST_OK)
		return st;
	n = snprintf(line, sizeof(line), "%" PRIu64 " %" PRIu64 " %" PRIu64 " %s\n", offset, spool->packed, spool->n_records, path);
	return part_add(&a->offsets, line, (size_t)n, err);
}

enum status
writer_close_segment(struct archive *a, struct writer_stream *s, struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	char path[LIMIT_PATH + 1];
	uint64_t offset;
	enum status st;

	if (s->spool == NULL)
		return ST_OK;
	if ((size_t)snprintf(path, sizeof(path), "data/records/%s/%06" PRIu64 ".jsonl", s->name, s->n_segments) >= sizeof(path))
		return err_set(err, ST_LIMIT, _("%s: too many segments"), s->name);
	if (a->to != NULL) {	/* the views are made from the spool, since the tar cannot be read any more */
		if ((st = writer_crypt_spool(a, path, s->spool, err)) != ST_OK || (st = list_segment(a, path, s->spool, 0, err)) != ST_OK ||
		    (st = spool_keep(s->spool, err)) != ST_OK)
			return st;
	} else if ((st = spool_finish(s->spool, err)) != ST_OK || (st = writer_entry_spool(a, path, s->spool, &offset, err)) != ST_OK ||
	    (st = hashes_end(&s->spool->hashes, hash, err)) != ST_OK ||
	    (st = writer_listed(a, path, s->spool->n_bytes, hash, err)) != ST_OK ||
	    (st = list_segment(a, path, s->spool, offset, err)) != ST_OK || (st = spool_discard(s->spool, err)) != ST_OK)
		return st;
	spool_close(s->spool);
	s->spool = NULL;
	s->n_segments++;
	return ST_OK;
}

static enum status
add_record(struct archive *a, struct writer_stream *s, struct str rest, struct err *err)
{
	char small[4096], text[SALT_TEXT + 3];
	struct buf line;
	size_t n = HEAD_LEN + rest.n + 1;
	char *p = small;
	enum status st;

	if (s->spool != NULL && (s->spool->n_records == WRITER_SEGMENT_RECORDS || n > WRITER_SEGMENT_BYTES - s->spool->n_bytes) &&
	    (st = writer_close_segment(a, s, err)) != ST_OK)
		return st;
	if (s->spool == NULL && (st = open_segment(a, s, err)) != ST_OK)
		return st;
	if ((st = salt(a, s, text, err)) != ST_OK)
		return st;
	buf_init(&line, n);
	if (n > sizeof(small)) {
		if ((st = buf_room(&line, n, err)) != ST_OK)
			return st;
		p = line.p;
	}
	memcpy(p, "{\"_s\":\"", 7);
	memcpy(p + 7, text, SALT_TEXT);
	p[7 + SALT_TEXT] = '"';
	memcpy(p + HEAD_LEN, rest.p, rest.n);
	p[n - 1] = '\n';
	if ((st = spool_add(s->spool, p, n, err)) == ST_OK) {
		s->n_records++;
		a->n_records++;
		a->since_commit += n;
	}
	buf_free(&line);
	return st;
}

enum status
archive_record(struct archive *a, const char *stream, struct str rest, struct err *err)
{
	struct writer_stream *s = find(a, stream);
	enum status st;

	if ((st = writer_check(a, ARCHIVE_CAPTURE, err)) != ST_OK)
		return st;
	if (rest.n < 2 || rest.p[0] != ',' || rest.p[rest.n - 1] != '}' || memchr(rest.p, '\n', rest.n) != NULL || memchr(rest.p, '\r', rest.n) != NULL)
		return err_set(err, ST_INPUT, _("%s: a record must be one JSON object on one line"), stream);
	if (rest.n > LIMIT_RECORD - HEAD_LEN)
		return err_set(err, ST_LIMIT, _("%s: a record of more than %zu bytes"), stream, LIMIT_RECORD);
	if (s == NULL && (st = writer_add_stream(a, str_of(stream), &s, err)) != ST_OK)
		return st;
	return writer_break(a, add_record(a, s, rest, err));
}

enum status
archive_stream_end(struct archive *a, const char *stream, struct err *err)
{
	struct writer_stream *s = find(a, stream);
	enum status st;

	if ((st = writer_check(a, ARCHIVE_CAPTURE, err)) != ST_OK)
		return st;
	return s == NULL ? ST_OK : writer_break(a, writer_close_segment(a, s, err));
}

uint64_t
archive_n_records(const struct archive *a, const char *stream)
{
	const struct writer_stream *s;

	if (stream == NULL)
		return a->n_records;
	return (s = find(a, stream)) != NULL ? s->n_records : 0;
}
