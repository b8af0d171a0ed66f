/*
 * proof.h: the text that shows one record to belong to a segment: proof.txt of archive format 4.4, and its arithmetic, 6.2.  Pure: bytes in, hashes out.
 */
#ifndef ARCHIVE_PROOF_H
#define ARCHIVE_PROOF_H

#include "archive/tree.h"
#include "core/buf.h"
#include "core/limits.h"

#define PROOF_TEXT_MAX	((size_t)4096)	/* bytes of proof.txt: four lines and 16 hashes are 1,400 */

struct proof {
	char		segment[LIMIT_PATH + 1];	/* data/records/<stream>/<NNNNNN>.jsonl */
	uint32_t	index, count;			/* index < count <= 65,536 */
	size_t		n_hashes;
	unsigned char	hashes[TREE_PATH_MAX][32];	/* siblings, from leaf to root */
};

/* proof_encode(p, out, err): append the text. */
enum status proof_encode(const struct proof *, struct buf *out, struct err *) STATUS_USE;
/* proof_parse(text, p, err): ST_CORRUPT: any departure from the form; what parses is written back byte for byte the same. */
enum status proof_parse(struct str text, struct proof *, struct err *) STATUS_USE;
/* proof_root(p, d, leaf, root, err): 6.2.  ST_CORRUPT: not as many hashes as Index and Count demand. */
enum status proof_root(const struct proof *, struct digest *d, const unsigned char leaf[32], unsigned char root[32], struct err *) STATUS_USE;
/* proof_segment_ok(path): is it the path of a plain segment?  ${stream} gets the view of its stream, ${number} its number. */
bool proof_segment_ok(struct str path, struct str *stream, uint64_t *number);

#endif
