/*
 * chat_file.h: one file of a chat message: chunks of the library into a file of the work directory, size and MD5 compared.
 *
 * MD5 is what the platform gives and proves nothing but an undisturbed transfer; SHA-256 is computed beside it.
 */
#ifndef EXPORTERS_CHAT_FILE_H
#define EXPORTERS_CHAT_FILE_H

#include "exporters/budget.h"
#include "exporters/chat_payload.h"
#include "exporters/chat_proc.h"

#define CHAT_FILE_FETCHES	3u	/* in all, when size or MD5 differs: wrong chunks have been seen */

struct chat_fetched {
	char		 blob[64];	/* name in the work directory; "" when there is no file */
	uint64_t	 size;
	char		 sha256[65];
	const char	*flag;		/* hash_mismatch, size_mismatch; NULL: as announced */
	const char	*reason;	/* of a gap: also set beside a flag; NULL: none */
	bool		 is_final;
	char		 detail[200];
};

/*
 * chat_file_fetch(proc, budget, dir, f, serial, out, err): ${serial} makes the name.  ST_OK: got, or a gap says why not.
 * Other statuses end the session: as chat_proc_media; ST_IO.
 */
enum status chat_file_fetch(struct chat_proc *, struct budget *, int dir, const struct chat_file *, uint64_t serial,
    struct chat_fetched *, struct err *) STATUS_USE;
/* chat_file_turn(b, err): wait until the budget allows one more call. */
enum status chat_file_turn(struct budget *, struct err *) STATUS_USE;

#endif
