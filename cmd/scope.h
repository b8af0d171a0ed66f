/*
 * scope.h: what an export is asked for, from options and back from a stored run.  It stands in the archive.
 */
#ifndef CMD_SCOPE_H
#define CMD_SCOPE_H

#include "cmd/options.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/source.h"

/* Rows for the table of a command. */
#define SCOPE_OPTIONS \
	{ "area", 0, "A,…", N_("only these areas: contacts, chat, approvals, …"), true }, \
	{ "stream", 0, "S,…", N_("only these streams: departments, users, messages, approvals, …"), true }, \
	{ "exclude", 0, "X,…", N_("not these areas or streams"), true }, \
	{ "since", 0, "T", N_("from this moment on (RFC 3339 or a date; zone of the tenant)"), false }, \
	{ "until", 0, "T", N_("before this moment"), false }, \
	{ "department", 0, "ID,…", N_("only these departments with all below them"), true }, \
	{ "user", 0, "ID,…", N_("only these members"), true }, \
	{ "room", 0, "ID,…", N_("only these rooms"), true }, \
	{ "left", 0, NULL, N_("only people who have left, where the platform says who; WeCom does not"), false }, \
	{ "pilot", 0, NULL, N_("a small, complete sample through every step"), false }

#define SCOPE_WORDS_MAX	256u	/* in one list of it */

struct run_scope { struct scope scope; struct arena arena; };

void scope_init(struct run_scope *);
void scope_free(struct run_scope *);
/* scope_options(s, o, err): ST_USAGE: not a time, empty range, empty word.  The zone must have been set (when_zone). */
enum status scope_options(struct run_scope *, const struct options *, struct err *) STATUS_USE;
/* scope_encode / scope_decode: JSON object; decode takes the tape node of one. */
enum status scope_encode(const struct run_scope *, struct buf *out, struct err *) STATUS_USE;
enum status scope_decode(struct run_scope *, struct str json, struct err *) STATUS_USE;
/* scope_is_whole(s): nothing is left out, so every count must be met. */
bool scope_is_whole(const struct run_scope *);

#endif
