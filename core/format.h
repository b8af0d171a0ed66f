/*
 * format.h: one output format, and where its bytes go.
 *
 * Appending formats (CSV) are fed while the records come in and can go on after an interruption: when sink->n_bytes > 0 at open, the beginning is
 * already there.  Whole formats (org chart) read the records they need through an iterator at the end.
 */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include "core/record.h"
#include "core/sink.h"

struct format_options {
	bool crlf;			/* CSV line ends */
	const char *organization;	/* name for people, may be NULL */
	int64_t made_ms;		/* time that stands in a view: the run's start */
};

struct writer { const struct format *format; };		/* first member of private states */

struct format {
	const char *name, *suffix;	/* as typed; without the dot */
	unsigned kinds;			/* 1u << REC_x for each kind it holds */

	/* Borrows ${to} and ${opt} until close.  On failure *out is NULL. */
	enum status (*open)(struct writer **out, enum record_kind, const struct format_options *opt, struct sink *to, struct err *);
	enum status (*put)(struct writer *, const struct record *, struct err *);	/* borrows the record for this call */
	enum status (*finish)(struct writer *, struct err *);	/* the trailer; without it the output is abandoned */
	void (*close)(struct writer *);				/* NULL does nothing */
};

/* Gives every record of one stream, in archive order.  Views live for the call of ${each}. */
struct record_iter {
	enum status (*run)(struct record_iter *, const char *stream,
	    enum status (*each)(void *ctx, const struct record *, struct err *), void *ctx, struct err *);
};

#endif
