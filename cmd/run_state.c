/* run_state.c: figures in, JSON out, and back. */
#include "cmd/run_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"

#define STATE_VERSION	5

void
run_state_init(struct run_state *s)
{
	memset(s, 0, sizeof(*s));
	s->began_ms = s->captured_ms = s->volume.until_ms = WHEN_UNKNOWN;
	s->volume.number = 1;
	scope_init(&s->scope);
	buf_init(&s->cursor, (size_t)8 << 20);
	buf_init(&s->carry, (size_t)16 << 20);
}

void
run_state_free(struct run_state *s)
{
	size_t i;

	scope_free(&s->scope);
	for (i = 0; i < s->n_closed; i++)
		buf_free(&s->closed[i].gaps);
	free(s->closed);
	buf_free(&s->cursor);
	buf_free(&s->carry);
}

struct run_stream *
run_state_stream(struct run_state *s, const char *name, struct err *err)
{
	size_t i;

	for (i = 0; i < s->n_streams; i++)
		if (strcmp(s->streams[i].name, name) == 0)
			return &s->streams[i];
	if (s->n_streams == RUN_STREAMS_MAX || strlen(name) >= sizeof(s->streams[0].name)) {
		err_set(err, ST_LIMIT, _("more than %d streams, or the name \"%s\" is too long"), RUN_STREAMS_MAX, name);
		return NULL;
	}
	memset(&s->streams[s->n_streams], 0, sizeof(s->streams[0]));
	snprintf(s->streams[s->n_streams].name, sizeof(s->streams[0].name), "%s", name);
	return &s->streams[s->n_streams++];
}

enum status
run_state_reason(struct run_state *s, const char *stream, const char *reason, bool is_limit, uint64_t objects, struct err *err)
{
	struct run_stream *of = run_state_stream(s, stream, err);
	struct run_reason *r;
	size_t i;

	if (of == NULL)
		return ST_LIMIT;
	if (is_limit)
		of->n_limits += objects;
	else
		of->n_gaps += objects;
	for (i = 0; i < s->n_reasons; i++) {
		r = &s->reasons[i];
		if (r->is_limit == is_limit && strcmp(r->stream, stream) == 0 && strcmp(r->reason, reason) == 0)
			break;
	}
	if (i == RUN_REASONS_MAX || strlen(reason) >= sizeof(r->reason))
		return err_set(err, ST_LIMIT, _("more than %d kinds of gaps, or the reason \"%s\" is too long"), RUN_REASONS_MAX, reason);
	r = &s->reasons[i];
	if (i == s->n_reasons) {
		memset(r, 0, sizeof(*r));
		snprintf(r->stream, sizeof(r->stream), "%s", stream);
		snprintf(r->reason, sizeof(r->reason), "%s", reason);
		r->is_limit = is_limit;
		s->n_reasons++;
	}
	r->entries++;
	r->objects += objects;
	return ST_OK;
}

enum status
run_state_flags(struct run_stream *m, const struct record *rec, struct err *err)
{
	size_t i, k;

	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++) {
		for (k = 0; k < m->n_flags && strcmp(m->flags[k].name, rec->flags[i]) != 0; k++)
			;
		if (k == RUN_FLAGS_MAX || strlen(rec->flags[i]) >= sizeof(m->flags[k].name))
			return err_set(err, ST_LIMIT, _("more than %d kinds of flags, or the flag \"%s\" is too long"), RUN_FLAGS_MAX, rec->flags[i]);
		if (k == m->n_flags)
			snprintf(m->flags[m->n_flags++].name, sizeof(m->flags[k].name), "%s", rec->flags[i]);
		m->flags[k].n++;
	}
	return ST_OK;
}

