/* fuzz_map.c: any JSON as an object of every stream: a record with an id whose line reads back, or a status. */
#include <stdlib.h>

#include "core/limits.h"
#include "exporters/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
map_one(const struct platform *p, const struct stream *s, const struct json_node *t, struct arena *a)
{
	struct map_ctx ctx = { p, s, "acme", "/fuzz", STR_NONE, STR("asked"), 0 };
	struct record rec, back;
	struct buf line;

	if (map_record(&ctx, t, 0, a, &rec, NULL, NULL) != ST_OK)
		return;
	if (rec.id.n == 0)
		abort();
	buf_init(&line, LIMIT_RECORD * 2);
	if (buf_addz(&line, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\"", NULL) == ST_OK && record_encode(&rec, &line, NULL) == ST_OK &&
	    record_decode(buf_str(&line), a, &back, NULL) != ST_OK)
		abort();
	buf_free(&line);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct platform *p;
	struct json_node *t;
	struct arena a;
	size_t n_nodes, i;

	if (p == NULL && platform_open(&p, "wecom", platform_builtin("wecom"), NULL) != ST_OK)
		abort();
	arena_init(&a, (size_t)256 << 20);
	if (json_tape((struct str){ (const char *)data, n }, &a, &t, &n_nodes, NULL) == ST_OK)
		for (i = 0; i < p->n_streams; i++)
			if (p->streams[i].hook == NULL)
				map_one(p, &p->streams[i], t, &a);
	arena_free(&a);
	return 0;
}
