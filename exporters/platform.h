/*
 * platform.h: a platform as data.  platforms/SCHEMA.md documents every slot for those who write one; here is what the
 * engine sees after the description has been read and checked.
 *
 * Everything is NUL-terminated and lives as long as the platform; NULL stands for a slot that was left out.
 */
#ifndef EXPORTERS_PLATFORM_H
#define EXPORTERS_PLATFORM_H

#include "core/json.h"
#include "core/record.h"

#define CHECKS_MAX	4u	/* of one stream */
#define CONFIG_MAX	8u	/* tenant keys that calls use */

/* What an error code asks for. */
enum action {
	ACT_OK,			/* success; never in a description */
	ACT_UNKNOWN,		/* a code the description does not know; never in a description */
	ACT_REFUSED_URL,	/* redirected to a place that is not asked; never in a description */
	ACT_REFRESH,		/* token ended: fetch a new one, once, and repeat the call, once */
	ACT_WAIT,		/* rate limit: wait, slow down, go on */
	ACT_RETRY,		/* busy: try again, growing waits */
	ACT_DENIED_RUN,		/* organisation wrong: the run ends, AUTH */
	ACT_DENIED_SECRET,	/* secret wrong: gap, its streams end, AUTH at the end; the run ends when no other secret serves a wanted stream */
	ACT_IP,			/* caller address not trusted: the run ends, AUTH, the address is shown */
	ACT_DENIED_AREA,	/* right missing: limit when the area never worked in this run, else gap; the area ends */
	ACT_WITHDRAWN,		/* right taken away: gap; the area ends */
	ACT_STOP_AREA,		/* the platform refuses the call as such: gap; the stream ends, or goes on with the next id */
	ACT_SKIP,		/* never offered: limit; of the object, or of the stream where there is no object */
	ACT_DENIED,		/* right missing for this object: gap denied, go on */
	ACT_HIDDEN,		/* object outside the visible range: gap hidden, go on */
	ACT_GONE,		/* object does not exist any more: gap gone, go on */
	ACT_EXPIRED,		/* content no longer kept: gap expired, go on */
	ACT_RANGE,		/* too large for one answer: fetch in ranges */
	ACT_SPLIT_RANGE,	/* window too large: halve it */
	ACT__MAX
};

struct pair { const char *name, *value; };
struct pairs { struct pair *v; size_t n; };
struct strings { const char **v; size_t n; };
struct code_action { const char *code; enum action act; };
struct code_actions { struct code_action *v; size_t n; };
struct word_table { const char *name; struct pairs words; };
struct word_tables { struct word_table *v; size_t n; };

enum paging_style { PAGING_NONE, PAGING_CURSOR, PAGING_OFFSET, PAGING__MAX };
struct paging {
	enum paging_style style;
	const char	*first;		/* NULL: leave it out of the first request */
	const char	*next;		/* path of the next cursor */
	const char	*more;		/* path of a flag; NULL: a cursor that is absent or empty is the end */
	bool		 more_means_end;/* the flag says "this was the last" */
	uint64_t	 size;		/* {size} */
};

struct call {
	const char	*path;
	const char	*method;	/* "GET" or "POST" */
	struct pairs	 query;
	const char	*body;		/* JSON with placeholders; NULL: none */
	const char	*items;		/* path of the list, "" the answer itself is the one item */
	const char	*id;		/* path in an item, "" the item itself, NULL: the id asked for */
	const char	*per_item;	/* path in an item compared with the wanted departments (checks) */
	struct paging	 paging;
	uint64_t	 per_minute;	/* 0: the platform's */
	struct code_actions errors;	/* before the platform's */
	struct strings	 secrets;	/* none: the stream's */
};

enum window_unit { UNIT_S, UNIT_MS, UNIT__MAX };
struct window {
	enum window_unit unit;
	uint64_t	 span_s;	/* longest per call */
	uint64_t	 overlap_s;	/* how far a later run reaches back before the end of the last one */
};

struct mapped { const char *field, *path, *how, *arg; };	/* record field ← path | how(arg) */
struct map_rules { struct mapped *v; size_t n; };

struct check {
	const char	*how;		/* endpoint, never translated */
	struct call	 call;
	bool		 has_missing;
	struct call	 missing;	/* asks for one object that the walk did not show */
	const char	*reason;	/* of the gap where that does not give it */
};

struct attach {
	const char	*field;		/* record field (list of ids) */
	const char	*stream;	/* "files" */
	struct call	 call;
	uint64_t	 chunk;		/* bytes of one range */
};

struct scope_by { const char *user, *department, *room, *time; };	/* record fields compared with the wanted scope */

struct stream {
	const char	*name, *area, *hook;
	struct strings	 hook_streams;	/* that a hook serves, besides ${name} */
	enum record_kind kind;
	struct strings	 secrets;	/* configuration names behind "secret.", tried in order; "default" is added by the engine */
	const char	*fan_out;	/* "departments" or "approvals.template": ids of that stream, one call each as {id} */
	const char	*each_department;	/* "yes": one call per wanted department as {department}; without a wish one without it */
	bool		 has_list, has_detail, has_window, has_attach;
	struct call	 list, detail;
	struct window	 window;
	struct map_rules map;
	struct strings	 granted;	/* record fields that are absent when not granted */
	struct check	*checks; size_t n_checks;
	struct attach	 attach;
	struct scope_by	 scope;
	bool		 versions;	/* objects change: version = digest of what was received */
	const char	*state_field;	/* with ${final}: what is not final is read again by the next run */
	struct strings	 final;
};

struct never { const char *area, *reason, *detail; };	/* what no stream of the description can give */

struct platform {
	const char	*name, *title, *base_url, *first_day;
	int64_t		 first_ms;
	struct strings	 hosts;		/* that a redirect may lead to: "a.example.com", "*.example.com" */
	struct strings	 config;	/* tenant keys that calls use as placeholders */
	struct call	 token;
	const char	*token_value, *token_lifetime_s, *token_in, *token_name;	/* in: "query", "header", "bearer" */
	const char	*success_path, *success_equals;
	struct strings	 code_paths;
	const char	*text_path;
	const char	*text_until;	/* what follows this in the words is different each time: not for records */
	struct code_actions errors;
	struct pairs	 reasons;	/* code → reason of the gap or limit, where it says more than the action */
	struct strings	 ban_fields;	/* members of an answer that mean a ban; a number in one is seconds to wait */
	uint64_t	 ban_wait_s, ban_wait_max_s, throttle_wait_s, tries, busy_tries, per_minute;
	struct word_tables words;
	struct stream	*streams; size_t n_streams;
	struct never	*nevers; size_t n_nevers;
	struct arena	 arena;		/* holds all of it */
};

extern const char *const action_names[ACT__MAX + 1];	/* ended by NULL */

/* platform_open(out, name, text, err): read and check a description.  ST_USAGE: what is wrong, where, and the nearest known name. ST_LIMIT. */
enum status platform_open(struct platform **out, const char *name, struct str text, struct err *) STATUS_USE;
/* platform_builtin(name): the text of a description in this program; absent when there is none. */
struct str platform_builtin(const char *name);
/* platform_builtin_name(i): their names; NULL behind the last. */
const char *platform_builtin_name(size_t i);
void platform_close(struct platform *);

/* platform_stream(p, name): NULL when there is none. */
const struct stream *platform_stream(const struct platform *, const char *name);
/* platform_word(p, table, value): the word for ${value} in a table, NULL when the table has none. */
const char *platform_word(const struct platform *, const char *table, struct str value);

#endif