static struct run_closed *
closed_of(struct run_state *s, const char *archive, const char *run, struct err *err)
{
	struct run_closed *more;
	size_t i;

	for (i = s->n_closed; i-- > 0; )
		if (strcmp(s->closed[i].run, run) == 0 && strcmp(s->closed[i].archive, archive) == 0)
			return &s->closed[i];
	if ((s->n_closed & (s->n_closed - 1)) == 0) {		/* grown by doubling */
		if ((more = realloc(s->closed, (s->n_closed == 0 ? 1 : s->n_closed * 2) * sizeof(*more))) == NULL) {
			(void)err_oom(err, s->n_closed * 2 * sizeof(*more));
			return NULL;
		}
		s->closed = more;
	}
	more = &s->closed[s->n_closed++];
	memset(more, 0, sizeof(*more));
	snprintf(more->run, sizeof(more->run), "%s", run);
	snprintf(more->archive, sizeof(more->archive), "%s", archive);
	buf_init(&more->gaps, (size_t)1 << 20);
	return more;
}

enum status
run_state_closed(struct run_state *s, const char *archive, const char *run, uint64_t gap, struct err *err)
{
	struct run_closed *c = closed_of(s, archive, run, err);

	if (c == NULL)
		return ST_NOMEM;
	return buf_addf(&c->gaps, err, "%s%" PRIu64, c->gaps.n == 0 ? "" : ",", gap);
}

enum status
run_state_closed_json(const struct run_state *s, struct buf *out, struct err *err)
{
	enum status st = buf_putc(out, '[', err);
	size_t i;

	for (i = 0; i < s->n_closed && st == ST_OK; i++) {
		const struct run_closed *c = &s->closed[i];

		if ((st = buf_addz(out, i == 0 ? "{\"archive\":" : ",{\"archive\":", err)) == ST_OK &&
		    (st = c->archive[0] == '\0' ? buf_addz(out, "null", err) : json_put_string(out, str_of(c->archive), err)) == ST_OK &&
		    (st = buf_addz(out, ",\"run\":", err)) == ST_OK && (st = json_put_string(out, str_of(c->run), err)) == ST_OK)
			st = buf_addf(out, err, ",\"gaps\":[%.*s]}", STR_ARG(buf_str(&c->gaps)));
	}
	return st == ST_OK ? buf_putc(out, ']', err) : st;
}

uint64_t run_state_gaps(const struct run_state *s) { return s->gap_entries; }
uint64_t run_state_limits(const struct run_state *s) { return s->limit_entries; }

void
run_state_refused(const struct run_state *s, char *out, size_t size)
{
	size_t i, n = 0;
	int k;

	out[0] = '\0';
	for (i = 0; i < s->n_reasons; i++) {
		if (s->reasons[i].is_limit || strcmp(s->reasons[i].reason, "access_refused") != 0)
			continue;
		k = snprintf(out + n, size - n, "%s%s", n == 0 ? "" : ", ", s->reasons[i].stream);
		if (k < 0 || (size_t)k >= size - n)
			return;
		n += (size_t)k;
	}
}

uint64_t
run_state_records(const struct run_state *s)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < s->n_streams; i++)
		n += s->streams[i].n_records;
	return n;
}

static enum status
put_reasons(const struct run_state *s, const char *stream, bool limits, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	bool first = true;
	size_t i;

	for (i = 0; i < s->n_reasons && st == ST_OK; i++) {
		const struct run_reason *r = &s->reasons[i];

		if (r->is_limit != limits || strcmp(r->stream, stream) != 0)
			continue;
		st = buf_addf(out, err, "%s{\"reason\":\"%s\",\"entries\":%" PRIu64 ",\"objects\":%" PRIu64 "}", first ? "" : ",",
		    r->reason, r->entries, r->objects);
		first = false;
	}
	return st;
}

