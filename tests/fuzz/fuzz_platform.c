/* fuzz_platform.c: any bytes as a platform description: read or refused with its place; what is read fills a request. */
#include <stdlib.h>

#include "exporters/fill.h"
#include "exporters/platform.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct var v[] = { { "id", STR("i") }, { "cursor", STR("c") }, { "from", STR("1") }, { "to", STR("2") }, { "size", STR("3") } };
	struct vars vars = { v, 5 };
	struct platform *p;
	struct buf b;
	struct err err;
	size_t i;

	err_init(&err);
	if (platform_open(&p, "fuzz", (struct str){ (const char *)data, n }, &err) != ST_OK) {
		if (p != NULL || err.text[0] == '\0')
			abort();
		return 0;
	}
	buf_init(&b, (size_t)1 << 22);
	for (i = 0; i < p->n_streams; i++) {
		const struct call *c = &p->streams[i].list;

		if (p->streams[i].hook != NULL)
			continue;
		if (c->path == NULL || c->path[0] != '/' || c->method == NULL)
			abort();		/* the check let a broken call through */
		buf_clear(&b);
		if (fill_query(&c->query, &vars, &b, &err) != ST_OK)
			continue;
		if (c->body != NULL && fill_body(c->body, &vars, &b, &err) == ST_OK && b.n == 0)
			abort();
	}
	buf_free(&b);
	platform_close(p);
	return 0;
}
