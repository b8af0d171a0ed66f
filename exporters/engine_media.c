/* engine_media.c: attachments: fetched into the work directory in the run that names them, since their ids expire. */
#include "exporters/engine_priv.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/utf8.h"

#define HEAD_MAX	4096u	/* first bytes kept, to notice an error that calls itself content */
#define RANGE_TRIES	3u
#define NAME_MAX_	1024u	/* bytes of a file name taken over */

/* A file being filled; ${done} bytes of it are good. */
struct media {
	struct download	 down;		/* first member */
	struct sink	 sink;
	struct engine	*e;
	int		 fd;
	uint64_t	 done;
	char		 head[HEAD_MAX];
	size_t		 n_head;
};

static struct media *
of_sink(struct sink *s)
{
	return (struct media *)(void *)((char *)s - offsetof(struct media, sink));
}

static enum status
media_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct media *m = of_sink(s);
	size_t keep = HEAD_MAX - m->n_head < n ? HEAD_MAX - m->n_head : n;
	enum status st;

	if ((st = fs_write_all(m->fd, m->e->media_name, p, n, err)) != ST_OK)
		return st;
	if (keep > 0)
		memcpy(m->head + m->n_head, p, keep);
	m->n_head += keep;
	s->n_bytes += n;
	return ST_OK;
}

/* Every try begins where the good bytes end. */
static enum status
media_restart(struct download *d, struct err *err)
{
	struct media *m = (struct media *)(void *)d;
	enum status st;

	if (m->fd >= 0 && (st = fs_close(&m->fd, m->e->media_name, err)) != ST_OK)
		return st;
	m->n_head = 0;
	m->sink.n_bytes = 0;
	return fs_open_append(m->e->params->work_dir, m->e->media_name, m->done, &m->fd, err);
}

static struct str
media_head(struct download *d)
{
	struct media *m = (struct media *)(void *)d;

	return (struct str){ m->head, m->n_head };
}

static enum status
hash_file(struct media *m, char hex[DIGEST_HEX_MAX], struct err *err)
{
	unsigned char md[DIGEST_MAX];
	char block[16384];
	struct digest d;
	uint64_t at;
	int fd = -1;
	enum status st;

	memset(&d, 0, sizeof(d));
	if ((st = digest_begin(&d, DIGEST_SHA256, err)) != ST_OK ||
	    (st = fs_open_read(m->e->params->work_dir, m->e->media_name, &fd, err)) != ST_OK)
		goto out;
	for (at = 0; at < m->done; ) {
		size_t n = m->done - at < sizeof(block) ? (size_t)(m->done - at) : sizeof(block);

		if ((st = fs_pread_all(fd, m->e->media_name, block, n, at, err)) != ST_OK ||
		    (st = digest_add(&d, block, n, err)) != ST_OK)
			goto out;
		at += n;
	}
	if ((st = digest_end(&d, md, err)) == ST_OK)
		digest_hex(md, digest_size(DIGEST_SHA256), hex);
out:
	digest_free(&d);
	if (fd >= 0)
		(void)close(fd);	/* only read */
	return st;
}

/* --- the name in Content-Disposition --- */

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at;

	if (c >= 'A' && c <= 'F')
		c = (char)(c - 'A' + 'a');
	at = c == '\0' ? NULL : strchr(digits, c);
	return at == NULL ? -1 : (int)(at - digits);
}

/* Percent-decoded, a NUL left out. */
static size_t
unpercent(const char *p, size_t n, char *out, size_t max)
{
	size_t i, k = 0;

	for (i = 0; i < n && k < max; i++) {
		int high = p[i] == '%' && n - i > 2 ? hex_digit(p[i + 1]) : -1, low = high < 0 ? -1 : hex_digit(p[i + 2]);

		if (low >= 0) {
			if (high != 0 || low != 0)
				out[k++] = (char)(high * 16 + low);
			i += 2;
		} else
			out[k++] = p[i];
	}
	return k;
}

