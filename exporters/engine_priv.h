/*
 * engine_priv.h: the state of a run, shared by engine*.c and nobody else.
 *
 * phase   what happens                                              next
 * BEGIN   is the stream wanted, can it be had                       HOOK, RETRY or END
 * HOOK    items of a hook are handed through                        END
 * RETRY   what earlier runs did not get and is asked for by itself   OPEN
 * OPEN    what was not final at the last run is read again          LIST
 * LIST    pages of the list, for each window, department or id      CHECK
 * CHECK   independent counts; what the walk missed is asked for     END
 * END     limits of fields, end of stream, commit                   BEGIN of the next stream
 * LAST    what the platform never gives; end of the files           –
 */
#ifndef EXPORTERS_ENGINE_PRIV_H
#define EXPORTERS_ENGINE_PRIV_H

#include "core/source.h"
#include "exporters/api.h"
#include "exporters/engine.h"
#include "exporters/hook.h"
#include "exporters/idset.h"
#include "exporters/map.h"
#include "exporters/pager.h"
#include "exporters/retry.h"

#define QUEUE_MAX	8u
#define NO_LIST		SIZE_MAX

enum phase { PH_BEGIN, PH_HOOK, PH_RETRY, PH_OPEN, PH_LIST, PH_CHECK, PH_END, PH_LAST, PH__MAX };
enum want { WANT_NOT, WANT_SILENT /* only its ids, for another stream */, WANT };
enum off { OFF_NOT, OFF_LIMIT, OFF_GAP, OFF_REFUSED /* a gap too: secret or address, not a right */ };

/* What the run knows of one stream. */
struct lane {
	const struct stream *s;
	enum want	 want;
	enum off	 off;		/* its area was refused */
	size_t		 seen, feed, open, checked[CHECKS_MAX];	/* indexes of engine.lists; NO_LIST */
	uint64_t	 n_records, absent_all;	/* bit k: field k of granted was absent in every record */
	bool		 was_run;
};

struct position {
	size_t		 stream;
	enum phase	 phase;
	int64_t		 from_ms, to_ms;	/* window */
	bool		 tail;		/* the last window, read a second time */
	size_t		 each;		/* wanted department */
	uint64_t	 fan;		/* offset behind the id asked for now */
	uint64_t	 n_fan;		/* ids asked for so far */
	size_t		 check, retry_at, open_at;
};

struct gapped;
struct out { struct source_item it; struct record rec; };

struct engine {
	struct source	 source;	/* first member */
	struct source_params own;	/* a copy, so that the caller's need not outlive engine_open */
	const struct source_params *params;	/* it */
	struct platform	*p;
	struct api	*api;
	struct lane	*lanes;
	struct idset	*lists;
	size_t		 n_lists, lists_max, files_list, retry_list;
	struct position	 pos;
	struct pager	 pager;
	enum pager_step	 step;		/* what follows the page at hand */
	bool		 list_again;	/* the list at hand was begun a second time */
	bool		 page_live;	/* items of ${page} are being given */
	size_t		 item_at, item_k, n_items;
	struct answer	 page, detail;
	struct buf	 fan_id;
	bool		 has_fan;
	struct arena	 arena;		/* of one step */
	struct arena	 item_arena;	/* of one item and its attachments */
	struct json_node *att;		/* list of attachment ids; NULL: none pending */
	size_t		 att_at, att_k, n_att;
	struct str	 att_of;
	struct out	 q[QUEUE_MAX];
	size_t		 n_q, q_at;
	uint64_t	 n_gaps, n_limits, n_media;
	uint64_t	 since_page, calls_since_page;
	int64_t		 since_ms, until_ms;
	bool		 since_given;
	char		 media_name[32];
	struct hook	*hook;
	bool		 hook_given;	/* something since its last commit point */
	struct buf	 hook_cursor;	/* of the last SRC_PAGE; for a resumed run what it was */
	struct buf	 hook_carry;
	struct buf	 cursor, carry;
	struct arena	 carry_arena;
	struct json_node *old_carry;	/* NULL: first run */
	struct retry	 retry;
	size_t		 retry_old;	/* node of the last run's entries in ${old_carry}; 0: there are none */
	struct gapped	*gapped;	/* engine_retry.c */
	size_t		 n_gapped;
	size_t		 never_at;
	bool		 files_ended, done;
};

static inline struct lane *engine_lane(struct engine *e) { return &e->lanes[e->pos.stream]; }

/* engine.c */
struct out *engine_push(struct engine *, enum source_what);	/* assert: the queue has room */
bool engine_in(const char *const *list, const char *name);
size_t engine_lane_of(const struct engine *, const char *name, size_t n);	/* NO_LIST when there is none */

