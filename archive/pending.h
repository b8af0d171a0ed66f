/*
 * pending.h: how far a sealed archive is that is not closed yet (archive format 5.2): what its .seal directory has, and what it lacks.
 */
#ifndef ARCHIVE_PENDING_H
#define ARCHIVE_PENDING_H

#include "archive/seal.h"

#define PENDING_TOKENS_MAX	9	/* archive format 3, row 15 */

enum pending_stage {
	PENDING_UNSIGNED,	/* sealed; nobody has signed */
	PENDING_PARTLY,		/* some of the signatures that the seal names are there */
	PENDING_SIGNED		/* all of them; a time stamp or only the closing is missing */
};
struct pending {
	enum pending_stage stage;
	struct seal	seal;
	size_t		n_signed;
	char		missing[SEAL_ROLES_MAX][33]; size_t n_missing;	/* roles, in the order of the Signer lines */
	bool		token[PENDING_TOKENS_MAX];	/* of authority 1, 2 … */
	size_t		n_tokens;
};

/*
 * pending_read(dir, p, err): look into the .seal directory ${dir}.  That a file is there says nothing of whether it holds: that is verify's to judge.
 * ST_END: no seal.txt; ST_CORRUPT, ST_UNSURE: as seal_parse; ST_IO.
 */
enum status pending_read(int dir, struct pending *, struct err *) STATUS_USE;
/* pending_path(path, p, err): the same for the .seal directory that lies beside ${path}, which ends in ".tar.gz.partial". */
enum status pending_path(const char *path, struct pending *, struct err *) STATUS_USE;
/* "unsigned", "partly-signed", "signed": stable, for programs. */
const char *pending_id(enum pending_stage);
/* pending_text(p, out, err): one translated sentence for people: who has still to sign, or that the time stamp is missing. */
enum status pending_text(const struct pending *, struct buf *out, struct err *) STATUS_USE;
/* pending_json(p, out, err): "stage":…,"missing":[…],"tokens":N without braces. */
enum status pending_json(const struct pending *, struct buf *out, struct err *) STATUS_USE;
/* pending_signature(g, out): name of the file of row 12. */
void pending_signature(const struct seal_signer *, char out[48]);
/* pending_token(n, out): name of the file of row 15 of authority 1 to 9. */
void pending_token(size_t n, char out[48]);

#endif
