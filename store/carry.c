/* carry.c: see carry.h. */
#include "store/carry.h"

#include <stdio.h>

#include "core/fs.h"
#include "core/json.h"

#define CARRY_MAX	((size_t)32 << 20)

static void
name_of(const char *archive, char out[48])
{
	snprintf(out, 48, "%.39s.carry", archive);
}

enum status
carry_save(const struct store *s, const char *archive, const char *tenant, const char *action, struct str detail, struct err *err)
{
	char name[48];
	struct buf json;
	enum status st;

	name_of(archive, name);
	buf_init(&json, CARRY_MAX);
	if ((st = buf_addf(&json, err, "{\"archive\":\"%s\",\"tenant\":", archive)) == ST_OK && (st = json_put_string(&json, str_of(tenant), err)) == ST_OK &&
	    (st = buf_addf(&json, err, ",\"action\":\"%s\",\"detail\":", action)) == ST_OK && (st = buf_str_add(&json, detail, err)) == ST_OK &&
	    (st = buf_addz(&json, "}\n", err)) == ST_OK)
		st = fs_replace(s->dir, name, json.p, json.n, err);
	buf_free(&json);
	return st;
}

enum status
carry_load(const struct store *s, const char *archive, struct buf *json, struct err *err)
{
	char name[48];

	name_of(archive, name);
	return fs_load(s->dir, name, CARRY_MAX, json, err);
}
