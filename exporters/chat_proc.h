/*
 * chat_proc.h: the parent's side of the child that holds the vendor's chat library: start, ask, watch, start again.
 *
 * A call that hangs past its deadline, or during which the child ends, is repeated in a new child, CHAT_TRIES times in
 * all; after that the answer has code CHAT_E_FAULT: what was asked for costs a gap, never the run.  A child whose
 * resident size passes rss_max is replaced between two calls; past four times that, within one.
 * Used by one thread.
 */
#ifndef EXPORTERS_CHAT_PROC_H
#define EXPORTERS_CHAT_PROC_H

#include "core/buf.h"
#include "core/secret.h"
#include "exporters/chat_wire.h"

#define CHAT_TRIES	3u	/* children that may fail at one request */
#define CHAT_ROWS_MAX	1000u	/* limit of GetChatData [91774] */

struct chat_proc_config {
	const char	*program;	/* this executable */
	const char	*library;	/* path of the vendor's library */
	const char	*corp_id;
	struct str	 secret;	/* of the chat archive; no NUL inside */
	const char	*proxy;		/* NULL: none */
	struct str	 passwd;	/* user:password of the proxy, may be absent */
	unsigned	 timeout_s;	/* handed to the library; 0: 30 */
	uint64_t	 deadline_ms;	/* of one call; 0: timeout_s and 15 s more */
	uint64_t	 rss_max;	/* bytes; 0: 512 MiB */
	uint64_t	 backoff_ms;	/* base of the wait before a network error is tried again; 0: 500 */
};

struct chat_proc;

/*
 * chat_proc_open(out, config, err): start the child and load the library; borrows everything in ${config} until close.
 * ST_USAGE: no such library, not a library, a function missing.  ST_DENIED: caller IP, certificate.  ST_REMOTE: it does not start.
 */
enum status chat_proc_open(struct chat_proc **out, const struct chat_proc_config *, struct err *) STATUS_USE;
void chat_proc_close(struct chat_proc *);	/* NULL does nothing */

/*
 * Calls.  ST_OK with *code 0: views in the answer live until the next call.  ST_OK with another code: the library or the child refused
 * this object (chat_code_row says what it means).  Network errors (10001, 10002, 10003) are tried again with growing waits; ST_RETRY after
 * six tries for a page; for media the code is given.  ST_DENIED: 10009, 10011.  ST_STOPPED, ST_IO, ST_NOMEM.
 */
enum status chat_proc_pull(struct chat_proc *, uint64_t seq, uint32_t limit, int *code, struct str *page, struct err *) STATUS_USE;

/* chat_proc_renew(p): a new child, and with it a new session of the library, at the next call: the one at hand is not valid any more. */
void chat_proc_renew(struct chat_proc *);

struct chat_chunk { struct str data, next_index; bool is_last; };
enum status chat_proc_media(struct chat_proc *, struct str index, struct str file_id, int *code, struct chat_chunk *, struct err *) STATUS_USE;

struct chat_cipher { struct str key, message; int code; struct str text; };	/* code and text are the answer */
/*
 * chat_proc_decrypt(p, items, n, err): n ≤ CHAT_BATCH_MAX.  When the child fails at a batch its messages are tried one by one; after
 * eight in a row that it failed at, the rest of the batch is given CHAT_E_FAULT without being tried: envelopes are safe, the run goes on.
 */
enum status chat_proc_decrypt(struct chat_proc *, struct chat_cipher *, size_t n, struct err *) STATUS_USE;

/* What a code means, from the table of return codes in document 91774. */
struct chat_code {
	int		 code;
	enum status	 st;		/* of a call that cannot go on: ST_RETRY, ST_DENIED, ST_REMOTE; ST_INPUT: of this object alone */
	const char	*reason;	/* of a gap for this object */
	bool		 is_final;	/* it cannot be had later */
	const char	*text;		/* N_() */
};
const struct chat_code *chat_code_row(int code);	/* never NULL */

/* For tests and the log: pid of the child now, 0 without one; children started so far. */
int chat_proc_pid(const struct chat_proc *);
unsigned chat_proc_starts(const struct chat_proc *);

#endif
