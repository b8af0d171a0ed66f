/*
 * judge.h: archives and whole stores judged and printed: what `verify` and `chain check` share.
 */
#ifndef CMD_JUDGE_H
#define CMD_JUDGE_H

#include "archive/verify.h"
#include "cmd/app.h"
#include "cmd/verify_html.h"
#include "store/chain.h"
#include "store/renewed.h"
#include "store/store.h"

struct judging {
	struct app	*app;
	struct trust	 trust;
	const struct options *options;		/* for the renewal archives given by hand */
	struct renewals	 renewals;		/* proven, of the store and label in work */
	char		 renewals_of[4200];	/* which these are; "": not looked for yet */
	struct crypt_key *key;			/* of a recipient; NULL: what is encrypted is not opened */
	struct verify_html html;
	struct receipts	 receipts;
	bool		 receipts_must;		/* they were given by hand: that none fits is a doubt */
	bool		 views;			/* the views are compared with the records, too */
	bool		 seals_only;		/* no archive is read, only what lies in .seal directories */
	int64_t		 heartbeat_ms;		/* 0: none */
	enum status	 worst;			/* of everything judged so far, with its reason */
	char		 why[600];
};

/* judge_open(j, app, o, err): --trust, --receipt, --html and --decrypt-… of ${o}.  ST_USAGE and what trust_load answers. */
enum status judge_open(struct judging *, struct app *, const struct options *o, struct err *) STATUS_USE;
void judge_close(struct judging *);
/* judge_file(j, path, err): one archive, closed or pending; printed.  ST_IO: it cannot be read. */
enum status judge_file(struct judging *, const char *path, struct err *) STATUS_USE;
/* judge_store(j, path, err): every archive of a directory and its chains; printed.  ST_USAGE: it holds none. */
enum status judge_store(struct judging *, const char *path, struct err *) STATUS_USE;
/*
 * judge_receipts(list, r): what receipts say of one seal, as the step "chain.receipt" of its report.  Its own: VALID, or INVALID with another hash.  The one before it: INVALID
 * when it continues another seal.  Other places of the chain, other chains: INDETERMINATE, and why.  Nothing for a seal that could not be read.
 */
void judge_receipts(const struct receipts *, struct verify_report *);
/* judge_answer(j, st, err): at the end, however it came (${st}): the page, and the verdict of all as a status with its reason; the worse of it and ${st}. */
enum status judge_answer(struct judging *, enum status, struct err *) STATUS_USE;

/* --- between judge.c and judge_store.c --- */
/* judge_content(j, path, report, err): the archive or pending archive ${path}, its views too when they are wanted.  As verify_with_key. */
enum status judge_content(struct judging *, const char *path, struct verify_report *, struct err *) STATUS_USE;
/* judge_renewals(j, s, label, err): prove the renewal archives of this label in the store (NULL: it is none) and those given by hand; the same ones are proven once. */
enum status judge_renewals(struct judging *, const struct store *, const char *label, struct err *) STATUS_USE;
/* judge_put(j, name, r, out, err): append what is printed of a report, and let it count. */
enum status judge_put(struct judging *, const char *name, const struct verify_report *, struct buf *out, struct err *) STATUS_USE;
/* judge_say(j, name, id, verdict, text, err): one more finding about ${name}, printed at once. */
enum status judge_say(struct judging *, const char *name, const char *id, enum verdict, const char *text, struct err *) STATUS_USE;

#endif