/* engine_scope.c */
enum status engine_lanes(struct engine *, struct err *) STATUS_USE;	/* one for each stream, wanted or not; ST_USAGE: an unknown name in the scope */
void engine_times(struct engine *);		/* since_ms, until_ms */
void engine_want_secrets(struct engine *);	/* tells the calls which secrets this run needs */
int64_t engine_since(const struct engine *, const struct lane *);	/* the first moment asked for in this stream */

/* engine_phase.c */
enum status engine_step(struct engine *, struct err *) STATUS_USE;	/* the next thing to do; may push nothing */
void engine_enter(struct engine *, enum phase);
enum status engine_commit(struct engine *, const char *stream, uint64_t expected, struct err *) STATUS_USE;	/* pushes SRC_PAGE */
bool engine_commit_due(const struct engine *);	/* much was given or asked since the last one */
enum status engine_maybe_commit(struct engine *, bool paged, struct err *) STATUS_USE;

/* engine_page.c */
size_t engine_n_each(const struct engine *, const struct lane *);	/* how many departments are asked for one by one; 1: no such thing */
/* The page that the position asks for into ${page}, its items set out.  *refused: the answer is there and means something else. */
enum status engine_page(struct engine *, bool *refused, struct err *) STATUS_USE;
enum status engine_next_item(struct engine *, size_t *i) STATUS_USE;	/* ST_END: no more in this page */

/* engine_list.c, engine_check.c: one step of phases OPEN, LIST and CHECK */
enum status engine_open_items(struct engine *, struct err *) STATUS_USE;
enum status engine_list(struct engine *, struct err *) STATUS_USE;
enum status engine_check(struct engine *, struct err *) STATUS_USE;

/* engine_item.c */
struct lost {
	const char	*reason;
	struct str	 object;
	const struct answer *why;
	int64_t		 from_ms, until_ms;
	const char	*detail;
	struct str	 of;			/* of an attachment: the record that names it */
	const struct retry_gaps *before;	/* of an attachment that earlier runs did not get either */
};
/* One gap or limit of stream ${of}. */
enum status engine_lost(struct engine *, enum record_kind, const char *of, const struct lost *, struct err *) STATUS_USE;
enum status engine_number(struct engine *, struct record *, struct err *) STATUS_USE;	/* the id of a gap or limit */
const char *engine_reason(const struct engine *, const struct answer *);	/* of a gap or limit of one object */
const char *engine_denied(const struct lane *);	/* the same, of a lane that is off */
/* One item of a list: skip, fetch its detail, map, give. */
enum status engine_item(struct engine *, const struct call *, const struct json_node *, size_t i, struct err *) STATUS_USE;
enum status engine_item_by_id(struct engine *, struct str id, struct err *) STATUS_USE;	/* detail call only */
enum status engine_missing(struct engine *, const struct check *, struct str id, struct err *) STATUS_USE;
enum status engine_feed(struct engine *, const struct record *, struct err *) STATUS_USE;	/* ids that other streams walk */
enum status engine_fields_limit(struct engine *, struct err *) STATUS_USE;

/* engine_media.c */
enum status engine_attachment(struct engine *, struct err *) STATUS_USE;	/* the next one of the item at hand */
enum status engine_attachment_again(struct engine *, struct str id, const struct retry_gaps *, struct err *) STATUS_USE;	/* of record e->att_of, listed as a gap before */

/* engine_retry.c */
enum status engine_retry_open(struct engine *, struct err *) STATUS_USE;	/* after the lists are open */
enum status engine_retry(struct engine *, struct err *) STATUS_USE;		/* one step of phase RETRY */
/* The gap just numbered is not final: leave its object for the next run; the gap says so where it cannot be. */
enum status engine_retry_note(struct engine *, const struct lost *, struct record *gap, struct err *) STATUS_USE;
enum status engine_retry_given(struct engine *, struct str id, struct err *) STATUS_USE;	/* a record of the stream at hand: was it a gap before? */
enum status engine_retry_closed(struct engine *, const char *of, struct str object, const struct retry_gaps *, struct err *) STATUS_USE;
enum status engine_retry_write(struct engine *, struct buf *, bool *first, struct err *) STATUS_USE;	/* member "retry" of the carry, if there is something */

/* engine_cursor.c */
enum status engine_lists_open(struct engine *, struct err *) STATUS_USE;	/* and everything else that the cursor holds */
enum status engine_cursor_write(struct engine *, struct err *) STATUS_USE;
enum status engine_carry_read(struct engine *, struct err *) STATUS_USE;
enum status engine_carry_write(struct engine *, struct err *) STATUS_USE;
size_t engine_carry_open(const struct engine *, const struct lane *);	/* node of the list of open ids; 0 */

#endif
