/*
 * catalog.h: what finished runs left behind, in SQLite beside the archives: a convenience that can be rebuilt from them
 * (every figure also stands in the archive's events).  Written after the seal, so it may be one run late, never ahead.
 */
#ifndef STORE_CATALOG_H
#define STORE_CATALOG_H

#include "store/store.h"

struct catalog;

struct catalog_run {
	char		 run[64], tenant[68], archive[40], status[16];	/* status: complete, partial, pending, volume (others follow) */
	int64_t		 began_ms, ended_ms;
	uint64_t	 records, gaps, limits;
};

/* catalog_open(out, s, err): made if missing.  ST_IO: cannot be opened; ST_CORRUPT: not our database or a newer version. */
enum status catalog_open(struct catalog **out, const struct store *, struct err *) STATUS_USE;
void catalog_close(struct catalog *);
/* catalog_put(c, run, carry, err): ${carry} is JSON for the tenant's next run. */
enum status catalog_put(struct catalog *, const struct catalog_run *, struct str carry, struct err *) STATUS_USE;
/* catalog_each(c, each, ctx, err): runs in the order in which they were put. */
enum status catalog_each(struct catalog *, enum status (*each)(void *ctx, const struct catalog_run *, struct err *), void *ctx, struct err *) STATUS_USE;
/* catalog_carry(c, tenant, carry, archive, err): what the tenant's last run left, and its archive; ST_END: none known. */
enum status catalog_carry(struct catalog *, const char *tenant, struct buf *carry, char archive[40], struct err *) STATUS_USE;
/* catalog_gap(c, run, gap, archive, err): which archive of the run holds its ${gap}-th gap, from 1, by the number of gaps each seal names.  ST_END: not known. */
enum status catalog_gap(struct catalog *, const char *run, uint64_t gap, char archive[40], struct err *) STATUS_USE;
/* catalog_has(c, archive, yes, err): is the archive known? */
enum status catalog_has(struct catalog *, const char *archive, bool *yes, struct err *) STATUS_USE;

#endif
