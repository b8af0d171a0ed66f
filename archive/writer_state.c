/* writer_state.c: the archive as lines of the state file, and back. */
#include "archive/writer_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/state.h"
#include "core/i18n.h"
#include "core/mem.h"

static const char *const phases[] = { "capture", "views", "sealed" };

/* One line per algorithm of the archive: its name and the hash of the seal before. */
static enum status
put_digests(const struct archive_params *p, struct buf *out, struct err *err)
{
	char hex[DIGEST_HEX_MAX] = "none";
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < p->digests.n && st == ST_OK; i++) {
		if (p->has_previous)
			digest_hex(p->previous[i], digest_size(p->digests.algs[i]), hex);
		st = buf_addf(out, err, "digest %s %s\n", digest_name(p->digests.algs[i]), hex);
	}
	return st;
}

static enum status
put_params(const struct archive *a, struct buf *out, struct err *err)
{
	const struct archive_params *p = &a->params;
	enum status st;
	size_t i;

	if ((st = state_put(out, "name", str_of(p->name), err)) != ST_OK || (st = state_put(out, "chain", str_of(p->chain), err)) != ST_OK ||
	    (st = state_put_u64(out, "sequence", p->sequence, err)) != ST_OK || (st = put_digests(p, out, err)) != ST_OK ||
	    (st = state_put(out, "organization", str_of(p->organization), err)) != ST_OK ||
	    (st = state_put(out, "group", str_of(p->group), err)) != ST_OK ||
	    (p->description != NULL && (st = state_put(out, "description", str_of(p->description), err)) != ST_OK) ||
	    (st = state_put(out, "software", str_of(p->software), err)) != ST_OK ||
	    (st = state_put_i64(out, "began-ms", p->began_ms, err)) != ST_OK ||
	    (st = state_put_i64(out, "covers-from-ms", p->covers_from_ms, err)) != ST_OK)
		return st;
	for (i = 0; i < crypt_to_n(a->to); i++) {
		char hex[65];

		digest_hex(crypt_to_fingerprint(a->to, i), 32, hex);
		if ((st = state_put(out, "recipient", str_of(hex), err)) != ST_OK)
			return st;
	}
	return state_put(out, "salt-key", a->test_key ? STR("test") : STR("random"), err);
}

static enum status
put_spools(struct archive *a, struct buf *out, struct err *err)
{
	struct spool_mark m;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < a->n_streams && st == ST_OK; i++) {
		const struct writer_stream *s = &a->streams[i];

		memset(&m, 0, sizeof(m));
		if (s->spool != NULL && (st = spool_sync(s->spool, &m, err)) != ST_OK)
			return st;
		st = buf_addf(out, err, "stream %s %" PRIu64 " %" PRIu64 " %s %" PRIu64 " %" PRIu64 " %u %u\n", s->name, s->n_records,
		    s->n_segments, s->spool != NULL ? "open" : "closed", m.packed, m.tail, m.gen, m.tail_records);
	}
	for (i = 0; i < a->n_views && st == ST_OK; i++) {
		const struct writer_view *v = a->views[i];

		if ((st = spool_sync(v->spool, &m, err)) == ST_OK)
			st = buf_addf(out, err, "view %s %" PRIu64 " %" PRIu64 " %" PRIu64 " %u\n", v->path, v->number, m.packed, m.tail, m.gen);
	}
	return st;
}

/* The seal stands in the state before it stands anywhere else: so there is never a second one. */
static enum status
put_seal(const struct archive *a, struct buf *out, struct err *err)
{
	struct str left = buf_str(&a->seal_text);
	const char *lf;
	enum status st = ST_OK;

	for (; st == ST_OK && left.n > 0 && (lf = memchr(left.p, '\n', left.n)) != NULL; left = (struct str){ lf + 1, left.n - (size_t)(lf + 1 - left.p) })
		st = state_put(out, "seal", (struct str){ left.p, (size_t)(lf - left.p) }, err);
	return st;
}

static enum status
put_manifests(const struct archive *a, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < a->params.digests.n && st == ST_OK; i++)
		st = state_put_u64(out, "manifest", a->manifest[i].n, err);
	return st;
}

