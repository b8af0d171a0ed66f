/*
 * map.h: a platform's JSON object becomes a record.  No network, no state: the same bytes give the same record.
 *
 * The description names for each record field a path and how its value is taken ("path|how(arg)", see platforms/SCHEMA.md).
 * What is simple is in map.c, what only WeCom has in map_wecom.c, map_form.c and map_route.c.  The object itself is kept token for token as raw.
 * Flags set: duplicate_key, invalid_utf8, lone_surrogate, unknown_control, unknown_type.
 */
#ifndef EXPORTERS_MAP_H
#define EXPORTERS_MAP_H

#include "core/json.h"
#include "core/record.h"
#include "exporters/platform.h"

struct map_ctx {
	const struct platform *p;
	const struct stream *s;
	const char	*tenant, *endpoint;
	struct str	 cursor;	/* of the page; absent if none */
	struct str	 asked_id;	/* {id} of the request */
	int64_t		 fetched_ms;
};

/*
 * map_record(ctx, t, i, a, rec, absent, err): map object ${i} of the tape.  What has no id becomes kind REC_UNKNOWN with an id made from its digest.
 * Views point into the page and ${a}.  Bit k of ${absent} (may be NULL): field k of the stream's granted list is not there.
 * ST_LIMIT, ST_NOMEM.
 */
enum status map_record(const struct map_ctx *, const struct json_node *t, size_t i, struct arena *, struct record *, uint64_t *absent,
    struct err *) STATUS_USE;
/* map_knows(how): is it a way to take a value?  NULL is. map_hows(n): all of them, for messages. */
bool map_knows(const char *how);
const char *const *map_hows(size_t *n);

/* --- for the platform's own files --- */

struct map_in {
	const struct map_ctx *ctx;
	const struct json_node *t;
	size_t		 item;		/* the object */
	size_t		 v;		/* the value that the path led to; 0: none */
	const char	*arg;
	struct arena	*a;
	struct record	*rec;
};
/* A value's way: sets ${out} (JSON text for F_LIST and F_JSON), leaves it absent where there is none. */
struct map_way { const char *name; enum status (*take)(const struct map_in *, struct value *out, struct err *); };
extern const struct map_way map_wecom_ways[];	/* ended by name == NULL */

/* JSON being written; the first failure stays. */
struct map_out { struct buf b; enum status st; struct err *err; };
void map_out_begin(struct map_out *, struct err *);
void map_put(struct map_out *, const char *literal);
void map_put_text(struct map_out *, struct str);			/* quoted */
void map_put_time(struct map_out *, int64_t ms);			/* quoted; null when unknown */
enum status map_out_end(struct map_out *, struct arena *, struct str *out);	/* frees */
/* map_text(in, i, err): text of a string, number or literal; absent for 0, null and containers (and, at the limit of memory, with *st set). */
struct str map_text(const struct map_in *, size_t i, enum status *st, struct err *);
int64_t map_seconds(const struct json_node *t, size_t i);		/* number or text of seconds > 0; else WHEN_UNKNOWN */

#endif
