/*
 * sign.h: what a person sees before a seal is signed, and is asked; shared by `sign` on the officer's computer and on the store's.
 */
#ifndef CMD_SIGN_H
#define CMD_SIGN_H

#include "archive/cms.h"
#include "archive/seal.h"
#include "cmd/app.h"
#include "core/secret.h"
#include "store/heads.h"

#define SIGN_REPORT	"data/report/completeness.json"
#define SIGN_REPORT_MAX	((size_t)16 << 20)

/* What is going to be signed, by whom; all borrowed. */
struct sign_view {
	const struct seal *seal;
	const unsigned char *sha256;		/* of seal.txt */
	const struct cms_signer *signer;
	const struct heads_word *word;		/* what this computer remembers */
	struct str report;			/* completeness.json, checked against the seal; absent: not at hand */
};

/* sign_show(v, out, err): all of it in plain words for a terminal, translated.  Warnings come last, each line beginning with "!". */
enum status sign_show(const struct sign_view *, struct buf *out, struct err *) STATUS_USE;
/* sign_warnings(v, list): stable ids of what is said loudly ("previous-unknown"), NULL-terminated; at most 6. */
void sign_warnings(const struct sign_view *, const char *list[7]);
/*
 * sign_report(json, out, zone, err): the completeness report in plain words; ${zone} (64 bytes) gets its time zone, "" when it names none.
 * ST_CORRUPT: it is no such report.
 */
enum status sign_report(struct str json, struct buf *out, char zone[64], struct err *) STATUS_USE;
/* sign_confirm(app, text, err): show ${text} on standard error and ask.  --yes: shown only.  ST_USAGE: nobody is there to ask, or the answer was no; ST_STOPPED. */
enum status sign_confirm(struct app *, struct str text, struct err *) STATUS_USE;
/* sign_ask_pin(uri, pin, err): a token's PIN from the terminal, unseen.  ST_END: there is no terminal. */
enum status sign_ask_pin(const char *uri, struct secret *pin, struct err *) STATUS_USE;
/* sign_key(signer, spec, pin, err): cms_signer_key, relative to the working directory; a token without --pin asks for it where a terminal is. */
enum status sign_key(struct cms_signer *, const char *spec, const char *pin, struct err *) STATUS_USE;

#endif
