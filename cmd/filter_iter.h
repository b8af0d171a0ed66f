/*
 * filter_iter.h: the records that a scope leaves of an archive, with the meaning the scope has for an export.
 *
 *   streams, areas      a stream that is not wanted has no record; the program's own events always stay
 *   departments         departments, and members by any department they belong to, and approvals by the applicant's: those named and all below them, as the archive's own
 *                       stream "departments" has them
 *   since, until        messages by sent_at, approvals by applied_at; what has no time stays
 *   users               members; messages from or to them; approvals by applicant
 *   rooms               rooms, and messages in them
 *   left                as if the members whose status is "left" were named
 *   pilot               the first FILTER_PILOT records of each stream but departments
 *   files               those of records that remain; gaps and limits: of streams that are wanted
 *   objects of a kind that no description maps stay with their stream
 */
#ifndef CMD_FILTER_ITER_H
#define CMD_FILTER_ITER_H

#include "cmd/scope.h"
#include "core/format.h"
#include "exporters/idset.h"
#include "exporters/platform.h"

#define FILTER_PILOT	100u

struct filter_iter {
	struct record_iter iter;
	struct record_iter *all;	/* borrowed */
	const struct scope *scope;	/* borrowed */
	struct platform	*platform;	/* which stream belongs to which area; NULL: not needed */
	int		 scratch;	/* borrowed: a private directory */
	struct idset	 departments, left, holders;	/* holders: "stream/id" of every record with files that remains */
	bool		 by_department, by_left, has_holders;
};

/*
 * filter_iter_open(f, all, scope, platform, scratch, err): ${platform}: its name in the archive.  ST_USAGE: an area, stream or left members that the archive or its
 * platform does not know.  Release with filter_iter_close, which accepts a zeroed one.
 */
enum status filter_iter_open(struct filter_iter *, struct record_iter *all, const struct scope *, const char *platform, int scratch, struct err *) STATUS_USE;
void filter_iter_close(struct filter_iter *);
/* filter_is_needed(scope): does it leave anything out? */
bool filter_is_needed(const struct scope *);

#endif
