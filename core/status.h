/*
 * status.h: what a call answers, and the one idiom for errors.
 *
 * Every call that can fail returns enum status and takes struct err * last.  Who detects the fault writes
 * the message, once, with the offending value; callers may say where they were (err_in) and what to do (err_next).
 * Only cmd/ prints and only cmd/ exits; the class of a process (exit status) follows from the status by one
 * table there.  A NULL ${err} is allowed everywhere: the status alone is then returned.
 */
#ifndef CORE_STATUS_H
#define CORE_STATUS_H

#include <stddef.h>

enum status {
	ST_OK = 0,
	ST_END,		/* nothing left; not a failure */
	ST_RETRY,	/* transient; the same call may work later (class REMOTE) */
	ST_REMOTE,	/* the platform refuses or is broken for good (class REMOTE) */
	ST_DENIED,	/* credential, permission or server certificate refused (class AUTH) */
	ST_INPUT,	/* outside bytes break their own format (class LIMIT, or what the caller makes of it) */
	ST_LIMIT,	/* a bound in limits.h would be passed (class LIMIT) */
	ST_IO,		/* the operating system refused (class IO) */
	ST_NOMEM,	/* no memory (class IO) */
	ST_CORRUPT,	/* hash, length, signature or format of evidence does not match (class INVALID) */
	ST_UNSURE,	/* verification cannot tell (class INDETERMINATE) */
	ST_USAGE,	/* wrong option or configuration (class USAGE) */
	ST_BUSY,	/* another run holds the lock (class BUSY) */
	ST_STOPPED,	/* the user stopped the program (class signal) */
	ST_PARTIAL,	/* finished, with listed gaps (class PARTIAL) */
	ST__MAX
};

/* What failed, on what, why; and the next step.  Never holds a secret.  Texts are translated UTF-8. */
struct err {
	enum status	code;
	char		text[720];
	char		next[400];	/* "" when there is none */
};

#define STATUS_USE	__attribute__((warn_unused_result))

void err_init(struct err *);

/* err_set(err, st, fmt, ...): fill in ${err} (which may be NULL), forget what it held, and return ${st}. */
enum status err_set(struct err *, enum status, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* err_sys(err, fmt, ...): ST_IO with ": " and the text of errno appended.  Keeps errno. */
enum status err_sys(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* err_in(err, fmt, ...): put "where: " before the text; returns err->code (ST_IO for a NULL ${err}). */
enum status err_in(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* err_next(err, fmt, ...): name the next step, replacing an earlier one; returns err->code. */
enum status err_next(struct err *, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* err_oom(err, n): ST_NOMEM for ${n} bytes. */
enum status err_oom(struct err *, size_t n);

#endif
