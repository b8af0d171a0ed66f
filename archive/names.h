/* names.h: which names the format allows (archive format 1 and 3). */
#ifndef ARCHIVE_NAMES_H
#define ARCHIVE_NAMES_H

#include "core/str.h"

bool names_label_ok(struct str);	/* [a-z0-9][a-z0-9-]{0,15} */
bool names_role_ok(struct str);		/* [a-z][a-z0-9-]{0,31} */
bool names_stream_ok(struct str);	/* [a-z][a-z0-9-]* */
bool names_chain_ok(struct str);	/* urn:uuid: and a lower-case UUID */
/* A path inside the tar, root directory included: alphabet, length, device names, no empty, "." or ".." components. */
bool names_path_ok(struct str);
/* "<label>-<8 digits, more past 99,999,999>": the sequence, 0 when ${name} is not an archive name. */
uint64_t names_sequence(struct str name);
/* names_id(id, out): an id as one path component: itself if [a-z0-9][a-z0-9._-]* (not a device name, not ending in ".", at most 64 long), else "h-" and 32 hex digits of its SHA-256. */
enum status names_id(struct str id, char out[72], struct err *) STATUS_USE;

#endif
