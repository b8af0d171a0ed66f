/* fuzz_map_chat: whatever the library hands over becomes one record line that can be read again; raw means the same. */
#include <stdint.h>
#include <stdlib.h>

#include "core/limits.h"
#include "exporters/map_chat.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
need(bool what)
{
	if (!what)
		abort();
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
	need(buf_addz(&line, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\"", NULL) == ST_OK);
	if (record_encode(&rec, &line, NULL) == ST_OK) {
		need(record_decode(buf_str(&line), &b, &back, NULL) == ST_OK);
		need(str_eq(back.id, rec.id) && back.raw_form == rec.raw_form && (back.raw_form != RAW_JSON || str_eq(back.raw, rec.raw)));
	}
	buf_free(&line);
	arena_free(&a);
	arena_free(&b);
	return 0;
}
