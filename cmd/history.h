/*
 * history.h: since when a department or member is known in a chain, and since when it stands as it does now: what the views of core/view.h get, read from the
 * archives before the one whose views are made.
 *
 * The rule.  From the archive before this one back to the first of the chain, as far as that can be done: each must be closed, not INVALID, and the very one whose seal the later one names
 * (Previous): whoever believes this archive believes those, so no trust file is asked.  The reading ends before the first archive that is pending, destroyed, damaged, or encrypted and no key of
 * a recipient is given; after HISTORY_ARCHIVES archives; before one whose records would be more than HISTORY_RECORDS in all, by the signed counts.  Only the streams departments
 * and users are read, by the index beside the archive; one without an index is read in full once, which makes the index, as long as such archives are not above HISTORY_UNREAD octets
 * in all (an export only, see ${oldest}).  Their segments cannot be told to be unchanged without reading them: every record has a salt of its own in every archive.
 * Records of another tenant do not count, nor do those without fetched_at.  Nothing is concluded from absence: an archive may hold a part of the tenant.
 * Unless the first archive of the chain was reached, all dates that go back to the end of the reading say "at least".
 *
 * Export and render must give the same dates, but what can be opened changes (keys, copies).  So an export writes into its completeness certificate how far it came
 * (views.history: the name of the oldest archive, or null), and whoever makes the views again gives that name as ${oldest}.  Where the reading then ends before it, that is said as
 * a warning: the dates are then younger than those in the archive.
 */
#ifndef CMD_HISTORY_H
#define CMD_HISTORY_H

#include "archive/crypt.h"
#include "core/view.h"
#include "store/store.h"

#define HISTORY_ARCHIVES 400u /* thirteen months of daily archives */
#define HISTORY_RECORDS ((uint64_t)2000000) /* departments and members, of all archives: some half a minute; an archive itself costs 2 to 3 ms */
#define HISTORY_UNREAD ((uint64_t)4 << 30) /* octets of archive files to be read in full */

struct history;

struct history_params {
	const struct store *store; /* where the chain lies; label and path are used */
	const char *chain; /* urn:uuid:… */
	const char *archive; /* the archive whose views are made, its sequence, and the tenant whose records count */
	uint64_t sequence;
	const char *tenant;
	unsigned char previous[32]; /* SHA-256 of the seal before it */
	const struct crypt_key *key; /* NULL: none */
	int scratch; /* a private directory for the database */
	const char *oldest; /* go back to this archive and no further ("": read none); NULL: as far as the rule says */
};

/*
 * history_open(out, p, err): borrows ${p}'s texts until the close; *out is NULL for the first archive of a chain: then there is no history.
 * What cannot be read ends the history and is no failure.  ST_NOMEM, ST_IO: the database.
 */
enum status history_open(struct history **out, const struct history_params *, struct err *) STATUS_USE;
void history_close(struct history *); /* NULL does nothing */
struct view_history *history_view(struct history *); /* NULL gives NULL */
/* history_oldest(h): the name of the oldest archive that was read; NULL: none was. */
const char *history_oldest(const struct history *);

#endif
