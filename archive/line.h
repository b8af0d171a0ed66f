/* line.h: is a record line one JSON object in UTF-8 (archive format 4.1)?  Made for speed: verification reads every byte of every record. */
#ifndef ARCHIVE_LINE_H
#define ARCHIVE_LINE_H

#include "core/str.h"

/*
 * line_check(line, err): exactly one object of RFC 8259, valid UTF-8, no CR, not deeper than LIMIT_JSON_DEPTH.  Nothing is kept or copied.
 * Names are not compared and escapes of lone surrogates pass: both are allowed inside "raw".  ST_CORRUPT.
 */
enum status line_check(struct str line, struct err *) STATUS_USE;

#endif