enum status
run_state_streams_json(const struct run_state *s, struct buf *out, struct err *err)
{
	enum status st = buf_putc(out, '[', err);
	size_t i, k;

	for (i = 0; i < s->n_streams && st == ST_OK; i++) {
		const struct run_stream *m = &s->streams[i];
		uint64_t expected = m->n_records + m->n_gaps;

		for (k = 0; k < m->n_counts; k++)
			if (m->counts[k].n > expected)
				expected = m->counts[k].n;
		st = buf_addf(out, err, "%s{\"stream\":\"%s\",\"expected\":%" PRIu64 ",\"expected_from\":[", i == 0 ? "" : ",", m->name, expected);
		for (k = 0; k < m->n_counts && st == ST_OK; k++)
			st = buf_addf(out, err, "%s{\"how\":\"%s\",\"count\":%" PRIu64 "}", k == 0 ? "" : ",", m->counts[k].how, m->counts[k].n);
		if (st == ST_OK)
			st = buf_addf(out, err, "],\"archived\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"flagged\":[", m->n_records, m->n_bytes);
		for (k = 0; k < m->n_flags && st == ST_OK; k++)
			st = buf_addf(out, err, "%s{\"flag\":\"%s\",\"records\":%" PRIu64 "}", k == 0 ? "" : ",", m->flags[k].name, m->flags[k].n);
		if (st == ST_OK)
			st = buf_addf(out, err, "],\"missing\":%" PRIu64 ",\"gaps\":[", m->n_gaps);
		if (st == ST_OK)
			st = put_reasons(s, m->name, false, out, err);
		if (st == ST_OK)
			st = buf_addf(out, err, "],\"limited\":%" PRIu64 ",\"limits\":[", m->n_limits);
		if (st == ST_OK)
			st = put_reasons(s, m->name, true, out, err);
		if (st == ST_OK)
			st = buf_addz(out, "]}", err);
	}
	return st == ST_OK ? buf_putc(out, ']', err) : st;
}

static enum status
put_volume(const struct run_volume *v, struct buf *out, struct err *err)
{
	return buf_addf(out, err, ",\"volume\":{\"number\":%" PRIu64 ",\"gaps_before\":%" PRIu64 ",\"records_before\":%" PRIu64 ",\"used\":%d,\"goes_on\":%d,"
	    "\"source_done\":%d,\"until\":%" PRId64 ",\"waiting_from\":%" PRIu64 ",\"waiting_to\":%" PRIu64 ",\"blobs\":%" PRIu64
	    ",\"views\":%" PRIu64 "}", v->number,
	    v->gaps_before, v->records_before, v->used, v->goes_on, v->source_done, v->until_ms, v->waiting_from, v->waiting_to, v->blobs, v->views);
}

static enum status
put_text(const char *name, const char *value, struct buf *out, struct err *err)
{
	enum status st = buf_addf(out, err, ",\"%s\":", name);

	return st == ST_OK ? json_put_string(out, str_of(value), err) : st;
}

static enum status
put_rendering(const struct run_rendering *s, struct buf *out, struct err *err)
{
	enum status st;

	if ((st = buf_addz(out, ",\"rendering\":{\"path\":", err)) != ST_OK || (st = json_put_string(out, str_of(s->path), err)) != ST_OK)
		return st;
	return buf_addf(out, err, ",\"archive\":\"%s\",\"chain\":\"%s\",\"seal\":\"%s\",\"sequence\":%" PRIu64 ",\"formats\":\"%s\"}", s->archive, s->chain,
	    s->seal, s->sequence, s->formats);
}

static enum status
put_bits(const char *name, const uint64_t bits[RUN_NAMED_WORDS], struct buf *out, struct err *err)
{
	enum status st = buf_addf(out, err, ",\"%s\":[", name);
	size_t i;

	for (i = 0; i < RUN_NAMED_WORDS && st == ST_OK; i++)
		st = buf_addf(out, err, "%s%" PRIu64, i == 0 ? "" : ",", bits[i]);
	return st == ST_OK ? buf_putc(out, ']', err) : st;
}

