/*
 * receipt.h: the head line of archive format 5.3, which names the head of a chain: as a receipt kept where the administrator of the archives cannot change it, and as a
 * line of a signer's memory (heads.h).
 */
#ifndef STORE_RECEIPT_H
#define STORE_RECEIPT_H

#include "core/buf.h"
#include "core/digest.h"

#define RECEIPT_LINE_MAX	160	/* bytes of a line, its end included */
#define RECEIPT_FILE_MAX	((size_t)64 << 20)

struct receipt { char chain[48]; uint64_t sequence; unsigned char sha256[32]; unsigned line; };
struct receipts { struct receipt *list; size_t n; };

/* receipt_line(chain, sequence, sha256, out): the line with its end, and a NUL. */
void receipt_line(const char *chain, uint64_t sequence, const unsigned char sha256[32], char out[RECEIPT_LINE_MAX]);
/* receipt_parse(line, r): ${line} without its end; false at anything but a head line, ${r} is unchanged then.  ${r}->line is left alone. */
bool receipt_parse(struct str line, struct receipt *r);
/*
 * receipts_parse(name, text, out, err): add every line of ${text} to ${out}, whatever chain it is of.  Blank lines and CR LF are taken; anything else is
 * ST_USAGE with its line: a receipt that cannot be read must not count as one that agrees.
 */
enum status receipts_parse(const char *name, struct str text, struct receipts *out, struct err *) STATUS_USE;
/* receipts_load(path, out, err): the same from a file; ST_USAGE: not there, or not one receipt in it. */
enum status receipts_load(const char *path, struct receipts *out, struct err *) STATUS_USE;
void receipts_free(struct receipts *);

#endif