enum status
writer_state_encode(struct archive *a, struct buf *out, struct err *err)
{
	enum status st;
	size_t i;

	if ((st = state_put(out, "phase", str_of(phases[a->phase]), err)) != ST_OK || (st = put_params(a, out, err)) != ST_OK ||
	    (st = state_put_u64(out, "tar", a->packed, err)) != ST_OK || (st = put_manifests(a, out, err)) != ST_OK ||
	    (st = state_put_u64(out, "segments", a->segments.n, err)) != ST_OK ||
	    (st = state_put_u64(out, "offsets", a->offsets.n, err)) != ST_OK || (st = state_put_u64(out, "files", a->n_files, err)) != ST_OK ||
	    (st = state_put_u64(out, "records", a->n_records, err)) != ST_OK ||
	    (st = state_put_u64(out, "payload-files", a->payload_files, err)) != ST_OK ||
	    (st = state_put_u64(out, "payload-octets", a->payload_octets, err)) != ST_OK ||
	    (st = state_put_u64(out, "next-view", a->next_view, err)) != ST_OK)
		return st;
	if ((st = a->phase == ARCHIVE_SEALED ? put_seal(a, out, err) : put_spools(a, out, err)) != ST_OK)
		return st;
	for (i = 0; i < a->spools.n_garbage && st == ST_OK; i++)
		st = state_put(out, "gone", str_of(a->spools.garbage[i]), err);
	return st;
}

/* A copy of ${s} in a->texts, which has room for it. */
static const char *
keep(struct archive *a, size_t *at, struct str s)
{
	char *to = a->texts + *at;

	memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	*at += s.n + 1;
	return to;
}

static void
get_digests(struct archive_params *p, struct state_reader *r)
{
	struct hash_set *set = &p->digests, one;
	struct str line, name;
	char z[16];

	while (r->st == ST_OK && set->n < SEAL_ALGS_MAX && str_is(state_next(r), "digest")) {
		line = state_get(r, "digest");
		name = state_word(&line);
		snprintf(z, sizeof(z), "%.*s", STR_ARG(name));
		if (hash_set_parse(z, &one, NULL) != ST_OK)
			state_fail(r, "digest");
		set->algs[set->n] = one.algs[one.n - 1];
		line = state_word(&line);
		p->has_previous = !str_is(line, "none");
		if (p->has_previous && !digest_unhex(line, p->previous[set->n], digest_size(set->algs[set->n])))
			state_fail(r, "digest");
		set->n++;
	}
	if (set->n == 0 || set->algs[0] != DIGEST_SHA256)
		state_fail(r, "digest");
}

/* Those of the state are those of the file beside it: nothing is ever encrypted to somebody else half way. */
static enum status
get_recipients(struct archive *a, struct state_reader *r, struct err *err)
{
	unsigned char sha256[32];
	enum status st = ST_OK;
	size_t i;

	for (i = 0; r->st == ST_OK && str_is(state_next(r), "recipient"); i++) {
		if (!digest_unhex(state_get(r, "recipient"), sha256, sizeof(sha256)))
			state_fail(r, "recipient");
		else if (i == 0 && (st = writer_crypt_resume(a, err)) != ST_OK)
			return st;
		else if (i >= crypt_to_n(a->to) || memcmp(sha256, crypt_to_fingerprint(a->to, i), sizeof(sha256)) != 0)
			state_fail(r, "recipient");
	}
	if (i != crypt_to_n(a->to))
		state_fail(r, "recipient");
	return ST_OK;
}

static enum status
get_params(struct archive *a, struct state_reader *r, size_t room, struct err *err)
{
	struct archive_params *p = &a->params;
	enum status st;
	size_t at = 0;

	if ((a->texts = mem_get(1, room + 16, err)) == NULL)
		return ST_NOMEM;
	p->name = keep(a, &at, state_get(r, "name"));
	p->chain = keep(a, &at, state_get(r, "chain"));
	p->sequence = state_get_u64(r, "sequence");
	get_digests(p, r);
	p->organization = keep(a, &at, state_get(r, "organization"));
	p->group = keep(a, &at, state_get(r, "group"));
	if (str_is(state_next(r), "description"))
		p->description = keep(a, &at, state_get(r, "description"));
	p->software = keep(a, &at, state_get(r, "software"));
	p->began_ms = state_get_i64(r, "began-ms");
	p->covers_from_ms = state_get_i64(r, "covers-from-ms");
	st = get_recipients(a, r, err);
	a->test_key = str_is(state_get(r, "salt-key"), "test");
	return st == ST_OK ? r->st : st;
}

