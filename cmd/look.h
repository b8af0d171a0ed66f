/*
 * look.h: looking into an archive: judged first, shown afterwards.
 *
 * Two passes over one file: the first one judges it, the second one delivers its entries; the seal of both must be the same.
 */
#ifndef CMD_LOOK_H
#define CMD_LOOK_H

#include "archive/verify.h"
#include "cmd/app.h"

/*
 * look_into(app, o, path, need_valid, taps, err): INVALID is refused (ST_CORRUPT); INDETERMINATE too when ${need_valid} (ST_UNSURE), otherwise it is
 * said as a warning.  Then the entries go to ${taps}.
 */
enum status look_into(struct app *, const struct options *, const char *path, bool need_valid, const struct verify_taps *, struct err *) STATUS_USE;

/* Lines of records, cut from the bytes of entries: embed first in a context and give look_lines_taps. */
struct look_lines {
	const char *stream;	/* only data/records/<stream>/ */
	enum status (*line)(struct look_lines *, struct str line, struct err *);
	struct buf part;	/* a line that spans two deliveries */
	bool on;
};
void look_lines_init(struct look_lines *, const char *stream, enum status (*line)(struct look_lines *, struct str, struct err *));
void look_lines_free(struct look_lines *);
struct verify_taps look_lines_taps(struct look_lines *);

#endif