enum status
run_state_encode(const struct run_state *s, struct buf *out, struct err *err)
{
	struct str cursor = s->cursor.n > 0 ? buf_str(&s->cursor) : STR("null");
	struct str carry = s->carry.n > 0 ? buf_str(&s->carry) : STR("null");
	enum status st;

	if ((st = buf_addf(out, err, "{\"v\":%d,\"run\":", STATE_VERSION)) != ST_OK ||
	    (st = json_put_string(out, str_of(s->run), err)) != ST_OK ||
	    (st = put_text("tenant", s->tenant, out, err)) != ST_OK || (st = put_text("platform", s->platform, out, err)) != ST_OK ||
	    (st = put_text("corp", s->corp, out, err)) != ST_OK || (st = put_text("base_url", s->base_url, out, err)) != ST_OK ||
	    (st = put_text("description", s->description, out, err)) != ST_OK ||
	    (st = put_text("time_zone", s->time_zone, out, err)) != ST_OK || (st = put_text("csv_crlf", s->csv_crlf, out, err)) != ST_OK ||
	    (st = put_text("views", s->views, out, err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"began\":%" PRId64 ",\"captured\":%" PRId64 ",\"gap_entries\":%" PRIu64 ",\"limit_entries\":%" PRIu64
	    ",\"events\":%" PRIu64 ",\"sessions\":%" PRIu64, s->began_ms, s->captured_ms, s->gap_entries, s->limit_entries, s->events, s->n_sessions)) != ST_OK ||
	    (st = put_bits("users_seen", s->users_seen, out, err)) != ST_OK || (st = put_bits("rooms_seen", s->rooms_seen, out, err)) != ST_OK ||
	    (st = buf_addz(out, ",\"scope\":", err)) != ST_OK ||
	    (st = scope_encode(&s->scope, out, err)) != ST_OK || (st = put_volume(&s->volume, out, err)) != ST_OK ||
	    (s->renewal && (st = buf_addz(out, ",\"renewal\":1", err)) != ST_OK) ||
	    (s->rendering.is && (st = put_rendering(&s->rendering, out, err)) != ST_OK) ||
	    (st = buf_addz(out, ",\"closed\":", err)) != ST_OK || (st = run_state_closed_json(s, out, err)) != ST_OK ||
	    (st = buf_addz(out, ",\"streams\":", err)) != ST_OK ||
	    (st = run_state_streams_json(s, out, err)) != ST_OK ||
	    (st = buf_addz(out, ",\"cursor\":", err)) != ST_OK || (st = buf_str_add(out, cursor, err)) != ST_OK ||
	    (st = buf_addz(out, ",\"carry\":", err)) != ST_OK || (st = buf_str_add(out, carry, err)) != ST_OK)
		return st;
	return buf_putc(out, '}', err);
}

/* --- decoding: everything was written by us, so anything odd is damage --- */

static bool
get_u64(const struct json_node *t, size_t i, const char *name, uint64_t *out)
{
	size_t at = json_get(t, i, name);

	return at != 0 && str_u64(t[at].val, 0, UINT64_MAX, out, NULL) == ST_OK;
}

static bool
get_i64(const struct json_node *t, size_t i, const char *name, int64_t *out)
{
	size_t at = json_get(t, i, name);

	return at != 0 && str_i64(t[at].val, INT64_MIN, INT64_MAX, out, NULL) == ST_OK;
}

