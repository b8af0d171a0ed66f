/*
 * views_check.h: do the views of an archive say what its records say?  `verify --views`.
 *
 *   families   those that the completeness certificate names are there
 *   records    the files of each, read back by the family itself, name exactly the records of its kinds (stream, id, version), each as often
 *   bytes      written by this version of the program, the views are made once more and have the hashes of the files that are there
 *
 * A view that says something else is no contradiction of archive format 6.1: the bytes are those that were sealed.  So the verdict stays what it was; the findings stand as steps
 * of usability that do not count for it, and report->views tells what they come to.
 */
#ifndef CMD_VIEWS_CHECK_H
#define CMD_VIEWS_CHECK_H

#include "archive/lookup.h"

/*
 * views_check(l, path, trust, key, report, err): of the judged archive ${l}; NULL: nothing of it may be looked at, which is said.  For an archive of views (`render
 * --into-chain`) the one that they derive from is looked for beside ${path}.  Local times are of the zone they were before.  ST_OK also when they differ; ST_IO, ST_NOMEM, ST_STOPPED.
 */
enum status views_check(struct lookup *l, const char *path, const struct trust *, const struct crypt_key *key, struct verify_report *, struct err *) STATUS_USE;

#endif
