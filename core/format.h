/*
 * format.h: one file of one output format, fed with records, and where its bytes go; view.h puts such files together into what an export leaves.
 *
 * Appending formats (CSV) can go on after an interruption: when sink->n_bytes > 0 at open, the beginning is already there.
 */
#ifndef CORE_FORMAT_H
#define CORE_FORMAT_H

#include "core/record.h"
#include "core/sink.h"

/* Signs a file of a view by itself, with a key that cmd has opened for it. */
struct view_signer {
	size_t room; /* bytes that a signature takes at most */
	/* sign(s, bytes, der, err): append a detached CMS signature over ${bytes}, DER, CAdES-BES without the attribute signingTime, as EN 319 142-1 wants it in a PDF. */
	enum status (*sign)(struct view_signer *, struct str bytes, struct buf *der, struct err *);
};

/* What stands in views beside records.  The same options, records and program give the same bytes, at export or years later. */
struct format_options {
	bool crlf; /* CSV line ends */
	const char *organization; /* name for people, may be NULL */
	int64_t made_ms; /* time that stands in a view: the run's start */
	const char *chain, *archive; /* URN and name: where the records stand; NULL: in no archive */
	struct view_signer *signer; /* of PDF; NULL: they are not signed */
	bool no_pdf; /* the report leaves its PDF out: whoever asks for no page of paper needs no fonts */
	struct str report; /* the completeness certificate, data/report/completeness.json; absent: none */
};

struct writer {
	const struct format *format;
}; /* first member of private states */

struct format {
	const char *name, *suffix; /* as typed; without the dot */
	unsigned kinds; /* 1u << REC_x for each kind it holds */

	/* Borrows ${to} and ${opt} until close.  On failure *out is NULL. */
	enum status (*open)(struct writer **out, enum record_kind, const struct format_options *opt, struct sink *to, struct err *);
	enum status (*put)(struct writer *, const struct record *, struct err *); /* borrows the record for this call */
	enum status (*finish)(struct writer *, struct err *); /* the trailer; without it the output is abandoned */
	void (*close)(struct writer *); /* NULL does nothing */
};

/* The records of an archive, of all of it or of what a scope leaves. */
struct record_iter {
	/* Gives every record of one stream, in archive order; none: ST_OK without a call.  Views live for the call of ${each}; rec->stream is ${stream}. */
	enum status (*run)(
	    struct record_iter *, const char *stream, enum status (*each)(void *ctx, const struct record *, struct err *), void *ctx, struct err *);
	/* Names every stream that has a record, each once, in byte order.  Names live as long as the iterator. */
	enum status (*streams)(struct record_iter *, enum status (*each)(void *ctx, const char *stream, struct err *), void *ctx, struct err *);
};

#endif
