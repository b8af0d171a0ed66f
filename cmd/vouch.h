/*
 * vouch.h: the renewal archives that may vouch for what a command works on: those of --renewal, and those that lie in the store or beside the file.
 */
#ifndef CMD_VOUCH_H
#define CMD_VOUCH_H

#include "cmd/app.h"
#include "store/renewed.h"

/*
 * vouch_store(rs, o, s, label, trust, err): begin ${rs} anew and prove those of --renewal in ${o} (NULL: none), and those of ${label} in the store ${s} (NULL: none).  ST_IO: one
 * that was given cannot be read.
 */
enum status vouch_store(struct renewals *, const struct options *o, const struct store *, const char *label, const struct trust *, struct err *) STATUS_USE;
/* vouch_beside(path, each, ctx, err): what the store around the archive file ${path} is, and its label; NULL and "" where there is none. */
enum status vouch_beside(const char *path, enum status (*each)(void *ctx, const struct store *, const char *label, struct err *), void *ctx, struct err *) STATUS_USE;
/* vouch_trust(trust, o, path, err): both, for ${trust}, which then owns what was proven; ${path} NULL: of --renewal only. */
enum status vouch_trust(struct trust *, const struct options *o, const char *path, struct err *) STATUS_USE;

#endif
