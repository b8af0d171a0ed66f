/*
 * hook.h: what no table can say.  A hook serves one stream group of the description (here "wecom.chat").
 *
 * The engine opens it when the group's turn comes, hands its items through unchanged, and keeps its cursor and carry
 * inside its own.  A hook's SRC_PAGE is a commit point of the whole source; SRC_STREAM_END ends one of its streams,
 * ST_END of next ends the group.
 */
#ifndef EXPORTERS_HOOK_H
#define EXPORTERS_HOOK_H

#include "core/source.h"

struct hook_ctx {
	const struct source_params *params;	/* borrowed for the life of the hook */
	struct str	cursor;			/* own part, absent at first; borrowed for the call of open only */
	struct str	carry;			/* what the last finished run left, absent at the first run; the same */
	const uint64_t	*n_gaps;		/* gaps given in this run so far, of all streams: the next one gets the number after it */
};

struct hook {
	/* As source_next (core/source.h).  Views in an item live until the next call. */
	enum status (*next)(struct hook *, struct source_item *, struct err *);
	/* Make own side files durable: called before the cursor is written down. */
	enum status (*sync)(struct hook *, struct err *);
	/* Where to go on after the last SRC_PAGE: a JSON value; valid until the next call. */
	enum status (*cursor)(struct hook *, struct str *out, struct err *);
	/* What the next run must know: a JSON value; read after ST_END.  A failure ends the session: without it records would be lost. */
	enum status (*carry)(struct hook *, struct str *out, struct err *);
	void (*close)(struct hook *);		/* NULL does nothing */
};

enum status hook_chat_open(struct hook **out, const struct hook_ctx *, struct err *) STATUS_USE;

#endif
