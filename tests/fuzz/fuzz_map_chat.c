/*
 * fuzz_map_chat: whatever the library hands over becomes one record line that can be read again; raw means the same.  What the mapping says need not
 * be looked at again (as_is) is written as it would be after a look.
 */
#include <stdint.h>
#include <stdlib.h>

#include "core/limits.h"
#include "exporters/map_chat.h"
#include "formats/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
need(bool what)
{
	if (!what)
		abort();
}

static enum status
encode(const struct record *rec, struct buf *line)
{
	buf_clear(line);
	need(buf_addz(line, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\"", NULL) == ST_OK);
	return record_encode(rec, line, NULL);
}

static void
row(const struct record *rec, struct buf *out)
{
	const struct format_options opt = { .crlf = false };
	struct sink_mem sink;
	struct writer *w;

	buf_clear(out);
	sink_mem_init(&sink, out);
	need(csv_format.open(&w, rec->kind, &opt, &sink.sink, NULL) == ST_OK && csv_format.put(w, rec, NULL) == ST_OK);
	csv_format.close(w);
}

/* ${line}: of ${rec}. */
static void
same_after_a_look(struct record rec, const struct buf *line)
{
	struct buf again, before, after;
	size_t i;

	buf_init(&again, LIMIT_RECORD + 64);
	buf_init(&before, 8 * LIMIT_RECORD);
	buf_init(&after, 8 * LIMIT_RECORD);
	row(&rec, &before);
	rec.raw_as_is = false;
	for (i = 0; i < RECORD_FIELDS_MAX; i++)
		rec.n[i].as_is = false;
	need(encode(&rec, &again) == ST_OK && str_eq(buf_str(&again), buf_str(line)));
	row(&rec, &after);
	need(str_eq(buf_str(&before), buf_str(&after)));
	buf_free(&again);
	buf_free(&before);
	buf_free(&after);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct chat_envelope env = { STR("12"), STR("3"), STR("m1") };
	struct str plain = { (const char *)data, n };
	struct chat_message m;
	struct record rec, back;
	struct arena a, b;
	struct buf line;
	size_t i;

	if (n > 1 << 20)
		return 0;
	arena_init(&a, LIMIT_ARENA);
	arena_init(&b, LIMIT_ARENA);
	buf_init(&line, LIMIT_RECORD + 64);
	need(map_chat_message(plain, &env, &a, &rec, &m, NULL) == ST_OK);
	need(rec.raw.p != NULL && str_is(rec.id, "m1"));
	for (i = 0; i < m.files.n; i++)
		need(m.files.v[i].id.n > 0 && m.files.v[i].raw.p != NULL);
	rec.tenant = STR("acme");
	rec.platform = STR("wecom");
	rec.endpoint = STR("GetChatData");
	rec.fetched_ms = 0;
	if (encode(&rec, &line) == ST_OK) {
		same_after_a_look(rec, &line);
		need(record_decode(buf_str(&line), &b, &back, NULL) == ST_OK);
		need(str_eq(back.id, rec.id) && back.raw_form == rec.raw_form && (back.raw_form != RAW_JSON || str_eq(back.raw, rec.raw)));
	}
	buf_free(&line);
	arena_free(&a);
	arena_free(&b);
	return 0;
}
