/*
 * chat_wire.h: what goes over the socket between the program and the child that holds the vendor's chat library.
 *
 * A frame is a 32-bit length and a body; a body is a sequence of fields: 32- and 64-bit numbers, and strings with a 32-bit
 * length in front and a NUL behind (so that a view of one is also a C string).  Both ends are the same program on the
 * same machine: numbers are in the machine's byte order.  Nothing longer than CHAT_FRAME_MAX is sent or taken.
 */
#ifndef EXPORTERS_CHAT_WIRE_H
#define EXPORTERS_CHAT_WIRE_H

#include "core/buf.h"
#include "core/limits.h"

#define CHAT_FRAME_MAX	(LIMIT_PAGE + ((size_t)1 << 20))	/* a page and what stands around it */
#define CHAT_BATCH_MAX	1024u					/* messages in one CHAT_OP_DECRYPT */

/* Request: u32 op and its fields.  Answer: u32 op, u32 code (int32), fields when the code is 0. */
enum chat_op {
	CHAT_OP_INIT = 1,	/* library, corpid, secret, proxy, passwd, u32 timeout_s → with CHAT_E_LOAD, _SYMBOL: text */
	CHAT_OP_PULL,		/* u64 seq, u32 limit → page */
	CHAT_OP_DECRYPT,	/* u32 n, n times (key, message) → n times (u32 code, text) */
	CHAT_OP_MEDIA		/* index, file id → u32 finished, next index, data */
};

/* Codes of our own beside those of the library, which are 0 or 10000 and more. */
enum {
	CHAT_E_LOAD = -1,	/* not there, or not a library */
	CHAT_E_SYMBOL = -2,	/* a function is missing */
	CHAT_E_NULL = -3,	/* NewSdk, NewSlice or NewMediaData gave nothing */
	CHAT_E_SIZE = -4,	/* a length that cannot be, or more than a frame holds */
	CHAT_E_BODY = -5,	/* the request could not be read */
	CHAT_E_FAULT = -6	/* given by the parent: the child ended or hung each time */
};

enum status chat_wire_u32(struct buf *, uint32_t, struct err *) STATUS_USE;
enum status chat_wire_u64(struct buf *, uint64_t, struct err *) STATUS_USE;
enum status chat_wire_str(struct buf *, struct str, struct err *) STATUS_USE;	/* absent is sent as empty */

/* Reading: false once the body ends early or a length does not fit, and ever after. */
struct chat_body { const char *p; size_t n, at; bool bad; };
bool chat_wire_get_u32(struct chat_body *, uint32_t *);
bool chat_wire_get_u64(struct chat_body *, uint64_t *);
bool chat_wire_get_str(struct chat_body *, struct str *);	/* view into the body, NUL behind it */

/*
 * How long to wait: until when_mono_ms() reaches ${until_ms} (INT64_MAX: for ever); ${tick} (may be NULL) is called about
 * five times a second meanwhile and ends the wait by anything but ST_OK.
 */
struct chat_wait { int64_t until_ms; enum status (*tick)(void *ctx, struct err *); void *ctx; };
/* ST_END: the other side is gone.  ST_RETRY: it took too long.  ST_LIMIT: a frame over CHAT_FRAME_MAX.  ST_IO. */
enum status chat_wire_send(int fd, struct str body, const struct chat_wait *, struct err *) STATUS_USE;
enum status chat_wire_recv(int fd, struct buf *body, const struct chat_wait *, struct err *) STATUS_USE;

#endif