/* A name that was taken when it was written and is refused now has changed since; what else may fail (memory, the disk) is no damage. */
static enum status
damage(enum status st)
{
	return st == ST_USAGE || st == ST_LIMIT ? ST_CORRUPT : st;
}

static enum status
get_stream(struct archive *a, struct state_reader *r, struct err *err)
{
	struct str line = state_get(r, "stream"), name = state_word(&line), word;
	char file[LIMIT_PATH + 24];
	struct writer_stream *s;
	struct spool_mark m;
	enum status st;

	if (r->st != ST_OK)
		return r->st;
	if ((st = writer_add_stream(a, name, &s, err)) != ST_OK)
		return damage(st);
	s->n_records = state_word_u64(r, &line);
	s->n_segments = state_word_u64(r, &line);
	word = state_word(&line);
	m.packed = state_word_u64(r, &line);
	m.tail = state_word_u64(r, &line);
	m.gen = (unsigned)state_word_u64(r, &line);
	m.tail_records = (unsigned)state_word_u64(r, &line);
	if (r->st != ST_OK || !str_is(word, "open"))
		return r->st;
	writer_segment_spool_name(s, file);
	return spool_resume(&s->spool, &a->spools, file, true, &m, err);
}

static enum status
get_view(struct archive *a, struct state_reader *r, struct err *err)
{
	struct str line = state_get(r, "view"), path = state_word(&line);
	struct writer_view *v;
	struct spool_mark m = { 0 };
	char file[32];
	uint64_t number;
	enum status st;

	number = state_word_u64(r, &line);
	m.packed = state_word_u64(r, &line);
	m.tail = state_word_u64(r, &line);
	m.gen = (unsigned)state_word_u64(r, &line);
	if (r->st != ST_OK)
		return r->st;
	if ((st = writer_add_view(a, path, number, &v, err)) != ST_OK)
		return damage(st);
	writer_view_spool_name(number, file);
	if ((st = spool_resume(&v->spool, &a->spools, file, false, &m, err)) == ST_OK)
		v->sink.n_bytes = v->spool->n_bytes;
	return st;
}

static enum status
get_seal(struct archive *a, struct state_reader *r, struct err *err)
{
	enum status st = ST_OK;

	while (st == ST_OK && str_is(state_next(r), "seal"))
		if ((st = buf_str_add(&a->seal_text, state_get(r, "seal"), err)) == ST_OK)
			st = buf_putc(&a->seal_text, '\n', err);
	return st;
}

enum status
writer_state_decode(struct archive *a, struct str lines, struct err *err)
{
	struct state_reader r;
	struct str phase;
	enum status st = ST_OK;
	size_t i;

	state_read(&r, lines, err);
	phase = state_get(&r, "phase");
	for (i = 0; i < 3 && !str_is(phase, phases[i]); i++)
		;
	if (i == 3)
		state_fail(&r, "phase");
	a->phase = (enum archive_phase)i;
	if ((st = get_params(a, &r, lines.n, err)) != ST_OK)
		return st;
	a->packed = state_get_u64(&r, "tar");
	for (i = 0; i < a->params.digests.n; i++)
		a->manifest[i].n = state_get_u64(&r, "manifest");
	a->segments.n = state_get_u64(&r, "segments");
	a->offsets.n = state_get_u64(&r, "offsets");
	a->n_files = state_get_u64(&r, "files");
	a->n_records = state_get_u64(&r, "records");
	a->payload_files = state_get_u64(&r, "payload-files");
	a->payload_octets = state_get_u64(&r, "payload-octets");
	a->next_view = state_get_u64(&r, "next-view");
	while (st == ST_OK && str_is(state_next(&r), "stream"))
		st = get_stream(a, &r, err);
	while (st == ST_OK && str_is(state_next(&r), "view"))
		st = get_view(a, &r, err);
	if (st == ST_OK)
		st = get_seal(a, &r, err);
	while (st == ST_OK && str_is(state_next(&r), "gone")) {
		char name[320];
		struct str gone = state_get(&r, "gone");

		snprintf(name, sizeof(name), "%.*s", STR_ARG(gone));
		st = spools_discard(&a->spools, name, err);
	}
	return st == ST_OK ? state_done(&r) : st;
}
