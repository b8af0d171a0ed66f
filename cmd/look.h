/* look.h: opening an archive to look into it: judged first; what is not proven is said. */
#ifndef CMD_LOOK_H
#define CMD_LOOK_H

#include "archive/browse.h"
#include "archive/lookup.h"
#include "cmd/app.h"
#include "cmd/decrypt.h"

/*
 * look_open(app, o, path, key, need_valid, out, err): trust from --trust or the configuration.  INVALID is refused (ST_CORRUPT); INDETERMINATE too when
 * ${need_valid} (ST_UNSURE), otherwise it is said as a warning.
 */
enum status look_open(struct app *, const struct options *, const char *path, const struct crypt_key *, bool need_valid, struct browse **out, struct err *) STATUS_USE;
/* look_lookup(app, path, trust, key, need_valid, out, err): the same by the index (lookup.h); ${trust} and ${key} (NULL: none) are borrowed until the close. */
enum status look_lookup(struct app *, const char *path, struct trust *, const struct crypt_key *key, bool need_valid, struct lookup **out, struct err *) STATUS_USE;
/* look_answer(app, report, st, err): what opening came to, in the words of all commands. */
enum status look_answer(struct app *, const struct verify_report *, enum status, struct err *) STATUS_USE;
/* look_print(line, err): one line to stdout. */
enum status look_print(struct str line, struct err *) STATUS_USE;

#endif