static bool
get_text(const struct json_node *t, size_t i, const char *name, struct arena *a, char *out, size_t n)
{
	size_t at = json_get(t, i, name);
	struct str s;

	if (at == 0 || t[at].tok != JSON_STR || json_text(t[at].val, t[at].flags, a, &s, NULL) != ST_OK || s.n >= n)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

static bool
decode_reasons(struct run_state *s, const struct json_node *t, size_t list, const char *stream, bool limits, struct arena *a)
{
	struct run_reason *r;
	size_t k;

	if (list == 0)
		return false;
	for (k = list + 1; k < t[list].next; k = t[k].next) {
		if (s->n_reasons == RUN_REASONS_MAX)
			return false;
		r = &s->reasons[s->n_reasons++];
		memset(r, 0, sizeof(*r));
		r->is_limit = limits;
		snprintf(r->stream, sizeof(r->stream), "%s", stream);
		if (!get_text(t, k, "reason", a, r->reason, sizeof(r->reason)) || !get_u64(t, k, "entries", &r->entries) ||
		    !get_u64(t, k, "objects", &r->objects))
			return false;
	}
	return true;
}

static bool
decode_stream(struct run_state *s, const struct json_node *t, size_t i, struct arena *a)
{
	struct run_stream *m;
	char name[48];
	size_t list, k;

	if (!get_text(t, i, "stream", a, name, sizeof(name)) || (m = run_state_stream(s, name, NULL)) == NULL)
		return false;
	if (!get_u64(t, i, "archived", &m->n_records) || !get_u64(t, i, "bytes", &m->n_bytes) ||
	    !get_u64(t, i, "missing", &m->n_gaps) || !get_u64(t, i, "limited", &m->n_limits) ||
	    (list = json_get(t, i, "expected_from")) == 0)
		return false;
	for (k = list + 1; k < t[list].next; k = t[k].next) {
		if (m->n_counts == RUN_COUNTS_MAX || !get_text(t, k, "how", a, m->counts[m->n_counts].how, sizeof(m->counts[0].how)) ||
		    !get_u64(t, k, "count", &m->counts[m->n_counts].n))
			return false;
		m->n_counts++;
	}
	if ((list = json_get(t, i, "flagged")) == 0)
		return false;
	for (k = list + 1; k < t[list].next; k = t[k].next) {
		if (m->n_flags == RUN_FLAGS_MAX || !get_text(t, k, "flag", a, m->flags[m->n_flags].name, sizeof(m->flags[0].name)) ||
		    !get_u64(t, k, "records", &m->flags[m->n_flags].n))
			return false;
		m->n_flags++;
	}
	return decode_reasons(s, t, json_get(t, i, "gaps"), name, false, a) && decode_reasons(s, t, json_get(t, i, "limits"), name, true, a);
}

static bool
get_flag(const struct json_node *t, size_t i, const char *name, bool *out)
{
	uint64_t v;

	if (!get_u64(t, i, name, &v) || v > 1)
		return false;
	*out = v == 1;
	return true;
}

static bool
decode_volume(struct run_volume *v, const struct json_node *t, size_t i)
{
	return i != 0 && get_u64(t, i, "number", &v->number) && get_u64(t, i, "gaps_before", &v->gaps_before) &&
	    get_u64(t, i, "records_before", &v->records_before) && get_flag(t, i, "used", &v->used) && get_flag(t, i, "goes_on", &v->goes_on) &&
	    get_flag(t, i, "source_done", &v->source_done) && get_i64(t, i, "until", &v->until_ms) &&
	    get_u64(t, i, "waiting_from", &v->waiting_from) && get_u64(t, i, "waiting_to", &v->waiting_to) && get_u64(t, i, "blobs", &v->blobs) &&
	    get_u64(t, i, "views", &v->views);
}

static bool
decode_rendering(struct run_rendering *s, const struct json_node *t, size_t i, struct arena *a)
{
	s->is = i != 0;
	return i == 0 || (get_text(t, i, "path", a, s->path, sizeof(s->path)) && get_text(t, i, "archive", a, s->archive, sizeof(s->archive)) &&
	    get_text(t, i, "chain", a, s->chain, sizeof(s->chain)) && get_text(t, i, "seal", a, s->seal, sizeof(s->seal)) &&
	    get_u64(t, i, "sequence", &s->sequence) && get_text(t, i, "formats", a, s->formats, sizeof(s->formats)));
}

static bool
decode_closed(struct run_state *s, const struct json_node *t, struct arena *a)
{
	size_t list = json_get(t, 0, "closed"), k, i, gaps;
	char run[64], archive[40];
	uint64_t gap;

	if (list == 0 || t[list].tok != JSON_ARR)
		return false;
	for (k = list + 1; k < t[list].next; k = t[k].next) {
		i = json_get(t, k, "archive");
		archive[0] = '\0';
		if (i == 0 || (t[i].tok != JSON_NULL && !get_text(t, k, "archive", a, archive, sizeof(archive))) ||
		    !get_text(t, k, "run", a, run, sizeof(run)) || (gaps = json_get(t, k, "gaps")) == 0 || t[gaps].tok != JSON_ARR)
			return false;
		for (i = gaps + 1; i < t[gaps].next; i = t[i].next)
			if (str_u64(t[i].val, 1, UINT64_MAX, &gap, NULL) != ST_OK || run_state_closed(s, archive, run, gap, NULL) != ST_OK)
				return false;
	}
	return true;
}

static bool
get_bits(const struct json_node *t, const char *name, uint64_t bits[RUN_NAMED_WORDS])
{
	size_t list = json_get(t, 0, name), k, i = 0;

	if (list == 0 || t[list].tok != JSON_ARR || t[list].n_children != RUN_NAMED_WORDS)
		return false;
	for (k = list + 1; k < t[list].next; k = t[k].next)
		if (str_u64(t[k].val, 0, UINT64_MAX, &bits[i++], NULL) != ST_OK)
			return false;
	return true;
}

static bool
decode(struct run_state *s, struct str json, struct arena *a)
{
	struct json_node *t;
	size_t n, list, k, at;
	uint64_t v;

	if (json_tape(json, a, &t, &n, NULL) != ST_OK || !get_u64(t, 0, "v", &v) || v != STATE_VERSION ||
	    !get_text(t, 0, "run", a, s->run, sizeof(s->run)) || !get_text(t, 0, "tenant", a, s->tenant, sizeof(s->tenant)) ||
	    !get_text(t, 0, "platform", a, s->platform, sizeof(s->platform)) || !get_text(t, 0, "corp", a, s->corp, sizeof(s->corp)) ||
	    !get_text(t, 0, "base_url", a, s->base_url, sizeof(s->base_url)) ||
	    !get_text(t, 0, "description", a, s->description, sizeof(s->description)) ||
	    !get_text(t, 0, "time_zone", a, s->time_zone, sizeof(s->time_zone)) ||
	    !get_text(t, 0, "csv_crlf", a, s->csv_crlf, sizeof(s->csv_crlf)) || !get_text(t, 0, "views", a, s->views, sizeof(s->views)) ||
	    !get_i64(t, 0, "began", &s->began_ms) || !get_i64(t, 0, "captured", &s->captured_ms) ||
	    !get_bits(t, "users_seen", s->users_seen) || !get_bits(t, "rooms_seen", s->rooms_seen) ||
	    !get_u64(t, 0, "gap_entries", &s->gap_entries) || !get_u64(t, 0, "limit_entries", &s->limit_entries) ||
	    !get_u64(t, 0, "events", &s->events) || !get_u64(t, 0, "sessions", &s->n_sessions) ||
	    (at = json_get(t, 0, "scope")) == 0 || scope_decode(&s->scope, t[at].val, NULL) != ST_OK ||
	    !decode_volume(&s->volume, t, json_get(t, 0, "volume")) || (list = json_get(t, 0, "streams")) == 0)
		return false;
	if ((json_get(t, 0, "renewal") != 0 && !get_flag(t, 0, "renewal", &s->renewal)) ||
	    !decode_rendering(&s->rendering, t, json_get(t, 0, "rendering"), a) || !decode_closed(s, t, a))
		return false;
	for (k = list + 1; k < t[list].next; k = t[k].next)
		if (!decode_stream(s, t, k, a))
			return false;
	if ((at = json_get(t, 0, "cursor")) == 0 || (t[at].tok != JSON_NULL && buf_str_add(&s->cursor, json_whole(&t[at]), NULL) != ST_OK))
		return false;
	return (at = json_get(t, 0, "carry")) != 0 && (t[at].tok == JSON_NULL || buf_str_add(&s->carry, json_whole(&t[at]), NULL) == ST_OK);
}

enum status
run_state_decode(struct run_state *s, struct str json, struct err *err)
{
	struct arena a;
	bool ok;

	arena_init(&a, LIMIT_ARENA);
	ok = decode(s, json, &a);
	arena_free(&a);
	return ok ? ST_OK : err_set(err, ST_CORRUPT, _("the state of the run is damaged"));
}
