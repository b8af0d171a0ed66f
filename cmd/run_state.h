/*
 * run_state.h: what a run knows about itself between two commits: who, since when, which scope, every figure, where the source stands.
 * Written with each commit, read back on resume; the completeness certificate is made from it.
 */
#ifndef CMD_RUN_STATE_H
#define CMD_RUN_STATE_H

#include "cmd/scope.h"
#include "core/buf.h"

#define RUN_STREAMS_MAX	32
#define RUN_COUNTS_MAX	6
#define RUN_REASONS_MAX	96
#define RUN_FLAGS_MAX	16
#define RUN_NAMED_WORDS	(SCOPE_WORDS_MAX / 64u)

struct run_count { char how[64]; uint64_t n; };
struct run_flag { char name[24]; uint64_t n; };
struct run_stream {
	char		 name[48];
	uint64_t	 n_records, n_bytes;
	uint64_t	 n_gaps, n_limits;	/* objects, not entries */
	struct run_count counts[RUN_COUNTS_MAX]; size_t n_counts;
	struct run_flag	 flags[RUN_FLAGS_MAX]; size_t n_flags;	/* records that carry each flag */
};
/* Gaps of one earlier archive that this run has closed: "3,7". */
struct run_closed { char run[64], archive[40]; struct buf gaps; };
struct run_reason { char stream[48], reason[40]; bool is_limit; uint64_t entries, objects; };

/*
 * A run that does not fit into one archive fills several (archive format 2.3).  What the last page of one gave too much waits in the work directory, in
 * the file OVERFLOW (run_overflow.c), and comes first in the next.
 */
struct run_volume {
	uint64_t number;		/* of this archive, from 1 */
	uint64_t gaps_before;		/* gap entries in those before */
	uint64_t records_before;	/* records of those before, all streams */
	bool	 used;			/* it holds more than its first event */
	bool	 goes_on;		/* full: another follows */
	bool	 source_done;		/* the source has ended; only what waits is left */
	int64_t	 until_ms;		/* end of Covers, the same in all; WHEN_UNKNOWN as long as there is one */
	uint64_t waiting_from, waiting_to;	/* bytes of OVERFLOW that belong to the next archive */
	uint64_t blobs;			/* downloads waiting so far: names their files */
	uint64_t views;			/* octets that its views will come to, expected so far (struct view_room) */
};

/* run_render.c: the sealed archive whose records this run renders. */
struct run_rendering { bool is; char path[4096], archive[40], chain[48], seal[65]; uint64_t sequence; char formats[512] /* separated by blanks */; };

struct run_state {
	char		 run[64], tenant[68], platform[64], corp[128];
	/* What else of the tenant's section a run must go on with (run_settings.c); as it takes effect, also where the key is absent. */
	char		 base_url[512], description[512], time_zone[64], csv_crlf[8], views[256];
	int64_t		 began_ms, captured_ms;		/* captured: WHEN_UNKNOWN until the source has ended */
	struct run_scope scope;
	struct run_stream streams[RUN_STREAMS_MAX]; size_t n_streams;
	struct run_reason reasons[RUN_REASONS_MAX]; size_t n_reasons;
	uint64_t	 gap_entries, limit_entries, events;	/* running numbers of those records */
	uint64_t	 n_sessions;
	bool		 renewal;			/* a renewal archive: the source is the chain itself (run_renew.c) */
	struct run_rendering rendering;
	uint64_t	 users_seen[RUN_NAMED_WORDS], rooms_seen[RUN_NAMED_WORDS];	/* run_named.c: of those that the scope names, one bit each */
	struct run_volume volume;
	struct run_closed *closed; size_t n_closed;
	struct buf	 cursor, carry;			/* of the source */
};

/* Nothing of the platform is fetched: no cursor is taken from a tenant or left to it, and no time is covered. */
static inline bool run_state_apart(const struct run_state *s) { return s->renewal || s->rendering.is; }

void run_state_init(struct run_state *);
void run_state_free(struct run_state *);
enum status run_state_encode(const struct run_state *, struct buf *out, struct err *) STATUS_USE;
/* ST_CORRUPT: not a state of ours. */
enum status run_state_decode(struct run_state *, struct str json, struct err *) STATUS_USE;
/* run_state_stream(s, name, err): the stream's figures, made on first use; NULL with ST_LIMIT in ${err} when there are too many. */
struct run_stream *run_state_stream(struct run_state *, const char *name, struct err *);
/* run_state_reason(s, stream, reason, is_limit, objects, err): count one entry. */
enum status run_state_reason(struct run_state *, const char *stream, const char *reason, bool is_limit, uint64_t objects, struct err *) STATUS_USE;
/* run_state_flags(m, rec, err): count the flags of a record that was archived. */
enum status run_state_flags(struct run_stream *, const struct record *, struct err *) STATUS_USE;
/* run_state_closed(s, archive, run, gap, err): remember one; ${archive} "": not known. */
enum status run_state_closed(struct run_state *, const char *archive, const char *run, uint64_t gap, struct err *) STATUS_USE;
/* run_state_closed_json(s, out, err): array "closed_gaps" of the completeness certificate. */
enum status run_state_closed_json(const struct run_state *, struct buf *out, struct err *) STATUS_USE;
uint64_t run_state_gaps(const struct run_state *);	/* entries */
uint64_t run_state_limits(const struct run_state *);
/* run_state_refused(s, out, size): the streams with gaps "access_refused": "users, approvals", cut to what fits; "": none. */
void run_state_refused(const struct run_state *, char *out, size_t size);
uint64_t run_state_records(const struct run_state *);	/* of the platform's streams, not the program's own */
/* run_state_counts_json(s, out, err): array "streams" of the completeness certificate, also used by `runs --json`. */
enum status run_state_streams_json(const struct run_state *, struct buf *out, struct err *) STATUS_USE;

#endif