/* The inside of a quoted-string (RFC 9110 section 5.6.4): a backslash makes the next character a plain one. */
static size_t
unquote(const char *p, char *out, size_t max)
{
	size_t k = 0;

	for (; *p != '\0' && *p != '"' && k < max; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		out[k++] = *p;
	}
	return k;
}

/* filename*=UTF-8''… before filename="…" before filename=…; what it says is a name and never a path. */
static enum status
file_name(struct engine *e, const char *disposition, struct str *out, struct err *err)
{
	const char *at = strcasestr(disposition, "filename*=");
	char name[NAME_MAX_], quoted[NAME_MAX_];
	struct buf clean;
	size_t n;
	enum status st;

	*out = STR_NONE;
	if (at != NULL && strncasecmp(at += strlen("filename*="), "utf-8''", 7) == 0) {
		at += 7;
		n = unpercent(at, strcspn(at, "; "), name, sizeof(name));
	} else if ((at = strcasestr(disposition, "filename=")) != NULL) {
		at += strlen("filename=");
		if (*at == '"') {
			n = unquote(at + 1, quoted, sizeof(quoted));
			n = unpercent(quoted, n, name, sizeof(name));
		} else
			n = unpercent(at, strcspn(at, ";"), name, sizeof(name));
	} else
		return ST_OK;
	buf_init(&clean, (size_t)4 * NAME_MAX_);
	if ((st = utf8_clean((struct str){ name, n }, &clean, err)) == ST_OK)
		st = arena_dup(&e->arena, buf_str(&clean), out, err);
	buf_free(&clean);
	return st;
}

/* --- fetching --- */

/* Pieces of ${chunk} bytes until all that the platform announced is there. */
static enum status
fetch_ranges(struct engine *e, const struct attach *at, const struct vars *vars, struct media *m, struct err *err)
{
	uint64_t total = 0, want;
	unsigned bad = 0;
	enum status st;

	do {
		m->down.from = m->done;
		m->down.upto = m->done + at->chunk - 1;
		if ((st = api_fetch(e->api, &engine_lane(e)->s->secrets, &at->call, vars, &m->down, &e->detail, err)) != ST_OK || e->detail.act != ACT_OK)
			return st;
		if (e->detail.resp.status == 200 && m->done == 0) {	/* a server without ranges: its length was announced and kept */
			m->done = m->sink.n_bytes;
			return ST_OK;
		}
		want = e->detail.resp.range_total > m->done ? e->detail.resp.range_total - m->done : 0;
		want = want > at->chunk ? at->chunk : want;
		if (e->detail.resp.status != 206 || want == 0 || m->sink.n_bytes != want || e->detail.resp.range_from != m->done ||
		    (total != 0 && e->detail.resp.range_total != total)) {
			if (++bad >= RANGE_TRIES) {
				e->detail.act = ACT_UNKNOWN;
				(void)snprintf(e->detail.code, sizeof(e->detail.code), "range");
				(void)snprintf(e->detail.text, sizeof(e->detail.text), "pieces do not fit the announced length");
				return ST_OK;
			}
			m->done = 0;	/* deliberate: a file that changed under way is fetched whole again */
			total = 0;
			continue;
		}
		total = e->detail.resp.range_total;
		m->done += want;
	} while (m->done < total || total == 0);
	return ST_OK;
}

