/*
 * source.h: all areas of one tenant as one stream of items, in the order of the platform's description; chat first, since it expires.
 *
 * Pull model: source_next gives records, files, gaps, limits and counts; SRC_PAGE marks a point where a commit may be made: everything
 * given so far belongs to the cursor that source_cursor then returns.  Views in an item live until the next call.
 */
#ifndef CORE_SOURCE_H
#define CORE_SOURCE_H

#include "core/config.h"
#include "core/record.h"
#include "core/transport.h"

enum source_what {
	SRC_RECORD,	/* rec; for kind REC_FILE also blob: the caller appends its bytes and sets field "path" before it keeps the record */
	SRC_GAP,	/* rec of kind REC_GAP: counted, listed, changes the exit status */
	SRC_LIMIT,	/* rec of kind REC_LIMIT: counted, listed */
	SRC_CLOSED,	/* rec of kind REC_EVENT: gaps of earlier runs whose object this run has given; the caller completes it */
	SRC_COUNT,	/* stream, count, how: an independent figure of how many there should be */
	SRC_PAGE,	/* commit point; stream and done/expected for progress */
	SRC_STREAM_END	/* stream: no more records of it will come */
};
struct source_item {
	enum source_what what;
	struct record	*rec;		/* the caller may set fields; owned by the source */
	const char	*blob;		/* SRC_RECORD of kind REC_FILE: name in ${work_dir}; the caller deletes it when it is durable elsewhere */
	uint64_t	 blob_size;
	const char	*stream;	/* SRC_COUNT, SRC_PAGE, SRC_STREAM_END */
	uint64_t	 count;		/* SRC_COUNT; SRC_PAGE: expected, 0 unknown */
	const char	*how;		/* SRC_COUNT: how it is known, e.g. "user/list_id": an endpoint, never translated */
};

/* What is wanted.  [since_ms, until_ms); WHEN_UNKNOWN: open. Lists are NULL-terminated, NULL: everything. */
struct scope {
	int64_t since_ms, until_ms;
	const char *const *areas, *const *streams, *const *excluded;	/* excluded: area or stream names */
	const char *const *departments, *const *users, *const *rooms;
	bool left;			/* only people who have left: a source whose platform does not tell who refuses it */
	bool pilot;			/* a small, complete sample through every step */
};

struct source_params {
	const struct config	*config;
	const char		*tenant;	/* section name, "acme" */
	const struct scope	*scope;
	struct transport	*net;
	int			 work_dir;	/* descriptor: side files and downloads live there */
	struct str		 cursor;	/* to go on from; absent: from the beginning */
	const char		*run;		/* names this run in what the next one is told; NULL: "" */
	bool			 discreet;	/* what the next run is told may lie where content may not: ids only, nothing that people wrote */
	struct str		 carry;		/* what the last finished run of this tenant left (source_carry); absent: first run */
	unsigned		 n_threads;	/* 0: all processors */
	const char		*program;	/* path of this executable, for the child process of the chat archive */
	uint64_t		 backoff_ms;	/* base of the retry wait; 0: the usual 500 */
};

struct source {
	/* ST_OK: one item.  ST_END: all done.  ST_RETRY/ST_REMOTE/ST_DENIED/ST_IO/ST_STOPPED: ends the session, what was given stays good. */
	enum status (*next)(struct source *, struct source_item *, struct err *);
	/* Make own side files durable: call before the cursor is written down. */
	enum status (*sync)(struct source *, struct err *);
	/* Where to go on after the last SRC_PAGE; printable JSON without secrets; valid until the next call. */
	struct str (*cursor)(struct source *);
	/* What the next run must know (JSON): read after ST_END. */
	struct str (*carry)(struct source *);
	void (*close)(struct source *);		/* NULL does nothing */
};

static inline enum status source_next(struct source *s, struct source_item *it, struct err *err) { return s->next(s, it, err); }
static inline enum status source_sync(struct source *s, struct err *err) { return s->sync(s, err); }
static inline struct str source_cursor(struct source *s) { return s->cursor(s); }
static inline struct str source_carry(struct source *s) { return s->carry(s); }
static inline void source_close(struct source *s) { if (s != NULL) s->close(s); }

#endif
