/* run_renew.h: between run_renew.c and run_renew_lists.c: the source of a renewal archive. */
#ifndef CMD_RUN_RENEW_H
#define CMD_RUN_RENEW_H

#include "archive/crl_points.h"
#include "archive/renewals.h"
#include "cmd/run.h"

struct renewal_source {
	struct source	 source;	/* first */
	struct run	*r;
	struct trust	 trust;
	struct renewals	 renewals;	/* earlier ones, which may vouch for what is older still */
	struct store_entry *list, *all;	/* what is left to do, within the archives before this run */
	size_t		 n, n_all, at;	/* the one in work */
	uint64_t	 expected;	/* the sequence that should follow */
	bool		 begun;		/* its record was given */
	char		 **files;	/* of its .seal directory */
	size_t		 n_files, file;
	uint64_t	 blobs;
	/* the gap that goes with it, "": none */
	char		 reason[32], detail[400];
	bool		 known;		/* an earlier renewal has told of it: a limit, and no gap any more */
	/* the lists (run_renew_lists.c) */
	bool		 lists_begun, lists_done;
	struct crl_points points;
	size_t		 url, n_lists, silent;
	bool		 left_out_told;

	struct record	 rec;
	char		 id[120], blob[32], cursor[64], number[8][24];
	char		 seal[65], tar256[65], tar512[129];
	struct digest	 sha256, sha512;
	uint64_t	 octets;
};

/* renew_record(w, kind, stream): begin w->rec, with w->id. */
void renew_record(struct renewal_source *, enum record_kind, const char *stream);
/* renew_gap(w, object, reason, detail, is_limit, it): a gap, or what is known to be missing for good, into ${it}. */
void renew_gap(struct renewal_source *, const char *object, const char *reason, const char *detail, bool is_limit, struct source_item *);
/* renew_lists(w, it, err): the next list, gap or limit; ST_END: no more. */
enum status renew_lists(struct renewal_source *, struct source_item *, struct err *) STATUS_USE;

#endif