static enum status
give_file(struct engine *e, const struct attach *at, struct str id, struct media *m, struct err *err)
{
	struct out *o = engine_push(e, SRC_RECORD);
	struct record *rec = &o->rec;
	char hex[DIGEST_HEX_MAX];
	struct str s;
	enum status st;

	record_init(rec, REC_FILE, at->stream);
	if ((st = hash_file(m, hex, err)) != ST_OK || (st = arena_dup(&e->arena, id, &rec->id, err)) != ST_OK)
		return st;
	rec->tenant = str_of(e->params->tenant);
	rec->platform = str_of(e->p->name);
	rec->endpoint = str_of(at->call.path);
	rec->fetched_ms = when_now_ms();
	record_set(rec, "id", rec->id);
	record_set(rec, "of_stream", str_of(engine_lane(e)->s->name));
	record_set(rec, "of_id", e->att_of);
	if ((st = file_name(e, e->detail.resp.disposition, &s, err)) != ST_OK)
		return st;
	record_set(rec, "name", s);
	if (e->detail.resp.content_type[0] != '\0') {
		if ((st = arena_dup(&e->arena, str_of(e->detail.resp.content_type), &s, err)) != ST_OK)
			return st;
		record_set(rec, "media_type", s);
	}
	if ((st = arena_fmt(&e->arena, &s, err, "%" PRIu64, m->done)) != ST_OK)
		return st;
	record_set(rec, "size", s);
	if ((st = arena_dup(&e->arena, str_of(hex), &s, err)) != ST_OK)
		return st;
	record_set(rec, "sha256", s);
	o->it.blob = e->media_name;
	o->it.blob_size = m->done;
	e->since_page++;
	return ST_OK;
}

static enum status
fetch(struct engine *e, const struct attach *at, struct str id, const struct retry_gaps *before, struct err *err)
{
	struct var v[] = { { "id", id } };
	struct vars vars = { v, 1 };
	struct lost lost = { .object = id, .why = &e->detail, .of = e->att_of, .before = before };
	struct media m;
	enum status st;

	memset(&m, 0, sizeof(m));
	m.down.to = &m.sink;
	m.down.restart = media_restart;
	m.down.head = media_head;
	m.sink.write = media_write;
	m.e = e;
	m.fd = -1;
	(void)snprintf(e->media_name, sizeof(e->media_name), "media-%" PRIu64, ++e->n_media);
	e->calls_since_page++;
	if ((st = api_fetch(e->api, &engine_lane(e)->s->secrets, &at->call, &vars, &m.down, &e->detail, err)) != ST_OK)
		goto out;
	if (e->detail.act == ACT_OK)
		m.done = m.sink.n_bytes;
	else if (e->detail.act == ACT_RANGE && at->chunk > 0 && (st = fetch_ranges(e, at, &vars, &m, err)) != ST_OK)
		goto out;
	if (m.fd >= 0 && (st = fs_close(&m.fd, e->media_name, err)) != ST_OK)
		goto out;
	if (e->detail.act == ACT_OK) {
		if ((st = give_file(e, at, id, &m, err)) == ST_OK && before != NULL)
			st = engine_retry_closed(e, at->stream, id, before, err);
		goto out;
	}
	if ((st = fs_unlink(e->params->work_dir, e->media_name, err)) != ST_OK)
		goto out;
	lost.reason = engine_reason(e, &e->detail);
	st = engine_lost(e, REC_GAP, at->stream, &lost, err);
out:
	if (m.fd >= 0)
		(void)close(m.fd);	/* the run ends anyway */
	return st;
}

enum status
engine_attachment(struct engine *e, struct err *err)
{
	const struct attach *at = &engine_lane(e)->s->attach;
	struct map_in in = { .t = e->att, .a = &e->item_arena };
	struct str id;
	bool fresh = false;
	enum status st = ST_OK;

	id = map_text(&in, e->att_at, &st, err);
	e->att_at = e->att[e->att_at].next;
	if (++e->att_k >= e->n_att)
		e->att = NULL;
	if (st != ST_OK || id.n == 0)
		return st;
	if ((st = idset_add(&e->lists[e->files_list], id, &fresh, err)) != ST_OK || !fresh)
		return st;
	return fetch(e, at, id, NULL, err);
}

enum status
engine_attachment_again(struct engine *e, struct str id, const struct retry_gaps *before, struct err *err)
{
	bool fresh = false;
	enum status st;

	if ((st = idset_add(&e->lists[e->files_list], id, &fresh, err)) != ST_OK || !fresh)
		return st;
	return fetch(e, &engine_lane(e)->s->attach, id, before, err);
}
